// SPDX-License-Identifier: Apache-2.0
#include "host/commands/config/settings.hpp"

#include <algorithm>

#include "core/provider/discovery/registry.hpp"
#include "host/provider_settings.hpp"
#include "host/secrets.hpp"

namespace heygen::host::commands::config {

std::vector<heygen::config::DeclaredKey> declared_keys(Services& services) {
  return host::declared_keys(services.discovered());
}

void tell_faults(Services& services, const std::string& kept) {
  constexpr std::size_t kMostShown = 5;
  if (!kept.empty())
    services.terminal.notice("Note: config.toml could not be kept as it was; the file before this change is " + kept +
                             ".");
  std::vector<heygen::config::DeclaredKey> keys = declared_keys(services);
  const std::vector<heygen::config::DeclaredKey> own = own_keys();
  keys.insert(keys.end(), own.begin(), own.end());
  std::vector<std::string> faults = services.config().faults(keys);
  const std::size_t more = faults.size() - std::min(faults.size(), kMostShown);
  faults.resize(faults.size() - more);
  for (const std::string& fault : faults) services.terminal.notice("Warning: " + fault);
  if (more > 0) services.terminal.notice("Warning: " + std::to_string(more) + " more lines are not valid.");
}

json::Value document(const heygen::config::Entry& entry, bool with_source) {
  json::Value out = json::Object{{"key", entry.key}, {"value", entry.value}};
  if (with_source) out.set("source", entry.source);
  hide_secrets_in(out);
  return out;
}

Positional key_argument() {
  return {.name = "key", .doc = "A setting, e.g. output or providers.ID.NAME", .fill = Fill::setting};
}

}  // namespace heygen::host::commands::config
