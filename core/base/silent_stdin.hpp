// SPDX-License-Identifier: Apache-2.0
// A word for a user whose program waits for stdin.
#pragma once

#include <string_view>

namespace heygen {

class Cancel;

/// Waits up to a second for something to read on stdin, its end included. If nothing comes, says on stderr that the
/// program waits for `what`.
void tell_if_stdin_is_silent(std::string_view what, const Cancel& cancel);

}  // namespace heygen
