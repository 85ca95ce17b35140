// SPDX-License-Identifier: Apache-2.0
// What providers derived and may lose (heygen.cache/1).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/base/secret.hpp"
#include "core/store/provider/provider_files.hpp"

namespace heygen::store {

/// What entries were derived from, as digests: another value never sees them.
struct CacheBinding {
  std::string state;   ///< of the provider
  std::string inputs;  ///< values of its declared variables and settings
};

struct CacheEntry {
  Secret value;  ///< any bytes
  std::int64_t expires_at = 0;
};

/// One file per provider, whose entries all have one binding. What cannot be written is kept in memory, for the rest of
/// this process; without a directory everything is. Not thread-safe.
class ProviderCache {
 public:
  static constexpr std::size_t kMaxCached = 64;

  /// `directory`, `fallbacks`: of the credentials.
  ProviderCache(std::filesystem::path directory, Clock& clock, std::vector<std::filesystem::path> fallbacks = {},
                WriteHold hold = {});
  ProviderCache(const ProviderCache&) = delete;
  ProviderCache& operator=(const ProviderCache&) = delete;
  ~ProviderCache();

  struct Written {
    bool fits = true;     ///< false: as many others are there
    std::string problem;  ///< why it is kept in memory only, a sentence; or ""
  };

  /// Empty when there is none of that binding, or it has expired. Expired entries are removed.
  std::optional<CacheEntry> get(const std::string& provider, const CacheBinding& binding, const std::string& key);
  /// Removes what has another binding, or has expired.
  Written put(const std::string& provider, const CacheBinding& binding, const std::string& key,
              const CacheEntry& entry);
  Written drop(const std::string& provider, const CacheBinding& binding, const std::string& key);
  /// Of the entries that get() would find.
  std::vector<std::string> keys(const std::string& provider, const CacheBinding& binding) const;

  bool has(const std::string& provider) const;
  /// All entries of a provider. Files that could not be removed.
  std::vector<std::filesystem::path> remove(const std::string& provider);
  /// Of all providers.
  std::vector<std::filesystem::path> remove_all();
  std::vector<std::filesystem::path> remove_all_but(const std::string& provider);
  /// Unless they are bound to this state.
  void remove_unless(const std::string& provider, const std::string& state);

 private:
  using Change = std::function<void(json::Value& content)>;
  json::Value read(const std::string& provider) const;
  /// Why it could not be written, or "".
  std::string update(const std::string& provider, const Change& change);
  void remove_expired(const std::string& provider);

  ProviderFiles files_;
  Clock& clock_;
  std::map<std::string, json::Value> unwritten_;  ///< by provider
};

}  // namespace heygen::store
