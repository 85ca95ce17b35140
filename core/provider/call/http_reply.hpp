// A whole HTTP reply, kept for a provider until its function returns.
#pragma once

#include <deque>
#include <string>

#include "core/base/secret.hpp"
#include "core/net/http.hpp"

namespace heygen::provider {

struct HttpReply {
  HttpReply() = default;
  HttpReply(const HttpReply&) = delete;
  HttpReply& operator=(const HttpReply&) = delete;
  ~HttpReply() { wipe(body); }

  int status = 0;
  net::Headers headers;
  std::string body;
  mutable std::deque<std::string> joined;  ///< what header() handed out
};

}  // namespace heygen::provider
