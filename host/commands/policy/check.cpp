// SPDX-License-Identifier: Apache-2.0
#include "host/commands/policy/check.hpp"

#include <filesystem>

#include "core/base/text.hpp"
#include "host/commands/policy/describe.hpp"
#include "host/printer.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::policy {

namespace {

void run_check_policy(Services& services, Printer& printer, const Parsed& parsed) {
  std::error_code error;
  const std::filesystem::path file = std::filesystem::absolute(parsed.positionals.at(0), error);
  if (error || !std::filesystem::exists(file, error))
    throw Error(code::kFileIo, "There is no file " + shown_path(parsed.positionals.at(0)) + ".",
                "Name a policy, e.g. policy.toml.");
  const heygen::provider::Policy policy = heygen::provider::check_policy(file);
  if (const auto fault = heygen::provider::find_ca_file_fault(policy))
    services.terminal.notice("Warning: this machine would reject the policy: " + *fault + ".");
  if (!printer.human()) {
    json::Value out = document(policy);
    out.set("valid", true);
    return printer.print(out);
  }
  printer.print_text(printable(file.string() + " is a valid policy.\n" + text_of(policy), true));
}

}  // namespace

Command check_command() {
  Command command;
  command.words = {"policy", "check"};
  command.summary = "Check a policy before you install it";
  command.description = paragraphs(R"(
Names the line and the key of the first mistake. The owner of the file does not matter here; an installed policy must
belong to root.)");
  command.examples = {"heygen policy check policy.toml"};
  command.positionals = {{"file", "A policy"}};
  command.run = run_check_policy;
  return command;
}

}  // namespace heygen::host::commands::policy
