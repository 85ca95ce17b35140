// SPDX-License-Identifier: Apache-2.0
// What a cage denied, in words for the user and for the provider's author.
#pragma once

#include <cstddef>
#include <string>

namespace heygen::provider {

class Denials;

/// Those from the number `first` on, as a clause: "it tried to open /etc/motd to read, which it does not declare
/// ("files=read:/etc/motd" in its `needs` would permit it)". "" where there is none, or none has a name.
std::string note_on_attempts(const Denials* denials, std::size_t first = 0);

/// The text of `needs` that permits an attempt, or "".
std::string need_for(const std::string& attempt);

}  // namespace heygen::provider
