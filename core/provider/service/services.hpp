// SPDX-License-Identifier: Apache-2.0
// The services that the host offers to providers, one table of functions per service; heygen/provider.h describes them.
#pragma once

#include <heygen/provider.h>

namespace heygen::provider {

const heygen_http_1_v& http_service();
const heygen_json_1_v& json_service();
const heygen_hash_1_v& hash_service();
const heygen_random_1_v& random_service();
const heygen_clock_1_v& clock_service();
const heygen_loopback_1_v& loopback_service();
const heygen_browser_1_v& browser_service();
const heygen_terminal_1_v& terminal_service();
const heygen_settings_1_v& settings_service();
const heygen_log_1_v& log_service();
const heygen_cancel_1_v& cancel_service();
const heygen_cache_1_v& cache_service();
const heygen_key_1_v& key_service();
const heygen_request_1_v& request_service();

/// heygen_call.get_extension: one of them by its ID, or nullptr.
const void* HEYGEN_CALL find_service(const heygen_call* call, heygen_str id);

}  // namespace heygen::provider
