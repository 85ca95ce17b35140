/* SPDX-License-Identifier: Apache-2.0
 *
 * heygen/provider.h: the credential provider interface, ABI version 1.0.
 *
 * A provider is a shared library that gives `heygen` the header(s) which
 * authenticate a request. It exports exactly one symbol, a constant
 * `heygen_provider_entry`, and lives beside a manifest `<id>.provider.json`.
 * This header is C11 and C++11, includes nothing but <stddef.h> and
 * <stdint.h>, and assumes no operating system.
 *
 * Rules for both sides. H1, H2, … are the duties of the host, listed with their
 * tests in docs/host-duties.md; docs/provider-rules.md lists the provider's.
 *
 *  Sizes    Every struct that a caller fills starts with `struct_size`, set to
 *           sizeof the struct as the caller knows it. The callee reads
 *           min(struct_size, its own size) bytes and refuses a struct smaller
 *           than version 1.0 had (H26). A released struct never changes;
 *           growth is by get_extension() under a new ID (H1).
 *  Strings  heygen_str is a view: UTF-8, not NUL-terminated, data may be NULL
 *           when size is 0. Whatever a function receives is valid until that
 *           function returns. Whatever a host service returns is owned by the
 *           host and valid until the provider function that asked for it
 *           returns. Neither side frees memory of the other.
 *  Outputs  A provider answers through heygen_sink, which copies.
 *  Secrets  Mark them with HEYGEN_SECRET. The host wipes its copies, keeps them
 *           out of logs and never puts them into an argument vector
 *           (H20).
 *  Errors   No exception, longjmp or signal crosses this boundary. A throw out
 *           of a C entry point ends the process, which names the provider
 *           (H29); the C++ wrapper (heygen/provider.hpp) catches
 *           everything for you.
 *  Threads  The last line of each function's comment is its thread tag:
 *             [call]  on the thread of the provider function that is running,
 *                     until that function returns (H28)
 *             [any]   from any thread, until that function returns
 *             [load]  on the thread that loads the provider, one at a time
 *           The host never calls providers from two threads at once (H4).
 */
#ifndef HEYGEN_PROVIDER_H
#define HEYGEN_PROVIDER_H

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

/* The interface major version that this header describes. */
#define HEYGEN_ABI_MAJOR 1u

/* ---- Values ------------------------------------------------------------ */

/* A view of UTF-8 text or bytes. Fixed for ever, hence without struct_size. */
typedef struct heygen_str {
  const char* data;
  size_t size;
} heygen_str;

/* A heygen_str of a string literal: as an initializer of a constant. */
#define HEYGEN_LITERAL(text) \
  { text, sizeof(text) - 1 }

/* Seconds since 1970-01-01T00:00:00Z, UTC. */
typedef int64_t heygen_time;

/* The outcome of a provider function or a host service. Values are never
 * reused; treat an unknown one as HEYGEN_INTERNAL. The second column is what
 * the user sees when the status ends the credential chain (H9).
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
 *   CANCELLED       the user stopped it: canceled, exit 1
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
  HEYGEN_CANCELLED = 8,
  HEYGEN_INTERNAL = 9
};

/* Why the host calls. */
typedef int32_t heygen_reason;
enum {
  HEYGEN_REASON_FIRST_USE = 1,   /* a request needs a credential                    */
  HEYGEN_REASON_NEAR_EXPIRY = 2, /* what you gave expires within the host's skew    */
  HEYGEN_REASON_REFUSED = 3,     /* the server answered 401; see www_authenticate   */
  HEYGEN_REASON_LOGIN = 4,       /* the user asked to log in                        */
  HEYGEN_REASON_LOGOUT = 5,      /* the user asked to log out                       */
  HEYGEN_REASON_REPLACED = 6,    /* another login took this one's place             */
  HEYGEN_REASON_EXPLAIN = 7      /* a report: no request follows, network is off    */
};

/* Whether the user may be asked. */
typedef int32_t heygen_interaction;
enum {
  HEYGEN_INTERACTION_NEVER = 0,       /* answer or return HEYGEN_NEEDS_USER        */
  HEYGEN_INTERACTION_IF_TERMINAL = 1, /* heygen.terminal/1 says whether one is there */
  HEYGEN_INTERACTION_ALWAYS = 2       /* the user is waiting for it: a login       */
};

/* How far an answer reaches (cf. Cargo's credential provider protocol). */
typedef int32_t heygen_reach;
enum {
  HEYGEN_REACH_ANY_REQUEST = 0, /* the host may use it for every request; default */
  HEYGEN_REACH_THIS_REQUEST = 1 /* made for this method and path: ask each time   */
};

/* Flags of a value handed to a sink. Unknown bits are ignored. */
enum { HEYGEN_SECRET = 1 };

/* ---- What a provider function receives ---------------------------------- */

typedef struct heygen_call heygen_call;

/* Where results go. All members are set. A function that refuses its argument
 * returns HEYGEN_USAGE, changes nothing, and the host reports a bug in the
 * provider unless the provider function ends in another error (H8). */
typedef struct heygen_sink {
  uint32_t struct_size;
  uint32_t reserved;

  /* One request header; the same name again replaces it. At most 16. Refused:
   * an empty name; CR, LF or NUL; Host, Content-*, hop-by-hop (RFC 9110 §7.6.1)
   * and X-HeyGen-* names; Authorization together with x-api-key (H5).
   * [call] */
  heygen_status(HEYGEN_CALL* set_header)(const heygen_call* call, heygen_str name, heygen_str value, uint32_t flags);

  /* Changes the provider's stored state by a JSON merge patch (RFC 7396): an
   * object; omitted members stay, null deletes. Numbers are kept to the last
   * digit. At most 1 MiB. Calls add up (H6). Only for refresh() and
   * login(), and only with HEYGEN_OK (H7): the host saves the state of a
   * refresh, and that of a login unless resolve() or the API then refuses it:
   * revoke() gets that state. From any other function, resolve()
   * included, and with any other status the patch is dropped.
   * [call] */
  heygen_status(HEYGEN_CALL* set_state)(const heygen_call* call, heygen_str json_merge_patch);

  /* What kind of credential this is: "api_key", "oauth" or a word of your own,
   * [a-z][a-z0-9_]{0,31}. Shown by `auth status`.
   * [call] */
  heygen_status(HEYGEN_CALL* set_type)(const heygen_call* call, heygen_str type);

  /* Where it came from: "env", "file" or a word of your own. Default "file"
   * (H31).
   * [call] */
  heygen_status(HEYGEN_CALL* set_source)(const heygen_call* call, heygen_str source);

  /* Granted scope, space-separated (RFC 6749 §3.3).
   * [call] */
  heygen_status(HEYGEN_CALL* set_scope)(const heygen_call* call, heygen_str scope);

  /* When the headers stop working. Not called: unknown, a 401 will tell.
   * [call] */
  heygen_status(HEYGEN_CALL* set_expiry)(const heygen_call* call, heygen_time expires_at);

  /* Non-zero: refresh() can refresh this credential without the user.
   * [call] */
  heygen_status(HEYGEN_CALL* set_refreshable)(const heygen_call* call, int32_t refreshable);

  /* For which requests the host may use these headers: a HEYGEN_REACH_* value,
   * by default HEYGEN_REACH_ANY_REQUEST (H32).
   * [call] */
  heygen_status(HEYGEN_CALL* set_reach)(const heygen_call* call, heygen_reach reach);

  /* Says more about the error that the function is about to return. `code` is a
   * stable machine code such as an OAuth error code, or empty. `message` is one
   * sentence; `hint` the next step, or empty. `retry_after` in seconds, 0 for
   * unknown. Without it the host words the status itself. No secrets (H10).
   * [call] */
  heygen_status(HEYGEN_CALL* fail)(const heygen_call* call, heygen_str code, heygen_str message, heygen_str hint,
                                   int32_t retry_after);
} heygen_sink;

/* One call into the provider. Filled by the host; valid until the provider
 * function returns (H4). */
struct heygen_call {
  uint32_t struct_size;
  uint32_t host_major; /* the interface version agreed on                     */
  void* host;          /* the host's own                                      */
  const heygen_sink* sink;

  /* A host service (see below), or NULL when this host does not know the ID
   * (H11).
   * [call] */
  const void*(HEYGEN_CALL* get_extension)(const heygen_call* call, heygen_str id);

  heygen_reason reason;
  heygen_interaction interaction;
  heygen_time now;             /* the host's clock at the start of the call    */
  heygen_str host_version;     /* "1.0.0"                                      */
  heygen_str api_base;         /* "https://api.heygen.com", without final '/'  */
  heygen_str method;           /* of the request, "" when there is none        */
  heygen_str path;             /* of the request with query, "" likewise       */
  heygen_str profile;          /* "" until profiles exist                      */
  heygen_str www_authenticate; /* of the 401, "" otherwise (RFC 9110 §11.6.1)  */
  heygen_str state;            /* JSON object: what set_state stored, or "{}"  */
};

/* ---- What a provider is -------------------------------------------------- */

/* How a login may involve the user. */
enum {
  HEYGEN_INTERACTS_NONE = 0,
  HEYGEN_INTERACTS_TERMINAL = 1, /* asks a question on the terminal or stdin  */
  HEYGEN_INTERACTS_BROWSER = 2   /* opens a browser or shows a URL            */
};

/* Descriptor flags. Unknown bits are ignored. */
enum {
  HEYGEN_PROVIDER_AMBIENT = 1,     /* ask it even when neither a variable nor its slot is set */
  HEYGEN_PROVIDER_READS_STDIN = 2, /* its login may take a line from a pipe on stdin          */
  HEYGEN_PROVIDER_NO_LOGIN = 4     /* it has no login: the host offers none                   */
};

/* A key of the section `providers.<id>` in config.toml. */
typedef struct heygen_setting {
  uint32_t struct_size;
  int32_t required;    /* non-zero: the provider cannot work without it      */
  heygen_str key;      /* [a-z][a-z0-9_]{0,63}                               */
  heygen_str type;     /* "string", "url", "bool" or "int"                   */
  heygen_str fallback; /* used when absent; "" for none                      */
  heygen_str doc;      /* one line                                           */
  heygen_str env;      /* a variable of the descriptor's list that overrides it, or "" */
} heygen_setting;

/* The provider as data. The manifest beside the library says the same; a library
 * that its manifest contradicts is refused (H27). */
typedef struct heygen_descriptor {
  uint32_t struct_size;
  uint32_t flags;
  heygen_str id;         /* [a-z][a-z0-9-]{1,31}; also the login flag --<id>        */
  heygen_str version;    /* of the provider, "1.0.0"                                */
  heygen_str title;      /* "API key", at most 40 characters                        */
  heygen_str note;       /* one line for the login picker, at most 80 characters    */
  int32_t order;         /* place in picker and chain, smaller first; 1000 is usual */
  uint32_t interactions; /* HEYGEN_INTERACTS_* of its login                         */
  const heygen_str* env; /* environment variables it reads                          */
  size_t env_count;
  /* Variables that hold a credential by themselves: one of them set makes the
   * host ask this provider. A subset of `env`. */
  const heygen_str* credential_env;
  size_t credential_env_count;
  const heygen_setting* settings;
  size_t settings_count;
  /* Names of settings (true) or variables (not empty), one of which must be set
   * before the login is offered. Empty: always offered. */
  const heygen_str* enabled_by;
  size_t enabled_by_count;
} heygen_descriptor;

/* What the server made of the headers that resolve() gave. */
typedef struct heygen_outcome {
  uint32_t struct_size;
  int32_t http_status; /* of the final response */
  int32_t accepted;    /* 0: the credential was refused (401) */
  int32_t reserved;
} heygen_outcome;

/* Version 1 of a provider. `report_outcome` and `get_extension` may be NULL
 * here: the loader fills them with stubs. A provider without HEYGEN_OK results
 * to give in `refresh`, `login` or `revoke` returns HEYGEN_UNSUPPORTED there. */
typedef struct heygen_provider_1 {
  uint32_t struct_size;
  uint32_t reserved;
  const heygen_descriptor* descriptor;

  /* From state and environment to headers; only from state when the reason is
   * HEYGEN_REASON_LOGIN: the host then verifies what a login has just stored
   * (H13). With HEYGEN_REASON_EXPLAIN the network is off (H14).
   * Never asks the user unless call->interaction allows it. HEYGEN_OK needs at
   * least one header, or set_refreshable(1) without any: then the host
   * refreshes first and resolves again (H30). Sets type, source, scope, expiry
   * and reach where known.
   * [call] */
  heygen_status(HEYGEN_CALL* resolve)(const heygen_call* call);

  /* Refreshes the stored state through set_state; the host saves it and resolves
   * again. Runs alone among all threads and processes that share the
   * credentials file, with the state as it is now in that file (H22).
   * Without HEYGEN_OK the file stays as it is.
   * [call] */
  heygen_status(HEYGEN_CALL* refresh)(const heygen_call* call);

  /* A new credential, from the user or stdin, through set_state. A login
   * replaces all members that this provider knows: it nulls those it has no
   * value for. Members of others stay.
   * [call] */
  heygen_status(HEYGEN_CALL* login)(const heygen_call* call);

  /* Tells the issuer to forget the credential in call->state. The host drops it
   * from the file whatever this returns. HEYGEN_OK: the issuer confirmed.
   * HEYGEN_UNSUPPORTED: such a credential cannot be revoked. At most 5 s
   * (H18).
   * [call] */
  heygen_status(HEYGEN_CALL* revoke)(const heygen_call* call);

  /* May be NULL. Its result is ignored (H33).
   * [call] */
  heygen_status(HEYGEN_CALL* report_outcome)(const heygen_call* call, const heygen_outcome* outcome);

  /* May be NULL. Optional abilities of the provider, by id; NULL when unknown.
   * [load] */
  const void*(HEYGEN_CALL* get_extension)(heygen_str id);
} heygen_provider_1;

/* What a library may use before and beyond single calls. Valid until deinit. */
typedef struct heygen_host {
  uint32_t struct_size;
  uint32_t major; /* the interface version agreed on */
  heygen_str version;
  void* context;

  /* Services that outlive a call, by id; NULL when unknown. 1.0 has none.
   * [load] */
  const void*(HEYGEN_CALL* get_extension)(void* context, heygen_str id);
} heygen_host;

/* The one exported symbol. The host takes the highest major version that both
 * know; none in common is refused with both ranges named (H25). */
typedef struct heygen_provider_entry_v {
  uint32_t struct_size;
  uint32_t min_major;
  uint32_t max_major;
  uint32_t reserved;

  /* Before anything else, once per successful load. Anything but HEYGEN_OK
   * refuses the library (H2).
   * [load] */
  heygen_status(HEYGEN_CALL* init)(const heygen_host* host);

  /* After the last call, once per successful init. Libraries stay mapped.
   * [load] */
  void(HEYGEN_CALL* deinit)(void);

  /* const heygen_provider_1* for major 1; NULL for a version not offered.
   * [load] */
  const void*(HEYGEN_CALL* get_api)(uint32_t major);
} heygen_provider_entry_v;

extern HEYGEN_EXPORT const heygen_provider_entry_v heygen_provider_entry;

/* ---- Host services ------------------------------------------------------- *
 *
 * Asked for by id through call->get_extension; frozen once released. They
 * behave as the host itself does, and all of them observe cancellation.
 *
 * Reserved for later: heygen.sign/1 (request signing), heygen.dpop/1 (RFC
 * 9449), heygen.mtls/1 (RFC 8705).
 */

/* -- heygen.http/1: HTTP with the host's proxies, CAs, timeouts and redaction.
 * Follows no redirect, retries nothing (H34), refuses http:// unless the user
 * set HEYGEN_ALLOW_HTTP (H19), verifies TLS always. */
#define HEYGEN_HTTP_1 "heygen.http/1"

typedef struct heygen_http_header {
  heygen_str name;
  heygen_str value;
} heygen_http_header;

typedef struct heygen_http_request {
  uint32_t struct_size;
  uint32_t timeout_ms; /* for the whole exchange; 0 means 30,000; at most 300,000 */
  heygen_str method;
  heygen_str url;
  const heygen_http_header* headers; /* not Host, Content-Length or hop-by-hop ones */
  size_t header_count;
  heygen_str body;
} heygen_http_request;

typedef struct heygen_http_response heygen_http_response;

typedef struct heygen_http_1_v {
  uint32_t struct_size;
  uint32_t reserved;

  /* HEYGEN_OK: a complete response, whatever its status. Its body has at most
   * 1 MiB, else HEYGEN_BROKEN (H35). HEYGEN_TRANSIENT: no complete response
   * (connection, TLS, timeout, cut short); the host has worded it by fail().
   * HEYGEN_USAGE: a URL or header that it does not send. HEYGEN_CANCELLED:
   * stopped; during a refresh a request in progress gets 5 s more first
   * (H17).
   * [call] */
  heygen_status(HEYGEN_CALL* send)(const heygen_call* call, const heygen_http_request* request,
                                   const heygen_http_response** response);
  /* [call] */
  int32_t(HEYGEN_CALL* status)(const heygen_http_response* response);
  /* [call] */
  heygen_str(HEYGEN_CALL* body)(const heygen_http_response* response);
  /* The header's value, any case of its name; fields of one name are joined by
   * ", ". data is NULL when absent.
   * [call] */
  heygen_str(HEYGEN_CALL* header)(const heygen_http_response* response, heygen_str name);
  /* application/x-www-form-urlencoded of one name or value.
   * [call] */
  heygen_str(HEYGEN_CALL* form_encode)(const heygen_call* call, heygen_str text);
} heygen_http_1_v;

/* -- heygen.json/1: reads and quotes JSON (RFC 8259, H36). */
#define HEYGEN_JSON_1 "heygen.json/1"

typedef struct heygen_json heygen_json; /* a value inside a parsed document */

enum {
  HEYGEN_JSON_NULL = 0,
  HEYGEN_JSON_BOOL = 1,
  HEYGEN_JSON_NUMBER = 2,
  HEYGEN_JSON_STRING = 3,
  HEYGEN_JSON_ARRAY = 4,
  HEYGEN_JSON_OBJECT = 5
};

typedef struct heygen_json_1_v {
  uint32_t struct_size;
  uint32_t reserved;

  /* NULL when text is not JSON, nested deeper than 128, or over 1 MiB.
   * [call] */
  const heygen_json*(HEYGEN_CALL* parse)(const heygen_call* call, heygen_str text);
  /* HEYGEN_JSON_*; HEYGEN_JSON_NULL for NULL.
   * [call] */
  int32_t(HEYGEN_CALL* type)(const heygen_json* value);
  /* Elements of an array, members of an object, else 0.
   * [call] */
  size_t(HEYGEN_CALL* size)(const heygen_json* value);
  /* A member of an object; NULL when there is none or value is not an object.
   * [call] */
  const heygen_json*(HEYGEN_CALL* member)(const heygen_json* value, heygen_str name);
  /* An element of an array or the value of an object's member by position.
   * [call] */
  const heygen_json*(HEYGEN_CALL* at)(const heygen_json* value, size_t index);
  /* The name of an object's member by position.
   * [call] */
  heygen_str(HEYGEN_CALL* name_at)(const heygen_json* value, size_t index);
  /* A string's text, a number as it was written, "true" or "false"; data is
   * NULL for everything else.
   * [call] */
  heygen_str(HEYGEN_CALL* text)(const heygen_json* value);
  /* HEYGEN_OK for a number, or a string of one, whose whole part fits: it is
   * cut towards zero. HEYGEN_USAGE otherwise, *out untouched.
   * [call] */
  heygen_status(HEYGEN_CALL* int64)(const heygen_json* value, int64_t* out);
  /* text as a JSON string, quotes included.
   * [call] */
  heygen_str(HEYGEN_CALL* quote)(const heygen_call* call, heygen_str text);
} heygen_json_1_v;

/* -- heygen.hash/1: digests and base64url (H37) */
#define HEYGEN_HASH_1 "heygen.hash/1"

typedef struct heygen_hash_1_v {
  uint32_t struct_size;
  uint32_t reserved;
  /* out: 32 bytes.
   * [any] */
  void(HEYGEN_CALL* sha256)(heygen_str data, uint8_t* out);
  /* RFC 2104 with SHA-256; out: 32 bytes.
   * [any] */
  void(HEYGEN_CALL* hmac_sha256)(heygen_str key, heygen_str data, uint8_t* out);
  /* Without padding (RFC 4648 §5).
   * [call] */
  heygen_str(HEYGEN_CALL* base64url)(const heygen_call* call, heygen_str data);
  /* Non-zero when equal; the time taken depends on the sizes alone.
   * [any] */
  int32_t(HEYGEN_CALL* equal)(heygen_str left, heygen_str right);
} heygen_hash_1_v;

/* -- heygen.random/1: the system's generator (H38) */
#define HEYGEN_RANDOM_1 "heygen.random/1"

typedef struct heygen_random_1_v {
  uint32_t struct_size;
  uint32_t reserved;
  /* size bytes (at most 4096) from the system's generator.
   * [call] */
  heygen_status(HEYGEN_CALL* fill)(const heygen_call* call, uint8_t* out, size_t size);
} heygen_random_1_v;

/* -- heygen.clock/1: the host's clock, which a test may set (H39). */
#define HEYGEN_CLOCK_1 "heygen.clock/1"

typedef struct heygen_clock_1_v {
  uint32_t struct_size;
  uint32_t reserved;
  /* [call] */
  heygen_time(HEYGEN_CALL* now)(const heygen_call* call);
  /* Milliseconds from an arbitrary start that never step back.
   * [call] */
  int64_t(HEYGEN_CALL* monotonic_ms)(const heygen_call* call);
  /* HEYGEN_OK after the time, HEYGEN_CANCELLED as soon as the user stops it.
   * [call] */
  heygen_status(HEYGEN_CALL* wait_ms)(const heygen_call* call, uint32_t milliseconds);
  /* seconds since 1970 as RFC 3339 in UTC, "2030-01-02T03:04:05Z".
   * [call] */
  heygen_str(HEYGEN_CALL* format)(const heygen_call* call, heygen_time time);
  /* RFC 3339 with any offset and fraction (cut off). HEYGEN_USAGE when it is
   * none.
   * [call] */
  heygen_status(HEYGEN_CALL* parse)(const heygen_call* call, heygen_str text, heygen_time* out);
} heygen_clock_1_v;

/* -- heygen.loopback/1: the redirect listener of a native app (RFC 8252 §7.3).
 * Only during a login. */
#define HEYGEN_LOOPBACK_1 "heygen.loopback/1"

typedef struct heygen_loopback heygen_loopback;

typedef struct heygen_loopback_1_v {
  uint32_t struct_size;
  uint32_t reserved;

  /* Listens on 127.0.0.1, a port of the system's choice. path starts with '/'.
   * Closed at the latest when the provider function returns.
   * [call] */
  heygen_status(HEYGEN_CALL* open)(const heygen_call* call, heygen_str path, heygen_loopback** listener);
  /* "http://127.0.0.1:PORT/path": use it byte for byte, twice (RFC 6749
   * §4.1.3).
   * [call] */
  heygen_str(HEYGEN_CALL* redirect_uri)(const heygen_loopback* listener);
  /* Waits for one GET of exactly this path with the right Host; every other
   * request gets 4xx and the wait continues (H40). HEYGEN_OK: the
   * parameters are there and the browser waits for respond(). HEYGEN_BROKEN: a
   * parameter is repeated (RFC 6749 §3.1), and the browser was told
   * (H41). HEYGEN_TRANSIENT: timed out. HEYGEN_CANCELLED.
   * [call] */
  heygen_status(HEYGEN_CALL* wait)(const heygen_call* call, heygen_loopback* listener, uint32_t timeout_ms);
  /* A decoded query parameter; data is NULL when absent.
   * [call] */
  heygen_str(HEYGEN_CALL* param)(const heygen_loopback* listener, heygen_str name);
  /* The page that the user sees (200 when success is non-zero, else 400), and
   * the end of listening. message is shown as plain text.
   * [call] */
  heygen_status(HEYGEN_CALL* respond)(const heygen_call* call, heygen_loopback* listener, int32_t success,
                                      heygen_str message);
} heygen_loopback_1_v;

/* -- heygen.browser/1 */
#define HEYGEN_BROWSER_1 "heygen.browser/1"

typedef struct heygen_browser_1_v {
  uint32_t struct_size;
  uint32_t reserved;
  /* Non-zero unless the user or the administrator switched browsers off.
   * [call] */
  int32_t(HEYGEN_CALL* allowed)(const heygen_call* call);
  /* http and https only. HEYGEN_UNSUPPORTED: not allowed, or no opener is
   * installed. An opener that fails later is reported to the user by the host
   * (H42).
   * Print the URL first, by heygen.terminal/1.
   * [call] */
  heygen_status(HEYGEN_CALL* open)(const heygen_call* call, heygen_str url);
} heygen_browser_1_v;

/* -- heygen.terminal/1: stderr and stdin; stdout is the host's. */
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
   * allowed (H15).
   * [call] */
  heygen_status(HEYGEN_CALL* prompt)(const heygen_call* call, heygen_str text, heygen_str* answer);
  /* Likewise, hidden on a terminal. From a pipe: all of stdin up to 64 KiB,
   * more is HEYGEN_USAGE; without a trailing line end.
   * [call] */
  heygen_status(HEYGEN_CALL* secret)(const heygen_call* call, heygen_str text, heygen_str* answer);
} heygen_terminal_1_v;

/* -- heygen.settings/1: only what the descriptor declared (H12). */
#define HEYGEN_SETTINGS_1 "heygen.settings/1"

typedef struct heygen_settings_1_v {
  uint32_t struct_size;
  uint32_t reserved;
  /* The declared setting: its variable if that is not empty, else the key of
   * config.toml, else its fallback. HEYGEN_NOT_CONFIGURED: none of them, *value
   * empty. HEYGEN_USAGE: not declared. `bool` values are "true" or "false".
   * [call] */
  heygen_status(HEYGEN_CALL* get)(const heygen_call* call, heygen_str key, heygen_str* value);
  /* A declared environment variable. HEYGEN_NOT_CONFIGURED: unset or empty.
   * HEYGEN_USAGE: not declared.
   * [call] */
  heygen_status(HEYGEN_CALL* env)(const heygen_call* call, heygen_str name, heygen_str* value);
} heygen_settings_1_v;

/* -- heygen.log/1: shown with --verbose, redacted (H20). */
#define HEYGEN_LOG_1 "heygen.log/1"

enum { HEYGEN_LOG_DEBUG = 0, HEYGEN_LOG_INFO = 1, HEYGEN_LOG_WARNING = 2 };

typedef struct heygen_log_1_v {
  uint32_t struct_size;
  uint32_t reserved;
  /* One line, no secrets. Warnings are always shown.
   * [any] */
  void(HEYGEN_CALL* write)(const heygen_call* call, int32_t level, heygen_str text);
} heygen_log_1_v;

/* -- heygen.cancel/1: whether the user stopped the command (H16) */
#define HEYGEN_CANCEL_1 "heygen.cancel/1"

typedef struct heygen_cancel_1_v {
  uint32_t struct_size;
  uint32_t reserved;
  /* Non-zero once the user stopped the command: return HEYGEN_CANCELLED within
   * 200 ms.
   * [any] */
  int32_t(HEYGEN_CALL* cancelled)(const heygen_call* call);
  /* A descriptor that polls readable from then on; -1 where the system has
   * none. Never read from or close it.
   * [any] */
  int32_t(HEYGEN_CALL* descriptor)(const heygen_call* call);
} heygen_cancel_1_v;

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* HEYGEN_PROVIDER_H */
