// SPDX-License-Identifier: Apache-2.0
#include "sdk/sandbox/oauth/state.hpp"

#include <boost/test/unit_test.hpp>

#include "sdk/sandbox/http/digest.hpp"
#include "tests/unit/sandbox/fake.hpp"

namespace heygen::sandbox {
namespace {

using std::chrono::seconds;

const std::string kVerifier(43, 'v');
const AuthorizationRequest kWanted{"cli", "http://127.0.0.1:1/oauth/callback", "openid email", "s",
                                   base64url(sha256(kVerifier))};

struct Fixture {
  FakeClock clock;
  SeededRandom random;
  Settings settings;
  State state{settings, clock, random};

  TokenSet login() { return state.redeem_code(state.issue_code(kWanted), "cli", kWanted.redirect_uri, kVerifier); }
  std::string poll(const DeviceGrant& device) {
    try {
      state.poll_device(device.device_code, "tv");
      return "ok";
    } catch (const Refusal& refusal) {
      return refusal.error;
    }
  }
};

struct ApprovingFixture : Fixture {
  State approving{[] {
                    Settings approve;
                    approve.auto_approve = true;
                    return approve;
                  }(),
                  clock, random};
};

auto refused_as(const std::string& error) {
  return [error](const Refusal& refusal) { return refusal.error == error && !refusal.description.empty(); };
}

BOOST_FIXTURE_TEST_SUITE(state, Fixture)

BOOST_AUTO_TEST_CASE(an_access_token_works_until_its_time_is_over) {
  const TokenSet tokens = login();
  clock.advance(seconds(3599));
  BOOST_TEST(state.token_state(tokens.access_token) == "active");
  BOOST_TEST(state.check_access(tokens.access_token).value() == "openid email");
  clock.advance(seconds(1));
  BOOST_TEST(state.token_state(tokens.access_token) == "expired");
  BOOST_TEST(!state.check_access(tokens.access_token).has_value());
  BOOST_TEST(state.token_state(tokens.refresh_token) == "active");
}

BOOST_AUTO_TEST_CASE(a_refresh_token_is_not_an_access_token) {
  const TokenSet tokens = login();
  BOOST_TEST(!state.check_access(tokens.refresh_token).has_value());
  BOOST_CHECK_EXCEPTION(state.refresh(tokens.access_token, "cli", ""), Refusal, refused_as("invalid_grant"));
  BOOST_TEST(state.token_state(tokens.access_token) == "active");
}

BOOST_AUTO_TEST_CASE(a_refresh_token_expires) {
  const TokenSet tokens = login();
  clock.advance(seconds(settings.refresh_ttl));
  BOOST_CHECK_EXCEPTION(state.refresh(tokens.refresh_token, "cli", ""), Refusal, refused_as("invalid_grant"));
  BOOST_TEST(state.token_state(tokens.refresh_token) == "expired");
}

BOOST_AUTO_TEST_CASE(a_refresh_by_another_client_harms_nothing) {
  const TokenSet tokens = login();
  BOOST_CHECK_EXCEPTION(state.refresh(tokens.refresh_token, "thief", ""), Refusal, refused_as("invalid_grant"));
  BOOST_TEST(state.token_state(tokens.refresh_token) == "active");
}

BOOST_AUTO_TEST_CASE(a_narrowed_refresh_keeps_the_whole_grant_for_the_next_one) {
  const TokenSet first = login();
  const TokenSet narrow = state.refresh(first.refresh_token, "cli", "email");
  BOOST_TEST(state.check_access(narrow.access_token).value() == "email");
  BOOST_TEST(state.refresh(narrow.refresh_token, "cli", "").scope == "openid email");
}

BOOST_AUTO_TEST_CASE(the_reuse_of_one_family_leaves_the_others_alone) {
  const TokenSet broken = login();
  const TokenSet other = login();
  state.refresh(broken.refresh_token, "cli", "");
  BOOST_CHECK_EXCEPTION(state.refresh(broken.refresh_token, "cli", ""), Refusal, refused_as("invalid_grant"));
  BOOST_TEST(state.token_state(broken.access_token) == "revoked");
  BOOST_TEST(state.token_state(other.access_token) == "active");
}

BOOST_AUTO_TEST_CASE(a_code_expires_after_a_minute) {
  const std::string code = state.issue_code(kWanted);
  clock.advance(seconds(60));
  BOOST_CHECK_EXCEPTION(state.redeem_code(code, "cli", kWanted.redirect_uri, kVerifier), Refusal,
                        refused_as("invalid_grant"));
}

BOOST_AUTO_TEST_CASE(a_verifier_outside_the_alphabet_is_refused_even_if_its_digest_fits) {
  const std::string odd = std::string(42, 'v') + "!";
  AuthorizationRequest wanted = kWanted;
  wanted.code_challenge = base64url(sha256(odd));
  BOOST_CHECK_EXCEPTION(state.redeem_code(state.issue_code(wanted), "cli", wanted.redirect_uri, odd), Refusal,
                        refused_as("invalid_grant"));
}

BOOST_AUTO_TEST_CASE(a_ticket_works_once_from_its_browser_within_ten_minutes) {
  const std::string ticket = state.open_ticket(kWanted, "browser");
  BOOST_TEST(!state.take_ticket(ticket, "other").has_value());
  BOOST_TEST(state.take_ticket(ticket, "browser").has_value());
  BOOST_TEST(!state.take_ticket(ticket, "browser").has_value());
  const std::string late = state.open_ticket(kWanted, "browser");
  clock.advance(seconds(600));
  BOOST_TEST(!state.take_ticket(late, "browser").has_value());
}

BOOST_AUTO_TEST_CASE(a_ticket_without_a_browser_never_works) {
  BOOST_TEST(!state.take_ticket(state.open_ticket(kWanted, ""), "").has_value());
}

BOOST_AUTO_TEST_CASE(a_slow_poller_is_not_slowed_down) {
  const DeviceGrant device = state.issue_device("tv", "openid");
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(poll(device) == "authorization_pending");
    clock.advance(seconds(5));
  }
}

BOOST_AUTO_TEST_CASE(each_hurried_poll_adds_five_seconds_for_good) {
  const DeviceGrant device = state.issue_device("tv", "openid");
  BOOST_TEST(poll(device) == "authorization_pending");
  clock.advance(seconds(4));
  BOOST_TEST(poll(device) == "slow_down");
  clock.advance(seconds(9));
  BOOST_TEST(poll(device) == "slow_down");
  clock.advance(seconds(15));
  BOOST_TEST(poll(device) == "authorization_pending");
}

BOOST_AUTO_TEST_CASE(an_unanswered_device_code_expires) {
  const DeviceGrant device = state.issue_device("tv", "openid");
  clock.advance(seconds(600));
  BOOST_TEST(poll(device) == "expired_token");
  BOOST_TEST(!state.find_device(device.user_code).has_value());
  BOOST_TEST(!state.decide_device(device.user_code, true));
}

BOOST_AUTO_TEST_CASE(a_device_code_is_answered_and_collected_once) {
  const DeviceGrant device = state.issue_device("tv", "openid");
  BOOST_TEST(state.decide_device(device.user_code, true));
  BOOST_TEST(!state.decide_device(device.user_code, false));
  BOOST_TEST(poll(device) == "ok");
  clock.advance(seconds(5));
  BOOST_TEST(poll(device) == "invalid_grant");
}

BOOST_AUTO_TEST_CASE(a_device_code_belongs_to_its_client) {
  const DeviceGrant device = state.issue_device("radio", "openid");
  state.decide_device(device.user_code, true);
  BOOST_TEST(poll(device) == "invalid_grant");
}

BOOST_FIXTURE_TEST_CASE(auto_approval_comes_with_the_first_poll_after_one_interval, ApprovingFixture) {
  const DeviceGrant device = approving.issue_device("tv", "openid");
  BOOST_CHECK_EXCEPTION(approving.poll_device(device.device_code, "tv"), Refusal, refused_as("authorization_pending"));
  clock.advance(seconds(5));
  BOOST_TEST(approving.poll_device(device.device_code, "tv").scope == "openid");
}

BOOST_AUTO_TEST_CASE(revoking_a_consumed_refresh_token_ends_its_family) {
  const TokenSet first = login();
  const TokenSet second = state.refresh(first.refresh_token, "cli", "");
  state.revoke(first.refresh_token, "cli");
  BOOST_TEST(state.token_state(second.refresh_token) == "revoked");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace heygen::sandbox
