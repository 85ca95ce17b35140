/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HEYGEN_SERVICE_CLOCK_H
#define HEYGEN_SERVICE_CLOCK_H

#include <heygen/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/* heygen.clock/1: the host's clock, which a test may set (host-clock). */
#define HEYGEN_CLOCK_1 "heygen.clock/1"

typedef struct heygen_clock_1_v {
  uint32_t struct_size;
  uint32_t reserved;
  /* [call] */
  heygen_time(HEYGEN_CALL* now)(const heygen_call* call);
  /* Milliseconds from an arbitrary start that never step back.
   * [call] */
  int64_t(HEYGEN_CALL* monotonic_ms)(const heygen_call* call);
  /* HEYGEN_OK after the time, HEYGEN_CANCELED as soon as the user stops it.
   * [call] */
  heygen_status(HEYGEN_CALL* wait_ms)(const heygen_call* call, uint32_t milliseconds);
  /* seconds since 1970 as RFC 3339 in UTC, "2030-01-02T03:04:05Z".
   * [call] */
  heygen_str(HEYGEN_CALL* format)(const heygen_call* call, heygen_time time);
  /* RFC 3339 with any offset and fraction (cut off). HEYGEN_USAGE when it is
   * none.
   * [call] */
  heygen_status(HEYGEN_CALL* parse)(const heygen_call* call, heygen_str text, heygen_time* out);
} heygen_clock_1_v;

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* HEYGEN_SERVICE_CLOCK_H */
