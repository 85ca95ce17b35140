// SPDX-License-Identifier: Apache-2.0
#include "plugins/shared/url.hpp"

#include <algorithm>

#include "plugins/shared/text.hpp"

namespace heygen::plugins {
namespace {

struct Split {
  std::string_view scheme, authority, rest;
};

Split split(std::string_view url) {
  const auto colon = url.find("://");
  if (colon == std::string_view::npos) return {};
  const std::string_view after = url.substr(colon + 3);
  const auto end = std::min(after.find_first_of("/?#"), after.size());
  return {url.substr(0, colon), after.substr(0, end), after.substr(end)};
}

std::string_view without_final_slash(std::string_view text) {
  return text.ends_with('/') ? text.substr(0, text.size() - 1) : text;
}

}  // namespace

std::optional<std::string> find_url_fault(std::string_view url, bool allow_http) {
  const auto bad = [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7F;
  };
  if (std::any_of(url.begin(), url.end(), bad)) return "has a space, a control character or a character outside ASCII";
  const Split parts = split(url);
  const bool http = iequals(parts.scheme, "http");
  if (!http && !iequals(parts.scheme, "https")) return "is not an https URL";
  if (http && !allow_http) return "is http, which is allowed only with HEYGEN_ALLOW_HTTP=1";
  if (parts.authority.empty() || parts.authority.front() == ':') return "has no host";
  if (parts.authority.find('@') != std::string_view::npos) return "has a user name";
  if (parts.rest.find('#') != std::string_view::npos) return "has a fragment";
  return {};
}

std::string with_query(std::string_view url, std::string_view parameters) {
  std::string out(url);
  const auto mark = url.find('?');
  if (mark == std::string_view::npos) {
    out += '?';
  } else if (mark + 1 < url.size() && !url.ends_with('&')) {
    out += '&';
  }
  return out.append(parameters);
}

std::string origin_of(std::string_view url) {
  const Split parts = split(url);
  return std::string(parts.scheme) + "://" + std::string(parts.authority);
}

bool is_confidential(std::string_view url) {
  const Split parts = split(url);
  if (iequals(parts.scheme, "https")) return true;
  std::string_view host = parts.authority;
  if (host.starts_with('[')) return host.starts_with("[::1]");
  host = host.substr(0, host.find(':'));
  const bool v4 = host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string_view::npos;
  return v4 || iequals(host, "localhost");
}

std::string oauth_metadata_url(std::string_view issuer) {
  return origin_of(issuer) + "/.well-known/oauth-authorization-server" +
         std::string(without_final_slash(split(issuer).rest));
}

std::string openid_metadata_url(std::string_view issuer) {
  return std::string(without_final_slash(issuer)) + "/.well-known/openid-configuration";
}

}  // namespace heygen::plugins
