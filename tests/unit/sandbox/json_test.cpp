// SPDX-License-Identifier: Apache-2.0
#include "sdk/sandbox/http/json.hpp"

#include <Poco/Exception.h>

#include <boost/test/unit_test.hpp>

#include "sdk/sandbox/http/http.hpp"

namespace heygen::sandbox {
namespace {

BOOST_AUTO_TEST_SUITE(json)

BOOST_AUTO_TEST_CASE(document_keeps_order_kinds_and_text) {
  for (const char* text : {R"({"z":1,"a":[1.5,-2,true,false,null,""],"m":{"é ☕":"\"\\\n"}})", R"([[],{}])"}) {
    BOOST_TEST(write_json(parse_json(text)) == text);
  }
}

BOOST_AUTO_TEST_CASE(invalid_document_is_rejected) {
  for (const char* text : {"", "{", "{} x", "[1,]", "{'a':1}", "[1e400]", "[99999999999999999999]", "\"\\ud800\""}) {
    BOOST_CHECK_THROW(parse_json(text), Poco::Exception);
  }
}

BOOST_AUTO_TEST_CASE(copy_is_changed_without_the_original) {
  const Object original = object({{"a", 1}, {"b", "x"}});
  Object copy = copy_of(original);
  copy->set("a", 2);
  BOOST_TEST(write_json(original) == R"({"a":1,"b":"x"})");
  BOOST_TEST(write_json(copy) == R"({"a":2,"b":"x"})");
}

BOOST_AUTO_TEST_CASE(boolean_is_not_a_number) {
  const Object flags = object({{"flag", true}, {"number", 0.5}});
  BOOST_TEST(!is_number(flags->get("flag")));
  BOOST_TEST(is_number(flags->get("number")));
  BOOST_TEST(number_at(flags, "flag", 7) == 7);
}

BOOST_AUTO_TEST_CASE(form_keeps_case_order_and_repetitions) {
  const Form form = Form::decode("A=1&a=%2B+&a=&b");
  BOOST_TEST(form.get("a") == "+ ");
  BOOST_TEST(form.get("A") == "1");
  BOOST_TEST(form.doubled() == "a");
  BOOST_TEST(form.has("b"));
  BOOST_TEST(Form::decode("").pairs().empty());
  BOOST_CHECK_THROW(Form::decode("a=%zz"), Invalid);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace heygen::sandbox
