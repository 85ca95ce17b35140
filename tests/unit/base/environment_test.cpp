// SPDX-License-Identifier: Apache-2.0
#include "core/base/environment.hpp"

#include <boost/test/unit_test.hpp>

using namespace heygen;

BOOST_AUTO_TEST_SUITE(base_environment)

BOOST_AUTO_TEST_CASE(truthy_is_neither_empty_zero_nor_false) {
  const MapEnvironment env({{"A", "1"}, {"B", "0"}, {"C", "False"}, {"D", ""}, {"E", "no"}});
  BOOST_TEST(env.truthy("A"));
  BOOST_TEST(!env.truthy("B"));
  BOOST_TEST(!env.truthy("C"));
  BOOST_TEST(!env.truthy("D"));
  BOOST_TEST(env.truthy("E"));
  BOOST_TEST(!env.truthy("F"));
}

BOOST_AUTO_TEST_SUITE_END()
