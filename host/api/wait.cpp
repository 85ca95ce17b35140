#include "host/api/wait.hpp"

#include <algorithm>

#include "core/api/engine.hpp"
#include "core/base/text.hpp"
#include "host/api/progress.hpp"
#include "host/api/reply.hpp"

namespace heygen::host {
namespace {

using std::chrono::milliseconds;

std::string seconds_text(milliseconds time) {
  const auto seconds = std::chrono::round<std::chrono::seconds>(time).count();
  if (seconds < 1) return std::to_string(time.count()) + " ms";
  return seconds < 120 ? std::to_string(seconds) + " s" : std::to_string(seconds / 60) + " min";
}

class Wait {
 public:
  Wait(Context& context, const api::Poll& poll, milliseconds limit)
      : context_(context), poll_(poll), limit_(limit), start_(context.clock.monotonic()), progress_(context) {}

  void run(transport::ApiRequest create) {
    id_ = api::job_id(poll_, parse_reply(request_start(create)));
    try {
      follow();
    } catch (Error& error) {
      progress_.clear();
      if (error.hint.find(id_) == std::string::npos) error.hint += (error.hint.empty() ? "" : " ") + follow_up();
      throw;
    }
  }

 private:
  std::string request_start(transport::ApiRequest& create) {
    create.deadline = start_ + limit_;
    progress_.show_now("Sending the request…");
    try {
      return send(context_, create);
    } catch (const Error& error) {
      if (error.code != code::kTimeout || left() > milliseconds(0)) throw;
      throw Error(code::kTimeout, "The service did not answer within " + seconds_text(limit_) + ".",
                  "The job may have been started all the same: list the jobs before you try again.", Exit::timeout);
    }
  }

  void follow() {
    transport::ApiRequest ask;
    ask.path = api::poll_path(poll_, id_);
    ask.headers = context_.client_headers();
    ask.deadline = start_ + limit_;
    for (int round = 0;; ++round) {
      if (!poll_once(ask)) return;
      const milliseconds delay = std::min(api::poll_delay(round, context_.random.unit()), left());
      if (!context_.clock.wait(delay, context_.cancel)) throw canceled_error();
      if (left() <= milliseconds(0)) give_up();
    }
  }

  /// False when the job is over and its reply printed.
  bool poll_once(const transport::ApiRequest& ask) {
    try {
      last_ = send(context_, ask);
    } catch (const Error& error) {
      if (error.code == code::kTimeout && left() <= milliseconds(0)) give_up();
      throw;
    }
    const json::Value reply = parse_reply(last_);
    const api::JobState state = api::job_state(poll_, reply);
    if (state == api::JobState::running) {
      const json::Value* status = reply.find_path(poll_.status_field);
      progress_.show_now("Waiting for " + id_ + ": " + (status->is_string() ? status->as_string() : "running") + ", " +
                         seconds_text(context_.clock.monotonic() - start_));
      return true;
    }
    progress_.clear();
    print_reply(context_, last_);
    if (state == api::JobState::failed) throw api::job_failure(poll_, id_, reply);
    return false;
  }

  [[noreturn]] void give_up() {
    progress_.clear();
    print_reply(context_, last_);
    throw Error(code::kTimeout, "The job " + id_ + " is not finished after " + seconds_text(limit_) + "; it goes on.",
                follow_up(), Exit::timeout);
  }

  milliseconds left() const { return limit_ - (context_.clock.monotonic() - start_); }

  std::string follow_up() const {
    return "See what became of it: `heygen " + std::string(poll_.follow_up) + " " + id_ + "`.";
  }

  Context& context_;
  const api::Poll& poll_;
  const milliseconds limit_, start_;
  Progress progress_;
  std::string id_, last_;
};

}  // namespace

void run_and_wait(Context& context, const api::Poll& poll, transport::ApiRequest create, milliseconds limit) {
  Wait(context, poll, limit).run(std::move(create));
}

}  // namespace heygen::host
