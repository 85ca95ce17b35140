// SPDX-License-Identifier: Apache-2.0
// Which CA certificates a TLS client trusts.
#pragma once

#include <string>
#include <vector>

namespace heygen::net {

/// Where CA certificates come from: a PEM bundle, directories of certificates named by hash, or both.
struct Trust {
  std::string file;
  std::vector<std::string> directories;
  bool fixed = false;  ///< by the administrator, so the user's variables do not count
};

/// SSL_CERT_FILE and SSL_CERT_DIR (directories separated by ':') replace the system's certificates. Of the system's the
/// hashed directory is preferred, because a bundle is read in full. Throws Failure{tls} when what is named, or all of
/// the system's places, cannot be read.
Trust find_trust(const std::string& file, const std::string& directories, const std::string& system_directory,
                 const std::vector<std::string>& system_bundles);

/// Throws Failure{tls} when the file that the variable names, or the directory for SSL_CERT_DIR, cannot be read.
void require_readable(const std::string& variable, const std::string& path);

}  // namespace heygen::net
