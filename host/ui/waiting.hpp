// SPDX-License-Identifier: Apache-2.0
// What is waited for, as one line on a terminal: a second after the wait began, and until it is over.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "core/net/http.hpp"
#include "host/transfer/progress.hpp"

namespace heygen::host {

class WaitingLine {
 public:
  explicit WaitingLine(const transfer::ProgressDependencies& needs) : needs_(needs) {}

  /// To be called while it lasts, about once a second. "" ends it.
  void show(const std::string& what, std::optional<std::chrono::milliseconds> left = {});

 private:
  const transfer::ProgressDependencies needs_;
  std::optional<transfer::Progress> progress_;
};

/// An Http that shows for which server it waits. A request with a sign of life of its own (`on_wait`) is left alone.
std::unique_ptr<net::Http> make_shown(net::Http& inner, const transfer::ProgressDependencies& needs);

}  // namespace heygen::host
