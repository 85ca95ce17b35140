// SPDX-License-Identifier: Apache-2.0
#include "plugins/apikey/api_key_provider.hpp"
#include "core/json/parse.hpp"
#include "core/json/write.hpp"

#include "tests/unit/plugins/fake_host.hpp"

namespace heygen::plugins::test {
namespace {

struct Fixture : FakeHost {
  Fixture() : FakeHost(sdk::Exported<ApiKeyProvider, kApiKeyDescriptor>::entry()) {}
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(api_key, Fixture)

BOOST_AUTO_TEST_CASE(the_variable_overrides_the_file) {
  environment["HEYGEN_API_KEY"] = "hg_env";
  state = json::Object{{"api_key", "hg_file"}};
  const Said said = resolve();
  BOOST_TEST(said.status == HEYGEN_OK);
  BOOST_TEST(said.headers.size() == 1U);
  BOOST_TEST(said.headers.at("x-api-key") == "hg_env");
  BOOST_TEST(said.source == "env");
  BOOST_TEST(said.type == "api_key");
}

BOOST_AUTO_TEST_CASE(the_lower_name_of_the_variable_counts_without_the_higher) {
  environment["HYPERFRAMES_API_KEY"] = "hg_lower";
  state = json::Object{{"api_key", "hg_file"}};
  BOOST_TEST(resolve().headers.at("x-api-key") == "hg_lower");
  environment["HEYGEN_API_KEY"] = "hg_env";
  BOOST_TEST(resolve().headers.at("x-api-key") == "hg_env");
}

BOOST_AUTO_TEST_CASE(the_file_serves_without_the_variable) {
  state = json::Object{{"api_key", "hg_file"}};
  const Said said = resolve();
  BOOST_TEST(said.headers.at("x-api-key") == "hg_file");
  BOOST_TEST(said.source == "file");
  BOOST_TEST(!said.expiry.has_value());
}

BOOST_AUTO_TEST_CASE(right_after_a_login_the_stored_key_counts_and_not_the_variable) {
  environment["HEYGEN_API_KEY"] = "hg_env";
  state = json::Object{{"api_key", "hg_new"}};
  const Said said = resolve(provider::Reason::login);
  BOOST_TEST(said.headers.at("x-api-key") == "hg_new");
  BOOST_TEST(said.source == "file");
}

BOOST_AUTO_TEST_CASE(an_absent_or_empty_key_is_not_configured) {
  for (const char* text : {"{}", R"({"api_key":""})", R"({"api_key":null})", R"({"other":"x"})"}) {
    state = json::parse(text);
    BOOST_TEST(resolve().status == HEYGEN_NOT_CONFIGURED, text);
  }
}

BOOST_AUTO_TEST_CASE(a_broken_key_surfaces_and_is_never_quoted) {
  environment["HEYGEN_API_KEY"] = "hg_aaa\nbbb";
  state = json::Object{{"api_key", "hg_file"}};
  Said said = resolve();
  BOOST_TEST(said.status == HEYGEN_BROKEN);
  BOOST_TEST(said.headers.empty());
  BOOST_TEST(said.message.find("HEYGEN_API_KEY") != std::string::npos);
  BOOST_TEST((said.message + said.hint).find("hg_aaa") == std::string::npos);

  environment.clear();
  for (const char* text : {R"({"api_key":"hg_\u0000key"})", R"({"api_key":"hg_\u007fkey"})", R"({"api_key":17})",
                           R"({"api_key":{}})", R"({"api_key":false})"}) {
    state = json::parse(text);
    said = resolve();
    BOOST_TEST(said.status == HEYGEN_BROKEN, text);
    BOOST_TEST(said.headers.empty());
    BOOST_TEST(said.message.find("hg_") == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(login_stores_the_trimmed_key) {
  secret_input = "  \r\n\t hg_key \r\n\n";
  const Said said = login_and_save();
  BOOST_TEST(said.status == HEYGEN_OK);
  BOOST_TEST(json::write(state) == R"({"api_key":"hg_key"})");
  BOOST_TEST(resolve().headers.at("x-api-key") == "hg_key");
}

BOOST_AUTO_TEST_CASE(login_without_a_usable_key_is_usage_and_stores_nothing) {
  for (const std::string& input : {std::string(), std::string(" \n\t"), std::string("one\ntwo\n"),
                                   std::string("a\0b", 3), std::string("a\x1b[31mb"), std::string("a\x7f")}) {
    secret_input = input;
    const Said said = login();
    BOOST_TEST(said.status == HEYGEN_USAGE);
    BOOST_TEST(!said.patch.has_value());
    BOOST_TEST(!said.hint.empty());
  }
}

BOOST_AUTO_TEST_CASE(what_a_paste_brings_along_is_named_and_never_quoted) {
  const std::pair<const char*, const char*> cases[] = {{"\"hg_key\"", "in quotes"},
                                                       {"'hg_key", "in quotes"},
                                                       {"Bearer hg_key", "'Bearer '"},
                                                       {"bearer:hg_key", "'Bearer:'"},
                                                       {"apikey:hg_key", "'apikey:'"},
                                                       {"<hg_key>", "in angle brackets"},
                                                       {"hg_\xC2\xA0key", "no-break"},
                                                       {"hg_key\xE2\x80\x8B", "zero-width"},
                                                       {"{\"api_key\":\"hg_key\"}", "begins like JSON"},
                                                       {"\xE2\x80\x9Chg_key\xE2\x80\x9D", "in quotes"},
                                                       {"\"hg_key\",", "in quotes"},
                                                       {"HEYGEN_API_KEY=hg_key", "'HEYGEN_API_KEY='"},
                                                       {"X-Api-Key:hg_key", "'x-api-key:'"},
                                                       {"x-api-key : hg_key", "'x-api-key:'"},
                                                       {"Bearer\thg_key", "'Bearer '"},
                                                       {"bearer\xC2\xA0hg_key", "'Bearer '"},
                                                       {"Authorization: Bearer hg_key", "'Authorization:'"},
                                                       {"export HEYGEN_API_KEY=hg_key", "'export '"},
                                                       {"export\tHEYGEN_API_KEY=\"hg_key\"", "'export '"},
                                                       {"HEYGEN_API_KEY='hg_key'", "'HEYGEN_API_KEY='"},
                                                       {"HEYGEN_API_KEY = hg_key", "'HEYGEN_API_KEY='"},
                                                       {"-H 'x-api-key: hg_key'", "'-H '"},
                                                       {"set HEYGEN_API_KEY=hg_key", "'set '"},
                                                       {"hg_key hg_two", "contains a space"},
                                                       {"hg_k\xC3\xA9y", "not ASCII"}};
  for (const auto& [input, reason] : cases) {
    secret_input = input;
    Said said = login();
    BOOST_TEST(said.status == HEYGEN_USAGE, input);
    BOOST_TEST(said.message.find(reason) != std::string::npos, said.message);
    BOOST_TEST((said.message + said.hint).find("hg_") == std::string::npos);
    environment["HEYGEN_API_KEY"] = input;
    said = resolve();
    BOOST_TEST(said.status == HEYGEN_BROKEN, input);
    BOOST_TEST(said.message.find(reason) != std::string::npos, said.message);
    environment.clear();
    state = json::Object{{"api_key", input}};
    said = resolve();
    BOOST_TEST(said.status == HEYGEN_BROKEN, input);
    BOOST_TEST(said.message.find(reason) != std::string::npos, said.message);
    state = json::Object{};
  }
}

BOOST_AUTO_TEST_CASE(byte_order_mark_and_blank_lines_do_not_count_in_a_key) {
  for (const char* text : {"\xEF\xBB\xBFhg_key\r\n", "\r\n\n hg_key\n", "\n\xEF\xBB\xBF hg_key"}) {
    environment["HEYGEN_API_KEY"] = text;
    BOOST_TEST(resolve().headers.at("x-api-key") == "hg_key");
    environment.clear();
    state = json::Object{{"api_key", text}};
    BOOST_TEST(resolve().headers.at("x-api-key") == "hg_key");
    state = json::Object{};
  }
}

BOOST_AUTO_TEST_CASE(byte_order_mark_before_a_piped_key_is_dropped) {
  secret_input = "\xEF\xBB\xBFhg_key\r\n";
  BOOST_TEST(login_and_save().status == HEYGEN_OK);
  BOOST_TEST(json::write(state) == R"({"api_key":"hg_key"})");
}

BOOST_AUTO_TEST_CASE(blank_variable_counts_as_unset) {
  environment["HEYGEN_API_KEY"] = " \t";
  BOOST_TEST(resolve().status == HEYGEN_NOT_CONFIGURED);
  state = json::Object{{"api_key", "hg_file"}};
  BOOST_TEST(resolve().headers.at("x-api-key") == "hg_file");
}

BOOST_AUTO_TEST_CASE(login_hands_on_what_the_terminal_says) {
  secret_error = canceled_error();
  BOOST_TEST(login().status == HEYGEN_CANCELED);
  secret_error = usage_error("stdin is too long.");
  BOOST_TEST(login().status == HEYGEN_USAGE);
  interaction = provider::Interaction::never;
  BOOST_TEST(login().status == HEYGEN_NEEDS_USER);
}

BOOST_AUTO_TEST_CASE(a_key_is_neither_refreshed_nor_revoked) {
  state = json::Object{{"api_key", "hg_file"}};
  BOOST_TEST(refresh().status == HEYGEN_UNSUPPORTED);
  BOOST_TEST(revoke().status == HEYGEN_UNSUPPORTED);
  BOOST_TEST(sent.empty());
}

BOOST_AUTO_TEST_CASE(the_descriptor_says_what_the_host_needs_before_loading) {
  BOOST_TEST(sdk::text(descriptor().id) == "apikey");
  BOOST_TEST(sdk::text(descriptor().title) == "API key");
  BOOST_TEST(sdk::text(descriptor().note).find("API credits") != std::string_view::npos);
  BOOST_TEST(descriptor().order == 10);
  BOOST_TEST(descriptor().credential_env_count == 2U);
  BOOST_TEST(sdk::text(descriptor().credential_env[0]) == "HEYGEN_API_KEY");
  BOOST_TEST(sdk::text(descriptor().credential_env[1]) == "HYPERFRAMES_API_KEY");
  BOOST_TEST((descriptor().flags & HEYGEN_PROVIDER_READS_STDIN) != 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace heygen::plugins::test
