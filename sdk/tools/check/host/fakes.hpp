// SPDX-License-Identifier: Apache-2.0
// Behind the services while a provider is tested: a server, a clock, a terminal, a browser, a cache, keys.
#pragma once

#include <heygen/provider.h>

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/random.hpp"
#include "core/base/terminal.hpp"
#include "core/net/http.hpp"
#include "core/provider/login/browser_login.hpp"
#include "sdk/tools/check/host/test_host.hpp"

namespace heygen::check {

/// Bytes of members of a later version.
inline constexpr std::size_t kLaterMembers = 64;

/// What the page of the authorization server was asked for (RFC 6749 §4.1.1, RFC 7636 §4.3).
struct Authorization {
  std::string state, challenge, method, redirect_uri;
};

/// Predictable, so that answers can be compared; a login gets what no other login got.
class TestRandom : public Random {
 public:
  void begin(bool login);
  void fill(std::span<std::byte> out) override;

 private:
  std::uint32_t next_ = 0;
};

/// One call at a time; the C functions find it here.
struct Fakes {
  Fakes(const Scenario& the_scenario, const provider::Manifest& the_manifest, const heygen_provider_1& the_api,
        Findings& the_findings)
      : scenario(the_scenario), manifest(the_manifest), api(the_api), findings(the_findings), trace(the_scenario) {}

  static Fakes* current;
  static Fakes& of(const heygen_call*) { return *current; }

  // ---- what happens in a call
  void begin(provider::Function the_function, const json::Value& state, const Script& the_script,
             const std::string& detail);
  void about_to_wait();
  void stop();
  /// `text` is seen by others: it must have no secret.
  void expose(std::string_view rule, const char* where, std::string_view text);
  void fail(std::string_view rule, const std::string& why) { findings.fail(rule, what + ": " + why); }
  /// An address that the user is shown: perhaps the page of an authorization server.
  void see_url(std::string_view text);
  std::vector<std::pair<std::string, std::string>> redirect_parameters();

  // ---- the server
  CannedResponse serve(const net::Request& request);
  CannedResponse choose(const net::Request& request);
  CannedResponse with_turn(CannedResponse response) const;
  CannedResponse baseline(const net::Url& url);
  CannedResponse metadata(const std::string& issuer) const;
  void read_metadata(const net::Url& url, const std::string& body);
  void judge_code(const std::string& body);

  // ---- services
  static const void* HEYGEN_CALL find(const heygen_call* call, heygen_str id);
  const void* service(std::string_view id);
  template <class Service>
  const void* given(Service service);
  static heygen_sink sink();
  std::string binding_of(const json::Value& state) const;
  /// What the cache is bound to, as it is now.
  void bind_cache(const json::Value& state);
  /// What the call puts is of the state that it leaves, and what a login creates takes the place of its earlier keys.
  void settle(json::Value state);

  // ---- the end
  void judge(provider::HostCall& host, heygen_status raw);
  void judge_faults();

  const Scenario& scenario;
  const provider::Manifest& manifest;
  const heygen_provider_1& api;
  Findings& findings;
  Trace trace;

  const Script* script = nullptr;
  std::string what;
  provider::Function function = provider::Function::resolve;
  bool stores_login = false;  ///< set_state has a place in this call
  Cancel* cancel = nullptr;
  std::int64_t canceled_at = -1;
  CallResult result;
  std::size_t answered = 0;
  bool may_ask_user = false;
  Authorization page;
  std::string issuer;
  std::vector<std::unique_ptr<std::array<char, 512>>> tables;
  std::vector<std::string> secret_variables;
  TestRandom random;

  struct Cached {
    std::string value;
    std::int64_t expires_at = 0;
  };
  std::map<std::string, Cached, std::less<>> cache;
  std::string cache_binding;
  std::set<std::string> cached_now, keys_now;            ///< names of what the call keeps
  std::map<std::string, std::string, std::less<>> keys;  ///< algorithms by name
};

struct FakeClock : Clock {
  explicit FakeClock(Fakes& host) : fakes(host) {}
  std::int64_t now() const override { return fakes.script->now + passed / 1000; }
  std::chrono::milliseconds monotonic() const override { return std::chrono::milliseconds(1'000 + passed); }
  bool wait(std::chrono::milliseconds time, const Cancel& cancel) override;
  Fakes& fakes;
  std::int64_t passed = 0;
};

struct FakeTerminal : Terminal {
  explicit FakeTerminal(Fakes& host) : fakes(host) {}
  bool stdin_is_terminal() const override { return true; }
  bool stdout_is_terminal() const override { return false; }
  bool stderr_is_terminal() const override { return true; }
  int columns() const override { return kDefaultColumns; }
  void notice(std::string_view line) override;
  void show_status(std::string_view) override {}
  std::string read_line(std::string_view prompt, const Cancel& cancel) override;
  Secret read_secret(std::string_view prompt, std::size_t, const Cancel& cancel) override {
    return Secret(read_line(prompt, cancel));
  }
  /// An item that is one of the answers, or else the suggested one.
  std::size_t choose(const std::string& title, const std::vector<std::string>& items, std::size_t suggested);
  Fakes& fakes;
};

struct FakeHttp : net::Http {
  explicit FakeHttp(Fakes& host) : fakes(host) {}
  std::unique_ptr<net::Response> send(const net::Request& request, const Cancel& cancel) override;
  Fakes& fakes;
};

struct FakeBrowserLogin : provider::BrowserLogin {
  explicit FakeBrowserLogin(Fakes& host) : fakes(host) {}
  std::unique_ptr<provider::OpenedBrowser> open(const std::string& url, const Environment&,
                                                const std::vector<std::string>&) override;
  std::unique_ptr<provider::RedirectListener> listen(const provider::RedirectOptions& options, Clock&) override;
  Fakes& fakes;
};

/// heygen.cache/1, heygen.key/1 and heygen.request/1, kept in memory.
heygen_cache_1_v cache_table();
heygen_key_1_v key_table();
heygen_request_1_v request_table();

}  // namespace heygen::check
