# SPDX-License-Identifier: Apache-2.0
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
  add_test(NAME unit.${name} COMMAND test_${name} ${HEYGEN_UNIT_OPTIONS})
  set_tests_properties(unit.${name} PROPERTIES LABELS unit TIMEOUT 300)
endfunction()

set(HEYGEN_UNIT_OPTIONS --color_output=no --report_level=short)  # tests/count.py reads the report

# heygen_built_again(PRESET SUITES names... TARGETS ... [RUNNER words...] [EXCEPT cases...]): unit tests as the build of that preset has them, in
# build-<PRESET>: the label <PRESET>. The first of them builds; the others run when it has, each by the words of RUNNER.
function(heygen_built_again preset)
  cmake_parse_arguments(arg "" "" "RUNNER;SUITES;TARGETS;EXCEPT" ${ARGN})
  list(TRANSFORM arg_EXCEPT PREPEND --run_test=!)
  list(JOIN arg_TARGETS " " targets)
  add_test(NAME ${preset}.build WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
           COMMAND sh -c "cmake --preset ${preset} && cmake --build --preset ${preset} --target ${targets}")
  set_tests_properties(${preset}.build PROPERTIES LABELS ${preset} TIMEOUT 3600 RUN_SERIAL ON FIXTURES_SETUP ${preset})
  foreach(suite IN LISTS arg_SUITES)
    add_test(NAME ${preset}.unit.${suite}
             COMMAND ${arg_RUNNER} ${CMAKE_SOURCE_DIR}/build-${preset}/tests/test_${suite} ${HEYGEN_UNIT_OPTIONS} ${arg_EXCEPT})
    set_tests_properties(${preset}.unit.${suite} PROPERTIES LABELS ${preset} TIMEOUT 900 FIXTURES_REQUIRED ${preset})
  endforeach()
endfunction()

# heygen_e2e_test(NAME [LABELS ...] [SUITES ...] [ENVIRONMENT ...]): tests/e2e/<NAME>_test.py, or those of SUITES, against the programs of
# this build. Slow ones begin first.
function(heygen_e2e_test name)
  cmake_parse_arguments(arg "" "" "LABELS;SUITES;ENVIRONMENT" ${ARGN})
  if(NOT arg_SUITES)
    set(arg_SUITES ${name})
  endif()
  list(TRANSFORM arg_SUITES APPEND _test)
  add_test(NAME e2e.${name} COMMAND Python3::Interpreter -m unittest -v ${arg_SUITES} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(e2e.${name} PROPERTIES LABELS "e2e;${arg_LABELS}" TIMEOUT 900 ENVIRONMENT
    "HEYGEN_BUILD=${CMAKE_BINARY_DIR};PYTHONPATH=${CMAKE_SOURCE_DIR}/tests/e2e;PYTHONDONTWRITEBYTECODE=1;HEYGEN_PACKAGES=1;${arg_ENVIRONMENT}")
  if("slow" IN_LIST arg_LABELS)
    set_tests_properties(e2e.${name} PROPERTIES COST 100)
  endif()
endfunction()
