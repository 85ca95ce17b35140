// SPDX-License-Identifier: Apache-2.0
// The credentials file: read, and changed under a lock so that it is never half-written.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/atomic_file.hpp"
#include "core/base/file_lock.hpp"
#include "core/store/credentials_document.hpp"
#include "core/store/keyring/keyring_slots.hpp"
#include "core/store/pending_login.hpp"
#include "core/store/provider/provider_cache.hpp"
#include "core/store/provider/provider_keys.hpp"
#include "core/store/refresh_lock.hpp"

namespace heygen {
class Cancel;
class Clock;
class Random;
}  // namespace heygen

namespace heygen::store {

/// The file cannot be used. The message names path and reason, never content.
class Unreadable : public std::runtime_error {
 public:
  explicit Unreadable(const std::string& what, bool is_in_keyring = false)
      : std::runtime_error(what), in_keyring(is_in_keyring) {}
  bool in_keyring;  ///< nothing is wrong with the file: what it names cannot be taken from the keyring
};

/// What to do about a keyring that cannot be read.
inline constexpr const char* kUnlockKeyring =
    "Unlock the keyring of your desktop, then try again. `heygen auth login --store file` stores a new login in the "
    "file.";

class CredentialStore {
 public:
  /// `directory` is created (0700) by the first write, not before. An empty one has no file, and takes none.
  /// `fallbacks`: where its locks and temporary files are while it cannot be written although the file in it can be.
  /// `hold`: asked before each write; only begin_login() creates the directory.
  CredentialStore(std::filesystem::path directory, Clock& clock, std::vector<std::filesystem::path> fallbacks = {},
                  WriteHold hold = {});

  /// Told while another process refreshes; Cancel ends that wait.
  OnLockWait on_lock_wait;
  /// Told while another process writes the file. Nothing ends that wait: what waits may be a credential to store.
  OnLockWait on_write_wait;

  /// What messages add to the credential in this directory: " (profile `work`)", or "".
  std::string account{};

  /// Slots may be in it; without one, those that are cannot be read.
  void use_keyring(Keyring& keyring, Random& random, std::string profile);
  /// Where what is stored from now on goes; empty: where what it replaces is, as a refresh does.
  std::optional<StorePlace> place_of_new;
  /// What the keyring does not give counts as not stored: for a login that replaces it.
  bool ignores_keyring_faults = false;
  /// Told about slots of which something stays in the keyring that the file no longer names. May be empty.
  std::function<void(const std::vector<std::string>& slots)> on_left_in_keyring{};
  /// The slots that are in the keyring, which is not asked. Throws as read() does.
  std::vector<std::string> slots_in_keyring() const;
  /// Why nothing can be stored in the keyring now, a clause; "" when it can.
  std::string keyring_problem() const;

  /// What else the host keeps beside the file.
  ProviderCache cache;
  ProviderKeys keys;

  const std::filesystem::path& path() const { return path_; }
  const std::filesystem::path& directory() const { return directory_; }
  /// Throws Error when there is no directory to store anything in; every write does.
  void require_directory() const;

  /// With what is in the keyring. Throws Unreadable for a malformed file, a directory, a file that cannot be read or is
  /// over limits::kUserFile, and for a keyring that does not give what the file says is there.
  CredentialsDocument read() const;

  /// What other users could read or write: one sentence each, with the command that fixes it.
  std::vector<std::string> loose_modes() const;

  /// Room for the next content of the file and for the tokens that a refresh brings, beside the real file. Throws Error
  /// when the file cannot be replaced, or its lock cannot be taken: nothing may then be asked for that cannot be had
  /// twice. Take it while holding the lock of the refresh.
  std::unique_ptr<FileReplacement> reserve() const;

  /// Makes sure of a place for a credential that is going to be asked for: its pending copy. Creates the directory.
  /// Throws Error.
  PendingLogin begin_login() const;
  /// What was interrupted before it was stored, the newest first.
  std::vector<PendingLogin> take_interrupted_logins() const;
  /// The same after sweep(), which together cost less.
  std::vector<PendingLogin> sweep_and_take_interrupted_logins() const;

  /// Puts back what a killed writer kept of a file that it left torn or empty, and removes what such writers left,
  /// where that is possible at once.
  void sweep() const;

  /// Under credentials.lock: reads, lets `change` edit the document (it may be called twice, on equal ones), and
  /// replaces the file (mode 0600), in `room` if given. Nothing is written when nothing changed (what killed writers
  /// left is removed), and an empty document removes the file. Throws Unreadable as read() does, and Error as
  /// FileReplacement and lock_file() do; the file is then unchanged.
  void update(const std::function<void(CredentialsDocument& document)>& change,
              std::unique_ptr<FileReplacement> room = nullptr);

  /// Locks refresh-<slot>.lock (the directory is created when missing) for the caller that refreshes or replaces what
  /// is in that slot, and the file itself, where it exists: containers may share it and nothing else. Throws as
  /// lock_file() does.
  RefreshLock lock_refresh(const std::string& slot, std::chrono::milliseconds deadline, const Cancel& cancel) const;
  /// How the last refresh of that slot ended.
  std::optional<RefreshRecord> last_refresh(const std::string& slot) const;

 private:
  FilePlace place() const;
  void sweep(const FilePlace& place) const;
  std::vector<PendingLogin> take_interrupted_in(const FilePlace& place) const;
  std::shared_ptr<const void> hold(bool creates) const { return hold_ ? hold_(creates) : nullptr; }
  void make_directories() const;
  /// The directory of the real file as a rule, where its locks are: directories that link to one file exclude each
  /// other.
  std::filesystem::path lock_directory() const;
  /// Of the lock for writers.
  std::filesystem::path lock_path() const;
  std::filesystem::path refresh_lock_path(const std::string& slot) const;
  /// The file without what is in the keyring.
  CredentialsDocument read_file() const;
  /// With what is in the keyring.
  CredentialsDocument opened(CredentialsDocument file) const;
  /// Stores what is to be in the keyring there. Throws Error.
  CredentialsDocument closed(const CredentialsDocument& file, const CredentialsDocument& before,
                             CredentialsDocument wanted);
  /// Whether place_of_new moves a slot that is stored elsewhere.
  bool moves(const CredentialsDocument& file, const CredentialsDocument& wanted) const;
  void settle_keyring(const CredentialsDocument& from, const CredentialsDocument& to) const;
  /// The file as it is, or, while or after it is written in place, what was kept of it.
  CredentialsDocument read_whole(bool& from_kept) const;
  /// Removes copies of what is in `document`, before it changes: once it is refreshed, nothing would tell that it was
  /// stored. Those that name what is still to be revoked stay, and tell it.
  void remove_stored_copies(const CredentialsDocument& document) const;
  /// What was kept of the file; empty when there is nothing that can be used.
  std::optional<CredentialsDocument> read_kept() const;
  /// Excludes writers that have another lock directory.
  std::optional<FileLock> lock_content() const;

  std::filesystem::path directory_;
  std::filesystem::path path_;
  std::vector<std::filesystem::path> fallbacks_;
  Clock& clock_;
  WriteHold hold_;
  std::unique_ptr<KeyringSlots> keyring_;
};

}  // namespace heygen::store
