// SPDX-License-Identifier: Apache-2.0
#include "core/store/pending_login.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <tuple>
#include <utility>
#include <vector>

#include "core/base/file.hpp"
#include "core/base/limits.hpp"
#include "core/base/secret.hpp"
#include "core/json/parse.hpp"
#include "core/json/write.hpp"

namespace heygen::store {

namespace {

constexpr std::string_view kKind = "login-";
/// Two tokens of usual length.
constexpr std::size_t kRoom = 16 * limits::kKiB;

/// The provider and its patch; a null value when the copy is not complete.
json::Value read_copy(int file) {
  json::Value document;
  try {
    std::string text = read_to_end(file, 2 * limits::kMiB);
    document = json::parse(text);
    wipe(text);
  } catch (const std::exception&) {
    return {};
  }
  const json::Value* patch = document.find("patch");
  return patch != nullptr && patch->is_object() && !document.string_at("provider").empty() ? document : json::Value{};
}

}  // namespace

PendingLogin::PendingLogin(const std::filesystem::path& credentials, std::vector<std::filesystem::path> made)
    : file_(create_companion(link_target(credentials), kKind, kRoom)), made_(std::move(made)) {}

PendingLogin::PendingLogin(PendingLogin&& other) noexcept
    : file_(std::exchange(other.file_, {})),
      made_(std::exchange(other.made_, {})),
      provider_(std::move(other.provider_)),
      patch_(std::move(other.patch_)) {}

bool PendingLogin::remove() {
  if (unlink(file_.path.c_str()) != 0 && errno != ENOENT) return false;
  file_.path.clear();
  return true;
}

PendingLogin::~PendingLogin() {
  if (file_.path.empty()) return;
  unlink(file_.path.c_str());
  for (const std::filesystem::path& directory : made_) {
    if (rmdir(directory.c_str()) != 0) break;
  }
}

void PendingLogin::keep(const std::string& provider, const json::Value& patch) {
  provider_ = provider;
  patch_ = patch;
  std::string text = json::write(json::Object{{"provider", provider}, {"patch", patch}});
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
  struct stat copy {};
  struct stat file {};
  if (fstat(file_.file.get(), &copy) != 0 || stat(credentials.c_str(), &file) != 0) return false;
  const auto is_later = [](const timespec& left, const timespec& right) {
    return std::tie(left.tv_sec, left.tv_nsec) > std::tie(right.tv_sec, right.tv_nsec);
  };
  return is_later(file.st_mtim, copy.st_mtim);
}

std::optional<PendingLogin> PendingLogin::take_interrupted(const std::filesystem::path& credentials) {
  std::optional<PendingLogin> found;
  for (CompanionFile& copy : take_abandoned_companions(link_target(credentials), kKind)) {
    if (found) break;  // the next one has its turn later
    const json::Value document = read_copy(copy.file.get());
    PendingLogin pending(std::move(copy), {}, json::Object{});
    if (document.is_null()) continue;
    pending.provider_ = document.string_at("provider");
    pending.patch_ = *document.find("patch");
    found.emplace(std::move(pending));
  }
  return found;
}

}  // namespace heygen::store
