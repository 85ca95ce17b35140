// SPDX-License-Identifier: Apache-2.0
// A PEM file of CA certificates, searched by subject. A system's bundle has some 150 of them and a handshake needs one,
// but OpenSSL decodes all of them first, which takes longer than the handshake.
#pragma once

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heygen::net {

class Bundle {
 public:
  struct CertificateFree {
    void operator()(X509* certificate) const noexcept { X509_free(certificate); }
  };
  using Certificate = std::unique_ptr<X509, CertificateFree>;

  /// Empty unless the text has certificates ("CERTIFICATE", "X509 CERTIFICATE" or "TRUSTED CERTIFICATE", with any text
  /// between them), and all of them are base64 and DER as they should be.
  static std::optional<Bundle> index(std::string_view pem);

  std::size_t size() const { return entries_.size(); }
  /// The certificates of a subject, compared as X509_NAME_cmp(3) does; decoded now, in the order of the file.
  std::vector<Certificate> find(const X509_NAME* subject) const;

 private:
  struct Entry {
    std::size_t at, size;  ///< in der_
    std::uint64_t mark;    ///< of the subject
    bool trusted;          ///< a "TRUSTED CERTIFICATE", which says more behind the certificate
  };

  bool add(std::string_view label, std::string_view body);

  std::string der_;
  std::vector<Entry> entries_;
};

/// SSL_CTX_load_verify_file(3), which does it for every file but a plain bundle. Without a cache: the index lives with
/// the context. Called again, it adds another file.
bool trust_file(SSL_CTX* context, const std::string& path);

}  // namespace heygen::net
