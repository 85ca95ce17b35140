// SPDX-License-Identifier: Apache-2.0
#include "host/commands/policy/show.hpp"

#include "core/base/text.hpp"
#include "host/commands/policy/describe.hpp"
#include "host/printer.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::policy {

namespace {

void run_show_policy(Services& services, Printer& printer, const Parsed&) {
  const heygen::provider::Policy& policy = services.policy();
  if (!printer.human()) return printer.print(document(policy));
  const std::string path = heygen::provider::policy_path().string();
  if (!policy.in_effect())
    return printer.print_text("No policy (" + path + "). Any provider on the search path may load.\n");
  const std::string text = policy.sources.size() == 1
                               ? "The policy " + policy.path.string() + " is in effect.\n"
                               : "The policy is in effect, from these files:\n" + text_of_files(policy);
  printer.print_text(printable(text + text_of(policy), true));
}

}  // namespace

Command show_command() {
  Command command;
  command.words = {"policy", "show"};
  command.summary = "Show what the administrator of this machine permits";
  command.description = paragraphs(R"(
Which providers may load, which logins are offered, and what is fixed. Without a policy, any provider on the search path
may load. `heygen provider why ID` names the rule for one provider.)");
  command.examples = {"heygen policy show --human"};
  command.run = run_show_policy;
  return command;
}

}  // namespace heygen::host::commands::policy
