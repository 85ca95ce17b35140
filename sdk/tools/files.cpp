#include "sdk/tools/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <system_error>

namespace heygen::tools {
namespace {

std::runtime_error system_failure(const std::filesystem::path& path) {
  return std::runtime_error(path.string() + ": " + std::generic_category().message(errno));
}

void write_all(int file, const std::filesystem::path& path, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw system_failure(path);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

void print(std::string_view text) {
  write_all(STDOUT_FILENO, "stdout", text);
}

void replace_file(const std::filesystem::path& path, std::string_view text) {
  std::string temporary = path.string() + ".XXXXXX";
  const int file = mkstemp(temporary.data());
  if (file < 0) throw system_failure(path);
  try {
    write_all(file, temporary, text);
    constexpr mode_t kReadable = 0644;
    if (fchmod(file, kReadable) != 0 || fsync(file) != 0) throw system_failure(temporary);
    if (std::rename(temporary.c_str(), path.c_str()) != 0) throw system_failure(path);
    close(file);
  } catch (...) {
    close(file);
    unlink(temporary.c_str());
    throw;
  }
}

}  // namespace heygen::tools
