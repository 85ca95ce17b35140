// `heygen auth …`: what is typed. What it does is in auth_*.cpp.
#include "host/commands/auth/explain.hpp"
#include "host/commands/auth/login.hpp"
#include "host/commands/auth/logout.hpp"
#include "host/commands/auth/method.hpp"
#include "host/commands/auth/status.hpp"
#include "host/context.hpp"

namespace heygen::host {

namespace {

constexpr const char* kOneCredential =
    "heygen stores one credential. A login deletes the other one, in both directions: logging in with an API key "
    "deletes "
    "a stored OAuth session, and logging in with OAuth deletes a stored API key. The same holds for every other "
    "provider.";

/// A function that takes both halves as one.
auto with_context(void (*run)(Context&, const Parsed&)) {
  return [run](Services& services, Printer& printer, const Parsed& parsed) {
    Context context(services, printer);
    run(context, parsed);
  };
}

Command login() {
  Command command;
  command.words = {"auth", "login"};
  command.summary = "Log in and store the credential";
  command.important = kOneCredential;
  command.description =
      "Without an option, a terminal shows the login methods to choose from. When standard input or output is no "
      "terminal, or CI or HEYGEN_NONINTERACTIVE is set, the API key is read from standard input.\n\n"
      "An API key is checked before it is stored: one that the server refuses is not saved. --provider ID logs in with "
      "any installed provider that has a login.";
  command.examples = {"heygen auth login", "heygen auth login --api-key < key.txt", "heygen auth login --oauth"};
  command.options = login_options;
  command.live_options = true;
  command.run = with_context(run_login);
  return command;
}

Command status() {
  Command command;
  command.words = {"auth", "status"};
  command.summary = "Ask the server who is logged in";
  command.description =
      "Prints the account together with the credential that was used: its type, where it came from, and when it "
      "expires, if that is known.";
  command.examples = {"heygen auth status", "heygen auth status --human"};
  command.run = with_context(run_status);
  return command;
}

Command logout() {
  Command command;
  command.words = {"auth", "logout"};
  command.summary = "Revoke and delete what is stored";
  command.description =
      "Asks the issuer to revoke the stored credential where that is possible, then deletes it whatever the answer "
      "was. "
      "Credentials in environment variables stay. What other programs keep in the same file stays too.";
  command.examples = {"heygen auth logout"};
  command.run = with_context(run_logout);
  return command;
}

Command explain() {
  Command command;
  command.words = {"auth", "explain"};
  command.summary = "Explain which credential is used, and why";
  command.description =
      "Goes through the providers in their order: what each of them found, which one is used, and what is shadowed by "
      "it. Nothing is sent.";
  command.examples = {"heygen auth explain --human"};
  command.run = with_context(run_explain);
  return command;
}

}  // namespace

void add_auth_commands(CommandTable& table) {
  table.add_group({{"auth"}, "Log in, log out, and see which credential is used", kOneCredential});
  table.add(login());
  table.add(status());
  table.add(logout());
  table.add(explain());
}

}  // namespace heygen::host
