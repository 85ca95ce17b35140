// SPDX-License-Identifier: Apache-2.0
#include "core/api/job.hpp"

#include <boost/test/unit_test.hpp>

#include "core/json/parse.hpp"
#include "tests/support/error.hpp"

using namespace heygen;
using namespace heygen::api;
using heygen::test::error_of;

namespace {

const Command& command_of(std::initializer_list<std::string_view> words) {
  const Command* command = find(std::span(words.begin(), words.size()));
  BOOST_REQUIRE(command != nullptr);
  return *command;
}

using Ids = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(job)

BOOST_AUTO_TEST_CASE(all_ids_of_a_response_are_kept_the_job_first) {
  const JobReference video = job_of(
      command_of({"video-agent", "create"}),
      json::parse(R"({"data":{"session_id":"s1","video_id":"v1","callback_id":"mine","created_at":5,"status":"x"}})"));
  BOOST_CHECK((video.ids == Ids{"v1", "s1"}));
  BOOST_TEST(video.show == "heygen video get v1");
  const JobReference several = job_of(command_of({"video-translate", "create"}),
                                      json::parse(R"({"data":{"video_translation_ids":["t1","t 2"]}})"));
  BOOST_CHECK((several.ids == Ids{"t1", "t 2"}));
  BOOST_TEST(several.show == "heygen video-translate get t1 && heygen video-translate get 't 2'");
}

BOOST_AUTO_TEST_CASE(response_with_only_a_session_is_shown_by_its_command) {
  const JobReference job =
      job_of(command_of({"video-agent", "create"}), json::parse(R"({"data":{"session_id":"s1","video_id":null}})"));
  BOOST_CHECK((job.ids == Ids{"s1"}));
  BOOST_TEST(job.show == "heygen video-agent get s1");
  BOOST_TEST(follow_up_hint(job) == "Check its status with `heygen video-agent get s1`.");
}

BOOST_AUTO_TEST_CASE(response_without_ids_is_looked_for_in_the_list) {
  for (const char* text : {"{}", "[]", "null", R"({"data":{"video_id":null}})"}) {
    const JobReference job = job_of(command_of({"video", "create"}), json::parse(text));
    BOOST_TEST(job.ids.empty());
    BOOST_TEST(job.show == "heygen video list");
    BOOST_TEST(follow_up_hint(job).empty());
  }
}

BOOST_AUTO_TEST_CASE(ids_are_known_for_any_path) {
  const json::Value video = json::parse(R"({"data":{"video_id":"v1"}})");
  BOOST_TEST(job_of("POST", "/v3/videos", video).show == "heygen video get v1");
  const JobReference other = job_of("POST", "/v9/else", json::parse(R"({"data":{"thing_id":"t1"}})"));
  BOOST_CHECK((other.ids == Ids{"t1"}));
  BOOST_TEST(other.show == "heygen api GET /v9/else");
}

BOOST_AUTO_TEST_CASE(ids_are_found_in_the_start_of_a_response) {
  const auto ids_in = [](std::string_view start) { return job_of_start("POST", "/v3/videos", start).ids; };
  const std::string whole =
      R"({"data":{"title":"a\"]}{","video_id":"v1","n":[1,2,{"x":1}],"session_id":"s1","last":1}})";
  const std::size_t first = whole.find("\"v1\"") + 4, second = whole.find("\"s1\"") + 4;
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const Ids expected = size < first ? Ids{} : size < second ? Ids{"v1"} : Ids{"v1", "s1"};
    BOOST_TEST(ids_in(whole.substr(0, size)) == expected, whole.substr(0, size));
  }
  BOOST_TEST(ids_in(R"({"data":{"video_id":12)").empty());
  BOOST_TEST(ids_in(R"({"data":{"video_id":12,)") == Ids{"12"});
  BOOST_TEST(ids_in(R"({"data":{"video_id)").empty());
  for (const char* other : {"", "<html>", "]", "nonsense", "{]", R"({"data" "x")"}) BOOST_TEST(ids_in(other).empty());
  BOOST_TEST(job_of_start("POST", "/v3/videos", R"({"data":{"video_id":"v1")").show == "heygen video get v1");
}

BOOST_AUTO_TEST_CASE(command_that_shows_a_change_has_the_same_path_or_one_above) {
  BOOST_TEST(look_command(command_of({"video", "create"}), {}) == "heygen video list");
  BOOST_TEST(look_command(command_of({"video", "delete"}), {"v 1"}) == "heygen video get 'v 1'");
  BOOST_TEST(look_command(command_of({"lipsync", "create"}), {}) == "heygen lipsync list");
  BOOST_TEST(look_command(command_of({"template", "generate"}), {"t1"}) == "heygen video list");
}

BOOST_AUTO_TEST_CASE(command_that_shows_a_change_is_known_for_any_path) {
  BOOST_TEST(look_command("POST", "/v3/videos") == "heygen video list");
  BOOST_TEST(look_command("DELETE", "/v3/videos/v%201") == "heygen video get 'v 1'");
  BOOST_TEST(look_command("POST", "/v9/else") == "heygen api GET /v9/else");
}

BOOST_AUTO_TEST_CASE(request_for_several_jobs_or_none_cannot_be_waited_for) {
  const Command& translate = command_of({"video-translate", "create"});
  BOOST_CHECK_NO_THROW(check_can_wait(translate, R"({"output_languages":["es"]})"));
  BOOST_TEST((error_of([&] { check_can_wait(translate, R"({"output_languages":["es","fr"]})"); }).exit == Exit::usage));
  const Command& agent = command_of({"video-agent", "create"});
  BOOST_CHECK_NO_THROW(check_can_wait(agent, R"({"mode":"generate"})"));
  BOOST_CHECK_NO_THROW(check_can_wait(agent, std::nullopt));
  BOOST_TEST((error_of([&] { check_can_wait(agent, R"({"mode":"chat"})"); }).exit == Exit::usage));
}

BOOST_AUTO_TEST_SUITE_END()
