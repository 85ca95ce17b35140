// SPDX-License-Identifier: Apache-2.0
#include "host/commands/provider/remove.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "core/base/error.hpp"
#include "core/store/credential_store.hpp"
#include "core/store/reserved_slots.hpp"
#include "host/commands/provider/files.hpp"
#include "host/commands/provider/lookup.hpp"
#include "host/printer.hpp"
#include "host/requests/confirm.hpp"

namespace heygen::host::commands::provider {

namespace fs = std::filesystem;

namespace {

/// A credential of the provider is stored, as far as the file can be read.
bool has_login(Services& services, const std::string& id) {
  try {
    return services.store().read().is_filled(id);
  } catch (const std::exception&) {
    return false;
  }
}

/// What the host kept for it.
void remove_kept(Services& services, const std::string& id) {
  std::vector<fs::path> left = services.store().cache.remove(id);
  std::ranges::move(services.store().keys.remove(id), std::back_inserter(left));
  for (const fs::path& path : left)
    services.terminal.notice("Warning: could not remove " + path.string() + "; delete it yourself.");
}

/// The manifest in the user's directory. Throws Error{usage_error} when the provider is not there.
fs::path own_manifest(Services& services, const std::string& id) {
  const fs::path manifest =
      heygen::provider::is_valid_id(id) ? user_directory(services) / manifest_name(id) : fs::path{};
  std::error_code ignored;
  if (!manifest.empty() && fs::exists(fs::symlink_status(manifest, ignored))) return manifest;
  const heygen::provider::DiscoveredProvider& found = require_installed(services, id);
  throw usage_error(fmt::format("The provider `{}` is not in your directory {} but in {}, so it was not removed.", id,
                                user_directory(services).string(), found.manifest_path.string()),
                    "Run `heygen provider disable " + id + "` to skip it.");
}

void run_remove_provider(Services& services, Printer& printer, const Parsed& parsed) {
  const std::string& id = parsed.positionals.at(0);
  const fs::path manifest = own_manifest(services, id);
  if (!parsed.is_on("force")) {
    requests::confirm({services.terminal, services.cancel},
                      "Remove the provider `" + id + "` from " + user_directory(services).string() + "?",
                      requests::confirmation_required("Removing the provider `" + id + "`"));
  }
  const bool login = has_login(services, id);
  json::Array removed;
  for (const fs::path& path : remove_provider(manifest)) removed.emplace_back(path.string());
  remove_kept(services, id);
  json::Value out = json::Object{};
  out.set("message", "Removed the provider `" + id + "`.");
  out.set("id", id);
  out.set("removed", std::move(removed));
  out.set("login_kept", login);
  if (login) {
    services.terminal.notice("Note: its credential stays in `" + store::slot_of(id) +
                             "` of the credentials file; run `heygen auth logout` to delete it.");
  }
  printer.print(out);
}

}  // namespace

Command remove_command() {
  Command command;
  command.words = {"provider", "remove"};
  command.summary = "Remove a provider from your directory";
  command.description =
      "Deletes its manifest, its library, its cache and its keys. A credential that it stored stays until `heygen auth "
      "logout`.";
  command.examples = {"heygen provider remove ID --force"};
  command.positionals = {id_argument()};
  command.options = [](Services&) { return std::vector<Option>{{.name = "force", .doc = "Do not ask"}}; };
  command.run = run_remove_provider;
  return command;
}

}  // namespace heygen::host::commands::provider
