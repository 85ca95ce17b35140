// SPDX-License-Identifier: Apache-2.0
#include "core/provider/policy/policy_file.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/config/file.hpp"
#include "core/provider/library/ownership.hpp"

namespace heygen::provider {
namespace {

namespace fs = std::filesystem;

std::string hint_for(const fs::path& path) {
  return "Nothing loads and nothing is sent until the administrator of this machine fixes it; `heygen policy check " +
         shell_word(path.string()) + "` names what is wrong in it.";
}

[[noreturn]] void refuse(const fs::path& path, const std::string& why, const std::string& hint) {
  throw Error(code::kError, "The policy " + path.string() + " cannot be used: " + why + ".", hint);
}

/// True only for "no such file", and not for a dangling link, which says that there should be a policy.
bool is_absent(const fs::path& path) {
  struct stat above {
  }, info{};
  const fs::path directory = path.parent_path();
  if (lstat(directory.c_str(), &above) != 0 && errno == ENOENT) return true;
  if (lstat(path.c_str(), &info) == 0) return false;
  if (errno != ENOENT) refuse(path, describe_errno(errno), hint_for(path));
  if (!S_ISLNK(above.st_mode) || stat(directory.c_str(), &info) == 0) return true;
  refuse(path, directory.string() + " is a link that leads nowhere", hint_for(path));
}

/// Throws Error as config::read_file() does.
Policy parsed(const fs::path& path, const std::string& hint) {
  try {
    const std::optional<std::string> text = config::read_file(path);
    if (!text) refuse(path, "there is no such file", hint);
    return parse_policy(*text, path);
  } catch (const PolicyError& error) {
    const std::string words = path.string() + ", line " + std::to_string(error.line) + ": " + error.what();
    throw Error(code::kError, "The policy cannot be used. " + words + ".",
                error.hint.empty() || hint.empty() ? error.hint + hint : error.hint + " " + hint);
  }
}

/// One that is installed ends everything in the same way, whatever is wrong with it.
Policy parsed_installed(const fs::path& path) {
  try {
    return parsed(path, hint_for(path));
  } catch (const Error& error) {
    throw Error(code::kError, error.message(), error.code == code::kFileIo ? hint_for(path) : error.hint);
  }
}

}  // namespace

fs::path policy_path() {
  return fs::path(HEYGEN_SYSCONFDIR) / "heygen" / "policy.toml";
}

Policy read_policy(const fs::path& path) {
  if (is_absent(path)) return {};
  if (const auto fault = find_ownership_fault(path, Owner::root)) refuse(path, fault->what(), hint_for(path));
  Policy policy = parsed_installed(path);
  if (const auto fault = find_ca_file_fault(policy)) refuse(path, *fault, hint_for(path));
  return policy;
}

std::optional<std::string> find_ca_file_fault(const Policy& policy) {
  if (policy.ca_file.empty()) return {};
  auto fault = find_ownership_fault(policy.ca_file, Owner::root);
  std::error_code ignored;
  if (!fault && !fs::is_regular_file(policy.ca_file, ignored)) {
    fault = Refusal(policy.ca_file + " is not a regular file");
  }
  if (!fault) return {};
  return "line " + std::to_string(policy.lines.at("tls.ca_file")) + ", `tls.ca_file`: " + fault->what();
}

Policy check_policy(const fs::path& path) {
  try {
    return parsed(path, {});
  } catch (Error& error) {
    if (error.hint.empty()) error.hint = "Correct that line, then check the policy again.";
    throw;
  }
}

}  // namespace heygen::provider
