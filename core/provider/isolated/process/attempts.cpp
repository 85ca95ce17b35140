// SPDX-License-Identifier: Apache-2.0
#include "core/provider/isolated/process/attempts.hpp"

#include <string_view>

#include "core/base/text.hpp"
#include "core/provider/isolated/denials.hpp"

namespace heygen::provider {
namespace {

std::string between(std::string_view text, std::string_view before, std::string_view after) {
  if (text.size() <= before.size() + after.size() || !text.starts_with(before) || !text.ends_with(after)) return {};
  text.remove_prefix(before.size());
  text.remove_suffix(after.size());
  return std::string(text);
}

}  // namespace

std::string need_for(const std::string& attempt) {
  if (const std::string file = between(attempt, "open ", " to read"); file.starts_with('/'))
    return "files=read:" + file;
  if (const std::string file = between(attempt, "open ", " to write"); file.starts_with('/'))
    return "files=write:" + file;
  if (const std::string file = between(attempt, "look at ", ""); file.starts_with('/')) return "files=read:" + file;
  if (const std::string program = between(attempt, "execute ", ""); program.starts_with('/')) return "exec=" + program;
  if (attempt == "open an Internet socket") return "network";
  if (attempt == "start a thread") return "threads";
  return {};
}

std::string note_on_attempts(const Denials* denials, std::size_t first) {
  constexpr std::size_t kMostShown = 3;
  if (denials == nullptr || denials->named().size() <= first) return {};
  std::string text, needs;
  const std::size_t count = denials->named().size() - first;
  for (std::size_t i = 0; i < count && i < kMostShown; ++i) {
    const std::string& attempt = denials->named()[first + i];
    text += (i == 0 ? "it tried to " : ", to ") + attempt;
    const std::string need = need_for(attempt);
    if (!need.empty()) needs += (needs.empty() ? "\"" : ", \"") + need + "\"";
  }
  if (count > kMostShown) text += ", and " + std::to_string(count - kMostShown) + " more";
  text += ", which it does not declare";
  if (!needs.empty()) text += " (" + needs + " in its `needs` would permit it)";
  return text;
}

}  // namespace heygen::provider
