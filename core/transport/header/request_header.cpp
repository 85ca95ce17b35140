// SPDX-License-Identifier: Apache-2.0
#include "core/transport/header/request_header.hpp"

#include <algorithm>
#include <array>

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "core/net/redact.hpp"
#include "core/store/reserved_slots.hpp"

namespace heygen::transport {

namespace {

constexpr std::string_view kClientSource = "X-HeyGen-Client-Source";

/// Credentials, fields of one connection (RFC 9110 §7.6.1), and those that framing and the client itself decide.
constexpr std::array<std::string_view, 20> kReserved{
    "authorization", "x-api-key",        "cookie",  "proxy-authorization", "proxy-authenticate",
    "connection",    "proxy-connection", "te",      "keep-alive",          "transfer-encoding",
    "trailer",       "upgrade",          "host",    "content-length",      "user-agent",
    "expect",        "http2-settings",   "cookie2", "www-authenticate",    "alt-used",
};

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Name and value, trimmed. The value is not repeated in errors: it may be a secret in the wrong place.
net::Header split_header(const std::string& text, const char* option) {
  const std::size_t colon = text.find(':');
  const std::string name(trim(std::string_view(text).substr(0, colon)));
  if (colon == std::string::npos || !net::is_token(name)) {
    throw usage_error(std::string(option) + " requires 'Name: value' with a valid header name.",
                      std::string("Example: ") + option + " 'X-HeyGen-Client-Source: my-tool'");
  }
  const std::string value(trim(std::string_view(text).substr(colon + 1)));
  return {name, value};
}

}  // namespace

net::Header parse_client_header(const std::string& text) {
  const net::Header header = split_header(text, "--headers");
  if (!iequals(header.name, kClientSource)) {
    throw usage_error("--headers does not accept the header " + net::shown_parameter(header.name) + ".",
                      "It accepts only " + std::string(kClientSource) + ".");
  }
  const bool plain = std::ranges::all_of(
      header.value, [](char c) { return is_letter_or_digit(c) || c == '_' || c == '.' || c == '-'; });
  if (header.value.empty() || !plain) {
    throw usage_error("The value of " + std::string(kClientSource) + " is not valid.",
                      "Use only letters, digits, '_', '.' and '-'.");
  }
  return {std::string(kClientSource), header.value};
}

net::Header parse_free_header(const std::string& text) {
  net::Header header = split_header(text, "--header");
  const std::string name = to_lower(header.name);
  if (std::ranges::find(kReserved, name) != kReserved.end() || name.starts_with("x-heygen-")) {
    throw usage_error("--header cannot set " + header.name + ": heygen decides that header itself.",
                      name == "authorization" || name == "x-api-key"
                          ? "Store a credential with " + store::login_command() + ", or set HEYGEN_API_KEY."
                          : "Leave the header out.");
  }
  if (has_control(header.value)) {
    throw usage_error("The value of the header " + net::shown_parameter(header.name) + " contains control characters.",
                      "Remove them.");
  }
  header.typed = true;
  return header;
}

}  // namespace heygen::transport
