// SPDX-License-Identifier: Apache-2.0
// --verbose: what is sent and received, without secrets.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/base/clock.hpp"
#include "core/net/http.hpp"

namespace heygen::host {

enum class TraceDetail : unsigned char {
  summary,  ///< method, redacted URL, status: for providers, whose headers and bodies are their secrets
  headers,  ///< the redacted headers too: for calls of the API
};

/// `inner`, and a line for each request, response and failure. `line` is called on the sending thread.
std::unique_ptr<net::Http> make_traced(net::Http& inner, Clock& clock, TraceDetail detail,
                                       std::function<void(const std::string&)> line);

}  // namespace heygen::host
