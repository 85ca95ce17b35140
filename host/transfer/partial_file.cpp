#include "host/transfer/partial_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "core/base/error.hpp"
#include "core/json/value.hpp"

namespace heygen::host {
namespace {

/// After a power cut a file may have its size but not its content: what was not synced is not continued.
constexpr std::uint64_t kCheckpointEvery = std::uint64_t{64} << 20;
constexpr std::size_t kLongestName = 230;

Error io_error(const std::filesystem::path& path, const std::string& what, int number) {
  return {
      code::kFileIo,
      "The file '" + path.string() + "' could not be " + what + ": " + std::generic_category().message(number) + ".",
      "Choose another place with --output-path."};
}

std::string part_path(const std::filesystem::path& target) {
  const std::string name = target.filename().string().substr(0, kLongestName);
  return (target.parent_path() / ("." + name + ".heygen-part")).string();
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return number_; }

 private:
  int number_;
};

int open_private(const std::string& path, int flags) {
  return ::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | flags, 0600);
}

void check_owned(const std::string& path, int descriptor) {
  struct stat facts {};
  if (fstat(descriptor, &facts) != 0) throw io_error(path, "looked at", errno);
  if (!S_ISREG(facts.st_mode) || facts.st_uid != geteuid() || facts.st_nlink > 1)
    throw Error(code::kFileIo, "'" + path + "' is not a file of this user's own, and a download needs that name.",
                "Remove it, or choose another place with --output-path.");
}

std::optional<std::uint64_t> whole_number(const json::Value& facts, std::string_view name) {
  const json::Value* value = facts.find(name);
  const auto number = value == nullptr || !value->is_number() ? std::nullopt : value->to_int64();
  return number && *number > 0 ? std::optional(static_cast<std::uint64_t>(*number)) : std::nullopt;
}

}  // namespace

Part::Part(std::filesystem::path target, std::string asset)
    : target_(std::move(target)), asset_(std::move(asset)), path_(part_path(target_)), facts_path_(path_ + ".json") {
  if (open(false) && !take_over()) begin({});
}

Part::~Part() {
  if (descriptor_ >= 0 && !left_) {
    unlink(facts_path_.c_str());
    unlink(path_.c_str());
  }
  close();
}

void Part::close() noexcept {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

/// False: there is none.
bool Part::open(bool create) {
  for (;;) {
    descriptor_ = open_private(path_, create ? O_CREAT : 0);
    if (descriptor_ < 0 && !create && (errno == ENOENT || errno == ENOTDIR)) return false;
    if (descriptor_ < 0 && errno == ELOOP)
      throw Error(code::kFileIo, "'" + path_ + "' is a symbolic link, which a download does not follow.", "Remove it.");
    if (descriptor_ < 0) throw io_error(create ? target_.string() : path_, create ? "created" : "opened", errno);
    try {
      check_owned(path_, descriptor_);
      lock();
    } catch (const Error&) {
      close();  // it is not ours to remove
      throw;
    }
    // Whoever had the lock may have finished meanwhile, and what is open here is then a file of another name.
    if (still_there()) return true;
    close();
  }
}

void Part::lock() const {
  int done = 0;
  do {
    done = flock(descriptor_, LOCK_EX | LOCK_NB);
  } while (done != 0 && errno == EINTR);
  if (done != 0 && errno == EWOULDBLOCK)
    throw Error(code::kFileIo, "Another heygen is downloading to '" + target_.string() + "'.",
                "Wait until it is done, or choose another place with --output-path.");
  // Other failures: the file system knows no locks.
}

bool Part::still_there() const {
  struct stat mine {
  }, named{};
  return fstat(descriptor_, &mine) == 0 && lstat(path_.c_str(), &named) == 0 && mine.st_ino == named.st_ino &&
         mine.st_dev == named.st_dev;
}

std::string Part::read_facts() const {
  const Descriptor file(open_private(facts_path_, 0));
  if (file.get() < 0) return {};
  check_owned(facts_path_, file.get());
  std::array<char, 16384> text;
  const ssize_t count = pread(file.get(), text.data(), text.size(), 0);
  return count > 0 ? std::string(text.data(), static_cast<std::size_t>(count)) : std::string{};
}

bool Part::take_over() {
  json::Value facts;
  try {
    facts = json::parse(read_facts());
  } catch (const json::ParseError&) {
    return false;
  }
  Version version{{facts.string_at("validator"), facts.string_at("value")}, 0};
  const auto length = whole_number(facts, "length"), size = whole_number(facts, "size");
  struct stat file {};
  if (facts.string_at("asset") != asset_ || !length || !size || *size > *length || fstat(descriptor_, &file) != 0 ||
      static_cast<std::uint64_t>(file.st_size) < *size || !transport::is_usable(version.validator))
    return false;
  version.length = *length;
  // One byte is asked for in any case: the server says whether this is still its file.
  size_ = safe_ = std::min(*size, *length - 1);
  if (fchmod(descriptor_, 0600) != 0 || ftruncate(descriptor_, static_cast<off_t>(size_)) != 0 ||
      lseek(descriptor_, 0, SEEK_END) < 0)
    return false;
  version_ = std::move(version);
  return true;
}

bool Part::begin(std::optional<Version> version) {
  if (descriptor_ < 0) open(true);
  unlink(facts_path_.c_str());
  if (fchmod(descriptor_, 0600) != 0 || ftruncate(descriptor_, 0) != 0 || lseek(descriptor_, 0, SEEK_SET) != 0)
    throw io_error(target_, "written", errno);
  version_ = std::move(version);
  size_ = safe_ = 0;
  return true;
}

void Part::write(std::string_view data) {
  while (!data.empty()) {
    const ssize_t count = ::write(descriptor_, data.data(), data.size());
    if (count < 0 && errno != EINTR) throw io_error(target_, "written", errno);
    if (count <= 0) continue;
    data.remove_prefix(static_cast<std::size_t>(count));
    size_ += static_cast<std::uint64_t>(count);
  }
  if (version_ && size_ - safe_ >= kCheckpointEvery && !checkpoint()) throw io_error(target_, "written", errno);
}

bool Part::checkpoint() {
  if (fdatasync(descriptor_) != 0) return false;
  safe_ = size_;
  return write_facts();
}

bool Part::write_facts() const {
  const std::string text = json::write(json::Object{
      {"asset", asset_},
      {"validator", version_->validator.name},
      {"value", version_->validator.value},
      {"length", static_cast<std::int64_t>(version_->length)},
      {"size", static_cast<std::int64_t>(safe_)},
  });
  const Descriptor file(open_private(facts_path_, O_CREAT));
  if (file.get() < 0) return false;
  check_owned(facts_path_, file.get());
  return pwrite(file.get(), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()) &&
         ftruncate(file.get(), static_cast<off_t>(text.size())) == 0;
}

bool Part::keep() {
  try {
    left_ = descriptor_ >= 0 && version_ && size_ > 0 && checkpoint();
  } catch (const Error&) {
    left_ = false;
  }
  return left_;
}

void Part::finish(bool replace) {
  const mode_t mask = umask(0);
  umask(mask);
  if (fchmod(descriptor_, 0666 & ~mask) != 0 || fsync(descriptor_) != 0) throw io_error(target_, "written", errno);
  // First, while the lock holds: once the part has gone, these names are another process's.
  unlink(facts_path_.c_str());
  int done = -1;
  if (!replace) {
    done = renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target_.c_str(), RENAME_NOREPLACE);
    if (done != 0 && errno == EEXIST)
      throw Error(code::kFileExists, "The file '" + target_.string() + "' appeared during the download.",
                  "Add --force to replace it.");
  }
  // Some file systems know no RENAME_NOREPLACE.
  if (done != 0 && rename(path_.c_str(), target_.c_str()) != 0) throw io_error(target_, "put in place", errno);
  left_ = true;
}

}  // namespace heygen::host
