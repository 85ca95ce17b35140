// SPDX-License-Identifier: Apache-2.0
#include "core/provider/call/watchdog.hpp"

#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <optional>
#include <utility>

#include "core/base/clock.hpp"

namespace heygen::provider {
namespace {

constexpr Watchdog::Time kSlow{1'000};

Watchdog::Time passed(std::chrono::steady_clock::duration time) {
  return std::chrono::duration_cast<Watchdog::Time>(time);
}

}  // namespace

class Watchdog::Watch : public std::enable_shared_from_this<Watch> {
 public:
  Watch(Time timeout, OnHang on_hang, OnSlow on_slow)
      : timeout_(timeout), on_hang_(std::move(on_hang)), on_slow_(std::move(on_slow)) {}

  void stop();
  void begin(Function function);
  void end();
  void enter_service();
  void leave_service();
  void polls_cancellation();
  Time limit(Function function) const;
  void is_slow(const std::string& where) const;

 private:
  using Clock = std::chrono::steady_clock;
  static void* run_thread(void* watch) noexcept;
  void start_thread();
  void start_waiting(const std::lock_guard<std::mutex>& held);
  void run();
  void idle(std::unique_lock<std::mutex>& held);
  void sleep(std::unique_lock<std::mutex>& held);
  void tell_when_slow(const std::unique_lock<std::mutex>& held);

  const Time timeout_;
  const OnHang on_hang_;
  const OnSlow on_slow_;
  std::mutex mutex_;
  std::condition_variable changed_, told_;
  Time call_timeout_{};  ///< of the call that is running
  bool calling_ = false, stopping_ = false, telling_ = false, has_thread_ = false;
  std::optional<Clock::time_point> deadline_, sleeps_until_;
  std::optional<Clock::time_point> slow_at_;  ///< when on_slow is due for the call that is running
};

Watchdog::Watchdog(Time timeout, OnHang on_hang, OnSlow on_slow)
    : watch_(std::make_shared<Watch>(timeout, std::move(on_hang), std::move(on_slow))) {
  set_call_observer(this);
}

Watchdog::~Watchdog() {
  set_call_observer(nullptr);
  watch_->stop();
}

void Watchdog::begin(Function function) noexcept {
  watch_->begin(function);
}

void Watchdog::end() noexcept {
  watch_->end();
}

void Watchdog::enter_service() noexcept {
  watch_->enter_service();
}

void Watchdog::leave_service() noexcept {
  watch_->leave_service();
}

void Watchdog::polls_cancellation() noexcept {
  watch_->polls_cancellation();
}

std::optional<Watchdog::Time> Watchdog::limit(Function function) const noexcept {
  return watch_->limit(function);
}

std::optional<Watchdog::Time> Watchdog::limit_of_polling() const noexcept {
  return watch_->limit(Function::login);
}

void Watchdog::is_slow(const std::string& where) noexcept {
  watch_->is_slow(where);
}

Watchdog::Time Watchdog::Watch::limit(Function function) const {
  return function == Function::login ? timeout_ * kInteractiveTimeoutFactor : timeout_;
}

void Watchdog::Watch::is_slow(const std::string& where) const {
  if (on_slow_) on_slow_(where);
}

/// The thread sleeps on, and calls nothing any more: to wake it and wait for its end would cost more than the watch.
void Watchdog::Watch::stop() {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  if (has_thread_ && !sleeps_until_) changed_.notify_one();  // it would sleep forever
  told_.wait(lock, [this] { return !telling_; });
}

void Watchdog::Watch::begin(Function function) {
  const std::lock_guard lock(mutex_);
  calling_ = true;
  call_timeout_ = limit(function);
  slow_at_.reset();
  if (on_slow_ && function != Function::login) slow_at_ = Clock::now();
  start_waiting(lock);
}

void Watchdog::Watch::end() {
  const std::lock_guard lock(mutex_);
  calling_ = false;
  deadline_.reset();
}

void Watchdog::Watch::enter_service() {
  const std::lock_guard lock(mutex_);
  deadline_.reset();
}

void Watchdog::Watch::leave_service() {
  const std::lock_guard lock(mutex_);
  if (calling_) start_waiting(lock);
}

void Watchdog::Watch::polls_cancellation() {
  const std::lock_guard lock(mutex_);
  if (!calling_) return;
  call_timeout_ = timeout_ * kInteractiveTimeoutFactor;
  if (deadline_) start_waiting(lock);
}

/// A thread that sleeps until an earlier moment is not woken, which saves a context switch per call.
void Watchdog::Watch::start_waiting(const std::lock_guard<std::mutex>&) {
  deadline_ = Clock::now() + call_timeout_;
  if (slow_at_) slow_at_ = Clock::now() + kSlow;  // a service says by itself what it waits for
  if (!sleeps_until_ || *sleeps_until_ > *deadline_) changed_.notify_one();
  if (!has_thread_) start_thread();
}

void* Watchdog::Watch::run_thread(void* watch) noexcept {
  const std::unique_ptr<std::shared_ptr<Watch>> own(static_cast<std::shared_ptr<Watch>*>(watch));
  (*own)->run();
  return nullptr;
}

/// When it fails, the call continues unwatched.
void Watchdog::Watch::start_thread() {
  sigset_t all;
  sigfillset(&all);  // signals are for the threads that expect them
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return;
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setsigmask_np(&attributes, &all);
  auto own = std::make_unique<std::shared_ptr<Watch>>(shared_from_this());
  pthread_t thread{};
  has_thread_ = pthread_create(&thread, &attributes, &run_thread, own.get()) == 0;
  if (has_thread_) static_cast<void>(own.release());
  pthread_attr_destroy(&attributes);
}

void Watchdog::Watch::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    sleeps_until_ = deadline_;
    if (!deadline_) {
      idle(lock);
    } else if (Clock::now() < *deadline_) {
      tell_when_slow(lock);
      sleep(lock);
    } else if (stopped_time(Time::zero(), passed(Clock::now() - *deadline_)) > Time::zero()) {
      deadline_ = Clock::now() + call_timeout_;
    } else {
      const std::string where = breadcrumb();
      const Time waited = call_timeout_;
      telling_ = true;
      lock.unlock();
      on_hang_(where, waited);
      lock.lock();
      telling_ = false;
      told_.notify_all();
      return;
    }
  }
}

/// A call that comes soon need not wake the thread.
void Watchdog::Watch::idle(std::unique_lock<std::mutex>& lock) {
  sleeps_until_ = Clock::now() + kLongestSleep;
  changed_.wait_until(lock, *sleeps_until_);
  if (deadline_ || stopping_) return;
  sleeps_until_.reset();
  changed_.wait(lock);
}

void Watchdog::Watch::tell_when_slow(const std::unique_lock<std::mutex>&) {
  if (!slow_at_ || Clock::now() < *slow_at_) return;
  slow_at_.reset();
  on_slow_(breadcrumb());
}

/// A thread that wakes too late was stopped together with the process (Ctrl-Z), and so was the provider.
void Watchdog::Watch::sleep(std::unique_lock<std::mutex>& lock) {
  const Clock::time_point before = Clock::now();
  const Clock::time_point until = std::min({*deadline_, before + kLongestSleep, slow_at_.value_or(*deadline_)});
  sleeps_until_ = until;
  changed_.wait_until(lock, until);
  if (deadline_) *deadline_ += stopped_time(passed(until - before), passed(Clock::now() - before));
}

}  // namespace heygen::provider
