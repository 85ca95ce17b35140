// SPDX-License-Identifier: Apache-2.0
// Rows and columns that fit a terminal.
#pragma once

#include <string>
#include <vector>

#include "core/output/cell.hpp"
#include "core/output/style.hpp"

namespace heygen::output {

struct TableColumn {
  std::string header;
  bool keep = false;  ///< never cut to make room: an id is useless in part
};

class Table {
 public:
  explicit Table(std::vector<TableColumn> columns);
  /// A short row is filled up with nothing.
  void add(std::vector<Cell> row);
  /// Nothing has to be cut in that width.
  bool fits(int width) const;
  /// The columns that can each show something worth reading, and a fifth or later one only without crowding them: the
  /// last ones go first, those to keep stay. Empty when not even two are left.
  std::vector<std::size_t> readable(int width) const;
  /// All columns, or the chosen ones.
  std::string text(const HumanStyle& style, int indent = 0) const;
  std::string text(const HumanStyle& style, int indent, const std::vector<std::size_t>& chosen) const;

 private:
  std::vector<std::size_t> all() const;
  bool is_kept(std::size_t column) const;
  int least(std::size_t column) const;
  int comfortable(std::size_t column) const;
  std::vector<int> layout(int width, const std::vector<std::size_t>& chosen) const;
  void write(std::string& out, const Cell& cell, std::size_t column, int width, bool last, bool color) const;

  std::vector<TableColumn> columns_;
  std::vector<std::vector<Cell>> rows_;
  std::vector<int> natural_;
  std::vector<Shape> shapes_;
};

/// A table of given cells, without any look at content; the widest columns are cut until it fits. Ends with a newline.
std::string table(const std::vector<std::string>& headers, const std::vector<std::vector<std::string>>& rows,
                  const HumanStyle& style);

}  // namespace heygen::output
