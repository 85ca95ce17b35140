// SPDX-License-Identifier: Apache-2.0
// The two signatures of a provider, FILE.minisig beside its library and beside its manifest (docs/signing.md): both by
// one key, each for the file of that name.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/provider/signature/minisign.hpp"

namespace heygen::provider {

/// FILE.minisig
std::filesystem::path signature_path(const std::filesystem::path& file);

/// Its content; empty when there is no such file. Throws Refusal when it cannot be read or is too large to be one.
std::optional<std::string> read_signature(const std::filesystem::path& file);

/// Who signed the manifest, and what that says about the library.
struct Signer {
  PublicKey key;
  std::string library_digest;  ///< SHA-256 in hexadecimal, or "": the signature names none
};

/// A file, and its signature as read_signature() gives it.
struct SignedFile {
  std::string_view name;  ///< as the trusted comment must have it, in "file:NAME"
  std::string_view bytes;
  const std::optional<std::string>& signature;
};

/// Throws Refusal, naming the file: without a signature, for another name, not by one of the keys, or not valid.
Signer verify_manifest(const SignedFile& manifest, const std::vector<PublicKey>& keys);
/// Likewise, by the key of the manifest, and with the digest that it names.
void verify_library(const SignedFile& library, const Signer& signer);

/// verify_library() of an open file, all of it.
void verify_library_image(int image, std::string_view name, const std::optional<std::string>& signature,
                          const Signer& signer);

}  // namespace heygen::provider
