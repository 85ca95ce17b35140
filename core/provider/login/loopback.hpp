// The redirect listener of a native app: one request wins, whatever else connects in the meantime (RFC 8252 §7.3,
// §8.3).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace heygen {
class Cancel;
class Clock;
}  // namespace heygen

namespace heygen::provider {

class Loopback {
 public:
  static constexpr std::size_t kMaxConnections = 16;
  static constexpr std::size_t kMaxHead = std::size_t{8} << 10U;
  static constexpr std::chrono::milliseconds kConnectionTime{10'000};

  enum class Outcome { arrived, doubled, timed_out, cancelled };

  /// A further descriptor to watch while waiting: -1 for none, and what to do once it is readable.
  struct Watch {
    std::function<int()> descriptor = [] { return -1; };
    std::function<void()> readable = [] {};
  };

  /// Listens on 127.0.0.1, a port of the system's choice. Throws heygen::Error when it cannot.
  Loopback(std::string path, Clock& clock);
  ~Loopback();  ///< a browser that still waits is told that the login did not work
  Loopback(const Loopback&) = delete;
  Loopback& operator=(const Loopback&) = delete;

  const std::string& redirect_uri() const { return redirect_uri_; }
  Outcome wait(std::chrono::milliseconds timeout, const Cancel& cancel, const Watch& watch);
  /// Someone came and has had no answer yet.
  bool has_visitor() const { return visitor_ >= 0; }
  bool is_listening() const { return listener_ >= 0; }
  /// Decoded; nullptr when absent.
  const std::string* param(std::string_view name) const;
  /// Answers the visitor and ends listening.
  void respond(bool success, std::string_view message);

 private:
  using Params = std::vector<std::pair<std::string, std::string>>;
  struct Connection {
    int socket = -1;
    std::chrono::milliseconds deadline{0};
    std::string head;
    bool answered = false;  ///< only waits for the other side to close
  };
  enum class Verdict { go_on, drop, arrived, doubled };

  void accept_one();
  /// Reads what came; `drop` ends the connection.
  Verdict serve(Connection& connection);
  Verdict judge(Connection& connection);
  static Verdict answer(Connection& connection, const std::string& reply);
  void drop_expired();
  int poll_once(std::chrono::milliseconds timeout, const Cancel& cancel, const Watch& watch, std::vector<int>& ready);
  std::optional<Outcome> serve_ready(const std::vector<int>& ready);
  void finish(int socket, const std::string& reply) const;
  void close_all();

  std::string path_;
  Clock& clock_;
  int listener_ = -1;
  int visitor_ = -1;
  std::string host_;
  std::string redirect_uri_;
  std::list<Connection> connections_;
  Params params_;
};

}  // namespace heygen::provider
