// --wait: start a job, then ask until it is over.
#pragma once

#include <chrono>
#include <string>

#include "core/api/catalogue.hpp"
#include "core/transport/api_client.hpp"
#include "host/context.hpp"

namespace heygen::host {

/// Sends `create`, polls, and prints the job's last reply. `limit` covers everything. The id of a job that was started
/// is in every error that follows. Throws Error: timeout (exit 4), the job's failure (exit 1), errors of requests.
void run_and_wait(Context& context, const api::Poll& poll, transport::ApiRequest create,
                  std::chrono::milliseconds limit);

}  // namespace heygen::host
