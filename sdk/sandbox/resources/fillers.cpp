// SPDX-License-Identifier: Apache-2.0
// Videos without filler words and pauses: /v3/filler-word-removals.
#include <array>

#include "sdk/sandbox/resources/resources.hpp"

namespace heygen::sandbox {
namespace {

using Kind = Field::Kind;

Object show_filler_removal(Account& account, const Record& record) {
  constexpr std::array<int, 4> kProgress{0, 55, 100, 55};
  constexpr double kLength = 180;
  constexpr double kKept = 151.2;
  const Phase phase = account.phase(record);
  const auto once_done = [&](const Var& value) { return phase == Phase::completed ? value : Var(); };
  return object({{"id", record.id},
                 {"title", record.facts->get("title")},
                 {"status", account.status(record, kJobWords)},
                 {"progress", kProgress.at(static_cast<std::size_t>(phase))},
                 {"created_at", record.created_at},
                 {"video_url", once_done(account.file(record.id + ".mp4"))},
                 {"thumbnail_url", once_done(account.file(record.id + ".png"))},
                 {"num_cuts", once_done(23)},
                 {"original_duration", once_done(rounded(kLength))},
                 {"output_duration", once_done(rounded(kKept))},
                 {"reduction_pct", once_done(rounded(100 * (kLength - kKept) / kLength))},
                 {"callback_id", record.facts->get("callback_id")},
                 {"failure_message", phase == Phase::failed ? Var("This job was asked to fail.") : Var()}});
}

constexpr Resource kFillerRemovals{"filler word removal", &Account::fillers, show_filler_removal};

Response create_filler_removal(Call& call) {
  check(call.body, {{"video", Kind::link, true}, {"title"}, {"callback_id"}, {"callback_url", Kind::address}});
  check_references(call.account, call.body);
  const Record& job =
      call.account.start(call.account.fillers, call.body, text_at(call.body, "title"), "filler_word_removal");
  return data_response(object({{"id", job.id}, {"status", "pending"}}));
}

void furnish_fillers(Account& account) {
  account.add_finished(account.fillers, "filler_word_removal_123", object({{"title", "Talk, tightened"}}),
                       in_january(112));
}

}  // namespace

Group fillers() {
  return {{{"POST", "/v3/filler-word-removals", create_filler_removal, Route::Body::object, Route::Key::taken},
           {"GET", "/v3/filler-word-removals/{}", get_one<kFillerRemovals>}},
          {{&Account::fillers, show_filler_removal}},
          nullptr,
          furnish_fillers};
}

}  // namespace heygen::sandbox
