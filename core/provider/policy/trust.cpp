// SPDX-License-Identifier: Apache-2.0
#include "core/provider/policy/trust.hpp"

#include <algorithm>
#include <array>
#include <variant>

#include "core/base/text.hpp"
#include "core/config/toml_document.hpp"
#include "core/provider/policy/policy.hpp"
#include "core/provider/refusal.hpp"

namespace heygen::provider {
namespace {

using config::TomlValue;

constexpr std::size_t kMaxTrustKeys = 64;
constexpr const char* kTrustKeys = "trust.keys";
constexpr const char* kTrustRequired = "trust.require_signature";

[[noreturn]] void refuse_trust(const TomlValue& value, const char* key, const std::string& what) {
  throw PolicyError(value.line, key, what);
}

}  // namespace

const char* name_of(SignaturesOf required_of) {
  constexpr std::array<const char*, 3> kNames{"false", "true", "all"};
  return kNames.at(static_cast<std::size_t>(required_of));
}

void read_trusted_keys(Policy& policy, const TomlValue& value) {
  if (value.kind != TomlValue::Kind::texts) refuse_trust(value, kTrustKeys, "must be a list of minisign public keys");
  if (value.texts.empty() || value.texts.size() > kMaxTrustKeys) {
    refuse_trust(value, kTrustKeys, "must have 1 to " + std::to_string(kMaxTrustKeys) + " keys");
  }
  for (const std::string& text : value.texts) {
    try {
      if (has_control(text)) refuse("it has control characters");
      const PublicKey key = parse_public_key(text);
      const auto same = [&](const PublicKey& other) { return other.same_key(key); };
      if (std::ranges::any_of(policy.trust.keys, same)) refuse("the list has it twice");
      policy.trust.keys.push_back(key);
    } catch (const Refusal& refusal) {
      throw PolicyError(value.line, kTrustKeys, "has \"" + shown_word(text) + "\": " + refusal.what(),
                        "A key is the second line of a `.pub` file of minisign; a name may follow it.");
    }
  }
}

void read_required_signature(Policy& policy, const TomlValue& value) {
  const auto* text = std::get_if<std::string>(&value.scalar);
  const auto* flag = std::get_if<bool>(&value.scalar);
  const bool scalar = value.kind == TomlValue::Kind::scalar;
  if (scalar && flag != nullptr) {
    policy.trust.required_of = *flag ? SignaturesOf::others : SignaturesOf::none;
  } else if (scalar && text != nullptr && *text == "all") {
    policy.trust.required_of = SignaturesOf::all;
  } else {
    refuse_trust(value, kTrustRequired, R"(must be true, false or "all")");
  }
}

void check_trust(const Policy& policy) {
  if (policy.trust.required_of == SignaturesOf::none || !policy.trust.keys.empty()) return;
  const auto line = policy.lines.find(kTrustRequired);
  throw PolicyError(line == policy.lines.end() ? 1 : line->second, kTrustRequired,
                    "needs `trust.keys`: without a trusted key it would let no provider load");
}

std::string signature_rule(const Policy& policy, Origin origin) {
  const SignaturesOf required_of = policy.trust.required_of;
  const bool needed =
      required_of == SignaturesOf::all || (required_of == SignaturesOf::others && origin != Origin::system);
  return policy.in_effect() && needed ? policy.rule(kTrustRequired) : std::string{};
}

}  // namespace heygen::provider
