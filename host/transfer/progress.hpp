// SPDX-License-Identifier: Apache-2.0
// One line of progress on stderr, only on a terminal; it erases itself.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "core/base/clock.hpp"
#include "core/base/environment.hpp"
#include "core/base/terminal.hpp"

namespace heygen::host::transfer {

/// What a line on the terminal needs.
struct ProgressDependencies {
  Terminal& terminal;
  const Environment& environment;
  Clock& clock;
};

class Progress {
 public:
  explicit Progress(const ProgressDependencies& needs);
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Replaces the line, which also says that Ctrl-C stops it, unless it says what Ctrl-C does. On a narrow terminal the
  /// words before the time, or before that, are cut.
  /// What lasts less than a second is not shown, and no more than ten lines a second are drawn; on a dumb terminal,
  /// one.
  void show(const std::string& line);
  /// Replaces the line at once: a longer wait follows.
  void show_now(const std::string& line);
  /// Replaces it at once by one that was made for width(), and is never cut: it says so only where there is room.
  void show_fitted(const std::string& line);
  bool enabled() const;
  /// A line would be drawn now.
  bool due() const { return enabled_ != false && needs_.clock.monotonic() >= next_ && enabled(); }
  /// Columns that a line may take.
  int width() const;
  void clear();

 private:
  void show_plain(const std::string& line);

  const ProgressDependencies needs_;
  mutable std::optional<bool> enabled_;
  const bool plain_;  ///< a dumb terminal, which cannot draw a line again
  bool drawn_ = false;
  std::chrono::milliseconds next_;
};

/// What a bar shows of a transfer.
struct TransferState {
  std::string what;                    ///< "Uploading a.mp4"
  std::uint64_t done = 0;              ///< bytes
  std::optional<std::uint64_t> total;  ///< bytes, when known
  double rate = 0;                     ///< bytes a second; 0: unknown yet
  std::chrono::seconds still{0};       ///< how long nothing has moved, once that is worth telling
};

/// One line of at most `width` columns: name, bar, percentage, amount, rate, time left. A narrow terminal loses the bar
/// first, then the amount, then the rate; what remains is never cut within a number.
std::string transfer_line(const TransferState& state, int width);

/// The bar of one upload or download.
class TransferBar {
 public:
  TransferBar(const ProgressDependencies& needs, const std::string& what, std::optional<std::uint64_t> total);

  /// `done` counts from the start of the file. What lies behind the first call is not counted into the rate.
  void update(std::uint64_t done);
  /// Nothing moves: after some seconds it says so in place of rate and time left, which would be wrong.
  void show_stalled();
  void set_total(std::optional<std::uint64_t> total) { state_.total = total; }
  /// Another line instead, at once: nothing will move for a while. The rate is measured anew afterwards.
  void show_message(const std::string& line);
  void clear() { progress_.clear(); }

 private:
  void measure(std::uint64_t done);

  const ProgressDependencies needs_;
  Progress progress_;
  TransferState state_;
  std::optional<std::chrono::milliseconds> measured_;
  std::uint64_t measured_done_ = 0;
  std::chrono::milliseconds begun_, moved_;
  bool message_shown_ = false;
};

}  // namespace heygen::host::transfer
