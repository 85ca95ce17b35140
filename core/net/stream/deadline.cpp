#include "core/net/stream/deadline.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <vector>

#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/net/stream/stream.hpp"

namespace heygen::net {
namespace {

using Duration = Watch::Duration;

std::string describe(Duration time) {
  if (time.count() % 1000 == 0) return std::to_string(time.count() / 1000) + " s";
  return std::to_string(time.count()) + " ms";
}

/// A deadline far enough to add to and never reached stands for "no limit".
constexpr Duration kNever = Duration::max();
constexpr Duration kTellEvery{1000};

Duration deadline(Duration from, Duration limit) {
  return limit > Duration::zero() && limit < kNever - from ? from + limit : kNever;
}

}  // namespace

Watch::Watch(const Request& request, std::string peer, const Cancel& cancel, Clock& clock)
    : peer_(std::move(peer)),
      limits_(request.timeouts),
      grace_(request.grace),
      on_wait_(request.on_wait),
      cancel_(&cancel),
      clock_(&clock),
      start_(clock.monotonic()),
      touched_(start_) {}

void Watch::connecting() {
  connect_end_ = deadline(clock_->monotonic(), limits_.connect);
}

Watch::Deadline Watch::nearest() const {
  Deadline nearest{deadline(start_, limits_.total), Limit::total};
  const auto consider = [&](Duration at, Limit limit) {
    if (at < nearest.at) nearest = {at, limit};
  };
  if (connect_end_) {
    consider(*connect_end_, Limit::connect);
  } else {
    consider(deadline(touched_, limits_.idle), Limit::idle);
  }
  if (grace_end_) consider(*grace_end_, Limit::grace);
  return nearest;
}

Failure Watch::failure(Failure::Kind kind, const std::string& what, std::string hint) const {
  Failure failure(kind, what, std::move(hint));
  failure.sent = sent_;
  return failure;
}

Failure Watch::expired(Limit limit) const {
  using enum Failure::Kind;
  switch (limit) {
    case Limit::grace:
      return failure(canceled, "Canceled.");
    case Limit::connect:
      return failure(timeout, "Could not connect to " + peer_ + " within " + describe(limits_.connect) + ".",
                     "Check the network connection, and HTTPS_PROXY if this network needs a proxy.");
    case Limit::idle:
      return failure(timeout, "Nothing moved between here and " + peer_ + " for " + describe(limits_.idle) + ".",
                     "Try again; if it stays so, check the network connection.");
    case Limit::total:
      break;
  }
  return failure(timeout, "The exchange with " + peer_ + " did not end within " + describe(limits_.total) + ".",
                 "Try again; if it stays so, check the network connection.");
}

void Watch::observe_cancel() {
  if (grace_end_ || !cancel_->requested()) return;
  if (!sent_all_ || grace_ <= Duration::zero()) throw expired(Limit::grace);
  grace_end_ = deadline(clock_->monotonic(), grace_);
}

void Watch::check() {
  observe_cancel();
  const Deadline end = nearest();
  if (end.at != kNever && clock_->monotonic() >= end.at) throw expired(end.limit);
}

void Watch::touch() {
  touched_ = clock_->monotonic();
}

bool Watch::wait(std::span<pollfd> descriptors, std::optional<Duration> at_most) {
  const Duration stop = at_most ? clock_->monotonic() + *at_most : kNever;
  std::vector<pollfd> all(descriptors.begin(), descriptors.end());
  all.push_back({cancel_->descriptor(), POLLIN, 0});
  for (;;) {
    check();
    if (grace_end_) all.back().fd = -1;
    const Duration now = clock_->monotonic();
    if (now >= stop) return false;
    Duration end = std::min(stop, nearest().at);
    if (on_wait_) end = std::min(end, now + kTellEvery);
    const int left = end == kNever ? -1 : static_cast<int>(std::clamp<Duration::rep>((end - now).count(), 0, INT_MAX));
    const int ready = ::poll(all.data(), all.size(), left);
    if (ready < 0 && errno != EINTR) {
      throw failure(Failure::Kind::connect, "Waiting for " + peer_ + " failed: " + describe_errno(errno) + ".");
    }
    if (ready == 0 && on_wait_) on_wait_();
    std::copy_n(all.begin(), descriptors.size(), descriptors.begin());
    const auto has_event = [](const pollfd& entry) { return entry.revents != 0; };
    if (std::any_of(descriptors.begin(), descriptors.end(), has_event)) return check(), true;
  }
}

void Watch::wait(int descriptor, int events) {
  pollfd entry{descriptor, static_cast<short>(events), 0};
  wait(std::span(&entry, 1));
}

}  // namespace heygen::net
