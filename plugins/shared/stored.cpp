// SPDX-License-Identifier: Apache-2.0
#include "plugins/shared/stored.hpp"

#include <array>

#include "plugins/shared/text.hpp"
#include "plugins/shared/url.hpp"

namespace heygen::plugins {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view Stored::*>, 9> kMembers{{
    {"access_token", &Stored::access_token},
    {"refresh_token", &Stored::refresh_token},
    {"expires_at", &Stored::expires_at},
    {"scope", &Stored::scope},
    {"token_type", &Stored::token_type},
    {"issuer", &Stored::issuer},
    {"token_endpoint", &Stored::token_endpoint},
    {"revocation_endpoint", &Stored::revocation_endpoint},
    {"client_id", &Stored::client_id},
}};

sdk::Fail broken(std::string_view member, const char* why) {
  return sdk::Fail(HEYGEN_BROKEN,
                   "The stored OAuth credential cannot be used: its " + std::string(member) + " " + why + ".");
}

void set_or_remove(sdk::Patch& patch, std::string_view name, std::string_view value) {
  if (value.empty()) {
    patch.remove(name);
  } else {
    patch.set_text(name, value);
  }
}

void set_expiry(const sdk::Call& call, sdk::Patch& patch, const Tokens& tokens) {
  if (tokens.expires_at) {
    patch.set_text("expires_at", call.clock().format(*tokens.expires_at));
    call.set_expiry(*tokens.expires_at);
  } else {
    patch.remove("expires_at");
  }
}

/// All of it, the usual values too: another program's configuration, or tomorrow's defaults, must not send these tokens
/// elsewhere.
void set_origin(sdk::Patch& patch, const OauthEndpoints& server) {
  set_or_remove(patch, "issuer", server.issuer);
  set_or_remove(patch, "token_endpoint", server.token_url);
  set_or_remove(patch, "revocation_endpoint", server.revoke_url);
  set_or_remove(patch, "client_id", server.client_id);
}

std::string revocation_of(const Stored& stored) {
  if (!stored.revocation_endpoint.empty()) return std::string(stored.revocation_endpoint);
  const bool foreign = !stored.issuer.empty() ||
                       (!stored.token_endpoint.empty() && origin_of(stored.token_endpoint) != origin_of(kTokenUrl));
  return foreign ? std::string() : std::string(kRevokeUrl);
}

}  // namespace

void require_confidential(const OauthEndpoints& server, const Endpoint& endpoint) {
  if (server.from_login || is_confidential(endpoint.url)) return;
  throw sdk::Fail(HEYGEN_BROKEN,
                  "The stored OAuth login does not say where it came from, and " + origin_of(endpoint.url) +
                      " is neither https nor on this machine: its tokens are not sent there.",
                  "Set " + endpoint.setting + " to an https URL.");
}

Stored read_stored(const sdk::Call& call) {
  const sdk::Json state = call.state();
  Stored stored;
  for (const auto& [name, member] : kMembers) {
    const sdk::Json value = state[name];
    if (value.is_null()) continue;
    if (!value.is_string()) throw broken(name, "is not a string");
    if (has_control(value.as_text()) && name != "expires_at") throw broken(name, "has control characters");
    stored.*member = value.as_text();
  }
  if (!stored.token_type.empty() && !iequals(stored.token_type, "bearer")) throw broken("token_type", "is not Bearer");
  return stored;
}

OauthEndpoints server_of(const sdk::Call& call, const Stored& stored, const Budget& budget) {
  if (!stored.has_origin()) return configured_server(call, load_settings(call), budget);
  OauthEndpoints server;
  if (!stored.issuer.empty() && stored.token_endpoint.empty()) {
    server = discover(call, std::string(stored.issuer), http_allowed(call), budget);
  } else {
    server.issuer = stored.issuer;
    server.allow_http = http_allowed(call);
    server.token_url = stored.token_endpoint.empty() ? kTokenUrl : stored.token_endpoint;
    server.revoke_url = revocation_of(stored);
    require_url(server.token_url, "token endpoint of the stored login", server.allow_http);
  }
  server.client_id = stored.client_id.empty() ? kClientId : stored.client_id;
  server.from_login = true;
  return server;
}

void save_login(const sdk::Call& call, const Tokens& tokens, const OauthEndpoints& server,
                std::string_view asked_scope) {
  const std::string scope = tokens.scope ? *tokens.scope : std::string(asked_scope);
  sdk::Patch patch(call);
  patch.set_text("access_token", tokens.access.reveal());
  set_or_remove(patch, "refresh_token", tokens.refresh.reveal());
  set_expiry(call, patch, tokens);
  set_or_remove(patch, "scope", scope);
  set_or_remove(patch, "token_type", tokens.token_type.value_or(""));
  set_origin(patch, server);
  call.set_state(patch.str());
  call.set_type("oauth");
  call.set_scope(scope);
  call.set_refreshable(!tokens.refresh.empty());
}

void save_refresh(const sdk::Call& call, const Tokens& tokens, const Stored& stored, const OauthEndpoints& server) {
  sdk::Patch patch(call);
  patch.set_text("access_token", tokens.access.reveal());
  if (!tokens.refresh.empty()) patch.set_text("refresh_token", tokens.refresh.reveal());
  set_expiry(call, patch, tokens);
  if (tokens.scope) patch.set_text("scope", *tokens.scope);
  if (tokens.token_type) patch.set_text("token_type", *tokens.token_type);
  if (!stored.has_origin()) set_origin(patch, server);
  call.set_state(patch.str());
}

}  // namespace heygen::plugins
