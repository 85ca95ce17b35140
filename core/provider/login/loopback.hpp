// SPDX-License-Identifier: Apache-2.0
// The redirect listener of a native app on this machine alone: the first well-formed request for its path wins,
// whatever else connects in the meantime (RFC 8252 §7.3, §8.3).
#pragma once

#include <chrono>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/fd.hpp"
#include "core/base/limits.hpp"
#include "core/provider/login/browser_login.hpp"

namespace heygen::provider {

class Loopback : public RedirectListener {
 public:
  static constexpr std::size_t kMaxConnections = 16;
  /// Browsers send `localhost` the cookies of every other local server, whatever its port.
  static constexpr std::size_t kMaxHead = 32 * limits::kKiB;
  static constexpr std::size_t kMaxForm = 32 * limits::kKiB;
  static constexpr std::chrono::milliseconds kConnectionTime{10'000};

  /// Throws heygen::Error when it cannot listen.
  Loopback(const RedirectOptions& options, Clock& clock);
  ~Loopback() override;  ///< a browser that still waits is told that the login did not work
  Loopback(const Loopback&) = delete;
  Loopback& operator=(const Loopback&) = delete;

  const std::string& redirect_uri() const override { return redirect_uri_; }
  Outcome wait(std::chrono::milliseconds timeout, const Cancel& cancel, const Watch& watch) override;
  bool has_visitor() const override { return bool(visitor_); }
  bool is_listening() const override { return bool(listener_); }
  const std::string* param(std::string_view name) const override;
  void respond(bool success, std::string_view message) override;

 private:
  using Params = std::vector<std::pair<std::string, std::string>>;
  struct Connection {
    UniqueFd socket;
    std::chrono::milliseconds deadline{0};
    std::string head;       ///< with the body of a form
    bool answered = false;  ///< only waits for the other side to close
  };
  /// What becomes of a connection.
  enum class Next : unsigned char { keep, drop, arrived, repeated_parameter };

  void listen_on_both(std::uint16_t& port);
  void accept_one(int listener);
  /// Reads what the browser sent so far.
  Next serve(Connection& connection);
  /// `end`: of the head, behind which the body of a form follows.
  Next handle_request(Connection& connection, std::size_t end);
  static Next answer(Connection& connection, const std::string& response);
  void drop_expired();
  /// Moves `seen` to the present time, and `deadline` by what of it the process was stopped.
  int poll_once(std::chrono::milliseconds timeout, const Cancel& cancel, const Watch& watch, std::vector<int>& ready,
                std::chrono::milliseconds& seen, std::chrono::milliseconds& deadline);
  std::optional<Outcome> serve_ready(const std::vector<int>& ready);
  /// Takes the parameters of a redirect to the right path.
  Next take(Connection& connection, std::string_view encoded);
  void send_and_drain(int socket, const std::string& response) const;
  void close_all();

  std::string path_;
  bool form_post_;
  Clock& clock_;
  UniqueFd listener_;
  UniqueFd second_;  ///< of `localhost`: on [::1], where there is one
  UniqueFd visitor_;
  std::string host_;
  std::string redirect_uri_;
  std::list<Connection> connections_;
  Params params_;
};

}  // namespace heygen::provider
