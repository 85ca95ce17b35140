// SPDX-License-Identifier: Apache-2.0
// Videos: /v3/videos.
#include <Poco/String.h>

#include <algorithm>
#include <array>

#include "sdk/sandbox/base/text.hpp"
#include "sdk/sandbox/resources/batches.hpp"
#include "sdk/sandbox/resources/resources.hpp"

namespace heygen::sandbox {
namespace {

using Kind = Field::Kind;

constexpr Resource kVideos{"video", &Account::videos, show_video, 10};

void check_voice(const Object& body, const std::string& where) {
  check(body, {{"script"}, {"voice_id"}, {"audio_url"}, {"audio_asset_id"}, {"voice_settings", Kind::object}}, where);
  check(object_in(body->get("voice_settings")),
        {{"speed", Kind::number, false, {}, 0.5, 1.5},
         {"pitch", Kind::number, false, {}, -50, 50},
         {"volume", Kind::number, false, {}, 0, 1}},
        where + "voice_settings.");
}

int count_given(const Object& body, std::initializer_list<const char*> names) {
  return static_cast<int>(
      std::count_if(names.begin(), names.end(), [&](const char* name) { return !body->isNull(name); }));
}

/// At most one of a script and two kinds of recording; exactly one where `needed`.
void check_speech(const Object& body, const std::string& where, bool needed = false) {
  check_voice(body, where);
  const int sources = count_given(body, {"script", "audio_url", "audio_asset_id"});
  if (sources > 1 || (needed && sources == 0)) {
    throw Invalid{where + "script", "Give one of script, audio_url, audio_asset_id."};
  }
}

/// A script needs a voice where no avatar brings its own.
void check_script_has_voice(const Object& body, const std::string& where) {
  if (!text_at(body, "script").empty()) check(body, {{"voice_id", Kind::text, true}}, where);
}

void check_background(const Object& body, const std::string& where) {
  check(body, {{"background", Kind::object}}, where);
  if (body->isNull("background")) return;
  const Object background = object_in(body->get("background"));
  const std::string place = where + "background.";
  check(background, {{"type", Kind::text, true}, {"value"}, {"url"}, {"asset_id"}}, place);
  if (text_at(background, "type") == "color") check(background, {{"value", Kind::text, true}}, place);
  if (count_given(background, {"url", "asset_id"}) > 1) throw Invalid{place + "url", "Give one of url, asset_id."};
  if (text_at(body, "output_format") == "webm") {
    throw Invalid{where + "background", "A webm video is transparent: it takes no background."};
  }
}

double spoken_duration(const Object& body) {
  const double words = static_cast<double>(words_of(text_at(body, "script")).size());
  return std::max(1.0, words * kSecondsPerWord);
}

void check_common(const Object& body, const std::string& where) {
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
  check(object_in(body->get("watermark")), {{"opacity", Kind::number, false, {}, 0, 1}}, where + "watermark.");
  check_background(body, where);
}

void check_avatar(const Object& body, const std::string& where) {
  check(body, {{"avatar_id", Kind::text, true}, {"motion_prompt"}, {"remove_background", Kind::flag}}, where);
  check_speech(body, where);
}

void check_image(const Object& body, const std::string& where) {
  check(body, {{"image", Kind::asset, true}}, where);
  check_speech(body, where);
  check_script_has_voice(body, where);
}

void check_cinematic(const Object& body, const std::string& where) {
  check(body,
        {{"prompt", Kind::text, true},
         {"avatar_id", Kind::texts, true, {}, 1, 3},
         {"references", Kind::list},
         {"duration", Kind::integer, false, {}, 4, 15},
         {"auto_duration", Kind::flag}},
        where);
  if (flag_at(body, "auto_duration") && !body->isNull("duration")) {
    throw Invalid{where + "duration", "duration and auto_duration exclude each other."};
  }
}

void check_studio(const Object& body, const std::string& where) {
  check(body, {{"scenes", Kind::list, true, {}, 1, 50}}, where);
  const std::vector<Var> scenes = items_in(body->get("scenes"));
  for (std::size_t i = 0; i < scenes.size(); ++i) {
    const std::string scene = where + "scenes." + std::to_string(i) + '.';
    const Object part = object_in(scenes[i]);
    check(part, {{"type", Kind::text, true, {"avatar_video", "image", "video"}}}, scene);
    if (text_at(part, "type") == "avatar_video") {
      check(part, {{"input", Kind::object, true}}, scene);
      const Object input = object_in(part->get("input"));
      check(input, {{"avatar_id", Kind::text, true}}, scene + "input.");
      check_speech(input, scene + "input.", true);
    } else {
      check(part, {{"source", Kind::asset, true}, {"duration", Kind::number, false, {}, 0, 300}}, scene);
      check_speech(part, scene);
      check_script_has_voice(part, scene);
    }
    if (text_at(part, "type") == "image" &&
        count_given(part, {"duration", "script", "audio_url", "audio_asset_id"}) != 1) {
      throw Invalid{scene + "duration", "Give one of duration, script, audio_url, audio_asset_id."};
    }
    const Object playback = object_in(part->get("playback"));
    check(playback,
          {{"volume", Kind::number, false, {}, 0, 1}, {"mode", Kind::text, false, {"freeze", "loop", "fit_to_scene"}}},
          scene + "playback.");
  }
}

void check_order(const Object& body, const std::string& where) {
  struct Type {
    std::string_view name;
    void (*check)(const Object&, const std::string&);
  };
  constexpr std::array<Type, 4> kTypes{{{"avatar", check_avatar},
                                        {"image", check_image},
                                        {"cinematic_avatar", check_cinematic},
                                        {"studio", check_studio}}};
  check(body, {{"type", Kind::text, true, {kTypes[0].name, kTypes[1].name, kTypes[2].name, kTypes[3].name}}}, where);
  for (const Type& type : kTypes) {
    if (type.name == text_at(body, "type")) type.check(body, where);
  }
  check_common(body, where);
}

double duration_of(const Object& order) {
  const std::string type = text_at(order, "type");
  if (type == "studio") return 5.0 * static_cast<double>(items_in(order->get("scenes")).size());
  if (type == "cinematic_avatar") return number_at(order, "duration", 10);
  return spoken_duration(order);
}

std::vector<std::string> start_order(Account& account, const Object& order) {
  return {start_video(account, order, duration_of(order)).id};
}

constexpr BatchKind kVideoBatch{kVideos,    &Account::video_batches, "videos", "video_ids", 200, job_phase, check_order,
                                start_order};

Response create_video(Call& call) {
  check_order(call.body, "");
  check_references(call.account, call.body);
  const Record& video = start_video(call.account, call.body, duration_of(call.body));
  return data_response(object(
      {{"video_id", video.id}, {"status", "pending"}, {"output_format", text_at(video.facts, "output_format")}}));
}

Response list_videos(Call& call) {
  const std::string title = Poco::toLower(call.query.get("title"));
  const std::string directory = call.query.get("folder_id");
  return page_of(call, kVideos, [&](const Record& video) {
    return (directory.empty() || text_at(video.facts, "folder_id") == directory) &&
           Poco::toLower(text_at(video.facts, "title")).find(title) != std::string::npos;
  });
}

Response delete_video(Call& call) {
  const std::string id = find(call, kVideos).id;
  call.account.videos.remove(id);
  return data_response(object({{"id", id}, {"deleted", true}}));
}

constexpr std::string_view kVideoFurniture = R"([
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
  int hours = 0;
  for (const Object& row : parse_rows(kVideoFurniture)) {
    Record& video = account.add_finished(account.videos, text_at(row, "id"), row, in_january(hours));
    if (text_at(video.facts, "output_format").empty()) video.facts->set("output_format", "mp4");
    video.fails = text_at(video.facts, "title").rfind("sandbox-fail", 0) == 0;
    hours += 19;
  }
  add_batch(account, kVideoBatch, object({{"title", "Onboarding, all parts"}}), list({"video_1", "video_2", "video_5"}),
            "batch_123");
}

}  // namespace

Record& start_video(Account& account, const Object& order, double duration, const std::string& event) {
  Object facts = copy_of(order);
  if (text_at(facts, "output_format").empty()) facts->set("output_format", "mp4");
  facts->set("duration", rounded(duration));
  const std::string title = text_at(facts, "title");
  return account.start(account.videos, facts, title, event);
}

Object show_video(Account& account, const Record& record) {
  const Object& facts = record.facts;
  const Phase phase = account.phase(record);
  const bool done = phase == Phase::completed;
  const bool failed = phase == Phase::failed;
  const bool captioned =
      done && !facts->isNull("caption") && !(facts->get("caption").isBoolean() && !flag_at(facts, "caption"));
  const auto when = [](bool holds, const Var& value) { return holds ? value : Var(); };
  const auto link = [&](bool holds, const std::string& end) { return when(holds, account.file(record.id + end)); };
  const std::string format = '.' + text_at(facts, "output_format");
  return object(
      {{"id", record.id},
       {"title", facts->get("title")},
       {"status", account.status(record, kVideoWords)},
       {"created_at", record.created_at},
       {"completed_at", done ? Var(*account.ended_at(record)) : Var()},
       {"duration", when(done, facts->get("duration"))},
       {"video_url", link(done, format)},
       {"captioned_video_url", link(captioned, "-captioned" + format)},
       {"subtitle_url", link(captioned, ".srt")},
       {"thumbnail_url", link(done, ".png")},
       {"gif_url", link(done, ".gif")},
       {"video_page_url", Var()},
       {"folder_id", facts->get("folder_id")},
       {"output_language", facts->get("output_language")},
       {"failure_code", when(failed, "sandbox_failure")},
       {"failure_message", when(failed, "This video was asked to fail: its title starts with sandbox-fail.")}});
}

Group videos() {
  return {{{"GET", "/v3/videos", list_videos},
           {"POST", "/v3/videos", create_video, Route::Body::object, Route::Key::taken},
           {"POST", "/v3/videos/batches", create_batch_of<kVideoBatch>, Route::Body::object, Route::Key::taken},
           {"GET", "/v3/videos/batches/{}", get_batch_of<kVideoBatch>},
           {"GET", "/v3/videos/statuses", list_statuses_of<kVideoBatch>},
           {"GET", "/v3/videos/{}", get_one<kVideos>},
           {"GET", "/v3/videos/{}/scenes", get_scenes},
           {"DELETE", "/v3/videos/{}", delete_video}},
          {{&Account::videos, show_video}},
          nullptr,
          furnish_videos};
}

}  // namespace heygen::sandbox
