// SPDX-License-Identifier: Apache-2.0
#include "sdk/sandbox/http/multipart.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/MediaType.h>
#include <Poco/Net/MessageHeader.h>
#include <Poco/Net/NameValueCollection.h>
#include <Poco/String.h>

#include <sstream>
#include <utility>

#include "sdk/sandbox/http/http.hpp"

namespace heygen::sandbox {
namespace {

constexpr std::size_t kHeadLimit = std::size_t{16} * 1024;
constexpr std::size_t kMostParts = 100;

std::string boundary_of(const std::string& content_type) {
  std::string boundary = Poco::Net::MediaType(content_type).parameters().get("boundary", "");
  if (boundary.empty()) throw Invalid{"", "Content-Type names no boundary."};
  return boundary;
}

/// The quote at `at` ends its value: what follows is another parameter or nothing.
bool is_closing(const std::string& text, std::size_t at) {
  const std::size_t next = text.find_first_not_of(" \t", at + 1);
  return next == std::string::npos || text[next] == ';';
}

/// A parameter in quotes, as browsers write it (WHATWG): a backslash is itself; %22, %0D and %0A are a quote and line
/// breaks. Older clients write \" for a quote. Poco would read every backslash as an escape.
std::string parameter_of(const std::string& disposition, const std::string& name, const std::string& unquoted) {
  const std::string start = "; " + name + "=\"";
  const std::size_t begin = disposition.find(start);
  if (begin == std::string::npos) return unquoted;
  std::string value;
  for (std::size_t at = begin + start.size(); at < disposition.size(); ++at) {
    if (disposition[at] != '"') {
      value += disposition[at];
    } else if (!value.empty() && value.back() == '\\' && !is_closing(disposition, at)) {
      value.back() = '"';
    } else {
      break;
    }
  }
  using Code = std::pair<const char*, const char*>;
  for (const auto& [code, character] : {Code{"%22", "\""}, {"%0D", "\r"}, {"%0A", "\n"}})
    Poco::replaceInPlace(value, code, character);
  return value;
}

/// The part whose head begins at `at`, without its size.
Part read_head(const Spool& body, std::uint64_t at) {
  const std::string text = body.read(at, kHeadLimit);
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string::npos) throw Invalid{"", "The head of a part has no end."};
  Poco::Net::MessageHeader header;
  // The line end behind the boundary belongs to the head: it may be the blank line already.
  if (end > 0) {
    std::istringstream stream(text.substr(2, end + 2));
    header.read(stream);
  }
  Part part;
  std::string disposition;
  Poco::Net::NameValueCollection parameters;
  Poco::Net::MessageHeader::splitParameters(header.get("Content-Disposition", ""), disposition, parameters);
  const std::string whole = header.get("Content-Disposition", "");
  part.name = parameter_of(whole, "name", parameters.get("name", ""));
  part.filename = parameter_of(whole, "filename", parameters.get("filename", ""));
  part.type = header.get("Content-Type", "");
  part.offset = at + end + 4;
  return part;
}

std::uint64_t first_boundary(const Spool& body, const std::string& opening) {
  if (body.read(0, opening.size()) == opening) return 0;
  const auto first = body.find("\r\n" + opening, 0);
  if (!first) throw Invalid{"", "The body does not contain the boundary that Content-Type names."};
  return *first + 2;
}

}  // namespace

std::vector<Part> read_parts(const Spool& body, const std::string& content_type) {
  const std::string opening = "--" + boundary_of(content_type);
  const std::string delimiter = "\r\n" + opening;
  std::vector<Part> parts;
  try {
    for (std::uint64_t at = first_boundary(body, opening) + opening.size(); body.read(at, 2) != "--";
         at = parts.back().offset + parts.back().size + delimiter.size()) {
      Part part = read_head(body, at);
      const auto end = body.find(delimiter, part.offset);
      if (!end) throw Invalid{"", "The form ends within a part."};
      part.size = *end - part.offset;
      parts.push_back(std::move(part));
      if (parts.size() > kMostParts) throw Invalid{"", "The form has too many parts."};
    }
  } catch (const Poco::Exception& error) {
    throw Invalid{"", "The head of a part is not valid: " + error.displayText() + '.'};
  }
  return parts;
}

}  // namespace heygen::sandbox
