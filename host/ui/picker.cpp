// SPDX-License-Identifier: Apache-2.0
#include "host/ui/picker.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/base/cancel.hpp"
#include "core/base/environment.hpp"
#include "core/base/error.hpp"
#include "core/base/terminal.hpp"
#include "core/base/text.hpp"
#include "core/output/text_width.hpp"

namespace heygen::host::ui {

namespace {

/// The longest list in which one digit names any row.
constexpr std::size_t kOneDigit = 9;
/// From here on a numbered list may have pushed its heading off the screen.
constexpr std::size_t kLongList = 20;
/// Fewer lines show no line about the keys before they show all rows.
constexpr std::size_t kLowTerminal = 5;

/// The row, counted from 0, whose number `text` is; empty when there is none.
std::optional<std::size_t> row_numbered(std::string_view text, std::size_t rows) {
  std::size_t number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, fault] = std::from_chars(text.data(), last, number);
  if (fault != std::errc{} || end != last || number < 1 || number > rows) return {};
  return number - 1;
}

std::string keys_line(std::size_t rows, std::string_view typed) {
  if (rows <= kOneDigit) return "Up/Down or a number, Enter or Space to choose, Esc to cancel";
  const std::string numbers = "1 to " + std::to_string(rows);
  if (typed.empty()) return "Up/Down or a number (" + numbers + "), Enter or Space to choose, Esc to cancel";
  return "Number: " + std::string(typed) +
         (row_numbered(typed, rows) ? ", Enter or Space to choose, Backspace to correct"
                                    : " is not from " + numbers + ", Backspace to correct");
}

}  // namespace

Picker::Outcome Picker::select(std::size_t row) {
  typed_.clear();
  selected_ = row;
  return Outcome::open;
}

void Picker::select_typed() {
  if (const auto row = row_numbered(typed_, rows_)) selected_ = *row;
}

Picker::Outcome Picker::type(int digit) {
  if (rows_ <= kOneDigit) {
    const auto wanted = static_cast<std::size_t>(digit);
    if (wanted == 0 || wanted > rows_) return Outcome::open;
    selected_ = wanted - 1;
    return Outcome::chosen;
  }
  // One digit too many stays in sight; what is longer yet cannot become right.
  if (typed_.size() <= std::to_string(rows_).size()) typed_ += std::to_string(digit);
  select_typed();
  return Outcome::open;
}

Picker::Outcome Picker::press(const Key& key) {
  using Kind = Key::Kind;
  switch (key.kind) {
    case Kind::up:
      return select((selected_ + rows_ - 1) % rows_);
    case Kind::down:
      return select((selected_ + 1) % rows_);
    case Kind::first:
      return select(0);
    case Kind::last:
      return select(rows_ - 1);
    case Kind::digit:
      return type(key.digit);
    case Kind::erase:
      if (!typed_.empty()) typed_.pop_back();
      select_typed();
      return Outcome::open;
    case Kind::enter:
      return typed_.empty() || row_numbered(typed_, rows_) ? Outcome::chosen : Outcome::open;
    case Kind::cancel:
      return Outcome::canceled;
    case Kind::other:
      return Outcome::open;
  }
  return Outcome::open;
}

std::string clip(std::string_view text, int width) {
  constexpr std::string_view kMark = "…";
  if (width <= 0) return {};
  if (output::cell_width(text) <= width) return std::string(text);
  std::size_t end = 0;
  for (std::size_t next = 0; next < text.size(); end = next) {
    do {
      ++next;
    } while (next < text.size() && (static_cast<unsigned char>(text[next]) & 0xC0U) == 0x80U);
    if (output::cell_width(text.substr(0, next)) > width - 1) break;
  }
  return std::string(text.substr(0, end)) += kMark;
}

std::vector<std::string> render(std::string_view heading, const std::vector<Row>& rows, std::size_t selected,
                                int columns, int lines, std::string_view typed) {
  // One column stays free: text in the last one makes some terminals wrap.
  const int width = std::max(columns - 1, 1);
  const auto room = static_cast<std::size_t>(std::max(lines, 1));
  const bool with_heading = room > 1;
  const bool with_keys = room > rows.size() + 1 || room >= kLowTerminal;
  const std::size_t shown = std::min(rows.size(), room - (with_heading ? 1 : 0) - (with_keys ? 1 : 0));
  const std::size_t before = std::min(shown / 2, selected);
  const std::size_t first = std::min(selected - before, rows.size() - shown);
  const std::size_t digits = std::to_string(rows.size()).size();

  int title_width = 0;
  for (const Row& row : rows) title_width = std::max(title_width, output::cell_width(printable(row.title)));

  std::vector<std::string> out;
  if (with_heading) out.push_back(clip(printable(heading), width));
  for (std::size_t i = first; i < first + shown; ++i) {
    std::string line = i == selected ? "> " : "  ";
    const std::string number = std::to_string(i + 1);
    line += std::string(digits - number.size(), ' ') + number + "  ";
    const std::string title = printable(rows[i].title);
    line += title;
    if (!rows[i].note.empty()) {
      line.append(static_cast<std::size_t>(title_width - output::cell_width(title)) + 2, ' ');
      line += printable(rows[i].note);
    }
    out.push_back(clip(line, width));
  }
  if (with_keys) out.push_back(clip(keys_line(rows.size(), typed), width));
  return out;
}

std::size_t pick_by_number(std::string_view heading, const std::vector<Row>& rows, std::size_t selected,
                           Terminal& terminal, const Cancel& cancel) {
  const std::string last = std::to_string(rows.size());
  terminal.notice(heading);
  for (std::size_t i = 0; i < rows.size(); ++i)
    terminal.notice("  " + std::to_string(i + 1) + "  " + printable(rows[i].title) +
                    (rows[i].note.empty() ? "" : "  " + printable(rows[i].note)));
  if (rows.size() > kLongList) terminal.notice(heading);
  for (;;) {
    const std::string line =
        terminal.read_line("Number from 1 to " + last + " [" + std::to_string(selected + 1) + "]: ", cancel);
    const std::string_view typed = trim(line);
    if (typed.empty()) return selected;
    if (iequals(typed, "q")) throw canceled_error();
    if (const auto row = row_numbered(typed, rows.size())) return *row;
  }
}

std::size_t pick_row(std::string_view heading, const std::vector<Row>& rows, std::size_t selected,
                     const Environment& environment, Terminal& terminal, const Cancel& cancel) {
  return environment.is_dumb_terminal() ? pick_by_number(heading, rows, selected, terminal, cancel)
                                        : pick(heading, rows, selected, cancel);
}

}  // namespace heygen::host::ui
