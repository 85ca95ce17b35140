// SPDX-License-Identifier: Apache-2.0
// HeyGen's models, called directly: /v3/models.
#include <tuple>

#include "sdk/sandbox/base/text.hpp"
#include "sdk/sandbox/resources/resources.hpp"

namespace heygen::sandbox {
namespace {

using Kind = Field::Kind;

constexpr PhaseWords kModelVoiceWords{"PENDING", "PENDING", "ACTIVE", "FAILED"};
constexpr PhaseWords kImageWords{"pending", "pending", "completed", "failed"};
constexpr std::string_view kVoiceModel = "heygen-voice-1";
constexpr std::string_view kImageModel = "heygen-image-1";
constexpr std::string_view kVideoModel = "heygen-video-1";
constexpr std::int64_t kSeed = 20260112;

// ---- voices and speech

Object show_voice_of_model(Account& account, const Record& record) {
  const Object& facts = record.facts;
  const bool failed = account.phase(record) == Phase::failed;
  return object({{"voice_id", record.id},
                 {"name", text_at(facts, "name")},
                 {"mode", text_at(facts, "mode")},
                 {"language", facts->get("language")},
                 {"status", account.status(record, kModelVoiceWords)},
                 {"failure_reason", failed ? Var("TRAINING_FAILED") : Var()},
                 {"created_at", record.created_at}});
}

constexpr Resource kModelVoices{"voice", &Account::model_voices, show_voice_of_model, 10};

bool is_deleted(const Record& voice) {
  return flag_at(voice.facts, "deleted");
}

Record& find_voice(Call& call) {
  Record& voice = find(call, kModelVoices);
  if (is_deleted(voice)) throw Refused{not_found(kModelVoices, voice.id)};
  return voice;
}

Response get_voice(Call& call) {
  return data_response(show_voice_of_model(call.account, find_voice(call)));
}

Response list_model_voices(Call& call) {
  return page_of(call, kModelVoices, [](const Record& voice) { return !is_deleted(voice); });
}

/// Asked for twice, it is as deleted as before.
Response delete_model_voice(Call& call) {
  Record& voice = find(call, kModelVoices);
  const bool pending = call.account.status(voice, kModelVoiceWords) == "PENDING";
  if (!is_deleted(voice) && pending && text_at(voice.facts, "mode") == "professional") {
    throw Refused{api_error(409, "voice_not_ready", "The voice is still in training.")};
  }
  voice.facts->set("deleted", true);
  return data_response(object({{"status", "ok"}}));
}

void check_recordings(const Object& body, double most) {
  check(body, {{"audio", Kind::list, true, {}, 1, most}});
  const std::vector<Var> recordings = items_in(body->get("audio"));
  for (std::size_t i = 0; i < recordings.size(); ++i) {
    const std::string name = std::to_string(i);
    check(object({{name, recordings[i]}}), {{name, Kind::asset, true}}, "audio.");
  }
}

Response create_model_voice(Call& call) {
  const Object& body = call.body;
  check(body, {{"mode", Kind::text, true, {"professional", "instant"}}, {"name"}, {"language"}});
  const bool instant = text_at(body, "mode") == "instant";
  if (instant) {
    check(body, {{"name", Kind::text, true},
                 {"gender", Kind::text, false, {"male", "female"}},
                 {"age", Kind::text, false, {"young", "old"}},
                 {"similarity", Kind::text, false, {"medium", "high", "mel", "extra_high", "max"}},
                 {"remove_background_noise", Kind::flag}});
  }
  check_recordings(body, instant ? 1 : 100);
  check_references(call.account, object({{"audio", body->get("audio")}}));
  Account& account = call.account;
  if (const std::string again = text_at(body, "voice_id"); !instant && !again.empty()) {
    Record* voice = account.model_voices.find(again);
    if (voice == nullptr || is_deleted(*voice)) throw Refused{not_found(kModelVoices, again, "voice_id")};
    return data_response(object({{"voice_id", voice->id}, {"status", "PENDING"}}), 202);
  }
  const std::string name = text_at(body, "name");
  Object facts = object({{"name", name.empty() ? "My voice" : name},
                         {"mode", text_at(body, "mode")},
                         {"language", body->get("language")}});
  const Record& voice = account.start(account.model_voices, facts, name);
  return data_response(object({{"voice_id", voice.id}, {"status", "PENDING"}}), 202);
}

Response speak(Call& call) {
  check(call.body, {{"text", Kind::text, true},
                    {"voice_id", Kind::text, true},
                    {"model", Kind::text, false, {kVoiceModel}},
                    {"language"},
                    {"seed", Kind::integer},
                    {"speed", Kind::number, false, {}, 0.1, 10},
                    {"pitch_shift", Kind::number},
                    {"pitch_variance", Kind::number},
                    {"expressiveness_boost", Kind::number, false, {}, 0, 1}});
  Account& account = call.account;
  const std::string id = text_at(call.body, "voice_id");
  const Record* voice = account.model_voices.find(id);
  if (voice == nullptr || is_deleted(*voice)) throw Refused{not_found(kModelVoices, id, "voice_id")};
  if (account.status(*voice, kModelVoiceWords) != "ACTIVE") {
    throw Refused{api_error(409, "voice_not_ready", "The voice is not ACTIVE yet.", "voice_id")};
  }
  const auto words = static_cast<double>(words_of(text_at(call.body, "text")).size());
  const double seconds = rounded(words * kSecondsPerWord / number_at(call.body, "speed", 1));
  const Record& speech = account.speeches.add(account.new_id(), object({{"duration", seconds}}), account.now());
  return data_response(object({{"audio_url", account.file(speech.id + ".wav")}, {"duration", seconds}}));
}

// ---- images

List images_of(Account& account, const Record& record) {
  List images = list();
  for (int i = 1; i <= static_cast<int>(number_at(record.facts, "num_images", 1)); ++i) {
    const std::string file = record.id + "-" + std::to_string(i);
    images->add(object({{"image_id", file},
                        {"image_url", account.file(file + ".png")},
                        {"width", 1024},
                        {"height", 1024},
                        {"seed", kSeed + i}}));
  }
  return images;
}

Object show_images(Account& account, const Record& record) {
  const Phase phase = account.phase(record);
  const bool failed = phase == Phase::failed;
  return object({{"generation_id", record.id},
                 {"status", account.status(record, kImageWords)},
                 {"model", kImageModel},
                 {"num_images", static_cast<std::int64_t>(number_at(record.facts, "num_images", 1))},
                 {"created_at", record.created_at},
                 {"images", phase == Phase::completed ? images_of(account, record) : list()},
                 {"failure_code", failed ? Var("generation_failed") : Var()},
                 {"failure_message", failed ? Var("This generation was asked to fail.") : Var()}});
}

constexpr Resource kModelImages{"generation", &Account::model_images, show_images};

Response create_images(Call& call) {
  check(call.body,
        {{"model", Kind::text, true, {kImageModel}},
         {"mode", Kind::text, false, {"identity_remix"}},
         {"identity_images", Kind::list, true, {}, 1, 5},
         {"reference_images", Kind::list, true, {}, 1, 1},
         {"num_images", Kind::integer, false, {}, 1, 5},
         {"seed", Kind::integer},
         {"aspect_ratio", Kind::text, false, {"1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9"}}});
  check_references(call.account, call.body);
  const Record& images = call.account.start(call.account.model_images, call.body, "");
  return data_response(object({{"generation_id", images.id}, {"status", "pending"}}), 202);
}

// ---- videos

Object show_clip(Account& account, const Record& record) {
  const Object& facts = record.facts;
  const Phase phase = account.phase(record);
  const bool failed = phase == Phase::failed;
  const auto once_done = [&](const Var& value) { return phase == Phase::completed ? value : Var(); };
  const auto seconds = static_cast<std::int64_t>(number_at(facts, "duration", 5));
  return object({{"video_id", record.id},
                 {"status", account.status(record, kVideoWords)},
                 {"model", kVideoModel},
                 {"created_at", record.created_at},
                 {"aspect_ratio", facts->get("aspect_ratio")},
                 {"video_url", once_done(account.file(record.id + ".mp4"))},
                 {"duration", once_done(seconds)},
                 {"width", once_done(1344)},
                 {"height", once_done(768)},
                 {"seed", once_done(kSeed)},
                 {"timings", once_done(object({{"inference", rounded(41.5)}}))},
                 {"failure_code", failed ? Var("generation_failed") : Var()},
                 {"failure_message", failed ? Var("This video was asked to fail.") : Var()}});
}

constexpr Resource kModelVideos{"video", &Account::model_videos, show_clip};

Response create_clip(Call& call) {
  const Object& body = call.body;
  check(body, {{"mode", Kind::text, true, {"text_to_video", "image_to_video", "reference_to_video"}},
               {"model", Kind::text, true, {kVideoModel}},
               {"prompt", Kind::text, true, {}, 1, 16000},
               {"duration", Kind::integer, false, {}, 5, 15},
               {"resolution", Kind::text, false, {"480p", "768p", "1080p", "2k"}},
               {"aspect_ratio", Kind::text, false, {"21:9", "16:9", "4:3", "1:1", "3:4", "9:16", "adaptive"}},
               {"prompt_enhancement", Kind::text, false, {"turbo", "quality", "default", "disabled"}},
               {"reference_images", Kind::list, false, {}, 0, 9},
               {"reference_videos", Kind::list, false, {}, 0, 3},
               {"reference_audio", Kind::list, false, {}, 0, 3},
               {"seed", Kind::integer},
               {"callback_url", Kind::address}});
  if (text_at(body, "mode") == "image_to_video") check(body, {{"image", Kind::asset, true}});
  std::size_t references = 0;
  for (const char* list : {"reference_images", "reference_videos", "reference_audio"}) {
    references += items_in(body->get(list)).size();
  }
  if (references > 12) throw Invalid{"reference_images", "A request takes at most 12 references."};
  const std::string size = text_at(body, "resolution");
  const std::string ratio = text_at(body, "aspect_ratio");
  const bool wide = ratio == "16:9" || ratio == "9:16" || (ratio.empty() && text_at(body, "mode") == "text_to_video");
  if ((size == "1080p" || size == "2k") && text_at(body, "mode") != "image_to_video" && !wide) {
    throw Invalid{"resolution", "resolution 1080p and 2k need an aspect_ratio of 16:9 or 9:16."};
  }
  check_references(call.account, call.body);
  const Record& clip = call.account.start(call.account.model_videos, body, text_at(body, "prompt"));
  return data_response(object({{"video_id", clip.id}, {"status", "pending"}}), 202);
}

void furnish_models(Account& account) {
  for (const auto& [id, name, mode] : {std::tuple("voice_123", "Alex, my own voice", "professional"),
                                       std::tuple("voice_125", "Ada, from one recording", "instant")}) {
    account.add_finished(account.model_voices, id, object({{"name", name}, {"mode", mode}, {"language", "en"}}),
                         in_january(120));
  }
  account.add_finished(account.model_images, "generation_123", object({{"num_images", 2}}), in_january(122));
  account.add_finished(account.model_videos, "video_123", object({{"duration", 8}, {"aspect_ratio", "16:9"}}),
                       in_january(124));
}

}  // namespace

Group models() {
  constexpr auto kObject = Route::Body::object;
  return {{{"POST", "/v3/models/audio/tts", speak, kObject},
           {"GET", "/v3/models/audio/voices", list_model_voices},
           {"POST", "/v3/models/audio/voices", create_model_voice, kObject, Route::Key::taken},
           {"GET", "/v3/models/audio/voices/{}", get_voice},
           {"DELETE", "/v3/models/audio/voices/{}", delete_model_voice},
           {"POST", "/v3/models/images", create_images, kObject, Route::Key::taken},
           {"GET", "/v3/models/images/{}", get_one<kModelImages>},
           {"POST", "/v3/models/videos", create_clip, kObject, Route::Key::taken},
           {"GET", "/v3/models/videos/{}", get_one<kModelVideos>}},
          {{&Account::model_images, show_images}, {&Account::model_videos, show_clip}},
          nullptr,
          furnish_models};
}

}  // namespace heygen::sandbox
