#include "plugins/device-code/device_code_provider.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

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
constexpr seconds kSlowDown{5};           // §3.5
constexpr seconds kDefaultLifetime{600};  // a reply without expires_in breaks §3.2, yet can be served
constexpr seconds kMaxLifetime{24 * 3600};
constexpr const char* kExpired = "expired_token";
constexpr std::string_view kGrant = "urn:ietf:params:oauth:grant-type:device_code";

/// The reply of the device authorization endpoint.
struct Device {
  sdk::Secret device_code;  // never shown (§3.3)
  std::string user_code, page, page_with_code;
  milliseconds interval{kDefaultInterval}, lifetime{kDefaultLifetime};
};

void require_enabled(const sdk::Call& call) {
  const sdk::Settings settings = call.settings();
  if (settings.flag("enabled") || settings.env("HEYGEN_OAUTH_DEVICE_URL")) return;
  throw sdk::Fail(HEYGEN_UNSUPPORTED, "The device code login is not yet supported.",
                  "Run `heygen auth login` and choose another method.");
}

milliseconds clamped(const sdk::Json& value, seconds fallback, seconds largest) {
  const auto given = lifetime_of(value);
  return given ? seconds(std::clamp<std::int64_t>(*given, 1, largest.count())) : fallback;
}

Device read_device(const sdk::Json& reply, const Server& server) {
  const std::string& url = server.device_url;
  Device device;
  device.device_code = sdk::Secret(usable_text(reply["device_code"], "device_code", url));
  device.user_code = readable(usable_text(reply["user_code"], "user_code", url), 100);
  device.page = std::string(usable_text(reply["verification_uri"], "verification_uri", url));
  const std::string fault = url_fault(device.page, server.allow_http);
  if (!fault.empty()) {
    throw sdk::Fail(HEYGEN_BROKEN,
                    "The reply of " + origin_of(url) + " cannot be used: its verification_uri " + fault + ".",
                    "Check the OAuth settings.");
  }
  const std::string_view complete = reply["verification_uri_complete"].as_text();
  if (url_fault(complete, server.allow_http).empty()) device.page_with_code = std::string(complete);
  device.interval = clamped(reply["interval"], kDefaultInterval, kMaxLifetime);
  device.lifetime = clamped(reply["expires_in"], kDefaultLifetime, kMaxLifetime);
  return device;
}

Device authorize(const sdk::Call& call, const Server& server, const std::string& scope) {
  sdk::Form form(call.http());
  form.add("client_id", server.client_id);
  if (!scope.empty()) form.add("scope", scope);
  const sdk::HttpReply reply = post_form(call, server.device_url, form, kTokenTimeout);
  if (reply.status() != 200) throw reply_error(call, {server.device_url, server.client_id}, reply, {});
  const sdk::Json document = call.parse(reply.body());
  if (!document.exists()) {
    throw sdk::Fail(HEYGEN_TRANSIENT, origin_of(server.device_url) + " answered with something that is no JSON.",
                    "Check the network (a captive portal?) and the OAuth settings, then try again.");
  }
  return read_device(document, server);
}

void show(const sdk::Call& call, const Device& device) {
  const sdk::Terminal terminal = call.terminal();
  terminal.notice("To log in, open this page on any device:");
  terminal.notice(device.page);
  terminal.notice("and enter the code:");
  terminal.notice(device.user_code);
  if (device.page_with_code.empty()) return;
  terminal.notice("This page has the code filled in; check that it is the same:");
  terminal.notice(device.page_with_code);
  const sdk::Browser browser = call.browser();
  if (browser.allowed()) browser.open(device.page_with_code);  // §3.3.1: failing is not fatal
}

sdk::Fail ran_out() {
  return sdk::Fail(HEYGEN_REJECTED, "The code ran out before the login was approved.", "Log in again for a new code.")
      .with_code(kExpired);
}

/// One poll: tokens, or nothing and the interval to keep from now on. Throws what ends the login (§3.5).
std::optional<Tokens> poll(const sdk::Call& call, const Server& server, const Device& device, milliseconds& interval) {
  sdk::Form form(call.http());
  form.add("grant_type", kGrant).add("device_code", device.device_code.reveal()).add("client_id", server.client_id);
  try {
    return request_tokens(call, {server.token_url, server.client_id}, form, {device.device_code.reveal()});
  } catch (const sdk::Fail& fail) {
    if (fail.code() == "authorization_pending") return std::nullopt;
    if (fail.code() == "slow_down") {
      interval += kSlowDown;
      return std::nullopt;
    }
    if (fail.status() == HEYGEN_TRANSIENT) {
      interval *= 2;
      interval = std::max<milliseconds>(interval, seconds(fail.retry_after()));
      return std::nullopt;
    }
    if (fail.code() == "access_denied") {
      throw sdk::Fail(HEYGEN_REJECTED, "The login was denied on the other device.",
                      "Log in again and approve the request.")
          .with_code(fail.code());
    }
    if (fail.code() == kExpired) throw ran_out();
    throw;
  }
}

Tokens await(const sdk::Call& call, const Server& server, const Device& device) {
  const sdk::Clock clock = call.clock();
  const milliseconds end = clock.monotonic() + device.lifetime;
  milliseconds interval = device.interval;
  while (clock.monotonic() + interval < end) {
    clock.wait(interval);
    if (auto tokens = poll(call, server, device, interval)) return std::move(*tokens);
  }
  throw ran_out();
}

}  // namespace

void DeviceCodeProvider::login(sdk::Call& call) {
  require_enabled(call);
  if (call.interaction() == HEYGEN_INTERACTION_NEVER) throw sdk::Fail(HEYGEN_NEEDS_USER);
  const OauthSettings settings = load_settings(call);
  const Server server = configured_server(call, settings, Budget(call, kTokenTimeout));
  if (server.device_url.empty()) {
    throw sdk::Fail(HEYGEN_UNSUPPORTED, "The issuer " + server.issuer + " offers no device code login.",
                    "Run `heygen auth login` and choose another method.");
  }
  require_url(server.device_url, "device authorization endpoint", server.allow_http);
  const Device device = authorize(call, server, settings.scope);
  show(call, device);
  keep_login(call, await(call, server, device), server, settings.scope);
}

}  // namespace heygen::plugins
