// SPDX-License-Identifier: Apache-2.0
/* A vault in front of the API. The login is a token of the vault; what requests carry is an API key that the vault
 * makes for a short time. The token is the state. The key is derived from it, so it is cached and never stored.
 *
 *   cc -std=c11 -shared -fPIC -I <include> vault.c -o vault.so
 */
#include <heygen/provider.h>
#include <stdio.h>

#define STR(text) ((heygen_str)HEYGEN_LITERAL(text))
#define SERVICE(type, id) ((const type*)call->get_extension(call, STR(id)))
#define JSON SERVICE(heygen_json_1_v, HEYGEN_JSON_1)
#define CACHE SERVICE(heygen_cache_1_v, HEYGEN_CACHE_1)

enum { kUrlSize = 2048 };

/* A host may be older than this provider, or lack a service. */
static int fits(const heygen_call* call) {
  return call->struct_size >= sizeof *call && call->sink->struct_size >= sizeof *call->sink && JSON != NULL &&
         CACHE != NULL && SERVICE(heygen_http_1_v, HEYGEN_HTTP_1) != NULL &&
         SERVICE(heygen_settings_1_v, HEYGEN_SETTINGS_1) != NULL &&
         SERVICE(heygen_terminal_1_v, HEYGEN_TERMINAL_1) != NULL && SERVICE(heygen_clock_1_v, HEYGEN_CLOCK_1) != NULL;
}

static heygen_status fail(const heygen_call* call, heygen_status status, heygen_str message, heygen_str hint) {
  call->sink->fail(call, STR(""), message, hint, 0);
  return status;
}

/* A member of an object that is text; anything else is broken, not absent. */
static heygen_status text_at(const heygen_call* call, const heygen_json* object, heygen_str name, heygen_str* text) {
  const heygen_json* member = JSON->member(object, name);
  if (member == NULL) return HEYGEN_NOT_CONFIGURED;
  *text = JSON->text(member);
  return JSON->type(member) == HEYGEN_JSON_STRING && text->size > 0 ? HEYGEN_OK : HEYGEN_BROKEN;
}

/* {"<name>": "<value>", ...} of any size; the host owns it. */
static heygen_str object_of(const heygen_call* call, const heygen_field* members, size_t count) {
  heygen_json_writer* writer = JSON->writer(call);
  JSON->begin_object(writer);
  for (size_t i = 0; i < count; ++i) {
    JSON->name(writer, members[i].name);
    JSON->put_string(writer, members[i].value);
  }
  JSON->end(writer);
  return JSON->finish(writer);
}

/* One request to `base`/v1/`path`. `token` may be empty. Says what is wrong with an answer other than 2xx. */
static heygen_status ask(const heygen_call* call, heygen_str method, heygen_str base, const char* path,
                         heygen_str token, heygen_str body, const heygen_json** answer) {
  const heygen_http_1_v* http = SERVICE(heygen_http_1_v, HEYGEN_HTTP_1);
  const heygen_http_response* response = NULL;
  char url[kUrlSize];
  int size = snprintf(url, sizeof url, "%.*s/v1/%s", (int)base.size, base.data, path);
  if (size < 0 || (size_t)size >= sizeof url) return fail(call, HEYGEN_USAGE, STR("The URL is too long."), STR(""));
  heygen_field headers[] = {{.name = STR("Content-Type"), .value = STR("application/json")},
                            {.name = STR("X-Vault-Token"), .value = token, .flags = HEYGEN_SECRET}};
  heygen_http_request request = {.struct_size = sizeof request,
                                 .method = method,
                                 .url = {url, (size_t)size},
                                 .headers = headers,
                                 .header_count = token.size == 0 ? 1 : 2,
                                 .body = body};
  heygen_status status = http->send(call, &request, &response);
  if (status != HEYGEN_OK) return status; /* the host has worded it */
  int code = http->status(response);
  if (code >= 500 || code == 429)
    return fail(call, HEYGEN_TRANSIENT, STR("The vault is in trouble."), STR("Try again in a moment."));
  if (code >= 400)
    return fail(call, HEYGEN_REJECTED, STR("The vault refused the login."),
                STR("Log in again: `heygen auth login --vault`."));
  *answer = JSON->parse(call, http->body(response));
  return HEYGEN_OK;
}

/* A key for as long as the vault says, into the cache. Its binding to the state is the host's affair. */
static heygen_status derive_key(const heygen_call* call, heygen_str base, heygen_str token) {
  const heygen_json* answer = NULL;
  heygen_str key;
  int64_t life = 0;
  heygen_status status = ask(call, STR("GET"), base, "heygen/creds/cli", token, STR(""), &answer);
  if (status != HEYGEN_OK) return status;
  if (text_at(call, JSON->member(answer, STR("data")), STR("api_key"), &key) != HEYGEN_OK ||
      JSON->int64(JSON->member(answer, STR("lease_duration")), &life) != HEYGEN_OK || life <= 0)
    return fail(call, HEYGEN_BROKEN, STR("The answer of the vault has no key."), STR("Check providers.vault.url."));
  heygen_time now = SERVICE(heygen_clock_1_v, HEYGEN_CLOCK_1)->now(call);
  return CACHE->put(call, STR("api-key"), key, now + life) == HEYGEN_OK ? HEYGEN_OK : HEYGEN_BROKEN;
}

static heygen_status stored(const heygen_call* call, heygen_str* base, heygen_str* token) {
  const heygen_json* state = JSON->parse(call, call->state);
  heygen_status status = text_at(call, state, STR("token"), token);
  return status == HEYGEN_OK ? text_at(call, state, STR("url"), base) : status;
}

/* Never asks the vault: without a key in the cache the host refreshes first, and then only one process does. */
static heygen_status HEYGEN_CALL resolve(const heygen_call* call) {
  heygen_str base, token, key;
  heygen_time expires_at = 0;
  if (!fits(call)) return HEYGEN_UNSUPPORTED;
  heygen_status status = stored(call, &base, &token);
  if (status != HEYGEN_OK) return status;
  call->sink->set_type(call, STR("vault"));
  call->sink->set_refreshable(call, 1);
  if (CACHE->get(call, STR("api-key"), &key, &expires_at) != HEYGEN_OK) return HEYGEN_OK;
  call->sink->set_expiry(call, expires_at);
  status = call->sink->set_header(call, STR("x-api-key"), key, HEYGEN_SECRET);
  return status == HEYGEN_OK ? HEYGEN_OK : HEYGEN_BROKEN; /* the host takes no line ends, for one */
}

static heygen_status HEYGEN_CALL refresh(const heygen_call* call) {
  heygen_str base, token, key;
  if (!fits(call)) return HEYGEN_UNSUPPORTED;
  heygen_status status = stored(call, &base, &token);
  if (status != HEYGEN_OK) return status;
  if (call->reason == HEYGEN_REASON_FIRST_USE && CACHE->get(call, STR("api-key"), &key, NULL) == HEYGEN_OK)
    return HEYGEN_OK; /* another process has it by now */
  status = CACHE->drop(call, STR("api-key"));
  return status == HEYGEN_OK ? derive_key(call, base, token) : status;
}

static heygen_status HEYGEN_CALL login(const heygen_call* call) {
  const heygen_json* answer = NULL;
  heygen_str base, role, secret, token;
  if (!fits(call)) return HEYGEN_UNSUPPORTED;
  const heygen_settings_1_v* settings = SERVICE(heygen_settings_1_v, HEYGEN_SETTINGS_1);
  if (settings->get(call, STR("url"), &base) != HEYGEN_OK || settings->get(call, STR("role_id"), &role) != HEYGEN_OK)
    return fail(call, HEYGEN_USAGE, STR("The address of the vault or the role is not set."),
                STR("Set providers.vault.url and providers.vault.role_id with `heygen config set`."));
  heygen_status status = SERVICE(heygen_terminal_1_v, HEYGEN_TERMINAL_1)->secret(call, STR("Secret ID: "), &secret);
  if (status != HEYGEN_OK) return status;
  heygen_field who[] = {{.name = STR("role_id"), .value = role}, {.name = STR("secret_id"), .value = secret}};
  status = ask(call, STR("POST"), base, "auth/approle/login", STR(""), object_of(call, who, 2), &answer);
  if (status != HEYGEN_OK) return status;
  if (text_at(call, JSON->member(answer, STR("auth")), STR("client_token"), &token) != HEYGEN_OK)
    return fail(call, HEYGEN_BROKEN, STR("The answer of the vault has no token."), STR("Check providers.vault.url."));
  /* Where the token came from is where it goes, whatever the setting says later. */
  heygen_field state[] = {{.name = STR("token"), .value = token}, {.name = STR("url"), .value = base}};
  status = call->sink->set_state(call, object_of(call, state, 2));
  return status == HEYGEN_OK ? derive_key(call, base, token) : status; /* so that the login can be checked */
}

static heygen_status HEYGEN_CALL revoke(const heygen_call* call) {
  const heygen_json* answer = NULL;
  heygen_str base, token;
  if (!fits(call)) return HEYGEN_UNSUPPORTED;
  heygen_status status = stored(call, &base, &token);
  return status == HEYGEN_OK ? ask(call, STR("POST"), base, "auth/token/revoke-self", token, STR(""), &answer) : status;
}

static const heygen_setting kUrl = {.struct_size = sizeof kUrl,
                                    .key = HEYGEN_LITERAL("url"),
                                    .type = HEYGEN_LITERAL("url"),
                                    .doc = HEYGEN_LITERAL("Address of the vault"),
                                    .env = HEYGEN_LITERAL("VAULT_ADDR")};
static const heygen_setting kRole = {.struct_size = sizeof kRole,
                                     .key = HEYGEN_LITERAL("role_id"),
                                     .type = HEYGEN_LITERAL("string"),
                                     .doc = HEYGEN_LITERAL("AppRole to log in with")};
static const heygen_setting* const kSettings[] = {&kUrl, &kRole};
static const heygen_str kEnv[] = {HEYGEN_LITERAL("VAULT_ADDR")};
static const heygen_str kNeeds[] = {HEYGEN_LITERAL("hosts=setting:url"), HEYGEN_LITERAL("hosts=state:url")};

static const heygen_descriptor kDescriptor = {.struct_size = sizeof kDescriptor,
                                              .flags = HEYGEN_PROVIDER_READS_STDIN,
                                              .id = HEYGEN_LITERAL("vault"),
                                              .version = HEYGEN_LITERAL("1.0.0"),
                                              .title = HEYGEN_LITERAL("Vault"),
                                              .note = HEYGEN_LITERAL("An example: short-lived API keys from a vault"),
                                              .order = 1000,
                                              .interactions = HEYGEN_INTERACTS_TERMINAL,
                                              .env = kEnv,
                                              .env_count = 1,
                                              .settings = kSettings,
                                              .settings_count = 2,
                                              .needs = kNeeds,
                                              .needs_count = 2};

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
