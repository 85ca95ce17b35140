# heygen_library(NAME files...): the static library heygen_<NAME> of one directory, alias heygen::<NAME>. What it uses is said
# by target_link_libraries(heygen_<NAME> PUBLIC ...), by the aliases: a misspelled one ends the configuration.
function(heygen_library name)
  add_library(heygen_${name} STATIC ${ARGN})
  add_library(heygen::${name} ALIAS heygen_${name})
  target_include_directories(heygen_${name} PUBLIC ${CMAKE_SOURCE_DIR})
endfunction()

include(${CMAKE_SOURCE_DIR}/sdk/cmake/HeygenAddProvider.cmake)

# heygen_provider(ID SOURCES ... [LIBRARIES ...]): a provider of this project, in the place of an installed one.
function(heygen_provider id)
  string(REPLACE "-" "_" target provider_${id})
  heygen_add_provider(${id} TARGET ${target} OUTPUT_DIRECTORY ${HEYGEN_PROVIDER_OUTPUT_DIRECTORY} ${ARGN})
  add_dependencies(${target} heygen-provider-check)
  # Whatever the umask of the installer: a library that others may write to is refused.
  install(TARGETS ${target} LIBRARY DESTINATION lib/heygen/providers COMPONENT provider-${id}
          PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
  install(FILES ${HEYGEN_PROVIDER_OUTPUT_DIRECTORY}/${id}.provider.json DESTINATION lib/heygen/providers
          COMPONENT provider-${id})
  set_property(GLOBAL APPEND PROPERTY HEYGEN_PROVIDERS ${target})
endfunction()

# heygen_unit_test(NAME files... [DEFINITIONS ...]): a Boost.Test program of these files. It links all of heygen::<NAME>, not only
# what the tests call, so that a function of a directory further up is missed by the linker.
function(heygen_unit_test name)
  cmake_parse_arguments(arg "" "" "DEFINITIONS" ${ARGN})
  add_executable(test_${name} ${arg_UNPARSED_ARGUMENTS} ${CMAKE_SOURCE_DIR}/tests/unit/main.cpp)
  target_include_directories(test_${name} PRIVATE ${CMAKE_SOURCE_DIR})
  if(TARGET heygen_${name})
    target_link_libraries(test_${name} PRIVATE $<LINK_LIBRARY:WHOLE_ARCHIVE,heygen::${name}>)
  endif()
  target_link_libraries(test_${name} PRIVATE Boost::unit_test_framework)
  target_compile_definitions(test_${name} PRIVATE BOOST_TEST_DYN_LINK ${arg_DEFINITIONS})
  set_target_properties(test_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME unit.${name} COMMAND test_${name} --color_output=no --report_level=short)
endfunction()
