// SPDX-License-Identifier: Apache-2.0
// The first step of a login in two: runs login() until it waits for a redirect, or for a server that it polls, and
// records what it was given. The call then ends as if it were canceled.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "core/provider/stage/device_authorization.hpp"
#include "core/provider/stage/login_record.hpp"
#include "core/provider/stage/login_stage.hpp"

namespace heygen::provider {

class StartedLogin : public LoginStage {
 public:
  /// `port`: of the redirect, on which nothing listens afterwards; 0: the provider's or the system's choice.
  StartedLogin(std::uint16_t port, OnLoginEvent on_event);
  StartedLogin(const StartedLogin&) = delete;
  StartedLogin& operator=(const StartedLogin&) = delete;
  ~StartedLogin() override;

  const Services& lend(const Services& services) override;

  /// The login waits. Otherwise it ended by itself, and its result counts.
  bool is_waiting() const;
  /// Why it cannot be finished later although it waits, a sentence; "" when it can.
  const std::string& fault() const;
  /// Once it waits; without provider, settings, given values and keys.
  LoginRecord take_record();
  /// Of a device login.
  const std::optional<DeviceAuthorization>& device() const;

 private:
  class Lent;
  const std::uint16_t port_;
  const OnLoginEvent on_event_;
  std::unique_ptr<Lent> lent_;
};

}  // namespace heygen::provider
