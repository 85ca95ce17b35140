// SPDX-License-Identifier: Apache-2.0
// Files and descriptors at the level of system calls. EINTR is retried here, so that no caller has to.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include "core/base/fd.hpp"

namespace heygen {

/// Repeats a system call that a signal interrupted: `call` returns a negative number and sets errno.
template <class Call>
auto retry_interrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

/// open(2) with O_CLOEXEC. An empty descriptor on failure, with errno set.
UniqueFd open_file(const std::filesystem::path& path, int flags, mode_t mode = 0);

/// read(2): the bytes read, 0 at the end, -1 on failure, with errno set.
ssize_t read_some(int fd, std::span<char> out) noexcept;

/// Writes all of `bytes`, or returns why not. A non-blocking descriptor is waited for.
std::error_code write_all(int fd, std::string_view bytes) noexcept;

/// The rest of an open file. Throws std::system_error: the errno of read(2), or EFBIG past `limit` bytes.
std::string read_to_end(int fd, std::size_t limit);

/// A regular file's content; empty when there is no such file. Throws std::system_error: the errno of open(2) or
/// read(2), EISDIR for a directory, EINVAL for anything else that is not a regular file (a FIFO does not block), EFBIG
/// past `limit` bytes.
std::optional<std::string> read_regular_file(const std::filesystem::path& path, std::size_t limit);

/// fsync(2) of a directory, so that a rename in it survives a crash. Some file systems refuse it: not an error.
void sync_directory(const std::filesystem::path& directory) noexcept;

/// Why read_regular_file() failed, for the end of a message: "is a directory", "larger than 1 MiB".
std::string describe_read_error(const std::system_error& error, std::size_t limit);

/// The permissions of a mode, as chmod(1) takes them: "0644".
std::string octal(mode_t mode);

/// What an errno means, in lower case and without a full stop, for the end of a message: "permission denied".
std::string describe_errno(int error);

}  // namespace heygen
