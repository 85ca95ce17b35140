// SPDX-License-Identifier: Apache-2.0
// Videos without their background: /v3/background-removals.
#include "sdk/sandbox/resources/resources.hpp"

namespace heygen::sandbox {
namespace {

using Kind = Field::Kind;

Object layers_of(Account& account, const Record& record) {
  Object layers = object();
  std::vector<Var> wanted = items_in(record.facts->get("layers"));
  if (wanted.empty()) wanted = {"foreground", "mask", "background"};
  for (const Var& layer : wanted) {
    layers->set(text_in(layer), account.file(record.id + '-' + text_in(layer) + ".webm"));
  }
  return layers;
}

Object show_job(Account& account, const Record& record) {
  const bool done = account.completed(record);
  const bool failed = account.phase(record) == Phase::failed;
  return object({{"id", record.id},
                 {"status", account.status(record, kVideoWords)},
                 {"created_at", record.created_at},
                 {"completed_at", done ? Var(*account.ended_at(record)) : Var()},
                 {"duration", done ? Var(18) : Var()},
                 {"layers", done ? layers_of(account, record) : object()},
                 {"error", failed ? Var("This job was asked to fail.") : Var()}});
}

constexpr Resource kJobs{"background removal", &Account::removals, show_job, 10};

Response create_job(Call& call) {
  check(call.body, {{"video", Kind::asset, true},
                    {"layers", Kind::texts, false, {"foreground", "mask", "background"}},
                    {"request_id"},
                    {"title"}});
  Account& account = call.account;
  if (const std::string request = text_at(call.body, "request_id"); !request.empty()) {
    for (const auto& [sequence, job] : account.removals.all()) {  // the same request twice is one job
      if (text_at(job.facts, "request_id") == request) return data_response(show_job(account, job));
    }
  }
  return data_response(show_job(account, account.start(account.removals, call.body, text_at(call.body, "title"))));
}

Response delete_job(Call& call) {
  const std::string id = find(call, kJobs).id;
  call.account.removals.remove(id);
  return data_response(object({{"id", id}, {"deleted", true}}));
}

void furnish_removals(Account& account) {
  account.add_finished(account.removals, "job_123", object({{"layers", list({"foreground"})}}), in_january(101));
  account.add_finished(account.removals, "job_125", object(), in_january(108));
}

}  // namespace

Group background_removals() {
  return {{{"GET", "/v3/background-removals", list_all<kJobs>},
           {"POST", "/v3/background-removals", create_job, Route::Body::object},
           {"GET", "/v3/background-removals/{}", get_one<kJobs>},
           {"DELETE", "/v3/background-removals/{}", delete_job}},
          {{&Account::removals, show_job}},
          nullptr,
          furnish_removals};
}

}  // namespace heygen::sandbox
