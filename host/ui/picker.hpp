// SPDX-License-Identifier: Apache-2.0
// A short list on the terminal from which the user selects one row. Keys to state, and state to lines; the terminal
// itself is behind pick() only.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/ui/keys.hpp"

namespace heygen {
class Cancel;
class Environment;
class Terminal;
}  // namespace heygen

namespace heygen::host::ui {

struct Row {
  std::string title;
  std::string note;
};

/// The state of a list of at least one row.
class Picker {
 public:
  enum class Outcome { open, chosen, canceled };

  explicit Picker(std::size_t rows, std::size_t selected = 0) : rows_(rows), selected_(selected) {}
  /// Arrows wrap around. Where every row has a number of one digit, a digit chooses its row at once, or does nothing
  /// when there is no such row. In a longer list the digits collect and select; Enter chooses, once they name a row.
  Outcome press(const Key& key);
  std::size_t selected() const { return selected_; }
  /// The number so far; "" when none is being typed.
  const std::string& typed() const { return typed_; }

 private:
  Outcome type(int digit);
  void select_typed();
  Outcome select(std::size_t row);

  std::size_t rows_;
  std::size_t selected_;
  std::string typed_;
};

/// `text` cut to at most `width` columns, with a mark where something is missing.
std::string clip(std::string_view text, int width);

/// Heading, rows and a line about the keys, each shorter than `columns`, at most `lines` in all: the heading and rows
/// around the selected one stay when there is too little room. Texts are made printable(). `typed` is the number that
/// is being typed.
std::vector<std::string> render(std::string_view heading, const std::vector<Row>& rows, std::size_t selected,
                                int columns, int lines, std::string_view typed = {});

/// Shows the list on stderr (on the controlling terminal when stderr is none), reads keys from stdin, and removes the
/// list again. Throws Error{canceled} on Esc, q, Ctrl-C, end of input and cancellation. The terminal's mode is restored
/// on every exit, fatal signals included.
std::size_t pick(std::string_view heading, const std::vector<Row>& rows, std::size_t selected, const Cancel& cancel);

/// The same without escape sequences, for a dumb terminal: a numbered list and a line to type. Nothing typed is the
/// selected row. Throws Error{canceled} on q, Ctrl-C, end of input and cancellation.
std::size_t pick_by_number(std::string_view heading, const std::vector<Row>& rows, std::size_t selected,
                           Terminal& terminal, const Cancel& cancel);

/// As the terminal allows: the one or the other.
std::size_t pick_row(std::string_view heading, const std::vector<Row>& rows, std::size_t selected,
                     const Environment& environment, Terminal& terminal, const Cancel& cancel);

}  // namespace heygen::host::ui
