// SPDX-License-Identifier: Apache-2.0
// `heygen video download`: the finished file of a video.
#pragma once

#include "host/command.hpp"

namespace heygen::host::commands::video {

Command download_command();

}  // namespace heygen::host::commands::video
