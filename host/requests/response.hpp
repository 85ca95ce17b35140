// SPDX-License-Identifier: Apache-2.0
// Responses of the API on their way to the user.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/json/value.hpp"
#include "core/output/style.hpp"
#include "core/transport/api_client.hpp"
#include "host/printer.hpp"

namespace heygen::host::requests {

/// Sends, and returns the response's body as one line of JSON without newline, its bytes kept; "" for a response that
/// has none (204, HEAD). Nothing is returned before the whole document has been checked. Throws Error, also when the
/// line is longer than the client's buffer limit.
std::string send(transport::ApiClient& client, const transport::ApiRequest& request);

/// The same for a request that starts a job: a response that is not JSON, too large or cut short is printed as it came
/// before its Error is thrown, `before_printing` having been called.
std::string send_and_keep(transport::ApiClient& client, const Printer& printer, const transport::ApiRequest& request,
                          const std::function<void()>& before_printing);

/// The response as a value. Throws Error{error} when it is not JSON.
json::Value parse_response(const std::string& text);

/// Sends and prints; nothing before all of the response has been checked. As JSON to a file or a pipe, memory does not
/// grow with it.
void send_and_print(transport::ApiClient& client, Printer& printer, const transport::ApiRequest& request,
                    const std::vector<output::Column>& columns = {});

/// Prints the response to `request`. When it cannot be written, though the request changed something, the Error names
/// the IDs in it, also when the reader of stdout has gone.
void print_result(Printer& printer, const transport::ApiRequest& request, const std::string& text,
                  const std::vector<output::Column>& columns = {});

/// Calls `print`; a reader of stdout that has gone is an Error{cli_file_io_error}, and no reason to end quietly.
void print_or_fail(const std::function<void()>& print);

/// One line of JSON as send() gives it, or human-readable. Prints nothing for "".
void print_response(Printer& printer, const std::string& text, const std::vector<output::Column>& columns = {});

}  // namespace heygen::host::requests
