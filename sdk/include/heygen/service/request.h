/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HEYGEN_SERVICE_REQUEST_H
#define HEYGEN_SERVICE_REQUEST_H

#include <heygen/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/* heygen.request/1: the API request that a credential is for, for those who sign
 * it (RFC 9449, RFC 9421). Set the reach HEYGEN_REACH_THIS_REQUEST then (host-request). */
#define HEYGEN_REQUEST_1 "heygen.request/1"

typedef struct heygen_request_1_v {
  uint32_t struct_size;
  uint32_t reserved;
  /* "GET"; empty when there is no request, such as for a report.
   * [call] */
  heygen_str(HEYGEN_CALL* method)(const heygen_call* call);
  /* Of this attempt, redirects included: "https://api.heygen.com/v3/users/me?a=b".
   * [call] */
  heygen_str(HEYGEN_CALL* url)(const heygen_call* call);
  /* SHA-256 of the body, 32 bytes; of no body that of the empty text.
   * HEYGEN_NOT_CONFIGURED: not known, such as of a file that is streamed.
   * [call] */
  heygen_status(HEYGEN_CALL* body_sha256)(const heygen_call* call, uint8_t* out);
  /* A header of the response that made the host ask again (such as DPoP-Nonce
   * of a 401, RFC 9449 §9); data is NULL when there was none, or it lacks the
   * header. Fields of one name are joined by ", ".
   * [call] */
  heygen_str(HEYGEN_CALL* refusal_header)(const heygen_call* call, heygen_str name);
} heygen_request_1_v;

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* HEYGEN_SERVICE_REQUEST_H */
