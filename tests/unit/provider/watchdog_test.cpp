#include "core/provider/call/watchdog.hpp"

#include <boost/test/unit_test.hpp>
#include <future>

#include "core/provider/provider.hpp"

using namespace heygen::provider;
using namespace std::chrono_literals;

namespace {

/// A watchdog whose alarm can be awaited.
struct Watched {
  explicit Watched(std::chrono::milliseconds patience)
      : watchdog(patience, [this](const std::string& where, std::chrono::milliseconds waited) {
          alarm.set_value({where, waited});
        }) {}
  std::promise<std::pair<std::string, std::chrono::milliseconds>> alarm;
  std::future<std::pair<std::string, std::chrono::milliseconds>> heard = alarm.get_future();
  Watchdog watchdog;
};

constexpr auto kLongTime = 20s;

}  // namespace

BOOST_AUTO_TEST_SUITE(provider_watchdog)

BOOST_AUTO_TEST_CASE(a_function_that_hangs_is_named) {
  Watched watched(1ms);
  const Breadcrumb crumb("vault", "resolve");
  BOOST_REQUIRE((watched.heard.wait_for(kLongTime) == std::future_status::ready));
  const auto [where, waited] = watched.heard.get();
  BOOST_TEST(where == "resolve() of provider vault");
  BOOST_TEST((waited == 1ms));
}

BOOST_AUTO_TEST_CASE(time_in_a_service_does_not_count_and_time_after_it_does) {
  Watched watched(50ms);
  const Breadcrumb crumb("vault", "refresh");
  {
    const ServiceScope mark;
    BOOST_TEST((watched.heard.wait_for(300ms) == std::future_status::timeout));
  }
  BOOST_TEST((watched.heard.wait_for(kLongTime) == std::future_status::ready));
}

BOOST_AUTO_TEST_CASE(a_call_that_returned_is_forgotten) {
  Watched watched(50ms);
  { const Breadcrumb crumb("vault", "resolve"); }
  const ServiceScope no_call;
  BOOST_TEST((watched.heard.wait_for(200ms) == std::future_status::timeout));
}

BOOST_AUTO_TEST_CASE(a_login_and_who_heeds_cancellation_get_more_time) {
  for (const bool login : {true, false}) {
    Watched watched(20ms);
    const Breadcrumb crumb("vault", login ? "login" : "resolve");
    if (!login) call_watch()->polls_cancellation();
    BOOST_REQUIRE((watched.heard.wait_for(kLongTime) == std::future_status::ready));
    BOOST_TEST((watched.heard.get().second == 200ms));
  }
}

BOOST_AUTO_TEST_CASE(a_shorter_wait_after_a_longer_one_is_noticed) {
  Watched watched(100ms);
  {
    const Breadcrumb crumb("vault", "login");
    BOOST_TEST((watched.heard.wait_for(150ms) == std::future_status::timeout));
  }
  const Breadcrumb crumb("vault", "revoke");
  BOOST_TEST((watched.heard.wait_for(kLongTime) == std::future_status::ready));
  BOOST_TEST((watched.heard.get().second == 100ms));
}

BOOST_AUTO_TEST_CASE(what_a_file_is_called_cannot_break_the_report) {
  const Breadcrumb crumb("a\"\\\x1b[31m\n", "load");
  BOOST_TEST(breadcrumb() == "load() of provider a???[31m?");
}

BOOST_AUTO_TEST_SUITE_END()
