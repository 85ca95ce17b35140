// SPDX-License-Identifier: Apache-2.0
#include "host/commands/auth/method.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "core/config/config.hpp"
#include "core/provider/discovery/registry.hpp"
#include "core/store/reserved_slots.hpp"
#include "host/commands/auth/store.hpp"
#include "host/commands/auth/support.hpp"
#include "host/commands/auth/two_steps.hpp"
#include "host/commands/provider/lookup.hpp"
#include "host/commands/provider/offer.hpp"
#include "host/policy_rules.hpp"
#include "host/services.hpp"
#include "host/ui/picker.hpp"

namespace heygen::host::commands::auth {

namespace {

std::string flag_name(const std::string& id) {
  return store::login_flag_of(id).substr(2);
}

/// The option that names a provider: one of its own, or the host's --provider with its ID.
Option option_of(const std::string& id) {
  Option option;
  if (store::has_login_option(id)) {
    option.name = flag_name(id);
  } else {
    option.name = "provider";
    option.value = id;
    option.fill = Fill::provider;
  }
  return option;
}

std::string title_of(const heygen::provider::DiscoveredProvider& found) {
  return printable(found.manifest.title.empty() ? found.id : found.manifest.title);
}

std::vector<std::string> reserved_ids() {
  std::vector<std::string> ids;
  for (const store::ReservedSlot& slot : store::reserved_slots())
    ids.insert(ids.end(), slot.ids.begin(), slot.ids.end());
  return ids;
}

bool has_option(const std::vector<Option>& options, const std::string& name) {
  return std::ranges::any_of(options, [&](const Option& option) { return option.name == name; });
}

/// None while they cannot be found (a policy that cannot be used), so that help still works; the login itself then
/// reports the fault.
std::vector<heygen::provider::DiscoveredProvider> installed(Services& services) {
  try {
    return services.discovered();
  } catch (const Error&) {
    return {};
  }
}

bool is_hidden(const heygen::provider::DiscoveredProvider& found) {
  return !found.login_denied_reason.empty() || found.state == heygen::provider::ProviderState::disabled;
}

}  // namespace

/// Names the keys of each provider that the user can log in with.
Option set_option(const std::vector<heygen::provider::DiscoveredProvider>& found) {
  std::vector<std::string> providers;
  for (const heygen::provider::DiscoveredProvider& one : found) {
    if (!one.manifest.has_login || is_hidden(one) || one.manifest.settings.empty()) continue;
    std::vector<std::string> keys;
    for (const heygen::provider::Setting& setting : one.manifest.settings) keys.push_back(printable(setting.key));
    providers.push_back(one.id + " has " + enumerate(keys));
  }
  std::string doc = "A setting of the provider, for this login only";
  if (!providers.empty()) doc += ": " + join(providers, "; ");
  return {.name = "set", .value = "KEY=VALUE", .doc = std::move(doc), .repeatable = true};
}

std::vector<Option> login_options(Services& services) {
  std::vector<Option> options;
  const std::vector<heygen::provider::DiscoveredProvider> found = installed(services);
  for (const heygen::provider::DiscoveredProvider& one : found) {
    if (!one.manifest.has_login) continue;
    Option option = option_of(one.id);
    if (option.value.empty() && has_option(options, option.name)) continue;
    option.doc = title_of(one);
    if (!one.manifest.note.empty()) option.doc += ": " + printable(one.manifest.note);
    option.hidden = is_hidden(one);
    options.push_back(std::move(option));
  }
  for (const store::LoginVariant& variant : store::login_variants()) {
    const auto provider = std::ranges::find(found, variant.id, &heygen::provider::DiscoveredProvider::id);
    options.push_back({.name = std::string(variant.option),
                       .doc = std::string(variant.doc),
                       .hidden = provider == found.end() || is_hidden(*provider)});
  }
  options.push_back(set_option(found));
  options.push_back(store_option());
  for (Option& option : step_option_list()) options.push_back(std::move(option));
  for (const std::string& id : reserved_ids()) {
    Option option = option_of(id);
    if (has_option(options, option.name)) continue;
    option.doc = "Not installed: heygen-provider-" + id;
    option.hidden = true;
    options.push_back(std::move(option));
  }
  for (const std::string& id : reserved_ids()) {
    const std::string_view alias = store::login_alias_of(id);
    if (alias.empty()) continue;
    options.push_back({.name = std::string(alias), .doc = "Alias of " + store::login_flag_of(id), .hidden = true});
  }
  return options;
}

std::string named_method(const Parsed& parsed, const std::vector<heygen::provider::DiscoveredProvider>& found,
                         const std::string& provider) {
  std::vector<std::string> ids = reserved_ids();
  for (const heygen::provider::DiscoveredProvider& one : found) {
    if (std::ranges::count(ids, one.id) == 0) ids.push_back(one.id);
  }
  std::vector<std::string> named, spelled, flags;
  for (const std::string& id : ids) {
    if (!store::has_login_option(id)) continue;  // its name is an option of the host
    const std::string flag = flag_name(id);
    // Two ids of one spelling: the flag belongs to the first.
    const std::string_view alias = store::login_alias_of(id);
    const bool is_given = parsed.is_on(flag) || (!alias.empty() && parsed.is_on(alias));
    if (!is_given || std::ranges::count(flags, flag) > 0) continue;
    flags.push_back(flag);
    named.push_back(id);
    spelled.push_back("--" + flag);
  }
  for (const store::LoginVariant& variant : store::login_variants()) {
    if (!parsed.is_on(variant.option)) continue;
    named.emplace_back(variant.id);
    spelled.push_back("--" + std::string(variant.option));
  }
  if (!provider.empty() && std::ranges::count(named, provider) == 0) {
    named.push_back(provider);
    spelled.push_back("--provider " + shown_word(provider));
  }
  if (named.size() > 1) {
    throw usage_error("A login has one method, but " + enumerate(spelled) + " were given.", "Keep one of them.");
  }
  return named.empty() ? std::string{} : named.front();
}

bool may_ask(const Terminal& terminal, const Environment& environment) {
  return terminal.stdin_is_terminal() && terminal.stdout_is_terminal() && !environment.truthy("CI") &&
         !environment.is_on("HEYGEN_NONINTERACTIVE");
}

std::string unnamed_method(Services& services) {
  const std::vector<heygen::provider::DiscoveredProvider>& found = services.registry().found();
  if (may_ask(services.terminal, services.environment)) {
    std::vector<std::string> ids;
    std::vector<ui::Row> rows;
    for (const heygen::provider::DiscoveredProvider& one : found) {
      if (!provider::is_offered(one, services.config(), services.environment, fixed_settings(services.policy())))
        continue;
      ids.push_back(one.id);
      rows.push_back({one.manifest.title, one.manifest.note});
    }
    if (ids.size() == 1) return ids.front();
    constexpr const char* kHeading = "How do you want to log in?";
    if (!ids.empty())
      return ids[ui::pick_row(kHeading, rows, 0, services.environment, services.terminal, services.cancel)];
  }
  // A refused provider is still the answer: its reason tells more than the failure of another provider.
  const auto reads = [](const heygen::provider::DiscoveredProvider& one) {
    return one.manifest.has_login && one.manifest.reads_stdin;
  };
  const auto permitted = [&](const heygen::provider::DiscoveredProvider& one) {
    return reads(one) && one.login_denied_reason.empty() && one.state != heygen::provider::ProviderState::disabled;
  };
  auto reader = std::ranges::find_if(found, permitted);
  if (reader == found.end()) reader = std::ranges::find_if(found, reads);
  if (reader != found.end()) return reader->id;
  if (found.empty()) {
    throw usage_error("No credential provider is installed." +
                          heygen::provider::note_on_unreadable(services.unreadable_directories()),
                      "Install one, such as the package heygen-provider-" + reserved_ids().front() + ".");
  }
  throw usage_error("No installed provider reads a credential from stdin.",
                    "Choose a login method; `heygen auth login --help` lists them.");
}

const heygen::provider::DiscoveredProvider& require_login(Services& services, const std::string& id) {
  const heygen::provider::DiscoveredProvider* found = services.registry().find(id);
  if (found == nullptr) throw provider::unknown_provider(services, id);
  if (!found->login_denied_reason.empty()) {
    const bool may_load = found->state != heygen::provider::ProviderState::refused_by_policy;
    throw policy_refusal("`heygen auth login` cannot use the provider `" + id + "`: " + found->login_denied_reason,
                         may_load ? may_log_in(services.policy(), id).rule : found->rule);
  }
  if (found->is_usable() && !found->manifest.has_login) {
    throw usage_error("The provider `" + id + "` has no login: it finds its credential itself.",
                      "`heygen auth explain` shows what it finds.");
  }
  return *found;
}

}  // namespace heygen::host::commands::auth
