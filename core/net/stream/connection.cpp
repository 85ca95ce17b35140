// SPDX-License-Identifier: Apache-2.0
#include "core/net/stream/connection.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace heygen::net {

using State = Stream::State;

namespace {

int events_for(State state) {
  return state == State::want_write ? POLLOUT : POLLIN;
}

}  // namespace

std::span<char> Connection::room() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  return std::span(buffer_).subspan(end_);
}

Failure Connection::broken(const ExchangeDeadline& deadline) const {
  return deadline.failure(Failure::Kind::tls,
                          "The TLS connection to " + deadline.peer() + " failed: " + stream_->error_text() + ".",
                          "Try again. If it keeps happening, check proxies and firewalls on the way to the server.");
}

Stream::Step Connection::receive(std::span<char> out, const ExchangeDeadline& deadline) {
  const Stream::Step step = stream_->read(out);
  if (step.state == State::broken) throw broken(deadline);
  if (step.state == State::end || step.state == State::lost) ending_ = step.state;
  return step;
}

bool Connection::absorb(const ExchangeDeadline& deadline) {
  bool grown = false;
  while (!ending_ && !full()) {
    const Stream::Step step = receive(room(), deadline);
    if (step.state != State::done) break;
    end_ += step.bytes;
    grown = true;
  }
  return grown;
}

bool Connection::fill(ExchangeDeadline& deadline) {
  deadline.touch();
  deadline.check();
  while (!ending_ && !full()) {
    const Stream::Step step = receive(room(), deadline);
    if (step.state == State::done) {
      end_ += step.bytes;
      return true;
    }
    if (!ending_) deadline.wait(stream_->descriptor(), events_for(step.state));
  }
  return false;
}

std::size_t Connection::read(std::span<char> out, ExchangeDeadline& deadline) {
  deadline.touch();
  deadline.check();
  if (begin_ < end_) {
    const std::size_t count = std::min(out.size(), end_ - begin_);
    std::memcpy(out.data(), buffer_.data() + begin_, count);
    begin_ += count;
    return count;
  }
  while (!ending_) {
    const Stream::Step step = receive(out, deadline);
    if (step.state == State::done) return step.bytes;
    if (!ending_) deadline.wait(stream_->descriptor(), events_for(step.state));
  }
  return 0;
}

Connection::Sent Connection::write(std::string_view data, ExchangeDeadline& deadline,
                                   const std::function<bool()>& responded) {
  deadline.touch();
  std::size_t sent = 0;
  bool look = true;  // at the start and after each wait: a look after each TLS record would double the system calls
  while (sent < data.size()) {  // no check after the last byte: from there on a cancellation must leave the grace
    deadline.check();
    if (responded && !ending_ && std::exchange(look, false)) {
      absorb(deadline);
      if (responded()) return Sent::responded;
    }
    if (ending_) return Sent::lost;
    const Stream::Step step = stream_->write(data.substr(sent));
    if (step.state == State::done) {
      sent += step.bytes;
      deadline.touch();
    } else if (step.state == State::broken) {
      throw broken(deadline);
    } else if (step.state == State::lost) {
      return Sent::lost;
    } else {
      deadline.wait(stream_->descriptor(), events_for(step.state) | (responded && !full() ? POLLIN : 0));
      look = true;
    }
  }
  return Sent::all;
}

bool Connection::still_idle() {
  std::array<char, 1> unexpected{};
  return !ending_ && input().empty() && stream_->read(unexpected).state == State::want_read;
}

}  // namespace heygen::net
