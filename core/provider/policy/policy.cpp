// SPDX-License-Identifier: Apache-2.0
#include "core/provider/policy/policy.hpp"

#include <algorithm>
#include <array>

#include "core/base/text.hpp"
#include "core/config/toml_document.hpp"
#include "core/net/http.hpp"
#include "core/provider/manifest.hpp"
#include "core/provider/policy/narrowing.hpp"
#include "core/provider/needs.hpp"
#include "core/provider/refusal.hpp"
#include "core/store/reserved_slots.hpp"

namespace heygen::provider {
namespace {

using config::TomlValue;
using Kind = TomlValue::Kind;

constexpr std::int64_t kVersion = 1;
constexpr std::size_t kMaxDigests = 16;
constexpr std::string_view kDigestMark = "sha256:";
constexpr std::size_t kDigestSize = 64;

std::string dotted(const config::KeyPath& path) {
  return join(path, ".");
}

[[noreturn]] void refuse(const TomlValue& value, const std::string& what, std::string hint = {}) {
  throw PolicyError(value.line, dotted(value.path), what, std::move(hint));
}

template <class Wanted>
Wanted scalar(const TomlValue& value, const char* kind) {
  const auto* found = value.kind == Kind::scalar ? std::get_if<Wanted>(&value.scalar) : nullptr;
  if (found == nullptr) refuse(value, std::string("must be ") + kind);
  return *found;
}

std::string text(const TomlValue& value) {
  return scalar<std::string>(value, "text in quotes");
}

std::string word(const TomlValue& value, const std::string& one, const std::string& other) {
  std::string given = text(value);
  if (given != one && given != other) refuse(value, "must be \"" + one + "\" or \"" + other + "\"");
  return given;
}

bool is_command_word(const std::string& word) {
  return !word.empty() && word.front() != '-' &&
         std::ranges::all_of(word, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

std::vector<std::string> ids(const TomlValue& value) {
  if (value.kind != Kind::texts) refuse(value, "must be a list of provider IDs in quotes");
  for (const std::string& id : value.texts) {
    if (!is_valid_id(id)) refuse(value, "has \"" + printable(id) + "\", which is not a valid provider ID");
  }
  return value.texts;
}

std::string digest(const TomlValue& value, const std::string& given) {
  std::string lower = to_lower(given);
  const bool marked = lower.starts_with(kDigestMark);
  if (marked) lower.erase(0, kDigestMark.size());
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (!marked || lower.size() != kDigestSize || !std::ranges::all_of(lower, is_hex)) {
    refuse(value, "must be \"sha256:\" and 64 hexadecimal digits", "`heygen-provider-check pin LIBRARY` writes it.");
  }
  return lower;
}

std::vector<std::string> digests(const TomlValue& value) {
  const std::vector<std::string> given = value.kind == Kind::texts ? value.texts : std::vector{text(value)};
  if (given.empty() || given.size() > kMaxDigests) {
    refuse(value, "must have 1 to " + std::to_string(kMaxDigests) + " digests");
  }
  std::vector<std::string> out;
  out.reserve(given.size());
  for (const std::string& one : given) out.push_back(digest(value, one));
  return out;
}

std::string url(const TomlValue& value) {
  std::string base = text(value);
  try {
    static_cast<void>(net::Url::parse(base));
  } catch (const std::invalid_argument& error) {
    std::string why = error.what();
    if (why.ends_with('.')) why.pop_back();
    refuse(value, "must be a URL: " + why);
  }
  if (base.find('?') != std::string::npos) refuse(value, "must be a URL without a query ('?')");
  while (base.ends_with('/')) base.pop_back();
  return base;
}

std::string absolute_path(const TomlValue& value) {
  std::string path = text(value);
  if (!path.starts_with('/') || has_control(path)) refuse(value, "must be the absolute path of a file");
  return path;
}

/// Words of commands, as they are typed.
std::vector<std::string> command_words(const TomlValue& value) {
  if (value.kind != Kind::texts) refuse(value, "must be a list of commands in quotes");
  for (const std::string& command : value.texts) {
    for (const std::string& part : split(command, ' ')) {
      if (is_command_word(part)) continue;
      refuse(value, "has \"" + printable(command) + "\", which is not a command without `heygen`",
             R"(Such as "api" or "auth login".)");
    }
  }
  return value.texts;
}

/// Words, and whole needs as a manifest has them.
std::vector<std::string> needs(const TomlValue& value) {
  if (value.kind != Kind::texts) refuse(value, "must be a list of needs in quotes");
  for (const std::string& need : value.texts) {
    if (is_need_word(need)) continue;
    try {
      if (is_need_word(word_of(need))) {
        static_cast<void>(parse_needs({need}));
        continue;
      }
    } catch (const Refusal&) {  // worded below
    }
    refuse(value, "has \"" + printable(need) + "\", which is not a valid need",
           R"(Write a word, such as "exec", or a need as a manifest has it.)");
  }
  return value.texts;
}

/// "" for no proxy at all.
std::string proxy(const TomlValue& value) {
  if (text(value) == "none") return {};
  const std::string fixed = url(value);
  const net::Url parsed = net::Url::parse(fixed);
  if (parsed.scheme != "http" || fixed.find('/', std::string_view("http://").size()) != std::string::npos)
    refuse(value, R"(must be "none" or a URL such as "http://proxy.example:3128")");
  return fixed;
}

struct Key {
  const char* name;
  void (*read)(Policy&, const TomlValue&);
};

void read_version(Policy&, const TomlValue& value) {
  const auto version = scalar<std::int64_t>(value, "a whole number");
  if (version != kVersion) {
    refuse(value, "is " + std::to_string(version) + ", and this heygen knows only version " + std::to_string(kVersion) +
                      " of the policy");
  }
}

constexpr auto kKeys = std::to_array<Key>({
    {"version", read_version},
    {"audit", [](Policy& policy, const TomlValue& value) { policy.audit = word(value, "none", "syslog") == "syslog"; }},
    {"providers.mode",
     [](Policy& policy, const TomlValue& value) { policy.listed_only = word(value, "allow", "open") == "allow"; }},
    {"providers.allow", [](Policy& policy, const TomlValue& value) { policy.allow = ids(value); }},
    {"providers.user_directories",
     [](Policy& policy, const TomlValue& value) { policy.user_directories = scalar<bool>(value, "true or false"); }},
    {"providers.logins", [](Policy& policy, const TomlValue& value) { policy.logins = ids(value); }},
    {"providers.runtimes", [](Policy& policy, const TomlValue& value) { policy.runtimes = ids(value); }},
    {"providers.isolation",
     [](Policy& policy, const TomlValue& value) {
       policy.isolate_all = word(value, "default", "process") == "process";
     }},
    {"providers.forbid_needs", [](Policy& policy, const TomlValue& value) { policy.forbid_needs = needs(value); }},
    {"trust.keys", read_trusted_keys},
    {"trust.require_signature", read_required_signature},
    {"api.base", [](Policy& policy, const TomlValue& value) { policy.api_base = url(value); }},
    {"tls.ca_file", [](Policy& policy, const TomlValue& value) { policy.ca_file = absolute_path(value); }},
    {"audit_required",
     [](Policy& policy, const TomlValue& value) { policy.audit_required = scalar<bool>(value, "true or false"); }},
    {"commands.forbid",
     [](Policy& policy, const TomlValue& value) { policy.forbidden_commands = command_words(value); }},
    {"network.allow_http",
     [](Policy& policy, const TomlValue& value) { policy.allow_http = scalar<bool>(value, "true or false"); }},
    {"network.proxy", [](Policy& policy, const TomlValue& value) { policy.proxy = proxy(value); }},
});

void read_pin(Policy& policy, const TomlValue& value) {
  const std::string& id = value.path.at(1);
  if (!is_valid_id(id)) refuse(value, "names \"" + printable(id) + "\", which is not a valid provider ID");
  Pin& pin = policy.pins[id];
  policy.lines.try_emplace("pins." + id, value.line);
  if (value.path.size() != 3) return;  // an empty [pins.ID] is refused below
  if (value.path.back() == "library") {
    pin.library = digests(value);
  } else if (value.path.back() == "manifest") {
    pin.manifest = digests(value);
  } else if (value.path.back() == "in_process") {
    pin.in_process = scalar<bool>(value, "true or false");
  } else {
    refuse(value, "is not a key of a pin", "A pin has `library`, `manifest` and `in_process`.");
  }
}

constexpr std::size_t kSettingDepth = 4;

bool is_setting(const TomlValue& value) {
  return value.path.size() == kSettingDepth && value.path.at(0) == "providers" && value.path.at(1) == "settings";
}

/// providers.settings.ID.KEY
void read_setting(Policy& policy, const TomlValue& value) {
  const std::string &id = value.path.at(2), &key = value.path.at(3);
  if (!is_valid_id(id)) refuse(value, "names \"" + printable(id) + "\", which is not a valid provider ID");
  if (value.kind != Kind::scalar) refuse(value, "must be text, a whole number, true or false");
  std::string text;
  if (const bool* flag = std::get_if<bool>(&value.scalar)) {
    text = *flag ? "true" : "false";
  } else if (const auto* number = std::get_if<std::int64_t>(&value.scalar)) {
    text = std::to_string(*number);
  } else {
    text = std::get<std::string>(value.scalar);
  }
  if (has_control(text)) refuse(value, "has control characters");
  policy.settings[id][key] = text;
}

constexpr std::size_t kHostsDepth = 3;

bool is_hosts(const TomlValue& value) {
  return value.path.size() == kHostsDepth && value.path.at(0) == "providers" && value.path.at(1) == "hosts";
}

/// "*.corp.example" is any host below corp.example.
bool is_host_pattern(std::string_view text) {
  if (text.starts_with("*.")) text.remove_prefix(2);
  return !text.empty() && text.front() != '.' && text.back() != '.' && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':' || c == '_';
  });
}

/// providers.hosts.ID
void read_hosts(Policy& policy, const TomlValue& value) {
  const std::string& id = value.path.at(2);
  if (!is_valid_id(id)) refuse(value, "names \"" + printable(id) + "\", which is not a valid provider ID");
  if (value.kind != Kind::texts) refuse(value, "must be a list of host names in quotes");
  for (const std::string& one : value.texts) {
    if (!is_host_pattern(one))
      refuse(value, "has \"" + printable(one) + "\", which is not a host name in lower case",
             R"(Such as "id.example" or "*.corp.example".)");
  }
  policy.hosts[id] = value.texts;
}

[[noreturn]] void unknown(const TomlValue& value) {
  std::vector<std::string> names{"pins.ID.library", "pins.ID.manifest", "pins.ID.in_process", "providers.settings.ID.KEY",
                                 "providers.hosts.ID"};
  for (const Key& key : kKeys) names.emplace_back(key.name);
  const std::string near = nearest(dotted(value.path), names);
  refuse(value, "is not a key of a policy",
         near.empty() ? "The keys are: " + join(names, ", ") + "." : "Did you mean `" + near + "`?");
}

void read_value(Policy& policy, const TomlValue& value) {
  const std::string name = dotted(value.path);
  const bool pin = value.path.front() == "pins" && (value.path.size() == 2 || value.path.size() == 3);
  if (pin && (value.path.size() == 3 || value.kind == Kind::empty_table)) {
    read_pin(policy, value);
  } else if (is_setting(value)) {
    read_setting(policy, value);
  } else if (is_hosts(value)) {
    read_hosts(policy, value);
  } else {
    const auto* known = std::ranges::find_if(kKeys, [&](const Key& key) { return name == key.name; });
    // A quoted key with a dot is a different key.
    const auto dots = static_cast<std::size_t>(std::ranges::count(name, '.'));
    if (known == kKeys.end() || dots + 1 != value.path.size()) unknown(value);
    known->read(policy, value);
  }
  policy.lines[name] = value.line;
}

unsigned line_of(const Policy& policy, const std::string& key) {
  const auto found = policy.lines.find(key);
  return found == policy.lines.end() ? 1 : found->second;
}

void require(const Policy& policy, const std::string& key, const std::string& fix) {
  if (!policy.lines.contains(key)) throw PolicyError(1, key, "is missing", fix);
}

bool contains(const std::vector<std::string>& list, const std::string& id) {
  return std::ranges::find(list, id) != list.end();
}

void check_allow_list(const Policy& policy) {
  const bool given = policy.lines.contains("providers.allow");
  if (!policy.listed_only && given) {
    throw PolicyError(line_of(policy, "providers.allow"), "providers.allow",
                      R"(has no meaning where `providers.mode` is "open")",
                      R"(Set the mode to "allow", or remove the list.)");
  }
  if (policy.listed_only && policy.allow.empty()) {
    throw PolicyError(line_of(policy, given ? "providers.allow" : "providers.mode"), "providers.allow",
                      given ? "is empty: it would let no provider load" : R"(is missing in mode "allow")",
                      R"(Name the providers that may load, or set the mode to "open".)");
  }
}

void check_listed(const Policy& policy, const std::string& key, const std::optional<std::vector<std::string>>& given) {
  if (!given || !policy.listed_only) return;
  for (const std::string& id : *given) {
    if (contains(policy.allow, id)) continue;
    throw PolicyError(line_of(policy, key), key, "has \"" + id + "\", which `providers.allow` does not list");
  }
}

/// A typo in an ID must not leave a provider unpinned, or without a login.
void check_ids(const Policy& policy) {
  for (const auto& [id, pin] : policy.pins) {
    const std::string key = "pins." + id;
    if (pin.library.empty() || pin.manifest.empty()) {
      throw PolicyError(line_of(policy, key), key, "needs both `library` and `manifest`",
                        "`heygen-provider-check pin LIBRARY` writes them.");
    }
    if (policy.listed_only && !contains(policy.allow, id)) {
      throw PolicyError(line_of(policy, key), key, "pins a provider that `providers.allow` does not list");
    }
  }
  check_listed(policy, "providers.logins", policy.logins);
  check_listed(policy, "providers.runtimes", policy.runtimes);
}

void check_contradictions(const Policy& policy) {
  if (policy.audit_required && !policy.audit)
    throw PolicyError(line_of(policy, "audit_required"), "audit_required", R"(needs `audit = "syslog"`)");
  if (!policy.allow_http && policy.api_base.starts_with("http:"))
    throw PolicyError(line_of(policy, "network.allow_http"), "network.allow_http",
                      "contradicts `api.base`, which is an http URL");
}

/// All values of a file, the version first, whose own faults are found before those of several files.
std::vector<TomlValue> values_of(const PolicyText& file) {
  const config::TomlDocument document{file.text};
  // The version first: another one may mean other keys.
  std::vector<TomlValue> values = document.values();
  std::stable_partition(values.begin(), values.end(),
                        [](const TomlValue& value) { return dotted(value.path) == "version"; });
  if (values.empty() || dotted(values.front().path) != "version") {
    throw PolicyError(1, "version", "is missing", "A policy begins with `version = 1`.");
  }
  Policy alone;
  for (const TomlValue& value : values) read_value(alone, value);
  return values;
}

void note_place(Policy& policy, const std::string& key, const std::filesystem::path& file, unsigned line) {
  policy.lines.insert_or_assign(key, line);
  if (file != policy.path) policy.files.insert_or_assign(key, file);
}

Policy policy_of(const std::vector<PlacedValue>& values, const std::filesystem::path& path, bool whole) {
  Policy policy;
  policy.path = path;
  for (const PlacedValue& placed : values) {
    const config::KeyPath& keys = placed.value.path;
    const std::string pin = keys.front() == "pins" && keys.size() > 1 ? "pins." + keys.at(1) : std::string{};
    const bool begins_pin = !pin.empty() && !policy.lines.contains(pin);
    read_value(policy, placed.value);
    note_place(policy, dotted(keys), placed.file, placed.value.line);
    if (begins_pin) note_place(policy, pin, placed.file, placed.value.line);
    for (const auto& [element, place] : placed.added)
      note_place(policy, dotted(keys) + "[" + element + "]", place.file, place.line);
  }
  try {
    if (whole) {
      require(policy, "providers.mode", R"(Write "allow" to let only listed providers load, or "open".)");
      require(policy, "providers.user_directories", "Write true or false: whether providers of the user count.");
    }
    check_allow_list(policy);
    check_ids(policy);
  check_trust(policy);
    check_contradictions(policy);
  } catch (PolicyError& error) {
    // A list that is missing is missed by the mode.
    error.file = policy.file_of(policy.lines.contains(error.key) ? error.key : "providers.mode");
    throw;
  }
  return policy;
}

}  // namespace

PolicyError::PolicyError(unsigned at, const std::string& at_key, const std::string& what, std::string fix)
    : std::runtime_error(at_key.empty() ? what : "`" + printable(at_key) + "` " + what),
      line(at),
      key(at_key),
      hint(std::move(fix)) {}

const Pin* Policy::pin_of(const std::string& id) const {
  const auto found = pins.find(id);
  return found == pins.end() ? nullptr : &found->second;
}

std::string Policy::rule(const std::string& key) const {
  const auto found = lines.find(key);
  const std::string line = found == lines.end() ? "" : ", line " + std::to_string(found->second);
  return file_of(key).string() + line + " (" + key + ")";
}

std::string Policy::rule(const std::string& key, const std::string& element) const {
  const std::string one = key + "[" + element + "]";
  const auto found = lines.find(one);
  if (found == lines.end()) return rule(key);
  return file_of(one).string() + ", line " + std::to_string(found->second) + " (" + key + ")";
}

const std::filesystem::path& Policy::file_of(const std::string& key) const {
  const auto found = files.find(key);
  return found == files.end() ? path : found->second;
}

Policy parse_policy(std::string_view text, const std::filesystem::path& path) {
  return parse_policies({{path, std::string(text)}}, true);
}

Policy parse_policies(const std::vector<PolicyText>& texts, bool begins_whole) {
  Policy policy;
  std::vector<PlacedValue> merged;
  std::vector<std::filesystem::path> sources;
  for (const PolicyText& file : texts) {
    try {
      for (TomlValue& value : values_of(file)) narrow(merged, {std::move(value), file.path, sources.size()});
      sources.push_back(file.path);
      merged = without_excluded(std::move(merged));
      policy = policy_of(merged, texts.front().path, begins_whole);  // after each file: its mistakes are its own
      policy.sources = sources;
    } catch (PolicyError& error) {
      if (error.file.empty()) error.file = file.path;
      throw;
    } catch (const config::TomlError& error) {
      PolicyError fault(error.line, "", printable(error.what()));
      fault.file = file.path;
      throw fault;
    }
  }
  return policy;
}

const char* name_of(Origin origin) {
  constexpr std::array<const char*, 3> kNames{"HEYGEN_PROVIDER_PATH", "user", "system"};
  return kNames.at(static_cast<std::size_t>(origin));
}

Ruling may_load(const Policy& policy, const std::string& id, Origin origin) {
  if (!policy.in_effect()) return {};
  if (policy.listed_only && !contains(policy.allow, id)) {
    const std::string rule = policy.rule("providers.allow");
    return {false, rule, "the policy " + rule + " does not list it"};
  }
  if (!policy.user_directories && origin != Origin::system) {
    const std::string rule = policy.rule("providers.user_directories");
    return {false, rule, "the policy " + rule + " does not let providers of a user's directory load"};
  }
  if (policy.pin_of(id) != nullptr) return {true, policy.rule("pins." + id), {}};
  return {true, policy.rule(policy.listed_only ? "providers.allow" : "providers.mode"), {}};
}

Ruling may_bring_runtime(const Policy& policy, const std::string& id) {
  if (!policy.in_effect() || !policy.runtimes) return {};
  const std::string rule = policy.rule("providers.runtimes");
  if (contains(*policy.runtimes, id)) return {true, rule, {}};
  return {false, rule, "it brings a language runtime, and the policy " + rule + " does not list it"};
}

Ruling may_need(const Policy& policy, const std::vector<std::string>& needs) {
  for (const std::string& need : needs) {
    const auto forbidden = std::ranges::find_if(
        policy.forbid_needs, [&](const std::string& one) { return one == need || one == word_of(need); });
    if (forbidden == policy.forbid_needs.end()) continue;
    const std::string rule = policy.rule("providers.forbid_needs", *forbidden);
    return {false, rule, "it needs `" + need + "`, which the policy " + rule + " forbids"};
  }
  return {};
}

Ruling may_log_in(const Policy& policy, const std::string& id) {
  if (!policy.in_effect() || !policy.logins) return {};
  const std::string rule = policy.rule("providers.logins");
  if (contains(*policy.logins, id)) return {true, rule, {}};
  return {false, rule, "the policy " + rule + " does not offer it"};
}

Ruling may_run(const Policy& policy, const std::vector<std::string>& words) {
  for (const std::string& forbidden : policy.forbidden_commands) {
    const std::vector<std::string> start = split(forbidden, ' ');
    if (words.size() < start.size() || !std::equal(start.begin(), start.end(), words.begin())) continue;
    const std::string rule = policy.rule("commands.forbid", forbidden);
    return {false, rule, "the policy " + rule + " forbids it"};
  }
  return {};
}

Ruling may_reach(const Policy& policy, const std::string& id, const std::string& host) {
  const std::string name = host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
  for (const std::string& section : store::settings_sections_of(id)) {
    const auto listed = policy.hosts.find(section);
    if (listed == policy.hosts.end()) continue;
    const std::string rule = policy.rule("providers.hosts." + section);
    const auto permits = [&](const std::string& one) {
      return one.starts_with("*.") ? name.ends_with(std::string_view(one).substr(1)) : name == one;
    };
    if (std::ranges::any_of(listed->second, permits)) return {true, rule, {}};
    return {false, rule, "the policy " + rule + " does not list " + printable(name)};
  }
  return {};
}

const std::string* fixed_setting(const Policy& policy, const std::string& id, const std::string& key) {
  const auto provider = policy.settings.find(id);
  if (provider == policy.settings.end()) return nullptr;
  const auto value = provider->second.find(key);
  return value == provider->second.end() ? nullptr : &value->second;
}

}  // namespace heygen::provider
