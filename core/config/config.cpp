// SPDX-License-Identifier: Apache-2.0
#include "core/config/config.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <system_error>

#include "core/base/atomic_file.hpp"
#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/directory.hpp"
#include "core/base/error.hpp"
#include "core/base/file_lock.hpp"
#include "core/base/text.hpp"
#include "core/config/file.hpp"
#include "core/config/toml_document.hpp"

namespace heygen::config {

namespace {

constexpr std::string_view kFileName = "config.toml";
constexpr std::chrono::seconds kLockDeadline{10};

/// Everything about a key, built in or declared by a provider.
struct Key {
  std::string name;
  std::string type;  ///< of DeclaredKey, or "format"
  std::string env;
  std::string fallback;
  bool built_in = false;
};

const std::array<Key, 2>& built_in_keys() {
  static const std::array<Key, 2> kKeys{Key{"analytics", "bool", "HEYGEN_NO_ANALYTICS", "true", true},
                                        Key{"output", "format", "HEYGEN_OUTPUT", "json", true}};
  return kKeys;
}

std::vector<Key> all_keys(const std::vector<DeclaredKey>& declared) {
  std::vector<Key> keys(built_in_keys().begin(), built_in_keys().end());
  for (const DeclaredKey& key : declared) keys.push_back({key.key, key.type, key.env, key.fallback});
  return keys;
}

/// Part by part: "providers.oauth.nope" is long and no key of an account.
std::string shown_name(const std::string& name) {
  std::vector<std::string> parts = split(name, '.');
  for (std::string& part : parts) part = shown_word(part);
  return join(parts, ".");
}

Key require_key(const std::string& name, const std::vector<DeclaredKey>& declared) {
  std::vector<std::string> names;
  for (Key& key : all_keys(declared)) {
    if (key.name == name) return key;
    names.push_back(key.name);
  }
  std::ranges::sort(names);
  const std::string near = nearest(name, names);
  throw usage_error("There is no setting \"" + shown_name(name) + "\".",
                    near.empty() ? "The keys are: " + join(names, ", ") + "." : "Did you mean \"" + near + "\"?");
}

[[noreturn]] void refuse_value(const Key& key, const std::string& value, const std::string& allowed) {
  throw usage_error("\"" + shown_word(value) + "\" is not a value of \"" + key.name + "\".",
                    "It takes " + allowed + ".");
}

bool is_url(std::string_view text) {
  const std::string lower = to_lower(text);
  const std::size_t scheme = lower.starts_with("https://") ? 8 : lower.starts_with("http://") ? 7 : 0;
  return scheme != 0 && lower.size() > scheme &&
         std::string_view("/?#:").find(lower[scheme]) == std::string_view::npos &&
         text.find(' ') == std::string_view::npos;
}

/// UTF-8 without control characters: what a TOML comment may hold.
bool is_text(const std::string& value) {
  try {
    static_cast<void>(TomlDocument("#" + value));
    return !has_control(value);
  } catch (const TomlError&) {
    return false;
  }
}

Scalar checked(const Key& key, const std::string& value) {
  if (key.type == "bool") {
    if (value != "true" && value != "false") refuse_value(key, value, "true or false");
    return value == "true";
  }
  if (key.type == "int") {
    std::int64_t number = 0;
    const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (failure != std::errc{} || end != value.data() + value.size()) refuse_value(key, value, "a whole number");
    return number;
  }
  if (key.type == "format" && value != "json" && value != "human") refuse_value(key, value, "json or human");
  if (key.type == "url" && !is_url(value)) refuse_value(key, value, "an http or https URL");
  if (!is_text(value)) refuse_value(key, value, "UTF-8 text without control characters");
  return value;
}

/// What the variable says, in the words of the key.
std::optional<std::string> from_environment(const Key& key, const Environment& environment) {
  if (key.env.empty() || !environment.has(key.env)) return {};
  if (key.built_in && key.name == "analytics") return "false";
  return environment.value(key.env);
}

class File {
 public:
  explicit File(const std::filesystem::path& path) : path_(path) {}

  std::optional<std::string> text_of(const std::string& dotted_key) {
    return guarded([&] { return document().text_of(split(dotted_key, '.')); });
  }
  std::map<std::string, std::string> members(const std::string& table) {
    return guarded([&] {
      std::map<std::string, std::string> out;
      for (const TomlValue& value : document().values()) {
        if (value.kind != TomlValue::Kind::scalar || value.path.front() != table) continue;
        const KeyPath below(value.path.begin() + 1, value.path.end());
        out[join(below, ".")] = document().text_of(value.path).value_or(std::string{});
      }
      return out;
    });
  }
  std::string with(const std::string& dotted_key, const Scalar& value) {
    return guarded([&] { return document().with(split(dotted_key, '.'), value); });
  }

 private:
  TomlDocument& document() {
    if (!document_) document_.emplace(read_file(path_).value_or(std::string{}));
    return *document_;
  }

  template <typename Action>
  auto guarded(const Action& action) -> decltype(action()) {
    try {
      return action();
    } catch (const TomlError& error) {
      throw Error(code::kError,
                  path_.string() + ", line " + std::to_string(error.line) + ": " + printable(error.what()) + ".",
                  "Correct that line by hand, or remove the file.");
    }
  }

  const std::filesystem::path& path_;
  std::optional<TomlDocument> document_;
};

/// Empty source: neither the environment nor the file has it.
Entry look_up(const Key& key, const Environment& environment, File& file) {
  if (auto value = from_environment(key, environment)) return {key.name, *value, "env"};
  if (auto value = file.text_of(key.name)) return {key.name, *value, "file"};
  return {key.name, key.fallback, {}};
}

}  // namespace

std::filesystem::path config_directory(const Environment& environment) {
  if (environment.has("HEYGEN_CONFIG_DIR")) return environment.value("HEYGEN_CONFIG_DIR");
  if (environment.has("HOME")) return std::filesystem::path(environment.value("HOME")) / ".heygen";
  throw Error(code::kError, "There is no place for settings and credentials: HOME is not set.",
              "Set HOME, or HEYGEN_CONFIG_DIR to a directory of your own.");
}

Config::Config(const std::filesystem::path& directory, const Environment& environment)
    : path_(directory / kFileName), environment_(environment) {}

std::optional<std::string> Config::raw(const std::string& dotted_key) const {
  return File(path_).text_of(dotted_key);
}

std::map<std::string, std::string> Config::members(const std::string& table) const {
  if (std::error_code ignored; !std::filesystem::exists(path_, ignored)) return {};
  return File(path_).members(table);
}

Entry Config::get(const std::string& key, const std::vector<DeclaredKey>& declared) const {
  File file(path_);
  Entry entry = look_up(require_key(key, declared), environment_, file);
  if (entry.source.empty()) entry.source = "default";
  return entry;
}

std::vector<Entry> Config::list(const std::vector<DeclaredKey>& declared) const {
  File file(path_);
  std::vector<Entry> entries;
  for (const Key& key : all_keys(declared)) {
    Entry entry = look_up(key, environment_, file);
    if (entry.source.empty()) {
      if (!key.built_in) continue;
      entry.source = "default";
    }
    entries.push_back(std::move(entry));
  }
  std::ranges::sort(entries, {}, &Entry::key);
  return entries;
}

Entry Config::set(const std::string& key, const std::string& value, const std::vector<DeclaredKey>& declared) const {
  const Key known = require_key(key, declared);
  const Scalar scalar = checked(known, value);
  make_private_directory(path_.parent_path());
  const Cancel never;  // the lock is held briefly
  const FileLock lock = lock_directory(path_.parent_path(), kLockDeadline, system_clock(), never);
  const std::string text = File(path_).with(key, scalar);
  remove_leftovers(path_);
  replace_file(path_, text);
  return {key, value, "file"};
}

std::string Config::output_format() const {
  std::string format = environment_.value("HEYGEN_OUTPUT");
  if (format.empty()) {
    try {
      format = raw("output").value_or(std::string{});
    } catch (const Error&) {
      format.clear();  // `config set` must stay able to say what is wrong with the file
    }
  }
  return format == "human" ? "human" : "json";
}

}  // namespace heygen::config
