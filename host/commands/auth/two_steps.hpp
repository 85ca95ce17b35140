// SPDX-License-Identifier: Apache-2.0
// A login in two commands: `auth login --oauth --start` prints what the user opens, and `auth login --finish ADDRESS`
// completes it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/provider/provider.hpp"
#include "host/command.hpp"

namespace heygen::host {
class Printer;
class Services;
}  // namespace heygen::host

namespace heygen::host::commands::auth {

/// --start, --finish, --port and --events.
struct StepOptions {
  bool start = false, finish = false, events = false;
  std::string address;     ///< of --finish; "-": on stdin
  std::uint16_t port = 0;  ///< 0: not given
};
std::vector<Option> step_option_list();
/// Throws Error{usage_error} for what does not go together.
StepOptions step_options(const Parsed& parsed);

/// --start without a method.
Error unnamed_start();
/// Runs the provider's login until it waits, keeps what finishes it, and prints `url`, `next` and `expires_at`. Throws
/// Error.
void start_login(Services& services, Printer& printer, const StepOptions& steps,
                 const heygen::provider::Manifest& manifest, const heygen::provider::GivenSettings& given);
/// `id`: the method that was named, or "". Throws Error: one sentence for each reason why it cannot be finished.
void finish_started_login(Services& services, Printer& printer, const StepOptions& steps, const std::string& id);

}  // namespace heygen::host::commands::auth
