#include "core/store/credential_store.hpp"

#include <optional>
#include <system_error>

#include "core/base/atomic_file.hpp"
#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/directory.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/limits.hpp"
#include "core/base/secret.hpp"
#include "core/base/text.hpp"

namespace heygen::store {

namespace {

constexpr std::chrono::seconds kFileLockDeadline{10};

[[noreturn]] void unreadable(const std::filesystem::path& path, const std::string& why) {
  throw Unreadable("Could not read the credentials file " + path.string() + ": " + why + ".");
}

std::optional<std::string> read_text(const std::filesystem::path& path) {
  try {
    return read_regular_file(path, limits::kUserFile);
  } catch (const std::system_error& error) {
    unreadable(path, describe_read_error(error, limits::kUserFile));
  }
}

Document understand(const std::filesystem::path& path, const std::string& text) {
  Document document;
  const std::string_view content = trim(text);
  if (content.empty()) {
    document.shape = Shape::blank;
    return document;
  }
  const char first = content.front();
  if (first == '{' || first == '[' || first == '"') {
    try {
      document.root = json::parse(content);
    } catch (const json::ParseError& error) {
      unreadable(path, std::string("not valid JSON (") + error.what() + ")");
    }
    if (!document.root.is_object()) unreadable(path, "not a JSON object");
    document.shape = Shape::json;
    return document;
  }
  if (has_control(content)) unreadable(path, "neither JSON nor one line with an API key");
  document.shape = Shape::plain_key;
  document.root.set("api_key", content);
  return document;
}

}  // namespace

CredentialStore::CredentialStore(std::filesystem::path directory, Clock& clock)
    : directory_(std::move(directory)), path_(directory_ / "credentials"), clock_(clock) {}

Document CredentialStore::read() const {
  std::optional<std::string> text = read_text(path_);
  if (!text) return {};
  Document document = understand(path_, *text);
  wipe(*text);
  return document;
}

void CredentialStore::update(const std::function<void(json::Value& root)>& change) {
  Document before = read();
  json::Value wanted = before.root;
  change(wanted);
  if (wanted == before.root && before.shape != Shape::plain_key)
    return;  // also: no directory for a change that is none

  make_private_directory(directory_);
  const Cancel never;  // the time under this lock is short, and half an update would be worse than a late Ctrl-C
  const FileLock lock = lock_file(directory_ / "credentials.lock", kFileLockDeadline, clock_, never);
  before = read();
  wanted = before.root;
  change(wanted);
  if (wanted == before.root && before.shape != Shape::plain_key) return;
  remove_leftovers(path_);
  if (wanted.as_object().empty()) {
    remove_file(path_);
    return;
  }
  std::string text = json::write_pretty(wanted);
  replace_file(path_, text);
  wipe(text);
}

FileLock CredentialStore::lock_refresh(const std::string& slot, std::chrono::milliseconds deadline,
                                       const Cancel& cancel) {
  make_private_directory(directory_);
  return lock_file(directory_ / ("refresh-" + slot + ".lock"), deadline, clock_, cancel);
}

}  // namespace heygen::store
