// SPDX-License-Identifier: Apache-2.0
#include "sdk/tools/check/report/findings.hpp"

#include "core/base/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace heygen::check {
namespace {

constexpr std::size_t kMost = 5;  // of one rule: more say the same

void add(std::vector<Finding>& list, std::string_view rule, std::string detail) {
  if (std::ranges::count(list, rule, &Finding::rule) < static_cast<std::ptrdiff_t>(kMost)) {
    const bool known = std::ranges::any_of(
        list, [&](const Finding& finding) { return finding.rule == rule && finding.detail == detail; });
    if (!known) list.push_back({std::string(rule), std::move(detail)});
  }
}

using List = std::vector<Finding> Findings::*;
constexpr std::array<std::pair<const char*, List>, 7> kLists{{{"failed", &Findings::failed},
                                                              {"covered", &Findings::covered},
                                                              {"inapplicable", &Findings::inapplicable},
                                                              {"open", &Findings::open},
                                                              {"skipped", &Findings::skipped},
                                                              {"requests", &Findings::requests},
                                                              {"used", &Findings::used}}};

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
void Findings::skip(std::string_view rule, std::string reason) {
  add(skipped, rule, std::move(reason));
}
void Findings::saw_request(std::string_view request, std::string response) {
  constexpr std::size_t kMostRequests = 50;
  const bool known = std::ranges::find(requests, request, &Finding::rule) != requests.end();
  if (!known && requests.size() < kMostRequests) requests.push_back({std::string(request), std::move(response)});
}
void Findings::used_response(std::size_t number) {
  add(used, std::to_string(number), {});
}

void Findings::merge(const Findings& other) {
  for (const auto& [name, list] : kLists) {
    for (const Finding& finding : other.*list) add(this->*list, finding.rule, finding.detail);
  }
}

sdk::Object Findings::to_json() const {
  sdk::Object out = sdk::object({{"facts", facts}});
  for (const auto& [name, list] : kLists) {
    sdk::List items = sdk::list();
    for (const Finding& finding : this->*list) {
      items->add(sdk::object({{"rule", finding.rule}, {"detail", finding.detail}}));
    }
    out->set(name, items);
  }
  return out;
}

Findings Findings::from_json(const sdk::Object& document) {
  Findings findings;
  for (const auto& [name, list] : kLists) {
    for (const sdk::Var& item : sdk::items_in(document->get(name))) {
      const sdk::Object finding = sdk::object_in(item);
      (findings.*list).push_back({sdk::text_at(finding, "rule"), sdk::text_at(finding, "detail")});
    }
  }
  findings.facts = sdk::object_in(document->get("facts"));
  return findings;
}

}  // namespace heygen::check
