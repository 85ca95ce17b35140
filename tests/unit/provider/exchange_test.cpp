// SPDX-License-Identifier: Apache-2.0
#include "core/provider/call/exchange.hpp"

#include <poll.h>

#include <boost/test/unit_test.hpp>
#include <future>

#include "tests/support/clock.hpp"
#include "tests/support/http.hpp"

using namespace heygen;
using namespace heygen::provider;
using State = Exchange::State;

namespace {

/// Connects at once or never, and responds when the test says so.
class SlowHttp : public net::Http {
 public:
  std::unique_ptr<net::Response> send(const net::Request& request, const Cancel& cancel) override {
    if (!connects) {
      pollfd canceled{cancel.descriptor(), POLLIN, 0};
      poll(&canceled, 1, -1);
      throw net::Failure(net::Failure::Kind::canceled, "Canceled.");
    }
    request.on_sent(1);
    sent.set_value();
    respond.get_future().wait();
    return std::make_unique<test::CannedResponse>(test::ScriptedResponse{200, "late"});
  }

  bool connects = true;
  std::promise<void> sent, respond;
};

struct Fixture {
  static net::Request post() {
    net::Request request;
    request.method = "POST";
    request.url = net::Url::parse("https://id.example/token");
    request.headers = {{"Accept", "application/json"}};
    return request;
  }

  SlowHttp http;
  test::FakeClock clock;
  Cancel cancel;
  const std::chrono::milliseconds past{0};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(provider_exchange, Fixture)

BOOST_AUTO_TEST_CASE(sent_exchange_stays_under_way_past_the_deadline_and_its_response_is_taken_later) {
  Exchange exchange(http, post(), "a=b", 1024);
  http.sent.get_future().wait();
  BOOST_TEST((exchange.wait(past, clock, cancel, {}) == State::under_way));
  http.respond.set_value();
  BOOST_TEST((exchange.wait({}, clock, cancel, {}) == State::complete));
  BOOST_TEST(exchange.take()->body == "late");
}

BOOST_AUTO_TEST_CASE(exchange_that_was_not_sent_by_the_deadline_is_given_up) {
  http.connects = false;
  Exchange exchange(http, post(), "a=b", 1024);
  BOOST_TEST((exchange.wait(past, clock, cancel, {}) == State::not_sent));
}

BOOST_AUTO_TEST_CASE(cancellation_ends_an_exchange) {
  http.connects = false;
  Exchange exchange(http, post(), "a=b", 1024);
  cancel.request();
  BOOST_TEST((exchange.wait({}, clock, cancel, {}) == State::complete));
  BOOST_CHECK_EXCEPTION(exchange.take(), net::Failure,
                        [](const net::Failure& failure) { return failure.kind == net::Failure::Kind::canceled; });
}

BOOST_AUTO_TEST_CASE(response_is_for_the_same_request_alone) {
  Exchange exchange(http, post(), "a=b", 1024);
  BOOST_TEST(exchange.is_for(post(), "a=b"));
  BOOST_TEST(!exchange.is_for(post(), "a=c"));
  net::Request other = post();
  other.url = net::Url::parse("https://id.example/revoke");
  BOOST_TEST(!exchange.is_for(other, "a=b"));
  other = post();
  other.headers[0].value = "text/html";
  BOOST_TEST(!exchange.is_for(other, "a=b"));
  http.respond.set_value();
}

BOOST_AUTO_TEST_SUITE_END()
