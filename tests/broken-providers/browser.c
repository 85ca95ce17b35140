// SPDX-License-Identifier: Apache-2.0
/* As provider.c, for what that one has no use for: a login in the browser (RFC 6749 §4.1, RFC 7636, RFC 9207), headers
 * that are signed for one request, and a cache. */
#include <heygen/provider.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STR(text) ((heygen_str)HEYGEN_LITERAL(text))
#define SERVICE(type, id) ((const type*)call->get_extension(call, STR(id)))
#define JSON SERVICE(heygen_json_1_v, HEYGEN_JSON_1)
#define HTTP SERVICE(heygen_http_1_v, HEYGEN_HTTP_1)
#define HASH SERVICE(heygen_hash_1_v, HEYGEN_HASH_1)
#define CACHE SERVICE(heygen_cache_1_v, HEYGEN_CACHE_1)
#define KEY SERVICE(heygen_key_1_v, HEYGEN_KEY_1)
#define REQUEST SERVICE(heygen_request_1_v, HEYGEN_REQUEST_1)
#define LOOPBACK SERVICE(heygen_loopback_1_v, HEYGEN_LOOPBACK_1)
#define SETTINGS SERVICE(heygen_settings_1_v, HEYGEN_SETTINGS_1)

static int fits(const heygen_call* call) {
  static const heygen_str kNeeded[] = {HEYGEN_LITERAL(HEYGEN_JSON_1),     HEYGEN_LITERAL(HEYGEN_HTTP_1),
                                       HEYGEN_LITERAL(HEYGEN_HASH_1),     HEYGEN_LITERAL(HEYGEN_CACHE_1),
                                       HEYGEN_LITERAL(HEYGEN_KEY_1),      HEYGEN_LITERAL(HEYGEN_REQUEST_1),
                                       HEYGEN_LITERAL(HEYGEN_LOOPBACK_1), HEYGEN_LITERAL(HEYGEN_SETTINGS_1),
                                       HEYGEN_LITERAL(HEYGEN_BROWSER_1),  HEYGEN_LITERAL(HEYGEN_RANDOM_1)};
  if (call->struct_size < sizeof *call || call->sink->struct_size < sizeof *call->sink) return 0;
  for (size_t i = 0; i < sizeof kNeeded / sizeof *kNeeded; ++i) {
    if (call->get_extension(call, kNeeded[i]) == NULL) return 0;
  }
  return 1;
}

/* ---- the login ---- */

typedef struct login_attempt {
  heygen_str issuer, redirect_uri, state, verifier, challenge;
} login_attempt;

static heygen_status get(const heygen_call* call, heygen_str method, const char* url, heygen_str body,
                         const heygen_json** document) {
  const heygen_http_response* response = NULL;
  heygen_http_request request = {
      .struct_size = sizeof request, .method = method, .url = {url, strlen(url)}, .body = body};
  heygen_status status = HTTP->send(call, &request, &response);
  if (status != HEYGEN_OK) return status;
  if (HTTP->status(response) >= 500) return HEYGEN_TRANSIENT;
  if (HTTP->status(response) != 200) return HEYGEN_REJECTED;
  *document = JSON->parse(call, HTTP->body(response));
  return HEYGEN_OK;
}

static heygen_status random_text(const heygen_call* call, heygen_str* text) {
  uint8_t bytes[32];
  heygen_status status = SERVICE(heygen_random_1_v, HEYGEN_RANDOM_1)->fill(call, bytes, sizeof bytes);
  if (status == HEYGEN_OK) *text = HASH->base64url(call, (heygen_str){(const char*)bytes, sizeof bytes});
  return status;
}

static heygen_status begin(const heygen_call* call, login_attempt* attempt) {
  uint8_t digest[32];
  heygen_status status = random_text(call, &attempt->state);
  if (status == HEYGEN_OK) status = random_text(call, &attempt->verifier);
  if (status != HEYGEN_OK) return status;
#ifdef FAULT_LOGIN_STATE
  attempt->state = STR("sample-state-sample-state");
#endif
#ifdef FAULT_PKCE_SAME
  attempt->verifier = STR("sample-verifier-sample-verifier-sample-verifier");
#endif
  HASH->sha256(attempt->verifier, digest);
  attempt->challenge = HASH->base64url(call, (heygen_str){(const char*)digest, sizeof digest});
#ifdef FAULT_LOGIN_PKCE
  attempt->challenge = attempt->verifier;
#endif
  return HEYGEN_OK;
}

static int same(const heygen_call* call, heygen_str left, heygen_str right) {
  return left.data != NULL && HASH->equal(left, right);
}

static heygen_status await_redirect(const heygen_call* call, const login_attempt* attempt, heygen_loopback* listener,
                                    heygen_str* code) {
  heygen_status status = LOOPBACK->wait(call, listener, 60000);
  if (status == HEYGEN_TRANSIENT && call->interaction == HEYGEN_INTERACTION_NEVER) return HEYGEN_NEEDS_USER;
  if (status != HEYGEN_OK) return status;
  int ours = same(call, LOOPBACK->param(listener, STR("state")), attempt->state);
  int theirs = same(call, LOOPBACK->param(listener, STR("iss")), attempt->issuer);
#ifdef FAULT_STATE_BELIEVED
  ours = 1;
#endif
#ifdef FAULT_LOGIN_ISSUER
  theirs = 1;
#endif
  *code = LOOPBACK->param(listener, STR("code"));
  LOOPBACK->respond(call, listener, ours && theirs, STR("Back to the terminal."));
  return ours && theirs && code->size > 0 ? HEYGEN_OK : HEYGEN_BROKEN;
}

static heygen_status show_page(const heygen_call* call, const login_attempt* attempt) {
  char url[4096];
  heygen_str redirect_uri = HTTP->form_encode(call, attempt->redirect_uri);
  snprintf(url, sizeof url,
           "%.*s/authorization?response_type=code&client_id=sample&state=%.*s&code_challenge=%.*s"
           "&code_challenge_method=S256&redirect_uri=%.*s",
           (int)attempt->issuer.size, attempt->issuer.data, (int)attempt->state.size, attempt->state.data,
           (int)attempt->challenge.size, attempt->challenge.data, (int)redirect_uri.size, redirect_uri.data);
  return SERVICE(heygen_browser_1_v, HEYGEN_BROWSER_1)->open(call, (heygen_str){url, strlen(url)});
}

static heygen_status redeem(const heygen_call* call, const login_attempt* attempt, heygen_str code,
                            heygen_str* access) {
  static char body[65536];
  char url[1024];
  const heygen_json* document = NULL;
  heygen_str redirect_uri = HTTP->form_encode(call, attempt->redirect_uri);
#ifdef FAULT_LOGIN_REDIRECT
  redirect_uri = STR("http%3A%2F%2F127.0.0.1%2Fcallback");
#endif
  snprintf(url, sizeof url, "%.*s/token", (int)attempt->issuer.size, attempt->issuer.data);
  snprintf(body, sizeof body, "grant_type=authorization_code&code=%.*s&code_verifier=%.*s&redirect_uri=%.*s",
           (int)code.size, code.data, (int)attempt->verifier.size, attempt->verifier.data, (int)redirect_uri.size,
           redirect_uri.data);
  heygen_status status = get(call, STR("POST"), url, (heygen_str){body, strlen(body)}, &document);
  if (status == HEYGEN_OK) *access = JSON->text(JSON->member(document, STR("access_token")));
  return status == HEYGEN_OK && access->size == 0 ? HEYGEN_BROKEN : status;
}

static heygen_status store(const heygen_call* call, heygen_str access) {
  heygen_json_writer* writer = JSON->writer(call);
  JSON->begin_object(writer);
  JSON->name(writer, STR("access"));
  JSON->put_string(writer, access);
  JSON->end(writer);
  heygen_str patch = JSON->finish(writer);
  return patch.data != NULL ? call->sink->set_state(call, patch) : HEYGEN_BROKEN;
}

static heygen_status HEYGEN_CALL login(const heygen_call* call) {
  login_attempt attempt;
  heygen_loopback* listener = NULL;
  const heygen_json* metadata = NULL;
  heygen_str base, code, access;
  char url[1024];
  if (!fits(call)) return HEYGEN_UNSUPPORTED;
  if (call->interaction == HEYGEN_INTERACTION_NEVER) return HEYGEN_NEEDS_USER;
  heygen_status status = SETTINGS->get(call, STR("url"), &base);
  if (status != HEYGEN_OK) return status;
  snprintf(url, sizeof url, "%.*s/.well-known/oauth-authorization-server", (int)base.size, base.data);
  status = get(call, STR("GET"), url, STR(""), &metadata);
  if (status == HEYGEN_OK) status = begin(call, &attempt);
  if (status == HEYGEN_OK) status = KEY->create(call, STR("proof"), STR("ES256"));
  if (status == HEYGEN_OK) status = LOOPBACK->open(call, NULL, &listener);
  if (status != HEYGEN_OK) return status;
  attempt.issuer = JSON->text(JSON->member(metadata, STR("issuer")));
  attempt.redirect_uri = LOOPBACK->redirect_uri(listener);
  status = show_page(call, &attempt);
  if (status == HEYGEN_OK) status = await_redirect(call, &attempt, listener, &code);
  if (status == HEYGEN_OK) status = redeem(call, &attempt, code, &access);
  return status == HEYGEN_OK ? store(call, access) : status;
}

/* ---- the headers ---- */

static heygen_status set_secret(const heygen_call* call, heygen_str name, const char* scheme, heygen_str value) {
  size_t size = strlen(scheme) + value.size;
  char* text = malloc(size + 1);
  if (text == NULL) return HEYGEN_BROKEN;
  snprintf(text, size + 1, "%s%.*s", scheme, (int)value.size, value.data);
  heygen_status status = call->sink->set_header(call, name, (heygen_str){text, size}, HEYGEN_SECRET);
  free(text);
  return status;
}

/* The cache need not have it, nor keep it. */
static heygen_status session(const heygen_call* call, heygen_str* value) {
  heygen_status status = CACHE->get(call, STR("session"), value, NULL);
  if (status != HEYGEN_NOT_CONFIGURED) return status;
  *value = STR("derived");
#ifdef FAULT_CACHE_LOST
  CACHE->put(call, STR("session"), *value, call->now + 600);
  return CACHE->get(call, STR("session"), value, NULL) == HEYGEN_OK ? HEYGEN_OK : HEYGEN_BROKEN;
#else
  return CACHE->put(call, STR("session"), *value, call->now + 600) == HEYGEN_CANCELED ? HEYGEN_CANCELED : HEYGEN_OK;
#endif
}

static heygen_status sign(const heygen_call* call) {
  char text[4096];
  heygen_str method = REQUEST->method(call), url = REQUEST->url(call), signature;
  snprintf(text, sizeof text, "%.*s %.*s", (int)method.size, method.data, (int)url.size, url.data);
  heygen_status status = KEY->sign(call, STR("proof"), (heygen_str){text, strlen(text)}, &signature);
  if (status == HEYGEN_NOT_CONFIGURED) return HEYGEN_OK; /* of a login by an earlier version */
  if (status != HEYGEN_OK) return status;
#ifndef FAULT_REACH_TOLD
  call->sink->set_reach(call, HEYGEN_REACH_THIS_REQUEST);
#endif
  return set_secret(call, STR("DPoP"), "", HASH->base64url(call, signature));
}

static heygen_status HEYGEN_CALL resolve(const heygen_call* call) {
  heygen_str derived;
  if (!fits(call)) return HEYGEN_UNSUPPORTED;
  const heygen_json* access = JSON->member(JSON->parse(call, call->state), STR("access"));
  if (access == NULL) return HEYGEN_NOT_CONFIGURED;
  if (JSON->type(access) != HEYGEN_JSON_STRING) return HEYGEN_BROKEN;
  heygen_status status = session(call, &derived);
  if (status == HEYGEN_OK) status = sign(call);
  if (status == HEYGEN_OK) status = set_secret(call, STR("Authorization"), "DPoP ", JSON->text(access));
  call->sink->set_type(call, STR("token"));
  return status == HEYGEN_USAGE ? HEYGEN_BROKEN : status;
}

static heygen_status HEYGEN_CALL unsupported(const heygen_call* call) {
  (void)call;
  return HEYGEN_UNSUPPORTED;
}

/* ---- what it is ---- */

static const heygen_setting kUrl = {sizeof(heygen_setting), 1,
                                    HEYGEN_LITERAL("url"),  HEYGEN_LITERAL("url"),
                                    HEYGEN_LITERAL(""),     HEYGEN_LITERAL("The issuer"),
                                    HEYGEN_LITERAL("")};
static const heygen_setting* const kSettings[] = {&kUrl};
static const heygen_str kNeeds[] = {HEYGEN_LITERAL("hosts=metadata:setting:url")};
static const heygen_descriptor kDescriptor = {
    .struct_size = sizeof kDescriptor,
    .id = HEYGEN_LITERAL("sample"),
    .version = HEYGEN_LITERAL("1.0.0"),
    .title = HEYGEN_LITERAL("Sample"),
    .order = 1000,
    .interactions = HEYGEN_INTERACTS_BROWSER,
    .settings = kSettings,
    .settings_count = 1,
    .needs = kNeeds,
    .needs_count = 1,
};
static const heygen_provider_1 kProvider = {
    .struct_size = sizeof kProvider,
    .descriptor = &kDescriptor,
    .resolve = resolve,
    .refresh = unsupported,
    .login = login,
    .revoke = unsupported,
};

static heygen_status HEYGEN_CALL init(const heygen_host* host) {
  return host->struct_size < sizeof *host ? HEYGEN_INTERNAL : HEYGEN_OK;
}
static void HEYGEN_CALL deinit(void) {}
static const void* HEYGEN_CALL get_api(uint32_t major) {
  return major == 1 ? &kProvider : NULL;
}

const heygen_provider_entry_v heygen_provider_entry = {
    .struct_size = sizeof heygen_provider_entry,
    .min_major = 1,
    .max_major = 1,
    .init = init,
    .deinit = deinit,
    .get_api = get_api,
};
