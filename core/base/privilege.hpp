// SPDX-License-Identifier: Apache-2.0
// Whether this process may do more than the user who started it.
#pragma once

namespace heygen {

/// It has the rights of another user or group: a set-user-id or set-group-id program.
bool acts_for_another();

/// That, or the kernel says that the program got rights from its file, such as capabilities.
bool has_elevated_privilege();

}  // namespace heygen
