// SPDX-License-Identifier: Apache-2.0
// What a login in the browser needs of the system: a program that opens a page, and a listener for the redirect that
// follows. Tests replace both.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heygen {
class Cancel;
class Clock;
class Environment;
}  // namespace heygen

namespace heygen::provider {

/// A browser that was asked to open a page.
class OpenedBrowser {
 public:
  virtual ~OpenedBrowser() = default;
  /// Polls readable once the opener ended; -1 when there is nothing more to learn.
  virtual int descriptor() const = 0;
  /// Why it failed, the first time that this is known: "xdg-open ended with exit code 3".
  virtual std::optional<std::string> complaint() = 0;
};

/// What a redirect is registered as.
struct RedirectOptions {
  std::string path = "/callback";
  std::string host = "127.0.0.1";  ///< or "localhost", which is both addresses, or "[::1]"
  std::uint16_t port = 0;          ///< 0: the system's choice
  bool form_post = false;          ///< a POST of a form in place of a GET with a query
};

/// Waits for one request, the redirect at the end of a login.
class RedirectListener {
 public:
  enum class Outcome : unsigned char {
    arrived,
    repeated_parameter,  ///< the visitor has been answered: the parameters are ambiguous
    timed_out,
    canceled,
    ended,  ///< Watch::is_over said so
  };
  /// A further descriptor to watch while waiting: -1 for none, and what to do once it is readable.
  struct Watch {
    std::function<int()> descriptor = [] { return -1; };
    std::function<void()> readable = [] {};
    /// Called about once a second with the time that is left; may be empty.
    std::function<void(std::chrono::milliseconds)> tick{};
    /// Likewise, of what the user types.
    std::function<int()> input = [] { return -1; };
    std::function<void()> typed = [] {};
    /// Asked after each event; may be empty.
    std::function<bool()> is_over{};
  };

  virtual ~RedirectListener() = default;
  virtual const std::string& redirect_uri() const = 0;
  virtual Outcome wait(std::chrono::milliseconds timeout, const Cancel& cancel, const Watch& watch) = 0;
  /// A request arrived and has not been answered.
  virtual bool has_visitor() const = 0;
  virtual bool is_listening() const = 0;
  /// A decoded query parameter of the request; nullptr when absent.
  virtual const std::string* param(std::string_view name) const = 0;
  /// Answers the visitor and ends listening.
  virtual void respond(bool success, std::string_view message) = 0;
};

class BrowserLogin {
 public:
  virtual ~BrowserLogin() = default;
  /// Whether a page can be opened at all; as a rule when the user did not switch browsers off.
  virtual bool allowed(const Environment& environment) const;
  /// Opens `url`; nullptr when no browser can be started. `hidden` variables are kept from the browser's process.
  virtual std::unique_ptr<OpenedBrowser> open(const std::string& url, const Environment& environment,
                                              const std::vector<std::string>& hidden) = 0;
  /// Throws Error{usage_error} when another program uses the port, and Error{network_error} when the system does not
  /// allow it.
  virtual std::unique_ptr<RedirectListener> listen(const RedirectOptions& options, Clock& clock) = 0;
};

}  // namespace heygen::provider
