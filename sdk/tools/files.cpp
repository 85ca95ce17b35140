// SPDX-License-Identifier: Apache-2.0
#include "sdk/tools/files.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "core/base/fd.hpp"
#include "core/base/file.hpp"

namespace heygen::tools {
namespace {

std::runtime_error write_failure(const std::filesystem::path& path, int error) {
  return std::runtime_error("could not write " + path.string() + ": " + describe_errno(error));
}

void write_file(int file, const std::filesystem::path& path, std::string_view text) {
  if (const std::error_code error = write_all(file, text)) throw write_failure(path, error.value());
}

}  // namespace

void print(std::string_view text) {
  write_file(STDOUT_FILENO, "stdout", text);
}

void replace_file(const std::filesystem::path& path, std::string_view text) {
  std::string temporary = path.string() + ".XXXXXX";
  const UniqueFd file(mkstemp(temporary.data()));
  if (!file) throw write_failure(path, errno);
  try {
    write_file(file.get(), temporary, text);
    constexpr mode_t kReadable = 0644;
    if (fchmod(file.get(), kReadable) != 0 || fsync(file.get()) != 0) throw write_failure(temporary, errno);
    if (std::rename(temporary.c_str(), path.c_str()) != 0) throw write_failure(path, errno);
  } catch (...) {
    unlink(temporary.c_str());
    throw;
  }
}

}  // namespace heygen::tools
