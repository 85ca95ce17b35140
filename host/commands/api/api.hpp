// SPDX-License-Identifier: Apache-2.0
// `heygen api METHOD PATH`: any endpoint, with everything the other commands have: credential, retries, errors.
#pragma once

#include "host/command.hpp"

namespace heygen::host::commands::api {

Command api_command();

}  // namespace heygen::host::commands::api
