// SPDX-License-Identifier: Apache-2.0
// Batches, and the states of many jobs at once: the same for videos, translations, lipsyncs and uploads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sdk/sandbox/api/route.hpp"

namespace heygen::sandbox {

struct BatchKind {
  const Resource& jobs;
  Records Account::*batches;
  std::string_view orders;  ///< the field of the request with the list, "videos"
  std::string_view ids;     ///< the query parameter that names jobs, "video_ids"
  int status;               ///< of the response to a new batch
  Phase (*phase)(const Account& account, const Record& job);
  /// Throws Invalid; the names in it start with `where`.
  void (*check)(const Object& order, const std::string& where);
  /// Starts what one order asks for. The ids, one or more.
  std::vector<std::string> (*start)(Account& account, const Object& order);
};

Phase job_phase(const Account& account, const Record& job);

/// Checks all orders of the call, then starts them. Throws Invalid.
const Record& start_batch(Call& call, const BatchKind& kind);
/// Throws Refused with 404.
const Record& find_batch(Call& call, const BatchKind& kind, const std::string& id, const std::string& param = {});

Response create_batch(Call& call, const BatchKind& kind);
Response get_batch(Call& call, const BatchKind& kind);
Response list_statuses(Call& call, const BatchKind& kind);

/// Adds a batch of jobs that exist. order: its title; id: "" for a new one.
const Record& add_batch(Account& account, const BatchKind& kind, const Object& order, const List& jobs,
                        const std::string& id = {});

template <const BatchKind& kKind>
Response create_batch_of(Call& call) {
  return create_batch(call, kKind);
}
template <const BatchKind& kKind>
Response get_batch_of(Call& call) {
  return get_batch(call, kKind);
}
template <const BatchKind& kKind>
Response list_statuses_of(Call& call) {
  return list_statuses(call, kKind);
}

}  // namespace heygen::sandbox
