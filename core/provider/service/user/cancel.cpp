// SPDX-License-Identifier: Apache-2.0
// heygen.cancel/1, from any thread
#include "core/base/cancel.hpp"

#include "core/provider/call/host_call.hpp"
#include "core/provider/service/services.hpp"

namespace heygen::provider {
namespace {

std::int32_t HEYGEN_CALL canceled(const heygen_call* call) {
  const HostCall* host = HostCall::of_any_thread(call);
  return host != nullptr && host->services.cancel.requested() ? 1 : 0;
}

std::intptr_t HEYGEN_CALL descriptor(const heygen_call* call) {
  const HostCall* host = HostCall::of_any_thread(call);
  if (CallObserver* observer = call_observer()) observer->polls_cancellation();
  return host != nullptr ? host->services.cancel.descriptor() : -1;
}

}  // namespace

const heygen_cancel_1_v& cancel_service() {
  static constexpr heygen_cancel_1_v kService{sizeof(kService), 0, canceled, descriptor};
  return kService;
}

}  // namespace heygen::provider
