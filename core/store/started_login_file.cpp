// SPDX-License-Identifier: Apache-2.0
#include "core/store/started_login_file.hpp"

#include <system_error>
#include <utility>

#include "core/base/atomic_file.hpp"
#include "core/base/cancel.hpp"
#include "core/base/directory.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/limits.hpp"
#include "core/base/secret.hpp"
#include "core/json/parse.hpp"
#include "core/json/write.hpp"

namespace heygen::store {
namespace {

constexpr const char* kUsed = "used";
/// Of the responses that a login may need to begin.
constexpr std::size_t kMaxStartedLogin = 16 * limits::kMiB;
constexpr std::chrono::milliseconds kLockWait{250};

}  // namespace

StartedLoginFile::StartedLoginFile(std::filesystem::path directory, Clock& clock)
    : path_(std::move(directory) / "started-login.json"), clock_(clock) {}

void StartedLoginFile::put(const json::Value& record) {
  make_private_directory(path_.parent_path());
  std::string text = json::write(record);
  const Wiper wiper{text};
  replace_file(path_, text);
}

FileLock StartedLoginFile::lock(const Cancel& cancel) const {
  make_private_directory(path_.parent_path());
  try {
    return lock_file(path_.parent_path() / "started-login.lock", kLockWait, clock_, cancel);
  } catch (const Error& error) {
    if (error.code != code::kTimeout) throw;
    throw Error(code::kError, "Another heygen is finishing this login.", "Wait until it ends.");
  }
}

std::optional<json::Value> StartedLoginFile::read() const {
  try {
    auto text = read_regular_file(path_, kMaxStartedLogin);
    if (!text) return {};
    const Wiper wiper{*text};
    return json::parse(*text);
  } catch (const std::system_error& error) {
    throw Error(code::kError,
                "Could not read '" + path_.string() + "': " + describe_read_error(error, kMaxStartedLogin) + ".",
                "Start the login again.");
  } catch (const json::ParseError&) {
    throw Error(code::kError, "The started login in '" + path_.string() + "' is damaged.", "Start the login again.");
  }
}

bool StartedLoginFile::is_used(const json::Value& record) {
  const json::Value* used = record.find(kUsed);
  return used != nullptr && used->is_bool() && used->as_bool();
}

void StartedLoginFile::mark_used() {
  put(json::Object{{kUsed, true}});
}

void StartedLoginFile::remove() {
  std::error_code unknown;
  if (std::filesystem::exists(path_, unknown)) remove_file(path_);
}

}  // namespace heygen::store
