// SPDX-License-Identifier: Apache-2.0
// What is said and written when a second Ctrl-C, or a crash, ends the program at once.
#pragma once

#include <deque>
#include <string>

#include "core/base/cancel.hpp"
#include "core/base/error.hpp"
#include "core/transport/api_client.hpp"

namespace heygen::host::requests {

class LastWordsScope {
 public:
  explicit LastWordsScope(Cancel& cancel) : cancel_(cancel) {}
  ~LastWordsScope();
  LastWordsScope(const LastWordsScope&) = delete;
  LastWordsScope& operator=(const LastWordsScope&) = delete;

  /// The hint of the error from here on, and its `job`.
  void say(const std::string& hint, const JobReference& job);
  /// Of a request that changes something: it may have taken effect. Nothing for others.
  void say_of(const transport::ApiRequest& request);
  /// A result that goes to stdout then, without its line end; "" when there is none, or none any more.
  void keep(const std::string& result);

 private:
  Cancel& cancel_;
  // A signal may come at any time, so what was set stays.
  std::deque<LastWords> words_;
  std::deque<LastOutput> results_;
};

}  // namespace heygen::host::requests
