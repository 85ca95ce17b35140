// SPDX-License-Identifier: Apache-2.0
// heygen.browser/1
#include "core/provider/login/browser.hpp"

#include "core/base/environment.hpp"
#include "core/provider/call/host_call.hpp"
#include "core/provider/login/browser_login.hpp"
#include "core/provider/service/services.hpp"

namespace heygen::provider {
namespace {

std::int32_t HEYGEN_CALL allowed(const heygen_call* call) {
  return guarded_value(call, std::int32_t{0}, [](HostCall& host) {
    return host.services.browser_login.allowed(host.services.environment) ? 1 : 0;
  });
}

heygen_status HEYGEN_CALL open(const heygen_call* call, heygen_str url) {
  return guarded(call, [&](HostCall& host) -> heygen_status {
    if (!is_browsable(abi::view(url)))
      return host.refuse("browser.open got text that is not a plain http or https URL.");
    if (!host.may_ask_user()) return HEYGEN_NEEDS_USER;
    if (!host.services.browser_login.allowed(host.services.environment)) return HEYGEN_UNSUPPORTED;
    host.browser = host.services.browser_login.open(std::string(abi::view(url)), host.services.environment,
                                                    host.secret_variables());
    return host.browser ? HEYGEN_OK : HEYGEN_UNSUPPORTED;
  });
}

}  // namespace

const heygen_browser_1_v& browser_service() {
  static constexpr heygen_browser_1_v kService{sizeof(kService), 0, allowed, open};
  return kService;
}

}  // namespace heygen::provider
