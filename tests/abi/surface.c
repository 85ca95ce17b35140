// SPDX-License-Identifier: Apache-2.0
/* Uses every public struct, so that libabigail finds all of them in the debug information. */
#include <heygen/provider.h>

#define USE(type)                                                     \
  HEYGEN_EXPORT const type* heygen_surface_##type(const type* value); \
  const type* heygen_surface_##type(const type* value) {              \
    return value;                                                     \
  }

USE(heygen_str)
USE(heygen_sink)
USE(heygen_call)
USE(heygen_setting)
USE(heygen_descriptor)
USE(heygen_outcome)
USE(heygen_provider_1)
USE(heygen_host)
USE(heygen_provider_entry_v)
USE(heygen_field)
USE(heygen_loopback_options)
USE(heygen_cache_1_v)
USE(heygen_request_1_v)
USE(heygen_key_1_v)
USE(heygen_http_request)
USE(heygen_http_1_v)
USE(heygen_json_1_v)
USE(heygen_hash_1_v)
USE(heygen_random_1_v)
USE(heygen_clock_1_v)
USE(heygen_loopback_1_v)
USE(heygen_browser_1_v)
USE(heygen_terminal_1_v)
USE(heygen_settings_1_v)
USE(heygen_log_1_v)
USE(heygen_cancel_1_v)
