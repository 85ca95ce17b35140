// SPDX-License-Identifier: Apache-2.0
#include "host/commands/profile/trust.hpp"

#include <filesystem>
#include <string>
#include <system_error>

#include "core/base/home.hpp"
#include "core/base/text.hpp"
#include "core/profile/profile_file.hpp"
#include "host/printer.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::profile {

namespace {

/// First: what was typed may be a key.
void require_there(const std::string& typed, const Environment& environment) {
  std::error_code ignored;
  if (std::filesystem::exists(user_path(typed, environment), ignored)) return;
  throw Error{code::kFileIo, "Could not read '" + shown_path(typed) + "': no such file or directory.",
              "Name a file .heygen-profile."};
}

void run_trust_file(Services& services, Printer& printer, const Parsed& parsed) {
  using heygen::profile::ProfileFile;
  if (!parsed.positionals.empty()) require_there(parsed.positionals.front(), services.environment);
  const ProfileFile file =
      parsed.positionals.empty()
          ? heygen::profile::find_profile_file(services.environment)
          : heygen::profile::read_profile_file(user_path(parsed.positionals.front(), services.environment));
  if (file.path.empty())
    throw usage_error("There is no file .heygen-profile in this directory or above it.", "Name the file.");
  const std::string name = file.name.empty() ? std::string(heygen::profile::kUsual) : file.name;
  const bool needs_trust = !file.doubt.empty();
  if (needs_trust) heygen::profile::trust(file, services.profiles());
  printer.print(
      json::Object{{"message", needs_trust ? "The file is trusted as long as it names the profile `" + name + "`."
                                           : "The file is your own, and needs no trust."},
                   {"file", file.path.string()},
                   {"profile", file.name}});
}

}  // namespace

Command trust_command() {
  Command command;
  command.words = {"profile", "trust"};
  command.summary = "Trust a file .heygen-profile of another user";
  command.description = paragraphs(R"(
A file of your own, which nobody else can write, counts without that. One of another user chooses the account that your commands use, so
it counts only as long as it names the profile that it named when you trusted it.)");
  command.examples = {"heygen profile trust", "heygen profile trust /srv/project/.heygen-profile"};
  command.positionals = {{.name = "file", .doc = "The file; without it, the one that counts here", .required = false}};
  command.ignores_settings = true;
  command.run = run_trust_file;
  return command;
}

}  // namespace heygen::host::commands::profile
