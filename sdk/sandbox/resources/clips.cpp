// SPDX-License-Identifier: Apache-2.0
// Short clips cut out of a long video: /v3/ai-clipping.
#include <array>

#include "sdk/sandbox/resources/resources.hpp"

namespace heygen::sandbox {
namespace {

using Kind = Field::Kind;

List clips_of(Account& account, const Record& record) {
  struct Row {
    const char* title;
    double seconds;
    int score;
  };
  constexpr std::array<Row, 3> kRows{{{"The question that changed the plan", 31.5, 91},
                                      {"Why we said no", 44, 78},
                                      {"One thing to take home", 58.2, 66}}};
  List clips = list();
  for (const Row& row : kRows) {
    const std::string id = record.id + "_clip_" + std::to_string(clips->size() + 1);
    const std::string file = record.id + "-clip-" + std::to_string(clips->size() + 1);
    clips->add(object({{"id", id},
                       {"title", row.title},
                       {"status", "completed"},
                       {"aspect_ratio", "portrait"},
                       {"duration_seconds", rounded(row.seconds)},
                       {"virality_score", row.score},
                       {"video_url", account.file(file + ".mp4")},
                       {"thumbnail_url", account.file(file + ".png")},
                       {"failure_message", Var()}}));
  }
  return clips;
}

Object show_clipping(Account& account, const Record& record) {
  constexpr std::array<int, 4> kProgress{0, 40, 100, 0};
  const Object& facts = record.facts;
  const Phase phase = account.phase(record);
  const bool done = phase == Phase::completed;
  return object({{"id", record.id},
                 {"title", facts->get("title")},
                 {"status", account.status(record, kJobWords)},
                 {"progress", kProgress.at(static_cast<std::size_t>(phase))},
                 {"created_at", record.created_at},
                 {"input_language", facts->get("input_language")},
                 {"source_duration", done ? Var(1284) : Var()},
                 {"output_settings", facts->get("output_settings")},
                 {"clips", done ? clips_of(account, record) : list()},
                 {"callback_id", facts->get("callback_id")},
                 {"failure_message", phase == Phase::failed ? Var("This job was asked to fail.") : Var()}});
}

constexpr Resource kClippings{"clipping job", &Account::clips, show_clipping, 10};

Response create_clipping(Call& call) {
  check(call.body, {{"video", Kind::link, true},
                    {"title"},
                    {"input_language"},
                    {"output_settings", Kind::object},
                    {"callback_id"},
                    {"callback_url", Kind::address}});
  if (!call.body->isNull("output_settings")) {
    check(object_in(call.body->get("output_settings")),
          {{"aspect_ratio", Kind::text, false, {"landscape", "portrait", "square"}},
           {"captions", Kind::flag},
           {"caption_style"},
           {"duration_types", Kind::texts, false, {"30", "60", "180", "long"}},
           {"prompt", Kind::text, false, {}, 0, 500}},
          "output_settings.");
  }
  check_references(call.account, call.body);
  const Record& job = call.account.start(call.account.clips, call.body, text_at(call.body, "title"), "ai_clipping");
  return data_response(object({{"id", job.id}, {"status", "pending"}}));
}

void furnish_clips(Account& account) {
  account.add_finished(account.clips, "job_123", object({{"title", "Best moments"}, {"input_language", "en"}}),
                       in_january(90));
  account.add_finished(account.clips, "job_124", object({{"title", "Panel on housing"}}), in_january(97));
}

}  // namespace

Group clips() {
  return {{{"GET", "/v3/ai-clipping", list_all<kClippings>},
           {"POST", "/v3/ai-clipping", create_clipping, Route::Body::object, Route::Key::taken},
           {"GET", "/v3/ai-clipping/{}", get_one<kClippings>},
           {"DELETE", "/v3/ai-clipping/{}", remove_one<kClippings>}},
          {{&Account::clips, show_clipping}},
          nullptr,
          furnish_clips};
}

}  // namespace heygen::sandbox
