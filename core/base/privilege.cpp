// SPDX-License-Identifier: Apache-2.0
#include "core/base/privilege.hpp"

#include <sys/auxv.h>
#include <unistd.h>

namespace heygen {

bool acts_for_another() {
  uid_t user = 0, as_user = 0, saved_user = 0;
  gid_t group = 0, as_group = 0, saved_group = 0;
  getresuid(&user, &as_user, &saved_user);
  getresgid(&group, &as_group, &saved_group);
  return user != as_user || group != as_group;
}

bool has_elevated_privilege() {
  return getauxval(AT_SECURE) != 0 || acts_for_another();
}

}  // namespace heygen
