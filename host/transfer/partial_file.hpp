// SPDX-License-Identifier: Apache-2.0
// The partial file of a download, beside its target: `.NAME.heygen-part`, and in `.NAME.heygen-part.json` what another
// run needs to resume. Both are private to the user, and neither contains the link, which is signed. One process at a
// time has them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <future>
#include <string>

#include "core/base/fd.hpp"
#include "host/transfer/sink.hpp"

namespace heygen::host::transfer {

class PartialFile : public Sink {
 public:
  /// Bytes between what survives the machine and what is begun to.
  static constexpr std::uint64_t kCheckpointEvery = std::uint64_t{64} << 20;

  /// `asset` says what the file is, beyond any one link to it. Takes over what an earlier run kept of the same asset;
  /// anything else under these names is dropped. Throws Error{cli_file_io_error} when another process has it, or when
  /// it is not a regular file that only this user owns: no other user decides what a download resumes from.
  PartialFile(std::filesystem::path target, std::string asset, std::uint64_t checkpoint_every = kCheckpointEvery);
  /// Removes both files, unless keep() or finish() was called.
  ~PartialFile() override;
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  const std::optional<Version>& version() const override { return version_; }
  std::uint64_t size() const override { return size_; }
  bool restart(std::optional<Version> version) override;
  /// Does not wait for the disk: what is written starts on its way to it, and is made sure of on another thread. Throws
  /// Error{cli_file_io_error}, also for what was written before.
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
  void start_write_back();
  void checkpoint_behind();
  bool end_checkpoint_behind();
  /// What write() has been given so far survives the machine.
  bool checkpoint();
  bool write_metadata() const;

  const std::filesystem::path target_;
  const std::string asset_, path_, metadata_path_;
  const std::uint64_t checkpoint_every_;
  UniqueFd fd_;
  std::optional<Version> version_;
  std::uint64_t size_ = 0, write_back_size_ = 0;
  std::uint64_t synced_size_ = 0;   ///< survives the machine
  std::uint64_t syncing_size_ = 0;  ///< does so once `sync_` says 0 (or an errno)
  std::future<int> sync_;           ///< uses fd_
  bool keep_files_ = false;
};

}  // namespace heygen::host::transfer
