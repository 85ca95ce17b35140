// SPDX-License-Identifier: Apache-2.0
// heygen.cache/1
#include <utility>

#include "core/base/clock.hpp"
#include "core/base/known_secrets.hpp"
#include "core/base/limits.hpp"
#include "core/provider/call/cached_entries.hpp"
#include "core/provider/call/host_call.hpp"
#include "core/provider/service/services.hpp"
#include "core/provider/text_rules.hpp"

namespace heygen::provider {
namespace {

constexpr std::size_t kMaxCachedValue = 64 * limits::kKiB;

heygen_status HEYGEN_CALL get_cached(const heygen_call* call, heygen_str key, heygen_str* value,
                                     heygen_time* expires_at) {
  return guarded(call, [&](HostCall& host) -> heygen_status {
    if (value == nullptr) return host.refuse("cache.get got no place for the value.");
    *value = {nullptr, 0};
    if (!is_entry_name(abi::view(key))) return host.refuse("cache.get refused the key: it is not of its form.");
    const auto found = find_cached(host, std::string(abi::view(key)));
    if (!found) return HEYGEN_NOT_CONFIGURED;
    remember_secret(found->value.reveal());
    *value = host.keep(found->value.reveal());
    if (expires_at != nullptr) *expires_at = found->expires_at;
    return HEYGEN_OK;
  });
}

heygen_status HEYGEN_CALL put_cached(const heygen_call* call, heygen_str key, heygen_str value,
                                     heygen_time expires_at) {
  return guarded(call, [&](HostCall& host) -> heygen_status {
    if (!abi::is_sound(value)) return host.refuse("cache.put got NULL with a size.");
    if (!is_entry_name(abi::view(key))) return host.refuse("cache.put refused the key: it is not of its form.");
    if (value.size > kMaxCachedValue) return host.fail(HEYGEN_USAGE, "The cache takes no value over 64 KiB.");
    if (expires_at <= host.services.clock.now()) return HEYGEN_USAGE;
    remember_secret(abi::view(value));
    if (!put_cached_entry(host, std::string(abi::view(key)), {Secret(std::string(abi::view(value))), expires_at}))
      return host.fail(HEYGEN_USAGE, "The cache takes no more than 64 entries.");
    return HEYGEN_OK;
  });
}

heygen_status HEYGEN_CALL drop_cached(const heygen_call* call, heygen_str key) {
  return guarded(call, [&](HostCall& host) -> heygen_status {
    if (!is_entry_name(abi::view(key))) return host.refuse("cache.drop refused the key: it is not of its form.");
    drop_cached_entry(host, std::string(abi::view(key)));
    return HEYGEN_OK;
  });
}

}  // namespace

const heygen_cache_1_v& cache_service() {
  static constexpr heygen_cache_1_v kService{sizeof(kService), 0, get_cached, put_cached, drop_cached};
  return kService;
}

}  // namespace heygen::provider
