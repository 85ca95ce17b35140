// SPDX-License-Identifier: Apache-2.0
// The command line of one command, by the GNU and pflag conventions: `--name value`, `--name=value`, `-n value`,
// `-nvalue`, options and positionals in any order, `--` ends the options, a value may begin with '-', no abbreviations.
#pragma once

#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "host/command.hpp"

namespace heygen::host::cli {

/// Parses and checks. `words` names the command in messages. Throws Error{usage_error}: unknown option (naming the
/// nearest), value missing or out of form, positionals missing or too many. `--help` excuses what is missing.
Parsed parse(const std::vector<std::string>& words, const std::vector<Option>& options,
             const std::vector<Positional>& positionals, const std::vector<std::string>& arguments);

/// Names the nearest option, never the value; for a key, the places where it belongs. `words` as in parse(); `advice`
/// ends any other hint.
Error unknown_option(const std::vector<std::string>& words, const std::vector<Option>& options,
                     const std::string& argument, const std::string& advice = {});

/// The values between the commas; one in double quotes may contain commas. Throws Error{usage_error} for an open
/// quote.
std::vector<std::string> split_list(const std::string& text);

}  // namespace heygen::host::cli
