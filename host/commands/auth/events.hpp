// SPDX-License-Identifier: Apache-2.0
// `auth login --events`: what happens, as JSON on stderr, one object a line.
#pragma once

#include <string_view>

#include "core/json/value.hpp"

namespace heygen::host::commands::auth {

/// From now on notices are such lines too: {"event":"notice","text":…}.
void show_events();
/// {"event":…} with the members.
void show_event(std::string_view event, json::Object members);

}  // namespace heygen::host::commands::auth
