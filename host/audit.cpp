// SPDX-License-Identifier: Apache-2.0
#include "host/audit.hpp"

#include <syslog.h>
#include <unistd.h>

namespace heygen::host {

void write_audit(const std::string& line) {
  openlog("heygen", LOG_PID | LOG_NDELAY, LOG_AUTHPRIV);
  syslog(LOG_NOTICE, "uid=%ld %s", static_cast<long>(getuid()), line.c_str());
  closelog();
}

}  // namespace heygen::host
