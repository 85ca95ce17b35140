// SPDX-License-Identifier: Apache-2.0
// The administrator's log: what was loaded, under which rule.
#pragma once

#include <string>

namespace heygen::host {

/// One line to syslog (facility authpriv) with the process and the user. It never holds a secret.
void write_audit(const std::string& line);

}  // namespace heygen::host
