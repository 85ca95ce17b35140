// SPDX-License-Identifier: Apache-2.0
#include "core/base/atomic_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <utility>

#include "core/base/directory.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"

namespace heygen {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kRandomPart = "XXXXXX";  // of mkostemp(3)
constexpr std::string_view kTemporary = "tmp-";
constexpr std::string_view kOld = "old-";

[[noreturn]] void fail(const std::string& what, const fs::path& path, int why) {
  throw Error(code::kFileIo, "Could not " + what + " " + path.string() + ": " + describe_errno(why) + ".",
              why == EFBIG ? "Raise the file size limit (`ulimit -f`) and try again; the file is unchanged."
              : why == ENOSPC || why == EDQUOT
                  ? "Free some disk space and try again; the file is unchanged."
                  : "Check the permissions of the directory and try again; the file is unchanged.");
}

std::string temporary_prefix(const fs::path& target) {
  return "." + target.filename().string() + ".heygen-";
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// Whether `name` is what follows the kind in the name of a companion: "PID-XXXXXX".
bool is_companion_suffix(std::string_view name) {
  if (name.size() < kRandomPart.size() + 2) return false;
  const std::string_view random = name.substr(name.size() - kRandomPart.size());
  name.remove_suffix(kRandomPart.size());
  return std::ranges::all_of(random, [](char c) { return is_digit(c) || is_letter(c); }) && name.ends_with('-') &&
         std::ranges::all_of(name.substr(0, name.size() - 1), is_digit);
}

/// A regular file without a living writer, locked now: a writer holds a lock on its file for as long as it lives.
/// Empty otherwise.
UniqueFd take_abandoned(const fs::path& path) {
  UniqueFd file = open_file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  struct stat about {};
  if (!file || fstat(file.get(), &about) != 0 || !S_ISREG(about.st_mode)) return {};
  if (retry_interrupted([&] { return flock(file.get(), LOCK_EX | LOCK_NB); }) != 0) return {};
  if (fstat(file.get(), &about) != 0 || about.st_nlink == 0) return {};
  return file;
}

/// The temporary files beside the file, and its kept old content, that no writer is alive for.
std::vector<CompanionFile> take_leftovers(const FilePlace& place) {
  std::vector<CompanionFile> taken = take_abandoned_companions(place, kTemporary);
  std::ranges::move(take_abandoned_companions(place, kOld), std::back_inserter(taken));
  return taken;
}

/// Calls `each` with every path beside the file that has the name of a companion of that kind.
template <class Each>
void for_companions(const FilePlace& place, std::string_view kind, Each each) {
  const std::string prefix = temporary_prefix(place.target) + std::string(kind);
  std::vector<fs::path> directories = place.elsewhere;
  directories.push_back(place.companions);
  for (const fs::path& directory : directories) {
    visit_names(directory, [&](std::string_view name) {
      if (name.starts_with(prefix) && is_companion_suffix(name.substr(prefix.size()))) each(directory / name);
      return true;
    });
  }
}

/// Space for `size` bytes, where the file system can say so. Returns the errno.
int reserve(int file, std::size_t size) {
  if (size == 0) return 0;
  for (;;) {
    const int why = posix_fallocate(file, 0, static_cast<off_t>(size));
    if (why == EINVAL || why == EOPNOTSUPP) return 0;
    if (why != EINTR) return why;
  }
}

/// Of a file that is there but cannot be renamed over.
bool is_fixed(int why) {
  return why == EBUSY || why == EPERM || why == EACCES;
}

/// rename(2) fails over a mount point, an immutable file, and another user's file in a directory with the sticky bit,
/// and would part a file from its other hard links.
bool is_fixed(const FilePlace& place) {
  constexpr std::uint64_t kFixed = STATX_ATTR_MOUNT_ROOT | STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND;
  constexpr unsigned kWanted = STATX_TYPE | STATX_UID | STATX_NLINK;
  struct statx about {};
  if (statx(AT_FDCWD, place.target.c_str(), AT_SYMLINK_NOFOLLOW, kWanted, &about) != 0) return false;
  if (place.is_apart() || about.stx_nlink > 1) return true;
  if ((about.stx_attributes_mask & about.stx_attributes & kFixed) != 0) return true;
  struct stat directory {};
  const uid_t user = geteuid();
  return user != 0 && about.stx_uid != user && stat(place.target.parent_path().c_str(), &directory) == 0 &&
         (directory.st_mode & S_ISVTX) != 0 && directory.st_uid != user;
}

/// What is still to be written in place must have its room before the old content goes. Returns the errno.
int reserve_in_place(int file, std::size_t size) {
  const auto length = static_cast<off_t>(std::max<std::size_t>(size, 1));
  if (retry_interrupted([&] { return fallocate(file, FALLOC_FL_KEEP_SIZE, 0, length); }) == 0) return 0;
  return errno == ENOSPC || errno == EDQUOT || errno == EFBIG ? errno : 0;
}

/// Replaces the X of `name`. Mode 0600; empty on failure, with errno set.
UniqueFd make_temporary(std::string& name) {
  return UniqueFd(retry_interrupted([&] { return mkostemp(name.data(), O_CLOEXEC); }));
}

/// Locks a file that was just made. Returns the errno: EWOULDBLOCK when another process took it for abandoned.
int lock_new(int file) {
  struct stat about {};
  if (retry_interrupted([&] { return flock(file, LOCK_EX | LOCK_NB); }) != 0) {
    return errno == EOPNOTSUPP || errno == ENOLCK ? 0 : errno;
  }
  return fstat(file, &about) == 0 && about.st_nlink == 0 ? EWOULDBLOCK : 0;
}

}  // namespace

void write_synced(int file, std::string_view content, const fs::path& path) {
  if (lseek(file, 0, SEEK_SET) != 0) fail("write", path, errno);
  if (const std::error_code error = write_all(file, content)) fail("write", path, error.value());
  if (retry_interrupted([&] { return ftruncate(file, static_cast<off_t>(content.size())); }) != 0) {
    fail("write", path, errno);
  }
  if (retry_interrupted([&] { return fsync(file); }) != 0) fail("write", path, errno);
}

CompanionFile create_companion(const FilePlace& place, std::string_view kind, std::size_t size) {
  const std::string name =
      temporary_prefix(place.target) + std::string(kind) + std::to_string(getpid()) + "-" + std::string(kRandomPart);
  CompanionFile made;
  int why = 0;
  do {
    made.path = (place.companions / name).string();
    made.file = make_temporary(made.path);
    if (!made.file) fail("write", place.target, errno);
    why = lock_new(made.file.get());
    if (why == EWOULDBLOCK) unlink(made.path.c_str());
  } while (why == EWOULDBLOCK);
  if (why == 0) why = reserve(made.file.get(), size);
  if (why == 0) why = give_to_owner_of_directory(made.file.get(), place.companions);
  if (why == 0) return made;
  unlink(made.path.c_str());
  fail("write", place.target, why);
}

std::vector<CompanionFile> take_abandoned_companions(const FilePlace& place, std::string_view kind) {
  std::vector<CompanionFile> taken;
  for_companions(place, kind, [&](const fs::path& path) {
    if (UniqueFd file = take_abandoned(path)) taken.push_back({path.string(), std::move(file)});
  });
  return taken;
}

FileReplacement::FileReplacement(FilePlace place, std::size_t size) : place_(std::move(place)) {
  struct stat about {};
  if (stat(place_.target.c_str(), &about) == 0) size = std::max(size, static_cast<std::size_t>(about.st_size));
  CompanionFile temporary = create_companion(place_, kTemporary, size);
  temporary_ = std::move(temporary.path);
  file_ = std::move(temporary.file);
  if (!is_fixed(place_)) return;
  in_place_ = open_file(place_.target, O_RDWR | O_NONBLOCK | O_NOCTTY);
  const int why = in_place_ ? reserve_in_place(in_place_.get(), size) : errno;
  if (why == 0) return;
  unlink(temporary_.c_str());
  fail("write", place_.target, why);
}

FileReplacement::~FileReplacement() {
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

void FileReplacement::commit(std::string_view content) {
  if (is_fixed(place_)) {
    write_in_place(content);
    return;
  }
  const fs::path& target = place_.target;
  write_synced(file_.get(), content, target);
  if (std::rename(temporary_.c_str(), target.c_str()) == 0) {
    temporary_.clear();
  } else if (is_fixed(errno)) {
    write_in_place(content);
  } else {
    fail("replace", target, errno);
  }
  sync_directory(target.parent_path());
}

void FileReplacement::keep_old(std::string_view content) {
  if (!kept_content(place_).empty()) {  // one from a writing that was cut off is the better content
    unlink(temporary_.c_str());
    temporary_.clear();
    return;
  }
  fs::path old = temporary_;
  const std::string prefix = temporary_prefix(place_.target);
  old.replace_filename(prefix + std::string(kOld) + old.filename().string().substr(prefix.size() + kTemporary.size()));
  write_synced(file_.get(), content, old);
  if (std::rename(temporary_.c_str(), old.c_str()) != 0) fail("write", old, errno);
  sync_directory(place_.companions);
  temporary_ = old.string();
}

void FileReplacement::write_in_place(std::string_view content) {
  const fs::path& path = place_.target;
  if (!in_place_) in_place_ = open_file(path, O_RDWR | O_NONBLOCK | O_NOCTTY);
  if (!in_place_) fail("write", path, errno);
  const int target = in_place_.get();
  std::string before;
  try {
    before = read_to_end(target, std::numeric_limits<std::size_t>::max());
  } catch (const std::system_error& error) {
    fail("read", path, error.code().value());
  }
  if (const int why = reserve_in_place(target, content.size()); why != 0) fail("write", path, why);
  keep_old(before);
  try {
    write_synced(target, content, path);
  } catch (const Error&) {
    const std::string kept = std::exchange(temporary_, {});  // stays if the old content cannot be put back
    write_synced(target, before, path);
    if (!kept.empty()) unlink(kept.c_str());
    throw;
  }
}

void replace_file(const FilePlace& place, std::string_view content) {
  FileReplacement(place, content.size()).commit(content);
}

fs::path kept_content(const FilePlace& place) {
  fs::path kept;
  for_companions(place, kOld, [&](const fs::path& path) {
    struct stat about {};
    if (lstat(path.c_str(), &about) == 0 && S_ISREG(about.st_mode) && about.st_uid == geteuid()) kept = path;
  });
  return kept;
}

bool has_leftovers(const FilePlace& place) {
  return !take_leftovers(place).empty();
}

void remove_leftovers(const FilePlace& place) {
  for (const CompanionFile& leftover : take_leftovers(place)) unlink(leftover.path.c_str());
}

void remove_file(const FilePlace& place) {
  const fs::path& target = place.target;
  if (is_fixed(place)) {
    replace_file(place, {});
  } else if (unlink(target.c_str()) != 0 && errno != ENOENT) {
    if (errno != EBUSY && errno != EPERM) fail("remove", target, errno);
    replace_file(place, {});
  }
  sync_directory(target.parent_path());
}

}  // namespace heygen
