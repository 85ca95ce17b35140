// SPDX-License-Identifier: Apache-2.0
#include "core/net/connect/proxy.hpp"

#include <Poco/Net/IPAddress.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>

#include "core/base/encode.hpp"
#include "core/base/environment.hpp"
#include "core/base/text.hpp"
#include "core/net/http1/message.hpp"

namespace heygen::net {

using Poco::Net::IPAddress;

namespace {

struct Scheme {
  std::string_view name;
  Proxy::Kind kind;
  std::uint16_t port;  ///< where the variable names none
};

constexpr std::array<Scheme, 4> kSchemes{{
    {"http", Proxy::Kind::http, 80},
    {"https", Proxy::Kind::https, 443},
    {"socks5", Proxy::Kind::socks5, 1080},
    {"socks5h", Proxy::Kind::socks5h, 1080},
}};

}  // namespace

std::string_view Proxy::scheme() const {
  return std::ranges::find(kSchemes, kind, &Scheme::kind)->name;
}

std::string Proxy::label() const {
  return "the proxy " + authority(host, port) + " (from " + variable + ")";
}

std::string Proxy::hint(const std::string& usual) const {
  return fixed ? "Ask the administrator of this machine: only " + variable + " can change the proxy." : usual;
}

std::string Proxy::example() const {
  return std::string(scheme()) + "://user:password@host:port";
}

namespace {

/// The first variable that is set and not blank, or the first of all; curl's order, lower case first.
std::string choose(const Environment& environment, std::initializer_list<const char*> names) {
  const auto is_set = [&](const char* name) { return !trim(environment.value(name)).empty(); };
  const auto* found = std::find_if(names.begin(), names.end(), is_set);
  return found == names.end() ? *names.begin() : *found;
}

Failure unusable(const std::string& variable, const std::string& why) {
  return {Failure::Kind::proxy, "The proxy in " + variable + " cannot be used: " + why,
          "Set " + variable +
              " to http://host:port, or to https://, socks5:// or socks5h:// with host and port, or unset it."};
}

std::string decoded(std::string_view text, const std::string& variable) {
  std::optional<std::string> plain = percent_decode(text);
  if (!plain) throw unusable(variable, "a '%' in its user name or password is not followed by two hexadecimal digits.");
  return *std::move(plain);
}

void take_login(Proxy& proxy, std::string_view userinfo) {
  constexpr std::size_t kLongestOfSocks = 255;  // RFC 1929 §2
  const std::size_t colon = std::min(userinfo.find(':'), userinfo.size());
  Secret user(decoded(userinfo.substr(0, colon), proxy.variable));
  Secret password(decoded(userinfo.substr(std::min(colon + 1, userinfo.size())), proxy.variable));
  if (proxy.is_socks()) {
    if (std::max(user.reveal().size(), password.reveal().size()) > kLongestOfSocks)
      throw unusable(proxy.variable, "its user name or password is longer than 255 bytes.");
    proxy.user = std::move(user);
    proxy.password = std::move(password);
    return;
  }
  std::string pair = user.reveal() + ":" + password.reveal();  // RFC 7617
  proxy.authorization = Secret("Basic " + base64_encode(pair));
  wipe(pair);
}

/// Takes "socks5h://" off the text.
Scheme take_scheme(std::string_view& text, const std::string& variable) {
  const std::size_t end = text.find("://");
  if (end == std::string_view::npos) return kSchemes.front();
  const auto* found =
      std::ranges::find_if(kSchemes, [&](const Scheme& one) { return iequals(text.substr(0, end), one.name); });
  if (found == kSchemes.end()) {
    throw unusable(variable, "only http, https, socks5 and socks5h proxies are supported, not " +
                                 to_lower(text.substr(0, std::min<std::size_t>(end, 16))) + "://.");
  }
  text.remove_prefix(end + 3);
  return *found;
}

Proxy parse_proxy(std::string_view text, const std::string& variable) {
  Proxy proxy;
  proxy.variable = variable;
  text = trim(text);
  const Scheme scheme = take_scheme(text, variable);
  proxy.kind = scheme.kind;
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    take_login(proxy, text.substr(0, at));
    text.remove_prefix(at + 1);
  }
  text = text.substr(0, text.find_first_of("/?#"));
  const std::size_t colon = text.rfind(':');
  const bool has_port = colon < text.size() - 1 && text.find(']', colon) == std::string_view::npos;
  try {
    const Url url = Url::parse("http://" + std::string(text));
    proxy.host = url.host;
    proxy.port = has_port ? url.port : scheme.port;
  } catch (const std::invalid_argument&) {
    throw unusable(variable, "it has no valid host and port.");
  }
  return proxy;
}

std::optional<unsigned> number(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// 10.0.0.1 is also reached as ::ffff:10.0.0.1.
IPAddress unmapped(const IPAddress& address) {
  constexpr std::size_t kPrefix = 12;
  if (address.family() != IPAddress::IPv6 || !address.isIPv4Mapped()) return address;
  return {static_cast<const char*>(address.addr()) + kPrefix, sizeof(in_addr)};
}

bool has_same_start(const IPAddress& left, const IPAddress& right, unsigned bits) {
  constexpr unsigned kByte = 8;
  const auto* one = static_cast<const unsigned char*>(left.addr());
  const auto* other = static_cast<const unsigned char*>(right.addr());
  const std::size_t whole = bits / kByte;
  if (!std::equal(one, one + whole, other)) return false;
  return bits % kByte == 0 || ((one[whole] ^ other[whole]) >> (kByte - bits % kByte)) == 0;
}

bool in_network(const IPAddress& address, std::string_view network, std::string_view bits) {
  if (network.starts_with('[') && network.ends_with(']')) network = network.substr(1, network.size() - 2);
  IPAddress base;
  const std::optional<unsigned> length = number(bits);
  if (network == "::")  // which Poco takes for no address
    base = IPAddress(IPAddress::IPv6);
  else if (!IPAddress::tryParse(std::string(network), base))
    return false;
  if (!length || base.family() != address.family()) return false;
  return *length <= static_cast<unsigned>(base.length()) * 8 && has_same_start(base, address, *length);
}

/// "host", "host:port", "[ipv6]", "[ipv6]:port" or a bare IPv6 address.
struct Entry {
  std::string host;
  std::optional<unsigned> port;
};

Entry parse_entry(const std::string& text) {
  IPAddress address;
  if (IPAddress::tryParse(text, address)) return {address.toString(), std::nullopt};
  const std::size_t colon = text.rfind(':');
  Entry entry{text, std::nullopt};
  if (colon != std::string::npos && text.find(']', colon) == std::string::npos) {
    entry = {text.substr(0, colon), number(std::string_view(text).substr(colon + 1)).value_or(0)};
  }
  if (entry.host.starts_with('[') && entry.host.ends_with(']'))
    entry.host = entry.host.substr(1, entry.host.size() - 2);
  if (IPAddress::tryParse(entry.host, address)) entry.host = address.toString();
  return entry;
}

bool matches(const std::string& text, const Url& url) {
  if (text == "*") return true;
  IPAddress address;
  const bool is_address = IPAddress::tryParse(url.host, address);
  if (is_address) address = unmapped(address);
  if (const std::size_t slash = text.find('/'); slash != std::string::npos) {
    const std::string_view view = text;
    return is_address && in_network(address, view.substr(0, slash), view.substr(slash + 1));
  }
  Entry entry = parse_entry(text);
  if (entry.port && *entry.port != url.port) return false;
  if (is_address) return entry.host == address.toString();
  if (entry.host.starts_with("*.")) entry.host.erase(0, 1);
  std::string_view host = url.host;
  if (host.ends_with('.')) host.remove_suffix(1);
  if (entry.host.starts_with('.')) return entry.host.size() > 1 && host.ends_with(entry.host);
  return !entry.host.empty() && (host == entry.host || host.ends_with("." + entry.host));
}

}  // namespace

ProxyRules::ProxyRules(const Environment& environment, const std::optional<FixedProxy>& fixed)
    : is_fixed_(fixed.has_value()) {
  if (fixed) {
    for_https_ = for_http_ = Setting{fixed->source, Secret(fixed->url)};
    return;
  }
  const auto take = [&](const std::string& name) { return Setting{name, Secret(environment.value(name))}; };
  for_https_ = take(choose(environment, {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}));
  // Under CGI a request header named "Proxy" arrives as HTTP_PROXY ("httpoxy").
  for_http_ = take(environment.has("REQUEST_METHOD")
                       ? choose(environment, {"http_proxy", "all_proxy", "ALL_PROXY"})
                       : choose(environment, {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"}));
  std::string list = to_lower(environment.value(choose(environment, {"no_proxy", "NO_PROXY"})));
  std::replace_if(
      list.begin(), list.end(), [](char c) { return c == ' ' || c == '\t'; }, ',');
  for (const std::string& entry : split(list, ',')) {
    if (!entry.empty()) exempt_.push_back(entry);
  }
}

bool ProxyRules::bypasses(const Url& url) const {
  return url.is_loopback() || url.is_link_local() ||
         std::any_of(exempt_.begin(), exempt_.end(), [&](const std::string& entry) { return matches(entry, url); });
}

std::optional<Proxy> ProxyRules::find(const Url& url) const {
  const Setting& setting = url.scheme == "https" ? for_https_ : for_http_;
  if (trim(setting.value.reveal()).empty() || bypasses(url)) return std::nullopt;
  Proxy proxy = parse_proxy(setting.value.reveal(), setting.variable);
  proxy.fixed = is_fixed_;
  return proxy;
}

}  // namespace heygen::net
