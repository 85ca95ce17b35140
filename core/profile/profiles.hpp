// SPDX-License-Identifier: Apache-2.0
// The profiles of a user: directories with a login each, below the configuration directory, which is the usual profile.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace heygen::profile {

/// What is typed for the usual profile, whose name is "".
inline constexpr std::string_view kUsual = "default";

/// The name for a typed one: "" for `default`. Throws Error{usage_error} for what is not a name; `source`: where it was
/// typed, "--profile".
std::string checked_name(std::string_view typed, std::string_view source);

/// "" for the usual profile, else " (profile `NAME`)": after what a message names of its login.
std::string suffix(const std::string& name);

class Profiles {
 public:
  /// An empty directory has no profiles, and takes none.
  explicit Profiles(std::filesystem::path config_directory) : config_(std::move(config_directory)) {}

  /// The configuration directory for "".
  std::filesystem::path directory(const std::string& name) const;
  /// The directory that all of them but "" are in.
  std::filesystem::path root() const { return config_.empty() ? config_ : config_ / "profiles"; }
  /// Locked by a process that uses a profile (profile_lock.hpp). Outside the profile's directory, which may be renamed.
  std::filesystem::path lock_path(const std::string& name) const { return root() / ("." + name + ".lock"); }

  /// "" exists always. Throws Error for a link, or anything else that is not a directory: it would lead a credential
  /// elsewhere.
  bool exists(const std::string& name) const;
  /// All but "", sorted.
  std::vector<std::string> names() const;

  /// What `profile use` chose; "" for none. Throws Error{usage_error} for a file with something else in it.
  std::string in_use() const;
  /// Throws Error when it cannot be written.
  void use(const std::string& name) const;

  /// At once, or not at all. Throws Error; the caller has the locks of both.
  void rename(const std::string& from, const std::string& to) const;
  /// Removes a directory and all that is in it: at once, as far as its name is concerned. Throws Error.
  void remove(const std::string& name) const;

 private:
  std::filesystem::path use_path() const { return root() / ".use"; }

  std::filesystem::path config_;
};

}  // namespace heygen::profile
