// SPDX-License-Identifier: Apache-2.0
// What cgo cannot do itself: calls through function pointers, and constants in C.
#ifndef HEYGENPROVIDER_BRIDGE_H
#define HEYGENPROVIDER_BRIDGE_H

#include <heygen/provider.h>
#include <stdlib.h>
#include <string.h>

static inline void hp_wipe(void* memory, size_t size) {
  volatile char* bytes = (volatile char*)memory;
  for (size_t i = 0; i < size; ++i) bytes[i] = 0;
}

/* Whether the host's structs are as large as this library knows them. */
static inline int hp_fits(const heygen_call* call) {
  return call != NULL && call->struct_size >= sizeof *call && call->sink != NULL &&
         call->sink->struct_size >= sizeof *call->sink;
}

static inline const void* hp_service(const heygen_call* call, const char* id, size_t smallest) {
  const heygen_str name = {id, strlen(id)};
  const void* found = call->get_extension(call, name);
  return found != NULL && *(const uint32_t*)found >= smallest ? found : NULL;
}

/* `service` is a variable of the block that follows; without the service, the function ends in `absent`. */
#define HP_SERVICE(type, id, absent)                                     \
  const type* service = (const type*)hp_service(call, id, sizeof(type)); \
  if (service == NULL) return absent

static inline heygen_status hp_set_header(const heygen_call* call, heygen_str name, heygen_str value, uint32_t flags) {
  return call->sink->set_header(call, name, value, flags);
}
static inline heygen_status hp_set_state(const heygen_call* call, heygen_str patch) {
  return call->sink->set_state(call, patch);
}
static inline heygen_status hp_set_type(const heygen_call* call, heygen_str type) {
  return call->sink->set_type(call, type);
}
static inline heygen_status hp_set_source(const heygen_call* call, heygen_str source) {
  return call->sink->set_source(call, source);
}
static inline heygen_status hp_set_scope(const heygen_call* call, heygen_str scope) {
  return call->sink->set_scope(call, scope);
}
static inline heygen_status hp_set_expiry(const heygen_call* call, heygen_time at) {
  return call->sink->set_expiry(call, at);
}
static inline heygen_status hp_set_refreshable(const heygen_call* call, int32_t refreshable) {
  return call->sink->set_refreshable(call, refreshable);
}
static inline heygen_status hp_set_reach(const heygen_call* call, heygen_reach reach) {
  return call->sink->set_reach(call, reach);
}
static inline void hp_fail(const heygen_call* call, heygen_str code, heygen_str message, heygen_str hint,
                           int32_t retry_after) {
  call->sink->fail(call, code, message, hint, retry_after);
}

static inline heygen_status hp_send(const heygen_call* call, const heygen_http_request* request,
                                    const heygen_http_response** response) {
  HP_SERVICE(heygen_http_1_v, HEYGEN_HTTP_1, HEYGEN_UNSUPPORTED);
  return service->send(call, request, response);
}
static inline int32_t hp_http_status(const heygen_call* call, const heygen_http_response* response) {
  HP_SERVICE(heygen_http_1_v, HEYGEN_HTTP_1, 0);
  return service->status(response);
}
static inline heygen_str hp_http_body(const heygen_call* call, const heygen_http_response* response) {
  const heygen_str none = {NULL, 0};
  HP_SERVICE(heygen_http_1_v, HEYGEN_HTTP_1, none);
  return service->body(response);
}
static inline heygen_status hp_http_header_at(const heygen_call* call, const heygen_http_response* response,
                                              size_t index, heygen_field* field) {
  HP_SERVICE(heygen_http_1_v, HEYGEN_HTTP_1, HEYGEN_USAGE);
  return service->header_at(response, index, field);
}
static inline void hp_http_release(const heygen_call* call, const heygen_http_response* response) {
  HP_SERVICE(heygen_http_1_v, HEYGEN_HTTP_1, );
  service->release(call, response);
}

static inline int32_t hp_interactive(const heygen_call* call) {
  HP_SERVICE(heygen_terminal_1_v, HEYGEN_TERMINAL_1, 0);
  return service->interactive(call);
}
static inline heygen_status hp_notice(const heygen_call* call, heygen_str text) {
  HP_SERVICE(heygen_terminal_1_v, HEYGEN_TERMINAL_1, HEYGEN_UNSUPPORTED);
  return service->notice(call, text);
}
static inline heygen_status hp_prompt(const heygen_call* call, heygen_str text, heygen_str* answer) {
  HP_SERVICE(heygen_terminal_1_v, HEYGEN_TERMINAL_1, HEYGEN_UNSUPPORTED);
  return service->prompt(call, text, answer);
}
static inline heygen_status hp_secret(const heygen_call* call, heygen_str text, heygen_str* answer) {
  HP_SERVICE(heygen_terminal_1_v, HEYGEN_TERMINAL_1, HEYGEN_UNSUPPORTED);
  return service->secret(call, text, answer);
}
static inline heygen_status hp_menu(const heygen_call* call, heygen_str title, const heygen_str* items, size_t count,
                                    size_t* chosen) {
  HP_SERVICE(heygen_terminal_1_v, HEYGEN_TERMINAL_1, HEYGEN_UNSUPPORTED);
  return service->menu(call, title, items, count, chosen);
}

static inline heygen_status hp_setting(const heygen_call* call, heygen_str key, heygen_str* value) {
  HP_SERVICE(heygen_settings_1_v, HEYGEN_SETTINGS_1, HEYGEN_UNSUPPORTED);
  return service->get(call, key, value);
}
static inline heygen_status hp_env(const heygen_call* call, heygen_str name, heygen_str* value) {
  HP_SERVICE(heygen_settings_1_v, HEYGEN_SETTINGS_1, HEYGEN_UNSUPPORTED);
  return service->env(call, name, value);
}

static inline heygen_status hp_cache_get(const heygen_call* call, heygen_str key, heygen_str* value,
                                         heygen_time* expires_at) {
  HP_SERVICE(heygen_cache_1_v, HEYGEN_CACHE_1, HEYGEN_UNSUPPORTED);
  return service->get(call, key, value, expires_at);
}
static inline heygen_status hp_cache_put(const heygen_call* call, heygen_str key, heygen_str value,
                                         heygen_time expires_at) {
  HP_SERVICE(heygen_cache_1_v, HEYGEN_CACHE_1, HEYGEN_UNSUPPORTED);
  return service->put(call, key, value, expires_at);
}
static inline heygen_status hp_cache_drop(const heygen_call* call, heygen_str key) {
  HP_SERVICE(heygen_cache_1_v, HEYGEN_CACHE_1, HEYGEN_UNSUPPORTED);
  return service->drop(call, key);
}

static inline heygen_status hp_wait(const heygen_call* call, uint32_t milliseconds) {
  HP_SERVICE(heygen_clock_1_v, HEYGEN_CLOCK_1, HEYGEN_UNSUPPORTED);
  return service->wait_ms(call, milliseconds);
}
static inline int32_t hp_canceled(const heygen_call* call) {
  HP_SERVICE(heygen_cancel_1_v, HEYGEN_CANCEL_1, 0);
  return service->canceled(call);
}
static inline void hp_log(const heygen_call* call, int32_t level, heygen_str text) {
  HP_SERVICE(heygen_log_1_v, HEYGEN_LOG_1, );
  service->write(call, level, text);
}

#endif
