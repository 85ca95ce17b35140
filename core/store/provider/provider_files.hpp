// SPDX-License-Identifier: Apache-2.0
// Private files beside the credentials, one for each provider: what the host keeps for a provider besides its login.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/file_lock.hpp"
#include "core/json/value.hpp"

namespace heygen {
class Clock;
}

namespace heygen::store {

/// Overwrites all strings of a document.
void wipe_strings(json::Value& value) noexcept;

/// Asked before something is written beside the credentials. What it returns is kept for as long as that takes, and
/// says to others that the directory is in use. `creates`: the directory may be missing. Throws Error: nothing may be
/// written then. May be empty.
using WriteHold = std::function<std::shared_ptr<const void>(bool creates)>;

/// DIRECTORY/KIND/ID.json: 0600 in a directory of 0700, whose own lock excludes other writers. The directory is where
/// the locks and copies of the credentials file are (FilePlace): directories that link to one file share what is beside
/// it, and a directory that cannot be written has its files in a fallback. Of a file that is in several of these
/// places, the newest counts.
class ProviderFiles {
 public:
  /// An empty `directory` has no files, and takes none.
  ProviderFiles(std::filesystem::path directory, std::string kind, Clock& clock,
                std::vector<std::filesystem::path> fallbacks, WriteHold hold = {});

  /// An object; empty when there is no file, or none that can be used.
  json::Value read(const std::string& provider) const;
  /// The one that read() takes; it need not exist.
  std::filesystem::path file(const std::string& provider) const;
  /// The same, when there is one that cannot be used.
  std::optional<std::filesystem::path> damaged(const std::string& provider) const;
  /// Lets `change` edit the content, and replaces the file; an empty object removes it. Throws Error: the file is then
  /// unchanged.
  void update(const std::string& provider, const std::function<void(json::Value& content)>& change) const;

  /// Providers that have a file.
  std::vector<std::string> providers() const;
  /// The file of a provider, and what killed writers left of it. Those that could not be removed.
  std::vector<std::filesystem::path> remove(const std::string& provider) const;

 private:
  using Directories = std::vector<std::filesystem::path>;
  /// Where new files are made, and then others that may have some; they need not exist.
  Directories directories() const;
  json::Value read_in(const Directories& places, const std::string& provider) const;
  FileLock lock(const std::filesystem::path& directory) const;  ///< one that is there
  FileLock make_and_lock(const std::filesystem::path& directory) const;

  std::filesystem::path directory_;
  std::string kind_;
  std::vector<std::filesystem::path> fallbacks_;
  Clock& clock_;
  WriteHold hold_;
};

}  // namespace heygen::store
