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
const std::string kCreated = R"({"data":{"id":"j1"}})";

/// The job is created and asked about by script; what is not in it fails the test.
struct Stage {
  std::deque<std::variant<std::string, Error>> script;
  std::vector<std::string> sent, printed, lines;
  std::string last_words, kept;
  heygen::JobReference last_job;
  std::optional<Error> print_fault;
  std::vector<transport::ApiRequest> requests;
  std::function<void()> on_send = [] {};
  api::Poll poll{.endpoint = "/v3/jobs/{id}",
                 .status_field = "data.status",
                 .id_field = "data.id",
                 .done = kDone,
                 .failed = kFailed,
                 .follow_up = "job get",
                 .single = "",
                 .unless_field = "",
                 .unless_value = ""};
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
                                 .print =
                                     [this](const std::string& text) {
                                       printed.push_back(text);
                                       if (print_fault) throw Error(*print_fault);
                                     },
                                 .status = [this](const std::string& line) { lines.push_back(line); },
                                 .last_words =
                                     [this](const std::string& hint, const heygen::JobReference& job) {
                                       last_words = hint;
                                       last_job = job;
                                     },
                                 .keep = [this](const std::string& text) { kept = text; },
                                 .clock = clock,
                                 .random = random,
                                 .cancel = cancel};
    transport::ApiRequest create;
    create.method = "POST";
    create.path = "/v3/jobs";
    create.look = "heygen job list";
    create.headers = {{"X-HeyGen-Client-Source", "test"}};
    api::Command command;
    command.poll = &poll;
    run_and_wait(needs, command, create, limit);
    BOOST_TEST(script.empty(), "responses are left that no request asked for");
  }

  /// The poll is refused with a Retry-After of so many seconds.
  void busy(std::int64_t seconds) {
    Error error("rate_limit_exceeded", "Too many requests.");
    error.http_status = 429;
    error.retry_after = seconds;
    script.emplace_back(error);
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

BOOST_AUTO_TEST_CASE(stopped_process_asks_once_more_before_the_timeout_counts) {
  for (const bool in_poll : {false, true}) {
    Stage stage;
    stage.respond(kCreated);
    stage.state("pending");
    stage.state("completed");
    const auto stop = [&] {
      if (stage.sent.size() == 2 && stage.clock.monotonic().count() < 60'000) stage.clock.advance(milliseconds(60'000));
    };
    (in_poll ? stage.on_send : stage.clock.on_wait) = stop;
    stage.run(milliseconds(10'000));
    BOOST_TEST(stage.requests[2].deadline.value().count() > stage.clock.monotonic().count());
    BOOST_TEST(stage.printed.size() == 1U);
  }
  Stage pending;
  pending.clock.on_wait = [&] { pending.clock.advance(milliseconds(60'000)); };
  pending.respond(kCreated);
  pending.state("pending");
  pending.state("pending");
  BOOST_TEST(pending.error(milliseconds(10'000)).code == code::kTimeout);
}

BOOST_AUTO_TEST_CASE(process_stopped_while_creating_still_polls) {
  Stage stage;
  stage.respond(kCreated);
  stage.state("completed");
  stage.on_send = [&] {
    if (stage.sent.size() == 1) stage.clock.advance(milliseconds(60'000));
  };
  stage.run(milliseconds(10'000));
  BOOST_TEST(stage.printed.size() == 1U);
}

BOOST_AUTO_TEST_CASE(failed_job_that_cannot_be_printed_is_still_a_failed_job) {
  Stage stage;
  stage.print_fault = Error(code::kFileIo, "The disk is full.");
  stage.respond(kCreated);
  stage.state("failed");
  const Error error = stage.error();
  BOOST_TEST(error.code == "job_failed");
  BOOST_TEST(has(error.hint, "The disk is full."));
  BOOST_TEST(names_job(error));
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

BOOST_AUTO_TEST_CASE(other_failure_ends_the_wait_with_id_and_last_state) {
  for (const auto& [code, status] : {std::pair<std::string_view, int>{"bad", 400}, {code::kAuth, 0}, {"no", 401}}) {
    Stage stage;
    stage.respond(kCreated);
    stage.state("pending");
    stage.fault(code, status);
    const Error error = stage.error();
    BOOST_TEST(error.code == code);
    BOOST_TEST(names_job(error));
    BOOST_CHECK((stage.printed == std::vector<std::string>{R"({"data":{"status":"pending"}})"}));
  }
}

BOOST_AUTO_TEST_CASE(failed_first_poll_prints_the_response_to_create) {
  Stage stage;
  stage.respond(kCreated);
  stage.fault("bad", 400);
  const Error error = stage.error();
  BOOST_TEST(names_job(error));
  BOOST_REQUIRE(error.job.has_value());
  BOOST_CHECK((error.job->ids == std::vector<std::string>{"j1"}));
  BOOST_TEST(error.job->show == "heygen job get j1");
  BOOST_CHECK((stage.printed == std::vector<std::string>{kCreated}));
}

BOOST_AUTO_TEST_CASE(first_poll_that_fails_in_passing_is_repeated) {
  for (const auto& [code, status] : {std::pair<std::string_view, int>{"not_found", 404},
                                     {"bad_gateway", 502},
                                     {code::kNetwork, 0},
                                     {code::kTimeout, 0},
                                     {"slow", 408}}) {
    Stage stage;
    stage.respond(kCreated);
    for (int i = 0; i < 6; ++i) stage.fault(code, status);
    stage.state("completed");
    stage.run(milliseconds(600'000));
    BOOST_TEST(stage.printed.size() == 1U);
  }
}

BOOST_AUTO_TEST_CASE(job_that_stays_unknown_ends_the_wait) {
  Stage stage;
  stage.respond(kCreated);
  for (int i = 0; i < 9; ++i) stage.fault("not_found", 404);
  const Error error = stage.error(milliseconds(600'000));
  BOOST_TEST(error.code == "not_found");
  BOOST_TEST(stage.clock.monotonic().count() < 40'000);
  BOOST_CHECK((stage.printed == std::vector<std::string>{kCreated}));
}

BOOST_AUTO_TEST_CASE(retry_after_of_a_poll_is_waited_for) {
  Stage stage;
  stage.respond(kCreated);
  stage.busy(90);
  stage.state("completed");
  stage.run(milliseconds(600'000));
  BOOST_TEST(stage.clock.monotonic().count() == 90'000);
}

BOOST_AUTO_TEST_CASE(retry_after_beyond_the_timeout_ends_the_wait_at_once) {
  Stage stage;
  stage.respond(kCreated);
  stage.busy(600);
  const Error error = stage.error(milliseconds(60'000));
  BOOST_TEST(error.code == "rate_limit_exceeded");
  BOOST_TEST(error.retry_after.value() == 600);
  BOOST_TEST(names_job(error));
  BOOST_TEST(stage.clock.monotonic().count() == 0);
  BOOST_CHECK((stage.printed == std::vector<std::string>{kCreated}));
}

BOOST_AUTO_TEST_CASE(response_without_json_ends_the_wait_with_what_came_before) {
  Stage stage;
  stage.respond(kCreated);
  stage.respond("<html>");
  BOOST_TEST(names_job(stage.error()));
  BOOST_CHECK((stage.printed == std::vector<std::string>{kCreated}));
}

BOOST_AUTO_TEST_CASE(status_that_is_not_text_ends_the_wait_with_it) {
  for (const char* text : {"{}", R"({"data":{"status":null}})", R"({"data":{"status":3}})", R"({"data":{"status":""}})",
                           R"({"data":{"status":{"code":"completed"}}})", R"({"data":{"status":true}})"}) {
    Stage stage;
    stage.respond(kCreated);
    stage.respond(text);
    const Error error = stage.error();
    BOOST_TEST(error.code == code::kResponseParse);
    BOOST_TEST(names_job(error));
    BOOST_CHECK((stage.printed == std::vector<std::string>{text}));
  }
}

BOOST_AUTO_TEST_CASE(final_status_that_the_catalog_does_not_know_ends_the_wait_with_it) {
  for (const char* status : {"canceled", "EXPIRED", "rejected", "error", "moderation_failed"}) {
    Stage stage;
    stage.respond(kCreated);
    stage.state(status);
    const Error error = stage.error();
    BOOST_TEST(has(error.message(), status));
    BOOST_TEST(names_job(error));
    BOOST_TEST(stage.printed.size() == 1U);
  }
  for (const char* status : {"COMPLETED", "succeeded", "done"}) {
    Stage stage;
    stage.respond(kCreated);
    stage.state(status);
    stage.run();
    BOOST_TEST(stage.printed.size() == 1U);
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
  BOOST_TEST(stage.printed.size() == 1U);
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

BOOST_AUTO_TEST_CASE(lost_response_to_create_says_how_to_look) {
  Stage late;
  Error lost(code::kTimeout, "Nothing came.", "The request may have taken effect.");
  lost.may_have_taken_effect = true;
  late.script.emplace_back(lost);
  late.on_send = [&] { late.clock.advance(milliseconds(60'000)); };
  const Error error = late.error();
  BOOST_CHECK(error.exit == Exit::timeout);
  BOOST_TEST(has(error.hint, "may have taken effect"));
  BOOST_REQUIRE(error.job.has_value());
  BOOST_TEST(error.job->ids.empty());
  BOOST_TEST(error.job->show == "heygen job list");
  BOOST_TEST(has(late.last_words, "`heygen job list`"));
  BOOST_TEST(late.last_job.show == "heygen job list");
}

BOOST_AUTO_TEST_CASE(create_that_was_refused_names_no_job) {
  Stage stage;
  stage.fault("invalid_parameter", 400);
  const Error error = stage.error();
  BOOST_TEST(!error.job.has_value());
  BOOST_TEST(stage.printed.empty());
}

BOOST_AUTO_TEST_CASE(second_ctrl_c_names_the_job_too) {
  Stage stage;
  stage.respond(kCreated);
  stage.state("completed");
  stage.run();
  BOOST_TEST(has(stage.last_words, "`heygen job get j1`"));
  BOOST_TEST(stage.last_job.show == "heygen job get j1");
  BOOST_REQUIRE(stage.last_job.ids.size() == 1U);
  BOOST_TEST(stage.last_job.ids.front() == "j1");
}

BOOST_AUTO_TEST_CASE(what_is_known_of_the_job_is_kept_for_a_sudden_end_until_it_is_printed) {
  Stage stage;
  stage.respond(kCreated);
  stage.state("running");
  stage.state("completed");
  std::vector<std::string> kept;
  stage.on_send = [&] { kept.push_back(stage.kept); };
  stage.run();
  BOOST_REQUIRE(kept.size() == 3U);
  BOOST_TEST(kept[0].empty());
  BOOST_TEST(kept[1] == kCreated);
  BOOST_TEST(has(kept[2], "running"));
  BOOST_TEST(stage.kept.empty());
}

BOOST_AUTO_TEST_CASE(response_without_id_is_printed) {
  Stage stage;
  stage.respond(R"({"data":{"job":"j1"}})");
  const Error error = stage.error();
  BOOST_TEST(error.code == code::kResponseParse);
  BOOST_TEST(has(error.hint, "may have taken effect"));
  BOOST_CHECK((stage.printed == std::vector<std::string>{R"({"data":{"job":"j1"}})"}));
}

BOOST_AUTO_TEST_CASE(batch_response_is_printed_and_every_id_named) {
  Stage stage;
  stage.poll.id_field = "data.ids.0";
  const std::string response = R"({"data":{"ids":["j1","j2","j3"],"session_id":"s1"}})";
  stage.respond(response);
  const Error error = stage.error();
  BOOST_TEST(error.code == code::kBatchNotSupported);
  BOOST_TEST(has(error.hint, "`heygen job get j3`"));
  BOOST_CHECK((stage.printed == std::vector<std::string>{response}));
  BOOST_REQUIRE(error.job.has_value());
  BOOST_CHECK((error.job->ids == std::vector<std::string>{"j1", "j2", "j3", "s1"}));
  BOOST_TEST(error.job->show == "heygen job get j1 && heygen job get j2 && heygen job get j3");
}

BOOST_AUTO_TEST_CASE(result_that_cannot_be_printed_names_the_job) {
  Stage stage;
  stage.print_fault = Error(code::kError, "The disk is full.");
  stage.respond(kCreated);
  stage.state("completed");
  const Error error = stage.error();
  BOOST_TEST(error.message() == "The disk is full.");
  BOOST_TEST(names_job(error));
}

BOOST_AUTO_TEST_SUITE_END()
