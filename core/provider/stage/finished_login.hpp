// SPDX-License-Identifier: Apache-2.0
// The second step of a login in two: runs login() with what the first step recorded, up to the wait, and from there
// with the host's services.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/provider/stage/login_record.hpp"
#include "core/provider/stage/login_stage.hpp"

namespace heygen::provider {

class FinishedLogin : public LoginStage {
 public:
  /// `redirect`: the parameters that the browser ended with; none where the login polls.
  FinishedLogin(LoginRecord record, std::vector<std::pair<std::string, std::string>> redirect);
  FinishedLogin(const FinishedLogin&) = delete;
  FinishedLogin& operator=(const FinishedLogin&) = delete;
  ~FinishedLogin() override;

  const Services& lend(const Services& services) override;
  bool has_keys() const override { return true; }

  /// The provider did something else than at the first step, so that it did not come to its wait.
  bool has_diverged() const;
  /// It came to its wait, and what followed was new to the servers.
  bool has_gone_on() const;

 private:
  class Lent;
  const LoginRecord record_;
  std::vector<std::pair<std::string, std::string>> redirect_;
  std::unique_ptr<Lent> lent_;
};

}  // namespace heygen::provider
