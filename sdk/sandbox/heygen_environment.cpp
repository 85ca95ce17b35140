// SPDX-License-Identifier: Apache-2.0
#include "sdk/sandbox/heygen_environment.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>

#include "sdk/sandbox/base/failure.hpp"
#include "sdk/sandbox/base/text.hpp"

namespace heygen::sandbox {

std::span<const std::string_view> misleading_variables() {
  static constexpr std::array<std::string_view, 4> kVariables = {"HEYGEN_API_KEY", "HYPERFRAMES_API_KEY",
                                                                 "HEYGEN_ACCESS_TOKEN", "HEYGEN_OAUTH_ISSUER"};
  return kVariables;
}

ConfigDirectory::ConfigDirectory(const std::string& named) : path_(named), own_(named.empty()) {
  if (!own_) return;
  std::string pattern = (std::filesystem::temp_directory_path() / "heygen-sandbox-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    throw Failure("Could not create the temporary directory " + pattern + ": " + describe_errno(errno) + '.',
                  "Set TMPDIR to a directory that you can write to.");
  }
  path_ = pattern;
}

ConfigDirectory::~ConfigDirectory() {
  std::error_code ignored;
  if (own_) std::filesystem::remove_all(path_, ignored);
}

}  // namespace heygen::sandbox
