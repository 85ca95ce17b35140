// SPDX-License-Identifier: Apache-2.0
/* A provider that answers nothing, and its variants that each break one rule. HEYGEN_TEST_MARK names a file to which it
 * appends what happened to it. */
#include <heygen/provider.h>
#include <stdio.h>
#include <stdlib.h>

#ifndef MIN_MAJOR
#define MIN_MAJOR 1
#endif
#ifndef MAX_MAJOR
#define MAX_MAJOR 1
#endif
#ifndef ENTRY_SIZE
#define ENTRY_SIZE sizeof(heygen_provider_entry_v)
#endif
#ifndef API_SIZE
#define API_SIZE sizeof(heygen_provider_1)
#endif
#ifndef DESCRIPTOR_SIZE
#define DESCRIPTOR_SIZE sizeof(heygen_descriptor)
#endif
#ifndef DESCRIPTOR_FLAGS
#define DESCRIPTOR_FLAGS 0
#endif
#ifndef SETTING_SIZE
#define SETTING_SIZE sizeof(heygen_setting)
#endif
#ifndef INIT_STATUS
#define INIT_STATUS HEYGEN_OK
#endif

static void mark(const char* what) {
  const char* path = getenv("HEYGEN_TEST_MARK");
  FILE* file = path != NULL ? fopen(path, "a") : NULL;
  if (file == NULL) return;
  fprintf(file, "%s\n", what);
  fclose(file);
}

__attribute__((constructor)) static void loaded(void) {
  mark("loaded");
}

static heygen_status HEYGEN_CALL nothing(const heygen_call* call) {
  (void)call;
  return HEYGEN_NOT_CONFIGURED;
}

static const heygen_setting url = {
    SETTING_SIZE,      0, HEYGEN_LITERAL("url"), HEYGEN_LITERAL("url"), HEYGEN_LITERAL(""), HEYGEN_LITERAL("Where"),
    HEYGEN_LITERAL("")};
static const heygen_setting* const settings[] = {&url};

__attribute__((unused)) static const heygen_descriptor descriptor = {
    .struct_size = DESCRIPTOR_SIZE,
    .flags = DESCRIPTOR_FLAGS,
    .id = HEYGEN_LITERAL("sample"),
    .version = HEYGEN_LITERAL("1.2.3"),
#ifdef UNSOUND_STRING
    .title = {NULL, 5},
#else
    .title = HEYGEN_LITERAL("Sample"),
#endif
    .note = HEYGEN_LITERAL("For tests"),
    .order = 1000,
    .settings = settings,
    .settings_count = 1,
};

static const heygen_provider_1 api = {
    .struct_size = API_SIZE,
#ifndef NULL_DESCRIPTOR
    .descriptor = &descriptor,
#endif
    .resolve = nothing,
#ifndef NULL_REFRESH
    .refresh = nothing,
#endif
    .login = nothing,
    .revoke = nothing,
};

__attribute__((unused)) static heygen_status HEYGEN_CALL init(const heygen_host* host) {
  mark("init");
  return host != NULL && host->get_extension(host->context, (heygen_str)HEYGEN_LITERAL("unknown.extension/1")) == NULL
             ? INIT_STATUS
             : HEYGEN_INTERNAL;
}

static void HEYGEN_CALL deinit(void) {
  mark("deinit");
}

static const void* HEYGEN_CALL get_api(uint32_t major) {
#ifdef NO_API
  (void)major;
  return descriptor.struct_size == 0 ? &api : NULL;
#else
  return major == 1 ? &api : NULL;
#endif
}

#ifdef EXTRA_SYMBOL
extern HEYGEN_EXPORT int sample_extra;
int sample_extra = 1;
#endif

#ifdef NO_ENTRY
extern HEYGEN_EXPORT const heygen_provider_entry_v other_entry;
const heygen_provider_entry_v other_entry = {
#else
const heygen_provider_entry_v heygen_provider_entry = {
#endif
    .struct_size = ENTRY_SIZE,
    .min_major = MIN_MAJOR,
    .max_major = MAX_MAJOR,
#ifndef NULL_INIT
    .init = init,
#endif
    .deinit = deinit,
    .get_api = get_api,
};
