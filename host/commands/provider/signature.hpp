// SPDX-License-Identifier: Apache-2.0
// Who signed a provider, as far as this user can know.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/json/value.hpp"
#include "core/provider/discovery/registry.hpp"
#include "core/provider/signature/minisign.hpp"
#include "host/commands/provider/files.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::provider {

/// Of the policy, then of the user's settings; those that are not valid are left out. A key of the policy keeps its
/// name there.
std::vector<heygen::provider::PublicKey> trusted_keys(Services& services);

/// From "RW…", or from a key file. Throws Error{usage_error}.
heygen::provider::PublicKey read_key(const std::string& text_or_file);

/// For lists: {"state": "valid", "key": ID, "name": NAME}, or "unsigned", "untrusted" or "invalid" with "reason". Reads
/// the files of a provider that has signatures, and checks them whole.
json::Value signature_report(Services& services, const heygen::provider::DiscoveredProvider& found);
/// "signed by NAME (key ID)", "unsigned", …
std::string signature_text(const json::Value& report);

/// What an installation demands of the signatures.
struct SignatureDemand {
  std::optional<heygen::provider::PublicKey> key{};  ///< --key
  bool from_network = false;                         ///< then there must be one
  bool allow_unsigned = false;                       ///< unless this is said
};

/// Reads both signatures into `files`, and verifies manifest and library, whose digest is kept there. Returns who
/// signed; empty for a provider without a signature by a trusted key, where that is permitted. Throws
/// Error{usage_error} when the policy or the demand is not met, and for a signature of a trusted key that is not valid.
std::optional<heygen::provider::PublicKey> require_signature(Services& services, ProviderFiles& files,
                                                             const SignatureDemand& demand);

}  // namespace heygen::host::commands::provider
