// SPDX-License-Identifier: Apache-2.0
#include "host/commands/config/settings.hpp"

#include "core/provider/discovery/registry.hpp"
#include "host/provider_settings.hpp"

namespace heygen::host::commands::config {

std::vector<heygen::config::DeclaredKey> declared_keys(Services& services) {
  return host::declared_keys(services.discovered());
}

json::Value document(const heygen::config::Entry& entry, bool with_source) {
  json::Value out = json::Object{{"key", entry.key}, {"value", entry.value}};
  if (with_source) out.set("source", entry.source);
  return out;
}

Positional key_argument() {
  return {.name = "key", .doc = "A setting, e.g. output or providers.ID.NAME", .fill = Fill::setting};
}

}  // namespace heygen::host::commands::config
