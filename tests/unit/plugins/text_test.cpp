// SPDX-License-Identifier: Apache-2.0
#include "plugins/shared/text.hpp"

#include <boost/test/unit_test.hpp>

#include "plugins/shared/url.hpp"

namespace heygen::plugins {

BOOST_AUTO_TEST_SUITE(plugin_text)

BOOST_AUTO_TEST_CASE(readable_text_holds_nothing_that_steers_a_terminal) {
  BOOST_TEST(readable("a\x1b[31mb\tc\r\nd", 100) == "a [31mb c d");
  BOOST_TEST(readable("  x  ", 100) == "x");
  BOOST_TEST(readable("\xC2\x9B"
                      "31m \xE2\x80\xAEx \xEF\xBB\xBFy",
                      100) == "31m x y");
  BOOST_TEST(readable("gr\xC3\xBC\xC3\x9F \xF0\x9F\x98\x80", 100) == "gr\xC3\xBC\xC3\x9F \xF0\x9F\x98\x80");
  BOOST_TEST(readable("a\xFF\xC3(\xED\xA0\x80z\xC3", 100) == "a ( z");
  BOOST_TEST(readable(std::string_view("\0\0", 2), 100) == "");
}

BOOST_AUTO_TEST_CASE(readable_text_is_cut_between_letters) {
  BOOST_TEST(readable("\xC3\xA9\xC3\xA9\xC3\xA9", 2) == "\xC3\xA9\xC3\xA9…");
  BOOST_TEST(readable("abc", 3) == "abc");
}

BOOST_AUTO_TEST_CASE(redaction_finds_every_occurrence) {
  BOOST_TEST(redact("rt, at and rt", {"rt", "at", ""}) == "[redacted], [redacted] and [redacted]");
}

BOOST_AUTO_TEST_CASE(queries_are_joined_whatever_the_url_has) {
  BOOST_TEST(with_query("https://h/p", "a=1") == "https://h/p?a=1");
  BOOST_TEST(with_query("https://h/p?", "a=1") == "https://h/p?a=1");
  BOOST_TEST(with_query("https://h/p?b=2", "a=1") == "https://h/p?b=2&a=1");
  BOOST_TEST(with_query("https://h/p?b=2&", "a=1") == "https://h/p?b=2&a=1");
}

BOOST_AUTO_TEST_CASE(well_known_addresses_are_built_as_their_standards_say) {
  BOOST_TEST(oauth_metadata_url("https://h") == "https://h/.well-known/oauth-authorization-server");
  BOOST_TEST(oauth_metadata_url("https://h:8/a/b/") == "https://h:8/.well-known/oauth-authorization-server/a/b");
  BOOST_TEST(openid_metadata_url("https://h:8/a/b/") == "https://h:8/a/b/.well-known/openid-configuration");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace heygen::plugins
