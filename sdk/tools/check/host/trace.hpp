// SPDX-License-Identifier: Apache-2.0
// What crosses the boundary, written down for --trace: each function of the provider, and what it asked the host for.
#pragma once

#include <heygen/provider.h>

#include <string>
#include <string_view>

#include "sdk/tools/check/host/scenario.hpp"

namespace heygen::check {

const char* status_name(heygen_status status);

class Trace {
 public:
  /// All that follows goes to this descriptor; -1: nowhere.
  static void to(int file) noexcept;
  static bool is_on() noexcept;

  explicit Trace(const Scenario& scenario) : scenario_(scenario) {}
  /// One line, without secrets.
  void line(std::string_view text) const;

  // Values as a line has them; what says nothing is "".
  std::string shown(heygen_str text) const;
  std::string shown(heygen_str* out) const;
  std::string shown(const heygen_http_request* request) const;
  std::string shown(const heygen_http_response** response) const;
  std::string shown(const heygen_loopback_options* options) const;
  std::string shown(heygen_time* out) const { return out != nullptr ? std::to_string(*out) : ""; }
  std::string shown(std::int32_t number) const { return std::to_string(number); }
  std::string shown(std::uint32_t number) const { return std::to_string(number); }
  std::string shown(std::int64_t number) const { return std::to_string(number); }
  std::string shown(std::size_t number) const { return std::to_string(number); }
  template <class Other>
  std::string shown(Other*) const {
    return {};
  }

 private:
  const Scenario& scenario_;
};

}  // namespace heygen::check
