// SPDX-License-Identifier: Apache-2.0
#include "core/provider/policy/policy_file.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "core/base/directory.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/config/file.hpp"
#include "core/provider/library/ownership.hpp"

namespace heygen::provider {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".toml", kDropIns = "policy.d";
constexpr std::size_t kMaxFiles = 256;

std::string hint_for(const fs::path& path) {
  return "Nothing loads and nothing is sent until the administrator of this machine fixes it; `heygen policy check " +
         shell_word(path.string()) + "` names what is wrong in it.";
}

[[noreturn]] void refuse(const fs::path& path, const std::string& why, const std::string& hint) {
  throw Error(code::kError, "The policy " + path.string() + " cannot be used: " + why + ".", hint);
}

/// True only for "no such file", and not for a dangling link, which says that there should be a policy.
bool is_absent(const fs::path& path, const struct stat& above) {
  struct stat info {};
  if (lstat(path.c_str(), &info) == 0) return false;
  if (errno != ENOENT) refuse(path, describe_errno(errno), hint_for(path));
  const fs::path directory = path.parent_path();
  if (!S_ISLNK(above.st_mode) || stat(directory.c_str(), &info) == 0) return true;
  refuse(path, directory.string() + " is a link that leads nowhere", hint_for(path));
}

/// The files of a directory of drop-in files, in the order of their names; others than `*.toml` do not count.
std::vector<fs::path> drop_ins(const fs::path& directory) {
  std::vector<fs::path> files;
  const std::error_code error = visit_names(directory, [&](std::string_view name) {
    if (name.ends_with(kSuffix) && name.front() != '.') files.push_back(directory / name);
    return true;
  });
  if (error) refuse(directory, describe_errno(error.value()), hint_for(directory));
  if (files.size() > kMaxFiles)
    refuse(directory, "it has more than " + std::to_string(kMaxFiles) + " files", hint_for(directory));
  std::ranges::sort(files);
  return files;
}

/// Throws Error as config::read_file() does.
Policy parsed(const std::vector<fs::path>& paths, bool begins_whole, const std::string& hint) {
  try {
    std::vector<PolicyText> texts;
    for (const fs::path& path : paths) {
      std::optional<std::string> text = config::read_file(path);
      if (!text) refuse(path, "there is no such file", hint);
      texts.push_back({path, *std::move(text)});
    }
    return parse_policies(texts, begins_whole);
  } catch (const PolicyError& error) {
    const std::string words = error.file.string() + ", line " + std::to_string(error.line) + ": " + error.what();
    throw Error(code::kError, "The policy cannot be used. " + words + ".",
                error.hint.empty() || hint.empty() ? error.hint + hint : error.hint + " " + hint);
  }
}

/// One that is installed ends everything in the same way, whatever is wrong with it.
Policy parsed_installed(const std::vector<fs::path>& paths, bool begins_whole, const std::string& hint) {
  try {
    return parsed(paths, begins_whole, hint);
  } catch (const Error& error) {
    throw Error(code::kError, error.message(), error.code == code::kFileIo ? hint : error.hint);
  }
}

}  // namespace

fs::path policy_path() {
  return fs::path(HEYGEN_SYSCONFDIR) / "heygen" / "policy.toml";
}

fs::path policy_directory(const fs::path& path) {
  return path.parent_path() / kDropIns;
}

Policy read_policy(const fs::path& path) {
  struct stat above {};
  const fs::path configuration = path.parent_path();
  if (lstat(configuration.c_str(), &above) != 0 && errno == ENOENT) return {};
  std::vector<fs::path> files;
  OwnershipChecks checks;
  const auto require_roots = [&](const fs::path& one) {
    if (const auto fault = checks.find_fault(one, Owner::root)) refuse(one, fault->what(), hint_for(path));
  };
  const bool begins_whole = !is_absent(path, above);
  if (begins_whole) files.push_back(path);
  if (const fs::path directory = policy_directory(path); !is_absent(directory, above)) {
    require_roots(directory);
    for (const fs::path& file : drop_ins(directory)) files.push_back(file);
  }
  if (files.empty()) return {};
  for (const fs::path& file : files) require_roots(file);
  Policy policy = parsed_installed(files, begins_whole, hint_for(files.size() == 1 ? files.front() : configuration));
  if (const auto fault = find_ca_file_fault(policy)) refuse(policy.file_of("tls.ca_file"), *fault, hint_for(path));
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

PolicyFiles files_to_check(const std::vector<fs::path>& paths) {
  PolicyFiles out;
  std::error_code ignored;
  for (const fs::path& path : paths) {
    if (!fs::is_directory(path, ignored)) {
      if (out.paths.empty()) out.begins_whole = path.parent_path().filename() != kDropIns;
      out.paths.push_back(path);
      continue;
    }
    const fs::path first = path / policy_path().filename(), rest = policy_directory(first);
    const bool has_first = fs::exists(fs::symlink_status(first, ignored));
    const bool has_rest = fs::exists(fs::symlink_status(rest, ignored));
    if (out.paths.empty()) out.begins_whole = has_first;
    if (has_first) out.paths.push_back(first);
    if (!has_first || has_rest) {
      for (fs::path& file : drop_ins(has_first || has_rest ? rest : path)) out.paths.push_back(std::move(file));
    }
  }
  return out;
}

Policy check_policy(const PolicyFiles& files) {
  try {
    return parsed(files.paths, files.begins_whole, {});
  } catch (Error& error) {
    if (error.hint.empty()) error.hint = "Correct that line, then check the policy again.";
    throw;
  }
}

}  // namespace heygen::provider
