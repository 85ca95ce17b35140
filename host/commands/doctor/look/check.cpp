// SPDX-License-Identifier: Apache-2.0
#include "host/commands/doctor/look/check.hpp"

#include <algorithm>
#include <array>
#include <exception>

#include "core/base/error.hpp"
#include "core/json/parse.hpp"

namespace heygen::host::commands::doctor {

namespace {

constexpr std::array<std::string_view, 4> kNames{"ok", "warn", "fail", "skipped"};

}  // namespace

std::string_view name_of(Status status) {
  return kNames[static_cast<std::size_t>(status)];
}

json::Value document_of(const Check& check) {
  return json::Object{{"id", check.id},
                      {"status", std::string(name_of(check.status))},
                      {"summary", check.summary},
                      {"next", check.next.empty() ? json::Value() : json::Value(check.next)}};
}

std::optional<Check> parse_check(const std::string& text) {
  try {
    const json::Value document = json::parse(text);
    const auto name = std::ranges::find(kNames, document.string_at("status"));
    if (name == kNames.end() || document.string_at("summary").empty()) return {};
    return Check{document.string_at("id"), static_cast<Status>(name - kNames.begin()), document.string_at("summary"),
                 document.string_at("next")};
  } catch (const json::ParseError&) {
    return {};
  }
}

Check failed_check(const std::string& id) {
  try {
    throw;
  } catch (const Error& error) {
    if (error.code == code::kCanceled) throw;
    return {id, Status::fail, error.message(), error.hint};
  } catch (const std::exception& error) {
    return {id, Status::fail, error.what()};
  }
}

}  // namespace heygen::host::commands::doctor
