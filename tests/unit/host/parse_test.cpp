// SPDX-License-Identifier: Apache-2.0
#include "host/cli/parse.hpp"

#include <boost/test/unit_test.hpp>

#include "core/base/error.hpp"
#include "host/cli/globals.hpp"

using namespace heygen;
using namespace heygen::host;
using namespace heygen::host::cli;

namespace {

using Words = std::vector<std::string>;

const std::vector<Positional> kOneId = {{.name = "video-id"}};

std::vector<Option> options() {
  return {
      {.name = "text", .value = "TEXT"},
      {.name = "voice-id", .value = "TEXT"},
      {.name = "limit", .value = "N", .kind = Kind::integer},
      {.name = "speed", .value = "N", .kind = Kind::number},
      {.name = "timeout", .value = "TIME", .kind = Kind::duration},
      {.name = "mode", .value = "CHOICE", .choices = {"speed", "precision"}},
      {.name = "late", .value = "CHOICE", .choices = {"a"}, .defer_choice_check = true},
      {.name = "layers", .value = "TEXT", .repeatable = true, .comma_split = true},
      {.name = "header", .value = "TEXT", .repeatable = true},
      {.name = "data", .shorthand = 'd', .value = "JSON"},
      {.name = "force"},
      {.name = "schema", .makes_positionals_optional = true},
      {.name = "help", .shorthand = 'h'},
      {.name = "internal", .value = "TEXT", .hidden = true},
  };
}

Parsed parsed(const Words& arguments, const std::vector<Positional>& positionals = {}) {
  return parse({"thing", "do"}, options(), positionals, arguments);
}

Error refused(const Words& arguments, const std::vector<Positional>& positionals = {}) {
  try {
    parsed(arguments, positionals);
  } catch (const Error& error) {
    BOOST_TEST(error.code == code::kUsage);
    BOOST_CHECK(error.exit == Exit::usage);
    return error;
  }
  throw std::runtime_error("accepted");
}

bool names(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(parsing)

BOOST_AUTO_TEST_CASE(long_option_with_one_dash_suggests_two) {
  BOOST_TEST(names(refused({"-data", "{}"}).hint, "Did you mean --data?"));
  BOOST_TEST(names(refused({"-limit=3"}).hint, "Did you mean --limit?"));
  BOOST_TEST(names(refused({"-lmit", "3"}).hint, "Did you mean --limit?"));
  BOOST_TEST(names(refused({"--VOICE_ID", "3"}).hint, "Did you mean --voice-id?"));
  BOOST_TEST(parsed({"-d{}"}).value("data") == "{}");
  BOOST_TEST(parsed({"-d=x"}).value("data") == "x");
}

BOOST_AUTO_TEST_CASE(a_value_follows_or_is_attached) {
  BOOST_TEST(parsed({"--text", "a b"}).value("text") == "a b");
  BOOST_TEST(parsed({"--text=a=b"}).value("text") == "a=b");
  BOOST_TEST(parsed({"-d", "{}"}).value("data") == "{}");
  BOOST_TEST(parsed({"-d{}"}).value("data") == "{}");
  BOOST_TEST(parsed({"-d={}"}).value("data") == "{}");
}

BOOST_AUTO_TEST_CASE(a_value_may_look_like_anything) {
  BOOST_TEST(parsed({"--text", "--voice-id", "--voice-id", "v"}).value("text") == "--voice-id");
  BOOST_TEST(parsed({"--text=-5"}).value("text") == "-5");
  BOOST_TEST(parsed({"--text", "--"}).value("text") == "--");
  BOOST_TEST(parsed({"--text", "--voice-id="}).value("text") == "--voice-id=");
  BOOST_TEST(parsed({"--text", "[a,b]"}).value("text") == "[a,b]");
  BOOST_TEST(parsed({"-d", "[{\"a\":1}]"}).value("data") == "[{\"a\":1}]");
}

BOOST_AUTO_TEST_CASE(an_empty_value_is_a_value) {
  for (const Words& arguments : {Words{"--text="}, Words{"--text", ""}}) {
    const Parsed result = parsed(arguments);
    BOOST_TEST(result.given("text"));
    BOOST_TEST(result.value("text", "other").empty());
  }
  BOOST_CHECK((parsed({"--text=", "word"}, kOneId).positionals == Words{"word"}));
}

BOOST_AUTO_TEST_CASE(the_last_value_counts) {
  BOOST_TEST(parsed({"--text", "a", "--text", "b"}).value("text") == "b");
}

BOOST_AUTO_TEST_CASE(repeatable_options_keep_all_and_lists_are_split) {
  BOOST_CHECK((parsed({"--header", "a,b", "--header", "c"}).values("header") == Words{"a,b", "c"}));
  BOOST_CHECK((parsed({"--layers", "\"a,b\",c", "--layers", "d"}).values("layers") == Words{"a,b", "c", "d"}));
  BOOST_TEST(parsed({"--layers", ""}).given("layers"));
  BOOST_TEST(parsed({"--layers", ""}).values("layers").empty());
  BOOST_CHECK((split_list("\"say \"\"hi\"\"\",") == Words{"say \"hi\"", ""}));
  refused({"--layers", "\"open"});
  refused({"--layers", "\"a\"b"});
}

BOOST_AUTO_TEST_CASE(boolean_options_take_no_word_and_may_be_false) {
  const Parsed result = parsed({"--force", "id"}, kOneId);
  BOOST_TEST(result.is_on("force"));
  BOOST_CHECK((result.positionals == Words{"id"}));
  for (const char* off : {"--force=false", "--force=0", "--force=F"}) {
    BOOST_TEST(parsed({off}).given("force"));
    BOOST_TEST(!parsed({off}).is_on("force"));
  }
  for (const char* on : {"--force=true", "--force=1", "--force=t"}) BOOST_TEST(parsed({on}).is_on("force"));
  BOOST_TEST(!parsed({"--force", "--force=false"}).is_on("force"));
  refused({"--force=maybe"});
  refused({"--force="});
}

BOOST_AUTO_TEST_CASE(kinds_are_checked) {
  for (const char* good : {"0", "-3"}) BOOST_TEST(parsed({"--limit", good}).value("limit") == good);
  for (const char* bad : {"many", "1.0", ""}) refused({"--limit", bad});
  refused({"--speed", "fast"});
  refused({"--timeout", "soon"});
  BOOST_TEST(names(refused({"--mode", "sped"}).hint, "'speed'"));
  BOOST_TEST(parsed({"--late", "b"}).value("late") == "b");
}

BOOST_AUTO_TEST_CASE(words_and_options_mix_and_two_dashes_end_the_options) {
  const std::vector<Positional> many = {{.name = "word", .variadic = true}};
  const Parsed result = parsed({"a", "--text", "t", "-", "--", "--text", "-weird", "--"}, many);
  BOOST_CHECK((result.positionals == Words{"a", "-", "--text", "-weird", "--"}));
  BOOST_TEST(result.value("text") == "t");
}

BOOST_AUTO_TEST_CASE(too_few_and_too_many_words_are_refused_by_name) {
  BOOST_TEST(names(refused({}, kOneId).message(), "VIDEO-ID"));
  BOOST_TEST(names(refused({"a", "b"}, kOneId).message(), "'b'"));
  refused({"a"});
  BOOST_CHECK(parsed({}, {{.name = "x", .required = false}}).positionals.empty());
}

BOOST_AUTO_TEST_CASE(help_and_schemas_need_no_words) {
  BOOST_TEST(parsed({"--help"}, kOneId).is_on("help"));
  BOOST_TEST(parsed({"-h"}, kOneId).is_on("help"));
  BOOST_TEST(parsed({"--schema"}, kOneId).is_on("schema"));
  refused({"--schema=false"}, kOneId);
}

BOOST_AUTO_TEST_CASE(unknown_options_are_refused_with_the_nearest) {
  BOOST_TEST(names(refused({"--limt", "3"}).hint, "--limit"));
  BOOST_TEST(names(refused({"--lim", "3"}).hint, "--limit"));
  BOOST_TEST(!names(refused({"--interna", "3"}).hint, "--internal"));
  BOOST_TEST(names(refused({"-z"}).message(), "-z"));
  refused({"-5"});
  refused(
      {"--"
       "=x"});
}

BOOST_AUTO_TEST_CASE(missing_value_is_an_error) {
  BOOST_TEST(names(refused({"--text"}).message(), "--text needs a value"));
  BOOST_TEST(names(refused({"-d"}).message(), "-d needs a value"));
}

BOOST_AUTO_TEST_CASE(globals_are_read_back) {
  const auto globals = [](const Words& arguments) { return globals_of(parse({}, root_options(), {}, arguments)); };
  BOOST_TEST(!globals({}).output.human.has_value());
  BOOST_TEST(globals({"--human"}).output.human.value());
  BOOST_TEST(!globals({"--human=false"}).output.human.value());
  BOOST_CHECK((globals({"--headers", "a: 1", "--headers", "b: 2"}).request.headers == Words{"a: 1", "b: 2"}));
  BOOST_TEST(globals({"--provider", "oauth"}).request.provider == "oauth");
}

BOOST_AUTO_TEST_SUITE_END()
