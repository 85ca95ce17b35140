// A download that is under way, beside the file it is to become: `.NAME.heygen-part`, and with it in
// `.NAME.heygen-part.json` what another run needs to go on. Both are for the user's eyes alone, and neither holds the
// link, which is signed. One process at a time has them.
#pragma once

#include <filesystem>
#include <string>

#include "host/transfer/sink.hpp"

namespace heygen::host {

class Part : public Sink {
 public:
  /// `asset` says what the file is, beyond any one link to it. Takes over what an earlier run kept of the same asset;
  /// anything else under these names is dropped. Throws Error{cli_file_io_error} when another process has it, or when
  /// it is no plain file of this user's: nobody else decides what a download goes on from.
  Part(std::filesystem::path target, std::string asset);
  /// Removes both files, unless keep() or finish() was called.
  ~Part() override;
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;

  const std::optional<Version>& version() const override { return version_; }
  std::uint64_t size() const override { return size_; }
  bool begin(std::optional<Version> version) override;
  /// Throws Error{cli_file_io_error}.
  void write(std::string_view data) override;

  /// Leaves it to another run. False when there is nothing that one could go on from.
  bool keep();
  /// Makes it the target, on disk before it has that name, with the mode that the umask gives. Throws Error:
  /// file_exists when there is a target now and no `replace`; cli_file_io_error.
  void finish(bool replace);

 private:
  bool open(bool create);
  void lock() const;
  bool still_there() const;
  bool take_over();
  std::string read_facts() const;
  /// What write() has been given so far survives the machine.
  bool checkpoint();
  bool write_facts() const;
  void close() noexcept;

  const std::filesystem::path target_;
  const std::string asset_, path_, facts_path_;
  int descriptor_ = -1;
  std::optional<Version> version_;
  std::uint64_t size_ = 0, safe_ = 0;
  bool left_ = false;
};

}  // namespace heygen::host
