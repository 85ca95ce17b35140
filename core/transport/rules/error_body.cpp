// SPDX-License-Identifier: Apache-2.0
#include "core/transport/rules/error_body.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "core/base/text.hpp"
#include "core/json/parse.hpp"
#include "core/json/value.hpp"

namespace heygen::transport {

namespace {

constexpr std::size_t kLongestMessage = 1000, kLongestSaid = 300;
constexpr int kDeepest = 4;  ///< levels in which words are looked for
constexpr std::size_t kMostParts = 3;

/// Cut between two characters after `longest` bytes.
std::string shortened(const std::string& text, std::size_t longest) {
  if (text.size() <= longest) return text;
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) --end;
  return text.substr(0, end) + "…";
}

/// White space as single spaces, and shortened.
std::string one_line(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 4 * kLongestSaid)) {
    const bool space = c == ' ' || (c >= '\t' && c <= '\r');
    if (!space || (!out.empty() && out.back() != ' ')) out += space ? ' ' : c;
  }
  return shortened(std::string(trim(out)), kLongestSaid);
}

/// The members that name what went wrong, the most telling first (RFC 6749 §5.2, RFC 9457 §3.1, web frameworks).
constexpr std::array<std::string_view, 12> kTelling{
    "message", "msg",   "error_description", "detail",      "details", "errors", "error", "description",
    "reason",  "title", "error_message",     "errorMessage"};

std::string words_of(const json::Value& value, int depth);

std::string words_of_several(const std::vector<std::string>& parts) {
  std::string out;
  std::size_t used = 0;
  for (const std::string& part : parts)
    if (!part.empty() && used++ < kMostParts) out += (out.empty() ? "" : "; ") + part;
  return out;
}

/// Of {"name": ["is too long"]}, which names fields.
std::string words_by_field(const json::Value& value, int depth) {
  std::vector<std::string> parts;
  for (const auto& [field, member] : value.as_object()) {
    const std::string words = words_of(member, depth + 1);
    if (!words.empty()) parts.push_back(field + ": " + words);
  }
  return words_of_several(parts);
}

bool has_only_lists(const json::Value& value) {
  return std::ranges::all_of(value.as_object(), [](const auto& member) { return member.second.is_array(); });
}

std::string words_of_object(const json::Value& value, int depth) {
  for (const std::string_view name : kTelling) {
    const json::Value* member = value.find(name);
    if (member == nullptr) continue;
    const bool by_field = member->is_object() && depth < kDeepest && name.find("message") == std::string_view::npos;
    std::string words = by_field && has_only_lists(*member) ? "" : words_of(*member, depth + 1);
    if (words.empty() && by_field) words = words_by_field(*member, depth);
    if (!words.empty()) return words;
  }
  return {};
}

std::string words_of(const json::Value& value, int depth) {
  if (value.is_string()) return value.as_string();
  if (depth >= kDeepest) return {};
  if (value.is_object()) return words_of_object(value, depth);
  if (!value.is_array()) return {};
  std::vector<std::string> parts;
  for (const json::Value& item : value.as_array()) parts.push_back(words_of(item, depth + 1));
  return words_of_several(parts);
}

std::string scalar_of(const json::Value* value) {
  if (value == nullptr) return {};
  if (value->is_string()) return value->as_string();
  return value->is_number() ? value->as_number().text : std::string{};
}

/// Between <title> and </title>.
std::string title_of(std::string_view html) {
  const std::string lower = to_lower(html);
  const std::size_t tag = lower.find("<title");
  const std::size_t begin = tag == std::string::npos ? tag : lower.find('>', tag);
  const std::size_t end = begin == std::string::npos ? begin : lower.find("</title", begin);
  return end == std::string::npos ? std::string{} : std::string(html.substr(begin + 1, end - begin - 1));
}

std::string said_as_text(const net::Headers& headers, const std::string& body) {
  const std::string_view kind = foreign_kind(headers, body);
  if (trim(body).starts_with("<?xml")) return one_line(body);
  if (kind == "HTML") {
    const std::string title = one_line(title_of(body));
    return "a page of HTML" + (title.empty() ? "" : ": " + title);
  }
  return kind.empty() ? one_line(body) : std::string(kind);
}

/// The refusal code in a document that is cut short: `"code": "invalid_token"` under any name.
std::string refusal_in(std::string_view text) {
  if (!trim(text).starts_with('{')) return {};
  for (std::size_t at = text.find('"'); at != std::string_view::npos; at = text.find('"', at + 1)) {
    const std::string_view word = text.substr(at + 1, text.find('"', at + 1) - at - 1);
    if (is_refusal_code(word) && trim(text.substr(0, at)).ends_with(':')) return std::string(word);
  }
  return {};
}

/// The API's error object, or another one that refuses the credential.
void take_error_object(const json::Value& document, ErrorBody& out) {
  const json::Value* error = document.find("error");
  if (error != nullptr && error->is_object()) {
    out.code = error->string_at("code");
    out.message = error->string_at("message");
    out.param = error->string_at("param");
    out.doc_url = error->string_at("doc_url");
    out.request_id = error->string_at("request_id");
    if (out.code.empty() && is_refusal_code(error->string_at("type"))) out.code = error->string_at("type");
  }
  for (const char* name : {"code", "error"})  // of a gateway in front of the API
    if (out.code.empty() && is_refusal_code(document.string_at(name))) {
      out.code = document.string_at(name);
      out.message = document.string_at(name == std::string_view("code") ? "message" : "error_description");
    }
  if (out.request_id.empty()) out.request_id = document.string_at("request_id");
}

std::string said_in(const json::Value& document, const std::string& body) {
  if (std::string words = words_of(document, 0); !words.empty()) return one_line(words);
  const json::Value* error = document.find("error");
  const std::string code = scalar_of((error != nullptr && error->is_object() ? error : &document)->find("code"));
  if (!code.empty()) return "the code is " + one_line(code);
  const bool empty = document.is_null() || (document.is_object() && document.as_object().empty()) ||
                     (document.is_array() && document.as_array().empty());
  return empty ? std::string{} : one_line(body);
}

}  // namespace

bool is_refusal_code(std::string_view code) {
  return code == "invalid_token" || code == "insufficient_scope";
}

std::string_view foreign_kind(const net::Headers& headers, std::string_view start) {
  constexpr std::string_view kGzip = "\x1f\x8b";
  const std::string* coding = net::find_header(headers, "Content-Encoding");
  const std::string* type = net::find_header(headers, "Content-Type");
  if (start.starts_with(kGzip)) return "data compressed with gzip, which heygen did not request";
  if (coding != nullptr && !iequals(trim(*coding), "identity"))
    return "data with a content encoding that heygen did not request";
  const bool html = type != nullptr && to_lower(*type).starts_with("text/html");
  return trim(start).starts_with('<') || html ? "HTML" : "";
}

ErrorBody read_error(const net::Headers& headers, const std::string& body) {
  ErrorBody out;
  try {
    const json::Value document = json::parse(body);
    take_error_object(document, out);
    if (out.message.empty()) out.said = said_in(document, body);
  } catch (const json::ParseError&) {
    out.code = refusal_in(body);
    out.said = trim(body).empty() ? std::string{} : said_as_text(headers, body);
  }
  out.message = shortened(out.message, kLongestMessage);
  return out;
}

}  // namespace heygen::transport
