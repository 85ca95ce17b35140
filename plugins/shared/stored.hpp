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

  /// The login recorded where its tokens came from. A missing member then had HeyGen's own value.
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

/// Sets every known member; those without a value are removed. `asked_scope` counts when the response names none
/// (RFC 6749 §5.1).
void save_login(const sdk::Call& call, const Tokens& tokens, const OauthEndpoints& server,
                std::string_view asked_scope);
/// Stores what a refresh changes: without a new refresh token, scope or type the old one stays (RFC 6749 §6). For
/// tokens of unrecorded origin, `server` is recorded.
void save_refresh(const sdk::Call& call, const Tokens& tokens, const Stored& stored, const OauthEndpoints& server);

}  // namespace heygen::plugins
