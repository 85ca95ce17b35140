// SPDX-License-Identifier: Apache-2.0
// A client whose server and credentials follow a script: what is not in it fails the test.
#pragma once

#include <boost/test/unit_test.hpp>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/cancel.hpp"
#include "core/transport/api_client.hpp"
#include "tests/support/clock.hpp"
#include "tests/support/error.hpp"
#include "tests/support/http.hpp"
#include "tests/support/random.hpp"

namespace heygen::transport::test {

using heygen::test::FakeClock;
using heygen::test::FakeHttp;
using heygen::test::FakeRandom;
using heygen::test::ScriptedResponse;
using heygen::test::Sent;

struct Login {
  std::string id = "oauth", title = "OAuth", source = "file";
  bool refreshable = false;
  std::optional<std::int64_t> expires_at = {};
  bool this_request_only = false;
};

inline auth::Credential credential(const std::string& name, const std::string& value, const Login& login = {}) {
  provider::ProviderResult answer;
  answer.status = provider::Status::ok;
  answer.headers.push_back({name, Secret(value)});
  answer.source = login.source;
  answer.refreshable = login.refreshable;
  answer.expires_at = login.expires_at;
  answer.this_request_only = login.this_request_only;
  json::Value state = json::Object{};
  if (login.source == "file") state.set("token", "stored");
  return {login.id, login.title, std::move(answer), std::move(state)};
}

class FakeCredentials : public auth::CredentialSource {
 public:
  ~FakeCredentials() override { BOOST_TEST(refreshes.empty(), "a refresh was expected"); }

  auth::CredentialLease obtain(const auth::RequestInfo& request) override {
    asked_for.push_back(request.method + " " + request.path);
    asked_at.push_back(request);
    BOOST_REQUIRE_MESSAGE(!grants.empty(), "no credential is scripted");
    auth::CredentialLease grant = grants.front();
    if (grants.size() > 1) grants.pop_front();
    return grant;
  }
  auth::CredentialLease refresh(const auth::Credential&, const auth::RequestInfo& request) override {
    challenges.push_back(auth::ask_for(request, provider::Reason::refused).www_authenticate);
    refused_at.push_back(request);
    BOOST_REQUIRE_MESSAGE(!refreshes.empty(), "no refresh is scripted");
    const auto next = refreshes.front();
    refreshes.pop_front();
    return next();
  }
  void report(const auth::Credential&, const auth::RequestInfo&, int http_status) override {
    reports.push_back(http_status);
  }
  Error refused_error(const auth::Credential& used) override {
    return auth_error("refused for good: " + used.title(), "Run `heygen auth login`.");
  }

  std::deque<auth::CredentialLease> grants;  ///< the last one serves for ever
  std::deque<std::function<auth::CredentialLease()>> refreshes;
  std::vector<std::string> asked_for, challenges;
  std::vector<auth::RequestInfo> asked_at, refused_at;
  std::vector<int> reports;
};

/// A body that can be read once.
class OneShotBody : public net::TextBody {
 public:
  using net::TextBody::TextBody;
  bool rewind() override { return false; }
  std::optional<std::string_view> text() const override { return {}; }
};

struct Stage {
  Stage() { credentials.grants.push_back({credential("x-api-key", "key-1", {"apikey", "API key", "env"}), false}); }

  void respond(ScriptedResponse canned) { http.script.emplace_back(std::move(canned)); }
  void respond(int status, std::string body = "{}", net::Headers headers = {}) {
    respond(ScriptedResponse{status, std::move(body), std::move(headers)});
  }
  void fail(net::Failure::Kind kind) { http.script.emplace_back(net::Failure(kind, "It went wrong.")); }
  void refreshable() {
    credentials.grants = {{credential("Authorization", "Bearer old", {.refreshable = true}), false}};
  }
  void refresh_succeeds(bool refreshed = true) {
    credentials.refreshes.emplace_back([refreshed] {
      return auth::CredentialLease{credential("Authorization", "Bearer new", {.refreshable = true}), refreshed};
    });
  }

  std::string fetch(const ApiRequest& request) {
    return ApiClient(http, credentials, clock, random, cancel, options).fetch(request);
  }
  std::string fetch(const std::string& method = "GET") {
    ApiRequest request;
    request.method = method;
    request.path = "/v3/videos";
    return fetch(request);
  }
  Error error(const ApiRequest& request) {
    return heygen::test::error_of([&] { fetch(request); });
  }
  Error error(const std::string& method = "GET") {
    ApiRequest request;
    request.method = method;
    request.path = "/v3/videos";
    return error(request);
  }

  FakeHttp http;
  FakeCredentials credentials;
  FakeClock clock;
  FakeRandom random;
  Cancel cancel;
  ClientOptions options{.base = "https://api.test",
                        .allow_http = false,
                        .version = "1.2.3",
                        .source = "cli",
                        .client_origin = "",
                        .max_retries = 2,
                        .on_decision = {},
                        .on_pause = {}};
};

}  // namespace heygen::transport::test
