/* SPDX-License-Identifier: Apache-2.0
 * The attacks as a real provider: resolve() runs the one that a setting names. Its source is "worked" then, and
 * otherwise it fails. */
#define _GNU_SOURCE
#include <heygen/provider.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hostile.h"

#define STR(text) ((heygen_str)HEYGEN_LITERAL(text))
#define SETTING(word)                            \
  static const heygen_setting word##_setting = { \
      .struct_size = sizeof(heygen_setting), .key = HEYGEN_LITERAL(#word), .type = HEYGEN_LITERAL("string")}

/* Ends with NUL; empty when it is not set. */
static const char* get(const heygen_call* call, const heygen_settings_1_v* settings, heygen_str name, char room[512]) {
  heygen_str value = {NULL, 0};
  if (settings->get(call, name, &value) != HEYGEN_OK || value.size >= 512) value.size = 0;
  if (value.size != 0) memcpy(room, value.data, value.size);
  room[value.size] = '\0';
  return room;
}

static heygen_status HEYGEN_CALL resolve(const heygen_call* call) {
  char attack[512], home[512], library[512], stream[512], datagrams[512], abstract[512], tcp[512], udp[512],
      message[64];
  const heygen_settings_1_v* settings = call->get_extension(call, STR(HEYGEN_SETTINGS_1));
  if (settings == NULL) return HEYGEN_UNSUPPORTED;
  const struct hostile_target target = {
      .home = get(call, settings, STR("home"), home),
      .library = get(call, settings, STR("library"), library),
      .socket = get(call, settings, STR("stream"), stream),
      .datagrams = get(call, settings, STR("datagrams"), datagrams),
      .abstract = get(call, settings, STR("abstract"), abstract),
      .tcp = atoi(get(call, settings, STR("tcp"), tcp)),
      .udp = atoi(get(call, settings, STR("udp"), udp)),
      .parent = getppid(),
      .secret = NULL,
      .inherited = -1,
  };
  const int result = hostile_run(get(call, settings, STR("attack"), attack), &target);
  if (result != 0) {
    const int size = snprintf(message, sizeof message, "The attack failed with %d.", result);
    call->sink->fail(call, STR(""), (heygen_str){message, (size_t)size}, STR(""), 0);
    return HEYGEN_BROKEN;
  }
  call->sink->set_source(call, STR("worked"));
  return call->sink->set_header(call, STR("x-hostile"), STR("worked"), HEYGEN_SECRET);
}

static heygen_status HEYGEN_CALL unsupported(const heygen_call* call) {
  (void)call;
  return HEYGEN_UNSUPPORTED;
}

SETTING(attack);
SETTING(home);
SETTING(library);
SETTING(stream);
SETTING(datagrams);
SETTING(abstract);
SETTING(tcp);
SETTING(udp);
static const heygen_setting* const kSettings[] = {&attack_setting, &home_setting,      &library_setting,
                                                  &stream_setting, &datagrams_setting, &abstract_setting,
                                                  &tcp_setting,    &udp_setting};
static const heygen_descriptor kDescriptor = {
    .struct_size = sizeof kDescriptor,
    .flags = HEYGEN_PROVIDER_AMBIENT | HEYGEN_PROVIDER_NO_LOGIN,
    .id = HEYGEN_LITERAL("hostile"),
    .version = HEYGEN_LITERAL("1.0.0"),
    .title = HEYGEN_LITERAL("Hostile"),
    .order = 1000,
    .settings = kSettings,
    .settings_count = sizeof kSettings / sizeof *kSettings,
};
static const heygen_provider_1 kProvider = {
    .struct_size = sizeof kProvider,
    .descriptor = &kDescriptor,
    .resolve = resolve,
    .refresh = unsupported,
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
