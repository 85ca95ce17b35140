// SPDX-License-Identifier: Apache-2.0
#include "core/net/redact.hpp"

#include <boost/test/unit_test.hpp>

using namespace heygen::net;

BOOST_AUTO_TEST_SUITE(redact)

BOOST_AUTO_TEST_CASE(credential_headers_keep_their_scheme_at_most) {
  BOOST_TEST(redact_header("Authorization", "Bearer abc.def") == "Bearer ***");
  BOOST_TEST(redact_header("authorization", "raw-secret") == "***");
  BOOST_TEST(redact_header("Proxy-Authorization", "Basic dXNlcjpwdw==") == "Basic ***");
  BOOST_TEST(redact_header("X-Api-Key", "abc") == "***");
  BOOST_TEST(redact_header("Cookie", "a=b") == "***");
  BOOST_TEST(redact_header("SET-COOKIE", "a=b; Path=/") == "***");
  for (const char* own : {"Api-Key", "X-Access-Token", "x-client-secret"})
    BOOST_TEST(redact_header(own, "abc") == "***");
  BOOST_TEST(redact_header("WWW-Authenticate", "Bearer error=\"invalid_token\"") == "Bearer error=\"invalid_token\"");
  BOOST_TEST(redact_header("Content-Type", "application/json") == "application/json");
}

BOOST_AUTO_TEST_CASE(names_of_secrets_are_known_whatever_their_case) {
  for (const char* name : {"secret", "Webhook_Secret", "API_KEY", "access_token", "hdnts", "X-Amz-Signature"})
    BOOST_TEST(is_secret_name(name), name);
  for (const char* name : {"title", "keys", "secretary", "limit", ""}) BOOST_TEST(!is_secret_name(name), name);
}

BOOST_AUTO_TEST_CASE(secrets_in_a_form_are_hidden_and_the_rest_stays) {
  BOOST_TEST(redact_form("grant_type=refresh_token&refresh_token=r1&client_id=c") ==
             "grant_type=refresh_token&refresh_token=***&client_id=c");
  for (const char* name :
       {"code", "token", "refresh_token", "access_token", "code_verifier", "device_code", "client_secret"}) {
    BOOST_TEST(redact_form(std::string(name) + "=s&x=1") == std::string(name) + "=***&x=1");
  }
  BOOST_TEST(redact_form("CODE=s&to%6ben=s&bad%zz=s&codes=1&code=&code") ==
             "CODE=***&to%6ben=***&bad%zz=***&codes=1&code=&code");
  BOOST_TEST(redact_form("") == "");
}

BOOST_AUTO_TEST_CASE(secrets_in_a_url_are_hidden) {
  BOOST_TEST(redact_url("http://127.0.0.1:1/oauth/callback?code=abc&state=s") ==
             "http://127.0.0.1:1/oauth/callback?code=***&state=s");
  BOOST_TEST(redact_url("/cb?code=abc#access_token=t&x=1") == "/cb?code=***#access_token=***&x=1");
  BOOST_TEST(redact_url("https://a/#access_token=t") == "https://a/#access_token=***");
  BOOST_TEST(redact_url("http://user:pw@proxy:3128/x@y") == "http://***@proxy:3128/x@y");
  BOOST_TEST(redact_url("https://a/v3/videos?limit=3") == "https://a/v3/videos?limit=3");
  BOOST_TEST(redact_header("Location", "https://a/?token=t") == "https://a/?token=***");
}

BOOST_AUTO_TEST_CASE(url_that_is_wrong_is_shown_without_what_could_be_a_key) {
  for (const char* whole : {"/v3/../videos", "ftp://a.example/", "https://other.example/x?limit=5#top", "", "//"})
    BOOST_TEST(shown_url(whole) == whole);
  BOOST_TEST(shown_url("https://k3y0123456789/v3") == "https://k3y…/v3");
  BOOST_TEST(shown_url("https://x:k3y0123456789/?a=k3y0123456789&token=t#k3y0123456789") ==
             "https://x:k3y…/?a=k3y…&token=***#k3y…");
  BOOST_TEST(shown_url("https://u:p@a.example/ k3y0123456789") == "https://***@a.example/ k3y…");
}

BOOST_AUTO_TEST_CASE(typed_text_is_shown_without_what_could_be_a_key) {
  for (const char* whole : {"hello", "text/plain, application/json", "50", "a=b", "\"tag\"", ""})
    BOOST_TEST(shown_text(whole) == whole);
  BOOST_TEST(shown_text("k3y0123456789abcdef") == "k3y…");
  BOOST_TEST(shown_text("Bearer k3y0123456789abcdef") == "Bearer k3y…");
  BOOST_TEST(shown_text("averylongpassword") == "ave…");
  for (const char* whole : {"X-Trace", "x-amz-meta-description", "filter[name]", "X-B3-Id"})
    BOOST_TEST(shown_parameter(whole) == whole);
  BOOST_TEST(shown_parameter("k3y0123456789abcdef") == "k3y…");
}

BOOST_AUTO_TEST_CASE(query_of_the_users_own_is_shown_without_what_could_be_a_key) {
  BOOST_TEST(
      redact_typed_url("https://a1b2c3d4.example/v3/v1d2e3o4s?limit=50&x=k3y0123456789&token=t&k3y0123456789=&y") ==
      "https://a1b2c3d4.example/v3/v1d2e3o4s?limit=50&x=k3y…&token=***&k3y…=&y");
  BOOST_TEST(redact_typed_url("https://a/v3/v1d2e3o4s") == "https://a/v3/v1d2e3o4s");
}

BOOST_AUTO_TEST_CASE(list_of_headers_is_redacted_one_by_one) {
  const Headers headers = redact_headers({{"Accept", "x"}, {"x-api-key", "k"}});
  BOOST_TEST(headers.at(0).value == "x");
  BOOST_TEST(headers.at(1).value == "***");
  const Headers typed = redact_headers({{"X-Mine", "k3y0123456789", false, true}, {"X-Token", "a", false, true}});
  BOOST_TEST(typed.at(0).value == "k3y…");
  BOOST_TEST(typed.at(1).value == "***");
}

BOOST_AUTO_TEST_SUITE_END()
