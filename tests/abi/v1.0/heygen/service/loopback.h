/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HEYGEN_SERVICE_LOOPBACK_H
#define HEYGEN_SERVICE_LOOPBACK_H

#include <heygen/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/* heygen.loopback/1: the redirect listener of a native app (RFC 8252 §7.3).
 * Only during a login. The host may also take the redirected address from the
 * terminal, for a browser on another machine; to the provider it looks the
 * same. Limits: 256 characters a path; 32 KiB a request's head (431 past it), as
 * a browser sends localhost the cookies of every local server; 32 KiB a form
 * (413), which needs a Content-Length (411); 10 s a request; 16 connections,
 * of which the oldest makes room. */
#define HEYGEN_LOOPBACK_1 "heygen.loopback/1"

/* How the redirect delivers its parameters. The host refuses an unknown one. */
enum {
  HEYGEN_REDIRECT_QUERY = 0,    /* a GET with a query                                 */
  HEYGEN_REDIRECT_FORM_POST = 1 /* a POST of a form (OAuth 2.0 Form Post Response Mode) */
};

/* Members that are 0 or empty have their default. */
typedef struct heygen_loopback_options {
  uint32_t struct_size;
  int32_t mode;    /* HEYGEN_REDIRECT_* */
  heygen_str path; /* starts with '/', without '?' and '#'; default "/callback" */
  /* As registered with the server: "127.0.0.1" (default), "localhost" (which
   * listens on both addresses) or "[::1]". The listener accepts only
   * connections from this machine. */
  heygen_str host;
  uint32_t port; /* as registered, 1 to 65535; 0: the system's choice */
  uint32_t reserved;
} heygen_loopback_options;

typedef struct heygen_loopback heygen_loopback;

typedef struct heygen_loopback_1_v {
  uint32_t struct_size;
  uint32_t reserved;

  /* Listens. options may be NULL: all defaults. HEYGEN_USAGE: a port that
   * another program uses, or an option that is not valid; the host has worded
   * it. HEYGEN_UNSUPPORTED outside of a login. Closed at the latest when the provider function returns.
   * [call] */
  heygen_status(HEYGEN_CALL* open)(const heygen_call* call, const heygen_loopback_options* options,
                                   heygen_loopback** listener);
  /* "http://127.0.0.1:PORT/path": use it byte for byte, twice (RFC 6749
   * §4.1.3).
   * [call] */
  heygen_str(HEYGEN_CALL* redirect_uri)(const heygen_loopback* listener);
  /* Waits for one request of exactly this path and mode with the right Host;
   * every other request gets 4xx and the wait continues (host-redirect).
   * HEYGEN_OK: the parameters are there and the browser waits for respond(). HEYGEN_BROKEN: a
   * parameter is repeated (RFC 6749 §3.1), and the browser was told
   * (host-repeated-parameter). HEYGEN_TRANSIENT: timed out. HEYGEN_CANCELED.
   * [call] */
  heygen_status(HEYGEN_CALL* wait)(const heygen_call* call, heygen_loopback* listener, uint32_t timeout_ms);
  /* A decoded parameter; data is NULL when absent.
   * [call] */
  heygen_str(HEYGEN_CALL* param)(const heygen_loopback* listener, heygen_str name);
  /* The page that the user sees (200 when success is non-zero, else 400), and
   * the end of listening. message is shown as plain text.
   * [call] */
  heygen_status(HEYGEN_CALL* respond)(const heygen_call* call, heygen_loopback* listener, int32_t success,
                                      heygen_str message);
} heygen_loopback_1_v;

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* HEYGEN_SERVICE_LOOPBACK_H */
