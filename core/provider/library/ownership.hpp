// SPDX-License-Identifier: Apache-2.0
// Who besides its owner could replace a file before it is loaded.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "core/provider/refusal.hpp"

namespace heygen::provider {

/// Who must own files.
enum class Owner : unsigned char {
  root_or_user,  ///< a group of the owner's own may write, and others into sticky directories
  installation,  ///< likewise, and the owner of the running program counts as root: a user who could replace it need
                 ///< not replace a file beside it. In a user namespace, that owner may be one that it does not know.
  root,          ///< only root owns and writes
};

/// What tells one content of a file from another.
struct FileMark {
  std::uint64_t device = 0, file = 0, size = 0;
  std::int64_t changed_s = 0, changed_ns = 0;  ///< when the file, its mode included, last changed
  bool operator==(const FileMark&) const = default;
};

struct CheckedFile {
  std::filesystem::path path;  ///< without links
  FileMark mark;               ///< when it was looked at, before it is opened
};

/// Checks of files one after the other, which look at each directory once. What it remembers may change, so that one
/// object serves one command; a file itself is looked at each time.
class OwnershipChecks {
 public:
  /// Empty when the file, its link targets and all directories above are owned so and nobody else can write to them;
  /// otherwise why not, naming the path.
  std::optional<Refusal> find_fault(const std::filesystem::path& file, Owner owner);
  /// Throws the Refusal that find_fault() finds.
  CheckedFile require(const std::filesystem::path& file, Owner owner);

 private:
  std::set<std::pair<Owner, std::string>> directories_;  ///< in order, and no links
};

/// OwnershipChecks::find_fault() of one file.
std::optional<Refusal> find_ownership_fault(const std::filesystem::path& file, Owner owner = Owner::root_or_user);

/// Throws the Refusal that find_ownership_fault() finds.
void require_ownership(const std::filesystem::path& file, Owner owner = Owner::root_or_user);

}  // namespace heygen::provider
