// SPDX-License-Identifier: Apache-2.0
#include "host/commands/provider/signature.hpp"

#include <algorithm>
#include <stdexcept>
#include <system_error>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/limits.hpp"
#include "core/base/text.hpp"
#include "core/provider/library/pin.hpp"
#include "core/provider/policy/trust.hpp"
#include "core/provider/refusal.hpp"
#include "core/provider/signature/signed_files.hpp"
#include "host/provider_settings.hpp"

namespace heygen::host::commands::provider {

using heygen::provider::PublicKey;
using heygen::provider::Refusal;
using heygen::provider::Signer;

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxKeyFile = 4 * limits::kKiB;

std::string bytes_of(const fs::path& file, std::size_t limit) {
  try {
    if (auto bytes = read_regular_file(file, limit)) return *std::move(bytes);
    throw Refusal(file.string() + " is missing");
  } catch (const std::system_error& error) {
    throw Refusal(file.string() + " cannot be read: " + describe_read_error(error, limit));
  }
}

bool is_by_one_of(const std::string& signature, const std::vector<PublicKey>& keys) {
  const heygen::provider::KeyId id = heygen::provider::parse_signature(signature).key;
  return std::ranges::any_of(keys, [&](const PublicKey& key) { return key.id == id; });
}

/// The parts of a provider that are signed, as they are on disk.
struct SignedParts {
  std::string manifest_name, manifest, library_name, library;
  std::optional<std::string> manifest_signature{}, library_signature{};

  Signer verify(const std::vector<PublicKey>& keys) const {
    Signer signer = heygen::provider::verify_manifest({manifest_name, manifest, manifest_signature}, keys);
    heygen::provider::verify_library({library_name, library, library_signature}, signer);
    return signer;
  }
};

json::Value report_of(const char* state, const std::string& reason = {}) {
  json::Value out = json::Object{{"state", state}};
  if (!reason.empty()) out.set("reason", printable(reason));
  return out;
}

json::Value report_of(const PublicKey& key) {
  json::Value out = report_of("valid");
  out.set("key", heygen::provider::key_id_text(key.id));
  if (!key.name.empty()) out.set("name", key.name);
  return out;
}

Error not_installed(const std::string& id, const std::string& why, std::string hint) {
  return usage_error("The provider `" + id + "` was not installed: " + why + ".", std::move(hint));
}

constexpr const char* kPolicyHint =
    "`heygen policy show` shows whose signatures the administrator of this machine trusts.";
constexpr const char* kUnsignedHint =
    "Ask its vendor for a signed archive, or install it without a signature with --allow-unsigned.";

}  // namespace

std::vector<PublicKey> trusted_keys(Services& services) {
  std::vector<PublicKey> keys = services.policy().trust.keys;
  for (const auto& [name, text] : provider_settings(services.config()).trusted) {
    try {
      PublicKey key = heygen::provider::parse_public_key(text);
      key.name = printable(name);
      const auto same = [&](const PublicKey& other) { return other.same_key(key); };
      if (std::ranges::none_of(keys, same)) keys.push_back(std::move(key));
    } catch (const Refusal&) {
      services.terminal.notice("Warning: the setting `" + trust_key(name).key +
                               "` is not a valid minisign public key.");
    }
  }
  return keys;
}

PublicKey read_key(const std::string& text_or_file) {
  const std::string shown = "'" + shown_word(text_or_file) + "'";
  try {
    return heygen::provider::parse_public_key(text_or_file);
  } catch (const Refusal&) {  // then it is a file
  }
  try {
    return heygen::provider::parse_public_key(bytes_of(text_or_file, kMaxKeyFile));
  } catch (const Refusal& refusal) {
    std::error_code ignored;
    throw usage_error(fs::exists(text_or_file, ignored)
                          ? "The key file '" + shown_path(text_or_file) + "' cannot be used: " + refusal.what() + "."
                          : shown + " is neither a minisign public key nor a file.",
                      "A public key begins with RW; `minisign -G` writes it to a `.pub` file.");
  }
}

json::Value signature_report(Services& services, const heygen::provider::DiscoveredProvider& found) {
  SignedParts parts;
  try {
    parts.manifest_signature = heygen::provider::read_signature(found.manifest_path);
    if (!found.library_path.empty()) parts.library_signature = heygen::provider::read_signature(found.library_path);
    if (!parts.manifest_signature && !parts.library_signature) return report_of("unsigned");
    const std::vector<PublicKey> keys = trusted_keys(services);
    if (parts.manifest_signature && !is_by_one_of(*parts.manifest_signature, keys)) {
      const auto signature = heygen::provider::parse_signature(*parts.manifest_signature);
      return report_of("untrusted", "the key " + heygen::provider::key_id_text(signature.key) + " is not trusted");
    }
    if (found.library_path.empty()) throw Refusal("its library is not known");
    parts.manifest_name = found.manifest_path.filename().string();
    parts.manifest = bytes_of(found.manifest_path, limits::kManifest);
    parts.library_name = found.library_path.filename().string();
    parts.library = bytes_of(found.library_path, limits::kLibrary);
    return report_of(parts.verify(keys).key);
  } catch (const Refusal& refusal) {
    return report_of("invalid", refusal.what());
  }
}

std::string signature_text(const json::Value& report) {
  const std::string state = report.string_at("state");
  if (state == "unsigned") return state;
  if (state == "untrusted") return "signed, but " + report.string_at("reason");
  if (state == "invalid") return "its signature is not valid: " + report.string_at("reason");
  const std::string name = report.string_at("name"), key = "key " + report.string_at("key");
  return "signed by " + (name.empty() ? "the " + key : name + " (" + key + ")");
}

std::optional<PublicKey> require_signature(Services& services, ProviderFiles& files, const SignatureDemand& demand) {
  const std::string& id = files.manifest.id;
  const heygen::provider::Policy& policy = services.policy();
  const std::string rule = signature_rule(policy, heygen::provider::Origin::user);
  const bool needed = demand.key || (demand.from_network && !demand.allow_unsigned);
  try {
    SignedParts parts;
    parts.manifest_signature = files.manifest_signature = heygen::provider::read_signature(files.manifest_path);
    parts.library_signature = files.library_signature = heygen::provider::read_signature(files.library);
    const bool is_signed = parts.manifest_signature || parts.library_signature;
    if (!is_signed && rule.empty() && !needed) return {};
    if (!is_signed && rule.empty())
      throw not_installed(id,
                          "it is not signed, and a provider " +
                              std::string(demand.key ? "that is installed with --key must be"
                                                     : "from a URL must be signed by a key that you trust"),
                          demand.key ? "Name a provider with FILE.minisig beside both of its files." : kUnsignedHint);
    std::vector<PublicKey> keys{};
    if (!rule.empty())
      keys = policy.trust.keys;
    else if (demand.key)
      keys = {*demand.key};
    else
      keys = trusted_keys(services);
    if (rule.empty() && !demand.key && parts.manifest_signature && !is_by_one_of(*parts.manifest_signature, keys)) {
      if (!needed) return {};
      throw not_installed(
          id,
          "it is signed by the key " +
              heygen::provider::key_id_text(heygen::provider::parse_signature(*parts.manifest_signature).key) +
              ", which you do not trust",
          "Get the vendor's public key from a place that you trust, then name it with --key, or for "
          "good with `heygen provider trust`.");
    }
    parts.manifest_name = manifest_name(id);
    parts.manifest = files.manifest_text;
    parts.library_name = files.manifest.library;
    parts.library = bytes_of(files.library, limits::kLibrary);
    const Signer signer = parts.verify(keys);
    if (demand.key && !signer.key.same_key(*demand.key))
      throw Refusal("it is signed by " + signer.key.shown() + ", and not by the key of --key");
    files.library_digest = heygen::provider::sha256_hex(parts.library);
    return signer.key;
  } catch (const Refusal& refusal) {
    if (rule.empty())
      throw not_installed(id, refusal.what(), "Get the archive again from its vendor; do not use these files.");
    throw not_installed(
        id, std::string(refusal.what()) + ", and the policy " + rule + " requires a signature by a key that it trusts",
        kPolicyHint);
  }
}

}  // namespace heygen::host::commands::provider
