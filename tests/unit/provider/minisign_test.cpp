// SPDX-License-Identifier: Apache-2.0
#include "core/provider/signature/minisign.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "core/base/encode.hpp"
#include "core/provider/refusal.hpp"
#include "tests/unit/provider/signature_vectors.hpp"

using namespace heygen::provider;
using namespace heygen::provider::vectors;

namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  BOOST_TEST_REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(minisign)

BOOST_AUTO_TEST_CASE(key_is_read_from_its_line_and_from_its_file) {
  const PublicKey key = parse_public_key(kKey);
  BOOST_TEST(key_id_text(key.id) == "E100352E971A009C");
  BOOST_TEST(key.text() == kKey);
  BOOST_TEST(key.name == "");
  BOOST_TEST(key.shown() == "the key E100352E971A009C");
  BOOST_TEST(parse_public_key("untrusted comment: minisign public key E1\n" + kKey + "\n").same_key(key));
  BOOST_TEST(parse_public_key("untrusted comment: x\r\n" + kKey + "\r\n").same_key(key));
  const PublicKey named = parse_public_key(kKey + "  Acme Corp ");
  BOOST_TEST(named.same_key(key));
  BOOST_TEST(named.shown() == "Acme Corp (key E100352E971A009C)");
}

BOOST_AUTO_TEST_CASE(other_text_is_not_a_key) {
  for (const std::string& text :
       {std::string(), std::string("RW"), kKey.substr(0, 55), kKey + "A", "RX" + kKey.substr(2), kKey + "\n" + kKey,
        "comment\n" + kKey, kKey + " " + std::string(101, 'x'), kKey + " a\tb", kKey + "=",
        replaced(kOtherKey, "/", "_")}) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_CHECK_THROW(parse_public_key(text), Refusal);
    }
  }
}

BOOST_AUTO_TEST_CASE(signatures_of_minisign_verify_prehashed_and_legacy) {
  const PublicKey key = parse_public_key(kKey);
  const Signature hashed = parse_signature(kLibrarySignature), legacy = parse_signature(kLegacySignature);
  BOOST_TEST(hashed.prehashed);
  BOOST_TEST(!legacy.prehashed);
  BOOST_TEST(hashed.trusted_comment == "timestamp:1796099084\tfile:vault.so\thashed");
  BOOST_TEST(hashed.field("file").value() == "vault.so");
  BOOST_TEST(hashed.field("timestamp").value() == "1796099084");
  BOOST_TEST(!hashed.field("hashed"));
  BOOST_TEST(!hashed.field("fil"));
  BOOST_TEST(is_valid(hashed, key, kLibrary));
  BOOST_TEST(is_valid(legacy, key, kLibrary));
  BOOST_TEST(!is_valid(hashed, key, "hellp"));
  BOOST_TEST(!is_valid(legacy, key, "hellp"));
  BOOST_TEST(!is_valid(hashed, parse_public_key(kOtherKey), kLibrary));
  PublicKey disguised = parse_public_key(kOtherKey);
  disguised.id = key.id;
  BOOST_TEST(!is_valid(hashed, disguised, kLibrary));
}

BOOST_AUTO_TEST_CASE(any_changed_byte_of_signature_or_comment_is_not_valid) {
  const PublicKey key = parse_public_key(kKey);
  const Signature good = parse_signature(kLibrarySignature);
  for (std::size_t i = 0; i < good.bytes.size(); ++i) {
    Signature bad = good;
    bad.bytes.at(i) ^= 1U;
    BOOST_TEST(!is_valid(bad, key, kLibrary));
    bad = good;
    bad.global.at(i) ^= 1U;
    BOOST_TEST(!is_valid(bad, key, kLibrary));
  }
  Signature renamed = good;
  renamed.trusted_comment = "timestamp:1796099084\tfile:other.so\thashed";
  BOOST_TEST(!is_valid(renamed, key, kLibrary));
  Signature relabelled = good;
  relabelled.prehashed = false;
  BOOST_TEST(!is_valid(relabelled, key, kLibrary));
}

BOOST_AUTO_TEST_CASE(other_text_is_not_a_signature) {
  const std::string good = kLibrarySignature;
  BOOST_TEST(write_signature(parse_signature(good), "signature from minisign secret key") == good);
  for (std::size_t size = 0; size + 1 < good.size(); ++size) {
    BOOST_TEST_CONTEXT(size) {
      BOOST_CHECK_THROW(parse_signature(good.substr(0, size)), Refusal);
    }
  }
  BOOST_CHECK_NO_THROW(parse_signature(good.substr(0, good.size() - 1)));  // without its last line end
  for (const std::string& bad :
       {good + "more\n", replaced(good, "RUSc", "RVSc"), replaced(good, "untrusted comment: ", "untrusted: "),
        replaced(good, "\ntrusted comment: ", "\ncomment: "), replaced(good, "hashed", "has\x1bhed"),
        replaced(good, "\nRUSc", "\n RUSc"), replaced(good, "==\n", "=\n")}) {
    BOOST_TEST_CONTEXT(bad) {
      BOOST_CHECK_THROW(parse_signature(bad), Refusal);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
