// SPDX-License-Identifier: Apache-2.0
// heygen.request/1
#include <openssl/evp.h>

#include "core/base/text.hpp"
#include "core/provider/call/host_call.hpp"
#include "core/provider/service/services.hpp"

namespace heygen::provider {
namespace {

heygen_str HEYGEN_CALL request_method(const heygen_call* call) {
  return guarded_value(call, heygen_str{nullptr, 0}, [](HostCall& host) { return abi::str(host.request.method); });
}

heygen_str HEYGEN_CALL request_url(const heygen_call* call) {
  return guarded_value(call, heygen_str{nullptr, 0}, [](HostCall& host) {
    const ProviderRequest& request = host.request;
    if (request.method.empty() || !request.url.empty()) return abi::str(request.url);
    return host.keep(host.services.api_base + request.path);
  });
}

heygen_status HEYGEN_CALL request_body_sha256(const heygen_call* call, std::uint8_t* out) {
  return guarded(call, [&](HostCall& host) -> heygen_status {
    if (out == nullptr) return host.refuse("request.body_sha256 got no place for the digest.");
    const std::optional<std::string_view> body = host.request.body;
    if (host.request.method.empty() || !body) return HEYGEN_NOT_CONFIGURED;
    const bool done = EVP_Digest(body->data(), body->size(), out, nullptr, EVP_sha256(), nullptr) == 1;
    return done ? HEYGEN_OK : HEYGEN_INTERNAL;
  });
}

heygen_str HEYGEN_CALL request_refusal_header(const heygen_call* call, heygen_str name) {
  return guarded_value(call, heygen_str{nullptr, 0}, [&](HostCall& host) {
    std::vector<std::string> values;
    for (const auto& [field, value] : host.request.refusal)
      if (iequals(field, abi::view(name))) values.push_back(value);
    return values.empty() ? heygen_str{nullptr, 0} : host.keep(join(values, ", "));
  });
}

}  // namespace

const heygen_request_1_v& request_service() {
  static constexpr heygen_request_1_v kService{
      sizeof(kService), 0, request_method, request_url, request_body_sha256, request_refusal_header};
  return kService;
}

}  // namespace heygen::provider
