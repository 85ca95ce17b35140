// SPDX-License-Identifier: Apache-2.0
/* As provider.c, for a machine that has a credential by itself: no login, nothing stored, and a refresh before the
 * first header. */
#include <heygen/provider.h>
#include <string.h>

#define STR(text) ((heygen_str)HEYGEN_LITERAL(text))
#define SERVICE(type, id) ((const type*)call->get_extension(call, STR(id)))
#define JSON SERVICE(heygen_json_1_v, HEYGEN_JSON_1)
#define HTTP SERVICE(heygen_http_1_v, HEYGEN_HTTP_1)
#define CACHE SERVICE(heygen_cache_1_v, HEYGEN_CACHE_1)

static int fits(const heygen_call* call) {
  if (call->struct_size < sizeof *call || call->sink->struct_size < sizeof *call->sink) return 0;
  return JSON != NULL && HTTP != NULL && CACHE != NULL;
}

static heygen_status HEYGEN_CALL resolve(const heygen_call* call) {
  heygen_str token;
  heygen_time expiry;
  if (!fits(call)) return HEYGEN_UNSUPPORTED;
  call->sink->set_refreshable(call, 1);
  heygen_status status = CACHE->get(call, STR("token"), &token, &expiry);
  if (status == HEYGEN_NOT_CONFIGURED) return HEYGEN_OK; /* the host refreshes first */
  if (status != HEYGEN_OK) return status;
  call->sink->set_type(call, STR("token"));
  call->sink->set_source(call, STR("machine"));
  call->sink->set_expiry(call, expiry);
  return call->sink->set_header(call, STR("x-machine-token"), token, HEYGEN_SECRET);
}

static heygen_status HEYGEN_CALL refresh(const heygen_call* call) {
  const heygen_http_response* response = NULL;
  if (!fits(call)) return HEYGEN_UNSUPPORTED;
  heygen_http_request request = {
      .struct_size = sizeof request, .method = STR("PUT"), .url = STR("https://metadata.heygen-check.invalid/token")};
  heygen_status status = HTTP->send(call, &request, &response);
  if (status != HEYGEN_OK) return status;
  if (HTTP->status(response) >= 500) return HEYGEN_TRANSIENT;
  if (HTTP->status(response) != 200) return HEYGEN_REJECTED;
  const heygen_json* document = JSON->parse(call, HTTP->body(response));
  heygen_str token = JSON->text(JSON->member(document, STR("access_token")));
  int64_t lifetime = 60;
  if (token.size == 0) return HEYGEN_BROKEN;
  JSON->int64(JSON->member(document, STR("expires_in")), &lifetime);
#ifdef FAULT_REFRESH_NOTHING
  return HEYGEN_OK;
#else
  status = CACHE->put(call, STR("token"), token, call->now + lifetime);
  return status == HEYGEN_CANCELED ? status : HEYGEN_OK;
#endif
}

static heygen_status HEYGEN_CALL unsupported(const heygen_call* call) {
  (void)call;
  return HEYGEN_UNSUPPORTED;
}

static const heygen_str kNeeds[] = {HEYGEN_LITERAL("hosts=metadata.heygen-check.invalid")};
static const heygen_descriptor kDescriptor = {
    .struct_size = sizeof kDescriptor,
    .flags = HEYGEN_PROVIDER_AMBIENT | HEYGEN_PROVIDER_NO_LOGIN,
    .id = HEYGEN_LITERAL("sample"),
    .version = HEYGEN_LITERAL("1.0.0"),
    .title = HEYGEN_LITERAL("Sample"),
    .order = 1000,
    .needs = kNeeds,
    .needs_count = 1,
};
static const heygen_provider_1 kProvider = {
    .struct_size = sizeof kProvider,
    .descriptor = &kDescriptor,
    .resolve = resolve,
    .refresh = refresh,
    .login = unsupported,
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
