// SPDX-License-Identifier: Apache-2.0
#include "core/provider/isolated/process/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "core/base/clock.hpp"
#include "core/base/file.hpp"
#include "core/provider/abi.hpp"
#include "core/provider/refusal.hpp"

namespace heygen::provider {
namespace {

using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

/// How long a process that should end may take before it is ended.
constexpr milliseconds kEndGrace{500};
/// How long the status of a process may take whose connection has ended.
constexpr milliseconds kStatusGrace{200};

[[noreturn]] void fail(const char* what, int error) {
  refuse(std::string(what) + ": " + describe_errno(error));
}

class SpawnActions {
 public:
  SpawnActions() { posix_spawn_file_actions_init(&actions_); }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
  ~SpawnActions() { posix_spawn_file_actions_destroy(&actions_); }
  posix_spawn_file_actions_t* get() { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

/// A session of its own, without a terminal: keys meant for heygen do not reach it, and it cannot type.
class SpawnAttributes {
 public:
  SpawnAttributes() {
    posix_spawnattr_init(&attributes_);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setflags(&attributes_,
                             static_cast<short>(POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
  }
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;
  ~SpawnAttributes() { posix_spawnattr_destroy(&attributes_); }
  posix_spawnattr_t* get() { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

pid_t start(const ChildPlan& plan, int socket) {
  SpawnActions actions;
  SpawnAttributes attributes;
  posix_spawn_file_actions_addopen(actions.get(), STDIN_FILENO, "/dev/null", O_RDWR, 0);
  posix_spawn_file_actions_adddup2(actions.get(), STDIN_FILENO, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(actions.get(), STDIN_FILENO, STDERR_FILENO);
  posix_spawn_file_actions_adddup2(actions.get(), socket, wire::kSocket);
  std::string name = plan.runner.filename().string();
  std::array<char*, 2> arguments{name.data(), nullptr};
  std::vector<char*> variables;
  for (const std::string& variable : plan.variables) variables.push_back(const_cast<char*>(variable.c_str()));
  variables.push_back(nullptr);
  pid_t process = 0;
  const int error =
      posix_spawn(&process, plan.runner.c_str(), actions.get(), attributes.get(), arguments.data(), variables.data());
  if (error != 0) fail(("the process for it, " + plan.runner.string() + ", cannot be started").c_str(), error);
  return process;
}

void put_list(wire::Writer& out, const std::vector<std::string>& list) {
  out.put_count(list.size());
  for (const std::string& text : list) out.put_text(abi::str(text));
}

std::string name_of_end(int signal) {
  const char* name = sigabbrev_np(signal);
  const char* text = sigdescr_np(signal);
  return (name != nullptr ? "SIG" + std::string(name) : "signal " + std::to_string(signal)) +
         (text != nullptr ? ", " + std::string(text) : "");
}

std::string words_for(int status) {
  if (WIFEXITED(status)) return "it ended its process (exit status " + std::to_string(WEXITSTATUS(status)) + ")";
  const int signal = WTERMSIG(status);
  switch (signal) {
    case SIGXCPU:
      return "it used more CPU time than an isolated provider may";
    case SIGSYS:
      return "it made a system call of another architecture";
    case SIGKILL:
      return "its process was killed (SIGKILL)";
    default:
      return "it crashed (" + name_of_end(signal) + ")";
  }
}

Grants grants_of(const ChildPlan& plan, int image) {
  Grants grants;
  grants.read_files = plan.read_files;
  grants.write_files = plan.write_files;
  grants.programs = plan.programs;
  if (image < 0) grants.library = plan.library.string();
  grants.host_library_fd = image;
  if (image >= 0) grants.library_fd = wire::kImage;
  grants.buses = plan.buses;
  grants.network = plan.network;
  grants.threads = plan.threads;
  return grants;
}

}  // namespace

Child::Child(const ChildPlan& plan) : plan_(plan) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    fail("its connection cannot be made", errno);
  socket_.reset(ends[0]);
  UniqueFd other(ends[1]);
  if (pipe2(ends.data(), O_CLOEXEC) != 0) fail("its connection cannot be made", errno);
  cancel_read_.reset(ends[0]);
  cancel_write_.reset(ends[1]);
  if (!plan.image.empty()) {
    image_.reset(open(plan.image.c_str(), O_RDONLY | O_CLOEXEC));
    if (!image_) fail("its sealed copy cannot be opened", errno);
  }
  wire::Writer hello;
  hello.begin(wire::Kind::hello);
  const std::string library = plan.library.string();
  put(hello, wire::Hello{getpid(), abi::str(plan.host_version), abi::str(library), static_cast<bool>(image_),
                         plan.session_bus, plan.network, plan.threads, plan.landlock, plan.seccomp});
  put_list(hello, plan.read_files);
  put_list(hello, plan.write_files);
  put_list(hello, plan.programs);
  process_ = start(plan, other.get());
  other.reset();
  Time left = kStatusGrace * 50;
  if (send_with(hello, left, image_.get()) != Event::frame) {
    const std::string how = end();
    refuse("its process does not answer: " + how);
  }
}

Child::~Child() {
  if (process_ == 0) return;
  if (!is_gone()) {
    wire::Writer frame;
    frame.begin(wire::Kind::deinit);
    Time left = kEndGrace;
    wire::Frame last;
    if (send(frame, left) == Event::frame) {
      while (receive(last, left, -1) == Event::frame) {
      }
    }
  }
  static_cast<void>(end());
}

bool Child::is_gone() const {
  if (process_ == 0 || has_ended_) return true;
  pollfd one{socket_.get(), POLLRDHUP, 0};
  return poll(&one, 1, 0) > 0;
}

/// Between waits the supervisor answers what the child is stopped at.
Child::Ready Child::watch(short events, Time& left, int cancel) {
  for (;;) {
    std::array<pollfd, 3> watched{pollfd{socket_.get(), events, 0},
                                  pollfd{denials_ && !denials_over_ ? denials_->fd() : -1, POLLIN, 0},
                                  pollfd{cancel, POLLIN, 0}};
    const Time slice = std::clamp(left, Time::zero(), kLongestSleep);
    const auto before = SteadyClock::now();
    const int ready = poll(watched.data(), watched.size(), static_cast<int>(slice.count()));
    const auto woken = SteadyClock::now();
    const Time slept = std::chrono::duration_cast<Time>(woken - before);
    if (ready > 0 && watched[1].revents != 0) denials_over_ = !denials_->serve();
    // A child that attempts something all the time lets no wait last a millisecond: parts of one count, too.
    uncounted_ += SteadyClock::now() - before;
    const Time passed = std::chrono::duration_cast<Time>(uncounted_);
    uncounted_ -= passed;
    left -= passed - stopped_time(slice, slept);
    if (ready > 0 && watched[0].revents != 0) return Ready::socket;
    if (ready > 0 && watched[2].revents != 0) return Ready::cancel;
    if (left <= Time::zero()) return Ready::late;
  }
}

bool Child::read_some() {
  std::size_t size = 0;
  char* room = inbox_.space(size);
  if (room == nullptr) throw std::bad_alloc();
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * wire::kMostDescriptors)> control{};
  iovec piece{room, size};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t got = recvmsg(socket_.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return true;
  if (got <= 0) return false;
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    std::array<int, wire::kMostDescriptors> descriptors{};
    const std::size_t bytes = part->cmsg_len - CMSG_LEN(0);
    std::memcpy(descriptors.data(), CMSG_DATA(part), bytes);
    for (std::size_t i = 0; i < bytes / sizeof(int); ++i) {
      UniqueFd one(descriptors[i]);
      // Only those of the cage, before the library is there.
      if (cage_reported_ || arrived_.size() == wire::kMostDescriptors) continue;
      arrived_.push_back(std::move(one));
    }
  }
  inbox_.arrived(static_cast<std::size_t>(got));
  return true;
}

Child::Event Child::receive(wire::Frame& frame, Time& left, int cancel) {
  if (std::exchange(has_current_, false)) inbox_.drop(current_);
  for (;;) {
    switch (inbox_.next(current_)) {
      case wire::Inbox::State::complete:
        has_current_ = true;
        frame = current_;
        return Event::frame;
      case wire::Inbox::State::malformed:
        return Event::malformed;
      case wire::Inbox::State::more:
        break;
    }
    if (has_ended_) return Event::gone;
    switch (watch(POLLIN, left, cancel)) {
      case Ready::cancel:
        return Event::canceled;
      case Ready::late:
        return Event::late;
      case Ready::socket:
        has_ended_ = !read_some();
    }
  }
}

Child::Event Child::send(wire::Writer& frame, Time& left) {
  return send_with(frame, left, -1);
}

Child::Event Child::send_call(wire::Writer& frame, Time& left) {
  const UniqueFd cancel = std::move(cancel_read_);
  return send_with(frame, left, cancel.get());
}

Child::Event Child::send_with(wire::Writer& frame, Time& left, int descriptor) {
  if (!frame.finish()) throw std::bad_alloc();
  const char* data = frame.data();
  std::size_t size = frame.size();
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  while (size > 0) {
    iovec piece{const_cast<char*>(data), size};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    if (descriptor >= 0) {
      message.msg_control = control.data();
      message.msg_controllen = control.size();
      cmsghdr* part = CMSG_FIRSTHDR(&message);
      part->cmsg_level = SOL_SOCKET;
      part->cmsg_type = SCM_RIGHTS;
      part->cmsg_len = CMSG_LEN(sizeof(int));
      std::memcpy(CMSG_DATA(part), &descriptor, sizeof(int));
    }
    const ssize_t sent = sendmsg(socket_.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) {
      descriptor = -1;
      data += sent;
      size -= static_cast<std::size_t>(sent);
    } else if (errno == EAGAIN) {
      if (watch(POLLOUT, left, -1) == Ready::late) return Event::late;
    } else if (errno != EINTR) {
      return Event::gone;
    }
  }
  frame.wipe();
  return Event::frame;
}

void Child::tell_canceled() noexcept {
  if (std::exchange(was_told_, true)) return;
  const char byte = 1;
  while (write(cancel_write_.get(), &byte, 1) < 0 && errno == EINTR) {
  }
}

void Child::take_cage(wire::Reader fields) {
  cage.landlock_abi = fields.count();
  cage.seccomp = fields.flag();
  cage.named = fields.flag();
  cage_reported_ = true;
  std::array<UniqueFd, wire::kMostDescriptors> given;
  for (std::size_t i = 0; i < arrived_.size(); ++i) given[i] = std::move(arrived_[i]);
  arrived_.clear();
  if (given[0])
    denials_ =
        std::make_unique<Denials>(std::move(given[0]), std::move(given[1]), process_, grants_of(plan_, image_.get()));
}

/// True once it has ended by itself; its status stays.
bool Child::wait_for_end(Time limit) {
  const auto end = SteadyClock::now() + limit;
  for (;;) {
    siginfo_t info{};
    if (waitid(P_PID, static_cast<id_t>(process_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == process_)
      return true;
    if (SteadyClock::now() >= end) return false;
    const timespec moment{0, 200'000};
    nanosleep(&moment, nullptr);
  }
}

std::string Child::end() {
  if (process_ == 0) return {};
  // Its death is seen in the connection before there is a status.
  const bool by_itself = is_gone() && wait_for_end(kStatusGrace);
  kill(-process_, SIGKILL);  // with all that it started
  int status = 0;
  while (waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  process_ = 0;
  return by_itself ? words_for(status) : has_ended_ ? "it closed its connection to heygen" : "it was ended";
}

}  // namespace heygen::provider
