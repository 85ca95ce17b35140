// SPDX-License-Identifier: Apache-2.0
// The API commands that the catalog of core/api describes.
#pragma once

#include <string_view>

#include "host/command.hpp"

namespace heygen::host::commands::api {

/// Those that begin with `word`; all for "".
void add_catalog_commands(CommandTable& table, std::string_view word = {});

}  // namespace heygen::host::commands::api
