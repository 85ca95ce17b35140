// SPDX-License-Identifier: Apache-2.0
#include "core/net/connect/proxy.hpp"

#include <Poco/Net/IPAddress.h>

#include <algorithm>
#include <charconv>
#include <initializer_list>

#include "core/base/encode.hpp"
#include "core/base/environment.hpp"
#include "core/base/text.hpp"
#include "core/net/http1/message.hpp"

namespace heygen::net {

using Poco::Net::IPAddress;

std::string Proxy::label() const {
  return "the proxy " + authority(host, port) + " (from " + variable + ")";
}

std::string Proxy::hint(const std::string& usual) const {
  return fixed ? "Ask the administrator of this machine: only " + variable + " can change the proxy." : usual;
}

namespace {

/// The first variable that is set and not blank, or the first of all.
std::string choose(const Environment& environment, std::initializer_list<const char*> names) {
  const auto is_set = [&](const char* name) { return !trim(environment.value(name)).empty(); };
  const auto* found = std::find_if(names.begin(), names.end(), is_set);
  return found == names.end() ? *names.begin() : *found;
}

Failure unusable(const std::string& variable, const std::string& why) {
  return {Failure::Kind::proxy, "The proxy in " + variable + " cannot be used: " + why,
          "Set " + variable + " to http://host:port or http://user:password@host:port, or unset it."};
}

std::string decoded(std::string_view text, const std::string& variable) {
  std::optional<std::string> plain = percent_decode(text);
  if (!plain) throw unusable(variable, "a '%' in its user name or password is not followed by two hexadecimal digits.");
  return *std::move(plain);
}

/// RFC 7617.
Secret basic(std::string_view userinfo, const std::string& variable) {
  const std::size_t colon = std::min(userinfo.find(':'), userinfo.size());
  const std::string_view password = userinfo.substr(std::min(colon + 1, userinfo.size()));
  std::string pair = decoded(userinfo.substr(0, colon), variable) + ":" + decoded(password, variable);
  std::string encoded = base64_encode(pair);
  wipe(pair);
  return Secret("Basic " + std::move(encoded));
}

Proxy parse_proxy(std::string_view text, const std::string& variable) {
  Proxy proxy;
  proxy.variable = variable;
  text = trim(text);
  if (const std::size_t scheme = text.find("://"); scheme != std::string_view::npos) {
    if (!iequals(text.substr(0, scheme), "http")) {
      throw unusable(variable, "only http:// proxies are supported, not " +
                                   to_lower(text.substr(0, std::min<std::size_t>(scheme, 16))) + "://.");
    }
    text.remove_prefix(scheme + 3);
  }
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    proxy.authorization = basic(text.substr(0, at), variable);
    text.remove_prefix(at + 1);
  }
  try {
    const Url url = Url::parse("http://" + std::string(text.substr(0, text.find_first_of("/?#"))));
    proxy.host = url.host;
    proxy.port = url.port;
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

bool in_network(const IPAddress& address, std::string_view network, std::string_view bits) {
  IPAddress base;
  const std::optional<unsigned> length = number(bits);
  if (!length || !IPAddress::tryParse(std::string(network), base) || base.family() != address.family()) return false;
  if (*length > static_cast<unsigned>(base.length()) * 8) return false;
  const IPAddress mask(*length, base.family());
  return (base & mask) == (address & mask);
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
  for_https_ = take(choose(environment, {"HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"}));
  // Under CGI a request header named "Proxy" arrives as HTTP_PROXY ("httpoxy").
  for_http_ = take(environment.has("REQUEST_METHOD")
                       ? choose(environment, {"http_proxy", "ALL_PROXY", "all_proxy"})
                       : choose(environment, {"HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"}));
  std::string list = to_lower(environment.value(choose(environment, {"NO_PROXY", "no_proxy"})));
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
