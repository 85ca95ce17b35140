// SPDX-License-Identifier: Apache-2.0
#include "core/transport/rules/redirect.hpp"

#include <boost/test/unit_test.hpp>

using namespace heygen;
using namespace heygen::transport;
using Why = RefusedRedirect::Why;

namespace {

struct Redirect : net::Response {
  explicit Redirect(const std::string& location, int code = 302) {
    status = code;
    headers = {{"Location", location}};
  }
  std::size_t read(std::span<char>) override { return 0; }
  std::optional<std::uint64_t> length() const override { return 0; }
};

struct Chain {
  explicit Chain(const std::string& start, const std::string& fence = {}) : follower(net::Url::parse(start), fence) {}
  bool follow(const std::string& location, int status = 302) {
    return follower.follow(request, Redirect(location, status));
  }
  Why refusal(const std::string& location) {
    try {
      follow(location);
    } catch (const RefusedRedirect& refused) {
      return refused.why;
    }
    BOOST_FAIL("the redirect to " + location + " was followed");
    std::abort();
  }
  net::Request request;
  RedirectFollower follower;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(redirect)

BOOST_AUTO_TEST_CASE(same_origin_stays_trusted) {
  Chain chain("https://a.test/x");
  BOOST_TEST(chain.follow("/y"));
  BOOST_TEST(chain.follow("https://A.TEST:443/z"));
  BOOST_TEST(chain.follower.url().text() == "https://a.test/z");
  BOOST_TEST(chain.follower.is_trusted());
}

BOOST_AUTO_TEST_CASE(another_origin_ends_trust_for_good) {
  for (const char* other : {"https://b.test/", "https://a.test:8443/", "//b.test/"}) {
    Chain chain("https://a.test/x");
    BOOST_TEST(chain.follow(other));
    BOOST_TEST(!chain.follower.is_trusted());
    BOOST_TEST(chain.follow("https://a.test/x"));
    BOOST_TEST(!chain.follower.is_trusted());
  }
}

BOOST_AUTO_TEST_CASE(path_of_the_base_is_a_fence) {
  for (const std::string fence : {"/gate", "/gate/"}) {
    for (const char* inside : {"/gate", "/gate/y", "y", "https://a.test/gate/?z=/../", "./y/.."})
      BOOST_TEST(Chain("https://a.test/gate/v3/x", fence).follow(inside), inside);
    for (const char* outside :
         {"/", "/gates", "/other", "../../y", "https://a.test/gate/../y", "/gate/%2e%2e/y", "/gate/.%2E/y",
          "/gate/%252e%252e/y", "/gate/..%2fy", "/gate/..%5Cy", "/gate/..\\y", "/gate/..;a=b/y", "//a.test/y"})
      BOOST_TEST((Chain("https://a.test/gate/v3/x", fence).refusal(outside) == Why::outside), outside);
    Chain away("https://a.test/gate/v3/x", fence);
    BOOST_TEST(away.follow("https://b.test/other"));
    BOOST_TEST((away.refusal("https://a.test/other") == Why::outside));
  }
}

BOOST_AUTO_TEST_CASE(https_never_leads_to_http) {
  Chain chain("https://a.test/");
  BOOST_TEST((chain.refusal("http://a.test/") == Why::unencrypted));
  BOOST_TEST((chain.refusal("http://b.test/") == Why::unencrypted));
  Chain plain("http://a.test/");
  BOOST_TEST(plain.follow("http://b.test/"));
  BOOST_TEST(plain.follow("https://b.test/"));
  BOOST_TEST((plain.refusal("http://b.test/") == Why::unencrypted));
}

BOOST_AUTO_TEST_CASE(ten_redirects_are_followed_and_no_more) {
  Chain chain("https://a.test/");
  for (int i = 0; i < kMaxRedirects; ++i) BOOST_TEST(chain.follow("/again"));
  BOOST_TEST((chain.refusal("/again") == Why::too_many));
}

BOOST_AUTO_TEST_CASE(only_redirect_statuses_with_a_location_are_followed) {
  Chain chain("https://a.test/x");
  for (const int status : {301, 302, 303, 307, 308}) BOOST_TEST(chain.follow("/y", status));
  for (const int status : {200, 201, 300, 304, 305, 401}) BOOST_TEST(!chain.follow("/y", status));
  BOOST_TEST(!chain.follow(""));
}

BOOST_AUTO_TEST_CASE(only_get_and_head_without_body_are_followed) {
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    Chain chain("https://a.test/x");
    chain.request.method = method;
    BOOST_TEST(!chain.follow("/y"));
  }
  Chain head("https://a.test/x");
  head.request.method = "HEAD";
  BOOST_TEST(head.follow("/y"));
  net::TextBody body("{}");
  Chain with_body("https://a.test/x");
  with_body.request.body = &body;
  BOOST_TEST(!with_body.follow("/y"));
}

BOOST_AUTO_TEST_CASE(location_that_is_not_a_valid_url_is_refused) {
  for (const char* location : {"ftp://a.test/", "https://", "https://user:secret@b.test/", "https://a.test:0/"}) {
    BOOST_TEST((Chain("https://a.test/").refusal(location) == Why::malformed), location);
  }
}

BOOST_AUTO_TEST_CASE(two_different_locations_are_refused) {
  Redirect response("/y", 302);
  response.headers.push_back({"location", "/y"});
  Chain same("https://a.test/x");
  BOOST_TEST(same.follower.follow(same.request, response));
  response.headers.push_back({"Location", "https://b.test/"});
  Chain chain("https://a.test/x");
  BOOST_CHECK_EXCEPTION(chain.follower.follow(chain.request, response), RefusedRedirect,
                        [](const RefusedRedirect& refused) { return refused.why == Why::malformed; });
}

BOOST_AUTO_TEST_SUITE_END()
