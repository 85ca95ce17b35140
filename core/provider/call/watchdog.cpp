#include "core/provider/call/watchdog.hpp"

#include <csignal>
#include <system_error>
#include <utility>

#include "core/provider/provider.hpp"

namespace heygen::provider {
namespace {

/// Who wakes so much too late was stopped together with the whole process (Ctrl-Z), and the provider had no time
/// either.
constexpr std::chrono::seconds kStopped{1};

}  // namespace

Watchdog::Watchdog(Time patience, OnHang on_hang) : usual_(patience), on_hang_(std::move(on_hang)) {
  set_call_watch(this);
}

Watchdog::~Watchdog() {
  set_call_watch(nullptr);
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Watchdog::begin(std::string_view function) noexcept {
  const std::lock_guard lock(mutex_);
  calling_ = true;
  patience_ = function == "login" ? usual_ * kInteractiveTimeoutFactor : usual_;
  start_waiting(lock);
}

void Watchdog::end() noexcept {
  const std::lock_guard lock(mutex_);
  calling_ = false;
  deadline_.reset();
}

void Watchdog::enter_service() noexcept {
  const std::lock_guard lock(mutex_);
  deadline_.reset();
}

void Watchdog::leave_service() noexcept {
  const std::lock_guard lock(mutex_);
  if (calling_) start_waiting(lock);
}

void Watchdog::polls_cancellation() noexcept {
  const std::lock_guard lock(mutex_);
  if (!calling_) return;
  patience_ = usual_ * kInteractiveTimeoutFactor;
  if (deadline_) start_waiting(lock);
}

/// A thread that sleeps until an earlier moment need not be woken, which spares a switch with every call.
void Watchdog::start_waiting(const std::lock_guard<std::mutex>&) {
  deadline_ = Clock::now() + patience_;
  if (!sleeps_until_ || *sleeps_until_ > *deadline_) changed_.notify_one();
  if (thread_.joinable()) return;
  // Signals are for the threads that expect them.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    thread_ = std::thread(&Watchdog::run, this);
  } catch (const std::system_error&) {
    thread_ = {};  // nobody watches, and the call goes on
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Watchdog::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    sleeps_until_ = deadline_;
    if (!deadline_) {
      changed_.wait(lock);
    } else if (const Clock::time_point until = *deadline_; Clock::now() < until) {
      changed_.wait_until(lock, until);
    } else if (Clock::now() - until > kStopped) {
      deadline_ = Clock::now() + patience_;
    } else {
      const std::string where = breadcrumb();
      const Time waited = patience_;
      lock.unlock();
      on_hang_(where, waited);
      return;
    }
  }
}

}  // namespace heygen::provider
