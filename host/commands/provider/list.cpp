// SPDX-License-Identifier: Apache-2.0
#include "host/commands/provider/list.hpp"

#include "core/base/text.hpp"
#include "host/commands/provider/describe.hpp"
#include "host/commands/provider/signature.hpp"
#include "host/printer.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::provider {

namespace {

void run_list_provider(Services& services, Printer& printer, const Parsed&) {
  const auto& all = services.registry().found();
  for (const auto& directory : services.unreadable_directories())
    services.terminal.notice("Warning:" + heygen::provider::note_on_unreadable({directory}));
  if (!printer.human()) {
    json::Array rows;
    for (const auto& found : all) {
      json::Value row = summary(found);
      row.set("signature", signature_report(services, found));
      rows.push_back(std::move(row));
    }
    return printer.print(rows);
  }
  std::string out = all.empty() ? "No provider is installed.\n" : "";
  for (const auto& found : all)
    out += summary_text(found) + "  " + signature_text(signature_report(services, found)) + "\n";
  printer.print_text(printable(out, true));
}

}  // namespace

Command list_command() {
  Command command;
  command.words = {"provider", "list"};
  command.summary = "Show the installed credential providers";
  command.description = paragraphs(R"(
In order of precedence: where each was found, whether it can be used, with the reason if not, and who signed it.)");
  command.examples = {"heygen provider list --human"};
  command.run = run_list_provider;
  return command;
}

}  // namespace heygen::host::commands::provider
