// SPDX-License-Identifier: Apache-2.0
// The API commands that the catalog of core/api describes.
#pragma once

#include "host/command.hpp"

namespace heygen::host::commands::api {

void add_catalog_commands(CommandTable& table);

}  // namespace heygen::host::commands::api
