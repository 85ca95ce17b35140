// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "core/api/engine.hpp"

namespace heygen::api {
namespace {

using Sentences = std::vector<std::string>;

Sentences of(const std::vector<std::string_view>& words, const CommandInput& given) {
  return deprecations(*find(words), given);
}

CommandInput data(const std::string& text) {
  CommandInput given;
  given.data = text;
  return given;
}

BOOST_AUTO_TEST_SUITE(deprecated)

BOOST_AUTO_TEST_CASE(an_option_is_told_with_what_to_use) {
  CommandInput given;
  BOOST_TEST(of({"video-translate", "create"}, given).empty());
  given.options["brand-voice-id"] = {"x"};
  BOOST_TEST((of({"video-translate", "create"}, given) ==
              Sentences{"`--brand-voice-id` is deprecated: use --brand-glossary-id."}));
}

BOOST_AUTO_TEST_CASE(a_field_is_told_once_however_often_and_deep_it_is) {
  BOOST_TEST((of({"video-translate", "create"}, data(R"({"brand_voice_id":null})")) ==
              Sentences{"The field `brand_voice_id` is deprecated: use --brand-glossary-id."}));
  BOOST_TEST((of({"lipsync", "batches", "create"},
                 data(R"({"lipsyncs":[{"enable_caption":true},{"enable_caption":false},{"mode":"speed"},5]})")) ==
              Sentences{"The field `lipsyncs.enable_caption` is deprecated."}));
}

BOOST_AUTO_TEST_CASE(an_option_that_wins_over_its_field_is_told_alone) {
  CommandInput given = data(R"({"enable_caption":true})");
  given.options["enable-caption"] = {"false"};
  BOOST_TEST(of({"lipsync", "create"}, given).size() == 1U);
}

BOOST_AUTO_TEST_CASE(fields_of_the_same_name_elsewhere_and_broken_data_are_skipped) {
  BOOST_TEST(of({"video-translate", "create"}, data(R"({"video":{"brand_voice_id":"x"}})")).empty());
  BOOST_TEST(of({"video-translate", "create"}, data("{nope")).empty());
  BOOST_TEST(of({"video-translate", "create"}, data("[]")).empty());
  BOOST_TEST(of({"video", "create"}, data(R"({"brand_voice_id":"x"})")).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace heygen::api
