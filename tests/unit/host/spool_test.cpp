// SPDX-License-Identifier: Apache-2.0
#include "host/requests/spool.hpp"

#include <boost/test/unit_test.hpp>

using heygen::host::requests::Spool;

BOOST_AUTO_TEST_SUITE(spool)

BOOST_AUTO_TEST_CASE(text_of_any_size_comes_out_as_it_went_in) {
  const std::string piece(100'000, 'x');
  for (const std::size_t pieces : {0U, 1U, 50U, 167U, 168U, 400U}) {
    Spool spool;
    for (std::size_t i = 0; i < pieces; ++i) {
      spool.text() += std::to_string(i) + piece;
      spool.settle();
    }
    spool.text() += "end";
    std::string expected, out;
    for (std::size_t i = 0; i < pieces; ++i) expected += std::to_string(i) + piece;
    spool.write([&](std::string_view text) { out += text; });
    BOOST_TEST((out == expected + "end"));
    BOOST_TEST(spool.is_small() == (pieces < 168));
    BOOST_TEST(spool.text().size() < (std::size_t{17} << 20));
  }
}

BOOST_AUTO_TEST_SUITE_END()
