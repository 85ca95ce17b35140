#include "core/output/text_width.hpp"

#include <utf8proc.h>

#include <algorithm>

#include "core/output/output.hpp"

namespace heygen::output {

namespace {

constexpr std::string_view kEllipsis = "\xE2\x80\xA6";
constexpr utf8proc_int32_t kEmojiStyle = 0xFE0F;

/// One character as people see it: a grapheme cluster (UAX #29).
struct Cluster {
  std::size_t size = 0;
  int width = 0;
};

Cluster next_cluster(std::string_view text) {
  Cluster cluster;
  utf8proc_int32_t previous = -1, state = 0;
  while (cluster.size < text.size()) {
    const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + cluster.size;
    utf8proc_int32_t point = 0;
    const auto used = utf8proc_iterate(at, static_cast<utf8proc_ssize_t>(text.size() - cluster.size), &point);
    if (used < 1) return cluster.size == 0 ? Cluster{1, 1} : cluster;
    if (previous >= 0 && utf8proc_grapheme_break_stateful(previous, point, &state)) return cluster;
    // No cluster takes more than two columns, however many emoji it joins.
    cluster.width = std::min(2, point == kEmojiStyle ? 2 : cluster.width + utf8proc_charwidth(point));
    cluster.size += static_cast<std::size_t>(used);
    previous = point;
  }
  return cluster;
}

}  // namespace

int cell_width(std::string_view text) {
  int width = 0;
  while (!text.empty()) {
    const Cluster cluster = next_cluster(text);
    width += cluster.width;
    text.remove_prefix(cluster.size);
  }
  return width;
}

std::string fit(std::string_view text, int width) {
  if (width < 1) return {};
  std::size_t end = 0, cut = 0;
  int used = 0;
  while (end < text.size()) {
    const Cluster cluster = next_cluster(text.substr(end));
    used += cluster.width;
    if (used > width) return std::string(text.substr(0, cut)).append(kEllipsis);
    end += cluster.size;
    if (used < width) cut = end;
  }
  return std::string(text);
}

}  // namespace heygen::output
