#include "plugins/shared/token.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "plugins/shared/text.hpp"

namespace heygen::plugins {
namespace {

constexpr std::int64_t kHundredYears = 100LL * 365 * 24 * 3600;

/// "token endpoint of …" without a query, which might hold anything.
std::string name_of(const std::string& url) {
  return url.substr(0, url.find('?'));
}

sdk::Fail unusable(const std::string& url, const std::string& why) {
  return sdk::Fail(HEYGEN_BROKEN, "The reply of " + name_of(url) + " cannot be used: " + why + ".",
                   "Check which server the OAuth settings name, then log in again.");
}

/// IMF-fixdate (RFC 9110 §5.6.7), "Sun, 06 Nov 1994 08:49:37 GMT", as RFC 3339; "" for anything else.
std::string rfc3339_of(std::string_view date) {
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (date.size() != 29 || !date.ends_with(" GMT")) return {};
  const auto* month = std::find(kMonths.begin(), kMonths.end(), date.substr(8, 3));
  if (month == kMonths.end()) return {};
  const std::string number = std::to_string(month - kMonths.begin() + 1);
  return std::string(date.substr(12, 4)) + "-" + (number.size() == 1 ? "0" : "") + number + "-" +
         std::string(date.substr(5, 2)) + "T" + std::string(date.substr(17, 8)) + "Z";
}

/// Seconds, 0 for unknown (RFC 9110 §10.2.3).
std::int32_t retry_after(const sdk::Call& call, const sdk::HttpReply& reply) {
  const auto header = reply.header("Retry-After");
  if (!header) return 0;
  const std::string_view text = trim(*header);
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc{} || end != text.data() + text.size()) {
    const auto at = call.clock().parse(rfc3339_of(text));
    seconds = at ? *at - call.clock().now() : 0;
  }
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(seconds, 0, std::numeric_limits<std::int32_t>::max()));
}

/// The server's own words, in brackets, or "".
std::string words_of(const sdk::Json& error, const std::vector<std::string_view>& secrets) {
  const std::string_view description =
      error["error_description"].is_string() ? error["error_description"].as_text() : "";
  const std::string words = readable(redact(std::string(description), secrets), 200);
  return words.empty() ? "" : " (" + words + ")";
}

bool is_passing(std::string_view code) {
  return code == "temporarily_unavailable" || code == "server_error";
}

Tokens read_tokens(const sdk::Json& reply, const std::string& url, heygen_time asked_at) {
  Tokens tokens;
  tokens.access = sdk::Secret(usable_text(reply["access_token"], "access_token", url));
  const sdk::Json refresh = reply["refresh_token"];
  if (!refresh.is_null() && !(refresh.is_string() && refresh.as_text().empty())) {
    tokens.refresh = sdk::Secret(usable_text(refresh, "refresh_token", url));
  }
  const sdk::Json type = reply["token_type"];
  if (!type.is_null()) {
    if (!type.is_string() || !iequals(type.as_text(), "bearer")) throw unusable(url, "its token_type is not Bearer");
    tokens.token_type = std::string(type.as_text());
  }
  const sdk::Json scope = reply["scope"];
  if (scope.is_string()) {
    if (has_control(scope.as_text())) throw unusable(url, "its scope holds control characters");
    tokens.scope = std::string(scope.as_text());
  }
  if (const auto lifetime = lifetime_of(reply["expires_in"])) tokens.expires_at = asked_at + *lifetime;
  return tokens;
}

}  // namespace

std::string_view usable_text(const sdk::Json& value, std::string_view member, const std::string& url) {
  const std::string name(member);
  if (value.is_null()) throw unusable(url, "it has no " + name);
  if (!value.is_string()) throw unusable(url, "its " + name + " is no text");
  const std::string_view text = value.as_text();
  if (text.empty()) throw unusable(url, "its " + name + " is empty");
  if (has_control(text)) throw unusable(url, "its " + name + " holds control characters");
  if (text.size() > kMaxToken) throw unusable(url, "its " + name + " is longer than 64 KiB");
  return text;
}

std::optional<std::int64_t> lifetime_of(const sdk::Json& expires_in) {
  if (!expires_in.is_number() && !expires_in.is_string()) return std::nullopt;
  if (const auto seconds = expires_in.as_int64()) return std::clamp<std::int64_t>(*seconds, 0, kHundredYears);
  // A number that fits no 64 bits still has a sign; text that is no number says nothing.
  std::string_view text = trim(expires_in.as_text());
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
  if (!expires_in.is_number() && !digits) return std::nullopt;
  return negative ? 0 : kHundredYears;
}

sdk::HttpReply post_form(const sdk::Call& call, const std::string& url, const sdk::Form& form,
                         std::chrono::milliseconds timeout) {
  sdk::HttpRequest request;
  request.method = "POST";
  request.url = url;
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}};
  request.body = form.str();
  request.timeout = timeout;
  struct Wiper {
    explicit Wiper(std::string& secret) : text(secret) {}
    Wiper(const Wiper&) = delete;
    Wiper& operator=(const Wiper&) = delete;
    ~Wiper() { sdk::wipe(text); }
    std::string& text;
  };
  const Wiper wiper(request.body);
  try {
    return call.http().send(request);
  } catch (const sdk::Fail& fail) {
    if (fail.status() != HEYGEN_BROKEN) throw;
    throw sdk::Fail(HEYGEN_TRANSIENT, fail.message(), "Check which server answers there, then try again.");
  }
}

sdk::Fail reply_error(const sdk::Call& call, const Endpoint& endpoint, const sdk::HttpReply& reply,
                      const std::vector<std::string_view>& secrets) {
  const int status = reply.status();
  const std::string answered = name_of(endpoint.url) + " answered HTTP " + std::to_string(status);
  if (status >= 300 && status < 400) {
    return sdk::Fail(HEYGEN_TRANSIENT, answered + ", a redirect, which is never followed with a credential.",
                     "Check the network (a captive portal?) and the OAuth settings.");
  }
  const sdk::Json error = call.parse(reply.body());
  const std::string code =
      error["error"].is_string() ? readable(redact(std::string(error["error"].as_text()), secrets), 64) : std::string();
  const bool refused = status >= 400 && status < 500 && status != 429 && !code.empty() && !is_passing(code);
  if (!refused) {
    return sdk::Fail(HEYGEN_TRANSIENT, answered + ".", "Try again in a moment.")
        .with_code(code)
        .with_retry_after(retry_after(call, reply));
  }
  if (code == "invalid_client" || code == "unauthorized_client") {
    return sdk::Fail(HEYGEN_REJECTED,
                     name_of(endpoint.url) + " refused the OAuth client '" + readable(endpoint.client_id, 80) +
                         "': " + code + words_of(error, secrets) + ".",
                     "Check HEYGEN_OAUTH_CLIENT_ID (providers.oauth.client_id).")
        .with_code(code);
  }
  return sdk::Fail(HEYGEN_REJECTED, name_of(endpoint.url) + " refused: " + code + words_of(error, secrets) + ".",
                   "Log in again.")
      .with_code(code);
}

Tokens request_tokens(const sdk::Call& call, const Endpoint& endpoint, const sdk::Form& form,
                      const std::vector<std::string_view>& secrets) {
  // Taken before sending: a slow reply must not lengthen the token's life.
  const heygen_time asked_at = call.clock().now();
  const sdk::HttpReply reply = post_form(call, endpoint.url, form, kTokenTimeout);
  if (reply.status() != 200) throw reply_error(call, endpoint, reply, secrets);
  const sdk::Json document = call.parse(reply.body());
  if (!document.exists()) {
    throw sdk::Fail(HEYGEN_TRANSIENT, name_of(endpoint.url) + " answered with something that is no JSON.",
                    "Check the network (a captive portal?) and the OAuth settings, then try again.");
  }
  if (!document.is_object()) throw unusable(endpoint.url, "it is no JSON object");
  return read_tokens(document, endpoint.url, asked_at);
}

}  // namespace heygen::plugins
