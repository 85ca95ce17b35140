// SPDX-License-Identifier: Apache-2.0
#include "sdk/sandbox/api/keys.hpp"

#include <boost/test/unit_test.hpp>

namespace heygen::sandbox {
namespace {

struct Fixture {
  Keys keys;
  Response made = json_response(200, object({{"data", "made"}}));
};

BOOST_FIXTURE_TEST_SUITE(keys, Fixture)

BOOST_AUTO_TEST_CASE(the_first_response_is_kept_for_a_day) {
  BOOST_TEST(keys.find("/v3/videos k", 100) == nullptr);
  BOOST_TEST(keys.keep("/v3/videos k", made, 100).body == made.body);
  BOOST_REQUIRE(keys.find("/v3/videos k", 100 + 86399) != nullptr);
  BOOST_TEST(keys.find("/v3/videos k", 101)->body == made.body);
  BOOST_TEST(keys.find("/v3/folders k", 101) == nullptr);
  BOOST_TEST(keys.find("/v3/videos k", 100 + 86400) == nullptr);
}

BOOST_AUTO_TEST_CASE(one_request_is_interrupted_after_it_has_acted) {
  keys.interrupt(Interruption::lost);
  BOOST_TEST(keys.keep("a", made, 0).dropped);
  BOOST_TEST(!keys.find("a", 0)->dropped);
  BOOST_TEST(!keys.keep("b", made, 0).dropped);
  keys.interrupt(Interruption::error);
  BOOST_TEST(keys.keep("c", made, 0).status == 502);
  BOOST_TEST(keys.find("c", 0)->body == made.body);
}

BOOST_AUTO_TEST_CASE(a_pending_request_is_in_progress_twice) {
  keys.interrupt(Interruption::pending);
  BOOST_TEST(keys.keep("a", made, 0).dropped);
  for (int i = 0; i < 2; ++i) {
    const Response* busy = keys.find("a", 0);
    BOOST_TEST(busy->status == 409);
    BOOST_TEST(busy->error == "request_in_progress");
  }
  BOOST_TEST(keys.find("a", 0)->body == made.body);
}

BOOST_AUTO_TEST_CASE(nothing_is_left_after_clear) {
  keys.keep("a", made, 0);
  keys.interrupt(Interruption::lost);
  keys.clear();
  BOOST_TEST(keys.find("a", 0) == nullptr);
  BOOST_TEST(!keys.keep("a", made, 0).dropped);
}

BOOST_AUTO_TEST_CASE(what_a_key_may_be) {
  for (const std::string& right : {std::string("k"), std::string("Order_42:a.b-c"), std::string(255, 'x')})
    BOOST_CHECK_NO_THROW(Keys::check(right));
  for (const std::string& wrong : {std::string(), std::string(" "), std::string("a b"), std::string("\xC3\xBC"),
                                   std::string("a/b"), std::string("@"), std::string("["), std::string(256, 'x')})
    BOOST_CHECK_THROW(Keys::check(wrong), Invalid);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace heygen::sandbox
