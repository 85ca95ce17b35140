// SPDX-License-Identifier: Apache-2.0
#include "core/base/random.hpp"

#include <boost/test/unit_test.hpp>

using namespace heygen;

BOOST_AUTO_TEST_SUITE(base_random)

BOOST_AUTO_TEST_CASE(unit_is_in_the_half_open_interval) {
  for (int i = 0; i < 1000; ++i) {
    const double value = system_random().unit();
    BOOST_TEST((value >= 0 && value < 1));
  }
}

BOOST_AUTO_TEST_SUITE_END()
