// SPDX-License-Identifier: Apache-2.0
#include "host/requests/target.hpp"

#include <boost/test/unit_test.hpp>

#include "core/base/error.hpp"

using namespace heygen;
using namespace heygen::host;
using namespace heygen::host::requests;

namespace {
const std::string kBase = "https://api.heygen.com";
bool is_usage(const Error& error) {
  return error.exit == Exit::usage;
}
using Query = std::vector<std::pair<std::string, std::string>>;
}  // namespace

BOOST_AUTO_TEST_SUITE(target)

BOOST_AUTO_TEST_CASE(a_path_with_query_is_taken_apart) {
  const Target found = parse_target("get", "/v3/videos?limit=5&title=a%20b+c&flag", kBase);
  BOOST_TEST(found.method == "GET");
  BOOST_TEST(found.path == "/v3/videos");
  BOOST_CHECK((found.query == Query{{"limit", "5"}, {"title", "a b c"}, {"flag", ""}}));
}

BOOST_AUTO_TEST_CASE(escapes_stay_and_other_bytes_are_escaped) {
  BOOST_TEST(parse_target("GET", "/v3/videos/a%2Fb", kBase).path == "/v3/videos/a%2Fb");
  BOOST_TEST(parse_target("GET", "/v3/é", kBase).path == "/v3/%C3%A9");
}

BOOST_AUTO_TEST_CASE(a_url_must_be_below_the_base) {
  BOOST_TEST(parse_target("GET", "https://api.heygen.com/v3/videos", kBase).path == "/v3/videos");
  BOOST_TEST(parse_target("GET", "http://127.0.0.1:8/mirror/v3/x", "http://127.0.0.1:8/mirror").path == "/v3/x");
  for (const char* other :
       {"https://example.com/v3/videos", "http://api.heygen.com/v3/videos", "https://api.heygen.com:444/v3",
        "https://api.heygen.com@example.com/v3", "ftp://api.heygen.com/"})
    BOOST_CHECK_EXCEPTION(parse_target("GET", other, kBase), Error, is_usage);
  BOOST_CHECK_EXCEPTION(parse_target("GET", "http://127.0.0.1:8/other", "http://127.0.0.1:8/mirror"), Error, is_usage);
}

BOOST_AUTO_TEST_CASE(path_with_dot_segments_is_refused) {
  for (const char* path : {"/v3/../x", "/..", "/v3/.", "/v3/%2e%2e/x", "/v3/.%2E", "/v3/%252e%252e/x", "/v3/..%2fx",
                           "/v3/..%5cx", "/..;a/x", "https://api.heygen.com/v3/../x"})
    BOOST_CHECK_EXCEPTION(parse_target("GET", path, kBase), Error, is_usage);
  for (const char* path : {"/v3/...", "/v3/a..b", "/v3/.hidden", "/v3/x?path=../y"})
    BOOST_CHECK_NO_THROW(parse_target("GET", path, kBase));
  BOOST_TEST(parse_target("GET", "https://gate.test/api/v3/x", "https://gate.test/api/").path == "/v3/x");
}

BOOST_AUTO_TEST_CASE(parse_rejects_what_is_not_a_request_line) {
  for (const char* path : {"", "v3/videos", "/v3/a b", "/v3/a#b", "/v3/a\r\nx: y", "/v3\\a"})
    BOOST_CHECK_EXCEPTION(parse_target("GET", path, kBase), Error, is_usage);
  for (const char* method : {"", "FETCH", "CONNECT", "TRACE", "GET /"})
    BOOST_CHECK_EXCEPTION(parse_target(method, "/v3", kBase), Error, is_usage);
}

BOOST_AUTO_TEST_CASE(query_options_are_name_and_value) {
  BOOST_CHECK((parse_query_option("a=b=c") == std::pair<std::string, std::string>{"a", "b=c"}));
  BOOST_CHECK((parse_query_option("a=") == std::pair<std::string, std::string>{"a", ""}));
  for (const char* bad : {"", "a", "=b"}) BOOST_CHECK_EXCEPTION(parse_query_option(bad), Error, is_usage);
}

BOOST_AUTO_TEST_SUITE_END()
