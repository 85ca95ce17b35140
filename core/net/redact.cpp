// SPDX-License-Identifier: Apache-2.0
#include "core/net/redact.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "core/base/encode.hpp"
#include "core/base/text.hpp"

namespace heygen::net {
namespace {

constexpr std::string_view kMark = "***";

constexpr std::array<std::string_view, 2> kSchemedHeaders{"authorization", "proxy-authorization"};
/// In the name of a header that carries a secret, the API's or the user's own: X-Api-Key, Set-Cookie,
/// X-Amz-Security-Token.
constexpr std::array<std::string_view, 8> kSecretWords{"key",  "token",  "secret",     "password",
                                                       "auth", "cookie", "credential", "signature"};
constexpr std::array<std::string_view, 4> kUrlHeaders{"location", "content-location", "referer", "refresh"};
constexpr std::array<std::string_view, 21> kSecretParameters{"code",
                                                             "token",
                                                             "refresh_token",
                                                             "access_token",
                                                             "id_token",
                                                             "code_verifier",
                                                             "device_code",
                                                             "client_secret",
                                                             "client_assertion",
                                                             "assertion",
                                                             "password",
                                                             "subject_token",
                                                             "actor_token",
                                                             "api_key",
                                                             "apikey",
                                                             "key",
                                                             "sig",
                                                             "signature",
                                                             "x-amz-security-token",
                                                             "x-amz-signature",
                                                             "x-goog-signature"};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::any_of(names.begin(), names.end(), [&](std::string_view one) { return iequals(one, name); });
}

bool has_secret_word(std::string_view header) {
  const std::string name = to_lower(header);
  if (name.ends_with("-authenticate")) return false;  // a challenge tells what is asked for
  if (name == "idempotency-key") return false;        // needed to send the request once more
  return std::ranges::any_of(kSecretWords, [&](std::string_view word) { return name.find(word) != std::string::npos; });
}

bool is_secret_parameter(std::string_view raw) {
  const std::optional<std::string> name = percent_decode(raw, Plus::space);
  return !name || is_secret_name(trim(*name));  // no honest name is encoded wrongly
}

std::string redact_pair(std::string_view pair) {
  const std::size_t equals = pair.find('=');
  const std::string_view name = pair.substr(0, equals);
  if (equals == std::string_view::npos || equals + 1 == pair.size() || !is_secret_parameter(name)) {
    return std::string(pair);
  }
  return std::string(name) + "=" + std::string(kMark);
}

std::string redact_scheme(std::string_view value) {
  value = trim(value);
  const std::size_t space = value.find(' ');
  if (space == std::string_view::npos) return std::string(kMark);
  return std::string(value.substr(0, space + 1)) + std::string(kMark);
}

/// RFC 3986 §2.2, what hosts are made of, and what lists in headers have.
constexpr std::string_view kBetween = ":/?#[]@!$&'()*+,;=. \"";

std::string shown_words(std::string_view text, std::string_view between) {
  std::string out;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find_first_of(between, at), text.size());
    out += shown_word(text.substr(at, end - at));
    if (end < text.size()) out += text[end];
    at = end + 1;
  }
  return out;
}

}  // namespace

bool is_secret_name(std::string_view name) {
  // Beyond the parameters of OAuth and of signed links: members of JSON bodies, and the tokens of content networks.
  constexpr std::array<std::string_view, 13> kOthers{"secret",    "signing_secret", "webhook_secret", "authorization",
                                                     "x-api-key", "private_key",    "auth_token",     "session_token",
                                                     "jwt",       "hdnts",          "hdnea",          "x-oss-signature",
                                                     "auth"};
  return contains(kSecretParameters, name) || contains(kOthers, name);
}

std::string redact_header(std::string_view name, std::string_view value) {
  if (contains(kSchemedHeaders, name)) return redact_scheme(value);
  if (has_secret_word(name)) return std::string(kMark);
  if (contains(kUrlHeaders, name)) return redact_url(value);
  return std::string(value);
}

Headers redact_headers(const Headers& headers) {
  Headers out;
  out.reserve(headers.size());
  for (const Header& header : headers) {
    std::string value = redact_header(header.name, header.value);
    if (header.secret && value == header.value) value = kMark;
    if (header.typed && value != kMark) value = shown_text(value);
    out.push_back({header.typed ? shown_parameter(header.name) : header.name, std::move(value), header.secret});
  }
  return out;
}

std::string redact_form(std::string_view form) {
  std::vector<std::string> pairs = split(form, '&');
  std::transform(pairs.begin(), pairs.end(), pairs.begin(), [](const std::string& pair) { return redact_pair(pair); });
  return join(pairs, "&");
}

std::string redact_url(std::string_view url) {
  const std::size_t query = url.find_first_of("?#");
  std::string out(url.substr(0, query));
  if (const std::size_t scheme = out.find("://"); scheme != std::string::npos) {
    const std::size_t begin = scheme + 3;
    const std::size_t at = out.rfind('@', std::min(out.find('/', begin), out.size()));
    if (at != std::string::npos && at >= begin) out.replace(begin, at - begin, kMark);
  }
  if (query == std::string_view::npos) return out;
  std::string_view rest = url.substr(query + 1);
  const std::size_t fragment = url[query] == '?' ? rest.find('#') : std::string_view::npos;
  out.push_back(url[query]);
  out += redact_form(rest.substr(0, fragment));
  if (fragment != std::string_view::npos) out += "#" + redact_form(rest.substr(fragment + 1));
  return out;
}

std::string shown_text(std::string_view text) {
  return shown_words(text, kBetween);
}

std::string shown_parameter(std::string_view name) {
  return shown_words(name, "-_.:[]$");
}

std::string redact_typed_url(std::string_view url) {
  std::string out = redact_url(url);
  const std::size_t query = std::min(out.find_first_of("?#"), out.size());
  std::vector<std::string> pairs = split(std::string_view(out).substr(query), '&');
  for (std::string& pair : pairs) {
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::size_t begin = std::min(pair.find_first_not_of("?#"), equals);
    pair = pair.substr(0, begin) + shown_parameter(std::string_view(pair).substr(begin, equals - begin)) +
           shown_text(std::string_view(pair).substr(equals));
  }
  return out.substr(0, query) + join(pairs, "&");
}

std::string shown_url(std::string_view url) {
  return shown_text(redact_url(url));
}

}  // namespace heygen::net
