// SPDX-License-Identifier: Apache-2.0
#include "core/provider/isolated/attempt/granted_files.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "core/base/file.hpp"
#include "runner/cage/places.hpp"

namespace heygen::provider {
namespace {

/// A descriptor that can only be looked at. Links of /proc are not followed: here they would mean the host's files.
UniqueFd find(const std::string& path, int extra) {
  const int flags = O_PATH | O_CLOEXEC | extra;
  open_how how{};
  how.flags = static_cast<unsigned>(flags);
  how.resolve = RESOLVE_NO_MAGICLINKS;
  UniqueFd found(static_cast<int>(
      retry_interrupted([&] { return syscall(SYS_openat2, AT_FDCWD, path.c_str(), &how, sizeof how); })));
  // qemu-user. What such a link leads to is not below its own directory, and is denied for that.
  if (!found && errno == ENOSYS) found = open_file(path, flags);
  return found;
}

std::string link_of(int fd) {
  std::array<char, 32> link{};
  std::snprintf(link.data(), link.size(), "/proc/self/fd/%d", fd);
  return link.data();
}

/// Where the file is, without links; empty when that is unknown.
std::string true_path(int fd) {
  std::array<char, PATH_MAX> path{};
  const ssize_t size = readlink(link_of(fd).c_str(), path.data(), path.size());
  return size <= 0 || path[0] != '/' ? std::string() : std::string(path.data(), static_cast<std::size_t>(size));
}

/// The grants may be reached by links, so that they count by their true path as well.
bool is_truly_covered(const std::string& path, const std::vector<std::string>& grants) {
  if (path.empty()) return false;
  if (is_covered(path, grants)) return true;
  return std::ranges::any_of(grants, [&](const std::string& grant) {
    const UniqueFd opened = find(grant, 0);
    return opened && is_covered(path, {true_path(opened.get())});
  });
}

bool is_device(const std::string& path) {
  for (const char* const* device = cage::kDevices; *device != nullptr; ++device) {
    if (path == *device) return true;
  }
  return false;
}

/// Whether opening it neither waits nor acts. What /proc shows of "self" would be the host's.
bool is_plain(int fd, const std::string& path) {
  constexpr auto kProc = 0x9fa0;  // PROC_SUPER_MAGIC
  struct statfs system {};
  if (fstatfs(fd, &system) != 0 || system.f_type == kProc) return false;
  struct stat info {};
  if (fstat(fd, &info) != 0) return false;
  return S_ISREG(info.st_mode) || S_ISDIR(info.st_mode) || (S_ISCHR(info.st_mode) && is_device(path));
}

bool writes(int flags) {
  return (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC)) != 0;
}

OpenedFile failed(int error, bool denied = false) {
  return {{}, error, denied};
}

}  // namespace

bool is_covered(std::string_view path, const std::vector<std::string>& grants) {
  return std::ranges::any_of(grants, [&](std::string_view grant) {
    if (grant.empty() || !path.starts_with(grant)) return false;
    return path.size() == grant.size() || grant.back() == '/' || path[grant.size()] == '/';
  });
}

std::string plain_path(std::string_view path) {
  std::string plain = std::filesystem::path(path).lexically_normal().string();
  while (plain.size() > 1 && plain.back() == '/') plain.pop_back();
  return plain;
}

GrantedFiles::GrantedFiles(std::vector<std::string> read, std::vector<std::string> write)
    : read_(std::move(read)), write_(std::move(write)) {
  for (std::string& path : read_) path = plain_path(path);
  for (std::string& path : write_) path = plain_path(path);
  read_.insert(read_.end(), write_.begin(), write_.end());
}

OpenedFile GrantedFiles::open(const std::string& path, int flags, mode_t mode) const {
  if (path.empty()) return failed(ENOENT);
  const bool write = writes(flags);
  const std::string plain = plain_path(path);
  const bool device = is_device(plain);
  const std::vector<std::string>& grants = write ? write_ : read_;
  if (!device && !is_covered(plain, grants)) return failed(EACCES, true);
  if ((flags & O_TMPFILE) == O_TMPFILE) return failed(EOPNOTSUPP);
  const UniqueFd found = find(path, flags & (O_NOFOLLOW | O_DIRECTORY));
  if (!found) return errno == ENOENT && (flags & O_CREAT) != 0 ? create(plain, flags, mode) : failed(errno);
  const std::string place = true_path(found.get());
  if (device ? place != plain : !is_truly_covered(place, grants)) return failed(EACCES, true);
  if (!is_plain(found.get(), place)) return failed(EACCES, true);
  if ((flags & O_CREAT) != 0 && (flags & O_EXCL) != 0) return failed(EEXIST);
  constexpr int kDecided = O_CREAT | O_EXCL | O_NOFOLLOW;
  const int wanted = (flags & ~kDecided) | O_CLOEXEC | O_NOCTTY;
  UniqueFd file(retry_interrupted([&] { return ::open(link_of(found.get()).c_str(), wanted); }));
  if (!file) return failed(errno);
  return {std::move(file), 0, false};
}

bool GrantedFiles::may_look(const std::string& path) const {
  const std::string plain = plain_path(path);
  if (is_device(plain) || is_covered(plain, read_)) return true;
  return std::ranges::any_of(read_, [&](const std::string& grant) { return is_covered(grant, {plain}); });
}

GrantedFiles::Place GrantedFiles::writable_place(const std::string& path) const {
  const std::filesystem::path plain = plain_path(path);
  if (!plain.has_filename() || !is_covered(plain.string(), write_)) return {{}, {}, EACCES};
  UniqueFd directory = find(plain.parent_path().string(), O_DIRECTORY);
  if (!directory) return {{}, {}, errno};
  std::string name = plain.filename().string();
  const std::string true_parent = true_path(directory.get());
  // The grant of a file that is not there yet covers its name in the directory, wherever that is.
  const bool named = std::ranges::find(write_, plain.string()) != write_.end();
  if (true_parent.empty() || (!named && !is_truly_covered(true_parent, write_))) return {{}, {}, EACCES};
  return {std::move(directory), std::move(name), 0};
}

OpenedFile GrantedFiles::create(const std::string& path, int flags, mode_t mode) const {
  const Place place = writable_place(path);
  if (place.error != 0) return failed(place.error, place.error == EACCES);
  const int wanted = flags | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY;
  UniqueFd file(
      retry_interrupted([&] { return openat(place.directory.get(), place.name.c_str(), wanted, mode & 0777); }));
  if (!file) return failed(errno);
  return {std::move(file), 0, false};
}

int GrantedFiles::make_directory(const std::string& path, mode_t mode) const {
  const Place place = writable_place(path);
  if (place.error != 0) return place.error;
  return mkdirat(place.directory.get(), place.name.c_str(), mode & 0777) == 0 ? 0 : errno;
}

int GrantedFiles::remove(const std::string& path, int flags) const {
  const Place place = writable_place(path);
  if (place.error != 0) return place.error;
  return unlinkat(place.directory.get(), place.name.c_str(), flags & AT_REMOVEDIR) == 0 ? 0 : errno;
}

int GrantedFiles::rename(const std::string& from, const std::string& to, unsigned flags) const {
  const Place old_place = writable_place(from);
  if (old_place.error != 0) return old_place.error;
  const Place place = writable_place(to);
  if (place.error != 0) return place.error;
  constexpr unsigned kKnown = 1 | 2;  // RENAME_NOREPLACE, RENAME_EXCHANGE
  return renameat2(old_place.directory.get(), old_place.name.c_str(), place.directory.get(), place.name.c_str(),
                   flags & kKnown) == 0
             ? 0
             : errno;
}

}  // namespace heygen::provider
