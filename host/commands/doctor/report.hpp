// SPDX-License-Identifier: Apache-2.0
// The result of `doctor`, made to be pasted into a bug report.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "host/commands/doctor/look/check.hpp"

namespace heygen {
class Environment;
}

namespace heygen::host::commands::doctor {

/// Takes out what says who the user is: the home directory reads `~`, user names in paths and mail addresses are cut,
/// and what is known or looks like a secret is "***".
class Anonymizer {
 public:
  explicit Anonymizer(const Environment& environment);

  std::string clean(std::string text) const;
  void clean(Checks& checks) const;

 private:
  std::vector<std::string> homes_;  ///< the longest first
  std::vector<std::string> names_;
};

struct Look {
  bool utf8 = true;
  bool color = false;
};

/// A line for each check, then what to do.
std::string text_of(const Checks& checks, const Look& look);

json::Value document_of(const Checks& checks);

}  // namespace heygen::host::commands::doctor
