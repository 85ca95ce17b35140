// SPDX-License-Identifier: Apache-2.0
#include "core/provider/needs.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <stdexcept>

#include "core/base/text.hpp"
#include "core/net/url.hpp"
#include "core/provider/refusal.hpp"

namespace heygen::provider {
namespace {

constexpr std::string_view kSetting = "setting:", kState = "state:", kMetadata = "metadata:", kUnix = "unix:",
                           kRead = "read:", kWrite = "write:", kBelow = "*.", kHome = "~/";
constexpr std::size_t kLongestHost = 253, kLongestSocket = 107;
constexpr unsigned kLastPort = 65'535;

bool is_lower_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/// Takes `prefix` off the front of `text`, if it is there.
bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

[[noreturn]] void refuse_need(std::string_view need, const std::string& why) {
  refuse("the need `" + std::string(need) + "` is not valid: " + why);
}

/// A key of a setting or member of the state.
std::string name_in(std::string_view need, std::string_view name) {
  const bool valid = !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
    return is_lower_alphanumeric(c) || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
  });
  if (!valid) refuse_need(need, "it names no setting or member, such as `token_url`");
  return std::string(name);
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, [](char c) { return is_lower_alphanumeric(c) || c == '-' || c == '_'; });
}

bool is_host_name(std::string_view name) {
  const std::vector<std::string> labels = split(name, '.');
  return !name.empty() && name.size() <= kLongestHost && std::ranges::all_of(labels, is_label);
}

bool is_bracketed_address(std::string_view name) {
  return name.size() > 3 && name.front() == '[' && name.back() == ']' &&
         std::ranges::all_of(name.substr(1, name.size() - 2), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == ':' || c == '.';
         });
}

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 && text.front() != '0' &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }) &&
         std::stoul(std::string(text)) <= kLastPort;
}

struct HostAndPort {
  std::string_view host, port;
};

HostAndPort split_port(std::string_view text) {
  const std::size_t end = text.starts_with('[') ? text.find(']') : std::size_t{0};
  const std::size_t colon = end == std::string_view::npos ? end : text.find(':', end);
  if (colon == std::string_view::npos) return {text, {}};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

/// "name", "*.name" or an address, perhaps with a port.
bool is_host(std::string_view text) {
  auto [host, port] = split_port(text);
  if (host.size() != text.size() && !is_port(port)) return false;
  return take(host, kBelow) ? is_host_name(host) : is_host_name(host) || is_bracketed_address(host);
}

bool is_safe_path(std::string_view path) {
  const std::vector<std::string> parts = split(path, '/');
  return path.starts_with('/') && !has_control(path) && std::ranges::find(parts, "..") == parts.end();
}

void read_hosts(Needs& needs, std::string_view need, std::string_view value) {
  const bool metadata = take(value, kMetadata);
  if (take(value, kSetting)) {
    (metadata ? needs.issuers_from_settings : needs.hosts_from_settings).push_back(name_in(need, value));
  } else if (take(value, kState)) {
    (metadata ? needs.issuers_from_state : needs.hosts_from_state).push_back(name_in(need, value));
  } else if (metadata) {
    refuse_need(need, "the metadata is that of `setting:KEY` or `state:MEMBER`");
  } else if (take(value, kUnix)) {
    if (take(value, kSetting)) {
      needs.sockets_from_settings.push_back(name_in(need, value));
    } else if (is_safe_path(value) && value.size() <= kLongestSocket) {
      needs.sockets.emplace_back(value);
    } else {
      refuse_need(need, "the socket must be an absolute path of at most 107 bytes, or `setting:KEY`");
    }
  } else {
    std::string host = to_lower(value);
    if (!is_host(host)) refuse_need(need, "it must be a host name, `*.domain` or `setting:KEY`, without a scheme");
    needs.hosts.push_back(std::move(host));
  }
}

void read_exec(Needs& needs, std::string_view need, std::string_view value) {
  if (take(value, kSetting)) {
    needs.programs_from_settings.push_back(name_in(need, value));
  } else if (is_safe_path(value)) {
    needs.programs.emplace_back(value);
  } else {
    refuse_need(need, "the program must be an absolute path, or `setting:KEY`");
  }
}

void read_files(Needs& needs, std::string_view need, std::string_view value) {
  const bool write = take(value, kWrite);
  if (!write && !take(value, kRead)) refuse_need(need, "it must begin with `files=read:` or `files=write:`");
  if (take(value, kSetting)) {
    (write ? needs.write_files_from_settings : needs.read_files_from_settings).push_back(name_in(need, value));
    return;
  }
  const bool in_home = value.starts_with(kHome) && value.size() > kHome.size() && is_safe_path(value.substr(1));
  if (!in_home && !is_safe_path(value)) refuse_need(need, "the file must be an absolute path, `~/…` or `setting:KEY`");
  (write ? needs.write_files : needs.read_files).emplace_back(value);
}

void read_plain_http(Needs& needs, std::string_view need, std::string_view value) {
  if (value.empty()) refuse_need(need, "it must name an address, such as `plain-http=169.254.169.254`");
  needs.plain_http.emplace_back(value);
}

/// A word, and how its value is read; or, without a value, what it opens.
struct Word {
  std::string_view word;
  void (*read)(Needs& needs, std::string_view need, std::string_view value);
  bool Needs::*opens;
};

constexpr std::array<Word, 7> kWords{{
    {"hosts", read_hosts, nullptr},
    {"exec", read_exec, nullptr},
    {"files", read_files, nullptr},
    {"plain-http", read_plain_http, nullptr},
    {"session-bus", nullptr, &Needs::session_bus},
    {"network", nullptr, &Needs::network},
    {"threads", nullptr, &Needs::threads},
}};

const Word* find_word(std::string_view word) {
  const auto* found = std::ranges::find(kWords, word, &Word::word);
  return found == kWords.end() ? nullptr : found;
}

void read_need(Needs& needs, const std::string& need) {
  const std::string_view word = word_of(need);
  const Word* known = find_word(word);
  const bool has_value = word.size() != need.size();
  if (known == nullptr) {
    needs.unknown.push_back(need);
  } else if (known->read == nullptr) {
    if (has_value) refuse_need(need, "`" + std::string(word) + "` has no value");
    needs.*known->opens = true;
  } else if (!has_value) {
    refuse_need(need, "it has no value: `" + std::string(word) + "=…`");
  } else {
    known->read(needs, need, std::string_view(need).substr(word.size() + 1));
  }
}

std::string quoted(std::string_view text) {
  return "`" + std::string(text) + "`";
}

std::string host_words(std::string_view value) {
  const bool metadata = take(value, kMetadata);
  const std::string further = metadata ? ", and to the hosts that its OAuth metadata names" : "";
  if (take(value, kSetting)) return "send requests to the host of its setting " + quoted(value) + further;
  if (take(value, kState)) return "send requests to the host of " + quoted(value) + " in its stored login" + further;
  if (take(value, kUnix)) {
    return take(value, kSetting) ? "send requests to the local socket in its setting " + quoted(value)
                                 : "send requests to the local socket " + std::string(value);
  }
  if (take(value, kBelow)) return "send requests to every host below " + to_lower(value);
  return "send requests to " + to_lower(value);
}

std::string path_words(const std::string& verb, std::string_view value, const char* thing) {
  return take(value, kSetting) ? verb + " the " + thing + " in its setting " + quoted(value)
                               : verb + " " + std::string(value);
}

/// The first word of a command line.
std::string_view first_word(std::string_view text) {
  text = trim(text);
  return text.substr(0, text.find_first_of(" \t"));
}

class Resolver {
 public:
  Resolver(const ValueOf& setting, const ValueOf& state, const std::string& home)
      : setting_(setting), state_(state), home_(home) {}

  /// The value of a setting without white space around it, or "".
  std::string setting(const std::string& key) const { return value(setting_, key); }
  std::string state(const std::string& member) const { return value(state_, member); }

  void add_host(std::vector<std::string>& hosts, const std::string& value) const {
    if (std::string host = host_of_value(value); !host.empty()) add(hosts, std::move(host));
  }
  /// A name without a directory is looked for where programs of the system are.
  void add_program(std::vector<std::string>& paths, std::string_view value) const {
    if (value.find('/') != std::string_view::npos) return add_path(paths, value);
    if (value.empty() || value == "." || value == "..") return;
    for (const char* directory : {"/usr/local/bin/", "/usr/bin/", "/bin/"}) {
      const std::string path = directory + std::string(value);
      if (access(path.c_str(), X_OK) == 0) return add_path(paths, path);
    }
  }
  void add_path(std::vector<std::string>& paths, std::string_view value) const {
    std::string path(value);
    if (value.starts_with(kHome)) path = home_.empty() ? std::string{} : home_ + path.substr(1);
    if (is_safe_path(path)) add(paths, std::move(path));
  }

 private:
  static std::string value(const ValueOf& source, const std::string& name) {
    const std::optional<std::string> found = source ? source(name) : std::nullopt;
    return found ? std::string(trim(*found)) : std::string{};
  }
  static void add(std::vector<std::string>& list, std::string one) {
    if (std::ranges::find(list, one) == list.end()) list.push_back(std::move(one));
  }

  const ValueOf& setting_;
  const ValueOf& state_;
  const std::string& home_;
};

}  // namespace

bool Needs::declares_hosts() const {
  return !hosts.empty() || !hosts_from_settings.empty() || !hosts_from_state.empty() ||
         !issuers_from_settings.empty() || !issuers_from_state.empty() || !sockets.empty() ||
         !sockets_from_settings.empty();
}

std::string_view word_of(std::string_view need) {
  return need.substr(0, need.find('='));
}

bool is_need_word(std::string_view word) {
  return find_word(word) != nullptr;
}

Needs parse_needs(const std::vector<std::string>& texts) {
  Needs needs;
  for (const std::string& text : texts) read_need(needs, text);
  return needs;
}

std::optional<std::string> undeclared_setting(const Needs& needs, const std::vector<std::string>& keys) {
  for (const auto* named :
       {&needs.hosts_from_settings, &needs.issuers_from_settings, &needs.sockets_from_settings,
        &needs.programs_from_settings, &needs.read_files_from_settings, &needs.write_files_from_settings}) {
    const auto lacking =
        std::ranges::find_if(*named, [&](const std::string& key) { return std::ranges::count(keys, key) == 0; });
    if (lacking != named->end()) return *lacking;
  }
  return {};
}

std::string in_words(const std::string& need) {
  const std::string_view word = word_of(need);
  std::string_view value = std::string_view(need).substr(std::min(need.size(), word.size() + 1));
  if (word == "hosts") return host_words(value);
  if (word == "exec") return path_words("run", value, "program");
  if (word == "files") {
    const std::string verb = take(value, kWrite) ? "write to" : "read";
    take(value, kRead);
    return path_words(verb, value, "file");
  }
  if (word == "plain-http") return "send requests without TLS to " + std::string(value);
  if (need == "session-bus") return "use your session bus, and every program that serves it";
  if (need == "network") return "open network connections of its own, to any host";
  if (need == "threads") return "start threads";
  return quoted(need) + ", which this heygen does not know and does not grant";
}

ResolvedNeeds resolve_needs(const Needs& needs, const ValueOf& setting, const std::string& home, const ValueOf& state) {
  const Resolver resolver(setting, state, home);
  ResolvedNeeds out;
  out.hosts = needs.hosts;
  for (const std::string& address : needs.plain_http) {
    out.hosts.push_back(address.find(':') == std::string::npos ? address : "[" + address + "]");
  }
  for (const std::string& key : needs.hosts_from_settings) resolver.add_host(out.hosts, resolver.setting(key));
  for (const std::string& member : needs.hosts_from_state) resolver.add_host(out.hosts, resolver.state(member));
  for (const std::string& key : needs.issuers_from_settings) resolver.add_host(out.issuers, resolver.setting(key));
  for (const std::string& member : needs.issuers_from_state) resolver.add_host(out.issuers, resolver.state(member));
  for (const std::string& issuer : out.issuers) resolver.add_host(out.hosts, issuer);
  out.sockets = needs.sockets;
  for (const std::string& key : needs.sockets_from_settings) resolver.add_path(out.sockets, resolver.setting(key));
  out.programs = needs.programs;
  for (const std::string& key : needs.programs_from_settings)
    resolver.add_program(out.programs, first_word(resolver.setting(key)));
  for (const std::string& path : needs.read_files) resolver.add_path(out.read_files, path);
  for (const std::string& key : needs.read_files_from_settings)
    resolver.add_path(out.read_files, resolver.setting(key));
  for (const std::string& path : needs.write_files) resolver.add_path(out.write_files, path);
  for (const std::string& key : needs.write_files_from_settings)
    resolver.add_path(out.write_files, resolver.setting(key));
  out.session_bus = needs.session_bus;
  out.network = needs.network;
  out.threads = needs.threads;
  return out;
}

std::string host_and_port(std::string_view url) {
  try {
    const net::Url parsed = net::Url::parse(url);
    const bool address = parsed.host.find(':') != std::string::npos;
    return (address ? "[" + to_lower(parsed.host) + "]" : to_lower(parsed.host)) + ":" + std::to_string(parsed.port);
  } catch (const std::invalid_argument&) {
    return {};
  }
}

std::string host_of_value(std::string_view value) {
  value = trim(value);
  if (std::string host = host_and_port(value); !host.empty()) return host;
  std::string name = to_lower(value);
  return is_host(name) && !name.starts_with(kBelow) ? name : std::string{};
}

bool permits_host(const std::vector<std::string>& hosts, std::string_view host_and_port) {
  const auto [host, port] = split_port(host_and_port);
  return std::ranges::any_of(hosts, [&, host = host, port = port](std::string_view permitted) {
    auto [name, only_port] = split_port(permitted);
    if (!only_port.empty() && only_port != port) return false;
    if (!take(name, kBelow)) return name == host;
    return host.size() > name.size() + 1 && host.ends_with(name) && host[host.size() - name.size() - 1] == '.';
  });
}

}  // namespace heygen::provider
