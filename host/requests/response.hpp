// SPDX-License-Identifier: Apache-2.0
// Responses of the API on their way to the user.
#pragma once

#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/json/value.hpp"
#include "core/output/style.hpp"
#include "core/transport/api_client.hpp"
#include "host/printer.hpp"

namespace heygen::host::requests {

/// The response's body as one line of JSON without newline, its bytes kept; "" for a response that has none (204,
/// HEAD). Nothing is returned before the whole document has been checked. Throws Error, also when the line is longer
/// than `limit` bytes.
std::string read_response(const transport::ApiRequest& request, transport::ApiResponse& response, std::size_t limit);

/// Sends and reads.
std::string send(transport::ApiClient& client, const transport::ApiRequest& request);

/// The response as a value. Throws Error{error} when it is not JSON.
json::Value parse_response(const std::string& text);

/// Sends and prints; nothing before all of the response has been checked. As JSON to a file or a pipe, memory does not
/// grow with it.
void send_and_print(transport::ApiClient& client, Printer& printer, const transport::ApiRequest& request,
                    const std::vector<output::Column>& columns = {});

/// One line of JSON, or human-readable. Prints nothing for "".
void print_response(Printer& printer, const std::string& text, const std::vector<output::Column>& columns = {});

}  // namespace heygen::host::requests
