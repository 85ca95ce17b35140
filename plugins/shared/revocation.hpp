// SPDX-License-Identifier: Apache-2.0
// Revocation of a token (RFC 7009).
#pragma once

#include <heygen/provider.hpp>

#include <chrono>
#include <string_view>
#include <vector>

#include "plugins/shared/server.hpp"

namespace heygen::plugins {

inline constexpr std::chrono::milliseconds kRevokeTimeout{5'000};

enum class TokenKind : unsigned char { access, refresh };

/// Asks the server once. `secrets` are redacted in its text. Throws Fail{UNSUPPORTED} when the server has no known
/// endpoint for that, and as response_error() says.
void revoke_token(const sdk::Call& call, const OauthEndpoints& server, std::string_view token, TokenKind kind,
                  const std::vector<std::string_view>& secrets, std::chrono::milliseconds timeout);

/// Revokes what a token response brought that cannot be used: nobody else knows it, and it would stay valid. The
/// refresh token, or the access token when there is no other refresh token than `stored`, which is still in use. A
/// failure is not told: the response itself is the error.
void revoke_unusable(const sdk::Call& call, const OauthEndpoints& server, const sdk::Json& response,
                     std::string_view stored);

}  // namespace heygen::plugins
