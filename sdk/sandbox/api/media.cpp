// SPDX-License-Identifier: Apache-2.0
#include "sdk/sandbox/api/media.hpp"

#include <Poco/Checksum.h>
#include <Poco/String.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <numbers>
#include <optional>

#include "sdk/sandbox/base/text.hpp"
#include "sdk/sandbox/http/digest.hpp"

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
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

std::optional<std::uint64_t> to_size(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

enum class RangeKind { none, one, unsatisfiable };

/// Several ranges and other units count as none: a server may ignore Range (RFC 9110 §14.2).
RangeKind parse_range(const std::string& header, std::uint64_t size, Range& range) {
  if (Poco::icompare(header.substr(0, 6), "bytes=") != 0) return RangeKind::none;
  const std::string given = Poco::trim(header.substr(6));
  const std::string_view text = given;
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

bool lists_tag(const std::string& header, std::string_view tag) {
  if (Poco::trim(header) == "*") return true;
  const auto tags = split(header, ',');
  return std::any_of(tags.begin(), tags.end(), [&](const std::string& item) {
    const std::string trimmed = Poco::trim(item);
    std::string_view one = trimmed;
    if (one.substr(0, 2) == "W/") one.remove_prefix(2);
    return one == tag;
  });
}

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

std::string timestamp(double seconds, char point) {
  const auto millis = static_cast<unsigned>(std::clamp(seconds, 0.0, 3599.0) * 1000);
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "00:%02u:%02u%c%03u", millis / 60000, millis / 1000 % 60, point,
                millis % 1000);
  return text.data();
}

std::string srt_file(double duration) {
  return "1\n" + timestamp(0, ',') + " --> " + timestamp(duration, ',') + "\nA caption from the sandbox.\n";
}

std::string vtt_file(double duration) {
  return "WEBVTT\n\n" + timestamp(0, '.') + " --> " + timestamp(duration, '.') + "\nA caption from the sandbox.\n";
}

/// PNG, third edition, §5.3
std::string chunk(std::string_view type, const std::string& data) {
  const std::string body = std::string(type) + data;
  Poco::Checksum checksum(Poco::Checksum::TYPE_CRC32);
  checksum.update(body.data(), static_cast<unsigned>(body.size()));
  std::string out;
  append_big_endian(out, static_cast<std::uint32_t>(data.size()));
  out += body;
  append_big_endian(out, checksum.checksum());
  return out;
}

/// A zlib stream of one block that is stored as it is (RFC 1950, RFC 1951 §3.2.4).
std::string stored(const std::string& data) {
  Poco::Checksum checksum(Poco::Checksum::TYPE_ADLER32);
  checksum.update(data.data(), static_cast<unsigned>(data.size()));
  std::string out("\x78\x01\x01", 3);
  append_little_endian(out, static_cast<std::uint32_t>(data.size()), 2);
  append_little_endian(out, ~static_cast<std::uint32_t>(data.size()), 2);
  out += data;
  append_big_endian(out, checksum.checksum());
  return out;
}

/// 320 by 180 points of one color, which the name decides.
std::string png_file(std::string_view name) {
  constexpr std::size_t kWidth = 320;
  constexpr std::size_t kHeight = 180;
  std::string head;
  append_big_endian(head, static_cast<std::uint32_t>(kWidth));
  append_big_endian(head, static_cast<std::uint32_t>(kHeight));
  head += std::string("\x01\x03\x00\x00\x00", 5);  // one bit a point, by palette
  const std::string rows(kHeight * (1 + kWidth / 8), '\0');
  return "\x89PNG\r\n\x1a\n" + chunk("IHDR", head) + chunk("PLTE", sha256(name).substr(0, 3)) +
         chunk("IDAT", stored(rows)) + chunk("IEND", "");
}

/// One point of the color that the name decides.
std::string gif_file(std::string_view name) {
  return std::string("GIF89a\x01\0\x01\0\x80\0\0", 13) + sha256(name).substr(0, 6) +
         std::string("\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0\x3b", 16);
}

}  // namespace

File generated_file(const std::string& name, double duration) {
  const std::string end = name.substr(name.rfind('.') + 1);
  File file;
  const auto is = [&](const char* type, std::string content) {
    file.type = type;
    file.content = std::move(content);
  };
  if (end == "mp4") {
    is("video/mp4", video_file(name, end, duration));
  } else if (end == "webm") {
    is("video/webm", video_file(name, end, duration));
  } else if (end == "wav") {
    is("audio/wav", wav_file(duration));
  } else if (end == "srt") {
    is("application/x-subrip", srt_file(duration));
  } else if (end == "vtt") {
    is("text/vtt", vtt_file(duration));
  } else if (end == "png") {
    is("image/png", png_file(name));
  } else if (end == "gif") {
    is("image/gif", gif_file(name));
  } else {
    is("application/octet-stream", filler(name, kVideoSize));
  }
  file.size = file.content.size();
  file.tag = hex(sha256(file.content).substr(0, 8));
  return file;
}

Response serve_file(const Request& request, const File& file) {
  if (request.method != "GET" && request.method != "HEAD") return method_not_allowed("GET, HEAD");
  const std::string tag = '"' + file.tag + '"';
  Response response;
  response.with("ETag", tag).with("Accept-Ranges", "bytes").with("Cache-Control", "private, no-cache");
  if (const std::string known = request.header("if-none-match"); !known.empty() && lists_tag(known, tag)) {
    response.status = 304;
    return response;
  }
  Range range{0, file.size == 0 ? 0 : file.size - 1};
  const std::string if_range = request.header("if-range");
  const bool wants_range = request.method == "GET" && (if_range.empty() || if_range == tag);
  const RangeKind kind = wants_range ? parse_range(request.header("range"), file.size, range) : RangeKind::none;
  if (kind == RangeKind::unsatisfiable) {
    response.status = 416;
    return response.with("Content-Range", "bytes */" + std::to_string(file.size));
  }
  response.with("Content-Type", file.type);
  if (kind == RangeKind::one) {
    response.status = 206;
    response.with("Content-Range", "bytes " + std::to_string(range.first) + '-' + std::to_string(range.last) + '/' +
                                       std::to_string(file.size));
  }
  const std::uint64_t length = file.size == 0 ? 0 : range.last - range.first + 1;
  if (file.spool != nullptr) {
    response.file = {file.spool, range.first, length};
  } else {
    response.body = file.content.substr(range.first, length);
  }
  return response;
}

}  // namespace heygen::sandbox
