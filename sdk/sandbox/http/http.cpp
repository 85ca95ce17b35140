#include "sdk/sandbox/http/http.hpp"

#include <algorithm>
#include <optional>

#include "core/base/encode.hpp"
#include "core/base/text.hpp"

namespace heygen::sandbox {
namespace {

std::optional<int> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

std::string decode_part(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const auto high = hex_digit(text[i + 1]);
      const auto low = hex_digit(text[i + 2]);
      if (high && low) {
        out += static_cast<char>(*high * 16 + *low);
        i += 2;
        continue;
      }
    }
    out += text[i] == '+' ? ' ' : text[i];
  }
  return out;
}

}  // namespace

Form Form::decode(std::string_view text) {
  Form form;
  for (const std::string& pair : split(text, '&')) {
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    const std::string_view view = pair;
    form.pairs_.emplace_back(decode_part(view.substr(0, equals)),
                             equals == std::string::npos ? std::string{} : decode_part(view.substr(equals + 1)));
  }
  return form;
}

std::string Form::get(std::string_view name) const {
  for (const auto& [key, value] : pairs_) {
    if (key == name) return value;
  }
  return {};
}

bool Form::has(std::string_view name) const {
  return std::any_of(pairs_.begin(), pairs_.end(), [&](const auto& pair) { return pair.first == name; });
}

bool Form::doubles(std::string_view name) const {
  return std::count_if(pairs_.begin(), pairs_.end(), [&](const auto& pair) { return pair.first == name; }) > 1;
}

std::string Form::doubled() const {
  for (const auto& [key, value] : pairs_) {
    if (doubles(key)) return key;
  }
  return {};
}

std::string encode_query(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::string out;
  for (const auto& [name, value] : pairs) {
    if (!out.empty()) out += '&';
    out += percent_encode(name) + '=' + percent_encode(value);
  }
  return out;
}

std::string Request::header(const std::string& lower_name) const {
  const auto found = headers.find(lower_name);
  return found == headers.end() ? std::string{} : found->second;
}

bool Request::is_of_type(std::string_view type) const {
  const std::string given = header("content-type");
  return iequals(trim(std::string_view(given).substr(0, given.find(';'))), type);
}

Reply& Reply::with(std::string name, std::string value) {
  headers.emplace_back(std::move(name), std::move(value));
  return *this;
}

Reply json_reply(int status, const json::Value& value) {
  Reply reply;
  reply.status = status;
  reply.body = json::write(value);
  reply.with("Content-Type", "application/json");
  return reply;
}

Reply api_error(int status, const std::string& code, const std::string& message, const std::string& param) {
  json::Object error{{"code", code}, {"message", message}};
  if (!param.empty()) error.emplace_back("param", param);
  Reply reply = json_reply(status, json::Object{{"error", std::move(error)}});
  reply.error = code;
  return reply;
}

Reply method_not_allowed(const std::string& allowed) {
  Reply reply = api_error(405, "method_not_allowed", "This address answers " + allowed + " only.");
  reply.with("Allow", allowed);
  return reply;
}

}  // namespace heygen::sandbox
