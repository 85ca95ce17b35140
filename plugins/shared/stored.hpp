// SPDX-License-Identifier: Apache-2.0
// The stored OAuth credential: the members that both OAuth providers read and write in their one slot.
#pragma once

#include <heygen/provider.hpp>

#include <optional>
#include <string>
#include <string_view>

#include "plugins/shared/server.hpp"
#include "plugins/shared/token.hpp"

namespace heygen::plugins {

/// A view of call.state(). An absent member is "".
struct Stored {
  std::string_view access_token, refresh_token, expires_at, scope, token_type;
  std::string_view issuer, token_endpoint, revocation_endpoint, client_id;

  /// The login recorded where its tokens came from. What is missing then is the default: earlier versions left it out.
  bool has_origin() const {
    return !issuer.empty() || !token_endpoint.empty() || !revocation_endpoint.empty() || !client_id.empty();
  }
};

/// Throws Fail{BROKEN} naming the first member that is not a string, has control characters, or is a token type other
/// than Bearer.
Stored read_stored(const sdk::Call& call);

/// The only server to which the stored tokens may be sent: the one they came from when that is recorded, else the
/// configured one. Throws Fail{USAGE} for a recorded http endpoint without HEYGEN_ALLOW_HTTP.
OauthEndpoints server_of(const sdk::Call& call, const Stored& stored, const Budget& budget);

/// A login without a record was written by another program: its tokens follow the configuration, but never over a
/// network in the clear, whatever HEYGEN_ALLOW_HTTP says. Throws Fail{BROKEN}.
void require_confidential(const OauthEndpoints& server, const Endpoint& endpoint);

/// Every known member anew; those without a value are removed. `asked_scope` holds when the response names none (RFC
/// 6749 §5.1).
void save_login(const sdk::Call& call, const Tokens& tokens, const OauthEndpoints& server,
                std::string_view asked_scope);
/// What a refresh changes: no new refresh token, scope or type keeps the old (RFC 6749 §6). A login that did not say
/// where it came from is now known to be of `server`.
void save_refresh(const sdk::Call& call, const Tokens& tokens, const Stored& stored, const OauthEndpoints& server);

}  // namespace heygen::plugins
