// SPDX-License-Identifier: Apache-2.0
#include "host/commands/provider/install.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "core/provider/manifest.hpp"
#include "core/provider/policy/policy.hpp"
#include "core/store/reserved_slots.hpp"
#include "host/commands/provider/consent.hpp"
#include "host/commands/provider/files.hpp"
#include "host/commands/provider/lookup.hpp"
#include "host/printer.hpp"
#include "host/provider_settings.hpp"

namespace heygen::host::commands::provider {

namespace {

/// The same installation for a script.
std::string command_with_yes(const Parsed& parsed) {
  std::string command = "heygen provider install " + shell_word(parsed.positionals.at(0)) + " --yes";
  if (parsed.is_on("force")) command += " --force";
  if (const std::string world = parsed.value("world"); !world.empty()) command += " --world " + shell_word(world);
  return command;
}

/// What is left to do for a provider that brings a language runtime: a sentence with a space before it, or "".
std::string runtime_note(Services& services, const heygen::provider::Manifest& manifest) {
  if (!manifest.runtime) return {};
  const std::string what = " It brings a language runtime, whose threads and signal handlers stay in heygen";
  const heygen::provider::Ruling ruling = may_bring_runtime(services.policy(), manifest.id);
  const auto own = provider_settings(services.config()).runtimes;
  if (!ruling.permitted) return what + ", and does not load: " + ruling.why + ".";
  if (!ruling.rule.empty() || std::ranges::count(own, manifest.id) > 0) return what + ".";
  return what + ". To let it load, run `" + heygen::provider::consent_command(manifest.id) + "`.";
}

void run_install_provider(Services& services, Printer& printer, const Parsed& parsed) {
  const std::filesystem::path directory = user_directory(services);
  const ProviderFiles files = find_provider_files(parsed.positionals.at(0));
  require_permitted(services.policy(), files);
  require_consent(services, files.manifest, parsed.is_on("yes"), command_with_yes(parsed));
  const auto on_wait = [&](std::chrono::milliseconds left) {
    services.show_waiting(left.count() > 0 ? "Waiting for the check of `" + files.manifest.id + "`" : "", left);
  };
  const InstallDependencies needs{services.executable, services.terminal, services.cancel, on_wait,
                                  parsed.value("world")};
  const std::string checked_by = install_provider(needs, files, directory, parsed.is_on("force"));
  const std::string& id = files.manifest.id;
  json::Value out = json::Object{};
  out.set("message", "Installed the provider `" + id + "` in " + directory.string() + "." +
                         runtime_note(services, files.manifest));
  out.set("id", id);
  out.set("library", (directory / files.manifest.library).string());
  out.set("manifest", (directory / manifest_name(id)).string());
  out.set("checked_by", checked_by);
  out.set("needs", json::Array(files.manifest.needs.begin(), files.manifest.needs.end()));
  if (files.manifest.runtime) out.set("runtime", true);
  if (files.manifest.has_login) out.set("login_flag", store::login_flag_of(id));
  printer.print(out);
}

}  // namespace

Command install_command() {
  Command command;
  command.words = {"provider", "install"};
  command.summary = "Check a provider and install it in your directory";
  command.description = paragraphs(R"(
FILE is a provider's library with its manifest beside it, or that manifest. Runs heygen-provider-check --strict first (or,
without it, a test load), in a process without your environment and open files, then copies both files to the directory
`providers` beside config.toml. What the check could not exercise is not installed; --world names a file that gives the
provider what it needs. The check runs the provider's code, so install only what you would run.

If the manifest declares needs, it shows them and asks first. Everything else is denied to an isolated provider.)");
  command.examples = {"heygen provider install ./vault.so"};
  command.positionals = {{"file", "A provider's library or manifest"}};
  command.options = [](Services&) {
    return std::vector<Option>{
        {.name = "force", .doc = "Replace a provider with the same ID"},
        {.name = "yes", .doc = "Grant what the provider needs, without a question"},
        {.name = "world", .value = "FILE", .doc = "What the check gives the provider (see heygen-provider-check)"}};
  };
  command.run = run_install_provider;
  return command;
}

}  // namespace heygen::host::commands::provider
