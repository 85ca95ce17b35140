// SPDX-License-Identifier: Apache-2.0
#include "core/provider/call/exchange.hpp"

#include <string.h>  // explicit_bzero

#include <algorithm>
#include <array>
#include <csignal>
#include <utility>

#include "core/base/clock.hpp"
#include "core/base/secret.hpp"

namespace heygen::provider {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kSlice{20};
constexpr milliseconds kTick{1'000};

/// False when the body is longer than allowed.
bool read_body(net::Response& response, std::string& body, std::size_t longest) {
  std::array<char, 16384> piece{};
  body.reserve(longest);  // grown in place, so that no copy of a token stays behind
  while (const std::size_t got = response.read(piece)) {
    if (got > longest - body.size()) return false;
    body.append(piece.data(), got);
  }
  ::explicit_bzero(piece.data(), piece.size());
  return true;
}

bool same_headers(const net::Headers& left, const net::Headers& right) {
  return std::ranges::equal(left, right, [](const net::Header& one, const net::Header& other) {
    return one.name == other.name && one.value == other.value;
  });
}

/// Signals are for the threads that expect them.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

}  // namespace

std::unique_ptr<HttpResponse> receive(net::Http& http, const net::Request& request, std::size_t max_body,
                                      const Cancel& cancel) {
  const auto received = http.send(request, cancel);
  auto kept = std::make_unique<HttpResponse>();
  kept->status = received->status;
  kept->headers = received->headers;
  if (!read_body(*received, kept->body, max_body)) return nullptr;
  return kept;
}

Exchange::Exchange(net::Http& http, net::Request request, std::string_view body, std::size_t max_body)
    : request_(std::move(request)), text_(body), body_(text_) {
  request_.body = &body_;
  request_.on_sent = [this](std::uint64_t) { sent_ = true; };
  request_.on_wait = [] {};  // what is waited for is shown by the thread that waits
  const SignalsBlocked blocked;
  response_ =
      std::async(std::launch::async, [this, &http, max_body] { return receive(http, request_, max_body, cancel_); });
}

Exchange::~Exchange() {
  cancel_.request();
  if (response_.valid()) response_.wait();
  wipe(text_);
}

bool Exchange::is_for(const net::Request& request, std::string_view body) const {
  return request.method == request_.method && request.url.text() == request_.url.text() &&
         same_headers(request.headers, request_.headers) && request.route == request_.route && body == text_;
}

Exchange::State Exchange::wait(std::optional<milliseconds> deadline, const Clock& clock, const Cancel& cancel,
                               const std::function<void()>& tick) {
  milliseconds seen = clock.monotonic();
  for (milliseconds waited{0}; response_.wait_for(kSlice) != std::future_status::ready; waited += kSlice) {
    if (cancel.requested()) cancel_.request();
    if (tick && waited % kTick == milliseconds{0}) tick();
    const milliseconds now = clock.monotonic();
    if (deadline) *deadline += stopped_time(kSlice, now - seen);
    seen = now;
    if (!deadline || now < *deadline) continue;
    if (sent_) return State::under_way;
    cancel_.request();
    response_.wait();
    return State::not_sent;
  }
  return State::complete;
}

}  // namespace heygen::provider
