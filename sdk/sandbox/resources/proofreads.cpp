// Proofreads, the drafts of translations that a person may correct: /v3/video-translations/proofreads.
#include "sdk/sandbox/resources/resources.hpp"

namespace heygen::sandbox {
namespace {

using Kind = Field::Kind;

json::Value show_proofread(Account& account, const Record& record) {
  const json::Value& facts = record.facts;
  const bool failed = account.phase(record) == Phase::failed;
  return json::Object{{"id", record.id},
                      {"title", value_or_null(facts, "title")},
                      {"status", account.status(record, kPlainWords)},
                      {"created_at", record.created_at},
                      {"input_language", "English"},
                      {"output_language", value_or_null(facts, "output_language")},
                      {"submitted_for_review", flag_of(facts, "corrected")},
                      {"failure_message", failed ? json::Value("This proofread was asked to fail.") : json::Value()}};
}

json::Value show_subtitles(Account& account, const Record& record) {
  return json::Object{{"srt_url", account.file(record.id + ".srt")},
                      {"original_srt_url", account.file(record.id + "-original.srt")}};
}

constexpr Resource kProofreads{"proofread", &Account::proofreads, show_proofread};

/// The proofread of the call, once it is completed.
Record& ready(Call& call) {
  Record& record = find(call, kProofreads);
  if (!call.account.completed(record)) {
    throw Refused{api_error(409, "proofread_not_ready", "The proofread is not completed yet.")};
  }
  return record;
}

Reply create_proofreads(Call& call) {
  check(call.body, {{"video", Kind::link, true},
                    {"title", Kind::text, true},
                    {"output_languages", Kind::texts, true},
                    {"srt", Kind::link},
                    {"mode", Kind::text, false, {"speed", "precision"}},
                    {"speaker_num", Kind::integer, false, {}, 0},
                    {"disable_music_track", Kind::flag},
                    {"enable_speech_enhancement", Kind::flag},
                    {"enable_video_stretching", Kind::flag}});
  check_languages(*call.body.find("output_languages"), "");
  json::Array ids;
  for (const json::Value& language : call.body.find("output_languages")->as_array()) {
    json::Value facts = call.body;
    facts.set("output_language", language);
    ids.emplace_back(
        call.account.start(call.account.proofreads, facts, facts.string_at("title"), "proofread_creation").id);
  }
  return data_reply(json::Object{{"proofread_ids", std::move(ids)}, {"status", "processing"}});
}

Reply get_subtitles(Call& call) {
  return data_reply(show_subtitles(call.account, ready(call)));
}

Reply replace_subtitles(Call& call) {
  check(call.body, {{"srt", Kind::link, true}});
  Record& record = ready(call);
  record.facts.set("corrected", true);
  return data_reply(show_proofread(call.account, record));
}

Reply generate_video(Call& call) {
  check(call.body, {{"captions", Kind::flag}, {"translate_audio_only", Kind::flag}, {"callback_url", Kind::address}});
  const Record& record = ready(call);
  json::Value facts = call.body;
  facts.set("title", value_or_null(record.facts, "title"));
  facts.set("enable_caption", flag_of(call.body, "captions"));
  const Record& made = start_translation(call.account, std::move(facts), record.facts.string_at("output_language"));
  return data_reply(json::Object{{"video_translation_id", made.id}, {"status", "processing"}});
}

void furnish_proofreads(Account& account) {
  account.add_finished(account.proofreads, "proofread_123",
                       json::Object{{"title", "Product tour"}, {"output_language", "Spanish"}}, in_january(60));
}

}  // namespace

Group proofreads() {
  return {{{"POST", "/v3/video-translations/proofreads", create_proofreads, Route::Body::object},
           {"GET", "/v3/video-translations/proofreads/{}", get_one<kProofreads>},
           {"POST", "/v3/video-translations/proofreads/{}/generate", generate_video, Route::Body::object},
           {"GET", "/v3/video-translations/proofreads/{}/srt", get_subtitles},
           {"PUT", "/v3/video-translations/proofreads/{}/srt", replace_subtitles, Route::Body::object}},
          {{&Account::proofreads, show_subtitles}},
          nullptr,
          furnish_proofreads};
}

}  // namespace heygen::sandbox
