// SPDX-License-Identifier: Apache-2.0
#include "core/net/url.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

#include "core/base/encode.hpp"
#include "core/base/text.hpp"

namespace heygen::net {
namespace {

[[noreturn]] void refuse(const std::string& why) {
  throw std::invalid_argument(why);
}

std::uint16_t default_port(std::string_view scheme) {
  return scheme == "https" ? 443 : 80;
}

std::uint16_t parse_port(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value == 0 || value > 65535) {
    refuse("The URL's port must be a number from 1 to 65535.");
  }
  return static_cast<std::uint16_t>(value);
}

/// One spelling per address, so that origins compare as text.
std::string normal_ipv6(const std::string& text) {
  in6_addr address{};
  std::array<char, INET6_ADDRSTRLEN> out{};
  if (inet_pton(AF_INET6, text.c_str(), &address) != 1 ||
      inet_ntop(AF_INET6, &address, out.data(), static_cast<socklen_t>(out.size())) == nullptr) {
    refuse("The URL's host is not a valid IPv6 address.");
  }
  return out.data();
}

/// Of "fe80::1%25eth0": the address, and its zone, which names an interface of this machine.
void parse_ipv6(std::string_view text, Url& url) {
  constexpr std::string_view kMark = "%25";  // RFC 6874 §2
  constexpr std::size_t kLongest = 15;
  const std::size_t mark = std::min(text.find('%'), text.size());
  url.host = normal_ipv6(std::string(text.substr(0, mark)));
  if (mark == text.size()) return;
  url.zone = text.substr(std::min(mark + kMark.size(), text.size()));
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_';
  };
  if (!text.substr(mark).starts_with(kMark) || url.zone.empty() || url.zone.size() > kLongest ||
      !std::ranges::all_of(url.zone, is_plain) || !url.is_link_local()) {
    refuse("A zone in the URL's host must be like %25eth0, behind a link-local IPv6 address.");
  }
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

std::string parse_name(std::string_view text) {
  if (text.empty()) refuse("The URL has no host name.");
  std::string name = to_lower(text);
  if (!std::all_of(name.begin(), name.end(), is_name_character) || name.front() == '.') {
    refuse(
        "The URL's host name may contain only letters, digits, '-', '_' and '.' (write other scripts in their xn-- "
        "form).");
  }
  return name;
}

void parse_authority(std::string_view text, Url& url) {
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) refuse("The URL's IPv6 address lacks its closing bracket.");
    parse_ipv6(text.substr(1, close - 1), url);
    port = text.substr(close + 1);
    if (!port.empty() && port.front() != ':') refuse("The URL has text between its IPv6 address and its port.");
  } else {
    const std::size_t colon = text.find(':');
    url.host = parse_name(text.substr(0, colon));
    if (colon != std::string_view::npos) port = text.substr(colon);
  }
  // RFC 3986 §3.2.3: an empty port means the scheme's own.
  url.port = port.size() > 1 ? parse_port(port.substr(1)) : default_port(url.scheme);
}

std::string parse_target(std::string_view text) {
  std::string target;
  if (!text.starts_with('/')) target.push_back('/');
  for (const char& c : text) {
    if (static_cast<unsigned char>(c) < 0x80) {
      target.push_back(c);
    } else {
      target += percent_encode(std::string_view(&c, 1));
    }
  }
  return target;
}

}  // namespace

Url Url::parse(std::string_view text) {
  const auto is_blank = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; };
  if (std::any_of(text.begin(), text.end(), is_blank)) refuse("A URL must not contain spaces or control characters.");
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) refuse("The URL must start with https:// or http://.");
  Url url;
  url.scheme = to_lower(text.substr(0, colon));
  if (url.scheme != "http" && url.scheme != "https") refuse("The URL must start with https:// or http://.");
  const std::string_view rest = text.substr(colon + 3);
  const std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
  if (rest.substr(0, end).find('@') != std::string_view::npos) {
    refuse("The URL must not carry a user name or password.");
  }
  if (rest.find('#') != std::string_view::npos) refuse("The URL must not have a fragment ('#').");
  parse_authority(rest.substr(0, end), url);
  url.target = parse_target(rest.substr(end));
  return url;
}

std::string Url::origin() const {
  std::string out =
      scheme + "://" +
      (host.find(':') == std::string::npos ? host : "[" + host + (zone.empty() ? "" : "%25" + zone) + "]");
  if (port != default_port(scheme)) out += ":" + std::to_string(port);
  return out;
}

std::string Url::text() const {
  return origin() + target;
}

bool Url::same_origin(const Url& other) const {
  return scheme == other.scheme && host == other.host && zone == other.zone && port == other.port;
}

bool Url::is_loopback() const {
  in_addr address{};
  if (inet_pton(AF_INET, host.c_str(), &address) == 1) return (ntohl(address.s_addr) >> 24) == 127;
  return host == "localhost" || host == "::1";
}

bool Url::is_link_local() const {
  constexpr std::uint32_t kPrefix = 0xA9FE;  // 169.254
  in_addr address{};
  if (inet_pton(AF_INET, host.c_str(), &address) == 1) return (ntohl(address.s_addr) >> 16) == kPrefix;
  in6_addr longer{};
  return inet_pton(AF_INET6, host.c_str(), &longer) == 1 && IN6_IS_ADDR_LINKLOCAL(&longer);
}

}  // namespace heygen::net
