// SPDX-License-Identifier: Apache-2.0
#include "core/provider/login/pasted_redirect.hpp"

#include <boost/test/unit_test.hpp>

using namespace heygen::provider;

namespace {

const ExpectedRedirect kExpected{"http://127.0.0.1:8400/oauth/callback", "the-state"};

std::string code_of(const std::string& text) {
  const PastedRedirect pasted = read_pasted(text, kExpected);
  BOOST_TEST(pasted.fault == "", text);
  for (const auto& [name, value] : pasted.params) {
    if (name == "code") return value;
  }
  return {};
}

std::string fault_of(const std::string& text, const ExpectedRedirect& expected = kExpected) {
  const PastedRedirect pasted = read_pasted(text, expected);
  BOOST_TEST(pasted.params.empty() == !pasted.fault.empty(), text);
  return pasted.fault;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(provider_pasted_redirect)

BOOST_AUTO_TEST_CASE(address_is_read_in_every_form_that_users_copy) {
  for (const std::string text :
       {"http://127.0.0.1:8400/oauth/callback?code=a%2Fb&state=the-state",
        " HTTP://127.0.0.1:8400/oauth/callback?state=the-state&code=a%2Fb#_=_ ",
        "127.0.0.1:8400/oauth/callback?code=a%2Fb&state=the-state", "?code=a%2Fb&state=the-state",
        "code=a%2Fb&state=the-state", "\"code=a%2Fb&state=the-state\""}) {
    BOOST_TEST(code_of(text) == "a/b", text);
  }
  BOOST_TEST(code_of("a.b#the-state") == "a.b");
  BOOST_TEST(code_of("a.b  the-state") == "a.b");
}

BOOST_AUTO_TEST_CASE(other_login_or_address_is_a_fault) {
  BOOST_TEST(fault_of("code=a&state=other").find("another login") != std::string::npos);
  BOOST_TEST(fault_of("a#the-statf").find("another login") != std::string::npos);
  BOOST_TEST(fault_of("code=a").find("no state") != std::string::npos);
  BOOST_TEST(fault_of("http://127.0.0.1:8400/oauth/callback").find("no code") != std::string::npos);
  BOOST_TEST(fault_of("").find("no code") != std::string::npos);
  BOOST_TEST(fault_of("code=a&code=b&state=the-state").find("twice") != std::string::npos);
  BOOST_TEST(fault_of("code=%&state=the-state").find("damaged") != std::string::npos);
  for (const char* text : {"http://127.0.0.1:8401/oauth/callback?code=a&state=the-state",
                           "https://127.0.0.1:8400/oauth/callback?code=a&state=the-state",
                           "https://login.example/authorize?state=the-state", "hello"}) {
    BOOST_TEST(fault_of(text).find(kExpected.redirect_uri) != std::string::npos, text);
  }
}

BOOST_AUTO_TEST_CASE(state_that_the_host_does_not_know_is_left_to_the_provider) {
  BOOST_TEST(fault_of("code=a&state=x", {kExpected.redirect_uri, ""}).empty());
  BOOST_TEST(fault_of("code=a", {kExpected.redirect_uri, ""}).empty());
}

BOOST_AUTO_TEST_CASE(error_is_told_with_the_words_of_the_server) {
  const PastedRedirect pasted =
      read_pasted("error=access_denied&error_description=Not+today&state=the-state", kExpected);
  BOOST_TEST(pasted.error == "access_denied (Not today)");
  BOOST_TEST(pasted.fault == "");
  BOOST_TEST(read_pasted("error=x&state=other", kExpected).error == "");
}

BOOST_AUTO_TEST_CASE(state_is_found_in_the_url_of_a_login) {
  BOOST_TEST(state_of("https://x.example/a?b=1&state=a%20b#c") == "a b");
  BOOST_TEST(state_of("https://x.example/a?b=1") == "");
  BOOST_TEST(state_of("https://x.example/state=1") == "");
}

BOOST_AUTO_TEST_SUITE_END()
