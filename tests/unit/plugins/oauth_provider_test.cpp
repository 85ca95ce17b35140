// SPDX-License-Identifier: Apache-2.0
#include "plugins/oauth/oauth_provider.hpp"
#include "core/json/parse.hpp"
#include "core/json/write.hpp"

#include <algorithm>

#include "tests/unit/plugins/fake_host.hpp"

namespace heygen::plugins::test {
namespace {

struct Fixture : FakeHost {
  Fixture() : FakeHost(sdk::Exported<OauthProvider, kOauthDescriptor>::entry()) {
    callback = {{"code", "code-1"}, {"state", "$state"}};
  }
  void respond(const std::string& body, int status = 200) { responses.push_back({status, body, {}, HEYGEN_OK, 0}); }
  void respond_well() {
    respond(
        R"({"access_token":"at_1","expires_in":3600,"refresh_token":"rt_1","scope":"openid","token_type":"Bearer"})");
  }
  bool spoke_of(const Said& said, std::string_view text) const {
    return (said.message + said.hint + said.code).find(text) != std::string::npos;
  }
};

constexpr const char* kMetadata =
    R"({"issuer":"https://id.example/tenant","authorization_endpoint":"https://id.example/a?x=1",
  "token_endpoint":"https://id.example/t","revocation_endpoint":"https://id.example/r",
  "code_challenge_methods_supported":["plain","S256"],"authorization_response_iss_parameter_supported":true})";

struct IssuerFixture : Fixture {
  IssuerFixture() {
    environment["HEYGEN_OAUTH_ISSUER"] = "https://id.example/tenant";
    callback.emplace_back("iss", "https://id.example/tenant");
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(oauth_login, Fixture)

BOOST_AUTO_TEST_CASE(the_request_has_exactly_the_parameters_of_the_code_grant_with_pkce) {
  respond_well();
  BOOST_TEST(login().status == HEYGEN_OK);
  BOOST_TEST(shown_url().starts_with("https://app.heygen.com/oauth/authorize?"));
  const Pairs query = shown_query();
  BOOST_TEST(names_of(query) ==
             "response_type client_id redirect_uri scope state code_challenge code_challenge_method");
  BOOST_TEST(value_of(query, "response_type") == "code");
  BOOST_TEST(value_of(query, "client_id") == "q2A2QRSke2LrFTPJhoDbHtXh");
  BOOST_TEST(value_of(query, "redirect_uri") == kRedirect);
  BOOST_TEST(value_of(query, "scope") == "openid profile email");
  BOOST_TEST(value_of(query, "code_challenge_method") == "S256");
  BOOST_TEST(listen_path == "/oauth/callback");
  BOOST_TEST(callback_timeout == 300'000);
}

BOOST_AUTO_TEST_CASE(verifier_challenge_and_state_are_as_long_and_as_bound_as_they_must_be) {
  respond_well();
  login();
  BOOST_TEST((random_sizes == std::vector<std::size_t>{64, 32}));
  const std::string verifier = value_of(sent.at(0).form, "code_verifier");
  BOOST_TEST(verifier.size() == 86U);
  BOOST_TEST(value_of(shown_query(), "code_challenge") == base64url_encode(sha256(verifier)));
  BOOST_TEST(value_of(shown_query(), "state").size() == 43U);
  const std::string first_state = value_of(shown_query(), "state");

  notices.clear();
  page.reset();
  callback = {{"code", "code-2"}, {"state", "$state"}};
  respond_well();
  BOOST_TEST(login().status == HEYGEN_OK);
  BOOST_TEST(value_of(shown_query(), "state") != first_state);
  BOOST_TEST(value_of(sent.at(1).form, "code_verifier") != verifier);
}

BOOST_AUTO_TEST_CASE(the_exchange_is_one_form_with_exactly_five_members) {
  respond_well();
  login();
  BOOST_REQUIRE(sent.size() == 1U);
  BOOST_TEST(sent[0].method == "POST");
  BOOST_TEST(sent[0].url == "https://api2.heygen.com/v1/oauth/token");
  BOOST_TEST(names_of(sent[0].form) == "grant_type code redirect_uri client_id code_verifier");
  BOOST_TEST(value_of(sent[0].form, "grant_type") == "authorization_code");
  BOOST_TEST(value_of(sent[0].form, "code") == "code-1");
  BOOST_TEST(value_of(sent[0].form, "redirect_uri") == kRedirect);
  BOOST_TEST(value_of(sent[0].headers, "Accept") == "application/json");
  BOOST_TEST(value_of(sent[0].headers, "Content-Type") == "application/x-www-form-urlencoded");
  BOOST_TEST(sent[0].timeout_ms == 30'000);
}

BOOST_AUTO_TEST_CASE(the_url_is_shown_alone_before_the_browser_and_the_page_tells_the_truth_after_the_exchange) {
  respond_well();
  login();
  BOOST_TEST((events == std::vector<std::string>{"listen", "notice", "notice", "browser", "wait",
                                                 "send https://api2.heygen.com/v1/oauth/token", "page ok"}));
  BOOST_TEST(notices.at(1) == shown_url());
  BOOST_TEST(opened.at(0) == shown_url());
  BOOST_TEST(notices.at(0).find("http") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_browser_that_cannot_be_opened_does_not_end_the_login) {
  browser_opens = false;
  respond_well();
  BOOST_TEST(login().status == HEYGEN_OK);
  BOOST_TEST(notices.size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_disabled_browser_is_not_even_tried) {
  browser_allowed = false;
  respond_well();
  BOOST_TEST(login().status == HEYGEN_OK);
  BOOST_TEST(opened.empty());
  BOOST_TEST(!shown_url().empty());
}

BOOST_AUTO_TEST_CASE(with_neither_browser_nor_terminal_it_fails_at_once) {
  browser_allowed = interactive = false;
  BOOST_TEST(login().status == HEYGEN_USAGE);
  BOOST_TEST(events.empty());
}

BOOST_AUTO_TEST_CASE(without_a_terminal_the_browser_suffices) {
  interactive = false;
  respond_well();
  BOOST_TEST(login().status == HEYGEN_OK);
}

BOOST_AUTO_TEST_CASE(what_is_stored_is_exactly_this) {
  respond_well();
  state =
      json::parse(R"({"access_token":"old","issuer":"https://old","token_endpoint":"https://old/t","client_id":"old",
                          "revocation_endpoint":"https://old/r","foreign":1.50})");
  const Said said = login_and_save();
  BOOST_TEST(
      json::write(state) ==
      R"({"access_token":"at_1","token_endpoint":"https://api2.heygen.com/v1/oauth/token",)"
      R"("client_id":"q2A2QRSke2LrFTPJhoDbHtXh","revocation_endpoint":"https://api2.heygen.com/v1/oauth/revoke",)"
      R"("foreign":1.50,"refresh_token":"rt_1","expires_at":"2030-03-17T18:46:40Z",)"
      R"("scope":"openid","token_type":"Bearer"})");
  BOOST_TEST(said.scope == "openid");
  BOOST_TEST(said.type == "oauth");
  BOOST_TEST(said.expiry.value() == now + 3600);
  BOOST_TEST(said.refreshable);
}

BOOST_AUTO_TEST_CASE(a_bare_response_leaves_nothing_of_the_last_login_behind) {
  respond(R"({"access_token":"at_1"})");
  state = json::parse(R"({"access_token":"o","refresh_token":"o","expires_at":"o","scope":"o","token_type":"Bearer"})");
  BOOST_TEST(login_and_save().status == HEYGEN_OK);
  BOOST_TEST(json::write(state) ==
             R"({"access_token":"at_1","scope":"openid profile email",)" + std::string(kDefaultOrigin) + "}");
}

BOOST_AUTO_TEST_CASE(other_endpoints_and_clients_are_recorded) {
  environment["HEYGEN_OAUTH_TOKEN_URL"] = "https://other.example/token";
  environment["HEYGEN_OAUTH_REVOKE_URL"] = "https://other.example/revoke";
  environment["HEYGEN_OAUTH_CLIENT_ID"] = "me";
  respond_well();
  login_and_save();
  BOOST_TEST(sent.at(0).url == "https://other.example/token");
  BOOST_TEST(value_of(sent[0].form, "client_id") == "me");
  BOOST_TEST(state.string_at("token_endpoint") == "https://other.example/token");
  BOOST_TEST(state.string_at("revocation_endpoint") == "https://other.example/revoke");
  BOOST_TEST(state.string_at("client_id") == "me");
  BOOST_TEST(state.find("issuer") == nullptr);
}

BOOST_AUTO_TEST_CASE(a_query_in_the_authorization_endpoint_stays) {
  settings["authorize_url"] = "https://app.example/authorize?tenant=7";
  respond_well();
  login();
  BOOST_TEST(shown_url().starts_with("https://app.example/authorize?tenant=7&response_type=code&"));
}

BOOST_AUTO_TEST_CASE(a_wrong_or_missing_state_is_refused_before_the_code_leaves) {
  for (const Pairs& answer :
       {Pairs{{"code", "c"}, {"state", "nope"}}, Pairs{{"code", "c"}}, Pairs{{"code", "c"}, {"state", ""}},
        Pairs{{"error", "access_denied"}, {"state", "nope"}}}) {
    callback = answer;
    page.reset();
    const Said said = login();
    BOOST_TEST(said.status == HEYGEN_BROKEN);
    BOOST_TEST(!page.value());
    BOOST_TEST(!said.patch.has_value());
    BOOST_TEST(!spoke_of(said, "access_denied"));
  }
  BOOST_TEST(sent.empty());
}

BOOST_AUTO_TEST_CASE(a_denied_login_says_so_in_clean_words) {
  callback = {{"error", "access_denied"},
              {"error_description", "no\x1b[31m thanks\r\n\xE2\x80\xAE" + std::string(500, 'x')},
              {"state", "$state"}};
  const Said said = login();
  BOOST_TEST(said.status == HEYGEN_REJECTED);
  BOOST_TEST(said.code == "access_denied");
  BOOST_TEST(!page.value());
  BOOST_TEST(said.message.find("no [31m thanks x") != std::string::npos);
  BOOST_TEST(said.message.find('\x1b') == std::string::npos);
  BOOST_TEST(said.message.size() < 300U);
  BOOST_TEST(sent.empty());
}

BOOST_AUTO_TEST_CASE(a_server_in_trouble_is_not_a_denial) {
  callback = {{"error", "temporarily_unavailable"}, {"state", "$state"}};
  BOOST_TEST(login().status == HEYGEN_TRANSIENT);
}

BOOST_AUTO_TEST_CASE(a_missing_or_unusable_code_is_refused) {
  for (const Pairs& answer : {Pairs{{"state", "$state"}}, Pairs{{"code", ""}, {"state", "$state"}},
                              Pairs{{"code", "a\nb"}, {"state", "$state"}}}) {
    callback = answer;
    page.reset();
    notices.clear();
    BOOST_TEST(login().status == HEYGEN_BROKEN);
    BOOST_TEST(!page.value());
  }
  BOOST_TEST(sent.empty());
}

BOOST_AUTO_TEST_CASE(doubled_parameters_a_timeout_and_ctrl_c_end_the_login) {
  callback_outcome = provider::RedirectListener::Outcome::repeated_parameter;
  BOOST_TEST(login().status == HEYGEN_BROKEN);
  callback_outcome = provider::RedirectListener::Outcome::timed_out;
  BOOST_TEST(login().status == HEYGEN_REJECTED);
  callback_outcome = provider::RedirectListener::Outcome::canceled;
  BOOST_TEST(login().status == HEYGEN_CANCELED);
  BOOST_TEST(!page.has_value());  // no browser waits for an answer
  BOOST_TEST(sent.empty());
}

BOOST_AUTO_TEST_CASE(a_rejected_exchange_reaches_the_page_and_is_not_repeated) {
  respond(R"({"error":"invalid_grant","error_description":"code code-1 was used"})", 400);
  const Said said = login();
  BOOST_TEST(said.status == HEYGEN_REJECTED);
  BOOST_TEST(said.code == "invalid_grant");
  BOOST_TEST(!spoke_of(said, "code-1"));
  BOOST_TEST(!page.value());
  BOOST_TEST(!said.patch.has_value());
  BOOST_TEST(sent.size() == 1U);
}

BOOST_AUTO_TEST_CASE(tokens_of_a_response_that_cannot_be_used_are_revoked_and_the_page_says_no) {
  environment["HEYGEN_OAUTH_REVOKE_URL"] = "https://id.example/r";
  respond(R"({"access_token":"at_1","refresh_token":"rt_1","token_type":"mac"})");
  respond("");
  const Said said = login();
  BOOST_TEST(said.status == HEYGEN_BROKEN);
  BOOST_TEST(!said.patch.has_value());
  BOOST_TEST(!page.value());
  BOOST_REQUIRE(sent.size() == 2U);
  BOOST_TEST(sent[1].url == "https://id.example/r");
  BOOST_TEST(value_of(sent[1].form, "token") == "rt_1");
  BOOST_TEST(value_of(sent[1].form, "token_type_hint") == "refresh_token");
}

BOOST_AUTO_TEST_CASE(tokens_that_are_too_long_are_revoked) {
  environment["HEYGEN_OAUTH_REVOKE_URL"] = "https://id.example/r";
  const std::string token(kMaxToken + 1, 'r');
  respond(R"({"access_token":"at_1","refresh_token":")" + token + R"("})");
  respond("");
  BOOST_TEST(login().status == HEYGEN_BROKEN);
  BOOST_REQUIRE(sent.size() == 2U);
  BOOST_TEST((value_of(sent[1].form, "token") == token));
}

BOOST_AUTO_TEST_CASE(an_exchange_without_response_is_not_repeated_and_keeps_the_hosts_words) {
  responses.push_back({0, "", {}, HEYGEN_TRANSIENT, 30'000});
  const Said said = login();
  BOOST_TEST(said.status == HEYGEN_TRANSIENT);
  BOOST_TEST(said.message == "host: no response");
  BOOST_TEST(!page.value());
  BOOST_TEST(sent.size() == 1U);
}

BOOST_AUTO_TEST_CASE(http_needs_permission_for_every_endpoint_used) {
  for (const char* variable : {"HEYGEN_OAUTH_AUTHORIZE_URL", "HEYGEN_OAUTH_TOKEN_URL"}) {
    environment = {{variable, "http://127.0.0.1:8/x"}};
    const Said said = login();
    BOOST_TEST(said.status == HEYGEN_USAGE);
    BOOST_TEST(spoke_of(said, "HEYGEN_ALLOW_HTTP"));
    environment["HEYGEN_ALLOW_HTTP"] = "false";
    BOOST_TEST(login().status == HEYGEN_USAGE);
  }
  BOOST_TEST(events.empty());
  environment["HEYGEN_ALLOW_HTTP"] = "1";
  respond_well();
  BOOST_TEST(login().status == HEYGEN_OK);
}

BOOST_AUTO_TEST_CASE(urls_that_are_not_endpoints_are_usage_errors) {
  for (const char* url : {"ftp://x/y", "https:///path", "https://user@host/", "https://host/#f", "https://ho st/",
                          "nonsense", "https://:443/", "javascript:alert(1)"}) {
    environment = {{"HEYGEN_OAUTH_AUTHORIZE_URL", url}};
    BOOST_TEST(login().status == HEYGEN_USAGE, url);
  }
  BOOST_TEST(events.empty());
}

BOOST_AUTO_TEST_CASE(without_an_issuer_iss_means_nothing) {
  callback.emplace_back("iss", "https://evil.example");
  respond_well();
  BOOST_TEST(login().status == HEYGEN_OK);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(oauth_issuer, IssuerFixture)

BOOST_AUTO_TEST_CASE(its_metadata_alone_names_the_endpoints) {
  respond(kMetadata);
  respond_well();
  BOOST_TEST(login_and_save().status == HEYGEN_OK);
  BOOST_TEST(sent.at(0).method == "GET");
  BOOST_TEST(sent[0].url == "https://id.example/.well-known/oauth-authorization-server/tenant");
  BOOST_TEST(shown_url().starts_with("https://id.example/a?x=1&response_type=code"));
  BOOST_TEST(sent.at(1).url == "https://id.example/t");
  BOOST_TEST(state.string_at("issuer") == "https://id.example/tenant");
  BOOST_TEST(state.string_at("token_endpoint") == "https://id.example/t");
  BOOST_TEST(state.string_at("revocation_endpoint") == "https://id.example/r");
}

BOOST_AUTO_TEST_CASE(the_openid_configuration_is_the_second_choice) {
  for (const Scripted& nothing : {Scripted{404, "nothing", {}, HEYGEN_OK, 0}, Scripted{200, "<html>", {}, HEYGEN_OK, 0},
                                  Scripted{302, "", {}, HEYGEN_OK, 0}}) {
    sent.clear();
    notices.clear();
    page.reset();
    callback = {{"code", "c"}, {"state", "$state"}, {"iss", "https://id.example/tenant"}};
    responses.push_back(nothing);
    respond(kMetadata);
    respond_well();
    BOOST_TEST(login().status == HEYGEN_OK);
    BOOST_TEST(sent.at(1).url == "https://id.example/tenant/.well-known/openid-configuration");
  }
}

BOOST_AUTO_TEST_CASE(a_final_slash_is_part_of_the_name_and_not_of_the_address) {
  environment["HEYGEN_OAUTH_ISSUER"] = "https://id.example/";
  respond("{}", 404);
  respond(R"({"issuer":"https://id.example"})");
  BOOST_TEST(login().status == HEYGEN_BROKEN);
  BOOST_TEST(sent.at(0).url == "https://id.example/.well-known/oauth-authorization-server");
  BOOST_TEST(sent.at(1).url == "https://id.example/.well-known/openid-configuration");
}

BOOST_AUTO_TEST_CASE(metadata_of_another_issuer_is_refused_and_nothing_else_is_tried) {
  const std::string rest = R"("authorization_endpoint":"https://i/a","token_endpoint":"https://i/t"})";
  for (const char* head : {R"({"issuer":"https://evil.example",)", R"({"issuer":"https://id.example/tenant/",)",
                           R"({"issuer":["https://id.example/tenant"],)", R"({"issuer":"",)", "{"}) {
    sent.clear();
    respond(head + rest);
    BOOST_TEST(login().status == HEYGEN_BROKEN, head);
    BOOST_TEST(sent.size() == 1U);
  }
  BOOST_TEST(shown_url().empty());
}

BOOST_AUTO_TEST_CASE(a_server_without_s256_or_with_bad_endpoints_is_refused) {
  const std::string head = R"({"issuer":"https://id.example/tenant",)";
  for (
      const char* rest :
      {R"("authorization_endpoint":"https://i/a","token_endpoint":"https://i/t","code_challenge_methods_supported":["plain"]})",
       R"("authorization_endpoint":"https://i/a","token_endpoint":"https://i/t","code_challenge_methods_supported":"S256"})",
       R"("authorization_endpoint":"https://i/a","token_endpoint":"http://i/t"})",
       R"("authorization_endpoint":"https://i/a","token_endpoint":7})", R"("authorization_endpoint":"https://i/a"})"}) {
    respond(head + rest);
    BOOST_TEST(login().status == HEYGEN_BROKEN, rest);
  }
  respond(head + R"("token_endpoint":"https://i/t"})");
  BOOST_TEST(login().status != HEYGEN_OK);
  BOOST_TEST(shown_url().empty());
}

BOOST_AUTO_TEST_CASE(a_server_that_lists_no_methods_gets_s256) {
  respond(
      R"({"issuer":"https://id.example/tenant","authorization_endpoint":"https://i/a","token_endpoint":"https://i/t"})");
  respond_well();
  BOOST_TEST(login_and_save().status == HEYGEN_OK);
  BOOST_TEST(value_of(shown_query(), "code_challenge_method") == "S256");
  BOOST_TEST(state.find("revocation_endpoint") == nullptr);
}

BOOST_AUTO_TEST_CASE(no_metadata_is_broken_and_no_answer_is_transient) {
  respond("", 404);
  respond("", 404);
  BOOST_TEST(login().status == HEYGEN_BROKEN);
  respond("", 503);
  BOOST_TEST(login().status == HEYGEN_TRANSIENT);
  responses.push_back({0, "", {}, HEYGEN_TRANSIENT, 0});
  BOOST_TEST(login().status == HEYGEN_TRANSIENT);
}

BOOST_AUTO_TEST_CASE(metadata_that_is_refused_for_now_says_when_to_come_back) {
  for (const int status : {408, 429, 500, 503}) {
    responses.push_back({status, "", {{"Retry-After", "120"}}, HEYGEN_OK, 0});
    const Said said = login();
    BOOST_TEST(said.status == HEYGEN_TRANSIENT, status);
    BOOST_TEST(said.retry_after == 120, status);
  }
}

BOOST_AUTO_TEST_CASE(metadata_that_something_in_between_answers_is_transient) {
  for (const int status : {200, 302}) {
    respond("<html>Log in to the network</html>", status);
    respond("", 404);
    BOOST_TEST(login().status == HEYGEN_TRANSIENT, status);
  }
}

BOOST_AUTO_TEST_CASE(an_answer_of_another_issuer_is_refused_before_the_code_leaves) {
  for (const char* iss : {"https://evil.example", "https://id.example/tenant/", ""}) {
    sent.clear();
    page.reset();
    notices.clear();
    callback = {{"code", "c"}, {"state", "$state"}, {"iss", iss}};
    respond(kMetadata);
    BOOST_TEST(login().status == HEYGEN_BROKEN, iss);
    BOOST_TEST(!page.value());
    BOOST_TEST(sent.size() == 1U);
  }
}

BOOST_AUTO_TEST_CASE(error_answers_are_checked_before_they_are_believed) {
  callback = {{"error", "access_denied"}, {"state", "$state"}, {"iss", "https://evil.example"}};
  respond(kMetadata);
  const Said said = login();
  BOOST_TEST(said.status == HEYGEN_BROKEN);
  BOOST_TEST(said.code != "access_denied");
}

BOOST_AUTO_TEST_CASE(a_promised_iss_that_is_missing_is_refused) {
  callback = {{"code", "c"}, {"state", "$state"}};
  respond(kMetadata);
  BOOST_TEST(login().status == HEYGEN_BROKEN);
  BOOST_TEST(sent.size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_iss_that_was_not_promised_may_be_missing) {
  callback = {{"code", "c"}, {"state", "$state"}};
  respond(
      R"({"issuer":"https://id.example/tenant","authorization_endpoint":"https://i/a","token_endpoint":"https://i/t"})");
  respond_well();
  BOOST_TEST(login().status == HEYGEN_OK);
}

BOOST_AUTO_TEST_CASE(beside_a_single_endpoint_it_is_a_usage_error) {
  for (const char* variable :
       {"HEYGEN_OAUTH_AUTHORIZE_URL", "HEYGEN_OAUTH_TOKEN_URL", "HEYGEN_OAUTH_REVOKE_URL", "HEYGEN_OAUTH_DEVICE_URL"}) {
    environment = {{"HEYGEN_OAUTH_ISSUER", "https://id.example"}, {variable, std::string(kTokenUrl)}};
    const Said said = login();
    BOOST_TEST(said.status == HEYGEN_USAGE);
    BOOST_TEST(spoke_of(said, variable));
  }
  environment = {{"HEYGEN_OAUTH_ISSUER", "https://id.example"}};
  settings["revoke_url"] = "https://id.example/r";
  BOOST_TEST(login().status == HEYGEN_USAGE);
  BOOST_TEST(events.empty());
}

BOOST_AUTO_TEST_CASE(an_issuer_that_is_not_a_url_is_a_usage_error) {
  for (const char* issuer : {"id.example", "http://id.example", "https://id.example/?a=b", "https://id.example/#x"}) {
    environment["HEYGEN_OAUTH_ISSUER"] = issuer;
    BOOST_TEST(login().status == HEYGEN_USAGE, issuer);
  }
  BOOST_TEST(events.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace heygen::plugins::test
