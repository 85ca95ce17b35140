// SPDX-License-Identifier: Apache-2.0
// Accounts and groups of this machine, as passwd(5), group(5) and the name services know them.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace heygen {

struct Account {
  uid_t uid = 0;
  gid_t group = 0;  ///< the primary one
  std::string name;
  std::string home;
};

struct Group {
  std::string name;
  std::vector<std::string> members;  ///< names; accounts whose primary group it is are not among them
};

/// Empty when there is no such account or group, or no name service answers.
std::optional<Account> account_of(uid_t uid);
std::optional<Group> group_of(gid_t gid);

/// Calls `see` for each account that the name services list, until it returns false. Not thread-safe.
void for_each_account(const std::function<bool(const Account&)>& see);

/// The group's members, named or by their primary group, are only this account: the group is its primary one and has
/// its name.
bool is_private_group(uid_t owner, gid_t group);

/// Whether others than the owner may write to what has that status: all, or a group that is not the owner's private
/// one.
bool others_may_write(const struct stat& about);

/// Another account has it as its primary group.
bool is_primary_group_of_another(gid_t group, uid_t owner);

}  // namespace heygen
