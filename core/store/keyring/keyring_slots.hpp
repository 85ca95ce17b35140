// SPDX-License-Identifier: Apache-2.0
// The slots of a credentials file that are in the keyring. The file names them in a member of its own, so that no other
// program takes the name for a credential: {"keyring": {"oauth": {"item": "…", "version": "…"}}}. A slot that the file
// has as well was stored later, by another program, and counts.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/json/value.hpp"
#include "core/store/keyring/keyring.hpp"

namespace heygen {
class Random;
}

namespace heygen::store {

enum class StorePlace : unsigned char { file, keyring };

/// Thread-safe.
class KeyringSlots {
 public:
  KeyringSlots(Keyring& keyring, Random& random, std::string profile);
  KeyringSlots(const KeyringSlots&) = delete;
  KeyringSlots& operator=(const KeyringSlots&) = delete;
  ~KeyringSlots();

  void check() { keyring_.check(); }
  /// The root without markers, with what they name. An item that is gone leaves its slot empty. Throws
  /// KeyringFault; with `lenient`, what cannot be read is empty.
  json::Value open(const json::Value& file, bool lenient);
  /// What the file is to contain for `wanted`: these slots of it are put in the keyring where they were there before,
  /// or where `place` says so; unchanged ones are not written again. Throws KeyringFault.
  json::Value close(const json::Value& file, const json::Value& before, json::Value wanted,
                    const std::vector<std::string>& slots, std::optional<StorePlace> place);
  /// Deletes what `from` has in the keyring and `to` does not name. The slots for which that failed.
  std::vector<std::string> settle(const json::Value& from, const json::Value& to);

 private:
  std::string random_name();

  Keyring& keyring_;
  Random& random_;
  const std::string profile_;
  std::mutex mutex_;                          ///< of the next
  std::map<std::string, std::string> known_;  ///< by item and version, which never changes
};

/// The slots that are marked as being in the keyring, in order.
std::vector<std::string> slots_in_keyring(const json::Value& file);

}  // namespace heygen::store
