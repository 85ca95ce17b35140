// SPDX-License-Identifier: Apache-2.0
#include "core/store/provider/provider_cache.hpp"

#include <algorithm>
#include <iterator>

#include "core/base/clock.hpp"
#include "core/base/encode.hpp"
#include "core/base/error.hpp"

namespace heygen::store {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kEntries = "entries", kValue = "value", kExpiry = "expires_at", kState = "state",
                           kInputs = "inputs";

bool is_bound_to(const json::Value& content, const CacheBinding& binding) {
  return content.string_at(kState) == binding.state && content.string_at(kInputs) == binding.inputs;
}

std::int64_t expiry_of(const json::Value& entry) {
  const json::Value* at = entry.find(kExpiry);
  return at == nullptr ? 0 : at->to_int64().value_or(0);
}

template <class Predicate>
void erase_entries(json::Object& entries, Predicate is_unwanted) {
  std::erase_if(entries, [&](json::Member& entry) {
    const bool unwanted = is_unwanted(entry);
    if (unwanted) wipe_strings(entry.second);
    return unwanted;
  });
}

void erase_expired(json::Object& entries, std::int64_t now) {
  erase_entries(entries, [&](const json::Member& entry) { return expiry_of(entry.second) <= now; });
}

void erase_key(json::Object& entries, const std::string& key) {
  erase_entries(entries, [&](const json::Member& entry) { return entry.first == key; });
}

/// nullptr when there are none.
json::Object* entries_of(json::Value& content) {
  json::Value* entries = content.find(kEntries);
  return entries == nullptr ? nullptr : entries->get_if<json::Object>();
}

/// The entries that may be seen; the content becomes one of this binding.
json::Object take_entries(json::Value& content, const CacheBinding& binding, std::int64_t now) {
  json::Object entries;
  if (const json::Object* found = entries_of(content); found != nullptr && is_bound_to(content, binding))
    entries = *found;
  erase_expired(entries, now);
  wipe_strings(content);
  content = json::Object{{std::string(kState), binding.state}, {std::string(kInputs), binding.inputs}};
  return entries;
}

void put_entries(json::Value& content, json::Object entries) {
  if (entries.empty()) {
    content = json::Object{};
  } else {
    content.set(kEntries, std::move(entries));
  }
}

}  // namespace

ProviderCache::ProviderCache(fs::path directory, Clock& clock, std::vector<fs::path> fallbacks, WriteHold hold)
    : files_(std::move(directory), "cache", clock, std::move(fallbacks), std::move(hold)), clock_(clock) {}

ProviderCache::~ProviderCache() {
  for (auto& [name, content] : unwritten_) wipe_strings(content);
}

json::Value ProviderCache::read(const std::string& provider) const {
  const auto unwritten = unwritten_.find(provider);
  return unwritten != unwritten_.end() ? unwritten->second : files_.read(provider);
}

std::string ProviderCache::update(const std::string& provider, const Change& change) {
  if (!unwritten_.contains(provider)) {
    try {
      files_.update(provider, change);
      return {};
    } catch (const Error& error) {
      json::Value content = files_.read(provider);
      change(content);
      unwritten_.emplace(provider, std::move(content));
      return error.message();
    }
  }
  change(unwritten_.at(provider));
  return {};  // the first time said so
}

std::optional<CacheEntry> ProviderCache::get(const std::string& provider, const CacheBinding& binding,
                                             const std::string& key) {
  const std::int64_t now = clock_.now();
  json::Value content = read(provider);
  std::optional<CacheEntry> found;
  bool has_expired = false;
  if (const json::Object* entries = entries_of(content)) {
    for (const auto& [name, entry] : *entries) {
      const bool expired = expiry_of(entry) <= now;
      has_expired |= expired;
      if (expired || name != key || !is_bound_to(content, binding)) continue;
      std::optional<std::string> value = base64url_decode(entry.string_at(kValue));
      if (value) found.emplace(CacheEntry{Secret(std::move(*value)), expiry_of(entry)});
    }
  }
  wipe_strings(content);
  if (has_expired) remove_expired(provider);
  return found;
}

void ProviderCache::remove_expired(const std::string& provider) {
  update(provider, [&](json::Value& content) {
    json::Object* entries = entries_of(content);
    if (entries == nullptr) return;
    erase_expired(*entries, clock_.now());
    if (entries->empty()) content = json::Object{};
  });
}

ProviderCache::Written ProviderCache::put(const std::string& provider, const CacheBinding& binding,
                                          const std::string& key, const CacheEntry& entry) {
  Written written;
  written.problem = update(provider, [&](json::Value& content) {
    json::Object entries = take_entries(content, binding, clock_.now());
    erase_key(entries, key);
    written.fits = entries.size() < kMaxCached;
    if (written.fits) {
      entries.emplace_back(key, json::Object{{std::string(kValue), base64url_encode(entry.value.reveal())},
                                             {std::string(kExpiry), entry.expires_at}});
    }
    put_entries(content, std::move(entries));
  });
  return written;
}

ProviderCache::Written ProviderCache::drop(const std::string& provider, const CacheBinding& binding,
                                           const std::string& key) {
  json::Value content = read(provider);
  const json::Value* entries = content.find(kEntries);
  const bool there = is_bound_to(content, binding) && entries != nullptr && entries->find(key) != nullptr;
  wipe_strings(content);
  if (!there) return {};
  return {true, update(provider, [&](json::Value& stored) {
            json::Object kept = take_entries(stored, binding, clock_.now());
            erase_key(kept, key);
            put_entries(stored, std::move(kept));
          })};
}

std::vector<std::string> ProviderCache::keys(const std::string& provider, const CacheBinding& binding) const {
  json::Value content = read(provider);
  std::vector<std::string> found;
  const json::Object* entries = is_bound_to(content, binding) ? entries_of(content) : nullptr;
  for (const auto& [name, entry] : entries != nullptr ? *entries : json::Object{})
    if (expiry_of(entry) > clock_.now()) found.push_back(name);
  wipe_strings(content);
  return found;
}

bool ProviderCache::has(const std::string& provider) const {
  return std::ranges::count(files_.providers(), provider) > 0;
}

std::vector<fs::path> ProviderCache::remove(const std::string& provider) {
  if (const auto kept = unwritten_.find(provider); kept != unwritten_.end()) {
    wipe_strings(kept->second);
    unwritten_.erase(kept);
  }
  return files_.remove(provider);
}

std::vector<fs::path> ProviderCache::remove_all() {
  return remove_all_but({});
}

std::vector<fs::path> ProviderCache::remove_all_but(const std::string& provider) {
  std::vector<std::string> others = files_.providers();
  for (const auto& [name, content] : unwritten_) others.push_back(name);
  std::vector<fs::path> left;
  for (const std::string& other : others) {
    if (other != provider) std::ranges::move(remove(other), std::back_inserter(left));
  }
  return left;
}

void ProviderCache::remove_unless(const std::string& provider, const std::string& state) {
  json::Value content = read(provider);
  const std::string bound = content.string_at(kState);
  wipe_strings(content);
  if (!bound.empty() && bound != state) remove(provider);
}

}  // namespace heygen::store
