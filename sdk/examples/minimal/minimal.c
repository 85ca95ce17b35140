// SPDX-License-Identifier: Apache-2.0
/* A complete provider in plain C: a bearer token that the user pastes at login and that a small server of your own
 * refreshes and revokes. It needs nothing but heygen/provider.h:
 *
 *   cc -std=c11 -shared -fPIC -I <include> minimal.c -o minimal.so
 *   heygen-provider-check manifest minimal.so        # writes minimal.provider.json
 *   heygen-provider-check --strict minimal.so        # checks it against the rules
 */
#include <heygen/provider.h>
#include <stdlib.h>
#include <string.h>

#define STR(text) ((heygen_str)HEYGEN_LITERAL(text))
#define SERVICE(type, id) ((const type*)call->get_extension(call, STR(id)))

/* A host may be older than this provider, or lack a service. */
static int fits(const heygen_call* call) {
  return call->struct_size >= sizeof *call && call->sink->struct_size >= sizeof *call->sink &&
         SERVICE(heygen_json_1_v, HEYGEN_JSON_1) != NULL && SERVICE(heygen_http_1_v, HEYGEN_HTTP_1) != NULL &&
         SERVICE(heygen_settings_1_v, HEYGEN_SETTINGS_1) != NULL &&
         SERVICE(heygen_terminal_1_v, HEYGEN_TERMINAL_1) != NULL;
}

/* The host keeps the state and hands it in; {"token": "..."} here. What is there but no text is broken, not absent. */
static heygen_status stored_token(const heygen_call* call, heygen_str* token) {
  const heygen_json_1_v* json = SERVICE(heygen_json_1_v, HEYGEN_JSON_1);
  const heygen_json* member = json->member(json->parse(call, call->state), STR("token"));
  if (member == NULL) return HEYGEN_NOT_CONFIGURED;
  if (json->type(member) != HEYGEN_JSON_STRING) return HEYGEN_BROKEN;
  *token = json->text(member);
  return HEYGEN_OK;
}

static heygen_status store_token(const heygen_call* call, heygen_str token) {
  const heygen_json_1_v* json = SERVICE(heygen_json_1_v, HEYGEN_JSON_1);
  heygen_json_writer* patch = json->writer(call);
  if (token.size == 0 || json->begin_object(patch) != HEYGEN_OK || json->name(patch, STR("token")) != HEYGEN_OK ||
      json->put_string(patch, token) != HEYGEN_OK || json->end(patch) != HEYGEN_OK) {
    call->sink->fail(call, STR(""), STR("The token is empty or not UTF-8."), STR(""), 0);
    return HEYGEN_BROKEN;
  }
  return call->sink->set_state(call, json->finish(patch));
}

/* Both texts in one, of any size; for drop(). Without memory data is NULL. */
static heygen_str join(heygen_str left, heygen_str right) {
  char* data = malloc(left.size + right.size + 1);
  if (data == NULL) return (heygen_str){NULL, 0};
  memcpy(data, left.data, left.size);
  memcpy(data + left.size, right.data, right.size);
  return (heygen_str){data, left.size + right.size};
}

/* Wiped: it may have held a token. */
static void drop(heygen_str joined) {
  volatile char* bytes = (char*)joined.data;
  for (size_t i = 0; i < joined.size; ++i) bytes[i] = 0;
  free((char*)joined.data);
}

/* POSTs the token to <url>/<action>. The host brings proxies, TLS and timeouts, and words network errors. */
static heygen_status post(const heygen_call* call, heygen_str action, heygen_str token, heygen_str* body) {
  const heygen_http_1_v* http = SERVICE(heygen_http_1_v, HEYGEN_HTTP_1);
  const heygen_settings_1_v* settings = SERVICE(heygen_settings_1_v, HEYGEN_SETTINGS_1);
  const heygen_http_response* response = NULL;
  heygen_str base;
  heygen_status status = settings->get(call, STR("url"), &base);
  if (status != HEYGEN_OK) return status;
  heygen_str url = join(base, action);
  if (url.data == NULL) return HEYGEN_INTERNAL;
  heygen_http_request request = {.struct_size = sizeof request, .method = STR("POST"), .url = url, .body = token};
  status = http->send(call, &request, &response);
  drop(url);
  if (status != HEYGEN_OK) return status;
  *body = http->body(response);
  int code = http->status(response);
  return code == 200 ? HEYGEN_OK : code >= 500 ? HEYGEN_TRANSIENT : HEYGEN_REJECTED;
}

static heygen_status HEYGEN_CALL resolve(const heygen_call* call) {
  heygen_str token;
  if (!fits(call)) return HEYGEN_UNSUPPORTED;
  heygen_status status = stored_token(call, &token);
  if (status != HEYGEN_OK) return status;
  heygen_str value = join(STR("Bearer "), token);
  if (value.data == NULL) return HEYGEN_INTERNAL;
  status = call->sink->set_header(call, STR("Authorization"), value, HEYGEN_SECRET);
  drop(value);
  if (status != HEYGEN_OK) return HEYGEN_BROKEN; /* the host takes no line ends, for one */
  call->sink->set_type(call, STR("token"));
  return call->sink->set_refreshable(call, 1);
}

static heygen_status HEYGEN_CALL refresh(const heygen_call* call) {
  heygen_str token, body;
  if (!fits(call)) return HEYGEN_UNSUPPORTED;
  heygen_status status = stored_token(call, &token);
  if (status == HEYGEN_OK) status = post(call, STR("/refresh"), token, &body);
  if (status != HEYGEN_OK) return status;
  const heygen_json_1_v* json = SERVICE(heygen_json_1_v, HEYGEN_JSON_1);
  return store_token(call, json->text(json->member(json->parse(call, body), STR("token"))));
}

static heygen_status HEYGEN_CALL login(const heygen_call* call) {
  heygen_str token;
  if (!fits(call)) return HEYGEN_UNSUPPORTED;
  heygen_status status = SERVICE(heygen_terminal_1_v, HEYGEN_TERMINAL_1)->secret(call, STR("Token: "), &token);
  return status == HEYGEN_OK ? store_token(call, token) : status;
}

static heygen_status HEYGEN_CALL revoke(const heygen_call* call) {
  heygen_str token, body;
  if (!fits(call)) return HEYGEN_UNSUPPORTED;
  heygen_status status = stored_token(call, &token);
  return status == HEYGEN_OK ? post(call, STR("/revoke"), token, &body) : status;
}

static const heygen_setting kUrl = {.struct_size = sizeof kUrl,
                                    .key = HEYGEN_LITERAL("url"),
                                    .type = HEYGEN_LITERAL("url"),
                                    .doc = HEYGEN_LITERAL("Server that refreshes and revokes tokens")};
static const heygen_setting* const kSettings[] = {&kUrl};
static const heygen_str kNeeds[] = {HEYGEN_LITERAL("hosts=setting:url")};

static const heygen_descriptor kDescriptor = {.struct_size = sizeof kDescriptor,
                                              .flags = HEYGEN_PROVIDER_READS_STDIN,
                                              .id = HEYGEN_LITERAL("minimal"),
                                              .version = HEYGEN_LITERAL("1.0.0"),
                                              .title = HEYGEN_LITERAL("Pasted token"),
                                              .note = HEYGEN_LITERAL("An example: a bearer token of your own server"),
                                              .order = 1000,
                                              .interactions = HEYGEN_INTERACTS_TERMINAL,
                                              .settings = kSettings,
                                              .settings_count = 1,
                                              .needs = kNeeds,
                                              .needs_count = 1};

static const heygen_provider_1 kProvider = {.struct_size = sizeof kProvider,
                                            .descriptor = &kDescriptor,
                                            .resolve = resolve,
                                            .refresh = refresh,
                                            .login = login,
                                            .revoke = revoke};

static heygen_status HEYGEN_CALL init(const heygen_host* host) {
  return host->struct_size >= sizeof *host ? HEYGEN_OK : HEYGEN_INTERNAL;
}
static void HEYGEN_CALL deinit(void) {}
static const void* HEYGEN_CALL get_api(uint32_t major) {
  return major == 1 ? &kProvider : NULL;
}

const heygen_provider_entry_v heygen_provider_entry = {.struct_size = sizeof heygen_provider_entry,
                                                       .min_major = 1,
                                                       .max_major = 1,
                                                       .init = init,
                                                       .deinit = deinit,
                                                       .get_api = get_api};
