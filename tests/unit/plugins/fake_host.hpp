// SPDX-License-Identifier: Apache-2.0
// A provider of this project run through the host's own side of the interface, over a fake server, clock, terminal and
// browser. A request that the test has no response for fails it.
#pragma once

#include <heygen/provider.hpp>

#include <openssl/sha.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/encode.hpp"
#include "core/base/environment.hpp"
#include "core/base/error.hpp"
#include "core/base/limits.hpp"
#include "core/base/random.hpp"
#include "core/base/terminal.hpp"
#include "core/base/text.hpp"
#include "core/json/value.hpp"
#include "core/json/write.hpp"
#include "core/net/http.hpp"
#include "core/provider/call/provider_call.hpp"
#include "core/provider/library/descriptor.hpp"
#include "core/provider/login/browser_login.hpp"
#include "core/provider/service/services.hpp"

namespace heygen::plugins::test {

/// What a login with the default settings records of where its tokens came from.
inline constexpr std::string_view kDefaultOrigin =
    R"("token_endpoint":"https://api2.heygen.com/v1/oauth/token",)"
    R"("revocation_endpoint":"https://api2.heygen.com/v1/oauth/revoke","client_id":"q2A2QRSke2LrFTPJhoDbHtXh")";

using Pairs = std::vector<std::pair<std::string, std::string>>;

inline std::string sha256(std::string_view data) {
  std::string out(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(data.data()), data.size(),
         reinterpret_cast<unsigned char*>(out.data()));
  return out;
}

/// In order of appearance.
inline Pairs form_decode(std::string_view form) {
  Pairs pairs;
  for (const std::string& pair : split(form, '&')) {
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    const std::string_view value = equals == std::string::npos ? "" : std::string_view(pair).substr(equals + 1);
    pairs.emplace_back(percent_decode(pair.substr(0, equals), Plus::space).value(),
                       percent_decode(value, Plus::space).value());
  }
  return pairs;
}

inline std::string value_of(const Pairs& pairs, std::string_view name) {
  const auto found = std::ranges::find(pairs, name, &Pairs::value_type::first);
  return found == pairs.end() ? "(none)" : found->second;
}

inline std::string names_of(const Pairs& pairs) {
  std::string out;
  for (const auto& [key, value] : pairs) out += (out.empty() ? "" : " ") + key;
  return out;
}

struct Sent {
  std::string method, url, body;
  Pairs headers, form;
  std::int64_t timeout_ms = 0;
};

struct Scripted {
  int status = 200;
  std::string body;
  Pairs headers;
  heygen_status failure = HEYGEN_OK;  ///< what http.send ends in, instead of a response
  std::int64_t takes_ms = 0;
};

/// The result of a call as the host sees it.
struct Said {
  heygen_status status = HEYGEN_INTERNAL;
  std::map<std::string, std::string> headers;
  std::optional<json::Value> patch;
  std::string type, source, scope, code, message, hint;
  std::optional<heygen_time> expiry;
  bool refreshable = false;
  std::int32_t retry_after = 0;

  explicit Said(const provider::ProviderResult& result)
      : status(static_cast<heygen_status>(result.status)),
        patch(result.patch),
        type(result.type),
        source(result.source),
        scope(result.scope),
        code(result.code),
        message(result.message),
        hint(result.hint),
        expiry(result.expires_at),
        refreshable(result.refreshable),
        retry_after(result.retry_after) {
    for (const auto& header : result.headers) headers[header.name] = header.value.reveal();
  }

  std::string patched(std::string_view name) const {
    const json::Value* value = patch ? patch->find(name) : nullptr;
    return value == nullptr ? "(absent)" : value->is_string() ? value->as_string() : json::write(*value);
  }
};

class FakeHost {
 public:
  explicit FakeHost(const heygen_provider_entry_v& entry) : entry_(entry) {
    BOOST_REQUIRE_EQUAL(entry_.init(nullptr), HEYGEN_OK);
    api_ = static_cast<const heygen_provider_1*>(entry_.get_api(1));
    BOOST_REQUIRE(api_ != nullptr);
    manifest_ = provider::read_descriptor(api_->descriptor);
  }
  ~FakeHost() { entry_.deinit(); }
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;

  // What the test sets up.
  std::map<std::string, std::string, std::less<>> settings, environment;
  json::Value state = json::Object{};
  std::deque<Scripted> responses;
  heygen_time now = 1'900'000'000;
  std::int64_t monotonic = 1'000;
  std::int64_t cancel_at = -1;  ///< monotonic time at which the user stops the command
  bool interactive = true, browser_allowed = true, browser_opens = true;
  std::string secret_input;
  std::optional<Error> secret_error;
  provider::Interaction interaction = provider::Interaction::always;
  /// The redirect's parameters, made when the browser comes; $state is the state of the URL that was shown.
  Pairs callback;
  provider::RedirectListener::Outcome callback_outcome = provider::RedirectListener::Outcome::arrived;
  std::string missing_service;

  // What happened.
  std::vector<Sent> sent;
  std::vector<std::string> events, notices, opened;
  std::vector<std::uint32_t> waits;
  std::vector<std::size_t> random_sizes;
  std::optional<bool> page;  ///< what the browser was told: success or not
  std::string listen_path;
  std::int64_t callback_timeout = 0;
  static constexpr std::string_view kRedirect = "http://127.0.0.1:54321/oauth/callback";

  const heygen_provider_1& api() const { return *api_; }
  const heygen_descriptor& descriptor() const { return *api_->descriptor; }

  Said resolve(provider::Reason reason = provider::Reason::first_use) {
    return run(provider::Function::resolve, reason);
  }
  Said refresh() { return run(provider::Function::refresh, provider::Reason::near_expiry); }
  Said login() { return run(provider::Function::login, provider::Reason::login); }
  Said revoke(provider::Reason reason = provider::Reason::logout) { return run(provider::Function::revoke, reason); }

  /// login(), and the state changed as a host would.
  Said login_and_save() { return save(login()); }
  Said refresh_and_save() { return save(refresh()); }

  Said run(provider::Function function, provider::Reason reason) {
    return Said(with_call(function, reason,
                          [&](const heygen_call& call) { return provider::invoke(*api_, function, &call, nullptr); }));
  }

  /// Hands a call to `body`, which returns what a provider function would.
  template <class Body>
  provider::ProviderResult with_call(provider::Function function, provider::Reason reason, Body body) {
    std::map<std::string, std::string, std::less<>> variables = environment;
    if (!browser_allowed) variables["HEYGEN_NO_BROWSER"] = "1";
    const MapEnvironment fixed(variables);
    const provider::Services services{http_,
                                      clock_,
                                      random_,
                                      fixed,
                                      terminal_,
                                      cancel_,
                                      "1.0.0",
                                      "https://api.heygen.com",
                                      [this](const std::string&, const std::string& key) -> std::optional<std::string> {
                                        const auto found = settings.find(key);
                                        return found == settings.end() ? std::nullopt : std::optional(found->second);
                                      },
                                      [](int, const std::string&) {},
                                      browser_,
                                      {}};
    const provider::ProviderRequest request{reason, interaction, "", "", "", state};
    const provider::SecretVariables secret_variables = [] { return std::vector<std::string>{}; };
    current = this;
    provider::HostCall host({services, manifest_, secret_variables, find_service}, function, request);
    heygen_call call = *host.abi();
    real_sink = call.sink;
    heygen_sink sink = *call.sink;
    sink.set_header = set_header;
    call.sink = &sink;
    return host.finish(body(call));
  }

  std::string shown_url() const {
    for (const std::string& line : notices) {
      if (line.find("response_type=code") != std::string::npos) return line;
    }
    return {};
  }
  Pairs shown_query() const {
    const std::string url = shown_url();
    return form_decode(std::string_view(url).substr(url.find('?') + 1));
  }

 private:
  Said save(Said said) {
    if (said.status == HEYGEN_OK && said.patch) json::merge_patch(state, *said.patch);
    return said;
  }

  static inline FakeHost* current = nullptr;
  static inline const heygen_sink* real_sink = nullptr;

  static const void* HEYGEN_CALL find_service(const heygen_call* call, heygen_str id) {
    return sdk::text(id) == current->missing_service ? nullptr : provider::find_service(call, id);
  }
  /// Every header of these providers is a secret.
  static heygen_status HEYGEN_CALL set_header(const heygen_call* call, heygen_str name, heygen_str value,
                                              std::uint32_t flags) {
    BOOST_TEST(flags == std::uint32_t{HEYGEN_SECRET});
    return real_sink->set_header(call, name, value, flags);
  }

  void pass(std::int64_t milliseconds) {
    monotonic += milliseconds;
    now += milliseconds / 1000;
  }

  struct FakeClock : Clock {
    explicit FakeClock(FakeHost& fake) : host(fake) {}
    std::int64_t now() const override { return host.now; }
    std::chrono::milliseconds monotonic() const override { return std::chrono::milliseconds{host.monotonic}; }
    bool wait(std::chrono::milliseconds time, const Cancel&) override {
      host.waits.push_back(static_cast<std::uint32_t>(time.count()));
      host.pass(time.count());
      return host.cancel_at < 0 || host.monotonic < host.cancel_at;
    }
    FakeHost& host;
  };

  struct FakeRandom : Random {
    explicit FakeRandom(FakeHost& fake) : host(fake) {}
    void fill(std::span<std::byte> out) override {
      host.random_sizes.push_back(out.size());
      for (std::byte& byte : out) byte = std::byte{next++};
    }
    FakeHost& host;
    std::uint8_t next = 0;
  };

  struct FakeTerminal : Terminal {
    explicit FakeTerminal(FakeHost& fake) : host(fake) {}
    bool stdin_is_terminal() const override { return host.interactive; }
    bool stdout_is_terminal() const override { return host.interactive; }
    bool stderr_is_terminal() const override { return host.interactive; }
    int columns() const override { return 80; }
    void notice(std::string_view line) override {
      host.events.emplace_back("notice");
      host.notices.emplace_back(line);
    }
    void show_status(std::string_view) override {}
    std::string read_line(std::string_view, const Cancel&) override {
      BOOST_ERROR("no provider of this project asks for echoed input");
      return {};
    }
    Secret read_secret(std::string_view, std::size_t, const Cancel&) override {
      if (host.secret_error) throw *host.secret_error;
      return Secret(host.secret_input);
    }
    FakeHost& host;
  };

  struct FakeResponse : net::Response {
    explicit FakeResponse(const Scripted& response) : body(response.body) {
      status = response.status;
      for (const auto& [name, value] : response.headers) headers.push_back({name, value});
    }
    std::size_t read(std::span<char> out) override {
      const std::size_t size = body.copy(out.data(), out.size(), at);
      at += size;
      return size;
    }
    std::optional<std::uint64_t> length() const override { return body.size(); }
    std::string body;
    std::size_t at = 0;
  };

  struct FakeHttp : net::Http {
    explicit FakeHttp(FakeHost& fake) : host(fake) {}
    std::unique_ptr<net::Response> send(const net::Request& request, const Cancel&) override {
      using Kind = net::Failure::Kind;
      Sent sent{request.method, request.url.text(), {}, {}, {}, request.timeouts.total.count()};
      std::array<char, 4096> piece{};
      while (const std::size_t got = request.body != nullptr ? request.body->read(piece) : 0) {
        sent.body.append(piece.data(), got);
      }
      sent.form = form_decode(sent.body);
      for (const net::Header& header : request.headers) sent.headers.emplace_back(header.name, header.value);
      host.sent.push_back(sent);
      host.events.push_back("send " + sent.url);
      BOOST_REQUIRE_MESSAGE(!host.responses.empty(), "no response is scripted for " + sent.url);
      Scripted response = host.responses.front();
      host.responses.pop_front();
      host.pass(response.takes_ms);
      if (response.failure == HEYGEN_TRANSIENT) throw net::Failure(Kind::timeout, "host: no response");
      if (response.failure == HEYGEN_CANCELED) throw net::Failure(Kind::canceled, "Canceled.");
      if (response.failure == HEYGEN_BROKEN) response.body.assign(limits::kMiB + 1, 'x');  // over the host's limit
      return std::make_unique<FakeResponse>(response);
    }
    FakeHost& host;
  };

  struct FakeBrowser : provider::OpenedBrowser {
    int descriptor() const override { return -1; }
    std::optional<std::string> complaint() override { return {}; }
  };

  struct FakeListener : provider::RedirectListener {
    explicit FakeListener(FakeHost& fake) : host(fake) {}
    const std::string& redirect_uri() const override { return uri; }
    Outcome wait(std::chrono::milliseconds timeout, const Cancel&, const Watch&) override {
      host.events.emplace_back("wait");
      host.callback_timeout = timeout.count();
      if (host.callback_outcome != Outcome::arrived) return host.callback_outcome;
      for (auto& [name, value] : host.callback) {
        if (value == "$state") value = value_of(host.shown_query(), "state");
      }
      visitor = true;
      return Outcome::arrived;
    }
    bool has_visitor() const override { return visitor; }
    bool is_listening() const override { return true; }
    const std::string* param(std::string_view name) const override {
      const auto found = std::ranges::find(host.callback, name, &Pairs::value_type::first);
      return found == host.callback.end() ? nullptr : &found->second;
    }
    void respond(bool success, std::string_view) override {
      BOOST_TEST(visitor);
      visitor = false;
      BOOST_TEST(!host.page.has_value());
      host.page = success;
      host.events.emplace_back(success ? "page ok" : "page failed");
    }
    FakeHost& host;
    std::string uri{kRedirect};
    bool visitor = false;
  };

  struct FakeBrowserLogin : provider::BrowserLogin {
    explicit FakeBrowserLogin(FakeHost& fake) : host(fake) {}
    std::unique_ptr<provider::OpenedBrowser> open(const std::string& url, const Environment&,
                                                  const std::vector<std::string>&) override {
      host.events.emplace_back("browser");
      host.opened.push_back(url);
      return host.browser_opens ? std::make_unique<FakeBrowser>() : nullptr;
    }
    std::unique_ptr<provider::RedirectListener> listen(const provider::RedirectOptions& options, Clock&) override {
      host.listen_path = options.path;
      host.events.emplace_back("listen");
      return std::make_unique<FakeListener>(host);
    }
    FakeHost& host;
  };

  heygen_provider_entry_v entry_;
  const heygen_provider_1* api_ = nullptr;
  provider::Manifest manifest_;
  Cancel cancel_;
  FakeClock clock_{*this};
  FakeRandom random_{*this};
  FakeTerminal terminal_{*this};
  FakeHttp http_{*this};
  FakeBrowserLogin browser_{*this};
};

}  // namespace heygen::plugins::test
