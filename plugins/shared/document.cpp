// SPDX-License-Identifier: Apache-2.0
#include "plugins/shared/document.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/shared/text.hpp"

namespace heygen::plugins {
namespace {

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Nothing for an escape that is cut off or damaged.
std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? digit(text[i + 1]) : -1, low = high >= 0 ? digit(text[i + 2]) : -1;
    if (low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

using Members = std::vector<std::pair<std::string, std::string>>;

/// Empty when it is not a form, or has a member twice.
Members read_form(std::string_view body) {
  Members members;
  while (!body.empty()) {
    const std::string_view piece = body.substr(0, body.find('&'));
    body.remove_prefix(std::min(piece.size() + 1, body.size()));
    const std::size_t mark = piece.find('=');
    auto name = decoded(piece.substr(0, mark));
    auto value = mark == std::string_view::npos ? std::nullopt : decoded(piece.substr(mark + 1));
    if (!name || !value || name->empty()) return {};
    for (const auto& [earlier, text] : members) {
      if (earlier == *name) return {};
    }
    members.emplace_back(std::move(*name), std::move(*value));
  }
  return members;
}

bool is_form(const sdk::HttpResponse& response) {
  constexpr std::string_view kForm = "application/x-www-form-urlencoded";
  const std::string_view type = response.header("Content-Type").value_or("");
  return iequals(trim(type.substr(0, type.find(';'))), kForm);
}

}  // namespace

sdk::Json document_of(const sdk::Call& call, const sdk::HttpResponse& response) {
  if (!is_form(response)) return call.parse(response.body());
  Members members = read_form(trim(response.body()));
  if (members.empty()) return call.parse(response.body());
  sdk::JsonWriter writer = call.write_json();
  writer.begin_object();
  for (auto& [name, value] : members) {
    writer.name(name).put_text(value);
    sdk::wipe(value);
  }
  return call.parse(writer.end().finish());
}

}  // namespace heygen::plugins
