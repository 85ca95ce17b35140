// SPDX-License-Identifier: Apache-2.0
// The partial file of a download, beside its target: `.NAME.heygen-part`, and in `.NAME.heygen-part.json` what another
// run needs to resume. Both are private to the user, and neither contains the link, which is signed. One process at a
// time has them.
#pragma once

#include <filesystem>
#include <string>

#include "core/base/fd.hpp"
#include "host/transfer/sink.hpp"

namespace heygen::host::transfer {

class PartialFile : public Sink {
 public:
  /// `asset` says what the file is, beyond any one link to it. Takes over what an earlier run kept of the same asset;
  /// anything else under these names is dropped. Throws Error{cli_file_io_error} when another process has it, or when
  /// it is not a regular file that only this user owns: no other user decides what a download resumes from.
  PartialFile(std::filesystem::path target, std::string asset);
  /// Removes both files, unless keep() or finish() was called.
  ~PartialFile() override;
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  const std::optional<Version>& version() const override { return version_; }
  std::uint64_t size() const override { return size_; }
  bool restart(std::optional<Version> version) override;
  /// Throws Error{cli_file_io_error}.
  void write(std::string_view data) override;

  /// Keeps the files for another run. False when there is nothing to resume from.
  bool keep();
  /// Makes it the target, on disk before it has that name, with the mode that the umask gives. Throws Error:
  /// file_exists when there is a target now and no `replace`; cli_file_io_error.
  void finish(bool replace);

 private:
  bool open(bool create);
  void lock() const;
  bool is_same_file() const;
  bool adopt_existing();
  std::string read_metadata() const;
  /// What write() has been given so far survives the machine.
  bool checkpoint();
  bool write_metadata() const;

  const std::filesystem::path target_;
  const std::string asset_, path_, metadata_path_;
  UniqueFd fd_;
  std::optional<Version> version_;
  std::uint64_t size_ = 0, synced_size_ = 0;
  bool keep_files_ = false;
};

}  // namespace heygen::host::transfer
