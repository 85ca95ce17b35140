// SPDX-License-Identifier: Apache-2.0
// A complete HTTP response, kept for a provider until its function returns.
#pragma once

#include <deque>
#include <string>

#include "core/base/secret.hpp"
#include "core/net/http.hpp"

namespace heygen::provider {

struct HttpResponse {
  HttpResponse() = default;
  HttpResponse(const HttpResponse&) = delete;
  HttpResponse& operator=(const HttpResponse&) = delete;
  ~HttpResponse() { wipe(body); }

  int status = 0;
  net::Headers headers;
  std::string body;
  mutable std::deque<std::string> joined;  ///< what header() handed out
};

}  // namespace heygen::provider
