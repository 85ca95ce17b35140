/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HEYGEN_SERVICE_BROWSER_H
#define HEYGEN_SERVICE_BROWSER_H

#include <heygen/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/* heygen.browser/1: the user's browser, started without the variables that hold
 * credentials (host-secrets). */
#define HEYGEN_BROWSER_1 "heygen.browser/1"

typedef struct heygen_browser_1_v {
  uint32_t struct_size;
  uint32_t reserved;
  /* Non-zero unless the user or the administrator switched browsers off.
   * [call] */
  int32_t(HEYGEN_CALL* allowed)(const heygen_call* call);
  /* http and https only. HEYGEN_UNSUPPORTED: not allowed, or no opener is
   * installed. An opener that fails later is reported to the user by the host
   * (host-browser).
   * Print the URL first, by heygen.terminal/1.
   * [call] */
  heygen_status(HEYGEN_CALL* open)(const heygen_call* call, heygen_str url);
} heygen_browser_1_v;

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* HEYGEN_SERVICE_BROWSER_H */
