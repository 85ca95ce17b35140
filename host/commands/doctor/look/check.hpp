// SPDX-License-Identifier: Apache-2.0
// One thing that `doctor` looked at.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json/value.hpp"

namespace heygen::host::commands::doctor {

enum class Status : unsigned char { ok, warn, fail, skipped };

struct Check {
  std::string id;  ///< "credentials", "provider.oauth"
  Status status = Status::ok;
  std::string summary;  ///< sentences
  std::string next{};   ///< what to do, a sentence; "" for nothing
};
using Checks = std::vector<Check>;

/// "ok", "warn", "fail" or "skipped".
std::string_view name_of(Status status);

json::Value document_of(const Check& check);
/// Empty for anything but what document_of() makes.
std::optional<Check> parse_check(const std::string& text);

/// What the exception that is being handled says. Throws Error{canceled} again.
Check failed_check(const std::string& id);

/// A check that ends with an exception has failed, and no other one with it.
template <class Make>
Check guarded(const std::string& id, Make make) {
  try {
    return make();
  } catch (...) {
    return failed_check(id);
  }
}

}  // namespace heygen::host::commands::doctor
