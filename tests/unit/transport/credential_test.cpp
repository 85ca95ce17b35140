// SPDX-License-Identifier: Apache-2.0
#include "core/transport/call/credential.hpp"

#include "tests/unit/transport/fakes.hpp"

using namespace heygen;
using namespace heygen::transport;
using namespace heygen::transport::test;

namespace {

struct Setup {
  static constexpr const char* kHere = "https://api.test/v3/x";

  static auth::RequestInfo attempt(const std::string& url = kHere) { return {"GET", "/v3/x", url}; }
  CallCredential make(Login login, bool refreshed = false) {
    credentials.grants = {{credential("Authorization", "Bearer old", login), refreshed},
                          {credential("Authorization", "Bearer new", login), false}};
    CallCredential made(credentials, clock, {"GET", "/v3/x"});
    made.prepare(attempt());
    return made;
  }
  void refuse(CallCredential& held, const Login& login) {
    credentials.refreshes.emplace_back([login] {
      return auth::CredentialLease{credential("Authorization", "Bearer fresh", login), true};
    });
    held.replace(
        heygen::test::CannedResponse({401, "", {{"www-authenticate", "Bearer realm=x"}, {"DPoP-Nonce", "n"}}}));
  }
  FakeCredentials credentials;
  FakeClock clock;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(call_credential, Setup)

BOOST_AUTO_TEST_CASE(stale_credential_is_obtained_again_and_a_fresh_one_kept) {
  CallCredential held = make({.refreshable = true, .expires_at = clock.now() + 100});
  held.prepare(attempt());
  held.prepare(attempt("https://api.test/v3/y"));
  BOOST_TEST(credentials.asked_for.size() == 1U);
  clock.advance(std::chrono::seconds(50));
  held.prepare(attempt());
  BOOST_TEST(credentials.asked_for.size() == 2U);
  BOOST_TEST(held.now() == clock.now());
}

BOOST_AUTO_TEST_CASE(credential_for_one_request_is_obtained_for_each_attempt_and_its_url) {
  CallCredential held = make({.this_request_only = true});
  held.prepare(attempt());
  held.prepare(attempt("https://api.test/v3/y"));
  BOOST_REQUIRE(credentials.asked_at.size() == 3U);
  BOOST_TEST(credentials.asked_at[1].url == kHere);
  BOOST_TEST(credentials.asked_at[2].url == "https://api.test/v3/y");
}

BOOST_AUTO_TEST_CASE(refresh_passes_the_challenge_on_and_happens_once) {
  CallCredential held = make({.refreshable = true});
  BOOST_TEST(held.can_refresh());
  refuse(held, {.refreshable = true});
  BOOST_TEST(credentials.challenges.at(0) == "Bearer realm=x");
  BOOST_TEST(held.was_refreshed());
  BOOST_TEST(!held.can_refresh());
}

BOOST_AUTO_TEST_CASE(signed_request_is_refreshed_once_for_a_nonce_and_once_for_a_token) {
  const Login signs{.refreshable = true, .this_request_only = true};
  CallCredential held = make(signs);
  refuse(held, signs);
  held.prepare(attempt());
  BOOST_TEST(credentials.asked_for.size() == 1U);  // the refresh gave what this attempt needs
  BOOST_TEST(held.can_refresh());
  held.prepare(attempt());
  const provider::HeaderFields wanted{{"www-authenticate", "Bearer realm=x"}, {"DPoP-Nonce", "n"}};
  BOOST_TEST((credentials.asked_at.at(1).refusal == wanted));
  refuse(held, signs);
  BOOST_TEST(!held.can_refresh());
}

BOOST_AUTO_TEST_CASE(kept_credential_that_cannot_be_refreshed_is_asked_for_again_once) {
  for (const bool replaced : {true, false}) {
    credentials.grants = {{credential("x-api-key", "old"), false, true}};
    CallCredential held(credentials, clock, {"GET", "/v3/x"});
    held.prepare(attempt());
    BOOST_TEST(!held.can_refresh());
    BOOST_TEST(held.can_ask_again());
    credentials.refreshes.emplace_back([&] {
      return auth::CredentialLease{credential("x-api-key", replaced ? "new" : "old"), false};
    });
    BOOST_TEST(held.replace(heygen::test::CannedResponse({401, "", {}})) == replaced);
    if (replaced) BOOST_TEST(!held.can_ask_again());
  }
  BOOST_TEST(!make({}).can_ask_again());
}

BOOST_AUTO_TEST_CASE(credential_refreshed_while_obtained_is_not_refreshed_again) {
  BOOST_TEST(!make({.refreshable = true}, true).can_refresh());
  BOOST_TEST(!make({.refreshable = false}).can_refresh());
  BOOST_TEST(make({.refreshable = true, .this_request_only = true}, true).can_refresh());
}

BOOST_AUTO_TEST_SUITE_END()
