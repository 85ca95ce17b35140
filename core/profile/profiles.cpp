// SPDX-License-Identifier: Apache-2.0
#include "core/profile/profiles.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <optional>
#include <system_error>

#include "core/base/atomic_file.hpp"
#include "core/base/directory.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/home.hpp"
#include "core/base/text.hpp"

namespace heygen::profile {

namespace {

constexpr std::size_t kLongestName = 64;
constexpr std::size_t kLongestChoice = 256;
/// Of a directory that is being removed. A name does not begin with a full stop.
constexpr std::string_view kRemoved = ".removed-";

bool is_name(std::string_view text) {
  const auto starts = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  const auto follows = [&](char c) { return starts(c) || c == '.' || c == '_' || c == '-'; };
  return !text.empty() && text.size() <= kLongestName && starts(text.front()) && std::ranges::all_of(text, follows);
}

Error cannot(const std::string& what, const std::filesystem::path& path, int why) {
  return {code::kFileIo, "Could not " + what + " " + path.string() + ": " + describe_errno(why) + ".",
          "Make the directory " + path.parent_path().string() + " writable for your user."};
}

/// What was being removed when a process ended.
void sweep_removed(const std::filesystem::path& root) {
  std::vector<std::filesystem::path> left;
  static_cast<void>(visit_names(root, [&](std::string_view name) {
    if (name.starts_with(kRemoved)) left.push_back(root / name);
    return true;
  }));
  std::error_code ignored;
  for (const std::filesystem::path& path : left) std::filesystem::remove_all(path, ignored);
}

}  // namespace

std::string checked_name(std::string_view typed, std::string_view source) {
  const std::string_view name = trim(typed);
  if (name.empty() || name == kUsual) return {};
  if (is_name(name)) return std::string(name);
  throw usage_error(std::string(source) + " is '" + shown_word(name) + "', which is not a valid profile name.",
                    "A name has 1 to 64 of the characters a-z, 0-9, `.`, `_` and `-`, and begins with a letter or "
                    "digit. `heygen profile list` shows the profiles.");
}

std::string suffix(const std::string& name) {
  return name.empty() ? std::string{} : " (profile `" + name + "`)";
}

std::filesystem::path Profiles::directory(const std::string& name) const {
  return name.empty() || config_.empty() ? config_ : root() / name;
}

bool Profiles::exists(const std::string& name) const {
  if (name.empty()) return true;
  struct stat info {};
  const std::filesystem::path path = directory(name);
  if (path.empty() || lstat(path.c_str(), &info) != 0) return false;
  if (S_ISDIR(info.st_mode)) return true;
  throw Error(code::kFileIo,
              "The profile `" + name + "` cannot be used: " + path.string() +
                  (S_ISLNK(info.st_mode) ? " is a link." : " is not a directory."),
              "Move it away, or replace it by a directory of your own.");
}

std::vector<std::string> Profiles::names() const {
  std::vector<std::string> found;
  static_cast<void>(visit_names(root(), [&](std::string_view name) {
    struct stat info {};
    if (is_name(name) && lstat((root() / name).c_str(), &info) == 0 && S_ISDIR(info.st_mode)) found.emplace_back(name);
    return true;
  }));
  std::ranges::sort(found);
  return found;
}

std::string Profiles::in_use() const {
  if (config_.empty()) return {};
  const std::filesystem::path path = use_path();
  try {
    const std::optional<std::string> text = read_regular_file(path, kLongestChoice);
    return text ? checked_name(*text, path.string()) : std::string{};
  } catch (const std::system_error& error) {
    if (error.code().value() == ENOTDIR) return {};
    throw Error(code::kFileIo,
                "Could not read " + path.string() + ": " + describe_read_error(error, kLongestChoice) + ".",
                "Remove it, then choose a profile with `heygen profile use NAME`.");
  }
}

void Profiles::use(const std::string& name) const {
  if (config_.empty()) throw no_user_directory();
  if (!name.empty()) {
    make_private_directory(root());
    return replace_file(use_path(), name + "\n");
  }
  struct stat info {};
  if (lstat(use_path().c_str(), &info) == 0) remove_file(use_path());
}

void Profiles::rename(const std::string& from, const std::string& to) const {
  const std::filesystem::path before = directory(from), after = directory(to);
  int why = renameat2(AT_FDCWD, before.c_str(), AT_FDCWD, after.c_str(), RENAME_NOREPLACE) == 0 ? 0 : errno;
  struct stat info {};
  if (why == EINVAL && lstat(after.c_str(), &info) != 0)  // a file system without such renames
    why = ::rename(before.c_str(), after.c_str()) == 0 ? 0 : errno;
  if (why != 0) throw cannot("rename the profile " + before.string() + " to", after, why);
  sync_directory(root());
}

void Profiles::remove(const std::string& name) const {
  const std::filesystem::path path = directory(name);
  const std::filesystem::path out = root() / (std::string(kRemoved) + std::to_string(getpid()) + "-" + name);
  if (::rename(path.c_str(), out.c_str()) != 0) throw cannot("remove the profile", path, errno);
  sync_directory(root());
  sweep_removed(root());
}

}  // namespace heygen::profile
