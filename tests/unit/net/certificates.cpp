// SPDX-License-Identifier: Apache-2.0
#include "certificates.hpp"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <stdexcept>

namespace peer {
namespace {

constexpr unsigned int kRsaBits = 2048;

void require(bool fine, const char* what) {
  if (!fine) throw std::runtime_error(what);
}

void extend(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  require(extension != nullptr, "bad extension");
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

}  // namespace

Identity make_identity(const Wish& wish, const Identity* issuer) {
  static std::atomic<long> serial{1};
  Identity made{{wish.rsa ? EVP_RSA_gen(kRsaBits) : EVP_EC_gen("P-256"), &EVP_PKEY_free}, {X509_new(), &X509_free}};
  X509* certificate = made.certificate.get();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate), wish.valid_from);
  X509_gmtime_adj(X509_getm_notAfter(certificate), wish.valid_to);
  X509_set_pubkey(certificate, made.key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(wish.name.c_str()), -1, -1, 0);
  const Identity& signer = issuer != nullptr ? *issuer : made;
  X509_set_issuer_name(certificate, X509_get_subject_name(signer.certificate.get()));
  if (wish.alternatives.empty()) {
    extend(certificate, signer.certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  } else if (wish.alternatives != kNoAlternatives) {
    extend(certificate, signer.certificate.get(), NID_subject_alt_name, wish.alternatives);
  }
  require(X509_sign(certificate, signer.key.get(), EVP_sha256()) > 0, "cannot sign");
  return made;
}

std::shared_ptr<SSL_CTX> server_context(const Identity& identity) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  require(SSL_CTX_use_certificate(context.get(), identity.certificate.get()) == 1, "cannot use certificate");
  require(SSL_CTX_use_PrivateKey(context.get(), identity.key.get()) == 1, "cannot use key");
  return context;
}

Directory::Directory() {
  std::string name = (std::filesystem::temp_directory_path() / "heygen-net-XXXXXX").string();
  require(::mkdtemp(name.data()) != nullptr, "no temporary directory");
  path_ = name;
}

Directory::~Directory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string Directory::write(const std::string& name, const std::string& text) const {
  const std::filesystem::path path = path_ / name;
  std::ofstream(path) << text;
  return path.string();
}

std::string to_pem(const Identity& identity) {
  const std::shared_ptr<BIO> out(BIO_new(BIO_s_mem()), &BIO_free);
  require(PEM_write_bio_X509(out.get(), identity.certificate.get()) == 1, "cannot write");
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string hashed_name(const Identity& identity) {
  int fine = 0;
  const unsigned long hash =
      X509_NAME_hash_ex(X509_get_subject_name(identity.certificate.get()), nullptr, nullptr, &fine);
  char name[16];
  std::snprintf(name, sizeof name, "%08lx.0", hash);
  return name;
}

}  // namespace peer
