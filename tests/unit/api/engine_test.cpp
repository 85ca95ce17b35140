// SPDX-License-Identifier: Apache-2.0
#include "core/api/engine.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/support/error.hpp"

using namespace heygen;
using namespace heygen::api;

namespace {

const Command& command(std::initializer_list<std::string_view> words) {
  const Command* found = find(std::span(words.begin(), words.size()));
  BOOST_REQUIRE(found != nullptr);
  return *found;
}

bool is_usage(const Error& error) {
  return error.code == code::kUsage && error.exit == Exit::usage;
}

CommandInput flags(std::map<std::string, std::vector<std::string>, std::less<>> values) {
  return {.arguments = {}, .options = std::move(values), .data = std::nullopt};
}

std::string join_words(const Command& one) {
  std::string text;
  for (const std::string_view word : one.words) (text += ' ') += word;
  return text;
}

using Query = std::vector<std::pair<std::string, std::string>>;

}  // namespace

BOOST_AUTO_TEST_SUITE(engine)

BOOST_AUTO_TEST_CASE(ids_are_escaped_whole) {
  const Command& get = command({"video", "get"});
  BOOST_TEST(fill_path(get, {"vid_1"}) == "/v3/videos/vid_1");
  BOOST_TEST(fill_path(get, {"a/b ?#%25é"}) == "/v3/videos/a%2Fb%20%3F%23%2525%C3%A9");
  BOOST_TEST(fill_path(get, {"..."}) == "/v3/videos/...");
  BOOST_TEST(fill_path(command({"video-agent", "resources", "get"}), {"s/1", "r 2"}) ==
             "/v3/video-agents/s%2F1/resources/r%202");
}

BOOST_AUTO_TEST_CASE(ids_that_would_address_something_else_are_refused) {
  const Command& remove = command({"video", "delete"});
  for (const char* id : {"", ".", "..", "%2e%2E", "a/../b", "..%2Fx", "%252e%252e", "..\\x", "a/.;b"})
    BOOST_CHECK_EXCEPTION(fill_path(remove, {id}), Error, is_usage);
}

BOOST_AUTO_TEST_CASE(fields_that_the_service_will_miss_are_foretold) {
  using Names = std::vector<std::string>;
  const auto missing = [](std::initializer_list<std::string_view> words, std::optional<std::string> body) {
    return missing_fields(command(words), body);
  };
  BOOST_CHECK((missing({"lipsync", "create"}, "{}") == Names{"video", "audio"}));
  BOOST_CHECK((missing({"lipsync", "create"}, R"({"audio":null})") == Names{"video"}));
  BOOST_CHECK(missing({"lipsync", "create"}, R"({"audio":{},"video":{}})").empty());
  BOOST_CHECK((missing({"video", "create"}, "{}") == Names{"type"}));
  BOOST_CHECK((missing({"video", "create"}, R"({"type":"studio"})") == Names{"scenes"}));
  BOOST_CHECK(missing({"video", "create"}, R"({"type":"new kind"})").empty());
  BOOST_CHECK((missing({"video", "create"}, R"({"avatar_id":"x"})") == Names{"type"}));
  BOOST_CHECK((missing({"model", "audio", "voices", "create"}, "{}") == Names{"mode"}));
  BOOST_CHECK((missing({"model", "audio", "voices", "create"}, R"({"mode":"professional"})") == Names{"audio"}));
  BOOST_CHECK((missing({"model", "audio", "voices", "create"}, R"({"mode":"instant"})") == Names{"name", "audio"}));
  BOOST_CHECK(missing({"video-agent", "stop"}, std::nullopt).empty());
  BOOST_CHECK(missing({"video", "list"}, std::nullopt).empty());
}

BOOST_AUTO_TEST_CASE(every_field_that_only_data_can_give_is_among_them) {
  for (const Command& one : commands()) {
    const std::vector<std::string> missing = missing_fields(one, "{}");
    for (const std::string_view field : one.data_only_required)
      BOOST_TEST((std::ranges::find(missing, field) != missing.end()), join_words(one) << " " << field);
  }
}

BOOST_AUTO_TEST_CASE(header_flags_become_headers_that_cannot_begin_another_one) {
  const auto key = [](const std::string& text) {
    CommandInput given;
    given.data = "{}";
    given.options["idempotency-key"] = {text};
    return prepare(command({"video", "create"}), given);
  };
  BOOST_CHECK((key("order-42").headers == Query{{"Idempotency-Key", "order-42"}}));
  BOOST_CHECK((key("").headers == Query{{"Idempotency-Key", ""}}));  // the service has a word for it
  BOOST_TEST(*key("order-42").body == "{}");
  for (const char* wrong : {"a\nX-Other: b", "a\r", "\t", "a\x7f"})
    BOOST_CHECK_EXCEPTION(key(wrong), Error, [](const Error& e) { return e.code == code::kUsage; });
}

BOOST_AUTO_TEST_CASE(query_flags_go_into_the_query_and_untouched_ones_are_not_sent) {
  const Prepared prepared = prepare(command({"video", "list"}), flags({{"limit", {"5"}}, {"token", {"a b&c"}}}));
  BOOST_TEST(prepared.path == "/v3/videos");
  BOOST_CHECK((prepared.query == Query{{"limit", "5"}, {"token", "a b&c"}}));
  BOOST_CHECK(!prepared.body);
  BOOST_CHECK(prepare(command({"video", "list"}), {}).query.empty());
}

BOOST_AUTO_TEST_CASE(numbers_in_a_query_are_written_plainly) {
  const Command& list = command({"audio", "sounds", "list"});
  const Prepared prepared = prepare(list, flags({{"query", {"rain"}}, {"min-score", {"2.5e-1"}}}));
  BOOST_CHECK((prepared.query == Query{{"query", "rain"}, {"min_score", "0.25"}}));
}

BOOST_AUTO_TEST_CASE(flags_lie_over_data_and_its_other_fields_stay_as_they_were) {
  CommandInput given = flags({{"text", {"old", "new"}}});
  given.data = R"({"text":"x","voice_id":"v","seed":9007199254740993,"f":1.10})";
  BOOST_TEST(prepare(command({"voice", "speech", "create"}), given).body.value() ==
             R"({"text":"new","voice_id":"v","seed":9007199254740993,"f":1.10})");
}

BOOST_AUTO_TEST_CASE(typed_numbers_keep_their_digits_in_a_body) {
  const Prepared upload =
      prepare(command({"asset", "direct-uploads", "create"}),
              flags({{"content-type", {"video/mp4"}}, {"filename", {"f"}}, {"size-bytes", {"9007199254740993"}}}));
  BOOST_TEST(upload.body.value() == R"({"content_type":"video/mp4","filename":"f","size_bytes":9007199254740993})");
  const auto speed = [](const char* typed) {
    return prepare(command({"voice", "speech", "create"}),
                   flags({{"speed", {typed}}, {"text", {"t"}}, {"voice-id", {"v"}}}))
        .body.value();
  };
  BOOST_TEST(speed("1.10") == R"({"speed":1.10,"text":"t","voice_id":"v"})");
  BOOST_TEST(speed(".5") == R"({"speed":0.5,"text":"t","voice_id":"v"})");
  BOOST_TEST(speed("+1") == R"({"speed":1,"text":"t","voice_id":"v"})");
}

BOOST_AUTO_TEST_CASE(lists_become_arrays_and_switches_booleans) {
  CommandInput given = flags({{"output-languages", {"es", "fr"}}, {"enable-caption", {"false"}}});
  BOOST_TEST(prepare(command({"video-translate", "create"}), given).body.value() ==
             R"({"enable_caption":false,"output_languages":["es","fr"]})");
}

BOOST_AUTO_TEST_CASE(required_flags_are_all_named_at_once) {
  const Error error = heygen::test::error_of([] {
    prepare(command({"voice", "speech", "create"}), flags({{"speed", {"1"}}}));
  });
  BOOST_TEST(is_usage(error));
  BOOST_TEST(error.message().find("--text, --voice-id") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(data_excuses_required_body_flags_but_not_query_flags) {
  CommandInput given;
  given.data = R"({"text":"t"})";
  BOOST_TEST(prepare(command({"voice", "speech", "create"}), given).body.value() == R"({"text":"t"})");
  BOOST_CHECK_EXCEPTION(prepare(command({"asset", "list"}), given), Error, is_usage);
}

BOOST_AUTO_TEST_CASE(an_empty_text_counts_as_given) {
  BOOST_TEST(prepare(command({"video-agent", "create"}), flags({{"prompt", {""}}})).body.value() == R"({"prompt":""})");
}

BOOST_AUTO_TEST_CASE(data_must_be_one_json_object) {
  for (const char* text : {"", "[1]", "null", "5", "{\"a\":", "{} x"}) {
    CommandInput given;
    given.data = text;
    BOOST_CHECK_EXCEPTION(prepare(command({"video", "create"}), given), Error, is_usage);
  }
}

BOOST_AUTO_TEST_CASE(a_body_is_demanded_unless_the_command_can_go_without) {
  BOOST_CHECK_EXCEPTION(prepare(command({"video", "create"}), {}), Error, is_usage);
  CommandInput given;
  given.arguments = {"s1"};
  BOOST_CHECK(!prepare(command({"video-agent", "stop"}), given).body);
  given.data = "{}";
  BOOST_TEST(prepare(command({"video-agent", "stop"}), given).body.value() == "{}");
}

BOOST_AUTO_TEST_CASE(values_out_of_bounds_are_refused_at_both_ends) {
  const Command& list = command({"video", "list"});
  for (const char* good : {"1", "100"}) BOOST_CHECK_NO_THROW(prepare(list, flags({{"limit", {good}}})));
  for (const char* bad : {"0", "101", "-1"})
    BOOST_CHECK_EXCEPTION(prepare(list, flags({{"limit", {bad}}})), Error, is_usage);
}

BOOST_AUTO_TEST_CASE(values_outside_the_choices_are_refused_with_the_nearest) {
  const Error error = heygen::test::error_of([] {
    prepare(command({"lipsync", "create"}), flags({{"mode", {"sped"}}}));
  });
  BOOST_TEST(is_usage(error));
  BOOST_TEST(error.hint.find("'speed'") != std::string::npos);
  const CommandInput events = flags({{"url", {"https://e.x"}}, {"events", {"avatar_video.success", "bogus"}}});
  BOOST_CHECK_EXCEPTION(prepare(command({"webhook", "endpoints", "create"}), events), Error, is_usage);
}

BOOST_AUTO_TEST_CASE(a_file_to_upload_is_passed_on) {
  const Prepared prepared = prepare(command({"asset", "create"}), flags({{"file", {"a.png"}}}));
  BOOST_TEST(prepared.upload == "a.png");
  BOOST_CHECK(!prepared.body);
  BOOST_CHECK_EXCEPTION(prepare(command({"asset", "create"}), {}), Error, is_usage);
}

BOOST_AUTO_TEST_CASE(types_are_told_apart) {
  for (const char* text : {"0", "-7", "+7", "007"}) BOOST_TEST(is_of_type(OptionType::integer, text), text);
  for (const char* text : {"", "1.0", "many", "1 ", "+-1", "9223372036854775808"})
    BOOST_TEST(!is_of_type(OptionType::integer, text), text);
  for (const char* text : {"1", "-2.5", ".5", "1e3"}) BOOST_TEST(is_of_type(OptionType::number, text), text);
  for (const char* text : {"", "fast", "nan", "inf", "1e999", "0x10"})
    BOOST_TEST(!is_of_type(OptionType::number, text), text);
}

BOOST_AUTO_TEST_CASE(durations_are_sums_of_numbers_with_units) {
  using std::chrono::milliseconds;
  BOOST_CHECK(parse_duration("20m0s") == milliseconds(1'200'000));
  BOOST_CHECK(parse_duration("1h30m") == milliseconds(5'400'000));
  BOOST_CHECK(parse_duration("500ms") == milliseconds(500));
  BOOST_CHECK(parse_duration("1.5s") == milliseconds(1500));
  for (const char* text : {"", "soon", "5", "-1s", "0s", "1d", "s", "1s 2s", "1e3s", "99999999999h"})
    BOOST_TEST(!parse_duration(text).has_value(), text);
}

BOOST_AUTO_TEST_SUITE_END()
