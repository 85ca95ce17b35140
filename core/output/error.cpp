// SPDX-License-Identifier: Apache-2.0
#include "core/output/error.hpp"

#include <utf8proc.h>

#include <array>
#include <cstdio>

#include "core/base/known_secrets.hpp"
#include "core/base/text.hpp"
#include "core/json/write.hpp"

namespace heygen::output {

namespace {

/// What JSON lets through and a terminal obeys or hides: DEL, C1, and the characters that reorder text.
bool is_hazard(utf8proc_int32_t point) {
  return (point >= 0x7F && point <= 0x9F) || point == 0x061C || point == 0x200E || point == 0x200F ||
         (point >= 0x2028 && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069) || point == 0xFEFF;
}

json::Value job_value(const JobReference& job) {
  json::Array ids;
  for (const std::string& id : job.ids) ids.emplace_back(hide_secrets(id));
  return json::Object{{"ids", std::move(ids)}, {"show", hide_secrets(job.show)}};
}

}  // namespace

// Both occur only inside strings.
std::string harmless_json(const std::string& json) {
  std::string out;
  for (std::size_t at = 0; at < json.size();) {
    utf8proc_int32_t point = 0;
    const auto* next = reinterpret_cast<const utf8proc_uint8_t*>(json.data()) + at;
    const auto used = utf8proc_iterate(next, static_cast<utf8proc_ssize_t>(json.size() - at), &point);
    const std::size_t size = used < 1 ? 1 : static_cast<std::size_t>(used);
    if (used < 1) {
      out += "\xEF\xBF\xBD";
    } else if (is_hazard(point)) {
      std::array<char, 8> escape{};
      std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(point) & 0xFFFFU);
      out += escape.data();
    } else {
      out.append(json, at, size);
    }
    at += size;
  }
  return out;
}

std::string error_envelope(const Error& error) {
  json::Object body{{"code", error.code}, {"message", hide_secrets(error.message())}};
  const auto add = [&](const char* name, const std::string& text) {
    if (!text.empty()) body.emplace_back(name, hide_secrets(text));
  };
  add("hint", error.hint);
  add("param", error.param);
  add("doc_url", error.doc_url);
  add("request_id", error.request_id);
  if (error.retry_after) body.emplace_back("retry_after", *error.retry_after);
  if (error.job) body.emplace_back("job", job_value(*error.job));
  return harmless_json(json::write(json::Object{{"error", std::move(body)}}));
}

std::string job_json(const JobReference& job) {
  return harmless_json(json::write(job_value(job)));
}

std::string error_text(const Error& error) {
  std::string out = "Error: " + printable_message(hide_secrets(error.message()));
  const auto add = [&](const std::string& label, const std::string& text) {
    if (!text.empty()) out += "\n" + label + printable_message(hide_secrets(text));
  };
  add("", error.hint);
  add("Parameter: ", error.param);
  add("See: ", error.doc_url);
  add("Request id: ", error.request_id);
  if (error.job) add("Job: ", join(error.job->ids, ", "));
  return out;
}

}  // namespace heygen::output
