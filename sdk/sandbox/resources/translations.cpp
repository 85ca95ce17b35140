// SPDX-License-Identifier: Apache-2.0
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

Object show_translation(Account& account, const Record& record) {
  const Object& facts = record.facts;
  const bool done = account.completed(record);
  const bool failed = account.phase(record) == Phase::failed;
  const bool sound_only = flag_at(facts, "translate_audio_only");
  const bool captioned = done;  // whether enable_caption asked for it or not
  const auto link = [&](bool holds, const char* end) { return holds ? Var(account.file(record.id + end)) : Var(); };
  return object({{"id", record.id},
                 {"title", facts->get("title")},
                 {"status", account.status(record, kJobWords)},
                 {"created_at", record.created_at},
                 {"duration", done ? Var(rounded(number_at(facts, "duration", 30))) : Var()},
                 {"input_language", facts->get("input_language")},
                 {"output_language", facts->get("output_language")},
                 {"translate_audio_only", sound_only},
                 {"video_url", link(done && !sound_only, ".mp4")},
                 {"audio_url", link(done, ".wav")},
                 {"srt_caption_url", link(captioned, ".srt")},
                 {"vtt_caption_url", link(captioned, ".vtt")},
                 {"callback_id", facts->get("callback_id")},
                 {"failure_message", failed ? Var("This translation was asked to fail.") : Var()}});
}

constexpr Resource kTranslations{"video translation", &Account::translations, show_translation, 10};

void check_translation(const Object& body, const std::string& where) {
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
  check_languages(body, where);
}

std::vector<std::string> start_translations(Account& account, const Object& order) {
  std::vector<std::string> ids;
  for (const Var& language : items_in(order->get("output_languages"))) {
    ids.push_back(start_translation(account, order, text_in(language)).id);
  }
  return ids;
}

constexpr BatchKind kTranslationBatch{kTranslations,
                                      &Account::translation_batches,
                                      "video_translations",
                                      "video_translation_ids",
                                      202,
                                      job_phase,
                                      check_translation,
                                      start_translations};

Response create_translation(Call& call) {
  check_translation(call.body, "");
  check_references(call.account, call.body);
  List ids = list();
  for (const std::string& id : start_translations(call.account, call.body)) ids->add(id);
  return data_response(object({{"video_translation_ids", ids}}));
}

// NOLINTNEXTLINE(readability-non-const-parameter): a row of the routes like the others
Response list_languages(Call&) {
  List languages = list();
  for (const std::string_view language : kLanguages) languages->add(std::string(language));
  return data_response(object({{"languages", languages}}));
}

constexpr std::string_view kTranslationFurniture = R"([
  {"id": "translation_1", "title": "Welcome to the team", "output_language": "French", "duration": 42.5},
  {"id": "translation_2", "title": "Welcome to the team", "output_language": "Japanese", "duration": 42.5},
  {"id": "translation_3", "title": "Fire drill, in two minutes", "output_language": "Polish", "duration": 121,
   "translate_audio_only": true},
  {"id": "translation_123", "title": "Product tour", "output_language": "Spanish", "duration": 74.6,
   "enable_caption": true}
])";

void furnish_translations(Account& account) {
  int hours = 50;
  for (const Object& row : parse_rows(kTranslationFurniture)) {
    Object facts = row;
    facts->set("input_language", "English");
    account.add_finished(account.translations, text_at(row, "id"), facts, in_january(hours += 7));
  }
  add_batch(account, kTranslationBatch, object({{"title", "Welcome, everywhere"}}),
            list({"translation_1", "translation_2"}), "batch_123");
}

}  // namespace

void check_languages(const Object& order, const std::string& where) {
  for (const Var& language : items_in(order->get("output_languages"))) {
    if (std::find(kLanguages.begin(), kLanguages.end(), text_in(language)) == kLanguages.end()) {
      throw Invalid{where + "output_languages",
                    "One of output_languages is not offered. GET /v3/video-translations/languages lists them."};
    }
  }
}

Record& start_translation(Account& account, const Object& order, const std::string& language) {
  Object facts = copy_of(order);
  facts->set("output_language", language);
  if (text_at(facts, "input_language").empty()) facts->set("input_language", "English");
  const std::string title = text_at(facts, "title");
  return account.start(account.translations, facts, title, "video_translate");
}

Group translations() {
  return {{{"GET", "/v3/video-translations", list_all<kTranslations>},
           {"POST", "/v3/video-translations", create_translation, Route::Body::object, Route::Key::taken},
           {"POST", "/v3/video-translations/batches", create_batch_of<kTranslationBatch>, Route::Body::object,
            Route::Key::taken},
           {"GET", "/v3/video-translations/batches/{}", get_batch_of<kTranslationBatch>},
           {"GET", "/v3/video-translations/languages", list_languages},
           {"GET", "/v3/video-translations/statuses", list_statuses_of<kTranslationBatch>},
           {"GET", "/v3/video-translations/{}", get_one<kTranslations>},
           {"PATCH", "/v3/video-translations/{}", retitle<kTranslations>, Route::Body::object},
           {"DELETE", "/v3/video-translations/{}", remove_one<kTranslations>}},
          {{&Account::translations, show_translation}},
          nullptr,
          furnish_translations};
}

}  // namespace heygen::sandbox
