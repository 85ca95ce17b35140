// What the program can say about itself: commands, completion, update, help.
#include <algorithm>
#include <fstream>
#include <system_error>

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "core/json/value.hpp"
#include "core/output/output.hpp"
#include "host/cli/completion.hpp"
#include "host/cli/globals.hpp"
#include "host/cli/run.hpp"
#include "host/command.hpp"
#include "host/context.hpp"

namespace heygen::host {
namespace {

json::Value list_of(const std::vector<std::string>& texts) {
  json::Array items;
  for (const std::string& text : texts) items.emplace_back(text);
  return items;
}

json::Value option_json(const Option& option) {
  json::Object object{{"name", option.name}};
  if (option.shorthand != 0) object.emplace_back("shorthand", std::string(1, option.shorthand));
  object.emplace_back("type", option.value.empty() ? "switch" : "value");
  if (!option.value.empty()) object.emplace_back("value", option.value);
  object.emplace_back("doc", option.doc);
  if (option.required) object.emplace_back("required", true);
  if (option.repeatable) object.emplace_back("repeatable", true);
  if (!option.range.empty()) object.emplace_back("range", option.range);
  if (!option.fallback.empty()) object.emplace_back("default", option.fallback);
  if (!option.choices.empty()) object.emplace_back("choices", list_of(option.choices));
  return object;
}

json::Value options_json(const std::vector<Option>& options) {
  json::Array items;
  for (const Option& option : options)
    if (!option.hidden) items.push_back(option_json(option));
  return items;
}

json::Value command_json(Context& context, const Command& command) {
  json::Array positionals;
  for (const Positional& positional : command.positionals)
    positionals.push_back(json::Object{{"name", positional.name},
                                       {"doc", positional.doc},
                                       {"required", positional.required},
                                       {"variadic", positional.variadic}});
  json::Object object{
      {"command", join(command.words, " ")}, {"words", list_of(command.words)}, {"summary", command.summary}};
  if (!command.description.empty()) object.emplace_back("description", command.description);
  if (!command.important.empty()) object.emplace_back("important", command.important);
  object.emplace_back("arguments", std::move(positionals));
  object.emplace_back("options", options_json(command.options(context)));
  object.emplace_back("examples", list_of(command.examples));
  return object;
}

std::vector<const Command*> listed(const CommandTable& table) {
  std::vector<const Command*> commands;
  for (const Command& command : table.commands())
    if (!command.hidden) commands.push_back(&command);
  std::ranges::sort(commands, {}, &Command::words);
  return commands;
}

void run_commands(Context& context, const Parsed& parsed) {
  const CommandTable table = all_commands();
  if (context.human() && !parsed.is_on("json")) {
    std::vector<std::vector<std::string>> rows;
    for (const Command* command : listed(table))
      rows.push_back({"heygen " + join(command->words, " "), command->summary});
    return context.print_text(output::table({"Command", "What it does"}, rows, context.style()));
  }
  json::Array commands;
  for (const Command* command : listed(table)) commands.push_back(command_json(context, *command));
  context.print_json(json::write(json::Object{{"version", std::string(version())},
                                              {"global_options", options_json(global_options())},
                                              {"commands", std::move(commands)}}));
}

void run_help(Context& context, const Parsed& parsed) {
  const CommandTable table = all_commands();
  const Route target = route(table, global_options(), parsed.positionals);
  if (!target.rest.empty())
    throw usage_error("`heygen " + join(target.words, " ") + "` is a whole command, but '" + target.rest[0] +
                      "' follows.");
  print_help(context, table, target);
}

struct Installation {
  std::string method, command, message;
};

bool is_owned_by_dpkg(const std::filesystem::path& executable) {
  std::ifstream list("/var/lib/dpkg/info/heygen.list");
  for (std::string line; std::getline(list, line);)
    if (line == executable.string()) return true;
  return false;
}

Installation installation_of(const std::filesystem::path& executable) {
  if (is_owned_by_dpkg(executable))
    return {"apt", "sudo apt-get update && sudo apt-get install --only-upgrade heygen",
            "heygen was installed as a Debian package."};
  const std::filesystem::path build = executable.parent_path().parent_path();
  std::error_code fault;
  if (std::filesystem::exists(build / "CMakeCache.txt", fault))
    return {"source", "git pull && cmake --build " + build.string(), "heygen runs from the folder it was built in."};
  return {"copy", "cmake --install BUILD-FOLDER --prefix " + build.string(),
          "heygen was copied here by hand: build or fetch the new version and copy it over this one."};
}

void run_update(Context& context, const Parsed&) {
  const Installation found = installation_of(context.executable);
  context.print(json::Object{{"current", std::string(version())},
                             {"executable", context.executable.string()},
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
    command.description = "The script has to be read by the shell at its start:\n  " + completion_setup(shell);
    command.examples = {"heygen completion " + shell};
    command.run = [shell](Context& context, const Parsed&) {
      context.print_text(completion_script(shell, all_commands(), context));
    };
    table.add(std::move(command));
  }
}

}  // namespace

void add_discovery_commands(CommandTable& table) {
  Command commands;
  commands.words = {"commands"};
  commands.summary = "List every command with its arguments and options";
  commands.examples = {"heygen commands --json"};
  commands.options = [](Context&) {
    return std::vector<Option>{{.name = "json", .doc = "Print JSON even where text is configured"}};
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
  help.positionals = {{.name = "command", .doc = "Words of the command", .required = false, .variadic = true}};
  help.run = run_help;
  table.add(std::move(help));
}

}  // namespace heygen::host
