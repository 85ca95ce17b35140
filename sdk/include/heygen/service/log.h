/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HEYGEN_SERVICE_LOG_H
#define HEYGEN_SERVICE_LOG_H

#include <heygen/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/* heygen.log/1: shown with --verbose, redacted (host-secrets). */
#define HEYGEN_LOG_1 "heygen.log/1"

/* The host treats an unknown level as HEYGEN_LOG_DEBUG. */
enum { HEYGEN_LOG_DEBUG = 0, HEYGEN_LOG_INFO = 1, HEYGEN_LOG_WARNING = 2 };

typedef struct heygen_log_1_v {
  uint32_t struct_size;
  uint32_t reserved;
  /* One line, no secrets. Warnings are always shown.
   * [any] */
  void(HEYGEN_CALL* write)(const heygen_call* call, int32_t level, heygen_str text);
} heygen_log_1_v;

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* HEYGEN_SERVICE_LOG_H */
