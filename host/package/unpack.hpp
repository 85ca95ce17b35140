// SPDX-License-Identifier: Apache-2.0
// A provider's archive: a ustar archive, compressed with gzip, of regular files and directories. It comes from another
// host, so that all else is refused.
#pragma once

#include <cstdint>
#include <filesystem>
#include <istream>

#include "core/base/limits.hpp"

namespace heygen::host::package {

struct ArchiveLimits {
  std::uint64_t file = limits::kLibrary;                       ///< bytes of one file
  std::uint64_t total = limits::kLibrary + 32 * limits::kMiB;  ///< bytes of the archive without compression
  unsigned entries = 256;                                      ///< files and directories
  unsigned depth = 8;                                          ///< directories above a file, and itself
};

/// Creates the files of a .tar.gz below `directory`, which is empty and only this user's. No link is created or
/// followed, nothing is replaced, owners and modes of the archive do not count. Throws Error{error} that names the
/// entry: a link, device or other kind; a path that is absolute or has ".."; a name that comes twice; what exceeds the
/// limits, is cut off, or is not such an archive. Throws Error{cli_file_io_error} when a file cannot be written.
void unpack(std::istream& compressed, const std::filesystem::path& directory, const ArchiveLimits& limits = {});

/// unpack() of a file, and the one manifest in it. Throws likewise, and when there is not exactly one.
std::filesystem::path unpack_provider(const std::filesystem::path& archive, const std::filesystem::path& directory);

}  // namespace heygen::host::package
