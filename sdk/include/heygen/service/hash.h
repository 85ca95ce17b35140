/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HEYGEN_SERVICE_HASH_H
#define HEYGEN_SERVICE_HASH_H

#include <heygen/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/* heygen.hash/1: digests (FIPS 180-4), HMAC (RFC 2104) and base64url (RFC 4648
 * §5), so that a provider links no crypto library (host-digests). */
#define HEYGEN_HASH_1 "heygen.hash/1"

typedef struct heygen_hash_1_v {
  uint32_t struct_size;
  uint32_t reserved;
  /* out: 32 bytes.
   * [any] */
  void(HEYGEN_CALL* sha256)(heygen_str data, uint8_t* out);
  /* out: 48 bytes.
   * [any] */
  void(HEYGEN_CALL* sha384)(heygen_str data, uint8_t* out);
  /* out: 64 bytes.
   * [any] */
  void(HEYGEN_CALL* sha512)(heygen_str data, uint8_t* out);
  /* With SHA-256; out: 32 bytes.
   * [any] */
  void(HEYGEN_CALL* hmac_sha256)(heygen_str key, heygen_str data, uint8_t* out);
  /* Without padding.
   * [call] */
  heygen_str(HEYGEN_CALL* base64url)(const heygen_call* call, heygen_str data);
  /* The bytes of base64url text, with or without padding. HEYGEN_USAGE for any
   * other text, *data empty.
   * [call] */
  heygen_status(HEYGEN_CALL* base64url_decode)(const heygen_call* call, heygen_str text, heygen_str* data);
  /* Non-zero when equal; the time taken depends on the sizes alone.
   * [any] */
  int32_t(HEYGEN_CALL* equal)(heygen_str left, heygen_str right);
} heygen_hash_1_v;

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* HEYGEN_SERVICE_HASH_H */
