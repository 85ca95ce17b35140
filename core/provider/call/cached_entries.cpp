// SPDX-License-Identifier: Apache-2.0
#include "core/provider/call/cached_entries.hpp"

#include <algorithm>
#include <utility>

#include "core/base/clock.hpp"
#include "core/provider/call/declared_values.hpp"

namespace heygen::provider {
namespace {

/// Told with --verbose, once a command: the rest stays in memory.
void tell_problem(const HostCall& host, const std::string& problem) {
  if (problem.empty() || !host.services.log) return;
  host.services.log(HEYGEN_LOG_DEBUG, host.manifest.id + ": nothing is cached beyond this command. " + problem);
}

bool waits_for_end(const HostCall& host) {
  return host.function == Function::login || host.function == Function::refresh;
}

}  // namespace

std::optional<store::CacheEntry> find_cached(const HostCall& host, const std::string& key) {
  if (host.services.cache == nullptr) return {};
  const auto waiting = host.cached.find(key);
  if (waiting == host.cached.end()) return host.services.cache->get(host.manifest.id, cache_binding(host), key);
  if (waiting->second.expires_at <= host.services.clock.now()) return {};
  return waiting->second;
}

bool put_cached_entry(HostCall& host, const std::string& key, store::CacheEntry entry) {
  if (host.services.cache == nullptr) return true;
  if (!waits_for_end(host)) {
    const auto written = host.services.cache->put(host.manifest.id, cache_binding(host), key, entry);
    if (written.fits) tell_problem(host, written.problem);
    return written.fits;
  }
  std::vector<std::string> keys = host.services.cache->keys(host.manifest.id, cache_binding(host));
  std::erase_if(keys, [&](const std::string& stored) { return stored == key || host.cached.contains(stored); });
  const std::size_t others = keys.size() + host.cached.size() - host.cached.count(key);
  if (others >= store::ProviderCache::kMaxCached) return false;
  host.cached.insert_or_assign(key, std::move(entry));
  return true;
}

void drop_cached_entry(HostCall& host, const std::string& key) {
  if (host.services.cache == nullptr) return;
  host.cached.erase(key);
  tell_problem(host, host.services.cache->drop(host.manifest.id, cache_binding(host), key).problem);
}

void write_cached(const HostCall& host, const ProviderResult& result) {
  if (host.cached.empty() || (result.status != Status::ok && host.changed_state())) return;
  const store::CacheBinding binding = cache_binding(host, result.patch);
  for (const auto& [key, entry] : host.cached)
    tell_problem(host, host.services.cache->put(host.manifest.id, binding, key, entry).problem);
}

}  // namespace heygen::provider
