// SPDX-License-Identifier: Apache-2.0
// heygen.key/1
#include <optional>
#include <stdexcept>
#include <utility>

#include "core/provider/call/host_call.hpp"
#include "core/provider/service/services.hpp"
#include "core/provider/service/stored/signing_key.hpp"
#include "core/provider/stage/login_stage.hpp"
#include "core/provider/text_rules.hpp"
#include "core/store/provider/provider_keys.hpp"

namespace heygen::provider {
namespace {

heygen_status HEYGEN_CALL create_key(const heygen_call* call, heygen_str name, heygen_str algorithm) {
  return guarded(call, [&](HostCall& host) -> heygen_status {
    if (host.function != Function::login) return host.refuse("key.create is for login() alone.");
    if (!is_entry_name(abi::view(name))) return host.refuse("key.create refused the name: it is not of its form.");
    if (host.services.keys == nullptr) return HEYGEN_UNSUPPORTED;
    if (host.request.stage != nullptr && host.request.stage->has_keys() &&
        host.services.keys->created(host.manifest.id).find(std::string(abi::view(name))))
      return HEYGEN_OK;
    const auto key = SigningKey::make(abi::view(algorithm));
    if (!key) return HEYGEN_UNSUPPORTED;
    if (!host.services.keys->create(host.manifest.id, std::string(abi::view(name)), key->pem()))
      return host.refuse("key.create was asked for more than 8 keys.");
    return HEYGEN_OK;
  });
}

heygen_status damaged(HostCall& host, const std::filesystem::path& file) {
  if (host.function == Function::login) return HEYGEN_NOT_CONFIGURED;  // it may create one
  return host.fail(HEYGEN_BROKEN, "The keys of " + host.manifest.title + " in " + file.string() + " are damaged.",
                   "Log in again.");
}

/// `use` makes the answer of the key.
template <class Use>
heygen_status with_key(const heygen_call* call, const char* function, heygen_str name, heygen_str* answer, Use use) {
  return guarded(call, [&](HostCall& host) -> heygen_status {
    const std::string self = std::string("key.") + function;
    if (answer == nullptr) return host.refuse(self + " got no place for the answer.");
    *answer = {nullptr, 0};
    if (!is_entry_name(abi::view(name))) return host.refuse(self + " refused the name: it is not of its form.");
    if (host.services.keys == nullptr) return HEYGEN_NOT_CONFIGURED;
    const auto pem = host.services.keys->find(host.manifest.id, std::string(abi::view(name)));
    if (!pem) {
      const auto file = host.services.keys->damaged(host.manifest.id);
      return file ? damaged(host, *file) : HEYGEN_NOT_CONFIGURED;
    }
    std::optional<SigningKey> key;
    try {
      key.emplace(*pem);
    } catch (const std::runtime_error&) {
      return damaged(host, host.services.keys->file(host.manifest.id));
    }
    *answer = host.keep(use(*key));
    return HEYGEN_OK;
  });
}

heygen_status HEYGEN_CALL public_jwk_of(const heygen_call* call, heygen_str name, heygen_str* jwk) {
  return with_key(call, "public_jwk", name, jwk, [](const SigningKey& key) { return key.public_jwk(); });
}

heygen_status HEYGEN_CALL thumbprint_of(const heygen_call* call, heygen_str name, heygen_str* text) {
  return with_key(call, "thumbprint", name, text, [](const SigningKey& key) { return key.thumbprint(); });
}

heygen_status HEYGEN_CALL sign_with(const heygen_call* call, heygen_str name, heygen_str data, heygen_str* signature) {
  return with_key(call, "sign", name, signature, [&](const SigningKey& key) { return key.sign(abi::view(data)); });
}

}  // namespace

const heygen_key_1_v& key_service() {
  static constexpr heygen_key_1_v kService{sizeof(kService), 0, create_key, public_jwk_of, thumbprint_of, sign_with};
  return kService;
}

}  // namespace heygen::provider
