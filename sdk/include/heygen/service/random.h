/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HEYGEN_SERVICE_RANDOM_H
#define HEYGEN_SERVICE_RANDOM_H

#include <heygen/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/* heygen.random/1: the system's generator (host-random) */
#define HEYGEN_RANDOM_1 "heygen.random/1"

typedef struct heygen_random_1_v {
  uint32_t struct_size;
  uint32_t reserved;
  /* size bytes (at most 4096) from the system's generator.
   * [call] */
  heygen_status(HEYGEN_CALL* fill)(const heygen_call* call, uint8_t* out, size_t size);
} heygen_random_1_v;

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* HEYGEN_SERVICE_RANDOM_H */
