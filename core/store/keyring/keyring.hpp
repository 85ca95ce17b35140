// SPDX-License-Identifier: Apache-2.0
// The desktop's keyring, as the store needs it.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>

namespace heygen::store {

/// Where one version of a slot is. `item` stays the same for as long as the slot is in the keyring; what is stored
/// under a version never changes, so that a writer that is killed leaves what the file names.
struct KeyringKey {
  std::string profile, slot, item, version;
};

/// The keyring cannot be used. The message is a clause that says why: "it is locked".
class KeyringFault : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Every call ends within seconds, asks the user nothing, and throws KeyringFault.
class Keyring {
 public:
  virtual ~Keyring() = default;
  /// Whether something can be stored now.
  virtual void check() = 0;
  /// Empty when there is no such item.
  virtual std::optional<std::string> get(const KeyringKey& key) = 0;
  virtual void put(const KeyringKey& key, const std::string& secret) = 0;
  /// Deletes all versions of the item but this one; all when it is "".
  virtual void drop_all_but(const KeyringKey& key) = 0;
};

}  // namespace heygen::store
