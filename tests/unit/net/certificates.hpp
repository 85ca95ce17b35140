// SPDX-License-Identifier: Apache-2.0
// Certificates made for one test run.
#pragma once

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <filesystem>
#include <memory>
#include <string>

namespace peer {

struct Identity {
  std::shared_ptr<EVP_PKEY> key;
  std::shared_ptr<X509> certificate;
};

inline constexpr const char* kNoAlternatives = "-";

struct Wish {
  std::string name;          ///< common name of the subject
  std::string alternatives;  ///< "DNS:localhost,IP:127.0.0.1"; empty: a CA; kNoAlternatives: only the common name
  long valid_from = -3600;   ///< seconds from now
  long valid_to = 3600;
  bool rsa = false;
};

/// Signed by `issuer`, or by itself.
Identity make_identity(const Wish& wish, const Identity* issuer = nullptr);
std::shared_ptr<SSL_CTX> server_context(const Identity& identity);

/// A directory that goes with the object.
class Directory {
 public:
  Directory();
  ~Directory();
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  std::string path() const { return path_.string(); }
  std::string write(const std::string& name, const std::string& text) const;

 private:
  std::filesystem::path path_;
};

std::string to_pem(const Identity& identity);
/// The name under which OpenSSL looks for it in a directory.
std::string hashed_name(const Identity& identity);

}  // namespace peer
