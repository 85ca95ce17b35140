// SPDX-License-Identifier: Apache-2.0
// X-HeyGen-Client-Origin: which agent runs heygen.
#pragma once

#include <string>

namespace heygen {
class Environment;
}

namespace heygen::transport {

/// The agent that the environment shows, such as "claude_code", or "".
std::string detect_client_origin(const Environment& environment);

}  // namespace heygen::transport
