// SPDX-License-Identifier: Apache-2.0
#include "core/auth/login_hint.hpp"

#include "core/provider/discovery/registry.hpp"
#include "core/store/reserved_slots.hpp"

namespace heygen::auth {

std::string login_hint(provider::ProviderRegistry& registry, const std::string& id) {
  const provider::DiscoveredProvider* found = id.empty() ? nullptr : registry.find(id);
  if (found != nullptr && found->manifest.has_login) return "Run " + store::login_command(id) + ".";
  std::string variables;
  for (const provider::DiscoveredProvider& provider : registry.found()) {
    if (!provider.is_usable() || provider.manifest.credential_env.empty()) continue;
    // A token ends soon; who has one knows its variable.
    const store::ReservedSlot* slot = store::reserved_slot_of(provider.id);
    if (slot != nullptr && !slot->plain_text) continue;
    variables += (variables.empty() ? ", or set " : " or ") + provider.manifest.credential_env.front();
  }
  return "Run " + store::login_command() + variables + ".";
}

}  // namespace heygen::auth
