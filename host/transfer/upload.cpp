// SPDX-License-Identifier: Apache-2.0
#include "host/transfer/upload.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>

#include "core/base/cancel.hpp"
#include "core/base/encode.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/random.hpp"
#include "core/base/text.hpp"
#include "host/io.hpp"

namespace heygen::host::transfer {
namespace {

constexpr std::string_view kStdin = "-";

std::string make_boundary(Random& random) {
  std::array<std::byte, 16> bytes;
  random.fill(bytes);
  std::string text = "heygen-";
  return text + hex_encode({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

/// Browsers escape exactly these three (WHATWG HTML, multipart/form-data encoding).
std::string in_quotes(const std::string& name) {
  std::string text;
  for (const char c : name) text += c == '"' ? "%22" : c == '\r' ? "%0D" : c == '\n' ? "%0A" : std::string(1, c);
  return '"' + text + '"';
}

std::string name_of(const std::string& path) {
  return path == kStdin ? "stdin" : std::filesystem::path(path).filename().string();
}

UniqueFd open_source(const std::string& path) {
  require_file_name(path);
  return path == kStdin ? UniqueFd(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)) : open_to_read(path);
}

bool has_a_byte(int descriptor) {
  char byte = 0;
  return pread(descriptor, &byte, 1, 0) > 0;
}

}  // namespace

void require_file_name(const std::string& path) {
  if (path.empty()) throw usage_error("--file is empty.", "Name a file, or use - for stdin.");
}

Error unreadable_file(const std::string& path, const std::string& reason) {
  const std::string what = path == kStdin ? "stdin" : "the file '" + shown_path(path) + "'";
  return {code::kFileIo, "Could not read " + what + ": " + reason + ".", "Check the path and its permissions."};
}

UploadBody::UploadBody(const std::string& field, const std::string& path, const std::string& name, Random& random,
                       const Cancel& cancel)
    : cancel_(cancel),
      path_(path),
      name_(name.empty() ? name_of(path) : name),
      boundary_(make_boundary(random)),
      descriptor_(open_source(path)),
      silence_(path == kStdin ? "on stdin" : "from '" + shown_path(path) + "'", "--file") {
  struct stat facts {};
  if (!descriptor_ || fstat(descriptor_.get(), &facts) != 0) throw unreadable_file(path_, describe_errno(errno));
  if (S_ISDIR(facts.st_mode)) throw unreadable_file(path_, "it is a directory");
  // A file of /proc has size 0 whatever it contains.
  regular_ = S_ISREG(facts.st_mode) && (facts.st_size > 0 || !has_a_byte(descriptor_.get()));
  if (regular_) {
    start_ = std::clamp<off_t>(lseek(descriptor_.get(), 0, SEEK_CUR), 0, facts.st_size);
    file_size_ = static_cast<std::uint64_t>(facts.st_size - start_);
  }
  head_ = "--" + boundary_ + "\r\nContent-Disposition: form-data; name=" + in_quotes(field) +
          "; filename=" + in_quotes(name_) + "\r\nContent-Type: application/octet-stream\r\n\r\n";
  tail_ = "\r\n--" + boundary_ + "--\r\n";
}

std::optional<std::uint64_t> UploadBody::size() const {
  if (!regular_) return std::nullopt;
  return head_.size() + file_size_ + tail_.size();
}

std::size_t UploadBody::read(std::span<char> out) {
  if (stage_ == Stage::head) return read_text(head_, out, Stage::file);
  if (stage_ == Stage::file)
    if (const std::size_t count = read_file(out); count > 0) return count;
  return read_text(tail_, out, Stage::tail);
}

std::size_t UploadBody::read_text(const std::string& text, std::span<char> out, Stage next) {
  const std::size_t count = text.copy(out.data(), out.size(), text_at_);
  text_at_ += count;
  if (text_at_ == text.size() && stage_ != next) {
    stage_ = next;
    text_at_ = 0;
  }
  return count;
}

/// A regular file is always ready, so that waiting for it would be a system call for nothing.
ssize_t UploadBody::read_source(std::span<char> out) {
  if (!regular_) return read_some(descriptor_.get(), out, cancel_, &silence_);
  if (cancel_.requested()) throw canceled_error();
  return heygen::read_some(descriptor_.get(), out);
}

/// 0 moves on to the tail.
std::size_t UploadBody::read_file(std::span<char> out) {
  std::size_t wanted = out.size();
  if (regular_) wanted = static_cast<std::size_t>(std::min<std::uint64_t>(wanted, file_size_ - file_at_));
  const ssize_t count = wanted > 0 ? read_source(out.first(wanted)) : 0;
  if (count < 0) throw unreadable_file(path_, describe_errno(errno));
  if (count == 0 && regular_ && file_at_ < file_size_)
    throw unreadable_file(path_, "it became shorter during the upload");
  if (count == 0) stage_ = Stage::tail;
  file_at_ += static_cast<std::uint64_t>(count);
  return static_cast<std::size_t>(count);
}

bool UploadBody::rewind() {
  if (!regular_ && (stage_ != Stage::head)) return false;
  if (regular_ && lseek(descriptor_.get(), start_, SEEK_SET) != start_) return false;
  stage_ = Stage::head;
  text_at_ = 0;
  file_at_ = 0;
  return true;
}

}  // namespace heygen::host::transfer
