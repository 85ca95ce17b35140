// SPDX-License-Identifier: Apache-2.0
// heygen.clock/1
#include <algorithm>

#include "core/base/clock.hpp"
#include "core/provider/call/host_call.hpp"
#include "core/provider/login/browser_login.hpp"
#include "core/provider/service/services.hpp"

namespace heygen::provider {
namespace {

using std::chrono::milliseconds;

/// While an opener runs, waits are cut up to notice its failure.
constexpr milliseconds kSlice{250};
/// A login's wait is shown, second by second.
constexpr milliseconds kTick{1'000};

heygen_time HEYGEN_CALL now(const heygen_call* call) {
  return guarded_value(call, heygen_time{0}, [](HostCall& host) { return host.services.clock.now(); });
}

std::int64_t HEYGEN_CALL monotonic_ms(const heygen_call* call) {
  return guarded_value(call, std::int64_t{0},
                       [](HostCall& host) { return std::int64_t{host.services.clock.monotonic().count()}; });
}

heygen_status HEYGEN_CALL wait_ms(const heygen_call* call, std::uint32_t time) {
  return guarded(call, [&](HostCall& host) -> heygen_status {
    milliseconds left{time};
    if (const auto limit = host.time_left()) left = std::min(left, *limit);
    const bool shown = host.function == Function::login && host.services.waiting;  // to the end of the login
    do {
      const bool watching = host.browser && host.browser->descriptor() >= 0;
      const milliseconds part = std::min(left, watching ? kSlice : shown ? kTick : left);
      host.show_waiting();
      if (!host.services.clock.wait(part, host.services.cancel)) return HEYGEN_CANCELED;
      host.report_browser_failure();
      left -= part;
    } while (left.count() > 0);
    return HEYGEN_OK;
  });
}

heygen_str HEYGEN_CALL format(const heygen_call* call, heygen_time time) {
  return guarded_value(call, heygen_str{nullptr, 0}, [&](HostCall& host) { return host.keep(format_time(time)); });
}

heygen_status HEYGEN_CALL parse(const heygen_call* call, heygen_str text, heygen_time* out) {
  return guarded(call, [&](HostCall&) -> heygen_status {
    const auto time = parse_time(abi::view(text));
    if (!time || out == nullptr) return HEYGEN_USAGE;
    *out = *time;
    return HEYGEN_OK;
  });
}

}  // namespace

const heygen_clock_1_v& clock_service() {
  static constexpr heygen_clock_1_v kService{sizeof(kService), 0, now, monotonic_ms, wait_ms, format, parse};
  return kService;
}

}  // namespace heygen::provider
