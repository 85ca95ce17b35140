// SPDX-License-Identifier: Apache-2.0
#include "host/commands/policy/check.hpp"

#include <algorithm>
#include <filesystem>

#include "core/base/text.hpp"
#include "host/commands/policy/describe.hpp"
#include "host/policy_rules.hpp"
#include "host/printer.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::policy {

namespace {

std::filesystem::path existing_path(const std::string& given) {
  std::error_code error;
  std::filesystem::path path = std::filesystem::absolute(given, error);
  if (error || !std::filesystem::exists(path, error))
    throw Error(code::kFileIo, "There is no file " + shown_path(given) + ".", "Name a policy, e.g. policy.toml.");
  return path;
}

/// What only this machine knows: certificates, commands and providers.
std::vector<std::string> warnings_of(Services& services, const heygen::provider::Policy& policy,
                                     const CommandTable& table) {
  std::vector<std::string> out;
  if (const auto fault = heygen::provider::find_ca_file_fault(policy))
    out.push_back("this machine would reject the policy: " + *fault + ".");
  for (const std::string& forbidden : policy.forbidden_commands) {
    const std::vector<std::string> start = split(forbidden, ' ');
    const auto begins = [&](const Command& command) {
      return command.words.size() >= start.size() && std::equal(start.begin(), start.end(), command.words.begin());
    };
    if (std::ranges::none_of(table.commands(), begins))
      out.push_back("this heygen has no command `" + forbidden + "` (" + policy.rule("commands.forbid", forbidden) +
                    ").");
  }
  try {
    const std::string fault = fault_of_fixed_settings(policy, services.discovered());
    if (!fault.empty()) out.push_back(fault);
  } catch (const Error&) {
    // the installed policy is broken: this command corrects it
  }
  return out;
}

void run_check_policy(Services& services, Printer& printer, const Parsed& parsed, const CommandTable& table) {
  std::vector<std::filesystem::path> paths;
  for (const std::string& given : parsed.positionals) paths.push_back(existing_path(given));
  const heygen::provider::PolicyFiles files = heygen::provider::files_to_check(paths);
  if (files.paths.empty())
    throw Error(code::kFileIo, "There is no policy in " + shown_path(parsed.positionals.at(0)) + ".",
                "Name a file, or a directory that has policy.toml, policy.d or `*.toml` files.");
  const heygen::provider::Policy policy = heygen::provider::check_policy(files);
  for (const std::string& warning : warnings_of(services, policy, table))
    services.terminal.notice("Warning: " + warning);
  if (!printer.human()) {
    json::Value out = document(policy);
    out.set("valid", true);
    return printer.print(out);
  }
  const std::string names = policy.sources.size() == 1 ? policy.path.string() + " is a valid policy.\n"
                                                       : "The files are a valid policy:\n" + text_of_files(policy);
  printer.print_text(printable(names + text_of(policy), true));
}

}  // namespace

Command check_command(CommandTableMaker all_commands) {
  Command command;
  command.words = {"policy", "check"};
  command.summary = "Check a policy before you install it";
  command.description = paragraphs(R"(
Names the line and the key of the first mistake. The owner of the file does not matter here; an installed policy must
belong to root. Several files are read in the order given, and a later one may only narrow what earlier ones permit; a
directory stands for its policy.toml and its policy.d, or for the files of a policy.d.)");
  command.examples = {"heygen policy check policy.toml", "heygen policy check policy.toml 50-team.toml",
                      "heygen policy check /etc/heygen"};
  command.positionals = {{.name = "file", .doc = "A policy, or a directory of policies", .variadic = true}};
  command.ignores_policy = true;
  command.run = [all_commands](Services& services, Printer& printer, const Parsed& parsed) {
    run_check_policy(services, printer, parsed, all_commands());
  };
  return command;
}

}  // namespace heygen::host::commands::policy
