// SPDX-License-Identifier: Apache-2.0

#include "core/output/error.hpp"

#include <boost/test/unit_test.hpp>

#include "core/base/text.hpp"
#include "core/json/parse.hpp"

using heygen::Error;
using heygen::json::parse;
using heygen::output::error_envelope;
using heygen::output::error_text;

BOOST_AUTO_TEST_SUITE(errors)

BOOST_AUTO_TEST_CASE(envelope_has_code_and_message_always_and_the_rest_when_known) {
  BOOST_TEST(error_envelope(Error("error", "It broke.")) == R"({"error":{"code":"error","message":"It broke."}})");
  Error full("invalid_parameter", "bad", "look");
  full.param = "avatar_id";
  full.doc_url = "https://docs.example/x";
  full.request_id = "req_1";
  BOOST_TEST(error_envelope(full) ==
             R"({"error":{"code":"invalid_parameter","message":"bad","hint":"look","param":"avatar_id",)"
             R"("doc_url":"https://docs.example/x","request_id":"req_1"}})");
}

BOOST_AUTO_TEST_CASE(envelope_is_json_on_one_line_that_no_terminal_obeys) {
  const std::string foreign =
      "a\x1b[31m\nb \xC2\x9B"
      "1m \x7F \xE2\x80\xAE \xE6\x97\xA5 \xff";
  const std::string envelope = error_envelope(Error("error", foreign));
  BOOST_TEST(envelope ==
             "{\"error\":{\"code\":\"error\",\"message\":\"a\\u001b[31m\\nb \\u009b1m \\u007f \\u202e "
             "\xE6\x97\xA5 \xEF\xBF\xBD\"}}");
  BOOST_TEST(parse(envelope).find_path("error.message")->as_string() ==
             "a\x1b[31m\nb \xC2\x9B"
             "1m \x7F \xE2\x80\xAE \xE6\x97\xA5 \xEF\xBF\xBD");
}

BOOST_AUTO_TEST_CASE(error_text_is_plain_lines_without_escapes) {
  Error error("video_not_found", "no such \x1b[31mfilm", "Run `heygen video list`.");
  error.request_id = "req_1";
  BOOST_TEST(error_text(error) == "Error: no such <U+001B>[31mfilm\nRun `heygen video list`.\nRequest id: req_1");
  BOOST_TEST(error_text(Error("error", "No file a\nError: b.")) == "Error: No file a\n  Error: b.");
}

BOOST_AUTO_TEST_SUITE_END()
