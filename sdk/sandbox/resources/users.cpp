// Who is asking: /v3/users/me.
#include "sdk/sandbox/resources/resources.hpp"

namespace heygen::sandbox {
namespace {

Reply me(Call& call) {
  json::Value account(json::Object{{"username", "sandbox-user"},
                                   {"email", "robin@sandbox.example"},
                                   {"first_name", "Robin"},
                                   {"last_name", "Sandbox"}});
  if (call.credential == Credential::api_key) {
    account.set("billing_type", "wallet");
    account.set("wallet", json::Object{{"currency", "usd"},
                                       {"remaining_balance", json::Number{"42.5"}},
                                       {"auto_reload", json::Object{{"enabled", false}}}});
  } else {
    account.set("billing_type", "subscription");
    account.set("subscription",
                json::Object{{"plan", "creator"},
                             {"credits", json::Object{{"premium_credits",
                                                       json::Object{{"remaining", 120}, {"resets_at", json::Value()}}},
                                                      {"add_on_credits", json::Value()}}}});
  }
  return data_reply(std::move(account));
}

}  // namespace

Group users() {
  return {{{"GET", "/v3/users/me", me}}, {}, nullptr, nullptr};
}

}  // namespace heygen::sandbox
