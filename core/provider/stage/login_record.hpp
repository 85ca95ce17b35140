// SPDX-License-Identifier: Apache-2.0
// A login that was started and waits to be finished by another process: what its provider was given until it waited.
// Calling login() again with the same leads to the same wait. It has secrets: the PKCE verifier, a device code.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/json/value.hpp"
#include "core/provider/setting.hpp"
#include "core/store/provider/provider_keys.hpp"

namespace heygen {
class Environment;
}

namespace heygen::provider {

/// One request and its response, or why there was none.
struct RecordedExchange {
  std::string method, url;
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  int failure_kind = -1;  ///< net::Failure::Kind; -1: there was a response
  std::string failure;
};

struct LoginRecord {
  /// How long a login may wait to be finished.
  static constexpr std::int64_t kLifetime = 600;

  std::string provider;
  std::string settings;  ///< settings_digest() when it was started
  GivenSettings given;
  std::int64_t started_at = 0, expires_at = 0;
  std::string url;           ///< that the user opens
  std::string redirect_uri;  ///< "": it polls a server instead of waiting for a redirect
  std::vector<std::string> random;
  std::vector<RecordedExchange> exchanges;
  store::KeySet keys;

  LoginRecord() = default;
  LoginRecord(const LoginRecord&) = default;
  LoginRecord(LoginRecord&&) = default;
  LoginRecord& operator=(const LoginRecord&) = default;
  LoginRecord& operator=(LoginRecord&&) = default;
  ~LoginRecord();  ///< wipes it

  /// The caller wipes it.
  json::Value document() const;
  /// Empty for a document of another form.
  static std::optional<LoginRecord> read(const json::Value& document);
};

/// Differs when the provider, or a value that it may read, has changed.
std::string settings_digest(const Manifest& manifest, const Environment& environment,
                            const ConfiguredSetting& configured, const GivenSettings& given,
                            const std::string& api_base);

}  // namespace heygen::provider
