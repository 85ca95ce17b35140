// SPDX-License-Identifier: Apache-2.0
#include "core/provider/login/request_head.hpp"

#include "core/base/encode.hpp"
#include "core/base/text.hpp"
#include "core/provider/text_rules.hpp"

namespace heygen::provider {
namespace {

std::optional<std::string> decode(std::string_view text) {
  auto out = percent_decode(text, Plus::space);
  if (out && !is_utf8(*out)) out.reset();
  return out;
}

}  // namespace

std::size_t end_of_head(std::string_view bytes) {
  const std::size_t crlf = bytes.find("\r\n\r\n");
  const std::size_t lf = bytes.find("\n\n");
  if (crlf == std::string_view::npos && lf == std::string_view::npos) return std::string_view::npos;
  return crlf < lf ? crlf + 4 : lf + 2;
}

std::optional<RequestHead> parse_head(std::string_view head) {
  const std::vector<std::string> first = split(take_line(head), ' ');
  if (first.size() != 3 || !is_header_name(first[0]) || !first[1].starts_with('/') || has_control(first[1]) ||
      (first[2] != "HTTP/1.1" && first[2] != "HTTP/1.0")) {
    return {};
  }
  RequestHead out;
  const std::size_t mark = first[1].find('?');
  out.method = first[0];
  out.path = first[1].substr(0, mark);
  if (mark != std::string::npos) out.query = first[1].substr(mark + 1);
  for (std::string_view line = take_line(head); !line.empty(); line = take_line(head)) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_header_name(line.substr(0, colon))) return {};
    if (iequals(line.substr(0, colon), "host")) out.hosts.emplace_back(trim(line.substr(colon + 1)));
    if (iequals(line.substr(0, colon), "content-type")) out.content_type = trim(line.substr(colon + 1));
    if (iequals(line.substr(0, colon), "transfer-encoding")) out.is_coded = true;
    if (iequals(line.substr(0, colon), "content-length")) out.content_length = trim(line.substr(colon + 1));
  }
  return out;
}

std::optional<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> params;
  for (const std::string& piece : split(query, '&')) {
    if (piece.empty()) continue;
    const std::size_t mark = piece.find('=');
    const auto name = decode(std::string_view(piece).substr(0, mark));
    const auto value = mark == std::string::npos ? std::string{} : decode(std::string_view(piece).substr(mark + 1));
    if (!name || !value) return {};
    params.emplace_back(*name, *value);
  }
  return params;
}

}  // namespace heygen::provider
