// SPDX-License-Identifier: Apache-2.0
#include "core/store/pending_login.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <functional>
#include <system_error>
#include <utility>
#include <vector>

#include "core/base/file.hpp"
#include "core/base/limits.hpp"
#include "core/base/secret.hpp"
#include "core/json/parse.hpp"
#include "core/json/write.hpp"
#include "core/store/reserved_slots.hpp"

namespace heygen::store {

namespace {

constexpr std::string_view kName = "login-";
/// Two tokens of usual length.
constexpr std::size_t kRoom = 16 * limits::kKiB;

using Time = std::pair<std::int64_t, std::int64_t>;

/// When it was written, to the nanosecond.
Time time_of(const struct stat& info) {
  return {info.st_mtim.tv_sec, info.st_mtim.tv_nsec};
}

Time time_of(const CompanionFile& copy) {
  struct stat info {};
  return fstat(copy.file.get(), &info) == 0 ? time_of(info) : Time{};
}

/// A null value when the copy is not complete. Throws std::system_error when it cannot be read.
json::Value read_copy(int file) {
  std::string text = read_to_end(file, 2 * limits::kMiB);
  json::Value document;
  try {
    document = json::parse(text);
  } catch (const json::ParseError&) {
    document = {};
  }
  wipe(text);
  const json::Value* patch = document.find("patch");
  return patch != nullptr && patch->is_object() && !document.string_at("provider").empty() ? document : json::Value{};
}

json::Value document_of(const ReplacedLogin& replaced) {
  json::Array ids;
  for (const std::string& id : replaced.slot.ids) ids.emplace_back(id);
  json::Value document = json::Object{{"slot", replaced.slot.slot},
                                      {"ids", std::move(ids)},
                                      {"readable", replaced.slot.readable},
                                      {"state", replaced.state}};
  if (!replaced.keys.empty()) document.set("keys", replaced.keys.document());
  return document;
}

/// Empty when it names no provider.
std::optional<ReplacedLogin> replaced_of(const json::Value& document) {
  const json::Value* ids = document.find("ids");
  const json::Value* state = document.find("state");
  const json::Value* readable = document.find("readable");
  if (ids == nullptr || !ids->is_array() || state == nullptr || !state->is_object()) return {};
  ReplacedLogin replaced{{document.string_at("slot"), {}}, *state};
  if (const json::Value* keys = document.find("keys")) replaced.keys = KeySet(*keys);
  for (const json::Value& id : ids->as_array())
    if (id.is_string()) replaced.slot.ids.push_back(id.as_string());
  replaced.slot.readable = readable != nullptr && *readable == json::Value(true);
  return replaced.slot.ids.empty() ? std::nullopt : std::optional(std::move(replaced));
}

void write_copy(const CompanionFile& copy, json::Value document) {
  std::string text = json::write(document);
  wipe_strings(document);
  const Wiper wiper{text};
  const std::filesystem::path path = copy.path;
  write_synced(copy.file.get(), text, path);
  sync_directory(path.parent_path());
}

}  // namespace

PendingLogin::PendingLogin(FilePlace place, std::vector<std::filesystem::path> made)
    : place_(std::move(place)), file_(create_companion(place_, kName, kRoom)), made_(std::move(made)) {}

PendingLogin::PendingLogin(PendingLogin&& other) noexcept
    : place_(std::move(other.place_)),
      file_(std::exchange(other.file_, {})),
      stays_(other.stays_),
      made_(std::exchange(other.made_, {})),
      provider_(std::move(other.provider_)),
      patch_(std::move(other.patch_)),
      refreshed_(std::move(other.refreshed_)),
      replaced_(std::move(other.replaced_)),
      stored_(other.stored_),
      keys_(std::move(other.keys_)),
      held_(std::move(other.held_)) {}

bool PendingLogin::remove() {
  if (unlink(file_.path.c_str()) != 0 && errno != ENOENT) return false;
  file_.path.clear();
  return true;
}

PendingLogin::~PendingLogin() {
  if (file_.path.empty() || stays_) return;
  unlink(file_.path.c_str());
  for (const std::filesystem::path& directory : made_) {
    if (rmdir(directory.c_str()) != 0) break;
  }
}

json::Value PendingLogin::document() const {
  json::Value document = json::Object{{"provider", provider_}, {"patch", patch_}};
  if (refreshed_) document.set("refreshed", *refreshed_);
  if (!keys_.empty()) document.set("keys", keys_.document());
  if (stored_) document.set("stored", true);
  if (replaced_.empty()) return document;
  json::Array all;
  for (const ReplacedLogin& one : replaced_) all.push_back(document_of(one));
  document.set("replaced", std::move(all));
  return document;
}

void PendingLogin::take(const json::Value& document) {
  if (const json::Value* refreshed = document.find("refreshed")) refreshed_ = *refreshed;
  provider_ = document.string_at("provider");
  patch_ = *document.find("patch");
  if (const json::Value* keys = document.find("keys")) keys_ = KeySet(*keys);
  const json::Value* stored = document.find("stored");
  stored_ = stored != nullptr && *stored == json::Value(true);
  const json::Value* all = document.find("replaced");
  if (all == nullptr || !all->is_array()) return;
  for (const json::Value& one : all->as_array()) {
    if (std::optional<ReplacedLogin> replaced = replaced_of(one)) replaced_.push_back(std::move(*replaced));
  }
}

void PendingLogin::keep(const std::string& provider, const json::Value& patch, std::optional<json::Value> refreshed,
                        const KeySet& keys) {
  refreshed_ = std::move(refreshed);
  provider_ = provider;
  patch_ = patch;
  keys_ = keys;
  write_copy(file_, document());
}

void PendingLogin::keep_replaced(std::vector<ReplacedLogin> replaced) {
  if (replaced == replaced_) return;
  replaced_ = std::move(replaced);
  if (!provider_.empty()) write_anew();
}

void PendingLogin::keep_stored() {
  stored_ = true;
  write_anew();
}

void PendingLogin::write_anew() {
  CompanionFile next = create_companion(place_, kName, kRoom);
  try {
    write_copy(next, document());
  } catch (...) {
    unlink(next.path.c_str());
    throw;
  }
  std::swap(file_, next);
  unlink(next.path.c_str());
}

bool PendingLogin::is_overtaken(const CredentialsDocument& document) const {
  return std::ranges::any_of(document.filled_slots(), [&](const FilledSlot& slot) {
    const auto old = std::ranges::find(replaced_, slot.slot, [](const ReplacedLogin& one) { return one.slot.slot; });
    if (old == replaced_.end()) return true;
    const ReservedSlot* reserved = reserved_slot_of(slot.ids.front());
    const bool may_be_refreshed = reserved == nullptr || !reserved->plain_text;
    return !may_be_refreshed && document.state(slot) != old->state;
  });
}

bool PendingLogin::is_stored_in(const CredentialsDocument& document) const {
  if (stored_) return true;
  const json::Value stored = document.state(provider_);
  json::Value state = stored;
  json::merge_patch(state, patch_);
  return document.is_filled(provider_) && state == stored;
}

std::vector<PendingLogin> PendingLogin::take_interrupted(const FilePlace& place) {
  std::vector<CompanionFile> copies = take_abandoned_companions(place, kName);
  std::ranges::sort(copies, std::ranges::greater{}, [](const CompanionFile& copy) { return time_of(copy); });
  std::vector<PendingLogin> found;
  for (CompanionFile& copy : copies) {
    PendingLogin pending(place, std::move(copy));
    try {
      json::Value document = read_copy(pending.file_.file.get());
      if (document.is_null()) continue;
      pending.take(document);
      wipe_strings(document);
    } catch (const std::system_error&) {
      pending.leave();
      continue;
    }
    pending.leave();
    found.push_back(std::move(pending));
  }
  return found;
}

}  // namespace heygen::store
