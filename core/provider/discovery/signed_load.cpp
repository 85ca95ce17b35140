// SPDX-License-Identifier: Apache-2.0
#include "core/provider/discovery/signed_load.hpp"

#include <utility>

#include "core/provider/policy/trust.hpp"

namespace heygen::provider {

SignatureRefusal::SignatureRefusal(const std::string& why, std::string by)
    : Refusal(why + ", and the policy " + by + " requires a signature by a key that it trusts"), rule(std::move(by)) {}

std::optional<Signer> require_signed_manifest(const Policy& policy, Origin origin,
                                              const std::filesystem::path& manifest, const std::string& text) {
  const std::string rule = signature_rule(policy, origin);
  if (rule.empty()) return {};
  try {
    const auto signature = read_signature(manifest);
    return verify_manifest({manifest.filename().string(), text, signature}, policy.trust.keys);
  } catch (const Refusal& refusal) {
    throw SignatureRefusal(manifest.string() + ": " + refusal.what(), rule);
  }
}

PinnedImage fix_signed_library(const std::filesystem::path& file, const std::filesystem::path& library,
                               const Signer& signer, const std::string& rule, const Pin* pin) {
  const auto accept = [&](int image, const std::string& digest) {
    if (pin != nullptr) require_pin(digest, pin->library, "the library");
    try {
      verify_library_image(image, library.filename().string(), read_signature(library), signer);
    } catch (const Refusal& refusal) {
      throw SignatureRefusal(refusal.what(), rule);
    }
  };
  return fix_library(file, accept, pin != nullptr ? "pinned" : "signed");
}

}  // namespace heygen::provider
