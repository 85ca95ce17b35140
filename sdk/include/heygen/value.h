/* SPDX-License-Identifier: Apache-2.0
 *
 * heygen/value.h: the values that cross the interface. Include heygen/provider.h, which explains the rules.
 */
#ifndef HEYGEN_VALUE_H
#define HEYGEN_VALUE_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32) && !defined(_WIN64)
#define HEYGEN_CALL __cdecl
#else
#define HEYGEN_CALL
#endif

#if defined(_WIN32)
#define HEYGEN_EXPORT __declspec(dllexport)
#elif defined(__GNUC__)
#define HEYGEN_EXPORT __attribute__((visibility("default")))
#else
#define HEYGEN_EXPORT
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* A view of UTF-8 text or bytes. Fixed for ever, hence without struct_size. */
typedef struct heygen_str {
  const char* data;
  size_t size;
} heygen_str;

/* A heygen_str of a string literal: as an initializer of a constant. */
#define HEYGEN_LITERAL(text) \
  { text, sizeof(text) - 1 }

/* Flags of a value. Unknown bits are ignored by the side that reads them. */
enum { HEYGEN_SECRET = 1 };

/* A name and its value, such as a header field. Fixed for ever, hence without
 * struct_size. */
typedef struct heygen_field {
  heygen_str name;
  heygen_str value;
  uint32_t flags; /* HEYGEN_SECRET keeps the value out of logs */
  uint32_t reserved;
} heygen_field;

/* Seconds since 1970-01-01T00:00:00Z, UTC. */
typedef int64_t heygen_time;

/* The outcome of a provider function or a host service. Values are never
 * reused; each side treats an unknown one as HEYGEN_INTERNAL. The second column
 * is what the user sees when the status ends the credential chain (host-status).
 *
 *   OK              it worked
 *   NOT_CONFIGURED  nothing here: the next provider is asked. Last in the
 *                   chain: auth_error, exit 3, with how to log in
 *   BROKEN          something is here but unusable; never skipped:
 *                   auth_error, exit 3
 *   REJECTED        the server refused the credential: auth_error, exit 3,
 *                   "log in again"
 *   NEEDS_USER      the user is needed and interaction is not allowed:
 *                   auth_error, exit 3
 *   TRANSIENT       network, server 5xx or timeout, try later:
 *                   network_error, exit 1. Never "log in again"
 *   USAGE           wrong options or settings: usage_error, exit 2
 *   UNSUPPORTED     reserved or not built in: usage_error, exit 2
 *   CANCELED        the user stopped it: canceled, exit 1
 *   INTERNAL        a bug in the provider, which is named: error, exit 1
 */
typedef int32_t heygen_status;
enum {
  HEYGEN_OK = 0,
  HEYGEN_NOT_CONFIGURED = 1,
  HEYGEN_BROKEN = 2,
  HEYGEN_REJECTED = 3,
  HEYGEN_NEEDS_USER = 4,
  HEYGEN_TRANSIENT = 5,
  HEYGEN_USAGE = 6,
  HEYGEN_UNSUPPORTED = 7,
  HEYGEN_CANCELED = 8,
  HEYGEN_INTERNAL = 9
};

/* One call into a provider; heygen/provider.h has its members. */
typedef struct heygen_call heygen_call;

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* HEYGEN_VALUE_H */
