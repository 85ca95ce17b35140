/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HEYGEN_SERVICE_CACHE_H
#define HEYGEN_SERVICE_CACHE_H

#include <heygen/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/* heygen.cache/1: what a provider derived and may lose, such as a short-lived
 * key that another credential buys (host-cache). A login belongs into the state, which
 * is never lost; a cache is never a login.
 *
 * Entries are bound to the values of the provider's declared variables and
 * settings and to its state: when one of them changes, the entries are gone.
 * Those of login() and refresh() are bound to the state that the call leaves,
 * whether set_state comes before or after put.
 * So are they at logout, when the provider is removed, and when they expire.
 * Kept beside the credentials, 0600, for one provider and profile. Limits: 64
 * entries, 64 KiB a value. All values are treated as secrets. */
#define HEYGEN_CACHE_1 "heygen.cache/1"

typedef struct heygen_cache_1_v {
  uint32_t struct_size;
  uint32_t reserved;
  /* key: [a-z0-9][a-z0-9._-]{0,63} in all three. HEYGEN_NOT_CONFIGURED: there is
   * none, or it has expired; *value empty. expires_at may be NULL.
   * [call] */
  heygen_status(HEYGEN_CALL* get)(const heygen_call* call, heygen_str key, heygen_str* value, heygen_time* expires_at);
  /* Takes the place of an entry of that key. A cache that cannot be written is
   * not an error: the host says so with --verbose. HEYGEN_USAGE: past the
   * limits, or already expired.
   * [call] */
  heygen_status(HEYGEN_CALL* put)(const heygen_call* call, heygen_str key, heygen_str value, heygen_time expires_at);
  /* [call] */
  heygen_status(HEYGEN_CALL* drop)(const heygen_call* call, heygen_str key);
} heygen_cache_1_v;

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* HEYGEN_SERVICE_CACHE_H */
