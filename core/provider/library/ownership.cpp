// SPDX-License-Identifier: Apache-2.0
#include "core/provider/library/ownership.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <deque>
#include <fstream>
#include <string_view>
#include <system_error>
#include <vector>

#include "core/base/account.hpp"
#include "core/base/file.hpp"

namespace heygen::provider {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxLinks = 40;

struct UidRange {
  std::uint64_t first = 0, outside = 0, count = 0;
};

std::vector<UidRange> uid_map_of_process() {
  std::ifstream file("/proc/self/uid_map");
  if (!file) return {{0, 0, UINT32_MAX}};
  std::vector<UidRange> ranges;
  for (UidRange one; file >> one.first >> one.outside >> one.count;) ranges.push_back(one);
  return ranges;
}

/// All users that a user namespace does not know show as one and the same uid, which may be this process's too
/// (user_namespaces(7)), so that uid says nothing.
std::optional<Refusal> find_unmapped_owner(const fs::path& path, uid_t owner) {
  static const std::vector<UidRange> kMap = uid_map_of_process();
  const auto contains = [&](const UidRange& range) {
    return owner >= range.first && owner - range.first < range.count;
  };
  if (std::ranges::any_of(kMap, contains)) return {};
  return Refusal(
      path.string() + " belongs to a user that this user namespace does not know (uid " + std::to_string(owner) +
      "), so it may belong to any user; run heygen outside of the namespace, or in one that knows that user");
}

/// With an access control list, the group's bits are the most that any user in the list is allowed (acl(5)).
bool has_access_list(const fs::path& path) {
  return lgetxattr(path.c_str(), "system.posix_acl_access", nullptr, 0) > 0;
}

/// Who besides the owner can write to it. `is_own_group` says whether its group counts as the owner.
std::optional<Refusal> find_other_writer(const fs::path& path, const struct stat& info, bool is_own_group,
                                         const char* whose_group) {
  if ((info.st_mode & S_IWOTH) != 0) {
    return Refusal("anyone can write to " + path.string() + " (mode " + octal(info.st_mode) + ")",
                   "chmod go-w " + path.string());
  }
  if ((info.st_mode & S_IWGRP) == 0) return {};
  if (has_access_list(path)) return Refusal("other users can write to " + path.string() + " (access control list)");
  if (is_own_group) return {};
  return Refusal("a group other than " + std::string(whose_group) + " can write to " + path.string() + " (gid " +
                     std::to_string(info.st_gid) + ")",
                 "chmod g-w " + path.string());
}

/// Empty where the system does not tell.
std::optional<uid_t> find_owner_of_program() {
  struct stat info {};
  return stat("/proc/self/exe", &info) == 0 ? std::optional(info.st_uid) : std::nullopt;
}

std::optional<Refusal> find_wrong_owner(const fs::path& path, uid_t uid, Owner owner) {
  if (owner == Owner::installation) {
    static const std::optional<uid_t> kProgram = find_owner_of_program();
    if (kProgram == uid) return {};
  }
  if (auto fault = find_unmapped_owner(path, uid)) return fault;
  if (owner == Owner::root && uid != 0) {
    return Refusal(path.string() + " is not owned by root (uid " + std::to_string(uid) + ")");
  }
  if (uid != 0 && uid != geteuid()) {
    return Refusal(path.string() + " is owned by another user (uid " + std::to_string(uid) + ")");
  }
  return {};
}

std::optional<Refusal> fault_of(const fs::path& path, const struct stat& info, Owner owner) {
  if (auto fault = find_wrong_owner(path, info.st_uid, owner)) return fault;
  if (owner == Owner::root) {
    if (S_ISLNK(info.st_mode)) return {};
    const bool is_roots = (info.st_mode & S_IWGRP) == 0 || (info.st_gid == 0 && !is_primary_group_of_another(0, 0));
    return find_other_writer(path, info, is_roots, "root's");
  }
  // A link's own mode says nothing, and in a sticky directory no user can replace the files of others.
  if (S_ISLNK(info.st_mode) || (S_ISDIR(info.st_mode) && (info.st_mode & S_ISVTX) != 0)) return {};
  const bool is_own_group = (info.st_mode & S_IWGRP) == 0 || is_private_group(info.st_uid, info.st_gid);
  return find_other_writer(path, info, is_own_group, "its owner's own");
}

/// Walks a path as the kernel does, one name at a time, and checks everything on the way.
class Walk {
 public:
  Walk(const fs::path& path, Owner owner) : owner_(owner) { queue(path); }

  std::optional<Refusal> first_fault() {
    auto fault = check("/");
    while (!fault && !names_.empty()) {
      const fs::path name = names_.front();
      names_.pop_front();
      if (name == "..") {
        at_ = at_.parent_path();
      } else if (!name.empty() && name != "." && name != "/") {
        fault = step(at_ / name);
      }
    }
    return fault;
  }

 private:
  void queue(const fs::path& path) { names_.insert(names_.begin(), path.begin(), path.end()); }

  std::optional<Refusal> check(const fs::path& path) {
    if (lstat(path.c_str(), &info_) != 0) return Refusal(path.string() + ": " + describe_errno(errno));
    return fault_of(path, info_, owner_);
  }

  std::optional<Refusal> step(const fs::path& path) {
    if (auto fault = check(path)) return fault;
    if (!S_ISLNK(info_.st_mode)) {
      at_ = path;
      return {};
    }
    if (++links_ > kMaxLinks) return Refusal(path.string() + " is a link that leads in a circle");
    std::error_code error;
    const fs::path target = fs::read_symlink(path, error);
    if (error) return Refusal(path.string() + ": " + describe_errno(error.value()));
    if (target.is_absolute()) at_ = "/";
    queue(target);
    return {};
  }

  Owner owner_;
  fs::path at_ = "/";
  std::deque<fs::path> names_;
  struct stat info_ {};
  int links_ = 0;
};

}  // namespace

std::optional<Refusal> find_ownership_fault(const fs::path& file, Owner owner) {
  std::error_code error;
  const fs::path absolute = fs::absolute(file, error);
  if (error) return Refusal(file.string() + ": " + describe_errno(error.value()));
  return Walk(absolute, owner).first_fault();
}

void require_ownership(const fs::path& file, Owner owner) {
  if (const auto fault = find_ownership_fault(file, owner)) throw *fault;
}

}  // namespace heygen::provider
