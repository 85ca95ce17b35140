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
  Clock& clock;
  Random& random;
  const Cancel& cancel;
};

/// Sends `create`, polls, and prints the job's last response. `limit` covers everything. Once the job's state was seen,
/// a poll that fails for want of network or because of an error of the API is retried until then. Whatever ends the
/// wait, the id of a job that was started is in the error: after a cancellation the response to `create` is awaited a
/// moment. Throws Error: timeout (exit 4), the job's failure (exit 1), errors of requests.
void run_and_wait(const WaitDependencies& needs, const api::Poll& poll, transport::ApiRequest create,
                  std::chrono::milliseconds limit);
void run_and_wait(Services& services, Printer& printer, const api::Poll& poll, transport::ApiRequest create,
                  std::chrono::milliseconds limit);

}  // namespace heygen::host::requests
