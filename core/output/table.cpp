// SPDX-License-Identifier: Apache-2.0
#include "core/output/table.hpp"

#include <algorithm>
#include <numeric>

#include "core/base/text.hpp"
#include "core/output/text_width.hpp"

namespace heygen::output {

namespace {

constexpr int kGap = 2;
/// A text cut shorter than this says little; one that is no longer is not cut at all.
constexpr int kLeastReadable = 11;
/// Texts are cut to this much before times lose their hour.
constexpr int kComfortable = 20;
/// "2023-11-14"
constexpr int kDate = 10;
/// Columns beyond these are shown only where they leave texts comfortable.
constexpr std::size_t kFirstColumns = 4;

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

int total(const std::vector<int>& widths) {
  return std::accumulate(widths.begin(), widths.end(), kGap * (static_cast<int>(widths.size()) - 1));
}

Shape common(Shape column, Shape cell) {
  if (cell == Shape::nothing) return column;
  return column == Shape::nothing || column == cell ? cell : Shape::text;
}

}  // namespace

Table::Table(std::vector<TableColumn> columns)
    : columns_(std::move(columns)), shapes_(columns_.size(), Shape::nothing) {
  for (const TableColumn& column : columns_) natural_.push_back(cell_width(column.header));
}

void Table::add(std::vector<Cell> row) {
  row.resize(columns_.size(), Cell{{}, Tone::faint, Shape::nothing});
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (row[i].text.empty()) row[i] = {std::string(kEmptyCell), Tone::faint, Shape::nothing};
    natural_[i] = std::max(natural_[i], cell_width(row[i].text));
    shapes_[i] = common(shapes_[i], row[i].shape);
  }
  rows_.push_back(std::move(row));
}

std::vector<std::size_t> Table::all() const {
  std::vector<std::size_t> columns(columns_.size());
  std::iota(columns.begin(), columns.end(), std::size_t{0});
  return columns;
}

bool Table::fits(int width) const {
  return width <= 0 || total(natural_) <= width;
}

bool Table::is_kept(std::size_t column) const {
  return columns_[column].keep && natural_[column] <= kLongestId;
}

int Table::least(std::size_t column) const {
  if (is_kept(column)) return natural_[column];
  if (shapes_[column] == Shape::time)
    return std::min(natural_[column], std::max(kDate, cell_width(columns_[column].header)));
  return std::min(natural_[column], shapes_[column] == Shape::number ? kComfortable : kLeastReadable);
}

int Table::comfortable(std::size_t column) const {
  const bool text = !is_kept(column) && shapes_[column] != Shape::time;
  return text ? std::min(natural_[column], kComfortable) : least(column);
}

std::vector<std::size_t> Table::readable(int width) const {
  std::vector<std::size_t> chosen = all();
  if (width <= 0) return chosen;
  for (;;) {
    int needed = kGap * (static_cast<int>(chosen.size()) - 1);
    for (const std::size_t column : chosen)
      needed += chosen.size() > kFirstColumns ? comfortable(column) : least(column);
    if (needed <= width) return chosen;
    const auto last = std::find_if(chosen.rbegin(), chosen.rend(), [&](std::size_t i) { return !is_kept(i); });
    if (chosen.size() <= 2 || last == chosen.rend()) return {};
    chosen.erase(std::next(last).base());
  }
}

std::vector<int> Table::layout(int width, const std::vector<std::size_t>& chosen) const {
  std::vector<int> natural;
  natural.reserve(chosen.size());
  for (const std::size_t column : chosen) natural.push_back(natural_[column]);
  if (width <= 0 || total(natural) <= width) return natural;
  for (int& one : natural) one = std::min(one, width);
  const auto is_text = [&](std::size_t i) {
    return !is_kept(chosen[i]) && shapes_[chosen[i]] != Shape::time && natural_[chosen[i]] > least(chosen[i]);
  };
  std::vector<int> widths = natural;
  int excess = total(widths) - width;
  shrink(widths, kComfortable, excess, is_text);
  if (excess <= 0) return widths;
  widths = natural;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    if (shapes_[chosen[i]] == Shape::time) widths[i] = std::min(widths[i], least(chosen[i]));
  }
  excess = total(widths) - width;
  shrink(widths, kLeastReadable, excess, is_text);
  shrink(widths, 1, excess, [&](std::size_t i) { return !is_kept(chosen[i]); });
  shrink(widths, 1, excess, [](std::size_t) { return true; });
  return widths;
}

void Table::write(std::string& out, const Cell& cell, std::size_t column, int width, bool last, bool color) const {
  const bool is_date = cell.shape == Shape::time && cell_width(cell.text) > width && width >= kDate;
  const std::string shown = is_date ? cell.text.substr(0, kDate) : fit(cell.text, width);
  const auto pad = static_cast<std::size_t>(std::max(width - cell_width(shown), 0));
  const bool right = shapes_[column] == Shape::number;
  if (right) out.append(pad, ' ');
  out += paint(shown, cell.tone, color);
  if (!last) out.append((right ? 0 : pad) + kGap, ' ');
}

std::string Table::text(const HumanStyle& style, int indent) const {
  return text(style, indent, all());
}

std::string Table::text(const HumanStyle& style, int indent, const std::vector<std::size_t>& chosen) const {
  const std::vector<int> widths = layout(style.width <= 0 ? 0 : std::max(style.width - indent, 1), chosen);
  std::string out;
  const auto line = [&](const auto& cell_at) {
    out.append(static_cast<std::size_t>(indent), ' ');
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      write(out, cell_at(chosen[i]), chosen[i], widths[i], i + 1 == chosen.size(), style.color);
    }
    out += '\n';
  };
  line([&](std::size_t i) { return Cell{columns_[i].header, Tone::strong}; });
  for (const std::vector<Cell>& row : rows_) line([&](std::size_t i) -> const Cell& { return row[i]; });
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
