// SPDX-License-Identifier: Apache-2.0
#include "host/commands/auth/status.hpp"

#include <algorithm>

#include "core/auth/login.hpp"
#include "core/auth/resolver.hpp"
#include "core/auth/session.hpp"
#include "core/base/limits.hpp"
#include "core/json/parse.hpp"
#include "core/store/reserved_slots.hpp"
#include "core/transport/api_client.hpp"
#include "core/transport/rules/account.hpp"
#include "core/transport/rules/response_error.hpp"
#include "host/commands/auth/support.hpp"
#include "host/printer.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::auth {

namespace {

/// Of a credential that has no scope and never expires.
constexpr std::string_view kKeyType = "api_key";

/// Who is logged in according to the file.
json::Value stored_user(Services& services) {
  try {
    return services.store().read().user();
  } catch (const store::Unreadable&) {
    return json::Object{};
  }
}

json::Value fetch_user(Services& services) {
  transport::ApiRequest request;
  request.path = heygen::auth::who_am_i().path;
  request.headers = services.client_headers();
  const auto [headers, body] = services.client().fetch_with_headers(request, limits::kAuthResponse);
  try {
    json::Value response = transport::read_account(body);
    return response.is_null() ? json::Value(json::Object{}) : response;
  } catch (const json::ParseError& fault) {
    throw transport::unreadable_response(headers, body, fault.what());
  }
}

}  // namespace

json::Value credential_block(const heygen::auth::Credential& credential, const json::Value& user, std::int64_t now) {
  json::Value block = json::Object{};
  block.set("type", credential.type());
  block.set("source", credential.source());
  block.set("provider", credential.provider());
  json::Value shown = json::Object{};
  for (const std::string_view member : {"email", "first_name", "last_name", "username"}) {
    if (const std::string text = user.string_at(member); !text.empty()) shown.set(member, text);
  }
  if (const std::string name = display_name(user); !name.empty()) shown.set("display_name", name);
  if (!shown.as_object().empty()) block.set("user", shown);
  const bool token = credential.type() != kKeyType;
  const std::optional<std::int64_t> expires_at = credential.expires_at();
  if (!credential.scope().empty() || token)
    block.set("scope", credential.scope().empty() ? json::Value() : json::Value(credential.scope()));
  if (expires_at || token) block.set("expires_at", expires_at ? json::Value(format_time(*expires_at)) : json::Value());
  if (expires_at) block.set("expires_in_seconds", *expires_at - now);
  if (credential.refreshable() || expires_at || token) block.set("refreshable", credential.refreshable());
  if (expires_at) block.set("expired", *expires_at <= now);
  return block;
}

void run_status(Services& services, Printer& printer, const Parsed&) {
  // A missing credential is reported before anything about the base URL and headers.
  services.session().check(heygen::auth::who_am_i());
  json::Value response = fetch_user(services);

  const heygen::auth::Credential& used = *services.session().last();
  const json::Value user = used.source() == "file" ? stored_user(services) : json::Value(json::Object{});
  json::Value block = credential_block(used, user, services.clock.now());
  if (used.source() == "file") {
    const std::vector<std::string> there = services.store().slots_in_keyring();
    if (std::ranges::find(there, store::slot_of(used.provider())) != there.end()) block.set("source", "keyring");
  }
  set_profile(block, services);
  response.set("credential", std::move(block));
  printer.print(response);
}

}  // namespace heygen::host::commands::auth
