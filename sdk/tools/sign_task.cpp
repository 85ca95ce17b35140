// SPDX-License-Identifier: Apache-2.0
// `sign`: minisign signatures of a provider's library and manifest.
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string>

#include "core/base/cancel.hpp"
#include "core/base/file.hpp"
#include "core/base/limits.hpp"
#include "core/base/terminal.hpp"
#include "core/provider/library/pin.hpp"
#include "core/provider/manifest.hpp"
#include "core/provider/signature/signed_files.hpp"
#include "sdk/tools/files.hpp"
#include "sdk/tools/manifest_of.hpp"
#include "sdk/tools/sign/secret_key.hpp"
#include "sdk/tools/tasks.hpp"

namespace heygen::tools {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxKeyFile = 4 * limits::kKiB, kMaxPassword = 1024;
constexpr const char* kUntrusted = "signature from heygen-provider-check";

std::string content_of(const fs::path& file, std::size_t limit) {
  try {
    if (auto bytes = read_regular_file(file, limit)) return *std::move(bytes);
    throw std::runtime_error("there is no file " + file.string());
  } catch (const std::system_error& error) {
    throw std::runtime_error("could not read " + file.string() + ": " + describe_read_error(error, limit));
  }
}

Cancel& interrupted() {
  static Cancel cancel;
  return cancel;
}

/// Hidden on a terminal, which an interrupt must not leave like that; otherwise the first line of stdin.
Secret ask_password() {
  Cancel& cancel = interrupted();
  for (const int one : {SIGINT, SIGTERM, SIGHUP}) std::signal(one, [](int) { interrupted().request(); });
  Secret given = system_terminal().read_secret("Password of the key: ", kMaxPassword, cancel);
  std::string line = given.reveal();
  const Wiper wiper{line};
  const std::size_t end = line.find_first_of("\r\n");
  return Secret(line.substr(0, end));
}

SecretKey key_of(const fs::path& file) {
  std::string text = content_of(file, kMaxKeyFile);
  const Wiper wiper{text};
  try {
    return SecretKey::parse(text, ask_password);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(file.string() + ": " + error.what());
  }
}

/// Seconds since 1970; SOURCE_DATE_EPOCH for a build that can be repeated.
std::string timestamp() {
  const char* fixed = std::getenv("SOURCE_DATE_EPOCH");
  return fixed != nullptr && *fixed != '\0' ? fixed : std::to_string(std::time(nullptr));
}

struct SignOptions {
  std::string key;
  Words paths;
};

SignOptions sign_options_of(const Words& words) {
  SignOptions out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--key" && i + 1 < words.size()) {
      out.key = words[++i];
    } else if (words[i].starts_with("--key=")) {
      out.key = words[i].substr(6);
    } else if (words[i].starts_with('-')) {
      throw UsageError("`sign` requires a FILE for --key, and has no other option");
    } else {
      out.paths.push_back(words[i]);
    }
  }
  if (out.key.empty() || out.paths.empty()) {
    throw UsageError("`sign` requires a PATH, a library or a manifest, and --key FILE");
  }
  return out;
}

void sign_file(const SecretKey& key, const fs::path& file, const std::string& bytes, const std::string& more) {
  const std::string comment = "timestamp:" + timestamp() + "\tfile:" + file.filename().string() + "\thashed" + more;
  replace_file(provider::signature_path(file), write_signature(key.sign(bytes, comment), kUntrusted));
}

std::string sign_provider(const SecretKey& key, const fs::path& path) {
  const fs::path manifest_path = manifest_for(path);
  const std::string text = content_of(manifest_path, limits::kManifest);
  provider::Manifest manifest;
  try {
    manifest = provider::parse_manifest(text);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(manifest_path.string() + ": " + error.what());
  }
  if (manifest_path.filename().string() != manifest.id + ".provider.json") {
    throw std::runtime_error(manifest_path.string() + " must be named " + manifest.id +
                             ".provider.json, since its signature names it");
  }
  const fs::path library = manifest_path.parent_path() / manifest.library;
  const std::string bytes = content_of(library, limits::kLibrary);
  sign_file(key, library, bytes, {});
  sign_file(key, manifest_path, text, "\tlibrary:" + provider::sha256_hex(bytes));
  return "wrote " + provider::signature_path(library).string() + "\nwrote " +
         provider::signature_path(manifest_path).string() + "\n";
}

}  // namespace

int sign_task(const Words& words) {
  const SignOptions options = sign_options_of(words);
  const SecretKey key = key_of(options.key);
  std::string text;
  for (const std::string& path : options.paths) text += sign_provider(key, path);
  print(text + "public key: " + key.public_key().text() + "\n");
  return 0;
}

}  // namespace heygen::tools
