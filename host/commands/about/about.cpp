// What the program can say about itself: commands, completion, update, help.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <system_error>

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "core/json/value.hpp"
#include "core/output/output.hpp"
#include "core/provider/discovery/registry.hpp"
#include "host/child_process.hpp"
#include "host/cli/completion.hpp"
#include "host/cli/globals.hpp"
#include "host/cli/run.hpp"
#include "host/cli/scripts.hpp"
#include "host/cli/surface.hpp"
#include "host/command.hpp"
#include "host/printer.hpp"
#include "host/services.hpp"

namespace heygen::host {
namespace {

/// For people when a person looks, as help is: the list is as long as a screen, and JSON of it is not for reading.
bool wants_text(Services& services, Printer& printer, const Parsed& parsed) {
  if (parsed.is_on("json") || printer.options.human == false || parsed.given("jq")) return false;
  return printer.human() || services.terminal.stdout_is_terminal();
}

void run_commands(Services& services, Printer& printer, const Parsed& parsed) {
  if (parsed.is_on("schema")) return printer.print_text(kCommandsSchema);
  const CommandTable table = all_commands();
  if (!wants_text(services, printer, parsed)) return printer.print_json(json::write(surface(services, table)));
  std::vector<std::vector<std::string>> rows;
  for (const Command* command : listed(table))
    rows.push_back({"heygen " + join(command->words, " "), command->summary});
  printer.print_text(output::table({"Command", "What it does"}, rows, printer.style()));
}

void run_help(Services& services, Printer& printer, const Parsed& parsed) {
  const CommandTable table = all_commands();
  const Route target = route(table, global_options(), parsed.positionals);
  if (!target.rest.empty())
    throw usage_error("`heygen " + join(target.words, " ") + "` is a whole command, but '" + target.rest[0] +
                      "' follows.");
  print_help(services, printer, table, target);
}

struct Installation {
  std::string method, command, message;
};

bool is_of_package(const Services& services) {
  constexpr const char* kQuery = "/usr/bin/dpkg-query";
  constexpr std::chrono::seconds kLimit{10};
  if (access(kQuery, X_OK) != 0) return false;
  return run_program({kQuery, "--search", services.executable.string()}, kLimit, services.cancel).code == 0;
}

Installation installation_of(const Services& services) {
  const std::filesystem::path& executable = services.executable;
  if (executable.empty())
    return {"unknown", "", "Without /proc heygen cannot tell where it stands, and so not how it was installed."};
  if (is_of_package(services))
    return {"apt", "sudo apt-get update && sudo apt-get install --only-upgrade heygen",
            "heygen was installed as a Debian package."};
  const std::filesystem::path build = executable.parent_path().parent_path();
  std::error_code fault;
  if (std::filesystem::exists(build / "CMakeCache.txt", fault))
    return {"source", "git pull && cmake --build " + build.string(), "heygen runs from the directory it was built in."};
  return {"copy", "cmake --install BUILD-FOLDER --prefix " + build.string(),
          "heygen was copied here by hand: build or fetch the new version and copy it over this one."};
}

void run_update(Services& services, Printer& printer, const Parsed&) {
  const Installation found = installation_of(services);
  printer.print(json::Object{{"current", std::string(version())},
                             {"executable", services.executable.string()},
                             {"method", found.method},
                             {"command", found.command},
                             {"message", found.message + " Nothing was changed."}});
}

void add_completion(CommandTable& table) {
  table.add_group(
      {.words = {"completion"}, .summary = "Print a script that completes commands in a shell", .important = ""});
  for (const std::string shell : {"bash", "zsh", "fish", "powershell"}) {
    Command command;
    command.words = {"completion", shell};
    command.summary = "Print the completion script for " + shell;
    command.description = completion_setup(shell);
    command.examples = {"heygen completion " + shell};
    command.run = [shell](Services& services, Printer& printer, const Parsed&) {
      printer.print_text(completion_script(shell, all_commands(), services));
    };
    table.add(std::move(command));
  }
}

/// Lines of value and doc, with a tab between them.
std::string offered_values(Services& services, const std::string& what) {
  std::string out;
  for (const provider::DiscoveredProvider& found : services.registry().found()) {
    if (what == "provider") out += found.id + "\t" + printable(found.manifest.title) + "\n";
    for (const provider::Setting& setting : found.manifest.settings)
      if (what == "setting") out += "providers." + found.id + "." + setting.key + "\t" + printable(setting.doc) + "\n";
  }
  if (what == "setting") out = "output\tjson or human\nanalytics\tkept for compatibility\n" + out;
  return out;
}

/// What the scripts of `completion` ask while somebody types: it reads manifests and nothing else.
void run_complete(Services& services, Printer& printer, const Parsed& parsed) {
  if (parsed.positionals[0] != "options") return printer.print_text(offered_values(services, parsed.positionals[0]));
  const CommandTable table = all_commands();
  const std::vector<std::string> words(parsed.positionals.begin() + 1, parsed.positionals.end());
  const auto at = std::ranges::find(table.commands(), words, &Command::words);
  if (at == table.commands().end()) return;
  std::vector<Option> options = at->options(services);
  const std::vector<Option> globals = global_options();
  options.insert(options.end(), globals.begin(), globals.end());
  printer.print_text(join(option_rows_for_shell(options), "\n") + "\n");
}

}  // namespace

void add_discovery_commands(CommandTable& table) {
  Command commands;
  commands.words = {"commands"};
  commands.summary = "List every command with its arguments and options";
  commands.description =
      "As JSON it holds the whole surface in one document: arguments, options with type, bounds, choices and default, "
      "requests with the schemas of body and reply, exit codes, error codes and environment variables.";
  commands.examples = {"heygen commands", "heygen commands --json", "heygen commands --schema"};
  commands.options = [](Services&) {
    return std::vector<Option>{
        {.name = "json", .doc = "Print all there is to know, as JSON; a terminal gets a list without it"},
        {.name = "schema", .doc = "Print the JSON Schema of that JSON"}};
  };
  commands.run = run_commands;
  table.add(std::move(commands));

  add_completion(table);

  Command update;
  update.words = {"update"};
  update.summary = "Say how to update this installation; changes nothing";
  update.examples = {"heygen update"};
  update.run = run_update;
  table.add(std::move(update));

  Command help;
  help.words = {"help"};
  help.summary = "Explain a command";
  help.examples = {"heygen help video list"};
  help.positionals = {{.name = "command",
                       .doc = "Words of the command, such as video list",
                       .required = false,
                       .variadic = true,
                       .fill = Fill::command}};
  help.run = run_help;
  table.add(std::move(help));

  Command complete;
  complete.words = {"__complete"};
  complete.hidden = true;
  complete.summary = "Answer a completion script";
  complete.positionals = {{.name = "what", .doc = "provider, setting or options", .variadic = true}};
  complete.run = run_complete;
  table.add(std::move(complete));
}

}  // namespace heygen::host
