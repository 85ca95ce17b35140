// SPDX-License-Identifier: Apache-2.0
// The administrator's log: one JSON object per event, in syslog's facility authpriv, which journald reads too. It never
// holds a secret.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "core/base/audit_event.hpp"
#include "core/base/fd.hpp"

namespace heygen {
class Clock;
}

namespace heygen::host {

/// Of the process that acts.
struct AuditSubject {
  uid_t user = 0;
  std::string command;  ///< its words, without arguments
  std::string profile;
};

/// RFC 5424 §6.1: what every receiver of syslog should accept, without what syslog puts before it.
inline constexpr std::size_t kLongestAuditRecord = 1900;

/// One line of printable text, at most kLongestAuditRecord bytes: a long text is cut, and the object stays whole.
std::string audit_record(const AuditEvent& event, const AuditSubject& subject, std::int64_t now);

class AuditLog {
 public:
  /// `socket`: of syslog, /dev/log. The clock outlives it.
  explicit AuditLog(Clock& clock, std::filesystem::path socket = "/dev/log");

  /// Opens the connection, which stays. Returns why it cannot be used, or "".
  std::string open();
  /// Returns why the record was not written, or "". Waits at most 2 s for a log that is busy.
  std::string write(const AuditEvent& event);

  AuditSubject subject;

 private:
  std::string send(const std::string& line);

  Clock& clock_;
  const std::filesystem::path path_;
  UniqueFd socket_;
  bool is_stream_ = false;
};

}  // namespace heygen::host
