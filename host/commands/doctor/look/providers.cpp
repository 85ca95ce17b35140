// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/provider/discovery/registry.hpp"
#include "host/commands/doctor/look/look.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::doctor {

namespace {

using heygen::provider::DiscoveredProvider;
using heygen::provider::ProviderState;

/// All of them together, since one that hangs is ended only at its limit.
constexpr std::chrono::seconds kProvidersLimit{4};

std::string check_id(const std::string& id) {
  return "provider." + id;
}

Check refused_check(const DiscoveredProvider& found) {
  const std::string next =
      found.fix.empty() ? "Run `heygen provider why " + found.id + "`." : "Run `" + found.fix + "`.";
  switch (found.state) {
    case ProviderState::disabled:
      return {check_id(found.id), Status::ok, "Disabled: " + found.reason + "."};
    case ProviderState::refused_by_policy:
      return {check_id(found.id), Status::ok, "Refused by the policy: " + found.reason + "."};
    case ProviderState::needs_consent:
      return {check_id(found.id), Status::warn, "Not loaded: " + found.reason + ".", next};
    default:
      return {check_id(found.id), Status::fail, "Refused: " + found.reason + ".", next};
  }
}

class Round {
 public:
  explicit Round(Services& services) : services_(services), end_(services.clock.monotonic() + kProvidersLimit) {}

  Check look(const DiscoveredProvider& found) const {
    const std::string id = check_id(found.id);
    if (!found.is_usable()) return refused_check(found);
    const auto left = std::chrono::ceil<std::chrono::seconds>(end_ - services_.clock.monotonic());
    if (left.count() <= 0) return {id, Status::skipped, "Not loaded: another provider took all the time."};
    Check check = guarded(id, [&] { return run_check(services_, id, {"provider", found.id}, left); });
    if (check.status == Status::fail && check.next.empty())
      check.next = "Disable it with `heygen provider disable " + found.id + "`.";
    return check;
  }

 private:
  Services& services_;
  std::chrono::milliseconds end_;
};

}  // namespace

Checks look_at_providers(Services& services) {
  Checks checks;
  try {
    const std::vector<DiscoveredProvider>& found = services.discovered();
    const Round round(services);
    for (const DiscoveredProvider& one : found) checks.push_back(round.look(one));
    if (found.empty())
      checks.push_back({"providers", Status::fail, "No provider is installed.",
                        "Install heygen's packages again, or run `heygen provider install`."});
    for (const auto& directory : services.unreadable_directories())
      checks.push_back({"providers", Status::warn,
                        "The directory " + directory.path.string() + " cannot be read: " + directory.reason + ".",
                        "Make it readable, or take it out of HEYGEN_PROVIDER_PATH."});
  } catch (...) {
    checks.push_back(failed_check("providers"));
  }
  return checks;
}

Check load_provider(Services& services, const std::string& id) {
  return guarded(check_id(id), [&]() -> Check {
    services.caches = false;
    services.registry().load(id);
    const DiscoveredProvider* found = services.registry().find(id);
    return {check_id(id), Status::ok,
            "Loads: " + found->manifest.title + " " + found->manifest.version + " (" + name_of(found->origin) + ")."};
  });
}

}  // namespace heygen::host::commands::doctor
