#include "sdk/sandbox/media.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <numbers>
#include <optional>

#include "core/base/text.hpp"
#include "sdk/sandbox/digest.hpp"

namespace heygen::sandbox {
namespace {

constexpr std::size_t kVideoSize = std::size_t{64} * 1024;

void append_big_endian(std::string& out, std::uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>((number >> shift) & 0xff);
}

void append_little_endian(std::string& out, std::uint32_t number, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>((number >> (8 * i)) & 0xff);
}

/// ISO/IEC 14496-12 §4.2
std::string box(std::string_view type, const std::string& content) {
  std::string out;
  append_big_endian(out, static_cast<std::uint32_t>(content.size() + 8));
  return out.append(type) + content;
}

/// ISO/IEC 14496-12 §8.2.2, version 0, in milliseconds
std::string movie_header(double duration) {
  std::string out(12, '\0');
  append_big_endian(out, 1000);
  append_big_endian(out, static_cast<std::uint32_t>(duration * 1000));
  append_big_endian(out, 0x00010000);  // rate 1.0
  out += std::string{'\x01', '\0'};    // volume 1.0
  out.append(10, '\0');
  for (const std::uint32_t cell : {0x00010000U, 0U, 0U, 0U, 0x00010000U, 0U, 0U, 0U, 0x40000000U}) {
    append_big_endian(out, cell);
  }
  out.append(24, '\0');
  append_big_endian(out, 1);  // next track id
  return box("mvhd", out);
}

std::string filler(std::string_view seed, std::size_t size) {
  std::string out;
  std::string block = sha256(seed);
  while (out.size() < size) {
    out += block;
    block = sha256(block);
  }
  out.resize(size);
  return out;
}

struct Range {
  std::size_t first = 0;
  std::size_t last = 0;
};

std::optional<std::size_t> to_size(std::string_view text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

enum class RangeKind { none, one, unsatisfiable };

/// Several ranges and other units count as none: a server may ignore Range (RFC 9110 §14.2).
RangeKind parse_range(std::string_view text, std::size_t size, Range& range) {
  if (!iequals(text.substr(0, 6), "bytes=")) return RangeKind::none;
  text = trim(text.substr(6));
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos || text.find(',') != std::string_view::npos) return RangeKind::none;
  const auto first = to_size(text.substr(0, dash));
  const auto last = to_size(text.substr(dash + 1));
  if (dash == 0) {
    if (!last) return RangeKind::none;
    if (*last == 0) return RangeKind::unsatisfiable;
    range = {size - std::min(*last, size), size - 1};
    return RangeKind::one;
  }
  if (!first || (!last && dash + 1 != text.size()) || (last && *last < *first)) return RangeKind::none;
  if (*first >= size) return RangeKind::unsatisfiable;
  range = {*first, last ? std::min(*last, size - 1) : size - 1};
  return RangeKind::one;
}

bool lists_tag(std::string_view header, std::string_view tag) {
  if (trim(header) == "*") return true;
  const auto tags = split(header, ',');
  return std::any_of(tags.begin(), tags.end(), [&](std::string_view one) {
    one = trim(one);
    if (one.substr(0, 2) == "W/") one.remove_prefix(2);
    return one == tag;
  });
}

}  // namespace

std::string video_file(std::string_view id, std::string_view format, double duration) {
  std::string head;
  if (format == "webm") {
    head = std::string("\x1a\x45\xdf\xa3\x87\x42\x82\x84webm", 12);
    return head + filler(id, kVideoSize - head.size());
  }
  head = box("ftyp", std::string("isom\0\0\2\0isommp41", 16)) + box("moov", movie_header(duration));
  return head + box("mdat", filler(id, kVideoSize - head.size() - 8));
}

std::string wav_file(double duration) {
  constexpr std::uint32_t kRate = 8000;
  const auto samples = static_cast<std::uint32_t>(std::clamp(duration, 0.0, 60.0) * kRate);
  std::string out = "RIFF";
  append_little_endian(out, 36 + samples, 4);
  out += "WAVEfmt ";
  append_little_endian(out, 16, 4);
  append_little_endian(out, 1, 2);  // PCM
  append_little_endian(out, 1, 2);  // mono
  append_little_endian(out, kRate, 4);
  append_little_endian(out, kRate, 4);  // bytes a second
  append_little_endian(out, 1, 2);
  append_little_endian(out, 8, 2);
  out += "data";
  append_little_endian(out, samples, 4);
  for (std::uint32_t i = 0; i < samples; ++i) {
    const double angle = 2 * std::numbers::pi * 220.0 * i / kRate;
    out += static_cast<char>(static_cast<unsigned char>(128 + 12 * std::sin(angle)));
  }
  return out;
}

std::string srt_file(double duration) {
  const int millis = static_cast<int>(std::min(duration, 3599.0) * 1000);
  std::array<char, 16> end{};
  std::snprintf(end.data(), end.size(), "00:%02d:%02d,%03d", millis / 60000 % 60, millis / 1000 % 60, millis % 1000);
  return std::string("1\n00:00:00,000 --> ") + end.data() + "\nA caption from the sandbox.\n";
}

Reply serve_file(const Request& request, const std::string& content, const std::string& type) {
  if (request.method != "GET" && request.method != "HEAD") return method_not_allowed("GET, HEAD");
  const std::string tag = '"' + hex(sha256(content).substr(0, 8)) + '"';
  Reply reply;
  reply.with("ETag", tag).with("Accept-Ranges", "bytes").with("Cache-Control", "private, no-cache");
  if (const std::string known = request.header("if-none-match"); !known.empty() && lists_tag(known, tag)) {
    reply.status = 304;
    return reply;
  }
  Range range;
  const std::string if_range = request.header("if-range");
  const bool wants_range = request.method == "GET" && (if_range.empty() || if_range == tag);
  const RangeKind kind = wants_range ? parse_range(request.header("range"), content.size(), range) : RangeKind::none;
  if (kind == RangeKind::unsatisfiable) {
    reply.status = 416;
    return reply.with("Content-Range", "bytes */" + std::to_string(content.size()));
  }
  reply.with("Content-Type", type);
  reply.body = content;
  if (kind == RangeKind::one) {
    reply.status = 206;
    reply.body = content.substr(range.first, range.last - range.first + 1);
    reply.with("Content-Range", "bytes " + std::to_string(range.first) + '-' + std::to_string(range.last) + '/' +
                                    std::to_string(content.size()));
  }
  return reply;
}

}  // namespace heygen::sandbox
