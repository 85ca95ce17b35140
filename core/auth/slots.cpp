// Where a provider's state lies inside the credentials file.
#include "core/auth/resolver.hpp"
#include "core/store/reserved_slots.hpp"

namespace heygen::auth {

namespace {
constexpr std::string_view kProviders = "providers";
}

json::Value slot_state(const json::Value& root, const std::string& id) {
  const store::ReservedSlot* reserved = store::reserved_slot_of(id);
  json::Value state = json::Object{};
  if (reserved == nullptr) {
    const json::Value* all = root.find(kProviders);
    const json::Value* mine = all != nullptr ? all->find(id) : nullptr;
    if (mine != nullptr && mine->is_object()) state = *mine;
    return state;
  }
  const json::Value* value = root.find(reserved->slot);
  if (value == nullptr || value->is_null()) return state;
  if (reserved->plain_text) {
    if (!value->is_string() || !value->as_string().empty()) state.set(reserved->slot, *value);
  } else if (value->is_object()) {
    state = *value;
  }
  return state;
}

void set_slot_state(json::Value& root, const std::string& id, const json::Value& state) {
  const bool empty = !state.is_object() || state.as_object().empty();
  if (const store::ReservedSlot* reserved = store::reserved_slot_of(id)) {
    const json::Value* value = reserved->plain_text ? state.find(reserved->slot) : &state;
    if (empty || value == nullptr) {
      root.erase(reserved->slot);
    } else {
      root.set(reserved->slot, *value);
    }
    return;
  }
  json::Value* all = root.find(kProviders);
  if (!empty) {
    if (all == nullptr || !all->is_object()) all = &root.set(kProviders, json::Object{});
    all->set(id, state);
  } else if (all != nullptr && all->erase(id) && all->as_object().empty()) {
    root.erase(kProviders);
  }
}

}  // namespace heygen::auth
