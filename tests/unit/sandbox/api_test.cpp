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

BOOST_AUTO_TEST_CASE(ids_in_bodies_are_looked_for_wherever_they_are) {
  const std::string look = R"("type":"avatar","avatar_id":"look_public_1_office")";
  const std::pair<std::string, const char*> orders[] = {
      {R"({"type":"avatar","avatar_id":"a"})", "avatar_id"},
      {R"({"type":"cinematic_avatar","prompt":"p","avatar_id":["look_public_1_office","a"]})", "avatar_id.1"},
      {"{" + look + R"(,"voice_id":"v"})", "voice_id"},
      {"{" + look + R"(,"folder_id":"f"})", "folder_id"},
      {"{" + look + R"(,"brand_glossary_id":"g"})", "brand_glossary_id"},
      {"{" + look + R"(,"background":{"type":"image","asset_id":"b"}})", "background.asset_id"},
      {R"({"type":"image","image":{"type":"asset_id","asset_id":"i"}})", "image.asset_id"}};
  for (const auto& [order, param] : orders) {
    const Response response = ask("POST", "/v3/videos", order);
    BOOST_TEST(response.status == 404, order);
    const Object error = object_in(object_in(parse_json(response.body))->get("error"));
    BOOST_TEST(text_at(error, "param") == param, order);
  }
  BOOST_TEST(ask("POST", "/v3/videos", "{" + look + R"(,"folder_id":"","voice_id":null})").status == 200);
  BOOST_TEST(items_in(page_at("/v3/videos")->get("data")).size() == 1U);
  const Response batch =
      ask("POST", "/v3/videos/batches", "{\"videos\":[{" + look + "},{" + look + R"(,"voice_id":"v"}]})");
  BOOST_TEST(batch.status == 404);
  BOOST_TEST(batch.body.find("videos.1.voice_id") != std::string::npos);
  BOOST_TEST(items_in(page_at("/v3/videos")->get("data")).size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_scenes_and_settings_must_have) {
  const std::string look = R"("type":"avatar","avatar_id":"look_public_1_office")";
  const std::string picture = R"("source":{"type":"url","url":"https://example.com/a.png"})";
  const auto scene = [](const std::string& text) { return R"({"type":"studio","scenes":[)" + text + "]}"; };
  const std::pair<std::string, const char*> orders[] = {
      {"{" + look + R"(,"voice_settings":{"speed":2}})", "voice_settings.speed"},
      {"{" + look + R"(,"watermark":{"opacity":2}})", "watermark.opacity"},
      {"{" + look + R"(,"background":{"type":"color"}})", "background.value"},
      {"{" + look + R"(,"output_format":"webm","background":{"type":"color","value":"#ffffff"}})", "background"},
      {R"({"type":"cinematic_avatar","prompt":"p","avatar_id":["x"],"duration":5,"auto_duration":true})", "duration"},
      {scene(R"({"type":"image",)" + picture + "}"), "scenes.0.duration"},
      {scene(R"({"type":"image","script":"s",)" + picture + "}"), "scenes.0.voice_id"},
      {scene(R"({"type":"video","playback":{"volume":3},)" + picture + "}"), "scenes.0.playback.volume"},
      {scene(R"({"type":"avatar_video","input":{"avatar_id":"x"}})"), "scenes.0.input.script"}};
  for (const auto& [order, param] : orders) {
    const Response response = ask("POST", "/v3/videos", order);
    BOOST_TEST(response.status == 400, order);
    const Object error = object_in(object_in(parse_json(response.body))->get("error"));
    BOOST_TEST(text_at(error, "param") == param, order);
  }
  BOOST_TEST(ask("POST", "/v3/videos", scene(R"({"type":"image","duration":2,)" + picture + "}")).status == 200);
}

BOOST_AUTO_TEST_CASE(a_template_is_made_of_a_video_and_edited_by_its_version) {
  const std::string video = create();
  const std::string order = R"({"video_id":")" + video + "\"}";
  BOOST_TEST(ask("POST", "/v3/templates", order).status == 409);
  clock.advance(milliseconds(2000));
  const Object made = data_of(ask("POST", "/v3/templates", order));
  const std::string path = "/v3/templates/" + text_at(made, "id");
  BOOST_TEST(text_at(made, "source_video_id") == video);
  const auto edit = [&](const std::string& version, const std::string& name) {
    return ask("PUT", path + "/variables",
               R"({"expected_edit_version":")" + version + R"(","variables":{")" + name + R"(":{"type":"text"}}})");
  };
  BOOST_TEST(edit("9", "a").error == "stale_edit_version");
  BOOST_TEST(edit(text_at(made, "edit_version"), "1a").status == 400);
  const Object edited = data_of(edit(text_at(made, "edit_version"), "a_1"));
  BOOST_TEST(object_in(edited->get("variables"))->has("a_1"));
  BOOST_TEST(edit(text_at(made, "edit_version"), "b").error == "stale_edit_version");
  BOOST_TEST(ask("PATCH", path, R"({"name":"Other"})").status == 200);
  BOOST_TEST(text_at(data_of(ask("GET", path)), "name") == "Other");
  BOOST_TEST(ask("DELETE", path).status == 200);
  BOOST_TEST(ask("GET", path).status == 404);
}

BOOST_AUTO_TEST_CASE(a_voice_of_the_model_speaks_once_it_is_active) {
  const std::string order =
      R"({"mode":"professional","audio":[{"type":"url","url":"https://example.com/a.mp3"}],"name":"Ada"})";
  const Response made = ask("POST", "/v3/models/audio/voices", order);
  BOOST_TEST(made.status == 202);
  const std::string voice = text_at(data_of(made), "voice_id");
  const std::string speech = R"({"text":"one two","voice_id":")" + voice + "\"}";
  BOOST_TEST(ask("POST", "/v3/models/audio/tts", speech).status == 409);
  BOOST_TEST(ask("DELETE", "/v3/models/audio/voices/" + voice).status == 409);
  clock.advance(milliseconds(2000));
  BOOST_TEST(text_at(data_of(ask("GET", "/v3/models/audio/voices/" + voice)), "status") == "ACTIVE");
  const std::string url = text_at(data_of(ask("POST", "/v3/models/audio/tts", speech)), "audio_url");
  BOOST_TEST(ask("GET", url.substr(url.find("/files/"))).status == 200);
  for (int i = 0; i < 2; ++i) BOOST_TEST(ask("DELETE", "/v3/models/audio/voices/" + voice).status == 200);
  BOOST_TEST(ask("GET", "/v3/models/audio/voices/" + voice).status == 404);
  BOOST_TEST(items_in(page_at("/v3/models/audio/voices")->get("data")).empty());
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
