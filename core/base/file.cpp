// SPDX-License-Identifier: Apache-2.0
#include "core/base/file.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "core/base/limits.hpp"

namespace heygen {
namespace {

constexpr std::size_t kPiece = 16 * limits::kKiB;

}  // namespace

UniqueFd open_file(const std::filesystem::path& path, int flags, mode_t mode) {
  return UniqueFd(retry_interrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, mode); }));
}

ssize_t read_some(int fd, std::span<char> out) noexcept {
  return retry_interrupted([&] { return ::read(fd, out.data(), out.size()); });
}

std::error_code write_all(int fd, std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    const ssize_t count = retry_interrupted([&] { return ::write(fd, bytes.data(), bytes.size()); });
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      pollfd writable{fd, POLLOUT, 0};
      retry_interrupted([&] { return ::poll(&writable, 1, -1); });
    } else {
      return {errno, std::generic_category()};
    }
  }
  return {};
}

std::string read_to_end(int fd, std::size_t limit) {
  std::string content;
  std::array<char, kPiece> piece;
  for (;;) {
    const ssize_t count = read_some(fd, piece);
    if (count < 0) throw std::system_error(errno, std::generic_category());
    if (count == 0) return content;
    content.append(piece.data(), static_cast<std::size_t>(count));
    if (content.size() > limit) throw std::system_error(EFBIG, std::generic_category());
  }
}

std::optional<std::string> read_regular_file(const std::filesystem::path& path, std::size_t limit) {
  const UniqueFd file = open_file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!file) {
    if (errno == ENOENT) return std::nullopt;
    throw std::system_error(errno, std::generic_category());
  }
  struct stat about {};
  if (::fstat(file.get(), &about) != 0) throw std::system_error(errno, std::generic_category());
  if (S_ISDIR(about.st_mode)) throw std::system_error(EISDIR, std::generic_category());
  if (!S_ISREG(about.st_mode)) throw std::system_error(EINVAL, std::generic_category());
  if (about.st_size <= 0 || static_cast<std::size_t>(about.st_size) >= kPiece) return read_to_end(file.get(), limit);
  std::string content(kPiece, '\0');
  const ssize_t count = read_some(file.get(), content);
  if (count < 0) throw std::system_error(errno, std::generic_category());
  content.resize(static_cast<std::size_t>(count));
  // Less than the size, or a whole piece: its end was not met.
  if (count < about.st_size || content.size() == kPiece) content += read_to_end(file.get(), limit);
  if (content.size() > limit) throw std::system_error(EFBIG, std::generic_category());
  return content;
}

std::string describe_read_error(const std::system_error& error, std::size_t limit) {
  switch (error.code().value()) {
    case EINVAL:
      return "not a regular file";
    case EFBIG:
      return "larger than " + (limit % limits::kMiB == 0 ? std::to_string(limit / limits::kMiB) + " MiB"
                                                         : std::to_string(limit / limits::kKiB) + " KiB");
    default:
      return describe_errno(error.code().value());
  }
}

void sync_directory(const std::filesystem::path& directory) noexcept {
  const UniqueFd opened(
      retry_interrupted([&] { return ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (opened) retry_interrupted([&] { return ::fsync(opened.get()); });
}

std::string octal(mode_t mode) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "%04o", static_cast<unsigned>(mode & 07777U));
  return text.data();
}

std::string describe_errno(int error) {
  std::string text = std::generic_category().message(error);
  // An abbreviation, such as "RPC", keeps its capitals.
  if (text.size() > 1 && text[1] >= 'a' && text[1] <= 'z' && text[0] >= 'A' && text[0] <= 'Z') {
    text[0] = static_cast<char>(text[0] - 'A' + 'a');
  }
  return text;
}

}  // namespace heygen
