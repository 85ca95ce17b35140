#include "core/provider/policy/policy_file.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "core/base/text.hpp"
#include "core/config/file.hpp"
#include "core/provider/discovery/registry.hpp"

namespace heygen::provider {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWayOut =
    "Nothing loads and nothing is sent until whoever administers this machine puts that right; `heygen policy check "
    "FILE` checks a policy.";

[[noreturn]] void refuse(const fs::path& path, const std::string& why, const std::string& hint) {
  throw Error(code::kError, printable("The policy " + path.string() + " cannot be used: " + why + "."), hint);
}

/// Only "no such file" is an absence, and not even that when a link says that there should be one.
bool is_absent(const fs::path& path) {
  struct stat info {};
  if (lstat(path.c_str(), &info) == 0) return false;
  if (errno != ENOENT) refuse(path, std::generic_category().message(errno), kWayOut);
  const fs::path directory = path.parent_path();
  if (lstat(directory.c_str(), &info) != 0 || !S_ISLNK(info.st_mode) || stat(directory.c_str(), &info) == 0)
    return true;
  refuse(path, directory.string() + " is a link that leads nowhere", kWayOut);
}

Policy parsed(const fs::path& path, const std::string& hint) {
  try {
    const std::optional<std::string> text = config::read_file(path);
    if (!text) refuse(path, "there is no such file", hint);
    return parse_policy(*text, path);
  } catch (const PolicyError& error) {
    const std::string words = printable(path.string()) + ", line " + std::to_string(error.line) + ": " + error.what();
    throw Error(code::kError, "The policy cannot be used. " + words + ".",
                error.hint.empty() ? hint
                : hint.empty()     ? error.hint
                                   : error.hint + " " + hint);
  } catch (const Error& error) {
    throw Error(code::kError, error.message(), hint);
  }
}

}  // namespace

fs::path policy_path() {
  return fs::path(HEYGEN_SYSCONFDIR) / "heygen" / "policy.toml";
}

Policy read_policy(const fs::path& path) {
  if (is_absent(path)) return {};
  if (const std::string fault = ownership_fault(path, Owner::root); !fault.empty()) refuse(path, fault, kWayOut);
  Policy policy = parsed(path, kWayOut);
  if (const std::string fault = fault_of_ca_file(policy); !fault.empty()) refuse(path, fault, kWayOut);
  return policy;
}

std::string fault_of_ca_file(const Policy& policy) {
  if (policy.ca_file.empty()) return {};
  std::string fault = ownership_fault(policy.ca_file, Owner::root);
  std::error_code ignored;
  if (fault.empty() && !fs::is_regular_file(policy.ca_file, ignored)) fault = policy.ca_file + " is no regular file";
  if (fault.empty()) return {};
  return "line " + std::to_string(policy.lines.at("tls.ca_file")) + ", `tls.ca_file`: " + fault;
}

Policy check_policy(const fs::path& path) {
  return parsed(path, {});
}

}  // namespace heygen::provider
