// SPDX-License-Identifier: Apache-2.0
#include "host/policy_rules.hpp"

#include <boost/test/unit_test.hpp>
#include <functional>

#include "core/config/config.hpp"
#include "core/provider/discovery/registry.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace heygen;
using namespace heygen::host;

namespace {

const std::string kOpen = "version = 1\n[providers]\nmode = \"open\"\nuser_directories = true\n";

provider::Policy parsed(const std::string& more) {
  return provider::parse_policy(kOpen + more, "/p.toml");
}

/// "RULE: MESSAGE" of the Error that must come, or "none".
std::string refusal(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.rule + ": " + error.message();
  }
  return "none";
}

/// A provider with a setting for each of its `keys`, whose variable is the key in capitals.
provider::DiscoveredProvider found(const std::string& id) {
  provider::DiscoveredProvider one;
  one.id = one.manifest.id = id;
  one.manifest.settings = {{"issuer", provider::SettingType::url, "", "", "ISSUER", false},
                           {"strict", provider::SettingType::boolean, "", "", "STRICT", false}};
  return one;
}

using Variables = std::map<std::string, std::string, std::less<>>;

std::string settings_refusal(const std::string& policy, Variables variables, const std::string& file = {}) {
  test::TemporaryDirectory directory;
  test::write_file(directory.path() / "config.toml", file);
  const MapEnvironment environment(std::move(variables));
  const config::Config config(directory.path(), environment);
  const provider::Policy rules = parsed(policy);
  return refusal([&] { require_permitted_settings(rules, {found("acme")}, environment, config); });
}

std::string network_refusal(const std::string& policy, Variables variables, const std::string& base) {
  const MapEnvironment environment(std::move(variables));
  return refusal([&] { require_permitted_network(parsed(policy), environment, base); });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(host_policy_rules)

BOOST_AUTO_TEST_CASE(forbidden_command_is_named_with_the_rule) {
  const provider::Policy policy = parsed("[commands]\nforbid = [\"auth token\"]\n");
  BOOST_TEST(refusal([&] {
               require_permitted_command(policy, {"auth", "token"});
             }) ==
             "/p.toml, line 6 (commands.forbid): `heygen auth token` is not permitted: the policy /p.toml, line 6 "
             "(commands.forbid) forbids it.");
  BOOST_TEST(refusal([&] { require_permitted_command(policy, {"auth", "status"}); }) == "none");
  BOOST_TEST(refusal([&] { require_permitted_command({}, {"api"}); }) == "none");
}

BOOST_AUTO_TEST_CASE(variable_that_allows_http_has_no_effect_where_http_is_forbidden) {
  const MapEnvironment all(Variables{{"HEYGEN_ALLOW_HTTP", "1"}, {"HOME", "/h"}});
  const provider::Policy forbids = parsed("[network]\nallow_http = false\n"), open = parsed("");
  BOOST_TEST(!PermittedEnvironment(all, forbids).is_on("HEYGEN_ALLOW_HTTP"));
  BOOST_TEST(PermittedEnvironment(all, forbids).value("HOME") == "/h");
  BOOST_TEST(PermittedEnvironment(all, open).is_on("HEYGEN_ALLOW_HTTP"));
  BOOST_TEST(
      network_refusal("[network]\nallow_http = false\n", {}, "http://api.example").starts_with("/p.toml, line 6 "));
  BOOST_TEST(network_refusal("[network]\nallow_http = false\n", {}, "https://api.example") == "none");
  BOOST_TEST(network_refusal("", {}, "http://api.example") == "none");
}

BOOST_AUTO_TEST_CASE(variable_that_names_another_proxy_is_refused_where_it_would_count) {
  const std::string none = "[network]\nproxy = \"none\"\n", fixed = "[network]\nproxy = \"http://proxy.corp:3128\"\n";
  const std::string base = "https://api.example";
  const Variables other{{"HTTPS_PROXY", "http://other:1"}};
  BOOST_TEST(network_refusal(none, other, base) ==
             "/p.toml, line 6 (network.proxy): HTTPS_PROXY names a proxy, but the policy /p.toml, line 6 "
             "(network.proxy) forbids proxies.");
  BOOST_TEST(network_refusal(fixed, other, base).ends_with("fixes the proxy to http://proxy.corp:3128."));
  BOOST_TEST(network_refusal(none, {}, base) == "none");
  BOOST_TEST(network_refusal(fixed, {}, base) == "none");
  BOOST_TEST(network_refusal(fixed, {{"HTTPS_PROXY", "proxy.corp:3128"}}, base) == "none");
  BOOST_TEST(network_refusal(fixed, {{"HTTPS_PROXY", "http://u:p@proxy.corp:3128"}}, base) != "none");
  BOOST_TEST(network_refusal(none, {{"HTTPS_PROXY", "http://other:1"}, {"NO_PROXY", "api.example"}}, base) == "none");
  BOOST_TEST(network_refusal(none, {{"HTTP_PROXY", "http://other:1"}}, base) == "none");
  BOOST_TEST(network_refusal("", other, base) == "none");
}

BOOST_AUTO_TEST_CASE(fixed_proxy_replaces_every_variable) {
  const MapEnvironment environment(
      Variables{{"HTTPS_PROXY", "http://other:1"}, {"NO_PROXY", "*"}, {"ALL_PROXY", "http://other:2"}});
  const net::Url url = net::Url::parse("https://api.example/"), local = net::Url::parse("https://127.0.0.1/");
  const net::ProxyRules fixed(environment, fixed_proxy(parsed("[network]\nproxy = \"http://proxy.corp:3128\"\n")));
  BOOST_TEST(fixed.find(url)->host == "proxy.corp");
  BOOST_TEST(fixed.find(url)->port == 3128);
  BOOST_TEST(!fixed.find(local).has_value());
  BOOST_TEST(fixed.find(url)->hint("Unset it.").find("administrator") != std::string::npos);
  const net::ProxyRules none(environment, fixed_proxy(parsed("[network]\nproxy = \"none\"\n")));
  BOOST_TEST(!none.find(url).has_value());
  BOOST_TEST(!fixed_proxy(parsed("")).has_value());
}

BOOST_AUTO_TEST_CASE(value_that_contradicts_a_fixed_setting_is_refused_wherever_it_is) {
  const std::string policy = "[providers.settings.acme]\nissuer = \"https://id.corp\"\n";
  const std::string end =
      " contradicts the policy /p.toml, line 6 (providers.settings.acme.issuer), which fixes that setting.";
  BOOST_TEST(settings_refusal(policy, {}) == "none");
  BOOST_TEST(settings_refusal(policy, {{"ISSUER", "https://id.corp"}}) == "none");
  BOOST_TEST(settings_refusal(policy, {{"ISSUER", "https://evil.example"}}) ==
             "/p.toml, line 6 (providers.settings.acme.issuer): The variable ISSUER" + end);
  BOOST_TEST(settings_refusal(policy, {}, "[providers.acme]\nissuer = \"https://evil.example\"\n") ==
             "/p.toml, line 6 (providers.settings.acme.issuer): The setting providers.acme.issuer" + end);
  // One that the policy's own value hides is refused too: it says something else.
  BOOST_TEST(settings_refusal(policy, {{"ISSUER", "https://id.corp"}},
                              "[providers.acme]\nissuer = \"https://evil.example\"\n") != "none");
  BOOST_TEST(settings_refusal("[providers.settings.acme]\nstrict = true\n", {{"STRICT", "yes"}}) == "none");
  BOOST_TEST(settings_refusal("[providers.settings.acme]\nstrict = true\n", {{"STRICT", "off"}}) != "none");
  BOOST_TEST(settings_refusal("[providers.settings.other]\nissuer = \"x\"\n", {{"ISSUER", "y"}}) == "none");
}

BOOST_AUTO_TEST_CASE(fixed_value_counts_and_one_login_cannot_override_it) {
  const provider::Policy policy = parsed("[providers.settings.acme]\nissuer = \"https://id.corp\"\nstrict = \"\"\n");
  const provider::FixedSetting fixed = fixed_settings(policy);
  const MapEnvironment none(Variables{});
  const provider::Manifest manifest = found("acme").manifest;
  const auto value = provider::find_setting(manifest, manifest.settings.at(0), none, {}, {}, fixed);
  BOOST_TEST(value->text == "https://id.corp");
  BOOST_TEST(value->source == "the policy /p.toml, line 6 (providers.settings.acme.issuer)");
  BOOST_TEST(!provider::find_setting(manifest, manifest.settings.at(1), none, {}, {}, fixed).has_value());
  BOOST_TEST(refusal([&] {
               (void)provider::find_setting(manifest, manifest.settings.at(0), none, {},
                                            {{"issuer", "https://evil.example"}}, fixed);
             }).find("--set issuer contradicts") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(fixed_setting_that_the_provider_cannot_have_is_a_mistake_of_the_policy) {
  BOOST_TEST(settings_refusal("[providers.settings.acme]\nisuer = \"https://id.corp\"\n", {})
                 .find("fixes `isuer`, which provider `acme` does not declare") != std::string::npos);
  BOOST_TEST(settings_refusal("[providers.settings.acme]\nissuer = \"id.corp\"\n", {})
                 .find("the value must be an http or https URL") != std::string::npos);
  BOOST_TEST(settings_refusal("[providers.settings.acme]\nstrict = 3\n", {}).find("must be true or false") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(fixed_key_has_value_and_rule) {
  const provider::Policy policy =
      parsed("runtimes = [\"go\"]\n[providers.settings.oauth]\nissuer = \"https://id.corp\"\n");
  BOOST_TEST(fixed_key(policy, "providers.oauth.issuer")->value == "https://id.corp");
  BOOST_TEST(fixed_key(policy, "providers.oauth.issuer")->rule == "/p.toml, line 7 (providers.settings.oauth.issuer)");
  BOOST_TEST(fixed_key(policy, "providers.device-code.issuer")->value == "https://id.corp");  // they share settings
  BOOST_TEST(fixed_key(policy, "provider.runtime.go")->value == "true");
  BOOST_TEST(fixed_key(policy, "provider.runtime.net")->value == "false");
  BOOST_TEST(!fixed_key(policy, "providers.oauth.scope").has_value());
  BOOST_TEST(!fixed_key(policy, "output").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
