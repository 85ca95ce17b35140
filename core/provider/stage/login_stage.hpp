// SPDX-License-Identifier: Apache-2.0
// What is between a provider's login() and what the host lends to it. The provider sees no difference: how a login
// is presented, and whether it waits or is finished by a later process, is the host's affair.
#pragma once

#include <functional>
#include <string_view>

#include "core/json/value.hpp"

namespace heygen::provider {

struct Services;

/// Told what happens in a login, with the members of the event; docs/login.md lists them.
using OnLoginEvent = std::function<void(std::string_view event, json::Object members)>;

/// Of one login() call, on its thread.
class LoginStage {
 public:
  virtual ~LoginStage() = default;
  /// What that call gets in place of `services`; as long as this object lives.
  virtual const Services& lend(const Services& services) = 0;
  /// The keys that the login creates are there already.
  virtual bool has_keys() const { return false; }
};

}  // namespace heygen::provider
