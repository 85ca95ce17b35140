// SPDX-License-Identifier: Apache-2.0
// config.toml and where everything of the user lives.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/environment.hpp"

namespace heygen::config {

/// HEYGEN_CONFIG_DIR, else ~/.heygen. Throws Error when neither that nor HOME is set.
std::filesystem::path config_directory(const Environment& environment);

/// A key with its value as text and where it came from: "env", "file" or "default".
struct Entry {
  std::string key, value, source;
};

/// A key that exists beyond the built-in ones: providers.<id>.<key>, declared by a provider.
struct DeclaredKey {
  std::string key;   ///< "providers.oauth.client_id"
  std::string type;  ///< "string", "url", "bool" or "int"
  std::string env;   ///< variable that overrides it, or ""
  std::string fallback;
  std::string doc;
};

class Config {
 public:
  /// Nothing is read until something is asked for.
  Config(const std::filesystem::path& directory, const Environment& environment);

  /// Text of a dotted key in the file ("true"/"false" for booleans); empty when absent. Throws Error naming file and
  /// line when the file is malformed.
  std::optional<std::string> raw(const std::string& dotted_key) const;

  /// Every single value below a table, by its dotted path there; empty when absent. Throws as raw() does.
  std::map<std::string, std::string> members(const std::string& table) const;

  /// Throws Error{usage_error} for an unknown key, naming the nearest.
  Entry get(const std::string& key, const std::vector<DeclaredKey>& declared) const;
  /// Built-in keys always, declared ones when set; sorted by key.
  std::vector<Entry> list(const std::vector<DeclaredKey>& declared) const;
  /// Checks and writes; comments, order and other keys of the file stay. Throws Error{usage_error} for a key or value
  /// out of form, Error for a malformed or unwritable file, which is then untouched.
  Entry set(const std::string& key, const std::string& value, const std::vector<DeclaredKey>& declared) const;

  /// "human" or "json" by HEYGEN_OUTPUT and the file; anything unknown is "json". A malformed file counts as absent.
  std::string output_format() const;

 private:
  std::filesystem::path path_;
  const Environment& environment_;
};

}  // namespace heygen::config
