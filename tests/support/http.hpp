// SPDX-License-Identifier: Apache-2.0
// A server by script, without a socket.
#pragma once

#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/cancel.hpp"
#include "core/net/http.hpp"

namespace heygen::test {

struct ScriptedResponse {
  int status = 200;
  std::string body = "{}";
  net::Headers headers = {};
  std::optional<net::Failure> then = {};     ///< ends the body instead of a clean end
  std::optional<std::uint64_t> length = {};  ///< as announced, when that is not the body's
  bool announced = true;                     ///< false: the length is not known
  std::size_t most = SIZE_MAX;               ///< bytes per read
};

class CannedResponse : public net::Response {
 public:
  explicit CannedResponse(ScriptedResponse response) : response_(std::move(response)) {
    status = response_.status;
    headers = response_.headers;
  }
  std::size_t read(std::span<char> out) override {
    const std::size_t count = response_.body.copy(out.data(), std::min(out.size(), response_.most), at_);
    if (count == 0 && response_.then) throw net::Failure(*response_.then);
    at_ += count;
    return count;
  }
  std::optional<std::uint64_t> length() const override {
    if (!response_.announced) return {};
    return response_.length.value_or(response_.body.size());
  }

 private:
  ScriptedResponse response_;
  std::size_t at_ = 0;
};

struct Sent {
  std::string method, url, body;
  net::Headers headers;
  net::Timeouts timeouts;
  std::chrono::milliseconds grace;
  net::Route route;
  std::string header(std::string_view name) const {
    const std::string* value = net::find_header(headers, name);
    return value == nullptr ? "(none)" : *value;
  }
};

/// Answers by `script`, then with `rest`. A request that neither answers fails the test, and so does a script that is
/// left.
class FakeHttp : public net::Http {
 public:
  using Answer = std::variant<ScriptedResponse, net::Failure>;

  FakeHttp() = default;
  ~FakeHttp() override { BOOST_TEST(script.empty(), "responses are left that no request asked for"); }
  FakeHttp(const FakeHttp&) = delete;
  FakeHttp& operator=(const FakeHttp&) = delete;

  std::unique_ptr<net::Response> send(const net::Request& request, const Cancel&) override {
    sent.push_back({request.method, request.url.text(), read_all(request.body), request.headers, request.timeouts,
                    request.grace, request.route});
    BOOST_REQUIRE_MESSAGE(!script.empty() || rest,
                          "nothing is scripted for " << request.method << " " << request.url.text());
    Answer next = script.empty() ? *rest : std::move(script.front());
    if (!script.empty()) script.pop_front();
    if (const auto* failure = std::get_if<net::Failure>(&next)) throw net::Failure(*failure);
    return std::make_unique<CannedResponse>(std::get<ScriptedResponse>(std::move(next)));
  }

  std::deque<Answer> script;
  std::optional<Answer> rest;
  std::vector<Sent> sent;

 private:
  /// In small pieces, so that every boundary inside a body is crossed.
  static std::string read_all(net::Body* body) {
    std::string text;
    std::array<char, 7> piece{};
    while (const std::size_t count = body == nullptr ? 0 : body->read(piece)) text.append(piece.data(), count);
    return text;
  }
};

}  // namespace heygen::test
