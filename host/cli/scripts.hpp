// SPDX-License-Identifier: Apache-2.0
// The scripts in host/cli/shell, made part of the program by the build. Each has one line, @TABLE@, for the commands.
#pragma once

#include <string_view>

namespace heygen::host::cli {

extern const std::string_view kBashScript, kZshScript, kFishScript, kPowershellScript;
/// docs/schema/commands.schema.json
extern const std::string_view kCommandsSchema;

}  // namespace heygen::host::cli
