// SPDX-License-Identifier: Apache-2.0
// The Secret Service through libsecret, which is loaded when the first of these is called. It starts no bus and no
// daemon, and unlocks nothing. Each throws Fault; each may block: the host ends this process.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>

namespace heygen::keyring {

/// A clause that says why.
class Fault : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Item {
  std::string profile, slot, item, version;
};

void check();
std::optional<std::string> get(const Item& item);
void put(const Item& item, const std::string& secret);
/// Deletes the item's versions but this one.
void drop_all_but(const Item& item);

}  // namespace heygen::keyring
