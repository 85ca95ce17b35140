// SPDX-License-Identifier: Apache-2.0
#include "core/provider/policy/policy.hpp"

#include <algorithm>
#include <array>

#include "core/base/text.hpp"
#include "core/config/toml_document.hpp"
#include "core/net/http.hpp"
#include "core/provider/manifest.hpp"
#include "core/provider/needs.hpp"
#include "core/provider/refusal.hpp"

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

constexpr std::array<Key, 11> kKeys{{
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
    {"api.base", [](Policy& policy, const TomlValue& value) { policy.api_base = url(value); }},
    {"tls.ca_file", [](Policy& policy, const TomlValue& value) { policy.ca_file = absolute_path(value); }},
}};

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

[[noreturn]] void unknown(const TomlValue& value) {
  std::vector<std::string> names{"pins.ID.library", "pins.ID.manifest", "pins.ID.in_process"};
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
  return path.string() + line + " (" + key + ")";
}

Policy parse_policy(std::string_view text, const std::filesystem::path& path) {
  Policy policy;
  policy.path = path;
  try {
    const config::TomlDocument document{std::string(text)};
    // The version first: another one may mean other keys.
    std::vector<TomlValue> values = document.values();
    std::stable_partition(values.begin(), values.end(),
                          [](const TomlValue& value) { return dotted(value.path) == "version"; });
    if (values.empty() || dotted(values.front().path) != "version") {
      throw PolicyError(1, "version", "is missing", "A policy begins with `version = 1`.");
    }
    for (const TomlValue& value : values) read_value(policy, value);
  } catch (const config::TomlError& error) {
    throw PolicyError(error.line, "", printable(error.what()));
  }
  require(policy, "providers.mode", R"(Write "allow" to let only listed providers load, or "open".)");
  require(policy, "providers.user_directories", "Write true or false: whether providers of the user count.");
  check_allow_list(policy);
  check_ids(policy);
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
    if (!contains(policy.forbid_needs, need) && !contains(policy.forbid_needs, std::string(word_of(need)))) continue;
    const std::string rule = policy.rule("providers.forbid_needs");
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

}  // namespace heygen::provider
