// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include "core/base/account.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/config/config.hpp"
#include "core/json/value.hpp"
#include "core/provider/discovery/registry.hpp"
#include "core/provider/policy/policy_file.hpp"
#include "core/store/credential_store.hpp"
#include "host/commands/doctor/look/look.hpp"
#include "host/provider_settings.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::doctor {

namespace {

/// As far as they can be known: with a policy that is not valid, nothing is looked for.
std::vector<heygen::config::DeclaredKey> known_keys(Services& services) {
  try {
    return declared_keys(services.discovered());
  } catch (const Error&) {
    return own_keys();
  }
}

/// "… Run `chmod 600 x`." as two: what is, and what to do.
Check loose_check(const std::string& id, Status status, const std::string& summary, const std::string& warning) {
  const std::size_t at = warning.find(" Run `");
  if (at == std::string::npos) return {id, status, summary + " " + warning};
  return {id, status, summary + " " + warning.substr(0, at), warning.substr(at + 1)};
}

std::string names_in(const store::CredentialsDocument& document) {
  std::vector<std::string> names;
  for (const json::Member& member : document.root().as_object())
    if (member.first != "user") names.push_back(shown_word(member.first));
  return names.empty() ? "no entry" : (names.size() == 1 ? "the entry " : "the entries ") + join(names, ", ");
}

}  // namespace

Check look_at_config(Services& services) {
  return guarded("config", [&]() -> Check {
    const std::filesystem::path directory = services.store().directory();
    if (directory.empty())
      return {"config", Status::warn, "There is no directory for settings and credentials.",
              "Set HOME, or HEYGEN_CONFIG_DIR to a directory."};
    const std::filesystem::path file = directory / "config.toml";
    const std::vector<std::string> faults = services.config().faults(known_keys(services));
    if (!faults.empty()) {
      std::string more = faults.size() == 1 ? "" : " (and " + std::to_string(faults.size() - 1) + " more)";
      return {"config", Status::fail, faults.front() + more,
              "Correct " + file.string() + "; `heygen config list` shows it."};
    }
    if (const std::string loose = services.config().loose_mode(); !loose.empty())
      return loose_check("config", Status::fail, "", loose);
    struct stat info {};
    if (stat(file.c_str(), &info) != 0)
      return {"config", Status::ok, "No settings: there is no " + file.string() + "."};
    return {"config", Status::ok, file.string() + " is valid (mode " + octal(info.st_mode) + ")."};
  });
}

Check look_at_policy(Services& services) {
  return guarded("policy", [&]() -> Check {
    const heygen::provider::Policy& policy = services.policy();
    if (!policy.in_effect()) return {"policy", Status::ok, "No policy on this machine."};
    std::string summary = "The policy " + policy.path.string() + " is in effect";
    if (!policy.api_base.empty()) summary += ", fixes the API URL to " + policy.api_base;
    if (!policy.ca_file.empty()) summary += ", fixes the CA certificates to " + policy.ca_file;
    if (const auto fault = heygen::provider::find_ca_file_fault(policy))
      return {"policy", Status::fail, summary + ", but: " + *fault + ".", "Ask the administrator of this machine."};
    return {"policy", Status::ok, summary + "."};
  });
}

Check look_at_credentials_file(Services& services) {
  return guarded("credentials", [&]() -> Check {
    store::CredentialStore& store = services.store();
    const std::filesystem::path& path = store.path();
    struct stat info {};
    if (path.empty() || stat(path.c_str(), &info) != 0) {
      const bool absent = path.empty() || errno == ENOENT;
      if (absent) return {"credentials", Status::ok, "No credential is stored."};
      return {"credentials", Status::fail, "Could not read " + path.string() + ": " + describe_errno(errno) + ".",
              "Make it readable for your user."};
    }
    std::string summary = path.string() + " (mode " + octal(info.st_mode) + ")";
    try {
      summary += " contains " + names_in(store.read()) + ".";
    } catch (const store::Unreadable& fault) {
      return {"credentials", Status::fail, fault.what(),
              fault.in_keyring ? store::kUnlockKeyring : "Move the file away, then log in with `heygen auth login`."};
    }
    if (const std::vector<std::string> loose = store.loose_modes(); !loose.empty())
      return loose_check("credentials", Status::fail, summary, loose.front());
    return {"credentials", Status::ok, summary};
  });
}

}  // namespace heygen::host::commands::doctor
