// SPDX-License-Identifier: Apache-2.0
#include "core/store/provider/provider_files.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "core/base/atomic_file.hpp"
#include "core/base/cancel.hpp"
#include "core/base/directory.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/home.hpp"
#include "core/base/limits.hpp"
#include "core/base/secret.hpp"
#include "core/json/parse.hpp"
#include "core/json/write.hpp"

namespace heygen::store {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds kFilesLockDeadline{5};
/// 64 values of 64 KiB in base64, and their names.
constexpr std::size_t kLongestFile = 8 * limits::kMiB;
constexpr std::string_view kSuffix = ".json";

/// The provider of "ID.json", and of the temporary files beside it; else "".
std::string provider_of(std::string_view name) {
  if (name.starts_with('.')) name.remove_prefix(1);
  const std::size_t end = name.find(kSuffix);
  return end == std::string_view::npos ? "" : std::string(name.substr(0, end));
}

std::vector<fs::path> files_in(const fs::path& directory) {
  std::vector<fs::path> found;
  std::error_code failed;
  for (fs::directory_iterator at(directory, failed), end; !failed && at != end; at.increment(failed))
    found.push_back(at->path());
  return found;
}

std::vector<fs::path> files_of(const std::string& provider, const fs::path& directory) {
  std::vector<fs::path> found = files_in(directory);
  std::erase_if(found, [&](const fs::path& path) { return provider_of(path.filename().string()) != provider; });
  return found;
}

std::string name_of(const std::string& provider) {
  return provider + std::string(kSuffix);
}

/// The newest of several files of one name: what was stored last may be where the others could not be replaced.
fs::path newest(const std::vector<fs::path>& places, const std::string& name) {
  fs::path found = places.front() / name;
  if (places.size() == 1) return found;
  auto latest = fs::file_time_type::min();
  for (const fs::path& place : places) {
    std::error_code missing;
    const auto time = fs::last_write_time(place / name, missing);
    if (missing || time <= latest) continue;
    latest = time;
    found = place / name;
  }
  return found;
}

/// False: some of them stay.
bool remove_from_other_places(const std::vector<fs::path>& places, const std::string& name) {
  bool gone = true;
  for (std::size_t i = 1; i < places.size(); ++i) {
    const fs::path path = places[i] / name;
    std::error_code unknown;
    if (unlink(path.c_str()) == 0) {
      rmdir(places[i].c_str());  // unless there are others
    } else if (fs::exists(path, unknown)) {
      gone = false;
    }
  }
  return gone;
}

}  // namespace

void wipe_strings(json::Value& value) noexcept {
  if (auto* text = value.get_if<std::string>()) {
    wipe(*text);
  } else if (auto* items = value.get_if<json::Array>()) {
    for (json::Value& item : *items) wipe_strings(item);
  } else if (auto* members = value.get_if<json::Object>()) {
    for (json::Member& member : *members) wipe_strings(member.second);
  }
}

ProviderFiles::ProviderFiles(fs::path directory, std::string kind, Clock& clock, std::vector<fs::path> fallbacks,
                             WriteHold hold)
    : directory_(std::move(directory)),
      kind_(std::move(kind)),
      fallbacks_(std::move(fallbacks)),
      clock_(clock),
      hold_(std::move(hold)) {}

ProviderFiles::Directories ProviderFiles::directories() const {
  if (directory_.empty()) return {};
  const FilePlace place(directory_ / "credentials", fallbacks_);
  Directories places{place.companions / kind_};
  for (const fs::path& other : place.elsewhere) places.push_back(other / kind_);
  return places;
}

FileLock ProviderFiles::lock(const fs::path& directory) const {
  const Cancel never;  // the time under this lock is short
  return lock_directory(directory, kFilesLockDeadline, clock_, never);
}

FileLock ProviderFiles::make_and_lock(const fs::path& directory) const {
  for (;;) {
    make_private_directory(directory);
    FileLock locked = lock(directory);
    struct stat about {};
    if (fstat(locked.descriptor(), &about) != 0 || about.st_nlink != 0) return locked;  // else removed meanwhile
  }
}

namespace {

/// An object; empty when there is no file. Nothing: the file cannot be used.
std::optional<json::Value> content_of(const fs::path& path) {
  try {
    std::optional<std::string> text = read_regular_file(path, kLongestFile);
    if (!text) return json::Object{};
    const Wiper wiper{*text};
    json::Value content = json::parse(*text);
    if (content.is_object()) return content;
    wipe_strings(content);
  } catch (const std::exception&) {
    // it says nothing that its reader could use
  }
  return {};
}

}  // namespace

json::Value ProviderFiles::read(const std::string& provider) const {
  return read_in(directories(), provider);
}

json::Value ProviderFiles::read_in(const Directories& places, const std::string& provider) const {
  if (places.empty()) return json::Object{};
  return content_of(newest(places, name_of(provider))).value_or(json::Object{});
}

fs::path ProviderFiles::file(const std::string& provider) const {
  const Directories places = directories();
  return places.empty() ? fs::path() : newest(places, name_of(provider));
}

std::optional<fs::path> ProviderFiles::damaged(const std::string& provider) const {
  fs::path path = file(provider);
  if (path.empty()) return {};
  std::optional<json::Value> content = content_of(path);
  if (!content) return path;
  wipe_strings(*content);
  return {};
}

void ProviderFiles::update(const std::string& provider, const std::function<void(json::Value& content)>& change) const {
  const Directories places = directories();
  if (places.empty()) throw no_user_directory();
  const std::shared_ptr<const void> held = hold_ ? hold_(false) : nullptr;
  const FileLock locked = make_and_lock(places.front());
  const std::string name = name_of(provider);
  const fs::path path = places.front() / name;
  json::Value content = read_in(places, provider);
  change(content);
  if (has_leftovers(path)) remove_leftovers(path);
  std::string text = json::write(content);
  wipe_strings(content);
  const Wiper wiper{text};
  // An empty file hides one that stays in another place.
  if (content.as_object().empty() && remove_from_other_places(places, name)) {
    remove_file(path);
  } else {
    replace_file(path, text);
    remove_from_other_places(places, name);
  }
}

std::vector<std::string> ProviderFiles::providers() const {
  std::vector<std::string> found;
  for (const fs::path& place : directories()) {
    for (const fs::path& path : files_in(place)) {
      if (std::string id = provider_of(path.filename().string()); !id.empty()) found.push_back(std::move(id));
    }
  }
  std::ranges::sort(found);
  found.erase(std::ranges::unique(found).begin(), found.end());
  return found;
}

std::vector<fs::path> ProviderFiles::remove(const std::string& provider) const {
  std::vector<fs::path> left;
  for (const fs::path& place : directories()) {
    if (files_of(provider, place).empty()) continue;
    std::optional<FileLock> locked;
    try {
      locked.emplace(lock(place));
    } catch (const Error&) {
      // what its holder writes now is bound to a login that is gone
    }
    for (const fs::path& path : files_of(provider, place)) {
      if (unlink(path.c_str()) != 0 && errno != ENOENT) left.push_back(path);
    }
    rmdir(place.c_str());  // unless there are others
  }
  return left;
}

}  // namespace heygen::store
