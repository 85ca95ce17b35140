/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HEYGEN_SERVICE_KEY_H
#define HEYGEN_SERVICE_KEY_H

#include <heygen/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/* heygen.key/1: private keys that the host keeps and the provider never sees, for
 * proofs of possession (RFC 9449). A key belongs to a login: those that login()
 * creates take the place of all earlier ones when the login is saved, and are
 * dropped when the login fails; one that it does not create again goes with the
 * login that it replaces. Keys go at logout and when the provider is removed
 * (host-keys). Kept beside the credentials, 0600, for one provider and
 * profile. */
#define HEYGEN_KEY_1 "heygen.key/1"

typedef struct heygen_key_1_v {
  uint32_t struct_size;
  uint32_t reserved;
  /* name: [a-z0-9][a-z0-9._-]{0,63} in all four, at most 8 keys a login. algorithm:
   * "ES256" or "Ed25519" (RFC 7518 §3.4, RFC 8037); HEYGEN_UNSUPPORTED for any
   * other. Only in login(), else HEYGEN_USAGE.
   * [call] */
  heygen_status(HEYGEN_CALL* create)(const heygen_call* call, heygen_str name, heygen_str algorithm);
  /* The public key as a JSON Web Key with its required members alone (RFC 7517,
   * RFC 8037 §2). HEYGEN_NOT_CONFIGURED: no such key.
   * HEYGEN_BROKEN: what is stored is damaged, and the user is told to log in
   * again; in login() there is no such key then.
   * [call] */
  heygen_status(HEYGEN_CALL* public_jwk)(const heygen_call* call, heygen_str name, heygen_str* jwk);
  /* Its thumbprint with SHA-256, base64url (RFC 7638). HEYGEN_NOT_CONFIGURED
   * likewise.
   * [call] */
  heygen_status(HEYGEN_CALL* thumbprint)(const heygen_call* call, heygen_str name, heygen_str* text);
  /* The signature of data as a JWS has it, 64 bytes (RFC 7518 §3.4: R and S;
   * RFC 8037 §3.1). HEYGEN_NOT_CONFIGURED likewise.
   * [call] */
  heygen_status(HEYGEN_CALL* sign)(const heygen_call* call, heygen_str name, heygen_str data, heygen_str* signature);
} heygen_key_1_v;

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* HEYGEN_SERVICE_KEY_H */
