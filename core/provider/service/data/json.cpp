// SPDX-License-Identifier: Apache-2.0
// heygen.json/1
#include <algorithm>
#include <utility>

#include "core/base/limits.hpp"
#include "core/base/secret.hpp"
#include "core/json/parse.hpp"
#include "core/json/write.hpp"
#include "core/provider/call/host_call.hpp"
#include "core/provider/service/services.hpp"

namespace heygen::provider {
namespace {

constexpr std::size_t kMaxText = limits::kMiB;
constexpr std::size_t kMaxNesting = 128;

const json::Value* value_of(const heygen_json* value) {
  return reinterpret_cast<const json::Value*>(value);
}
const heygen_json* handle_of(const json::Value* value) {
  return reinterpret_cast<const heygen_json*>(value);
}
constexpr heygen_str kNone{nullptr, 0};

/// Brackets open at once. The text is known to be JSON, so only brackets inside strings need care.
std::size_t nesting(std::string_view text) {
  std::size_t depth = 0, deepest = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      in_string = !in_string;
    } else if (in_string) {
      if (c == '\\') ++i;
    } else if (c == '[' || c == '{') {
      deepest = std::max(deepest, ++depth);
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return deepest;
}

const heygen_json* HEYGEN_CALL parse(const heygen_call* call, heygen_str text) {
  return guarded_value<const heygen_json*>(call, nullptr, [&](HostCall& host) -> const heygen_json* {
    if (!abi::is_sound(text) || text.size > kMaxText) return nullptr;
    try {
      json::Value document = json::parse(abi::view(text));
      if (nesting(abi::view(text)) > kMaxNesting) return nullptr;
      return handle_of(host.keep(std::move(document)));
    } catch (const json::ParseError&) {
      return nullptr;
    }
  });
}

std::int32_t HEYGEN_CALL type(const heygen_json* handle) {
  const json::Value* value = value_of(handle);
  if (value == nullptr || value->is_null()) return HEYGEN_JSON_NULL;
  if (value->is_bool()) return HEYGEN_JSON_BOOL;
  if (value->is_number()) return HEYGEN_JSON_NUMBER;
  if (value->is_string()) return HEYGEN_JSON_STRING;
  return value->is_array() ? HEYGEN_JSON_ARRAY : HEYGEN_JSON_OBJECT;
}

std::size_t HEYGEN_CALL size(const heygen_json* handle) {
  const json::Value* value = value_of(handle);
  if (value == nullptr) return 0;
  if (value->is_array()) return value->as_array().size();
  return value->is_object() ? value->as_object().size() : 0;
}

const heygen_json* HEYGEN_CALL member(const heygen_json* handle, heygen_str name) {
  const json::Value* value = value_of(handle);
  return value != nullptr ? handle_of(value->find(abi::view(name))) : nullptr;
}

const heygen_json* HEYGEN_CALL at(const heygen_json* handle, std::size_t index) {
  const json::Value* value = value_of(handle);
  if (index >= size(handle)) return nullptr;
  return handle_of(value->is_array() ? &value->as_array()[index] : &value->as_object()[index].second);
}

heygen_str HEYGEN_CALL name_at(const heygen_json* handle, std::size_t index) {
  const json::Value* value = value_of(handle);
  if (index >= size(handle) || !value->is_object()) return kNone;
  return abi::str(value->as_object()[index].first);
}

heygen_str HEYGEN_CALL text(const heygen_json* handle) {
  const json::Value* value = value_of(handle);
  if (value == nullptr) return kNone;
  if (value->is_string()) return abi::str(value->as_string());
  if (value->is_number()) return abi::str(value->as_number().text);
  if (value->is_bool()) return abi::str(value->as_bool() ? std::string_view("true") : std::string_view("false"));
  return kNone;
}

heygen_status HEYGEN_CALL to_int64(const heygen_json* handle, std::int64_t* out) {
  const json::Value* value = value_of(handle);
  if (value == nullptr || out == nullptr) return HEYGEN_USAGE;
  const auto number = value->to_int64();
  if (!number) return HEYGEN_USAGE;
  *out = *number;
  return HEYGEN_OK;
}

heygen_str HEYGEN_CALL quote(const heygen_call* call, heygen_str plain) {
  return guarded_value(call, kNone, [&](HostCall& host) { return host.keep(json::quote(abi::view(plain))); });
}

/// Runs one step of a document; finish() sees whether copied values made it too deep.
template <class Step>
heygen_status write(heygen_json_writer* handle, Step step) noexcept {
  auto* writer = reinterpret_cast<JsonWriter*>(handle);
  if (writer == nullptr) return HEYGEN_USAGE;
  try {
    return step(*writer) ? HEYGEN_OK : HEYGEN_USAGE;
  } catch (...) {
    return HEYGEN_INTERNAL;
  }
}

heygen_json_writer* HEYGEN_CALL writer(const heygen_call* call) {
  return guarded_value<heygen_json_writer*>(
      call, nullptr, [](HostCall& host) { return reinterpret_cast<heygen_json_writer*>(host.new_writer()); });
}

heygen_status HEYGEN_CALL begin_object(heygen_json_writer* handle) {
  return write(handle, [](JsonWriter& document) { return document.begin('{'); });
}

heygen_status HEYGEN_CALL begin_array(heygen_json_writer* handle) {
  return write(handle, [](JsonWriter& document) { return document.begin('['); });
}

heygen_status HEYGEN_CALL end(heygen_json_writer* handle) {
  return write(handle, [](JsonWriter& document) { return document.end(); });
}

heygen_status HEYGEN_CALL put_name(heygen_json_writer* handle, heygen_str name) {
  return write(handle, [&](JsonWriter& document) { return abi::is_sound(name) && document.name(abi::view(name)); });
}

heygen_status HEYGEN_CALL put_string(heygen_json_writer* handle, heygen_str text) {
  return write(handle, [&](JsonWriter& document) { return abi::is_sound(text) && document.text(abi::view(text)); });
}

heygen_status HEYGEN_CALL put_int64(heygen_json_writer* handle, std::int64_t number) {
  return write(handle, [&](JsonWriter& document) { return document.raw(std::to_string(number)); });
}

heygen_status HEYGEN_CALL put_bool(heygen_json_writer* handle, std::int32_t value) {
  return write(handle, [&](JsonWriter& document) { return document.raw(value != 0 ? "true" : "false"); });
}

heygen_status HEYGEN_CALL put_null(heygen_json_writer* handle) {
  return write(handle, [](JsonWriter& document) { return document.raw("null"); });
}

heygen_status HEYGEN_CALL put_value(heygen_json_writer* handle, const heygen_json* value) {
  if (value == nullptr) return put_null(handle);
  return write(handle, [&](JsonWriter& document) {
    std::string text = json::write(*value_of(value));
    const bool done = document.raw(text);
    wipe(text);
    return done;
  });
}

heygen_str HEYGEN_CALL finish(heygen_json_writer* handle) {
  if (handle == nullptr) return kNone;
  const auto document = reinterpret_cast<JsonWriter*>(handle)->finish();
  return document && nesting(*document) <= kMaxNesting ? abi::str(*document) : kNone;
}

}  // namespace

const heygen_json_1_v& json_service() {
  static constexpr heygen_json_1_v kService{
      sizeof(kService), 0,        parse,     type,         size,        member, at,       name_at,    text,
      to_int64,         quote,    writer,    begin_object, begin_array, end,    put_name, put_string, put_int64,
      put_bool,         put_null, put_value, finish};
  return kService;
}

}  // namespace heygen::provider
