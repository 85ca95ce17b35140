// SPDX-License-Identifier: Apache-2.0
// Requests of an isolated provider, answered by the sink and the services that a provider in this process has: their
// rules are the same ones.
#pragma once

#include <heygen/provider.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "core/provider/call/host_call.hpp"
#include "core/provider/wire/frame.hpp"
#include "core/provider/wire/functions.hpp"

namespace heygen::provider {

/// What one call may ask for, so that a flood ends.
struct Allowance {
  std::uint64_t requests = 100'000, requests_per_second = 1'000;
  std::uint64_t bytes = 256 * wire::kMebibyte;  ///< asked and answered, which the host keeps until the call ends
  std::uint64_t log_lines = 10'000, log_bytes = 4 * wire::kMebibyte;
};

/// The objects that a call has handed out, by the numbers that the child knows them by. 0 is NULL, and so is a number
/// that none has.
template <class Object>
class Handles {
 public:
  std::uint32_t add(Object* object) {
    if (object == nullptr) return 0;
    objects_.push_back(object);
    return static_cast<std::uint32_t>(objects_.size());
  }
  Object* find(std::uint32_t number) const {
    return number == 0 || number > objects_.size() ? nullptr : objects_[number - 1];
  }
  void drop(std::uint32_t number) {
    if (find(number) != nullptr) objects_[number - 1] = nullptr;
  }

 private:
  std::vector<Object*> objects_;
};

/// Of one call.
class Dispatch {
 public:
  Dispatch(HostCall& host, const Allowance& allowance) : host_(host), allowance_(allowance) {}

  enum class Outcome : unsigned char { answered, malformed, too_much };

  /// Answers a frame of Kind::request, of `size` bytes.
  Outcome serve(wire::Reader request, std::size_t size, wire::Writer& response);
  /// Writes a frame of Kind::log.
  Outcome log(wire::Reader line, std::size_t size);

  const heygen_call* call() const { return host_.abi(); }
  HostCall& host() { return host_; }

  Handles<heygen_json_writer> writers;
  Handles<heygen_loopback> listeners;
  Handles<const heygen_http_response> responses;
  /// The values of parsed documents in the order in which the child has them.
  std::vector<std::vector<const heygen_json*>> documents;
  /// Counts what the host keeps because of a request; negative for what it no longer does.
  void charge(std::int64_t bytes) { spent_ += bytes; }

 private:
  HostCall& host_;
  const Allowance& allowance_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::uint64_t requests_ = 0, lines_ = 0, line_bytes_ = 0;
  std::int64_t spent_ = 0;
};

// What has structs, lists or documents: each reads its arguments to their end, and writes the response.
void serve_http_send(Dispatch& on, wire::Reader& in, wire::Writer& out);
void serve_http_release(Dispatch& on, wire::Reader& in, wire::Writer& out);
void serve_json_parse(Dispatch& on, wire::Reader& in, wire::Writer& out);
void serve_json_put_value(Dispatch& on, wire::Reader& in, wire::Writer& out);
void serve_random_fill(Dispatch& on, wire::Reader& in, wire::Writer& out);
void serve_request_body_sha256(Dispatch& on, wire::Reader& in, wire::Writer& out);
void serve_loopback_open(Dispatch& on, wire::Reader& in, wire::Writer& out);
void serve_terminal_menu(Dispatch& on, wire::Reader& in, wire::Writer& out);

}  // namespace heygen::provider
