#include "host/api/progress.hpp"

#include <unistd.h>

#include <array>
#include <cstdio>

#include "core/base/text.hpp"

namespace heygen::host {
namespace {

void draw(const std::string& text) {
  if (::write(STDERR_FILENO, text.data(), text.size()) < 0) return;
}

std::string megabytes(std::uint64_t bytes) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", static_cast<double>(bytes) / 1e6);
  return text.data();
}

}  // namespace

Progress::Progress(Context& context)
    : context_(context),
      enabled_(context.terminal.stderr_is_terminal() && context.environment.value("TERM") != "dumb"),
      next_(context.clock.monotonic() + std::chrono::seconds(1)) {}

void Progress::show(const std::string& line) {
  if (!enabled_ || context_.clock.monotonic() < next_) return;
  show_now(line);
}

void Progress::show_now(const std::string& line) {
  if (!enabled_) return;
  next_ = context_.clock.monotonic() + std::chrono::milliseconds(100);
  const std::size_t width = static_cast<std::size_t>(std::max(context_.terminal.columns() - 1, 10));
  std::string text = printable(line);
  // A line that wraps could not be erased. Byte count, never less than columns.
  if (text.size() > width) text = text.substr(0, width - 3) + "...";
  draw("\r\x1b[K" + printable(text));
  drawn_ = true;
}

void Progress::clear() {
  if (drawn_) draw("\r\x1b[K");
  drawn_ = false;
}

std::string amount(std::uint64_t bytes, std::uint64_t total) {
  return megabytes(bytes) + (total > 0 ? " of " + megabytes(total) : std::string{}) + " MB";
}

}  // namespace heygen::host
