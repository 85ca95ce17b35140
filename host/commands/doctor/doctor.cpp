// SPDX-License-Identifier: Apache-2.0
#include "host/commands/doctor/doctor.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/base/text.hpp"
#include "core/json/write.hpp"
#include "host/commands/doctor/look/look.hpp"
#include "host/commands/doctor/report.hpp"
#include "host/printer.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::doctor {

namespace {

/// The checks say themselves what is wrong; notices would say it again, and who you are.
class QuietTerminal : public Terminal {
 public:
  explicit QuietTerminal(Terminal& inner) : inner_(inner) {}
  bool stdin_is_terminal() const override { return false; }
  bool stdout_is_terminal() const override { return inner_.stdout_is_terminal(); }
  bool stderr_is_terminal() const override { return inner_.stderr_is_terminal(); }
  int columns() const override { return inner_.columns(); }
  void notice(std::string_view) override {}
  void show_status(std::string_view line) override { inner_.show_status(line); }
  std::string read_line(std::string_view, const Cancel&) override { return {}; }
  Secret read_secret(std::string_view, std::size_t, const Cancel&) override { return {}; }

 private:
  Terminal& inner_;
};

void append(Checks& all, Checks more) {
  std::ranges::move(more, std::back_inserter(all));
}

Checks look_at_all(Services& services, bool offline) {
  Checks checks{look_at_program(services), look_at_terminal(services), look_at_browser(services),
                look_at_config(services),  look_at_policy(services),   look_at_credentials_file(services),
                look_at_locks(services)};
  append(checks, look_at_providers(services));
  NetworkLook network;
  if (!offline) network = look_at_network(services);
  append(checks, std::move(network.checks));
  checks.push_back(look_at_credential(services, network.reached ? Ask::api : Ask::offline));
  return checks;
}

/// Human-readable on a terminal, as `heygen commands` is.
bool wants_text(const Printer& printer, const Parsed& parsed, const Services& services) {
  if (printer.options.human) return *printer.options.human;
  if (parsed.given("jq") || parsed.given("fields") || to_lower(services.environment.value("HEYGEN_OUTPUT")) == "json")
    return false;
  return printer.human() || printer.to_terminal();
}

std::string ids_of(const Checks& checks, Status status) {
  std::vector<std::string> ids;
  for (const Check& check : checks)
    if (check.status == status) ids.push_back(check.id);
  return join(ids, ", ");
}

void run_doctor(Services& services, Printer& printer, const Parsed& parsed) {
  QuietTerminal terminal(services.terminal);
  Services quiet(services.environment, terminal, services.clock, services.random, services.cancel, services.executable);
  quiet.options = services.options;
  quiet.on_waiting = services.on_waiting;
  Checks checks = look_at_all(quiet, parsed.is_on("offline"));
  quiet.show_waiting("");
  Anonymizer(services.environment).clean(checks);
  printer.always_on_stdout = true;
  if (wants_text(printer, parsed, services)) {
    printer.print_text(text_of(checks, {speaks_utf8(services), printer.style().color}));
  } else {
    printer.print(document_of(checks));
  }
  const auto failed = std::ranges::find(checks, Status::fail, &Check::status);
  if (failed != checks.end())
    throw Error(code::kError, "Checks failed: " + ids_of(checks, Status::fail) + ".", failed->next);
}

void run_one_check(Services& services, Printer& printer, const Parsed& parsed) {
  const std::string& what = parsed.positionals.at(0);
  const std::string& which = parsed.positionals.at(1);
  if (what != "provider" && what != "credential") throw usage_error("'" + shown_word(what) + "' is not a valid check.");
  const Check check = what == "provider" ? load_provider(services, which)
                                         : check_credential(services, which == "api" ? Ask::api : Ask::offline);
  printer.print_text("\n" + json::write(document_of(check)) + "\n");
}

Command doctor_command() {
  Command command;
  command.words = {"doctor"};
  command.summary = "Check settings, credentials, providers and the network";
  command.description = paragraphs(R"(
Looks at settings, policy, credentials file, locks, providers, terminal and browser; then at proxy, name resolution, TLS,
the API, the clock, and whether the API accepts the credential. It changes nothing, refreshes nothing, and takes 20
seconds at most. The last lines say what to do.

The output is made for bug reports: it contains no secret, no mail address and no user name. On a terminal it is
human-readable, elsewhere JSON. The exit code is 1 when a check fails.)");
  command.examples = {"heygen doctor", "heygen doctor --offline",
                      "heygen doctor --jq '.checks[] | select(.status == \"fail\")'"};
  command.options = [](Services&) {
    return std::vector<Option>{{.name = "offline", .doc = "Check nothing that needs the network"}};
  };
  command.run = run_doctor;
  command.ignores_settings = true;
  command.ignores_policy = true;
  return command;
}

Command one_check_command() {
  Command command;
  command.words = {std::string(kCheckCommand)};
  command.hidden = true;
  command.summary = "One check, for `doctor`";
  command.positionals = {{"check", "provider or credential"}, {"which", "A provider, or api or offline"}};
  command.run = run_one_check;
  command.ignores_settings = true;
  command.ignores_policy = true;
  return command;
}

}  // namespace

void add_commands(CommandTable& table) {
  table.add(doctor_command());
  table.add(one_check_command());
}

}  // namespace heygen::host::commands::doctor
