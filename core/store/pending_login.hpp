// SPDX-License-Identifier: Apache-2.0
// A credential between its arrival and its place in the credentials file: of a login, while the API is asked about it
// and the file keeps the old one, or of a refresh that could not be stored. A copy beside the file outlives a crash,
// and what keeps the credential from its place.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/atomic_file.hpp"
#include "core/json/value.hpp"
#include "core/store/credentials_document.hpp"
#include "core/store/provider/provider_keys.hpp"

namespace heygen::store {

/// A stored credential whose place a login takes, and which is then to be revoked.
struct ReplacedLogin {
  FilledSlot slot;
  json::Value state;
  KeySet keys{};  ///< of the provider of the login itself, which takes their place too
  bool operator==(const ReplacedLogin&) const = default;
};

class PendingLogin {
 public:
  /// Room for the copy beside the credentials file. `made`: directories that were created for it, innermost first; they
  /// go with the copy if nothing else is in them. Throws Error{error}.
  explicit PendingLogin(FilePlace place, std::vector<std::filesystem::path> made = {});
  PendingLogin(PendingLogin&& other) noexcept;
  PendingLogin& operator=(PendingLogin&&) = delete;
  /// Removes the copy, unless it was left, or was taken from another process.
  ~PendingLogin();

  /// From now on the login outlives this process. `patch`: the change to the provider's state; `refreshed`: the state
  /// that a refresh was asked with; `keys`: what the login created. Throws Error{error}.
  void keep(const std::string& provider, const json::Value& patch, std::optional<json::Value> refreshed = {},
            const KeySet& keys = {});
  /// Adds what is to be revoked once this login has its place; to the copy too, if there is one. Throws Error{error};
  /// the copy is as it was then.
  void keep_replaced(std::vector<ReplacedLogin> replaced);
  /// Adds that it had its place in the file, which may change. Throws likewise.
  void keep_stored();
  /// Removes the copy. False: the directory does not allow it.
  bool remove();
  /// Keeps `held` for as long as this.
  void hold(std::shared_ptr<const void> held) { held_ = std::move(held); }
  /// The copy stays, for a later command.
  void leave() { stays_ = true; }

  /// The file holds a login that is neither the one that this takes the place of nor what a refresh made of that. Its
  /// time does not count: it changes when the file is touched, and before it is written in place.
  bool is_overtaken(const CredentialsDocument& document) const;
  /// It has its place in the file, or had it before it changed.
  bool is_stored_in(const CredentialsDocument& document) const;

  const std::string& path() const { return file_.path; }
  /// Empty for a login.
  const std::optional<json::Value>& refreshed() const { return refreshed_; }
  const std::string& provider() const { return provider_; }
  const json::Value& patch() const { return patch_; }
  const std::vector<ReplacedLogin>& replaced() const { return replaced_; }
  const KeySet& keys() const { return keys_; }

  /// Those that processes left behind which have ended, and that no other process takes now; the newest first. Copies
  /// that are not complete are removed.
  static std::vector<PendingLogin> take_interrupted(const FilePlace& credentials);

 private:
  PendingLogin(FilePlace place, CompanionFile file) : place_(std::move(place)), file_(std::move(file)) {}

  json::Value document() const;
  void take(const json::Value& document);
  /// Puts another copy in the place of this one, so that a crash leaves at least one of them.
  void write_anew();

  FilePlace place_;
  CompanionFile file_;
  bool stays_ = false;
  std::vector<std::filesystem::path> made_;
  std::string provider_;
  json::Value patch_ = json::Object{};
  std::optional<json::Value> refreshed_;
  std::vector<ReplacedLogin> replaced_;
  bool stored_ = false;
  KeySet keys_;
  std::shared_ptr<const void> held_;
};

}  // namespace heygen::store
