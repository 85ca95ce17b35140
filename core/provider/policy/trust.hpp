// SPDX-License-Identifier: Apache-2.0
// The table [trust] of a policy: whose signatures count, and who needs one.
#pragma once

#include <string>
#include <vector>

#include "core/provider/signature/minisign.hpp"

namespace heygen::config {
struct TomlValue;
}

namespace heygen::provider {

struct Policy;
enum class Origin : unsigned char;

/// Each demands more than the one before.
enum class SignaturesOf : unsigned char {
  none,    ///< require_signature = false
  others,  ///< = true: all but those of the installation's own directory
  all,     ///< = "all"
};

struct Trust {
  std::vector<PublicKey> keys;
  SignaturesOf required_of = SignaturesOf::none;
};

/// "false", "true" or "all".
const char* name_of(SignaturesOf required_of);

// How a policy is read; each throws PolicyError.
void read_trusted_keys(Policy& policy, const config::TomlValue& value);
void read_required_signature(Policy& policy, const config::TomlValue& value);
void check_trust(const Policy& policy);

/// The rule by which a provider from a directory of that origin must be signed, pinned or not; "" when it need not be.
std::string signature_rule(const Policy& policy, Origin origin);

}  // namespace heygen::provider
