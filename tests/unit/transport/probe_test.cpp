// SPDX-License-Identifier: Apache-2.0
#include "core/transport/probe.hpp"
#include "core/json/write.hpp"

#include "fakes.hpp"

namespace {

using namespace heygen::transport::test;
using heygen::auth::ProbeResult;
using Verdict = ProbeResult::Verdict;
namespace net = heygen::net;

struct Fixture : Stage {
  ProbeResult probe(const Login& login = {"apikey", "API key", "file"}) {
    struct Fixed : FakeCredentials {
      heygen::auth::CredentialLease refresh(const heygen::auth::Credential& refused,
                                            const heygen::auth::RequestInfo& request) override {
        if (refreshes.empty()) throw refused_error(refused);
        return FakeCredentials::refresh(refused, request);
      }
    } source;
    source.grants = {{credential("x-api-key", "hg_key", login), false}};
    source.refreshes.swap(new_proofs);
    return heygen::transport::probe_credential(http, clock, random, cancel, options, source);
  }
  void redirect(const std::string& location) { respond(302, "", {{"Location", location}}); }

  std::deque<std::function<heygen::auth::CredentialLease()>> new_proofs;
  static constexpr const char* kUser = R"({"data":{"username":"ada","plan":"pro"}})";
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(probe, Fixture)

BOOST_AUTO_TEST_CASE(accepted_credential_tells_whose_it_is) {
  respond(200, kUser);
  const ProbeResult result = probe();
  BOOST_TEST((result.verdict == Verdict::accepted));
  BOOST_TEST(heygen::json::write(result.user) == R"({"username":"ada"})");
  BOOST_TEST(result.problem.empty());
  BOOST_REQUIRE(http.sent.size() == 1U);
  BOOST_TEST(http.sent[0].method == "GET");
  BOOST_TEST(http.sent[0].url == "https://api.test/v3/users/me");
  BOOST_TEST(http.sent[0].header("x-api-key") == "hg_key");
  BOOST_TEST(http.sent[0].headers.size() == 3U);  // and User-Agent and Accept
  BOOST_TEST((http.sent[0].timeouts.total == std::chrono::seconds(10)));
}

BOOST_AUTO_TEST_CASE(http_403_that_names_the_token_or_its_scope_is_a_rejection) {
  const auto is_rejection = [&](const std::string& body, const std::string& challenge) {
    respond(403, body, {{"WWW-Authenticate", challenge}});
    const ProbeResult result = probe();
    return result.verdict == Verdict::rejected && result.http_status == 403;
  };
  for (const char* body : {R"({"error":{"code":"invalid_token"}})", R"({"error":{"code":"insufficient_scope"}})",
                           R"({"error":"insufficient_scope","error_description":"more"})"}) {
    BOOST_TEST(is_rejection(body, "Bearer"), body);
  }
  for (const char* challenge : {"Bearer realm=\"x\", error=\"insufficient_scope\", scope=\"a b\"",
                                "Bearer error=invalid_token", "bearer Error=\"Invalid_Token\""}) {
    BOOST_TEST(is_rejection("<html>", challenge), challenge);
  }
  for (const char* challenge : {"Bearer error=\"invalid_request\"", "Bearer my_error=\"invalid_token\"", "Basic"}) {
    BOOST_TEST(!is_rejection(R"({"error":{"code":"plan_required"}})", challenge), challenge);
  }
}

BOOST_AUTO_TEST_CASE(http_401_is_a_rejection_and_other_statuses_are_not) {
  respond(401);
  BOOST_TEST((probe().verdict == Verdict::rejected));
  for (const int status : {400, 403, 404, 429, 500, 503}) {
    respond(status);
    const ProbeResult result = probe();
    BOOST_TEST((result.verdict == Verdict::unknown), status);
    BOOST_TEST(result.problem.find(std::to_string(status)) != std::string::npos, status);
  }
  BOOST_TEST(clock.waits.empty());  // nothing is retried
}

BOOST_AUTO_TEST_CASE(nonce_that_the_api_asks_for_is_not_a_rejection) {
  const Login signs{.refreshable = true, .this_request_only = true};
  const auto prove = [&] { return heygen::auth::CredentialLease{credential("x-api-key", "with nonce", signs), true}; };
  new_proofs.emplace_back(prove);
  respond(401, "", {{"DPoP-Nonce", "n"}});
  respond(200, kUser);
  BOOST_TEST((probe(signs).verdict == Verdict::accepted));
  new_proofs.emplace_back(prove);
  respond(401, "", {{"DPoP-Nonce", "n"}});
  respond(401);
  BOOST_TEST((probe(signs).verdict == Verdict::rejected));
}

BOOST_AUTO_TEST_CASE(response_in_a_content_encoding_is_named_as_such) {
  respond(200, "\x0b\x02\x80", {{"Content-Encoding", "br"}});
  const ProbeResult result = probe();
  BOOST_TEST((result.verdict == Verdict::unknown));
  BOOST_TEST(result.problem.find("content encoding") != std::string::npos, result.problem);
}

BOOST_AUTO_TEST_CASE(rejected_refreshable_credential_is_not_refreshed) {
  respond(401);
  BOOST_TEST((probe({.refreshable = true}).verdict == Verdict::rejected));
  BOOST_TEST(http.sent.size() == 1U);
}

BOOST_AUTO_TEST_CASE(accepting_response_that_names_no_user_is_accepted) {
  for (const char* body : {"null", "{}", R"({"data":{}})", R"({"data":null})", R"({"error":null,"data":{}})"}) {
    respond(200, body);
    const ProbeResult result = probe();
    BOOST_TEST((result.verdict == Verdict::accepted), body);
    BOOST_TEST(result.user.as_object().empty(), body);
  }
}

BOOST_AUTO_TEST_CASE(response_that_is_not_the_apis_is_not_a_verdict) {
  for (const char* body : {"{oops", "<html></html>", "\x1f\x8b\x08"}) {
    respond(200, body);
    const ProbeResult result = probe();
    BOOST_TEST((result.verdict == Verdict::unknown), body);
    BOOST_TEST(result.problem.find("JSON") != std::string::npos, body);
  }
}

BOOST_AUTO_TEST_CASE(success_that_cannot_be_the_apis_is_a_parse_error) {
  for (const char* body : {"", " \n", "[1]", "7", R"("text")", R"({"data":3})", R"({"data":[]})", R"({"data":"x"})",
                           R"({"error":{"code":"unauthorized","message":"hg_key"}})", R"({"error":"x","data":{}})"}) {
    respond(200, body);
    BOOST_CHECK_EXCEPTION(probe(), heygen::Error, [](const heygen::Error& error) {
      return error.code == heygen::code::kResponseParse && error.message().find("hg_key") == std::string::npos;
    });
  }
}

BOOST_AUTO_TEST_CASE(broken_connection_is_a_verdict_and_a_cancellation_is_not) {
  fail(net::Failure::Kind::reset);
  const ProbeResult result = probe();
  BOOST_TEST((result.verdict == Verdict::unknown));
  BOOST_TEST(!result.problem.empty());
  fail(net::Failure::Kind::canceled);
  BOOST_CHECK_EXCEPTION(probe(), heygen::Error,
                        [](const heygen::Error& error) { return error.code == heygen::code::kCanceled; });
}

BOOST_AUTO_TEST_CASE(redirect_within_the_origin_keeps_the_credential) {
  redirect("https://API.test:443/other");
  respond(200, kUser);
  BOOST_TEST((probe().verdict == Verdict::accepted));
  BOOST_TEST(http.sent[1].header("x-api-key") == "hg_key");
}

BOOST_AUTO_TEST_CASE(response_of_another_origin_is_not_a_verdict) {
  redirect("https://evil.example/");
  respond(200, kUser);
  ProbeResult result = probe();
  BOOST_TEST((result.verdict == Verdict::unknown));
  BOOST_TEST(result.user.as_object().empty());
  BOOST_TEST(http.sent[1].header("x-api-key") == "(none)");
  redirect("https://evil.example/");
  respond(401);
  BOOST_TEST((probe().verdict == Verdict::unknown));
  redirect("http://api.test/");
  BOOST_TEST((probe().verdict == Verdict::unknown));
}

BOOST_AUTO_TEST_CASE(unencrypted_or_malformed_base_sends_nothing) {
  for (const char* base : {"http://127.0.0.1:8080", "nonsense"}) {
    options.base = base;
    const ProbeResult result = probe();
    BOOST_TEST((result.verdict == Verdict::unknown), base);
    BOOST_TEST(!result.problem.empty(), base);
  }
  BOOST_TEST(http.sent.empty());
  options.base = "http://127.0.0.1:8080";
  options.allow_http = true;
  respond(200, kUser);
  BOOST_TEST((probe().verdict == Verdict::accepted));
}

BOOST_AUTO_TEST_SUITE_END()
