// Rows and columns that fit a terminal.
#pragma once

#include <string>
#include <vector>

#include "core/output/cell.hpp"
#include "core/output/output.hpp"

namespace heygen::output {

struct TableColumn {
  std::string header;
  bool keep = false;  ///< cut only when cutting the others is not enough: an id is useless in part
};

class Table {
 public:
  explicit Table(std::vector<TableColumn> columns);
  /// A short row is filled up with nothing.
  void add(std::vector<Cell> row);
  /// Every column can show something worth reading in that width.
  bool is_readable(int width) const;
  std::string text(const HumanStyle& style, int indent = 0) const;

 private:
  std::vector<int> layout(int width) const;
  static std::string line(const std::vector<Cell>& row, const std::vector<int>& widths, bool color, int indent);

  std::vector<TableColumn> columns_;
  std::vector<std::vector<Cell>> rows_;
  std::vector<int> natural_;
};

}  // namespace heygen::output
