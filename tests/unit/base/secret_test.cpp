// SPDX-License-Identifier: Apache-2.0
#include "core/base/secret.hpp"

#include <boost/test/unit_test.hpp>

using namespace heygen;

BOOST_AUTO_TEST_SUITE(base_secret)

BOOST_AUTO_TEST_CASE(moved_secret_leaves_nothing_behind) {
  Secret first("long enough to live on the heap, not in the object");
  const Secret second(std::move(first));
  BOOST_TEST(first.empty());
  BOOST_TEST(second.reveal() == "long enough to live on the heap, not in the object");
}

BOOST_AUTO_TEST_CASE(secrets_compare_by_content) {
  BOOST_TEST((Secret("abc") == Secret("abc")));
  BOOST_TEST(!(Secret("abc") == Secret("abd")));
  BOOST_TEST(!equal_in_constant_time("abc", "abcd"));
}

BOOST_AUTO_TEST_SUITE_END()
