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
#include "core/base/home.hpp"
#include "core/base/text.hpp"
#include "core/config/broken_lines.hpp"
#include "core/config/file.hpp"
#include "core/config/toml_document.hpp"

namespace heygen::config {

namespace {

constexpr std::string_view kFileName = "config.toml";
constexpr std::chrono::seconds kLockDeadline{10};

constexpr std::string_view kSettingsOfProviders = "providers";

/// Everything about a key, built in or declared.
struct Key {
  DeclaredKey declared;
  bool built_in = false;

  const std::string& name() const { return declared.key; }
};

const std::array<Key, 2>& built_in_keys() {
  static const std::array<Key, 2> kKeys{Key{{"analytics", "bool", "HEYGEN_NO_ANALYTICS", "true", ""}, true},
                                        Key{{"output", "format", "HEYGEN_OUTPUT", "json", ""}, true}};
  return kKeys;
}

std::vector<Key> all_keys(const std::vector<DeclaredKey>& declared) {
  std::vector<Key> keys(built_in_keys().begin(), built_in_keys().end());
  for (const DeclaredKey& key : declared) keys.push_back({key});
  return keys;
}

std::optional<Key> find_key(const std::string& name, const std::vector<DeclaredKey>& declared) {
  for (Key& key : all_keys(declared)) {
    if (key.name() == name) return std::move(key);
  }
  return {};
}

/// Part by part: "providers.oauth.nope" is long and no key of an account.
std::string shown_name(const std::string& name) {
  std::vector<std::string> parts = split(name, '.');
  for (std::string& part : parts) part = shown_word(part);
  return join(parts, ".");
}

Error unknown_key(const std::string& name, const std::vector<DeclaredKey>& declared) {
  std::vector<std::string> names;
  for (const Key& key : all_keys(declared)) names.push_back(key.name());
  std::ranges::sort(names);
  const std::string near = nearest(name, names);
  return usage_error("There is no setting \"" + shown_name(name) + "\".",
                     near.empty() ? "The keys are: " + join(names, ", ") + "." : "Did you mean \"" + near + "\"?");
}

Key require_key(const std::string& name, const std::vector<DeclaredKey>& declared) {
  if (std::optional<Key> key = find_key(name, declared)) return *std::move(key);
  throw unknown_key(name, declared);
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

std::optional<std::int64_t> number_of(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failure == std::errc{} && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

std::string allowed_numbers(const DeclaredKey& key) {
  const bool bounded = key.least != DeclaredKey{}.least || key.most != DeclaredKey{}.most;
  return bounded ? "a whole number from " + std::to_string(key.least) + " to " + std::to_string(key.most)
                 : "a whole number";
}

/// A value that a key cannot have: what it may have.
struct InvalidValue {
  std::string allowed;
};

/// Throws InvalidValue.
Scalar checked(const DeclaredKey& key, const std::string& value) {
  if (key.type == "bool") {
    if (value != "true" && value != "false") throw InvalidValue{"true or false"};
    return value == "true";
  }
  if (key.type == "int") {
    const std::optional<std::int64_t> number = number_of(value);
    if (!number || *number < key.least || *number > key.most) throw InvalidValue{allowed_numbers(key)};
    return *number;
  }
  if (key.type == "format") {
    const std::string lower = to_lower(trim(value));
    if (lower != "json" && lower != "human") throw InvalidValue{"json or human"};
    return lower;
  }
  if (key.type == "url" && !is_url(value)) throw InvalidValue{"an http or https URL"};
  if (!is_text(value)) throw InvalidValue{"UTF-8 text without control characters"};
  return value;
}

std::string text_of(const Scalar& scalar) {
  if (const bool* flag = std::get_if<bool>(&scalar)) return *flag ? "true" : "false";
  if (const std::int64_t* number = std::get_if<std::int64_t>(&scalar)) return std::to_string(*number);
  return std::get<std::string>(scalar);
}

/// The value in its usual spelling when it is valid, else as it is.
std::string normalized(const DeclaredKey& key, const std::string& value) {
  try {
    return text_of(checked(key, value));
  } catch (const InvalidValue&) {
    return value;
  }
}

/// What the variable says, in the words of the key.
std::optional<std::string> from_environment(const Key& key, const Environment& environment) {
  if (key.declared.env.empty() || !environment.has(key.declared.env)) return {};
  if (key.built_in && key.name() == "analytics") {
    return environment.truthy(key.declared.env) ? std::optional<std::string>("false") : std::nullopt;
  }
  return normalized(key.declared, environment.value(key.declared.env));
}

KeyPath path_of(const std::string& dotted_key) {
  return split(dotted_key, '.');
}

/// The key that says what a value at that path must be, if any.
std::optional<DeclaredKey> key_at(const KeyPath& path, const std::vector<Key>& keys) {
  for (const Key& key : keys) {
    const KeyPath wanted = path_of(key.name());
    const auto matches = [](const std::string& pattern, const std::string& part) {
      return pattern == "*" || pattern == part;
    };
    if (std::ranges::equal(wanted, path, matches)) return key.declared;
  }
  return {};
}

bool begins_with(const KeyPath& path, const KeyPath& start) {
  return path.size() >= start.size() && std::equal(start.begin(), start.end(), path.begin());
}

/// Tables in which all keys are known, as a name in them may be any.
std::vector<std::string> closed_tables(const std::vector<Key>& keys) {
  std::vector<std::string> tables;
  for (const Key& key : keys) {
    if (key.name().ends_with(".*")) tables.push_back(path_of(key.name()).front());
  }
  return tables;
}

/// What is wrong with the value, as the rest of a sentence about its key; "" when nothing is.
std::string fault_of(const TomlValue& value, const std::vector<Key>& keys, const TomlDocument& document) {
  using Kind = TomlValue::Kind;
  if (const std::optional<DeclaredKey> key = key_at(value.path, keys)) {
    if (value.kind != Kind::scalar && (value.kind == Kind::empty_table || value.kind == Kind::texts)) {
      return "must be a single value";
    }
    try {
      const std::string text = document.text_of(value.path).value_or(std::string{});
      const bool absent = text.empty() && key->type != "format" && key->type != "bool" && key->type != "int";
      if (!absent) static_cast<void>(checked(*key, text));
      return {};
    } catch (const InvalidValue& invalid) {
      const std::string text = document.text_of(value.path).value_or(std::string{});
      return "is '" + shown_word(text) + "', but must be " + invalid.allowed;
    } catch (const TomlError&) {
      return "must be a single value";
    }
  }
  for (const Key& key : keys) {
    const KeyPath known = path_of(key.name());
    if (begins_with(value.path, known)) return "belongs to `" + key.name() + "`, which must be a single value";
    if (begins_with(known, value.path) && value.kind != Kind::empty_table) return "must be a table";
  }
  const bool of_provider = value.path.front() == kSettingsOfProviders;
  if (of_provider && value.path.size() < 3 && value.kind != Kind::empty_table) return "must be a table";
  const std::vector<std::string> closed = closed_tables(keys);
  if (std::ranges::count(closed, value.path.front()) == 0 || value.kind == Kind::empty_table) return {};
  std::vector<std::string> names;
  for (const Key& key : keys) names.push_back(key.name());
  const std::string near = nearest(join(value.path, "."), names);
  return "is not a setting" + (near.empty() ? std::string{} : "; did you mean `" + near + "`?");
}

/// config.toml, read once.
class File {
 public:
  explicit File(const std::filesystem::path& path) : path_(path) {}

  std::optional<std::string> text_of(const std::string& dotted_key) {
    return guarded([&] { return document().text_of(path_of(dotted_key)); });
  }
  bool has_any_of(const std::string& table) {
    return guarded([&] {
      return std::ranges::any_of(document().values(),
                                 [&](const TomlValue& value) { return value.path.front() == table; });
    });
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
    const KeyPath path = path_of(dotted_key);
    return guarded([&] { return restore_broken_lines(document().with(path, value), *marked_, path); });
  }
  /// Empty when the file does not have the key.
  std::optional<std::string> without(const std::string& dotted_key) {
    const KeyPath path = path_of(dotted_key);
    return guarded([&]() -> std::optional<std::string> {
      const bool whole = std::ranges::any_of(document().values(),
                                             [&](const TomlValue& value) { return begins_with(value.path, path); });
      const bool broken = std::ranges::count(marked_->broken, path, &BrokenLine::key) > 0;
      if (!whole && !broken) return {};
      return restore_broken_lines(whole ? document().without(path) : marked_->text, *marked_, path);
    });
  }
  std::string text() {
    return guarded([&] {
      static_cast<void>(document());
      return restore_broken_lines(marked_->text, *marked_, {});
    });
  }
  /// Throws Error{usage_error} for what is not TOML, before any of it is used.
  File& require_whole() {
    try {
      static_cast<void>(document());
    } catch (const TomlError& error) {
      throw fault(error.line, std::string(error.what()) + ".", "Correct that line by hand, or remove the file.");
    }
    if (marked_->broken.empty()) return *this;
    const auto first = std::ranges::min_element(marked_->broken, {}, &BrokenLine::line);
    const std::string key = join(first->key, ".");
    throw fault(first->line, "`" + key + "` is not valid TOML: " + first->what + ".", fix_of(key, false));
  }
  void check(const std::vector<Key>& keys) {
    require_whole();
    for (const TomlValue& value : document().values()) {
      const std::string what = fault_of(value, keys, document());
      if (what.empty()) continue;
      const std::string key = join(value.path, ".");
      throw fault(value.line, "`" + key + "` " + what + (what.ends_with('?') ? "" : "."),
                  fix_of(key, key_at(value.path, keys).has_value()));
    }
  }

 private:
  TomlDocument& document() {
    if (!document_) {
      if (!marked_)
        marked_ = mark_broken_lines(path_.empty() ? std::string{} : read_file(path_).value_or(std::string{}));
      document_.emplace(marked_->text);
    }
    return *document_;
  }

  static std::string fix_of(const std::string& key, bool may_be_set) {
    const std::string set = may_be_set ? "`heygen config set " + key + " VALUE` or " : "";
    return "Run " + set + "`heygen config unset " + key + "`, or correct that line by hand.";
  }
  std::string at_line(unsigned line) const { return path_.string() + ", line " + std::to_string(line) + ": "; }
  Error fault(unsigned line, const std::string& what, const std::string& hint) const {
    return usage_error(at_line(line) + what, hint);
  }

  template <typename Action>
  auto guarded(const Action& action) -> decltype(action()) {
    try {
      return action();
    } catch (const TomlError& error) {
      throw Error(code::kError, at_line(error.line) + error.what() + ".",
                  "Correct that line by hand, or remove the file.");
    }
  }

  const std::filesystem::path& path_;
  std::optional<MarkedText> marked_;
  std::optional<TomlDocument> document_;
};

/// Empty source: neither the environment nor the file has it.
Entry look_up(const Key& key, const Environment& environment, File& file) {
  if (auto value = from_environment(key, environment)) return {key.name(), *value, "env"};
  if (auto value = file.text_of(key.name())) return {key.name(), *value, "file"};
  return {key.name(), key.declared.fallback, {}};
}

Entry effective(const Key& key, const Environment& environment, File& file) {
  Entry entry = look_up(key, environment, file);
  if (entry.source.empty()) entry.source = "default";
  return entry;
}

/// Of the boolean variables the one that a typing error must not turn on.
void check_allow_http(const Environment& environment) {
  constexpr std::string_view kName = "HEYGEN_ALLOW_HTTP";
  constexpr std::array<std::string_view, 4> kOn{"1", "true", "yes", "on"};
  const std::string text(trim(environment.value(kName)));
  const auto is_given = [&](std::string_view word) { return iequals(word, text); };
  if (!environment.truthy(kName) || std::ranges::any_of(kOn, is_given)) return;
  throw usage_error(
      std::string(kName) + " is '" + shown_word(text) + "', but must be 1, true, yes, on, 0, false, no, or off.",
      "Correct or unset " + std::string(kName) + ".");
}

void check_variables(const Environment& environment) {
  check_allow_http(environment);
  for (const Key& key : built_in_keys()) {
    if (!environment.has(key.declared.env) || key.declared.type != "format") continue;
    const std::string value = environment.value(key.declared.env);
    try {
      static_cast<void>(checked(key.declared, value));
    } catch (const InvalidValue& invalid) {
      throw usage_error(key.declared.env + " is '" + shown_word(value) + "', but must be " + invalid.allowed + ".",
                        "Correct or unset " + key.declared.env + ".");
    }
  }
}

/// Writes what `change` makes of the file, under its lock.
void rewrite(const std::filesystem::path& path, const Config::LockWait& wait,
             const std::function<std::string(File&)>& change) {
  if (path.empty()) throw no_user_directory();
  make_private_directory(path.parent_path());
  const Cancel never;
  const FileLock lock = lock_directory(path.parent_path(), kLockDeadline, system_clock(),
                                       wait.cancel != nullptr ? *wait.cancel : never, wait.tell);
  File file(path);
  const std::string text = change(file);
  remove_leftovers(path);
  replace_file(path, text);
}

/// XDG_CONFIG_HOME/heygen; empty when the variable is unset, or relative, which the specification ignores.
std::filesystem::path xdg_directory(const Environment& environment) {
  const std::filesystem::path base = path_variable(environment, "XDG_CONFIG_HOME");
  return base.is_absolute() ? base / "heygen" : std::filesystem::path{};
}

/// A directory of that name in the current one would be a surprise, with a credential in it.
Error literal_tilde(const std::string& named) {
  return usage_error("HEYGEN_CONFIG_DIR is '" + named +
                         "', which names no directory: only `~` and `~/` are a home directory, if there is one.",
                     "Set HEYGEN_CONFIG_DIR to an absolute path.");
}

}  // namespace

std::filesystem::path config_directory(const Environment& environment,
                                       const std::function<std::filesystem::path()>& of_account) {
  std::error_code ignored;
  if (const auto named = path_variable(environment, "HEYGEN_CONFIG_DIR"); !named.empty()) {
    const std::string text = named.string();
    const std::size_t begin = text.find_first_not_of(" \t\"'");
    if (begin != std::string::npos && text[begin] == '~') throw literal_tilde(text);
    const std::filesystem::path whole = std::filesystem::absolute(named, ignored);
    if (!ignored) return whole;
    throw usage_error(
        "HEYGEN_CONFIG_DIR is '" + named.string() + "', a relative path, but there is no current directory.",
        "Set HEYGEN_CONFIG_DIR to an absolute path.");
  }
  const std::filesystem::path home = home_directory(environment, of_account);
  const std::filesystem::path usual = home.empty() ? home : home / ".heygen";
  const std::filesystem::path xdg = xdg_directory(environment);
  if (!usual.empty() && (xdg.empty() || std::filesystem::exists(std::filesystem::symlink_status(usual, ignored))))
    return usual;
  return usual.empty() || std::filesystem::is_directory(xdg, ignored) ? xdg : usual;
}

Config::Config(const std::filesystem::path& directory, const Environment& environment)
    : path_(directory.empty() ? directory : directory / kFileName), environment_(environment) {}

void Config::check(const std::vector<DeclaredKey>& declared) const {
  check_variables(environment_);
  File(path_).check(all_keys(declared));
}

std::optional<std::string> Config::raw(const std::string& dotted_key) const {
  return File(path_).require_whole().text_of(dotted_key);
}

bool Config::has_any_of(const std::string& table) const {
  return File(path_).require_whole().has_any_of(table);
}

std::map<std::string, std::string> Config::members(const std::string& table) const {
  if (std::error_code ignored; !std::filesystem::exists(path_, ignored)) return {};
  return File(path_).require_whole().members(table);
}

Entry Config::get(const std::string& key, const std::vector<DeclaredKey>& declared) const {
  File file(path_);
  return effective(require_key(key, declared), environment_, file);
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
  try {
    const Scalar scalar = checked(known.declared, value);
    rewrite(path_, lock_wait, [&](File& file) { return file.with(key, scalar); });
    return {key, text_of(scalar), "file"};
  } catch (const InvalidValue& invalid) {
    throw usage_error("\"" + shown_word(value) + "\" is not a value of \"" + key + "\".",
                      "It takes " + invalid.allowed + ".");
  }
}

Entry Config::unset(const std::string& key, const std::vector<DeclaredKey>& declared) const {
  const std::optional<Key> known = find_key(key, declared);
  if (!File(path_).without(key)) {
    if (!known) throw unknown_key(key, declared);
    throw usage_error(
        "\"" + key + "\" is not set in " + (path_.empty() ? std::string(kFileName) : path_.string()) + ".",
        "`heygen config list` shows what is set, and where.");
  }
  rewrite(path_, lock_wait, [&](File& file) { return file.without(key).value_or(file.text()); });
  File file(path_);
  return known ? effective(*known, environment_, file) : Entry{key, "", "default"};
}

std::string Config::output_format() const {
  const Key& key = built_in_keys().back();
  std::string format = environment_.value(key.declared.env);
  if (format.empty()) {
    try {
      format = File(path_).text_of(key.name()).value_or(std::string{});
    } catch (const Error&) {
      format.clear();
    }
  }
  return normalized(key.declared, format) == "human" ? "human" : "json";
}

}  // namespace heygen::config
