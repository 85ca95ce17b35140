// SPDX-License-Identifier: Apache-2.0
#include "core/provider/isolated/denials.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>

#include "core/base/encode.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "runner/cage/cage.hpp"
#include "runner/cage/places.hpp"

namespace heygen::provider {
namespace {

using cage::Way;

constexpr int kLastKnown = cage::kCalls[std::size(cage::kCalls) - 1].number;
constexpr std::uint64_t kNamespaces =
    CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | 0x80;

void append_all(std::vector<std::string>& to, const char* const* from) {
  for (; *from != nullptr; ++from) to.emplace_back(*from);
}

/// The same files as enter_landlock() allows.
GrantedFiles granted_files(const Grants& grants) {
  std::vector<std::string> read = grants.read_files;
  append_all(read, cage::kLinkerFiles);
  if (grants.network) append_all(read, cage::kNetworkFiles);
  if (!grants.library.empty()) read.push_back(grants.library);
  if (!grants.programs.empty()) {
    read.insert(read.end(), grants.programs.begin(), grants.programs.end());
    append_all(read, cage::kInterpreters);
  }
  return {std::move(read), grants.write_files};
}

int as_int(std::uint64_t argument) {
  return static_cast<int>(static_cast<std::uint32_t>(argument));
}

std::string number(std::uint64_t value) {
  return std::to_string(value);
}

std::string family_name(int family) {
  switch (family) {
    case AF_INET:
    case AF_INET6:
      return "open an Internet socket";
    case AF_UNIX:
      return "open a Unix socket";
    case AF_NETLINK:
      return "open a netlink socket";
    case AF_PACKET:
      return "open a packet socket";
    default:
      return "open a socket of family " + std::to_string(family);
  }
}

/// A path, "@name" of an abstract socket, or empty.
std::string unix_name(const sockaddr_storage& address, std::size_t size) {
  constexpr std::size_t kStart = offsetof(sockaddr_un, sun_path);
  if (size <= kStart) return {};
  const char* name = reinterpret_cast<const char*>(&address) + kStart;
  size = std::min(size, sizeof(sockaddr_un)) - kStart;
  if (*name == '\0') return '@' + std::string(name + 1, size - 1);
  return {name, strnlen(name, size)};
}

std::string address_name(const sockaddr_storage& address, std::size_t size) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_UNIX) return unix_name(address, size);
  if (address.ss_family == AF_INET && size >= sizeof(sockaddr_in)) {
    sockaddr_in in{};
    std::memcpy(&in, &address, sizeof in);
    inet_ntop(AF_INET, &in.sin_addr, text.data(), text.size());
    return std::string(text.data()) + " port " + std::to_string(ntohs(in.sin_port));
  }
  if (address.ss_family == AF_INET6 && size >= sizeof(sockaddr_in6)) {
    sockaddr_in6 in{};
    std::memcpy(&in, &address, sizeof in);
    inet_ntop(AF_INET6, &in.sin6_addr, text.data(), text.size());
    return std::string(text.data()) + " port " + std::to_string(ntohs(in.sin6_port));
  }
  return "a socket";
}

/// Never waits: a bus whose queue is full refuses.
UniqueFd connect_to(const std::string& bus, int type) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (bus.empty() || bus.size() >= sizeof address.sun_path) return UniqueFd();
  std::memcpy(address.sun_path, bus.data(), bus.size());
  std::size_t size = offsetof(sockaddr_un, sun_path) + bus.size();
  if (bus.front() == '@') {
    address.sun_path[0] = '\0';
  } else {
    ++size;
  }
  UniqueFd made(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  if (!made || ::connect(made.get(), generic, static_cast<socklen_t>(size)) != 0) return UniqueFd();
  if ((type & SOCK_NONBLOCK) == 0) {
    const int flags = fcntl(made.get(), F_GETFL);
    if (flags < 0 || fcntl(made.get(), F_SETFL, flags & ~O_NONBLOCK) != 0) return UniqueFd();
  }
  return made;
}

std::string ioctl_name(std::uint64_t command) {
  switch (static_cast<std::uint32_t>(command)) {
    case TIOCSTI:
      return "type into the terminal (ioctl TIOCSTI)";
    case 0x541C:
      return "paste into the terminal (ioctl TIOCLINUX)";
    case TIOCSCTTY:
      return "take a terminal (ioctl TIOCSCTTY)";
    default:
      return "call ioctl " + number(static_cast<std::uint32_t>(command));
  }
}

/// A call that the table denies, or whose command it does not allow.
std::string name_of(const cage::Call& call, const seccomp_data& data) {
  switch (call.way) {
    case Way::ioctl:
      return ioctl_name(data.args[1]);
    case Way::fcntl:
      return "call fcntl " + number(static_cast<std::uint32_t>(data.args[1]));
    case Way::prctl:
      return "call prctl " + number(static_cast<std::uint32_t>(data.args[0]));
    case Way::prlimit:
      return "change a limit (prlimit64)";
    case Way::serve:
      return "call " + std::string(call.name) + " of a socket";
    default:
      return "call " + std::string(call.name);
  }
}

std::string unescaped(std::string_view value) {
  std::string text;
  for (std::size_t at = 0; at < value.size(); ++at) {
    if (value[at] != '%' || at + 2 >= value.size()) {
      text += value[at];
      continue;
    }
    const auto digit = [](char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; };
    text += static_cast<char>(digit(value[at + 1]) * 16 + digit(value[at + 2]));
    at += 2;
  }
  return text;
}

}  // namespace

std::vector<std::string> bus_sockets(std::string_view address, std::string_view runtime_directory) {
  std::vector<std::string> found;
  for (const std::string& one : split(address, ';')) {
    if (!one.starts_with("unix:")) continue;
    for (const std::string& pair : split(std::string_view(one).substr(5), ',')) {
      if (pair.starts_with("path=")) found.push_back(unescaped(std::string_view(pair).substr(5)));
      if (pair.starts_with("abstract=")) found.push_back('@' + unescaped(std::string_view(pair).substr(9)));
    }
  }
  if (runtime_directory.starts_with('/')) {
    std::string bus = std::string(runtime_directory) + "/bus";
    if (std::ranges::find(found, bus) == found.end()) found.push_back(std::move(bus));
  }
  return found;
}

std::string name_of_signal(int signal) {
  return signal == SIGSYS ? "call the kernel as another architecture" : std::string();
}

Denials::Denials(UniqueFd listener, UniqueFd memory, pid_t child, Grants grants)
    : listener_(std::move(listener)),
      memory_(std::move(memory), child),
      child_(child),
      grants_(std::move(grants)),
      files_(granted_files(grants_)) {
  seccomp_notif_sizes sizes{};
  if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) != 0) sizes = {};
  const auto room = [](std::size_t kernel, std::size_t own) { return (std::max(kernel, own) + 7) / 8; };
  attempt_.resize(room(sizes.seccomp_notif, sizeof(seccomp_notif)));
  response_.resize(room(sizes.seccomp_notif_resp, sizeof(seccomp_notif_resp)));
  if (listener_) {
    constexpr unsigned long kSetFlags = _IOW('!', 4, std::uint64_t);  // SECCOMP_IOCTL_NOTIF_SET_FLAGS, Linux 6.6
    constexpr std::uint64_t kSyncWakeUp = 1;  // the two processes take turns: no second core is woken
    static_cast<void>(ioctl(listener_.get(), kSetFlags, kSyncWakeUp));
  }
}

bool Denials::serve() {
  if (!listener_) return false;
  pollfd state{listener_.get(), POLLIN, 0};
  if (poll(&state, 1, 0) <= 0) return true;
  if ((state.revents & POLLIN) == 0) return (state.revents & (POLLHUP | POLLERR)) == 0;
  std::ranges::fill(attempt_, 0);
  auto* attempt = reinterpret_cast<seccomp_notif*>(attempt_.data());
  // ENOENT: the caller was killed meanwhile.
  if (ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_RECV, attempt) != 0) return true;
  send(*attempt, decide(*attempt));
  return true;
}

Denials::Answer Denials::decide(const seccomp_notif& attempt) {
  const seccomp_data& data = attempt.data;
  const cage::Call* call = cage::find_call(data.nr);
  if (call == nullptr) {
    return deny(data.nr > kLastKnown ? ENOSYS : EPERM, "make system call " + std::to_string(data.nr));
  }
  switch (call->way) {
    case Way::absent:
      return start_by_structure(attempt);
    case Way::open:
      return open(attempt, call->name);
    case Way::look:
      return look(attempt, call->name);
    case Way::change:
      return change(attempt, call->name);
    case Way::exec:
      return execute(attempt, call->name);
    case Way::fork:
      return start(attempt, SIGCHLD);
    case Way::clone:
      return start(attempt, data.args[0]);
    case Way::signal:
      return signal(attempt, call->name);
    case Way::socket:
      return make_socket(attempt);
    case Way::connect:
      return connect(attempt);
    default:
      return deny(EPERM, name_of(*call, data));
  }
}

Denials::Answer Denials::deny(int error, std::string name) {
  name = printable(name);
  if (named_.size() < kMostNames && std::ranges::find(named_, name) == named_.end()) named_.push_back(std::move(name));
  Answer answer;
  answer.error = error;
  return answer;
}

std::string Denials::path_of(const seccomp_notif& attempt, std::uint64_t directory, std::uint64_t address,
                             std::string& shown) const {
  const auto pid = static_cast<pid_t>(attempt.pid);
  const auto text = memory_.text(pid, address);
  if (!text || !is_alive(attempt.id)) {  // another process may have the number by now
    shown = "a path that cannot be read";
    return {};
  }
  shown = *text;
  if (text->empty() || text->front() == '/') return *text;
  // The cage begins in the root directory, and leaving it is denied.
  if (as_int(directory) == AT_FDCWD) return '/' + *text;
  const auto known = directories_.find(as_int(directory));
  return known == directories_.end() ? std::string() : known->second + '/' + *text;
}

Denials::Answer Denials::open(const seccomp_notif& attempt, std::string_view call) {
  const seccomp_data& data = attempt.data;
  std::uint64_t flags = data.args[1];
  std::uint64_t mode = data.args[2];
  std::uint64_t directory = static_cast<std::uint32_t>(AT_FDCWD);
  std::uint64_t address = data.args[0];
  if (call == "creat") {
    flags = O_CREAT | O_WRONLY | O_TRUNC;
    mode = data.args[1];
  } else if (call != "open") {
    directory = data.args[0];
    address = data.args[1];
    flags = data.args[2];
    mode = data.args[3];
  }
  if (call == "openat2") {
    open_how how{};
    std::array<char, sizeof how> bytes{};
    memory_.read(static_cast<pid_t>(attempt.pid), data.args[2], bytes);
    std::memcpy(&how, bytes.data(), bytes.size());
    flags = how.flags;
    mode = how.mode;
  }
  std::string shown;
  const std::string path = path_of(attempt, directory, address, shown);
  const int wanted = as_int(flags);
  Answer answer;
  if (grants_.library_fd >= 0 && path == "/proc/self/fd/" + std::to_string(grants_.library_fd) &&
      (wanted & (O_ACCMODE | O_CREAT | O_TRUNC)) == O_RDONLY) {
    answer.file = open_file("/proc/self/fd/" + std::to_string(grants_.host_library_fd), O_RDONLY);
    answer.error = answer.file ? 0 : errno;
  } else if (path.empty() && shown.empty()) {
    answer.error = ENOENT;
  } else {
    OpenedFile opened =
        path.empty() ? OpenedFile{{}, EACCES, true} : files_.open(path, wanted, static_cast<mode_t>(mode));
    if (opened.denied) {
      const bool read = (wanted & (O_ACCMODE | O_CREAT | O_TRUNC)) == O_RDONLY;
      return deny(opened.error, "open " + (path.empty() ? shown : path) + (read ? " to read" : " to write"));
    }
    answer.file = std::move(opened.file);
    answer.error = opened.error;
  }
  answer.give = static_cast<bool>(answer.file);
  answer.file_flags = static_cast<unsigned>(wanted & O_CLOEXEC);
  if (answer.give && (wanted & O_DIRECTORY) != 0) answer.opened_directory = plain_path(path);
  return answer;
}

Denials::Answer Denials::look(const seccomp_notif& attempt, std::string_view call) {
  const seccomp_data& data = attempt.data;
  const bool relative =
      call == "newfstatat" || call == "statx" || call == "readlinkat" || call.starts_with("faccessat");
  std::string shown;
  const std::string path = relative ? path_of(attempt, data.args[0], data.args[1], shown)
                                    : path_of(attempt, static_cast<std::uint32_t>(AT_FDCWD), data.args[0], shown);
  Answer answer;
  const bool own = path.empty() && shown.empty();  // fstat(3) of a descriptor that it has
  const bool library = grants_.library_fd >= 0 && path == "/proc/self/fd/" + std::to_string(grants_.library_fd);
  answer.proceed = own || library || (!path.empty() && files_.may_look(path));
  return answer.proceed ? std::move(answer) : deny(EACCES, "look at " + (path.empty() ? shown : path));
}

Denials::Answer Denials::change(const seccomp_notif& attempt, std::string_view call) {
  const seccomp_data& data = attempt.data;
  constexpr std::uint64_t kHere = static_cast<std::uint32_t>(AT_FDCWD);
  const bool relative = call == "mkdirat" || call == "unlinkat" || call.starts_with("renameat");
  const std::size_t first = relative ? 1 : 0;
  std::string shown;
  const std::string path = path_of(attempt, relative ? data.args[0] : kHere, data.args[first], shown);
  int error = EACCES;
  if (path.empty()) {
    error = shown.empty() ? ENOENT : EACCES;
  } else if (call.starts_with("mkdir")) {
    error = files_.make_directory(path, static_cast<mode_t>(data.args[first + 1]));
  } else if (call.starts_with("rename")) {
    std::string other;
    const std::string to = path_of(attempt, relative ? data.args[2] : kHere, data.args[relative ? 3 : 1], other);
    if (!to.empty()) {
      error = files_.rename(path, to, call == "renameat2" ? static_cast<unsigned>(data.args[4]) : 0);
    }
  } else {
    const int flags = call == "rmdir" ? AT_REMOVEDIR : call == "unlinkat" ? as_int(data.args[2]) : 0;
    error = files_.remove(path, flags);
  }
  if (error == EACCES) {
    return deny(EACCES, std::string(call.substr(0, call.find("at"))) + ' ' + (path.empty() ? shown : path));
  }
  Answer answer;
  answer.error = error;
  return answer;
}

Denials::Answer Denials::execute(const seccomp_notif& attempt, std::string_view call) {
  const seccomp_data& data = attempt.data;
  const bool at = call == "execveat";
  std::string shown;
  const std::string path =
      path_of(attempt, at ? data.args[0] : static_cast<std::uint32_t>(AT_FDCWD), data.args[at ? 1 : 0], shown);
  if (path.empty()) return deny(EACCES, "execute " + (shown.empty() ? "a descriptor" : shown));
  if (std::ranges::find(grants_.programs, path) == grants_.programs.end()) return deny(EACCES, "execute " + path);
  Answer answer;
  answer.proceed = true;
  return answer;
}

Denials::Answer Denials::start(const seccomp_notif&, std::uint64_t flags) {
  if ((flags & kNamespaces & ~static_cast<std::uint64_t>(CSIGNAL)) != 0) return deny(EPERM, "make a namespace");
  if ((flags & CLONE_THREAD) != 0) return deny(EPERM, "start a thread");
  if (grants_.programs.empty() || (flags & CLONE_PARENT) != 0) return deny(EPERM, "start a process");
  if (processes_ >= kMostProcesses) {
    return deny(EAGAIN, "start more than " + std::to_string(kMostProcesses) + " processes");
  }
  ++processes_;
  Answer answer;
  answer.proceed = true;
  return answer;
}

/// clone3(2) is always absent, so that the C library calls clone(2); only what no grant covers is named.
Denials::Answer Denials::start_by_structure(const seccomp_notif& attempt) {
  std::array<char, sizeof(std::uint64_t)> bytes{};
  memory_.read(static_cast<pid_t>(attempt.pid), attempt.data.args[0], bytes);
  std::uint64_t flags = 0;
  std::memcpy(&flags, bytes.data(), bytes.size());
  if ((flags & kNamespaces) != 0) return deny(ENOSYS, "make a namespace");
  const bool thread = (flags & CLONE_THREAD) != 0;
  if (thread ? !grants_.threads : grants_.programs.empty()) {
    return deny(ENOSYS, thread ? "start a thread" : "start a process");
  }
  Answer answer;
  answer.error = ENOSYS;
  return answer;
}

/// The cage is a session that nothing within can leave, so the session says who is inside.
Denials::Answer Denials::signal(const seccomp_notif& attempt, std::string_view call) {
  const int target = as_int(attempt.data.args[0]);
  const bool group = call == "kill" && target <= 0;
  const bool inside = group ? target == 0 || -target == child_ : getsid(target) == child_;
  if (!inside || target == -1) {
    return deny(EPERM, target == -1 ? "signal all processes" : "signal process " + std::to_string(target));
  }
  Answer answer;
  answer.proceed = true;
  return answer;
}

/// A Unix socket comes connected to the session bus, so that the process never chooses where it leads.
Denials::Answer Denials::make_socket(const seccomp_notif& attempt) {
  const int family = as_int(attempt.data.args[0]);
  const int type = as_int(attempt.data.args[1]);
  if (family != AF_UNIX || (type & 0xf) != SOCK_STREAM || grants_.buses.empty()) {
    return deny(family == AF_INET || family == AF_INET6 || family == AF_UNIX ? EACCES : EAFNOSUPPORT,
                family_name(family));
  }
  Answer answer;
  for (const std::string& bus : grants_.buses) {
    answer.file = connect_to(bus, type);
    if (answer.file) break;
  }
  answer.give = static_cast<bool>(answer.file);
  answer.error = answer.give ? 0 : EACCES;
  answer.file_flags = (type & SOCK_CLOEXEC) != 0 ? O_CLOEXEC : 0U;
  return answer;
}

Denials::Answer Denials::connect(const seccomp_notif& attempt) {
  const seccomp_data& data = attempt.data;
  sockaddr_storage address{};
  std::array<char, sizeof address> bytes{};
  const std::size_t size = std::min<std::size_t>(static_cast<std::uint32_t>(data.args[2]), bytes.size());
  memory_.read(static_cast<pid_t>(attempt.pid), data.args[1], std::span(bytes).first(size));
  std::memcpy(&address, bytes.data(), bytes.size());
  Answer answer;
  if (address.ss_family == AF_UNIX &&
      std::ranges::find(grants_.buses, unix_name(address, size)) != grants_.buses.end()) {
    return answer;  // it is connected already
  }
  // The kernel may read another address than this. Each Unix socket in the cage is connected, which connect(2) cannot
  // change.
  answer.proceed = grants_.network && (address.ss_family == AF_INET || address.ss_family == AF_INET6);
  return answer.proceed ? std::move(answer) : deny(EACCES, "connect to " + address_name(address, size));
}

bool Denials::is_alive(std::uint64_t id) const {
  return ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

void Denials::send(const seccomp_notif& attempt, Answer answer) {
  if (!answer.give) {
    return respond(attempt.id, 0, -answer.error, answer.proceed ? SECCOMP_USER_NOTIF_FLAG_CONTINUE : 0);
  }
  seccomp_notif_addfd given{};
  given.id = attempt.id;
  given.srcfd = static_cast<unsigned>(answer.file.get());
  given.newfd_flags = answer.file_flags;
  given.flags = SECCOMP_ADDFD_FLAG_SEND;
  int result = ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_ADDFD, &given);
  if (result < 0 && errno == EINVAL) {  // before Linux 5.14: in two steps
    given.flags = 0;
    result = ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_ADDFD, &given);
    if (result >= 0) respond(attempt.id, result, 0, 0);
  }
  if (result < 0) return respond(attempt.id, 0, errno == EMFILE ? -EMFILE : -EACCES, 0);
  directories_.erase(result);
  if (!answer.opened_directory.empty()) directories_[result] = std::move(answer.opened_directory);
}

/// A failure means that the caller is gone.
void Denials::respond(std::uint64_t id, long long value, int error, unsigned flags) {
  std::ranges::fill(response_, 0);
  auto* response = reinterpret_cast<seccomp_notif_resp*>(response_.data());
  response->id = id;
  response->val = value;
  response->error = error;
  response->flags = flags;
  static_cast<void>(ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_SEND, response));
}

std::string cage_here() {
  const cage::Kernel kernel = cage::look();
  if (!kernel.holds()) return "none: this kernel has no seccomp, or neither Landlock nor a supervisor for it";
  return kernel.landlock_abi > 0 ? "Landlock (version " + std::to_string(kernel.landlock_abi) + ") and seccomp"
                                 : "seccomp with a supervisor, without Landlock";
}

}  // namespace heygen::provider
