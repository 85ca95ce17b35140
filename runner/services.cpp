// SPDX-License-Identifier: Apache-2.0
#include "runner/services.hpp"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "core/provider/wire/abi.hpp"
#include "runner/sha2.hpp"

#define HEYGEN_RUNNER_ASK(service, function) Plain<Code::service##_##function>::call

namespace heygen::runner {
namespace {

namespace abi = provider::abi;

int cancel_descriptor = -1;

heygen_status HEYGEN_CALL fill(const heygen_call*, std::uint8_t* out, std::size_t size) {
  if (!client().may_ask()) return HEYGEN_INTERNAL;
  Writer& request = client().ask(Code::random_fill);
  request.put_flag(out != nullptr);
  request.put_number(static_cast<std::int64_t>(size < INT64_MAX ? size : INT64_MAX));
  Reader answered = client().answer();
  const auto status = static_cast<heygen_status>(answered.number());
  if (status == HEYGEN_OK) answered.bytes(out, size);
  Client::finish(answered);
  return status;
}

heygen_status HEYGEN_CALL body_sha256(const heygen_call*, std::uint8_t* out) {
  constexpr std::size_t kDigest = 32;
  if (!client().may_ask()) return HEYGEN_INTERNAL;
  client().ask(Code::request_body_sha256).put_flag(out != nullptr);
  Reader answered = client().answer();
  const auto status = static_cast<heygen_status>(answered.number());
  if (status == HEYGEN_OK) answered.bytes(out, kDigest);
  Client::finish(answered);
  return status;
}

heygen_status HEYGEN_CALL open_listener(const heygen_call*, const heygen_loopback_options* options,
                                        heygen_loopback** listener) {
  if (!client().may_ask()) return HEYGEN_INTERNAL;
  Writer& request = client().ask(Code::loopback_open);
  request.put_flag(listener != nullptr);
  request.put_flag(options != nullptr);
  if (options != nullptr) {
    request.put_count(options->struct_size);
    if (options->struct_size >= abi::kLoopbackOptionsSize) {
      request.put_number(options->mode);
      request.put_text(options->path);
      request.put_text(options->host);
      request.put_count(options->port);
    }
  }
  Reader answered = client().answer();
  const auto status = static_cast<heygen_status>(answered.number());
  auto* opened = take_result<heygen_loopback*>(answered);
  Client::finish(answered);
  if (listener != nullptr) *listener = opened;
  return status;
}

heygen_status HEYGEN_CALL menu(const heygen_call*, heygen_str title, const heygen_str* items, std::size_t count,
                               std::size_t* chosen) {
  if (!client().may_ask()) return HEYGEN_INTERNAL;
  Writer& request = client().ask(Code::terminal_menu);
  request.put_text(title);
  request.put_flag(items != nullptr);
  request.put_count(count < provider::wire::kMostItems ? count : provider::wire::kMostItems);
  for (std::size_t i = 0; items != nullptr && i < count && i < provider::wire::kMostItems; ++i)
    request.put_text(items[i]);
  request.put_flag(chosen != nullptr);
  request.put_count(chosen != nullptr ? *chosen : 0);
  Reader answered = client().answer();
  const auto status = static_cast<heygen_status>(answered.number());
  const std::uint32_t answer = answered.count();
  Client::finish(answered);
  if (chosen != nullptr) *chosen = answer;
  return status;
}

void HEYGEN_CALL write_log(const heygen_call*, std::int32_t level, heygen_str text) {
  constexpr std::size_t kLongestLine = provider::wire::kMebibyte;
  if (!client().is_calling() || !abi::is_sound(text)) return;
  Writer line;
  line.begin(Kind::log);
  line.put_flag(client().is_own_thread());
  line.put_number(level);
  line.put_text({text.data, text.size < kLongestLine ? text.size : kLongestLine});
  send(line);
}

std::int32_t HEYGEN_CALL canceled(const heygen_call*) {
  pollfd one{cancel_descriptor, POLLIN, 0};
  return poll(&one, 1, 0) > 0 ? 1 : 0;
}

std::intptr_t HEYGEN_CALL descriptor(const heygen_call*) {
  if (client().is_calling()) {
    Writer frame;
    frame.begin(Kind::polls);
    send(frame);
  }
  return cancel_descriptor;
}

/// The time depends on the sizes alone.
std::int32_t HEYGEN_CALL equal(heygen_str left, heygen_str right) {
  const std::size_t size = left.data != nullptr ? left.size : 0;
  if (size != (right.data != nullptr ? right.size : 0)) return 0;
  volatile unsigned char difference = 0;
  for (std::size_t i = 0; i < size; ++i)
    difference = static_cast<unsigned char>(difference | static_cast<unsigned char>(left.data[i] ^ right.data[i]));
  return difference == 0 ? 1 : 0;
}

constexpr heygen_hash_1_v kHash{sizeof(kHash),
                                0,
                                sha256,
                                sha384,
                                sha512,
                                hmac_sha256,
                                HEYGEN_RUNNER_ASK(hash, base64url),
                                HEYGEN_RUNNER_ASK(hash, base64url_decode),
                                equal};
constexpr heygen_random_1_v kRandom{sizeof(kRandom), 0, fill};
constexpr heygen_clock_1_v kClock{sizeof(kClock),
                                  0,
                                  HEYGEN_RUNNER_ASK(clock, now),
                                  HEYGEN_RUNNER_ASK(clock, monotonic_ms),
                                  HEYGEN_RUNNER_ASK(clock, wait_ms),
                                  HEYGEN_RUNNER_ASK(clock, format),
                                  HEYGEN_RUNNER_ASK(clock, parse)};
constexpr heygen_loopback_1_v kLoopback{sizeof(kLoopback),
                                        0,
                                        open_listener,
                                        HEYGEN_RUNNER_ASK(loopback, redirect_uri),
                                        HEYGEN_RUNNER_ASK(loopback, wait),
                                        HEYGEN_RUNNER_ASK(loopback, param),
                                        HEYGEN_RUNNER_ASK(loopback, respond)};
constexpr heygen_browser_1_v kBrowser{sizeof(kBrowser), 0, HEYGEN_RUNNER_ASK(browser, allowed),
                                      HEYGEN_RUNNER_ASK(browser, open)};
constexpr heygen_terminal_1_v kTerminal{sizeof(kTerminal),
                                        0,
                                        HEYGEN_RUNNER_ASK(terminal, interactive),
                                        HEYGEN_RUNNER_ASK(terminal, notice),
                                        HEYGEN_RUNNER_ASK(terminal, prompt),
                                        HEYGEN_RUNNER_ASK(terminal, secret),
                                        menu};
constexpr heygen_settings_1_v kSettings{sizeof(kSettings), 0, HEYGEN_RUNNER_ASK(settings, get),
                                        HEYGEN_RUNNER_ASK(settings, env)};
constexpr heygen_log_1_v kLog{sizeof(kLog), 0, write_log};
constexpr heygen_cancel_1_v kCancel{sizeof(kCancel), 0, canceled, descriptor};
constexpr heygen_cache_1_v kCache{sizeof(kCache), 0, HEYGEN_RUNNER_ASK(cache, get), HEYGEN_RUNNER_ASK(cache, put),
                                  HEYGEN_RUNNER_ASK(cache, drop)};
constexpr heygen_key_1_v kKey{sizeof(kKey),
                              0,
                              HEYGEN_RUNNER_ASK(key, create),
                              HEYGEN_RUNNER_ASK(key, public_jwk),
                              HEYGEN_RUNNER_ASK(key, thumbprint),
                              HEYGEN_RUNNER_ASK(key, sign)};
constexpr heygen_request_1_v kRequest{sizeof(kRequest),
                                      0,
                                      HEYGEN_RUNNER_ASK(request, method),
                                      HEYGEN_RUNNER_ASK(request, url),
                                      body_sha256,
                                      HEYGEN_RUNNER_ASK(request, refusal_header)};

const void* service_by_name(const heygen_str& id) {
  const auto is = [&](const char* name) {
    return id.data != nullptr && strlen(name) == id.size && memcmp(name, id.data, id.size) == 0;
  };
  struct Entry {
    const char* id;
    const void* service;
  };
  const Entry entries[] = {{HEYGEN_HTTP_1, &http_service()},
                           {HEYGEN_JSON_1, &json_service()},
                           {HEYGEN_HASH_1, &kHash},
                           {HEYGEN_RANDOM_1, &kRandom},
                           {HEYGEN_CLOCK_1, &kClock},
                           {HEYGEN_LOOPBACK_1, &kLoopback},
                           {HEYGEN_BROWSER_1, &kBrowser},
                           {HEYGEN_TERMINAL_1, &kTerminal},
                           {HEYGEN_SETTINGS_1, &kSettings},
                           {HEYGEN_LOG_1, &kLog},
                           {HEYGEN_CANCEL_1, &kCancel},
                           {HEYGEN_CACHE_1, &kCache},
                           {HEYGEN_KEY_1, &kKey},
                           {HEYGEN_REQUEST_1, &kRequest}};
  for (const Entry& entry : entries) {
    if (is(entry.id)) return entry.service;
  }
  return nullptr;
}

}  // namespace

const heygen_sink& sink() {
  static constexpr heygen_sink kSink{sizeof(heygen_sink),
                                     0,
                                     HEYGEN_RUNNER_ASK(sink, set_header),
                                     HEYGEN_RUNNER_ASK(sink, set_state),
                                     HEYGEN_RUNNER_ASK(sink, set_type),
                                     HEYGEN_RUNNER_ASK(sink, set_source),
                                     HEYGEN_RUNNER_ASK(sink, set_scope),
                                     HEYGEN_RUNNER_ASK(sink, set_expiry),
                                     HEYGEN_RUNNER_ASK(sink, set_refreshable),
                                     HEYGEN_RUNNER_ASK(sink, set_reach),
                                     HEYGEN_RUNNER_ASK(sink, fail)};
  return kSink;
}

void set_cancel_descriptor(int descriptor_of_host) {
  cancel_descriptor = descriptor_of_host;
}

const void* HEYGEN_CALL find_service(const heygen_call*, heygen_str id) {
  return service_by_name(id);
}

}  // namespace heygen::runner
