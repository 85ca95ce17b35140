// SPDX-License-Identifier: Apache-2.0
#include "host/commands/provider/trust.hpp"

#include "core/base/text.hpp"
#include "core/config/config.hpp"
#include "core/provider/manifest.hpp"
#include "host/commands/provider/signature.hpp"
#include "host/printer.hpp"
#include "host/provider_settings.hpp"

namespace heygen::host::commands::provider {

namespace {

void run_trust_provider(Services& services, Printer& printer, const Parsed& parsed) {
  const heygen::provider::PublicKey key = read_key(parsed.positionals.at(0));
  const std::string name = parsed.value("name", "key-" + to_lower(heygen::provider::key_id_text(key.id)));
  if (!heygen::provider::is_valid_id(name))
    throw usage_error("'" + shown_word(name) + "' is not a valid name of a key.",
                      "Use lower-case letters, digits and '-', as in --name acme.");
  const heygen::config::DeclaredKey setting = trust_key(name);
  services.config().set(setting.key, key.text(), {setting});
  json::Value out = json::Object{};
  out.set("message", "Providers that are signed by the key " + heygen::provider::key_id_text(key.id) +
                         " count as signed by `" + name + "`. To undo that, run `heygen config unset " + setting.key +
                         "`.");
  out.set("key", heygen::provider::key_id_text(key.id));
  out.set("name", name);
  printer.print(out);
}

}  // namespace

Command trust_command() {
  Command command;
  command.words = {"provider", "trust"};
  command.summary = "Trust the signatures of a vendor's key";
  command.description = paragraphs(R"(
KEY is a minisign public key (RW…) or its file. Get it from a place that you trust, and not from the archive that it
signed. Written to config.toml as provider.trust.NAME. `heygen provider install` accepts archives from a URL that are
signed by a trusted key, and `heygen provider list` names it.)");
  command.examples = {"heygen provider trust acme.pub --name acme"};
  command.positionals = {{"key", "A minisign public key, or its file"}};
  command.options = [](Services&) {
    return std::vector<Option>{{.name = "name", .value = "NAME", .doc = "What to call it (default: key-ID)"}};
  };
  command.run = run_trust_provider;
  return command;
}

}  // namespace heygen::host::commands::provider
