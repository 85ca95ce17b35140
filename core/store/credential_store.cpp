#include "core/store/credential_store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/error.hpp"
#include "core/base/secret.hpp"
#include "core/base/text.hpp"
#include "core/base/atomic_file.hpp"
#include "core/base/file_lock.hpp"

namespace heygen::store {

namespace {

constexpr std::size_t kLargestFile = std::size_t{1} << 20U;
constexpr std::chrono::milliseconds kFileLockDeadline{10'000};

[[noreturn]] void unreadable(const std::filesystem::path& path, const std::string& why) {
  throw Unreadable("The credentials file " + path.string() + " " + why + ".");
}

/// Empty optional when there is no file.
std::optional<std::string> read_text(const std::filesystem::path& path) {
  // O_NONBLOCK: a FIFO in the file's place must not hang us.
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0 && errno == ENOENT) return {};
  if (file < 0) unreadable(path, std::string("cannot be opened: ") + std::strerror(errno));
  struct stat about {};
  std::string text;
  int why = 0;
  if (fstat(file, &about) == 0 && S_ISREG(about.st_mode)) {
    text.resize(kLargestFile + 1);
    std::size_t used = 0;
    for (;;) {
      const ssize_t got = ::read(file, text.data() + used, text.size() - used);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) why = errno;
      if (got <= 0) break;
      used += static_cast<std::size_t>(got);
    }
    text.resize(used);
  }
  close(file);
  if (S_ISDIR(about.st_mode)) unreadable(path, "is a directory");
  if (!S_ISREG(about.st_mode)) unreadable(path, "is not a regular file");
  if (why != 0) unreadable(path, std::string("cannot be read: ") + std::strerror(why));
  if (text.size() > kLargestFile) unreadable(path, "is larger than 1 MiB");
  return text;
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
      unreadable(path, std::string("is not valid JSON (") + error.what() + ")");
    }
    if (!document.root.is_object()) unreadable(path, "holds JSON that is not an object");
    document.shape = Shape::json;
    return document;
  }
  if (has_control(content)) unreadable(path, "is neither JSON nor one line with a key");
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
  const auto lock = lock_file(directory_ / "credentials.lock", kFileLockDeadline, clock_, never);
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

std::unique_ptr<Lock> CredentialStore::lock_refresh(const std::string& slot, std::chrono::milliseconds deadline,
                                                    const Cancel& cancel) {
  make_private_directory(directory_);
  return lock_file(directory_ / ("refresh-" + slot + ".lock"), deadline, clock_, cancel);
}

}  // namespace heygen::store
