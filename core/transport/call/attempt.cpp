// SPDX-License-Identifier: Apache-2.0
#include "core/transport/call/attempt.hpp"

#include <array>

#include "core/net/status.hpp"
#include "core/transport/rules/failure.hpp"

namespace heygen::transport {

namespace {

/// A response whose body fails with an Error.
class ApiBody : public net::Response {
 public:
  ApiBody(std::unique_ptr<net::Response> inner, const ApiRequest& request)
      : inner_(std::move(inner)), changes_(changes_something(request)), look_(request.look), key_(key_of(request)) {
    status = inner_->status;
    headers = inner_->headers;
  }
  std::size_t read(std::span<char> out) override {
    try {
      return inner_->read(out);
    } catch (const net::Failure& failure) {
      Error error = error_of_failure(failure);
      if (changes_ && !net::is_refusal(status)) say_that_it_may_have_taken_effect(error, look_, key_);
      throw error;
    }
  }
  std::optional<std::uint64_t> length() const override { return inner_->length(); }

 private:
  std::unique_ptr<net::Response> inner_;
  bool changes_;
  std::string look_, key_;
};

net::Headers headers_of(const ClientOptions& options, const ApiRequest& request, const Attempt& attempt) {
  if (!attempt.target.is_trusted()) return anonymous_headers(options);
  net::Headers out = api_headers(options, request);
  for (const auto& header : attempt.credential.headers(attempt.now)) {
    set_header(out, {header.name, header.value.reveal(), true});
  }
  return out;
}

}  // namespace

net::Request make_request(const ClientOptions& options, const ApiRequest& request, const Attempt& attempt) {
  net::Request out;
  out.method = request.method;
  out.url = attempt.target.url();
  out.headers = headers_of(options, request, attempt);
  out.body = request.body;
  out.typed_query = request.typed_query;
  out.timeouts = request_timeouts(request, attempt.time_left);
  out.grace = request.grace;
  out.on_sent = request.on_sent;
  out.on_wait = request.on_wait;
  return out;
}

StartedResponse::StartedResponse(std::unique_ptr<net::Response> inner, std::size_t most) : inner_(std::move(inner)) {
  status = inner_->status;
  headers = inner_->headers;
  std::array<char, 16 * limits::kKiB> piece{};
  try {
    while (start_.size() < most) {
      const std::size_t count = inner_->read(piece);
      if (count == 0) return;
      start_.append(piece.data(), count);
    }
  } catch (const net::Failure& failure) {
    failure_ = failure;
  }
}

std::size_t StartedResponse::read(std::span<char> out) {
  if (served_ < start_.size()) {
    const std::size_t count = start_.copy(out.data(), out.size(), served_);
    served_ += count;
    return count;
  }
  if (failure_) throw net::Failure(*failure_);
  return inner_->read(out);
}

std::unique_ptr<net::Response> api_response(std::unique_ptr<net::Response> response, const ApiRequest& of) {
  return std::make_unique<ApiBody>(std::move(response), of);
}

}  // namespace heygen::transport
