// SPDX-License-Identifier: Apache-2.0
#include "core/provider/login/loopback.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <boost/test/unit_test.hpp>
#include <future>
#include <thread>

#include "core/provider/login/callback_page.hpp"
#include "core/provider/login/request_head.hpp"
#include "tests/unit/provider/kit.hpp"

using namespace heygen;
using namespace heygen::provider;
using namespace heygen::provider::kit;
using std::chrono::milliseconds;

namespace {

class Client {
 public:
  explicit Client(int port, int family = AF_INET) : socket_(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in four{};
    four.sin_family = AF_INET;
    four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    four.sin_port = htons(static_cast<std::uint16_t>(port));
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_addr = in6addr_loopback;
    six.sin6_port = four.sin_port;
    const timeval limit{20, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    connected = family == AF_INET6 ? connect(socket_, reinterpret_cast<sockaddr*>(&six), sizeof(six)) == 0
                                   : connect(socket_, reinterpret_cast<sockaddr*>(&four), sizeof(four)) == 0;
  }
  ~Client() { close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void send(const std::string& text) const { ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL); }
  /// All until the other side closes; "timeout" when it does not.
  std::string read() const {
    std::string out;
    char buffer[4096];
    for (;;) {
      const ssize_t got = recv(socket_, buffer, sizeof(buffer), 0);
      if (got < 0) return out + (errno == EAGAIN ? "timeout" : "");
      if (got == 0) return shutdown(socket_, SHUT_RDWR), out;
      out.append(buffer, static_cast<std::size_t>(got));
    }
  }
  std::string ask(const std::string& text) const {
    send(text);
    return read();
  }

  bool connected = false;

 private:
  int socket_;
};

int port_of(const std::string& uri) {
  return std::stoi(uri.substr(std::string("http://127.0.0.1:").size()));
}

int last_number_of(const std::string& uri) {
  return std::stoi(uri.substr(uri.rfind(':') + 1));
}

/// A listener that waits on another thread while the test plays browsers.
struct Listening {
  FakeClock clock;
  Cancel cancel;
  Loopback listener{RedirectOptions{"/oauth/callback"}, clock};
  int port = port_of(listener.redirect_uri());
  std::future<Loopback::Outcome> waiting =
      std::async(std::launch::async, [this] { return listener.wait(milliseconds{300'000}, cancel, {}); });

  ~Listening() { cancel.request(); }

  std::string get(const std::string& target, const std::string& method = "GET") const {
    return method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\nAccept: */*\r\n\r\n";
  }
  /// Sent, answered and still waiting.
  std::string refused(const std::string& request) const {
    const std::string response = Client(port).ask(request);
    BOOST_TEST((waiting.wait_for(std::chrono::seconds{0}) == std::future_status::timeout));
    return response;
  }
};

bool has(const std::string& text, const std::string& part) {
  BOOST_TEST_CONTEXT("text: " << text << "; part: " << part) {
    BOOST_TEST((text.find(part) != std::string::npos));
  }
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(provider_loopback)

BOOST_FIXTURE_TEST_CASE(first_get_of_the_path_arrives_and_is_answered_by_respond, Listening) {
  Client browser(port);
  browser.send(get("/oauth/callback?code=a%2Fb+c&state=%C3%A9&empty="));
  BOOST_TEST((waiting.get() == Loopback::Outcome::arrived));
  BOOST_TEST(*listener.param("code") == "a/b c");
  BOOST_TEST(*listener.param("state") == "\xC3\xA9");
  BOOST_TEST(*listener.param("empty") == "");
  BOOST_TEST(listener.param("absent") == nullptr);
  std::future<std::string> page = std::async(std::launch::async, [&] { return browser.read(); });
  listener.respond(true, "Hello <b>you</b> & \"all\"");
  const std::string response = page.get();
  has(response, "HTTP/1.1 200 OK\r\n");
  has(response, "Hello &lt;b&gt;you&lt;/b&gt; &amp; &quot;all&quot;");
  has(response, "</html>");
  BOOST_TEST((response.find("a/b c") == std::string::npos));
  BOOST_TEST(!Client(port).connected);
}

BOOST_FIXTURE_TEST_CASE(other_requests_get_4xx_and_the_wait_continues, Listening) {
  has(refused(get("/favicon.ico")), "HTTP/1.1 404 ");
  has(refused(get("/oauth/callback/?code=1")), "HTTP/1.1 404 ");
  has(refused(get("/oauth/callbac%6b?code=1")), "HTTP/1.1 404 ");
  has(refused(get("//oauth/callback?code=1")), "HTTP/1.1 404 ");
  const std::string post = refused(get("/oauth/callback?code=1", "POST"));
  has(post, "HTTP/1.1 405 ");
  has(post, "\r\nAllow: GET\r\n");
  const std::string head = refused(get("/oauth/callback?code=1", "HEAD"));
  has(head, "HTTP/1.1 405 ");
  BOOST_TEST(head.ends_with("\r\n\r\n"));
  has(refused(get("/oauth/callback?code=%zz")), "HTTP/1.1 400 ");
  has(refused(get("/oauth/callback?code=%ff")), "HTTP/1.1 400 ");
  has(refused("nonsense\r\n\r\n"), "HTTP/1.1 400 ");
  has(refused("GET http://127.0.0.1/oauth/callback HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"), "HTTP/1.1 400 ");
  const std::string response = refused(get("/other"));
  has(response, "\r\nCache-Control: no-store\r\n");
  has(response, "\r\nConnection: close\r\n");
  Client browser(port);
  browser.send(get("/oauth/callback?code=1"));
  BOOST_TEST((waiting.get() == Loopback::Outcome::arrived));
}

BOOST_FIXTURE_TEST_CASE(wrong_missing_or_repeated_host_is_refused, Listening) {
  const std::string line = "GET /oauth/callback?code=1 HTTP/1.1\r\n";
  const std::string right = "Host: 127.0.0.1:" + std::to_string(port) + "\r\n";
  has(refused(line + "Host: evil.example:" + std::to_string(port) + "\r\n\r\n"), "HTTP/1.1 400 ");
  has(refused(line + "Host: localhost:" + std::to_string(port) + "\r\n\r\n"), "HTTP/1.1 400 ");
  has(refused(line + "Host: 127.0.0.1\r\n\r\n"), "HTTP/1.1 400 ");
  has(refused(line + "\r\n"), "HTTP/1.1 400 ");
  has(refused(line + right + right + "\r\n"), "HTTP/1.1 400 ");
}

BOOST_FIXTURE_TEST_CASE(repeated_parameter_ends_the_wait, Listening) {
  const std::string response = Client(port).ask(get("/oauth/callback?code=1&x=1&%78=2"));
  has(response, "HTTP/1.1 400 ");
  has(response, "twice");
  BOOST_TEST((waiting.get() == Loopback::Outcome::repeated_parameter));
  BOOST_TEST(listener.param("code") == nullptr);
}

BOOST_FIXTURE_TEST_CASE(request_head_over_32_kib_is_refused, Listening) {
  const std::string long_line = "X-Long: " + std::string(33'000, 'x');
  has(refused("GET /oauth/callback HTTP/1.1\r\n" + long_line), "HTTP/1.1 431 ");
  has(refused("GET /oauth/callback HTTP/1.1\r\n" + long_line + "\r\n\r\n"), "HTTP/1.1 431 ");
}

BOOST_FIXTURE_TEST_CASE(cookies_of_other_local_servers_are_accepted, Listening) {
  Client browser(port);
  std::string request = get("/oauth/callback?code=1");
  request.insert(request.size() - 2, "Cookie: session=" + std::string(30'000, 'x') + "\r\n");
  browser.send(request);
  BOOST_TEST((waiting.get() == Loopback::Outcome::arrived));
  BOOST_TEST(*listener.param("code") == "1");
}

BOOST_FIXTURE_TEST_CASE(request_in_pieces_is_accepted, Listening) {
  Client browser(port);
  for (const char byte : get("/oauth/callback?code=slow")) browser.send(std::string(1, byte));
  BOOST_TEST((waiting.get() == Loopback::Outcome::arrived));
  BOOST_TEST(*listener.param("code") == "slow");
}

BOOST_FIXTURE_TEST_CASE(idle_connections_do_not_block_the_redirect, Listening) {
  std::vector<std::unique_ptr<Client>> idle;
  for (std::size_t i = 0; i < Loopback::kMaxConnections + 8; ++i) idle.push_back(std::make_unique<Client>(port));
  Client browser(port);
  browser.send(get("/oauth/callback?code=1"));
  BOOST_TEST((waiting.get() == Loopback::Outcome::arrived));
  BOOST_TEST(idle.front()->read() == "");  // the oldest made room
  std::future<std::string> page = std::async(std::launch::async, [&] { return browser.read(); });
  listener.respond(true, "");
  has(page.get(), "HTTP/1.1 200 ");
  BOOST_TEST(idle.back()->read() == "");  // closed with the listener
}

BOOST_FIXTURE_TEST_CASE(connection_is_dropped_after_ten_seconds, Listening) {
  Client slow(port);
  slow.send("GET /oauth");
  has(refused(get("/first")), "404");  // the slow one was accepted before
  // One jump would be a stopped process, for which nothing ends.
  for (milliseconds passed{0}; passed < Loopback::kConnectionTime; passed += kLongestSleep) {
    clock.advance(kLongestSleep);
    has(refused(get("/second")), "404");
  }
  BOOST_TEST(slow.read() == "");
}

/// What a browser gets for `request` while the listener waits.
struct Registered {
  explicit Registered(const RedirectOptions& options) : listener(options, clock) {}
  Loopback::Outcome serve(const std::function<void()>& browser) {
    auto waiting = std::async(std::launch::async, [this] { return listener.wait(milliseconds{300'000}, cancel, {}); });
    browser();
    return waiting.get();
  }
  FakeClock clock;
  Cancel cancel;
  Loopback listener;
};

BOOST_AUTO_TEST_CASE(form_post_takes_a_form_and_nothing_else) {
  RedirectOptions options{"/cb"};
  options.form_post = true;
  Registered registered(options);
  const int port = port_of(registered.listener.redirect_uri());
  const std::string host = "Host: 127.0.0.1:" + std::to_string(port) + "\r\n";
  const auto post = [&](const std::string& type, const std::string& body) {
    return "POST /cb HTTP/1.1\r\n" + host + "Content-Type: " + type +
           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  };
  const auto outcome = registered.serve([&] {
    has(Client(port).ask("GET /cb?code=1 HTTP/1.1\r\n" + host + "\r\n"), "Allow: POST");
    has(Client(port).ask(post("application/json", "{}")), " 415 ");
    has(Client(port).ask("POST /cb HTTP/1.1\r\n" + host +
                         "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 99999\r\n\r\n"),
        " 413 ");
    const std::string form = "POST /cb HTTP/1.1\r\n" + host + "Content-Type: application/x-www-form-urlencoded\r\n";
    has(Client(port).ask(form + "Content-Length: 99999999999999999999\r\n\r\n"), " 413 ");
    has(Client(port).ask(form + "Transfer-Encoding: chunked\r\n\r\n6\r\ncode=1\r\n0\r\n\r\n"), " 411 ");
    has(Client(port).ask(form + "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\ncode=1"), " 411 ");
    has(Client(port).ask(form + "Content-Length: six\r\n\r\ncode=1"), " 411 ");
    has(Client(port).ask(form + "\r\ncode=1"), " 411 ");
    static Client browser(port);
    const std::string request = post("application/x-www-form-urlencoded; charset=utf-8", "code=a+b&state=s");
    browser.send(request.substr(0, request.size() - 4));
    browser.send(request.substr(request.size() - 4));
  });
  BOOST_TEST((outcome == Loopback::Outcome::arrived));
  BOOST_TEST(*registered.listener.param("code") == "a b");
  BOOST_TEST(*registered.listener.param("state") == "s");
}

BOOST_AUTO_TEST_CASE(redirect_is_what_was_registered) {
  FakeClock clock;
  RedirectOptions options{"/cb"};
  options.host = "localhost";
  const Loopback named(options, clock);
  BOOST_TEST(named.redirect_uri().starts_with("http://localhost:"));
  options.host = "[::1]";
  const Loopback six(options, clock);
  BOOST_TEST(six.redirect_uri().starts_with("http://[::1]:"));
  options.host = "127.0.0.1";
  options.port = static_cast<std::uint16_t>(port_of(Loopback(RedirectOptions{"/cb"}, clock).redirect_uri()));
  const Loopback fixed(options, clock);
  BOOST_TEST(fixed.redirect_uri() == "http://127.0.0.1:" + std::to_string(options.port) + "/cb");
  BOOST_CHECK_EXCEPTION(Loopback(options, clock), Error, [](const Error& error) {
    return error.code == code::kUsage && has(error.message(), "Another program already listens");
  });
}

BOOST_AUTO_TEST_CASE(localhost_is_taken_on_both_addresses) {
  RedirectOptions options{"/cb"};
  options.host = "localhost";
  for (const int family : {AF_INET, AF_INET6}) {
    Registered registered(options);
    const int port = last_number_of(registered.listener.redirect_uri());
    const Client browser(port, family);
    BOOST_REQUIRE(browser.connected);
    const auto outcome = registered.serve(
        [&] { browser.send("GET /cb?code=1 HTTP/1.1\r\nHost: localhost:" + std::to_string(port) + "\r\n\r\n"); });
    BOOST_TEST((outcome == Loopback::Outcome::arrived));
  }
}

BOOST_AUTO_TEST_CASE(localhost_is_refused_where_another_program_has_one_of_its_addresses) {
  FakeClock clock;
  for (const std::string taken : {"127.0.0.1", "[::1]"}) {
    RedirectOptions options{"/cb"};
    options.host = taken;
    const Loopback squatter(options, clock);
    options.port = static_cast<std::uint16_t>(last_number_of(squatter.redirect_uri()));
    options.host = "localhost";
    BOOST_CHECK_EXCEPTION(Loopback(options, clock), Error, [&](const Error& error) {
      return error.code == code::kUsage && has(error.message(), taken + ":" + std::to_string(options.port));
    });
  }
}

BOOST_AUTO_TEST_CASE(wait_without_visitor_times_out) {
  FakeClock clock;
  Cancel cancel;
  Loopback listener(RedirectOptions{"/cb"}, clock);
  clock.step = 300;
  BOOST_TEST((listener.wait(milliseconds{300}, cancel, {}) == Loopback::Outcome::timed_out));
}

BOOST_AUTO_TEST_CASE(redirect_that_has_arrived_is_read_past_the_deadline) {
  FakeClock clock;
  Cancel cancel;
  Loopback listener(RedirectOptions{"/cb"}, clock);
  Client browser(port_of(listener.redirect_uri()));
  browser.send("GET /cb?code=1 HTTP/1.1\r\nHost: " + listener.redirect_uri().substr(7, 15) + "\r\n\r\n");
  BOOST_TEST((listener.wait(milliseconds{0}, cancel, {}) == Loopback::Outcome::arrived));
}

BOOST_FIXTURE_TEST_CASE(jump_of_the_clock_while_stopped_ends_no_wait, Listening) {
  has(refused(get("/first")), "404");
  clock.advance(std::chrono::minutes(10));
  has(refused(get("/second")), "404");
  cancel.request();
  BOOST_TEST((waiting.get() == Loopback::Outcome::canceled));
}

BOOST_FIXTURE_TEST_CASE(cancellation_ends_the_wait_at_once, Listening) {
  cancel.request();
  BOOST_TEST((waiting.get() == Loopback::Outcome::canceled));
}

BOOST_AUTO_TEST_CASE(unanswered_browser_gets_the_failure_page) {
  FakeClock clock;
  Cancel cancel;
  auto listener = std::make_unique<Loopback>(RedirectOptions{"/cb"}, clock);
  const int port = port_of(listener->redirect_uri());
  Client browser(port);
  browser.send("GET /cb?code=1 HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\n\r\n");
  BOOST_TEST((listener->wait(milliseconds{60'000}, cancel, {}) == Loopback::Outcome::arrived));
  std::future<std::string> page = std::async(std::launch::async, [&] { return browser.read(); });
  listener.reset();
  has(page.get(), "HTTP/1.1 400 ");
}

BOOST_AUTO_TEST_CASE(watched_descriptor_wakes_the_wait) {
  FakeClock clock;
  Cancel cancel;
  Loopback listener(RedirectOptions{"/cb"}, clock);
  int ends[2];
  BOOST_REQUIRE(pipe(ends) == 0);
  BOOST_TEST(write(ends[1], "x", 1) == 1);
  int watched = ends[0];
  Loopback::Watch watch;
  watch.descriptor = [&] { return watched; };
  watch.readable = [&] {
    watched = -1;
    cancel.request();
  };
  BOOST_TEST((listener.wait(milliseconds{60'000}, cancel, watch) == Loopback::Outcome::canceled));
  close(ends[0]);
  close(ends[1]);
}

BOOST_AUTO_TEST_CASE(loopback_service_listens_waits_and_responds) {
  Probe probe;
  std::future<std::string> page;
  probe.terminal.on_notice = [&](const std::string& uri) {
    page = std::async(std::launch::async, [uri] {
      const int port = port_of(uri);
      return Client(port).ask("GET /cb?code=xyz HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\n\r\n");
    });
  };
  BOOST_TEST((probe.login("listen /cb\nrespond Welcome").status == Status::ok));
  const std::vector<std::string> wanted{"0", "0 xyz", "0 NULL", "0"};
  BOOST_TEST(probe.said() == wanted, boost::test_tools::per_element());
  has(page.get(), "Welcome");
}

BOOST_AUTO_TEST_CASE(loopback_service_works_only_during_a_login) {
  Probe probe;
  BOOST_TEST((probe.refresh("listen /cb").status == Status::unsupported));
}

BOOST_AUTO_TEST_CASE(loopback_timeout_is_transient_for_the_provider) {
  Probe probe;
  probe.load();
  const ProviderResult answer = probe.login("listen_for_nothing /cb");
  BOOST_TEST((answer.status == Status::transient));
  BOOST_TEST(!answer.message.empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(provider_callback_page)

BOOST_AUTO_TEST_CASE(callback_page_removes_the_code_and_loads_nothing) {
  for (const bool success : {true, false}) {
    const std::string response = callback_response(success, "m");
    for (const char* header : {"\r\nCache-Control: no-store\r\n", "\r\nReferrer-Policy: no-referrer\r\n",
                               "\r\nX-Content-Type-Options: nosniff\r\n", "\r\nConnection: close\r\n",
                               "\r\nContent-Security-Policy: default-src 'none'; "}) {
      has(response, header);
    }
    has(response, "history.replaceState(");
    has(response, "prefers-color-scheme: dark");
    BOOST_TEST((response.find("http://") == std::string::npos));
    BOOST_TEST((response.find("https://") == std::string::npos));
    BOOST_TEST((response.find("unsafe-inline") == std::string::npos));
    const std::size_t body = response.find("\r\n\r\n") + 4;
    has(response, "Content-Length: " + std::to_string(response.size() - body) + "\r\n");
  }
}

BOOST_AUTO_TEST_CASE(callback_message_is_escaped_plain_text) {
  const std::string response = callback_response(false, "<script>alert('x')</script>\x1b[31m");
  BOOST_TEST((response.find("<script>alert") == std::string::npos));
  has(response, "&lt;script&gt;alert(&#39;x&#39;)");
  BOOST_TEST((response.find('\x1b') == std::string::npos));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(provider_request_head)

BOOST_AUTO_TEST_CASE(request_head_accepts_crlf_and_lf) {
  for (const char* text : {"GET /a?b=c HTTP/1.1\r\nHost: h\r\nX: y\r\n\r\n", "GET /a?b=c HTTP/1.0\nhost:h\n\n"}) {
    BOOST_TEST(end_of_head(text) == std::string(text).size());
    const auto head = parse_head(text);
    BOOST_REQUIRE(head.has_value());
    BOOST_TEST(head->method == "GET");
    BOOST_TEST(head->path == "/a");
    BOOST_TEST(head->query == "b=c");
    BOOST_TEST(head->hosts.at(0) == "h");
  }
  BOOST_TEST(end_of_head("GET / HTTP/1.1\r\nHost: h\r\n") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(rejects_invalid_request_head) {
  for (const char* text : {"\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/2\r\n\r\n", "GET  / HTTP/1.1\r\n\r\n",
                           "G T / HTTP/1.1\r\n\r\n", "GET a HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nno colon\r\n\r\n",
                           "GET / HTTP/1.1\r\n folded: x\r\n\r\n", "GET /\x01 HTTP/1.1\r\n\r\n"}) {
    BOOST_TEST(!parse_head(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(query_parameters_keep_their_order) {
  const auto params = parse_query("a=1&&b&=x&c=%41%2b+&d=e=f");
  BOOST_REQUIRE(params.has_value());
  BOOST_TEST(params->size() == 5U);
  BOOST_TEST(params->at(1).first == "b");
  BOOST_TEST(params->at(2).second == "x");
  BOOST_TEST(params->at(3).second == "A+ ");
  BOOST_TEST(params->at(4).second == "e=f");
  for (const char* query : {"a=%", "a=%4", "a=%4g", "%=1", "a=%ff", "a=%c0%af"}) {
    BOOST_TEST(!parse_query(query).has_value(), query);
  }
}

BOOST_AUTO_TEST_SUITE_END()
