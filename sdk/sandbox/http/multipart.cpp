#include "sdk/sandbox/http/multipart.hpp"

#include "core/base/text.hpp"
#include "sdk/sandbox/api/check.hpp"

namespace heygen::sandbox {
namespace {

constexpr std::size_t kHeadLimit = std::size_t{16} * 1024;
constexpr std::size_t kMostParts = 100;

/// A parameter of a header's value, such as boundary; quotes taken off (RFC 9110 §5.6.4).
std::string parameter(const std::string& value, const std::string& name) {
  const std::string key = name + '=';
  for (std::size_t at = value.find(';'); at != std::string::npos; at = value.find(';', at + 1)) {
    const std::string_view rest = trim(std::string_view(value).substr(at + 1));
    if (!iequals(rest.substr(0, key.size()), key)) continue;
    std::string_view text = rest.substr(key.size());
    if (text.empty() || text[0] != '"') return std::string(trim(text.substr(0, text.find(';'))));
    std::string out;
    for (std::size_t i = 1; i < text.size() && text[i] != '"'; ++i) {
      if (text[i] == '\\' && i + 1 < text.size()) ++i;
      out += text[i];
    }
    return out;
  }
  return {};
}

/// Fills in what the head of a part says, and returns how long the head is.
std::size_t read_head(const std::string& text, Part& part) {
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string::npos) throw Invalid{"", "A part of the form has no end of its head."};
  for (const std::string& line : split(text.substr(0, end), '\n')) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::string value(trim(std::string_view(line).substr(colon + 1)));
    const std::string_view name = trim(std::string_view(line).substr(0, colon));
    if (iequals(name, "content-type")) part.type = value;
    if (!iequals(name, "content-disposition")) continue;
    part.name = parameter(value, "name");
    part.filename = parameter(value, "filename");
  }
  return end + 4;
}

}  // namespace

std::vector<Part> read_parts(const Spool& body, const std::string& content_type) {
  const std::string boundary = parameter(content_type, "boundary");
  if (boundary.empty()) throw Invalid{"", "Content-Type names no boundary."};
  const std::string opening = "--" + boundary;
  const std::string delimiter = "\r\n" + opening;
  std::uint64_t at = 0;
  if (body.read(0, opening.size()) != opening) {
    const auto first = body.find(delimiter, 0);
    if (!first) throw Invalid{"", "The body does not hold the boundary that Content-Type names."};
    at = *first + 2;
  }
  std::vector<Part> parts;
  for (at += opening.size(); body.read(at, 2) != "--";
       at = parts.back().offset + parts.back().size + delimiter.size()) {
    Part part;
    // The line end behind the boundary belongs to the head: it may be the blank line already.
    part.offset = at + read_head(body.read(at, kHeadLimit), part);
    const auto end = body.find(delimiter, part.offset);
    if (!end) throw Invalid{"", "The form ends within a part."};
    part.size = *end - part.offset;
    parts.push_back(std::move(part));
    if (parts.size() > kMostParts) throw Invalid{"", "The form has too many parts."};
  }
  return parts;
}

}  // namespace heygen::sandbox
