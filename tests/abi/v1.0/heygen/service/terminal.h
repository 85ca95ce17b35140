/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HEYGEN_SERVICE_TERMINAL_H
#define HEYGEN_SERVICE_TERMINAL_H

#include <heygen/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/* heygen.terminal/1: stderr and stdin, with echo, signals and Ctrl-Z done right;
 * stdout is the host's. */
#define HEYGEN_TERMINAL_1 "heygen.terminal/1"

typedef struct heygen_terminal_1_v {
  uint32_t struct_size;
  uint32_t reserved;
  /* Non-zero when stdin is a terminal.
   * [call] */
  int32_t(HEYGEN_CALL* interactive)(const heygen_call* call);
  /* A line for the user, on stderr; control characters are made visible.
   * [call] */
  heygen_status(HEYGEN_CALL* notice)(const heygen_call* call, heygen_str text);
  /* Asks and reads one line, echoed. HEYGEN_NEEDS_USER when interaction is not
   * allowed (host-never-prompts).
   * [call] */
  heygen_status(HEYGEN_CALL* prompt)(const heygen_call* call, heygen_str text, heygen_str* answer);
  /* Likewise, hidden on a terminal. From a pipe: all of stdin up to 64 KiB,
   * more is HEYGEN_USAGE; without a trailing line end.
   * [call] */
  heygen_status(HEYGEN_CALL* secret)(const heygen_call* call, heygen_str text, heygen_str* answer);
  /* The user picks one of `count` items (1 to 1000), such as a role or an
   * account. *chosen is an index: before the call that of the suggested item,
   * afterwards that of the answer. A single item is not asked for.
   * HEYGEN_NEEDS_USER without a terminal, or when interaction is not allowed.
   * HEYGEN_CANCELED.
   * [call] */
  heygen_status(HEYGEN_CALL* menu)(const heygen_call* call, heygen_str title, const heygen_str* items, size_t count,
                                   size_t* chosen);
} heygen_terminal_1_v;

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* HEYGEN_SERVICE_TERMINAL_H */
