// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "core/json/parse.hpp"
#include "core/json/write.hpp"
#include "host/commands/auth/explain.hpp"
#include "host/commands/auth/login.hpp"
#include "host/commands/auth/status.hpp"

namespace {

namespace commands = heygen::host::commands::auth;
namespace json = heygen::json;
using heygen::auth::Credential;
using heygen::auth::ExplainRow;
using heygen::auth::Verdict;
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

heygen::Error failed(Status status, const std::string& message = {}, const std::string& hint = {}) {
  ProviderResult out;
  out.status = status;
  out.message = message;
  out.hint = hint;
  heygen::provider::Manifest manifest;
  manifest.id = "sso";
  manifest.title = "Company login";
  return commands::login_error(out, manifest);
}

ExplainRow row(const std::string& id, Verdict verdict) {
  ExplainRow out;
  out.provider = id;
  out.verdict = verdict;
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(auth_report)

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

BOOST_AUTO_TEST_CASE(a_failed_login_ends_in_failure_not_in_a_broken_credential) {
  for (const Status status :
       {Status::broken, Status::rejected, Status::needs_user, Status::not_configured, Status::internal}) {
    const heygen::Error error = failed(status);
    BOOST_TEST(error.code == "error");
    BOOST_TEST((error.exit == heygen::Exit::failure));
    BOOST_TEST(!error.message().empty());
  }
}

BOOST_AUTO_TEST_CASE(other_ends_of_a_login_keep_their_codes) {
  BOOST_TEST(failed(Status::cancelled).code == "canceled");
  BOOST_TEST(failed(Status::transient).code == "network_error");
  BOOST_TEST((failed(Status::transient).exit == heygen::Exit::failure));
  for (const Status status : {Status::usage, Status::unsupported}) {
    BOOST_TEST(failed(status).code == "usage_error");
    BOOST_TEST((failed(status).exit == heygen::Exit::usage));
  }
}

BOOST_AUTO_TEST_CASE(the_providers_own_words_come_first) {
  const heygen::Error error = failed(Status::rejected, "The sign-in was denied.", "Ask for access.");
  BOOST_TEST(error.message() == "The sign-in was denied.");
  BOOST_TEST(error.hint == "Ask for access.");
  BOOST_TEST(failed(Status::rejected).message().find("Company login") != std::string::npos);
  BOOST_TEST(failed(Status::internal).message().find("`sso`") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(explain_names_what_is_used_or_nothing) {
  using heygen::auth::Choice;
  const heygen::auth::Explanation some{
      {row("a", Verdict::absent), row("b", Verdict::used), row("c", Verdict::shadowed)}, {}, {}};
  const json::Value shown = commands::explain_document(some, "/c/credentials");
  BOOST_TEST(shown.string_at("used") == "b");
  BOOST_TEST(shown.find("providers")->as_array().size() == 3U);
  BOOST_TEST(shown.find("providers")->as_array()[2].string_at("verdict") == "shadowed");
  BOOST_TEST(shown.find("chosen_by") == nullptr);
  const heygen::auth::Explanation none{{row("a", Verdict::absent)}, {"a", Choice::By::option}, {}};
  const json::Value empty = commands::explain_document(none, "/c/credentials");
  BOOST_TEST(empty.find("used")->is_null());
  BOOST_TEST(empty.string_at("chosen_by") == "--provider");
}

BOOST_AUTO_TEST_CASE(explain_concludes_with_what_the_next_request_meets) {
  using commands::explain_conclusion;
  BOOST_TEST(explain_conclusion({{row("b", Verdict::used)}, {}, {}}) == "Requests use b.");
  BOOST_TEST(explain_conclusion({{row("b", Verdict::absent)}, {}, {}}) ==
             "No credential found. Run `heygen auth login`.");
  BOOST_TEST(explain_conclusion({{row("b", Verdict::absent)}, {}, "The file is empty."}) ==
             "Requests will fail (exit 3): The file is empty.");
  ExplainRow broken = row("b", Verdict::broken);
  broken.why = heygen::auth::Why::error;
  broken.detail = "Its provider is not installed.";
  BOOST_TEST(explain_conclusion({{broken}, {}, {}}) == "Requests will fail (exit 3): Its provider is not installed.");
}

BOOST_AUTO_TEST_SUITE_END()
