// SPDX-License-Identifier: Apache-2.0
#include "core/json/slice.hpp"

#include <algorithm>
#include <tuple>

#include "core/json/parse.hpp"
#include "core/json/scan.hpp"

namespace heygen::json {
namespace {

/// Where the string that begins at `at` ends, quote included.
std::size_t string_end(std::string_view text, std::size_t at) {
  for (++at; (at += plain_length(text.substr(at)), text[at]) != '"'; ++at)
    if (text[at] == '\\') ++at;
  return at + 1;
}

std::size_t value_end(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (depth == 0 && (c == ',' || c == ']' || c == '}')) return at;
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    at = c == '"' ? string_end(text, at) : at + 1;
  }
  return at;
}

std::string name_of(std::string_view quoted) {
  if (quoted.find('\\') == std::string_view::npos) return std::string(quoted.substr(1, quoted.size() - 2));
  return parse(quoted).as_string();
}

/// Sorted, not hashed: no choice of names makes it slow.
void keep_last_of_each_name(std::vector<MemberSlice>& members) {
  std::vector<const MemberSlice*> order;
  order.reserve(members.size());
  for (const MemberSlice& member : members) order.push_back(&member);
  std::ranges::sort(order, [](const MemberSlice* left, const MemberSlice* right) {
    return std::tie(left->name, left) < std::tie(right->name, right);
  });
  std::vector<bool> superseded(members.size());
  bool any = false;
  for (std::size_t i = 1; i < order.size(); ++i) {
    if (order[i - 1]->name != order[i]->name) continue;
    superseded[static_cast<std::size_t>(order[i - 1] - members.data())] = any = true;
  }
  std::size_t at = 0;
  if (any) std::erase_if(members, [&](const MemberSlice&) { return superseded[at++]; });
}

}  // namespace

std::vector<MemberSlice> members_of(std::string_view object) {
  std::vector<MemberSlice> members;
  if (!object.starts_with('{')) return members;
  for (std::size_t at = 1; at < object.size() && object[at] == '"';) {
    const std::size_t colon = string_end(object, at);
    const std::size_t end = value_end(object, colon + 1);
    members.push_back({name_of(object.substr(at, colon - at)), object.substr(at, end - at),
                       object.substr(colon + 1, end - colon - 1)});
    at = end + 1;
  }
  keep_last_of_each_name(members);
  return members;
}

std::optional<std::vector<std::string_view>> items_of(std::string_view array) {
  if (!array.starts_with('[')) return std::nullopt;
  std::vector<std::string_view> items;
  for (std::size_t at = 1; at < array.size() && array[at] != ']';) {
    const std::size_t end = value_end(array, at);
    items.push_back(array.substr(at, end - at));
    at = end + 1;
  }
  return items;
}

std::optional<std::string_view> slice(std::string_view document, std::string_view path) {
  while (!path.empty()) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    const std::vector<MemberSlice> members = members_of(document);
    const auto at = std::ranges::find(members, path.substr(0, dot), &MemberSlice::name);
    if (at == members.end()) return std::nullopt;
    document = at->value;
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return document;
}

}  // namespace heygen::json
