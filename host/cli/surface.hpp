// SPDX-License-Identifier: Apache-2.0
// The whole surface of the program as one document, for `heygen commands --json`.
#pragma once

#include <vector>

#include "core/json/value.hpp"
#include "host/command.hpp"

namespace heygen::host::cli {

/// Commands that are not hidden, sorted by their words.
std::vector<const Command*> listed(const CommandTable& table);

/// What docs/schema/commands.schema.json describes.
json::Value surface(Services& services, const CommandTable& table);

}  // namespace heygen::host::cli
