// SPDX-License-Identifier: Apache-2.0
#include "host/commands/profile/list.hpp"

#include <algorithm>
#include <optional>

#include "core/auth/stored_slots.hpp"
#include "core/profile/choice.hpp"
#include "core/store/credential_store.hpp"
#include "core/store/reserved_slots.hpp"
#include "host/commands/auth/support.hpp"
#include "host/commands/profile/profile.hpp"
#include "host/printer.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::profile {

namespace {

/// What is stored in a profile; nothing is loaded, and no server is asked.
void add_login(Services& services, const std::string& name, json::Value& row) {
  row.set("provider", json::Value());
  row.set("type", json::Value());
  row.set("account", json::Value());
  try {
    store::CredentialStore store(services.profiles().directory(name), services.clock);
    store.use_keyring(services.keyring(), services.random, name);
    const store::CredentialsDocument document = store.read();
    for (const store::FilledSlot& slot : document.filled_slots()) {
      const std::string id = heygen::auth::owner_of(services.registry(), slot);
      row.set("provider", id);
      // The type of a reserved entry is its name; what another provider's is, only the provider knows.
      if (store::reserved_slot_of(id) != nullptr) row.set("type", slot.slot);
      break;
    }
    if (const std::string account = auth::display_name(document.user()); !account.empty()) row.set("account", account);
  } catch (const store::Unreadable& problem) {
    row.set("problem", std::string(problem.what()));
    services.terminal.notice(std::string("Warning: ") + problem.what());
  }
}

/// Which one a command would use here; empty, and said, when that cannot be told.
std::optional<heygen::profile::Choice> chosen(Services& services) {
  try {
    return services.profile();
  } catch (const Error& error) {
    services.terminal.notice("Warning: " + error.message() + (error.hint.empty() ? "" : " " + error.hint));
    return {};
  }
}

json::Value row_of(Services& services, const std::string& name, const std::optional<heygen::profile::Choice>& choice) {
  using heygen::profile::Choice;
  const bool is_chosen = choice && choice->name == name;
  json::Value row = json::Object{};
  row.set("name", name);
  row.set("chosen", is_chosen);
  if (is_chosen) row.set("chosen_by", choice->by == Choice::By::usual ? "default" : name_of(choice->by));
  if (is_chosen && !choice->file.empty()) row.set("file", choice->file.string());
  add_login(services, name, row);
  row.set("directory", services.profiles().directory(name).string());
  return row;
}

/// A row of the table: the name as it is typed, and a mark.
json::Value shown_row(const json::Value& row) {
  const std::string name = row.string_at("name"), by = row.string_at("chosen_by");
  json::Value out = json::Object{};
  out.set("name", name.empty() ? std::string(heygen::profile::kUsual) : name);
  for (const std::string_view member : {"provider", "type", "account"}) out.set(member, row.string_at(member));
  out.set("chosen", by.empty() ? "" : "by " + by);
  return out;
}

void run_list_profiles(Services& services, Printer& printer, const Parsed&) {
  const std::optional<heygen::profile::Choice> choice = chosen(services);
  std::vector<std::string> names = services.profiles().names();
  names.insert(names.begin(), std::string{});
  // One that is chosen and not there yet is what a login would make.
  if (choice && std::ranges::find(names, choice->name) == names.end())
    services.terminal.notice("Note: the profile `" + choice->name + "`, chosen by " + std::string(name_of(choice->by)) +
                             ", does not exist. `heygen auth login --profile " + choice->name + "` makes it.");
  json::Array rows;
  for (const std::string& name : names) {
    json::Value row = row_of(services, name, choice);
    rows.push_back(printer.human() && printer.options.fields.empty() ? shown_row(row) : std::move(row));
  }
  printer.print(rows, {{"name", ""}, {"provider", ""}, {"type", ""}, {"account", ""}, {"chosen", ""}});
}

}  // namespace

Command list_command() {
  Command command;
  command.words = {"profile", "list"};
  command.summary = "Show the profiles and which one is used here";
  command.description = paragraphs(R"(
The usual profile, whose name is empty and which is typed as `default`, and all others: what is stored in each, and which one a
command would use here. The order is --profile, HEYGEN_PROFILE, the nearest file .heygen-profile from the current directory up to
the home directory, and `heygen profile use`. Works offline.)");
  command.examples = {"heygen profile list --human"};
  command.ignores_settings = true;
  command.run = run_list_profiles;
  return command;
}

}  // namespace heygen::host::commands::profile
