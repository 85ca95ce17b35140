// SPDX-License-Identifier: Apache-2.0
// What the stages have in common: services with some members replaced, and requests that are listened to.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/base/terminal.hpp"
#include "core/net/http.hpp"
#include "core/provider/login/browser_login.hpp"
#include "core/provider/provider.hpp"

namespace heygen::provider {

/// The same with these members, of which `nullptr` keeps what it was.
struct Replaced {
  net::Http* http = nullptr;
  Clock* clock = nullptr;
  Random* random = nullptr;
  Terminal* terminal = nullptr;
  BrowserLogin* browser_login = nullptr;
};
Services lend_instead(const Services& services, const Replaced& replaced);

/// Largest body that is listened to, in bytes. Of a longer one the listener gets nothing.
inline constexpr std::size_t kMaxTapped = std::size_t{1} << 20;

/// A response that was read to its end.
struct Exchanged {
  const net::Request& request;
  int status = 0;
  const net::Headers& headers;
  const std::string& body;  ///< wiped afterwards
  bool is_complete = true;  ///< false: longer than kMaxTapped
};

/// An Http that reports what it exchanges.
class TappedHttp : public net::Http {
 public:
  using OnExchange = std::function<void(const Exchanged&)>;
  /// `on_failure`: of a request that got no response; may be empty.
  TappedHttp(net::Http& inner, OnExchange on_exchange,
             std::function<void(const net::Request&, const net::Failure&)> on_failure = {})
      : inner_(inner), on_exchange_(std::move(on_exchange)), on_failure_(std::move(on_failure)) {}
  std::unique_ptr<net::Response> send(const net::Request& request, const Cancel& cancel) override;

 private:
  net::Http& inner_;
  OnExchange on_exchange_;
  std::function<void(const net::Request&, const net::Failure&)> on_failure_;
};

/// A browser of which nothing more is known.
class QuietBrowser : public OpenedBrowser {
 public:
  int descriptor() const override { return -1; }
  std::optional<std::string> complaint() override { return {}; }
};

/// The same terminal, which reports what it shows.
class WatchedTerminal : public Terminal {
 public:
  WatchedTerminal(Terminal& inner, std::function<void(std::string_view)> on_notice)
      : inner_(inner), on_notice_(std::move(on_notice)) {}
  bool stdin_is_terminal() const override { return inner_.stdin_is_terminal(); }
  bool stdout_is_terminal() const override { return inner_.stdout_is_terminal(); }
  bool stderr_is_terminal() const override { return inner_.stderr_is_terminal(); }
  int columns() const override { return inner_.columns(); }
  void notice(std::string_view line) override {
    on_notice_(line);
    inner_.notice(line);
  }
  void show_status(std::string_view line) override { inner_.show_status(line); }
  std::string read_line(std::string_view prompt, const Cancel& cancel) override {
    return inner_.read_line(prompt, cancel);
  }
  Secret read_secret(std::string_view prompt, std::size_t limit, const Cancel& cancel) override {
    return inner_.read_secret(prompt, limit, cancel);
  }
  std::unique_ptr<TypedLines> type_lines() override { return inner_.type_lines(); }

 private:
  Terminal& inner_;
  std::function<void(std::string_view)> on_notice_;
};

/// Throws Error{usage_error} where the provider has a port of its own. `port`: of --port, 0 for none.
RedirectOptions with_port(RedirectOptions options, std::uint16_t port);

}  // namespace heygen::provider
