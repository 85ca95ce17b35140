// SPDX-License-Identifier: Apache-2.0
// What an administrator decided (docs/policy.md): text parsed into rules, and what they say about one provider. Nothing
// here reads a file; policy_file.hpp does.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace heygen::provider {

/// A policy that is not valid: why, and in which line (from 1).
class PolicyError : public std::runtime_error {
 public:
  PolicyError(unsigned at, const std::string& at_key, const std::string& what, std::string fix = {});
  unsigned line;
  std::string key;   ///< "providers.allow", or "" when the text is not TOML
  std::string hint;  ///< "" when there is none
};

/// SHA-256 digests in lower-case hexadecimal. Any of them matches: there are two during an upgrade.
struct Pin {
  std::vector<std::string> library, manifest;
  bool in_process = false;  ///< such a library needs no isolation
};

struct Policy {
  std::filesystem::path path;  ///< of the file; empty: no policy, everything is permitted
  bool listed_only = false;    ///< providers.mode = "allow"
  std::vector<std::string> allow;
  bool user_directories = true;
  std::optional<std::vector<std::string>> logins;    ///< empty optional: all that may load
  std::optional<std::vector<std::string>> runtimes;  ///< which language runtimes load; empty optional: the user decides
  bool isolate_all = false;                          ///< providers.isolation = "process"
  std::vector<std::string> forbid_needs;             ///< words, such as "exec", and texts, such as "exec=/usr/bin/pass"
  std::map<std::string, Pin> pins;
  std::string api_base;  ///< without a final '/'; empty: not fixed
  std::string ca_file;   ///< empty: not fixed
  bool audit = false;    ///< audit = "syslog"
  std::map<std::string, unsigned> lines;

  bool in_effect() const { return !path.empty(); }
  const Pin* pin_of(const std::string& id) const;
  /// "/etc/heygen/policy.toml, line 4 (providers.allow)"
  std::string rule(const std::string& key) const;
};

/// Throws PolicyError for text that is not TOML, an unknown version, key or value, an empty allow list in mode "allow",
/// and rules that contradict each other: a typo never permits more. `path` is put into the result.
Policy parse_policy(std::string_view text, const std::filesystem::path& path);

/// What the policy decides, and the rule that decides it.
struct Ruling {
  bool permitted = true;
  std::string rule;  ///< as Policy::rule() gives it; "" without a policy
  std::string why;   ///< a clause without a full stop when not permitted
};

/// Where a directory of providers comes from: HEYGEN_PROVIDER_PATH, the user's configuration, or the installation.
enum class Origin : unsigned char { environment, user, system };
/// As printed: "HEYGEN_PROVIDER_PATH", "user" or "system".
const char* name_of(Origin origin);

/// Whether a provider from a directory of that origin may load.
Ruling may_load(const Policy& policy, const std::string& id, Origin origin);
/// Whether a provider that may load may bring a language runtime. Permitted without a rule: the user decides.
Ruling may_bring_runtime(const Policy& policy, const std::string& id);
/// Whether a provider that may load may have these needs, the texts of its manifest.
Ruling may_need(const Policy& policy, const std::vector<std::string>& needs);
/// Whether `auth login` may offer it; whether it may load is a separate question.
Ruling may_log_in(const Policy& policy, const std::string& id);

}  // namespace heygen::provider
