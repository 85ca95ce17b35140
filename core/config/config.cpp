// SPDX-License-Identifier: Apache-2.0
#include "core/config/config.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <system_error>

#include "core/base/account.hpp"
#include "core/base/atomic_file.hpp"
#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/directory.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"
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

/// Part by part where it begins like a setting: "providers.oauth.nope" is long and no key of an account.
std::string shown_name(const std::string& name) {
  constexpr std::array<std::string_view, 3> kSections{"provider", "providers", "response"};
  std::vector<std::string> parts = split(name, '.');
  if (std::ranges::find(kSections, parts.front()) == kSections.end()) return shown_word(name);
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
  if (!key.words.empty() && std::ranges::count(key.words, value) == 0) throw InvalidValue{join(key.words, " or ")};
  if (key.type == "url" && !is_url(value)) throw InvalidValue{"an http or https URL"};
  if (!is_text(value)) throw InvalidValue{"UTF-8 text without control characters"};
  return value;
}

std::string text_of(const Scalar& scalar) {
  if (const bool* flag = std::get_if<bool>(&scalar)) return *flag ? "true" : "false";
  if (const std::int64_t* number = std::get_if<std::int64_t>(&scalar)) return std::to_string(*number);
  return std::get<std::string>(scalar);
}

Error invalid_value(const std::string& key, const std::string& value, const InvalidValue& invalid) {
  return usage_error("\"" + shown_word(value) + "\" is not a value of \"" + key + "\".",
                     "It takes " + invalid.allowed + ".");
}

/// A variable says a boolean in more words than the file, and a shell or a file of variables leaves white space.
/// Throws InvalidValue.
Scalar checked_variable(const DeclaredKey& key, const std::string& value) {
  if (key.type != "bool") return checked(key, std::string(trim(value)));
  if (const std::optional<bool> flag = flag_of(value)) return *flag;
  throw InvalidValue{std::string(kFlagWords)};
}

/// The value in its usual spelling when it is valid, else as it is.
std::string normalized(const DeclaredKey& key, const std::string& value) {
  try {
    return text_of(checked_variable(key, value));
  } catch (const InvalidValue&) {
    return value;
  }
}

/// What is not a valid value of the key may be anything, a credential too.
std::string to_show(const DeclaredKey& key, const std::string& value) {
  try {
    static_cast<void>(checked(key, value));
    return value;
  } catch (const InvalidValue&) {
    return shown_word(value);
  }
}

/// What the variable says, in the words of the key.
std::optional<std::string> from_environment(const Key& key, const Environment& environment) {
  if (key.declared.env.empty() || !environment.has(key.declared.env)) return {};
  if (key.built_in && key.name() == "analytics") {
    const std::string value = environment.value(key.declared.env);
    const std::optional<bool> off = flag_of(value);
    if (!off) return value;
    return *off ? std::optional<std::string>("false") : std::nullopt;
  }
  return normalized(key.declared, environment.value(key.declared.env));
}

/// Of a key as a command or a hint names it; parts in quotes as in TOML.
KeyPath path_of(const std::string& dotted_key) {
  if (dotted_key.find_first_of("\"'") != std::string::npos) {
    try {
      const std::vector<TomlValue> values = TomlDocument(dotted_key + " = 0").values();
      if (values.size() == 1) return values.front().path;
    } catch (const TomlError&) {  // then it names nothing in a TOML file
    }
  }
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

constexpr std::string_view kDisabled = "provider.disabled.";

/// What begins with `start`, but for a pattern.
std::vector<std::string> names_below(std::string_view start, const std::vector<Key>& keys) {
  std::vector<std::string> names;
  for (const Key& key : keys) {
    if (key.name().starts_with(start) && !key.name().ends_with('*')) names.push_back(key.name());
  }
  return names;
}

/// A misspelled provider would stay on. One that is not installed, and like none that is, may have been removed.
std::string fault_of_disabled(const KeyPath& path, const std::vector<Key>& keys) {
  const std::string name = join(path, ".");
  const std::vector<std::string> known = names_below(kDisabled, keys);
  if (!name.starts_with(kDisabled) || std::ranges::count(known, name) > 0) return {};
  std::vector<std::string> ids;
  for (const std::string& one : known) ids.push_back(one.substr(kDisabled.size()));
  const std::string near = nearest(path.back(), ids);
  if (near.empty()) return {};
  return "names no installed provider; did you mean `" + std::string(kDisabled) + near + "`?";
}

/// Of a key in the table of an installed provider.
std::string fault_of_provider_key(const KeyPath& path, const std::vector<Key>& keys) {
  const std::string disabled = std::string(kDisabled) + path.at(1);
  const auto closes = [&](const Key& key) { return key.declared.closes_provider && key.name() == disabled; };
  if (std::ranges::none_of(keys, closes)) return {};
  const std::string table = std::string(kSettingsOfProviders) + "." + path.at(1) + ".";
  std::string near = nearest(join(path, "."), names_below(table, keys));
  if (path.back() == "enabled" || path.back() == "disabled" || path.back() == "enable" || path.back() == "disable")
    near = disabled;
  return "is not a setting" + (near.empty() ? std::string{} : "; did you mean `" + near + "`?");
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
      return fault_of_disabled(value.path, keys);
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
  if (of_provider && value.path.size() > 2 && value.kind != Kind::empty_table)
    return fault_of_provider_key(value.path, keys);
  const std::vector<std::string> closed = closed_tables(keys);
  if (std::ranges::count(closed, value.path.front()) == 0 || value.kind == Kind::empty_table) return {};
  std::vector<std::string> names;
  for (const Key& key : keys) names.push_back(key.name());
  const std::string near = nearest(join(value.path, "."), names);
  return "is not a setting" + (near.empty() ? std::string{} : "; did you mean `" + near + "`?");
}

/// A command that sets the key to a value that it can have, in the words of a hint; "" when there is none to name.
std::string setting_command(const DeclaredKey& key) {
  const std::string value = !key.fallback.empty() ? key.fallback : key.type == "bool" ? "true" : "";
  return value.empty() ? std::string{} : "`heygen config set " + key.key + " " + shell_word(value) + "` or ";
}

}  // namespace

/// config.toml, read once.
class SettingsFile {
 public:
  explicit SettingsFile(const std::filesystem::path& path) : path_(path) {}

  /// What there is to show of it; nothing of a file that cannot be read.
  SettingsFile& readable() {
    try {
      static_cast<void>(document());
    } catch (const Error&) {
      marked_ = MarkedText{};
    }
    return *this;
  }
  /// Empty for a table or an array.
  std::optional<std::string> text_of(const std::string& dotted_key) {
    try {
      return document().text_of(path_of(dotted_key));
    } catch (const TomlError&) {
      return {};
    }
  }
  bool has_any_of(const std::string& table) {
    return std::ranges::any_of(document().values(),
                               [&](const TomlValue& value) { return value.path.front() == table; });
  }
  std::map<std::string, std::string> members(const std::string& table) {
    std::map<std::string, std::string> out;
    for (const TomlValue& value : document().values()) {
      if (value.kind != TomlValue::Kind::scalar || value.path.front() != table) continue;
      const KeyPath below(value.path.begin() + 1, value.path.end());
      out[join(below, ".")] = document().text_of(value.path).value_or(std::string{});
    }
    return out;
  }
  std::string with(const std::string& dotted_key, const Scalar& value) {
    const KeyPath path = path_of(dotted_key);
    try {
      return restored(document().with(path, value), path);
    } catch (const TomlError&) {
      loses_ = true;
    }
    try {
      return restored(TomlDocument(document().without(obstacle(path))).with(path, value), path);
    } catch (const TomlError&) {
      return document().rewritten_with(path, value);
    }
  }
  /// Empty when the file does not have the key, and `repairs` is false or there is nothing to repair.
  std::optional<std::string> without(const std::string& dotted_key, bool repairs) {
    const KeyPath path = path_of(dotted_key);
    const bool whole =
        std::ranges::any_of(document().values(), [&](const TomlValue& value) { return begins_with(value.path, path); });
    const bool broken = std::ranges::count(marked_->broken, path, &BrokenLine::key) > 0;
    if (!whole && !broken && !(repairs && marked_->has_keyless())) return {};
    if (!whole) return restored(marked_->text, path);
    try {
      return restored(document().without(path), path);
    } catch (const TomlError&) {
      loses_ = true;
      return document().rewritten_without(path);
    }
  }
  std::string unchanged() { return restored((static_cast<void>(document()), marked_->text), {}); }
  /// Whether with() or without() could not keep something.
  bool loses() const { return loses_ || marked_->has_keyless(); }

  /// Throws Error{usage_error} for what is not TOML, before any of it is used.
  SettingsFile& require_whole() {
    static_cast<void>(document());
    if (marked_->broken.empty()) return *this;
    throw fault_of_line(*std::ranges::min_element(marked_->broken, {}, &BrokenLine::line));
  }
  void check(const std::vector<Key>& keys) {
    require_whole();
    const std::vector<Error> wrong = wrong_values(keys);
    if (!wrong.empty()) throw Error(wrong.front());
  }
  std::vector<Error> faults(const std::vector<Key>& keys) {
    std::vector<Error> out;
    try {
      static_cast<void>(document());
    } catch (const Error& error) {
      return {error};
    }
    for (const BrokenLine& line : marked_->broken) out.push_back(fault_of_line(line));
    const std::vector<Error> wrong = wrong_values(keys);
    out.insert(out.end(), wrong.begin(), wrong.end());
    return out;
  }

 private:
  /// What can be read of it. Throws Error for a file that cannot be read at all.
  TomlDocument& document() {
    if (!document_) {
      if (!marked_)
        marked_ = mark_broken_lines(path_.empty() ? std::string{} : read_file(path_).value_or(std::string{}));
      document_.emplace(marked_->text);
    }
    return *document_;
  }
  std::string restored(std::string edited, const KeyPath& fixed) const {
    return restore_broken_lines(std::move(edited), *marked_, fixed);
  }

  /// What is in the way of a value there: a value where a table belongs, or a table in its own place.
  KeyPath obstacle(const KeyPath& path) {
    for (const TomlValue& value : document().values()) {
      if (value.path.size() < path.size() && begins_with(path, value.path)) return value.path;
    }
    return path;
  }

  std::vector<Error> wrong_values(const std::vector<Key>& keys) {
    std::vector<Error> out;
    for (const TomlValue& value : document().values()) {
      const std::string what = fault_of(value, keys, document());
      if (what.empty()) continue;
      const std::string key = dotted(value.path);
      const auto known =
          std::ranges::find_if(keys, [&](const Key& one) { return begins_with(value.path, path_of(one.name())); });
      out.push_back(
          fault(value.line, "`" + shown_name(key) + "` " + what + (what.ends_with('?') ? "" : "."),
                known == keys.end() ? fix_of(key, "") : fix_of(known->name(), setting_command(known->declared))));
    }
    return out;
  }
  Error fault_of_line(const BrokenLine& line) {
    const std::string key = dotted(line.key);
    if (!key.empty())
      return fault(line.line, "`" + shown_name(key) + "` is not valid TOML: " + line.what + ".", fix_of(key, ""));
    const std::string same = text_of("output").value_or("json");
    return fault(line.line, "not valid TOML: " + line.what + ".",
                 "Correct that line by hand, or run `heygen config set output " + (same == "human" ? same : "json") +
                     "`, which makes such lines comments and keeps a copy of the file.");
  }
  /// A key that may not be shown cannot be in a command.
  static std::string fix_of(const std::string& key, const std::string& set) {
    if (shown_name(key) != key) return "Correct or remove that line by hand.";
    const std::string word = (key.starts_with('-') ? "-- " : "") + shell_word(key);  // not to be read as an option
    return "Run " + set + "`heygen config unset " + word + "`, or correct that line by hand.";
  }
  Error fault(unsigned line, const std::string& what, const std::string& hint) const {
    return usage_error(path_.string() + ", line " + std::to_string(line) + ": " + what, hint);
  }

  const std::filesystem::path& path_;
  std::optional<MarkedText> marked_;
  std::optional<TomlDocument> document_;
  bool loses_ = false;
};

namespace {

/// Empty source: neither the environment nor the file has it.
Entry look_up(const Key& key, const Environment& environment, SettingsFile& file) {
  if (auto value = from_environment(key, environment)) return {key.name(), to_show(key.declared, *value), "env"};
  if (auto value = file.text_of(key.name())) return {key.name(), to_show(key.declared, *value), "file"};
  return {key.name(), key.declared.fallback, {}};
}

Entry effective(const Key& key, const Environment& environment, SettingsFile& file) {
  Entry entry = look_up(key, environment, file);
  if (entry.source.empty()) entry.source = "default";
  return entry;
}

constexpr std::array<std::string_view, 4> kFlags{"HEYGEN_ALLOW_HTTP", "HEYGEN_NONINTERACTIVE", "HEYGEN_NO_BROWSER",
                                                 "HEYGEN_NO_ANALYTICS"};

/// Throws Error{usage_error} for the first variable of heygen that has a value which it cannot have.
void check_variables(const std::vector<Key>& keys, const Environment& environment) {
  for (const std::string_view name : kFlags) static_cast<void>(environment.is_on(name));
  for (const Key& key : keys) {
    const std::string& name = key.declared.env;
    if (name.empty() || !environment.has(name) || std::ranges::count(kFlags, name) > 0) continue;
    const std::string value = environment.value(name);
    try {
      static_cast<void>(checked_variable(key.declared, value));
    } catch (const InvalidValue& invalid) {
      throw usage_error(name + " is '" + shown_word(value) + "', but must be " + invalid.allowed + ".",
                        "Correct or unset " + name + ".");
    }
  }
}

/// A copy of the file beside it, under a name that is free.
std::filesystem::path keep_copy(const std::filesystem::path& path) {
  constexpr int kMostCopies = 1000;
  const std::string content = read_file(path).value_or(std::string{});
  for (int number = 1; number <= kMostCopies; ++number) {
    const std::filesystem::path copy = path.string() + ".broken-" + std::to_string(number);
    const UniqueFd file = open_file(copy, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (!file && errno == EEXIST) continue;
    std::error_code fault(file ? 0 : errno, std::generic_category());
    if (!fault) fault.assign(give_to_owner_of_directory(file.get(), path.parent_path()), std::generic_category());
    if (!fault) fault = write_all(file.get(), content);
    if (!fault && fsync(file.get()) != 0) fault.assign(errno, std::generic_category());
    if (!fault) return copy;
    if (file) unlink(copy.c_str());
    throw Error(code::kFileIo, "Could not write " + copy.string() + ": " + describe_errno(fault.value()) + ".",
                "Check the directory's permissions and free space, or correct " + path.string() + " by hand.");
  }
  throw Error(code::kFileExists, "There are " + std::to_string(kMostCopies) + " copies of " + path.string() + ".",
              "Delete those that you do not need.");
}

/// Writes what `change` makes of the file, under its lock. Returns the copy of a file that could not be kept as it was.
std::filesystem::path rewrite(const std::filesystem::path& path, const Config::LockWait& wait,
                              const std::function<std::string(SettingsFile&)>& change) {
  if (path.empty()) throw no_user_directory();
  // Of the real file: directories that share it by links exclude each other.
  const std::filesystem::path directory = link_target(path).parent_path();
  make_private_directory(path.parent_path());
  make_private_directory(directory);
  const Cancel never;
  const FileLock lock = lock_directory(directory, kLockDeadline, system_clock(),
                                       wait.cancel != nullptr ? *wait.cancel : never, wait.tell);
  SettingsFile file(path);
  const std::string text = change(file);
  std::filesystem::path kept = file.loses() ? keep_copy(path) : std::filesystem::path{};
  remove_leftovers(path);
  replace_file(path, text);
  return kept;
}

/// XDG_CONFIG_HOME/heygen; empty when the variable is unset, or relative, which the specification ignores.
std::filesystem::path xdg_directory(const Environment& environment) {
  const std::filesystem::path base = path_variable(environment, "XDG_CONFIG_HOME");
  return base.is_absolute() ? base / "heygen" : std::filesystem::path{};
}

/// A directory of that name in the current one would be a surprise, with a credential in it.
Error literal_tilde(const std::string& named) {
  return usage_error("HEYGEN_CONFIG_DIR is '" + shown_path(named) +
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

class Config::Reading : public SettingsFile {
 public:
  using SettingsFile::SettingsFile;
};

Config::Config(const std::filesystem::path& directory, const Environment& environment)
    : path_(directory.empty() ? directory : directory / kFileName), environment_(environment) {}

Config::~Config() = default;

Config::Reading& Config::reading() const {
  if (!reading_) reading_ = std::make_unique<Reading>(path_);
  return *reading_;
}

std::string Config::loose_mode() const {
  struct stat about {};
  if (path_.empty() || stat(path_.c_str(), &about) != 0 || !S_ISREG(about.st_mode) || !others_may_write(about))
    return {};
  return "Other users may change the settings in " + path_.string() + " (mode " + octal(about.st_mode) +
         "). Run `chmod go-w " + shell_word(path_.string()) + "`.";
}

void Config::check(const std::vector<DeclaredKey>& declared) const {
  const std::vector<Key> keys = all_keys(declared);
  check_variables(keys, environment_);
  const std::lock_guard lock(mutex_);
  reading().check(keys);
}

std::vector<std::string> Config::faults(const std::vector<DeclaredKey>& declared) const {
  std::vector<std::string> out;
  const std::vector<Key> keys = all_keys(declared);
  try {
    check_variables(keys, environment_);
  } catch (const Error& fault) {
    out.push_back(fault.message() + " " + fault.hint);
  }
  const std::lock_guard lock(mutex_);
  for (const Error& fault : reading().faults(keys)) out.push_back(fault.message() + " " + fault.hint);
  return out;
}

std::optional<std::string> Config::raw(const std::string& dotted_key) const {
  const std::lock_guard lock(mutex_);
  return reading().require_whole().text_of(dotted_key);
}

bool Config::has_any_of(const std::string& table) const {
  const std::lock_guard lock(mutex_);
  return reading().require_whole().has_any_of(table);
}

std::map<std::string, std::string> Config::members(const std::string& table) const {
  const std::lock_guard lock(mutex_);
  return reading().require_whole().members(table);
}

Entry Config::get(const std::string& key, const std::vector<DeclaredKey>& declared) const {
  SettingsFile file(path_);
  return effective(require_key(key, declared), environment_, file.readable());
}

std::vector<Entry> Config::list(const std::vector<DeclaredKey>& declared) const {
  SettingsFile file(path_);
  file.readable();
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

std::string checked_text(const DeclaredKey& key, const std::string& value) {
  try {
    return text_of(checked(key, value));
  } catch (const InvalidValue& invalid) {
    throw invalid_value(key.key, value, invalid);
  }
}

Entry Config::set(const std::string& key, const std::string& value, const std::vector<DeclaredKey>& declared) const {
  const Key known = require_key(key, declared);
  try {
    const Scalar scalar = checked(known.declared, value);
    reading_.reset();
    const std::filesystem::path kept =
        rewrite(path_, lock_wait, [&](SettingsFile& file) { return file.with(key, scalar); });
    return {key, text_of(scalar), "file", kept.string()};
  } catch (const InvalidValue& invalid) {
    throw invalid_value(key, value, invalid);
  }
}

Entry Config::unset(const std::string& key, const std::vector<DeclaredKey>& declared) const {
  const std::optional<Key> known = find_key(key, declared);
  if (!SettingsFile(path_).without(key, known.has_value())) {
    if (!known) throw unknown_key(key, declared);
    throw usage_error(
        "\"" + key + "\" is not set in " + (path_.empty() ? std::string(kFileName) : path_.string()) + ".",
        "`heygen config list` shows what is set, and where.");
  }
  reading_.reset();
  const std::filesystem::path kept =
      rewrite(path_, lock_wait, [&](SettingsFile& file) { return file.without(key, true).value_or(file.unchanged()); });
  SettingsFile file(path_);
  Entry entry = known ? effective(*known, environment_, file) : Entry{key, "", "default"};
  entry.kept = kept.string();
  return entry;
}

std::string Config::output_format() const {
  const Key& key = built_in_keys().back();
  std::string format = environment_.value(key.declared.env);
  if (format.empty()) {
    try {
      const std::lock_guard lock(mutex_);
      format = reading().text_of(key.name()).value_or(std::string{});
    } catch (const Error&) {
      format.clear();
    }
  }
  return normalized(key.declared, format) == "human" ? "human" : "json";
}

}  // namespace heygen::config
