// SPDX-License-Identifier: Apache-2.0
#include "core/provider/needs.hpp"

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <map>

#include "core/provider/refusal.hpp"

using namespace heygen::provider;

namespace {

using Texts = std::vector<std::string>;

void is(const Texts& given, const Texts& wanted) {
  BOOST_TEST(given == wanted, boost::test_tools::per_element());
}

ValueOf values(std::map<std::string, std::string> all) {
  return [all = std::move(all)](const std::string& name) -> std::optional<std::string> {
    const auto found = all.find(name);
    return found == all.end() ? std::nullopt : std::optional(found->second);
  };
}

ResolvedNeeds resolved(const Texts& texts, std::map<std::string, std::string> settings = {},
                       const std::string& home = "/home/u") {
  return resolve_needs(parse_needs(texts), values(std::move(settings)), home);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(needs_of_a_provider)

BOOST_AUTO_TEST_CASE(every_form_of_a_need_is_read) {
  const Needs needs = parse_needs({"hosts=IdP.example",
                                   "hosts=*.a.example",
                                   "hosts=[::1]:8443",
                                   "hosts=10.0.0.1",
                                   "hosts=setting:token_url",
                                   "hosts=state:token_endpoint",
                                   "hosts=metadata:setting:issuer",
                                   "hosts=metadata:state:issuer",
                                   "hosts=unix:/run/vault.sock",
                                   "hosts=unix:setting:socket",
                                   "exec=/usr/bin/pass",
                                   "exec=setting:command",
                                   "files=read:/etc/x",
                                   "files=write:~/.x",
                                   "files=read:setting:file",
                                   "files=write:setting:log",
                                   "session-bus",
                                   "network",
                                   "threads",
                                   "plain-http=169.254.169.254"});
  is(needs.hosts, {"idp.example", "*.a.example", "[::1]:8443", "10.0.0.1"});
  is(needs.hosts_from_settings, {"token_url"});
  is(needs.hosts_from_state, {"token_endpoint"});
  is(needs.issuers_from_settings, {"issuer"});
  is(needs.issuers_from_state, {"issuer"});
  is(needs.sockets, {"/run/vault.sock"});
  is(needs.sockets_from_settings, {"socket"});
  is(needs.programs, {"/usr/bin/pass"});
  is(needs.programs_from_settings, {"command"});
  is(needs.read_files, {"/etc/x"});
  is(needs.write_files, {"~/.x"});
  is(needs.read_files_from_settings, {"file"});
  is(needs.write_files_from_settings, {"log"});
  is(needs.plain_http, {"169.254.169.254"});
  BOOST_TEST((needs.session_bus && needs.network && needs.threads && needs.unknown.empty()));
}

BOOST_AUTO_TEST_CASE(known_word_with_an_invalid_value_is_refused_by_name) {
  for (const char* text : {"hosts",
                           "hosts=",
                           "hosts=https://a.example",
                           "hosts=a.example/x",
                           "hosts=a b",
                           "hosts=*",
                           "hosts=*.",
                           "hosts=a.*.example",
                           "hosts=a..example",
                           "hosts=-a.example",
                           "hosts=a.example:0",
                           "hosts=a.example:65536",
                           "hosts=a.example:",
                           "hosts=a.example:x",
                           "hosts=user@a.example",
                           "hosts=[::1",
                           "hosts=setting:",
                           "hosts=setting:a b",
                           "hosts=metadata:a.example",
                           "hosts=unix:run/x",
                           "hosts=unix:/run/../x",
                           "exec",
                           "exec=",
                           "exec=pass",
                           "exec=/usr/../bin/x",
                           "exec=~/x",
                           "files=/etc/x",
                           "files=read:",
                           "files=read:etc",
                           "files=read:~/../x",
                           "files=write:~",
                           "session-bus=1",
                           "network=",
                           "threads=2",
                           "plain-http=",
                           "plain-http"}) {
    BOOST_CHECK_EXCEPTION(parse_needs({"threads", text}), Refusal, [&](const Refusal& refusal) {
      return std::string(refusal.what()).find("`" + std::string(text) + "`") != std::string::npos;
    });
  }
}

BOOST_AUTO_TEST_CASE(unknown_word_is_kept_and_grants_nothing) {
  const Needs needs = parse_needs({"gpu=0", "Network", "camera"});
  is(needs.unknown, {"gpu=0", "Network", "camera"});
  BOOST_TEST((!needs.network && !needs.declares_hosts()));
  BOOST_TEST(in_words("gpu=0") == "`gpu=0`, which this heygen does not know and does not grant");
}

BOOST_AUTO_TEST_CASE(plain_http_alone_declares_no_hosts) {
  BOOST_TEST(!parse_needs({"plain-http=169.254.169.254", "network"}).declares_hosts());
  for (const char* text : {"hosts=a.example", "hosts=setting:a", "hosts=state:a", "hosts=metadata:setting:a",
                           "hosts=metadata:state:a", "hosts=unix:/a", "hosts=unix:setting:a"}) {
    BOOST_TEST(parse_needs({text}).declares_hosts(), text);
  }
}

BOOST_AUTO_TEST_CASE(setting_that_the_manifest_lacks_is_named) {
  const Needs needs = parse_needs({"hosts=setting:url", "exec=setting:command", "hosts=state:other"});
  BOOST_TEST(undeclared_setting(needs, {"url", "command"}).value_or("none") == "none");
  BOOST_TEST(undeclared_setting(needs, {"url"}).value_or("none") == "command");
}

BOOST_AUTO_TEST_CASE(host_of_a_setting_has_the_port_of_its_url) {
  is(resolved({"hosts=setting:a", "hosts=setting:b", "hosts=setting:c", "hosts=setting:d", "hosts=setting:e"},
              {{"a", "https://A.example/token?x"},
               {"b", "http://127.0.0.1:8200"},
               {"c", " vault.corp "},
               {"d", "https://[::1]:1/"}})
         .hosts,
     {"a.example:443", "127.0.0.1:8200", "vault.corp", "[::1]:1"});
}

BOOST_AUTO_TEST_CASE(setting_that_is_no_host_grants_nothing) {
  for (const char* value : {"", " ", "*.example", "*", "https://", "ftp://a.example/", "a/b", "https://u@a.example/"})
    is(resolved({"hosts=setting:a"}, {{"a", value}}).hosts, {});
}

BOOST_AUTO_TEST_CASE(issuer_is_a_host_too) {
  const ResolvedNeeds out =
      resolve_needs(parse_needs({"hosts=metadata:setting:issuer", "hosts=metadata:state:issuer"}),
                    values({{"issuer", "https://one.example"}}), "", values({{"issuer", "https://two.example/t"}}));
  is(out.issuers, {"one.example:443", "two.example:443"});
  is(out.hosts, {"one.example:443", "two.example:443"});
}

BOOST_AUTO_TEST_CASE(paths_are_absolute_and_of_the_home_directory) {
  const Texts texts{"files=read:~/.x", "files=write:setting:log", "files=read:setting:file", "exec=setting:command"};
  const ResolvedNeeds out =
      resolved(texts, {{"log", "~/log"}, {"file", "relative"}, {"command", "  /usr/bin/pass show x"}});
  is(out.read_files, {"/home/u/.x"});
  is(out.write_files, {"/home/u/log"});
  is(out.programs, {"/usr/bin/pass"});
  is(resolved(texts, {{"command", "pass show"}, {"log", "/a/../b"}}, "").read_files, {});
  is(resolved({"exec=setting:command"}, {{"command", "sh -c true"}}).programs,
     {access("/usr/local/bin/sh", X_OK) == 0 ? "/usr/local/bin/sh"
      : access("/usr/bin/sh", X_OK) == 0     ? "/usr/bin/sh"
                                             : "/bin/sh"});
  for (const char* command : {"no-such-program show", "./sh", "..", "\"\"", ""})
    is(resolved({"exec=setting:command"}, {{"command", command}}).programs, {});
  is(resolved(texts, {{"command", "pass show"}, {"log", "/a/../b"}}, "").write_files, {});
}

BOOST_AUTO_TEST_CASE(address_of_plain_http_is_a_host) {
  is(resolved({"plain-http=169.254.169.254", "plain-http=fe80::1"}).hosts, {"169.254.169.254", "[fe80::1]"});
}

BOOST_AUTO_TEST_CASE(host_is_permitted_by_name_domain_and_port) {
  const Texts hosts{"a.example", "*.b.example", "c.example:8443", "[::1]:1"};
  for (const char* url : {"https://a.example/", "https://a.example:9/", "https://x.b.example", "https://x.y.b.example",
                          "https://C.example:8443/x", "http://[::1]:1/"})
    BOOST_TEST(permits_host(hosts, host_and_port(url)), url);
  for (const char* url :
       {"https://x.a.example/", "https://a.example.evil/", "https://b.example/", "https://xb.example/",
        "https://c.example/", "https://c.example:844/", "http://[::1]/", "http://[::2]:1/", "https://evil/a.example"})
    BOOST_TEST(!permits_host(hosts, host_and_port(url)), url);
  BOOST_TEST(!permits_host({"a.example:443"}, "a.example"));
  BOOST_TEST(!permits_host({}, "a.example:443"));
}

BOOST_AUTO_TEST_CASE(needs_are_put_in_words) {
  const std::map<std::string, std::string> words{
      {"hosts=a.example", "send requests to a.example"},
      {"hosts=*.a.example", "send requests to every host below a.example"},
      {"hosts=setting:url", "send requests to the host of its setting `url`"},
      {"hosts=state:issuer", "send requests to the host of `issuer` in its stored login"},
      {"hosts=metadata:setting:issuer",
       "send requests to the host of its setting `issuer`, and to the hosts that its OAuth metadata names"},
      {"hosts=unix:/run/x", "send requests to the local socket /run/x"},
      {"exec=/usr/bin/pass", "run /usr/bin/pass"},
      {"exec=setting:command", "run the program in its setting `command`"},
      {"files=read:~/.x", "read ~/.x"},
      {"files=write:setting:log", "write to the file in its setting `log`"},
      {"session-bus", "use your session bus, and every program that serves it"},
      {"network", "open network connections of its own, to any host"},
      {"threads", "start threads"},
      {"plain-http=169.254.169.254", "send requests without TLS to 169.254.169.254"},
  };
  for (const auto& [need, text] : words) BOOST_TEST(in_words(need) == text);
}

BOOST_AUTO_TEST_SUITE_END()
