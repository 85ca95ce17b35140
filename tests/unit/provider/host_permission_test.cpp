// SPDX-License-Identifier: Apache-2.0
#include "core/provider/call/host_permission.hpp"

#include <boost/test/unit_test.hpp>

#include "core/net/url.hpp"
#include "core/provider/service/services.hpp"
#include "tests/unit/provider/kit.hpp"

using namespace heygen;
using namespace heygen::provider;
using namespace heygen::provider::kit;

namespace {

/// A call of a provider with these needs.
struct Call {
  explicit Call(std::vector<std::string> needs, bool isolated = false, json::Value state = json::Object{}) {
    manifest.needs = std::move(needs);
    for (const char* key : {"issuer", "socket"})
      manifest.settings.push_back({key, SettingType::string, "", "", "", false});
    request.state = std::move(state);
    host.emplace(CallContext{.services = services,
                             .manifest = manifest,
                             .secret_variables = no_variables,
                             .find_service = find_service,
                             .isolated = isolated},
                 Function::login, request);
  }

  std::string fault(const std::string& url, const std::string& socket = "") {
    const auto found = find_host_fault(*host, net::Url::parse(url), socket);
    return found ? found->message + " " + found->hint : "";
  }
  bool may_ask(const std::string& url) { return fault(url).empty(); }
  void learn(const std::string& url, const std::string& body, int status = 200) {
    learn_hosts(*host, net::Url::parse(url), status, body);
  }

  Scenario scenario;
  Services services = scenario.services();
  Manifest manifest = sample_manifest();
  SecretVariables no_variables = [] { return std::vector<std::string>{}; };
  ProviderRequest request;
  std::optional<HostCall> host;
};

const std::string kMetadata = R"({"issuer":"https://idp.example","token_endpoint":"https://token.example/t",
  "revocation_endpoint":7,"logo_uri":"https://logo.example/"})";
const char* const kWellKnownUrl = "https://idp.example/.well-known/oauth-authorization-server";

}  // namespace

BOOST_AUTO_TEST_SUITE(provider_host_permission)

BOOST_AUTO_TEST_CASE(provider_that_declares_no_host_is_free_unless_it_is_isolated) {
  BOOST_TEST(Call({}).may_ask("https://any.example/"));
  BOOST_TEST(Call({"network", "plain-http=169.254.169.254"}).may_ask("https://any.example/"));
  BOOST_TEST(!Call({}, true).may_ask("https://any.example/"));
  BOOST_TEST(!Call({"network"}, true).may_ask("http://127.0.0.1/"));
  BOOST_TEST(Call({"plain-http=169.254.169.254"}, true).may_ask("http://169.254.169.254/latest"));
}

BOOST_AUTO_TEST_CASE(fault_names_the_host_and_the_line_to_add) {
  Call call({"hosts=a.example"});
  BOOST_TEST(call.may_ask("https://a.example/x"));
  BOOST_TEST(call.fault("https://evil.example/") ==
             "The provider `sample` may not send requests to evil.example: its manifest does not declare that host. "
             "Its author declares a host by a line in `needs`: \"hosts=evil.example\".");
  BOOST_TEST(call.fault("http://[::1]:81/").find("\"hosts=[::1]:81\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(host_of_the_api_needs_no_declaration) {
  Call call({"hosts=a.example"}, true);
  BOOST_TEST(call.may_ask("https://api.example/v1/x"));
  BOOST_TEST(!call.may_ask("https://api.example:8443/"));
}

BOOST_AUTO_TEST_CASE(setting_counts_as_the_call_sees_it) {
  Call call({"hosts=setting:url"});
  BOOST_TEST(!call.may_ask("https://set.example/"));
  call.scenario.settings["sample.url"] = "https://set.example:8443/x";
  BOOST_TEST(call.may_ask("https://set.example:8443/y"));
  BOOST_TEST(!call.may_ask("https://set.example/"));
}

BOOST_AUTO_TEST_CASE(local_socket_needs_its_own_declaration) {
  Call call({"hosts=vault.internal", "hosts=unix:/run/vault.sock", "hosts=unix:setting:socket"});
  BOOST_TEST(call.fault("http://other/", "/run/vault.sock").empty());
  BOOST_TEST(call.fault("http://vault.internal/", "/run/docker.sock").find("hosts=unix:/run/docker.sock") !=
             std::string::npos);
  call.scenario.settings["sample.socket"] = "/run/docker.sock";
  BOOST_TEST(call.fault("http://vault.internal/", "/run/docker.sock").empty());
}

BOOST_AUTO_TEST_CASE(metadata_of_a_declared_issuer_permits_its_endpoints) {
  Call call({"hosts=metadata:setting:issuer"});
  call.scenario.settings["sample.issuer"] = "https://idp.example";
  BOOST_TEST(call.may_ask(kWellKnownUrl));
  BOOST_TEST(!call.may_ask("https://token.example/t"));
  call.learn(kWellKnownUrl, kMetadata);
  BOOST_TEST(call.may_ask("https://token.example/other"));
  BOOST_TEST(!call.may_ask("https://logo.example/"));
}

BOOST_AUTO_TEST_CASE(no_other_response_permits_a_host) {
  Call call({"hosts=metadata:setting:issuer", "hosts=other.example"}, true);
  call.scenario.settings["sample.issuer"] = "https://idp.example";
  call.learn("https://idp.example/token", kMetadata);
  call.learn("https://other.example/.well-known/openid-configuration", kMetadata);
  call.learn(kWellKnownUrl, kMetadata, 404);
  call.learn(kWellKnownUrl, "[" + kMetadata + "]");
  call.learn(kWellKnownUrl, "{");
  BOOST_TEST(!call.may_ask("https://token.example/t"));
  Call plain({"hosts=setting:issuer"});
  plain.scenario.settings["sample.issuer"] = "https://idp.example";
  plain.learn(kWellKnownUrl, kMetadata);
  BOOST_TEST(!plain.may_ask("https://token.example/t"));
}

BOOST_AUTO_TEST_CASE(stored_login_names_hosts_that_it_could_reach_when_it_was_stored) {
  json::Value state = json::Object{{"token_endpoint", "https://old.example/t"}};
  Call call({"hosts=metadata:setting:issuer", "hosts=state:token_endpoint"}, false, std::move(state));
  call.scenario.settings["sample.issuer"] = "https://idp.example";
  BOOST_TEST(call.may_ask("https://old.example/t"));
  json::Value change = json::Object{{"token_endpoint", "https://token.example/t"}, {"access_token", "x"}};
  BOOST_TEST(find_state_fault(*call.host, change) == "token_endpoint");
  call.learn(kWellKnownUrl, kMetadata);
  BOOST_TEST(find_state_fault(*call.host, change) == "");
  change = json::Object{{"token_endpoint", "evil.example"}};
  BOOST_TEST(find_state_fault(*call.host, change) == "token_endpoint");
  change = json::Object{{"token_endpoint", json::Value()}, {"scope", "https://scope.example/"}};
  BOOST_TEST(find_state_fault(*call.host, change) == "");
}

BOOST_AUTO_TEST_SUITE_END()
