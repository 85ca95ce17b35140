// SPDX-License-Identifier: Apache-2.0
// What most tests of exchanges need: a client, its environment, and short ways to use them.
#pragma once

#include <chrono>
#include <csignal>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/environment.hpp"
#include "core/net/client/client.hpp"

namespace peer {

using namespace heygen;
using namespace heygen::net;
using namespace std::chrono_literals;
using Kind = Failure::Kind;

/// Limits that a test on a busy machine does not meet by accident.
inline constexpr Timeouts kAmple{.connect = 20s, .idle = 20s, .total = 20s};

struct Client {
  using Variables = std::map<std::string, std::string, std::less<>>;
  explicit Client(Variables variables = {}) : http(make_http(MapEnvironment(std::move(variables)), system_clock())) {}

  Request request(const Url& url, const std::string& method = "GET") const {
    Request made;
    made.method = method;
    made.url = url;
    made.timeouts = kAmple;
    return made;
  }
  std::unique_ptr<Response> send(const Request& made) const { return http->send(made, cancel); }
  std::string fetch(const Request& made) const { return read_all(*send(made), 1 << 20); }
  std::string get(const Url& url) const { return fetch(request(url)); }

  /// How sending, or reading the response, fails.
  Failure failure(const Request& made) const {
    try {
      read_all(*send(made), 1 << 20);
    } catch (const Failure& failed) {
      return failed;
    }
    throw std::logic_error("the exchange did not fail");
  }

  std::unique_ptr<Http> http;
  Cancel cancel;
};

/// Cancels once `moment` has come; then says how long the canceled work lasted.
class Canceler {
 public:
  Canceler(Cancel& cancel, std::future<void> moment)
      : thread_([this, &cancel, waiting = std::move(moment)]() mutable {
          waiting.wait();
          at_ = std::chrono::steady_clock::now();
          cancel.request();
        }) {}

  std::chrono::milliseconds delay() {
    const auto now = std::chrono::steady_clock::now();
    thread_.join();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now - at_);
  }

 private:
  std::chrono::steady_clock::time_point at_;
  std::thread thread_;
};

/// A body of `size` bytes that repeats a pattern and is never held whole.
class PatternBody : public Body {
 public:
  explicit PatternBody(std::uint64_t size, bool announced = true) : size_(size), announced_(announced) {}
  std::optional<std::uint64_t> size() const override { return announced_ ? std::optional(size_) : std::nullopt; }
  std::size_t read(std::span<char> out) override {
    std::size_t count = 0;
    for (; count < out.size() && at_ < size_; ++count) out[count] = byte(at_++);
    return count;
  }
  bool rewind() override { return at_ = 0, true; }

  static char byte(std::uint64_t at) { return static_cast<char>('a' + at % 23); }
  static std::string text(std::uint64_t size) {
    std::string out(static_cast<std::size_t>(size), '\0');
    PatternBody(size).read(out);
    return out;
  }

 private:
  std::uint64_t size_;
  bool announced_;
  std::uint64_t at_ = 0;
};

/// A body that can be read only once.
class OneWayBody : public TextBody {
 public:
  using TextBody::TextBody;
  bool rewind() override { return false; }
};

/// Lets SIGPIPE through to this thread, where it would end the program.
class SigpipeAllowed {
 public:
  SigpipeAllowed() {
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_UNBLOCK, &pipe, &before_);
  }
  ~SigpipeAllowed() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SigpipeAllowed(const SigpipeAllowed&) = delete;
  SigpipeAllowed& operator=(const SigpipeAllowed&) = delete;

 private:
  sigset_t before_;
};

inline bool mentions(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace peer
