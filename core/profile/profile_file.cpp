// SPDX-License-Identifier: Apache-2.0
#include "core/profile/profile_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <optional>
#include <system_error>
#include <vector>

#include "core/base/account.hpp"
#include "core/base/atomic_file.hpp"
#include "core/base/directory.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/limits.hpp"
#include "core/base/text.hpp"

namespace heygen::profile {

namespace {

constexpr std::size_t kLongestFile = 256;
constexpr std::size_t kLongestList = limits::kMiB;

std::filesystem::path list_path(const Profiles& profiles) {
  return profiles.root() / ".trusted";
}

std::string line_of(const ProfileFile& file) {
  return file.name + "\t" + file.path.string();
}

std::vector<std::string> trusted_lines(const Profiles& profiles) {
  try {
    return split(read_regular_file(list_path(profiles), kLongestList).value_or(""), '\n');
  } catch (const std::system_error&) {
    return {};
  }
}

Error unreadable(const std::filesystem::path& path, const std::string& why) {
  return {code::kFileIo, "Could not read " + path.string() + ": " + why + ".",
          "Make it a file of your own with the name of a profile in it, or choose one with --profile."};
}

std::string doubt_of(const struct stat& about) {
  if (about.st_uid != geteuid()) return "it belongs to another user";
  return others_may_write(about) ? "other users may write to it (mode " + octal(about.st_mode) + ")" : "";
}

ProfileFile read_open(const UniqueFd& file, const std::filesystem::path& path) {
  struct stat about {};
  if (fstat(file.get(), &about) != 0) throw unreadable(path, describe_errno(errno));
  if (!S_ISREG(about.st_mode)) throw unreadable(path, "is not a regular file");
  try {
    return {path, checked_name(read_to_end(file.get(), kLongestFile), path.string()), doubt_of(about)};
  } catch (const std::system_error& error) {
    throw unreadable(path, describe_read_error(error, kLongestFile));
  }
}

/// A link is not followed: who made it is not who made the file.
UniqueFd open_at(const std::filesystem::path& path) {
  UniqueFd file = open_file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  if (!file && errno == ELOOP) throw unreadable(path, "is a link");
  return file;
}

}  // namespace

ProfileFile find_profile_file(const Environment& environment) {
  std::array<char, PATH_MAX> room;
  if (getcwd(room.data(), room.size()) == nullptr || room.front() != '/') return {};
  const std::string home = environment.value("HOME");
  std::string at = room.data();
  for (;;) {
    const std::string path = (at == "/" ? at : at + "/") + std::string(kFileName);
    if (const UniqueFd file = open_at(path)) return read_open(file, path);
    if (errno != ENOENT && errno != EACCES && errno != ENAMETOOLONG) throw unreadable(path, describe_errno(errno));
    if (at == "/" || at == home) return {};
    at.resize(std::max<std::size_t>(at.rfind('/'), 1));
  }
}

ProfileFile read_profile_file(const std::filesystem::path& path) {
  const std::filesystem::path whole = std::filesystem::absolute(path).lexically_normal();
  const UniqueFd file = open_at(whole);
  if (!file) throw unreadable(whole, describe_errno(errno));
  return read_open(file, whole);
}

bool is_trusted(const ProfileFile& file, const Profiles& profiles) {
  if (file.doubt.empty()) return true;
  const std::vector<std::string> lines = trusted_lines(profiles);
  return std::ranges::find(lines, line_of(file)) != lines.end();
}

void trust(const ProfileFile& file, const Profiles& profiles) {
  if (file.path.string().find('\n') != std::string::npos)
    throw usage_error("The path of " + shown_path(file.path.string()) + " has a line end in it.", "Move the file.");
  std::vector<std::string> lines = trusted_lines(profiles);
  const std::string end = "\t" + file.path.string();  // what the file said before is trusted no more
  std::erase_if(lines, [&](const std::string& line) { return line.empty() || line.ends_with(end); });
  lines.push_back(line_of(file));
  make_private_directory(profiles.root());
  replace_file(list_path(profiles), join(lines, "\n") + "\n");
}

Error untrusted_error(const ProfileFile& file) {
  const std::string name = file.name.empty() ? std::string(kUsual) : file.name;
  return usage_error("The file " + file.path.string() + " chooses the profile `" + name + "`, but " + file.doubt + ".",
                     "Run `heygen profile trust " + shell_word(file.path.string()) +
                         "` to trust what it says now, or choose a profile with --profile.");
}

}  // namespace heygen::profile
