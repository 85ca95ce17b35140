// SPDX-License-Identifier: Apache-2.0
#include "sdk/sandbox/resources/resources.hpp"

namespace heygen::sandbox {
namespace {

const std::vector<Group>& groups() {
  static const std::vector<Group> kGroups = {
      agents(),    assets(),       avatars(),    background_removals(),
      brand(),     clips(),        fillers(),    folders(),
      lipsyncs(),  models(),       proofreads(), sounds(),
      templates(), translations(), users(),      videos(),
      voices(),    webhooks(),
  };
  return kGroups;
}

}  // namespace

const Routes& routes() {
  static const Routes kRoutes = [] {
    Routes all;
    for (const Group& group : groups()) all.insert(all.end(), group.routes.begin(), group.routes.end());
    return all;
  }();
  return kRoutes;
}

const std::vector<FileOwner>& file_owners() {
  static const std::vector<FileOwner> kOwners = [] {
    std::vector<FileOwner> all;
    for (const Group& group : groups()) all.insert(all.end(), group.files.begin(), group.files.end());
    return all;
  }();
  return kOwners;
}

void stock(Account& account) {
  for (const Group& group : groups()) {
    if (group.stock != nullptr) group.stock(account);
  }
}

void furnish(Account& account) {
  for (const Group& group : groups()) {
    if (group.furnish != nullptr) group.furnish(account);
  }
}

void fill(Records& records, std::string_view rows, const std::string& id) {
  for (const Object& row : parse_rows(rows)) records.add(text_at(row, id), row, in_january(0));
}

std::int64_t in_january(int hours) {
  constexpr std::int64_t kStart = 1768208400;
  return kStart + std::int64_t{hours} * 3600;
}

}  // namespace heygen::sandbox
