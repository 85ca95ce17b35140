// SPDX-License-Identifier: Apache-2.0
// heygen.random/1
#include "core/base/random.hpp"

#include <span>

#include "core/provider/call/host_call.hpp"
#include "core/provider/service/services.hpp"

namespace heygen::provider {
namespace {

constexpr std::size_t kMaxRandom = 4096;

heygen_status HEYGEN_CALL fill(const heygen_call* call, std::uint8_t* out, std::size_t size) {
  return guarded(call, [&](HostCall& host) -> heygen_status {
    if (out == nullptr || size > kMaxRandom)
      return host.refuse("random.fill got NULL or more than 4096 bytes to fill.");
    host.services.random.fill(std::as_writable_bytes(std::span(out, size)));
    return HEYGEN_OK;
  });
}

}  // namespace

const heygen_random_1_v& random_service() {
  static constexpr heygen_random_1_v kService{sizeof(kService), 0, fill};
  return kService;
}

}  // namespace heygen::provider
