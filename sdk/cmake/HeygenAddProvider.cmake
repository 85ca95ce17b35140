# SPDX-License-Identifier: Apache-2.0
# heygen_add_provider(id SOURCES file... [LIBRARIES library...] [TARGET name] [OUTPUT_DIRECTORY directory])
#
# A credential provider for heygen: a module <id>.so that exports heygen_provider_entry alone, and beside it its manifest
# <id>.provider.json, written from the library itself after each build. Both lie in OUTPUT_DIRECTORY (default: the build
# directory); HEYGEN_PROVIDER_PATH may point there. The target is called TARGET (default: the id).
set(HEYGEN_PROVIDER_MAP ${CMAKE_CURRENT_LIST_DIR}/provider.map)

function(heygen_add_provider id)
  cmake_parse_arguments(arg "" "TARGET;OUTPUT_DIRECTORY" "SOURCES;LIBRARIES" ${ARGN})
  string(LENGTH "${id}" length)
  if(NOT id MATCHES "^[a-z][a-z0-9-]+$" OR length GREATER 32)
    message(FATAL_ERROR "heygen_add_provider: the id \"${id}\" is not of the form [a-z][a-z0-9-]{1,31}")
  endif()
  if(NOT arg_SOURCES)
    message(FATAL_ERROR "heygen_add_provider(${id}): no SOURCES")
  endif()
  if(NOT arg_TARGET)
    set(arg_TARGET ${id})
  endif()
  if(NOT arg_OUTPUT_DIRECTORY)
    set(arg_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
  endif()
  add_library(${arg_TARGET} MODULE ${arg_SOURCES})
  target_link_libraries(${arg_TARGET} PRIVATE HeygenProvider::headers ${arg_LIBRARIES})
  target_link_options(${arg_TARGET} PRIVATE -Wl,--version-script=${HEYGEN_PROVIDER_MAP} -Wl,--no-undefined
                                            -Wl,--exclude-libs,ALL -Wl,--gc-sections -Wl,-z,relro,-z,now)
  set_target_properties(${arg_TARGET} PROPERTIES PREFIX "" OUTPUT_NAME ${id} POSITION_INDEPENDENT_CODE ON
                        C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
                        LIBRARY_OUTPUT_DIRECTORY ${arg_OUTPUT_DIRECTORY} LINK_DEPENDS ${HEYGEN_PROVIDER_MAP})
  add_custom_command(TARGET ${arg_TARGET} POST_BUILD
    COMMAND HeygenProvider::check manifest $<TARGET_FILE:${arg_TARGET}>
            --output ${arg_OUTPUT_DIRECTORY}/${id}.provider.json
    VERBATIM)
endfunction()
