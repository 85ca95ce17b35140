// SPDX-License-Identifier: Apache-2.0
#include "host/commands/auth/login.hpp"

#include <boost/test/unit_test.hpp>
#include <map>

#include "core/base/environment.hpp"
#include "core/provider/provider.hpp"

namespace {

namespace commands = heygen::host::commands::auth;
using heygen::provider::ProviderResult;
using heygen::provider::Status;

heygen::Error failed(Status status, const std::string& message = {}, const std::string& hint = {}, bool sent = false) {
  ProviderResult out;
  out.sent = sent ? heygen::provider::Sent::changes : heygen::provider::Sent::reads;
  out.status = status;
  out.message = message;
  out.hint = hint;
  heygen::provider::Manifest manifest;
  manifest.id = "sso";
  manifest.title = "Company login";
  manifest.version = "1.2.3";
  return commands::login_error(out, manifest);
}

heygen::provider::Manifest typed_settings() {
  using heygen::provider::SettingType;
  heygen::provider::Manifest manifest;
  manifest.id = "sso";
  manifest.settings = {{"url", SettingType::url, "", "Where", "", false},
                       {"count", SettingType::integer, "7", "How many", "SSO_COUNT", false},
                       {"enabled", SettingType::boolean, "false", "Whether", "", false},
                       {"name", SettingType::string, "", "Who", "", false}};
  return manifest;
}

heygen::provider::GivenSettings given(const std::vector<std::string>& texts) {
  heygen::host::Parsed parsed;
  parsed.options["set"] = texts;
  return commands::given_settings(parsed, typed_settings());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(auth_login)

BOOST_AUTO_TEST_CASE(a_failed_login_ends_in_failure_not_in_a_broken_credential) {
  for (const Status status :
       {Status::broken, Status::rejected, Status::needs_user, Status::not_configured, Status::internal}) {
    const heygen::Error error = failed(status);
    BOOST_TEST(error.code == "error");
    BOOST_TEST((error.exit == heygen::Exit::failure));
    BOOST_TEST(!error.message().empty());
  }
}

BOOST_AUTO_TEST_CASE(a_refused_login_says_to_log_in_again) {
  for (const std::string hint : {"", "Check HEYGEN_OAUTH_CLIENT_ID.", "Run `heygen auth login --sso` again."}) {
    const heygen::Error error = failed(Status::rejected, "The server refused: invalid_grant.", hint, true);
    BOOST_TEST(error.code == "error");
    BOOST_TEST((error.exit == heygen::Exit::failure));
    BOOST_TEST(error.hint.starts_with(hint));
    BOOST_TEST(error.hint.find("`heygen auth login --sso`") != std::string::npos);
    BOOST_TEST(error.hint.find("again") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(other_ends_of_a_login_keep_their_codes) {
  BOOST_TEST(failed(Status::canceled).code == "canceled");
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
  BOOST_TEST(error.hint.starts_with("Ask for access."));
  BOOST_TEST(failed(Status::rejected).message().find("Company login") != std::string::npos);
  BOOST_TEST(failed(Status::internal).message().find("`sso`") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(given_settings_have_the_types_of_the_settings) {
  BOOST_TEST(given({"url=https://a.example", "count=7", "enabled=true", "name=a=b"}).at("name") == "a=b");
  for (const char* wrong : {"url=ftp://a.example", "url=x", "count=seven", "count= 7", "count=7.5", "enabled=maybe",
                            "enabled=1", "name=a\tb", "absent=1", "=1", "name"}) {
    BOOST_CHECK_EXCEPTION(given({wrong}), heygen::Error, [](const heygen::Error& error) {
      return error.code == "usage_error" && !error.hint.empty();
    });
  }
}

BOOST_AUTO_TEST_CASE(empty_given_setting_is_the_default) {
  using heygen::provider::find_setting;
  const heygen::provider::Manifest manifest = typed_settings();
  const heygen::MapEnvironment environment(std::map<std::string, std::string, std::less<>>{{"SSO_COUNT", "9"}});
  const auto value = [&](const std::vector<std::string>& texts) {
    return find_setting(manifest, manifest.settings.at(1), environment, {}, given(texts))->text;
  };
  BOOST_TEST(value({}) == "9");
  BOOST_TEST(value({"count=8"}) == "8");
  BOOST_TEST(value({"count="}) == "7");
  BOOST_TEST(!find_setting(manifest, manifest.settings.at(0), environment, {}, given({"url="})).has_value());
}

BOOST_AUTO_TEST_CASE(misuse_within_a_login_is_blamed_on_the_provider) {
  const heygen::Error error = failed(Status::internal, "set_type got text that is not a word.");
  BOOST_TEST(error.message().starts_with("Bug in provider `sso` 1.2.3: "), error.message());
  BOOST_TEST(error.message().find("set_type got text") != std::string::npos);
  BOOST_TEST(error.hint.find("author") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
