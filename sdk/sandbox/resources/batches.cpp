// SPDX-License-Identifier: Apache-2.0
#include "sdk/sandbox/resources/batches.hpp"

#include <algorithm>
#include <map>

#include "sdk/sandbox/base/text.hpp"
#include "sdk/sandbox/resources/resources.hpp"

namespace heygen::sandbox {
namespace {

constexpr std::size_t kMost = 100;

struct Item {
  std::size_t index;
  std::string id;
  std::string status;  ///< a word of kBatchWords, or not_found
};

std::string status_of(const Account& account, const BatchKind& kind, const Record* job) {
  if (job == nullptr) return "not_found";
  return std::string(kBatchWords.at(static_cast<std::size_t>(kind.phase(account, *job))));
}

std::vector<Item> items_of(Account& account, const BatchKind& kind, const Record& batch) {
  std::vector<Item> items;
  for (const Var& id : items_in(batch.facts->get("jobs"))) {
    const Record* job = (account.*kind.jobs.records).find(text_in(id));
    items.push_back({items.size(), text_in(id), status_of(account, kind, job)});
  }
  return items;
}

/// A batch completes with its last job, whatever came of each; it has failed when all of them have.
std::string batch_status(const std::vector<Item>& items) {
  const auto is = [](std::string_view word) { return [word](const Item& item) { return item.status == word; }; };
  if (std::any_of(items.begin(), items.end(), is("queued")) ||
      std::any_of(items.begin(), items.end(), is("processing")))
    return "processing";
  return std::all_of(items.begin(), items.end(), is("failed")) ? "failed" : "completed";
}

Var error_of_item(const std::string& status) {
  if (status == "failed") return object({{"code", "sandbox_failure"}, {"message", "It was asked to fail."}});
  if (status == "not_found") return object({{"code", "not_found"}, {"message", "It was deleted since."}});
  return {};
}

Object show_item(const Item& item) {
  const bool gone = item.status == "not_found";
  return object({{"item_index", static_cast<std::int64_t>(item.index)},
                 {"status", gone ? "failed" : item.status},
                 {"video_id", gone ? Var() : Var(item.id)},
                 {"error", error_of_item(item.status)}});
}

Object show_status(const Item& item, const Var& batch) {
  return object({{"video_id", item.id},
                 {"status", item.status},
                 {"batch_id", batch},
                 {"item_index", batch.isEmpty() ? Var() : Var(static_cast<std::int64_t>(item.index))},
                 {"error", error_of_item(item.status == "not_found" ? "" : item.status)}});
}

Object count(const std::vector<Item>& items) {
  std::map<std::string, std::int64_t> counts;
  for (const Item& item : items) ++counts[item.status == "not_found" ? "failed" : item.status];
  Object out = object();
  for (const auto& [status, number] : counts) out->set(status, number);
  return out;
}

std::vector<std::string> listed(const Form& query, std::string_view name) {
  std::vector<std::string> ids;
  for (const std::string& part : split(query.get(name), ',')) {
    if (const std::string id = Poco::trim(part); !id.empty()) ids.push_back(id);
  }
  if (ids.size() > kMost) throw Invalid{std::string(name), std::string(name) + " takes at most 100 ids."};
  return ids;
}

}  // namespace

Phase job_phase(const Account& account, const Record& job) {
  return account.phase(job);
}

const Record& add_batch(Account& account, const BatchKind& kind, const Object& order, const List& jobs,
                        const std::string& id) {
  Object facts = (object({{"title", order->get("title")}, {"jobs", jobs}}));
  const bool furniture = !id.empty();
  Record& batch =
      (account.*kind.batches).add(furniture ? id : account.new_id(), facts, furniture ? in_january(0) : account.now());
  if (furniture) return batch;
  account.watch(batch.id, [&account, &kind, id = batch.id]() -> std::optional<std::string> {
    const Record* found = (account.*kind.batches).find(id);
    const std::string status = batch_status(items_of(account, kind, *found));
    return status == "processing" ? std::nullopt : std::optional<std::string>("batch.finished");
  });
  return batch;
}

const Record& start_batch(Call& call, const BatchKind& kind) {
  check(call.body, {{kind.orders, Field::Kind::list, true, {}, 1, kMost},
                    {"title", Field::Kind::text},
                    {"callback_url", Field::Kind::address}});
  const std::vector<Var> orders = items_in(call.body->get(std::string(kind.orders)));
  for (std::size_t i = 0; i < orders.size(); ++i) {
    const std::string where = std::string(kind.orders) + '.' + std::to_string(i);
    if (!is_object(orders[i])) throw Invalid{where, where + " must be an object."};
    kind.check(object_in(orders[i]), where + '.');
  }
  check_references(call.account, call.body);
  List jobs = list();
  for (const Var& order : orders) {
    for (const std::string& id : kind.start(call.account, object_in(order))) jobs->add(id);
  }
  return add_batch(call.account, kind, call.body, jobs);
}

const Record& find_batch(Call& call, const BatchKind& kind, const std::string& id, const std::string& param) {
  const Record* batch = (call.account.*kind.batches).find(id);
  if (batch == nullptr) throw Refused{not_found({"batch", kind.batches, nullptr}, id, param)};
  return *batch;
}

Response create_batch(Call& call, const BatchKind& kind) {
  const std::string& id = start_batch(call, kind).id;
  return data_response(object({{"batch_id", id}, {"status", "processing"}}), kind.status);
}

Response get_batch(Call& call, const BatchKind& kind) {
  const Record& batch = find_batch(call, kind, call.values.at(0));
  const Page page = read_page(call.query, kMost, kMost);
  const std::vector<Item> items = items_of(call.account, kind, batch);
  const std::size_t first = std::min<std::size_t>(page.after, items.size());
  const std::size_t last = std::min(first + page.limit, items.size());
  List shown = list();
  for (std::size_t i = first; i < last; ++i) shown->add(show_item(items[i]));
  const bool more = last < items.size();
  return data_response(object({{"batch_id", batch.id},
                               {"title", batch.facts->get("title")},
                               {"status", batch_status(items)},
                               {"created_at", batch.created_at},
                               {"total_items", static_cast<std::int64_t>(items.size())},
                               {"counts_by_status", count(items)},
                               {"items", shown},
                               {"has_more", more},
                               {"next_token", more ? Var(write_cursor(last)) : Var()}}));
}

Response list_statuses(Call& call, const BatchKind& kind) {
  const std::vector<std::string> ids = listed(call.query, kind.ids);
  const std::vector<std::string> batches = listed(call.query, "batch_ids");
  if (ids.empty() && batches.empty()) {
    throw Invalid{std::string(kind.ids), "Name ids in " + std::string(kind.ids) + ", in batch_ids, or in both."};
  }
  List shown = list();
  for (const std::string& id : ids) {
    const Record* job = (call.account.*kind.jobs.records).find(id);
    shown->add(show_status({0, id, status_of(call.account, kind, job)}, {}));
  }
  for (const std::string& id : batches) {
    const Record& batch = find_batch(call, kind, id, "batch_ids");
    for (const Item& item : items_of(call.account, kind, batch)) shown->add(show_status(item, id));
  }
  return json_response(200, object({{"data", shown}, {"has_more", false}, {"next_token", Var()}}));
}

}  // namespace heygen::sandbox
