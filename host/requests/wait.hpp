// SPDX-License-Identifier: Apache-2.0
// --wait: start a job, then ask until it is over.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "core/api/catalog.hpp"
#include "core/transport/api_client.hpp"
#include "host/printer.hpp"
#include "host/services.hpp"

namespace heygen::host::requests {

/// What a wait needs.
struct WaitDependencies {
  std::function<std::string(const transport::ApiRequest&)> send;  ///< gives the response's body
  std::function<void(const std::string&)> print;                  ///< the job's last response
  std::function<void(const std::string&)> status;                 ///< a line that replaces the one before; "" erases it
  std::function<void(const std::string& hint, const JobReference& job)> last_words;  ///< LastWordsScope::say()
  std::function<void(const std::string&)> keep;                                      ///< LastWordsScope::keep()
  Clock& clock;
  Random& random;
  const Cancel& cancel;
};

/// Sends the request of `command`, which has a poll, then polls. `limit` covers everything. A poll that fails for want
/// of network or because of an error of the API is retried until then, in the first half minute also one that does not
/// find the job; one whose Retry-After goes beyond it ends the wait. After a stop of the process (SIGSTOP) the job is
/// asked about once more before `limit` counts. Whatever ends the wait, what is known of a job that was started is
/// printed, once: its last response, or that to `create`, which is awaited a moment after a cancellation; and the
/// error's `job` names all IDs. Throws Error: timeout (exit 4), the job's failure (exit 1), errors of requests.
void run_and_wait(const WaitDependencies& needs, const api::Command& command, transport::ApiRequest create,
                  std::chrono::milliseconds limit);
void run_and_wait(Services& services, Printer& printer, const api::Command& command, transport::ApiRequest create,
                  std::chrono::milliseconds limit);

}  // namespace heygen::host::requests
