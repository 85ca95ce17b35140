// SPDX-License-Identifier: Apache-2.0
// What cases have in common: how they say what they found.
#pragma once

#include <string>

#include "sdk/tools/check/case/trial.hpp"

namespace heygen::check {

inline constexpr const char* kNoLogin = "it has no login";
inline constexpr const char* kNoLoginWorks = "no login worked";
inline constexpr const char* kNoState = "no stored state came about";

inline std::string ended(const CallResult& result) {
  return std::string("it ended in ") + status_name(result.raw);
}
inline std::string called(Step step, const std::string& what = {}) {
  return std::string(name_of(step)) + (what.empty() ? "" : ", " + what) + ": ";
}
inline bool same_headers(const CallResult& left, const CallResult& right) {
  return left.answer.headers == right.answer.headers;
}

/// The rule is about logins, and none works here: true, and it is said.
inline bool lacks_login(const Trial& trial, const Plan& plan, std::string_view rule, Findings& out) {
  if (!trial.manifest().has_login) return out.not_applicable(rule, kNoLogin), true;
  if (!plan.works(Step::login)) return out.unchecked(rule, kNoLoginWorks), true;
  return false;
}

}  // namespace heygen::check
