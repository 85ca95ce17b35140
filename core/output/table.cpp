#include "core/output/table.hpp"

#include <algorithm>
#include <numeric>

#include "core/base/text.hpp"
#include "core/output/text_width.hpp"

namespace heygen::output {

namespace {

constexpr int kGap = 2;
/// A column narrower than this says little.
constexpr int kLeastReadable = 8;

int sum(const std::vector<int>& widths) {
  return std::accumulate(widths.begin(), widths.end(), 0);
}

int gaps(const std::vector<int>& widths) {
  return kGap * (static_cast<int>(widths.size()) - 1);
}

/// Takes columns away from the widest of those that `may` shrink, down to `least`, until `excess` is gone.
template <typename May>
void shrink(std::vector<int>& widths, int least, int& excess, const May& may) {
  while (excess > 0) {
    int* widest = nullptr;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (may(i) && widths[i] > least && (widest == nullptr || widths[i] > *widest)) widest = &widths[i];
    }
    if (widest == nullptr) return;
    --*widest;
    --excess;
  }
}

}  // namespace

Table::Table(std::vector<TableColumn> columns) : columns_(std::move(columns)) {
  for (const TableColumn& column : columns_) natural_.push_back(cell_width(column.header));
}

void Table::add(std::vector<Cell> row) {
  row.resize(columns_.size());
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (row[i].text.empty()) row[i].text = kNothing;
    natural_[i] = std::max(natural_[i], cell_width(row[i].text));
  }
  rows_.push_back(std::move(row));
}

bool Table::is_readable(int width) const {
  int least = gaps(natural_);
  for (const int natural : natural_) least += std::min(natural, kLeastReadable);
  return width <= 0 || least <= width;
}

std::vector<int> Table::layout(int width) const {
  std::vector<int> widths = natural_;
  if (width <= 0) return widths;
  for (int& natural : widths) natural = std::min(natural, std::max(width, 1));
  int excess = sum(widths) + gaps(widths) - width;
  shrink(widths, kLeastReadable, excess, [&](std::size_t i) { return !columns_[i].keep; });
  shrink(widths, kLeastReadable, excess, [](std::size_t) { return true; });
  shrink(widths, 1, excess, [](std::size_t) { return true; });
  return widths;
}

std::string Table::line(const std::vector<Cell>& row, const std::vector<int>& widths, bool color, int indent) {
  std::string out(static_cast<std::size_t>(indent), ' ');
  for (std::size_t i = 0; i < row.size(); ++i) {
    const std::string shown = fit(row[i].text, widths[i]);
    out += paint(shown, row[i].tone, color);
    const int pad = widths[i] - cell_width(shown) + kGap;
    if (i + 1 < row.size()) out.append(static_cast<std::size_t>(pad), ' ');
  }
  return out + "\n";
}

std::string Table::text(const HumanStyle& style, int indent) const {
  const std::vector<int> widths = layout(style.width <= 0 ? 0 : std::max(style.width - indent, 1));
  std::vector<Cell> head;
  head.reserve(columns_.size());
  for (const TableColumn& column : columns_) head.push_back({column.header, Tone::strong});
  std::string out = line(head, widths, style.color, indent);
  for (const std::vector<Cell>& row : rows_) out += line(row, widths, style.color, indent);
  return out;
}

std::string table(const std::vector<std::string>& headers, const std::vector<std::vector<std::string>>& rows,
                  const HumanStyle& style) {
  std::vector<TableColumn> columns;
  columns.reserve(headers.size());
  for (const std::string& header : headers) columns.push_back({printable(header)});
  Table out(std::move(columns));
  for (const std::vector<std::string>& row : rows) {
    std::vector<Cell> cells;
    cells.reserve(row.size());
    for (const std::string& text : row) cells.push_back({printable(text)});
    out.add(std::move(cells));
  }
  return out.text(style);
}

}  // namespace heygen::output
