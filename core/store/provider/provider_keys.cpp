// SPDX-License-Identifier: Apache-2.0
#include "core/store/provider/provider_keys.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/base/error.hpp"

namespace heygen::store {

namespace fs = std::filesystem;

KeySet::KeySet(const json::Value& document) {
  if (!document.is_object()) return;
  for (const auto& [name, key] : document.as_object()) {
    if (key.is_string()) set(name, Secret(key.as_string()));
  }
}

std::optional<Secret> KeySet::find(const std::string& name) const {
  const auto found = keys_.find(name);
  return found == keys_.end() ? std::nullopt : std::optional(found->second);
}

json::Value KeySet::document() const {
  json::Object members;
  for (const auto& [name, key] : keys_) members.emplace_back(name, key.reveal());
  return members;
}

ProviderKeys::ProviderKeys(fs::path directory, Clock& clock, std::vector<fs::path> fallbacks, WriteHold hold)
    : files_(std::move(directory), "keys", clock, std::move(fallbacks), std::move(hold)) {}

std::optional<Secret> ProviderKeys::find(const std::string& provider, const std::string& name) const {
  if (const auto shown = shown_.find(provider); shown != shown_.end()) return shown->second.find(name);
  if (const auto created = created_.find(provider); created != created_.end()) {
    if (std::optional<Secret> key = created->second.find(name)) return key;
  }
  return stored(provider).find(name);
}

KeySet ProviderKeys::stored(const std::string& provider) const {
  json::Value document = files_.read(provider);
  KeySet keys(document);
  wipe_strings(document);
  return keys;
}

std::optional<fs::path> ProviderKeys::damaged(const std::string& provider) const {
  if (shown_.contains(provider)) return {};
  if (auto file = files_.damaged(provider)) return file;
  json::Value document = files_.read(provider);
  const bool is_sound = std::ranges::all_of(document.as_object(), &json::Value::is_string, &json::Member::second);
  wipe_strings(document);
  return is_sound ? std::nullopt : std::optional(files_.file(provider));
}

bool ProviderKeys::create(const std::string& provider, const std::string& name, Secret key) {
  KeySet& created = created_[provider];
  if (created.size() == kMaxKeys && !created.find(name)) return false;
  created.set(name, std::move(key));
  return true;
}

KeySet ProviderKeys::created(const std::string& provider) const {
  const auto created = created_.find(provider);
  return created == created_.end() ? KeySet{} : created->second;
}

void ProviderKeys::set_created(const std::string& provider, KeySet keys) {
  created_[provider] = std::move(keys);
}

void ProviderKeys::forget(const std::string& provider) {
  created_.erase(provider);
  shown_.erase(provider);
}

KeySet ProviderKeys::save(const std::string& provider) const {
  const KeySet added = created(provider);
  KeySet before;
  if (added.empty() && std::ranges::count(files_.providers(), provider) == 0) return before;
  files_.update(provider, [&](json::Value& document) {
    before = KeySet(document);
    wipe_strings(document);
    document = added.document();
  });
  return before;
}

void ProviderKeys::restore(const std::string& provider, const KeySet& before) const {
  if (stored(provider) == before) return;
  files_.update(provider, [&](json::Value& document) {
    wipe_strings(document);
    document = before.document();
  });
}

ProviderKeys::Shown::Shown(ProviderKeys& keys, std::string provider, const KeySet& shown)
    : keys_(keys), provider_(std::move(provider)) {
  if (!shown.empty()) keys_.shown_[provider_] = shown;
}

ProviderKeys::Shown::~Shown() {
  keys_.shown_.erase(provider_);
}

std::vector<fs::path> ProviderKeys::remove(const std::string& provider) {
  created_.erase(provider);
  return files_.remove(provider);
}

std::vector<fs::path> ProviderKeys::remove_all() {
  created_.clear();
  return remove_all_but({});
}

std::vector<fs::path> ProviderKeys::remove_all_but(const std::string& provider) {
  std::vector<fs::path> left;
  for (const std::string& other : files_.providers()) {
    if (other != provider) std::ranges::move(remove(other), std::back_inserter(left));
  }
  return left;
}

}  // namespace heygen::store
