// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "core/api/engine.hpp"
#include "core/base/encode.hpp"
#include "core/base/text.hpp"

namespace heygen::api {
namespace {

std::string text_of(const json::Value* value) {
  if (value == nullptr) return {};
  if (value->is_string()) return value->as_string();
  return value->is_number() ? value->as_number().text : std::string{};
}

bool holds(std::span<const std::string_view> words, const std::string& word) {
  return std::ranges::find(words, word) != words.end();
}

// States that say that nothing more will happen, for jobs whose catalog entry does not know them.
constexpr std::array<std::string_view, 8> kEndedWell{"complete", "completed", "done",      "finished",
                                                     "ready",    "success",   "succeeded", "successful"};
constexpr std::array<std::string_view, 22> kEndedBadly{
    "aborted",  "archived", "blocked", "canceled",   "cancelled", "deleted", "denied",    "error",
    "errored",  "expired",  "failed",  "failure",    "invalid",   "killed",  "not_found", "refused",
    "rejected", "removed",  "stopped", "terminated", "timed_out", "timeout"};

/// "failed" of "moderation_failed".
std::string last_word(const std::string& state) {
  return state.substr(state.find_last_of("_- ") + 1);
}

}  // namespace

std::string job_id(const Poll& poll, const json::Value& response) {
  constexpr std::string_view kFirst = ".0";
  if (poll.id_field.ends_with(kFirst)) {
    const json::Value* list = response.find_path(poll.id_field.substr(0, poll.id_field.size() - kFirst.size()));
    if (list != nullptr && list->is_array() && list->as_array().size() > 1) {
      std::vector<std::string> commands;
      for (const json::Value& item : list->as_array())
        commands.push_back("`heygen " + std::string(poll.follow_up) + " " + shell_word(text_of(&item)) + "`");
      throw Error(code::kBatchNotSupported,
                  "The request started " + std::to_string(commands.size()) + " jobs, and --wait follows only one.",
                  "Follow each with " + join(commands, ", ") + ".");
    }
  }
  std::string id = text_of(response.find_path(poll.id_field));
  if (id.empty() || has_dot_segment(id))
    throw Error(code::kResponseParse, "The response does not contain the job ID (" + std::string(poll.id_field) + ").");
  return id;
}

std::string poll_path(const Poll& poll, std::string_view id) {
  return std::string(poll.endpoint.substr(0, poll.endpoint.find('{'))) + percent_encode(id);
}

JobState state_named(const Poll& poll, std::string_view status) {
  const std::string state = to_lower(trim(status));
  if (holds(poll.done, state)) return JobState::done;
  if (holds(poll.failed, state)) return JobState::failed;
  if (holds(kEndedWell, state)) return JobState::done;
  return holds(kEndedBadly, state) || holds(kEndedBadly, last_word(state)) ? JobState::failed : JobState::running;
}

JobState job_state(const Poll& poll, const json::Value& response) {
  const json::Value* status = response.find_path(poll.status_field);
  if (status == nullptr || !status->is_string() || trim(status->as_string()).empty())
    throw Error(code::kResponseParse,
                "The response does not contain the job's status (" + std::string(poll.status_field) + ") as text.");
  return state_named(poll, status->as_string());
}

std::string failure_code(const Poll& poll) {
  std::string kind(poll.follow_up.substr(0, poll.follow_up.find(' ')));
  std::ranges::replace(kind, '-', '_');
  return kind + "_failed";
}

Error job_failure(const Poll& poll, std::string_view id, const json::Value& response) {
  std::string why;
  for (const char* field : {"data.failure_message", "data.error.message", "data.error"})
    if (why.empty()) why = text_of(response.find_path(field));
  const std::string state = text_of(response.find_path(poll.status_field));
  const std::string how =
      holds(poll.failed, to_lower(trim(state))) ? " failed" : " ended with the status '" + state + "'";
  return {failure_code(poll), "The job " + std::string(id) + how + (why.empty() ? "." : ": " + why),
          "Run `heygen " + std::string(poll.follow_up) + " " + shell_word(id) + "` for details."};
}

std::chrono::milliseconds poll_delay(int round, double unit) {
  constexpr double kFirst = 2000, kLongest = 30000;
  constexpr int kMostDoublings = 10;
  const auto doublings = static_cast<unsigned>(std::clamp(round, 0, kMostDoublings));
  const double base = std::min(kFirst * static_cast<double>(1U << doublings), kLongest);
  return std::chrono::milliseconds(static_cast<std::int64_t>(base * (0.75 + 0.5 * unit)));
}

}  // namespace heygen::api
