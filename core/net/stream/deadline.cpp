// SPDX-License-Identifier: Apache-2.0
#include "core/net/stream/deadline.hpp"

#include <algorithm>
#include <cerrno>
#include <vector>

#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/file.hpp"
#include "core/net/stream/stream.hpp"

namespace heygen::net {
namespace {

using Duration = ExchangeDeadline::Duration;

/// No limit: an end that is never reached.
constexpr Duration kNever = Duration::max();
/// Enough for what the buffers of a connection hold, too short for a server that never ends.
constexpr Duration kLastLook{500};

Duration end_of(Duration from, Duration limit) {
  return limit > Duration::zero() && limit < kNever - from ? from + limit : kNever;
}

}  // namespace

ExchangeDeadline::ExchangeDeadline(const Request& request, std::string peer, const Cancel& cancel, Clock& clock)
    : peer_(std::move(peer)),
      limits_(request.timeouts),
      grace_(request.grace),
      on_wait_(request.on_wait),
      cancel_(&cancel),
      clock_(&clock),
      start_(clock.monotonic()),
      touched_(start_) {}

void ExchangeDeadline::connecting() {
  connect_end_ = end_of(clock_->monotonic(), limits_.connect);
}

ExchangeDeadline::End ExchangeDeadline::nearest() const {
  End nearest{end_of(start_, limits_.total), Limit::total};
  const auto consider = [&](Duration at, Limit limit) {
    if (at < nearest.at) nearest = {at, limit};
  };
  if (connect_end_) {
    consider(*connect_end_, Limit::connect);
  } else {
    consider(end_of(touched_, limits_.idle), Limit::idle);
  }
  if (grace_end_) consider(*grace_end_, Limit::grace);
  return nearest;
}

Failure ExchangeDeadline::failure(Failure::Kind kind, const std::string& what, std::string hint) const {
  Failure failure(kind, what, std::move(hint));
  failure.sent = sent_;
  return failure;
}

Failure ExchangeDeadline::expired(Limit limit) const {
  using enum Failure::Kind;
  constexpr const char* kHint = "Check your network connection and try again.";
  switch (limit) {
    case Limit::grace:
      return failure(canceled, "Canceled.");
    case Limit::connect:
      return failure(timeout, "Timed out after " + format_duration(limits_.connect) + " connecting to " + peer_ + ".",
                     "Check your network connection, and HTTPS_PROXY if this network needs a proxy.");
    case Limit::idle:
      return failure(timeout, "Timed out: no data to or from " + peer_ + " for " + format_duration(limits_.idle) + ".",
                     kHint);
    case Limit::total:
      break;
  }
  return failure(timeout, "Timed out after " + format_duration(limits_.total) + " waiting for " + peer_ + ".", kHint);
}

void ExchangeDeadline::observe_cancel() {
  if (grace_end_ || !cancel_->requested()) return;
  if (!sent_all_ || grace_ <= Duration::zero()) throw expired(Limit::grace);
  grace_end_ = end_of(clock_->monotonic(), grace_);
}

void ExchangeDeadline::check() {
  observe_cancel();
  const End end = nearest();
  const Duration now = clock_->monotonic();
  if (end.at == kNever || now < end.at) {
    last_look_.reset();
    return;
  }
  if (!last_look_) last_look_ = now + kLastLook;
  if (now >= *last_look_) throw expired(end.limit);
}

void ExchangeDeadline::postpone(Duration stopped) {
  if (stopped <= Duration::zero()) return;
  start_ += stopped;
  touched_ += stopped;
  for (std::optional<Duration>* end : {&connect_end_, &grace_end_, &last_look_}) {
    if (*end && **end < kNever - stopped) **end += stopped;
  }
}

void ExchangeDeadline::touch() {
  touched_ = clock_->monotonic();
}

bool ExchangeDeadline::wait(std::span<pollfd> descriptors, std::optional<Duration> at_most) {
  const Duration stop = at_most ? clock_->monotonic() + *at_most : kNever;
  std::vector<pollfd> all(descriptors.begin(), descriptors.end());
  all.push_back({cancel_->descriptor(), POLLIN, 0});
  for (;;) {
    observe_cancel();
    if (grace_end_) all.back().fd = -1;
    const Duration now = clock_->monotonic();
    if (now >= stop) return false;
    const End end = nearest();
    const Duration left = std::clamp(std::min(stop, end.at) - now, Duration::zero(), kLongestSleep);
    const int ready = ::poll(all.data(), all.size(), static_cast<int>(left.count()));
    if (ready < 0 && errno != EINTR) {
      throw failure(Failure::Kind::connect, "Could not wait for " + peer_ + ": " + describe_errno(errno) + ".");
    }
    postpone(stopped_time(left, clock_->monotonic() - now));
    std::copy_n(all.begin(), descriptors.size(), descriptors.begin());
    const auto has_event = [](const pollfd& entry) { return entry.revents != 0; };
    if (ready > 0 && std::any_of(descriptors.begin(), descriptors.end(), has_event)) return observe_cancel(), true;
    if (ready == 0 && now >= end.at) throw expired(end.limit);
    if (ready == 0 && on_wait_) on_wait_();
  }
}

void ExchangeDeadline::wait(int descriptor, int events) {
  pollfd entry{descriptor, static_cast<short>(events), 0};
  wait(std::span(&entry, 1));
}

}  // namespace heygen::net
