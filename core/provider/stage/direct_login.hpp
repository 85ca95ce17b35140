// SPDX-License-Identifier: Apache-2.0
// A login that one process begins and ends. The redirect may arrive at the listener, or be pasted on the terminal; a
// page with a code is opened when the user presses Enter; and it does not wait for a browser that no user can see.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/provider/stage/login_stage.hpp"

namespace heygen::provider {

class DirectLogin : public LoginStage {
 public:
  struct Options {
    std::string id;          ///< of the provider, for hints
    std::uint16_t port = 0;  ///< of the listener; 0: the provider's or the system's choice
    /// A program reads these, and sees to it that the URL is opened. May be empty.
    OnLoginEvent on_event{};
  };
  explicit DirectLogin(Options options);
  DirectLogin(const DirectLogin&) = delete;
  DirectLogin& operator=(const DirectLogin&) = delete;
  ~DirectLogin() override;

  const Services& lend(const Services& services) override;

 private:
  class Lent;
  const Options options_;
  std::unique_ptr<Lent> lent_;
};

}  // namespace heygen::provider
