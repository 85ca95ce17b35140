// SPDX-License-Identifier: Apache-2.0
// Idempotency keys: a request that comes again with its key gets the first response, and nothing is done twice.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "sdk/sandbox/http/http.hpp"

namespace heygen::sandbox {

/// How the next request with a key is disturbed, after it has acted.
enum class Interruption {
  none,
  lost,    ///< its response does not arrive
  error,   ///< 502 in place of its response
  pending  ///< as lost; then it is in progress for the next two requests with its key
};

/// Not thread-safe: Api holds a lock around every call.
class Keys {
 public:
  /// Throws Invalid for a key that is blank, too long, or of other characters than the API takes.
  static void check(const std::string& key);

  /// What answers a request with this key, whatever its body; nullptr for the first one. now: seconds since 1970.
  const Response* find(const std::string& scope, std::int64_t now);
  /// Keeps the response to the first request. Returns what is sent in its place.
  Response keep(const std::string& scope, const Response& response, std::int64_t now);
  void interrupt(Interruption how) { next_ = how; }
  void clear();

 private:
  struct Kept {
    Response response;
    std::int64_t at = 0;
    int in_progress = 0;  ///< for so many requests
  };
  std::map<std::string, Kept> kept_;
  Interruption next_ = Interruption::none;
  Response busy_;
};

}  // namespace heygen::sandbox
