// SPDX-License-Identifier: Apache-2.0
#include "sdk/sandbox/api.hpp"
#include "core/json/parse.hpp"

#include <boost/test/unit_test.hpp>

#include "sdk/sandbox/app.hpp"
#include "sdk/sandbox/oauth/pages.hpp"
#include "tests/unit/sandbox/fake.hpp"

namespace heygen::sandbox {
namespace {

using std::chrono::milliseconds;

struct Fixture {
  FakeClock clock;
  SeededRandom random;
  App app{"127.0.0.1:8000", empty(), "", clock, random};

  static Settings empty() {
    Settings settings;
    settings.empty = true;
    return settings;
  }

  Response ask(const std::string& method, const std::string& path, const std::string& body = {}) {
    Request request;
    request.method = method;
    request.path = path.substr(0, path.find('?'));
    if (path.find('?') != std::string::npos) request.query = path.substr(path.find('?') + 1);
    request.headers = {{"x-api-key", "sandbox-key"}, {"host", "127.0.0.1:8000"}};
    if (!body.empty()) request.headers["content-type"] = "application/json; charset=utf-8";
    request.body = body;
    return app.handle(request);
  }
  static Object data_of(const Response& response) {
    return object_in(object_in(parse_json(response.body))->get("data"));
  }
  Object page_at(const std::string& path) { return object_in(parse_json(ask("GET", path).body)); }
  static Object first_of(const Object& page) { return object_in(items_in(page->get("data")).at(0)); }
  std::string create(const std::string& order = R"({"type":"avatar","avatar_id":"look_public_1_office"})") {
    return text_at(data_of(ask("POST", "/v3/videos", order)), "video_id");
  }
  std::string status_of(const std::string& video) {
    return text_at(data_of(ask("GET", "/v3/videos/" + video)), "status");
  }
};

BOOST_FIXTURE_TEST_SUITE(api, Fixture)

BOOST_AUTO_TEST_CASE(a_video_goes_from_pending_over_processing_to_completed) {
  const std::string video = create();
  BOOST_TEST(status_of(video) == "pending");
  clock.advance(milliseconds(500));
  BOOST_TEST(status_of(video) == "processing");
  clock.advance(milliseconds(1499));
  BOOST_TEST(status_of(video) == "processing");
  clock.advance(milliseconds(1));
  BOOST_TEST(status_of(video) == "completed");
  const Object data = data_of(ask("GET", "/v3/videos/" + video));
  BOOST_TEST(text_at(data, "video_url") == "http://127.0.0.1:8000/files/" + video + ".mp4");
  BOOST_TEST(number_at(data, "completed_at", 0) - number_at(data, "created_at", 0) == 2);
}

BOOST_AUTO_TEST_CASE(the_file_is_there_once_the_video_is_completed) {
  const std::string video = create();
  BOOST_TEST(ask("GET", "/files/" + video + ".mp4").status == 404);
  clock.advance(milliseconds(2000));
  BOOST_TEST(ask("GET", "/files/" + video + ".mp4").status == 200);
  for (const char* other : {".webm", ".srt", "-captioned.mp4", "", ".", ".mp4.mp4", "-x.mp4"}) {
    BOOST_TEST(ask("GET", "/files/" + video + other).status == 404);
  }
  BOOST_TEST(ask("POST", "/files/" + video + ".mp4").status == 405);
}

BOOST_AUTO_TEST_CASE(a_webm_video_has_a_webm_file) {
  const std::string video = create(R"({"type":"avatar","avatar_id":"look_public_1_office","output_format":"webm"})");
  clock.advance(milliseconds(2000));
  BOOST_TEST(ask("GET", "/files/" + video + ".webm").body.substr(0, 4) == "\x1a\x45\xdf\xa3");
}

BOOST_AUTO_TEST_CASE(a_page_survives_the_deletion_of_a_video_before_it) {
  const std::string first = create();
  const std::string second = create();
  const std::string third = create();
  const Object page = page_at("/v3/videos?limit=1");
  BOOST_TEST(text_at(first_of(page), "id") == third);
  ask("DELETE", "/v3/videos/" + third);
  const Object next = page_at("/v3/videos?limit=1&token=" + text_at(page, "next_token"));
  BOOST_TEST(text_at(first_of(next), "id") == second);
}

BOOST_AUTO_TEST_CASE(a_full_last_page_has_no_more) {
  create();
  create();
  const Object page = page_at("/v3/videos?limit=2");
  BOOST_TEST(!flag_at(page, "has_more"));
  BOOST_TEST(page->isNull("next_token"));
}

BOOST_AUTO_TEST_CASE(ids_are_taken_from_the_path_decoded_and_shown_without_control_characters) {
  const Response response = ask("GET", "/v3/videos/%1b%5b31m");
  BOOST_TEST(response.status == 404);
  BOOST_TEST(response.body.find('\x1b') == std::string::npos);
  BOOST_TEST(response.body.find("\\u001b") == std::string::npos);
  BOOST_TEST(ask("GET", "/v3/videos/").status == 404);
}

BOOST_AUTO_TEST_CASE(an_event_appears_when_its_job_ends_and_only_once) {
  const auto events = [&] { return items_in(page_at("/v3/webhooks/events")->get("data")); };
  const std::string video = create();
  clock.advance(milliseconds(1999));
  BOOST_TEST(events().empty());
  clock.advance(milliseconds(1));
  BOOST_TEST(events().size() == 1);
  BOOST_TEST(text_at(object_in(events()[0]), "event_type") == "avatar_video.success");
  const std::string deleted = create();
  ask("DELETE", "/v3/videos/" + deleted);
  clock.advance(milliseconds(2000));
  BOOST_TEST(events().size() == 1);
}

BOOST_AUTO_TEST_CASE(an_upload_slot_expires_after_an_hour) {
  const Response response =
      ask("POST", "/v3/assets/direct-uploads", R"({"filename":"a.png","content_type":"image/png","size_bytes":0})");
  BOOST_TEST(response.status == 400);
  const Object made = data_of(
      ask("POST", "/v3/assets/direct-uploads", R"({"filename":"a.png","content_type":"image/png","size_bytes":1})"));
  const std::string url = text_at(made, "upload_url");
  const std::string path = url.substr(std::string("http://127.0.0.1:8000").size());
  BOOST_TEST(ask("PUT", path).status == 400);  // another Content-Type
  clock.advance(std::chrono::hours(1));
  BOOST_TEST(ask("PUT", path).status == 403);
}

BOOST_AUTO_TEST_CASE(a_page_of_another_list_is_refused_without_harm) {
  BOOST_TEST(ask("GET", "/v3/videos?token=page-18446744073709551615").status == 200);
  for (const char* token : {"page-0", "page-", "page--1", "page-18446744073709551616", "page-1x"}) {
    BOOST_TEST(ask("GET", std::string("/v3/videos?token=") + token).status == 400);
  }
}

BOOST_AUTO_TEST_CASE(text_from_outside_is_escaped_in_pages) {}

BOOST_AUTO_TEST_CASE(a_form_may_lead_to_the_redirect_address_and_nowhere_else) {
  const auto policy = [](const std::string& redirect) {
    for (const auto& [name, value] : page_response(200, "", redirect).headers) {
      if (name == "Content-Security-Policy") return value.substr(value.find("form-action"));
    }
    return std::string{};
  };
  BOOST_TEST(policy("") == "form-action 'self'");
  BOOST_TEST(policy("http://127.0.0.1:99/oauth/callback") == "form-action 'self' http://127.0.0.1:99");
  BOOST_TEST(policy("http://[::1]:99/oauth/callback") == "form-action 'self' http:");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace heygen::sandbox
