// SPDX-License-Identifier: Apache-2.0
#include "core/provider/call/sink.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/known_secrets.hpp"
#include "core/base/limits.hpp"
#include "core/base/text.hpp"
#include "core/json/parse.hpp"
#include "core/net/retry_after.hpp"
#include "core/provider/call/host_call.hpp"
#include "core/provider/call/host_permission.hpp"
#include "core/provider/call/merge.hpp"
#include "core/provider/call/state_secrets.hpp"
#include "core/provider/text_rules.hpp"

namespace heygen::provider {
namespace {

constexpr std::size_t kMaxHeaders = 16;
constexpr std::size_t kMaxHeaderValue = 64 * limits::kKiB;
constexpr std::size_t kMaxState = limits::kMiB;
constexpr std::size_t kMaxScope = 8 * limits::kKiB;
constexpr std::size_t kMaxWord = 32;
constexpr std::size_t kMaxSentence = 4 * limits::kKiB;

bool is_word(std::string_view text, bool with_hyphen) {
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  return !text.empty() && text.size() <= kMaxWord && is_lower(text.front()) && std::ranges::all_of(text, [&](char c) {
    return is_lower(c) || (c >= '0' && c <= '9') || c == '_' || (with_hyphen && c == '-');
  });
}

bool is_unsettable(std::string_view name) {
  const std::string lower = to_lower(name);
  return is_framing_header(lower) || lower.starts_with("content-") || lower.starts_with("x-heygen-");
}

/// Authorization and x-api-key exclude each other: the other one of the two, or "".
std::string_view excluded_by(std::string_view name) {
  if (iequals(name, "authorization")) return "x-api-key";
  return iequals(name, "x-api-key") ? "authorization" : "";
}

heygen_status add_header(HostCall& host, std::string_view name, std::string_view value) {
  const auto named = [&](std::string_view wanted) {
    return std::ranges::find_if(host.result.headers,
                                [&](const CredentialHeader& header) { return iequals(header.name, wanted); });
  };
  const auto end = host.result.headers.end();
  const std::string_view excluded = excluded_by(name);
  if (!excluded.empty() && named(excluded) != end)
    return host.refuse("set_header got both Authorization and x-api-key.");
  remember_secret(value);
  CredentialHeader header{std::string(name), Secret(std::string(value))};
  if (const auto same = named(name); same != end) {
    *same = std::move(header);
    return HEYGEN_OK;
  }
  if (host.result.headers.size() == kMaxHeaders) return host.refuse("set_header got more than 16 headers.");
  host.result.headers.push_back(std::move(header));
  return HEYGEN_OK;
}

heygen_status HEYGEN_CALL set_header(const heygen_call* call, heygen_str name, heygen_str value, std::uint32_t) {
  return guarded(call, [&](HostCall& host) -> heygen_status {
    if (!abi::is_sound(name) || !abi::is_sound(value)) return host.refuse("set_header got NULL with a size.");
    const std::string_view field = abi::view(name);
    if (!is_header_name(field)) {
      return host.refuse("set_header refused the name \"" + std::string(field.substr(0, kMaxWord)) + "\".");
    }
    if (is_unsettable(field)) return host.refuse("set_header refused " + std::string(field) + ": the host sets it.");
    if (!is_header_value(abi::view(value)) || value.size > kMaxHeaderValue) {
      return host.refuse("set_header refused the value of " + std::string(field) +
                         ": it has control characters or is too long.");
    }
    return add_header(host, field, abi::view(value));
  });
}

/// State is a login and nothing else.
bool may_change_state(const HostCall& host) {
  if (host.function != Function::refresh) return host.function == Function::login;
  return host.request.state.is_object() && !host.request.state.as_object().empty();
}

heygen_status HEYGEN_CALL set_state(const heygen_call* call, heygen_str text) {
  return guarded(call, [&](HostCall& host) -> heygen_status {
    if (!may_change_state(host)) {
      return host.refuse("set_state was called in " + std::string(name_of(host.function)) +
                         (host.function == Function::refresh ? "() without a stored login" : "()") +
                         ": only a login, and the refresh of one, change the state.");
    }
    if (!abi::is_sound(text)) return host.refuse("set_state got NULL with a size.");
    if (text.size > kMaxState) return host.refuse("set_state got more than 1 MiB.");
    json::Value change;
    try {
      change = json::parse(abi::view(text));
    } catch (const json::ParseError&) {
      return host.refuse("set_state got text that is not valid JSON.");
    }
    if (!change.is_object()) return host.refuse("set_state got JSON that is not an object.");
    if (const std::string member = find_state_fault(host, change); !member.empty()) {
      wipe_strings(change);
      return host.refuse("set_state got a URL in `" + member + "` whose host the manifest does not declare.");
    }
    remember_secrets(change);
    if (!host.result.patch) host.result.patch = json::Object{};
    compose_patch(*host.result.patch, change, &host.request.state);
    wipe_strings(change);
    return HEYGEN_OK;
  });
}

heygen_status HEYGEN_CALL set_type(const heygen_call* call, heygen_str type) {
  return guarded(call, [&](HostCall& host) -> heygen_status {
    if (!is_word(abi::view(type), false))
      return host.refuse("set_type got text that is not a word of the form [a-z][a-z0-9_]{0,31}.");
    host.result.type = abi::view(type);
    return HEYGEN_OK;
  });
}

heygen_status HEYGEN_CALL set_source(const heygen_call* call, heygen_str source) {
  return guarded(call, [&](HostCall& host) -> heygen_status {
    if (!is_word(abi::view(source), true)) {
      return host.refuse("set_source got text that is not a word of the form [a-z][a-z0-9_-]{0,31}.");
    }
    host.result.source = abi::view(source);
    return HEYGEN_OK;
  });
}

heygen_status HEYGEN_CALL set_scope(const heygen_call* call, heygen_str scope) {
  return guarded(call, [&](HostCall& host) -> heygen_status {
    const std::string_view text = abi::view(scope);
    if (!abi::is_sound(scope) || text.size() > kMaxScope || has_control(text) || !is_utf8(text)) {
      return host.refuse("set_scope got control characters, bytes that are not UTF-8, or more than 8 KiB.");
    }
    host.result.scope = text;
    return HEYGEN_OK;
  });
}

heygen_status HEYGEN_CALL set_expiry(const heygen_call* call, heygen_time expires_at) {
  return guarded(call, [&](HostCall& host) -> heygen_status {
    host.result.expires_at = expires_at;
    return HEYGEN_OK;
  });
}

heygen_status HEYGEN_CALL set_refreshable(const heygen_call* call, std::int32_t refreshable) {
  return guarded(call, [&](HostCall& host) -> heygen_status {
    host.result.refreshable = refreshable != 0;
    return HEYGEN_OK;
  });
}

heygen_status HEYGEN_CALL set_reach(const heygen_call* call, heygen_reach reach) {
  return guarded(call, [&](HostCall& host) -> heygen_status {
    host.result.this_request_only = reach != HEYGEN_REACH_ANY_REQUEST;  // as an unknown one
    return HEYGEN_OK;
  });
}

heygen_status HEYGEN_CALL fail(const heygen_call* call, heygen_str machine_code, heygen_str message, heygen_str hint,
                               std::int32_t retry_after) {
  return guarded(call, [&](HostCall& host) -> heygen_status {
    if (!abi::is_sound(machine_code) || !abi::is_sound(message) || !abi::is_sound(hint)) {
      return host.refuse("fail got NULL with a size.");
    }
    host.result.code = abi::view(machine_code).substr(0, kMaxSentence);
    host.result.message = abi::view(message).substr(0, kMaxSentence);
    host.result.hint = abi::view(hint).substr(0, kMaxSentence);
    host.result.retry_after = std::clamp(retry_after, 0, static_cast<std::int32_t>(kLongestRetryAfter));
    return HEYGEN_OK;
  });
}

}  // namespace

const heygen_sink& sink() {
  static constexpr heygen_sink kSink{sizeof(heygen_sink), 0,          set_header,      set_state, set_type, set_source,
                                     set_scope,           set_expiry, set_refreshable, set_reach, fail};
  return kSink;
}

}  // namespace heygen::provider
