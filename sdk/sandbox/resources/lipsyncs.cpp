// SPDX-License-Identifier: Apache-2.0
// Lip movements set to a recording: /v3/lipsyncs.
#include "sdk/sandbox/resources/batches.hpp"
#include "sdk/sandbox/resources/resources.hpp"

namespace heygen::sandbox {
namespace {

using Kind = Field::Kind;

Object show_lipsync(Account& account, const Record& record) {
  const Object& facts = record.facts;
  const bool done = account.completed(record);
  const bool failed = account.phase(record) == Phase::failed;
  const bool captioned = done && flag_at(facts, "enable_caption");
  return object({{"id", record.id},
                 {"title", facts->get("title")},
                 {"status", account.status(record, kJobWords)},
                 {"created_at", record.created_at},
                 {"duration", done ? Var(rounded(number_at(facts, "duration", 20))) : Var()},
                 {"video_url", done ? Var(account.file(record.id + ".mp4")) : Var()},
                 {"caption_url", captioned ? Var(account.file(record.id + ".srt")) : Var()},
                 {"callback_id", facts->get("callback_id")},
                 {"failure_message", failed ? Var("This lipsync was asked to fail.") : Var()}});
}

constexpr Resource kLipsyncs{"lipsync", &Account::lipsyncs, show_lipsync, 10};

void check_lipsync(const Object& body, const std::string& where) {
  check(body,
        {{"video", Kind::link, true},
         {"audio", Kind::link, true},
         {"title"},
         {"mode", Kind::text, false, {"speed", "precision"}},
         {"fps_mode"},
         {"start_time", Kind::number, false, {}, 0},
         {"end_time", Kind::number, false, {}, 0},
         {"enable_caption", Kind::flag},
         {"enable_watermark", Kind::flag},
         {"callback_url", Kind::address}},
        where);
}

std::vector<std::string> start_lipsync(Account& account, const Object& order) {
  return {account.start(account.lipsyncs, order, text_at(order, "title")).id};
}

constexpr BatchKind kLipsyncBatch{
    kLipsyncs, &Account::lipsync_batches, "lipsyncs", "lipsync_ids", 202, job_phase, check_lipsync, start_lipsync};

Response create_lipsync(Call& call) {
  check_lipsync(call.body, "");
  check_references(call.account, call.body);
  return data_response(object({{"lipsync_id", start_lipsync(call.account, call.body).front()}}));
}

constexpr std::string_view kLipsyncFurniture = R"([
  {"id": "lipsync_1", "title": "First take", "duration": 12.4},
  {"id": "lipsync_2", "title": "Dubbed trailer", "duration": 48, "enable_caption": true},
  {"id": "lipsync_123", "title": "Greeting from the chair", "duration": 27.9}
])";

void furnish_lipsyncs(Account& account) {
  int hours = 70;
  for (const Object& row : parse_rows(kLipsyncFurniture)) {
    account.add_finished(account.lipsyncs, text_at(row, "id"), row, in_january(hours += 5));
  }
  add_batch(account, kLipsyncBatch, object({{"title", "Trailers"}}), list({"lipsync_1", "lipsync_2"}), "batch_123");
}

}  // namespace

Group lipsyncs() {
  return {{{"GET", "/v3/lipsyncs", list_all<kLipsyncs>},
           {"POST", "/v3/lipsyncs", create_lipsync, Route::Body::object, Route::Key::taken},
           {"POST", "/v3/lipsyncs/batches", create_batch_of<kLipsyncBatch>, Route::Body::object, Route::Key::taken},
           {"GET", "/v3/lipsyncs/batches/{}", get_batch_of<kLipsyncBatch>},
           {"GET", "/v3/lipsyncs/statuses", list_statuses_of<kLipsyncBatch>},
           {"GET", "/v3/lipsyncs/{}", get_one<kLipsyncs>},
           {"PATCH", "/v3/lipsyncs/{}", retitle<kLipsyncs>, Route::Body::object},
           {"DELETE", "/v3/lipsyncs/{}", remove_one<kLipsyncs>}},
          {{&Account::lipsyncs, show_lipsync}},
          nullptr,
          furnish_lipsyncs};
}

}  // namespace heygen::sandbox
