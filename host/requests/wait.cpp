#include "host/requests/wait.hpp"

#include <algorithm>

#include "core/api/engine.hpp"
#include "core/base/text.hpp"
#include "host/transfer/progress.hpp"
#include "host/requests/response.hpp"

namespace heygen::host {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kGrace{5'000};
constexpr milliseconds kRedraw{1'000};
constexpr const char* kMayHaveStarted =
    "The job may have been started all the same: list your jobs before you try again.";

std::string time_text(milliseconds time) {
  if (time < milliseconds(1000)) return std::to_string(time.count()) + " ms";
  const auto seconds = time.count() / 1000;
  if (seconds < 60) return std::to_string(seconds) + " s";
  if (seconds < 3600)
    return std::to_string(seconds / 60) + " min" + (seconds % 60 == 0 ? "" : " " + std::to_string(seconds % 60) + " s");
  const auto minutes = seconds / 60 % 60;
  return std::to_string(seconds / 3600) + " h" + (minutes == 0 ? "" : " " + std::to_string(minutes) + " min");
}

/// The job goes on whatever became of the question.
bool is_transient(const Error& error) {
  constexpr int kTooMany = 429, kServerFault = 500;
  return error.code == code::kNetwork || error.code == code::kTimeout || error.http_status == kTooMany ||
         error.http_status >= kServerFault;
}

/// So that an id which stands somewhere else in the reply is not lost.
std::string excerpt(const std::string& reply) {
  constexpr std::size_t kLongest = 2000;
  return printable(reply.substr(0, kLongest)) + (reply.size() > kLongest ? "..." : "");
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
    needs_.status("Sending the request...");
    try {
      return needs_.send(create);
    } catch (Error& error) {
      needs_.status("");
      if (error.code == code::kCanceled && error.hint.empty()) error.hint = kMayHaveStarted;
      if (error.code != code::kTimeout || left() > milliseconds(0)) throw;
      throw Error(code::kTimeout, "The service did not answer within " + time_text(limit_) + ".", kMayHaveStarted,
                  Exit::timeout);
    }
  }

  std::string id_of(const std::string& reply) {
    try {
      return api::job_id(poll_, parse_reply(reply));
    } catch (Error& error) {
      needs_.status("");
      if (error.code == code::kResponseParse) error.hint += " The reply was: " + excerpt(reply);
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

  /// False when the job is over and its reply printed.
  bool poll_once(const transport::ApiRequest& ask) {
    std::string text;
    try {
      text = needs_.send(ask);
    } catch (const Error& error) {
      if (error.code == code::kTimeout && left() <= milliseconds(0)) give_up();
      if (last_.empty() || !is_transient(error)) throw;
      trouble_ = error.message();
      return true;
    }
    const json::Value reply = parse_reply(text);
    const api::JobState state = api::job_state(poll_, reply);
    last_ = std::move(text);
    trouble_.clear();
    const json::Value* status = reply.find_path(poll_.status_field);
    status_ = status->is_string() ? status->as_string() : "running";
    if (state == api::JobState::running) return true;
    needs_.status("");
    needs_.print(last_);
    if (state == api::JobState::failed) throw api::job_failure(poll_, id_, reply);
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
                  (trouble_.empty() ? "" : " (no answer now, trying again)"));
  }

  [[noreturn]] void give_up() {
    needs_.status("");
    if (!last_.empty()) needs_.print(last_);
    throw Error(code::kTimeout,
                "The job " + id_ + " is not finished after " + time_text(limit_) + "; it goes on." +
                    (trouble_.empty() ? "" : " The last time it was asked about, there was no answer: " + trouble_),
                follow_up(), Exit::timeout);
  }

  milliseconds elapsed() const { return needs_.clock.monotonic() - start_; }
  milliseconds left() const { return limit_ - elapsed(); }

  std::string follow_up() const {
    return "See what became of it: `heygen " + std::string(poll_.follow_up) + " " + id_ + "`.";
  }

  const WaitDependencies& needs_;
  const api::Poll& poll_;
  const milliseconds limit_, start_;
  net::Headers headers_;
  std::string id_, last_, status_, trouble_;
};

}  // namespace

void run_and_wait(const WaitDependencies& needs, const api::Poll& poll, transport::ApiRequest create,
                  milliseconds limit) {
  Wait(needs, poll, limit).run(std::move(create));
}

void run_and_wait(Services& services, Printer& printer, const api::Poll& poll, transport::ApiRequest create,
                  milliseconds limit) {
  Progress progress({services.terminal, services.environment, services.clock});
  const auto status = [&](const std::string& line) {
    if (line.empty())
      progress.clear();
    else if (!services.options.verbose)  // the trace says it all, and a line among its lines would be torn
      progress.show_now(line);
  };
  const WaitDependencies needs{
      .send = [&](const transport::ApiRequest& request) { return send(services.client(), request); },
      .print = [&](const std::string& reply) { print_reply(printer, reply); },
      .status = status,
      .clock = services.clock,
      .random = services.random,
      .cancel = services.cancel};
  run_and_wait(needs, poll, std::move(create), limit);
}

}  // namespace heygen::host
