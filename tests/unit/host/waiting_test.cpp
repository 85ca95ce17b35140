// SPDX-License-Identifier: Apache-2.0
#include "host/ui/waiting.hpp"

#include <boost/test/unit_test.hpp>

#include "core/base/cancel.hpp"
#include "tests/support/clock.hpp"
#include "tests/support/http.hpp"
#include "tests/support/terminal.hpp"

using namespace heygen;
using namespace heygen::host;
using std::chrono::milliseconds;

namespace {

/// Takes so many seconds for each response, and so many for each read of its body.
class SlowHttp : public net::Http {
 public:
  explicit SlowHttp(test::FakeClock& clock) : clock_(clock) {}

  std::unique_ptr<net::Response> send(const net::Request& request, const Cancel& cancel) override {
    for (int i = 0; i < seconds; ++i) {
      clock_.advance(milliseconds(1'000));
      if (request.on_wait) request.on_wait();
    }
    http_.script.push_back(test::ScriptedResponse{.status = 200, .body = "{}"});
    return http_.send(request, cancel);
  }

  int seconds = 0;

 private:
  test::FakeClock& clock_;
  test::FakeHttp http_;
};

struct Scene {
  std::string fetch(std::function<void()> on_wait = {}) {
    net::Request request;
    request.url = net::Url::parse("https://api.test/v3/videos");
    request.on_wait = std::move(on_wait);
    const auto shown = make_shown(http, needs);
    return net::read_all(*shown->send(request, cancel), 100);
  }

  MapEnvironment environment{{{"TERM", "xterm"}}};
  test::FakeTerminal terminal{true, true, true};
  test::FakeClock clock;
  Cancel cancel;
  SlowHttp http{clock};
  transfer::ProgressDependencies needs{terminal, environment, clock};
};

using Lines = std::vector<std::string>;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(waiting_line, Scene)

BOOST_AUTO_TEST_CASE(request_that_takes_seconds_names_its_server_until_the_response) {
  http.seconds = 2;
  BOOST_TEST(fetch() == "{}");
  BOOST_TEST((terminal.statuses ==
              Lines{"Waiting for api.test, 1s (Ctrl-C stops it)", "Waiting for api.test, 2s (Ctrl-C stops it)", ""}));
}

BOOST_AUTO_TEST_CASE(quick_request_shows_nothing) {
  BOOST_TEST(fetch() == "{}");
  BOOST_TEST(terminal.statuses.empty());
}

BOOST_AUTO_TEST_CASE(request_with_a_line_of_its_own_is_left_alone) {
  http.seconds = 2;
  int called = 0;
  BOOST_TEST(fetch([&] { ++called; }) == "{}");
  BOOST_TEST(called == 2);
  BOOST_TEST(terminal.statuses.empty());
}

BOOST_AUTO_TEST_CASE(pipe_gets_nothing) {
  http.seconds = 3;
  terminal.set_terminal(false);
  BOOST_TEST(fetch() == "{}");
  BOOST_TEST(terminal.statuses.empty());
  BOOST_TEST(terminal.notices.empty());
}

BOOST_AUTO_TEST_CASE(dumb_terminal_gets_one_plain_line_after_a_second) {
  environment = MapEnvironment{{{"TERM", "dumb"}}};
  BOOST_TEST(fetch() == "{}");
  BOOST_TEST(terminal.notices.empty());
  http.seconds = 3;
  BOOST_TEST(fetch() == "{}");
  BOOST_TEST((terminal.notices == Lines{"Waiting for api.test, 1s (Ctrl-C stops it)"}));
  BOOST_TEST(terminal.statuses.empty());
}

BOOST_AUTO_TEST_CASE(narrow_terminal_keeps_the_time_left_and_what_ctrl_c_does) {
  const std::string what = "Waiting until the login is approved in the browser";
  const std::string own = "Waiting for another heygen to write the credential (Ctrl-C counts after that)";
  const std::vector<std::tuple<int, std::string, std::string>> lines{
      {100, what, what + ", 4s left (Ctrl-C stops it)"},
      {60, what, "Waiting until the login is appro…, 4s left (Ctrl-C stops it)"},
      {40, what, "Waiting unti…, 4s left (Ctrl-C stops it)"},
      {28, what, "4s left (Ctrl-C stops it)"},
      {60, own, "Waiting for another hey… (Ctrl-C counts after that), 4s left"},
  };
  for (const auto& [width, text, shown] : lines) {
    terminal.set_columns(width + 1);
    WaitingLine line(needs);
    line.show(text, milliseconds(5'000));
    clock.advance(milliseconds(1'000));
    terminal.statuses.clear();
    line.show(text, milliseconds(4'000));
    BOOST_REQUIRE(!terminal.statuses.empty());
    BOOST_TEST(terminal.statuses.back() == shown);
  }
}

BOOST_AUTO_TEST_CASE(wait_is_shown_after_a_second_with_the_time_left_and_erased) {
  WaitingLine line(needs);
  line.show("Waiting for x", milliseconds(5'000));
  BOOST_TEST(terminal.statuses.empty());
  clock.advance(milliseconds(1'000));
  line.show("Waiting for x", milliseconds(4'000));
  line.show("");
  BOOST_TEST((terminal.statuses == Lines{"Waiting for x, 4s left (Ctrl-C stops it)", ""}));
  line.show("Waiting for y");
  BOOST_TEST(terminal.statuses.size() == 2U);
}

BOOST_AUTO_TEST_CASE(wait_that_control_c_does_not_stop_says_so_alone) {
  WaitingLine line(needs);
  line.show("Waiting for x (Ctrl-C counts after that)");
  clock.advance(milliseconds(1'000));
  line.show("Waiting for x (Ctrl-C counts after that)");
  BOOST_TEST((terminal.statuses == Lines{"Waiting for x (Ctrl-C counts after that)"}));
}

BOOST_AUTO_TEST_SUITE_END()
