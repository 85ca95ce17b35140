// SPDX-License-Identifier: Apache-2.0
#include "sdk/sandbox/api/records.hpp"

namespace heygen::sandbox {

Record& Records::add(const std::string& id, const Object& facts, std::int64_t created_at) {
  Record record;
  record.sequence = ++last_;
  record.id = id;
  record.facts = facts;
  record.created_at = created_at;
  sequences_[id] = last_;
  return records_.emplace(last_, std::move(record)).first->second;
}

Record* Records::find(const std::string& id) {
  const auto found = sequences_.find(id);
  return found == sequences_.end() ? nullptr : &records_.at(found->second);
}

bool Records::remove(const std::string& id) {
  const auto found = sequences_.find(id);
  if (found == sequences_.end()) return false;
  records_.erase(found->second);
  sequences_.erase(found);
  return true;
}

}  // namespace heygen::sandbox
