// SPDX-License-Identifier: Apache-2.0
// What a policy that requires signatures means for a provider that is examined and loaded.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/provider/library/pin.hpp"
#include "core/provider/policy/policy.hpp"
#include "core/provider/refusal.hpp"
#include "core/provider/signature/signed_files.hpp"

namespace heygen::provider {

/// The policy refuses a provider for its signature.
class SignatureRefusal : public Refusal {
 public:
  /// `why`: a clause; `by`: the rule that requires the signature.
  SignatureRefusal(const std::string& why, std::string by);
  std::string rule;
};

/// Who signed the manifest, whose text this is; empty where the policy asks for no signature. Throws SignatureRefusal.
std::optional<Signer> require_signed_manifest(const Policy& policy, Origin origin,
                                              const std::filesystem::path& manifest, const std::string& text);

/// fix_library() of `file`: the bytes that are verified are those that are loaded. `library` is its path as the
/// manifest names it, with the signature beside it. A pin, where there is one (else nullptr), must fit, too. Throws
/// SignatureRefusal, or Refusal as fix_library() does.
PinnedImage fix_signed_library(const std::filesystem::path& file, const std::filesystem::path& library,
                               const Signer& signer, const std::string& rule, const Pin* pin);

}  // namespace heygen::provider
