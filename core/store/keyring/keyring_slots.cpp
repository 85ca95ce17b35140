// SPDX-License-Identifier: Apache-2.0
#include "core/store/keyring/keyring_slots.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "core/base/random.hpp"
#include "core/base/secret.hpp"
#include "core/json/parse.hpp"
#include "core/json/write.hpp"

namespace heygen::store {

namespace {

constexpr std::string_view kMarkers = "keyring";
constexpr std::string_view kUnderProviders = "providers.";
constexpr std::string_view kProvidersMember = "providers";

/// What is in this slot, or nullptr.
const json::Value* value_in(const json::Value& root, std::string_view slot) {
  if (!slot.starts_with(kUnderProviders)) return root.find(slot);
  const json::Value* all = root.find(kProvidersMember);
  return all == nullptr ? nullptr : all->find(slot.substr(kUnderProviders.size()));
}

void set_in(json::Value& root, std::string_view slot, json::Value value) {
  if (!slot.starts_with(kUnderProviders)) {
    root.set(slot, std::move(value));
    return;
  }
  json::Value* all = root.find(kProvidersMember);
  if (all == nullptr || !all->is_object()) all = &root.set(kProvidersMember, json::Object{});
  all->set(slot.substr(kUnderProviders.size()), std::move(value));
}

void erase_in(json::Value& root, std::string_view slot) {
  if (!slot.starts_with(kUnderProviders)) {
    root.erase(slot);
    return;
  }
  json::Value* all = root.find(kProvidersMember);
  if (all != nullptr && all->erase(slot.substr(kUnderProviders.size())) && all->as_object().empty())
    root.erase(kProvidersMember);
}

bool is_name(const std::string& text) {
  return !text.empty() && text.size() <= 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// Of a slot that is in the keyring; without a version for one that is not.
KeyringKey key_of(const json::Value& file, const std::string& profile, const std::string& slot) {
  KeyringKey key{profile, slot, {}, {}};
  const json::Value* all = file.find(kMarkers);
  const json::Value* marker = all == nullptr ? nullptr : all->find(slot);
  if (marker == nullptr) return key;
  const std::string item = marker->string_at("item"), version = marker->string_at("version");
  if (!is_name(item) || !is_name(version)) return key;
  key.item = item;
  key.version = version;
  return key;
}

bool is_marked(const json::Value& file, const std::string& slot) {
  return !key_of(file, {}, slot).version.empty();
}

std::string name_of(const KeyringKey& key) {
  return key.item + '/' + key.version;
}

}  // namespace

std::vector<std::string> slots_in_keyring(const json::Value& file) {
  std::vector<std::string> slots;
  const json::Value* all = file.find(kMarkers);
  if (all == nullptr || !all->is_object()) return slots;
  for (const json::Member& member : all->as_object()) {
    const json::Value* value = value_in(file, member.first);
    if (is_marked(file, member.first) && (value == nullptr || value->is_null())) slots.push_back(member.first);
  }
  return slots;
}

KeyringSlots::KeyringSlots(Keyring& keyring, Random& random, std::string profile)
    : keyring_(keyring), random_(random), profile_(std::move(profile)) {}

KeyringSlots::~KeyringSlots() {
  for (auto& [name, secret] : known_) const Wiper wiper{secret};
}

std::string KeyringSlots::random_name() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<std::byte, 16> bytes{};
  random_.fill(bytes);
  std::string name;
  for (const std::byte byte : bytes) {
    name += kDigits[std::to_integer<std::size_t>(byte >> 4)];
    name += kDigits[std::to_integer<std::size_t>(byte & std::byte{15})];
  }
  return name;
}

json::Value KeyringSlots::open(const json::Value& file, bool lenient) {
  json::Value root = file;
  for (const std::string& slot : slots_in_keyring(file)) {
    const KeyringKey key = key_of(file, profile_, slot);
    const std::lock_guard lock(mutex_);
    auto known = known_.find(name_of(key));
    if (known == known_.end()) {
      std::optional<std::string> secret;
      try {
        secret = keyring_.get(key);
      } catch (const KeyringFault&) {
        if (!lenient) throw;
      }
      if (!secret) continue;
      known = known_.emplace(name_of(key), *std::move(secret)).first;
    }
    try {
      set_in(root, slot, json::parse(known->second));
    } catch (const json::ParseError&) {
      if (!lenient) throw KeyringFault("what it contains for `" + slot + "` is damaged");
    }
  }
  root.erase(kMarkers);
  return root;
}

json::Value KeyringSlots::close(const json::Value& file, const json::Value& before, json::Value wanted,
                                const std::vector<std::string>& slots, std::optional<StorePlace> place) {
  const std::vector<std::string> there = slots_in_keyring(file);
  json::Value markers = json::Object{};
  for (const std::string& slot : slots) {
    const bool is_there = std::ranges::find(there, slot) != there.end();
    if (!(place ? *place == StorePlace::keyring : is_there)) continue;
    const json::Value* value = value_in(wanted, slot);
    const json::Value* old = value_in(before, slot);
    if (value == nullptr) continue;
    KeyringKey key = key_of(file, profile_, slot);
    if (!is_there || old == nullptr || !(*old == *value)) {
      if (key.item.empty()) key.item = random_name();
      key.version = random_name();
      std::string secret = json::write(*value);
      const Wiper wiper{secret};
      keyring_.put(key, secret);
      const std::lock_guard lock(mutex_);
      known_.insert_or_assign(name_of(key), secret);
    }
    markers.set(slot, json::Object{{"item", key.item}, {"version", key.version}});
    erase_in(wanted, slot);
  }
  if (!markers.as_object().empty()) wanted.set(kMarkers, std::move(markers));
  return wanted;
}

std::vector<std::string> KeyringSlots::settle(const json::Value& from, const json::Value& to) {
  std::vector<std::string> left;
  const json::Value* all = from.find(kMarkers);
  if (all == nullptr || !all->is_object()) return left;
  for (const json::Member& member : all->as_object()) {
    KeyringKey old = key_of(from, profile_, member.first);
    const KeyringKey now = key_of(to, profile_, member.first);
    if (old.item.empty() || (old.item == now.item && old.version == now.version)) continue;
    old.version = old.item == now.item ? now.version : std::string{};
    try {
      keyring_.drop_all_but(old);
    } catch (const KeyringFault&) {
      left.push_back(member.first);
    }
  }
  return left;
}

}  // namespace heygen::store
