// SPDX-License-Identifier: Apache-2.0
// Where the bytes of a download go.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/transport/rules/range.hpp"

namespace heygen::host::transfer {

/// The exact version of a file on a server, and that can be asked for in pieces.
struct Version {
  transport::Validator validator;
  std::uint64_t length = 0;
  bool operator==(const Version&) const = default;
};

class Sink {
 public:
  virtual ~Sink() = default;
  /// The version that size() bytes are there of already, if it is known.
  virtual const std::optional<Version>& version() const = 0;
  /// Bytes from the start of the file.
  virtual std::uint64_t size() const = 0;
  /// Drops all of them, for bytes of another version, or of one that cannot be resumed. False: it cannot.
  virtual bool restart(std::optional<Version> version) = 0;
  virtual void write(std::string_view data) = 0;
};

}  // namespace heygen::host::transfer
