// SPDX-License-Identifier: Apache-2.0
#include "host/requests/wait.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "core/api/engine.hpp"
#include "core/api/job.hpp"
#include "core/base/clock.hpp"
#include "core/net/status.hpp"
#include "core/output/error.hpp"
#include "core/transport/rules/failure.hpp"
#include "host/requests/last_words.hpp"
#include "host/requests/response.hpp"
#include "host/transfer/progress.hpp"

namespace heygen::host::requests {
namespace {

using std::chrono::milliseconds;

/// For the response to the creation after a cancellation, and for the poll after a stop of the process.
constexpr milliseconds kGrace{5'000};
constexpr milliseconds kRedraw{1'000};
constexpr int kSecondRound = 1;

/// "500ms", "45s", "1m 5s", "1h 30m"; as --timeout reads it, but for the space.
std::string time_text(milliseconds time) {
  if (time < milliseconds(1000)) return fmt::format("{}ms", time.count());
  const auto seconds = time.count() / 1000;
  if (seconds < 60) return fmt::format("{}s", seconds);
  const auto [large, small, units] = seconds < 3600 ? std::tuple(seconds / 60, seconds % 60, "ms")
                                                    : std::tuple(seconds / 3600, seconds / 60 % 60, "hm");
  return small == 0 ? fmt::format("{}{}", large, units[0]) : fmt::format("{}{} {}{}", large, units[0], small, units[1]);
}

/// The job continues whatever became of the request. Right after the creation, not every server knows the job yet.
bool is_transient(const Error& error, milliseconds age) {
  constexpr milliseconds kUnknownFor{30'000};
  if (error.http_status == net::status::kNotFound) return age < kUnknownFor;
  return error.code == code::kNetwork || error.code == code::kTimeout || net::may_pass(error.http_status);
}

class Wait {
 public:
  Wait(const WaitDependencies& needs, const api::Command& command, milliseconds limit)
      : needs_(needs),
        command_(command),
        poll_(*command.poll),
        limit_(limit),
        start_(needs.clock.monotonic()),
        looked_at_(start_) {}

  void run(transport::ApiRequest create) {
    headers_ = create.headers;
    set_last(request_start(create));
    created_ = needs_.clock.monotonic();
    try {
      const json::Value response = parse_response(last_);
      job_ = api::job_of(command_, response);
      id_ = api::job_id(poll_, response);
      needs_.last_words(api::follow_up_hint(job_), job_);
      if (needs_.cancel.requested()) throw canceled_error();
      follow();
    } catch (Error& error) {
      end_with(error);
      throw;
    }
  }

 private:
  std::string request_start(transport::ApiRequest& create) {
    create.deadline = start_ + limit_;
    create.grace = kGrace;
    create.on_wait = [this] {
      look_at_clock();
      needs_.status("Waiting for the response to the request, " + time_text(elapsed()));
    };
    needs_.status("Sending the request…");
    Error lost = canceled_error();
    transport::say_that_it_may_have_taken_effect(lost, create.look, transport::key_of(create));
    needs_.last_words(lost.hint, {{}, create.look});
    try {
      std::string response = needs_.send(create);
      look_at_clock();
      return response;
    } catch (Error& error) {
      needs_.status("");
      if (error.may_have_taken_effect && !error.job) error.job = JobReference{{}, create.look};
      if (error.code != code::kTimeout || left() > milliseconds(0)) throw;
      Error late(code::kTimeout, "Timed out after " + time_text(limit_) + " waiting for the API.", error.hint,
                 Exit::timeout);
      late.job = error.job;
      throw late;
    }
  }

  /// Whatever ended the wait: what is known of the job goes to stdout, and how to find it into the error.
  void end_with(Error& error) {
    needs_.status("");
    if (job_.show.empty()) job_.show = api::look_command(command_, {});
    const auto known = [&](const std::string& id) { return error.hint.find(id) != std::string::npos; };
    const std::string follow_up = api::follow_up_hint(job_);
    if (job_.ids.empty())
      transport::say_that_it_may_have_taken_effect(error, job_.show);
    else if (!std::ranges::all_of(job_.ids, known) && error.hint.find(job_.show) == std::string::npos)
      error.hint += (error.hint.empty() ? "" : " ") + follow_up;
    error.job = job_;
    try {
      print_last();
    } catch (const Error& fault) {
      error.hint += " " + fault.message();
    }
  }

  void set_last(std::string response) {
    last_ = std::move(response);
    needs_.keep(last_);
  }

  void print_last() {
    if (std::exchange(printed_, true)) return;
    needs_.keep("");
    needs_.print(last_);
  }

  void follow() {
    transport::ApiRequest ask;
    ask.path = api::poll_path(poll_, id_);
    ask.headers = headers_;
    ask.retries = false;  // all that fails in passing is repeated here
    ask.on_wait = [this] { show(); };
    for (int round = 0; poll_once(ask); ++round) {
      if (is_unknown_) round = std::min(round, kSecondRound);  // it will be known soon, or never
      const milliseconds delay = std::max(api::poll_delay(round, needs_.random.unit()), asked_to_wait_);
      pause(std::min(delay, left()));
      if (left() <= milliseconds(0) && !was_stopped_) give_up();
    }
  }

  /// Notes that the process did not run since the last look (SIGSTOP, Ctrl-Z, a frozen container).
  void look_at_clock() {
    const milliseconds now = needs_.clock.monotonic();
    was_stopped_ = was_stopped_ || stopped_time(kLongestSleep, now - looked_at_).count() > 0;
    looked_at_ = now;
  }

  /// The timeout, or a moment more for the poll that is due once a stopped process runs again.
  milliseconds end_of_poll() {
    const milliseconds end = start_ + limit_;
    return std::exchange(was_stopped_, false) ? std::max(end, needs_.clock.monotonic() + kGrace) : end;
  }

  /// False when the job is over and its response printed.
  bool poll_once(transport::ApiRequest& ask) {
    std::string text;
    asked_to_wait_ = milliseconds(0);
    ask.deadline = end_of_poll();
    try {
      text = needs_.send(ask);
      look_at_clock();
    } catch (const Error& error) {
      look_at_clock();
      if (error.code == code::kTimeout && left() <= milliseconds(0) && !was_stopped_) give_up();
      if (!is_transient(error, needs_.clock.monotonic() - created_) || !may_ask_later(error)) throw;
      last_error_ = error.message();
      is_unknown_ = error.http_status == net::status::kNotFound;
      return true;
    }
    is_unknown_ = false;
    const json::Value response = parse_response(text);
    set_last(std::move(text));
    last_error_.clear();
    const api::JobState state = api::job_state(poll_, response);
    status_ = response.find_path(poll_.status_field)->as_string();
    if (state == api::JobState::running) return true;
    needs_.status("");
    if (state == api::JobState::failed) throw api::job_failure(poll_, id_, response);
    print_last();
    return false;
  }

  /// False when the server asks to wait longer than this wait may last.
  bool may_ask_later(const Error& error) {
    const std::int64_t seconds = error.retry_after.value_or(0);
    if (seconds >= left() / std::chrono::seconds(1)) return seconds == 0;
    asked_to_wait_ = std::chrono::seconds(seconds);
    return true;
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

  void show() {
    look_at_clock();
    needs_.status("Waiting for " + id_ + (status_.empty() ? "" : ": " + status_) + ", " + time_text(elapsed()) +
                  (last_error_.empty() ? "" : " (no response; retrying)"));
  }

  [[noreturn]] void give_up() {
    throw Error(code::kTimeout,
                fmt::format("Timed out after {} waiting for job {}; it {} running.{}", time_text(limit_), id_,
                            status_.empty() ? "may still be" : "is still",
                            last_error_.empty() ? "" : " Last error: " + last_error_),
                fmt::format("Check its status with `{}`, or wait longer with --timeout.", job_.show), Exit::timeout);
  }

  milliseconds elapsed() const { return needs_.clock.monotonic() - start_; }
  milliseconds left() const { return limit_ - elapsed(); }

  const WaitDependencies& needs_;
  const api::Command& command_;
  const api::Poll& poll_;
  const milliseconds limit_, start_;
  milliseconds created_{0}, asked_to_wait_{0};
  milliseconds looked_at_;
  bool is_unknown_ = false;   ///< to the server that was asked last
  bool was_stopped_ = false;  ///< since the last poll was sent
  net::Headers headers_;
  JobReference job_;
  std::string id_, status_, last_error_;
  std::string last_;  ///< response, of the creation or of the last poll
  bool printed_ = false;
};

}  // namespace

void run_and_wait(const WaitDependencies& needs, const api::Command& command, transport::ApiRequest create,
                  milliseconds limit) {
  Wait(needs, command, limit).run(std::move(create));
}

void run_and_wait(Services& services, Printer& printer, const api::Command& command, transport::ApiRequest create,
                  milliseconds limit) {
  LastWordsScope last_words(services.cancel);
  printer.always_on_stdout = true;
  transfer::Progress progress({services.terminal, services.environment, services.clock});
  const auto status = [&](const std::string& line) {
    if (line.empty())
      progress.clear();
    else if (!services.options.verbose)  // the trace says it all, and a line among its lines would be torn
      progress.show_now(line);
  };
  const WaitDependencies needs{
      .send =
          [&](const transport::ApiRequest& request) {
            if (!transport::changes_something(request)) return send(services.client(), request);
            return send_and_keep(services.client(), printer, request, [&] { status(""); });
          },
      .print = [&](const std::string& response) { print_or_fail([&] { print_response(printer, response); }); },
      .status = status,
      .last_words = [&](const std::string& hint, const JobReference& job) { last_words.say(hint, job); },
      .keep =
          [&](const std::string& response) {
            last_words.keep(printer.to_terminal() ? output::harmless_json(response) : response);
          },
      .clock = services.clock,
      .random = services.random,
      .cancel = services.cancel};
  run_and_wait(needs, command, std::move(create), limit);
}

}  // namespace heygen::host::requests
