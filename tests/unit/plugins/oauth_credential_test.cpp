// SPDX-License-Identifier: Apache-2.0
// Using, refreshing, and revoking what a login stored. Both OAuth providers do it alike, so each promise is checked for
// both.
#include "plugins/shared/oauth_credential.hpp"
#include "core/json/parse.hpp"
#include "core/json/write.hpp"
#include "core/net/status.hpp"

#include "plugins/device-code/device_code_provider.hpp"
#include "plugins/oauth/oauth_provider.hpp"
#include "plugins/shared/token.hpp"
#include "tests/unit/plugins/fake_host.hpp"

namespace heygen::plugins::test {
namespace {

struct Fixture : FakeHost {
  Fixture() : FakeHost(sdk::Exported<OauthProvider, kOauthDescriptor>::entry()) {
    store(R"({"access_token":"at_old","refresh_token":"rt_old","expires_at":"2020-01-01T00:00:00Z","scope":"openid",
              "token_type":"Bearer","foreign":{"n":1.0}})");
  }
  void store(const std::string& text) { state = json::parse(text); }
  void respond(const std::string& body, int status = 200, Pairs headers = {}) {
    responses.push_back({status, body, std::move(headers), HEYGEN_OK, 0});
  }
  Said refresh_with(const std::string& body, int status = 200, Pairs headers = {}) {
    respond(body, status, std::move(headers));
    return refresh();
  }
};

bool mentions(const Said& said, std::string_view text) {
  return (said.message + said.hint + said.code).find(text) != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(oauth_resolve, Fixture)

BOOST_AUTO_TEST_CASE(token_of_the_environment_precedes_the_stored_one_but_after_a_login) {
  environment["HEYGEN_ACCESS_TOKEN"] = " at_env\n";
  const Said said = resolve();
  BOOST_TEST(said.headers.at("Authorization") == "Bearer at_env");
  BOOST_TEST(said.source == "env");
  BOOST_TEST(!said.refreshable);
  BOOST_TEST(!said.expiry.has_value());
  BOOST_TEST(!said.patch.has_value());
  BOOST_TEST(resolve(provider::Reason::login).headers.at("Authorization") == "Bearer at_old");
}

BOOST_AUTO_TEST_CASE(invalid_token_of_the_environment_is_refused_and_not_quoted) {
  for (const char* text : {"Bearer at_env", "at env", "at\tenv", "\"at_env\""}) {
    environment["HEYGEN_ACCESS_TOKEN"] = text;
    const Said said = resolve();
    BOOST_TEST(said.status == HEYGEN_BROKEN, text);
    BOOST_TEST(!mentions(said, text));
  }
}

BOOST_AUTO_TEST_CASE(a_token_becomes_a_bearer_header) {
  const Said said = resolve();
  BOOST_TEST(said.status == HEYGEN_OK);
  BOOST_TEST(said.headers.size() == 1U);
  BOOST_TEST(said.headers.at("Authorization") == "Bearer at_old");
  BOOST_TEST(said.type == "oauth");
  BOOST_TEST(said.source == "file");
  BOOST_TEST(said.scope == "openid");
  BOOST_TEST(said.expiry.value() == 1'577'836'800);
  BOOST_TEST(said.refreshable);
  BOOST_TEST(!said.patch.has_value());
  BOOST_TEST(sent.empty());
}

BOOST_AUTO_TEST_CASE(an_expiry_may_have_any_offset_and_may_be_missing_or_nonsense) {
  store(R"({"access_token":"a","expires_at":"2020-01-01T01:00:00.5+01:00"})");
  BOOST_TEST(resolve().expiry.value() == 1'577'836'800);
  for (const char* text : {R"({"access_token":"a"})", R"({"access_token":"a","expires_at":"next tuesday"})",
                           R"({"access_token":"a","expires_at":""})", R"({"access_token":"a","expires_at":"\n"})",
                           R"({"access_token":"a","expires_at":null})"}) {
    store(text);
    const Said said = resolve();
    BOOST_TEST(said.status == HEYGEN_OK, text);
    BOOST_TEST(!said.expiry.has_value());
    BOOST_TEST(!said.refreshable);
  }
}

BOOST_AUTO_TEST_CASE(a_refresh_token_alone_is_refreshable_without_a_header) {
  store(R"({"refresh_token":"rt"})");
  const Said said = resolve();
  BOOST_TEST(said.status == HEYGEN_OK);
  BOOST_TEST(said.headers.empty());
  BOOST_TEST(said.refreshable);
}

BOOST_AUTO_TEST_CASE(nothing_stored_is_not_configured) {
  for (const char* text : {"{}", R"({"access_token":"","refresh_token":null,"scope":"x"})"}) {
    store(text);
    BOOST_TEST(resolve().status == HEYGEN_NOT_CONFIGURED, text);
  }
}

BOOST_AUTO_TEST_CASE(a_member_that_cannot_be_used_is_named_and_its_value_is_not) {
  const std::pair<const char*, const char*> cases[] = {
      {"access_token", R"({"access_token":"at_\u0007secret"})"},
      {"access_token", R"({"access_token":["at_secret"]})"},
      {"refresh_token", R"({"access_token":"a","refresh_token":"rt_\nsecret"})"},
      {"refresh_token", R"({"access_token":"a","refresh_token":5})"},
      {"token_type", R"({"access_token":"a","token_type":"mac"})"},
      {"token_type", R"({"access_token":"a","token_type":true})"},
      {"scope", R"({"access_token":"a","scope":{}})"},
      {"token_endpoint", R"({"access_token":"a","token_endpoint":"https://x/\r\n"})"},
  };
  for (const auto& [member, text] : cases) {
    store(text);
    const Said said = resolve();
    BOOST_TEST(said.status == HEYGEN_BROKEN, text);
    BOOST_TEST(mentions(said, member), said.message);
    BOOST_TEST(!mentions(said, "secret"));
    BOOST_TEST(said.headers.empty());
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(oauth_refresh, Fixture)

BOOST_AUTO_TEST_CASE(the_form_has_exactly_three_members) {
  const Said said = refresh_with(R"({"access_token":"at_new"})");
  BOOST_TEST(said.status == HEYGEN_OK);
  BOOST_REQUIRE(sent.size() == 1U);
  BOOST_TEST(sent[0].body == "grant_type=refresh_token&refresh_token=rt_old&client_id=q2A2QRSke2LrFTPJhoDbHtXh");
  BOOST_TEST(sent[0].url == kTokenUrl);
  BOOST_TEST(sent[0].timeout_ms == 30'000);
  BOOST_TEST(value_of(sent[0].headers, "Accept") == "application/json");
}

BOOST_AUTO_TEST_CASE(a_new_refresh_token_replaces_the_old_one) {
  respond(
      R"({"access_token":"at_new","expires_in":3600,"refresh_token":"rt_new","token_type":"bearer","scope":"a b"})");
  BOOST_TEST(refresh_and_save().status == HEYGEN_OK);
  BOOST_TEST(json::write(state) == R"({"access_token":"at_new","refresh_token":"rt_new",)"
                                   R"("expires_at":"2030-03-17T18:46:40Z","scope":"a b","token_type":"bearer",)"
                                   R"("foreign":{"n":1.0},)" +
                                       std::string(kDefaultOrigin) + "}");
}

BOOST_AUTO_TEST_CASE(what_the_response_leaves_out_stays_but_for_the_expiry) {
  for (const char* body : {R"({"access_token":"at_new"})",
                           R"({"access_token":"at_new","refresh_token":"","scope":null,"token_type":null})"}) {
    store(R"({"access_token":"at_old","refresh_token":"rt_old","expires_at":"2020-01-01T00:00:00Z","scope":"s"})");
    respond(body);
    BOOST_TEST(refresh_and_save().status == HEYGEN_OK);
    BOOST_TEST(json::write(state) ==
               R"({"access_token":"at_new","refresh_token":"rt_old","scope":"s",)" + std::string(kDefaultOrigin) + "}");
  }
}

BOOST_AUTO_TEST_CASE(expires_in_may_be_a_number_or_a_string_and_is_kept_within_reason) {
  const heygen_time century = 100LL * 365 * 86400;
  const std::pair<const char*, std::optional<heygen_time>> cases[] = {{"1800", 1800},
                                                                      {"\"1800\"", 1800},
                                                                      {"\" 1800 \"", 1800},
                                                                      {"\"1800.5\"", 1800},
                                                                      {"\"1800 s\"", {}},
                                                                      {"\"inf\"", {}},
                                                                      {"1800.9", 1800},
                                                                      {"0", 0},
                                                                      {"-5", 0},
                                                                      {"\"-5\"", 0},
                                                                      {"1e300", century},
                                                                      {"99999999999999999999", century},
                                                                      {"\"99999999999999999999\"", century},
                                                                      {"-99999999999999999999", 0},
                                                                      {"9223372036854775807", century},
                                                                      {"null", {}},
                                                                      {"true", {}},
                                                                      {"\"soon\"", {}},
                                                                      {"\"\"", {}},
                                                                      {"[1]", {}},
                                                                      {"{}", {}}};
  for (const auto& [given, lifetime] : cases) {
    const Said said = refresh_with(R"({"access_token":"a","expires_in":)" + std::string(given) + "}");
    BOOST_TEST(said.status == HEYGEN_OK, given);
    BOOST_TEST(said.patched("expires_at") == (lifetime ? format_time(now + *lifetime) : "null"), given);
  }
}

BOOST_AUTO_TEST_CASE(a_slow_response_does_not_lengthen_the_tokens_life) {
  const heygen_time asked = now;
  responses.push_back({200, R"({"access_token":"a","expires_in":100})", {}, HEYGEN_OK, 20'000});
  BOOST_TEST(refresh().patched("expires_at") == format_time(asked + 100));
}

BOOST_AUTO_TEST_CASE(an_oauth_error_means_log_in_again_and_changes_nothing) {
  for (const int status : {400, 401, 403}) {
    const Said said = refresh_with(R"({"error":"invalid_grant","error_description":"rt_old is revoked"})", status);
    BOOST_TEST(said.status == HEYGEN_REJECTED);
    BOOST_TEST(said.code == "invalid_grant");
    BOOST_TEST(!said.patch.has_value());
    BOOST_TEST(!mentions(said, "rt_old"));
    BOOST_TEST(mentions(said, "is revoked"));
  }
}

BOOST_AUTO_TEST_CASE(an_error_code_that_echoes_the_token_is_cleaned_too) {
  BOOST_TEST(!mentions(refresh_with(R"({"error":"bad rt_old"})", 400), "rt_old"));
}

BOOST_AUTO_TEST_CASE(a_refused_client_is_named) {
  environment["HEYGEN_OAUTH_CLIENT_ID"] = "my-client";
  for (const char* body :
       {R"({"error":"invalid_client"})", R"({"error":"unknown_client"})", R"({"error":"Unknown client"})",
        R"({"error":"invalid_request","error_description":"unknown client"})", R"({"message":"Unknown client"})"}) {
    const Said said = refresh_with(body, 401);
    BOOST_TEST(said.status == HEYGEN_REJECTED, body);
    BOOST_TEST(mentions(said, "refused the OAuth client 'my-client'"), body);
    BOOST_TEST(mentions(said, "HEYGEN_OAUTH_CLIENT_ID"), body);
  }
}

BOOST_AUTO_TEST_CASE(transport_trouble_is_never_log_in_again) {
  const std::pair<int, const char*> cases[] = {{500, R"({"error":"invalid_grant"})"},
                                               {503, "x"},
                                               {429, R"({"error":"invalid_grant"})"},
                                               {302, ""},
                                               {307, R"({"error":"invalid_grant"})"},
                                               {200, "<html>"},
                                               {200, R"({"access_token":"a")"},
                                               {200, ""},
                                               {204, ""},
                                               {400, R"({"error":"temporarily_unavailable"})"}};
  for (const auto& [status, body] : cases) {
    const Said said = refresh_with(body, status);
    BOOST_TEST(said.status == HEYGEN_TRANSIENT, status << ' ' << body);
    BOOST_TEST(!said.patch.has_value());
    BOOST_TEST(!mentions(said, "og in"));
  }
  for (const heygen_status failure : {HEYGEN_TRANSIENT, HEYGEN_BROKEN}) {  // no response; a body over the host's limit
    responses.push_back({0, "", {}, failure, 0});
    BOOST_TEST(refresh().status == HEYGEN_TRANSIENT);
  }
  responses.push_back({0, "", {}, HEYGEN_CANCELED, 0});
  BOOST_TEST(refresh().status == HEYGEN_CANCELED);
}

BOOST_AUTO_TEST_CASE(refusal_without_an_oauth_error_means_log_in_again) {
  const std::pair<int, const char*> cases[] = {
      {400, "<html>"},
      {400, R"({"error":7})"},
      {401, ""},
      {401, R"({"error":{"type":"authentication_error","message":"the rt_old has expired"}})"},
      {403, R"({"message":"no"})"},
      {404, R"({"error":"invalid_grant"})"},
      {200, R"({"error":"bad_refresh_token","error_description":"passed"})"}};
  for (const auto& [status, body] : cases) {
    const Said said = refresh_with(body, status);
    BOOST_TEST(said.status == HEYGEN_REJECTED, status << ' ' << body);
    BOOST_TEST(!mentions(said, "rt_old"));
    BOOST_TEST(!said.patch.has_value());
  }
}

BOOST_AUTO_TEST_CASE(error_that_may_pass_is_transient_whatever_its_status) {
  for (const char* code : {"temporarily_unavailable", "slow_down", "authorization_pending"}) {
    BOOST_TEST(refresh_with(R"({"error":")" + std::string(code) + R"("})", 400).status == HEYGEN_TRANSIENT, code);
  }
  BOOST_TEST(refresh_with("", 408).status == HEYGEN_TRANSIENT);
}

BOOST_AUTO_TEST_CASE(missing_endpoint_blames_what_names_it) {
  for (const int status : {404, 405, 410}) {
    for (const char* body : {"<html>", R"({"status":404,"error":"Not Found"})"}) {
      const Said configured = refresh_with(body, status);
      BOOST_TEST(configured.status == HEYGEN_BROKEN);
      BOOST_TEST(mentions(configured, "HEYGEN_OAUTH_TOKEN_URL (providers.oauth.token_url)"));
    }
  }
  store(R"({"refresh_token":"rt_old","token_endpoint":"https://home.example/t"})");
  const Said recorded = refresh_with("<html>", 404);
  BOOST_TEST(recorded.status == HEYGEN_BROKEN);
  BOOST_TEST(mentions(recorded, "recorded with the login"));
  BOOST_TEST(!mentions(recorded, "HEYGEN_OAUTH_TOKEN_URL"));
}

BOOST_AUTO_TEST_CASE(login_of_another_program_is_refreshed_over_https_or_loopback_only) {
  environment = {{"HEYGEN_ALLOW_HTTP", "1"}, {"HEYGEN_OAUTH_TOKEN_URL", "http://home.example/t"}};
  BOOST_TEST(refresh().status == HEYGEN_BROKEN);
  BOOST_TEST(sent.empty());
  environment["HEYGEN_OAUTH_TOKEN_URL"] = "http://127.0.0.1:9/t";
  BOOST_TEST(refresh_with(R"({"access_token":"at_new"})").status == HEYGEN_OK);
}

BOOST_AUTO_TEST_CASE(json_without_a_usable_token_is_broken_and_what_it_brings_is_revoked) {
  const std::string big(64 * 1024 + 1, 'a');
  const std::pair<std::string, std::string> cases[] = {
      {"[]", ""},
      {"null", ""},
      {"{}", ""},
      {R"({"access_token":""})", ""},
      {R"({"access_token":7})", ""},
      {R"({"access_token":"a\r\nX: y"})", "a\r\nX: y"},
      {R"({"access_token":"a","refresh_token":{}})", "a"},
      {R"({"access_token":"a","token_type":"DPoP"})", "a"},
      {R"({"access_token":"a","token_type":"DPoP","refresh_token":"rt_new"})", "rt_new"},
      {R"({"access_token":"a","token_type":"DPoP","refresh_token":"rt_old"})", "a"},
      {R"({"access_token":7,"refresh_token":"rt_new"})", "rt_new"},
      {R"({"refresh_token":"rt_new"})", "rt_new"},
      {R"({"access_token":"a","token_type":1})", "a"},
      {R"({"access_token":"a","scope":"s\u001b"})", "a"},
      {R"({"access_token":")" + big + "\"}", big}};
  for (const auto& [body, revoked] : cases) {
    BOOST_TEST_CONTEXT(body.substr(0, 80)) {
      sent.clear();
      respond(body);
      if (!revoked.empty()) respond("", 503);  // whatever becomes of it
      const Said said = refresh();
      BOOST_TEST(said.status == HEYGEN_BROKEN);
      BOOST_TEST(!said.patch.has_value());
      BOOST_TEST(mentions(said, "cannot be used"));
      BOOST_REQUIRE(sent.size() == (revoked.empty() ? 1U : 2U));
      if (revoked.empty()) continue;
      BOOST_TEST(sent[1].url == kRevokeUrl);
      BOOST_TEST((value_of(sent[1].form, "token") == revoked));
    }
  }
  BOOST_TEST(refresh_with(R"({"access_token":")" + big.substr(1) + "\"}").status == HEYGEN_OK);
}

BOOST_AUTO_TEST_CASE(retry_after_is_handed_on_as_seconds) {
  BOOST_TEST(refresh_with("", 503, {{"Retry-After", "17"}}).retry_after == 17);
  BOOST_TEST(refresh_with("", 503, {{"Retry-After", " 99999999999 "}}).retry_after == 86400);
  BOOST_TEST(refresh_with("", 503, {{"Retry-After", "soon"}}).retry_after == 0);
  BOOST_TEST(refresh_with("", 503, {{"Retry-After", "-4"}}).retry_after == 0);
}

BOOST_AUTO_TEST_CASE(status_passes_for_the_server_of_tokens_as_for_the_api) {
  for (int status = 100; status < 600; ++status) BOOST_TEST(is_passing(status) == net::may_pass(status), status);
}

BOOST_AUTO_TEST_CASE(without_a_refresh_token_nothing_is_sent) {
  store(R"({"access_token":"a"})");
  BOOST_TEST(refresh().status == HEYGEN_REJECTED);
  BOOST_TEST(sent.empty());
}

BOOST_AUTO_TEST_CASE(a_token_of_unknown_origin_follows_the_settings_and_is_of_there_from_now_on) {
  environment = {{"HEYGEN_OAUTH_TOKEN_URL", "http://127.0.0.1:8/t"}, {"HEYGEN_ALLOW_HTTP", "1"}};
  respond(R"({"access_token":"at_new"})");
  BOOST_TEST(refresh_and_save().status == HEYGEN_OK);
  BOOST_TEST(sent.at(0).url == "http://127.0.0.1:8/t");
  BOOST_TEST(state.string_at("token_endpoint") == "http://127.0.0.1:8/t");
}

BOOST_AUTO_TEST_CASE(a_recorded_origin_overrides_whatever_is_configured_now) {
  environment = {{"HEYGEN_OAUTH_TOKEN_URL", "https://evil.example/t"}, {"HEYGEN_OAUTH_CLIENT_ID", "evil"}};
  store(R"({"access_token":"a","refresh_token":"r","token_endpoint":"https://home.example/t"})");
  BOOST_TEST(refresh_with(R"({"access_token":"b"})").status == HEYGEN_OK);
  BOOST_TEST(sent.at(0).url == "https://home.example/t");
  BOOST_TEST(value_of(sent[0].form, "client_id") == kClientId);

  store(R"({"access_token":"a","refresh_token":"r","token_endpoint":"https://home.example/t","client_id":"mine"})");
  refresh_with(R"({"access_token":"b"})");
  BOOST_TEST(value_of(sent.at(1).form, "client_id") == "mine");

  environment = {{"HEYGEN_OAUTH_ISSUER", "https://evil.example"}};
  store(R"({"access_token":"a","refresh_token":"r","client_id":"mine"})");
  refresh_with(R"({"access_token":"b"})");
  BOOST_TEST(sent.at(2).url == kTokenUrl);
}

BOOST_AUTO_TEST_CASE(an_issuer_recorded_alone_is_asked_for_its_endpoints) {
  store(R"({"refresh_token":"r","issuer":"https://id.example"})");
  respond(R"({"issuer":"https://id.example","token_endpoint":"https://id.example/t"})");
  BOOST_TEST(refresh_with(R"({"access_token":"b"})").status == HEYGEN_OK);
  BOOST_TEST(sent.at(0).url == "https://id.example/.well-known/oauth-authorization-server");
  BOOST_TEST(sent.at(1).url == "https://id.example/t");
}

BOOST_AUTO_TEST_CASE(a_recorded_http_endpoint_needs_permission_again) {
  store(R"({"refresh_token":"r","token_endpoint":"http://home.example/t"})");
  BOOST_TEST(refresh().status == HEYGEN_USAGE);
  BOOST_TEST(sent.empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(oauth_revoke, Fixture)

BOOST_AUTO_TEST_CASE(the_refresh_token_goes_first) {
  respond("");
  const Said said = revoke();
  BOOST_TEST(said.status == HEYGEN_OK);
  BOOST_TEST(sent.at(0).url == kRevokeUrl);
  BOOST_TEST(sent[0].body == "token=rt_old&token_type_hint=refresh_token&client_id=q2A2QRSke2LrFTPJhoDbHtXh");
  BOOST_TEST(sent[0].timeout_ms == 5'000);
  BOOST_TEST(!said.patch.has_value());
}

BOOST_AUTO_TEST_CASE(the_access_token_serves_without_a_refresh_token) {
  store(R"({"access_token":"at"})");
  respond("");
  BOOST_TEST(revoke().status == HEYGEN_OK);
  BOOST_TEST(names_of(sent.at(0).form) == "token token_type_hint client_id");
  BOOST_TEST(value_of(sent[0].form, "token") == "at");
  BOOST_TEST(value_of(sent[0].form, "token_type_hint") == "access_token");
}

BOOST_AUTO_TEST_CASE(whether_the_issuer_confirmed_is_told_as_it_is) {
  for (const int status : {500, 503, 302, 408}) {
    respond("x", status);
    BOOST_TEST(revoke().status == HEYGEN_TRANSIENT, status);
  }
  responses.push_back({0, "", {}, HEYGEN_TRANSIENT, 5'000});
  BOOST_TEST(revoke().status == HEYGEN_TRANSIENT);
  respond(R"({"error":"invalid_client"})", 401);
  BOOST_TEST(revoke().status == HEYGEN_REJECTED);
  respond("", 503, {{"Retry-After", "30"}});
  BOOST_TEST(revoke().retry_after == 30);
}

BOOST_AUTO_TEST_CASE(nothing_stored_sends_nothing) {
  store("{}");
  BOOST_TEST(revoke().status == HEYGEN_NOT_CONFIGURED);
  BOOST_TEST(sent.empty());
}

BOOST_AUTO_TEST_CASE(it_goes_where_the_token_came_from_and_nowhere_else) {
  environment = {{"HEYGEN_OAUTH_REVOKE_URL", "https://evil.example/r"}};
  store(
      R"({"refresh_token":"r","token_endpoint":"https://home.example/t","revocation_endpoint":"https://home.example/r"})");
  respond("");
  BOOST_TEST(revoke().status == HEYGEN_OK);
  BOOST_TEST(sent.at(0).url == "https://home.example/r");

  // A server that is not this service, and no revocation endpoint of it known.
  for (const char* text :
       {R"({"refresh_token":"r","token_endpoint":"https://home.example/t"})",
        R"({"refresh_token":"r","issuer":"https://home.example","token_endpoint":"https://home.example/t"})"}) {
    store(text);
    BOOST_TEST(revoke().status == HEYGEN_UNSUPPORTED);
  }
  environment = {{"HEYGEN_OAUTH_TOKEN_URL", "https://home.example/t"}};
  store(R"({"refresh_token":"r"})");
  BOOST_TEST(revoke().status == HEYGEN_UNSUPPORTED);
  BOOST_TEST(sent.size() == 1U);

  environment.clear();
  store(R"({"refresh_token":"r","client_id":"mine"})");
  respond("");
  BOOST_TEST(revoke().status == HEYGEN_OK);
  BOOST_TEST(sent.at(1).url == kRevokeUrl);
  BOOST_TEST(value_of(sent[1].form, "client_id") == "mine");
}

BOOST_AUTO_TEST_CASE(discovery_and_revocation_share_five_seconds) {
  environment = {{"HEYGEN_OAUTH_ISSUER", "https://id.example"}};
  responses.push_back(
      {200,
       R"({"issuer":"https://id.example","token_endpoint":"https://i/t","revocation_endpoint":"https://i/r"})",
       {},
       HEYGEN_OK,
       4'000});
  respond("");
  BOOST_TEST(revoke().status == HEYGEN_OK);
  BOOST_TEST(sent.at(0).timeout_ms == 5'000);
  BOOST_TEST(sent.at(1).timeout_ms == 1'000);
}

BOOST_AUTO_TEST_CASE(plain_http_needs_permission) {
  environment = {{"HEYGEN_OAUTH_REVOKE_URL", "http://home.example/r"}};
  BOOST_TEST(revoke().status == HEYGEN_USAGE);
  BOOST_TEST(sent.empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(oauth_slot)

BOOST_AUTO_TEST_CASE(what_one_provider_stored_the_other_can_use_refresh_and_revoke) {
  FakeHost browser(sdk::Exported<OauthProvider, kOauthDescriptor>::entry());
  FakeHost device(sdk::Exported<DeviceCodeProvider, kDeviceCodeDescriptor>::entry());
  browser.callback = {{"code", "c"}, {"state", "$state"}};
  browser.responses.push_back({200, R"({"access_token":"a1","refresh_token":"r1","expires_in":60})", {}, HEYGEN_OK, 0});
  BOOST_TEST(browser.login_and_save().status == HEYGEN_OK);

  device.state = browser.state;
  BOOST_TEST(device.resolve().headers.at("Authorization") == "Bearer a1");
  device.responses.push_back({200, R"({"access_token":"a2","refresh_token":"r2","expires_in":60})", {}, HEYGEN_OK, 0});
  BOOST_TEST(device.refresh_and_save().status == HEYGEN_OK);
  BOOST_TEST(value_of(device.sent.at(0).form, "refresh_token") == "r1");

  browser.state = device.state;
  BOOST_TEST(browser.resolve().headers.at("Authorization") == "Bearer a2");
  browser.responses.push_back({200, "", {}, HEYGEN_OK, 0});
  BOOST_TEST(browser.revoke().status == HEYGEN_OK);
  BOOST_TEST(value_of(browser.sent.at(1).form, "token") == "r2");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace heygen::plugins::test
