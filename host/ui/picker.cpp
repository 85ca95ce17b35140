// SPDX-License-Identifier: Apache-2.0
#include "host/ui/picker.hpp"

#include <algorithm>
#include <charconv>

#include "core/base/cancel.hpp"
#include "core/base/environment.hpp"
#include "core/base/error.hpp"
#include "core/base/terminal.hpp"
#include "core/base/text.hpp"
#include "core/output/text_width.hpp"

namespace heygen::host::ui {

Picker::Outcome Picker::press(const Key& key) {
  using Kind = Key::Kind;
  switch (key.kind) {
    case Kind::up:
      selected_ = (selected_ + rows_ - 1) % rows_;
      return Outcome::open;
    case Kind::down:
      selected_ = (selected_ + 1) % rows_;
      return Outcome::open;
    case Kind::first:
      selected_ = 0;
      return Outcome::open;
    case Kind::last:
      selected_ = rows_ - 1;
      return Outcome::open;
    case Kind::digit: {
      const auto wanted = static_cast<std::size_t>(key.digit);
      if (wanted == 0 || wanted > rows_) return Outcome::open;
      selected_ = wanted - 1;
      return Outcome::chosen;
    }
    case Kind::enter:
      return Outcome::chosen;
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
                                int columns, int lines) {
  // One column stays free: text in the last one makes some terminals wrap.
  const int width = std::max(columns - 1, 1);
  const auto room = static_cast<std::size_t>(std::max(lines, 1));
  const bool with_heading = room > rows.size();
  const bool with_keys = room > rows.size() + 1;
  const std::size_t shown = std::min(rows.size(), room);
  const std::size_t first = selected < shown ? 0 : selected - shown + 1;

  int title_width = 0;
  for (const Row& row : rows) title_width = std::max(title_width, output::cell_width(printable(row.title)));

  std::vector<std::string> out;
  if (with_heading) out.push_back(clip(heading, width));
  for (std::size_t i = first; i < first + shown; ++i) {
    std::string line = i == selected ? "> " : "  ";
    line += std::to_string(i + 1) + "  ";
    const std::string title = printable(rows[i].title);
    line += title;
    if (!rows[i].note.empty()) {
      line.append(static_cast<std::size_t>(title_width - output::cell_width(title)) + 2, ' ');
      line += printable(rows[i].note);
    }
    out.push_back(clip(line, width));
  }
  if (with_keys) out.push_back(clip("Up/Down or a number, Enter or Space to choose, Esc to cancel", width));
  return out;
}

std::size_t pick_by_number(std::string_view heading, const std::vector<Row>& rows, std::size_t selected,
                           Terminal& terminal, const Cancel& cancel) {
  const std::string last = std::to_string(rows.size());
  terminal.notice(heading);
  for (std::size_t i = 0; i < rows.size(); ++i)
    terminal.notice("  " + std::to_string(i + 1) + "  " + printable(rows[i].title) +
                    (rows[i].note.empty() ? "" : "  " + printable(rows[i].note)));
  for (;;) {
    const std::string line =
        terminal.read_line("Number from 1 to " + last + " [" + std::to_string(selected + 1) + "]: ", cancel);
    const std::string_view typed = trim(line);
    if (typed.empty()) return selected;
    if (iequals(typed, "q")) throw canceled_error();
    std::size_t number = 0;
    const auto [end, fault] = std::from_chars(typed.data(), typed.data() + typed.size(), number);
    if (fault == std::errc{} && end == typed.data() + typed.size() && number >= 1 && number <= rows.size())
      return number - 1;
  }
}

std::size_t pick_row(std::string_view heading, const std::vector<Row>& rows, std::size_t selected,
                     const Environment& environment, Terminal& terminal, const Cancel& cancel) {
  return environment.is_dumb_terminal() ? pick_by_number(heading, rows, selected, terminal, cancel)
                                        : pick(heading, rows, selected, cancel);
}

}  // namespace heygen::host::ui
