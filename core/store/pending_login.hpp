// SPDX-License-Identifier: Apache-2.0
// A login between the arrival of its credential and its place in the credentials file. Meanwhile the API is asked about
// it, and the file keeps the old login; a copy beside the file outlives a crash.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/atomic_file.hpp"
#include "core/json/value.hpp"

namespace heygen::store {

class PendingLogin {
 public:
  /// Room for the copy beside `credentials`. `made`: directories that were created for it, innermost first; they go
  /// with the copy if nothing else is in them. Throws Error{error}.
  explicit PendingLogin(const std::filesystem::path& credentials, std::vector<std::filesystem::path> made = {});
  PendingLogin(PendingLogin&& other) noexcept;
  PendingLogin& operator=(PendingLogin&&) = delete;
  /// Removes the copy, unless it was left.
  ~PendingLogin();

  /// From now on the login outlives this process. `patch`: the change to the provider's state. Throws Error{error}.
  void keep(const std::string& provider, const json::Value& patch);
  /// Removes the copy. False: the directory does not allow it.
  bool remove();
  /// The copy stays, for a later command.
  void leave() { file_.path.clear(); }

  /// The credentials file has been written since: this login, or a later one, may be in it.
  bool is_overtaken(const std::filesystem::path& credentials) const;

  const std::string& provider() const { return provider_; }
  const json::Value& patch() const { return patch_; }

  /// One that a process left behind which has ended, and that no other process takes now. Copies that are not complete
  /// are removed.
  static std::optional<PendingLogin> take_interrupted(const std::filesystem::path& credentials);

 private:
  PendingLogin(CompanionFile file, std::string provider, json::Value patch)
      : file_(std::move(file)), provider_(std::move(provider)), patch_(std::move(patch)) {}

  CompanionFile file_;
  std::vector<std::filesystem::path> made_;
  std::string provider_;
  json::Value patch_ = json::Object{};
};

}  // namespace heygen::store
