// SPDX-License-Identifier: Apache-2.0
#include "core/base/file_place.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <string>
#include <system_error>

namespace heygen {

namespace fs = std::filesystem;

namespace {

bool can_write(const fs::path& path) {
  return faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0;
}

/// Whether the directory can be written, or made.
bool can_hold_files(const fs::path& directory) {
  std::error_code error;
  fs::path at = directory;
  while (at.has_relative_path() && !fs::exists(at, error)) at = at.parent_path();
  return fs::is_directory(at, error) && can_write(at);
}

/// "credentials-0123456789abcdef": FNV-1a of the whole path, the same in every build.
std::string name_of(const fs::path& target) {
  constexpr std::uint64_t kBasis = 14695981039346656037U, kPrime = 1099511628211U;
  std::error_code ignored;
  std::uint64_t hash = kBasis;
  for (const char c : fs::absolute(target, ignored).lexically_normal().string())
    hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
  std::array<char, 17> digits{};
  std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(hash));
  return target.filename().string() + "-" + digits.data();
}

}  // namespace

fs::path link_target(fs::path path) {
  constexpr int kMostLinks = 40;
  std::error_code error;
  for (int links = 0; links < kMostLinks && fs::is_symlink(path, error); ++links) {
    const fs::path next = fs::read_symlink(path, error);
    if (error) break;
    path = path.parent_path() / next;  // an absolute one replaces the whole path
  }
  return path;
}

FilePlace::FilePlace(const fs::path& path, const std::vector<fs::path>& fallbacks)
    : target(link_target(path)), companions(target.parent_path()) {
  std::vector<fs::path> apart;
  for (const fs::path& fallback : fallbacks) apart.push_back(fallback / name_of(target));
  if (!can_write(companions) && can_write(target)) {
    const auto chosen = std::ranges::find_if(apart, can_hold_files);
    if (chosen != apart.end()) {
      elsewhere.push_back(companions);
      companions = *chosen;
    } else {
      lacks_fallback = !apart.empty();
    }
  }
  std::error_code error;
  for (const fs::path& directory : apart)
    if (directory != companions && fs::is_directory(directory, error)) elsewhere.push_back(directory);
}

}  // namespace heygen
