// SPDX-License-Identifier: Apache-2.0
#include "core/api/job.hpp"

#include <algorithm>

#include "core/api/engine.hpp"
#include "core/base/encode.hpp"
#include "core/base/text.hpp"
#include "core/json/parse.hpp"

namespace heygen::api {
namespace {

constexpr std::string_view kGet = "GET";

bool is_placeholder(std::string_view segment) {
  return segment.starts_with('{');
}

bool same_endpoint(std::string_view left, std::string_view right) {
  const auto a = split(left, '/'), b = split(right, '/');
  return std::ranges::equal(a, b, [](const auto& one, const auto& other) {
    return one == other || (is_placeholder(one) && is_placeholder(other));
  });
}

std::string typed(const Command& command, const std::vector<std::string>& arguments) {
  std::string text = "heygen";
  for (const std::string_view word : command.words) (text += ' ') += word;
  for (std::size_t i = 0; i < command.arguments.size() && i < arguments.size(); ++i)
    (text += ' ') += shell_word(arguments[i]);
  return text;
}

/// The arguments that `path` gives to the command's placeholders; empty when it is not its path.
std::optional<std::vector<std::string>> arguments_in(std::string_view endpoint, std::string_view path) {
  const auto pattern = split(endpoint, '/'), given = split(path, '/');
  if (pattern.size() != given.size()) return {};
  std::vector<std::string> arguments;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (is_placeholder(pattern[i]))
      arguments.push_back(percent_decode(given[i]).value_or(given[i]));
    else if (pattern[i] != given[i])
      return {};
  }
  return arguments;
}

/// An ID in a response, by the name of its field.
struct NamedId {
  std::string field, id;
};

std::string text_of(const json::Value& value) {
  if (value.is_string()) return value.as_string();
  return value.is_number() ? value.as_number().text : std::string{};
}

/// "video_id", "id", "video_translation_ids"; but not the user's own reference.
bool names_id(const std::string& field) {
  return field != "callback_id" &&
         (field == "id" || field == "ids" || field.ends_with("_id") || field.ends_with("_ids"));
}

/// "video_translation_ids" holds several of "video_translation_id".
std::string singular(const std::string& field) {
  return field == "ids" || field.ends_with("_ids") ? field.substr(0, field.size() - 1) : field;
}

void collect_ids(const json::Value& value, std::vector<NamedId>& found) {
  if (value.is_array())
    for (const json::Value& item : value.as_array()) collect_ids(item, found);
  if (!value.is_object()) return;
  for (const auto& [field, member] : value.as_object()) {
    if (!names_id(field) || member.is_object()) {
      collect_ids(member, found);
      continue;
    }
    const std::string name = singular(field);
    if (!member.is_array()) found.push_back({name, text_of(member)});
    if (!member.is_array()) continue;
    for (const json::Value& item : member.as_array()) found.push_back({name, text_of(item)});
  }
  std::erase_if(found, [](const NamedId& one) { return one.id.empty(); });
}

std::string last_segment(std::string_view dotted) {
  const auto parts = split(dotted, '.');
  const auto name =
      std::ranges::find_if(parts.rbegin(), parts.rend(), [](const std::string& part) { return part != "0"; });
  return name == parts.rend() ? std::string{} : singular(*name);
}

/// The command that shows what has this ID: `video-agent get` for a session_id.
std::string show_by_field(const NamedId& named) {
  const Command* best = nullptr;
  for (const Command& command : commands()) {
    if (command.method != kGet || command.hidden || command.arguments.size() != 1 || command.words.back() != "get" ||
        command.arguments.front().param != named.field)
      continue;
    if (best == nullptr || command.words.size() < best->words.size()) best = &command;
  }
  return best == nullptr ? std::string{} : typed(*best, {named.id});
}

/// Without a command that shows the job, `show` is empty.
JobReference job_with(const Poll* poll, const json::Value& response) {
  std::vector<NamedId> ids;
  collect_ids(response, ids);
  const std::string own = poll == nullptr ? std::string{} : last_segment(poll->id_field);
  std::stable_partition(ids.begin(), ids.end(), [&](const NamedId& named) { return named.field == own; });
  JobReference job;
  constexpr std::size_t kMostIds = 100;  // more than one request starts
  for (const NamedId& named : ids) {
    if (job.ids.size() == kMostIds) break;
    if (std::ranges::find(job.ids, named.id) != job.ids.end()) continue;
    job.ids.push_back(named.id);
    if (poll == nullptr || named.field != own) continue;
    job.show += (job.show.empty() ? "heygen " : " && heygen ") + std::string(poll->follow_up) + " ";
    job.show += shell_word(named.id);
  }
  for (const NamedId& named : ids)
    if (job.show.empty()) job.show = show_by_field(named);
  return job;
}

/// The command of a request, and what its path gives to the placeholders.
struct Match {
  const Command* command = nullptr;
  std::vector<std::string> arguments;
};

Match match_of(std::string_view method, const std::string& path) {
  Match best;
  for (const Command& command : commands()) {
    auto given = command.method == method ? arguments_in(command.endpoint, path) : std::nullopt;
    if (!given || (best.command != nullptr && given->size() >= best.arguments.size())) continue;
    best = {&command, std::move(*given)};
  }
  return best;
}

/// The start of a JSON document up to its last whole value, with what is open closed behind it. Names of members, and
/// numbers at the end, which may continue, are left out.
std::string close_document(std::string_view start) {
  std::string open, closed;
  std::size_t end = 0;
  const auto whole_at = [&](std::size_t at) {
    end = at;
    closed.assign(open.rbegin(), open.rend());
  };
  bool is_value = true;
  for (std::size_t at = 0; at < start.size(); ++at) {
    const char c = start[at];
    if (c == '"') {
      while (++at < start.size() && start[at] != '"') at += start[at] == '\\' ? 1 : 0;
      if (at < start.size() && is_value) whole_at(at + 1);
    } else if (c == '{' || c == '[') {
      open += c == '{' ? '}' : ']';
      is_value = c == '[';
      whole_at(at + 1);
    } else if (c == '}' || c == ']') {
      if (open.empty()) break;
      open.pop_back();
      whole_at(at + 1);
    } else if (c == ',') {
      whole_at(at);
      is_value = open.ends_with(']');
    } else if (c == ':') {
      is_value = true;
    }
  }
  return std::string(start.substr(0, end)) + closed;
}

}  // namespace

std::string look_command(const Command& command, const std::vector<std::string>& arguments) {
  if (!command.look.empty()) return "heygen " + std::string(command.look);
  for (std::string_view endpoint = command.endpoint; !endpoint.empty();
       endpoint = endpoint.substr(0, endpoint.rfind('/'))) {
    const auto look = std::ranges::find_if(commands(), [&](const Command& other) {
      return other.method == kGet && !other.hidden && same_endpoint(other.endpoint, endpoint);
    });
    // The placeholders of what is above come first.
    if (look != commands().end()) return typed(*look, arguments);
  }
  return {};
}

std::string look_command(std::string_view method, const std::string& path) {
  const Match match = match_of(method, path);
  const std::string look = match.command == nullptr ? std::string{} : look_command(*match.command, match.arguments);
  return look.empty() ? "heygen api GET " + shell_word(path) : look;
}

JobReference job_of(const Command& command, const json::Value& response) {
  JobReference job = job_with(command.poll, response);
  if (job.show.empty()) job.show = look_command(command, {});
  return job;
}

JobReference job_of(std::string_view method, const std::string& path, const json::Value& response) {
  const Match match = match_of(method, path);
  JobReference job = job_with(match.command == nullptr ? nullptr : match.command->poll, response);
  if (job.show.empty()) job.show = look_command(method, path);
  return job;
}

JobReference job_of_start(std::string_view method, const std::string& path, std::string_view start) {
  try {
    return job_of(method, path, json::parse(close_document(start)));
  } catch (const json::ParseError&) {  // no JSON at all
    return {{}, look_command(method, path)};
  }
}

std::string follow_up_hint(const JobReference& job) {
  return job.ids.empty() || job.show.empty() ? std::string{} : "Check its status with `" + job.show + "`.";
}

void check_can_wait(const Command& command, const std::optional<std::string>& body) {
  const Poll& poll = *command.poll;
  if (!body) return;
  const json::Value document = json::parse(*body);
  const json::Value* list = document.find(poll.single);
  if (!poll.single.empty() && list != nullptr && list->is_array() && list->as_array().size() > 1)
    throw usage_error("--wait follows one job, but this request starts " + std::to_string(list->as_array().size()) +
                          ": one for each of " + std::string(poll.single) + ".",
                      "Send one request for each, or omit --wait and follow the jobs with `heygen " +
                          std::string(poll.follow_up) + " ID`.");
  if (!poll.unless_field.empty() && document.string_at(poll.unless_field) == poll.unless_value)
    throw usage_error("--wait cannot follow a request with " + std::string(poll.unless_field) + " " +
                          std::string(poll.unless_value) + ": it starts no job that ends by itself.",
                      "Omit --wait.");
}

}  // namespace heygen::api
