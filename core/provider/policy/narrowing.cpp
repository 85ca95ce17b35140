// SPDX-License-Identifier: Apache-2.0
#include "core/provider/policy/narrowing.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <utility>

#include "core/base/text.hpp"
#include "core/provider/policy/policy.hpp"

namespace heygen::provider {
namespace {

using config::TomlValue;

enum class Narrowing : unsigned char {
  same,      ///< a later file may only repeat the value
  fewer,     ///< a list of what is permitted: a later one is part of it
  more,      ///< a list of what is forbidden: later ones add to it
  stricter,  ///< one of the words in `order`; a later file may only move to the right
  granted,   ///< likewise, and what no file says is the last word: a later file may not grant it
};

struct NarrowingOfKey {
  std::string_view key;  ///< a part `*` stands for any one
  Narrowing how;
  std::array<std::string_view, 3> order{};  ///< from the lax word to the strict one
};

constexpr auto kNarrowings = std::to_array<NarrowingOfKey>({
    {"audit", Narrowing::stricter, {"none", "syslog"}},
    {"audit_required", Narrowing::stricter, {"false", "true"}},
    {"providers.mode", Narrowing::stricter, {"open", "allow"}},
    {"providers.allow", Narrowing::fewer},
    {"providers.user_directories", Narrowing::stricter, {"true", "false"}},
    {"providers.logins", Narrowing::fewer},
    {"providers.runtimes", Narrowing::fewer},
    {"providers.hosts.*", Narrowing::fewer},
    {"providers.isolation", Narrowing::stricter, {"default", "process"}},
    {"providers.forbid_needs", Narrowing::more},
    {"pins.*.in_process", Narrowing::granted, {"true", "false"}},
    {"trust.keys", Narrowing::fewer},
    {"trust.require_signature", Narrowing::stricter, {"false", "true", "all"}},
    {"pins.*.library", Narrowing::fewer},
    {"pins.*.manifest", Narrowing::fewer},
    {"commands.forbid", Narrowing::more},
    {"network.allow_http", Narrowing::stricter, {"true", "false"}},
});

/// A key that has no row may not be changed: a new one is safe before its row is written.
constexpr NarrowingOfKey kSame{"", Narrowing::same};

const NarrowingOfKey& narrowing_of(const config::KeyPath& path) {
  const auto matches = [&](const NarrowingOfKey& row) {
    const std::vector<std::string> parts = split(row.key, '.');
    return std::ranges::equal(
        parts, path, [](const std::string& part, const std::string& name) { return part == "*" || part == name; });
  };
  const auto row = std::ranges::find_if(kNarrowings, matches);
  return row == kNarrowings.end() ? kSame : *row;
}

std::string scalar_text(const config::Scalar& scalar) {
  if (const bool* flag = std::get_if<bool>(&scalar)) return *flag ? "true" : "false";
  if (const auto* number = std::get_if<std::int64_t>(&scalar)) return std::to_string(*number);
  return std::get<std::string>(scalar);
}

/// The elements, in a spelling that can be compared: of a URL without final '/', of a digest in lower case.
std::vector<std::string> elements_of(const TomlValue& value) {
  std::vector<std::string> out = value.kind == TomlValue::Kind::texts    ? value.texts
                                 : value.kind == TomlValue::Kind::scalar ? std::vector{scalar_text(value.scalar)}
                                                                         : std::vector<std::string>{};
  for (std::string& one : out) {
    while (one.ends_with('/')) one.pop_back();
    if (value.path.front() == "pins") one = to_lower(one);
  }
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::string words_of(const PlacedValue& placed) {
  return placed.file.string() + ", line " + std::to_string(placed.value.line);
}

[[noreturn]] void refuse_grant(const PlacedValue& next) {
  throw PolicyError(next.value.line, join(next.value.path, "."), "permits what no earlier file does",
                    "A later file may only narrow what earlier ones permit. Move the key to the first file.");
}

[[noreturn]] void refuse_wider(const PlacedValue& earlier, const PlacedValue& next, const std::string& how) {
  throw PolicyError(next.value.line, join(next.value.path, "."),
                    "would permit more than " + words_of(earlier) + ": " + how,
                    "A later file may only narrow what earlier ones permit. Remove the key there, or change " +
                        earlier.file.string() + ".");
}

void require_same(const PlacedValue& earlier, const PlacedValue& next) {
  if (elements_of(earlier.value) == elements_of(next.value)) return;
  refuse_wider(earlier, next, "it changes a value that is fixed");
}

void take_fewer(PlacedValue& earlier, PlacedValue& next) {
  const std::vector<std::string> had = elements_of(earlier.value), has = elements_of(next.value);
  std::vector<std::string> added;
  std::ranges::set_difference(has, had, std::back_inserter(added));
  if (!added.empty()) refuse_wider(earlier, next, "it adds \"" + printable(added.front()) + "\"");
  if (has != had) earlier = std::move(next);
}

void add_places(PlacedValue& placed) {
  for (const std::string& one : placed.value.texts)
    placed.added.try_emplace(one, Place{placed.file, placed.value.line});
}

void take_more(PlacedValue& earlier, const PlacedValue& next) {
  for (const std::string& one : next.value.texts) {
    if (earlier.added.contains(one)) continue;
    earlier.value.texts.push_back(one);
    earlier.added.emplace(one, Place{next.file, next.value.line});
  }
}

void take_stricter(PlacedValue& earlier, PlacedValue& next, const NarrowingOfKey& row) {
  const auto place = [&](const PlacedValue& placed) {
    return std::ranges::find(row.order, scalar_text(placed.value.scalar)) - row.order.begin();
  };
  const auto had = place(earlier), has = place(next);
  if (has < had)
    refuse_wider(earlier, next, scalar_text(next.value.scalar) + " instead of " + scalar_text(earlier.value.scalar));
  if (has > had) earlier = std::move(next);
}

bool has_text(const std::vector<std::string>& list, const std::string& text) {
  return std::ranges::find(list, text) != list.end();
}

}  // namespace

void narrow(std::vector<PlacedValue>& merged, PlacedValue next) {
  const NarrowingOfKey& row = narrowing_of(next.value.path);
  const auto earlier =
      std::ranges::find_if(merged, [&](const PlacedValue& one) { return one.value.path == next.value.path; });
  if (earlier == merged.end()) {
    if (row.how == Narrowing::more) add_places(next);
    if (row.how == Narrowing::granted && next.rank > 0 && scalar_text(next.value.scalar) == row.order.front())
      refuse_grant(next);
    merged.push_back(std::move(next));
    return;
  }
  switch (row.how) {
    case Narrowing::same:
      return require_same(*earlier, next);
    case Narrowing::fewer:
      return take_fewer(*earlier, next);
    case Narrowing::more:
      return take_more(*earlier, next);
    case Narrowing::stricter:
    case Narrowing::granted:
      return take_stricter(*earlier, next, row);
  }
}

std::vector<PlacedValue> without_excluded(std::vector<PlacedValue> merged) {
  const config::KeyPath allow{"providers", "allow"};
  const auto list = std::ranges::find_if(merged, [&](const PlacedValue& one) { return one.value.path == allow; });
  if (list == merged.end()) return merged;
  const std::vector<std::string> allowed = list->value.texts;
  const std::size_t rank = list->rank;
  std::erase_if(merged, [&](const PlacedValue& one) {
    const config::KeyPath& path = one.value.path;
    return one.rank < rank && path.size() > 1 && path.front() == "pins" && !has_text(allowed, path.at(1));
  });
  for (PlacedValue& one : merged) {
    const std::string name = join(one.value.path, ".");
    if (one.rank < rank && (name == "providers.logins" || name == "providers.runtimes"))
      std::erase_if(one.value.texts, [&](const std::string& id) { return !has_text(allowed, id); });
  }
  return merged;
}

}  // namespace heygen::provider
