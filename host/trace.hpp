// --verbose for requests that are not calls of the API: those of providers, and downloads.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/base/clock.hpp"
#include "core/net/http.hpp"

namespace heygen::host {

/// `inner`, and a line for each request, response and failure. Only method, redacted URL and status: what is in
/// the headers and bodies is the provider's secret. `line` is called on the sending thread.
std::unique_ptr<net::Http> make_traced(net::Http& inner, Clock& clock, std::function<void(const std::string&)> line);

}  // namespace heygen::host
