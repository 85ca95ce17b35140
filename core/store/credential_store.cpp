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
#include "core/json/write.hpp"

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

/// Whether the file differs from `wanted`; a plain-text key becomes JSON with the first write.
bool needs_write(const CredentialsDocument& on_disk, const CredentialsDocument& wanted) {
  return on_disk.shape() == CredentialsDocument::Shape::plain_key || !(wanted.root() == on_disk.root());
}

}  // namespace

CredentialStore::CredentialStore(std::filesystem::path directory, Clock& clock)
    : directory_(std::move(directory)), path_(directory_ / "credentials"), clock_(clock) {}

CredentialsDocument CredentialStore::read() const {
  std::optional<std::string> text = read_text(path_);
  if (!text) return {};
  try {
    CredentialsDocument document = CredentialsDocument::parse(*text);
    wipe(*text);
    return document;
  } catch (const std::runtime_error& error) {
    unreadable(path_, error.what());
  }
}

void CredentialStore::update(const std::function<void(CredentialsDocument& document)>& change) {
  const auto changed = [&](const CredentialsDocument& before) {
    CredentialsDocument wanted = before;
    change(wanted);
    return wanted;
  };
  CredentialsDocument before = read();
  if (!needs_write(before, changed(before))) return;  // nothing to write needs no directory either

  make_private_directory(directory_);
  const Cancel never;  // the time under this lock is short, and half an update would be worse than a late Ctrl-C
  const FileLock lock = lock_file(directory_ / "credentials.lock", kFileLockDeadline, clock_, never);
  before = read();
  const CredentialsDocument wanted = changed(before);
  if (!needs_write(before, wanted)) return;
  remove_leftovers(path_);
  if (wanted.is_empty()) {
    remove_file(path_);
    return;
  }
  std::string text = json::write_pretty(wanted.root());
  replace_file(path_, text);
  wipe(text);
}

FileLock CredentialStore::lock_refresh(const std::string& slot, std::chrono::milliseconds deadline,
                                       const Cancel& cancel) {
  make_private_directory(directory_);
  return lock_file(directory_ / ("refresh-" + slot + ".lock"), deadline, clock_, cancel);
}

}  // namespace heygen::store
