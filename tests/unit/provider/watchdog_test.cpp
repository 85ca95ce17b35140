// SPDX-License-Identifier: Apache-2.0
#include "core/provider/call/watchdog.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <future>
#include <thread>

using namespace heygen::provider;
using namespace std::chrono_literals;

namespace {

/// A watchdog whose alarm can be awaited.
struct Watched {
  explicit Watched(std::chrono::milliseconds limit)
      : watchdog(limit, [this](const std::string& where, std::chrono::milliseconds waited) {
          alarm.set_value({where, waited});
        }) {}
  std::promise<std::pair<std::string, std::chrono::milliseconds>> alarm;
  std::future<std::pair<std::string, std::chrono::milliseconds>> heard = alarm.get_future();
  Watchdog watchdog;
};

constexpr auto kLongTime = 20s;

}  // namespace

BOOST_AUTO_TEST_SUITE(provider_watchdog)

BOOST_AUTO_TEST_CASE(hanging_function_is_named) {
  Watched watched(1ms);
  const Breadcrumb crumb("vault", Function::resolve);
  BOOST_REQUIRE((watched.heard.wait_for(kLongTime) == std::future_status::ready));
  const auto [where, waited] = watched.heard.get();
  BOOST_TEST(where == "resolve() of provider vault");
  BOOST_TEST((waited == 1ms));
}

BOOST_AUTO_TEST_CASE(slow_call_is_told_once_but_for_a_login) {
  std::promise<std::string> told;
  Watchdog watchdog(
      1h, [](const std::string&, std::chrono::milliseconds) {},
      [&](const std::string& where) { told.set_value(where); });
  { const Breadcrumb login("vault", Function::login); }
  std::future<std::string> heard = told.get_future();
  const Breadcrumb crumb("vault", Function::resolve);
  BOOST_REQUIRE((heard.wait_for(kLongTime) == std::future_status::ready));
  BOOST_TEST(heard.get() == "resolve() of provider vault");
}

BOOST_AUTO_TEST_CASE(time_in_a_service_does_not_count) {
  Watched watched(50ms);
  const Breadcrumb crumb("vault", Function::refresh);
  {
    const ServiceScope mark;
    BOOST_TEST((watched.heard.wait_for(300ms) == std::future_status::timeout));
  }
  BOOST_TEST((watched.heard.wait_for(kLongTime) == std::future_status::ready));
}

BOOST_AUTO_TEST_CASE(returned_call_is_not_watched) {
  Watched watched(50ms);
  { const Breadcrumb crumb("vault", Function::resolve); }
  const ServiceScope no_call;
  BOOST_TEST((watched.heard.wait_for(200ms) == std::future_status::timeout));
}

BOOST_AUTO_TEST_CASE(time_while_the_process_is_stopped_does_not_count) {
  constexpr auto kDeadline = 700ms;
  std::array<int, 2> said{};
  BOOST_REQUIRE(pipe(said.data()) == 0);
  const pid_t process = fork();
  if (process == 0) {
    Watchdog watchdog(kDeadline, [](const std::string&, std::chrono::milliseconds) { _exit(1); });
    const Breadcrumb crumb("vault", Function::resolve);
    if (write(said[1], "x", 1) != 1) _exit(2);
    constexpr int kSteps = 10;  // of the provider's work, half of the time that it has
    for (int i = 0; i < kSteps; ++i) std::this_thread::sleep_for(kDeadline / 2 / kSteps);
    _exit(0);
  }
  char ready = 0;
  BOOST_REQUIRE(read(said[0], &ready, 1) == 1);
  kill(process, SIGSTOP);
  int status = 0;
  waitpid(process, &status, WUNTRACED);
  std::this_thread::sleep_for(kDeadline + 500ms);
  kill(process, SIGCONT);
  waitpid(process, &status, 0);
  BOOST_TEST(WEXITSTATUS(status) == 0);
  close(said[0]);
  close(said[1]);
}

BOOST_AUTO_TEST_CASE(login_and_cancellable_calls_get_more_time) {
  for (const bool login : {true, false}) {
    Watched watched(20ms);
    const Breadcrumb crumb("vault", login ? Function::login : Function::resolve);
    if (!login) call_observer()->polls_cancellation();
    BOOST_REQUIRE((watched.heard.wait_for(kLongTime) == std::future_status::ready));
    BOOST_TEST((watched.heard.get().second == 200ms));
  }
}

BOOST_AUTO_TEST_CASE(shorter_timeout_after_a_longer_one_is_noticed) {
  Watched watched(100ms);
  {
    const Breadcrumb crumb("vault", Function::login);
    BOOST_TEST((watched.heard.wait_for(150ms) == std::future_status::timeout));
  }
  const Breadcrumb crumb("vault", Function::revoke);
  BOOST_TEST((watched.heard.wait_for(kLongTime) == std::future_status::ready));
  BOOST_TEST((watched.heard.get().second == 100ms));
}

BOOST_AUTO_TEST_CASE(breadcrumb_escapes_the_library_name) {
  const Breadcrumb crumb("a\"\\\x1b[31m\n", Function::load);
  BOOST_TEST(breadcrumb() == "load() of provider a???[31m?");
}

BOOST_AUTO_TEST_SUITE_END()
