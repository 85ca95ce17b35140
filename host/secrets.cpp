// SPDX-License-Identifier: Apache-2.0
#include "host/secrets.hpp"

#include <array>
#include <exception>

#include "core/base/environment.hpp"
#include "core/base/file.hpp"
#include "core/base/known_secrets.hpp"
#include "core/base/limits.hpp"
#include "core/base/secret.hpp"
#include "core/provider/call/state_secrets.hpp"
#include "core/store/credentials_document.hpp"
#include "host/services.hpp"

namespace heygen::host {

namespace {

/// Of this program and of others for the same account.
constexpr std::array<const char*, 3> kVariables{"HEYGEN_API_KEY", "HEYGEN_ACCESS_TOKEN", "HYPERFRAMES_API_KEY"};
constexpr const char* kCredentials = "credentials";

void remember_secrets_in(const std::filesystem::path& file) {
  auto text = read_regular_file(file, limits::kUserFile);
  if (!text) return;
  const Wiper wiper{*text};
  provider::remember_secrets(store::CredentialsDocument::parse(*text).root());
}

}  // namespace

void remember_stored_secrets(Services& services) noexcept {
  try {
    const Environment& environment = services.environment;
    for (const char* name : kVariables) remember_secret(environment.value(name));
    for (const std::filesystem::path& directory : services.credential_directories()) {
      if (!directory.empty()) remember_secrets_in(directory / kCredentials);
    }
  } catch (const std::exception&) {  // the command that needs the file says why it cannot be used
  }
}

void hide_secrets_in(json::Value& document) {
  if (auto* text = document.get_if<std::string>()) {
    *text = hide_secrets(*text);
  } else if (auto* items = document.get_if<json::Array>()) {
    for (json::Value& item : *items) hide_secrets_in(item);
  } else if (auto* members = document.get_if<json::Object>()) {
    for (auto& [name, member] : *members) {
      name = hide_secrets(name);
      hide_secrets_in(member);
    }
  }
}

}  // namespace heygen::host
