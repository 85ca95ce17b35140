// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

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

}  // namespace

std::string may_have_started(const Poll& poll) {
  const std::string group(poll.follow_up.substr(0, poll.follow_up.find(' ')));
  return "The job may have started anyway. Check `heygen " + group + " list` before you retry.";
}

std::string job_id(const Poll& poll, const json::Value& response) {
  constexpr std::string_view kFirst = ".0";
  if (poll.id_field.ends_with(kFirst)) {
    const json::Value* list = response.find_path(poll.id_field.substr(0, poll.id_field.size() - kFirst.size()));
    if (list != nullptr && list->is_array() && list->as_array().size() > 1) {
      std::vector<std::string> ids;
      for (const json::Value& item : list->as_array()) ids.push_back(text_of(&item));
      throw Error(code::kBatchNotSupported,
                  "The request started " + std::to_string(ids.size()) + " jobs, and --wait follows only one.",
                  "Follow each with `heygen " + std::string(poll.follow_up) + " ID`: " + join(ids, ", "));
    }
  }
  std::string id = text_of(response.find_path(poll.id_field));
  if (id.empty() || has_dot_segment(id))
    throw Error(code::kResponseParse, "The response does not contain the job ID (" + std::string(poll.id_field) + ").",
                may_have_started(poll));
  return id;
}

std::string poll_path(const Poll& poll, std::string_view id) {
  return std::string(poll.endpoint.substr(0, poll.endpoint.find('{'))) + percent_encode(id);
}

JobState job_state(const Poll& poll, const json::Value& response) {
  const std::string status = text_of(response.find_path(poll.status_field));
  if (status.empty())
    throw Error(code::kResponseParse,
                "The response does not contain the job's status (" + std::string(poll.status_field) + ").");
  if (holds(poll.done, status)) return JobState::done;
  return holds(poll.failed, status) ? JobState::failed : JobState::running;
}

Error job_failure(const Poll& poll, std::string_view id, const json::Value& response) {
  std::string why;
  for (const char* field : {"data.failure_message", "data.error.message", "data.error"})
    if (why.empty()) why = text_of(response.find_path(field));
  return {code::kError, "The job " + std::string(id) + " failed" + (why.empty() ? "." : ": " + why),
          "Run `heygen " + std::string(poll.follow_up) + " " + std::string(id) + "` for details."};
}

std::chrono::milliseconds poll_delay(int round, double unit) {
  constexpr double kFirst = 2000, kLongest = 30000;
  const double base = std::min(kFirst * std::exp2(std::min(round, 10)), kLongest);
  return std::chrono::milliseconds(static_cast<std::int64_t>(base * (0.75 + 0.5 * unit)));
}

}  // namespace heygen::api
