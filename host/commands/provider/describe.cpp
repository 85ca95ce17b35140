#include "host/commands/provider/describe.hpp"

#include "core/store/reserved_slots.hpp"

namespace heygen::host::commands::provider {

using heygen::provider::DiscoveredProvider;

namespace {

std::string state_of(const DiscoveredProvider& found) {
  if (found.disabled) return "disabled";
  if (found.refused) return "refused";
  return found.loaded ? "loaded" : "available";
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
  out.set("origin", found.origin);
  out.set("path", path_of(found));
  out.set("state", state_of(found));
  if (found.refused) out.set("reason", found.reason);
  if (!found.rule.empty()) out.set("rule", found.rule);
  out.set("order", found.manifest.order);
  out.set("login_flag", login_option(found));
  return out;
}

std::string summary_text(const DiscoveredProvider& found) {
  std::string out = found.id + ": " + state_of(found);
  if (!found.manifest.version.empty()) out += ", " + found.manifest.title + " " + found.manifest.version;
  if (!login_option(found).empty()) out += ", log in with " + login_option(found);
  out += "\n  " + path_of(found) + " (" + found.origin + ")\n";
  return found.refused ? out + "  " + found.reason + "\n" : out;
}

}  // namespace heygen::host::commands::provider
