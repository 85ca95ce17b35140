// SPDX-License-Identifier: Apache-2.0
#include "core/store/credential_store.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <optional>
#include <system_error>

#include "core/base/account.hpp"
#include "core/base/atomic_file.hpp"
#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/directory.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/home.hpp"
#include "core/base/limits.hpp"
#include "core/base/secret.hpp"
#include "core/base/text.hpp"
#include "core/json/write.hpp"

namespace heygen::store {

namespace {

constexpr std::chrono::seconds kFileLockDeadline{10};
/// What a refresh may add to the file beyond its present size: two tokens of usual length.
constexpr std::size_t kRoomForTokens = 16 * limits::kKiB;

/// Bytes of the credentials file that are locked, far beyond its end.
constexpr std::int64_t kContentByte = std::int64_t{1} << 60;

/// FNV-1a: the same in every build.
std::int64_t refresh_byte(std::string_view slot) {
  constexpr std::uint64_t kBasis = 14695981039346656037U, kPrime = 1099511628211U;
  constexpr std::uint64_t kMask = (std::uint64_t{1} << 59) - 1;
  std::uint64_t hash = kBasis;
  for (const char c : slot) hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
  return kContentByte + 1 + static_cast<std::int64_t>(hash & kMask);
}

/// "" when it cannot be read.
std::string read_text_of(const std::filesystem::path& path) {
  try {
    return read_regular_file(path, limits::kUserFile).value_or("");
  } catch (const std::system_error&) {
    return {};
  }
}

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

/// Of a file in a directory that cannot be written.
Error no_place_beside(const FilePlace& place) {
  return {code::kFileIo,
          "The directory " + place.target.parent_path().string() +
              " cannot be written, and there is no other place for the locks and copies of the credentials file in it.",
          "Make the directory writable for your user, or set XDG_STATE_HOME to a directory that is."};
}

}  // namespace

CredentialStore::CredentialStore(std::filesystem::path directory, Clock& clock,
                                 std::vector<std::filesystem::path> fallbacks, WriteHold hold)
    : cache(directory, clock, fallbacks, hold),
      keys(directory, clock, fallbacks, hold),
      directory_(std::move(directory)),
      path_(directory_.empty() ? directory_ : directory_ / "credentials"),
      fallbacks_(std::move(fallbacks)),
      clock_(clock),
      hold_(std::move(hold)) {}

FilePlace CredentialStore::place() const {
  return {path_, fallbacks_};
}

void CredentialStore::require_directory() const {
  if (directory_.empty()) throw no_user_directory();
}

std::filesystem::path CredentialStore::lock_directory() const {
  return place().companions;
}

std::filesystem::path CredentialStore::lock_path() const {
  return lock_directory() / "credentials.lock";
}

CredentialsDocument CredentialStore::read_whole(bool& from_kept) const {
  std::optional<std::string> text = read_text(path_);
  if (!text) return {};
  const Wiper wiper{*text};
  CredentialsDocument document;
  std::string problem;
  try {
    document = CredentialsDocument::parse(*text);
    if (document.shape() != CredentialsDocument::Shape::blank) return document;
  } catch (const std::runtime_error& error) {
    problem = error.what();
  }
  if (std::optional<CredentialsDocument> before = read_kept()) {
    from_kept = true;
    return *std::move(before);
  }
  if (!problem.empty()) unreadable(path_, problem);
  return document;
}

std::optional<CredentialsDocument> CredentialStore::read_kept() const {
  const std::filesystem::path kept = kept_content(place());
  std::optional<std::string> text = kept.empty() ? std::nullopt : read_text(kept);
  if (!text) return {};
  const Wiper wiper{*text};
  try {
    return CredentialsDocument::parse(*text);
  } catch (const std::runtime_error&) {
    return {};
  }
}

void CredentialStore::use_keyring(Keyring& keyring, Random& random, std::string profile) {
  keyring_ = std::make_unique<KeyringSlots>(keyring, random, std::move(profile));
}

std::vector<std::string> CredentialStore::slots_in_keyring() const {
  return store::slots_in_keyring(read_file().root());
}

std::string CredentialStore::keyring_problem() const {
  if (!keyring_) return "this program has none";
  try {
    keyring_->check();
    return {};
  } catch (const KeyringFault& fault) {
    return fault.what();
  }
}

CredentialsDocument CredentialStore::opened(CredentialsDocument file) const {
  const std::vector<std::string> slots = store::slots_in_keyring(file.root());
  if (slots.empty() && file.root().find("keyring") == nullptr) return file;
  try {
    if (!keyring_) throw KeyringFault("this program has none");
    return CredentialsDocument(keyring_->open(file.root(), ignores_keyring_faults));
  } catch (const KeyringFault& fault) {
    throw Unreadable("Could not read the credential `" + join(slots, "` and `") + "`" + account +
                         ", which is in the keyring: " + fault.what() + ".",
                     true);
  }
}

CredentialsDocument CredentialStore::closed(const CredentialsDocument& file, const CredentialsDocument& before,
                                            CredentialsDocument wanted) {
  const bool concerned = place_of_new == StorePlace::keyring || file.root().find("keyring") != nullptr;
  if (!keyring_ || !concerned) return wanted;
  std::vector<std::string> slots;
  for (const FilledSlot& slot : wanted.filled_slots()) slots.push_back(slot.slot);
  try {
    return CredentialsDocument(keyring_->close(file.root(), before.root(), wanted.root(), slots, place_of_new));
  } catch (const KeyringFault& fault) {
    throw Error(code::kFileIo, std::string("Could not store the credential in the keyring: ") + fault.what() + ".",
                kUnlockKeyring);
  }
}

void CredentialStore::settle_keyring(const CredentialsDocument& from, const CredentialsDocument& to) const {
  if (!keyring_ || from.root() == to.root()) return;
  const std::vector<std::string> left = keyring_->settle(from.root(), to.root());
  if (!left.empty() && on_left_in_keyring) on_left_in_keyring(left);
}

CredentialsDocument CredentialStore::read() const {
  return opened(read_file());
}

CredentialsDocument CredentialStore::read_file() const {
  bool from_kept = false;
  try {
    return read_whole(from_kept);
  } catch (const Unreadable&) {
    // Perhaps seen while a process with another directory writes it in place.
    const std::optional<FileLock> lock = lock_content();
    return read_whole(from_kept);
  }
}

std::optional<FileLock> CredentialStore::lock_content() const {
  const Cancel never;
  return lock_byte(link_target(path_), kContentByte, kFileLockDeadline, clock_, never, on_write_wait);
}

std::vector<std::string> CredentialStore::loose_modes() const {
  std::vector<std::string> warnings;
  struct stat info {};
  if (path_.empty() || lstat(path_.c_str(), &info) != 0) return warnings;
  const bool is_link = S_ISLNK(info.st_mode);
  if (is_link && stat(path_.c_str(), &info) != 0) return warnings;
  if (S_ISREG(info.st_mode) && (info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    warnings.push_back("Other users may use the credentials file " + path_.string() + " (mode " + octal(info.st_mode) +
                       "). Run `chmod 600 " + shell_word(path_.string()) + "`.");
  }
  std::vector<std::filesystem::path> directories{directory_};
  const std::filesystem::path real = is_link ? link_target(path_).parent_path() : directory_;
  if (real != directory_) directories.push_back(real);
  for (const std::filesystem::path& directory : directories) {
    if (stat(directory.c_str(), &info) != 0 || (info.st_mode & S_ISVTX) != 0) continue;
    if (!others_may_write(info)) continue;
    warnings.push_back("Other users may replace the credentials file in " + directory.string() + " (mode " +
                       octal(info.st_mode) + "). Run `chmod go-w " + shell_word(directory.string()) + "`.");
  }
  return warnings;
}

void CredentialStore::make_directories() const {
  const FilePlace now = place();
  if (now.lacks_fallback) throw no_place_beside(now);
  make_private_directory(directory_);
  try {
    make_private_directory(now.companions);
  } catch (const Error&) {
    if (now.is_apart()) throw no_place_beside(now);
    throw;
  }
}

std::unique_ptr<FileReplacement> CredentialStore::reserve() const {
  require_directory();
  require_lock_file(lock_path());
  if (!place_of_new && !slots_in_keyring().empty()) {
    if (const std::string problem = keyring_problem(); !problem.empty())
      throw Error(code::kFileIo, "The keyring cannot take a new credential: " + problem + ".", kUnlockKeyring);
  }
  std::error_code unknown;
  const std::uintmax_t size = std::filesystem::file_size(path_, unknown);
  return std::make_unique<FileReplacement>(place(), (unknown ? 0 : static_cast<std::size_t>(size)) + kRoomForTokens);
}

PendingLogin CredentialStore::begin_login() const {
  std::shared_ptr<const void> held = hold(true);
  std::vector<std::filesystem::path> missing;
  std::error_code unknown;
  for (std::filesystem::path at = directory_; !at.empty() && !std::filesystem::exists(at, unknown);
       at = at.parent_path()) {
    missing.push_back(at);
  }
  make_directories();
  PendingLogin pending(place(), std::move(missing));
  pending.hold(std::move(held));
  return pending;
}

std::vector<PendingLogin> CredentialStore::take_interrupted_logins() const {
  return path_.empty() ? std::vector<PendingLogin>{} : take_interrupted_in(place());
}

std::vector<PendingLogin> CredentialStore::sweep_and_take_interrupted_logins() const {
  if (path_.empty()) return {};
  const FilePlace at = place();
  sweep(at);
  return take_interrupted_in(at);
}

std::vector<PendingLogin> CredentialStore::take_interrupted_in(const FilePlace& at) const {
  std::vector<PendingLogin> found = PendingLogin::take_interrupted(at);
  if (found.empty()) return found;
  const std::shared_ptr<const void> held = hold(false);
  for (PendingLogin& pending : found) pending.hold(held);
  return found;
}

void CredentialStore::remove_stored_copies(const CredentialsDocument& document) const {
  for (PendingLogin& copy : take_interrupted_logins()) {
    if (!copy.is_stored_in(document)) continue;
    try {
      if (copy.replaced().empty()) {
        copy.remove();
      } else {
        copy.keep_stored();
      }
    } catch (const Error&) {
      copy.remove();
    }
  }
}

void CredentialStore::sweep() const {
  if (!path_.empty()) sweep(place());
}

void CredentialStore::sweep(const FilePlace& at) const {
  if (!has_leftovers(at)) return;
  try {
    const Cancel never;
    const FileLock lock = lock_file(lock_path(), std::chrono::milliseconds::zero(), clock_, never);
    const std::optional<FileLock> content_lock = lock_content();
    bool from_kept = false;
    read_whole(from_kept);
    if (from_kept) {
      std::optional<std::string> text = read_text(kept_content(at));
      if (!text) return;
      const Wiper wiper{*text};
      replace_file(at, *text);
    }
    remove_leftovers(at);
  } catch (const std::exception&) {
    // a writer that has the lock sweeps; in a read-only directory they stay
  }
}

void CredentialStore::update(const std::function<void(CredentialsDocument& document)>& change,
                             std::unique_ptr<FileReplacement> room) {
  const auto changed = [&](const CredentialsDocument& before) {
    CredentialsDocument wanted = before;
    change(wanted);
    return wanted;
  };
  {
    const CredentialsDocument file = read_file();
    const CredentialsDocument before = opened(file);
    const CredentialsDocument wanted = changed(before);
    if (!needs_write(before, wanted) && !moves(file, wanted)) {  // that needs no directory either
      sweep();
      return;
    }
  }

  require_directory();
  const std::shared_ptr<const void> held = hold(false);
  make_directories();
  const Cancel never;  // the time under this lock is short, and half an update would be worse than a late Ctrl-C
  const FileLock lock = lock_file(lock_path(), kFileLockDeadline, clock_, never, on_write_wait);
  const std::optional<FileLock> content_lock = lock_content();
  bool from_kept = false;
  const CredentialsDocument file = read_whole(from_kept);
  const CredentialsDocument before = opened(file);
  const CredentialsDocument wanted = closed(file, before, changed(before));
  if (!from_kept) remove_leftovers(place());
  remove_stored_copies(before);
  if (!from_kept && !needs_write(file, wanted)) return;
  if (wanted.is_empty()) {
    room.reset();
    remove_file(place());
    remove_leftovers(place());
    settle_keyring(file, wanted);
    return;
  }
  std::string text = json::write_pretty(wanted.root());
  const Wiper wiper{text};
  if (!room) room = std::make_unique<FileReplacement>(place(), text.size());
  room->commit(text);
  room.reset();
  if (from_kept) remove_leftovers(place());
  settle_keyring(file, wanted);
}

bool CredentialStore::moves(const CredentialsDocument& file, const CredentialsDocument& wanted) const {
  if (!place_of_new) return false;
  const std::vector<std::string> there = store::slots_in_keyring(file.root());
  const bool to_keyring = *place_of_new == StorePlace::keyring;
  return std::ranges::any_of(wanted.filled_slots(), [&](const FilledSlot& slot) {
    return (std::ranges::find(there, slot.slot) != there.end()) != to_keyring;
  });
}

std::filesystem::path CredentialStore::refresh_lock_path(const std::string& slot) const {
  return lock_directory() / ("refresh-" + slot + ".lock");
}

RefreshLock CredentialStore::lock_refresh(const std::string& slot, std::chrono::milliseconds deadline,
                                          const Cancel& cancel) const {
  require_directory();
  std::shared_ptr<const void> held = hold(false);
  make_directories();
  sweep();
  const std::filesystem::path path = refresh_lock_path(slot);
  const std::string before = read_text_of(path);
  FileLock lock = lock_file(path, deadline, clock_, cancel, on_lock_wait);
  std::optional<FileLock> shared =
      lock_byte(link_target(path_), refresh_byte(slot), deadline, clock_, cancel, on_lock_wait);
  std::optional<Error> failure;
  if (read_text_of(path) != before) {
    if (std::optional<RefreshRecord> record = read_record(path)) failure = std::move(record->failure);
  }
  RefreshLock locked(slot, std::move(lock), std::move(shared), std::move(failure));
  locked.hold(std::move(held));
  return locked;
}

std::optional<RefreshRecord> CredentialStore::last_refresh(const std::string& slot) const {
  if (path_.empty()) return {};
  return read_record(refresh_lock_path(slot));
}

}  // namespace heygen::store
