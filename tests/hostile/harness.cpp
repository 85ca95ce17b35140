// SPDX-License-Identifier: Apache-2.0
// Runs one attack of the hostile library in a process, as heygen runs an isolated provider: the process enters the
// cage, sends what its supervisor needs, maps the library, and calls it.
//
// Usage: hostile-harness LIBRARY ATTACK [NAME=VALUE...]    one line of JSON about the attack
//        hostile-harness LIBRARY                           the names of the attacks
// free=1 leaves the cage away; landlock=0 and seccomp=0 leave away one wall; supervised=1 puts a supervisor around it
// first, so that there is no room for another; pinned=1 gives the library as a sealed copy. read=, write=, exec=, bus=
// and the words network=1 and threads=1 are needs. home=, socket=, datagrams=, abstract=, tcp= and udp= are the
// targets.
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "core/base/file.hpp"
#include "core/provider/isolated/denials.hpp"
#include "runner/cage/cage.hpp"

extern "C" {
#include "tests/hostile/hostile.h"
__attribute__((visibility("default"))) const hostile_target* hostile_now = nullptr;
}

namespace {

using heygen::UniqueFd;
using Words = std::map<std::string, std::string>;

char secret[] = "a secret in the memory of the parent";

/// What the process says about itself, before and after the attack.
struct Message {
  bool entered;
  heygen::cage::Report report;
  int result;
};

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(2);
}

std::string word(const Words& words, const std::string& name) {
  const auto found = words.find(name);
  return found == words.end() ? std::string() : found->second;
}

std::vector<std::string> list(const Words& words, const std::string& name) {
  const std::string one = word(words, name);
  return one.empty() ? std::vector<std::string>() : std::vector<std::string>{one};
}

std::vector<const char*> pointers(const std::vector<std::string>& texts) {
  std::vector<const char*> found;
  for (const std::string& text : texts) found.push_back(text.c_str());
  found.push_back(nullptr);
  return found;
}

void send_message(int socket, const Message& message, const std::vector<int>& descriptors) {
  iovec part{const_cast<Message*>(&message), sizeof message};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(2 * sizeof(int))> control{};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  if (!descriptors.empty()) {
    header.msg_control = control.data();
    header.msg_controllen = CMSG_SPACE(descriptors.size() * sizeof(int));
    cmsghdr* first = CMSG_FIRSTHDR(&header);
    first->cmsg_level = SOL_SOCKET;
    first->cmsg_type = SCM_RIGHTS;
    first->cmsg_len = CMSG_LEN(descriptors.size() * sizeof(int));
    std::memcpy(CMSG_DATA(first), descriptors.data(), descriptors.size() * sizeof(int));
  }
  if (sendmsg(socket, &header, MSG_NOSIGNAL) != sizeof message) std::_Exit(3);
}

/// False at the end of the process.
bool receive_message(int socket, Message& message, std::vector<UniqueFd>& descriptors) {
  iovec part{&message, sizeof message};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(2 * sizeof(int))> control{};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  if (recvmsg(socket, &header, MSG_CMSG_CLOEXEC) != sizeof message) return false;
  if (const cmsghdr* first = CMSG_FIRSTHDR(&header)) {
    const std::size_t count = (first->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t at = 0; at < count; ++at) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(first) + at * sizeof(int), sizeof fd);
      descriptors.emplace_back(fd);
    }
  }
  return true;
}

/// As a container's manager that answers calls itself: the kernel has room for one. The descriptor stays open.
void add_supervisor() {
  sock_filter code[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const sock_fprog program{1, code};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program) < 0) {
    fail("no supervisor around the cage");
  }
}

struct Attack {
  std::string library;
  std::string name;
  Words words;
  hostile_target target;
  int sealed = -1;
};

long long now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

[[noreturn]] void run_child(const Attack& attack, int socket) {
  Message message{true, {}, -1};
  std::string path = attack.library;
  if (attack.sealed >= 0) path = "/proc/self/fd/" + std::to_string(attack.sealed);
  if (word(attack.words, "free").empty()) {
    const auto read = list(attack.words, "read");
    const auto write = list(attack.words, "write");
    const auto exec = list(attack.words, "exec");
    const auto read_files = pointers(read);
    const auto write_files = pointers(write);
    const auto programs = pointers(exec);
    heygen::cage::Plan plan;
    plan.read_files = read_files.data();
    plan.write_files = write_files.data();
    plan.programs = programs.data();
    plan.library = attack.sealed >= 0 ? nullptr : attack.library.c_str();
    plan.library_fd = attack.sealed;
    plan.socket = socket;
    plan.session_bus = !word(attack.words, "bus").empty();
    plan.network = !word(attack.words, "network").empty();
    plan.threads = !word(attack.words, "threads").empty();
    plan.landlock = word(attack.words, "landlock") != "0";
    plan.seccomp = word(attack.words, "seccomp") != "0";
    plan.require = word(attack.words, "require") != "0";
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    plan.memory_mib = 0;
#endif
    message.entered = heygen::cage::enter(plan, message.report);
    std::vector<int> descriptors;
    for (const int fd : {message.report.notify_fd, message.report.memory_fd}) {
      if (fd >= 0) descriptors.push_back(fd);
    }
    send_message(socket, message, message.report.notify_fd >= 0 ? descriptors : std::vector<int>());
    for (const int fd : descriptors) close(fd);
    if (!message.entered) std::_Exit(4);
  } else {
    send_message(socket, message, {});
  }
  hostile_now = &attack.target;
  const long long before = now();
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  const long long loaded = now() - before;
  if (library == nullptr) {
    message.result = ELIBACC;
    std::snprintf(message.report.fault, sizeof message.report.fault, "%s", dlerror());
  } else if (attack.name == "load") {
    message.result = 0;
    message.report.landlock_abi = static_cast<int>(loaded / 1000);
  } else {
    const auto run = reinterpret_cast<decltype(&hostile_run)>(dlsym(library, "hostile_run"));
    message.result = run(attack.name.c_str(), &attack.target);
  }
  send_message(socket, message, {});
  std::_Exit(0);
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

void report(const Message& message, const std::vector<std::string>& named, int status, bool answered,
            long microseconds) {
  std::string names;
  for (const std::string& name : named) names += (names.empty() ? "" : ", ") + quoted(name);
  const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  const bool became_another = !answered && WIFEXITED(status) && WEXITSTATUS(status) == 42;
  const bool worked = became_another || (answered && message.result == 0);
  const char* error = answered && message.result > 0 ? strerrorname_np(message.result) : nullptr;
  std::printf(
      "{\"worked\": %s, \"error\": %s, \"signal\": %d, \"status\": %d, \"known\": %s, \"named\": [%s], \"entered\": "
      "%s, "
      "\"landlock\": %d, \"seccomp\": %s, \"names\": %s, \"fault\": %s, \"microseconds\": %ld}\n",
      worked ? "true" : "false", error == nullptr ? "null" : quoted(error).c_str(), signal, status,
      answered && message.result == -1 ? "false" : "true", names.c_str(), message.entered ? "true" : "false",
      message.report.landlock_abi, message.report.seccomp ? "true" : "false", message.report.named ? "true" : "false",
      quoted(message.report.fault).c_str(), microseconds);
}

int sealed_copy(const std::string& file) {
  const UniqueFd from = heygen::open_file(file, O_RDONLY);
  const int copy = memfd_create("hostile", MFD_ALLOW_SEALING);
  if (!from || copy < 0) fail(file.c_str());
  if (heygen::write_all(copy, heygen::read_to_end(from.get(), 1 << 24))) fail("the copy");
  if (fcntl(copy, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0) fail("the seals");
  return copy;
}

heygen::provider::Grants grants_of(const Attack& attack) {
  heygen::provider::Grants grants;
  grants.read_files = list(attack.words, "read");
  grants.write_files = list(attack.words, "write");
  grants.programs = list(attack.words, "exec");
  grants.library = attack.sealed >= 0 ? std::string() : attack.library;
  grants.library_fd = attack.sealed;
  grants.host_library_fd = attack.sealed;
  if (!word(attack.words, "bus").empty()) grants.buses = heygen::provider::bus_sockets(word(attack.words, "bus"), {});
  grants.network = !word(attack.words, "network").empty();
  grants.threads = !word(attack.words, "threads").empty();
  return grants;
}

int run(Attack attack) {
  if (!word(attack.words, "supervised").empty()) add_supervisor();
  if (!word(attack.words, "pinned").empty()) attack.sealed = sealed_copy(attack.library);
  const std::string home = word(attack.words, "home");
  const std::string datagrams = word(attack.words, "datagrams");
  const std::string socket = word(attack.words, "socket");
  const std::string abstract = word(attack.words, "abstract");
  const int inherited = ::open((home + "/credentials.json").c_str(), O_RDONLY);
  attack.target = {home.c_str(),
                   attack.library.c_str(),
                   datagrams.c_str(),
                   socket.c_str(),
                   abstract.c_str(),
                   std::atoi(word(attack.words, "tcp").c_str()),
                   std::atoi(word(attack.words, "udp").c_str()),
                   getpid(),
                   secret,
                   inherited};
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) != 0) fail("socketpair");
  const pid_t child = fork();
  if (child < 0) fail("fork");
  if (child == 0) {
    close(ends[0]);
    run_child(attack, ends[1]);
  }
  close(ends[1]);
  Message first{};
  std::vector<UniqueFd> descriptors;
  const bool begun = receive_message(ends[0], first, descriptors);
  UniqueFd listener(!descriptors.empty() ? descriptors[0].release() : -1);
  UniqueFd memory(descriptors.size() > 1 ? descriptors[1].release() : -1);
  heygen::provider::Denials denials(std::move(listener), std::move(memory), child, grants_of(attack));
  Message last = first;
  bool answered = false;
  bool listening = denials.fd() >= 0;
  while (begun && first.entered) {
    pollfd waits[2] = {{ends[0], POLLIN, 0}, {listening ? denials.fd() : -1, POLLIN, 0}};
    if (poll(waits, 2, -1) < 0) continue;
    if (waits[1].revents != 0) listening = denials.serve();
    if (waits[0].revents == 0) continue;
    std::vector<UniqueFd> none;
    answered = receive_message(ends[0], last, none) || answered;
    break;
  }
  int status = 0;
  for (;;) {  // a program that took the place of the process still needs answers
    if (waitpid(child, &status, WNOHANG) == child) break;
    pollfd wait{listening ? denials.fd() : -1, POLLIN, 0};
    if (poll(&wait, 1, 5) > 0) listening = denials.serve();
  }
  const long microseconds = attack.name == "load" ? last.report.landlock_abi : 0;
  last.report = answered && last.result == ELIBACC ? last.report : first.report;
  last.entered = first.entered;
  std::vector<std::string> named = denials.named();
  if (WIFSIGNALED(status)) {
    const std::string name = heygen::provider::name_of_signal(WTERMSIG(status));
    if (!name.empty()) named.push_back(name);
  }
  report(last, named, status, answered, microseconds);
  return 0;
}

int print_names(const std::string& file) {
  void* library = dlopen(file.c_str(), RTLD_NOW);
  if (library == nullptr) {
    std::fprintf(stderr, "%s\n", dlerror());
    return 2;
  }
  const auto name = reinterpret_cast<decltype(&hostile_name)>(dlsym(library, "hostile_name"));
  for (std::size_t place = 0; const char* one = name(place); ++place) std::printf("%s\n", one);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2) return print_names(argv[1]);
  if (argc < 3) return 2;
  Attack attack{argv[1], argv[2], {}, {}, -1};
  for (int at = 3; at < argc; ++at) {
    const std::string pair = argv[at];
    const auto equal = pair.find('=');
    if (equal == std::string::npos) return 2;
    attack.words[pair.substr(0, equal)] = pair.substr(equal + 1);
  }
  return run(std::move(attack));
}
