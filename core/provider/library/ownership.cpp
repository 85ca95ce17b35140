// Who could swap a file before it is loaded (design §2.12).
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
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

#include "core/provider/discovery/registry.hpp"

namespace heygen::provider {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kAccountBuffer = std::size_t{64} * 1024;
constexpr int kMaxLinks = 40;
constexpr const char* kByList = " can be written by whom its access control list names";

/// The group is the owner's primary one, bears the owner's name and has no other member.
bool is_private_group(uid_t owner, gid_t group) {
  std::vector<char> person_text(kAccountBuffer), group_text(kAccountBuffer);
  passwd person{};
  passwd* found_person = nullptr;
  ::group members{};
  ::group* found_group = nullptr;
  if (getpwuid_r(owner, &person, person_text.data(), person_text.size(), &found_person) != 0 ||
      found_person == nullptr || person.pw_gid != group ||
      getgrgid_r(group, &members, group_text.data(), group_text.size(), &found_group) != 0 || found_group == nullptr ||
      std::string_view(members.gr_name) != person.pw_name) {
    return false;
  }
  for (char** member = members.gr_mem; *member != nullptr; ++member) {
    if (std::string_view(*member) != person.pw_name) return false;
  }
  return true;
}

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

/// Everybody whom a user namespace does not know shows as one and the same uid, this process perhaps too
/// (user_namespaces(7)), so that uid tells nothing.
std::string stranger(const fs::path& path, uid_t owner) {
  static const std::vector<UidRange> kMap = uid_map_of_process();
  const auto holds = [&](const UidRange& one) { return owner >= one.first && owner - one.first < one.count; };
  if (std::ranges::any_of(kMap, holds)) return {};
  return path.string() + " belongs to a user that this user namespace does not know (uid " + std::to_string(owner) +
         "), so it may be anybody's; run heygen outside of the namespace, or in one that knows that user";
}

/// Where there is an access control list, the group's bits are the most that anybody in the list may do (acl(5)).
bool has_access_list(const fs::path& path) {
  return lgetxattr(path.c_str(), "system.posix_acl_access", nullptr, 0) > 0;
}

std::string fault_for_root(const fs::path& path, const struct stat& info) {
  if (info.st_uid != 0) return path.string() + " is not owned by root (uid " + std::to_string(info.st_uid) + ")";
  if (S_ISLNK(info.st_mode)) return {};
  if ((info.st_mode & S_IWOTH) != 0) return path.string() + " can be written by everyone";
  if ((info.st_mode & S_IWGRP) != 0 && has_access_list(path)) return path.string() + kByList;
  if ((info.st_mode & S_IWGRP) != 0 && info.st_gid != 0) {
    return path.string() + " can be written by a group other than root's (gid " + std::to_string(info.st_gid) + ")";
  }
  return {};
}

std::string fault_of(const fs::path& path, const struct stat& info, Owner owner) {
  if (std::string fault = stranger(path, info.st_uid); !fault.empty()) return fault;
  if (owner == Owner::root) return fault_for_root(path, info);
  if (info.st_uid != 0 && info.st_uid != geteuid()) {
    return path.string() + " is owned by another user (uid " + std::to_string(info.st_uid) + ")";
  }
  // A link's own mode says nothing, and a sticky directory lets nobody replace what others own.
  if (S_ISLNK(info.st_mode) || (S_ISDIR(info.st_mode) && (info.st_mode & S_ISVTX) != 0)) return {};
  if ((info.st_mode & S_IWOTH) != 0) return path.string() + " can be written by everyone";
  if ((info.st_mode & S_IWGRP) != 0 && has_access_list(path)) return path.string() + kByList;
  if ((info.st_mode & S_IWGRP) != 0 && !is_private_group(info.st_uid, info.st_gid)) {
    return path.string() + " can be written by a group other than its owner's own (gid " + std::to_string(info.st_gid) +
           ")";
  }
  return {};
}

/// Walks a path as the kernel does, one name at a time, and looks at all that it passes.
class Walk {
 public:
  Walk(const fs::path& path, Owner owner) : owner_(owner) { queue(path); }

  std::string first_fault() {
    std::string fault = look("/");
    while (fault.empty() && !names_.empty()) {
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

  std::string look(const fs::path& path) {
    if (lstat(path.c_str(), &info_) != 0) return path.string() + ": " + std::generic_category().message(errno);
    return fault_of(path, info_, owner_);
  }

  std::string step(const fs::path& path) {
    std::string fault = look(path);
    if (!fault.empty()) return fault;
    if (!S_ISLNK(info_.st_mode)) return at_ = path, fault;
    if (++links_ > kMaxLinks) return path.string() + " is a link that leads in a circle";
    std::error_code error;
    const fs::path target = fs::read_symlink(path, error);
    if (error) return path.string() + ": " + error.message();
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

std::string ownership_fault(const fs::path& file, Owner owner) {
  std::error_code error;
  const fs::path whole = fs::absolute(file, error);
  if (error) return file.string() + ": " + error.message();
  return Walk(whole, owner).first_fault();
}

}  // namespace heygen::provider
