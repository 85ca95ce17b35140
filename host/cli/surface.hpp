// SPDX-License-Identifier: Apache-2.0
// The whole surface of the program as one document, for `heygen commands --json`.
#pragma once

#include <string>
#include <vector>

#include "core/json/value.hpp"
#include "host/command.hpp"

namespace heygen::host::cli {

/// Commands that are not hidden, sorted by their words.
std::vector<const Command*> listed(const CommandTable& table);

/// What docs/schema/commands.schema.json describes.
json::Value surface(Services& services, const CommandTable& table);
/// The same as text, with a mark in the place of each live command and of the installed providers.
std::string marked_surface(Services& services, const CommandTable& table);
/// What the mark with these words stands for; "" for no mark.
std::string surface_part(Services& services, const CommandTable& table, const std::vector<std::string>& words);

}  // namespace heygen::host::cli
