// SPDX-License-Identifier: Apache-2.0
#include "core/provider/call/watchdog.hpp"

#include <algorithm>
#include <csignal>
#include <system_error>
#include <utility>

#include "core/base/clock.hpp"

namespace heygen::provider {
namespace {

constexpr Watchdog::Time kSlow{1'000};

Watchdog::Time passed(std::chrono::steady_clock::duration time) {
  return std::chrono::duration_cast<Watchdog::Time>(time);
}

}  // namespace

Watchdog::Watchdog(Time timeout, OnHang on_hang, OnSlow on_slow)
    : timeout_(timeout), on_hang_(std::move(on_hang)), on_slow_(std::move(on_slow)) {
  set_call_observer(this);
}

Watchdog::~Watchdog() {
  set_call_observer(nullptr);
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Watchdog::begin(Function function) noexcept {
  const std::lock_guard lock(mutex_);
  calling_ = true;
  call_timeout_ = function == Function::login ? timeout_ * kInteractiveTimeoutFactor : timeout_;
  slow_at_.reset();
  if (on_slow_ && function != Function::login) slow_at_ = Clock::now();
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
  call_timeout_ = timeout_ * kInteractiveTimeoutFactor;
  if (deadline_) start_waiting(lock);
}

/// A thread that sleeps until an earlier moment is not woken, which saves a context switch per call.
void Watchdog::start_waiting(const std::lock_guard<std::mutex>&) {
  deadline_ = Clock::now() + call_timeout_;
  if (slow_at_) slow_at_ = Clock::now() + kSlow;  // a service says by itself what it waits for
  if (!sleeps_until_ || *sleeps_until_ > *deadline_) changed_.notify_one();
  if (thread_.joinable()) return;
  // Signals are for the threads that expect them.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    thread_ = std::thread(&Watchdog::run, this);
  } catch (const std::system_error&) {
    thread_ = {};  // the call continues unwatched
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Watchdog::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    sleeps_until_ = deadline_;
    if (!deadline_) {
      changed_.wait(lock);
    } else if (Clock::now() < *deadline_) {
      tell_when_slow(lock);
      sleep(lock);
    } else if (stopped_time(Time::zero(), passed(Clock::now() - *deadline_)) > Time::zero()) {
      deadline_ = Clock::now() + call_timeout_;
    } else {
      const std::string where = breadcrumb();
      const Time waited = call_timeout_;
      lock.unlock();
      on_hang_(where, waited);
      return;
    }
  }
}

void Watchdog::tell_when_slow(const std::unique_lock<std::mutex>&) {
  if (!slow_at_ || Clock::now() < *slow_at_) return;
  slow_at_.reset();
  on_slow_(breadcrumb());
}

/// A thread that wakes too late was stopped together with the process (Ctrl-Z), and so was the provider.
void Watchdog::sleep(std::unique_lock<std::mutex>& lock) {
  const Clock::time_point before = Clock::now();
  const Clock::time_point until = std::min({*deadline_, before + kLongestSleep, slow_at_.value_or(*deadline_)});
  sleeps_until_ = until;
  changed_.wait_until(lock, until);
  if (deadline_) *deadline_ += stopped_time(passed(until - before), passed(Clock::now() - before));
}

}  // namespace heygen::provider
