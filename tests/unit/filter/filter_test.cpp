// SPDX-License-Identifier: Apache-2.0
#include "core/filter/filter.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <random>
#include <string>

#include "core/base/cancel.hpp"
#include "core/base/error.hpp"
#include "tests/support/error.hpp"
#include "tests/support/temporary_directory.hpp"

namespace heygen::filter {

namespace {

std::vector<std::string> run(const std::string& expression, const std::string& document) {
  const Cancel cancel;
  std::vector<std::string> texts;
  for (const Result& result : Filter(expression).run(document, cancel)) texts.push_back(result.text);
  return texts;
}

Error error_of(const std::string& expression, const std::string& document = "null") {
  return heygen::test::error_of([&] { run(expression, document); });
}

using Texts = std::vector<std::string>;

/// A variable for the length of a test.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    setenv(name, value.c_str(), 1);
  }
  ~Variable() {
    if (before_)
      setenv(name_, before_->c_str(), 1);
    else
      unsetenv(name_);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(filter)

BOOST_AUTO_TEST_CASE(each_result_is_one_text_and_strings_lose_their_quotes) {
  const std::string document = R"({"b":[1,2,{"x":"a\u0000\"ü"}],"a":null})";
  BOOST_TEST(run(".b[]|.x?", document) == Texts{std::string("a\0\"ü", 5)}, boost::test_tools::per_element());
  BOOST_TEST(run(".", document) == (Texts{R"({"b":[1,2,{"x":"a\u0000\"ü"}],"a":null})"}),
             boost::test_tools::per_element());
  BOOST_TEST(run(".a, true, (.b|length), \"\"", document) == (Texts{"null", "true", "3", ""}),
             boost::test_tools::per_element());
  BOOST_TEST(run("empty", document).empty());
  BOOST_TEST(run("def f: 7; f # and a comment", document) == Texts{"7"}, boost::test_tools::per_element());
  BOOST_TEST(run(R"("a1" | test("[0-9]"))", document) == Texts{"true"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(one_filter_serves_several_documents) {
  const Filter filter(".a");
  const Cancel cancel;
  BOOST_TEST(filter.run(R"({"a":1})", cancel).at(0).text == "1");
  BOOST_CHECK_THROW(filter.run("[1]", cancel), Error);
  BOOST_TEST(filter.run(R"({"a":"2"})", cancel).at(0).is_string);
}

BOOST_AUTO_TEST_CASE(invalid_expression_is_a_usage_error_with_the_reason) {
  for (const char* wrong : {".a[", "foo", "", "  ", "# nothing", "1 +", ".a }", "$x", "import \"a\" as a; .",
                            "include \"a\"; .", "def f: 1;", "'.a'"}) {
    const Error error = error_of(wrong);
    BOOST_TEST(error.code == code::kUsage, wrong);
    BOOST_TEST((error.exit == Exit::usage), wrong);
    BOOST_TEST(error.message().find('\n') == std::string::npos, error.message());
  }
  BOOST_TEST(error_of("foo").message() == "The --jq expression is not valid: foo/0 is not defined.");
  BOOST_TEST(error_of(std::string("1\0", 2)).code == code::kUsage);
}

BOOST_AUTO_TEST_CASE(failure_on_the_document_gives_no_result_at_all) {
  BOOST_TEST(error_of("1, .a", "[]").message() == "The --jq expression failed: Cannot index array with string \"a\".");
  BOOST_TEST(error_of("error(\"own\")").message() == "The --jq expression failed: own.");
  BOOST_TEST((error_of("error(\"own\")").exit == Exit::failure));
  BOOST_TEST(error_of("error({a:1})").code == code::kError);
  BOOST_TEST(error_of("\"bye\" | halt_error").message() == "The --jq expression failed: bye.");
  BOOST_TEST(run("1, halt, 2", "null") == Texts{"1"}, boost::test_tools::per_element());
  BOOST_TEST(error_of("input").message() == "The --jq expression failed: there is no further input.");
  BOOST_TEST(error_of(".", std::string(300, '[') + std::string(300, ']')).code == code::kError);
}

BOOST_AUTO_TEST_CASE(expression_that_crashes_libjq_is_an_error) {
  for (const char* no_date :
       {"1e18 | todate", "1e18 | strftime(\"%Y\")", "1e18 | strflocaltime(\"%Y\")", "1e18 | date",
        "-1e18 | todateiso8601", "[\"a\"] | implode", "nan | todate", "nan | gmtime", "nan | localtime"})
    BOOST_TEST(error_of(no_date).code == code::kError, no_date);
  BOOST_TEST(run("0 | todate, (gmtime | strftime(\"%Y\")), todateiso8601, (debug | . + 1)", "null") ==
                 (Texts{"1970-01-01T00:00:00Z", "1970", "1970-01-01T00:00:00Z", "1"}),
             boost::test_tools::per_element());
  BOOST_TEST(run("input_filename", "null") == Texts{"null"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(expression_sees_no_environment_and_no_files) {
  const heygen::test::TemporaryDirectory home;
  home.write(".jq", "def mine: 1;");
  const Variable key("HEYGEN_API_KEY", "secret"), own_home("HOME", home.path().string()), zone("TZ", "UTC");
  BOOST_TEST(run("env, $ENV", "null") == (Texts{R"({"TZ":"UTC"})", R"({"TZ":"UTC"})"}),
             boost::test_tools::per_element());
  BOOST_TEST(error_of("mine").code == code::kUsage);
  BOOST_TEST(std::getenv("HEYGEN_API_KEY") == std::string("secret"));
}

BOOST_AUTO_TEST_CASE(canceled_run_ends_although_its_results_do_not) {
  Cancel cancel;
  cancel.request();
  BOOST_CHECK_EXCEPTION(Filter("repeat(1)").run("null", cancel), Error,
                        [](const Error& error) { return error.code == code::kCanceled; });
}

BOOST_AUTO_TEST_CASE(numbers_that_would_change_are_found) {
  const auto changed = [](const std::string& document) {
    const auto found = Filter::changed_number(document);
    return found ? found->before + ">" + found->after : std::string();
  };
  for (const char* kept : {"0", "-1", "[1,2.5,{\"a\":0.1,\"9007199254740993\":\"1.0 \\\" 1e999\"}]", "999999999999999",
                           "9007199254740992", "\"\\\\\"", "{}", "1553.25", "-0.5", "123456789012.345"})
    BOOST_TEST(changed(kept) == "", kept);
  BOOST_TEST(changed("{\"a\":[1,9007199254740993]}") == "9007199254740993>9007199254740992");
  BOOST_TEST(changed("1.0") == "1.0>1");
  BOOST_TEST(changed("1.50") == "1.50>1.5");
  BOOST_TEST(changed("-0.1234567890123456789").starts_with("-0.1234567890123456789>"));
  BOOST_TEST(changed("1e3") == "1e3>1000");
  BOOST_TEST(changed("0.00001") == "0.00001>1e-05");
  BOOST_TEST(changed("[0.5,0.50]") == "0.50>0.5");
  BOOST_TEST(changed("1234567890123.4567").starts_with("1234567890123.4567>"));
  BOOST_TEST(changed("[\"x\",1E400]").starts_with("1E400>1.797"));
  BOOST_TEST(changed("18446744073709551616").starts_with("18446744073709551616>"));
}

BOOST_AUTO_TEST_CASE(number_is_found_exactly_when_libjq_prints_it_differently) {
  std::mt19937 random(4711);  // NOLINT(cert-msc51-cpp): the same numbers in each run
  const auto digits = [&random](unsigned most) {
    std::string text;
    for (unsigned count = 1 + static_cast<unsigned>(random()) % most; count != 0; --count)
      text += static_cast<char>('0' + (random() % 3 == 0 ? 0 : random() % 10));
    return text;
  };
  const Cancel cancel;
  const Filter whole(".");
  for (int i = 0; i < 5'000; ++i) {
    std::string number = random() % 2 == 0 ? "0" : digits(12);
    number.erase(0, std::min(number.find_first_not_of('0'), number.size() - 1));
    if (random() % 4 != 0) number += "." + digits(8);
    if (random() % 3 == 0) number.insert(0, "-");
    const bool same = whole.run(number, cancel).front().text == number;
    BOOST_TEST(Filter::changed_number(number).has_value() != same, number);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace heygen::filter
