// SPDX-License-Identifier: Apache-2.0
#include "plugins/shared/token.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <limits>

#include "plugins/shared/document.hpp"
#include "plugins/shared/revocation.hpp"
#include "plugins/shared/server.hpp"
#include "plugins/shared/text.hpp"

namespace heygen::plugins {
namespace {

/// Seconds.
constexpr std::int64_t kLongestInterval = 24 * 3600;
constexpr double kHundredYears = 100.0 * 365 * 24 * 3600;

/// The URL without its query, which might contain a secret.
std::string name_of(const std::string& url) {
  return url.substr(0, url.find('?'));
}

sdk::Fail invalid_response(const std::string& url, const std::string& why) {
  return sdk::Fail(HEYGEN_BROKEN, "The response of " + name_of(url) + " cannot be used: " + why + ".",
                   "Check which authorization server the OAuth settings name, then log in again.");
}

/// Seconds, 0 for unknown. The host gives a number whatever form the server sent.
std::int32_t retry_after(const sdk::HttpResponse& response) {
  const std::string_view text = trim(response.header("Retry-After").value_or(""));
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc{} || end != text.data() + text.size()) return 0;
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(seconds, 0, std::numeric_limits<std::int32_t>::max()));
}

/// The server's description in parentheses, or "".
std::string words_of(const sdk::Json& error, const std::vector<std::string_view>& secrets) {
  // RFC 6749 §5.2; gateways in front of a server have members of their own.
  std::string_view description;
  for (const sdk::Json& candidate : {error["error_description"], error["error"]["message"], error["message"]}) {
    if (description.empty() && candidate.is_string()) description = candidate.as_text();
  }
  const std::string words = readable(redact(std::string(description), secrets), 200);
  return words.empty() ? "" : " (" + words + ")";
}

/// Whether the same request may succeed later: the server says so, or it speaks for a device login that still waits.
bool may_succeed_later(int status, std::string_view code) {
  return is_passing(status) || code == "temporarily_unavailable" || code == "slow_down" ||
         code == "authorization_pending";
}

bool is_success(int status) {
  return status >= 200 && status < 300;
}

/// RFC 6749 §5.2, and how servers that know no such code word it.
bool blames_the_client(std::string_view code, std::string_view words) {
  std::string all = std::string(code).append(words);
  std::replace(all.begin(), all.end(), '_', ' ');
  const auto says = [&](std::string_view known) {
    return std::search(all.begin(), all.end(), known.begin(), known.end(), [](char a, char b) {
             return iequals({&a, 1}, {&b, 1});
           }) != all.end();
  };
  return code == "invalid_client" || code == "unauthorized_client" || says("unknown client");
}

/// The address exists no more, or never was one of a token endpoint.
bool blames_the_address(int status) {
  return status == 404 || status == 405 || status == 410;
}

Tokens read_tokens(const sdk::Json& response, const std::string& url, heygen_time asked_at) {
  Tokens tokens;
  tokens.access = sdk::Secret(require_text(response["access_token"], "access_token", url));
  const sdk::Json refresh = response["refresh_token"];
  if (!refresh.is_null() && !(refresh.is_string() && refresh.as_text().empty())) {
    tokens.refresh = sdk::Secret(require_text(refresh, "refresh_token", url));
  }
  const sdk::Json type = response["token_type"];
  if (!type.is_null()) {
    if (!type.is_string() || !iequals(type.as_text(), "bearer"))
      throw invalid_response(url, "its token_type is not Bearer");
    tokens.token_type = std::string(type.as_text());
  }
  const sdk::Json scope = response["scope"];
  if (scope.is_string()) {
    if (has_control(scope.as_text())) throw invalid_response(url, "its scope has control characters");
    tokens.scope = std::string(scope.as_text());
  }
  if (const auto lifetime = lifetime_of(response["expires_in"])) tokens.expires_at = asked_at + *lifetime;
  return tokens;
}

}  // namespace

std::string_view require_text(const sdk::Json& value, std::string_view member, const std::string& url) {
  const std::string name(member);
  if (value.is_null()) throw invalid_response(url, "it has no " + name);
  if (!value.is_string()) throw invalid_response(url, "its " + name + " is not a string");
  const std::string_view text = value.as_text();
  if (text.empty()) throw invalid_response(url, "its " + name + " is empty");
  if (has_control(text)) throw invalid_response(url, "its " + name + " has control characters");
  if (text.size() > kMaxToken) throw invalid_response(url, "its " + name + " is longer than 64 KiB");
  return text;
}

bool is_passing(int status) {
  constexpr int kTimeout = 408, kTooEarly = 425, kTooMany = 429, kServerFault = 500;  // as core/net/status.hpp
  return status == kTimeout || status == kTooEarly || status == kTooMany || status >= kServerFault;
}

sdk::Fail later_error(const std::string& message, const sdk::HttpResponse& response) {
  return sdk::Fail(HEYGEN_TRANSIENT, message, "Try again later.").with_retry_after(retry_after(response));
}

std::optional<std::int64_t> lifetime_of(const sdk::Json& expires_in) {
  if (!expires_in.is_number() && !expires_in.is_string()) return std::nullopt;
  // A fraction and an exponent count, and what is beyond 64 bits still has a sign; other text means nothing.
  // std::from_chars would leave objects of the C++ library to be destroyed at the program's exit.
  const std::string text(trim(expires_in.as_text()));
  if (text.empty() || text.find_first_not_of("+-.0123456789eE") != std::string::npos) return std::nullopt;
  char* end = nullptr;
  const double seconds = std::strtod(text.c_str(), &end);
  if (end != text.c_str() + text.size()) return std::nullopt;
  return static_cast<std::int64_t>(std::clamp(seconds, 0.0, kHundredYears));
}

sdk::HttpResponse post_form(const sdk::Call& call, const std::string& url, const sdk::Form& form,
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
    throw sdk::Fail(HEYGEN_TRANSIENT, fail.message(), "Check which server responds there, then try again.");
  }
}

sdk::Fail response_error(const sdk::Call& call, const Endpoint& endpoint, const sdk::HttpResponse& response,
                         const std::vector<std::string_view>& secrets) {
  const int status = response.status();
  const std::string answered = name_of(endpoint.url) + " responded with HTTP " + std::to_string(status);
  if (status >= 300 && status < 400) {
    return sdk::Fail(HEYGEN_TRANSIENT, answered + ", a redirect, which heygen does not follow with a credential.",
                     "Check the network, where a captive portal may intercept requests, and the OAuth settings.");
  }
  const sdk::Json error = document_of(call, response);
  const std::string code =
      error["error"].is_string() ? readable(redact(std::string(error["error"].as_text()), secrets), 64) : std::string();
  const std::string words = words_of(error, secrets);
  const bool is_refusal = (status >= 400 && status < 500) || (is_success(status) && !code.empty());
  if (!is_refusal || may_succeed_later(status, code)) {
    sdk::Fail later = later_error(answered + words + ".", response);
    // Some servers name the next interval (RFC 8628 §3.2) in place of a header.
    const auto interval = code == "slow_down" ? lifetime_of(error["interval"]) : std::nullopt;
    const bool names_time = !interval || later.retry_after() != 0;
    const auto wait =
        names_time ? later.retry_after() : static_cast<std::int32_t>(std::min(*interval, kLongestInterval));
    return std::move(later).with_code(code).with_retry_after(wait);
  }
  if (blames_the_client(code, words)) {
    return sdk::Fail(HEYGEN_REJECTED,
                     name_of(endpoint.url) + " refused the OAuth client '" + readable(endpoint.client_id, 80) +
                         "': " + (code.empty() ? "HTTP " + std::to_string(status) : code) + words + ".",
                     endpoint.from_login
                         ? "The client ID was recorded with the login; a new login records the present one."
                         : "Check HEYGEN_OAUTH_CLIENT_ID (providers.oauth.client_id).")
        .with_code(code);
  }
  if (blames_the_address(status) && code != "invalid_grant") {
    return sdk::Fail(HEYGEN_BROKEN, answered + words + ": it is not a token endpoint.",
                     endpoint.from_login ? "The URL was recorded with the login; a new login records the present one."
                                         : "Check " + endpoint.setting + ".");
  }
  return sdk::Fail(HEYGEN_REJECTED,
                   code.empty() ? answered + words + "." : name_of(endpoint.url) + " refused: " + code + words + ".")
      .with_code(code);
}

Tokens request_tokens(const sdk::Call& call, const OauthEndpoints& server, const sdk::Form& form,
                      const std::vector<std::string_view>& secrets, std::string_view stored) {
  const Endpoint endpoint = token_endpoint(server);
  // Taken before sending: a slow response must not lengthen the token's life.
  const heygen_time asked_at = call.clock().now();
  const sdk::HttpResponse response = post_form(call, endpoint.url, form, kTokenTimeout);
  if (!is_success(response.status())) throw response_error(call, endpoint, response, secrets);
  const sdk::Json document = document_of(call, response);
  // Some servers, GitHub's among them, answer errors with 200.
  if (document["error"].is_string() && document["access_token"].is_null()) {
    throw response_error(call, endpoint, response, secrets);
  }
  if (!document.exists()) {
    throw sdk::Fail(
        HEYGEN_TRANSIENT, name_of(endpoint.url) + " sent a response that is not JSON.",
        "Check the network, where a captive portal may intercept requests, and the OAuth settings. Then try "
        "again.");
  }
  if (!document.is_object()) throw invalid_response(endpoint.url, "it is not a JSON object");
  try {
    return read_tokens(document, endpoint.url, asked_at);
  } catch (const sdk::Fail&) {
    revoke_unusable(call, server, document, stored);
    throw;
  }
}

}  // namespace heygen::plugins
