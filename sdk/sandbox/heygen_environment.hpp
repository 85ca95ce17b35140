// SPDX-License-Identifier: Apache-2.0
// What points a heygen here: variables to set and to unset, and a configuration directory of its own, so that trying
// the sandbox leaves the user's real login as it is.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace heygen::sandbox {

/// Variables of the user that would lead heygen past the sandbox, or send it a real credential.
std::span<const std::string_view> misleading_variables();

/// HEYGEN_CONFIG_DIR. Throws Failure when it cannot be created.
class ConfigDirectory {
 public:
  /// `named` stays; "" is a new, private directory (0700) that goes with the object.
  explicit ConfigDirectory(const std::string& named);
  ~ConfigDirectory();
  ConfigDirectory(const ConfigDirectory&) = delete;
  ConfigDirectory& operator=(const ConfigDirectory&) = delete;

  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
  bool own_;
};

}  // namespace heygen::sandbox
