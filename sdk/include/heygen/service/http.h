/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HEYGEN_SERVICE_HTTP_H
#define HEYGEN_SERVICE_HTTP_H

#include <heygen/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/* heygen.http/1: HTTP with the host's proxies, CAs, timeouts and redaction, so
 * that a provider links no TLS library. Follows no redirect, retries nothing
 * (host-http), always verifies TLS. Plain http only to loopback addresses, to
 * link-local addresses (RFC 3927, RFC 4291 §2.5.6) that the manifest lists in
 * `needs`, and where the user set HEYGEN_ALLOW_HTTP (host-tls). `needs` has an
 * IPv6 address without its zone; the URL has one, as "http://[fe80::1%25eth0]/"
 * (RFC 6874), which stays out of the Host header. Limits: 64 headers sent, of
 * 64 KiB a value; 16 MiB a body sent; 100 header fields received. A provider
 * that declares hosts in `needs`, and every isolated one, reaches only those and
 * the API (host-hosts). */
#define HEYGEN_HTTP_1 "heygen.http/1"

/* Members that are 0 or empty have their default. */
typedef struct heygen_http_request {
  uint32_t struct_size;
  uint32_t timeout_ms; /* for the whole exchange; 0 means 30,000; at most 300,000 */
  heygen_str method;
  heygen_str url;
  const heygen_field* headers; /* not Host, Content-Length or hop-by-hop ones */
  size_t header_count;
  heygen_str body;

  /* Bytes of the longest response body; 0 means 1 MiB, at most 16 MiB. */
  size_t max_body;
  /* PEM (RFC 7468): trusted in addition to the user's CAs, for this request. */
  heygen_str extra_ca;
  /* PEM: a client certificate with its chain, and its private key (a secret,
   * not encrypted). Both or neither. */
  heygen_str client_certificate;
  heygen_str client_key;
  /* Path of a Unix domain socket to connect to in place of the URL's host: no
   * proxy then, and plain http is allowed. At most 107 bytes. */
  heygen_str unix_socket;
} heygen_http_request;

typedef struct heygen_http_response heygen_http_response;

typedef struct heygen_http_1_v {
  uint32_t struct_size;
  uint32_t reserved;

  /* HEYGEN_OK: a complete response, whatever its status. HEYGEN_BROKEN: its
   * body is longer than max_body (host-body-limit). HEYGEN_TRANSIENT: no complete response
   * (connection, TLS, timeout, cut short, too many headers); the host has worded it by fail().
   * HEYGEN_USAGE: a URL, header, certificate, key or socket path that it does not
   * use; the host has worded it. HEYGEN_CANCELED: stopped; during a refresh a request in
   * progress gets 5 s more first (host-refresh-grace).
   * [call] */
  heygen_status(HEYGEN_CALL* send)(const heygen_call* call, const heygen_http_request* request,
                                   const heygen_http_response** response);
  /* [call] */
  int32_t(HEYGEN_CALL* status)(const heygen_http_response* response);
  /* [call] */
  heygen_str(HEYGEN_CALL* body)(const heygen_http_response* response);
  /* The header's value, any case of its name; fields of one name are joined by
   * ", ". data is NULL when absent. Retry-After is in seconds, whatever form the
   * server chose (RFC 9110 §10.2.3).
   * [call] */
  heygen_str(HEYGEN_CALL* header)(const heygen_http_response* response, heygen_str name);
  /* How many header fields it has, in the order received. Walk them for those
   * that must not be joined, such as Set-Cookie (RFC 6265 §3). Retry-After is
   * one field here, in seconds too, at the place of the first.
   * [call] */
  size_t(HEYGEN_CALL* header_count)(const heygen_http_response* response);
  /* One of them; HEYGEN_USAGE past the end, *field untouched.
   * [call] */
  heygen_status(HEYGEN_CALL* header_at)(const heygen_http_response* response, size_t index, heygen_field* field);
  /* Frees the response, and whatever was read from it, before the provider
   * function returns: for those who poll. NULL is ignored.
   * [call] */
  void(HEYGEN_CALL* release)(const heygen_call* call, const heygen_http_response* response);
  /* application/x-www-form-urlencoded of one name or value.
   * [call] */
  heygen_str(HEYGEN_CALL* form_encode)(const heygen_call* call, heygen_str text);
} heygen_http_1_v;

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* HEYGEN_SERVICE_HTTP_H */
