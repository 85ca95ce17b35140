// SPDX-License-Identifier: Apache-2.0
// The child's end of the connection to heygen.
#pragma once

#include "core/provider/wire/frame.hpp"
#include "core/provider/wire/hello.hpp"

namespace heygen::runner {

using provider::wire::Frame;
using provider::wire::Kind;
using provider::wire::Reader;
using provider::wire::Writer;

/// Sends a frame, whole: from any thread. Ends the process when the host is gone, or when the frame never got complete.
void send(Writer& frame);
/// Likewise, with descriptors.
void send_with(Writer& frame, const int* descriptors, int count);

/// Waits for the next frame, which stays until the next call. One thread at a time. Ends the process when the host is
/// gone or sends what is not a frame.
Frame receive();
/// The next of the descriptors that came with frames; -1 when there is none.
int take_descriptor();

/// Tells the host why, and ends the process.
[[noreturn]] void end(provider::wire::ChildFault fault, const char* why = "");

}  // namespace heygen::runner
