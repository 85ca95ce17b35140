# heygen_module(NAME folder DEPENDS ... LIBRARIES ...): one folder of core/ as an object library. DEPENDS names other
# folders and states the allowed direction; heygen_core is all of them as one static library.
function(heygen_module name)
  cmake_parse_arguments(arg "" "" "DEPENDS;LIBRARIES;SOURCES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/core/${name}/*.cpp)
  if(NOT sources AND NOT arg_SOURCES)
    file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/${name}_empty.cpp "")
    set(sources ${CMAKE_CURRENT_BINARY_DIR}/${name}_empty.cpp)
  endif()
  add_library(heygen_${name} OBJECT ${sources} ${arg_SOURCES})
  target_include_directories(heygen_${name} PUBLIC ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/sdk/include)
  set(libraries ${arg_LIBRARIES})
  set(closure $<TARGET_OBJECTS:heygen_${name}>)
  foreach(needed IN LISTS arg_DEPENDS)
    if(NOT TARGET heygen_${needed})
      message(FATAL_ERROR "core/${name} may not use core/${needed}: that folder comes later in the way of a call")
    endif()
    get_property(inherited GLOBAL PROPERTY HEYGEN_LIBRARIES_${needed})
    list(APPEND libraries ${inherited})
    get_property(inherited GLOBAL PROPERTY HEYGEN_CLOSURE_${needed})
    list(APPEND closure ${inherited})
  endforeach()
  list(REMOVE_DUPLICATES closure)
  set_property(GLOBAL PROPERTY HEYGEN_CLOSURE_${name} "${closure}")
  list(REMOVE_DUPLICATES libraries)
  target_link_libraries(heygen_${name} PUBLIC ${libraries})
  set_property(GLOBAL PROPERTY HEYGEN_LIBRARIES_${name} "${libraries}")
  set_property(GLOBAL APPEND PROPERTY HEYGEN_MODULES ${name})
endfunction()

# heygen_provider(ID SOURCES ... [LIBRARIES ...]): a provider of this project: module, version script, manifest.
function(heygen_provider id)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBRARIES" ${ARGN})
  string(REPLACE "-" "_" target ${id})
  set(target provider_${target})
  add_library(${target} MODULE ${arg_SOURCES})
  target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/sdk/include)
  target_link_libraries(${target} PRIVATE ${arg_LIBRARIES})
  target_link_options(${target} PRIVATE -Wl,--version-script=${CMAKE_SOURCE_DIR}/sdk/cmake/provider.map
                                        -Wl,--no-undefined -Wl,--exclude-libs,ALL -Wl,--gc-sections)
  set_target_properties(${target} PROPERTIES PREFIX "" OUTPUT_NAME ${id}
                        LIBRARY_OUTPUT_DIRECTORY ${HEYGEN_PROVIDER_OUTPUT_DIRECTORY}
                        LINK_DEPENDS ${CMAKE_SOURCE_DIR}/sdk/cmake/provider.map)
  add_dependencies(${target} heygen-provider-check)
  add_custom_command(TARGET ${target} POST_BUILD
    COMMAND $<TARGET_FILE:heygen-provider-check> manifest $<TARGET_FILE:${target}>
            --output ${HEYGEN_PROVIDER_OUTPUT_DIRECTORY}/${id}.provider.json
    VERBATIM)
  # Whatever the umask of the installer: a library that others may write to is refused.
  install(TARGETS ${target} LIBRARY DESTINATION lib/heygen/providers COMPONENT provider-${id}
          PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
  install(FILES ${HEYGEN_PROVIDER_OUTPUT_DIRECTORY}/${id}.provider.json DESTINATION lib/heygen/providers
          COMPONENT provider-${id})
endfunction()

# heygen_unit_test(NAME folder): tests/unit/<folder>/*.cpp as one Boost.Test program. For a folder of core/ it links that
# folder and those below it alone, which keeps the direction of the arrows honest; other names link all of heygen_core.
function(heygen_unit_test name)
  cmake_parse_arguments(arg "" "" "LIBRARIES;DEFINITIONS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/unit/${name}/*.cpp)
  add_executable(test_${name} ${sources} ${CMAKE_SOURCE_DIR}/tests/unit/main.cpp)
  get_property(closure GLOBAL PROPERTY HEYGEN_CLOSURE_${name})
  get_property(libraries GLOBAL PROPERTY HEYGEN_LIBRARIES_${name})
  if(closure)
    target_sources(test_${name} PRIVATE ${closure})
    target_link_libraries(test_${name} PRIVATE ${libraries})
    target_include_directories(test_${name} PRIVATE ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/sdk/include)
  else()
    target_link_libraries(test_${name} PRIVATE heygen_core)
  endif()
  target_link_libraries(test_${name} PRIVATE Boost::unit_test_framework ${arg_LIBRARIES})
  target_compile_definitions(test_${name} PRIVATE BOOST_TEST_DYN_LINK ${arg_DEFINITIONS})
  set_target_properties(test_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME unit.${name} COMMAND test_${name} --color_output=no --report_level=short)
endfunction()
