// SPDX-License-Identifier: Apache-2.0
// The rules that a provider is held to, one for each promise of the interface that a machine can check. Ids are stable,
// and begin with the rule's topic. docs/provider-rules.md lists them.
#pragma once

#include <span>
#include <string_view>

namespace heygen::check {

struct Rule {
  std::string_view id;
  std::string_view title;  ///< what must hold
  std::string_view why;    ///< one sentence
  std::string_view fix;    ///< one sentence
};

/// By topic.
std::span<const Rule> rules();
const Rule* find_rule(std::string_view id);

}  // namespace heygen::check
