// SPDX-License-Identifier: Apache-2.0
/* A library that a provider brings along. */
int further(void);
int further(void) {
  return 1;
}
