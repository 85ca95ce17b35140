// Videos without their background: /v3/background-removals.
#include "sdk/sandbox/resources/resources.hpp"

namespace heygen::sandbox {
namespace {

using Kind = Field::Kind;

json::Object layers_of(Account& account, const Record& record) {
  json::Object layers;
  const json::Value* wanted = member(record.facts, "layers");
  const json::Array all{"foreground", "mask", "background"};
  for (const json::Value& layer : wanted == nullptr || wanted->as_array().empty() ? all : wanted->as_array()) {
    layers.emplace_back(layer.as_string(), account.file(record.id + '-' + layer.as_string() + ".webm"));
  }
  return layers;
}

json::Value show_job(Account& account, const Record& record) {
  const bool done = account.completed(record);
  const bool failed = account.phase(record) == Phase::failed;
  return json::Object{{"id", record.id},
                      {"status", account.status(record, kVideoWords)},
                      {"created_at", record.created_at},
                      {"completed_at", done ? json::Value(*account.ended_at(record)) : json::Value()},
                      {"duration", done ? json::Value(18) : json::Value()},
                      {"layers", done ? layers_of(account, record) : json::Object{}},
                      {"error", failed ? json::Value("This job was asked to fail.") : json::Value()}};
}

constexpr Resource kJobs{"background removal", &Account::removals, show_job, 10};

Reply create_job(Call& call) {
  check(call.body, {{"video", Kind::asset, true},
                    {"layers", Kind::texts, false, {"foreground", "mask", "background"}},
                    {"request_id"},
                    {"title"}});
  Account& account = call.account;
  if (const std::string request = call.body.string_at("request_id"); !request.empty()) {
    for (const auto& [sequence, job] : account.removals.all()) {  // the same request twice is one job
      if (job.facts.string_at("request_id") == request) return data_reply(show_job(account, job));
    }
  }
  return data_reply(show_job(account, account.start(account.removals, call.body, call.body.string_at("title"))));
}

Reply delete_job(Call& call) {
  const std::string id = find(call, kJobs).id;
  call.account.removals.remove(id);
  return data_reply(json::Object{{"id", id}, {"deleted", true}});
}

void furnish_removals(Account& account) {
  account.add_finished(account.removals, "job_123", json::Object{{"layers", json::Array{"foreground"}}},
                       in_january(101));
  account.add_finished(account.removals, "job_125", json::Object{}, in_january(108));
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
