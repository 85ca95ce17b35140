// SPDX-License-Identifier: Apache-2.0
// The one place that knows providers by name: slots, flags and variables that are older than providers. Everything else
// treats all providers alike.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heygen::store {

struct ReservedSlot {
  std::string_view slot;                  ///< key at the top level of the credentials file
  std::span<const std::string_view> ids;  ///< who may read it, in order; the first one's settings serve all
  bool plain_text;                        ///< the slot is a string, shown to the provider as {"<slot>": …}
  std::string_view environment;           ///< variable that overrides HEYGEN_PROVIDER, or ""
  std::string_view cleared;               ///< word in `cleared_<…>` results
  std::string_view refresh_token;         ///< member with a token that is revoked by itself, or ""
};

/// An option of `auth login` that is a login of a provider with one of its settings, which is on or off.
struct LoginVariant {
  std::string_view option, id, setting, doc;
};
std::span<const LoginVariant> login_variants();

/// In order of precedence.
std::span<const ReservedSlot> reserved_slots();
/// The reserved slot that this provider owns or shares, or nullptr.
const ReservedSlot* reserved_slot_of(std::string_view id);
/// Where the provider's state lives: "oauth" or "providers.<id>". Also the name of its refresh lock.
std::string slot_of(std::string_view id);
/// Names of the options that `auth login` has for every provider. They win over a provider's ID.
std::span<const std::string_view> host_options();
/// Whether its login has an option of its own. Without one, it is named by --provider.
bool has_login_option(std::string_view id);
/// Whether it is the login option of another provider: "api-key".
bool is_reserved_spelling(std::string_view id);
/// Another spelling of its login option, without dashes ("device"), or "".
std::string_view login_alias_of(std::string_view id);
/// Whether its credential is stored only once the API has accepted it, as it may have been approved elsewhere, by
/// any user who knew the code.
bool must_be_accepted(std::string_view id);
/// "--<id>", the reserved spelling, or "--provider <id>".
std::string login_flag_of(std::string_view id);
/// The words of the command, without quotes or options.
inline constexpr std::string_view kLoginCommand = "heygen auth login";
/// "`heygen auth login`", or with the option of this provider. Every message that names the command takes it from here.
std::string login_command(std::string_view id = {});
/// Sections of config.toml that hold its settings, first wins: its own, then its reserved slot's first owner.
std::vector<std::string> settings_sections_of(std::string_view id);

}  // namespace heygen::store
