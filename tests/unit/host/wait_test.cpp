// SPDX-License-Identifier: Apache-2.0
#include "host/requests/wait.hpp"

#include <array>
#include <boost/test/unit_test.hpp>
#include <deque>
#include <variant>

#include "core/base/error.hpp"
#include "tests/support/clock.hpp"
#include "tests/support/random.hpp"

using namespace heygen;
using namespace heygen::host;
using namespace heygen::host::requests;
using std::chrono::milliseconds;

namespace {

constexpr std::array<std::string_view, 1> kDone{"completed"}, kFailed{"failed"};

/// The job is created and asked about by script; what is not in it fails the test.
struct Stage {
  std::deque<std::variant<std::string, Error>> script;
  std::vector<std::string> sent, printed, lines;
  std::vector<transport::ApiRequest> requests;
  std::function<void()> on_send = [] {};
  api::Poll poll{.endpoint = "/v3/jobs/{id}",
                 .status_field = "data.status",
                 .id_field = "data.id",
                 .done = kDone,
                 .failed = kFailed,
                 .follow_up = "job get"};
  test::FakeClock clock;
  test::FakeRandom random{std::byte{0x80}};
  Cancel cancel;

  void respond(const std::string& text) { script.emplace_back(text); }
  void state(const std::string& name) { respond(R"({"data":{"status":")" + name + R"("}})"); }
  void fault(std::string_view code, int status = 0) {
    Error error(code, "It went wrong.");
    error.http_status = status;
    script.emplace_back(error);
  }

  void run(milliseconds limit = milliseconds(60'000)) {
    const WaitDependencies needs{.send =
                                     [this](const transport::ApiRequest& request) {
                                       sent.push_back(request.method + " " + request.path);
                                       requests.push_back(request);
                                       BOOST_REQUIRE_MESSAGE(!script.empty(),
                                                             "nothing is scripted for " << sent.back());
                                       const auto next = script.front();
                                       script.pop_front();
                                       on_send();
                                       if (const auto* error = std::get_if<Error>(&next)) throw Error(*error);
                                       return std::get<std::string>(next);
                                     },
                                 .print = [this](const std::string& text) { printed.push_back(text); },
                                 .status = [this](const std::string& line) { lines.push_back(line); },
                                 .clock = clock,
                                 .random = random,
                                 .cancel = cancel};
    transport::ApiRequest create;
    create.method = "POST";
    create.path = "/v3/jobs";
    create.headers = {{"X-HeyGen-Client-Source", "test"}};
    run_and_wait(needs, poll, create, limit);
    BOOST_TEST(script.empty(), "responses are left that no request asked for");
  }

  Error error(milliseconds limit = milliseconds(60'000)) {
    try {
      run(limit);
    } catch (const Error& error) {
      BOOST_TEST((lines.empty() || lines.back().empty()), "the line was left: " << lines.back());
      return error;
    }
    throw std::runtime_error("it succeeded");
  }
};

bool names_job(const Error& error) {
  return (error.message() + error.hint).find("`heygen job get j1`") != std::string::npos;
}

bool has(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(waiting)

BOOST_AUTO_TEST_CASE(last_response_is_printed_when_the_job_is_done) {
  Stage stage;
  stage.respond(R"({"data":{"id":"j1"}})");
  stage.state("pending");
  stage.state("running");
  stage.state("completed");
  stage.run();
  BOOST_CHECK((stage.sent ==
               std::vector<std::string>{"POST /v3/jobs", "GET /v3/jobs/j1", "GET /v3/jobs/j1", "GET /v3/jobs/j1"}));
  BOOST_CHECK((stage.printed == std::vector<std::string>{R"({"data":{"status":"completed"}})"}));
  BOOST_TEST(stage.lines.back().empty());
  BOOST_TEST(stage.requests[1].headers.size() == 1U);
}

BOOST_AUTO_TEST_CASE(the_line_shows_state_and_time_and_moves_each_second) {
  Stage stage;
  stage.respond(R"({"data":{"id":"j1"}})");
  stage.state("pending");
  stage.state("completed");
  stage.run();
  BOOST_TEST(stage.lines[0] == "Sending the request…");
  BOOST_TEST(stage.lines[1] == "Waiting for j1: pending, 0ms");
  BOOST_TEST(stage.lines[2] == "Waiting for j1: pending, 1s");
  BOOST_TEST(stage.lines.size() >= 4U);
}

BOOST_AUTO_TEST_CASE(a_failed_job_is_printed_and_an_error) {
  Stage stage;
  stage.respond(R"({"data":{"id":"j1"}})");
  stage.respond(R"({"data":{"status":"failed","failure_message":"no luck"}})");
  const Error error = stage.error();
  BOOST_TEST(has(error.message(), "no luck"));
  BOOST_TEST(names_job(error));
  BOOST_TEST(stage.printed.size() == 1U);
}

BOOST_AUTO_TEST_CASE(timeout_prints_the_last_state_and_exits_4) {
  Stage stage;
  stage.respond(R"({"data":{"id":"j1"}})");
  stage.state("pending");
  const Error error = stage.error(milliseconds(1'500));
  BOOST_CHECK(error.exit == Exit::timeout);
  BOOST_TEST(error.code == code::kTimeout);
  BOOST_TEST(names_job(error));
  BOOST_TEST(stage.printed.size() == 1U);
  BOOST_TEST(stage.clock.monotonic().count() == 1'500);
}

BOOST_AUTO_TEST_CASE(temporary_failures_after_the_first_poll_do_not_end_the_wait) {
  Stage stage;
  stage.respond(R"({"data":{"id":"j1"}})");
  stage.state("pending");
  stage.fault(code::kNetwork);
  stage.fault("unclassified_server_error", 503);
  stage.fault("rate_limit_exceeded", 429);
  stage.fault(code::kTimeout);
  stage.state("completed");
  stage.run(milliseconds(600'000));
  BOOST_TEST(stage.printed.size() == 1U);
  BOOST_TEST(std::ranges::count_if(stage.lines, [](const auto& line) { return has(line, "retrying"); }) > 3);
}

BOOST_AUTO_TEST_CASE(timeout_names_the_last_temporary_failure) {
  Stage stage;
  stage.respond(R"({"data":{"id":"j1"}})");
  stage.state("pending");
  for (int i = 0; i < 3; ++i) stage.fault(code::kNetwork);
  const Error error = stage.error(milliseconds(15'000));
  BOOST_CHECK(error.exit == Exit::timeout);
  BOOST_TEST(has(error.message(), "It went wrong."));
  BOOST_TEST(names_job(error));
  BOOST_TEST(stage.printed.size() == 1U);
}

BOOST_AUTO_TEST_CASE(other_failure_ends_the_wait_with_the_id) {
  for (const auto& [code, status] :
       {std::pair<std::string_view, int>{"video_not_found", 404}, {code::kAuth, 0}, {"unauthorized", 401}}) {
    Stage stage;
    stage.respond(R"({"data":{"id":"j1"}})");
    stage.state("pending");
    stage.fault(code, status);
    const Error error = stage.error();
    BOOST_TEST(error.code == code);
    BOOST_TEST(names_job(error));
  }
}

BOOST_AUTO_TEST_CASE(failed_first_poll_ends_the_wait_with_the_id) {
  Stage stage;
  stage.respond(R"({"data":{"id":"j1"}})");
  stage.fault(code::kNetwork);
  BOOST_TEST(names_job(stage.error()));
}

BOOST_AUTO_TEST_CASE(response_without_json_or_state_ends_the_wait_with_the_id) {
  for (const char* text : {"<html>", "{}", R"({"data":{"status":null}})"}) {
    Stage stage;
    stage.respond(R"({"data":{"id":"j1"}})");
    stage.respond(text);
    BOOST_TEST(names_job(stage.error()));
  }
}

BOOST_AUTO_TEST_CASE(ctrl_c_between_polls_names_the_job) {
  Stage stage;
  stage.clock.on_wait = [&] { stage.cancel.request(); };
  stage.respond(R"({"data":{"id":"j1"}})");
  stage.state("pending");
  const Error error = stage.error();
  BOOST_TEST(error.code == code::kCanceled);
  BOOST_TEST(names_job(error));
}

BOOST_AUTO_TEST_CASE(ctrl_c_while_the_job_is_created_awaits_its_id) {
  Stage stage;
  stage.respond(R"({"data":{"id":"j1"}})");
  stage.on_send = [&] { stage.cancel.request(); };
  const Error error = stage.error();
  BOOST_TEST(error.code == code::kCanceled);
  BOOST_TEST(names_job(error));
  BOOST_TEST(stage.sent.size() == 1U);
  BOOST_TEST(stage.requests[0].grace.count() > 0);
}

BOOST_AUTO_TEST_CASE(lost_response_to_create_says_the_job_may_have_started) {
  Stage stage;
  stage.fault(code::kCanceled);
  BOOST_TEST(has(stage.error().hint, "may have started"));
  Stage late;
  late.fault(code::kTimeout);
  late.on_send = [&] { late.clock.advance(milliseconds(60'000)); };
  const Error error = late.error();
  BOOST_CHECK(error.exit == Exit::timeout);
  BOOST_TEST(has(error.hint, "may have started"));
}

BOOST_AUTO_TEST_CASE(response_without_id_is_shown) {
  Stage stage;
  stage.respond(R"({"data":{"job":"j1"}})");
  const Error error = stage.error();
  BOOST_TEST(error.code == code::kResponseParse);
  BOOST_TEST(has(error.hint, R"({"data":{"job":"j1"}})"));
}

BOOST_AUTO_TEST_CASE(batch_response_is_an_error_that_names_every_id) {
  Stage stage;
  stage.poll.id_field = "data.ids.0";
  stage.respond(R"({"data":{"ids":["j1","j2","j3"]}})");
  const Error error = stage.error();
  BOOST_TEST(error.code == code::kBatchNotSupported);
  BOOST_TEST(has(error.hint, "j1, j2, j3"));
}

BOOST_AUTO_TEST_SUITE_END()
