// SPDX-License-Identifier: Apache-2.0
// The files that things of the account point to, and how they are served.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "sdk/sandbox/http/http.hpp"
#include "sdk/sandbox/http/spool.hpp"

namespace heygen::sandbox {

struct File {
  std::string type;
  std::string tag;      ///< names the bytes: equal for equal ones
  std::string content;  ///< all of it, unless there is a spool
  std::shared_ptr<const Spool> spool;
  std::uint64_t size = 0;
};

/// The file of that name, of the kind that its end tells; the same name gives the same bytes. Videos have 64 KiB and no
/// tracks: enough for what looks at the type and the bytes, nothing to watch. Sound is a quiet tone.
File generated_file(const std::string& name, double duration);

/// GET or HEAD of a file: strong ETag, conditional requests and single ranges (RFC 9110 §13, §14).
Response serve_file(const Request& request, const File& file);

}  // namespace heygen::sandbox
