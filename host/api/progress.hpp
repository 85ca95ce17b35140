// One line on stderr that says what is going on, on a terminal only; it erases itself.
#pragma once

#include <chrono>
#include <string>

#include "host/context.hpp"

namespace heygen::host {

class Progress {
 public:
  explicit Progress(Context& context);
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Replaces the line. What lasts less than a second is not shown, and no more than ten lines a second are drawn.
  void show(const std::string& line);
  /// Replaces the line at once: a longer wait follows.
  void show_now(const std::string& line);
  void clear();

 private:
  Context& context_;
  const bool enabled_;
  bool drawn_ = false;
  std::chrono::milliseconds next_;
};

/// "3.4 of 10.0 MB", "3.4 MB" when the total is not known (0).
std::string amount(std::uint64_t bytes, std::uint64_t total);

}  // namespace heygen::host
