#include "sdk/sandbox/api.hpp"

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

  Reply ask(const std::string& method, const std::string& path, const std::string& body = {}) {
    Request request;
    request.method = method;
    request.path = path.substr(0, path.find('?'));
    if (path.find('?') != std::string::npos) request.query = path.substr(path.find('?') + 1);
    request.headers = {{"x-api-key", "sandbox-key"}, {"host", "127.0.0.1:8000"}};
    if (!body.empty()) request.headers["content-type"] = "application/json; charset=utf-8";
    request.body = body;
    return app.handle(request);
  }
  std::string create(const std::string& order = R"({"type":"avatar","avatar_id":"a"})") {
    return json::parse(ask("POST", "/v3/videos", order).body).find("data")->string_at("video_id");
  }
  std::string status_of(const std::string& video) {
    return json::parse(ask("GET", "/v3/videos/" + video).body).find("data")->string_at("status");
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
  const json::Value reply = json::parse(ask("GET", "/v3/videos/" + video).body);
  BOOST_TEST(reply.find_path("data.video_url")->as_string() == "http://127.0.0.1:8000/files/" + video + ".mp4");
  BOOST_TEST(*reply.find_path("data.completed_at")->to_int64() - *reply.find_path("data.created_at")->to_int64() == 2);
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
  const std::string video = create(R"({"type":"avatar","avatar_id":"a","output_format":"webm"})");
  clock.advance(milliseconds(2000));
  BOOST_TEST(ask("GET", "/files/" + video + ".webm").body.substr(0, 4) == "\x1a\x45\xdf\xa3");
}

BOOST_AUTO_TEST_CASE(a_page_survives_the_deletion_of_a_video_before_it) {
  const std::string first = create();
  const std::string second = create();
  const std::string third = create();
  const json::Value page = json::parse(ask("GET", "/v3/videos?limit=1").body);
  BOOST_TEST(page.find("data")->as_array()[0].string_at("id") == third);
  ask("DELETE", "/v3/videos/" + third);
  const json::Value next = json::parse(ask("GET", "/v3/videos?limit=1&token=" + page.string_at("next_token")).body);
  BOOST_TEST(next.find("data")->as_array()[0].string_at("id") == second);
}

BOOST_AUTO_TEST_CASE(a_full_last_page_has_no_more) {
  create();
  create();
  const json::Value page = json::parse(ask("GET", "/v3/videos?limit=2").body);
  BOOST_TEST(!page.find("has_more")->as_bool());
  BOOST_TEST(page.find("next_token")->is_null());
}

BOOST_AUTO_TEST_CASE(ids_are_taken_from_the_path_decoded_and_shown_without_control_characters) {
  const Reply reply = ask("GET", "/v3/videos/%1b%5b31m");
  BOOST_TEST(reply.status == 404);
  BOOST_TEST(reply.body.find('\x1b') == std::string::npos);
  BOOST_TEST(reply.body.find("\\u001b") == std::string::npos);
  BOOST_TEST(ask("GET", "/v3/videos/").status == 404);
}

BOOST_AUTO_TEST_CASE(an_event_appears_when_its_job_ends_and_only_once) {
  const auto events = [&] { return json::parse(ask("GET", "/v3/webhooks/events").body).find("data")->as_array(); };
  const std::string video = create();
  clock.advance(milliseconds(1999));
  BOOST_TEST(events().empty());
  clock.advance(milliseconds(1));
  BOOST_TEST(events().size() == 1);
  BOOST_TEST(events()[0].string_at("event_type") == "avatar_video.success");
  const std::string deleted = create();
  ask("DELETE", "/v3/videos/" + deleted);
  clock.advance(milliseconds(2000));
  BOOST_TEST(events().size() == 1);
}

BOOST_AUTO_TEST_CASE(an_upload_slot_expires_after_an_hour) {
  const Reply reply =
      ask("POST", "/v3/assets/direct-uploads", R"({"filename":"a.png","content_type":"image/png","size_bytes":0})");
  BOOST_TEST(reply.status == 400);
  const json::Value made = json::parse(
      ask("POST", "/v3/assets/direct-uploads", R"({"filename":"a.png","content_type":"image/png","size_bytes":1})")
          .body);
  const std::string url = made.find("data")->string_at("upload_url");
  const std::string path = url.substr(std::string("http://127.0.0.1:8000").size());
  BOOST_TEST(ask("PUT", path).status == 400);  // another Content-Type
  clock.advance(std::chrono::hours(1));
  BOOST_TEST(ask("PUT", path).status == 403);
}

BOOST_AUTO_TEST_CASE(a_page_of_another_list_is_no_page_of_this_one_but_does_no_harm) {
  BOOST_TEST(ask("GET", "/v3/videos?token=page-18446744073709551615").status == 200);
  for (const char* token : {"page-0", "page-", "page--1", "page-18446744073709551616", "page-1x"}) {
    BOOST_TEST(ask("GET", std::string("/v3/videos?token=") + token).status == 400);
  }
}

BOOST_AUTO_TEST_CASE(text_from_outside_is_escaped_in_pages) {
  BOOST_TEST(escape_html(R"(<a href="x" title='&'>)") == "&lt;a href=&quot;x&quot; title=&#39;&amp;&#39;&gt;");
}

BOOST_AUTO_TEST_CASE(a_form_may_lead_to_the_redirect_address_and_nowhere_else) {
  const auto policy = [](const std::string& redirect) {
    for (const auto& [name, value] : page_reply(200, "", redirect).headers) {
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
