// SPDX-License-Identifier: Apache-2.0
#include "host/commands/auth/store.hpp"

#include <vector>

#include "core/auth/stored_slots.hpp"
#include "core/base/text.hpp"
#include "core/config/config.hpp"
#include "core/store/credential_store.hpp"
#include "host/commands/auth/support.hpp"
#include "host/printer.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::auth {

namespace {

using store::StorePlace;

constexpr const char* kUnlock = "Log in to your desktop and unlock the keyring, or use `heygen auth store file`.";

/// The option, else the setting, else "auto".
std::string place_word(Services& services, const Parsed& parsed) {
  if (const std::string given = parsed.value("store"); !given.empty()) return given;
  const std::string set = services.config().raw("auth.store").value_or("");
  return set.empty() ? "auto" : set;
}

void run_store(Services& services, Printer& printer, const Parsed& parsed) {
  services.require_profile();
  const std::string word = parsed.positionals.front();
  if (word != "file" && word != "keyring")
    throw usage_error("\"" + shown_word(word) + "\" is not a valid place.", "Use `file` or `keyring`.");
  store::CredentialStore& store = services.store();
  const StorePlace place = word == "keyring" ? StorePlace::keyring : StorePlace::file;
  try {
    const std::vector<store::FilledSlot> slots = store.read().filled_slots();
    if (place == StorePlace::keyring && !slots.empty()) {
      if (const std::string problem = store.keyring_problem(); !problem.empty())
        throw Error(code::kError, "Cannot use the keyring: " + problem + ". Nothing was moved.", kUnlock);
    }
    const std::vector<store::RefreshLock> locks =
        heygen::auth::lock_refreshes(store, services.registry(), slots, services.cancel);
    store.place_of_new = place;
    store.update([](store::CredentialsDocument&) {});
    store.place_of_new.reset();
    json::Array names;
    for (const store::FilledSlot& slot : slots) names.emplace_back(slot.slot);
    json::Value out = json::Object{};
    out.set("message", slots.empty() ? "Nothing is stored" + store.account + "."
                                     : "The stored credential" + store.account + " is in the " + word + ".");
    set_profile(out, services);
    out.set("place", word);
    out.set("slots", std::move(names));
    services.terminal.notice(out.string_at("message"));
    printer.print(out);
  } catch (const store::Unreadable& problem) {
    throw unchangeable_file(problem);
  }
}

}  // namespace

Command store_command() {
  Command command;
  command.words = {"auth", "store"};
  command.summary = "Move what is stored to the keyring or the file";
  command.description =
      "The credential moves to the desktop's keyring (Secret Service), or back to the credentials file. What is in the "
      "keyring is not visible to other programs that read the file, such as hyperframes. Later refreshes stay where it "
      "is; the setting auth.store and --store of `heygen auth login` say where a new login goes.";
  command.examples = {"heygen auth store keyring", "heygen auth store file"};
  command.positionals = {{.name = "place", .doc = "keyring or file"}};
  command.run = run_store;
  return command;
}

Option store_option() {
  return {.name = "store",
          .value = "PLACE",
          .doc = "Where the credential is stored; auto: where the one before it is, else the file",
          .choices = {"auto", "file", "keyring"}};
}

void choose_place(Services& services, const Parsed& parsed) {
  store::CredentialStore& store = services.store();
  const std::string word = place_word(services, parsed);
  std::vector<std::string> there;
  try {
    there = store.slots_in_keyring();
  } catch (const store::Unreadable&) {
    return;  // said before anything is asked
  }
  store.place_of_new = word == "keyring" || (word == "auto" && !there.empty()) ? StorePlace::keyring : StorePlace::file;
  if (*store.place_of_new == StorePlace::file && there.empty()) {
    store.place_of_new.reset();
    return;
  }
  const std::string problem = store.keyring_problem();
  if (problem.empty()) return;
  store.ignores_keyring_faults = true;
  if (*store.place_of_new == StorePlace::keyring)
    services.terminal.notice("Note: the keyring cannot be used (" + problem +
                             "); the credential is stored in the file.");
  store.place_of_new = StorePlace::file;
}

}  // namespace heygen::host::commands::auth
