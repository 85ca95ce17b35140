// SPDX-License-Identifier: Apache-2.0
#include "core/net/tls/trust.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "core/base/directory.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/net/http.hpp"

namespace heygen::net {
namespace {

/// c_rehash's naming: eight hexadecimal digits of the subject's hash, then a number.
bool is_hashed_name(std::string_view name) {
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return name.size() == 10 && name.ends_with(".0") && std::all_of(name.begin(), name.begin() + 8, is_hex);
}

bool has_hashed_names(const std::string& directory) {
  bool found = false;
  visit_names(directory, [&](std::string_view name) { return !(found = is_hashed_name(name)); });
  return found;
}

[[noreturn]] void unreadable(const std::string& variable, const std::string& path, int error) {
  throw Failure(Failure::Kind::tls,
                "Could not read " + shown_path(path) + " from " + variable + ": " + describe_errno(error) + ".",
                "Correct " + variable + ", or unset it to trust the system's CA certificates.");
}

}  // namespace

void require_readable(const std::string& variable, const std::string& path) {
  if (::access(path.c_str(), R_OK) != 0) unreadable(variable, path, errno);
  const bool wants_directory = variable == "SSL_CERT_DIR";
  std::error_code error;
  if (std::filesystem::is_directory(path, error) != wants_directory) {
    unreadable(variable, path, wants_directory ? ENOTDIR : EISDIR);
  }
}

namespace {

Trust named_trust(const std::string& file, const std::string& directories) {
  Trust trust;
  if (!file.empty()) require_readable("SSL_CERT_FILE", trust.file = file);
  for (const std::string& directory : split(directories, ':')) {
    if (directory.empty()) continue;
    require_readable("SSL_CERT_DIR", directory);
    trust.directories.push_back(directory);
  }
  return trust;
}

}  // namespace

Trust find_trust(const std::string& file, const std::string& directories, const std::string& system_directory,
                 const std::vector<std::string>& system_bundles) {
  Trust trust = named_trust(file, directories);
  if (!trust.file.empty() || !trust.directories.empty()) return trust;
  if (has_hashed_names(system_directory)) return {{}, {system_directory}, false};
  for (const std::string& bundle : system_bundles) {
    if (::access(bundle.c_str(), R_OK) == 0) return {bundle, {}, false};
  }
  throw Failure(Failure::Kind::tls, "This system has no CA certificates, so no server's identity can be checked.",
                "Install the package ca-certificates, or set SSL_CERT_FILE to a PEM file of CA certificates.");
}

}  // namespace heygen::net
