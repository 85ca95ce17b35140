// SPDX-License-Identifier: Apache-2.0
#include "host/commands/auth/status.hpp"

#include <boost/test/unit_test.hpp>

#include "core/json/parse.hpp"
#include "core/json/write.hpp"

namespace {

namespace commands = heygen::host::commands::auth;
namespace json = heygen::json;
using heygen::auth::Credential;
using heygen::provider::ProviderResult;
using heygen::provider::Status;

constexpr std::int64_t kNow = 1'900'000'000;

ProviderResult answer(const std::string& type, const std::string& source) {
  ProviderResult out;
  out.status = Status::ok;
  out.type = type;
  out.source = source;
  return out;
}

std::string block(const ProviderResult& of, const char* user = "{}") {
  return json::write(commands::credential_block(Credential("some", "Some", of), json::parse(user), kNow));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(auth_status)

BOOST_AUTO_TEST_CASE(the_credential_block_of_a_key_says_nothing_of_expiry_and_scope) {
  BOOST_TEST(block(answer("api_key", "env")) == R"({"type":"api_key","source":"env","provider":"some"})");
}

BOOST_AUTO_TEST_CASE(the_credential_block_of_a_token_counts_the_seconds_that_are_left) {
  ProviderResult token = answer("oauth", "file");
  token.scope = "openid email";
  token.refreshable = true;
  token.expires_at = kNow + 90;
  BOOST_TEST(block(token) ==
             R"({"type":"oauth","source":"file","provider":"some","scope":"openid email",)"
             R"("expires_at":"2030-03-17T17:48:10Z","expires_in_seconds":90,"refreshable":true,"expired":false})");
}

BOOST_AUTO_TEST_CASE(a_token_is_expired_from_its_very_second_on) {
  ProviderResult token = answer("oauth", "file");
  token.expires_at = kNow;
  BOOST_TEST(block(token).ends_with(R"("expires_in_seconds":0,"refreshable":false,"expired":true})"));
}

BOOST_AUTO_TEST_CASE(unknown_scope_and_expiry_of_a_token_are_null) {
  BOOST_TEST(block(answer("oauth", "env")) ==
             R"({"type":"oauth","source":"env","provider":"some","scope":null,"expires_at":null,"refreshable":false})");
}

BOOST_AUTO_TEST_CASE(the_user_is_shown_with_a_display_name) {
  BOOST_TEST(block(answer("api_key", "file"), R"({"username":"ada","first_name":"","plan":"pro"})") ==
             R"({"type":"api_key","source":"file","provider":"some","user":{"username":"ada","display_name":"ada"}})");
}

BOOST_AUTO_TEST_SUITE_END()
