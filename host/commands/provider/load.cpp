// SPDX-License-Identifier: Apache-2.0
#include "host/commands/provider/load.hpp"

#include <filesystem>

#include "core/base/error.hpp"
#include "core/config/file.hpp"
#include "core/provider/library/descriptor.hpp"
#include "core/provider/library/loader.hpp"
#include "core/provider/manifest.hpp"
#include "core/provider/refusal.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::provider {

namespace {

void run_load(Services&, Printer&, const Parsed& parsed) {
  const std::filesystem::path library = std::filesystem::canonical(parsed.positionals.at(0));
  const std::string text = heygen::config::read_file(parsed.positionals.at(1)).value_or(std::string{});
  try {
    const heygen::provider::Manifest manifest = heygen::provider::parse_manifest(text);
    const heygen::provider::Library loaded(library, std::string(version()));
    if (const auto difference = heygen::provider::first_difference(manifest, loaded.described()))
      throw heygen::provider::Refusal("its manifest contradicts its library: " + *difference);
  } catch (const heygen::provider::Refusal& refusal) {
    throw Error(code::kError, refusal.what());
  }
}

}  // namespace

Command load_command() {
  Command command;
  command.words = {std::string(kLoadCommand)};
  command.hidden = true;
  command.summary = "Load a provider once, for `provider install`";
  command.positionals = {{"library", "A provider's library"}, {"manifest", "Its manifest"}};
  command.ignores_settings = true;
  command.ignores_policy = true;
  command.run = run_load;
  return command;
}

}  // namespace heygen::host::commands::provider
