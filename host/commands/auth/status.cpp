#include "host/commands/auth/status.hpp"

#include "core/auth/resolver.hpp"
#include "core/auth/session.hpp"
#include "core/transport/api_client.hpp"
#include "host/commands/auth/support.hpp"
#include "host/context.hpp"

namespace heygen::host {

namespace {

const auth::RequestInfo kWhoAmI{"GET", "/v3/users/me"};

/// Who the file says is logged in; only asked when the credential came from there.
json::Value stored_user(Context& context) {
  try {
    const json::Value root = context.store().read().root;
    const json::Value* user = root.find("user");
    return user != nullptr && user->is_object() ? *user : json::Value(json::Object{});
  } catch (const store::Unreadable&) {
    return json::Object{};
  }
}

json::Value fetch_user(Context& context) {
  transport::ApiRequest request;
  request.path = kWhoAmI.path;
  request.headers = context.client_headers();
  const std::string body = context.client().fetch(request);
  try {
    json::Value reply = json::parse(body);
    if (reply.is_null()) return json::Object{};
    if (reply.is_object()) return reply;
  } catch (const json::ParseError&) {
    // Told below, like any other reply that is no object.
  }
  throw Error(code::kError, "The server accepted the credential, but its reply is no JSON object.",
              "Check that HEYGEN_API_BASE names the HeyGen API.");
}

}  // namespace

json::Value credential_block(const auth::Credential& credential, const json::Value& user, std::int64_t now) {
  json::Value block = json::Object{};
  block.set("type", credential.type());
  block.set("source", credential.source());
  block.set("provider", credential.provider());
  json::Value person = json::Object{};
  for (const std::string_view member : {"email", "first_name", "last_name", "username"}) {
    if (const std::string text = user.string_at(member); !text.empty()) person.set(member, text);
  }
  if (const std::string name = display_name(user); !name.empty()) person.set("display_name", name);
  if (!person.as_object().empty()) block.set("user", person);
  if (!credential.scope().empty()) block.set("scope", credential.scope());
  const std::optional<std::int64_t> expires_at = credential.expires_at();
  if (expires_at) {
    block.set("expires_at", format_time(*expires_at));
    block.set("expires_in_seconds", *expires_at - now);
  }
  if (credential.refreshable() || expires_at) block.set("refreshable", credential.refreshable());
  if (expires_at) block.set("expired", *expires_at <= now);
  return block;
}

void run_status(Context& context, const Parsed&) {
  // A missing credential is told before anything about base URL and headers.
  context.session().check(kWhoAmI);
  json::Value reply = fetch_user(context);

  // Once more: the call may have refreshed it.
  const auth::Credential used = context.resolver().resolve(kWhoAmI);
  const json::Value user = used.source() == "file" ? stored_user(context) : json::Value(json::Object{});
  reply.set("credential", credential_block(used, user, context.clock.now()));
  context.print(reply);
}

}  // namespace heygen::host
