// SPDX-License-Identifier: Apache-2.0
#include "core/provider/signature/signed_files.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "core/base/file.hpp"
#include "core/base/limits.hpp"
#include "core/base/text.hpp"
#include "core/provider/library/pin.hpp"
#include "core/provider/refusal.hpp"

namespace heygen::provider {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSuffix = ".minisig";
/// minisign's own limits are 1 KiB for a comment and 8 KiB for a trusted comment.
constexpr std::size_t kMaxSignature = 16 * limits::kKiB;

std::string shown(std::string_view name) {
  return printable(std::string(name) + kSuffix);
}

Signature parse(const SignedFile& file) {
  if (!file.signature) refuse("it is not signed: " + shown(file.name) + " is missing");
  try {
    return parse_signature(*file.signature);
  } catch (const Refusal& refusal) {
    refuse(shown(file.name) + " is not a valid signature: " + refusal.what());
  }
}

void require_valid(const SignedFile& file, const Signature& signature, const PublicKey& key) {
  if (!is_valid(signature, key, file.bytes)) {
    refuse(shown(file.name) + " is not a signature of this " + printable(file.name) + " by " + key.shown());
  }
  // Before this line, nothing of the comment is known to be the signer's.
  const auto name = signature.field("file");
  if (name == file.name) return;
  refuse(shown(file.name) +
         (name ? " is the signature of another file, " + printable(*name)
               : " does not say which file it signs (\"file:" + printable(file.name) + "\" in its trusted comment)"));
}

}  // namespace

fs::path signature_path(const fs::path& file) {
  return file.string() + kSuffix;
}

std::optional<std::string> read_signature(const fs::path& file) {
  const fs::path path = signature_path(file);
  try {
    return read_regular_file(path, kMaxSignature);
  } catch (const std::system_error& error) {
    refuse(path.string() + " cannot be read: " + describe_read_error(error, kMaxSignature));
  }
}

Signer verify_manifest(const SignedFile& manifest, const std::vector<PublicKey>& keys) {
  const Signature signature = parse(manifest);
  bool known = false;
  // Key IDs are not secret and not unique: each key of that ID counts.
  for (const PublicKey& key : keys) {
    if (key.id != signature.key) continue;
    known = true;
    if (!is_valid(signature, key, manifest.bytes)) continue;
    require_valid(manifest, signature, key);
    return {key, to_lower(signature.field("library").value_or(""))};
  }
  refuse(known ? shown(manifest.name) + " is not a signature of this " + printable(manifest.name) + " by the key " +
                     key_id_text(signature.key)
               : shown(manifest.name) + " is by the key " + key_id_text(signature.key) + ", which is not trusted");
}

void verify_library(const SignedFile& library, const Signer& signer) {
  const Signature signature = parse(library);
  if (signature.key != signer.key.id) {
    refuse(shown(library.name) + " is by the key " + key_id_text(signature.key) + ", and the manifest is signed by " +
           signer.key.shown());
  }
  require_valid(library, signature, signer.key);
  if (!signer.library_digest.empty() && sha256_hex(library.bytes) != signer.library_digest) {
    refuse("the manifest is signed for another " + printable(library.name));
  }
}

void verify_library_image(int image, std::string_view name, const std::optional<std::string>& signature,
                          const Signer& signer) {
  std::string bytes;
  try {
    if (lseek(image, 0, SEEK_SET) < 0) throw std::system_error(errno, std::generic_category());
    bytes = read_to_end(image, limits::kLibrary);
  } catch (const std::system_error& error) {
    refuse("it cannot be read: " + describe_read_error(error, limits::kLibrary));
  }
  verify_library({name, bytes, signature}, signer);
}

}  // namespace heygen::provider
