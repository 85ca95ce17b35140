// SPDX-License-Identifier: Apache-2.0
#include "core/base/random.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace heygen;

BOOST_AUTO_TEST_SUITE(base_random)

BOOST_AUTO_TEST_CASE(unit_is_in_the_half_open_interval) {
  for (int i = 0; i < 1000; ++i) {
    const double value = system_random().unit();
    BOOST_TEST((value >= 0 && value < 1));
  }
}

BOOST_AUTO_TEST_CASE(uuids_are_of_version_4_and_differ) {
  const std::string one = new_uuid(system_random());
  BOOST_TEST(one.size() == 36U);
  for (std::size_t i = 0; i < one.size(); ++i) {
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    BOOST_TEST((hyphen ? one[i] == '-' : std::string("0123456789abcdef").find(one[i]) != std::string::npos), one);
  }
  BOOST_TEST(one[14] == '4');
  BOOST_TEST(std::string("89ab").find(one[19]) != std::string::npos, one);
  BOOST_TEST(one != new_uuid(system_random()));
}

BOOST_AUTO_TEST_SUITE_END()
