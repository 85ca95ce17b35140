// SPDX-License-Identifier: Apache-2.0
// Cases about what matters most of a credential: whose login it is, what is kept of it, and how long it is good for.
#pragma once

#include "sdk/tools/check/case/trial.hpp"

namespace heygen::check {

/// The redirect of another login, or of another issuer, arrives.
void foreign_redirect(const std::filesystem::path& library, const Scenario& scenario, const Plan& plan, Findings& out);
/// Two logins have nothing in common.
void second_login(const std::filesystem::path& library, const Scenario& scenario, const Plan& plan, Findings& out);
/// The server gives a new refresh token, or none.
void rotated_token(const std::filesystem::path& library, const Scenario& scenario, const Plan& plan, Findings& out);
/// The server does not say when a token expires.
void unknown_expiry(const std::filesystem::path& library, const Scenario& scenario, const Plan& plan, Findings& out);
/// Tokens of 5,000 bytes.
void long_token(const std::filesystem::path& library, const Scenario& scenario, const Plan& plan, Findings& out);
/// Two requests want different answers.
void other_request(const std::filesystem::path& library, const Scenario& scenario, const Plan& plan, Findings& out);
/// What was put into the cache is gone.
void lost_cache(const std::filesystem::path& library, const Scenario& scenario, const Plan& plan, Findings& out);

}  // namespace heygen::check
