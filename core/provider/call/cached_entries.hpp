// SPDX-License-Identifier: Apache-2.0
// What one call caches. Entries of a login or refresh wait for its end: they belong to the state that it leaves.
#pragma once

#include "core/provider/call/host_call.hpp"

namespace heygen::provider {

std::optional<store::CacheEntry> find_cached(const HostCall& host, const std::string& key);
/// False: there would be too many.
bool put_cached_entry(HostCall& host, const std::string& key, store::CacheEntry entry);
void drop_cached_entry(HostCall& host, const std::string& key);

/// Writes what waits, once the call has ended in `result`. A call that failed after it changed the state leaves
/// nothing.
void write_cached(const HostCall& host, const ProviderResult& result);

}  // namespace heygen::provider
