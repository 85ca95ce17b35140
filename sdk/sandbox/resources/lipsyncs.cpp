// Lip movements set to a recording: /v3/lipsyncs.
#include "sdk/sandbox/resources/batches.hpp"
#include "sdk/sandbox/resources/resources.hpp"

namespace heygen::sandbox {
namespace {

using Kind = Field::Kind;

json::Value show_lipsync(Account& account, const Record& record) {
  const json::Value& facts = record.facts;
  const bool done = account.completed(record);
  const bool failed = account.phase(record) == Phase::failed;
  const bool captioned = done && flag_of(facts, "enable_caption");
  return json::Object{{"id", record.id},
                      {"title", value_or_null(facts, "title")},
                      {"status", account.status(record, kJobWords)},
                      {"created_at", record.created_at},
                      {"duration", done ? json::Value(number(number_of(facts, "duration", 20))) : json::Value()},
                      {"video_url", done ? json::Value(account.file(record.id + ".mp4")) : json::Value()},
                      {"caption_url", captioned ? json::Value(account.file(record.id + ".srt")) : json::Value()},
                      {"callback_id", value_or_null(facts, "callback_id")},
                      {"failure_message", failed ? json::Value("This lipsync was asked to fail.") : json::Value()}};
}

constexpr Resource kLipsyncs{"lipsync", &Account::lipsyncs, show_lipsync, 10};

void check_order(const json::Value& body, const std::string& where) {
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

std::vector<std::string> start_order(Account& account, const json::Value& order) {
  return {account.start(account.lipsyncs, order, order.string_at("title")).id};
}

constexpr BatchKind kBatch{
    kLipsyncs, &Account::lipsync_batches, "lipsyncs", "lipsync_ids", 202, job_phase, check_order, start_order};

Reply create_lipsync(Call& call) {
  check_order(call.body, "");
  return data_reply(json::Object{{"lipsync_id", start_order(call.account, call.body).front()}});
}

constexpr std::string_view kFurniture = R"([
  {"id": "lipsync_1", "title": "First take", "duration": 12.4},
  {"id": "lipsync_2", "title": "Dubbed trailer", "duration": 48, "enable_caption": true},
  {"id": "lipsync_123", "title": "Greeting from the chair", "duration": 27.9}
])";

void furnish_lipsyncs(Account& account) {
  const json::Value rows = json::parse(kFurniture);
  int hours = 70;
  for (const json::Value& row : rows.as_array()) {
    account.add_finished(account.lipsyncs, row.string_at("id"), row, in_january(hours += 5));
  }
  add_batch(account, kBatch, json::Object{{"title", "Trailers"}}, {"lipsync_1", "lipsync_2"}, "batch_123");
}

}  // namespace

Group lipsyncs() {
  return {{{"GET", "/v3/lipsyncs", list_all<kLipsyncs>},
           {"POST", "/v3/lipsyncs", create_lipsync, Route::Body::object},
           {"POST", "/v3/lipsyncs/batches", create_batch_of<kBatch>, Route::Body::object},
           {"GET", "/v3/lipsyncs/batches/{}", get_batch_of<kBatch>},
           {"GET", "/v3/lipsyncs/statuses", list_statuses_of<kBatch>},
           {"GET", "/v3/lipsyncs/{}", get_one<kLipsyncs>},
           {"PATCH", "/v3/lipsyncs/{}", retitle<kLipsyncs>, Route::Body::object},
           {"DELETE", "/v3/lipsyncs/{}", remove_one<kLipsyncs>}},
          {{&Account::lipsyncs, show_lipsync}},
          nullptr,
          furnish_lipsyncs};
}

}  // namespace heygen::sandbox
