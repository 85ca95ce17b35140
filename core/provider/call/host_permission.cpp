// SPDX-License-Identifier: Apache-2.0
#include "core/provider/call/host_permission.hpp"

#include <algorithm>

#include "core/base/home.hpp"
#include "core/base/text.hpp"
#include "core/json/parse.hpp"
#include "core/net/url.hpp"
#include "core/provider/call/declared_values.hpp"
#include "core/provider/needs.hpp"

namespace heygen::provider {
namespace {

constexpr std::string_view kWellKnown = "/.well-known/", kEndpoint = "_endpoint", kUsualPort = ":443";

std::optional<std::string> state_member(const HostCall& host, const std::string& member) {
  const json::Value* value = host.request.state.is_object() ? host.request.state.find(member) : nullptr;
  return value != nullptr && value->is_string() ? std::optional(value->as_string()) : std::nullopt;
}

std::optional<std::string> setting_value(const HostCall& host, const std::string& key) {
  const auto setting = std::ranges::find(host.manifest.settings, key, &Setting::key);
  if (setting == host.manifest.settings.end()) return {};
  const std::optional<SettingValue> value = setting_of(host, *setting);
  return value ? std::optional(value->text) : std::nullopt;
}

ResolvedNeeds resolved(const HostCall& host, const Needs& needs) {
  ResolvedNeeds out = resolve_needs(
      needs, [&](const std::string& key) { return setting_value(host, key); },
      needs.sockets_from_settings.empty() ? std::string{} : home_directory(host.services.environment).string(),
      [&](const std::string& member) { return state_member(host, member); });
  if (std::string api = host_and_port(host.services.api_base); !api.empty()) out.hosts.push_back(std::move(api));
  out.hosts.insert(out.hosts.end(), host.learned_hosts.begin(), host.learned_hosts.end());
  return out;
}

}  // namespace

std::optional<HostFault> find_host_fault(const HostCall& host, const net::Url& url, const std::string& socket) {
  if (!host.isolated && !parse_needs(host.manifest.needs).declares_hosts()) return {};
  return find_undeclared_host(host, url, socket);
}

std::optional<HostFault> find_undeclared_host(const HostCall& host, const net::Url& url, const std::string& socket) {
  const Needs needs = parse_needs(host.manifest.needs);
  const ResolvedNeeds permitted = resolved(host, needs);
  std::string target = socket, line = "hosts=unix:" + socket;
  if (socket.empty()) {
    target = host_and_port(url.text());
    if (permits_host(permitted.hosts, target)) return {};
    if (target.ends_with(kUsualPort)) target.resize(target.size() - kUsualPort.size());
    line = "hosts=" + target;
  } else if (std::ranges::count(permitted.sockets, socket) != 0) {
    return {};
  }
  return HostFault{"The provider `" + host.manifest.id + "` may not send requests to " + printable(target) +
                       ": its manifest does not declare that host.",
                   "Its author declares a host by a line in `needs`: \"" + printable(line) + "\"."};
}

void learn_hosts(HostCall& host, const net::Url& url, int status, std::string_view body) {
  constexpr int kOk = 200;
  if (status != kOk || url.target.find(kWellKnown) == std::string::npos) return;
  const Needs needs = parse_needs(host.manifest.needs);
  if (needs.issuers_from_settings.empty() && needs.issuers_from_state.empty()) return;
  if (!permits_host(resolved(host, needs).issuers, host_and_port(url.text()))) return;
  try {
    const json::Value metadata = json::parse(body);
    if (!metadata.is_object()) return;
    for (const auto& [name, value] : metadata.as_object()) {
      if (!name.ends_with(kEndpoint) || !value.is_string()) continue;
      if (std::string named = host_and_port(value.as_string()); !named.empty())
        host.learned_hosts.push_back(std::move(named));
    }
  } catch (const json::ParseError&) {  // the provider says what is wrong with it
  }
}

std::string find_state_fault(const HostCall& host, const json::Value& change) {
  const Needs needs = parse_needs(host.manifest.needs);
  if (needs.hosts_from_state.empty() && needs.issuers_from_state.empty()) return {};
  const ResolvedNeeds permitted = resolved(host, needs);
  for (const auto* members : {&needs.hosts_from_state, &needs.issuers_from_state}) {
    for (const std::string& member : *members) {
      const json::Value* value = change.find(member);
      const std::string named = value != nullptr && value->is_string() ? host_of_value(value->as_string()) : "";
      if (!named.empty() && !permits_host(permitted.hosts, named)) return member;
    }
  }
  return {};
}

}  // namespace heygen::provider
