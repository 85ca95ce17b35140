// SPDX-License-Identifier: Apache-2.0
#include "host/commands/provider/describe.hpp"

#include "core/store/reserved_slots.hpp"

namespace heygen::host::commands::provider {

using heygen::provider::DiscoveredProvider;

namespace {

std::string state_of(const DiscoveredProvider& found) {
  using State = heygen::provider::ProviderState;
  switch (found.state) {
    case State::available:
      return "available";
    case State::loaded:
      return "loaded";
    case State::refused:
    case State::refused_by_policy:
    case State::needs_consent:
      return "refused";
    case State::disabled:
      return "disabled";
  }
  return {};
}

std::string login_option(const DiscoveredProvider& found) {
  return found.manifest.has_login ? store::login_flag_of(found.id) : "";
}

std::string path_of(const DiscoveredProvider& found) {
  return (found.library_path.empty() ? found.manifest_path : found.library_path).string();
}

}  // namespace

json::Value summary(const DiscoveredProvider& found) {
  json::Value out = json::Object{};
  out.set("id", found.id);
  out.set("title", found.manifest.title);
  out.set("version", found.manifest.version);
  out.set("origin", name_of(found.origin));
  out.set("path", path_of(found));
  out.set("state", state_of(found));
  if (!found.is_usable()) out.set("reason", found.reason);
  if (!found.rule.empty()) out.set("rule", found.rule);
  if (found.manifest.runtime) out.set("runtime", true);
  out.set("isolation", name_of(found.isolation.isolation));
  out.set("isolation_rule", found.isolation.rule);
  if (!found.fix.empty()) out.set("fix", found.fix);
  out.set("order", found.manifest.order);
  out.set("login_flag", login_option(found));
  return out;
}

std::string summary_text(const DiscoveredProvider& found) {
  std::string out = found.id + ": " + state_of(found);
  if (!found.manifest.version.empty()) out += ", " + found.manifest.title + " " + found.manifest.version;
  if (found.manifest.runtime) out += ", with a language runtime";
  if (found.is_usable()) out += std::string(", ") + name_of(found.isolation.isolation);
  if (!login_option(found).empty()) out += ", log in with " + login_option(found);
  out += "\n  " + path_of(found) + " (" + name_of(found.origin) + ")\n";
  return found.is_usable() ? out : out + "  " + found.reason + "\n";
}

}  // namespace heygen::host::commands::provider
