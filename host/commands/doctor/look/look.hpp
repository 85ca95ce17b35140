// SPDX-License-Identifier: Apache-2.0
// What `doctor` looks at. Nothing here changes anything or waits for a lock. Each function takes 5 s at most, and does
// its work whatever is wrong elsewhere; only Error{canceled} leaves it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/commands/doctor/look/check.hpp"

namespace heygen::host {
class Services;
}

namespace heygen::host::commands::doctor {

inline constexpr std::chrono::seconds kCheckLimit{5};
/// Hidden: one check that runs code of providers, in a process of its own.
inline constexpr std::string_view kCheckCommand = "__doctor";

/// Version, system and executable; then whether stdout is a terminal, of which kind and size, with colors and UTF-8.
Check look_at_program(const Services& services);
Check look_at_terminal(const Services& services);
Check look_at_browser(const Services& services);
/// The locale's characters are UTF-8.
bool speaks_utf8(const Services& services);

Check look_at_config(Services& services);
Check look_at_policy(Services& services);
Check look_at_credentials_file(Services& services);

/// Whose lock a line of /proc/locks is.
struct LockHolder {
  int pid = 0;           ///< 0 or less: of no process that can be seen
  bool waiting = false;  ///< it does not have the lock yet
};
/// The lines of /proc/locks about a file: "fe:00:9988646", major and minor number in hexadecimal.
std::vector<LockHolder> holders_of(std::string_view locks, std::string_view file);
Check look_at_locks(Services& services);

/// One check per provider, each loaded in a process of its own, and one for directories that cannot be read.
Checks look_at_providers(Services& services);
/// What that process does.
Check load_provider(Services& services, const std::string& id);

/// proxy, dns, connection, tls, api and clock. `reached`: the API responded.
struct NetworkLook {
  Checks checks;
  bool reached = false;
};
NetworkLook look_at_network(Services& services);
/// Of the clock, by the server's Date.
Check compare_clock(std::optional<std::int64_t> server, std::int64_t here);

enum class Ask : unsigned char { offline, api };
/// The credential that requests would have, asked for in a process of its own. It is not refreshed.
Check look_at_credential(Services& services, Ask ask);
/// What that process does.
Check check_credential(Services& services, Ask ask);

/// Runs `heygen __doctor WORDS…`, which prints one check.
Check run_check(const Services& services, const std::string& id, const std::vector<std::string>& words,
                std::chrono::seconds limit = kCheckLimit);

}  // namespace heygen::host::commands::doctor
