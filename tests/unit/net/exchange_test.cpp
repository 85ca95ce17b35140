// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <fstream>

#include "client.hpp"
#include "core/base/file.hpp"
#include "core/net/body.hpp"
#include "peer.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace peer;

BOOST_AUTO_TEST_SUITE(exchange)

BOOST_AUTO_TEST_CASE(request_arrives_as_it_was_made) {
  Received got;
  Server server([&](Peer& peer) {
    got = peer.request();
    peer.respond("hello");
  });
  const Client client;
  Request request = client.request(server.url("/v3/x?a=%2F"), "POST");
  TextBody body("{}");
  request.body = &body;
  request.headers = {{"X-One", "1"}, {"User-Agent", "heygen-cli/1"}};
  const auto response = client.send(request);
  BOOST_TEST(response->status == 200);
  BOOST_TEST(response->length().value() == 5U);
  BOOST_TEST(*find_header(response->headers, "content-LENGTH") == "5");
  BOOST_TEST(read_all(*response, 100) == "hello");
  BOOST_TEST(got.line() == "POST /v3/x?a=%2F HTTP/1.1");
  BOOST_TEST(got.has("Host: " + server.authority()));
  BOOST_TEST(got.has("X-One: 1"));
  BOOST_TEST(got.has("User-Agent: heygen-cli/1"));
  BOOST_TEST(got.has("Content-Length: 2"));
  BOOST_TEST(got.body == "{}");
}

BOOST_AUTO_TEST_CASE(a_server_on_ipv6_is_reached) {
  Received got;
  Server server(
      [&](Peer& peer) {
        got = peer.request();
        peer.respond("six");
      },
      nullptr, "::1");
  BOOST_TEST(Client().get(server.url()) == "six");
  BOOST_TEST(got.has("Host: [::1]:" + std::to_string(server.port())));
}

BOOST_AUTO_TEST_CASE(all_addresses_of_a_name_are_tried) {
  // "localhost" may mean ::1 too, where nothing listens.
  Server server([](Peer& peer) {
    peer.request();
    peer.respond("found");
  });
  BOOST_TEST(Client().get(server.url("/", "localhost")) == "found");
}

BOOST_AUTO_TEST_CASE(body_of_unknown_size_is_sent_in_chunks) {
  Received got;
  Server server([&](Peer& peer) {
    got = peer.request();
    peer.respond("");
  });
  const Client client;
  Request request = client.request(server.url(), "POST");
  PatternBody body(200'000, false);
  request.body = &body;
  std::vector<std::uint64_t> steps;
  request.on_sent = [&](std::uint64_t sent) { steps.push_back(sent); };
  client.fetch(request);
  BOOST_TEST(!mentions(got.head, "Content-Length"));
  BOOST_TEST((got.body == PatternBody::text(200'000)));
  BOOST_TEST(steps.back() == 200'000U);
  BOOST_TEST(std::is_sorted(steps.begin(), steps.end()));
}

namespace {

/// "head", a file of which `announced` bytes are promised, and "tail".
class PartlyFile : public Body {
 public:
  PartlyFile(const std::string& path, std::uint64_t announced)
      : file_(open_file(path, O_RDONLY)), announced_(announced), left_(announced) {}
  std::optional<std::uint64_t> size() const override { return announced_ + 8; }
  std::size_t read(std::span<char> out) override {
    if (stage_ == 1 && left_ > 0) {
      const auto count =
          static_cast<std::size_t>(read_some(file_.get(), out.first(std::min<std::size_t>(out.size(), left_))));
      left_ -= count;
      return count;
    }
    return std::string(stage_++ == 0 ? "head" : "tail").copy(out.data(), out.size());
  }
  bool rewind() override { return false; }

 private:
  UniqueFd file_;
  std::uint64_t announced_, left_;
  int stage_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_CASE(file_in_a_body_is_sent_between_its_ends) {
  const heygen::test::TemporaryDirectory directory;
  const std::string content = PatternBody::text(3'000'000);
  Received got;
  Server server([&](Peer& peer) {
    got = peer.request();
    peer.respond("");
  });
  const Client client;
  PartlyFile body(directory.write("film", content), content.size());
  Request request = client.request(server.url(), "POST");
  request.body = &body;
  std::vector<std::uint64_t> steps;
  request.on_sent = [&](std::uint64_t sent) { steps.push_back(sent); };
  client.fetch(request);
  BOOST_TEST((got.body == "head" + content + "tail"));
  BOOST_TEST(steps.back() == content.size() + 8);
  BOOST_TEST(steps.size() > 5U);
}

BOOST_AUTO_TEST_CASE(file_that_became_shorter_ends_the_exchange) {
  const heygen::test::TemporaryDirectory directory;
  Server server([](Peer& peer) { peer.request(); });
  const Client client;
  PartlyFile body(directory.write("film", "short"), 1000);
  Request request = client.request(server.url(), "POST");
  request.body = &body;
  BOOST_CHECK_EXCEPTION(client.fetch(request), Failure, [](const Failure& failure) {
    return std::string(failure.what()).find("ended after 9 of the 1008 bytes") != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(methods_that_expect_a_body_announce_an_empty_body) {
  std::vector<std::string> heads;
  Server server([&](Peer& peer) {
    for (Received got = peer.request(); !got.head.empty(); got = peer.request()) {
      heads.push_back(got.head);
      peer.respond("");
    }
  });
  const Client client;
  client.fetch(client.request(server.url(), "POST"));
  client.fetch(client.request(server.url(), "DELETE"));
  BOOST_TEST(mentions(heads.at(0), "Content-Length: 0\r\n"));
  BOOST_TEST(!mentions(heads.at(1), "Content-Length"));
}

BOOST_AUTO_TEST_CASE(chunked_response_is_put_together) {
  Server server([](Peer& peer) {
    peer.request();
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n7;note=x\r\n, again\r\n");
    peer.send("00\r\nX-Trailer: 1\r\n\r\n");
  });
  const Client client;
  const auto response = client.send(client.request(server.url()));
  BOOST_TEST(!response->length().has_value());
  BOOST_TEST(read_all(*response, 100) == "hello, again");
}

BOOST_AUTO_TEST_CASE(response_without_length_ends_with_the_connection) {
  Server server([](Peer& peer) {
    peer.request();
    peer.send("HTTP/1.0 200\r\n\r\nuntil the end");
  });
  BOOST_TEST(Client().get(server.url()) == "until the end");
}

BOOST_AUTO_TEST_CASE(interim_responses_are_skipped) {
  Server server([](Peer& peer) {
    peer.request();
    peer.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n");
    peer.respond("final");
  });
  BOOST_TEST(Client().get(server.url()) == "final");
}

BOOST_AUTO_TEST_CASE(responses_that_have_no_body_end_at_once) {
  Server server([](Peer& peer) {
    peer.request();
    peer.send("HTTP/1.1 204 No Content\r\n\r\n");
    peer.request();
    peer.send("HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n");
    peer.request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
    peer.wait_for_close();
  });
  const Client client;
  BOOST_TEST(client.fetch(client.request(server.url())) == "");
  BOOST_TEST(client.fetch(client.request(server.url())) == "");
  const auto head = client.send(client.request(server.url(), "HEAD"));
  BOOST_TEST(head->length().value() == 9U);
  BOOST_TEST(read_all(*head, 10) == "");
  BOOST_TEST(server.accepted() == 1);
}

BOOST_AUTO_TEST_CASE(connection_serves_one_exchange_after_the_other) {
  Server server([](Peer& peer) {
    while (!peer.request().head.empty()) peer.respond("again");
  });
  const Client client;
  for (int i = 0; i < 3; ++i) BOOST_TEST(client.get(server.url("/" + std::to_string(i))) == "again");
  BOOST_TEST(server.accepted() == 1);
}

BOOST_AUTO_TEST_CASE(connection_is_not_reused_where_the_server_says_close) {
  Server server([](Peer& peer) {
    peer.request();
    peer.send("HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 2\r\n\r\nok");
    peer.wait_for_close();
  });
  const Client client;
  BOOST_TEST(client.get(server.url()) == "ok");
  BOOST_TEST(client.get(server.url()) == "ok");
  BOOST_TEST(server.accepted() == 2);
}

BOOST_AUTO_TEST_CASE(connection_closed_by_the_server_is_not_reused) {
  std::promise<void> closed;
  Server server([&](Peer& peer) {
    peer.request();
    peer.respond(std::to_string(peer.number()));
    if (peer.number() == 0) {
      peer.end();
      closed.set_value();
    }
    peer.wait_for_close();
  });
  const Client client;
  BOOST_TEST(client.get(server.url()) == "0");
  closed.get_future().wait();
  BOOST_TEST(client.fetch(client.request(server.url(), "POST")) == "1");
}

namespace {

/// The first connection serves one request and resets at the second; others just serve.
void die_at_second_request(Peer& peer) {
  for (int i = 0;; ++i) {
    const Received got = peer.request();
    if (got.head.empty()) return;
    if (peer.number() == 0 && i == 1) return peer.reset();
    peer.respond(std::to_string(peer.number()) + got.body);
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(kept_connection_that_dies_is_reopened_once) {
  Server server(&die_at_second_request);
  const Client client;
  BOOST_TEST(client.get(server.url()) == "0");
  Request request = client.request(server.url(), "PUT");
  TextBody body("body");
  request.body = &body;
  BOOST_TEST(client.fetch(request) == "1body");
  BOOST_TEST(server.accepted() == 2);
}

BOOST_AUTO_TEST_CASE(unrepeatable_request_is_not_repeated) {
  TextBody replayable("once");
  OneWayBody one_way("once");
  const std::vector<std::pair<std::string, Body*>> table{{"POST", &replayable}, {"PATCH", nullptr}, {"PUT", &one_way}};
  for (const auto& [method, body] : table) {
    Server server(&die_at_second_request);
    const Client client;
    BOOST_TEST(client.get(server.url()) == "0");
    Request request = client.request(server.url(), method);
    request.body = body;
    const Failure failure = client.failure(request);
    BOOST_TEST((failure.kind == Kind::reset), failure.what());
    BOOST_TEST(failure.sent);
    BOOST_TEST(server.accepted() == 1);
  }
}

BOOST_AUTO_TEST_CASE(response_read_in_part_gives_no_connection_back) {
  Server server([](Peer& peer) {
    while (!peer.request().head.empty()) peer.respond("0123456789");
  });
  const Client client;
  {
    const auto response = client.send(client.request(server.url()));
    std::array<char, 3> some{};
    BOOST_TEST(response->read(some) > 0U);
  }
  BOOST_TEST(client.get(server.url()) == "0123456789");
  BOOST_TEST(server.accepted() == 2);
}

BOOST_AUTO_TEST_CASE(threads_share_one_client) {
  Server server([](Peer& peer) {
    while (!peer.request().head.empty()) peer.respond("shared");
  });
  const Client client;
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 20; ++j) good += client.get(server.url()) == "shared" ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  BOOST_TEST(good == 80);
  BOOST_TEST(server.accepted() <= 8);
}

namespace {

void upload_and_expect(const Server& server, int status, const std::string& text) {
  const Client client;
  Request request = client.request(server.url("/upload"), "POST");
  PatternBody body(64U << 20U);
  request.body = &body;
  const auto response = client.send(request);
  BOOST_TEST(response->status == status);
  BOOST_TEST(read_all(*response, 100) == text);
}

constexpr std::string_view kTooLarge =
    "HTTP/1.1 413 Payload Too Large\r\nConnection: close\r\nContent-Length: 9\r\n\r\ntoo large";

}  // namespace

BOOST_AUTO_TEST_CASE(early_refusal_is_heard_when_the_server_stops_reading) {
  std::promise<void> over;
  auto waiting = over.get_future();
  Server server([&](Peer& peer) {
    peer.head();
    peer.send(kTooLarge);
    waiting.wait();
  });
  upload_and_expect(server, 413, "too large");
  over.set_value();
}

BOOST_AUTO_TEST_CASE(early_refusal_is_heard_when_the_server_hangs_up) {
  Server server([](Peer& peer) {
    peer.head();
    peer.send(kTooLarge);
  });
  upload_and_expect(server, 413, "too large");
}

BOOST_AUTO_TEST_CASE(server_that_hangs_up_after_an_early_success_is_heard_without_a_sigpipe) {
  Server server([](Peer& peer) {
    peer.head();
    peer.respond("enough");
  });
  const SigpipeAllowed allowed;
  upload_and_expect(server, 200, "enough");
}

BOOST_AUTO_TEST_CASE(interim_and_successful_responses_do_not_stop_an_upload) {
  std::atomic<bool> all{false};
  Server server([&](Peer& peer) {
    peer.head();
    peer.send("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
    all = peer.skip(8U << 20U);
    peer.send("done");
    peer.wait_for_close();
  });
  const Client client;
  Request request = client.request(server.url(), "POST");
  PatternBody body(8U << 20U);
  request.body = &body;
  BOOST_TEST(client.fetch(request) == "done");
  BOOST_TEST(all);
}

namespace {

long resident_kib() {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("VmRSS:")) return std::stol(line.substr(6));
  }
  return 0;
}

}  // namespace

BOOST_AUTO_TEST_CASE(large_bodies_pass_in_constant_memory) {
  constexpr std::uint64_t kSize = 64U << 20U;
  const std::string block = PatternBody::text(23 * 32 * 1024);
  Server server([&](Peer& peer) {
    peer.head();
    if (!peer.skip(kSize)) return;
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kSize) + "\r\n\r\n");
    for (std::uint64_t sent = 0; sent < kSize; sent += block.size()) {
      peer.send(std::string_view(block).substr(
          0, static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), kSize - sent))));
    }
    peer.wait_for_close();
  });
  const Client client;
  Request request = client.request(server.url(), "POST");
  PatternBody body(kSize);
  request.body = &body;
  const long before = resident_kib();
  const auto response = client.send(request);
  std::vector<char> piece(block.size());
  std::uint64_t got = 0;
  bool right = true;
  while (const std::size_t count = response->read(piece)) {
    const std::size_t from = static_cast<std::size_t>(got % 23);
    right = right &&
            std::equal(piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(std::min(count, block.size() - from)),
                       block.begin() + static_cast<std::ptrdiff_t>(from));
    got += count;
  }
  BOOST_TEST(got == kSize);
  BOOST_TEST(right);
  BOOST_TEST(resident_kib() - before < 16 * 1024);
}

BOOST_AUTO_TEST_CASE(headers_that_http_does_not_allow_are_not_sent) {
  const Client client;
  const std::vector<Header> table{
      {"X-A", "1\r\nX-B: 2"},         {"X A", "1"}, {"", "1"}, {"Host", "x"}, {"content-length", "1"},
      {"X-A", std::string("a\0b", 3)}};
  for (const Header& header : table) {
    Request request = client.request(Url::parse("http://127.0.0.1:1/"));
    request.headers = {header};
    const Failure failure = client.failure(request);
    BOOST_TEST((failure.kind == Kind::protocol), header.name);
    BOOST_TEST(!failure.sent);
  }
}

BOOST_AUTO_TEST_CASE(body_shorter_than_announced_is_a_failure) {
  class ShortBody : public TextBody {
   public:
    using TextBody::TextBody;
    std::optional<std::uint64_t> size() const override { return 100; }
  };
  Server server([](Peer& peer) { peer.wait_for_close(); });
  const Client client;
  Request request = client.request(server.url(), "PUT");
  ShortBody body("ten bytes.");
  request.body = &body;
  const Failure failure = client.failure(request);
  BOOST_TEST((failure.kind == Kind::protocol));
  BOOST_TEST(mentions(failure.what(), "10 of the 100 bytes"));
}

BOOST_AUTO_TEST_CASE(read_all_stops_at_its_limit) {
  Server server([](Peer& peer) {
    while (!peer.request().head.empty()) peer.respond("0123456789");
  });
  const Client client;
  BOOST_TEST(read_all(*client.send(client.request(server.url())), 10) == "0123456789");
  BOOST_CHECK_EXCEPTION(read_all(*client.send(client.request(server.url())), 9), Failure,
                        [](const Failure& failure) { return failure.kind == Kind::protocol && failure.sent; });
}

BOOST_AUTO_TEST_SUITE_END()
