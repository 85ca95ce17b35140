// SPDX-License-Identifier: Apache-2.0
#include "core/base/account.hpp"

#include <grp.h>
#include <pwd.h>

#include <algorithm>
#include <cerrno>

#include "core/base/limits.hpp"

namespace heygen {
namespace {

constexpr std::size_t kFirstBuffer = 4 * limits::kKiB;
constexpr std::size_t kLargestBuffer = 4 * limits::kMiB;  ///< a group may have thousands of members

/// Calls a getpw…_r or getgr…_r function with enough room; false when it finds nothing.
template <typename Entry, typename Ask>
bool look_up(Entry& entry, std::vector<char>& text, const Ask& ask) {
  for (text.resize(kFirstBuffer);;) {
    Entry* found = nullptr;
    const int failure = ask(entry, text, found);
    if (failure == EINTR) continue;
    if (failure == ERANGE && text.size() < kLargestBuffer) {
      text.resize(2 * text.size());
      continue;
    }
    return failure == 0 && found != nullptr;
  }
}

std::string text_of(const char* text) {
  return text == nullptr ? std::string{} : std::string(text);
}

Account to_account(const passwd& entry) {
  return {entry.pw_uid, entry.pw_gid, text_of(entry.pw_name), text_of(entry.pw_dir)};
}

/// setpwent(3) to endpwent(3).
class AccountList {
 public:
  AccountList() { setpwent(); }
  ~AccountList() { endpwent(); }
  AccountList(const AccountList&) = delete;
  AccountList& operator=(const AccountList&) = delete;

  std::optional<Account> next() {
    passwd entry{};
    const auto ask = [](passwd& into, std::vector<char>& text, passwd*& found) {
      return getpwent_r(&into, text.data(), text.size(), &found);
    };
    return look_up(entry, text_, ask) ? std::optional(to_account(entry)) : std::nullopt;
  }

 private:
  std::vector<char> text_;
};

}  // namespace

std::optional<Account> account_of(uid_t uid) {
  passwd entry{};
  std::vector<char> text;
  const bool found = look_up(entry, text, [uid](passwd& into, std::vector<char>& room, passwd*& result) {
    return getpwuid_r(uid, &into, room.data(), room.size(), &result);
  });
  return found ? std::optional(to_account(entry)) : std::nullopt;
}

std::optional<Group> group_of(gid_t gid) {
  ::group entry{};
  std::vector<char> text;
  const bool found = look_up(entry, text, [gid](::group& into, std::vector<char>& room, ::group*& result) {
    return getgrgid_r(gid, &into, room.data(), room.size(), &result);
  });
  if (!found) return {};
  Group out{text_of(entry.gr_name), {}};
  for (char** member = entry.gr_mem; member != nullptr && *member != nullptr; ++member)
    out.members.emplace_back(*member);
  return out;
}

void for_each_account(const std::function<bool(const Account&)>& see) {
  AccountList accounts;
  while (const std::optional<Account> one = accounts.next()) {
    if (!see(*one)) return;
  }
}

bool is_private_group(uid_t owner, gid_t group) {
  const std::optional<Account> account = account_of(owner);
  if (!account || account->group != group) return false;
  const std::optional<Group> found = group_of(group);
  if (!found || found->name != account->name) return false;
  const auto is_owner = [&](const std::string& member) { return member == account->name; };
  return std::ranges::all_of(found->members, is_owner) && !is_primary_group_of_another(group, owner);
}

bool others_may_write(const struct stat& about) {
  if ((about.st_mode & S_IWOTH) != 0) return true;
  return (about.st_mode & S_IWGRP) != 0 && !is_private_group(about.st_uid, about.st_gid);
}

bool is_primary_group_of_another(gid_t group, uid_t owner) {
  bool found = false;
  for_each_account([&](const Account& one) {
    found = one.group == group && one.uid != owner;
    return !found;
  });
  return found;
}

}  // namespace heygen
