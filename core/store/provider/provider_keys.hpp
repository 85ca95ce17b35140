// SPDX-License-Identifier: Apache-2.0
// Private keys that the host keeps for providers (heygen.key/1). A key belongs to a login: what a login creates stays
// in memory until that login is saved, and then takes the place of all keys of the login before it.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/base/secret.hpp"
#include "core/store/provider/provider_files.hpp"

namespace heygen::store {

/// The keys of one provider by name, PKCS #8 in PEM. Wiped when it goes.
class KeySet {
 public:
  KeySet() = default;
  /// Members that are not text are left out.
  explicit KeySet(const json::Value& document);

  std::optional<Secret> find(const std::string& name) const;
  void set(const std::string& name, Secret key) { keys_[name] = std::move(key); }
  std::size_t size() const { return keys_.size(); }
  bool empty() const { return keys_.empty(); }
  /// An object; the caller wipes it.
  json::Value document() const;
  bool operator==(const KeySet&) const = default;

 private:
  std::map<std::string, Secret> keys_;
};

/// One file per provider. Not thread-safe.
class ProviderKeys {
 public:
  static constexpr std::size_t kMaxKeys = 8;

  /// `directory`, `fallbacks`: of the credentials.
  ProviderKeys(std::filesystem::path directory, Clock& clock, std::vector<std::filesystem::path> fallbacks = {},
               WriteHold hold = {});

  /// What is shown in place of the stored key first, then what is created and not saved yet, then what is stored.
  std::optional<Secret> find(const std::string& provider, const std::string& name) const;

  /// Empty when there is no file, or none that can be used.
  KeySet stored(const std::string& provider) const;
  /// The file that find() would need, when it cannot be used.
  std::optional<std::filesystem::path> damaged(const std::string& provider) const;

  /// Where stored keys are, for messages.
  std::filesystem::path file(const std::string& provider) const { return files_.file(provider); }

  /// Keeps a key in memory, until save() or forget(). False: the login would have more than kMaxKeys.
  bool create(const std::string& provider, const std::string& name, Secret key);
  /// What is created and not saved yet.
  KeySet created(const std::string& provider) const;
  void set_created(const std::string& provider, KeySet keys);
  /// The login is complete: until forget() its provider sees what it created, and none that it replaces.
  void seal(const std::string& provider) { shown_[provider] = created(provider); }
  /// Drops what is not saved.
  void forget(const std::string& provider);
  /// Puts what is created in the place of what was stored, and returns that. Throws Error: the file is then unchanged.
  /// What is created stays visible until forget().
  KeySet save(const std::string& provider) const;
  /// Undoes save(), of another process too.
  void restore(const std::string& provider, const KeySet& before) const;

  /// While it lives, a provider sees these keys, of a login that is not stored; or its own, when these are none.
  class Shown {
   public:
    Shown(ProviderKeys& keys, std::string provider, const KeySet& shown);
    Shown(const Shown&) = delete;
    Shown& operator=(const Shown&) = delete;
    ~Shown();

   private:
    ProviderKeys& keys_;
    std::string provider_;
  };

  /// All keys of a provider. Files that could not be removed.
  std::vector<std::filesystem::path> remove(const std::string& provider);
  /// Of all providers.
  std::vector<std::filesystem::path> remove_all();
  /// Of all providers but this one.
  std::vector<std::filesystem::path> remove_all_but(const std::string& provider);

 private:
  ProviderFiles files_;
  std::map<std::string, KeySet> created_, shown_;  ///< by provider
};

}  // namespace heygen::store
