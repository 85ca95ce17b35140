// SPDX-License-Identifier: Apache-2.0
#include "host/commands/all.hpp"

#include "host/commands/about/about.hpp"
#include "host/commands/api/api.hpp"
#include "host/commands/api/catalog.hpp"
#include "host/commands/auth/auth.hpp"
#include "host/commands/config/config.hpp"
#include "host/commands/doctor/doctor.hpp"
#include "host/commands/policy/policy.hpp"
#include "host/commands/profile/profile.hpp"
#include "host/commands/provider/provider.hpp"
#include "host/commands/video/download.hpp"

namespace heygen::host::commands {

namespace {

/// For "", every command.
CommandTable make_table(std::string_view word) {
  const auto is_wanted = [word](std::string_view first) { return word.empty() || word == first; };
  CommandTable table;
  api::add_catalog_commands(table, word);
  if (is_wanted("video")) table.add(video::download_command());
  if (is_wanted("api")) table.add(api::api_command());
  if (is_wanted("auth")) auth::add_commands(table);
  if (is_wanted("config")) config::add_commands(table);
  if (is_wanted("provider") || is_wanted("__load-provider")) provider::add_commands(table);
  if (is_wanted("profile")) profile::add_commands(table);
  if (is_wanted("policy")) policy::add_commands(table, all_commands);
  if (is_wanted("doctor") || is_wanted("__doctor")) doctor::add_commands(table);
  about::add_commands(table, all_commands, word);
  return table;
}

}  // namespace

CommandTable all_commands() {
  return make_table({});
}

CommandTable commands_of(std::string_view word) {
  return make_table(word);
}

}  // namespace heygen::host::commands
