// SPDX-License-Identifier: Apache-2.0
#include "core/provider/call/merge.hpp"

namespace heygen::provider {
namespace {

/// Sets null in `patch` for each member that only `target` has, recursively.
void forget_rest(json::Value& patch, const json::Value* target) {
  if (target == nullptr || !target->is_object()) return;
  for (const auto& [name, old] : target->as_object()) {
    json::Value* kept = patch.find(name);
    if (kept == nullptr) {
      patch.set(name, json::Value{});
    } else if (kept->is_object()) {
      forget_rest(*kept, &old);
    }
  }
}

}  // namespace

void compose_patch(json::Value& first, const json::Value& second, const json::Value* target) {
  for (const auto& [name, change] : second.as_object()) {
    json::Value* earlier = first.find(name);
    const json::Value* old = target != nullptr ? target->find(name) : nullptr;
    if (earlier == nullptr || !change.is_object()) {
      first.set(name, change);
    } else if (earlier->is_object()) {
      compose_patch(*earlier, change, old);
    } else {
      json::Value fresh = json::Object{};
      json::merge_patch(fresh, change);
      forget_rest(fresh, old);
      *earlier = std::move(fresh);
    }
  }
}

}  // namespace heygen::provider
