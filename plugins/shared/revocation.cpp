// SPDX-License-Identifier: Apache-2.0
#include "plugins/shared/revocation.hpp"

#include <utility>

#include "plugins/shared/stored.hpp"
#include "plugins/shared/token.hpp"

namespace heygen::plugins {

void revoke_token(const sdk::Call& call, const OauthEndpoints& server, std::string_view token, TokenKind kind,
                  const std::vector<std::string_view>& secrets, std::chrono::milliseconds timeout) {
  if (server.revoke_url.empty()) {
    throw sdk::Fail(HEYGEN_UNSUPPORTED,
                    "The authorization server that issued the OAuth tokens has no known revocation endpoint.",
                    "Set HEYGEN_OAUTH_REVOKE_URL (providers.oauth.revoke_url) before the next login.");
  }
  require_url(server.revoke_url, "revocation endpoint", server.allow_http);
  sdk::Form form(call.http());
  form.add("token", token)
      .add("token_type_hint", kind == TokenKind::refresh ? "refresh_token" : "access_token")
      .add("client_id", server.client_id);
  const sdk::HttpResponse response = post_form(call, server.revoke_url, form, timeout);
  if (response.status() == 200 || response.status() == 204) return;
  throw response_error(call, revocation_endpoint(server), response, secrets);
}

void revoke_unusable(const sdk::Call& call, const OauthEndpoints& server, const sdk::Json& response,
                     std::string_view stored) {
  constexpr std::pair<const char*, TokenKind> kMembers[] = {{"refresh_token", TokenKind::refresh},
                                                            {"access_token", TokenKind::access}};
  for (const auto& [member, kind] : kMembers) {
    const sdk::Json value = response[member];
    const std::string_view token = value.is_string() ? value.as_text() : std::string_view{};
    if (token.empty() || token == stored) continue;
    try {
      if (!stored.empty()) require_confidential(server, revocation_endpoint(server));
      revoke_token(call, server, token, kind, {token}, kRevokeTimeout);
    } catch (const sdk::Fail&) {
    }
    return;
  }
}

}  // namespace heygen::plugins
