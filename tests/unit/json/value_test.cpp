// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "core/json/parse.hpp"
#include "core/json/value.hpp"
#include "core/json/write.hpp"

using namespace heygen::json;

BOOST_AUTO_TEST_SUITE(json_value)

BOOST_AUTO_TEST_CASE(numbers_keep_every_digit) {
  for (const char* text :
       {"18446744073709551616", "1e400", "-0", "1.0", "1e3", "0.10", "123456789012345678901234567890"}) {
    BOOST_TEST(write(parse(text)) == text);
  }
}

BOOST_AUTO_TEST_CASE(members_keep_their_order_and_a_doubled_name_its_last_value) {
  BOOST_TEST(write(parse(R"({"b":1,"a":2,"b":3})")) == R"({"b":3,"a":2})");
}

BOOST_AUTO_TEST_CASE(parse_rejects_text_that_is_not_json) {
  for (const char* text : {"",
                           " ",
                           "{",
                           "[1,]",
                           "{\"a\":}",
                           "{\"a\" 1}",
                           "{a:1}",
                           "01",
                           "1.",
                           "1e",
                           "-",
                           "+1",
                           ".5",
                           "tru",
                           "nul",
                           "\"a",
                           "\"\\x\"",
                           "\"\\u12g4\"",
                           "{}{}",
                           "[1 2]",
                           "{\"a\":1,}",
                           "]",
                           "[}",
                           "\"\n\"",
                           "\"\xff\"",
                           "\"\xc0\x80\"",
                           "\"\xed\xa0\x80\"",
                           "\"\xf4\x90\x80\x80\"",
                           "\"\xe2\x82\"",
                           "1 x"}) {
    BOOST_CHECK_THROW(parse(text), ParseError);
  }
}

BOOST_AUTO_TEST_CASE(escapes_become_text_and_lone_surrogates_a_replacement_mark) {
  BOOST_TEST(parse(R"("\u65e5\ud83c\udfac\n\"\/")").as_string() == "日🎬\n\"/");
  BOOST_TEST(parse(R"("\ud83c")").as_string() == "\xEF\xBF\xBD");
  BOOST_TEST(parse(R"("\ud83cA")").as_string() ==
             "\xEF\xBF\xBD"
             "A");
}

BOOST_AUTO_TEST_CASE(control_characters_leave_escaped) {
  BOOST_TEST(write(Value("\x1b\x01\x7f\t")) == R"("\u001b\u0001\u007f\t")");
}

BOOST_AUTO_TEST_CASE(deep_nesting_is_refused_not_a_crash) {
  BOOST_CHECK_THROW(parse(std::string(1'000'000, '[') + std::string(1'000'000, ']')), ParseError);
  BOOST_CHECK_NO_THROW(parse(std::string(900, '[') + std::string(900, ']')));
}

BOOST_AUTO_TEST_CASE(object_of_a_hundred_thousand_members_costs_no_square) {
  std::string text = "{";
  for (int i = 0; i < 100'000; ++i) text += (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + "\":0";
  BOOST_TEST(parse(text + "}").as_object().size() == 100'000U);
}

BOOST_AUTO_TEST_CASE(paths_reach_members_and_elements) {
  const Value value = parse(R"({"data":{"items":[{"id":"a"},{"id":"b"}]}})");
  BOOST_TEST(value.find_path("data.items.1.id")->as_string() == "b");
  BOOST_TEST((value.find_path("data.items.2.id") == nullptr));
  BOOST_TEST((value.find_path("data.nope.x") == nullptr));
}

BOOST_AUTO_TEST_CASE(whole_numbers_are_read_from_numbers_and_numeric_strings) {
  BOOST_TEST(parse("3600").to_int64().value() == 3600);
  BOOST_TEST(parse("\"1800\"").to_int64().value() == 1800);
  BOOST_TEST(parse("3599.9").to_int64().value() == 3599);
  BOOST_TEST(parse("-5").to_int64().value() == -5);
  for (const char* text : {"1e300", "\"\"", "\"soon\"", "\"12x\"", "null", "true", "[1]", "\"nan\"", "\"inf\""}) {
    BOOST_TEST(!parse(text).to_int64().has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(merge_patch_follows_the_examples_of_rfc_7396_appendix_a) {
  const char* rows[][3] = {
      {R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
      {R"({"a":"b"})", R"({"a":null})", R"({})"},
      {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
      {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
      {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
      {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
      {R"(["a","b"])", R"(["c","d"])", R"(["c","d"])"},
      {R"({"a":"b"})", R"(["c"])", R"(["c"])"},
      {R"({"a":"foo"})", R"(null)", R"(null)"},
      {R"({"a":"foo"})", R"("bar")", R"("bar")"},
      {R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
      {R"([1,2])", R"({"a":"b","c":null})", R"({"a":"b"})"},
      {R"({})", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"},
  };
  for (const auto& [target, patch, result] : rows) {
    Value value = parse(target);
    merge_patch(value, parse(patch));
    BOOST_TEST(write(value) == result);
  }
}

BOOST_AUTO_TEST_SUITE_END()
