// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "core/net/http.hpp"

using heygen::net::Url;

namespace {

std::string refusal(const std::string& text) {
  try {
    Url::parse(text);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return {};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(url)

BOOST_AUTO_TEST_CASE(a_url_is_split_and_written_back) {
  const Url url = Url::parse("HTTPS://API.HeyGen.com:8443/v3/users/me?a=%2F&b=c");
  BOOST_TEST(url.scheme == "https");
  BOOST_TEST(url.host == "api.heygen.com");
  BOOST_TEST(url.port == 8443);
  BOOST_TEST(url.target == "/v3/users/me?a=%2F&b=c");
  BOOST_TEST(url.origin() == "https://api.heygen.com:8443");
  BOOST_TEST(url.text() == "https://api.heygen.com:8443/v3/users/me?a=%2F&b=c");
}

BOOST_AUTO_TEST_CASE(missing_url_parts_have_defaults) {
  BOOST_TEST(Url::parse("https://a").port == 443);
  BOOST_TEST(Url::parse("http://a").port == 80);
  BOOST_TEST(Url::parse("http://a:/").port == 80);
  BOOST_TEST(Url::parse("http://a").target == "/");
  BOOST_TEST(Url::parse("http://a?x=1").target == "/?x=1");
  BOOST_TEST(Url::parse("https://a:443/x").origin() == "https://a");
  BOOST_TEST(Url::parse("http://a:443/x").origin() == "http://a:443");
}

BOOST_AUTO_TEST_CASE(an_ipv6_host_has_one_spelling) {
  const Url url = Url::parse("http://[0:0:0:0:0:0:0:1]:8080/x");
  BOOST_TEST(url.host == "::1");
  BOOST_TEST(url.origin() == "http://[::1]:8080");
  BOOST_TEST(url.same_origin(Url::parse("http://[::1]:8080/y")));
}

BOOST_AUTO_TEST_CASE(letters_beyond_ascii_are_encoded_in_the_target) {
  BOOST_TEST(Url::parse("http://a/\xC3\xBC").target == "/%C3%BC");
}

BOOST_AUTO_TEST_CASE(origins_differ_by_scheme_host_and_port) {
  const Url url = Url::parse("https://a.test/x");
  BOOST_TEST(url.same_origin(Url::parse("https://A.test:443/y")));
  BOOST_TEST(!url.same_origin(Url::parse("http://a.test/x")));
  BOOST_TEST(!url.same_origin(Url::parse("https://a.test:444/x")));
  BOOST_TEST(!url.same_origin(Url::parse("https://b.test/x")));
}

BOOST_AUTO_TEST_CASE(link_local_addresses_are_literal) {
  for (const char* yes : {"http://169.254.169.254", "http://169.254.0.1:80", "http://[fe80::1]", "http://[febf::1]"})
    BOOST_TEST(Url::parse(yes).is_link_local(), yes);
  for (const char* no : {"http://169.253.1.1", "http://[fec0::1]", "http://169.254.169.254.nip.io", "http://localhost"})
    BOOST_TEST(!Url::parse(no).is_link_local(), no);
}

BOOST_AUTO_TEST_CASE(zone_of_a_link_local_address_is_kept_apart) {
  const Url url = Url::parse("http://[FE80::1%25Eth0.1]:81/x");
  BOOST_TEST(url.host == "fe80::1");
  BOOST_TEST(url.zone == "Eth0.1");
  BOOST_TEST(url.is_link_local());
  BOOST_TEST(url.text() == "http://[fe80::1%25Eth0.1]:81/x");
  BOOST_TEST(!url.same_origin(Url::parse("http://[fe80::1%25eth1]:81/")));
  for (const char* wrong :
       {"http://[fe80::1%eth0]", "http://[fe80::1%25]", "http://[fe80::1%25a/b]", "http://[::1%25lo]",
        "http://[fe80::1%25sixteen-letters-]", "http://[fe80::1%2", "http://[fe80::1%25a%b]"}) {
    BOOST_CHECK_THROW(Url::parse(wrong), std::invalid_argument);
  }
}

BOOST_AUTO_TEST_CASE(loopback_is_told_only_by_name) {
  for (const char* yes :
       {"http://localhost", "http://LOCALHOST:1", "http://127.0.0.1", "http://127.9.9.9", "http://[::1]"}) {
    BOOST_TEST(Url::parse(yes).is_loopback(), yes);
  }
  for (const char* no : {"http://localhost.evil.test", "http://127.0.0.1.nip.io", "http://128.0.0.1", "http://[::2]",
                         "http://10.0.0.1"}) {
    BOOST_TEST(!Url::parse(no).is_loopback(), no);
  }
}

BOOST_AUTO_TEST_CASE(url_parse_rejects_other_text_with_a_sentence) {
  const std::vector<std::pair<std::string, std::string>> table{
      {"", "must start with https://"},
      {"api.heygen.com", "must start with https://"},
      {"ftp://a/", "must start with https://"},
      {"https://", "no host name"},
      {"https:///x", "no host name"},
      {"https://:80/", "no host name"},
      {"https://user:pw@a/", "user name or password"},
      {"https://a@b/", "user name or password"},
      {"https://a/#x", "fragment"},
      {"https://a b/", "spaces"},
      {"https://a/\r\nX: y", "control"},
      {"https://a:0/", "port"},
      {"https://a:65536/", "port"},
      {"https://a:8x/", "port"},
      {"https://a:-1/", "port"},
      {"https://[::1/", "bracket"},
      {"https://[::1]x/", "between"},
      {"https://[zz]/", "IPv6"},
      {"https://a\\b/", "letters"},
      {"https://a%2fb/", "letters"},
      {"https://\xC3\xBC.de/", "xn--"},
  };
  for (const auto& [text, part] : table) {
    BOOST_TEST(refusal(text).find(part) != std::string::npos, text << " -> " << refusal(text));
  }
}

BOOST_AUTO_TEST_CASE(refusal_never_repeats_a_password) {
  BOOST_TEST(refusal("https://user:hunter2@a/").find("hunter2") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
