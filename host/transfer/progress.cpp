// SPDX-License-Identifier: Apache-2.0
#include "host/transfer/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "core/base/text.hpp"
#include "core/output/text_width.hpp"

namespace heygen::host::transfer {
namespace {

constexpr std::chrono::milliseconds kRedrawAfter{100};

std::string megabytes(std::uint64_t bytes) {
  return fmt::format("{:.1f}", static_cast<double>(bytes) / 1e6);
}

std::string amount(std::uint64_t bytes, std::optional<std::uint64_t> total) {
  return megabytes(bytes) + (total ? " of " + megabytes(*total) : std::string{}) + " MB";
}

std::string rate_text(double rate) {
  return rate < 1e6 ? fmt::format("{:.1f} kB/s", rate / 1e3) : fmt::format("{:.1f} MB/s", rate / 1e6);
}

/// "0:07", "12:30", "2:05:00"; "" for what would be a guess.
std::string time_left(const TransferState& state) {
  if (!state.total || state.rate <= 0 || state.done > *state.total) return {};
  const double seconds = std::ceil(static_cast<double>(*state.total - state.done) / state.rate);
  if (seconds > 99 * 3600) return {};
  const auto seconds_left = static_cast<unsigned>(seconds);
  if (seconds_left < 3600) return fmt::format("{}:{:02} left", seconds_left / 60, seconds_left % 60);
  return fmt::format("{}:{:02}:{:02} left", seconds_left / 3600, seconds_left / 60 % 60, seconds_left % 60);
}

double share(const TransferState& state) {
  if (!state.total) return 0;
  if (*state.total == 0) return 1;
  return std::min(1.0, static_cast<double>(state.done) / static_cast<double>(*state.total));
}

std::string percentage(const TransferState& state) {
  if (!state.total) return {};
  return fmt::format("{:3} %", static_cast<int>(share(state) * 100));
}

std::string bar(const TransferState& state, int cells) {
  const int inner = cells - 2;
  const int full = static_cast<int>(share(state) * inner);
  std::string text = "[" + std::string(static_cast<std::size_t>(full), '=');
  if (full < inner) text += '>' + std::string(static_cast<std::size_t>(inner - full - 1), ' ');
  return text + "]";
}

std::string joined(std::initializer_list<std::string> parts) {
  std::string text;
  for (const std::string& part : parts)
    if (!part.empty()) text += (text.empty() ? "" : "  ") + part;
  return text;
}

/// By seconds_left characters, so that it fits.
std::string shortened(const std::string& text, int width) {
  if (output::cell_width(text) <= width) return text;
  std::string kept;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t next = at + 1;
    while (next < text.size() && (static_cast<unsigned char>(text[next]) & 0xC0U) == 0x80) ++next;
    const std::string longer = kept + text.substr(at, next - at);
    if (output::cell_width(longer) > width - 1) break;
    kept = longer;
    at = next;
  }
  return kept + "…";
}

std::string with_stop(const std::string& text) {
  return text.find("Ctrl-C") != std::string::npos ? text : text + " (Ctrl-C stops it)";
}

/// By words in the middle: the time, and what Ctrl-C does, stay for as long as there is room.
std::string fitted(const std::string& whole, int width) {
  constexpr int kLeastWords = 4;
  if (output::cell_width(whole) <= width) return whole;
  const std::size_t stop = whole.find(" (Ctrl-C");
  const std::size_t time = std::min(whole.rfind(", ", stop), stop);
  if (time == std::string::npos) return shortened(whole, width);
  const std::string tail = whole.substr(time);
  const int room = width - output::cell_width(tail);
  if (room >= kLeastWords) return shortened(whole.substr(0, time), room) + tail;
  return shortened(tail.substr(tail.find_first_not_of(", ")), width);
}

}  // namespace

Progress::Progress(const ProgressDependencies& needs)
    : needs_(needs),
      plain_(needs.environment.is_dumb_terminal()),
      next_(needs.clock.monotonic() + std::chrono::seconds(1)) {}

/// Asked when a line is due: most commands end before.
bool Progress::enabled() const {
  if (!enabled_) enabled_ = needs_.terminal.stderr_is_terminal();
  return *enabled_;
}

void Progress::show(const std::string& line) {
  if (enabled_ == false || needs_.clock.monotonic() < next_) return;
  show_now(line);
}

void Progress::show_now(const std::string& line) {
  if (!enabled()) return;
  if (plain_) return show_plain(line);
  next_ = needs_.clock.monotonic() + kRedrawAfter;
  // A line that wraps could not be erased.
  needs_.terminal.show_status(fitted(with_stop(printable(line)), width()));
  drawn_ = true;
}

void Progress::show_fitted(const std::string& line) {
  const std::string whole = with_stop(line);
  const bool fits = output::cell_width(whole) <= width();
  if (fits || !enabled() || plain_) return show_now(line);
  next_ = needs_.clock.monotonic() + kRedrawAfter;
  needs_.terminal.show_status(line);
  drawn_ = true;
}

void Progress::show_plain(const std::string& line) {
  if (drawn_ || needs_.clock.monotonic() < next_) return;
  drawn_ = true;
  needs_.terminal.notice(with_stop(printable(line)));
}

void Progress::clear() {
  if (plain_) return;
  if (drawn_) needs_.terminal.show_status("");
  drawn_ = false;
}

int Progress::width() const {
  return std::max(needs_.terminal.columns() - 1, 10);
}

std::string transfer_line(const TransferState& state, int width) {
  constexpr int kLeastBar = 12, kMostBar = 32, kLeastName = 10;
  const bool stalled = state.still.count() > 0;
  const std::string percent = percentage(state);
  const std::string rate = state.rate > 0 && !stalled ? rate_text(state.rate) : "";
  const std::string left = stalled ? fmt::format("stalled for {}s", state.still.count()) : time_left(state);
  const std::string full = joined({percent, amount(state.done, state.total), rate, left});
  const auto room = [&](const std::string& numbers) { return width - output::cell_width(numbers) - 2; };
  const int name = output::cell_width(state.what);
  if (const int cells = std::min(room(full) - 2 - std::min(name, 40), kMostBar); state.total && cells >= kLeastBar)
    return joined({shortened(state.what, room(full) - 2 - cells), bar(state, cells), full});
  for (const std::string& numbers : {full, joined({percent.empty() ? amount(state.done, {}) : percent, rate, left}),
                                     joined({percent.empty() ? amount(state.done, {}) : percent, left})})
    if (room(numbers) >= std::min(name, kLeastName)) return joined({shortened(state.what, room(numbers)), numbers});
  return shortened(percent.empty() ? amount(state.done, {}) : percent, width);
}

TransferBar::TransferBar(const ProgressDependencies& needs, const std::string& what, std::optional<std::uint64_t> total)
    : needs_(needs), progress_(needs), begun_(needs.clock.monotonic()), moved_(begun_) {
  state_.what = printable(what);
  state_.total = total;
}

/// Smoothed over some five seconds, so that the time left does not jump about.
void TransferBar::measure(std::uint64_t done) {
  const std::chrono::milliseconds now = needs_.clock.monotonic();
  // What the system's buffers take in the first moment would falsify the rate.
  constexpr std::chrono::seconds kFirstMoment{1};
  if (!measured_ && now - begun_ < kFirstMoment) return;
  if (!measured_ || done < measured_done_) {
    measured_ = now;
    measured_done_ = done;
    state_.rate = 0;
    return;
  }
  const double seconds = std::chrono::duration<double>(now - *measured_).count();
  if (seconds < 0.2) return;
  constexpr double kMemory = 5;
  const double present = static_cast<double>(done - measured_done_) / seconds;
  const double weight = state_.rate > 0 ? seconds / (seconds + kMemory) : 1;
  state_.rate += weight * (present - state_.rate);
  measured_ = now;
  measured_done_ = done;
}

void TransferBar::update(std::uint64_t done) {
  state_.done = done;
  if (!progress_.enabled()) return;
  moved_ = needs_.clock.monotonic();
  state_.still = std::chrono::seconds(0);
  message_shown_ = false;
  measure(done);
  if (progress_.due()) progress_.show_fitted(transfer_line(state_, progress_.width()));
}

void TransferBar::show_stalled() {
  constexpr std::chrono::seconds kWorthTelling{3};
  const auto still = std::chrono::duration_cast<std::chrono::seconds>(needs_.clock.monotonic() - moved_);
  if (message_shown_ || !progress_.due()) return;
  state_.still = still < kWorthTelling ? std::chrono::seconds(0) : still;
  if (still >= kWorthTelling) measured_.reset();
  progress_.show_fitted(transfer_line(state_, progress_.width()));
}

void TransferBar::show_message(const std::string& line) {
  measured_.reset();
  message_shown_ = true;
  progress_.show_now(line);
}

}  // namespace heygen::host::transfer
