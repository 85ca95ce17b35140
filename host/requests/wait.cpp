// SPDX-License-Identifier: Apache-2.0
#include "host/requests/wait.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "core/api/engine.hpp"
#include "core/base/text.hpp"
#include "host/requests/response.hpp"
#include "host/transfer/progress.hpp"

namespace heygen::host::requests {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kGrace{5'000};
constexpr milliseconds kRedraw{1'000};
/// "500ms", "45s", "1m 5s", "1h 30m"; as --timeout reads it, but for the space.
std::string time_text(milliseconds time) {
  if (time < milliseconds(1000)) return fmt::format("{}ms", time.count());
  const auto seconds = time.count() / 1000;
  if (seconds < 60) return fmt::format("{}s", seconds);
  const auto [large, small, units] = seconds < 3600 ? std::tuple(seconds / 60, seconds % 60, "ms")
                                                    : std::tuple(seconds / 3600, seconds / 60 % 60, "hm");
  return small == 0 ? fmt::format("{}{}", large, units[0]) : fmt::format("{}{} {}{}", large, units[0], small, units[1]);
}

/// The job continues whatever became of the request.
bool is_transient(const Error& error) {
  constexpr int kTooMany = 429, kServerFault = 500;
  return error.code == code::kNetwork || error.code == code::kTimeout || error.http_status == kTooMany ||
         error.http_status >= kServerFault;
}

/// So that an ID elsewhere in the response is not lost.
std::string excerpt(const std::string& response) {
  constexpr std::size_t kLongest = 2000;
  return printable(response.substr(0, kLongest)) + (response.size() > kLongest ? "…" : "");
}

class Wait {
 public:
  Wait(const WaitDependencies& needs, const api::Poll& poll, milliseconds limit)
      : needs_(needs), poll_(poll), limit_(limit), start_(needs.clock.monotonic()) {}

  void run(transport::ApiRequest create) {
    headers_ = create.headers;
    id_ = id_of(request_start(create));
    try {
      if (needs_.cancel.requested()) throw canceled_error();
      follow();
    } catch (Error& error) {
      needs_.status("");
      if (error.hint.find(id_) == std::string::npos) error.hint += (error.hint.empty() ? "" : " ") + follow_up();
      throw;
    }
  }

 private:
  std::string request_start(transport::ApiRequest& create) {
    create.deadline = start_ + limit_;
    create.grace = kGrace;
    needs_.status("Sending the request…");
    try {
      return needs_.send(create);
    } catch (Error& error) {
      needs_.status("");
      if (error.code == code::kCanceled && error.hint.empty()) error.hint = api::may_have_started(poll_);
      if (error.code != code::kTimeout || left() > milliseconds(0)) throw;
      throw Error(code::kTimeout, "Timed out after " + time_text(limit_) + " waiting for the API.",
                  api::may_have_started(poll_), Exit::timeout);
    }
  }

  std::string id_of(const std::string& response) {
    try {
      return api::job_id(poll_, parse_response(response));
    } catch (Error& error) {
      needs_.status("");
      if (error.code == code::kResponseParse) error.hint += " The response was: " + excerpt(response);
      throw;
    }
  }

  void follow() {
    transport::ApiRequest ask;
    ask.path = api::poll_path(poll_, id_);
    ask.headers = headers_;
    ask.deadline = start_ + limit_;
    for (int round = 0; poll_once(ask); ++round) {
      pause(std::min(api::poll_delay(round, needs_.random.unit()), left()));
      if (left() <= milliseconds(0)) give_up();
    }
  }

  /// False when the job is over and its response printed.
  bool poll_once(const transport::ApiRequest& ask) {
    std::string text;
    try {
      text = needs_.send(ask);
    } catch (const Error& error) {
      if (error.code == code::kTimeout && left() <= milliseconds(0)) give_up();
      if (last_.empty() || !is_transient(error)) throw;
      last_error_ = error.message();
      return true;
    }
    const json::Value response = parse_response(text);
    const api::JobState state = api::job_state(poll_, response);
    last_ = std::move(text);
    last_error_.clear();
    const json::Value* status = response.find_path(poll_.status_field);
    status_ = status->is_string() ? status->as_string() : "running";
    if (state == api::JobState::running) return true;
    needs_.status("");
    needs_.print(last_);
    if (state == api::JobState::failed) throw api::job_failure(poll_, id_, response);
    return false;
  }

  /// In steps, so that the time on the line moves.
  void pause(milliseconds time) {
    for (const milliseconds end = needs_.clock.monotonic() + time;;) {
      show();
      const milliseconds rest = end - needs_.clock.monotonic();
      if (rest <= milliseconds(0)) return;
      if (!needs_.clock.wait(std::min(rest, kRedraw), needs_.cancel)) throw canceled_error();
    }
  }

  void show() const {
    needs_.status("Waiting for " + id_ + ": " + status_ + ", " + time_text(elapsed()) +
                  (last_error_.empty() ? "" : " (no response; retrying)"));
  }

  [[noreturn]] void give_up() {
    needs_.status("");
    if (!last_.empty()) needs_.print(last_);
    throw Error(
        code::kTimeout,
        fmt::format("Timed out after {} waiting for job {}; it is still running.{}", time_text(limit_), id_,
                    last_error_.empty() ? "" : " Last error: " + last_error_),
        fmt::format("Check its status with `heygen {} {}`, or wait longer with --timeout.", poll_.follow_up, id_),
        Exit::timeout);
  }

  milliseconds elapsed() const { return needs_.clock.monotonic() - start_; }
  milliseconds left() const { return limit_ - elapsed(); }

  std::string follow_up() const { return fmt::format("Check its status with `heygen {} {}`.", poll_.follow_up, id_); }

  const WaitDependencies& needs_;
  const api::Poll& poll_;
  const milliseconds limit_, start_;
  net::Headers headers_;
  std::string id_, last_, status_, last_error_;
};

}  // namespace

void run_and_wait(const WaitDependencies& needs, const api::Poll& poll, transport::ApiRequest create,
                  milliseconds limit) {
  Wait(needs, poll, limit).run(std::move(create));
}

void run_and_wait(Services& services, Printer& printer, const api::Poll& poll, transport::ApiRequest create,
                  milliseconds limit) {
  transfer::Progress progress({services.terminal, services.environment, services.clock});
  const auto status = [&](const std::string& line) {
    if (line.empty())
      progress.clear();
    else if (!services.options.verbose)  // the trace says it all, and a line among its lines would be torn
      progress.show_now(line);
  };
  const WaitDependencies needs{
      .send = [&](const transport::ApiRequest& request) { return send(services.client(), request); },
      .print = [&](const std::string& response) { print_response(printer, response); },
      .status = status,
      .clock = services.clock,
      .random = services.random,
      .cancel = services.cancel};
  run_and_wait(needs, poll, std::move(create), limit);
}

}  // namespace heygen::host::requests
