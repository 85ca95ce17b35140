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

Object show_removal(Account& account, const Record& record) {
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

constexpr Resource kRemovals{"background removal", &Account::removals, show_removal, 10};

Response create_removal(Call& call) {
  check(call.body, {{"video", Kind::asset, true},
                    {"layers", Kind::texts, false, {"foreground", "mask", "background"}},
                    {"request_id"},
                    {"title"}});
  check_references(call.account, call.body);
  Account& account = call.account;
  if (const std::string request = text_at(call.body, "request_id"); !request.empty()) {
    for (const auto& [sequence, job] : account.removals.all()) {  // the same request twice is one job
      if (text_at(job.facts, "request_id") == request) return data_response(show_removal(account, job));
    }
  }
  return data_response(show_removal(account, account.start(account.removals, call.body, text_at(call.body, "title"))));
}

Response delete_removal(Call& call) {
  const std::string id = find(call, kRemovals).id;
  call.account.removals.remove(id);
  return data_response(object({{"id", id}, {"deleted", true}}));
}

void furnish_removals(Account& account) {
  account.add_finished(account.removals, "job_123", object({{"layers", list({"foreground"})}}), in_january(101));
  account.add_finished(account.removals, "job_125", object(), in_january(108));
}

}  // namespace

Group background_removals() {
  return {{{"GET", "/v3/background-removals", list_all<kRemovals>},
           {"POST", "/v3/background-removals", create_removal, Route::Body::object},
           {"GET", "/v3/background-removals/{}", get_one<kRemovals>},
           {"DELETE", "/v3/background-removals/{}", delete_removal}},
          {{&Account::removals, show_removal}},
          nullptr,
          furnish_removals};
}

}  // namespace heygen::sandbox
