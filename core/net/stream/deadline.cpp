// SPDX-License-Identifier: Apache-2.0
#include "core/net/stream/deadline.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
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
constexpr Duration kTellEvery{1000};

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
  if (end.at != kNever && clock_->monotonic() >= end.at) throw expired(end.limit);
}

void ExchangeDeadline::touch() {
  touched_ = clock_->monotonic();
}

bool ExchangeDeadline::wait(std::span<pollfd> descriptors, std::optional<Duration> at_most) {
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
      throw failure(Failure::Kind::connect, "Could not wait for " + peer_ + ": " + describe_errno(errno) + ".");
    }
    if (ready == 0 && on_wait_) on_wait_();
    std::copy_n(all.begin(), descriptors.size(), descriptors.begin());
    const auto has_event = [](const pollfd& entry) { return entry.revents != 0; };
    if (std::any_of(descriptors.begin(), descriptors.end(), has_event)) return check(), true;
  }
}

void ExchangeDeadline::wait(int descriptor, int events) {
  pollfd entry{descriptor, static_cast<short>(events), 0};
  wait(std::span(&entry, 1));
}

}  // namespace heygen::net
