// SPDX-License-Identifier: Apache-2.0
// What the auth commands share: how results are worded.
#pragma once

#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/json/value.hpp"
#include "core/store/credential_store.hpp"

namespace heygen::host {
class Services;
}

namespace heygen::host::commands::auth {

/// email, else username, else first and last name, else "".
std::string display_name(const json::Value& user);

/// `cleared_<word>` for every reserved slot except `own`; true where it is among the cleared slots.
json::Object cleared_flags(const std::vector<std::string>& cleared, const std::string& own);
/// "", the word of the one reserved slot that was cleared, or "both".
std::string cleared_word(const std::vector<std::string>& cleared);

/// The error of a command that would change a credentials file that it cannot read.
Error unchangeable_file(const store::Unreadable& problem);

/// "`a`, `b` and `c`"
std::string enumerate(const std::vector<std::string>& words);

/// Adds the profile that the command uses, but for the usual one.
void set_profile(json::Value& document, Services& services);

}  // namespace heygen::host::commands::auth
