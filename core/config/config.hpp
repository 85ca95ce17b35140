// SPDX-License-Identifier: Apache-2.0
// config.toml and where everything of the user lives.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/base/environment.hpp"
#include "core/base/file_lock.hpp"
#include "core/base/home.hpp"

namespace heygen::config {

/// HEYGEN_CONFIG_DIR, which may begin with `~/` or be relative to the current directory; else ~/.heygen; but
/// XDG_CONFIG_HOME/heygen when that exists and ~/.heygen does not, or when there is no home directory. Absolute, or
/// empty when there is none of them: then nothing can be stored, and all else works. Throws Error{usage_error}
/// for a HEYGEN_CONFIG_DIR such as `~user/x`.
std::filesystem::path config_directory(const Environment& environment,
                                       const std::function<std::filesystem::path()>& of_account = account_home);

/// A key with its value as text and where it came from: "env", "file" or "default".
struct Entry {
  std::string key, value, source;
  std::string kept{};  ///< of a change: the copy of a file that could not be kept as it was, or ""
};

/// A key that exists beyond the built-in ones: providers.<id>.<key>, declared by a provider, and the host's own.
struct DeclaredKey {
  std::string key;   ///< "providers.oauth.client_id"; a last part of `*` stands for any one
  std::string type;  ///< "string", "url", "bool" or "int"
  std::string env;   ///< variable that overrides it, or ""
  std::string fallback;
  std::string doc;
  std::int64_t least = std::numeric_limits<std::int64_t>::min();  ///< of an int
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
  /// Of `provider.disabled.ID`: the keys of `providers.ID` are all declared, so that any other is a fault.
  bool closes_provider = false;
  std::vector<std::string> words{};  ///< of a string: those that it may be; empty: any text
};

/// What the key may hold, in its usual spelling. Throws Error{usage_error} for what the file would not take either.
std::string checked_text(const DeclaredKey& key, const std::string& value);

class Config {
 public:
  /// Nothing is read until something is asked for, and the file once until it is changed. An empty directory has no
  /// file, and takes none. Thread-safe but for set() and unset().
  Config(const std::filesystem::path& directory, const Environment& environment);
  Config(const Config&) = delete;
  Config& operator=(const Config&) = delete;
  ~Config();

  /// How a change waits while another process changes the file.
  struct LockWait {
    const Cancel* cancel = nullptr;  ///< ends it; not owned
    OnLockWait tell{};
  };
  LockWait lock_wait;

  /// A warning when other users may write to the file, with the command that ends it; else "".
  std::string loose_mode() const;

  /// Throws Error{usage_error} with file, line and key of the first fault: a text that is not TOML, a value that a
  /// built-in or declared key cannot have, an unknown key of the tables that declared keys with a `*` are in, and a
  /// variable of a built-in key with such a value.
  void check(const std::vector<DeclaredKey>& declared) const;

  /// Text of a dotted key in the file ("true"/"false" for booleans); empty when absent. Throws Error{usage_error}
  /// naming file and line when the file is malformed.
  std::optional<std::string> raw(const std::string& dotted_key) const;

  /// Whether the file has anything in a table. Throws as raw() does.
  bool has_any_of(const std::string& table) const;
  /// Every single value below a table, by its dotted path there; empty when absent. Throws as raw() does.
  std::map<std::string, std::string> members(const std::string& table) const;

  /// All faults of the file that check() would find, after the first of the variables: one text each, with its hint.
  std::vector<std::string> faults(const std::vector<DeclaredKey>& declared) const;

  // These work on a file with faults too, so that they can be fixed: an invalid value is shown as it is, and what is
  // not TOML counts as absent. A line `KEY = …` that is not TOML stays until its key is set or unset. Any change makes
  // other such lines comments, takes out what is in the way of the key, and keeps a copy of the file then.

  /// Throws Error{usage_error} for an unknown key, naming the nearest. A file that cannot be read counts as absent.
  Entry get(const std::string& key, const std::vector<DeclaredKey>& declared) const;
  /// Built-in keys always, declared ones when set; sorted by key.
  std::vector<Entry> list(const std::vector<DeclaredKey>& declared) const;
  /// Checks and writes; comments, order and other keys of the file stay. Throws Error{usage_error} for a key or value
  /// out of form, Error for an unreadable or unwritable file, which is then untouched.
  Entry set(const std::string& key, const std::string& value, const std::vector<DeclaredKey>& declared) const;
  /// Removes the key from the file, a known one or not, and returns what counts now. Throws Error{usage_error} when the
  /// file does not have it, else as set() does.
  Entry unset(const std::string& key, const std::vector<DeclaredKey>& declared) const;

  /// "human" or "json" by HEYGEN_OUTPUT and the file. A fault counts as absent here; check() is what tells.
  std::string output_format() const;

 private:
  class Reading;
  Reading& reading() const;

  std::filesystem::path path_;
  const Environment& environment_;
  mutable std::mutex mutex_;  ///< of the next
  mutable std::unique_ptr<Reading> reading_;
};

}  // namespace heygen::config
