// SPDX-License-Identifier: Apache-2.0
#include "core/config/config.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <memory>

#include "core/base/cancel.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "tests/support/error.hpp"
#include "tests/support/temporary_directory.hpp"

namespace fs = std::filesystem;
using heygen::Error;
using heygen::Exit;
using heygen::MapEnvironment;
using heygen::config::Config;
using heygen::config::DeclaredKey;
using heygen::config::Entry;
using heygen::test::error_of;

namespace {

const std::vector<DeclaredKey> kDeclared{
    {"providers.oauth.client_id", "string", "HEYGEN_OAUTH_CLIENT_ID", "built-in", "client"},
    {"providers.oauth.token_url", "url", "", "", "token endpoint"},
    {"providers.device-code.enabled", "bool", "", "false", "on"},
    {"providers.vault.port", "int", "", "8200", "port"},
    {"providers.vault.small", "int", "", "1", "small", 0, 10},
};

/// A configuration directory of its own and an environment that the test fills before asking.
struct Sandbox {
  void given(const std::string& text) {
    fs::create_directories(directory);
    heygen::test::write_file(file, text);
  }
  std::string text() const { return heygen::test::read_file(file); }
  static mode_t mode(const fs::path& path) {
    struct stat about {};
    BOOST_REQUIRE_EQUAL(::stat(path.c_str(), &about), 0);
    return about.st_mode & 07777U;
  }
  Config config() {
    environment = std::make_unique<MapEnvironment>(variables);
    return {directory, *environment};
  }
  /// Sets one key and gives the file's new text.
  std::string after_set(const std::string& before, const std::string& key, const std::string& value) {
    given(before);
    config().set(key, value, kDeclared);
    return text();
  }

  heygen::test::TemporaryDirectory temporary;
  fs::path root = temporary.path(), directory = root / "cfg", file = directory / "config.toml";
  std::map<std::string, std::string, std::less<>> variables;
  std::unique_ptr<MapEnvironment> environment;
};

std::string shown(const Entry& entry) {
  return entry.key + "=" + entry.value + " (" + entry.source + ")";
}

}  // namespace

namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

/// With an account whose home directory is not HOME.
struct Accounts : Sandbox {
  Accounts() { fs::create_directory(account); }
  fs::path config_directory(const Variables& given) const {
    return heygen::config::config_directory(MapEnvironment(given), [this] { return account; });
  }
  fs::path account = root / "account";
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(directory_of_the_user, Accounts)

BOOST_AUTO_TEST_CASE(the_variable_names_it) {
  const MapEnvironment given({{"HEYGEN_CONFIG_DIR", "/a/b"}, {"HOME", "/home/u"}});
  BOOST_TEST(heygen::config::config_directory(given) == fs::path("/a/b"));
}

BOOST_AUTO_TEST_CASE(without_the_variable_or_with_a_blank_one_it_is_in_the_home_directory) {
  BOOST_TEST(config_directory({{"HOME", root.string()}}) == root / ".heygen");
  BOOST_TEST(config_directory({{"HEYGEN_CONFIG_DIR", " "}, {"HOME", root.string()}}) == root / ".heygen");
}

BOOST_AUTO_TEST_CASE(home_that_is_unset_empty_relative_or_no_directory_gives_way_to_the_accounts) {
  std::ofstream(root / "file").put('x');
  BOOST_TEST(config_directory({}) == account / ".heygen");
  for (const std::string& home : {std::string(), std::string("home"), std::string("."), (root / "none").string(),
                                  (root / "file").string(), std::string("/dev/null")})
    BOOST_TEST(config_directory({{"HOME", home}}) == account / ".heygen", home);
}

BOOST_AUTO_TEST_CASE(home_to_be_created_counts_when_the_account_has_none) {
  account = "/nonexistent";
  BOOST_TEST(config_directory({{"HOME", (root / "new").string()}}) == root / "new" / ".heygen");
  BOOST_TEST(config_directory({{"HOME", "new"}}) == fs::path());
}

BOOST_AUTO_TEST_CASE(without_any_home_there_is_none_and_nothing_is_stored) {
  account.clear();
  BOOST_TEST(config_directory({}) == fs::path());
  const MapEnvironment none({});
  const Config without({}, none);
  BOOST_TEST(shown(without.get("output", {})) == "output=json (default)");
  const Error error = error_of([&] { without.set("output", "json", {}); });
  BOOST_TEST(error.code == "cli_file_io_error");
  BOOST_TEST(error.hint.find("HEYGEN_CONFIG_DIR") != std::string::npos);
  BOOST_TEST(!fs::exists("config.toml"));
}

BOOST_AUTO_TEST_CASE(literal_tilde_is_the_home_directory_and_another_users_is_refused) {
  const std::string home = root.string();
  BOOST_TEST(config_directory({{"HEYGEN_CONFIG_DIR", "~/x"}, {"HOME", home}}) == root / "x");
  BOOST_TEST(config_directory({{"HEYGEN_CONFIG_DIR", "~//x"}, {"HOME", home}}) == root / "x");
  for (const char* whole : {"~", "~/"})
    BOOST_TEST(config_directory({{"HEYGEN_CONFIG_DIR", whole}, {"HOME", home}}) == root, whole);
  for (const char* other : {"~bob", "~bob/x", "~~", "~+", " ~/x", "\"~/x\""}) {
    const Error error = error_of([&] { config_directory({{"HEYGEN_CONFIG_DIR", other}, {"HOME", home}}); });
    BOOST_TEST(error.code == "usage_error");
    BOOST_TEST(error.message().find(other) != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(relative_directory_is_below_the_current_one) {
  BOOST_TEST(config_directory({{"HEYGEN_CONFIG_DIR", "a/b"}}) == fs::current_path() / "a" / "b");
  BOOST_TEST(config_directory({{"HEYGEN_CONFIG_DIR", "./~"}}) == fs::current_path() / "./~");
}

BOOST_AUTO_TEST_CASE(xdg_directory_counts_when_it_exists_and_the_usual_one_does_not) {
  const Variables given{{"HOME", root.string()}, {"XDG_CONFIG_HOME", (root / "xdg").string()}};
  BOOST_TEST(config_directory(given) == root / ".heygen");
  fs::create_directories(root / "xdg" / "heygen");
  BOOST_TEST(config_directory(given) == root / "xdg" / "heygen");
  BOOST_TEST(config_directory({{"HOME", root.string()}, {"XDG_CONFIG_HOME", "~/xdg"}}) == root / "xdg" / "heygen");
  BOOST_TEST(config_directory({{"HOME", root.string()}, {"XDG_CONFIG_HOME", "xdg"}}) == root / ".heygen");
  fs::create_directory(root / ".heygen");
  BOOST_TEST(config_directory(given) == root / ".heygen");
}

BOOST_AUTO_TEST_CASE(xdg_directory_serves_without_a_home) {
  account.clear();
  BOOST_TEST(config_directory({{"XDG_CONFIG_HOME", (root / "xdg").string()}}) == root / "xdg" / "heygen");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(config_get, Sandbox)

BOOST_AUTO_TEST_CASE(defaults_serve_when_nothing_is_set) {
  BOOST_TEST(shown(config().get("output", {})) == "output=json (default)");
  BOOST_TEST(shown(config().get("analytics", {})) == "analytics=true (default)");
  BOOST_TEST(shown(config().get("providers.oauth.client_id", kDeclared)) ==
             "providers.oauth.client_id=built-in (default)");
  BOOST_TEST(!fs::exists(directory));
}

BOOST_AUTO_TEST_CASE(the_file_beats_the_default_and_the_environment_beats_the_file) {
  given("output = \"yaml\"\nanalytics = true\n[providers.oauth]\nclient_id = \"mine\"\n");
  BOOST_TEST(shown(config().get("output", {})) == "output=yaml (file)");
  BOOST_TEST(shown(config().get("analytics", {})) == "analytics=true (file)");
  BOOST_TEST(shown(config().get("providers.oauth.client_id", kDeclared)) == "providers.oauth.client_id=mine (file)");
  variables = {{"HEYGEN_OUTPUT", "human"}, {"HEYGEN_NO_ANALYTICS", "1"}, {"HEYGEN_OAUTH_CLIENT_ID", "theirs"}};
  BOOST_TEST(shown(config().get("output", {})) == "output=human (env)");
  BOOST_TEST(shown(config().get("analytics", {})) == "analytics=false (env)");
  BOOST_TEST(shown(config().get("providers.oauth.client_id", kDeclared)) == "providers.oauth.client_id=theirs (env)");
  variables = {{"HEYGEN_NO_ANALYTICS", "0"}};
  BOOST_TEST(shown(config().get("analytics", {})) == "analytics=true (file)");
}

BOOST_AUTO_TEST_CASE(an_empty_variable_counts_as_unset) {
  variables = {{"HEYGEN_OUTPUT", ""}, {"HEYGEN_NO_ANALYTICS", ""}};
  BOOST_TEST(shown(config().get("output", {})) == "output=json (default)");
  BOOST_TEST(shown(config().get("analytics", {})) == "analytics=true (default)");
}

BOOST_AUTO_TEST_CASE(an_unknown_key_is_usage_and_names_the_nearest) {
  for (const char* key : {"Output", "outptu"}) {
    const Error error = error_of([&] { config().get(key, kDeclared); });
    BOOST_TEST(error.code == "usage_error");
    BOOST_TEST((error.exit == Exit::usage));
    BOOST_TEST(error.hint.find("\"output\"") != std::string::npos);
  }
  const Error far = error_of([&] { config().get("zzzzzzzz", kDeclared); });
  BOOST_TEST(far.hint.find("analytics, output, providers.device-code.enabled") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_key_that_no_provider_declared_is_unknown_even_if_the_file_has_it) {
  given("mine = 1\n");
  BOOST_TEST((error_of([&] { config().get("mine", kDeclared); }).exit == Exit::usage));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(config_list, Sandbox)

BOOST_AUTO_TEST_CASE(shows_built_in_keys_always_and_declared_ones_when_set_in_order) {
  given("[providers.vault]\nport = 0x10\n[providers.device-code]\nenabled = true\n");
  variables = {{"HEYGEN_OAUTH_CLIENT_ID", "c"}, {"HEYGEN_NO_ANALYTICS", "1"}};
  std::vector<std::string> lines;
  for (const Entry& entry : config().list(kDeclared)) lines.push_back(shown(entry));
  const std::vector<std::string> wanted{"analytics=false (env)", "output=json (default)",
                                        "providers.device-code.enabled=true (file)",
                                        "providers.oauth.client_id=c (env)", "providers.vault.port=16 (file)"};
  BOOST_TEST(lines == wanted, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(malformed_files, Sandbox)

BOOST_AUTO_TEST_CASE(every_use_names_file_and_line_and_touches_nothing) {
  const std::string broken = "analytics = true\n[[\noutput = \"json\"\n";
  given(broken);
  const std::vector<std::function<void()>> uses{[&] { config().raw("output"); }, [&] { config().members("output"); },
                                                [&] { config().check({}); }};
  for (const auto& use : uses) {
    const Error error = error_of(use);
    BOOST_TEST(error.code == "usage_error");
    BOOST_TEST((error.exit == Exit::usage));
    BOOST_TEST(error.message().find(file.string() + ", line 2") != std::string::npos);
    BOOST_TEST(error.hint.find("`heygen config set output json`") != std::string::npos);
  }
  BOOST_TEST(shown(config().get("analytics", {})) == "analytics=true (file)");
  BOOST_TEST(config().list({}).size() == 2U);
  BOOST_TEST(config().faults({}).size() == 2U);
  BOOST_TEST(text() == broken);
}

BOOST_AUTO_TEST_CASE(broken_table_header_takes_its_lines_along_and_a_change_keeps_a_copy) {
  const std::string broken = "analytics = true\n[section\noutput = \"human\"\n\n[table]\na = 1\n";
  given(broken);
  BOOST_TEST(shown(config().get("output", {})) == "output=json (default)");
  const Entry changed = config().set("analytics", "false", {});
  BOOST_TEST(text() == "analytics = false\n# [section\n# output = \"human\"\n\n[table]\na = 1\n");
  BOOST_TEST(changed.kept == file.string() + ".broken-1");
  BOOST_TEST(heygen::test::read_file(changed.kept) == broken);
  BOOST_TEST(config().set("analytics", "true", {}).kept.empty());
}

BOOST_AUTO_TEST_CASE(file_of_another_kind_is_replaced_and_kept_under_a_free_name) {
  for (const std::string& other :
       {std::string("{\n \"output\": \"human\"\n}\n"), std::string(8, '\0'), std::string("\x89PNG\r\n\x1a\n"),
        std::string(300, '=') + "\n" + std::string(200, '\n')}) {
    given(other);
    BOOST_TEST(!config().faults({}).empty());
    const Entry changed = config().set("output", "json", {});
    BOOST_TEST(heygen::test::read_file(changed.kept) == other);
    BOOST_CHECK_NO_THROW(config().check({}));
    BOOST_TEST(shown(config().get("output", {})) == "output=json (file)");
  }
  BOOST_TEST(fs::exists(file.string() + ".broken-4"));
}

BOOST_AUTO_TEST_CASE(text_that_is_never_closed_does_not_swallow_what_is_set) {
  for (const char* open :
       {"output = 'human'\nx = \"\"\"\nnever\n[closed]\ny = 1\n", "output = 'human'\nx = [1,\n2\n"}) {
    given(open);
    BOOST_TEST(shown(config().get("output", {})) == "output=human (file)");
    BOOST_TEST(!config().set("analytics", "false", {}).kept.empty());
    BOOST_TEST(shown(config().get("analytics", {})) == "analytics=false (file)");
    BOOST_CHECK_NO_THROW(config().check({}));
  }
}

BOOST_AUTO_TEST_CASE(unsetting_a_key_that_is_not_set_repairs_a_broken_file) {
  given("garbage\n");
  BOOST_TEST(!config().unset("output", {}).kept.empty());
  BOOST_TEST(text() == "# garbage\n");
  BOOST_TEST((error_of([&] { config().unset("output", {}); }).exit == Exit::usage));
}

BOOST_AUTO_TEST_CASE(fault_never_repeats_what_could_be_a_key) {
  const std::string key = "sk0123456789abcdef";
  for (const std::string& line : {key + " = 1\n" + key + " = 2", "output = '" + key + "'", "output = " + key, "'" + key,
                                  "[" + key + "]\n[" + key + "]", "[" + key, key, "provider." + key + " = 1",
                                  "analytics = [" + key + "]", "output = \"\\" + key + "\""}) {
    given(line + "\n");
    const Error error = error_of([&] { config().check({{"provider.disabled.*", "bool", "", "false", ""}}); });
    BOOST_TEST((error.message() + error.hint).find(key) == std::string::npos, error.message() + error.hint);
  }
}

BOOST_AUTO_TEST_CASE(broken_line_is_named_with_its_key_and_the_rest_can_be_edited) {
  given("output = \"human\"\r\nx = openid\r\n[providers.vault] # v\r\nport = eight\r\nother = 1\r\n");
  const Error error = error_of([&] { config().check({}); });
  BOOST_TEST(error.message().find(file.string() + ", line 2: `x` ") != std::string::npos);
  BOOST_TEST((error.exit == Exit::usage));
  BOOST_TEST(error.hint.find("`heygen config unset x`") != std::string::npos);
  BOOST_TEST(shown(config().get("output", {})) == "output=human (file)");
  config().set("output", "json", {});
  BOOST_TEST(text() == "output = \"json\"\r\nx = openid\r\n[providers.vault] # v\r\nport = eight\r\nother = 1\r\n");
  config().unset("x", {});
  const Error next = error_of([&] { config().check({}); });
  BOOST_TEST(next.message().find("line 3: `providers.vault.port` ") != std::string::npos);
  config().set("providers.vault.port", "8", kDeclared);
  BOOST_CHECK_NO_THROW(config().check(kDeclared));
  BOOST_TEST(text() == "output = \"json\"\r\n[providers.vault] # v\r\nother = 1\r\nport = 8\r\n");
}

BOOST_AUTO_TEST_CASE(key_set_twice_is_fixed_by_setting_it) {
  given("output = \"human\"\noutput = \"human\"\n");
  const Error error = error_of([&] { config().check({}); });
  BOOST_TEST(error.message().find("line 2: `output`") != std::string::npos);
  config().set("output", "json", {});
  BOOST_TEST(text() == "output = \"json\"\n");
}

BOOST_AUTO_TEST_CASE(value_that_a_key_cannot_have_is_named_with_file_line_and_key) {
  const std::vector<DeclaredKey> keys{
      {"provider.deadline", "int", "", "60", "", 1, 100},
      {"provider.disabled.*", "bool", "", "false", ""},
      {"providers.vault.port", "int", "", "8200", ""},
      {"providers.oauth.token_url", "url", "", "", ""},
  };
  const std::vector<std::pair<std::string, std::string>> faults{
      {"output = \"xml\"", "`output` is 'xml', but must be json or human"},
      {"output = \"\"", "`output` is '', but must be json or human"},
      {"output = true", "`output` is 'true'"},
      {"output = [\"json\"]", "`output` must be a single value"},
      {"output.x = 1", "`output.x` belongs to `output`"},
      {"[output]", "`output` must be a single value"},
      {"analytics = 1", "`analytics` is '1', but must be true or false"},
      {"provider.deadline = 0", "`provider.deadline` is '0', but must be a whole number from 1 to 100"},
      {"provider.deadline = 101", "`provider.deadline` is '101'"},
      {"provider.deadline = 1.5", "`provider.deadline` is '1.5'"},
      {"provider.disabled.vault = \"yes\"", "`provider.disabled.vault` is 'yes'"},
      {"provider.disabled = [\"vault\"]", "`provider.disabled` must be a table"},
      {"provider.disabled.a.b = true", "`provider.disabled.a.b` "},
      {"provider = \"vault\"", "`provider` must be a table"},
      {"[provider]\ndeadlin = 5", "`provider.deadlin` is not a setting; did you mean `provider.deadline`?"},
      {"providers = 1", "`providers` must be a table"},
      {"providers.oauth = 1", "`providers.oauth` must be a table"},
      {"providers.vault.port = \"x\"", "`providers.vault.port` is 'x', but must be a whole number"},
      {"providers.oauth.token_url = \"ftp://x\"", "`providers.oauth.token_url` is 'ftp://x'"},
  };
  for (const auto& [line, message] : faults) {
    BOOST_TEST_CONTEXT(line) {
      given("# first\n" + line + "\n");
      const Error error = error_of([&] { config().check(keys); });
      const std::string at = line.starts_with("[provider]") ? "3" : "2";
      BOOST_TEST(error.message().starts_with(file.string() + ", line " + at + ": " + message), error.message());
      BOOST_TEST((error.exit == Exit::usage));
    }
  }
}

BOOST_AUTO_TEST_CASE(keys_of_others_and_valid_values_pass_the_check) {
  const std::vector<DeclaredKey> keys{{"provider.deadline", "int", "", "60", "", 1, 100},
                                      {"provider.disabled.*", "bool", "", "false", ""},
                                      {"providers.oauth.token_url", "url", "", "", ""}};
  given(
      "output = \"Human\"\nanalytics = \"true\"\nmine = 1\n[provider]\ndeadline = \"60\"\ndisabled.vault = true\n"
      "[providers.oauth]\ntoken_url = \"\"\nx = 1\n[providers.gone]\nport = \"x\"\n[table]\na = [1]\n");
  BOOST_CHECK_NO_THROW(config().check(keys));
}

BOOST_AUTO_TEST_CASE(boolean_variable_is_decided_by_known_words_only) {
  for (const char* name : {"HEYGEN_ALLOW_HTTP", "HEYGEN_NONINTERACTIVE", "HEYGEN_NO_BROWSER", "HEYGEN_NO_ANALYTICS"}) {
    for (const char* unknown : {"n", "perhaps", "2"}) {
      variables = {{name, unknown}};
      const Error error = error_of([&] { config().check({}); });
      BOOST_TEST((error.exit == Exit::usage), unknown);
      BOOST_TEST(error.message().starts_with(name), error.message());
    }
    for (const char* known : {"1", "TRUE", " yes ", "on", "0", "no", "Off", "false", ""}) {
      variables = {{name, known}};
      BOOST_CHECK_NO_THROW(config().check({}));
    }
  }
}

BOOST_AUTO_TEST_CASE(variable_of_a_declared_key_is_checked_by_its_type) {
  const std::vector<DeclaredKey> keys{{"response.limit", "int", "X_LIMIT", "5", "", 1, 10},
                                      {"providers.vault.on", "bool", "X_ON", "false", ""},
                                      {"providers.vault.url", "url", "X_URL", "", ""}};
  for (const auto& [name, value] : std::initializer_list<std::pair<const char*, const char*>>{
           {"X_LIMIT", "0"}, {"X_LIMIT", "1.5"}, {"X_ON", "maybe"}, {"X_URL", "vault.example"}}) {
    variables = {{name, value}};
    const Error error = error_of([&] { config().check(keys); });
    BOOST_TEST(error.message().starts_with(std::string(name) + " is '"), error.message());
    BOOST_TEST((error.exit == Exit::usage));
  }
  variables = {{"X_LIMIT", " 7\r"}, {"X_ON", "Yes"}, {"X_URL", "https://vault.example "}};
  BOOST_CHECK_NO_THROW(config().check(keys));
  BOOST_TEST(shown(config().get("providers.vault.on", keys)) == "providers.vault.on=true (env)");
}

BOOST_AUTO_TEST_CASE(variable_with_an_unknown_value_is_a_fault) {
  variables = {{"HEYGEN_OUTPUT", "xml"}};
  const Error error = error_of([&] { config().check({}); });
  BOOST_TEST(error.message() == "HEYGEN_OUTPUT is 'xml', but must be json or human.");
  BOOST_TEST((error.exit == Exit::usage));
  for (const char* good : {"Human", "HUMAN", " json", "JSON", " "}) {
    variables = {{"HEYGEN_OUTPUT", good}};
    BOOST_CHECK_NO_THROW(config().check({}));
  }
}

BOOST_AUTO_TEST_CASE(output_format_treats_one_as_absent) {
  given("= = =");
  BOOST_TEST(config().output_format() == "json");
  variables = {{"HEYGEN_OUTPUT", "human"}};
  BOOST_TEST(config().output_format() == "human");
}

BOOST_AUTO_TEST_CASE(table_where_a_value_belongs_makes_room_for_it) {
  for (const char* table : {"\n[output]\nx = 1\n", "output.x = 1\n", "[[output]]\nx = 1\n", "[output]\n",
                            "[output.x]\ny = 1\n[output]\nz = 1\n"}) {
    given(table);
    BOOST_TEST(shown(config().get("output", {})) == "output=json (default)");
    const Entry changed = config().set("output", "human", {});
    BOOST_TEST(heygen::test::read_file(changed.kept) == table);
    BOOST_CHECK_NO_THROW(config().check({}));
    BOOST_TEST(shown(config().get("output", {})) == "output=human (file)");
  }
}

BOOST_AUTO_TEST_CASE(key_in_quotes_is_named_by_a_command_that_works) {
  given("[provider]\n\"dead.line\" = 1\n");
  const std::vector<DeclaredKey> keys{{"provider.disabled.*", "bool", "", "false", ""}};
  BOOST_TEST(error_of([&] { config().check(keys); }).hint.find("`heygen config unset 'provider.\"dead.line\"'`") !=
             std::string::npos);
  config().unset("provider.\"dead.line\"", {});
  BOOST_CHECK_NO_THROW(config().check(keys));
}

BOOST_AUTO_TEST_CASE(key_that_looks_like_an_option_is_named_by_a_command_that_takes_it) {
  given("-x = foo\n");
  const Error error = error_of([&] { config().check({}); });
  BOOST_TEST(error.hint.find("`heygen config unset -- -x`") != std::string::npos, error.hint);
}

BOOST_AUTO_TEST_CASE(key_of_too_many_parts_is_repaired_by_the_command_that_its_error_names) {
  std::string deep = "a";
  for (int part = 0; part < 5000; ++part) deep += ".a";
  for (const std::string& broken : {deep + " = 1\n", "output = \"human\"\n" + deep + " = 1\n",
                                    "[" + deep + "]\nx = 1\n", "x = { " + deep + " = 1 }\n"}) {
    given(broken);
    const Error error = error_of([&] { config().check({}); });
    BOOST_TEST(error.message().find("has more than 200 parts") != std::string::npos, error.message());
    const bool named = error.hint.find("`heygen config unset x`") != std::string::npos;
    const Entry changed = named ? config().unset("x", {}) : config().set("output", "json", {});
    BOOST_CHECK_NO_THROW(config().check({}));
    if (!named) BOOST_TEST(heygen::test::read_file(changed.kept) == broken);
  }
}

BOOST_AUTO_TEST_CASE(a_directory_or_a_huge_file_in_its_place_is_an_error_of_what_needs_it) {
  const auto refused = [&](const std::string& words) {
    BOOST_TEST(shown(config().get("output", {})) == "output=json (default)");
    BOOST_TEST(config().faults({}).at(0).find(words) != std::string::npos);
    for (const Error& error :
         {error_of([&] { config().check({}); }), error_of([&] { config().set("output", "json", {}); })}) {
      BOOST_TEST(error.code == "cli_file_io_error");
      BOOST_TEST(error.message().find(words) != std::string::npos);
    }
  };
  fs::create_directories(file);
  refused(file.string());
  fs::remove(file);
  given(std::string((1U << 20U) + 1, '#'));
  refused("1 MiB");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(output_formats, Sandbox)

BOOST_AUTO_TEST_CASE(the_variable_decides_before_the_file_and_the_unknown_is_json) {
  BOOST_TEST(config().output_format() == "json");
  given("output = \"human\"\n");
  BOOST_TEST(config().output_format() == "human");
  variables = {{"HEYGEN_OUTPUT", "json"}};
  BOOST_TEST(config().output_format() == "json");
  variables = {{"HEYGEN_OUTPUT", "yaml"}};
  BOOST_TEST(config().output_format() == "json");
  variables = {{"HEYGEN_OUTPUT", "HUMAN"}};
  BOOST_TEST(config().output_format() == "human");
  variables = {};
  given("output = \"Human\"\n");
  BOOST_TEST(config().output_format() == "human");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(config_set, Sandbox)

BOOST_AUTO_TEST_CASE(a_first_write_makes_a_private_directory_and_file) {
  BOOST_TEST(shown(config().set("output", "human", {})) == "output=human (file)");
  BOOST_TEST(text() == "output = \"human\"\n");
  BOOST_TEST(mode(directory) == 0700U);
  BOOST_TEST(mode(file) == 0600U);
}

BOOST_AUTO_TEST_CASE(an_open_file_becomes_private_and_no_other_file_stays_behind) {
  given("output = \"human\"\n");
  fs::permissions(file, fs::perms(0644));
  config().set("output", "json", {});
  BOOST_TEST(mode(file) == 0600U);
  BOOST_TEST(std::distance(fs::directory_iterator(directory), fs::directory_iterator{}) == 1);
}

BOOST_AUTO_TEST_CASE(set_removes_what_a_killed_writer_left) {
  given("output = \"human\"\n");
  std::ofstream(directory / ".config.toml.heygen-tmp-4711-AbC123") << "outp";
  config().set("output", "json", {});
  BOOST_TEST(std::distance(fs::directory_iterator(directory), fs::directory_iterator{}) == 1);
}

BOOST_AUTO_TEST_CASE(set_follows_a_chain_of_links_to_a_missing_file) {
  fs::create_directories(directory);
  fs::create_symlink(root / "link", file);
  fs::create_symlink("target", root / "link");
  config().set("output", "json", {});
  BOOST_TEST(fs::is_symlink(root / "link"));
  BOOST_TEST(fs::is_regular_file(root / "target"));
}

BOOST_AUTO_TEST_CASE(set_makes_the_private_directory_that_a_link_leads_to) {
  fs::create_directories(directory);
  fs::create_symlink("../dots/heygen/config.toml", file);
  config().set("output", "json", {});
  BOOST_TEST(fs::is_symlink(file));
  BOOST_TEST(text() == "output = \"json\"\n");
  BOOST_TEST(mode(root / "dots") == 0700U);
  BOOST_TEST(mode(root / "dots" / "heygen") == 0700U);
}

BOOST_AUTO_TEST_CASE(directory_that_a_link_leads_to_and_cannot_be_made_is_an_error_that_names_it) {
  fs::create_directories(directory);
  std::ofstream(root / "dots").put('x');
  fs::create_symlink(root / "dots" / "heygen" / "config.toml", file);
  const Error error = error_of([&] { config().set("output", "json", {}); });
  BOOST_TEST(error.code == "cli_file_io_error");
  BOOST_TEST(error.message().find((root / "dots").string()) != std::string::npos, error.message());
}

BOOST_AUTO_TEST_CASE(directories_that_share_a_file_by_a_link_share_its_lock) {
  fs::create_directories(directory);
  fs::create_directories(root / "dots");
  fs::create_symlink(root / "dots" / "config.toml", file);
  const heygen::UniqueFd lock = heygen::open_file(root / "dots", O_RDONLY | O_DIRECTORY);
  BOOST_REQUIRE(flock(lock.get(), LOCK_EX) == 0);
  heygen::Cancel cancel;
  environment = std::make_unique<MapEnvironment>(variables);
  Config waiting(directory, *environment);
  waiting.lock_wait = {&cancel, [&](std::chrono::milliseconds) { cancel.request(); }};
  BOOST_TEST(error_of([&] { waiting.set("output", "json", {}); }).code == "canceled");
}

BOOST_AUTO_TEST_CASE(file_that_others_may_write_is_warned_of_with_the_command_that_ends_it) {
  BOOST_TEST(config().loose_mode().empty());
  given("");
  for (const auto& [bits, loose] : {std::pair(0600, false), {0644, false}, {0666, true}, {0602, true}}) {
    fs::permissions(file, fs::perms(bits));
    const std::string warning = config().loose_mode();
    BOOST_TEST((warning.find("`chmod go-w " + file.string() + "`") != std::string::npos) == loose, warning);
    BOOST_TEST(warning.empty() != loose);
  }
}

BOOST_AUTO_TEST_CASE(a_symbolic_link_stays_one) {
  fs::create_directories(directory);
  std::ofstream(root / "dotfile") << "output = \"human\" # kept\n";
  fs::create_symlink(root / "dotfile", file);
  config().set("output", "json", {});
  BOOST_TEST(fs::is_symlink(file));
  BOOST_TEST(text() == "output = \"json\" # kept\n");
}

BOOST_AUTO_TEST_CASE(a_directory_that_cannot_be_made_is_an_error_that_names_it) {
  std::ofstream(directory).put('x');
  const Error error = error_of([&] { config().set("output", "json", {}); });
  BOOST_TEST(error.code == "cli_file_io_error");
  BOOST_TEST(error.message().find(directory.string()) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(each_type_is_written_as_its_own_kind) {
  config().set("analytics", "false", kDeclared);
  config().set("providers.vault.port", "-5", kDeclared);
  config().set("providers.device-code.enabled", "true", kDeclared);
  config().set("providers.oauth.client_id", "a \"b\" \\ \xE6\x97\xA5", kDeclared);
  config().set("providers.oauth.token_url", "https://sso.example/token", kDeclared);
  BOOST_TEST(text() ==
             "analytics = false\n\n[providers.vault]\nport = -5\n\n[providers.device-code]\nenabled = true\n\n"
             "[providers.oauth]\nclient_id = \"a \\\"b\\\" \\\\ \xE6\x97\xA5\"\n"
             "token_url = \"https://sso.example/token\"\n");
  BOOST_TEST(config().raw("providers.oauth.client_id").value() == "a \"b\" \\ \xE6\x97\xA5");
}

BOOST_AUTO_TEST_CASE(values_out_of_form_are_usage_and_write_nothing) {
  const std::vector<std::pair<std::string, std::string>> bad{
      {"output", "xml"},
      {"output", ""},
      {"analytics", "yes"},
      {"analytics", "1"},
      {"providers.device-code.enabled", "on"},
      {"providers.vault.port", "12x"},
      {"providers.vault.port", ""},
      {"providers.vault.port", "99999999999999999999"},
      {"providers.oauth.token_url", "sso.example"},
      {"providers.oauth.token_url", "https://"},
      {"providers.oauth.token_url", "https:///x"},
      {"providers.oauth.token_url", "ftp://x"},
      {"providers.vault.small", "11"},
      {"providers.vault.small", "-1"},
      {"providers.oauth.client_id", "a\nb"},
      {"providers.oauth.client_id", "\xff"},
      {"api_base", "x"},
  };
  for (const auto& [key, value] : bad) {
    const Error error = error_of([&] { config().set(key, value, kDeclared); });
    BOOST_TEST_CONTEXT(key << " = " << value) {
      BOOST_TEST(error.code == "usage_error");
      BOOST_TEST((error.exit == Exit::usage));
      BOOST_TEST(!error.hint.empty());
    }
  }
  BOOST_TEST(!fs::exists(directory));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(config_unset, Sandbox)

BOOST_AUTO_TEST_CASE(key_goes_and_everything_else_stays) {
  given("# top\noutput = 'human' # why\nmine = 1\n");
  BOOST_TEST(shown(config().unset("output", kDeclared)) == "output=json (default)");
  BOOST_TEST(text() == "# top\nmine = 1\n");
  variables = {{"HEYGEN_OUTPUT", "human"}};
  given("output = 'json'");
  BOOST_TEST(shown(config().unset("output", kDeclared)) == "output=human (env)");
  BOOST_TEST(text().empty());
}

BOOST_AUTO_TEST_CASE(every_layout_loses_only_that_key) {
  const std::vector<std::array<std::string, 3>> cases{
      {"[providers.vault]\nport = 1\nx = 2\n", "providers.vault.port", "[providers.vault]\nx = 2\n"},
      {"[providers.vault]\nport = 1\n[t]\n", "providers.vault.port", "[providers.vault]\n[t]\n"},
      {"providers.vault.port = 1\nb = 2\n", "providers.vault.port", "b = 2\n"},
      {"providers = { vault = { port = 1, x = ',' } } # c\n", "providers.vault.port",
       "providers = { vault = { x = ',' } } # c\n"},
      {"providers.vault = { x = 1, port = 2 }\n", "providers.vault.port", "providers.vault = { x = 1 }\n"},
      {"output = [\n 'a', # b\n 'c' ]\nb = 1\n", "output", "b = 1\n"},
      {"output = \"\"\"\na\n\"\"\"\nb = 1\n", "output", "b = 1\n"},
      {"b = 1\n[output]\nx = 1\n[output.y]\nz = 2\n# of c\n[c]\n", "output", "b = 1\n# of c\n[c]\n"},
      {"output.x = 1\noutput.y = 2\nb = 1\n", "output", "b = 1\n"},
      {"[[output]]\nx = 1\n[[output]]\n[c]\nd = 1\n", "output", "[c]\nd = 1\n"},
      {"\xEF\xBB\xBFoutput = 'json'\r\nb = 1\r\n", "output",
       "\xEF\xBB\xBF"
       "b = 1\r\n"},
  };
  for (const auto& [before, key, after] : cases) {
    BOOST_TEST_CONTEXT(before) {
      given(before);
      config().unset(key, kDeclared);
      BOOST_TEST(text() == after);
    }
  }
}

BOOST_AUTO_TEST_CASE(unknown_key_goes_when_the_file_has_it) {
  given("mine = 1\n");
  config().unset("mine", {});
  BOOST_TEST(text().empty());
  BOOST_TEST((error_of([&] { config().unset("mine", {}); }).exit == Exit::usage));
}

BOOST_AUTO_TEST_CASE(key_that_is_not_set_is_usage_and_writes_nothing) {
  BOOST_TEST((error_of([&] { config().unset("output", {}); }).exit == Exit::usage));
  BOOST_TEST(!fs::exists(directory));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(config_set_edits, Sandbox)

BOOST_AUTO_TEST_CASE(a_value_is_replaced_in_place_and_its_comment_stays) {
  BOOST_TEST(after_set("# top\noutput   =  'human'   # why\nmine = 1e3 # x\n", "output", "json") ==
             "# top\noutput   =  \"json\"   # why\nmine = 1e3 # x\n");
}

BOOST_AUTO_TEST_CASE(columns_count_characters_not_bytes) {
  BOOST_TEST(
      after_set(
          "\"\xE6\x97\xA5\" = { \"\xC3\xA9\" = 1 } # \xE6\x97\xA5\nproviders = { \"\xC3\xA9\" = '\xF0\x9F\x98\x80', "
          "vault = { port = 1 } } # \xE6\x97\xA5\n",
          "providers.vault.port", "22") ==
      "\"\xE6\x97\xA5\" = { \"\xC3\xA9\" = 1 } # \xE6\x97\xA5\nproviders = { \"\xC3\xA9\" = '\xF0\x9F\x98\x80', "
      "vault = { port = 22 } } # \xE6\x97\xA5\n");
}

BOOST_AUTO_TEST_CASE(a_new_top_level_key_follows_the_last_one_before_any_table) {
  BOOST_TEST(after_set("mine = [ 1,\n  2 ] # end\n# about the table\n[table]\na = [1, 2]\n", "output", "json") ==
             "mine = [ 1,\n  2 ] # end\noutput = \"json\"\n# about the table\n[table]\na = [1, 2]\n");
}

BOOST_AUTO_TEST_CASE(a_new_top_level_key_opens_a_file_that_has_only_tables) {
  BOOST_TEST(after_set("# about the table\n[table]\na = 1\n", "output", "json") ==
             "output = \"json\"\n\n# about the table\n[table]\na = 1\n");
}

BOOST_AUTO_TEST_CASE(a_file_of_comments_or_without_final_newline_is_continued) {
  BOOST_TEST(after_set("# only this\n", "output", "json") == "# only this\noutput = \"json\"\n");
  BOOST_TEST(after_set("mine = 1", "output", "json") == "mine = 1\noutput = \"json\"\n");
  BOOST_TEST(after_set("mine = 1", "providers.vault.port", "2") == "mine = 1\n\n[providers.vault]\nport = 2\n");
}

BOOST_AUTO_TEST_CASE(windows_line_ends_and_a_byte_order_mark_stay) {
  BOOST_TEST(after_set("\xEF\xBB\xBF# c\r\nmine = 1\r\n[t]\r\n", "output", "json") ==
             "\xEF\xBB\xBF# c\r\nmine = 1\r\noutput = \"json\"\r\n[t]\r\n");
  BOOST_TEST(after_set("\xEF\xBB\xBFoutput = 'human'\r\n", "output", "json") == "\xEF\xBB\xBFoutput = \"json\"\r\n");
  BOOST_TEST(after_set("\xEF\xBB\xBF[t]\n", "output", "json") == "\xEF\xBB\xBFoutput = \"json\"\n\n[t]\n");
}

BOOST_AUTO_TEST_CASE(last_line_that_ends_in_half_a_line_end_is_whole) {
  given("output = \"human\"\r");
  BOOST_CHECK_NO_THROW(config().check({}));
  BOOST_TEST(after_set("output = \"human\"\r\n\r", "output", "json") == "output = \"json\"\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(a_provider_key_goes_into_its_own_table) {
  BOOST_TEST(after_set("[providers.oauth] # mine\nscope = \"a\" # s\n\n[[later]]\nx = nan\n",
                       "providers.oauth.client_id", "c") ==
             "[providers.oauth] # mine\nscope = \"a\" # s\nclient_id = \"c\"\n\n[[later]]\nx = nan\n");
  BOOST_TEST(after_set("[providers.oauth]\n\n[other]\n", "providers.oauth.client_id", "c") ==
             "[providers.oauth]\nclient_id = \"c\"\n\n[other]\n");
}

BOOST_AUTO_TEST_CASE(a_table_below_the_providers_own_is_not_mistaken_for_it) {
  BOOST_TEST(after_set("[providers.oauth.extra]\nq = 1\n", "providers.oauth.client_id", "c") ==
             "[providers.oauth.extra]\nq = 1\n\n[providers.oauth]\nclient_id = \"c\"\n");
  BOOST_TEST(after_set("[providers.oauth.extra]\nq = 1\n[providers.oauth]\n", "providers.oauth.client_id", "c") ==
             "[providers.oauth.extra]\nq = 1\n[providers.oauth]\nclient_id = \"c\"\n");
}

BOOST_AUTO_TEST_CASE(inline_tables_and_dotted_keys_keep_their_style) {
  BOOST_TEST(after_set("providers = { oauth = { scope = 'a' } } # c\n", "providers.oauth.client_id", "c") ==
             "providers = { oauth = { scope = 'a', client_id = \"c\" } } # c\n");
  BOOST_TEST(after_set("providers = {}\n", "providers.oauth.client_id", "c") ==
             "providers = { oauth.client_id = \"c\" }\n");
  BOOST_TEST(after_set("providers.oauth.scope = 'a'\n[t]\n", "providers.oauth.client_id", "c") ==
             "providers.oauth.scope = 'a'\nproviders.oauth.client_id = \"c\"\n[t]\n");
  BOOST_TEST(after_set("[providers]\noauth.scope = 'a'\n[t]\n", "providers.oauth.client_id", "c") ==
             "[providers]\noauth.scope = 'a'\noauth.client_id = \"c\"\n[t]\n");
}

BOOST_AUTO_TEST_CASE(a_value_that_looks_like_a_header_does_not_mislead) {
  BOOST_TEST(
      after_set("mine = \"\"\"\n[table]\n\"\"\"\narr = [\n[1], [2]\n]\nobj = [\n{ a = 1 } ]\n[table]\n", "output",
                "json") ==
      "mine = \"\"\"\n[table]\n\"\"\"\narr = [\n[1], [2]\n]\nobj = [\n{ a = 1 } ]\noutput = \"json\"\n[table]\n");
}

BOOST_AUTO_TEST_CASE(value_where_a_table_belongs_makes_room_and_is_kept_in_a_copy) {
  given("a = 1 # mine\nproviders = 5\n");
  const Entry changed = config().set("providers.oauth.client_id", "c", kDeclared);
  BOOST_TEST(text() == "a = 1 # mine\n\n[providers.oauth]\nclient_id = \"c\"\n");
  BOOST_TEST(heygen::test::read_file(changed.kept) == "a = 1 # mine\nproviders = 5\n");
}

BOOST_AUTO_TEST_SUITE_END()
