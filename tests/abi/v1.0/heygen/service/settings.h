/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HEYGEN_SERVICE_SETTINGS_H
#define HEYGEN_SERVICE_SETTINGS_H

#include <heygen/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/* heygen.settings/1: only what the descriptor declared, so that users and
 * administrators know what a provider reads (host-declared-only). */
#define HEYGEN_SETTINGS_1 "heygen.settings/1"

typedef struct heygen_settings_1_v {
  uint32_t struct_size;
  uint32_t reserved;
  /* The declared setting: what `auth login --set KEY=VALUE` gave for this login,
   * else its variable if that is not empty, else the key of config.toml, else
   * its fallback. What a login must remember it keeps in its state. HEYGEN_NOT_CONFIGURED: none of them, *value
   * empty. HEYGEN_USAGE: not declared. `bool` values are "true" or "false".
   * [call] */
  heygen_status(HEYGEN_CALL* get)(const heygen_call* call, heygen_str key, heygen_str* value);
  /* A declared environment variable. HEYGEN_NOT_CONFIGURED: unset or empty.
   * HEYGEN_USAGE: not declared.
   * [call] */
  heygen_status(HEYGEN_CALL* env)(const heygen_call* call, heygen_str name, heygen_str* value);
} heygen_settings_1_v;

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* HEYGEN_SERVICE_SETTINGS_H */
