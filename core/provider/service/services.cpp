// SPDX-License-Identifier: Apache-2.0
#include "core/provider/service/services.hpp"

#include <algorithm>
#include <array>

#include "core/provider/abi.hpp"

namespace heygen::provider {

const void* HEYGEN_CALL find_service(const heygen_call*, heygen_str id) {
  struct Entry {
    std::string_view id;
    const void* service;
  };
  static const std::array<Entry, 14> kServices{{{HEYGEN_HTTP_1, &http_service()},
                                                {HEYGEN_JSON_1, &json_service()},
                                                {HEYGEN_HASH_1, &hash_service()},
                                                {HEYGEN_RANDOM_1, &random_service()},
                                                {HEYGEN_CLOCK_1, &clock_service()},
                                                {HEYGEN_LOOPBACK_1, &loopback_service()},
                                                {HEYGEN_BROWSER_1, &browser_service()},
                                                {HEYGEN_TERMINAL_1, &terminal_service()},
                                                {HEYGEN_SETTINGS_1, &settings_service()},
                                                {HEYGEN_LOG_1, &log_service()},
                                                {HEYGEN_CANCEL_1, &cancel_service()},
                                                {HEYGEN_CACHE_1, &cache_service()},
                                                {HEYGEN_KEY_1, &key_service()},
                                                {HEYGEN_REQUEST_1, &request_service()}}};
  const auto* found = std::ranges::find(kServices, abi::view(id), &Entry::id);
  return found != kServices.end() ? found->service : nullptr;
}

}  // namespace heygen::provider
