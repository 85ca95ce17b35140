// SPDX-License-Identifier: Apache-2.0
#include "core/net/http1/message.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/base/text.hpp"

namespace heygen::net {

std::string authority(const std::string& host, std::uint16_t port) {
  const bool ipv6 = host.find(':') != std::string::npos;
  return (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// RFC 9110 §5.5.
bool is_field_value(std::string_view text) {
  return text.find_first_of(std::string_view("\0\r\n", 3)) == std::string_view::npos;
}

void parse_status_line(std::string_view line, Head& head) {
  const bool shaped = line.size() >= 12 && line.starts_with("HTTP/1.") && is_digit(line[7]) && line[8] == ' ' &&
                      line[9] >= '1' && line[9] <= '9' && is_digit(line[10]) && is_digit(line[11]) &&
                      (line.size() == 12 || line[12] == ' ');
  if (!shaped) throw Malformed("its first line is not a status line of HTTP/1.1");
  head.minor = line[7] - '0';
  head.status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
  head.reason = trim(line.substr(12));
}

void parse_field(std::string_view line, Headers& headers) {
  if (line.front() == ' ' || line.front() == '\t') {  // RFC 9112 §5.2: a folded line continues the last value
    if (headers.empty()) throw Malformed("its first header starts with white space");
    if (!is_field_value(line)) throw Malformed("a header value contains forbidden characters");
    headers.back().value.append(" ").append(trim(line));
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
    throw Malformed("a header line has no valid name");
  }
  const std::string_view value = trim(line.substr(colon + 1));
  if (!is_field_value(value)) throw Malformed("a header value contains forbidden characters");
  if (headers.size() == kMaxFields) {
    throw Malformed("it has more than " + std::to_string(kMaxFields) + " headers");
  }
  headers.push_back({std::string(line.substr(0, colon)), std::string(value)});
}

/// All values of a list field, across its lines, without the empty ones.
std::vector<std::string> list_values(const Headers& headers, std::string_view name) {
  std::vector<std::string> values;
  for (const Header& header : headers) {
    if (!iequals(header.name, name)) continue;
    for (const std::string& part : split(header.value, ',')) {
      if (const std::string_view value = trim(part); !value.empty()) values.emplace_back(value);
    }
  }
  return values;
}

std::uint64_t parse_length(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) throw Malformed("its Content-Length is not a number");
  return value;
}

}  // namespace

std::optional<std::size_t> head_size(std::string_view input) {
  constexpr std::string_view kStart = "HTTP/1.";
  if (input.substr(0, kStart.size()) != kStart.substr(0, input.size())) {
    throw Malformed("its first line is not a status line of HTTP/1.1");
  }
  for (std::size_t at = input.find('\n'); at != std::string_view::npos; at = input.find('\n', at + 1)) {
    const std::string_view next = input.substr(at + 1, 2);
    if (next.starts_with('\n')) return at + 2;
    if (next == "\r\n") return at + 3;
  }
  return std::nullopt;
}

Head parse_head(std::string_view text) {
  Head head;
  parse_status_line(take_line(text), head);
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.empty()) break;
    parse_field(line, head.headers);
  }
  return head;
}

namespace {

Failure not_http(const ExchangeDeadline& deadline, const std::string& why) {
  return deadline.failure(Failure::Kind::protocol,
                          "The response from " + deadline.peer() + " is not valid HTTP: " + why + ".",
                          "Check that the URL is that of an HTTP server.");
}

Failure no_head(const Connection& connection, const ExchangeDeadline& deadline) {
  if (connection.full()) {
    return not_http(deadline, "its headers are larger than " + std::to_string(Connection::kBufferSize / 1024) + " KiB");
  }
  std::string how = connection.ending() == Stream::State::lost ? ": " + connection.error_text() + "." : ".";
  if (!connection.input().empty()) {
    return deadline.failure(Failure::Kind::truncated,
                            "The connection to " + deadline.peer() + " ended within the response headers" + how);
  }
  return deadline.failure(Failure::Kind::reset, deadline.peer() + " closed the connection without a response" + how);
}

}  // namespace

Head receive_head(Connection& connection, ExchangeDeadline& deadline) {
  try {
    std::optional<std::size_t> size = head_size(connection.input());
    while (!size) {
      if (!connection.fill(deadline)) throw no_head(connection, deadline);
      size = head_size(connection.input());
    }
    Head head = parse_head(connection.input().substr(0, *size));
    connection.consume(*size);
    return head;
  } catch (const Malformed& why) {
    throw not_http(deadline, why.what());
  }
}

std::optional<std::uint64_t> content_length(const Head& head) {
  if (find_header(head.headers, "Transfer-Encoding") != nullptr) return std::nullopt;
  const std::vector<std::string> values = list_values(head.headers, "Content-Length");
  if (values.empty()) return std::nullopt;
  const std::uint64_t length = parse_length(values.front());
  for (const std::string& value : values) {
    if (parse_length(value) != length) throw Malformed("it has two different Content-Lengths");
  }
  return length;
}

Framing framing_of(std::string_view method, const Head& head) {
  using enum Framing::Kind;
  if (head.status == 101) return {until_close};
  if (method == "HEAD" || head.status < 200 || head.status == 204 || head.status == 304) return {none};
  const std::vector<std::string> codings = list_values(head.headers, "Transfer-Encoding");
  if (codings.size() == 1 && iequals(codings.front(), "chunked")) return {chunked};
  if (!codings.empty()) throw Malformed("its transfer coding was not asked for");
  const std::optional<std::uint64_t> size = content_length(head);
  if (!size) return {until_close};
  return *size == 0 ? Framing{none} : Framing{length, *size};
}

bool keeps_alive(const Head& head) {
  const bool two_framings = find_header(head.headers, "Transfer-Encoding") != nullptr &&
                            find_header(head.headers, "Content-Length") != nullptr;
  if (head.status == 101 || two_framings) return false;
  bool alive = head.minor >= 1;
  for (const std::string& option : list_values(head.headers, "Connection")) {
    if (iequals(option, "close")) return false;
    if (iequals(option, "keep-alive")) alive = true;
  }
  return alive;
}

void check_sendable(const Request& request) {
  constexpr std::array<std::string_view, 4> kOurs{"host", "content-length", "transfer-encoding", "connection"};
  using enum Failure::Kind;
  if (!is_token(request.method)) throw Failure(protocol, "The request method is not a valid HTTP method.");
  for (const Header& header : request.headers) {
    if (!is_token(header.name)) throw Failure(protocol, "A request header has a name that is not valid in HTTP.");
    if (!is_field_value(header.value)) {
      throw Failure(protocol, "The value of the request header " + header.name + " contains a line break or a NUL.");
    }
    if (std::any_of(kOurs.begin(), kOurs.end(), [&](std::string_view ours) { return iequals(header.name, ours); })) {
      throw Failure(protocol, "The request header " + header.name + " cannot be chosen: the connection sets it.");
    }
  }
}

std::string format_head(const Request& request, std::string_view target, std::string_view proxy_authorization) {
  std::string head = request.method + " ";
  Url told = request.url;
  told.zone.clear();  // it means something on this machine only
  head.append(target).append(" HTTP/1.1\r\nHost: ").append(told.origin().substr(told.scheme.size() + 3));
  head += "\r\n";
  for (const Header& header : request.headers)
    head.append(header.name).append(": ").append(header.value).append("\r\n");
  if (!proxy_authorization.empty()) head.append("Proxy-Authorization: ").append(proxy_authorization).append("\r\n");
  const bool body_expected = request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  if (request.body != nullptr) {
    const std::optional<std::uint64_t> size = request.body->size();
    head += size ? "Content-Length: " + std::to_string(*size) + "\r\n" : "Transfer-Encoding: chunked\r\n";
  } else if (body_expected) {
    head += "Content-Length: 0\r\n";  // RFC 9110 §8.6
  }
  return head += "\r\n";
}

}  // namespace heygen::net
