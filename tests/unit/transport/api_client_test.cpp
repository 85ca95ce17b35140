// SPDX-License-Identifier: Apache-2.0
#include "core/transport/api_client.hpp"

#include <array>

#include "core/net/redact.hpp"
#include "core/transport/rules/retry.hpp"

#include "tests/unit/transport/fakes.hpp"

using heygen::Error;
using heygen::Exit;
using heygen::auth::CredentialLease;
using heygen::net::Failure;
using heygen::transport::ApiClient;
using heygen::transport::ApiRequest;
using namespace heygen::transport::test;
using Kind = Failure::Kind;

namespace {

using Waits = std::vector<std::int64_t>;

const std::string kServed = R"({"error":{"code":"served_code","message":"served message"}})";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

ApiRequest post(heygen::net::Body& body) {
  ApiRequest request;
  request.method = "POST";
  request.path = "/v3/videos";
  request.body = &body;
  request.content_type = "application/json";
  return request;
}

std::vector<std::string> urls(const FakeHttp& http) {
  std::vector<std::string> out;
  for (const Sent& sent : http.sent) out.push_back(sent.url);
  return out;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(requests, Stage)

BOOST_AUTO_TEST_CASE(request_carries_credential_agent_and_source) {
  respond(200, R"({"data":1})");
  BOOST_TEST(fetch() == R"({"data":1})");
  const Sent& sent = http.sent.at(0);
  BOOST_TEST(sent.method == "GET");
  BOOST_TEST(sent.url == "https://api.test/v3/videos");
  BOOST_TEST(sent.header("x-api-key") == "key-1");
  BOOST_TEST(sent.header("Authorization") == "(none)");
  BOOST_TEST(sent.header("User-Agent") == "heygen-cli/1.2.3");
  BOOST_TEST(sent.header("Accept") == "application/json");
  BOOST_TEST(sent.header("X-HeyGen-Source") == "cli");
  BOOST_TEST(sent.header("X-HeyGen-Client-Origin") == "(none)");
  BOOST_TEST(sent.header("Content-Type") == "(none)");
  BOOST_TEST(credentials.reports == std::vector<int>{200}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_parent_agent_is_named) {
  options.client_origin = "claude_code";
  respond(200);
  fetch();
  BOOST_TEST(http.sent.at(0).header("X-HeyGen-Client-Origin") == "claude_code");
}

BOOST_AUTO_TEST_CASE(query_values_are_encoded_and_the_provider_learns_the_whole_path) {
  ApiRequest request;
  request.path = "/v3/videos/a%2Fb";
  request.query = {{"q", "a b&c=\xE6\x97\xA5"}, {"limit", "5"}};
  respond(200);
  fetch(request);
  const std::string target = "/v3/videos/a%2Fb?q=a%20b%26c%3D%E6%97%A5&limit=5";
  BOOST_TEST(http.sent.at(0).url == "https://api.test" + target);
  BOOST_TEST(credentials.asked_for.at(0) == "GET " + target);
}

BOOST_AUTO_TEST_CASE(a_body_goes_out_with_its_type) {
  heygen::net::TextBody body(R"({"a":1})");
  respond(201);
  fetch(post(body));
  BOOST_TEST(http.sent.at(0).body == R"({"a":1})");
  BOOST_TEST(http.sent.at(0).header("Content-Type") == "application/json");
}

BOOST_AUTO_TEST_CASE(given_headers_replace_by_name_but_never_the_credential) {
  ApiRequest request;
  request.path = "/v3/x";
  request.headers = {{"X-HeyGen-Client-Source", "one"},
                     {"x-heygen-client-source", "two"},
                     {"accept", "text/plain"},
                     {"X-API-Key", "stolen"}};
  respond(200);
  fetch(request);
  BOOST_TEST(http.sent.at(0).header("X-HeyGen-Client-Source") == "two");
  BOOST_TEST(http.sent.at(0).header("Accept") == "text/plain");
  BOOST_TEST(http.sent.at(0).header("x-api-key") == "key-1");
  const auto& headers = http.sent.at(0).headers;
  BOOST_TEST(std::ranges::count_if(headers, [](const auto& h) { return h.value == "one" || h.value == "stolen"; }) ==
             0);
}

BOOST_AUTO_TEST_CASE(base_may_have_a_path_and_final_slashes) {
  options.base = "https://api.test/mirror//";
  respond(200);
  fetch();
  BOOST_TEST(http.sent.at(0).url == "https://api.test/mirror/v3/videos");
}

BOOST_AUTO_TEST_CASE(no_content_is_success) {
  respond(204, "");
  BOOST_TEST(fetch("DELETE").empty());
}

BOOST_AUTO_TEST_CASE(path_that_makes_no_url_is_usage_and_sent_nowhere) {
  ApiRequest request;
  request.path = "/v3/a b";
  BOOST_TEST((error(request).exit == Exit::usage));
  BOOST_TEST(http.sent.empty());
}

BOOST_AUTO_TEST_CASE(missing_credential_is_told_before_a_bad_base_and_nothing_is_sent) {
  struct None : FakeCredentials {
    CredentialLease obtain(const heygen::auth::RequestInfo&) override {
      throw heygen::auth_error("none", "`heygen auth login`");
    }
  } none;
  options.base = "http://api.test";
  ApiRequest request;
  request.path = "/v3/x";
  BOOST_CHECK_EXCEPTION(ApiClient(http, none, clock, random, cancel, options).call(request), Error,
                        [](const Error& e) { return e.exit == Exit::auth; });
}

BOOST_AUTO_TEST_CASE(plain_http_needs_permission_even_when_the_caller_did_not_check) {
  options.base = "http://api.test";
  BOOST_TEST((error().exit == Exit::usage));
  options.allow_http = true;
  respond(200);
  fetch();
  BOOST_TEST(http.sent.at(0).url == "http://api.test/v3/videos");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(timeouts, Stage)

BOOST_AUTO_TEST_CASE(timeouts_depend_on_method_and_uploads_have_only_an_idle_limit) {
  struct Case {
    std::string method;
    bool upload;
    int given, total, idle;
  };
  const std::vector<Case> cases{{"GET", false, 0, 30'000, 30'000},
                                {"POST", false, 0, 120'000, 120'000},
                                {"DELETE", false, 0, 120'000, 120'000},
                                {"POST", true, 0, 0, 600'000},
                                {"GET", false, 10'000, 10'000, 10'000}};
  for (const Case& row : cases) {
    ApiRequest request;
    request.method = row.method;
    request.path = "/v3/x";
    request.upload = row.upload;
    request.timeout = std::chrono::milliseconds(row.given);
    respond(200);
    fetch(request);
    BOOST_TEST(http.sent.back().timeouts.total.count() == row.total);
    BOOST_TEST(http.sent.back().timeouts.idle.count() == row.idle);
  }
}

BOOST_AUTO_TEST_CASE(deadline_shortens_timeouts) {
  ApiRequest request;
  request.path = "/v3/x";
  request.deadline = clock.monotonic() + std::chrono::milliseconds(2'000);
  respond(503, kServed);
  respond(200);
  fetch(request);
  BOOST_TEST(http.sent.at(0).timeouts.total.count() == 2'000);
  BOOST_TEST(http.sent.at(1).timeouts.total.count() == 2'000 - clock.waits.at(0));
  BOOST_TEST(http.sent.at(1).timeouts.connect.count() == 2'000 - clock.waits.at(0));
  request.upload = true;
  respond(200);
  fetch(request);
  BOOST_TEST(http.sent.at(2).timeouts.total.count() == 2'000 - clock.waits.at(0));
}

BOOST_AUTO_TEST_CASE(pause_before_retry_ends_with_the_deadline) {
  ApiRequest request;
  request.path = "/v3/x";
  request.deadline = clock.monotonic() + std::chrono::milliseconds(5'000);
  respond(503, kServed, {{"Retry-After", "20"}});
  const Error failure = error(request);
  BOOST_TEST(failure.code == "timeout");
  BOOST_TEST((failure.exit == Exit::timeout));
  BOOST_TEST(clock.monotonic().count() == 5'000);
  BOOST_TEST(http.sent.size() == 1U);
}

BOOST_AUTO_TEST_CASE(caller_that_repeats_by_itself_gets_no_retry) {
  ApiRequest request;
  request.path = "/v3/x";
  request.retries = false;
  respond(503);
  BOOST_TEST(error(request).http_status == 503);
  BOOST_TEST(http.sent.size() == 1U);
}

BOOST_AUTO_TEST_CASE(timeout_ends_call_without_retry) {
  fail(Kind::timeout);
  const Error failure = error();
  BOOST_TEST(failure.code == "timeout");
  BOOST_TEST((failure.exit == Exit::timeout));
  BOOST_TEST(!failure.hint.empty());
  BOOST_TEST(clock.waits.empty());
}

BOOST_AUTO_TEST_CASE(timeout_while_reading_has_the_same_code) {
  respond(ScriptedResponse{200, "{\"da", {}, Failure(Kind::timeout, "Too slow.")});
  BOOST_TEST(error().code == "timeout");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(failures, Stage)

BOOST_AUTO_TEST_CASE(other_failures_are_network_errors_with_a_hint) {
  options.max_retries = 0;
  for (const Kind kind :
       {Kind::resolve, Kind::connect, Kind::tls, Kind::proxy, Kind::reset, Kind::truncated, Kind::protocol}) {
    fail(kind);
    const Error failure = error();
    BOOST_TEST(failure.code == "network_error");
    BOOST_TEST((failure.exit == Exit::failure));
    BOOST_TEST(failure.message() == "It went wrong.");
    BOOST_TEST(!failure.hint.empty());
  }
  BOOST_TEST(credentials.reports.empty());
}

BOOST_AUTO_TEST_CASE(the_hint_of_the_network_is_kept) {
  http.script.emplace_back(Failure(Kind::tls, "Bad certificate.", "Set SSL_CERT_FILE."));
  BOOST_TEST(error().hint == "Set SSL_CERT_FILE.");
}

BOOST_AUTO_TEST_CASE(change_that_was_sent_and_lost_may_have_taken_effect) {
  options.max_retries = 0;
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE"})
    for (const Kind kind : {Kind::reset, Kind::timeout, Kind::canceled, Kind::truncated, Kind::tls, Kind::protocol}) {
      Failure lost(kind, "It went wrong.", "Try again.");
      lost.sent = true;
      http.script.emplace_back(lost);
      ApiRequest request;
      request.method = method;
      request.path = "/v3/videos";
      request.look = "heygen video list";
      const Error failure = error(request);
      BOOST_TEST(failure.hint ==
                 "The request may have taken effect: check with `heygen video list` before you send it again.");
      BOOST_TEST(failure.may_have_taken_effect);
    }
}

BOOST_AUTO_TEST_CASE(change_whose_response_is_cut_off_may_have_taken_effect) {
  options.max_retries = 0;
  for (const int status : {200, 500}) {
    respond(ScriptedResponse{status, "{\"da", {}, Failure(Kind::canceled, "Canceled.")});
    BOOST_TEST(error("POST").may_have_taken_effect);
  }
  respond(ScriptedResponse{404, "{\"da", {}, Failure(Kind::reset, "Cut off.")});
  BOOST_TEST(!error("POST").may_have_taken_effect);
}

BOOST_AUTO_TEST_CASE(change_on_which_the_server_failed_may_have_taken_effect) {
  options.max_retries = 0;
  for (const int status : {408, 500, 502, 503, 504}) {
    respond(status, kServed);
    BOOST_TEST(contains(error("POST").hint, "may have taken effect"));
  }
}

BOOST_AUTO_TEST_CASE(change_that_was_certainly_not_made_is_not_said_to_be) {
  options.max_retries = 0;
  for (const Kind kind : {Kind::resolve, Kind::connect, Kind::tls, Kind::canceled}) {
    fail(kind);
    const Error failure = error("POST");
    BOOST_TEST(!failure.may_have_taken_effect);
    BOOST_TEST(!contains(failure.hint, "taken effect"));
  }
  for (const int status : {400, 404, 409, 429}) {
    respond(status, kServed);
    BOOST_TEST(!contains(error("DELETE").hint, "taken effect"));
  }
  Failure lost(Kind::reset, "It went wrong.");
  lost.sent = true;
  http.script.emplace_back(lost);
  BOOST_TEST(!contains(error("GET").hint, "taken effect"));
}

BOOST_AUTO_TEST_CASE(change_that_was_lost_once_is_said_so_whatever_its_retry_finds) {
  Failure lost(Kind::reset, "It went wrong.");
  lost.sent = true;
  http.script.emplace_back(lost);
  respond(404, kServed);
  const Error failure = error("DELETE");
  BOOST_TEST(failure.http_status == 404);
  BOOST_TEST(failure.may_have_taken_effect);
}

BOOST_AUTO_TEST_CASE(redirect_of_a_change_may_come_after_it) {
  for (const auto& [status, open] : {std::pair{301, true}, {302, true}, {303, true}, {307, false}, {308, false}}) {
    respond(status, "", {{"Location", "/v3/videos/v1"}});
    const Error failure = error("POST");
    BOOST_TEST(failure.may_have_taken_effect == open);
    BOOST_TEST(http.sent.back().method == "POST");
  }
  respond(303, "", {{"Location", "/v3/y"}});
  respond(404, kServed);
  BOOST_TEST(!error("GET").may_have_taken_effect);
}

BOOST_AUTO_TEST_CASE(cancellation_is_its_own_code) {
  fail(Kind::canceled);
  const Error failure = error();
  BOOST_TEST(failure.code == "canceled");
  BOOST_TEST((failure.exit == Exit::failure));
}

BOOST_AUTO_TEST_CASE(truncated_result_is_a_network_error_at_once) {
  respond(ScriptedResponse{200, "{\"da", {}, Failure(Kind::truncated, "Cut off.")});
  BOOST_TEST(error().code == "network_error");
  BOOST_TEST(clock.waits.empty());
}

BOOST_AUTO_TEST_CASE(truncated_error_response_is_a_network_error_but_for_a_refusal) {
  options.max_retries = 0;
  respond(ScriptedResponse{500, "{\"err", {}, Failure(Kind::truncated, "Cut off.")});
  BOOST_TEST(error().code == "network_error");
  respond(
      ScriptedResponse{403, R"({"error":{"code": "invalid_token", "mes)", {}, Failure(Kind::truncated, "Cut off.")});
  const Error refused = error();
  BOOST_TEST(refused.code == "invalid_token");
  BOOST_TEST((refused.exit == Exit::auth));
}

BOOST_AUTO_TEST_CASE(credential_in_an_error_response_is_not_shown_where_it_is_cut_off_either) {
  const std::string key = "key-0123456789";
  credentials.grants = {{credential("x-api-key", key), false}};
  for (std::size_t before = 280; before < 300; ++before) {
    respond(400, std::string(before, 'x') + key);
    BOOST_TEST(!contains(error().message(), key.substr(0, 4).c_str()));
  }
}

BOOST_AUTO_TEST_CASE(result_over_the_limit_is_rejected) {
  respond(200, "0123456789");
  ApiRequest request;
  request.path = "/v3/x";
  BOOST_CHECK_EXCEPTION(ApiClient(http, credentials, clock, random, cancel, options).fetch(request, 9), Error,
                        [](const Error& e) { return e.code == "cli_response_parse_error"; });
}

BOOST_AUTO_TEST_CASE(endless_error_response_is_told_by_its_status) {
  options.max_retries = 0;
  respond(404, std::string(std::size_t{2} << 20U, 'x') + kServed);
  const Error failure = error();
  BOOST_TEST(failure.code == "not_found");
  BOOST_TEST(failure.message().size() < 400U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(keys, Stage)

namespace {

ApiRequest keyed(heygen::net::Body* body = nullptr) {
  ApiRequest request;
  request.method = "POST";
  request.path = "/v3/videos";
  request.body = body;
  request.look = "heygen video list";
  request.idempotency_key = "key-42";
  return request;
}

const std::string kBusy = R"({"error":{"code":"request_in_progress","message":"Not yet."}})";

}  // namespace

BOOST_AUTO_TEST_CASE(post_with_a_key_is_retried_like_a_get_and_with_the_same_key) {
  for (const int status : {500, 502, 503, 504}) {
    heygen::net::TextBody body("{}");
    http.sent.clear();
    respond(status, kServed);
    respond(status, kServed);
    respond(200, "done");
    BOOST_TEST(fetch(keyed(&body)) == "done");
    BOOST_TEST(http.sent.size() == 3U);
    for (const Sent& sent : http.sent) {
      BOOST_TEST(sent.header("Idempotency-Key") == "key-42");
      BOOST_TEST(sent.body == "{}");
    }
  }
}

BOOST_AUTO_TEST_CASE(lost_responses_and_timeouts_are_retried_with_a_key) {
  for (const Kind kind : {Kind::resolve, Kind::connect, Kind::reset, Kind::timeout, Kind::truncated}) {
    fail(kind);
    respond(200, "done");
    BOOST_TEST(fetch(keyed()) == "done");
  }
  for (const Kind kind : {Kind::tls, Kind::proxy, Kind::protocol, Kind::canceled}) {
    fail(kind);
    error(keyed());
  }
}

BOOST_AUTO_TEST_CASE(result_that_is_cut_off_is_asked_for_again) {
  respond(ScriptedResponse{200, R"({"data":{"video)", {}, Failure(Kind::truncated, "Cut off.")});
  respond(200, R"({"data":{"video_id":"v"}})");
  BOOST_TEST(fetch(keyed()) == R"({"data":{"video_id":"v"}})");
  BOOST_TEST(http.sent.size() == 2U);
}

BOOST_AUTO_TEST_CASE(what_came_of_the_last_result_is_kept) {
  options.max_retries = 1;
  for (int i = 0; i < 2; ++i)
    respond(ScriptedResponse{200, R"({"data":{"video)", {}, Failure(Kind::truncated, "Cut off.")});
  ApiClient client(http, credentials, clock, random, cancel, options);
  const auto response = client.call(keyed());
  std::array<char, 64> piece{};
  BOOST_TEST(std::string(piece.data(), response.stream->read(piece)) == R"({"data":{"video)");
  const Error lost = heygen::test::error_of([&] { response.stream->read(piece); });
  BOOST_TEST(lost.hint ==
             "The request may have taken effect: check with `heygen video list` before you send it again; with "
             "--idempotency-key key-42 it acts only once.");
}

BOOST_AUTO_TEST_CASE(canceled_result_keeps_what_has_come) {
  respond(ScriptedResponse{200, R"({"data":)", {}, Failure(Kind::canceled, "Canceled.")});
  ApiClient client(http, credentials, clock, random, cancel, options);
  const auto response = client.call(keyed());
  std::array<char, 64> piece{};
  BOOST_TEST(response.stream->read(piece) == 8U);
  BOOST_TEST(heygen::test::error_of([&] { response.stream->read(piece); }).code == "canceled");
}

BOOST_AUTO_TEST_CASE(large_result_arrives_whole) {
  const std::string text(3'000'000, 'x');
  respond(ScriptedResponse{200, text, {}, {}, {}, true, 100'000});
  BOOST_TEST((fetch(keyed()) == text));
}

BOOST_AUTO_TEST_CASE(earlier_request_in_progress_is_waited_for) {
  respond(409, kBusy, {{"Retry-After", "7"}});
  respond(409, kBusy);
  respond(200, "done");
  BOOST_TEST(fetch(keyed()) == "done");
  BOOST_TEST((clock.waits == Waits{7000, 1500}));
}

BOOST_AUTO_TEST_CASE(wait_for_an_earlier_request_is_bounded_and_says_what_to_do) {
  http.rest = ScriptedResponse{409, kBusy};
  const Error busy = error(keyed());
  BOOST_TEST(http.sent.size() == 1U + heygen::transport::kMostInProgress);
  BOOST_TEST(busy.code == "request_in_progress");
  BOOST_TEST(contains(busy.hint, "--idempotency-key key-42"));
  http.sent.clear();
  http.rest = ScriptedResponse{409, kBusy, {{"Retry-After", "3600"}}};
  BOOST_TEST(error(keyed()).retry_after.value() == 3600);
  BOOST_TEST(http.sent.size() == 1U);
}

BOOST_AUTO_TEST_CASE(other_conflicts_and_those_without_a_key_are_final) {
  respond(409, kServed);
  BOOST_TEST(error(keyed()).code == "served_code");
  respond(409, kBusy);
  BOOST_TEST(error("POST").code == "request_in_progress");
  BOOST_TEST(clock.waits.empty());
}

BOOST_AUTO_TEST_CASE(no_retries_means_no_wait_either) {
  options.max_retries = 0;
  respond(409, kBusy);
  BOOST_TEST(error(keyed()).code == "request_in_progress");
  respond(502, kServed);
  BOOST_TEST(error(keyed()).may_have_taken_effect);
}

BOOST_AUTO_TEST_CASE(the_key_survives_a_refresh) {
  refreshable();
  refresh_succeeds();
  respond(401, kServed);
  respond(200, "done");
  BOOST_TEST(fetch(keyed()) == "done");
  BOOST_TEST(http.sent.at(1).header("Idempotency-Key") == "key-42");
}

BOOST_AUTO_TEST_CASE(the_key_is_shown_as_it_is) {
  respond(200);
  fetch(keyed());
  for (const auto& header : heygen::net::redact_headers(http.sent.at(0).headers))
    if (header.name == "Idempotency-Key") BOOST_TEST(header.value == "key-42");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(retries, Stage)

BOOST_AUTO_TEST_CASE(which_statuses_are_retried_depends_on_the_method) {
  const std::vector<std::string> idempotent{"GET", "HEAD", "PUT", "DELETE", "OPTIONS"};
  const std::vector<std::string> methods{"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "POST", "PATCH"};
  for (const int status : {400, 401, 403, 404, 408, 409, 429, 500, 501, 502, 503, 504, 505}) {
    for (const std::string& method : methods) {
      const bool server_error = status == 500 || (status >= 502 && status <= 504);
      const bool retried = status == 429 || (server_error && std::ranges::find(idempotent, method) != idempotent.end());
      BOOST_TEST_CONTEXT(method << " " << status) {
        clock.waits.clear();
        respond(status, kServed);
        if (retried) {
          respond(200, "done");
          BOOST_TEST(fetch(method) == "done");
        } else {
          BOOST_TEST(error(method).code == "served_code");
        }
        BOOST_TEST(clock.waits.size() == (retried ? 1U : 0U));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(which_failures_are_retried_depends_on_their_kind) {
  for (const Kind kind : {Kind::resolve, Kind::connect, Kind::reset}) {
    fail(kind);
    respond(200, "done");
    BOOST_TEST(fetch() == "done");
    fail(kind);
    BOOST_TEST(error("POST").code == "network_error");
  }
  for (const Kind kind : {Kind::tls, Kind::proxy, Kind::timeout, Kind::truncated, Kind::protocol, Kind::canceled}) {
    fail(kind);
    error();
  }
  BOOST_TEST(clock.waits.size() == 3U);
}

BOOST_AUTO_TEST_CASE(the_pause_doubles_from_one_second_to_thirty_with_jitter) {
  options.max_retries = 7;
  for (int i = 0; i < 8; ++i) respond(503, kServed);
  error();
  BOOST_TEST((clock.waits == Waits{750, 1500, 3000, 6000, 12000, 22500, 22500}));
  clock.waits.clear();
  random.byte = std::byte{0x80};
  for (int i = 0; i < 8; ++i) respond(503, kServed);
  error();
  BOOST_TEST(clock.waits.front() > 1000);
  BOOST_TEST(clock.waits.front() < 1010);
  BOOST_TEST(clock.waits.back() > 30000);
}

BOOST_AUTO_TEST_CASE(retries_end_after_the_limit_with_the_last_response) {
  for (const int most : {0, 1, 2, 4}) {
    options.max_retries = most;
    const std::size_t before = http.sent.size();
    for (int i = 0; i < most; ++i) respond(502, "<html>");
    respond(502, kServed);
    BOOST_TEST(error().message() == "served message");
    BOOST_TEST(http.sent.size() - before == static_cast<std::size_t>(most) + 1);
  }
  BOOST_TEST((credentials.reports == std::vector<int>{502, 502, 502, 502}));
}

BOOST_AUTO_TEST_CASE(retry_after_counts_when_it_is_longer) {
  const std::vector<std::pair<std::string, std::int64_t>> cases{
      {"2", 2000},
      {"0", 750},
      {"29", 29000},
      {"30", 30000},
      {"-5", 750},
      {"soon", 750},
      {"", 750},
      {" 3 ", 3000},
      {"1.5", 2000},
      {"Tue, 14 Nov 2023 22:13:30 GMT", 10000},  // 10 s after the clock's 22:13:20
      {"Tuesday, 14-Nov-23 22:13:30 GMT", 10000},
      {"Tue Nov 14 22:13:30 2023", 10000},
      {"Tue, 14 Nov 2023 22:13:00 GMT", 750},
      {"Tue, 99 Nov 2023 99:99:99 GMT", 750},
      {"a, b", 750},
      {"Tue, 14 Nov", 750},
  };
  for (const auto& [value, wait] : cases) {
    BOOST_TEST_CONTEXT("Retry-After: " << value) {
      clock.waits.clear();
      clock.set_now(heygen::test::kNow);
      respond(429, kServed, {{"retry-after", value}});
      respond(200);
      fetch("POST");
      BOOST_TEST((clock.waits == Waits{wait}));
    }
  }
}

BOOST_AUTO_TEST_CASE(retry_after_beyond_thirty_seconds_ends_the_call_with_the_time) {
  const std::vector<std::tuple<int, std::string, std::int64_t>> cases{
      {429, "31", 31},
      {429, "3600", 3600},
      {503, "120", 120},
      {429, "Tue, 14 Nov 2023 22:23:20 GMT", 600},  // 10 min after the clock's 22:13:20
  };
  for (const auto& [status, value, seconds] : cases) {
    BOOST_TEST_CONTEXT("Retry-After: " << value) {
      clock.set_now(heygen::test::kNow);
      const std::size_t before = http.sent.size();
      respond(status, kServed, {{"Retry-After", value}});
      const Error failure = error();
      BOOST_TEST(http.sent.size() == before + 1);
      BOOST_TEST(clock.waits.empty());
      BOOST_TEST(failure.http_status == status);
      BOOST_TEST(failure.retry_after.value() == seconds);
      BOOST_TEST(contains(failure.hint, std::to_string(seconds).c_str()));
      BOOST_TEST(contains(failure.hint, "try again after 2023-11-14T2"));
    }
  }
  respond(429, kServed, {{"Retry-After", "99999999999999999999"}});
  const Error nonsense = error();
  BOOST_TEST(contains(nonsense.hint, "a day or longer: try again after 2023-11-15T22:13:20Z"));
  BOOST_TEST(nonsense.retry_after.value() == 86400);
}

BOOST_AUTO_TEST_CASE(contradictory_retry_after_ends_the_call_with_the_longest) {
  respond(503, kServed, {{"Retry-After", "1"}, {"Retry-After", "5"}});
  const Error failure = error();
  BOOST_TEST(http.sent.size() == 1U);
  BOOST_TEST(clock.waits.empty());
  BOOST_TEST(failure.retry_after.value() == 5);
}

BOOST_AUTO_TEST_CASE(retry_after_is_told_when_no_retries_are_left) {
  options.max_retries = 0;
  respond(429, kServed, {{"Retry-After", "7"}});
  const Error failure = error();
  BOOST_TEST(failure.retry_after.value() == 7);
  BOOST_TEST(contains(failure.hint, "wait 7s"));
}

BOOST_AUTO_TEST_CASE(retry_after_of_a_refusal_leaves_its_hint) {
  for (const int status : {401, 403}) {
    respond(status, kServed, {{"Retry-After", "3600"}});
    const Error failure = error();
    BOOST_TEST(contains(failure.hint, "`heygen auth login`"), failure.hint);
    BOOST_TEST(!contains(failure.hint, "try again after"), failure.hint);
    BOOST_TEST(failure.retry_after.value() == 3600);
  }
  respond(404, R"({"error":{"code":"video_not_found","message":"No."}})", {{"Retry-After", "3600"}});
  BOOST_TEST(contains(error().hint, "heygen video list"));
  respond(413, kServed, {{"Retry-After", "3600"}});
  BOOST_TEST(contains(error().hint, "try again after"));
}

BOOST_AUTO_TEST_CASE(pause_is_told_each_second_and_at_its_end) {
  std::vector<std::int64_t> left;
  options.on_pause = [&](std::chrono::milliseconds time) { left.push_back(time.count()); };
  respond(429, kServed, {{"Retry-After", "3"}});
  respond(200);
  fetch();
  BOOST_TEST((left == Waits{3000, 2000, 1000, 0}));
}

BOOST_AUTO_TEST_CASE(a_body_is_sent_again_whole) {
  heygen::net::TextBody body("the whole body");
  respond(429, kServed);
  respond(200);
  fetch(post(body));
  BOOST_TEST(http.sent.at(1).body == "the whole body");
}

BOOST_AUTO_TEST_CASE(body_that_cannot_be_replayed_is_sent_once) {
  OneShotBody body("once");
  respond(429, kServed);
  BOOST_TEST(error(post(body)).code == "served_code");
  OneShotBody other("once");
  ApiRequest put = post(other);
  put.method = "PUT";
  fail(Kind::reset);
  BOOST_TEST(error(put).code == "network_error");
  BOOST_TEST(clock.waits.empty());
}

BOOST_AUTO_TEST_CASE(canceling_during_the_pause_ends_the_call) {
  respond(503, kServed);
  cancel.request();
  BOOST_TEST(error().code == "canceled");
  BOOST_TEST(http.sent.size() == 1U);
}

BOOST_AUTO_TEST_CASE(credential_that_goes_stale_during_the_pause_is_obtained_anew) {
  const std::int64_t expiry = clock.now() + 65;
  credentials.grants = {
      {credential("Authorization", "Bearer short", {.refreshable = true, .expires_at = expiry}), false},
      {credential("Authorization", "Bearer fresh", {.refreshable = true}), true}};
  respond(429, kServed, {{"Retry-After", "10"}});
  respond(401, kServed);
  BOOST_TEST(contains(error().message(), "refused for good"));
  BOOST_TEST(http.sent.at(0).header("Authorization") == "Bearer short");
  BOOST_TEST(http.sent.at(1).header("Authorization") == "Bearer fresh");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(refused_credentials, Stage)

BOOST_AUTO_TEST_CASE(refreshable_credential_is_refreshed_and_body_resent) {
  refreshable();
  refresh_succeeds();
  heygen::net::TextBody body("again");
  respond(401, kServed, {{"WWW-Authenticate", "Bearer error=\"invalid_token\""}});
  respond(200, "done");
  BOOST_TEST(fetch(post(body)) == "done");
  BOOST_TEST(http.sent.at(0).header("Authorization") == "Bearer old");
  BOOST_TEST(http.sent.at(1).header("Authorization") == "Bearer new");
  BOOST_TEST(http.sent.at(1).body == "again");
  BOOST_TEST(credentials.challenges.at(0) == "Bearer error=\"invalid_token\"");
  BOOST_TEST((credentials.reports == std::vector<int>{200}));
}

BOOST_AUTO_TEST_CASE(second_rejection_asks_for_a_login) {
  for (const bool refreshed_here : {true, false}) {
    refreshable();
    refresh_succeeds(refreshed_here);
    respond(401, kServed);
    respond(401, kServed, {{"X-Request-Id", "req_2"}});
    const Error refused = error();
    BOOST_TEST(refused.code == "auth_error");
    BOOST_TEST((refused.exit == Exit::auth));
    BOOST_TEST(contains(refused.message(), "refused for good"));
    BOOST_TEST(refused.request_id == "req_2");
  }
  BOOST_TEST((credentials.reports == std::vector<int>{401, 401}));
}

BOOST_AUTO_TEST_CASE(credential_is_refreshed_once_per_call) {
  credentials.grants = {{credential("Authorization", "Bearer old", {.refreshable = true}), true}};
  respond(401, kServed);
  BOOST_TEST(contains(error().message(), "refused for good"));
  BOOST_TEST(credentials.challenges.empty());
}

BOOST_AUTO_TEST_CASE(unrefreshable_credential_is_named_in_the_hint) {
  respond(401, kServed, {{"X-Request-Id", "req_1"}});
  const Error refused = error();
  BOOST_TEST(refused.code == "served_code");
  BOOST_TEST(refused.message() == "served message");
  BOOST_TEST(refused.request_id == "req_1");
  BOOST_TEST((refused.exit == Exit::auth));
  BOOST_TEST(contains(refused.hint, "API key"));
  BOOST_TEST(contains(refused.hint, "apikey"));
  BOOST_TEST(contains(refused.hint, "environment"));
  BOOST_TEST(contains(refused.hint, "heygen auth login"));
  BOOST_TEST(!contains(refused.hint + refused.message(), "key-1"));
}

BOOST_AUTO_TEST_CASE(response_without_code_is_unauthorized) {
  credentials.grants = {{credential("Authorization", "Bearer t"), false}};
  respond(401, "");
  const Error refused = error();
  BOOST_TEST(refused.code == "unauthorized");
  BOOST_TEST(contains(refused.hint, "credentials file"));
}

BOOST_AUTO_TEST_CASE(body_that_cannot_be_replayed_leaves_the_refusal_as_it_is) {
  refreshable();
  OneShotBody body("once");
  respond(401, kServed);
  const Error refused = error(post(body));
  BOOST_TEST(refused.code == "served_code");
  BOOST_TEST((refused.exit == Exit::auth));
  BOOST_TEST(contains(refused.hint, "heygen auth login"));
  BOOST_TEST(credentials.challenges.empty());
}

BOOST_AUTO_TEST_CASE(failed_refresh_keeps_its_own_error) {
  refreshable();
  credentials.refreshes.emplace_back(
      []() -> CredentialLease { throw heygen::network_error("no token endpoint", "later"); });
  respond(401, kServed);
  const Error failed = error();
  BOOST_TEST(failed.code == "network_error");
  BOOST_TEST(failed.message() == "no token endpoint");
}

BOOST_AUTO_TEST_CASE(forbidden_is_exit_3_without_refresh) {
  refreshable();
  respond(403, kServed);
  const Error refused = error();
  BOOST_TEST(refused.code == "served_code");
  BOOST_TEST((refused.exit == Exit::auth));
  BOOST_TEST(contains(refused.hint, "heygen auth login"));
  BOOST_TEST(credentials.challenges.empty());
}

BOOST_AUTO_TEST_CASE(retries_and_refresh_share_one_call) {
  refreshable();
  refresh_succeeds();
  respond(503, kServed);
  respond(401, kServed);
  respond(503, kServed);
  respond(503, kServed);
  BOOST_TEST(error().code == "served_code");
  BOOST_TEST(clock.waits.size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(redirects, Stage)

BOOST_AUTO_TEST_CASE(the_same_origin_keeps_everything) {
  for (const int status : {301, 302, 303, 307, 308}) {
    respond(status, "", {{"Location", "/v4/videos?x=%2F"}});
    respond(200, "done");
    BOOST_TEST(fetch() == "done");
    BOOST_TEST(http.sent.back().url == "https://api.test/v4/videos?x=%2F");
    BOOST_TEST(http.sent.back().header("x-api-key") == "key-1");
    BOOST_TEST(http.sent.back().header("X-HeyGen-Source") == "cli");
  }
}

BOOST_AUTO_TEST_CASE(locations_resolve_as_rfc_3986_says) {
  options.allow_http = true;
  options.base = "http://a";
  const std::vector<std::pair<std::string, std::string>> cases{
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"../g", "http://a/b/g"},
      {"../../g", "http://a/g"},
      {"../../../../g", "http://a/g"},
      {"/./g/../h", "http://a/h"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y/../x", "http://a/b/c/g?y/../x"},
      {"..", "http://a/b/"},
      {".", "http://a/b/c/"},
      {"//b.test/x", "http://b.test/x"},
      {"#frag", "http://a/b/c/d;p?q=1"},
      {"http://b.test/%2F%41#f", "http://b.test/%2F%41"},
      {"/a%2Fb", "http://a/a%2Fb"},
      {"g:1/x", ""},
  };
  for (const auto& [location, url] : cases) {
    BOOST_TEST_CONTEXT("Location: " << location) {
      ApiRequest request;
      request.path = "/b/c/d;p";
      request.query = {{"q", "1"}};
      respond(302, "", {{"Location", location}});
      if (url.empty()) {
        BOOST_TEST(error(request).code == "network_error");
        continue;
      }
      respond(200);
      fetch(request);
      BOOST_TEST(http.sent.back().url == url);
    }
  }
}

BOOST_AUTO_TEST_CASE(path_of_the_base_is_never_left) {
  options.base = "https://gate.test/heygen/";
  ApiRequest request;
  for (const char* path : {"/../admin", "/v3/%2e%2e/%2e%2e/admin", "/v3/..%2f..%2fadmin", "/v3\\..\\..\\admin"}) {
    request.path = path;
    BOOST_TEST(error(request).code == "usage_error", path);
  }
  request.path = "/v3/x";
  for (const char* location : {"/admin", "../../admin", "%2e%2e/%2e%2e/admin", "https://gate.test/heygen/../admin"}) {
    respond(302, "", {{"Location", location}});
    BOOST_TEST(error(request).code == "network_error", location);
    BOOST_TEST(http.sent.back().url == "https://gate.test/heygen/v3/x");
  }
}

BOOST_AUTO_TEST_CASE(signed_request_is_signed_for_each_attempt_and_its_url) {
  credentials.grants = {{credential("Authorization", "proof", {.this_request_only = true}), false}};
  options.base = "https://api.test/base";
  respond(302, "", {{"Location", "/base/v3/y?a=b"}});
  respond(503);
  respond(200, "done");
  BOOST_TEST(fetch() == "done");
  BOOST_REQUIRE(credentials.asked_at.size() == 3U);
  for (std::size_t i = 0; i < 3; ++i) BOOST_TEST(credentials.asked_at[i].url == http.sent[i].url);
  BOOST_TEST((credentials.asked_for == std::vector<std::string>{"GET /v3/videos", "GET /v3/y?a=b", "GET /v3/y?a=b"}));
}

BOOST_AUTO_TEST_CASE(signed_request_never_goes_to_another_origin) {
  credentials.grants = {{credential("Authorization", "proof", {.this_request_only = true}), false}};
  respond(302, "", {{"Location", "https://other.test/x"}});
  respond(200, "done");
  BOOST_TEST(fetch() == "done");
  BOOST_TEST(credentials.asked_at.size() == 1U);
}

BOOST_AUTO_TEST_CASE(provider_learns_the_body_that_is_in_memory) {
  heygen::net::TextBody body("again");
  respond(200);
  fetch(post(body));
  BOOST_TEST((credentials.asked_at.at(0).body == "again"));
  OneShotBody streamed("once");
  respond(200);
  fetch(post(streamed));
  BOOST_TEST(!credentials.asked_at.at(1).body.has_value());
  respond(200);
  fetch();
  BOOST_TEST((credentials.asked_at.at(2).body == ""));
}

BOOST_AUTO_TEST_CASE(another_origin_gets_no_credential_even_on_the_way_back) {
  options.client_origin = "codex";
  ApiRequest request;
  request.path = "/v3/x";
  request.headers = {{"X-HeyGen-Client-Source", "mine"}, {"X-Trace", "1"}};
  for (const char* other : {"https://other.test/x", "https://api.test:8443/x"}) {
    http.sent.clear();
    respond(302, "", {{"Location", other}});
    respond(307, "", {{"Location", "https://api.test/v3/y"}});
    respond(200, "done");
    BOOST_TEST(fetch(request) == "done");
    BOOST_TEST(http.sent.at(0).header("x-api-key") == "key-1");
    for (const std::size_t hop : {1U, 2U}) {
      for (const auto& header : http.sent.at(hop).headers) {
        BOOST_TEST((header.name == "User-Agent" || header.name == "Accept"));
      }
    }
  }
  BOOST_TEST((credentials.reports == std::vector<int>{302, 302}));
}

BOOST_AUTO_TEST_CASE(rejection_by_another_origin_refreshes_nothing) {
  refreshable();
  respond(302, "", {{"Location", "https://other.test/x"}});
  respond(401, kServed);
  BOOST_TEST((error().exit == Exit::auth));
  BOOST_TEST(credentials.challenges.empty());
  BOOST_TEST((credentials.reports == std::vector<int>{302}));
}

BOOST_AUTO_TEST_CASE(plain_http_is_refused_from_https_always_and_otherwise_without_permission) {
  for (const bool allowed : {false, true}) {
    options.allow_http = allowed;
    respond(302, "", {{"Location", "http://api.test/x"}});
    const Error refused = error();
    BOOST_TEST(refused.code == "network_error");
    BOOST_TEST(!refused.hint.empty());
  }
  options.base = "http://api.test";
  respond(302, "", {{"Location", "http://other.test/x"}});
  respond(200, "done");
  BOOST_TEST(fetch() == "done");
}

BOOST_AUTO_TEST_CASE(ten_are_followed_and_no_more) {
  for (int i = 0; i < 10; ++i) respond(302, "", {{"Location", "/next"}});
  respond(200, "done");
  BOOST_TEST(fetch() == "done");
  for (int i = 0; i < 11; ++i) respond(302, "", {{"Location", "/next"}});
  BOOST_TEST(error().code == "network_error");
}

BOOST_AUTO_TEST_CASE(other_methods_and_other_statuses_keep_the_3xx_as_an_error) {
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) {
    respond(307, "", {{"Location", "/next"}});
    const Error refused = error(method);
    BOOST_TEST(refused.code == "error");
    BOOST_TEST((refused.exit == Exit::failure));
    BOOST_TEST(contains(refused.message(), "307"));
  }
  for (const int status : {300, 304, 305}) {
    respond(status, "", {{"Location", "/next"}});
    BOOST_TEST(error().code == "error");
  }
  respond(302, "");
  BOOST_TEST(error().code == "error");
}

BOOST_AUTO_TEST_CASE(redirect_target_with_a_password_is_refused) {
  respond(302, "", {{"Location", "https://user:secret@other.test/"}});
  const Error refused = error();
  BOOST_TEST(refused.code == "network_error");
  BOOST_TEST(!contains(refused.message(), "secret"));
}

BOOST_AUTO_TEST_CASE(the_target_of_a_redirect_is_what_is_retried) {
  respond(302, "", {{"Location", "/v4"}});
  respond(503, kServed);
  respond(200);
  fetch();
  BOOST_TEST((urls(http) ==
              std::vector<std::string>{"https://api.test/v3/videos", "https://api.test/v4", "https://api.test/v4"}));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(decisions, Stage)

BOOST_AUTO_TEST_CASE(decisions_are_announced_without_secrets) {
  std::vector<std::string> lines;
  options.on_decision = [&](const std::string& line) { lines.push_back(line); };
  refreshable();
  refresh_succeeds();
  respond(503, kServed);
  respond(302, "", {{"Location", "/v4?token=sekret"}});
  respond(401, kServed);
  respond(200);
  fetch();
  BOOST_TEST(
      (lines == std::vector<std::string>{"* retry 1 of 2 in 750 ms", "* redirect to https://api.test/v4?token=***",
                                         "* the credential was rejected: refreshing it"}));
}

BOOST_AUTO_TEST_CASE(credential_headers_are_marked_secret) {
  credentials.grants = {{credential("X-Vault-Token", "sekret", {"vault", "Vault"}), false}};
  respond(200);
  fetch();
  for (const auto& header : http.sent.at(0).headers) BOOST_TEST(header.secret == (header.name == "X-Vault-Token"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(bases)

BOOST_AUTO_TEST_CASE(only_http_urls_pass_and_plain_http_only_with_permission) {
  for (const char* good : {"https://api.heygen.com", "https://h:8443/mirror/", "HTTPS://H"}) {
    BOOST_CHECK_NO_THROW(ApiClient::check_base(good, false));
  }
  BOOST_CHECK_NO_THROW(ApiClient::check_base("http://127.0.0.1:1", true));
  for (const char* bad : {"http://127.0.0.1:1", "not a url", "ftp://127.0.0.1:1", "127.0.0.1:1", "", "https://",
                          "https://h?x=1", "https://h#f", "https://user:secret@h"}) {
    BOOST_TEST_CONTEXT(bad) {
      BOOST_CHECK_EXCEPTION(ApiClient::check_base(bad, false), Error, [](const Error& e) {
        return e.code == "usage_error" && e.exit == Exit::usage && !e.hint.empty() &&
               !contains(e.message() + e.hint, "secret");
      });
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
