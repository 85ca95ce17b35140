// SPDX-License-Identifier: Apache-2.0
#include "host/commands/auth/auth.hpp"

#include "host/commands/auth/explain.hpp"
#include "host/commands/auth/login.hpp"
#include "host/commands/auth/logout.hpp"
#include "host/commands/auth/method.hpp"
#include "host/commands/auth/status.hpp"
#include "host/commands/auth/store.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::auth {

namespace {

constexpr const char* kOneCredential =
    "heygen stores one credential. Logging in deletes whatever else is stored, in both directions: an API key replaces "
    "OAuth tokens, OAuth tokens replace an API key, and the same applies to every other provider.";

Command login() {
  Command command;
  command.words = {"auth", "login"};
  command.summary = "Log in and store the credential";
  command.important = kOneCredential;
  command.description =
      "Without an option, a terminal shows the login methods to choose from. When stdin or stdout is not a terminal, "
      "or "
      "CI or HEYGEN_NONINTERACTIVE is set, the API key is read from stdin.\n\n"
      "An API key is checked before it is stored: a key that the API rejects is not stored. --provider ID logs in with "
      "any installed provider that has a login.";
  command.description +=
      "\n\n"
      "While a login waits for a browser, the address on which the browser ended can be pasted on the terminal, for a "
      "browser on another machine. --start and --finish make two commands of one login, for programs: the first one "
      "prints what to open, the second one completes it within 10 minutes.";
  command.examples = {"heygen auth login", "heygen auth login --api-key < key.txt", "heygen auth login --oauth",
                      "heygen auth login --oauth --port 8400", "heygen auth login --oauth --start"};
  command.positionals = {{.name = "address", .doc = "Where the browser ended, for --finish", .required = false}};
  command.options = login_options;
  command.live_options = true;
  command.run = run_login;
  return command;
}

Command status() {
  Command command;
  command.words = {"auth", "status"};
  command.summary = "Ask the API who is logged in";
  command.description =
      "Prints the account together with the credential that was used: its type, where it came from, and when it "
      "expires, if that is known.";
  command.examples = {"heygen auth status", "heygen auth status --human"};
  command.run = run_status;
  return command;
}

Command logout() {
  Command command;
  command.words = {"auth", "logout"};
  command.summary = "Revoke and delete what is stored";
  command.description =
      "Revokes the stored credential where that is possible, and deletes it even if revocation fails. Credentials in "
      "environment variables stay, and so does what other programs keep in the same file. --provider ID logs out of "
      "only that provider.";
  command.examples = {"heygen auth logout", "heygen auth logout --provider oauth"};
  command.run = run_logout;
  return command;
}

Command explain() {
  Command command;
  command.words = {"auth", "explain"};
  command.summary = "Explain which credential is used and why";
  command.description =
      "Lists the providers in order of precedence: what each of them found, which one is used, and which ones it "
      "shadows. Works offline.";
  command.examples = {"heygen auth explain --human"};
  command.run = run_explain;
  return command;
}

}  // namespace

void add_commands(CommandTable& table) {
  table.add_group({{"auth"}, "Log in, log out, and see which credential is used", kOneCredential});
  table.add(login());
  table.add(status());
  table.add(logout());
  table.add(explain());
  table.add(store_command());
}

}  // namespace heygen::host::commands::auth
