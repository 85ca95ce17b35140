// SPDX-License-Identifier: Apache-2.0
#include "sdk/sandbox/api/account.hpp"

#include "sdk/sandbox/http/digest.hpp"

namespace heygen::sandbox {

Account::Account(std::string issuer, const Settings& settings, const Clock& clock, Random& random)
    : issuer_(std::move(issuer)), settings_(settings), clock_(clock), random_(random) {}

std::string Account::new_id() {
  return random_id(random_);
}

std::string Account::new_secret(std::string_view prefix) {
  return random_token(random_, prefix);
}

Record& Account::start(Records& records, const Object& facts, const std::string& name, const std::string& event) {
  Record& record = records.add(new_id(), facts, clock_.now());
  record.since = clock_.monotonic();
  record.delay = settings_.job_delay;
  record.fails = name.rfind("sandbox-fail", 0) == 0;
  if (event.empty()) return record;
  watch(record.id, [this, &records, id = record.id, event]() -> std::optional<std::string> {
    const Record* job = records.find(id);
    if (job == nullptr) return "";
    if (!ended_at(*job)) return std::nullopt;
    return event + (completed(*job) ? ".success" : ".fail");
  });
  return record;
}

Record& Account::add_finished(Records& records, const std::string& id, const Object& facts, std::int64_t created_at) {
  constexpr std::chrono::seconds kTook{94};
  Record& record = records.add(id, facts, created_at);
  record.delay = kTook;
  record.since = clock_.monotonic() - record.delay;
  return record;
}

Phase Account::phase(const Record& record) const {
  const auto age = clock_.monotonic() - record.since;
  if (age >= record.delay) return record.fails ? Phase::failed : Phase::completed;
  return age >= record.delay / 4 ? Phase::processing : Phase::pending;
}

std::string Account::status(const Record& record, const PhaseWords& words) const {
  return std::string(words.at(static_cast<std::size_t>(phase(record))));
}

std::optional<std::int64_t> Account::ended_at(const Record& record) const {
  const Phase now = phase(record);
  if (now != Phase::completed && now != Phase::failed) return std::nullopt;
  return record.created_at + std::chrono::duration_cast<std::chrono::seconds>(record.delay).count();
}

void Account::watch(const std::string& entity, Outcome outcome) {
  watches_.push_back({entity, std::move(outcome)});
}

void Account::settle() {
  std::erase_if(watches_, [this](const Watch& watch) {
    const std::optional<std::string> event = watch.outcome();
    if (event && !event->empty()) {
      events.add(new_id(), object({{"event_type", *event}, {"entity_id", watch.entity}}), clock_.now());
    }
    return event.has_value();
  });
}

}  // namespace heygen::sandbox
