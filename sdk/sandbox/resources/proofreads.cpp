// SPDX-License-Identifier: Apache-2.0
// Proofreads, the drafts of translations that the user may correct: /v3/video-translations/proofreads.
#include "sdk/sandbox/resources/resources.hpp"

namespace heygen::sandbox {
namespace {

using Kind = Field::Kind;

Object show_proofread(Account& account, const Record& record) {
  const Object& facts = record.facts;
  const bool failed = account.phase(record) == Phase::failed;
  return object({{"id", record.id},
                 {"title", facts->get("title")},
                 {"status", account.status(record, kPlainWords)},
                 {"created_at", record.created_at},
                 {"input_language", "English"},
                 {"output_language", facts->get("output_language")},
                 {"submitted_for_review", flag_at(facts, "corrected")},
                 {"failure_message", failed ? Var("This proofread was asked to fail.") : Var()}});
}

Object show_subtitles(Account& account, const Record& record) {
  return object(
      {{"srt_url", account.file(record.id + ".srt")}, {"original_srt_url", account.file(record.id + "-original.srt")}});
}

constexpr Resource kProofreads{"proofread", &Account::proofreads, show_proofread, 10};

/// The proofread of the call, once it is completed.
Record& ready(Call& call) {
  Record& record = find(call, kProofreads);
  if (!call.account.completed(record)) {
    throw Refused{api_error(409, "proofread_not_ready", "The proofread is not completed yet.")};
  }
  return record;
}

Response create_proofreads(Call& call) {
  check(call.body, {{"video", Kind::link, true},
                    {"title", Kind::text, true},
                    {"output_languages", Kind::texts, true},
                    {"srt", Kind::link},
                    {"mode", Kind::text, false, {"speed", "precision"}},
                    {"speaker_num", Kind::integer, false, {}, 0},
                    {"disable_music_track", Kind::flag},
                    {"enable_speech_enhancement", Kind::flag},
                    {"enable_video_stretching", Kind::flag}});
  check_references(call.account, call.body);
  check_languages(call.body, "");
  List ids = list();
  for (const Var& language : items_in(call.body->get("output_languages"))) {
    Object facts = copy_of(call.body);
    facts->set("output_language", language);
    ids->add(call.account.start(call.account.proofreads, facts, text_at(facts, "title"), "proofread_creation").id);
  }
  return data_response(object({{"proofread_ids", ids}, {"status", "processing"}}));
}

Response get_subtitles(Call& call) {
  return data_response(show_subtitles(call.account, ready(call)));
}

Response replace_subtitles(Call& call) {
  check(call.body, {{"srt", Kind::link, true}});
  check_references(call.account, call.body);
  Record& record = ready(call);
  record.facts->set("corrected", true);
  return data_response(show_proofread(call.account, record));
}

Response generate_video(Call& call) {
  check(call.body, {{"captions", Kind::flag}, {"translate_audio_only", Kind::flag}, {"callback_url", Kind::address}});
  const Record& record = ready(call);
  Object facts = call.body;
  facts->set("title", record.facts->get("title"));
  facts->set("enable_caption", flag_at(call.body, "captions"));
  const Record& made = start_translation(call.account, facts, text_at(record.facts, "output_language"));
  return data_response(object({{"video_translation_id", made.id}, {"status", "processing"}}));
}

void furnish_proofreads(Account& account) {
  account.add_finished(account.proofreads, "proofread_123",
                       object({{"title", "Product tour"}, {"output_language", "Spanish"}}), in_january(60));
}

}  // namespace

Group proofreads() {
  return {{{"GET", "/v3/video-translations/proofreads", list_all<kProofreads>},
           {"POST", "/v3/video-translations/proofreads", create_proofreads, Route::Body::object, Route::Key::taken},
           {"GET", "/v3/video-translations/proofreads/{}", get_one<kProofreads>},
           {"DELETE", "/v3/video-translations/proofreads/{}", remove_one<kProofreads>},
           {"POST", "/v3/video-translations/proofreads/{}/generate", generate_video, Route::Body::object,
            Route::Key::taken},
           {"GET", "/v3/video-translations/proofreads/{}/srt", get_subtitles},
           {"PUT", "/v3/video-translations/proofreads/{}/srt", replace_subtitles, Route::Body::object}},
          {{&Account::proofreads, show_subtitles}},
          nullptr,
          furnish_proofreads};
}

}  // namespace heygen::sandbox
