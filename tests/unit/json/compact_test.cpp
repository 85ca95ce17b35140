// SPDX-License-Identifier: Apache-2.0
#include "core/json/compact.hpp"

#include <boost/test/unit_test.hpp>
#include <random>

#include "core/json/parse.hpp"

using namespace heygen::json;

namespace {

/// What a document becomes when it is fed in pieces of `size` bytes: its compact form, or the error.
std::string fed(std::string_view text, std::size_t size) {
  Compactor compactor;
  std::string out;
  try {
    for (std::size_t at = 0; at < text.size(); at += size) compactor.feed(text.substr(at, size), out);
    compactor.finish();
  } catch (const ParseError& error) {
    return error.what();
  }
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(json_compactor)

BOOST_AUTO_TEST_CASE(only_white_space_between_tokens_goes) {
  BOOST_TEST(compact(" { \"a b\" : [ 1.10 , -0 , 1E5 ],\n\"\\u65e5\" : \"\\ud83c\" }\r\n") ==
             R"({"a b":[1.10,-0,1E5],"\u65e5":"\ud83c"})");
}

BOOST_AUTO_TEST_CASE(any_split_of_the_input_gives_the_same_output) {
  const std::string text = "{\"k\" : [true, false , null, -1.5e+10, \"h\u00e9\\n\\u0041\"], \"e\":{}, \"n\" : 0 }";
  const std::string whole = compact(text);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    Compactor compactor;
    std::string out;
    compactor.feed(text.substr(0, cut), out);
    compactor.feed(text.substr(cut), out);
    compactor.finish();
    BOOST_TEST(out == whole);
  }
}

BOOST_AUTO_TEST_CASE(a_number_may_end_the_document) {
  BOOST_TEST(compact("42 ") == "42");
  BOOST_TEST(compact("0") == "0");
}

BOOST_AUTO_TEST_CASE(every_proper_prefix_is_incomplete) {
  const std::string text = R"({"a":[1,{"b":"c"}],"d":true})";
  for (std::size_t size = 0; size < text.size(); ++size) BOOST_CHECK_THROW(compact(text.substr(0, size)), ParseError);
}

BOOST_AUTO_TEST_CASE(damaged_text_fed_at_once_gives_the_same_as_byte_by_byte) {
  const std::string text =
      "{ \"a string of some length\" :\t[ 1.50 , \"\\u00e9\\n h\u00e9 \xF0\x9F\x98\x80 and more than sixteen bytes\" , "
      "null ] ,\n\"b\" : -0.1e+5 }";
  BOOST_TEST(fed(text, text.size()) == fed(text, 1));
  std::mt19937 random(11);
  for (int round = 0; round < 20'000; ++round) {
    std::string damaged = text;
    for (int times = 0; times <= round % 3; ++times) damaged[random() % damaged.size()] = static_cast<char>(random());
    const std::string slowly = fed(damaged, 1);
    BOOST_REQUIRE_EQUAL(fed(damaged, damaged.size()), slowly);
    BOOST_REQUIRE_EQUAL(fed(damaged, 1 + random() % 40), slowly);
  }
}

BOOST_AUTO_TEST_SUITE_END()
