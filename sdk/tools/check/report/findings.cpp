#include "sdk/tools/check/report/findings.hpp"

#include "core/base/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace heygen::check {
namespace {

void add(std::vector<Finding>& list, std::string_view rule, std::string detail) {
  constexpr std::size_t kMost = 5;  // of one rule: more say the same
  if (std::ranges::count(list, rule, &Finding::rule) < static_cast<std::ptrdiff_t>(kMost)) {
    const bool known = std::ranges::any_of(
        list, [&](const Finding& finding) { return finding.rule == rule && finding.detail == detail; });
    if (!known) list.push_back({std::string(rule), std::move(detail)});
  }
}

using List = std::vector<Finding> Findings::*;
constexpr std::array<std::pair<const char*, List>, 4> kLists{{{"failed", &Findings::failed},
                                                              {"covered", &Findings::covered},
                                                              {"inapplicable", &Findings::inapplicable},
                                                              {"open", &Findings::open}}};

}  // namespace

void Findings::fail(std::string_view rule, std::string_view detail) {
  cover(rule);
  add(failed, rule, printable(detail));  // what a provider printed can be any bytes
}
void Findings::cover(std::string_view rule) {
  add(covered, rule, {});
}
void Findings::not_applicable(std::string_view rule, std::string reason) {
  add(inapplicable, rule, std::move(reason));
}
void Findings::unchecked(std::string_view rule, std::string reason) {
  add(open, rule, std::move(reason));
}

void Findings::merge(const Findings& other) {
  for (const auto& [name, list] : kLists) {
    for (const Finding& finding : other.*list) add(this->*list, finding.rule, finding.detail);
  }
}

json::Value Findings::to_json() const {
  json::Value out = json::Object{};
  for (const auto& [name, list] : kLists) {
    json::Array items;
    for (const Finding& finding : this->*list) {
      items.emplace_back(json::Object{{"rule", finding.rule}, {"detail", finding.detail}});
    }
    out.set(name, std::move(items));
  }
  out.set("facts", facts);
  return out;
}

Findings Findings::from_json(const json::Value& value) {
  Findings findings;
  for (const auto& [name, list] : kLists) {
    const json::Value* items = value.find(name);
    if (items == nullptr || !items->is_array()) continue;
    for (const json::Value& item : items->as_array()) {
      (findings.*list).push_back({item.string_at("rule"), item.string_at("detail")});
    }
  }
  if (const json::Value* facts = value.find("facts")) findings.facts = *facts;
  return findings;
}

}  // namespace heygen::check
