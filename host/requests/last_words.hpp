// SPDX-License-Identifier: Apache-2.0
// What the program says when a second Ctrl-C ends it at once, from the signal handler.
#pragma once

#include <string>

#include "core/base/cancel.hpp"
#include "core/json/write.hpp"
#include "core/output/error.hpp"

namespace heygen::host::requests {

class LastWords {
 public:
  explicit LastWords(Cancel& cancel) : cancel_(cancel) {}
  ~LastWords() { cancel_.set_last_words(nullptr); }
  LastWords(const LastWords&) = delete;
  LastWords& operator=(const LastWords&) = delete;

  /// The hint of the error from here on.
  void set(const std::string& hint) {
    cancel_.set_last_words(nullptr);
    const std::string quoted = output::harmless_json(json::write(hint));
    escaped_ = quoted.substr(1, quoted.size() - 2);
    cancel_.set_last_words(escaped_.c_str());
  }

 private:
  Cancel& cancel_;
  std::string escaped_;
};

}  // namespace heygen::host::requests
