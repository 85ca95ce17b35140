# SPDX-License-Identifier: Apache-2.0
# Debian keeps manual pages compressed, without a time stamp (Debian Policy 12.1); run by cpack over each staged package.
file(GLOB_RECURSE pages ${CPACK_TEMPORARY_DIRECTORY}/*.1)
find_program(GZIP gzip REQUIRED)
foreach(page IN LISTS pages)
  execute_process(COMMAND ${GZIP} -9nf ${page} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
