// SPDX-License-Identifier: Apache-2.0
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include <boost/test/unit_test.hpp>

#include "client.hpp"
#include "peer.hpp"

using namespace peer;

namespace {

/// Cancellation promises about 100 ms; a loaded machine may add as much again.
constexpr auto kPrompt = 500ms;

/// Reads the request, says so, and never answers.
Server::Script silent(std::promise<void>& arrived) {
  return [&arrived](Peer& peer) {
    peer.request();
    arrived.set_value();
    peer.wait_for_close();
  };
}

/// A client in a process of its own, which can be stopped. Its limits are one second.
class OtherProcess {
 public:
  void start(const Url& url) {
    BOOST_REQUIRE(::pipe(said_.data()) == 0);
    process_ = ::fork();
    if (process_ == 0) run(url);
    ::close(said_[1]);
    started_.set_value();
  }
  void stop() {
    is_started_.wait();
    ::kill(process_, SIGSTOP);
    int status = 0;
    ::waitpid(process_, &status, WUNTRACED);
  }
  void resume() const { ::kill(process_, SIGCONT); }
  static void let_the_limits_pass() { std::this_thread::sleep_for(kLimit + 500ms); }
  /// What it received, or the reason why it did not.
  std::string end() {
    resume();
    std::string text(256, '\0');
    const ssize_t count = ::read(said_[0], text.data(), text.size());
    ::waitpid(process_, nullptr, 0);
    ::close(said_[0]);
    return text.substr(0, count > 0 ? static_cast<std::size_t>(count) : 0);
  }

 private:
  static constexpr auto kLimit = 1s;
  [[noreturn]] void run(const Url& url) const {
    const Client client;
    Request request = client.request(url);
    request.timeouts = {.connect = kLimit, .idle = kLimit, .total = kLimit};
    std::string text;
    try {
      text = client.fetch(request);
    } catch (const std::exception& error) {
      text = error.what();
    }
    const bool written = ::write(said_[1], text.data(), text.size()) >= 0;
    ::_exit(written ? 0 : 1);
  }

  std::array<int, 2> said_{};
  pid_t process_ = 0;
  std::promise<void> started_;
  std::future<void> is_started_ = started_.get_future();
};

}  // namespace

BOOST_AUTO_TEST_SUITE(waiting)

BOOST_AUTO_TEST_CASE(silent_server_meets_the_idle_limit) {
  Server server([](Peer& peer) { peer.wait_for_close(); });
  const Client client;
  Request request = client.request(server.url());
  request.timeouts.idle = 100ms;
  const Failure failure = client.failure(request);
  BOOST_TEST((failure.kind == Kind::timeout));
  BOOST_TEST(mentions(failure.what(), "for 100ms"), failure.what());
  BOOST_TEST(failure.sent);
}

BOOST_AUTO_TEST_CASE(server_that_takes_no_bytes_meets_the_idle_limit) {
  std::promise<void> over;
  auto waiting = over.get_future();
  Server server([&](Peer&) { waiting.wait(); });
  const Client client;
  Request request = client.request(server.url(), "POST");
  PatternBody body(64U << 20U);
  request.body = &body;
  request.timeouts.idle = 100ms;
  const Failure failure = client.failure(request);
  over.set_value();
  BOOST_TEST((failure.kind == Kind::timeout), failure.what());
  BOOST_TEST(failure.sent);
}

BOOST_AUTO_TEST_CASE(slow_drip_meets_the_total_limit_not_the_idle_limit) {
  Server server([](Peer& peer) {
    peer.request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    do peer.send("x");
    while (!peer.wait_for_close(5));
  });
  const Client client;
  Request request = client.request(server.url());
  request.timeouts.total = 250ms;
  const auto response = client.send(request);
  BOOST_CHECK_EXCEPTION(read_all(*response, 1 << 20), Failure,
                        [](const Failure& failure) { return failure.kind == Kind::timeout && failure.sent; });
}

BOOST_AUTO_TEST_CASE(drip_of_headers_meets_the_total_limit) {
  Server server([](Peer& peer) {
    peer.request();
    peer.send("HTTP/1.1 200 OK\r\nX: ");
    do peer.send("x");
    while (!peer.wait_for_close(5));
  });
  const Client client;
  Request request = client.request(server.url());
  request.timeouts.total = 150ms;
  const Failure failure = client.failure(request);
  BOOST_TEST((failure.kind == Kind::timeout), failure.what());
}

BOOST_AUTO_TEST_CASE(slow_reader_is_not_blamed_on_the_server) {
  Server server([](Peer& peer) {
    peer.request();
    peer.respond("0123456789");
    peer.wait_for_close();
  });
  const Client client;
  Request request = client.request(server.url());
  request.timeouts = {.connect = 20s, .idle = 30ms, .total = 0ms};
  const auto response = client.send(request);
  std::array<char, 5> half{};
  BOOST_TEST(response->read(half) == 5U);
  std::promise<void> never;
  never.get_future().wait_for(60ms);  // the reader's own pause, longer than the idle limit
  BOOST_TEST(response->read(half) == 5U);
}

BOOST_AUTO_TEST_CASE(handshake_without_an_answer_meets_the_connect_limit) {
  Server server([](Peer& peer) { peer.wait_for_close(); });
  const Client client;
  Request request = client.request(Url::parse("https://" + server.authority()));
  request.timeouts.connect = 100ms;
  const Failure failure = client.failure(request);
  BOOST_TEST((failure.kind == Kind::timeout));
  BOOST_TEST(mentions(failure.what(), "Timed out after 100ms connecting to " + server.authority()), failure.what());
  BOOST_TEST(!failure.sent);
}

BOOST_AUTO_TEST_CASE(nothing_is_sent_once_canceled) {
  Server server([](Peer& peer) { peer.wait_for_close(); });
  Client client;
  client.cancel.request();
  const Failure failure = client.failure(client.request(server.url()));
  BOOST_TEST((failure.kind == Kind::canceled));
  BOOST_TEST(!failure.sent);
  BOOST_TEST(server.accepted() == 0);
}

BOOST_AUTO_TEST_CASE(waiting_for_a_response_can_be_canceled) {
  std::promise<void> arrived;
  Server server(silent(arrived));
  Client client;
  Canceler canceler(client.cancel, arrived.get_future());
  const Failure failure = client.failure(client.request(server.url()));
  BOOST_TEST((canceler.delay() < kPrompt));
  BOOST_TEST((failure.kind == Kind::canceled));
  BOOST_TEST(failure.sent);
}

BOOST_AUTO_TEST_CASE(waiting_for_the_rest_of_a_body_can_be_canceled) {
  std::promise<void> arrived;
  Server server([&](Peer& peer) {
    peer.request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01");
    arrived.set_value();
    peer.wait_for_close();
  });
  Client client;
  Canceler canceler(client.cancel, arrived.get_future());
  const Failure failure = client.failure(client.request(server.url()));
  BOOST_TEST((canceler.delay() < kPrompt));
  BOOST_TEST((failure.kind == Kind::canceled));
}

BOOST_AUTO_TEST_CASE(stuck_upload_can_be_canceled_and_gets_no_grace) {
  std::promise<void> arrived;
  std::promise<void> over;
  auto waiting = over.get_future();
  Server server([&](Peer& peer) {
    peer.head();
    arrived.set_value();
    waiting.wait();
  });
  Client client;
  Request request = client.request(server.url(), "POST");
  PatternBody body(64U << 20U);
  request.body = &body;
  request.grace = 20s;
  Canceler canceler(client.cancel, arrived.get_future());
  const Failure failure = client.failure(request);
  BOOST_TEST((canceler.delay() < kPrompt));
  over.set_value();
  BOOST_TEST((failure.kind == Kind::canceled));
  BOOST_TEST(failure.sent);
}

BOOST_AUTO_TEST_CASE(a_tls_handshake_can_be_canceled) {
  std::promise<void> arrived;
  Server server([&](Peer& peer) {
    peer.skip(1);
    arrived.set_value();
    peer.wait_for_close();
  });
  Client client;
  Canceler canceler(client.cancel, arrived.get_future());
  const Failure failure = client.failure(client.request(Url::parse("https://" + server.authority())));
  BOOST_TEST((canceler.delay() < kPrompt));
  BOOST_TEST((failure.kind == Kind::canceled));
  BOOST_TEST(!failure.sent);
}

BOOST_AUTO_TEST_CASE(request_that_was_sent_keeps_its_grace) {
  std::promise<void> arrived;
  Client client;
  Server server([&](Peer& peer) {
    peer.request();
    client.cancel.request();
    peer.respond("saved");
    peer.wait_for_close();
  });
  Request request = client.request(server.url(), "POST");
  TextBody body("refresh");
  request.body = &body;
  request.grace = 20s;
  BOOST_TEST(client.fetch(request) == "saved");
}

BOOST_AUTO_TEST_CASE(the_grace_ends) {
  std::promise<void> arrived;
  Server server(silent(arrived));
  Client client;
  Request request = client.request(server.url());
  request.grace = 150ms;
  Canceler canceler(client.cancel, arrived.get_future());
  const Failure failure = client.failure(request);
  const auto delay = canceler.delay();
  BOOST_TEST((delay >= 140ms));
  BOOST_TEST((delay < 150ms + kPrompt));
  BOOST_TEST((failure.kind == Kind::canceled));
}

BOOST_AUTO_TEST_CASE(response_that_arrives_while_the_process_is_stopped_is_read) {
  std::promise<void> stopped;
  auto is_stopped = stopped.get_future();
  std::promise<void> responded;
  OtherProcess other;
  Server server([&](Peer& peer) {
    peer.request();
    other.stop();
    stopped.set_value();
    peer.respond("saved");
    responded.set_value();
    peer.wait_for_close();
  });
  other.start(server.url());
  is_stopped.wait();
  responded.get_future().wait();
  OtherProcess::let_the_limits_pass();
  BOOST_TEST(other.end() == "saved");
}

BOOST_AUTO_TEST_CASE(time_while_stopped_counts_for_no_limit) {
  std::promise<void> continued;
  auto has_continued = continued.get_future();
  std::promise<void> stopped;
  OtherProcess other;
  Server server([&](Peer& peer) {
    peer.request();
    other.stop();
    stopped.set_value();
    has_continued.wait();
    peer.respond("late");
    peer.wait_for_close();
  });
  other.start(server.url());
  stopped.get_future().wait();
  OtherProcess::let_the_limits_pass();
  other.resume();
  continued.set_value();
  BOOST_TEST(other.end() == "late");
}

BOOST_AUTO_TEST_CASE(endless_response_meets_the_total_limit) {
  Server server([](Peer& peer) {
    peer.request();
    peer.send("HTTP/1.1 200 OK\r\n\r\n");
    const std::string piece(1 << 16, 'x');
    while (!peer.wait_for_close(0)) peer.send(piece);
  });
  const Client client;
  Request request = client.request(server.url());
  request.timeouts.total = 100ms;
  const auto response = client.send(request);
  std::array<char, 1024> piece{};
  BOOST_CHECK_EXCEPTION(while (response->read(piece) > 0) continue, Failure,
                        [](const Failure& failure) { return failure.kind == Kind::timeout; });
}

BOOST_AUTO_TEST_SUITE_END()
