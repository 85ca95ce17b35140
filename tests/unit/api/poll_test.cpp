// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "core/api/engine.hpp"
#include "core/json/parse.hpp"
#include "tests/support/error.hpp"

using namespace heygen;
using namespace heygen::api;

namespace {

const Poll& poll_of(std::initializer_list<std::string_view> words) {
  const Command* command = find(std::span(words.begin(), words.size()));
  BOOST_REQUIRE(command != nullptr && command->poll != nullptr);
  return *command->poll;
}

auto has_code(std::string_view wanted) {
  return [wanted](const Error& error) { return error.code == wanted; };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(poll)

BOOST_AUTO_TEST_CASE(the_id_of_the_job_is_found_and_asked_for) {
  const Poll& video = poll_of({"video", "create"});
  BOOST_TEST(job_id(video, json::parse(R"({"data":{"video_id":"vid/1"}})")) == "vid/1");
  BOOST_TEST(poll_path(video, "vid/1") == "/v3/videos/vid%2F1");
}

BOOST_AUTO_TEST_CASE(a_response_without_id_is_a_parse_error) {
  const Poll& video = poll_of({"video", "create"});
  for (const char* response :
       {"{}", "null", R"({"data":{}})", R"({"data":{"video_id":""}})", R"({"data":{"video_id":".."}})"})
    BOOST_CHECK_EXCEPTION(job_id(video, json::parse(response)), Error, has_code(code::kResponseParse));
}

BOOST_AUTO_TEST_CASE(one_translation_is_followed_and_several_are_refused_by_name) {
  const Poll& translation = poll_of({"video-translate", "create"});
  BOOST_TEST(job_id(translation, json::parse(R"({"data":{"video_translation_ids":["t1"]}})")) == "t1");
  const Error error = heygen::test::error_of(
      [&] { job_id(translation, json::parse(R"({"data":{"video_translation_ids":["t1","t2"]}})")); });
  BOOST_TEST(error.code == code::kBatchNotSupported);
  BOOST_TEST(error.hint.find("`heygen video-translate get t2`") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(states_are_told_apart) {
  const Poll& video = poll_of({"video", "create"});
  BOOST_CHECK(job_state(video, json::parse(R"({"data":{"status":"completed"}})")) == JobState::done);
  BOOST_CHECK(job_state(video, json::parse(R"({"data":{"status":"failed"}})")) == JobState::failed);
  BOOST_CHECK(job_state(video, json::parse(R"({"data":{"status":"never heard of"}})")) == JobState::running);
  BOOST_CHECK(job_state(video, json::parse(R"({"data":{"status":"Completed"}})")) == JobState::done);
  BOOST_CHECK(job_state(video, json::parse(R"({"data":{"status":"Canceled"}})")) == JobState::failed);
  BOOST_CHECK(job_state(video, json::parse(R"({"data":{"status":"succeeded"}})")) == JobState::done);
  for (const char* text : {R"({"data":{}})", R"({"data":{"status":null}})", R"({"data":{"status":7}})"})
    BOOST_CHECK_EXCEPTION(job_state(video, json::parse(text)), Error, has_code(code::kResponseParse));
}

BOOST_AUTO_TEST_CASE(a_status_alone_has_the_same_state) {
  const Poll& video = poll_of({"video", "create"});
  for (const char* status : {"canceled", "Aborted", "expired", "error", "moderation_failed"})
    BOOST_CHECK(state_named(video, status) == JobState::failed);
  for (const char* status : {"Completed", "success", " completed\n"})
    BOOST_CHECK(state_named(video, status) == JobState::done);
  BOOST_CHECK(state_named(video, "processing") == JobState::running);
}

BOOST_AUTO_TEST_CASE(a_failure_says_why_and_where_to_look) {
  const Poll& video = poll_of({"video", "create"});
  const Error error = job_failure(video, "v1", json::parse(R"({"data":{"failure_message":"no credits left"}})"));
  BOOST_TEST(error.message().find("no credits left") != std::string::npos);
  BOOST_TEST(error.hint.find("heygen video get v1") != std::string::npos);
  const Error odd = job_failure(video, "a b;id", json::parse("{}"));
  BOOST_TEST(odd.hint.find("`heygen video get 'a b;id'`") != std::string::npos, odd.hint);
}

BOOST_AUTO_TEST_CASE(polls_come_further_apart_up_to_half_a_minute) {
  using std::chrono::milliseconds;
  BOOST_CHECK(poll_delay(0, 0.5) == milliseconds(2000));
  BOOST_CHECK(poll_delay(0, 0.0) == milliseconds(1500));
  BOOST_CHECK(poll_delay(1, 0.5) == milliseconds(4000));
  BOOST_CHECK(poll_delay(9, 0.5) == milliseconds(30000));
  BOOST_CHECK(poll_delay(1000, 0.5) == milliseconds(30000));
}

BOOST_AUTO_TEST_SUITE_END()
