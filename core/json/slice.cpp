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
  for (++at; (at += length_to_mark(text.substr(at)), text[at]) == '\\';) at += 2;
  return at + 1;
}

/// Likewise, and of the strings that mostly follow, after a colon or an uncounted comma.
std::size_t strings_end(std::string_view text, std::size_t at, bool commas) {
  at = string_end(text, at);
  while (text.size() - at > 1 && text[at + 1] == '"' && (text[at] == ':' || (commas && text[at] == ',')))
    at = string_end(text, at + 1);
  return at;
}

struct End {
  std::size_t at = 0;
  std::size_t items = 0;  ///< of an array
};

End value_end(std::string_view text, std::size_t begin) {
  std::size_t at = begin, depth = 0, commas = 0;
  while (at < text.size()) {
    switch (text[at]) {
      case '"':
        at = strings_end(text, at, depth > 1);
        continue;
      case '[':
      case '{':
        ++depth;
        break;
      case ',':
        if (depth == 0) return {at};
        if (depth == 1) ++commas;
        break;
      case ']':
      case '}':
        if (depth == 0) return {at};
        if (--depth == 0) return {at + 1, at == begin + 1 ? 0 : commas + 1};
        break;
      default:
        break;
    }
    ++at;
  }
  return {at};
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
    const std::size_t end = value_end(object, colon + 1).at;
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
    const std::size_t end = value_end(array, at).at;
    items.push_back(array.substr(at, end - at));
    at = end + 1;
  }
  return items;
}

namespace {

class Finder {
 public:
  Finder(std::string_view text, std::span<Place> places) : text_(text), places_(places) {}

  void run() {
    for (Place& place : places_) {
      place.value = place.path.empty() ? std::optional(text_) : std::nullopt;
      place.items = 0;
    }
    if (text_.starts_with('{')) object(0, 0, pointers());
  }

 private:
  std::vector<Place*> pointers() const {
    std::vector<Place*> all;
    for (Place& place : places_) all.push_back(&place);
    return all;
  }

  static std::string_view part_of(const Place& place, std::size_t from) {
    const std::string_view rest = place.path.substr(std::min(from, place.path.size()));
    return rest.substr(0, rest.find('.'));
  }

  /// Where the object ends. The paths of `wanted` lead into it; `from` is where their next part begins.
  std::size_t object(std::size_t at, std::size_t from, const std::vector<Place*>& wanted) {
    for (++at; text_[at] == '"';) {
      const std::size_t colon = string_end(text_, at);
      const std::string name = name_of(text_.substr(at, colon - at));
      std::vector<Place*> here;
      for (Place* place : wanted)
        if (from < place->path.size() && part_of(*place, from) == name) here.push_back(place);
      at = member(colon + 1, from + name.size(), here);
      if (text_[at] == ',') ++at;
    }
    return at + 1;
  }

  /// Of members with the same name the last counts.
  std::size_t member(std::size_t begin, std::size_t path_end, const std::vector<Place*>& here) {
    std::vector<Place*> below;
    for (Place* place : here) {
      place->value.reset();
      place->items = 0;
      if (place->path.size() > path_end) below.push_back(place);
    }
    const bool into = !below.empty() && text_[begin] == '{';
    const End end = into ? End{object(begin, path_end + 1, below)} : value_end(text_, begin);
    for (Place* place : here) {
      if (place->path.size() != path_end) continue;
      place->value = text_.substr(begin, end.at - begin);
      place->items = text_[begin] == '[' ? end.items : 0;
    }
    return end.at;
  }

  std::string_view text_;
  std::span<Place> places_;
};

}  // namespace

void find(std::string_view document, std::span<Place> places) {
  Finder(document, places).run();
}

}  // namespace heygen::json
