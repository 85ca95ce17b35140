// SPDX-License-Identifier: Apache-2.0
#include "host/transfer/partial_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <system_error>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/json/parse.hpp"
#include "core/json/value.hpp"
#include "core/json/write.hpp"

namespace heygen::host::transfer {
namespace {

constexpr std::uint64_t kWriteBackEvery = std::uint64_t{8} << 20;
constexpr std::size_t kLongestName = 230;

Error io_error(const std::filesystem::path& path, const std::string& what, int number) {
  return {code::kFileIo, fmt::format("Could not {} the file '{}': {}.", what, path.string(), describe_errno(number)),
          "Choose another place with --output-path."};
}

std::string part_path(const std::filesystem::path& target) {
  const std::string name = target.filename().string().substr(0, kLongestName);
  return (target.parent_path() / ("." + name + ".heygen-part")).string();
}

UniqueFd open_private(const std::string& path, int flags) {
  return open_file(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | flags, 0600);
}

void check_owned(const std::string& path, int descriptor) {
  struct stat facts {};
  if (fstat(descriptor, &facts) != 0) throw io_error(path, "examine", errno);
  if (!S_ISREG(facts.st_mode) || facts.st_uid != geteuid() || facts.st_nlink > 1)
    throw Error(code::kFileIo, "Cannot create " + path + ": a file of that name exists and is not only yours.",
                "Delete it, or use another --output-path.");
}

std::optional<std::uint64_t> whole_number(const json::Value& facts, std::string_view name) {
  const json::Value* value = facts.find(name);
  const auto number = value == nullptr || !value->is_number() ? std::nullopt : value->to_int64();
  return number && *number > 0 ? std::optional(static_cast<std::uint64_t>(*number)) : std::nullopt;
}

/// On a thread without signals, which stay with those that expect them; later on this one, where none is to be had.
template <class Work>
std::future<int> behind(Work work) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::future<int> result;
  try {
    result = std::async(std::launch::async, work);
  } catch (const std::system_error&) {
    result = std::async(std::launch::deferred, work);
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return result;
}

}  // namespace

PartialFile::PartialFile(std::filesystem::path target, std::string asset, std::uint64_t checkpoint_every)
    : target_(std::move(target)),
      asset_(std::move(asset)),
      path_(part_path(target_)),
      metadata_path_(path_ + ".json"),
      checkpoint_every_(checkpoint_every) {
  if (open(false) && !adopt_existing()) restart({});
}

PartialFile::~PartialFile() {
  if (!fd_ || keep_files_) return;
  unlink(metadata_path_.c_str());
  unlink(path_.c_str());
}

/// False: there is none.
bool PartialFile::open(bool create) {
  for (;;) {
    fd_ = open_private(path_, create ? O_CREAT : 0);
    if (!fd_ && !create && (errno == ENOENT || errno == ENOTDIR)) return false;
    if (!fd_ && errno == ELOOP)
      throw Error(code::kFileIo, "Cannot create " + path_ + ": it is a symbolic link.", "Delete it.");
    if (!fd_) throw io_error(create ? target_.string() : path_, create ? "create" : "open", errno);
    try {
      check_owned(path_, fd_.get());
      lock();
    } catch (const Error&) {
      fd_.reset();  // it is not ours to remove
      throw;
    }
    // The process that had the lock may have finished meanwhile, and what is open here is then a file of another name.
    if (is_same_file()) return true;
    fd_.reset();
  }
}

void PartialFile::lock() const {
  const int done = retry_interrupted([&] { return flock(fd_.get(), LOCK_EX | LOCK_NB); });
  if (done != 0 && errno == EWOULDBLOCK)
    throw Error(code::kFileIo, "Another heygen is downloading to '" + target_.string() + "'.",
                "Wait until it has finished, or use another --output-path.");
  // Other failures: the file system knows no locks.
}

bool PartialFile::is_same_file() const {
  struct stat mine {
  }, named{};
  return fstat(fd_.get(), &mine) == 0 && lstat(path_.c_str(), &named) == 0 && mine.st_ino == named.st_ino &&
         mine.st_dev == named.st_dev;
}

std::string PartialFile::read_metadata() const {
  const UniqueFd file = open_private(metadata_path_, 0);
  if (!file) return {};
  check_owned(metadata_path_, file.get());
  std::array<char, 16384> text;
  const ssize_t count = retry_interrupted([&] { return pread(file.get(), text.data(), text.size(), 0); });
  return count > 0 ? std::string(text.data(), static_cast<std::size_t>(count)) : std::string{};
}

bool PartialFile::adopt_existing() {
  json::Value facts;
  try {
    facts = json::parse(read_metadata());
  } catch (const json::ParseError&) {
    return false;
  }
  Version version{{facts.string_at("validator"), facts.string_at("value")}, 0};
  const auto length = whole_number(facts, "length"), size = whole_number(facts, "size");
  struct stat file {};
  if (facts.string_at("asset") != asset_ || !length || !size || *size > *length || fstat(fd_.get(), &file) != 0 ||
      static_cast<std::uint64_t>(file.st_size) < *size || !transport::is_usable(version.validator))
    return false;
  version.length = *length;
  // One byte is asked for in any case: the server says whether this is still its file.
  size_ = write_back_size_ = synced_size_ = syncing_size_ = std::min(*size, *length - 1);
  if (fchmod(fd_.get(), 0600) != 0 ||
      retry_interrupted([&] { return ftruncate(fd_.get(), static_cast<off_t>(size_)); }) != 0 ||
      lseek(fd_.get(), 0, SEEK_END) < 0)
    return false;
  version_ = std::move(version);
  return true;
}

bool PartialFile::restart(std::optional<Version> version) {
  if (fd_.get() < 0) open(true);
  static_cast<void>(end_checkpoint_behind());  // of bytes that go
  unlink(metadata_path_.c_str());
  if (fchmod(fd_.get(), 0600) != 0 || retry_interrupted([&] { return ftruncate(fd_.get(), 0); }) != 0 ||
      lseek(fd_.get(), 0, SEEK_SET) != 0)
    throw io_error(target_, "write", errno);
  version_ = std::move(version);
  size_ = write_back_size_ = synced_size_ = syncing_size_ = 0;
  return true;
}

void PartialFile::write(std::string_view data) {
  if (const std::error_code fault = write_all(fd_.get(), data)) throw io_error(target_, "write", fault.value());
  size_ += data.size();
  start_write_back();
  if (version_) checkpoint_behind();
}

/// So that little is left to wait for in the end. A hint: what fails here fails again when it is made sure of.
void PartialFile::start_write_back() {
  if (size_ - write_back_size_ < kWriteBackEvery) return;
  static_cast<void>(sync_file_range(fd_.get(), static_cast<off_t>(write_back_size_),
                                    static_cast<off_t>(size_ - write_back_size_), SYNC_FILE_RANGE_WRITE));
  write_back_size_ = size_;
}

/// After a power cut a file may have its size but not its content: what was not synced is not continued.
void PartialFile::checkpoint_behind() {
  if (sync_.valid()) {
    if (sync_.wait_for(std::chrono::seconds(0)) == std::future_status::timeout) return;
    if (!end_checkpoint_behind() || !write_metadata()) throw io_error(target_, "write", errno);
  }
  if (size_ - syncing_size_ < checkpoint_every_) return;
  syncing_size_ = size_;
  sync_ = behind([file = fd_.get()] { return retry_interrupted([&] { return fdatasync(file); }) == 0 ? 0 : errno; });
}

/// Waits for it if there is one. False, with errno: the disk failed.
bool PartialFile::end_checkpoint_behind() {
  if (!sync_.valid()) return true;
  const int fault = sync_.get();
  if (fault == 0) synced_size_ = syncing_size_;
  errno = fault;
  return fault == 0;
}

bool PartialFile::checkpoint() {
  if (!end_checkpoint_behind() || retry_interrupted([&] { return fdatasync(fd_.get()); }) != 0) return false;
  synced_size_ = syncing_size_ = size_;
  return write_metadata();
}

bool PartialFile::write_metadata() const {
  const std::string text = json::write(json::Object{
      {"asset", asset_},
      {"validator", version_->validator.name},
      {"value", version_->validator.value},
      {"length", static_cast<std::int64_t>(version_->length)},
      {"size", static_cast<std::int64_t>(synced_size_)},
  });
  const UniqueFd file = open_private(metadata_path_, O_CREAT);
  if (!file) return false;
  check_owned(metadata_path_, file.get());
  const ssize_t count = retry_interrupted([&] { return pwrite(file.get(), text.data(), text.size(), 0); });
  return count == static_cast<ssize_t>(text.size()) &&
         retry_interrupted([&] { return ftruncate(file.get(), static_cast<off_t>(text.size())); }) == 0;
}

bool PartialFile::keep() {
  try {
    keep_files_ = fd_ && version_ && size_ > 0 && checkpoint();
  } catch (const Error&) {
    keep_files_ = false;
  }
  return keep_files_;
}

void PartialFile::finish(bool replace) {
  const mode_t mask = umask(0);
  umask(mask);
  if (!end_checkpoint_behind() || fchmod(fd_.get(), 0666 & ~mask) != 0 ||
      retry_interrupted([&] { return fsync(fd_.get()); }) != 0)
    throw io_error(target_, "write", errno);
  // First, while the lock holds: once the part has gone, these names are another process's.
  unlink(metadata_path_.c_str());
  int done = -1;
  if (!replace) {
    done = renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target_.c_str(), RENAME_NOREPLACE);
    if (done != 0 && errno == EEXIST)
      throw Error(code::kFileExists, "The file '" + target_.string() + "' appeared during the download.",
                  "Use --force to replace it.");
  }
  // Some file systems know no RENAME_NOREPLACE.
  if (done != 0 && rename(path_.c_str(), target_.c_str()) != 0) throw io_error(target_, "rename", errno);
  keep_files_ = true;
}

}  // namespace heygen::host::transfer
