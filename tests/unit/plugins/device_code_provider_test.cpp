// SPDX-License-Identifier: Apache-2.0
#include "plugins/device-code/device_code_provider.hpp"
#include "core/json/parse.hpp"
#include "core/json/write.hpp"

#include <algorithm>

#include "tests/unit/plugins/fake_host.hpp"

namespace heygen::plugins::test {
namespace {

constexpr const char* kTokens =
    R"({"access_token":"at_d","refresh_token":"rt_d","expires_in":60,"token_type":"Bearer"})";

struct Fixture : FakeHost {
  Fixture() : FakeHost(sdk::Exported<DeviceCodeProvider, kDeviceCodeDescriptor>::entry()) {
    settings["enabled"] = "true";
  }

  void respond(const std::string& body, int status = 200, Pairs headers = {}) {
    responses.push_back({status, body, std::move(headers), HEYGEN_OK, 0});
  }
  void device(const std::string& more = R"(,"interval":2,"expires_in":600)") {
    respond(R"({"device_code":"dc_secret","user_code":"WDJB-MJHT","verification_uri":"https://h.example/d")" + more +
            "}");
  }
  void error(const std::string& code) { respond(R"({"error":")" + code + "\"}", 400); }
  bool showed(std::string_view line) const { return std::find(notices.begin(), notices.end(), line) != notices.end(); }
  /// Polls take no time here, so what was waited is the interval as it was.
  std::vector<std::uint32_t> waited_s() const {
    std::vector<std::uint32_t> out;
    for (const std::uint32_t ms : waits) out.push_back(ms / 1000);
    return out;
  }
};

using Seconds = std::vector<std::uint32_t>;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(device_code, Fixture)

BOOST_AUTO_TEST_CASE(it_is_reserved_until_it_is_enabled) {
  settings.clear();
  const Said said = login();
  BOOST_TEST(said.status == HEYGEN_UNSUPPORTED);
  BOOST_TEST(said.message.find("not yet supported") != std::string::npos);
  settings["enabled"] = "false";
  BOOST_TEST(login().status == HEYGEN_UNSUPPORTED);
  BOOST_TEST(sent.empty());
  BOOST_TEST(events.empty());
}

BOOST_AUTO_TEST_CASE(its_endpoint_in_the_environment_enables_it) {
  settings.clear();
  environment["HEYGEN_OAUTH_DEVICE_URL"] = "https://d.example/device";
  device();
  respond(kTokens);
  BOOST_TEST(login().status == HEYGEN_OK);
  BOOST_TEST(sent.at(0).url == "https://d.example/device");
}

BOOST_AUTO_TEST_CASE(it_asks_shows_waits_and_stores) {
  device();
  error("authorization_pending");
  respond(kTokens);
  const Said said = login_and_save();
  BOOST_TEST(said.status == HEYGEN_OK);
  BOOST_TEST(sent.at(0).url == kDeviceUrl);
  BOOST_TEST(sent[0].body == "client_id=q2A2QRSke2LrFTPJhoDbHtXh&scope=openid+profile+email");
  BOOST_TEST(sent.at(1).url == kTokenUrl);
  BOOST_TEST(names_of(sent[1].form) == "grant_type device_code client_id");
  BOOST_TEST(value_of(sent[1].form, "grant_type") == "urn:ietf:params:oauth:grant-type:device_code");
  BOOST_TEST(value_of(sent[1].form, "device_code") == "dc_secret");
  BOOST_TEST(showed("https://h.example/d"));
  BOOST_TEST(showed("WDJB-MJHT"));
  BOOST_TEST(waited_s() == (Seconds{2, 2}));
  BOOST_TEST(json::write(state) ==
             R"({"access_token":"at_d","refresh_token":"rt_d","expires_at":")" + format_time(now + 60) +
                 R"(","scope":"openid profile email","token_type":"Bearer",)" + std::string(kDefaultOrigin) + "}");
}

BOOST_AUTO_TEST_CASE(the_device_code_is_never_shown) {
  device();
  respond(R"({"error":"invalid_grant","error_description":"dc_secret unknown"})", 400);
  const Said said = login();
  BOOST_TEST(said.status == HEYGEN_REJECTED);
  for (const std::string& line : notices) BOOST_TEST(line.find("dc_secret") == std::string::npos);
  BOOST_TEST((said.message + said.hint + said.code).find("dc_secret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_page_with_the_code_is_offered_to_the_browser_and_a_failure_is_not_fatal) {
  browser_opens = false;
  device(R"(,"verification_uri_complete":"https://h.example/d?c=WDJB-MJHT","interval":1)");
  respond(kTokens);
  BOOST_TEST(login().status == HEYGEN_OK);
  BOOST_TEST(opened.at(0) == "https://h.example/d?c=WDJB-MJHT");
  BOOST_TEST(showed("https://h.example/d?c=WDJB-MJHT"));
  BOOST_TEST(showed("https://h.example/d"));
  BOOST_TEST(showed("WDJB-MJHT"));
}

BOOST_AUTO_TEST_CASE(a_disabled_browser_stays_shut) {
  browser_allowed = interactive = false;
  device(R"(,"verification_uri_complete":"https://h.example/d?c=1","interval":1)");
  respond(kTokens);
  BOOST_TEST(login().status == HEYGEN_OK);
  BOOST_TEST(opened.empty());
}

BOOST_AUTO_TEST_CASE(a_complete_page_that_is_not_a_safe_url_is_ignored) {
  for (const char* url : {"javascript:alert(1)", "http://h.example/d", "file:///etc/passwd", "https://a@b/"}) {
    device(R"(,"verification_uri_complete":")" + std::string(url) + R"(","interval":1)");
    respond(kTokens);
    BOOST_TEST(login().status == HEYGEN_OK, url);
    BOOST_TEST(!showed(url));
  }
  BOOST_TEST(opened.empty());
}

BOOST_AUTO_TEST_CASE(five_seconds_is_the_interval_when_none_is_given) {
  device("");
  error("authorization_pending");
  respond(kTokens);
  login();
  BOOST_TEST(waited_s() == (Seconds{5, 5}));
}

BOOST_AUTO_TEST_CASE(an_interval_of_zero_or_less_still_waits) {
  for (const char* interval : {"0", "-3", "0.2"}) {
    waits.clear();
    device(R"(,"interval":)" + std::string(interval));
    respond(kTokens);
    login();
    BOOST_TEST(waited_s() == Seconds{1}, interval);
  }
}

BOOST_AUTO_TEST_CASE(slow_down_adds_five_seconds_for_good) {
  device();
  error("slow_down");
  error("authorization_pending");
  error("slow_down");
  respond(R"({"error":"slow_down"})", 429);
  respond(kTokens);
  BOOST_TEST(login().status == HEYGEN_OK);
  BOOST_TEST(waited_s() == (Seconds{2, 7, 7, 12, 17}));
}

BOOST_AUTO_TEST_CASE(server_is_asked_at_least_once_a_minute) {
  device(R"(,"interval":90,"expires_in":600)");
  error("authorization_pending");
  respond(R"({"error":"slow_down","interval":300})", 400);
  responses.push_back({0, "", {}, HEYGEN_TRANSIENT, 0});
  respond(kTokens);
  BOOST_TEST(login().status == HEYGEN_OK);
  BOOST_TEST(waited_s() == (Seconds{60, 60, 60, 60}));
}

BOOST_AUTO_TEST_CASE(slow_down_with_an_interval_sets_it) {
  device();
  respond(R"({"error":"slow_down","interval":20})", 200);
  respond(R"({"error":"slow_down","interval":"3"})", 400);
  respond(kTokens);
  BOOST_TEST(login().status == HEYGEN_OK);
  BOOST_TEST(waited_s() == (Seconds{2, 20, 25}));
}

BOOST_AUTO_TEST_CASE(forms_are_read_like_json) {
  const Pairs form{{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
  respond(
      "device_code=dc_secret&user_code=WDJB-MJHT&verification_uri=https%3A%2F%2Fh.example%2Fd&expires_in=900&interval="
      "7",
      200, form);
  respond("error=authorization_pending&error_description=It+waits", 200, form);
  respond("access_token=at%5Fd&scope=user&token_type=bearer", 200, form);
  const Said said = login();
  BOOST_TEST(said.status == HEYGEN_OK);
  BOOST_TEST(showed("https://h.example/d"));
  BOOST_TEST(waited_s() == (Seconds{7, 7}));
  BOOST_TEST(json::write(*said.patch).find(R"("access_token":"at_d")") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(damaged_form_is_not_a_valid_response) {
  const Pairs form{{"Content-Type", "application/x-www-form-urlencoded"}};
  for (const char* body : {"device_code=%", "a=1&a=2", "=x", "device_code", "%zz=1"}) {
    respond(body, 200, form);
    BOOST_TEST(login().status == HEYGEN_TRANSIENT, body);
  }
}

BOOST_AUTO_TEST_CASE(error_with_a_success_status_is_an_error) {
  respond(R"({"error":"device_flow_disabled"})");
  const Said said = login();
  BOOST_TEST(said.status == HEYGEN_REJECTED);
  BOOST_TEST(said.message.find("device_flow_disabled") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(life_of_the_code_is_shown) {
  for (const auto& [seconds, text] : {std::pair{"600", "10m"}, {"899", "14m 59s"}, {"45", "45s"}}) {
    device(R"(,"interval":2,"expires_in":)" + std::string(seconds));
    respond(kTokens);
    login();
    BOOST_TEST(showed("The code expires in " + std::string(text) + "."), text);
  }
}

BOOST_AUTO_TEST_CASE(no_response_or_a_server_in_trouble_doubles_the_interval) {
  device();
  responses.push_back({0, "", {}, HEYGEN_TRANSIENT, 0});
  respond("oops", 502);
  error("authorization_pending");
  respond("", 503, {{"Retry-After", "40"}});
  respond(kTokens);
  BOOST_TEST(login().status == HEYGEN_OK);
  BOOST_TEST(waited_s() == (Seconds{2, 4, 8, 8, 40}));
}

BOOST_AUTO_TEST_CASE(any_other_error_stops_the_polling) {
  for (const char* code : {"access_denied", "expired_token", "invalid_grant", "unknown_thing", "invalid_client"}) {
    sent.clear();
    device();
    error(code);
    const Said said = login();
    BOOST_TEST(said.status == HEYGEN_REJECTED, code);
    BOOST_TEST(said.code == code);
    BOOST_TEST(sent.size() == 2U);
    BOOST_TEST(!said.patch.has_value());
  }
}

BOOST_AUTO_TEST_CASE(words_of_the_server_are_told_whatever_ends_the_polling) {
  for (const char* code : {"access_denied", "expired_token", "invalid_grant", "unknown_thing", "invalid_client"}) {
    device();
    respond(R"({"error":")" + std::string(code) + R"(","error_description":"Ask \u001b[31mAda (team 7)."})", 400);
    const Said said = login();
    BOOST_TEST(said.code == code);
    BOOST_TEST(said.message.find("[31mAda (team 7).)") != std::string::npos, said.message);
    BOOST_TEST(said.message.find('\x1b') == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(an_expired_code_is_told_alike_by_server_and_clock) {
  device(R"(,"interval":10,"expires_in":15)");
  error("expired_token");
  const Said by_server = login();
  device(R"(,"interval":10,"expires_in":10)");
  const Said by_clock = login();
  BOOST_TEST(by_server.message == by_clock.message);
  BOOST_TEST(by_clock.code == "expired_token");
}

BOOST_AUTO_TEST_CASE(it_stops_when_the_code_expires) {
  device(R"(,"interval":10,"expires_in":35)");
  for (int i = 0; i < 3; ++i) error("authorization_pending");
  const Said said = login();
  BOOST_TEST(said.status == HEYGEN_REJECTED);
  BOOST_TEST(said.code == "expired_token");
  BOOST_TEST(waited_s() == (Seconds{10, 10, 10}));
  BOOST_TEST(responses.empty());
}

BOOST_AUTO_TEST_CASE(the_time_that_responses_take_counts) {
  device(R"(,"interval":10,"expires_in":60)");
  responses.push_back({400, R"({"error":"authorization_pending"})", {}, HEYGEN_OK, 45'000});
  BOOST_TEST(login().code == "expired_token");
  BOOST_TEST(waits.size() == 1U);
}

BOOST_AUTO_TEST_CASE(ctrl_c_ends_the_waiting) {
  cancel_at = monotonic + 2'000;
  device();
  BOOST_TEST(login().status == HEYGEN_CANCELED);
  BOOST_TEST(sent.size() == 1U);
}

BOOST_AUTO_TEST_CASE(ctrl_c_during_a_poll_ends_it_too) {
  device();
  responses.push_back({0, "", {}, HEYGEN_CANCELED, 0});
  BOOST_TEST(login().status == HEYGEN_CANCELED);
}

BOOST_AUTO_TEST_CASE(a_hostile_device_response_is_refused) {
  for (const char* body : {"[]", "{}", R"({"device_code":"d"})", R"({"device_code":"d","user_code":"u"})",
                           R"({"device_code":"","user_code":"u","verification_uri":"https://h"})",
                           R"({"device_code":"d\n","user_code":"u","verification_uri":"https://h"})",
                           R"({"device_code":"d","user_code":"u\u001b[2J","verification_uri":"https://h"})",
                           R"({"device_code":"d","user_code":"u","verification_uri":"http://h"})",
                           R"({"device_code":"d","user_code":"u","verification_uri":"javascript:1"})",
                           R"({"device_code":7,"user_code":"u","verification_uri":"https://h"})"}) {
    respond(body);
    BOOST_TEST(login().status == HEYGEN_BROKEN, body);
  }
  BOOST_TEST(notices.empty());
  BOOST_TEST(waits.empty());
}

BOOST_AUTO_TEST_CASE(a_device_endpoint_in_trouble_says_what_it_is) {
  respond("<html>");
  BOOST_TEST(login().status == HEYGEN_TRANSIENT);
  respond("", 500);
  BOOST_TEST(login().status == HEYGEN_TRANSIENT);
  error("invalid_scope");
  BOOST_TEST(login().status == HEYGEN_REJECTED);
  responses.push_back({0, "", {}, HEYGEN_TRANSIENT, 0});
  BOOST_TEST(login().status == HEYGEN_TRANSIENT);
}

BOOST_AUTO_TEST_CASE(an_unusable_token_response_is_broken_and_not_polled_past) {
  device();
  respond(R"({"access_token":"a\nb","refresh_token":"rt_1"})");
  respond("");
  BOOST_TEST(login().status == HEYGEN_BROKEN);
  BOOST_TEST(value_of(sent.back().form, "token") == "rt_1");
}

BOOST_AUTO_TEST_CASE(an_issuer_names_the_device_endpoint_or_has_none) {
  environment["HEYGEN_OAUTH_ISSUER"] = "https://id.example";
  const std::string head = R"({"issuer":"https://id.example","token_endpoint":"https://id.example/t")";
  respond(head + "}");
  BOOST_TEST(login().status == HEYGEN_UNSUPPORTED);
  respond(head + R"(,"device_authorization_endpoint":"https://id.example/d"})");
  device();
  respond(kTokens);
  BOOST_TEST(login_and_save().status == HEYGEN_OK);
  BOOST_TEST(sent.at(2).url == "https://id.example/d");
  BOOST_TEST(sent.at(3).url == "https://id.example/t");
  BOOST_TEST(state.string_at("issuer") == "https://id.example");
}

BOOST_AUTO_TEST_CASE(a_token_that_the_server_gives_again_is_not_revoked_with_the_login_it_replaced) {
  device();
  respond(kTokens);
  BOOST_TEST(login().status == HEYGEN_OK);
  state = json::parse(R"({"access_token":"at_old","refresh_token":"rt_d"})");
  BOOST_TEST(revoke(provider::Reason::replaced).status == HEYGEN_NOT_CONFIGURED);
  BOOST_TEST(sent.size() == 2U);
  respond("");
  BOOST_TEST(revoke(provider::Reason::logout).status == HEYGEN_OK);
  state = json::parse(R"({"access_token":"at_old","refresh_token":"rt_old"})");
  respond("");
  BOOST_TEST(revoke(provider::Reason::replaced).status == HEYGEN_OK);
  BOOST_TEST(value_of(sent.at(3).form, "token") == "rt_old");

  device();
  respond(R"({"access_token":"at_alone"})");
  BOOST_TEST(login().status == HEYGEN_OK);
  state = json::parse(R"({"access_token":"at_alone"})");
  BOOST_TEST(revoke(provider::Reason::replaced).status == HEYGEN_NOT_CONFIGURED);
}

BOOST_AUTO_TEST_CASE(the_descriptor_says_what_enables_it) {
  BOOST_TEST(sdk::text(descriptor().id) == "device-code");
  BOOST_TEST(descriptor().order == 30);
  BOOST_TEST(descriptor().enabled_by_count == 2U);
  BOOST_TEST(sdk::text(descriptor().enabled_by[0]) == "enabled");
  BOOST_TEST(sdk::text(descriptor().enabled_by[1]) == "HEYGEN_OAUTH_DEVICE_URL");
  BOOST_TEST(sdk::text(descriptor().settings[0]->type) == "bool");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace heygen::plugins::test
