// SPDX-License-Identifier: Apache-2.0
// A file as multipart/form-data (RFC 7578), read from disk while it is sent.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "core/base/error.hpp"
#include "core/base/fd.hpp"
#include "core/base/terminal.hpp"
#include "core/net/body.hpp"

namespace heygen {
class Cancel;
class Random;
}  // namespace heygen

namespace heygen::host::transfer {

/// Throws Error{usage_error} for an empty value of --file, as of a variable that is unset.
void require_file_name(const std::string& path);
/// The error for a file to upload, or "-" for stdin.
Error unreadable_file(const std::string& path, const std::string& reason);

/// One part named `field`, application/octet-stream, with the file's base name. The path "-" is stdin.
class UploadBody : public net::Body {
 public:
  /// `name`: the file's name for the server, or "" for its own ("stdin" for stdin). Throws Error{error} when
  /// the file cannot be opened or is a directory.
  UploadBody(const std::string& field, const std::string& path, const std::string& name, Random& random,
             const Cancel& cancel);
  UploadBody(const UploadBody&) = delete;
  UploadBody& operator=(const UploadBody&) = delete;

  const std::string& name() const { return name_; }
  std::string content_type() const { return "multipart/form-data; boundary=" + boundary_; }

  /// Empty for a pipe, and for what else does not tell its size.
  std::optional<std::uint64_t> size() const override;
  /// Throws Error when the file fails or has become shorter since it was opened, and Error{canceled}.
  std::size_t read(std::span<char> out) override;
  /// False for a pipe that was read from.
  bool rewind() override;

 private:
  enum class Stage { head, file, tail };
  std::size_t read_text(const std::string& text, std::span<char> out, Stage next);
  ssize_t read_source(std::span<char> out);
  std::size_t read_file(std::span<char> out);

  const Cancel& cancel_;
  std::string path_;
  std::string name_, boundary_, head_, tail_;
  UniqueFd descriptor_;
  SilenceNotice silence_;
  bool regular_ = false;
  off_t start_ = 0;  ///< a redirected file may have been read from
  std::uint64_t file_size_ = 0, file_at_ = 0;
  Stage stage_ = Stage::head;
  std::size_t text_at_ = 0;
};

}  // namespace heygen::host::transfer
