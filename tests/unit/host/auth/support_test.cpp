// SPDX-License-Identifier: Apache-2.0
#include "host/commands/auth/support.hpp"
#include "core/json/parse.hpp"
#include "core/json/write.hpp"

#include <boost/test/unit_test.hpp>

namespace json = heygen::json;
namespace auth = heygen::host::commands::auth;
using Names = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(auth_support)

BOOST_AUTO_TEST_CASE(display_name_is_the_email_then_the_user_name_then_the_full_name) {
  const auto name = [](const char* text) { return auth::display_name(json::parse(text)); };
  BOOST_TEST(name(R"({"email":"e","username":"u","first_name":"f"})") == "e");
  BOOST_TEST(name(R"({"username":"u","first_name":"f"})") == "u");
  BOOST_TEST(name(R"({"first_name":"Ada","last_name":"Lovelace"})") == "Ada Lovelace");
  BOOST_TEST(name(R"({"last_name":"Lovelace"})") == "Lovelace");
  BOOST_TEST(name("{}").empty());
}

BOOST_AUTO_TEST_CASE(cleared_flags_name_every_reserved_slot_but_the_own) {
  const Names cleared{"oauth", "providers.x"};
  const auto flags = [&](const std::string& own) { return json::write(auth::cleared_flags(cleared, own)); };
  BOOST_TEST(flags("api_key") == R"({"cleared_oauth":true})");
  BOOST_TEST(flags("oauth") == R"({"cleared_api_key":false})");
  BOOST_TEST(flags("providers.sso") == R"({"cleared_api_key":false,"cleared_oauth":true})");
}

BOOST_AUTO_TEST_CASE(cleared_word_names_the_reserved_credential_that_a_logout_cleared) {
  BOOST_TEST(auth::cleared_word({}).empty());
  BOOST_TEST(auth::cleared_word({"providers.x"}).empty());
  BOOST_TEST(auth::cleared_word({"api_key", "providers.x"}) == "api_key");
  BOOST_TEST(auth::cleared_word({"oauth"}) == "oauth");
  BOOST_TEST(auth::cleared_word({"api_key", "oauth"}) == "both");
}

BOOST_AUTO_TEST_CASE(enumerate_joins_words_with_commas_and_and) {
  BOOST_TEST(auth::enumerate({}).empty());
  BOOST_TEST(auth::enumerate({"a"}) == "a");
  BOOST_TEST(auth::enumerate({"a", "b"}) == "a and b");
  BOOST_TEST(auth::enumerate({"a", "b", "c"}) == "a, b and c");
}

BOOST_AUTO_TEST_SUITE_END()
