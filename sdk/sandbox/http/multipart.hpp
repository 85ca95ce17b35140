// SPDX-License-Identifier: Apache-2.0
// multipart/form-data (RFC 7578), read in place: heads and their parameters as Poco reads them. Its MultipartReader is
// not used, because it adds a byte to content that ends with the start of a delimiter, and takes a form that is cut off
// for a complete one.
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

/// The parts of a body whose Content-Type is `content_type`. Throws Invalid for a body that is not such a form or has
/// no end.
std::vector<Part> read_parts(const Spool& body, const std::string& content_type);

}  // namespace heygen::sandbox
