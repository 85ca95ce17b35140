#include "host/transfer/upload.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "core/base/error.hpp"
#include "core/base/random.hpp"
#include "host/io.hpp"

namespace heygen::host {
namespace {

constexpr std::string_view kStandardInput = "-";

std::string make_boundary(Random& random) {
  std::array<std::byte, 16> bytes;
  random.fill(bytes);
  std::string text = "heygen-";
  for (const std::byte byte : bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    text += kDigits[std::to_integer<unsigned>(byte) >> 4];
    text += kDigits[std::to_integer<unsigned>(byte) & 15];
  }
  return text;
}

/// Browsers escape exactly these three (WHATWG HTML, multipart/form-data encoding).
std::string in_quotes(const std::string& name) {
  std::string text;
  for (const char c : name) text += c == '"' ? "%22" : c == '\r' ? "%0D" : c == '\n' ? "%0A" : std::string(1, c);
  return '"' + text + '"';
}

std::string in_words(const std::string& path) {
  return path == kStandardInput ? "standard input" : "the file '" + path + "'";
}

std::string name_of(const std::string& path) {
  return path == kStandardInput ? "stdin" : std::filesystem::path(path).filename().string();
}

int open_source(const std::string& path) {
  return path == kStandardInput ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open_to_read(path);
}

bool holds_a_byte(int descriptor) {
  char byte = 0;
  return pread(descriptor, &byte, 1, 0) > 0;
}

Error file_error(const std::string& what, const std::string& reason) {
  std::string message = what + " could not be read: " + reason + ".";
  message.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(message.front())));
  return {code::kError, message};
}

}  // namespace

UploadBody::UploadBody(const std::string& field, const std::string& path, const std::string& name, Random& random,
                       const Cancel& cancel)
    : cancel_(cancel),
      path_(in_words(path)),
      name_(name.empty() ? name_of(path) : name),
      boundary_(make_boundary(random)),
      descriptor_(open_source(path)) {
  struct stat facts {};
  if (descriptor_ < 0 || fstat(descriptor_, &facts) != 0) {
    const std::string reason = std::generic_category().message(errno);
    if (descriptor_ >= 0) close(descriptor_);
    throw file_error(path_, reason);
  }
  if (S_ISDIR(facts.st_mode)) {
    close(descriptor_);
    throw file_error(path_, "it is a directory");
  }
  // A file of /proc is of size 0 whatever it holds.
  regular_ = S_ISREG(facts.st_mode) && (facts.st_size > 0 || !holds_a_byte(descriptor_));
  if (regular_) {
    start_ = std::clamp<off_t>(lseek(descriptor_, 0, SEEK_CUR), 0, facts.st_size);
    file_size_ = static_cast<std::uint64_t>(facts.st_size - start_);
  }
  head_ = "--" + boundary_ + "\r\nContent-Disposition: form-data; name=" + in_quotes(field) +
          "; filename=" + in_quotes(name_) + "\r\nContent-Type: application/octet-stream\r\n\r\n";
  tail_ = "\r\n--" + boundary_ + "--\r\n";
}

UploadBody::~UploadBody() {
  close(descriptor_);
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

/// 0 moves on to the tail.
std::size_t UploadBody::read_file(std::span<char> out) {
  std::size_t wanted = out.size();
  if (regular_) wanted = static_cast<std::size_t>(std::min<std::uint64_t>(wanted, file_size_ - file_at_));
  const ssize_t count = wanted > 0 ? read_some(descriptor_, out.first(wanted), cancel_) : 0;
  if (count < 0) throw file_error(path_, std::generic_category().message(errno));
  if (count == 0 && regular_ && file_at_ < file_size_) throw file_error(path_, "it became shorter during the upload");
  if (count == 0) stage_ = Stage::tail;
  file_at_ += static_cast<std::uint64_t>(count);
  return static_cast<std::size_t>(count);
}

bool UploadBody::rewind() {
  if (!regular_ && (stage_ != Stage::head)) return false;
  if (regular_ && lseek(descriptor_, start_, SEEK_SET) != start_) return false;
  stage_ = Stage::head;
  text_at_ = 0;
  file_at_ = 0;
  return true;
}

}  // namespace heygen::host
