// SPDX-License-Identifier: Apache-2.0
#include "core/provider/isolated/process/plan.hpp"

#include <algorithm>

#include "core/base/environment.hpp"
#include "core/base/home.hpp"
#include "core/provider/needs.hpp"

namespace heygen::provider {
namespace {

void keep_bus(ChildPlan& plan, const Environment& environment) {
  constexpr const char* kAddress = "DBUS_SESSION_BUS_ADDRESS";
  constexpr const char* kDirectory = "XDG_RUNTIME_DIR";
  const std::string address = environment.value(kAddress), directory = environment.value(kDirectory);
  if (!address.empty()) plan.variables.push_back(std::string(kAddress) + "=" + address);
  if (!directory.empty()) plan.variables.push_back(std::string(kDirectory) + "=" + directory);
  plan.buses = bus_sockets(address, directory);
}

}  // namespace

ChildPlan plan_of(const IsolatedLibrary& library, const Manifest& manifest, const Services& services,
                  const GivenSettings& given) {
  ChildPlan plan;
  plan.runner = library.runner;
  plan.library = library.library;
  plan.image = library.image;
  plan.host_version = services.host_version;
  plan.landlock = library.landlock;
  plan.seccomp = library.seccomp;
  const std::vector<std::string>& texts = library.granted ? *library.granted : manifest.needs;
  if (texts.empty()) return plan;
  const auto value_of = [&](const std::string& key) -> std::optional<std::string> {
    const auto setting = std::ranges::find(manifest.settings, key, &Setting::key);
    if (setting == manifest.settings.end()) return {};
    const auto value = find_setting(manifest, *setting, services.environment, services.setting, given);
    return value ? std::optional(value->text) : std::nullopt;
  };
  const ResolvedNeeds needs =
      resolve_needs(parse_needs(texts), value_of, home_directory(services.environment).string());
  plan.read_files = needs.read_files;
  plan.write_files = needs.write_files;
  plan.programs = needs.programs;
  plan.session_bus = needs.session_bus;
  plan.network = needs.network;
  plan.threads = needs.threads;
  if (plan.session_bus) keep_bus(plan, services.environment);
  return plan;
}

}  // namespace heygen::provider
