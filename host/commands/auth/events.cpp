// SPDX-License-Identifier: Apache-2.0
#include "host/commands/auth/events.hpp"

#include <unistd.h>

#include <string>

#include "core/base/file.hpp"
#include "core/base/known_secrets.hpp"
#include "core/base/terminal.hpp"
#include "core/json/write.hpp"

namespace heygen::host::commands::auth {
namespace {

std::string line_of(std::string_view event, json::Object members) {
  members.emplace(members.begin(), "event", event);
  return json::write(std::move(members));
}

}  // namespace

void show_events() {
  set_notice_form([](std::string_view notice) { return line_of("notice", {{"text", notice}}); });
}

void show_event(std::string_view event, json::Object members) {
  // A stderr that is gone is not an error.
  static_cast<void>(write_all(STDERR_FILENO, hide_secrets(line_of(event, std::move(members))) + "\n"));
}

}  // namespace heygen::host::commands::auth
