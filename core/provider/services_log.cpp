// heygen.log/1 and heygen.cancel/1: callable from any thread.
#include <algorithm>
#include <mutex>

#include "core/base/cancel.hpp"
#include "core/base/text.hpp"
#include "core/provider/host_call.hpp"

namespace heygen::provider {
namespace {

void HEYGEN_CALL write(const heygen_call* call, std::int32_t level, heygen_str text) {
  static std::mutex mutex;
  const HostCall* host = HostCall::of_any_thread(call);
  if (host == nullptr || !abi::is_sound(text) || !host->services.log) return;
  try {
    const std::string line = host->manifest.id + ": " + printable(abi::view(text));
    const std::lock_guard lock(mutex);
    host->services.log(std::clamp<std::int32_t>(level, HEYGEN_LOG_DEBUG, HEYGEN_LOG_WARNING), line);
  } catch (...) {  // a line that cannot be written is not worth a failed command
  }
}

std::int32_t HEYGEN_CALL cancelled(const heygen_call* call) {
  const HostCall* host = HostCall::of_any_thread(call);
  return host != nullptr && host->services.cancel.requested() ? 1 : 0;
}

std::int32_t HEYGEN_CALL descriptor(const heygen_call* call) {
  const HostCall* host = HostCall::of_any_thread(call);
  return host != nullptr ? host->services.cancel.descriptor() : -1;
}

}  // namespace

const heygen_log_1_v& log_service() {
  static constexpr heygen_log_1_v kService{sizeof(kService), 0, write};
  return kService;
}

const heygen_cancel_1_v& cancel_service() {
  static constexpr heygen_cancel_1_v kService{sizeof(kService), 0, cancelled, descriptor};
  return kService;
}

}  // namespace heygen::provider
