// SPDX-License-Identifier: Apache-2.0
// The one symbol that the library exports; each function calls its counterpart in Go.
#include "_cgo_export.h"

static heygen_status HEYGEN_CALL resolve(const heygen_call* call) {
  return heygenGoCall(0, (heygen_call*)call);
}
static heygen_status HEYGEN_CALL refresh(const heygen_call* call) {
  return heygenGoCall(1, (heygen_call*)call);
}
static heygen_status HEYGEN_CALL login(const heygen_call* call) {
  return heygenGoCall(2, (heygen_call*)call);
}
static heygen_status HEYGEN_CALL revoke(const heygen_call* call) {
  return heygenGoCall(3, (heygen_call*)call);
}

static heygen_status HEYGEN_CALL init(const heygen_host* host) {
  return host != NULL && host->struct_size >= sizeof *host ? HEYGEN_OK : HEYGEN_INTERNAL;
}
static void HEYGEN_CALL deinit(void) {}

static const void* HEYGEN_CALL get_api(uint32_t major) {
  static heygen_provider_1 provider = {
      .struct_size = sizeof provider, .resolve = resolve, .refresh = refresh, .login = login, .revoke = revoke};
  if (major != 1) return NULL;
  if (provider.descriptor == NULL) provider.descriptor = heygenGoDescriptor();
  return &provider;
}

const heygen_provider_entry_v heygen_provider_entry = {.struct_size = sizeof heygen_provider_entry,
                                                       .min_major = 1,
                                                       .max_major = 1,
                                                       .init = init,
                                                       .deinit = deinit,
                                                       .get_api = get_api};
