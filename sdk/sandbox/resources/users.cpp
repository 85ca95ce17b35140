// SPDX-License-Identifier: Apache-2.0
// Who is asking: /v3/users/me.
#include "sdk/sandbox/resources/resources.hpp"

namespace heygen::sandbox {
namespace {

Response me(Call& call) {
  Object account = object({{"username", "sandbox-user"},
                           {"email", "robin@sandbox.example"},
                           {"first_name", "Robin"},
                           {"last_name", "Sandbox"}});
  if (call.credential == Credential::api_key) {
    account->set("billing_type", "wallet");
    account->set(
        "wallet",
        object({{"currency", "usd"}, {"remaining_balance", 42.5}, {"auto_reload", object({{"enabled", false}})}}));
  } else {
    account->set("billing_type", "subscription");
    account->set("subscription",
                 object({{"plan", "creator"},
                         {"credits", object({{"premium_credits", object({{"remaining", 120}, {"resets_at", Var()}})},
                                             {"add_on_credits", Var()}})}}));
  }
  return data_response(account);
}

}  // namespace

Group users() {
  return {{{"GET", "/v3/users/me", me}}, {}, nullptr, nullptr};
}

}  // namespace heygen::sandbox
