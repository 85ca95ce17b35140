// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <system_error>

#include "core/base/clock.hpp"
#include "core/base/directory.hpp"
#include "core/base/file.hpp"
#include "core/base/home.hpp"
#include "core/base/limits.hpp"
#include "core/base/text.hpp"
#include "core/store/credential_store.hpp"
#include "host/commands/doctor/look/look.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::doctor {

namespace {

std::string read_proc(const std::string& path) {
  const UniqueFd file = open_file(path, O_RDONLY);
  if (!file) throw std::system_error(errno, std::generic_category());
  return read_to_end(file.get(), limits::kMiB);
}

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words = split(line, ' ');
  std::erase(words, "");
  return words;
}

/// Seconds since the process began; empty when it is gone. The 22nd field of /proc/PID/stat, in ticks since the boot.
std::optional<std::int64_t> age_of(int pid) {
  try {
    const std::string stat = read_proc("/proc/" + std::to_string(pid) + "/stat");
    constexpr std::size_t kStart = 19;  // behind the name, which may have spaces
    const std::vector<std::string> fields = words_of(std::string_view(stat).substr(stat.rfind(')') + 1));
    const std::string uptime = read_proc("/proc/uptime");
    if (fields.size() <= kStart) return {};
    return static_cast<std::int64_t>(std::stod(uptime)) - std::stoll(fields[kStart]) / sysconf(_SC_CLK_TCK);
  } catch (const std::exception&) {
    return {};
  }
}

/// Not its arguments, which may have more than a bug report should.
std::string describe_process(int pid) {
  if (pid <= 0) return "a process that is not visible here";
  std::string out = "process " + std::to_string(pid);
  try {
    out += " (" + printable(trim(read_proc("/proc/" + std::to_string(pid) + "/comm"))) + ")";
  } catch (const std::system_error&) {
  }
  if (const auto age = age_of(pid); age && *age > 0)
    out += ", which runs for " + format_duration(std::chrono::seconds(*age));
  return out;
}

/// The files whose locks heygen takes, as far as they exist.
std::set<std::filesystem::path> lock_files(Services& services) {
  const store::CredentialStore& store = services.store();
  std::vector<std::filesystem::path> directories = state_directories(services.environment);
  directories.push_back(store.directory());
  std::error_code unknown;
  directories.push_back(std::filesystem::weakly_canonical(store.path(), unknown).parent_path());
  std::set<std::filesystem::path> files;
  for (const std::filesystem::path& directory : directories) {
    if (directory.empty()) continue;
    visit_names(directory, [&](std::string_view name) {
      if (name.ends_with(".lock")) files.insert(std::filesystem::weakly_canonical(directory / name, unknown));
      return true;
    });
  }
  if (!store.path().empty()) files.insert(std::filesystem::weakly_canonical(store.path(), unknown));
  return files;
}

/// As /proc/locks writes it; "" when it does not exist.
std::string number_of(const std::filesystem::path& file) {
  struct stat info {};
  if (stat(file.c_str(), &info) != 0) return {};
  return fmt::format("{:02x}:{:02x}:{}", major(info.st_dev), minor(info.st_dev), info.st_ino);
}

Check describe_locks(const std::set<std::filesystem::path>& files, const std::string& locks) {
  std::vector<std::string> held;
  for (const std::filesystem::path& file : files) {
    const std::string number = number_of(file);
    if (number.empty()) continue;
    std::vector<LockHolder> holders = holders_of(locks, number);
    const auto waiting = std::erase_if(holders, [](const LockHolder& one) { return one.waiting; });
    if (holders.empty()) continue;
    held.push_back(file.filename().string() + " is held by " + describe_process(holders.front().pid) +
                   (waiting > 0 ? fmt::format("; waiting for it: {}", waiting) : ""));
  }
  if (held.empty()) return {"locks", Status::ok, "No lock is held."};
  return {"locks", Status::warn, join(held, ". ") + ".",
          "Wait for that process; if it is stopped (Ctrl-Z), `fg` continues it, and if it hangs, end it with `kill`."};
}

}  // namespace

std::vector<LockHolder> holders_of(std::string_view locks, std::string_view file) {
  std::vector<LockHolder> holders;
  while (!locks.empty()) {
    // "1: FLOCK  ADVISORY  WRITE 7655 fe:00:9988646 0 EOF", with "->" behind the number for one that waits.
    std::vector<std::string> words = words_of(take_line(locks));
    const bool waiting = words.size() > 1 && words[1] == "->";
    if (waiting) words.erase(words.begin() + 1);
    constexpr std::size_t kPid = 4, kFile = 5;
    if (words.size() <= kFile || words[kFile] != file) continue;
    LockHolder holder{.pid = 0, .waiting = waiting};
    std::from_chars(words[kPid].data(), words[kPid].data() + words[kPid].size(), holder.pid);
    holders.push_back(holder);
  }
  return holders;
}

Check look_at_locks(Services& services) {
  return guarded("locks", [&]() -> Check {
    try {
      return describe_locks(lock_files(services), read_proc("/proc/locks"));
    } catch (const std::system_error&) {
      return {"locks", Status::skipped, "Not checked: this system has no /proc/locks."};
    }
  });
}

}  // namespace heygen::host::commands::doctor
