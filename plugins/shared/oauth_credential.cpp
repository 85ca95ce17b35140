// SPDX-License-Identifier: Apache-2.0
#include "plugins/shared/oauth_credential.hpp"

#include <string>
#include <utility>

#include "plugins/shared/revocation.hpp"
#include "plugins/shared/text.hpp"

namespace heygen::plugins {

namespace {

void set_bearer(const sdk::Call& call, std::string_view token) {
  std::string value = "Bearer " + std::string(token);
  call.set_header("Authorization", value);
  sdk::wipe(value);
}

/// False: the variable is not set.
bool gives_token_of_environment(const sdk::Call& call) {
  constexpr std::string_view kVariable = "HEYGEN_ACCESS_TOKEN";
  const std::string_view token = trim(call.settings().env(kVariable).value_or(std::string_view{}));
  if (token.empty()) return false;
  if (const std::string problem = token_problem(token); !problem.empty()) {
    throw sdk::Fail(HEYGEN_BROKEN, std::string(kVariable) + " is not a valid access token: it " + problem + ".",
                    "Set " + std::string(kVariable) + " to the token only, or unset it.");
  }
  call.set_type("oauth");
  call.set_source("env");
  set_bearer(call, token);
  return true;
}

}  // namespace

void OauthCredential::resolve(sdk::Call& call) {
  // After a login the host verifies the stored token, so the environment does not count.
  if (call.reason() != HEYGEN_REASON_LOGIN && gives_token_of_environment(call)) return;
  const Stored stored = read_stored(call);
  if (stored.access_token.empty() && stored.refresh_token.empty()) throw sdk::Fail(HEYGEN_NOT_CONFIGURED);
  call.set_type("oauth");
  if (!stored.scope.empty()) call.set_scope(stored.scope);
  call.set_refreshable(!stored.refresh_token.empty());
  if (stored.access_token.empty()) return;  // the host refreshes first
  if (const auto expiry = call.clock().parse(trim(stored.expires_at))) call.set_expiry(*expiry);
  set_bearer(call, stored.access_token);
}

void OauthCredential::refresh(sdk::Call& call) {
  const Stored stored = read_stored(call);
  if (stored.refresh_token.empty()) {
    throw sdk::Fail(HEYGEN_REJECTED, "The stored OAuth credential cannot be refreshed: it has no refresh token.");
  }
  const OauthEndpoints server = server_of(call, stored, Budget(call, kTokenTimeout));
  require_confidential(server, token_endpoint(server));
  sdk::Form form(call.http());
  form.add("grant_type", "refresh_token").add("refresh_token", stored.refresh_token).add("client_id", server.client_id);
  const Tokens tokens =
      request_tokens(call, server, form, {stored.refresh_token, stored.access_token}, stored.refresh_token);
  save_refresh(call, tokens, stored, server);
  const bool rotated = !tokens.refresh.empty() && tokens.refresh.reveal() != stored.refresh_token;
  if (!rotated) kept_ = sdk::Secret(stored.refresh_token);
}

void OauthCredential::revoke(sdk::Call& call) {
  const Budget budget(call, kRevokeTimeout);
  const Stored stored = read_stored(call);
  const bool has_refresh = !stored.refresh_token.empty();
  // Revoking the refresh token revokes its access tokens too (RFC 7009 §2.1).
  const std::string_view token = has_refresh ? stored.refresh_token : stored.access_token;
  const bool in_use = token == kept_.reveal() && (call.reason() == HEYGEN_REASON_REPLACED || reissued_);
  if (token.empty() || in_use) throw sdk::Fail(HEYGEN_NOT_CONFIGURED);
  const OauthEndpoints server = server_of(call, stored, budget);
  if (!server.revoke_url.empty()) {
    require_url(server.revoke_url, "revocation endpoint", server.allow_http);
    require_confidential(server, revocation_endpoint(server));
  }
  revoke_token(call, server, token, has_refresh ? TokenKind::refresh : TokenKind::access,
               {stored.refresh_token, stored.access_token}, budget.left());
}

void OauthCredential::keep_login(const sdk::Call& call, Tokens tokens, const OauthEndpoints& server,
                                 std::string_view asked_scope) {
  save_login(call, tokens, server, asked_scope);
  const sdk::Json stored = call.state();
  reissued_ = stored["refresh_token"].as_text() == tokens.refresh.reveal() && !tokens.refresh.empty();
  kept_ = std::move(tokens.refresh.empty() ? tokens.access : tokens.refresh);
}

}  // namespace heygen::plugins
