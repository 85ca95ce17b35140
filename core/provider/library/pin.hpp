// SPDX-License-Identifier: Apache-2.0
// A library whose bytes are fixed: copied to memory that no process can write to, hashed there, and loaded from there.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/fd.hpp"

namespace heygen::provider {

/// SHA-256 in lower-case hexadecimal.
std::string sha256_hex(std::string_view bytes);
/// Of a file's content. Throws Refusal when it cannot be read or is larger than limits::kLibrary.
std::string file_digest(const std::filesystem::path& file);

/// Throws Refusal unless `digest` is one of `accepted`; `what` begins the reason ("the manifest").
void require_pin(const std::string& digest, const std::vector<std::string>& accepted, const std::string& what);

/// How the system makes a copy that no process can change; a test can take it away.
struct Sealing {
  /// An empty file in memory that can be sealed; no descriptor when the system has none.
  UniqueFd (*memory_file)(const char* name);
  std::filesystem::path descriptors;  ///< "/proc/self/fd"
};
const Sealing& system_sealing();

/// A path to load whose bytes have one of the accepted digests and cannot change any more. The descriptor behind it
/// stays open for the life of the process, so the path never comes to mean another file.
struct PinnedImage {
  std::filesystem::path path;
  std::string digest;
};
/// Throws Refusal unless these bytes may load; the descriptor is readable, at any offset.
using AcceptBytes = std::function<void(int descriptor, const std::string& digest)>;
/// Reads `file` once. Throws Refusal: what `accept` throws, a needed library that the system's directories lack, an
/// RPATH or RUNPATH, or, where there is no sealed memory, a file that not only root could replace. `kind` is how
/// messages call the library: "pinned", "signed".
PinnedImage fix_library(const std::filesystem::path& file, const AcceptBytes& accept, const std::string& kind,
                        const Sealing& sealing = system_sealing());
/// fix_library() of bytes that have one of the digests.
PinnedImage pin_library(const std::filesystem::path& file, const std::vector<std::string>& accepted,
                        const Sealing& sealing = system_sealing());

}  // namespace heygen::provider
