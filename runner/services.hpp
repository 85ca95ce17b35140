// SPDX-License-Identifier: Apache-2.0
// The services as the provider sees them.
#pragma once

#include <heygen/provider.h>

#include "runner/stub.hpp"

namespace heygen::runner {

/// The stub of a function of HEYGEN_WIRE_PLAIN.
template <Code kCode>
struct Plain;
#define HEYGEN_RUNNER_PLAIN(service, function, failed) \
  template <>                                          \
  struct Plain<Code::service##_##function>             \
      : Stub<Code::service##_##function, failed, decltype(provider::wire::table::service::function)> {};
HEYGEN_WIRE_PLAIN(HEYGEN_RUNNER_PLAIN)
#undef HEYGEN_RUNNER_PLAIN

const heygen_sink& sink();
const heygen_http_1_v& http_service();
const heygen_json_1_v& json_service();

/// The descriptor that polls readable once the user cancels.
void set_cancel_descriptor(int descriptor);

/// heygen_call.get_extension.
const void* HEYGEN_CALL find_service(const heygen_call* call, heygen_str id);

}  // namespace heygen::runner
