// SPDX-License-Identifier: Apache-2.0
#include "core/provider/signature/signed_files.hpp"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "core/provider/refusal.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/provider/signature_vectors.hpp"

using namespace heygen::provider;
using namespace heygen::provider::vectors;

namespace {

using Text = std::optional<std::string>;

std::vector<PublicKey> both_keys() {
  return {parse_public_key(kOtherKey + " Other"), parse_public_key(kKey + " Acme")};
}

/// Why it is refused; "" when it is not.
std::string fault(const Text& manifest_signature, const Text& library_signature,
                  const std::vector<PublicKey>& keys = both_keys(), const std::string& library = kLibrary,
                  const std::string& manifest = kManifest) {
  try {
    const Signer signer = verify_manifest({"vault.provider.json", manifest, manifest_signature}, keys);
    verify_library({"vault.so", library, library_signature}, signer);
    BOOST_TEST(signer.key.name == "Acme");
    return {};
  } catch (const Refusal& refusal) {
    return refusal.what();
  }
}

void refused(const std::string& why, const std::string& part) {
  BOOST_TEST_CONTEXT(why) {
    BOOST_TEST((why.find(part) != std::string::npos));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(signed_files)

BOOST_AUTO_TEST_CASE(both_files_are_signed_by_one_trusted_key) {
  BOOST_TEST(fault(kManifestSignature, kLibrarySignature) == "");
  BOOST_TEST(fault(kManifestSignature, kLegacySignature) == "");
  BOOST_TEST(fault(kBoundSignature, kLibrarySignature) == "");
}

BOOST_AUTO_TEST_CASE(missing_signature_is_refused) {
  refused(fault({}, kLibrarySignature), "vault.provider.json.minisig is missing");
  refused(fault(kManifestSignature, {}), "vault.so.minisig is missing");
}

BOOST_AUTO_TEST_CASE(key_that_is_not_trusted_is_refused_and_named) {
  const std::string why = fault(kManifestSignature, kLibrarySignature, {parse_public_key(kOtherKey)});
  refused(why, "vault.provider.json.minisig is by the key E100352E971A009C, which is not trusted");
  refused(fault(kManifestSignature, kOtherKeysSignature),
          "is by the key C2A880ABBB570D0B, and the manifest is signed by Acme");
}

BOOST_AUTO_TEST_CASE(another_key_with_the_same_id_does_not_count_and_hides_no_key) {
  PublicKey disguised = parse_public_key(kOtherKey);
  disguised.id = parse_public_key(kKey).id;
  refused(fault(kManifestSignature, kLibrarySignature, {disguised}), "is not a signature of this vault.provider.json");
  BOOST_TEST(fault(kManifestSignature, kLibrarySignature, {disguised, parse_public_key(kKey + " Acme")}) == "");
}

BOOST_AUTO_TEST_CASE(changed_file_is_refused) {
  refused(fault(kManifestSignature, kLibrarySignature, both_keys(), "hellp"), "is not a signature of this vault.so");
  refused(fault(kManifestSignature, kLibrarySignature, both_keys(), kLibrary, kManifest + " "),
          "is not a signature of this vault.provider.json");
}

BOOST_AUTO_TEST_CASE(signature_for_another_name_is_refused) {
  refused(fault(kManifestSignature, kOtherFilesSignature),
          "vault.so.minisig is the signature of another file, other.so");
  refused(fault(kManifestSignature, kNamelessSignature), "does not say which file it signs");
}

BOOST_AUTO_TEST_CASE(library_of_another_release_is_refused_where_the_manifest_names_its_digest) {
  Signer signer{parse_public_key(kKey), std::string(64, '0')};
  const Text signature = kLibrarySignature;
  BOOST_CHECK_THROW(verify_library({"vault.so", kLibrary, signature}, signer), Refusal);
  signer = verify_manifest({"vault.provider.json", kManifest, Text(kBoundSignature)}, both_keys());
  BOOST_TEST(signer.library_digest.size() == 64U);
  BOOST_CHECK_NO_THROW(verify_library({"vault.so", kLibrary, signature}, signer));
}

BOOST_AUTO_TEST_CASE(signature_is_read_beside_its_file) {
  const heygen::test::TemporaryDirectory directory;
  const std::filesystem::path file = directory.path() / "vault.so";
  BOOST_TEST(!read_signature(file));
  std::ofstream(signature_path(file)) << kLibrarySignature;
  BOOST_TEST(read_signature(file).value() == kLibrarySignature);
  std::ofstream(signature_path(file)) << std::string(17 * 1024, 'x');
  BOOST_CHECK_THROW(read_signature(file), Refusal);
}

BOOST_AUTO_TEST_SUITE_END()
