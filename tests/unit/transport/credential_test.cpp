// SPDX-License-Identifier: Apache-2.0
#include "core/transport/call/credential.hpp"

#include "tests/unit/transport/fakes.hpp"

using namespace heygen;
using namespace heygen::transport;
using namespace heygen::transport::test;

namespace {

struct Setup {
  CallCredential make(Login login, bool refreshed = false) {
    credentials.grants = {{credential("Authorization", "Bearer old", login), refreshed},
                          {credential("Authorization", "Bearer new", login), false}};
    CallCredential made(credentials, clock, {"GET", "/v3/x"});
    made.obtain(nullptr);
    return made;
  }
  FakeCredentials credentials;
  FakeClock clock;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(call_credential, Setup)

BOOST_AUTO_TEST_CASE(stale_credential_is_obtained_again_and_a_fresh_one_kept) {
  CallCredential held = make({.refreshable = true, .expires_at = clock.now() + 100});
  held.keep_fresh();
  BOOST_TEST(credentials.asked_for.size() == 1U);
  clock.advance(std::chrono::seconds(50));
  held.keep_fresh();
  BOOST_TEST(credentials.asked_for.size() == 2U);
  BOOST_TEST(held.now() == clock.now());
}

BOOST_AUTO_TEST_CASE(refresh_passes_the_challenge_on_and_happens_once) {
  CallCredential held = make({.refreshable = true});
  BOOST_TEST(held.can_refresh());
  credentials.refreshes.emplace_back([] {
    return auth::CredentialLease{credential("Authorization", "Bearer fresh", {.refreshable = true}), true};
  });
  held.refresh(heygen::test::CannedResponse({401, "", {{"www-authenticate", "Bearer realm=x"}}}));
  BOOST_TEST(credentials.challenges.at(0) == "Bearer realm=x");
  BOOST_TEST(held.was_refreshed());
  BOOST_TEST(!held.can_refresh());
}

BOOST_AUTO_TEST_CASE(credential_refreshed_while_obtained_is_not_refreshed_again) {
  BOOST_TEST(!make({.refreshable = true}, true).can_refresh());
  BOOST_TEST(!make({.refreshable = false}).can_refresh());
}

BOOST_AUTO_TEST_SUITE_END()
