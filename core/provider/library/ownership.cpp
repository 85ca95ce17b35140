// SPDX-License-Identifier: Apache-2.0
#include "core/provider/library/ownership.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <string_view>
#include <system_error>
#include <vector>

#include "core/base/account.hpp"
#include "core/base/file.hpp"
#include "core/base/limits.hpp"
#include "core/base/text.hpp"

namespace heygen::provider {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxLinks = 40;

struct UidRange {
  std::uint64_t first = 0, outside = 0, count = 0;
};

/// Numbers in threes; the whole range where the system has no such file.
std::vector<UidRange> uid_map_of_process() {
  constexpr std::size_t kLongest = 64 * limits::kKiB;
  std::optional<std::string> text;
  try {
    text = read_regular_file("/proc/self/uid_map", kLongest);
  } catch (const std::system_error&) {
  }
  if (!text) return {{0, 0, UINT32_MAX}};
  std::vector<std::uint64_t> numbers;
  const char* at = text->c_str();
  for (char* end = nullptr;; at = end) {
    const std::uint64_t number = std::strtoull(at, &end, 10);
    if (end == at) break;
    numbers.push_back(number);
  }
  std::vector<UidRange> ranges;
  for (std::size_t i = 0; i + 2 < numbers.size(); i += 3)
    ranges.push_back({numbers[i], numbers[i + 1], numbers[i + 2]});
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
                   "chmod go-w " + shell_word(path.string()));
  }
  if ((info.st_mode & S_IWGRP) == 0) return {};
  if (has_access_list(path)) return Refusal("other users can write to " + path.string() + " (access control list)");
  if (is_own_group) return {};
  return Refusal("a group other than " + std::string(whose_group) + " can write to " + path.string() + " (gid " +
                     std::to_string(info.st_gid) + ")",
                 "chmod g-w " + shell_word(path.string()));
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
  using Directories = std::set<std::pair<Owner, std::string>>;

  Walk(const fs::path& path, Owner owner, Directories& known) : owner_(owner), known_(known) { queue(path); }

  /// Once no fault was found.
  CheckedFile target() const {
    return {at_,
            {info_.st_dev, info_.st_ino, static_cast<std::uint64_t>(info_.st_size), info_.st_ctim.tv_sec,
             info_.st_ctim.tv_nsec}};
  }

  std::optional<Refusal> first_fault() {
    auto fault = is_known("/") ? std::nullopt : check("/");
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

  bool is_known(const fs::path& path) const { return known_.contains({owner_, path.native()}); }

  std::optional<Refusal> check(const fs::path& path) {
    if (lstat(path.c_str(), &info_) != 0) return Refusal(path.string() + ": " + describe_errno(errno));
    auto fault = fault_of(path, info_, owner_);
    if (!fault && S_ISDIR(info_.st_mode)) known_.emplace(owner_, path.native());
    return fault;
  }

  std::optional<Refusal> step(const fs::path& path) {
    if (is_known(path)) {
      at_ = path;
      return {};
    }
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
  Directories& known_;
  fs::path at_ = "/";
  std::deque<fs::path> names_;
  struct stat info_ {};
  int links_ = 0;
};

}  // namespace

namespace {

fs::path absolute_path(const fs::path& file) {
  std::error_code error;
  fs::path absolute = fs::absolute(file, error);
  if (error) throw Refusal(file.string() + ": " + describe_errno(error.value()));
  return absolute;
}

}  // namespace

std::optional<Refusal> OwnershipChecks::find_fault(const fs::path& file, Owner owner) {
  try {
    require(file, owner);
    return {};
  } catch (const Refusal& fault) {
    return fault;
  }
}

CheckedFile OwnershipChecks::require(const fs::path& file, Owner owner) {
  Walk walk(absolute_path(file), owner, directories_);
  if (const auto fault = walk.first_fault()) throw *fault;
  return walk.target();
}

std::optional<Refusal> find_ownership_fault(const fs::path& file, Owner owner) {
  return OwnershipChecks().find_fault(file, owner);
}

void require_ownership(const fs::path& file, Owner owner) {
  OwnershipChecks().require(file, owner);
}

}  // namespace heygen::provider
