// SPDX-License-Identifier: Apache-2.0
// What a provider needs beyond the host's services: the texts of `needs` in its manifest, such as
// "hosts=idp.example" or "exec=setting:command", parsed, put in words, and resolved with the user's settings.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heygen::provider {

/// Each list is in the order of the manifest. KEY is a setting of the provider, MEMBER one of its stored state.
struct Needs {
  std::vector<std::string> hosts;                ///< "a.example", "*.a.example", "a.example:8443"; in lower case
  std::vector<std::string> hosts_from_settings;  ///< KEY
  std::vector<std::string> hosts_from_state;     ///< MEMBER
  std::vector<std::string> issuers_from_settings, issuers_from_state;  ///< whose metadata names further hosts
  std::vector<std::string> sockets, sockets_from_settings;             ///< that HTTP requests go to
  std::vector<std::string> programs, programs_from_settings;           ///< absolute paths; KEY
  std::vector<std::string> read_files, read_files_from_settings;       ///< absolute paths or "~/…"; KEY
  std::vector<std::string> write_files, write_files_from_settings;
  std::vector<std::string> plain_http;  ///< addresses of the link that may be asked without TLS
  std::vector<std::string> unknown;     ///< whole texts; they are shown, and grant nothing
  bool session_bus = false, network = false, threads = false;

  /// It says where its HTTP requests go, so that they go nowhere else.
  bool declares_hosts() const;
};

/// Throws Refusal that names the text, for a known word with a value that is not valid.
Needs parse_needs(const std::vector<std::string>& texts);

/// The setting that `needs` names and `keys` lack; empty when there is none.
std::optional<std::string> undeclared_setting(const Needs& needs, const std::vector<std::string>& keys);

/// A need as a clause for the user, without a full stop: "send requests to idp.example".
std::string in_words(const std::string& need);

/// The word of a need, the part before '='.
std::string_view word_of(std::string_view need);
/// Whether this program knows the word.
bool is_need_word(std::string_view word);

/// What is in effect. Programs and files are absolute paths.
struct ResolvedNeeds {
  /// "a.example", any port; "a.example:443"; "*.a.example", every host below it.
  std::vector<std::string> hosts, sockets;
  std::vector<std::string> issuers;  ///< as `hosts`, which contain them too
  std::vector<std::string> programs, read_files, write_files;
  bool session_bus = false, network = false, threads = false;
};

/// Value of a setting, or of a member of the state; empty when there is none.
using ValueOf = std::function<std::optional<std::string>(const std::string& name)>;

/// A setting without a value, or with one that is neither URL, host name nor path, grants nothing. `home` is the user's
/// home directory, or "": paths in it grant nothing then. The program of a setting is its first word; a name without a
/// directory is looked for in /usr/local/bin, /usr/bin and /bin.
ResolvedNeeds resolve_needs(const Needs& needs, const ValueOf& setting, const std::string& home,
                            const ValueOf& state = {});

/// "idp.example:8443" of a URL with its port, the usual one too; "" for what is not a URL.
std::string host_and_port(std::string_view url);
/// The host that a setting or a member of the state names: host_and_port() of a URL, a host name or address as it is,
/// "" for anything else.
std::string host_of_value(std::string_view value);
/// Whether one of `hosts` (as in ResolvedNeeds) is the host of `host_and_port`.
bool permits_host(const std::vector<std::string>& hosts, std::string_view host_and_port);

}  // namespace heygen::provider
