// SPDX-License-Identifier: Apache-2.0
// What the account has of one kind, in the order it came.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "sdk/sandbox/http/json.hpp"
#include "sdk/sandbox/http/spool.hpp"

namespace heygen::sandbox {

/// The bytes of an upload.
struct Content {
  std::shared_ptr<const Spool> spool;
  std::string digest;  ///< SHA-256, hex
};

struct Record {
  std::uint64_t sequence = 0;  ///< from 1, grows with every record of its kind
  std::string id;
  Object facts;                 ///< what the record was made from, and what changed since
  std::int64_t created_at = 0;  ///< seconds since 1970

  // Of a job. The defaults are those of what was complete from the start.
  std::chrono::milliseconds since{};  ///< by the monotonic clock
  std::chrono::milliseconds delay{};  ///< how long it takes
  bool fails = false;

  Content content;  ///< of an uploaded file
};

class Records {
 public:
  Record& add(const std::string& id, const Object& facts, std::int64_t created_at);
  /// nullptr when there is none. Good until the record is removed.
  Record* find(const std::string& id);
  /// False when there was none.
  bool remove(const std::string& id);
  /// Oldest first.
  const std::map<std::uint64_t, Record>& all() const { return records_; }

 private:
  std::uint64_t last_ = 0;
  std::map<std::uint64_t, Record> records_;
  std::map<std::string, std::uint64_t> sequences_;
};

}  // namespace heygen::sandbox
