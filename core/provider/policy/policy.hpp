// What an administrator decided (design §2.13): a text as rules, and what they say about one provider. Nothing here
// reads a file; policy_file.hpp does.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace heygen::provider {

/// What is wrong with a policy, and in which line (from 1).
class PolicyError : public std::runtime_error {
 public:
  PolicyError(unsigned at, const std::string& at_key, const std::string& what, std::string way_out = {});
  unsigned line;
  std::string key;   ///< "providers.allow", or "" when the text is no TOML
  std::string hint;  ///< "" when there is none
};

/// SHA-256 digests in lower-case hexadecimal, any of which fits: two during an upgrade.
struct Pin {
  std::vector<std::string> library, manifest;
};

struct Policy {
  std::filesystem::path path;  ///< where it stands; empty: no policy, everything is permitted
  bool listed_only = false;    ///< providers.mode = "allow"
  std::vector<std::string> allow;
  bool user_directories = true;
  std::optional<std::vector<std::string>> logins;  ///< empty optional: of all that may load
  std::map<std::string, Pin> pins;
  std::string api_base;  ///< without a final '/'; empty: not fixed
  std::string ca_file;   ///< empty: not fixed
  bool audit = false;    ///< audit = "syslog"
  std::map<std::string, unsigned> lines;

  bool in_force() const { return !path.empty(); }
  const Pin* pin_of(const std::string& id) const;
  /// "/etc/heygen/policy.toml, line 4 (providers.allow)"
  std::string rule(const std::string& key) const;
};

/// Throws PolicyError for what is no TOML, an unknown version, key or value, an empty allow list in mode "allow", and
/// rules that contradict each other: a slip of the pen never permits more. `path` is put into the result.
Policy parse_policy(std::string_view text, const std::filesystem::path& path);

/// What the policy says, and the rule that says so.
struct Ruling {
  bool permitted = true;
  std::string rule;  ///< as Policy::rule() gives it; "" without a policy
  std::string why;   ///< a clause without a full stop when not permitted
};

/// Whether a provider from a directory of that origin ("system", or one of the user's) may load.
Ruling may_load(const Policy& policy, const std::string& id, const std::string& origin);
/// Whether `auth login` may offer it. Says nothing of whether it may load.
Ruling may_log_in(const Policy& policy, const std::string& id);

}  // namespace heygen::provider
