# SPDX-License-Identifier: Apache-2.0
# find_package(HeygenProvider): HeygenProvider::headers, HeygenProvider::check, heygen_add_provider().
get_filename_component(_heygen_prefix ${CMAKE_CURRENT_LIST_DIR}/../../.. ABSOLUTE)
if(NOT TARGET HeygenProvider::headers)
  add_library(HeygenProvider::headers INTERFACE IMPORTED)
  set_target_properties(HeygenProvider::headers PROPERTIES INTERFACE_INCLUDE_DIRECTORIES ${_heygen_prefix}/include)
  add_executable(HeygenProvider::check IMPORTED)
  set_target_properties(HeygenProvider::check PROPERTIES IMPORTED_LOCATION ${_heygen_prefix}/bin/heygen-provider-check)
endif()
unset(_heygen_prefix)
include(${CMAKE_CURRENT_LIST_DIR}/HeygenAddProvider.cmake)
