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

}  // namespace

PendingLogin::PendingLogin(const std::filesystem::path& credentials, std::vector<std::filesystem::path> made)
    : file_(create_companion(link_target(credentials), kName, kRoom)), made_(std::move(made)) {}

PendingLogin::PendingLogin(PendingLogin&& other) noexcept
    : file_(std::exchange(other.file_, {})),
      stays_(other.stays_),
      made_(std::exchange(other.made_, {})),
      provider_(std::move(other.provider_)),
      patch_(std::move(other.patch_)),
      refreshed_(std::move(other.refreshed_)) {}

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

void PendingLogin::keep(const std::string& provider, const json::Value& patch, std::optional<json::Value> refreshed) {
  refreshed_ = std::move(refreshed);
  provider_ = provider;
  patch_ = patch;
  json::Value document = json::Object{{"provider", provider}, {"patch", patch}};
  if (refreshed_) document.set("refreshed", *refreshed_);
  std::string text = json::write(document);
  const std::filesystem::path path = file_.path;
  try {
    write_synced(file_.file.get(), text, path);
  } catch (...) {
    wipe(text);
    throw;
  }
  wipe(text);
  sync_directory(path.parent_path());
}

bool PendingLogin::is_overtaken(const std::filesystem::path& credentials) const {
  struct stat file {};
  return stat(credentials.c_str(), &file) == 0 && time_of(file) > time_of(file_);
}

bool PendingLogin::is_stored_in(const CredentialsDocument& document) const {
  const json::Value stored = document.state(provider_);
  json::Value state = stored;
  json::merge_patch(state, patch_);
  return document.is_filled(provider_) && state == stored;
}

std::vector<PendingLogin> PendingLogin::take_interrupted(const std::filesystem::path& credentials) {
  std::vector<CompanionFile> copies = take_abandoned_companions(link_target(credentials), kName);
  std::ranges::sort(copies, std::ranges::greater{}, [](const CompanionFile& copy) { return time_of(copy); });
  std::vector<PendingLogin> found;
  for (CompanionFile& copy : copies) {
    PendingLogin pending(std::move(copy));
    try {
      const json::Value document = read_copy(pending.file_.file.get());
      if (document.is_null()) continue;
      if (const json::Value* refreshed = document.find("refreshed")) pending.refreshed_ = *refreshed;
      pending.provider_ = document.string_at("provider");
      pending.patch_ = *document.find("patch");
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
