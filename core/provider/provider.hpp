// SPDX-License-Identifier: Apache-2.0
// One loaded provider, seen from C++: the ABI's functions as calls that take and return values.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/secret.hpp"
#include "core/json/value.hpp"
#include "core/provider/manifest.hpp"
#include "core/provider/setting.hpp"

namespace heygen {
class Cancel;
class Clock;
class Environment;
class Random;
class Terminal;
}  // namespace heygen
namespace heygen::net {
class Http;
}
namespace heygen::store {
class ProviderCache;
class ProviderKeys;
}  // namespace heygen::store

namespace heygen::provider {

class LoginStage;

/// heygen_status of the header, same values.
enum class Status : std::int32_t {
  ok = 0,
  not_configured,
  broken,
  rejected,
  needs_user,
  transient,
  usage,
  unsupported,
  canceled,
  internal,
};
/// heygen_reason, same values.
enum class Reason : std::int32_t { first_use = 1, near_expiry, refused, login, logout, replaced, explain };
/// heygen_interaction, same values.
enum class Interaction : std::int32_t { never = 0, if_terminal, always };

using HeaderFields = std::vector<std::pair<std::string, std::string>>;

struct ProviderRequest {
  Reason reason = Reason::first_use;
  Interaction interaction = Interaction::never;
  std::string method, path, www_authenticate;
  json::Value state = json::Object{};  ///< the provider's entry in the credentials file; an object
  GivenSettings given{};               ///< of a login
  /// Of a refresh: how long it may wait for a response to a request that is sent. After that, the result is
  /// `unfinished`, and the same call without a limit resumes the exchange.
  std::optional<std::chrono::milliseconds> wait_limit{};
  std::string url{};  ///< of the request; "": the API's base and `path`
  /// Of the request, as long as the call: "" for none, empty when it is not known.
  std::optional<std::string_view> body = std::string_view{};
  HeaderFields refusal{};       ///< of the response that made the host ask again
  LoginStage* stage = nullptr;  ///< of a login; nullptr: the host's services as they are
};

/// What a call sent to servers.
enum class Sent : unsigned char { nothing, reads, changes };

struct CredentialHeader {
  std::string name;
  Secret value;
  bool operator==(const CredentialHeader&) const = default;
};

struct ProviderResult {
  Status status = Status::internal;
  std::vector<CredentialHeader> headers;
  std::optional<json::Value> patch;  ///< the patches of set_state, merged (RFC 7396)
  std::string type, source = "file", scope;
  std::optional<std::int64_t> expires_at;
  bool refreshable = false;
  bool this_request_only = false;
  // From fail(), or empty.
  std::string code, message, hint;
  int retry_after = 0;  ///< seconds; 0 unknown
  bool unfinished = false;
  Sent sent = Sent::nothing;  ///< through the host; what failed on the way counts
};

class BrowserLogin;
/// The user's browser and a listener on 127.0.0.1.
BrowserLogin& system_browser_login();

/// What the host lends to providers. References outlive every provider.
struct Services {
  net::Http& http;
  Clock& clock;
  Random& random;
  const Environment& environment;
  Terminal& terminal;
  const Cancel& cancel;
  std::string host_version, api_base;
  ConfiguredSetting setting;
  std::function<void(int level, const std::string& line)> log;
  BrowserLogin& browser_login = system_browser_login();  ///< a test plays the browser
  /// Lets the user pick one of the items; an index. Throws Error{canceled}. Empty: there is no terminal.
  std::function<std::size_t(const std::string& title, const std::vector<std::string>& items, std::size_t suggested)>
      menu{};
  /// Told about once a second what a call waits for and, where that is known, how long it still may; "" once it is
  /// over. May be empty.
  std::function<void(const std::string& what, std::optional<std::chrono::milliseconds> left)> waiting{};
  store::ProviderCache* cache = nullptr;  ///< nullptr: nothing is cached
  store::ProviderKeys* keys = nullptr;    ///< nullptr: there are none
  std::string profile{};                  ///< heygen_call.profile
  FixedSetting fixed_setting{};           ///< by the policy; may be empty
  /// Why a provider, by its ID, may not send to a host: a clause that names the rule, or ""; may be empty.
  std::function<std::string(const std::string& id, const std::string& host)> forbidden_host{};
  std::string http_rule{};  ///< of the policy that forbids http in spite of HEYGEN_ALLOW_HTTP, or ""
};

/// Calls are serialized; each leaves a Breadcrumb for a crash handler.
class Provider {
 public:
  virtual ~Provider() = default;
  virtual const Manifest& manifest() const = 0;
  virtual ProviderResult resolve(const ProviderRequest& request) = 0;
  virtual ProviderResult refresh(const ProviderRequest& request) = 0;
  virtual ProviderResult login(const ProviderRequest& request) = 0;
  virtual ProviderResult revoke(const ProviderRequest& request) = 0;
  virtual void report_outcome(const ProviderRequest& request, int http_status, bool accepted) = 0;
};

}  // namespace heygen::provider
