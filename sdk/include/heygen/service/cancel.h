/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HEYGEN_SERVICE_CANCEL_H
#define HEYGEN_SERVICE_CANCEL_H

#include <heygen/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/* heygen.cancel/1: whether the user stopped the command (host-cancels) */
#define HEYGEN_CANCEL_1 "heygen.cancel/1"

typedef struct heygen_cancel_1_v {
  uint32_t struct_size;
  uint32_t reserved;
  /* Non-zero once the user stopped the command: return HEYGEN_CANCELED within
   * 200 ms.
   * [any] */
  int32_t(HEYGEN_CALL* canceled)(const heygen_call* call);
  /* A file descriptor (on Windows a HANDLE) that polls readable from then on; -1
   * where the system has none. Never read from or close it.
   * [any] */
  intptr_t(HEYGEN_CALL* descriptor)(const heygen_call* call);
} heygen_cancel_1_v;

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* HEYGEN_SERVICE_CANCEL_H */
