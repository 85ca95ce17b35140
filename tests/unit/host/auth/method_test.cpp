// SPDX-License-Identifier: Apache-2.0
#include "host/commands/auth/method.hpp"
#include "host/commands/provider/offer.hpp"

#include <boost/test/unit_test.hpp>
#include <map>

#include "core/base/environment.hpp"
#include "core/config/config.hpp"
#include "core/provider/discovery/registry.hpp"
#include "core/store/reserved_slots.hpp"
#include "host/cli/globals.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/terminal.hpp"

namespace {

namespace commands = heygen::host::commands;
using heygen::MapEnvironment;
using heygen::host::Parsed;
using heygen::provider::DiscoveredProvider;
using heygen::test::FakeTerminal;

using Variables = std::map<std::string, std::string, std::less<>>;

MapEnvironment with(const std::string& name, const std::string& value) {
  return MapEnvironment(Variables{{name, value}});
}

DiscoveredProvider provider(const std::string& id) {
  DiscoveredProvider found;
  found.id = found.manifest.id = id;
  return found;
}

const std::vector<DiscoveredProvider> kInstalled{provider("apikey"), provider("oauth"), provider("sso")};

Parsed typed(const std::vector<std::string>& flags) {
  Parsed parsed;
  for (const std::string& flag : flags) parsed.options[flag] = {"true"};
  return parsed;
}

bool offered(const DiscoveredProvider& found, const std::string& toml, const MapEnvironment& environment) {
  const heygen::test::TemporaryDirectory directory;
  directory.write("config.toml", toml);
  return commands::provider::is_offered(found, heygen::config::Config(directory.path(), environment), environment);
}

DiscoveredProvider switched() {
  DiscoveredProvider found = provider("device-code");
  found.manifest.env = {"DEVICE_URL"};
  found.manifest.enabled_by = {"enabled", "DEVICE_URL"};
  heygen::provider::Setting setting;
  setting.key = "enabled";
  setting.type = heygen::provider::SettingType::boolean;
  found.manifest.settings = {setting};
  return found;
}

bool is_usage_error(const heygen::Error& error) {
  return error.exit == heygen::Exit::usage;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(auth_method)

BOOST_AUTO_TEST_CASE(login_denied_by_policy_has_no_row) {
  DiscoveredProvider found = provider("sso");
  BOOST_TEST(offered(found, "", MapEnvironment({})));
  found.login_denied_reason = "the policy does not offer it";
  BOOST_TEST(!offered(found, "", MapEnvironment({})));
}

BOOST_AUTO_TEST_CASE(option_names_its_provider_by_reserved_spelling_or_id) {
  BOOST_TEST(commands::auth::named_method(typed({"api-key"}), kInstalled, "") == "apikey");
  BOOST_TEST(commands::auth::named_method(typed({"oauth"}), kInstalled, "") == "oauth");
  BOOST_TEST(commands::auth::named_method(typed({"sso"}), kInstalled, "") == "sso");
}

BOOST_AUTO_TEST_CASE(reserved_option_names_its_provider_even_when_not_installed) {
  BOOST_TEST(commands::auth::named_method(typed({"device-code"}), kInstalled, "") == "device-code");
  BOOST_TEST(commands::auth::named_method(typed({"oauth"}), {}, "") == "oauth");
}

BOOST_AUTO_TEST_CASE(every_option_of_the_host_is_known_to_win) {
  for (const heygen::host::Option& option : heygen::host::cli::root_options())
    BOOST_TEST(!heygen::store::has_login_option(option.name), option.name);
}

BOOST_AUTO_TEST_CASE(host_option_never_names_a_provider_of_its_name) {
  const std::vector<DiscoveredProvider> installed{provider("human"), provider("help")};
  BOOST_TEST(commands::auth::named_method(typed({"human"}), installed, "").empty());
  BOOST_TEST(commands::auth::named_method(typed({"human"}), installed, "help") == "help");
  BOOST_TEST(commands::auth::named_method(typed({"human"}), installed, "human") == "human");
}

BOOST_AUTO_TEST_CASE(no_option_names_no_method) {
  BOOST_TEST(commands::auth::named_method(typed({}), kInstalled, "").empty());
  Parsed off;
  off.options["oauth"] = {"false"};
  BOOST_TEST(commands::auth::named_method(off, kInstalled, "").empty());
}

BOOST_AUTO_TEST_CASE(global_option_names_a_method_and_may_repeat_its_option) {
  BOOST_TEST(commands::auth::named_method(typed({}), kInstalled, "sso") == "sso");
  BOOST_TEST(commands::auth::named_method(typed({"api-key"}), kInstalled, "apikey") == "apikey");
}

BOOST_AUTO_TEST_CASE(two_methods_are_a_usage_error) {
  BOOST_CHECK_EXCEPTION(commands::auth::named_method(typed({"api-key", "oauth"}), kInstalled, ""), heygen::Error,
                        is_usage_error);
  BOOST_CHECK_EXCEPTION(commands::auth::named_method(typed({"oauth"}), kInstalled, "apikey"), heygen::Error,
                        is_usage_error);
}

BOOST_AUTO_TEST_CASE(user_is_prompted_only_when_stdin_and_stdout_are_terminals) {
  const MapEnvironment empty({});
  BOOST_TEST(commands::auth::may_ask(FakeTerminal(true, true, true), empty));
  BOOST_TEST(!commands::auth::may_ask(FakeTerminal(true, false, true), empty));
  BOOST_TEST(!commands::auth::may_ask(FakeTerminal(false, true, true), empty));
}

BOOST_AUTO_TEST_CASE(automation_is_never_prompted) {
  const FakeTerminal terminal(true, true, true);
  BOOST_TEST(!commands::auth::may_ask(terminal, with("CI", "true")));
  BOOST_TEST(!commands::auth::may_ask(terminal, with("HEYGEN_NONINTERACTIVE", "1")));
  const MapEnvironment both(Variables{{"CI", "false"}, {"HEYGEN_NONINTERACTIVE", "0"}});
  BOOST_TEST(commands::auth::may_ask(terminal, both));
}

BOOST_AUTO_TEST_CASE(plain_provider_is_offered_but_not_when_refused_or_without_login) {
  const MapEnvironment empty({});
  DiscoveredProvider found = provider("sso");
  BOOST_TEST(offered(found, "", empty));
  found.state = heygen::provider::ProviderState::refused;
  BOOST_TEST(!offered(found, "", empty));
  found.state = heygen::provider::ProviderState::available;
  found.manifest.has_login = false;
  BOOST_TEST(!offered(found, "", empty));
}

BOOST_AUTO_TEST_CASE(a_required_setting_that_is_missing_is_named_with_the_ways_to_set_it) {
  DiscoveredProvider found = provider("sso");
  found.manifest.env = {"SSO_URL"};
  heygen::provider::Setting setting;
  setting.key = "url";
  setting.type = heygen::provider::SettingType::url;
  setting.env = "SSO_URL";
  setting.doc = "Address of the server";
  setting.required = true;
  found.manifest.settings = {setting};
  const auto check = [&](const std::string& toml, const MapEnvironment& environment) {
    const heygen::test::TemporaryDirectory directory;
    directory.write("config.toml", toml);
    commands::provider::require_settings(found.manifest, heygen::config::Config(directory.path(), environment),
                                         environment);
  };
  const MapEnvironment empty({});
  BOOST_CHECK_EXCEPTION(check("", empty), heygen::Error, [](const heygen::Error& error) {
    return error.exit == heygen::Exit::usage && error.message().find("providers.sso.url") != std::string::npos &&
           error.hint.find("heygen config set providers.sso.url") != std::string::npos &&
           error.hint.find("SSO_URL") != std::string::npos;
  });
  BOOST_CHECK_NO_THROW(check("[providers.sso]\nurl = \"https://x.example\"\n", empty));
  BOOST_CHECK_NO_THROW(check("", with("SSO_URL", "https://x.example")));
  found.manifest.settings.front().required = false;
  BOOST_CHECK_NO_THROW(check("", empty));
}

BOOST_AUTO_TEST_CASE(reserved_method_is_offered_once_a_setting_or_variable_enables_it) {
  const MapEnvironment empty({});
  BOOST_TEST(!offered(switched(), "", empty));
  BOOST_TEST(!offered(switched(), "[providers.device-code]\nenabled = false\n", empty));
  BOOST_TEST(offered(switched(), "[providers.device-code]\nenabled = true\n", empty));
  BOOST_TEST(offered(switched(), "", with("DEVICE_URL", "https://x.example")));
  BOOST_TEST(!offered(switched(), "", with("DEVICE_URL", "")));
}

BOOST_AUTO_TEST_CASE(settings_of_the_slots_first_owner_count_when_the_own_section_says_nothing) {
  const MapEnvironment empty({});
  BOOST_TEST(offered(switched(), "[providers.oauth]\nenabled = true\n", empty));
  BOOST_TEST(
      !offered(switched(), "[providers.oauth]\nenabled = true\n[providers.device-code]\nenabled = false\n", empty));
}

BOOST_AUTO_TEST_CASE(variable_of_a_setting_overrides_the_file) {
  DiscoveredProvider found = switched();
  found.manifest.settings.front().env = "DEVICE_ENABLED";
  BOOST_TEST(!offered(found, "[providers.device-code]\nenabled = true\n", with("DEVICE_ENABLED", "false")));
  BOOST_TEST(offered(found, "", with("DEVICE_ENABLED", "true")));
}

BOOST_AUTO_TEST_CASE(help_of_set_names_the_keys_of_each_login) {
  DiscoveredProvider one = switched(), without = provider("sso"), disabled = switched();
  one.manifest.has_login = without.manifest.has_login = disabled.manifest.has_login = true;
  disabled.id = "other";
  disabled.state = heygen::provider::ProviderState::disabled;
  const std::string doc = commands::auth::set_option({one, without, disabled}).doc;
  BOOST_TEST(doc == "A setting of the provider, for this login only: device-code has enabled");
  BOOST_TEST(commands::auth::set_option({without}).doc == "A setting of the provider, for this login only");
}

BOOST_AUTO_TEST_SUITE_END()
