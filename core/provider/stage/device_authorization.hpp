// SPDX-License-Identifier: Apache-2.0
// The response that begins a device login (RFC 8628 §3.2), recognized whichever provider asked for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/json/value.hpp"

namespace heygen::provider {

struct DeviceAuthorization {
  std::string user_code, page, page_with_code;  ///< the last one may be ""
  std::int64_t lifetime = 0;                    ///< seconds; 0: it does not say
};

/// Empty for any other response. JSON or a form; members as in RFC 8628, or in the camel case of AWS.
std::optional<DeviceAuthorization> read_device_authorization(int status, std::string_view body);

/// The members of the event `code`. `now`: of the response.
json::Object code_event(const DeviceAuthorization& device, std::int64_t now);

}  // namespace heygen::provider
