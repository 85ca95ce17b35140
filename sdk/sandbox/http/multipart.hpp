// multipart/form-data (RFC 7578), read in place.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sdk/sandbox/http/spool.hpp"

namespace heygen::sandbox {

struct Part {
  std::string name;
  std::string filename;  ///< "" when there is none
  std::string type;      ///< Content-Type, as sent
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

/// The parts of a body whose Content-Type is `content_type`. Throws Invalid for a body that has no such form or no end.
std::vector<Part> read_parts(const Spool& body, const std::string& content_type);

}  // namespace heygen::sandbox
