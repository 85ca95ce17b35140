// SPDX-License-Identifier: Apache-2.0
#include "runner/cage/landlock.hpp"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runner/cage/places.hpp"

namespace heygen::cage {
namespace {

// Own definitions: the headers of Debian 12 end with version 2. The numbers are the same on every architecture.
constexpr long kCreateRuleset = 444;
constexpr long kAddRule = 445;
constexpr long kRestrictSelf = 446;
constexpr unsigned kAskVersion = 1;
constexpr int kPathBeneath = 1;

constexpr uint64_t kExecute = 1 << 0;
constexpr uint64_t kWriteFile = 1 << 1;
constexpr uint64_t kReadFile = 1 << 2;
constexpr uint64_t kReadDirectory = 1 << 3;
constexpr uint64_t kRemoveDirectory = 1 << 4;
constexpr uint64_t kRemoveFile = 1 << 5;
constexpr uint64_t kMakeDirectory = 1 << 7;
constexpr uint64_t kMakeRegular = 1 << 8;
constexpr uint64_t kFirstRights = (1 << 13) - 1;
constexpr uint64_t kRefer = 1 << 13;        // version 2
constexpr uint64_t kTruncate = 1 << 14;     // 3
constexpr uint64_t kDeviceIoctl = 1 << 15;  // 5
constexpr uint64_t kBindTcp = 1 << 0;       // 4
constexpr uint64_t kConnectTcp = 1 << 1;
constexpr uint64_t kAbstractSocket = 1 << 0;  // 6
constexpr uint64_t kSignal = 1 << 1;

struct Ruleset {
  uint64_t files;
  uint64_t network;
  uint64_t scoped;
};
struct [[gnu::packed]] PathRule {
  uint64_t rights;
  int32_t parent;
};

/// An older kernel accepts only the structure that it knows.
size_t size_of_ruleset(int version) {
  if (version < 4) return offsetof(Ruleset, network);
  return version < 6 ? offsetof(Ruleset, scoped) : sizeof(Ruleset);
}

uint64_t file_rights(int version) {
  uint64_t rights = kFirstRights;
  if (version >= 2) rights |= kRefer;
  if (version >= 3) rights |= kTruncate;
  if (version >= 5) rights |= kDeviceIoctl;
  return rights;
}

class Rules {
 public:
  Rules(int ruleset, uint64_t handled) : ruleset_(ruleset), handled_(handled) {}

  void add(const char* path, uint64_t rights) {
    const int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0) return;
    add_open(fd, rights);
    close(fd);
  }

  void add_open(int fd, uint64_t rights) {
    struct stat info;
    if (fstat(fd, &info) != 0) return;
    if (!S_ISDIR(info.st_mode)) rights &= kExecute | kWriteFile | kReadFile | kTruncate | kDeviceIoctl;
    const PathRule rule{rights & handled_, fd};
    if (rule.rights != 0 && syscall(kAddRule, ruleset_, kPathBeneath, &rule, 0) != 0 && error_ == 0) error_ = errno;
  }

  void add_all(const char* const* paths, uint64_t rights) {
    for (; paths != nullptr && *paths != nullptr; ++paths) add(*paths, rights);
  }

  /// The program, and the interpreter that the kernel starts for a script.
  void add_program(const char* path) {
    add(path, kExecute | kReadFile);
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return;
    char line[256];
    const ssize_t size = read(fd, line, sizeof line - 1);
    close(fd);
    if (size < 3 || line[0] != '#' || line[1] != '!') return;
    line[size] = '\0';
    char* start = line + 2;
    while (*start == ' ' || *start == '\t') ++start;
    char* end = start;
    while (*end != '\0' && *end != ' ' && *end != '\t' && *end != '\n') ++end;
    *end = '\0';
    if (*start == '/') add(start, kExecute | kReadFile);
  }

  int error() const { return error_; }

 private:
  int ruleset_;
  uint64_t handled_;
  int error_ = 0;
};

void add_plan(Rules& rules, const Plan& plan) {
  constexpr uint64_t kRead = kReadFile | kReadDirectory;
  rules.add_all(kLinkerFiles, kReadFile);
  for (const char* const* device = kDevices; *device != nullptr; ++device) rules.add(*device, kReadFile | kWriteFile);
  if (plan.library != nullptr) rules.add(plan.library, kReadFile);
  if (plan.network) rules.add_all(kNetworkFiles, kRead);
  rules.add_all(plan.read_files, kRead);
  rules.add_all(plan.write_files, kRead | kWriteFile | kTruncate | kMakeRegular | kMakeDirectory | kRemoveFile |
                                      kRemoveDirectory | kRefer);
  if (plan.programs == nullptr || *plan.programs == nullptr) return;
  for (const char* const* program = plan.programs; *program != nullptr; ++program) rules.add_program(*program);
  rules.add_all(kInterpreters, kExecute | kReadFile);
}

}  // namespace

int landlock_version() {
  const long version = syscall(kCreateRuleset, nullptr, 0, kAskVersion);
  return version < 0 ? 0 : version > 7 ? 7 : static_cast<int>(version);
}

int enter_landlock(const Plan& plan, int version) {
  Ruleset wanted{file_rights(version), 0, 0};
  if (version >= 4 && !plan.network) wanted.network = kBindTcp | kConnectTcp;
  if (version >= 6) wanted.scoped = kAbstractSocket | kSignal;
  const int ruleset = static_cast<int>(syscall(kCreateRuleset, &wanted, size_of_ruleset(version), 0));
  if (ruleset < 0) return errno;
  Rules rules(ruleset, wanted.files);
  add_plan(rules, plan);
  int error = rules.error();
  if (error == 0 && syscall(kRestrictSelf, ruleset, 0) != 0) error = errno;
  close(ruleset);
  return error;
}

}  // namespace heygen::cage
