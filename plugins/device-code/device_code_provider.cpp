// SPDX-License-Identifier: Apache-2.0
#include "plugins/device-code/device_code_provider.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "plugins/shared/document.hpp"
#include "plugins/shared/server.hpp"
#include "plugins/shared/stored.hpp"
#include "plugins/shared/text.hpp"
#include "plugins/shared/token.hpp"
#include "plugins/shared/url.hpp"

namespace heygen::plugins {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kDefaultInterval{5};    // RFC 8628 §3.2
constexpr seconds kSlowDown{5};           // RFC 8628 §3.5
constexpr seconds kDefaultLifetime{600};  // for a response without expires_in, which §3.2 requires
constexpr seconds kMaxLifetime{24 * 3600};
constexpr seconds kMaxInterval{60};  // whatever a server asks for, a login that was approved is seen within a minute
constexpr const char* kExpired = "expired_token";
constexpr std::string_view kGrant = "urn:ietf:params:oauth:grant-type:device_code";

/// The response of the device authorization endpoint.
struct Device {
  sdk::Secret device_code;  // never shown (RFC 8628 §3.3)
  std::string user_code, page, page_with_code;
  milliseconds interval{kDefaultInterval}, lifetime{kDefaultLifetime};
};

void require_enabled(const sdk::Call& call) {
  const sdk::Settings settings = call.settings();
  if (settings.flag("enabled") || settings.env("HEYGEN_OAUTH_DEVICE_URL")) return;
  throw sdk::Fail(HEYGEN_UNSUPPORTED, "Device code login is disabled: it is not yet supported by default.",
                  "Run `heygen config set providers.device-code.enabled true` to enable it.");
}

milliseconds clamped(const sdk::Json& value, seconds fallback, seconds largest) {
  const auto given = lifetime_of(value);
  return given ? seconds(std::clamp<std::int64_t>(*given, 1, largest.count())) : fallback;
}

Device read_device(const sdk::Json& response, const OauthEndpoints& server) {
  const std::string& url = server.device_url;
  Device device;
  device.device_code = sdk::Secret(require_text(response["device_code"], "device_code", url));
  device.user_code = readable(require_text(response["user_code"], "user_code", url), 100);
  device.page = std::string(require_text(response["verification_uri"], "verification_uri", url));
  if (const auto fault = find_url_fault(device.page, server.allow_http)) {
    throw sdk::Fail(HEYGEN_BROKEN,
                    "The response of " + origin_of(url) + " cannot be used: its verification_uri " + *fault + ".",
                    "Check the OAuth settings.");
  }
  const std::string_view complete = response["verification_uri_complete"].as_text();
  if (!find_url_fault(complete, server.allow_http)) device.page_with_code = std::string(complete);
  device.interval = clamped(response["interval"], kDefaultInterval, kMaxInterval);
  device.lifetime = clamped(response["expires_in"], kDefaultLifetime, kMaxLifetime);
  return device;
}

Device authorize(const sdk::Call& call, const OauthEndpoints& server, const std::string& scope) {
  sdk::Form form(call.http());
  form.add("client_id", server.client_id);
  if (!scope.empty()) form.add("scope", scope);
  const sdk::HttpResponse response = post_form(call, server.device_url, form, kTokenTimeout);
  if (response.status() != 200) throw response_error(call, device_endpoint(server), response, {});
  const sdk::Json document = document_of(call, response);
  if (!document.exists()) {
    throw sdk::Fail(
        HEYGEN_TRANSIENT, origin_of(server.device_url) + " sent a response that is not JSON.",
        "Check the network, where a captive portal may intercept requests, and the OAuth settings. Then try "
        "again.");
  }
  if (document["error"].is_string() && document["device_code"].is_null())  // GitHub answers errors with 200
    throw response_error(call, device_endpoint(server), response, {});
  return read_device(document, server);
}

/// As a clock shows it: "15m", "1m 30s".
std::string duration_text(milliseconds time) {
  const auto left = std::chrono::duration_cast<seconds>(time).count();
  const std::string minutes = left >= 60 ? std::to_string(left / 60) + "m" : "";
  if (left % 60 == 0 && !minutes.empty()) return minutes;
  return minutes + (minutes.empty() ? "" : " ") + std::to_string(left % 60) + "s";
}

void show(const sdk::Call& call, const Device& device) {
  const sdk::Terminal terminal = call.terminal();
  terminal.notice("To log in, open this page on any device:");
  terminal.notice(device.page);
  terminal.notice("and enter the code:");
  terminal.notice(device.user_code);
  terminal.notice("The code expires in " + duration_text(device.lifetime) + ".");
  if (device.page_with_code.empty()) return;
  terminal.notice("This page has the code filled in; check that it is the same:");
  terminal.notice(device.page_with_code);
  const sdk::Browser browser = call.browser();
  // RFC 8628 §3.3.1: a failure is not fatal. The host opens it when the user wants that.
  if (browser.allowed()) browser.open(device.page_with_code);
}

/// The server's description, which response_error() puts behind the code, or "".
std::string words_behind_code(const sdk::Fail& fail) {
  const std::size_t at = fail.message().rfind(": " + fail.code() + " (");
  if (at == std::string::npos) return {};
  const std::size_t begin = at + 2 + fail.code().size();
  return fail.message().substr(begin, fail.message().rfind(')') + 1 - begin);
}

/// `words`: words_behind_code().
sdk::Fail expired(const std::string& words = {}) {
  return sdk::Fail(HEYGEN_REJECTED, "The code expired before the login was approved" + words + ".",
                   "Run `heygen auth login --device-code` for a new code.")
      .with_code(kExpired);
}

/// One poll, `left` before the code expires: tokens, or nothing and the interval for the following polls. Throws when
/// the login ends (RFC 8628 §3.5).
std::optional<Tokens> poll(const sdk::Call& call, const OauthEndpoints& server, const Device& device, milliseconds left,
                           milliseconds& interval) {
  sdk::Form form(call.http());
  form.add("grant_type", kGrant).add("device_code", device.device_code.reveal()).add("client_id", server.client_id);
  try {
    return request_tokens(call, server, form, {device.device_code.reveal()});
  } catch (const sdk::Fail& fail) {
    if (fail.code() == "authorization_pending") return std::nullopt;
    if (fail.code() == "slow_down") {
      interval = std::max<milliseconds>(interval + kSlowDown, seconds(fail.retry_after()));
      interval = std::min<milliseconds>(interval, kMaxInterval);
      return std::nullopt;
    }
    if (fail.status() == HEYGEN_TRANSIENT) {
      if (seconds(fail.retry_after()) > left) throw;
      interval = std::min<milliseconds>(interval * 2, kMaxInterval);
      interval = std::max<milliseconds>(interval, seconds(fail.retry_after()));
      return std::nullopt;
    }
    if (fail.code() == "access_denied") {
      throw sdk::Fail(HEYGEN_REJECTED, "The login was denied on the other device" + words_behind_code(fail) + ".",
                      "Run `heygen auth login --device-code` again and approve the request.")
          .with_code(fail.code());
    }
    if (fail.code() == kExpired) throw expired(words_behind_code(fail));
    throw;
  }
}

Tokens await(const sdk::Call& call, const OauthEndpoints& server, const Device& device) {
  const sdk::Clock clock = call.clock();
  const milliseconds end = clock.monotonic() + device.lifetime;
  milliseconds interval = device.interval;
  while (clock.monotonic() + interval < end) {
    const auto left = std::chrono::duration_cast<seconds>(end - clock.monotonic()).count();
    call.log(HEYGEN_LOG_INFO, "Waiting until the code is entered: " + std::to_string(left / 60) + "m " +
                                  std::to_string(left % 60) + "s left");
    clock.wait(interval);
    if (auto tokens = poll(call, server, device, end - clock.monotonic(), interval)) return std::move(*tokens);
  }
  throw expired();
}

}  // namespace

void DeviceCodeProvider::login(sdk::Call& call) {
  require_enabled(call);
  if (call.interaction() == HEYGEN_INTERACTION_NEVER) throw sdk::Fail(HEYGEN_NEEDS_USER);
  const OauthSettings settings = load_settings(call);
  const OauthEndpoints server = configured_server(call, settings, Budget(call, kTokenTimeout));
  if (server.device_url.empty()) {
    throw sdk::Fail(HEYGEN_UNSUPPORTED, "The issuer " + server.issuer + " does not offer device code login.",
                    "Run `heygen auth login` and choose another method.");
  }
  require_url(server.device_url, "device authorization endpoint", server.allow_http);
  const Device device = authorize(call, server, settings.scope);
  show(call, device);
  keep_login(call, await(call, server, device), server, settings.scope);
}

}  // namespace heygen::plugins
