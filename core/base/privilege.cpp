// SPDX-License-Identifier: Apache-2.0
#include "core/base/privilege.hpp"

#include <sys/auxv.h>
#include <unistd.h>

namespace heygen {

bool acts_for_another() {
  return getuid() != geteuid() || getgid() != getegid();
}

bool has_elevated_privilege() {
  return getauxval(AT_SECURE) != 0 || acts_for_another();
}

}  // namespace heygen
