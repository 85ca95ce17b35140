// SPDX-License-Identifier: Apache-2.0
// The options that every command has.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/command.hpp"
#include "host/printer.hpp"
#include "host/services.hpp"

namespace heygen::host::cli {

/// --human, --fields, --jq, --provider, --profile, --verbose, --headers, --help.
std::vector<Option> global_options();
/// Those, and --version, which only the bare program has.
std::vector<Option> root_options();

/// The options of a command and those, each name once: the host's own say more than what a command adds to them.
std::vector<Option> with_globals(std::vector<Option> options);

/// The value of --profile as it is in the arguments, before they are parsed: what options a command has may depend
/// on the profile.
std::optional<std::string> profile_ahead(const std::vector<std::string>& arguments);

struct Globals {
  OutputOptions output{};
  RequestOptions request{};
};
Globals globals_of(const Parsed& parsed);

}  // namespace heygen::host::cli
