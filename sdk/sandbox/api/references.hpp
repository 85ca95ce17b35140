// SPDX-License-Identifier: Apache-2.0
// IDs in bodies: what they name must be there.
#pragma once

#include <string>

#include "sdk/sandbox/api/account.hpp"
#include "sdk/sandbox/http/json.hpp"

namespace heygen::sandbox {

/// Throws Refused with 404 for the first ID in the body, however deep, that names nothing: assets, looks, voices,
/// directories, glossaries, brand kits and styles. where: a prefix for the names in errors, such as "videos.3.".
void check_references(Account& account, const Object& body, const std::string& where = {});

}  // namespace heygen::sandbox
