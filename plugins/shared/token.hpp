// SPDX-License-Identifier: Apache-2.0
// Requests to the token endpoint, and the checks of its responses.
#pragma once

#include <heygen/provider.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heygen::plugins {

/// How long an exchange or a refresh may take.
inline constexpr std::chrono::milliseconds kTokenTimeout{30'000};
/// Longest token accepted from a response, in bytes.
inline constexpr std::size_t kMaxToken = std::size_t{64} * 1024;

struct OauthEndpoints;

struct Tokens {
  sdk::Secret access;
  sdk::Secret refresh;                    ///< empty: the response had none
  std::optional<heygen_time> expires_at;  ///< nothing: unknown
  std::optional<std::string> scope, token_type;
};

/// Where a request goes, and for which client.
struct Endpoint {
  std::string url;
  std::string client_id;
  bool from_login = false;  ///< recorded with the stored login; otherwise configured
  std::string setting;      ///< what configures `url`, for hints: "HEYGEN_OAUTH_TOKEN_URL (providers.oauth.token_url)"
};

/// Posts the form to the token endpoint once and reads the response (RFC 6749 §5). `secrets` are redacted in text of
/// the server. Throws Fail, with the OAuth error code where there is one:
///   REJECTED   any other 4xx, whatever its body; a 200 that is an OAuth error
///   TRANSIENT  no response, 408, 425, 429, 5xx, a redirect, 200 without JSON, or an error that says to try again
///   BROKEN     404, 405 and 410 without an OAuth error: not a token endpoint; JSON that holds no usable token
/// Tokens that cannot be used are revoked, but for the one that is `stored`.
Tokens request_tokens(const sdk::Call& call, const OauthEndpoints& server, const sdk::Form& form,
                      const std::vector<std::string_view>& secrets, std::string_view stored = {});

/// One form to one endpoint, asking for JSON. Throws Fail as Http::send does; a body over 1 MiB is TRANSIENT.
sdk::HttpResponse post_form(const sdk::Call& call, const std::string& url, const sdk::Form& form,
                            std::chrono::milliseconds timeout);

/// The error for a response other than a success, by the rules above.
sdk::Fail response_error(const sdk::Call& call, const Endpoint& endpoint, const sdk::HttpResponse& response,
                         const std::vector<std::string_view>& secrets);

/// The response says nothing about the request, which may succeed later: 408, 425, 429, 5xx.
bool is_passing(int status);

/// Fail{TRANSIENT} with the time that the server asks to wait, if it does.
sdk::Fail later_error(const std::string& message, const sdk::HttpResponse& response);

/// Seconds from expires_in: at least 0, at most a hundred years; nothing when it is neither a number nor a string of
/// one.
std::optional<std::int64_t> lifetime_of(const sdk::Json& expires_in);

/// A token or code of a response: a non-empty string without control characters, at most kMaxToken bytes. Throws
/// Fail{BROKEN} naming the member and the endpoint.
std::string_view require_text(const sdk::Json& value, std::string_view member, const std::string& url);

}  // namespace heygen::plugins
