// SPDX-License-Identifier: Apache-2.0
// Replacing a file so that a reader, or a crash, sees the old content or the new one and nothing in between.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/fd.hpp"
#include "core/base/file_place.hpp"

namespace heygen {

/// A private file of heygen's own beside another one: ".NAME.heygen-KINDPID-XXXXXX", mode 0600. Its writer holds a lock
/// on it for as long as it lives.
struct CompanionFile {
  std::string path;
  UniqueFd file;
};

/// `kind`: a word with a hyphen; the file gets room for `size` bytes. Root leaves it to the owner of the
/// directory. Throws Error{error}.
CompanionFile create_companion(const FilePlace& place, std::string_view kind, std::size_t size);

/// Those of that kind whose writers have ended, locked by this process now.
std::vector<CompanionFile> take_abandoned_companions(const FilePlace& place, std::string_view kind);

/// Replaces the content of an open file, and waits until it is on the disk. `path` is for messages. Throws
/// Error{error}.
void write_synced(int file, std::string_view content, const std::filesystem::path& path);

/// The next content of a file. Room for it is made sure of first, so that a content that cannot be had twice, such as a
/// rotated token, is asked for only when it can be kept. Not thread-safe.
///
/// The file is replaced by a temporary file beside it (".NAME.heygen-tmp-PID-XXXXXX", mode 0600, synced, renamed). A
/// file that cannot be renamed over, as it is a mount point, immutable, another user's in a sticky directory, or in a
/// read-only one, and a file with several hard links, is written in place: its old content is kept beside it
/// (".NAME.heygen-old-PID-XXXXXX") until the new one is synced. A symbolic link is followed and stays. Root leaves the
/// file to the owner of its directory.
class FileReplacement {
 public:
  /// Creates the temporary file with room for `size` bytes, and makes sure that a file that stays in place can be
  /// written. Throws Error{error}; nothing is changed then.
  explicit FileReplacement(FilePlace place, std::size_t size = 0);
  FileReplacement(const FileReplacement&) = delete;
  FileReplacement& operator=(const FileReplacement&) = delete;
  ~FileReplacement();

  /// Puts `content` in the file's place; at most once. Throws Error{error}: the old content is then unchanged.
  void commit(std::string_view content);

 private:
  void write_in_place(std::string_view content);
  /// Makes the temporary file the one with the old content, unless there is one.
  void keep_old(std::string_view content);

  FilePlace place_;
  std::string temporary_;
  UniqueFd file_;
  UniqueFd in_place_;  ///< the target, when it is not renamed over
};

/// FileReplacement in one step.
void replace_file(const FilePlace& place, std::string_view content);

/// The file with the old content of one that is being written in place, or whose writing was cut off; an empty path
/// when there is none.
std::filesystem::path kept_content(const FilePlace& place);

/// Whether remove_leftovers() would find anything.
bool has_leftovers(const FilePlace& place);

/// Removes what writers left that were killed: their temporary files, and the kept old content. What belongs to a
/// living writer stays. Call it when the file itself is known to be whole.
void remove_leftovers(const FilePlace& place);

/// Removes the file; symbolic links to it stay. A file that cannot be removed, as it is a mount point or another
/// user's, is emptied, and so is one with several hard links. Throws Error{error}.
void remove_file(const FilePlace& place);

}  // namespace heygen
