// One careful request with a credential that may not be stored yet: does the server accept it, and whose is it?
#pragma once

#include <string>

#include "core/auth/credential.hpp"
#include "core/json/value.hpp"

namespace heygen {
class Cancel;
}
namespace heygen::net {
class Http;
}

namespace heygen::host {

struct Probe {
  enum class Verdict {
    accepted,  ///< 2xx
    refused,   ///< 401
    unknown,   ///< anything else, or nothing was sent
  };
  Verdict verdict = Verdict::unknown;
  json::Value user = json::Object{};  ///< as the file keeps it; empty when the reply did not say
  std::string trouble;                ///< a sentence when something is not as it should be, else ""
};

struct ProbeTarget {
  std::string base;         ///< HEYGEN_API_BASE
  bool allow_http = false;  ///< else nothing is sent over plain http
  std::string user_agent;
};

/// GET /v3/users/me with the credential's headers and nothing else that says who asks; 10 s, no retries. A
/// redirect is followed within the origin only. Throws Error{canceled}; everything else is a verdict.
Probe probe_credential(net::Http& http, const ProbeTarget& target,
                       const std::vector<provider::CredentialHeader>& headers, const Cancel& cancel);

}  // namespace heygen::host
