// SPDX-License-Identifier: Apache-2.0
#include "host/requests/target.hpp"

#include <algorithm>
#include <stdexcept>

#include "core/base/encode.hpp"
#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "core/net/http.hpp"
#include "core/net/redact.hpp"

namespace heygen::host::requests {
namespace {

constexpr const char* kPathHint = "Paths start with a slash, e.g. /v3/videos.";

std::string checked_method(const std::string& text) {
  std::string method = text;
  std::ranges::transform(method, method.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  const std::vector<std::string> known = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"};
  if (std::ranges::find(known, method) != known.end()) return method;
  const std::string near = nearest(text, known);
  throw usage_error("Unknown HTTP method '" + shown_word(text) + "'.",
                    "Use " + join(known, ", ") + "." + (near.empty() ? "" : " Did you mean " + near + "?"));
}

/// application/x-www-form-urlencoded.
std::string decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

/// The part of a URL after the base.
std::string below_base(const std::string& url, const std::string& base) {
  try {
    const net::Url given = net::Url::parse(url), api = net::Url::parse(base);
    const std::string prefix = api.target.substr(0, api.target.find_last_not_of('/') + 1);
    if (given.same_origin(api) && given.target.starts_with(prefix + "/")) return given.target.substr(prefix.size());
  } catch (const std::invalid_argument& fault) {
    throw usage_error("'" + net::shown_url(url) + "' is not a valid URL: " + fault.what(), kPathHint);
  }
  throw usage_error(
      "Refused to send the credential to " + net::shown_url(url) + ": only URLs under " + base + " are allowed.",
      kPathHint);
}

std::string escaped(std::string_view path) {
  std::string out;
  for (const char c : path) out += static_cast<unsigned char>(c) < 0x80 ? std::string(1, c) : percent_encode({&c, 1});
  return out;
}

}  // namespace

std::pair<std::string, std::string> parse_query_option(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    throw usage_error("Invalid --query '" + shown_word(text) + "': must be NAME=VALUE.", "Example: --query limit=5");
  return {text.substr(0, equals), text.substr(equals + 1)};
}

Target parse_target(const std::string& method, const std::string& where, const std::string& base) {
  Target target;
  target.method = checked_method(method);
  const std::string full = where.starts_with('/')                   ? where
                           : where.find("://") != std::string::npos ? below_base(where, base)
                                                                    : "";
  if (full.empty()) throw usage_error("'" + shown_word(where) + "' is not an API path.", kPathHint);
  if (has_control(full) || full.find_first_of(" #\\") != std::string::npos)
    throw usage_error("Invalid path '" + net::shown_url(where) + "': it contains a character that a URL cannot have.",
                      "Escape it, e.g. %20 for a space.");
  const std::size_t mark = full.find('?');
  target.path = escaped(full.substr(0, mark));
  if (has_dot_segment(target.path))
    throw usage_error("Invalid path '" + net::shown_url(where) + "': it contains a dot segment ('.' or '..').",
                      "Write the path without it.");
  if (mark == std::string::npos) return target;
  for (const std::string& pair : split(std::string_view(full).substr(mark + 1), '&')) {
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    target.query.emplace_back(decode(std::string_view(pair).substr(0, equals)),
                              decode(std::string_view(pair).substr(std::min(equals + 1, pair.size()))));
  }
  return target;
}

}  // namespace heygen::host::requests
