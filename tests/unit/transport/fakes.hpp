// A scripted server, credential source, clock and dice: what is not in the script fails the test.
#pragma once

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/random.hpp"
#include "core/transport/api_client.hpp"

namespace heygen::transport::test {

struct CannedReply {
  int status = 200;
  std::string body = "{}";
  net::Headers headers = {};
  std::optional<net::Failure> then = {};  ///< ends the body instead of a clean end
};

class CannedResponse : public net::Response {
 public:
  explicit CannedResponse(CannedReply reply) : reply_(std::move(reply)) {
    status = reply_.status;
    headers = reply_.headers;
  }
  std::size_t read(std::span<char> out) override {
    const std::size_t count = std::min(out.size(), reply_.body.size() - at_);
    if (count == 0 && reply_.then) throw net::Failure(*reply_.then);
    std::copy_n(reply_.body.begin() + static_cast<std::ptrdiff_t>(at_), count, out.begin());
    at_ += count;
    return count;
  }
  std::optional<std::uint64_t> length() const override { return reply_.body.size(); }

 private:
  CannedReply reply_;
  std::size_t at_ = 0;
};

struct Sent {
  std::string method, url, body;
  net::Headers headers;
  net::Timeouts timeouts;
  std::string header(std::string_view name) const {
    const std::string* value = net::find_header(headers, name);
    return value == nullptr ? "(none)" : *value;
  }
};

class FakeHttp : public net::Http {
 public:
  ~FakeHttp() override { BOOST_TEST(script.empty(), "the script went on, but nobody asked"); }

  std::unique_ptr<net::Response> send(const net::Request& request, const Cancel&) override {
    Sent seen{request.method, request.url.text(), {}, request.headers, request.timeouts};
    if (request.body != nullptr) {
      std::array<char, 7> piece{};
      while (const std::size_t count = request.body->read(piece)) seen.body.append(piece.data(), count);
    }
    sent.push_back(std::move(seen));
    BOOST_REQUIRE_MESSAGE(!script.empty(), "nothing is scripted for " << request.method << " " << request.url.text());
    auto next = std::move(script.front());
    script.pop_front();
    if (const auto* failure = std::get_if<net::Failure>(&next)) throw net::Failure(*failure);
    return std::make_unique<CannedResponse>(std::get<CannedReply>(std::move(next)));
  }

  std::deque<std::variant<CannedReply, net::Failure>> script;
  std::vector<Sent> sent;
};

class FakeClock : public Clock {
 public:
  std::int64_t now() const override { return seconds; }
  std::chrono::milliseconds monotonic() const override { return elapsed; }
  bool wait(std::chrono::milliseconds time, const Cancel& cancel) override {
    if (cancel.requested()) return false;
    waits.push_back(time.count());
    seconds += time.count() / 1000;
    elapsed += time;
    return true;
  }
  std::int64_t seconds = 1'700'000'000;
  std::chrono::milliseconds elapsed{0};
  std::vector<std::int64_t> waits;
};

/// Every byte is `byte`: 0x00 makes unit() 0, 0x80 about one half.
class FakeRandom : public Random {
 public:
  void fill(std::span<std::byte> out) override { std::ranges::fill(out, byte); }
  std::byte byte{0};
};

struct Login {
  std::string id = "oauth", title = "OAuth", source = "file";
  bool refreshable = false;
  std::optional<std::int64_t> expires_at = {};
};

inline auth::Credential credential(const std::string& name, const std::string& value, const Login& login = {}) {
  provider::ProviderResult answer;
  answer.status = provider::Status::ok;
  answer.headers.push_back({name, Secret(value)});
  answer.source = login.source;
  answer.refreshable = login.refreshable;
  answer.expires_at = login.expires_at;
  return {login.id, login.title, std::move(answer)};
}

class FakeCredentials : public auth::CredentialSource {
 public:
  ~FakeCredentials() override { BOOST_TEST(renewals.empty(), "a renewal was expected"); }

  auth::CredentialLease obtain(const auth::RequestInfo& request) override {
    asked_for.push_back(request.method + " " + request.path);
    BOOST_REQUIRE_MESSAGE(!grants.empty(), "no credential is scripted");
    auth::CredentialLease grant = grants.front();
    if (grants.size() > 1) grants.pop_front();
    return grant;
  }
  auth::CredentialLease renew(const auth::Credential&, const auth::RequestInfo&,
                              const std::string& www_authenticate) override {
    challenges.push_back(www_authenticate);
    BOOST_REQUIRE_MESSAGE(!renewals.empty(), "no renewal is scripted");
    const auto next = renewals.front();
    renewals.pop_front();
    return next();
  }
  void report(const auth::Credential&, const auth::RequestInfo&, int http_status) override {
    reports.push_back(http_status);
  }
  Error refused_error(const auth::Credential& used) override {
    return auth_error("refused for good: " + used.title(), "Run `heygen auth login`.");
  }

  std::deque<auth::CredentialLease> grants;  ///< the last one serves for ever
  std::deque<std::function<auth::CredentialLease()>> renewals;
  std::vector<std::string> asked_for, challenges;
  std::vector<int> reports;
};

/// A body that can be read once.
class OneShotBody : public net::TextBody {
 public:
  using net::TextBody::TextBody;
  bool rewind() override { return false; }
};

struct Stage {
  Stage() { credentials.grants.push_back({credential("x-api-key", "key-1", {"apikey", "API key", "env"}), false}); }

  void reply(CannedReply canned) { http.script.emplace_back(std::move(canned)); }
  void reply(int status, std::string body = "{}", net::Headers headers = {}) {
    reply(CannedReply{status, std::move(body), std::move(headers)});
  }
  void fail(net::Failure::Kind kind) { http.script.emplace_back(net::Failure(kind, "It went wrong.")); }
  void refreshable() {
    credentials.grants = {{credential("Authorization", "Bearer old", {.refreshable = true}), false}};
  }
  void renewal(bool refreshed = true) {
    credentials.renewals.emplace_back([refreshed] {
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
    try {
      fetch(request);
    } catch (const Error& error) {
      return error;
    }
    BOOST_FAIL("no error was thrown");
    std::abort();
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
                        .client_origin = "",
                        .max_retries = 2,
                        .trace = {}};
};

}  // namespace heygen::transport::test
