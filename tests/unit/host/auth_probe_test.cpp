#include "host/commands/auth/probe.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <deque>

#include "core/base/cancel.hpp"
#include "core/base/error.hpp"
#include "core/net/http.hpp"

namespace {

using heygen::host::Probe;
namespace net = heygen::net;

struct Reply {
  int status = 200;
  std::string body = R"({"data":{"username":"ada"}})";
  net::Headers headers;
};

class TextResponse : public net::Response {
 public:
  explicit TextResponse(const Reply& reply) : body_(reply.body) {
    status = reply.status;
    headers = reply.headers;
  }
  std::size_t read(std::span<char> out) override {
    const std::size_t size = std::min(out.size(), body_.size() - at_);
    std::copy_n(body_.data() + at_, size, out.data());
    at_ += size;
    return size;
  }
  std::optional<std::uint64_t> length() const override { return body_.size(); }

 private:
  std::string body_;
  std::size_t at_ = 0;
};

/// Answers in turn; the last answer repeats.
class Server : public net::Http {
 public:
  explicit Server(std::deque<Reply> replies) : replies_(std::move(replies)) {}
  std::unique_ptr<net::Response> send(const net::Request& request, const heygen::Cancel&) override {
    seen.push_back(request);
    if (failure) throw net::Failure(*failure, "The connection failed.");
    const Reply reply = replies_.front();
    if (replies_.size() > 1) replies_.pop_front();
    return std::make_unique<TextResponse>(reply);
  }
  std::vector<net::Request> seen;
  std::optional<net::Failure::Kind> failure;

 private:
  std::deque<Reply> replies_;
};

const std::vector<heygen::provider::CredentialHeader> kKey{{"x-api-key", heygen::Secret("hg_key")}};

Probe probe(Server& server, const std::string& base = "https://api.example", bool allow_http = false) {
  const heygen::Cancel cancel;
  return heygen::host::probe_credential(server, {base, allow_http, "heygen-cli/1.0.0"}, kKey, cancel);
}

Reply redirect(const std::string& location) {
  return {302, "", {{"Location", location}}};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(auth_probe)

BOOST_AUTO_TEST_CASE(it_asks_who_it_is_with_the_credential_and_little_else) {
  Server server({Reply{}});
  const Probe result = probe(server);
  BOOST_TEST((result.verdict == Probe::Verdict::accepted));
  BOOST_TEST(heygen::json::write(result.user) == R"({"username":"ada"})");
  BOOST_TEST(result.trouble.empty());
  BOOST_REQUIRE_EQUAL(server.seen.size(), 1U);
  const net::Request& request = server.seen.front();
  BOOST_TEST(request.method == "GET");
  BOOST_TEST(request.url.text() == "https://api.example/v3/users/me");
  std::vector<std::string> names;
  for (const net::Header& header : request.headers) names.push_back(header.name);
  std::ranges::sort(names);
  BOOST_TEST(names == (std::vector<std::string>{"Accept", "User-Agent", "x-api-key"}),
             boost::test_tools::per_element());
  BOOST_TEST((request.timeouts.total == std::chrono::seconds(10)));
}

BOOST_AUTO_TEST_CASE(only_a_401_is_a_refusal) {
  Server refusing({Reply{401, "{}", {}}});
  BOOST_TEST((probe(refusing).verdict == Probe::Verdict::refused));
  for (const int status : {400, 403, 404, 429, 500, 503}) {
    Server server({Reply{status, "{}", {}}});
    const Probe result = probe(server);
    BOOST_TEST((result.verdict == Probe::Verdict::unknown));
    BOOST_TEST(result.trouble.find(std::to_string(status)) != std::string::npos);
    BOOST_TEST(server.seen.size() == 1U);
  }
}

BOOST_AUTO_TEST_CASE(an_accepting_reply_that_names_nobody_is_accepted_with_a_note) {
  for (const char* body : {"", "null", "[1]", "{oops", "<html></html>", R"({"data":{}})"}) {
    Server server({Reply{200, body, {}}});
    const Probe result = probe(server);
    BOOST_TEST((result.verdict == Probe::Verdict::accepted));
    BOOST_TEST(result.user.as_object().empty());
    BOOST_TEST(!result.trouble.empty());
  }
}

BOOST_AUTO_TEST_CASE(a_broken_connection_is_a_verdict_and_a_cancellation_is_not) {
  Server server({Reply{}});
  server.failure = net::Failure::Kind::reset;
  BOOST_TEST((probe(server).verdict == Probe::Verdict::unknown));
  BOOST_TEST(probe(server).trouble == "The connection failed.");
  server.failure = net::Failure::Kind::canceled;
  BOOST_CHECK_EXCEPTION(probe(server), heygen::Error,
                        [](const heygen::Error& error) { return error.code == heygen::code::kCanceled; });
}

BOOST_AUTO_TEST_CASE(a_redirect_within_the_origin_is_followed) {
  for (const char* location :
       {"/other", "https://api.example/other", "//api.example/other", "https://API.example:443/other"}) {
    Server server({redirect(location), Reply{}});
    BOOST_TEST((probe(server).verdict == Probe::Verdict::accepted), location);
    BOOST_REQUIRE_EQUAL(server.seen.size(), 2U);
    BOOST_TEST(server.seen[1].url.target == "/other");
  }
}

BOOST_AUTO_TEST_CASE(a_credential_never_follows_a_redirect_to_another_origin) {
  for (const char* location : {"https://evil.example/", "http://api.example/", "https://api.example:444/",
                               "//evil.example/", "ftp://api.example/", ""}) {
    Server server({redirect(location), Reply{}});
    const Probe result = probe(server);
    BOOST_TEST((result.verdict == Probe::Verdict::unknown), location);
    BOOST_TEST(server.seen.size() == 1U);
  }
}

BOOST_AUTO_TEST_CASE(an_endless_redirect_ends) {
  Server server({redirect("/again")});
  BOOST_TEST((probe(server).verdict == Probe::Verdict::unknown));
  BOOST_TEST(server.seen.size() == 6U);
}

BOOST_AUTO_TEST_CASE(plain_http_is_not_used_unless_it_is_allowed) {
  Server server({Reply{}});
  const Probe result = probe(server, "http://127.0.0.1:8080");
  BOOST_TEST((result.verdict == Probe::Verdict::unknown));
  BOOST_TEST(!result.trouble.empty());
  BOOST_TEST(server.seen.empty());
  BOOST_TEST((probe(server, "http://127.0.0.1:8080", true).verdict == Probe::Verdict::accepted));
}

BOOST_AUTO_TEST_CASE(a_base_that_is_no_url_sends_nothing) {
  Server server({Reply{}});
  BOOST_TEST((probe(server, "nonsense").verdict == Probe::Verdict::unknown));
  BOOST_TEST(server.seen.empty());
}

BOOST_AUTO_TEST_SUITE_END()
