// SPDX-License-Identifier: Apache-2.0
// The requests to the sandbox, for tests and for debugging: never a credential in clear text.
#pragma once

#include <cstdint>
#include <cstdio>
#include <deque>
#include <memory>
#include <mutex>
#include <string>

#include "sdk/sandbox/http/http.hpp"

namespace heygen::sandbox {

/// Thread-safe. Remembers the last 10,000 requests; the file gets every one, one JSON object per line.
class RequestLog {
 public:
  /// file: appended to, created when missing; "" for none. Throws Failure when it cannot be opened.
  explicit RequestLog(const std::string& file);

  void add(std::int64_t time, const Request& request, const Response& response);
  /// A list in JSON.
  std::string entries();
  /// The file keeps its lines.
  void clear();

 private:
  struct Close {
    void operator()(std::FILE* file) const { static_cast<void>(std::fclose(file)); }
  };
  std::unique_ptr<std::FILE, Close> file_;
  std::mutex mutex_;
  std::deque<std::string> entries_;  ///< in JSON
};

}  // namespace heygen::sandbox
