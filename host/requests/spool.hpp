// SPDX-License-Identifier: Apache-2.0
// Text in memory, and in a nameless temporary file once it is too large for that.
#pragma once

#include <cstdio>
#include <functional>
#include <string>
#include <string_view>

namespace heygen::host::requests {

class Spool {
 public:
  Spool() = default;
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  /// Its end, to which more may be appended; all of it while it is small.
  std::string& text() { return text_; }
  /// It has only what text() has.
  bool is_small() const { return file_ == nullptr; }

  /// Moves what is in text() to the file if it has become large. Throws Error{cli_file_io_error}.
  void settle();

  /// All of it, in pieces. Throws Error{cli_file_io_error}, and what `out` throws.
  void write(const std::function<void(std::string_view)>& out);

 private:
  std::string text_;
  std::FILE* file_ = nullptr;
};

}  // namespace heygen::host::requests
