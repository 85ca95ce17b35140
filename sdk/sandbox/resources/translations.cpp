// Translations of videos: /v3/video-translations, without the proofreads.
#include <algorithm>
#include <array>

#include "sdk/sandbox/resources/batches.hpp"
#include "sdk/sandbox/resources/resources.hpp"

namespace heygen::sandbox {
namespace {

using Kind = Field::Kind;

constexpr std::array<std::string_view, 42> kLanguages{
    "Arabic",    "Bengali",    "Bulgarian",  "Chinese",  "Croatian",  "Czech",     "Danish",     "Dutch",   "English",
    "Estonian",  "Filipino",   "Finnish",    "French",   "German",    "Greek",     "Hebrew",     "Hindi",   "Hungarian",
    "Icelandic", "Indonesian", "Italian",    "Japanese", "Korean",    "Latvian",   "Lithuanian", "Malay",   "Norwegian",
    "Persian",   "Polish",     "Portuguese", "Romanian", "Serbian",   "Slovak",    "Slovenian",  "Spanish", "Swahili",
    "Swedish",   "Tamil",      "Thai",       "Turkish",  "Ukrainian", "Vietnamese"};

json::Value show_translation(Account& account, const Record& record) {
  const json::Value& facts = record.facts;
  const bool done = account.completed(record);
  const bool failed = account.phase(record) == Phase::failed;
  const bool sound_only = flag_of(facts, "translate_audio_only");
  const bool captioned = done && flag_of(facts, "enable_caption");
  const auto link = [&](bool holds, const char* end) {
    return holds ? json::Value(account.file(record.id + end)) : json::Value();
  };
  return json::Object{{"id", record.id},
                      {"title", value_or_null(facts, "title")},
                      {"status", account.status(record, kJobWords)},
                      {"created_at", record.created_at},
                      {"duration", done ? json::Value(number(number_of(facts, "duration", 30))) : json::Value()},
                      {"input_language", value_or_null(facts, "input_language")},
                      {"output_language", value_or_null(facts, "output_language")},
                      {"translate_audio_only", sound_only},
                      {"video_url", link(done && !sound_only, ".mp4")},
                      {"audio_url", link(done, ".wav")},
                      {"srt_caption_url", link(captioned, ".srt")},
                      {"vtt_caption_url", link(captioned, ".vtt")},
                      {"callback_id", value_or_null(facts, "callback_id")},
                      {"failure_message", failed ? json::Value("This translation was asked to fail.") : json::Value()}};
}

constexpr Resource kTranslations{"video translation", &Account::translations, show_translation, 10};

void check_order(const json::Value& body, const std::string& where) {
  check(body,
        {{"video", Kind::link, true},
         {"output_languages", Kind::texts, true},
         {"title"},
         {"audio", Kind::link},
         {"srt", Kind::link},
         {"srt_role", Kind::text, false, {"input", "output"}},
         {"mode", Kind::text, false, {"speed", "precision"}},
         {"fps_mode", Kind::text, false, {"vfr", "cfr", "passthrough"}},
         {"start_time", Kind::number, false, {}, 0},
         {"end_time", Kind::number, false, {}, 0},
         {"speaker_num", Kind::integer, false, {}, 0},
         {"enable_caption", Kind::flag},
         {"enable_watermark", Kind::flag},
         {"translate_audio_only", Kind::flag},
         {"stock_voice_config", Kind::object},
         {"callback_url", Kind::address}},
        where);
  check_languages(*body.find("output_languages"), where);
}

std::vector<std::string> start_order(Account& account, const json::Value& order) {
  std::vector<std::string> ids;
  for (const json::Value& language : order.find("output_languages")->as_array()) {
    ids.push_back(start_translation(account, order, language.as_string()).id);
  }
  return ids;
}

constexpr BatchKind kBatch{kTranslations,
                           &Account::translation_batches,
                           "video_translations",
                           "video_translation_ids",
                           202,
                           job_phase,
                           check_order,
                           start_order};

Reply create_translation(Call& call) {
  check_order(call.body, "");
  json::Array ids;
  for (std::string& id : start_order(call.account, call.body)) ids.emplace_back(std::move(id));
  return data_reply(json::Object{{"video_translation_ids", std::move(ids)}});
}

// NOLINTNEXTLINE(readability-non-const-parameter): a row of the routes like the others
Reply list_languages(Call&) {
  return data_reply(json::Object{{"languages", json::Array(kLanguages.begin(), kLanguages.end())}});
}

constexpr std::string_view kFurniture = R"([
  {"id": "translation_1", "title": "Welcome to the team", "output_language": "French", "duration": 42.5},
  {"id": "translation_2", "title": "Welcome to the team", "output_language": "Japanese", "duration": 42.5},
  {"id": "translation_3", "title": "Fire drill, in two minutes", "output_language": "Polish", "duration": 121,
   "translate_audio_only": true},
  {"id": "translation_123", "title": "Product tour", "output_language": "Spanish", "duration": 74.6,
   "enable_caption": true}
])";

void furnish_translations(Account& account) {
  const json::Value rows = json::parse(kFurniture);
  int hours = 50;
  for (const json::Value& row : rows.as_array()) {
    json::Value facts = row;
    facts.set("input_language", "English");
    account.add_finished(account.translations, row.string_at("id"), std::move(facts), in_january(hours += 7));
  }
  add_batch(account, kBatch, json::Object{{"title", "Welcome, everywhere"}}, {"translation_1", "translation_2"},
            "batch_123");
}

}  // namespace

void check_languages(const json::Value& list, const std::string& where) {
  for (const json::Value& language : list.as_array()) {
    if (std::find(kLanguages.begin(), kLanguages.end(), language.as_string()) == kLanguages.end()) {
      throw Invalid{where + "output_languages",
                    "One of output_languages is not offered. GET /v3/video-translations/languages lists them."};
    }
  }
}

Record& start_translation(Account& account, json::Value facts, const std::string& language) {
  facts.set("output_language", language);
  if (facts.string_at("input_language").empty()) facts.set("input_language", "English");
  const std::string title = facts.string_at("title");
  return account.start(account.translations, std::move(facts), title, "video_translate");
}

Group translations() {
  return {{{"GET", "/v3/video-translations", list_all<kTranslations>},
           {"POST", "/v3/video-translations", create_translation, Route::Body::object},
           {"POST", "/v3/video-translations/batches", create_batch_of<kBatch>, Route::Body::object},
           {"GET", "/v3/video-translations/batches/{}", get_batch_of<kBatch>},
           {"GET", "/v3/video-translations/languages", list_languages},
           {"GET", "/v3/video-translations/statuses", list_statuses_of<kBatch>},
           {"GET", "/v3/video-translations/{}", get_one<kTranslations>},
           {"PATCH", "/v3/video-translations/{}", retitle<kTranslations>, Route::Body::object},
           {"DELETE", "/v3/video-translations/{}", remove_one<kTranslations>}},
          {{&Account::translations, show_translation}},
          nullptr,
          furnish_translations};
}

}  // namespace heygen::sandbox
