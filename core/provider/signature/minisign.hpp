// SPDX-License-Identifier: Apache-2.0
// Signatures and public keys as minisign writes them: Ed25519 over a file's bytes or over their BLAKE2b-512, and over
// the trusted comment. Nothing here reads a file.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace heygen::provider {

using KeyId = std::array<unsigned char, 8>;
using PublicPoint = std::array<unsigned char, 32>;
using Ed25519Signature = std::array<unsigned char, 64>;

/// As minisign shows it: 16 upper-case hexadecimal digits.
std::string key_id_text(const KeyId& id);

struct PublicKey {
  KeyId id{};
  PublicPoint point{};
  std::string name;  ///< who it is, in the words of who trusts it; may be empty

  /// "RW…", one line.
  std::string text() const;
  /// "Acme (key 0123456789ABCDEF)", or the key alone when it has no name.
  std::string shown() const;
  bool same_key(const PublicKey& other) const { return id == other.id && point == other.point; }
};

/// One line, "RW…", behind which a name may follow; or the two lines of a key file. Throws Refusal.
PublicKey parse_public_key(std::string_view text);

struct Signature {
  bool prehashed = true;  ///< of the BLAKE2b-512 of the file ("ED"), as minisign has done since 0.10; else of the file
  KeyId key{};
  Ed25519Signature bytes{};
  std::string trusted_comment;
  Ed25519Signature global{};  ///< of `bytes` and the trusted comment

  /// The text of a field "NAME:TEXT" of the trusted comment, whose fields tabs separate; empty when there is none.
  std::optional<std::string> field(std::string_view name) const;
};

/// The four lines of a .minisig file. Throws Refusal for anything else.
Signature parse_signature(std::string_view text);
/// The four lines.
std::string write_signature(const Signature& signature, std::string_view untrusted_comment);

/// Both signatures were made with the key, over these bytes and this trusted comment.
bool is_valid(const Signature& signature, const PublicKey& key, std::string_view bytes);

/// What is signed of a file: its BLAKE2b-512 when prehashed. Throws std::runtime_error when it cannot be hashed.
std::string blake2b_512(std::string_view bytes);
/// What `global` signs.
std::string global_message(const Signature& signature);

}  // namespace heygen::provider
