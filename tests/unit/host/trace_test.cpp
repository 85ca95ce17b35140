// SPDX-License-Identifier: Apache-2.0
#include "host/trace.hpp"

#include <boost/test/unit_test.hpp>
#include <vector>

#include "core/base/cancel.hpp"

using namespace heygen;
using namespace heygen::host;

namespace {

struct Answered : net::Response {
  Answered() {
    status = 503;
    headers = {{"Set-Cookie", "session=sekret"}, {"Server", "x"}, {"Location", "/v4?token=sekret"}};
  }
  std::size_t read(std::span<char>) override { return 0; }
  std::optional<std::uint64_t> length() const override { return 0; }
};

struct Scripted : net::Http {
  std::unique_ptr<net::Response> send(const net::Request&, const Cancel&) override {
    if (fails) throw net::Failure(net::Failure::Kind::reset, "It went wrong.");
    return std::make_unique<Answered>();
  }
  bool fails = false;
};

struct Tracing {
  std::string lines_of(TraceDetail detail, const std::string& path = "/v3/x") {
    std::string lines;
    net::Request request;
    request.url = net::Url::parse("https://api.test" + path + "?limit=5&access_token=sekret");
    request.headers = {{"x-api-key", "sekret"}, {"X-Vault-Token", "sekret", true}, {"Accept", "text/plain"}};
    try {
      make_traced(http, system_clock(), detail, [&](const std::string& line) {
        lines += line + "\n";
      })->send(request, cancel);
    } catch (const net::Failure&) {
      lines += "(failed)";
    }
    BOOST_TEST(lines.find("sekret") == std::string::npos);
    return lines;
  }
  Scripted http;
  Cancel cancel;
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(trace, Tracing)

BOOST_AUTO_TEST_CASE(headers_are_shown_without_their_secrets) {
  const std::string lines = lines_of(TraceDetail::headers);
  BOOST_TEST(contains(lines, "> GET https://api.test/v3/x?limit=5&access_token=***\n"));
  BOOST_TEST(contains(lines, "> x-api-key: ***\n> X-Vault-Token: ***\n> Accept: text/plain\n< 503 after "));
  BOOST_TEST(contains(lines, "< Set-Cookie: ***\n< Server: x\n< Location: /v4?token=***\n"));
}

BOOST_AUTO_TEST_CASE(credential_typed_as_an_id_is_not_shown) {
  const std::string lines = lines_of(TraceDetail::summary, "/v3/videos/sekret");
  BOOST_TEST(contains(lines, "> GET https://api.test/v3/videos/***?limit=5"));
}

BOOST_AUTO_TEST_CASE(summary_shows_no_header) {
  const std::string lines = lines_of(TraceDetail::summary);
  BOOST_TEST(contains(lines, "> GET https://api.test/v3/x?limit=5&access_token=***\n< 503 after "));
  BOOST_TEST(!contains(lines, ": "));
}

BOOST_AUTO_TEST_CASE(failure_is_shown_and_passed_on) {
  http.fails = true;
  BOOST_TEST(contains(lines_of(TraceDetail::summary), "! It went wrong.\n(failed)"));
}

BOOST_AUTO_TEST_SUITE_END()
