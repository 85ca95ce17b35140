// SPDX-License-Identifier: Apache-2.0
// The functions of the sink and of the services that cross to the host, for both ends: one entry each, from which the
// child's stub and the host's dispatch are made.
#pragma once

#include <heygen/provider.h>

#include <cstdint>

namespace heygen::provider::wire {

// X(service, function, failed): the function's own types say how its arguments and results cross. `failed` is returned
// where the host refuses to listen: from another thread than the call's.
#define HEYGEN_WIRE_PLAIN(X)                 \
  X(sink, set_header, HEYGEN_INTERNAL)       \
  X(sink, set_state, HEYGEN_INTERNAL)        \
  X(sink, set_type, HEYGEN_INTERNAL)         \
  X(sink, set_source, HEYGEN_INTERNAL)       \
  X(sink, set_scope, HEYGEN_INTERNAL)        \
  X(sink, set_expiry, HEYGEN_INTERNAL)       \
  X(sink, set_refreshable, HEYGEN_INTERNAL)  \
  X(sink, set_reach, HEYGEN_INTERNAL)        \
  X(sink, fail, HEYGEN_INTERNAL)             \
  X(http, header, 0)                         \
  X(http, form_encode, 0)                    \
  X(json, quote, 0)                          \
  X(json, writer, 0)                         \
  X(json, begin_object, HEYGEN_INTERNAL)     \
  X(json, begin_array, HEYGEN_INTERNAL)      \
  X(json, end, HEYGEN_INTERNAL)              \
  X(json, name, HEYGEN_INTERNAL)             \
  X(json, put_string, HEYGEN_INTERNAL)       \
  X(json, put_int64, HEYGEN_INTERNAL)        \
  X(json, put_bool, HEYGEN_INTERNAL)         \
  X(json, put_null, HEYGEN_INTERNAL)         \
  X(json, finish, 0)                         \
  X(hash, base64url, 0)                      \
  X(hash, base64url_decode, HEYGEN_INTERNAL) \
  X(clock, now, 0)                           \
  X(clock, monotonic_ms, 0)                  \
  X(clock, wait_ms, HEYGEN_INTERNAL)         \
  X(clock, format, 0)                        \
  X(clock, parse, HEYGEN_INTERNAL)           \
  X(loopback, redirect_uri, 0)               \
  X(loopback, wait, HEYGEN_INTERNAL)         \
  X(loopback, param, 0)                      \
  X(loopback, respond, HEYGEN_INTERNAL)      \
  X(browser, allowed, 0)                     \
  X(browser, open, HEYGEN_INTERNAL)          \
  X(terminal, interactive, 0)                \
  X(terminal, notice, HEYGEN_INTERNAL)       \
  X(terminal, prompt, HEYGEN_INTERNAL)       \
  X(terminal, secret, HEYGEN_INTERNAL)       \
  X(settings, get, HEYGEN_INTERNAL)          \
  X(settings, env, HEYGEN_INTERNAL)          \
  X(cache, get, HEYGEN_INTERNAL)             \
  X(cache, put, HEYGEN_INTERNAL)             \
  X(cache, drop, HEYGEN_INTERNAL)            \
  X(key, create, HEYGEN_INTERNAL)            \
  X(key, public_jwk, HEYGEN_INTERNAL)        \
  X(key, thumbprint, HEYGEN_INTERNAL)        \
  X(key, sign, HEYGEN_INTERNAL)              \
  X(request, method, 0)                      \
  X(request, url, 0)                         \
  X(request, refusal_header, 0)

// X(service, function): what has structs, lists or documents, with code of its own on both ends. The functions that are
// in neither list (hash.sha256, json.member, http.status, ...) need nothing of the host.
#define HEYGEN_WIRE_SPECIAL(X) \
  X(http, send)                \
  X(http, release)             \
  X(json, parse)               \
  X(json, put_value)           \
  X(random, fill)              \
  X(request, body_sha256)      \
  X(loopback, open)            \
  X(terminal, menu)

// X(service, id): the services by their tables' names.
#define HEYGEN_WIRE_SERVICES(X)  \
  X(http, HEYGEN_HTTP_1)         \
  X(json, HEYGEN_JSON_1)         \
  X(hash, HEYGEN_HASH_1)         \
  X(random, HEYGEN_RANDOM_1)     \
  X(clock, HEYGEN_CLOCK_1)       \
  X(loopback, HEYGEN_LOOPBACK_1) \
  X(browser, HEYGEN_BROWSER_1)   \
  X(terminal, HEYGEN_TERMINAL_1) \
  X(settings, HEYGEN_SETTINGS_1) \
  X(log, HEYGEN_LOG_1)           \
  X(cancel, HEYGEN_CANCEL_1)     \
  X(cache, HEYGEN_CACHE_1)       \
  X(key, HEYGEN_KEY_1)           \
  X(request, HEYGEN_REQUEST_1)

enum class Code : std::uint32_t {
#define HEYGEN_WIRE_CODE(service, function, ...) service##_##function,
  HEYGEN_WIRE_PLAIN(HEYGEN_WIRE_CODE) HEYGEN_WIRE_SPECIAL(HEYGEN_WIRE_CODE)
#undef HEYGEN_WIRE_CODE
      end
};

/// The table of a service, by its name in the lists above.
namespace table {
using sink = heygen_sink;
#define HEYGEN_WIRE_TABLE(service, id) using service = heygen_##service##_1_v;
HEYGEN_WIRE_SERVICES(HEYGEN_WIRE_TABLE)
#undef HEYGEN_WIRE_TABLE
}  // namespace table

/// What crosses of a list: one more than any service takes.
inline constexpr std::size_t kMostHeaders = 65, kMostItems = 1'001, kMostEntries = 257;

}  // namespace heygen::provider::wire
