// SPDX-License-Identifier: Apache-2.0
// Sizes that several directories share, in bytes.
#pragma once

#include <cstddef>

namespace heygen::limits {

inline constexpr std::size_t kKiB = 1024;
inline constexpr std::size_t kMiB = 1024 * kKiB;

/// A file that a user writes and heygen parses: credentials, config.toml, policy.toml.
inline constexpr std::size_t kUserFile = kMiB;
/// A provider's manifest.
inline constexpr std::size_t kManifest = 256 * kKiB;
/// A provider's library.
inline constexpr std::size_t kLibrary = 256 * kMiB;
/// A response that says who is logged in, or what an authorization server answers.
inline constexpr std::size_t kAuthResponse = kMiB;
/// A response of the API that is held in memory, unless the user sets another limit.
inline constexpr std::size_t kBufferedResponse = 256 * kMiB;
/// A line read from a terminal or a pipe.
inline constexpr std::size_t kInputLine = 64 * kKiB;
/// What a child process prints.
inline constexpr std::size_t kChildOutput = 64 * kKiB;
/// Steps of one transfer through a buffer.
inline constexpr std::size_t kTransferBuffer = 64 * kKiB;

}  // namespace heygen::limits
