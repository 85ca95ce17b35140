// Videos: /v3/videos.
#include <algorithm>
#include <array>

#include "core/base/text.hpp"
#include "sdk/sandbox/resources/batches.hpp"
#include "sdk/sandbox/resources/resources.hpp"

namespace heygen::sandbox {
namespace {

using Kind = Field::Kind;

constexpr double kSecondsPerWord = 0.4;

constexpr Resource kVideos{"video", &Account::videos, show_video, 10};

/// At most one of a script and two kinds of recording; exactly one where `needed`.
void check_speech(const json::Value& body, const std::string& where, bool needed = false) {
  check(body, {{"script"}, {"voice_id"}, {"audio_url"}, {"audio_asset_id"}, {"voice_settings", Kind::object}}, where);
  int sources = 0;
  for (const char* name : {"script", "audio_url", "audio_asset_id"}) sources += body.string_at(name).empty() ? 0 : 1;
  if (sources > 1 || (needed && sources == 0)) {
    throw Invalid{where + "script", "Give one of script, audio_url, audio_asset_id."};
  }
}

double spoken_duration(const json::Value& body) {
  const double words = static_cast<double>(words_of(body.string_at("script")).size());
  return std::max(1.0, words * kSecondsPerWord);
}

void check_common(const json::Value& body, const std::string& where) {
  check(body,
        {{"title"},
         {"callback_id"},
         {"callback_url", Kind::address},
         {"caption", Kind::object},
         {"output_format", Kind::text, false, {"mp4", "webm"}},
         {"resolution", Kind::text, false, {"4k", "1080p", "720p"}},
         {"aspect_ratio", Kind::text, false, {"16:9", "9:16", "4:5", "5:4", "1:1", "auto"}},
         {"fit", Kind::text, false, {"contain", "cover"}},
         {"expressiveness", Kind::text, false, {"high", "medium", "low"}}},
        where);
}

void check_avatar(const json::Value& body, const std::string& where) {
  check(body, {{"avatar_id", Kind::text, true}, {"motion_prompt"}, {"remove_background", Kind::flag}}, where);
  check_speech(body, where);
}

void check_image(const json::Value& body, const std::string& where) {
  check(body, {{"image", Kind::asset, true}}, where);
  check_speech(body, where);
  if (!body.string_at("script").empty()) check(body, {{"voice_id", Kind::text, true}}, where);
}

void check_cinematic(const json::Value& body, const std::string& where) {
  check(body,
        {{"prompt", Kind::text, true},
         {"avatar_id", Kind::texts, true, {}, 1, 3},
         {"references", Kind::list},
         {"duration", Kind::integer, false, {}, 4, 15}},
        where);
}

void check_studio(const json::Value& body, const std::string& where) {
  check(body, {{"scenes", Kind::list, true, {}, 1, 50}}, where);
  const json::Array& scenes = body.find("scenes")->as_array();
  for (std::size_t i = 0; i < scenes.size(); ++i) {
    const std::string scene = where + "scenes." + std::to_string(i) + '.';
    check(scenes[i], {{"type", Kind::text, true, {"avatar_video", "image", "video"}}}, scene);
    if (scenes[i].string_at("type") == "avatar_video") {
      check(scenes[i], {{"input", Kind::object, true}}, scene);
    } else {
      check(scenes[i], {{"source", Kind::asset, true}}, scene);
    }
  }
}

void check_order(const json::Value& body, const std::string& where) {
  struct Type {
    std::string_view name;
    void (*check)(const json::Value&, const std::string&);
  };
  constexpr std::array<Type, 4> kTypes{{{"avatar", check_avatar},
                                        {"image", check_image},
                                        {"cinematic_avatar", check_cinematic},
                                        {"studio", check_studio}}};
  check(body, {{"type", Kind::text, true, {kTypes[0].name, kTypes[1].name, kTypes[2].name, kTypes[3].name}}}, where);
  for (const Type& type : kTypes) {
    if (type.name == body.string_at("type")) type.check(body, where);
  }
  check_common(body, where);
}

double duration_of(const json::Value& order) {
  const std::string type = order.string_at("type");
  if (type == "studio") return 5.0 * static_cast<double>(order.find("scenes")->as_array().size());
  if (type == "cinematic_avatar") return number_of(order, "duration", 10);
  return spoken_duration(order);
}

std::vector<std::string> start_order(Account& account, const json::Value& order) {
  return {start_video(account, order, duration_of(order)).id};
}

constexpr BatchKind kBatch{kVideos,    &Account::video_batches, "videos", "video_ids", 200, job_phase, check_order,
                           start_order};

Reply create_video(Call& call) {
  check_order(call.body, "");
  const Record& video = start_video(call.account, call.body, duration_of(call.body));
  return data_reply(json::Object{
      {"video_id", video.id}, {"status", "pending"}, {"output_format", video.facts.string_at("output_format")}});
}

Reply list_videos(Call& call) {
  const std::string title = to_lower(call.query.get("title"));
  const std::string directory = call.query.get("folder_id");
  return page_of(call, kVideos, [&](const Record& video) {
    return (directory.empty() || video.facts.string_at("folder_id") == directory) &&
           to_lower(video.facts.string_at("title")).find(title) != std::string::npos;
  });
}

Reply delete_video(Call& call) {
  const std::string id = find(call, kVideos).id;
  call.account.videos.remove(id);
  return data_reply(json::Object{{"id", id}, {"deleted", true}});
}

constexpr std::string_view kFurniture = R"([
  {"id": "video_1", "title": "Welcome to the team", "duration": 42.5},
  {"id": "video_2", "title": "How to file an expense report", "duration": 187, "folder_id": "folder_onboarding"},
  {"id": "video_3", "title": "Quartalszahlen für die Belegschaft", "duration": 96.4, "output_language": "German"},
  {"id": "video_4", "title": "製品発表のご案内", "duration": 63.2, "output_language": "Japanese"},
  {"id": "video_5", "title": "sandbox-fail: a video that was asked to fail", "duration": 12},
  {"id": "video_6", "title": "Fire drill, in two minutes", "duration": 121, "folder_id": "folder_onboarding"},
  {"id": "video_7", "title": "Café opening ☕ with Zoë and 李雷", "duration": 33.8},
  {"id": "video_8", "title": "What changed in version 4, and what you need to do before the old one is switched off",
   "duration": 264},
  {"id": "video_9", "title": "Reset your password", "duration": 58.1, "output_format": "webm"},
  {"id": "video_10", "title": null, "duration": 4.4},
  {"id": "video_11", "title": "Spring campaign: teaser", "duration": 15, "folder_id": "folder_marketing"},
  {"id": "video_123", "title": "Product tour", "duration": 74.6, "caption": {"file_format": "srt"}}
])";

void furnish_videos(Account& account) {
  const json::Value rows = json::parse(kFurniture);
  int hours = 0;
  for (const json::Value& row : rows.as_array()) {
    Record& video = account.add_finished(account.videos, row.string_at("id"), row, in_january(hours));
    if (video.facts.string_at("output_format").empty()) video.facts.set("output_format", "mp4");
    video.fails = video.facts.string_at("title").rfind("sandbox-fail", 0) == 0;
    hours += 19;
  }
  add_batch(account, kBatch, json::Object{{"title", "Onboarding, all parts"}}, {"video_1", "video_2", "video_5"},
            "batch_123");
}

}  // namespace

Record& start_video(Account& account, json::Value facts, double duration, const std::string& event) {
  if (facts.string_at("output_format").empty()) facts.set("output_format", "mp4");
  facts.set("duration", number(duration));
  const std::string title = facts.string_at("title");
  return account.start(account.videos, std::move(facts), title, event);
}

json::Value show_video(Account& account, const Record& record) {
  const json::Value& facts = record.facts;
  const Phase phase = account.phase(record);
  const bool done = phase == Phase::completed;
  const bool failed = phase == Phase::failed;
  const bool captioned = done && (member(facts, "caption") != nullptr) &&
                         !(facts.find("caption")->is_bool() && !flag_of(facts, "caption"));
  const auto when = [](bool holds, json::Value value) { return holds ? std::move(value) : json::Value(); };
  const auto link = [&](bool holds, const std::string& end) { return when(holds, account.file(record.id + end)); };
  const std::string format = '.' + facts.string_at("output_format");
  return json::Object{
      {"id", record.id},
      {"title", value_or_null(facts, "title")},
      {"status", account.status(record, kVideoWords)},
      {"created_at", record.created_at},
      {"completed_at", done ? json::Value(*account.ended_at(record)) : json::Value()},
      {"duration", when(done, value_or_null(facts, "duration"))},
      {"video_url", link(done, format)},
      {"captioned_video_url", link(captioned, "-captioned" + format)},
      {"subtitle_url", link(captioned, ".srt")},
      {"thumbnail_url", link(done, ".png")},
      {"gif_url", link(done, ".gif")},
      {"video_page_url", json::Value()},
      {"folder_id", value_or_null(facts, "folder_id")},
      {"output_language", value_or_null(facts, "output_language")},
      {"failure_code", when(failed, "sandbox_failure")},
      {"failure_message", when(failed, "This video was asked to fail: its title starts with sandbox-fail.")}};
}

Group videos() {
  return {{{"GET", "/v3/videos", list_videos},
           {"POST", "/v3/videos", create_video, Route::Body::object},
           {"POST", "/v3/videos/batches", create_batch_of<kBatch>, Route::Body::object},
           {"GET", "/v3/videos/batches/{}", get_batch_of<kBatch>},
           {"GET", "/v3/videos/statuses", list_statuses_of<kBatch>},
           {"GET", "/v3/videos/{}", get_one<kVideos>},
           {"DELETE", "/v3/videos/{}", delete_video}},
          {{&Account::videos, show_video}},
          nullptr,
          furnish_videos};
}

}  // namespace heygen::sandbox
