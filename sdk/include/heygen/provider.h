/* SPDX-License-Identifier: Apache-2.0
 *
 * heygen/provider.h: the credential provider interface, ABI version 1.0.
 *
 * A provider is a shared library that gives `heygen` the header(s) which
 * authenticate a request. It exports exactly one symbol, a constant
 * `heygen_provider_entry`, and lives beside a manifest `<id>.provider.json`.
 * This header is C11 and C++11, includes its own parts, <stddef.h>
 * and <stdint.h>, and assumes no operating system.
 *
 * Rules for both sides. Names such as (host-growth) are the duties of the host,
 * listed with their tests in docs/host-duties.md; docs/provider-rules.md lists
 * the provider's.
 *
 *  Sizes    Every struct that a caller fills starts with `struct_size`, set to
 *           sizeof the struct as the caller knows it. The callee reads
 *           min(struct_size, its own size) bytes and refuses a struct smaller
 *           than version 1.0 had (host-sizes). A released struct never changes;
 *           growth is by get_extension() under a new ID (host-growth). Arrays hold
 *           pointers to structs, or values that are fixed for ever.
 *  Strings  heygen_str is a view: UTF-8, not NUL-terminated, data may be NULL
 *           when size is 0. Whatever a function receives is valid until that
 *           function returns. Whatever a host service returns is owned by the
 *           host and valid until the provider function that asked for it
 *           returns. Neither side frees memory of the other.
 *  Outputs  A provider answers through heygen_sink, which copies.
 *  Secrets  Mark them with HEYGEN_SECRET. The host wipes its copies, keeps them
 *           out of logs and never puts them into an argument vector
 *           (host-secrets).
 *  Unknown  Each enum says what a value means that the reader does not know;
 *           unknown flag bits are ignored.
 *  Errors   No exception, longjmp or signal crosses this boundary. A throw out
 *           of a C entry point ends the process, which names the provider
 *           (host-blames); the C++ wrapper (heygen/provider.hpp) catches
 *           everything for you.
 *  Threads  The last line of each function's comment is its thread tag:
 *             [call]  on the thread of the provider function that is running,
 *                     until that function returns (host-call-thread)
 *             [any]   from any thread, until that function returns
 *             [load]  on the thread that loads the provider, one at a time
 *           The host never calls providers from two threads at once (host-one-call).
 */
#ifndef HEYGEN_PROVIDER_H
#define HEYGEN_PROVIDER_H

#include <heygen/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The interface major version that this header describes. */
#define HEYGEN_ABI_MAJOR 1u

/* ---- What the host says ------------------------------------------------- */

/* Why the host calls. A provider treats an unknown reason as
 * HEYGEN_REASON_FIRST_USE. */
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

/* Whether the user may be asked. A provider treats an unknown value as
 * HEYGEN_INTERACTION_NEVER. */
typedef int32_t heygen_interaction;
enum {
  HEYGEN_INTERACTION_NEVER = 0,       /* answer or return HEYGEN_NEEDS_USER        */
  HEYGEN_INTERACTION_IF_TERMINAL = 1, /* heygen.terminal/1 says whether one is there */
  HEYGEN_INTERACTION_ALWAYS = 2       /* the user is waiting for it: a login       */
};

/* How far an answer reaches (cf. Cargo's credential provider protocol). The host
 * treats an unknown value as HEYGEN_REACH_THIS_REQUEST. */
typedef int32_t heygen_reach;
enum {
  /* Asked for once a command, and kept until a 401 or the expiry, less the
   * host's skew; the default. */
  HEYGEN_REACH_ANY_REQUEST = 0,
  /* Made for this method and URL: asked for at every attempt, page, retry,
   * redirect and replay. */
  HEYGEN_REACH_THIS_REQUEST = 1
};

/* ---- What a provider function receives ---------------------------------- */

/* Where results go. All members are set. A function that refuses its argument
 * returns HEYGEN_USAGE, changes nothing, and the host reports a bug in the
 * provider unless the provider function ends in another error
 * (host-refuses-arguments). */
typedef struct heygen_sink {
  uint32_t struct_size;
  uint32_t reserved;

  /* One request header; the same name again replaces it. At most 16. Refused:
   * an empty name; a value over 64 KiB; CR, LF or NUL; Host, Content-*,
   * hop-by-hop (RFC 9110 §7.6.1) and X-HeyGen-* names; Authorization together
   * with x-api-key (host-copies).
   * [call] */
  heygen_status(HEYGEN_CALL* set_header)(const heygen_call* call, heygen_str name, heygen_str value, uint32_t flags);

  /* Changes the provider's stored state by a JSON merge patch (RFC 7396): an
   * object; omitted members stay, null deletes. Numbers are kept to the last
   * digit. At most 1 MiB. Calls add up (host-patches). Only for login(), and for
   * refresh() of a state that is not empty: state is a login and nothing else,
   * and what is merely derived belongs into heygen.cache/1. Anywhere else
   * HEYGEN_USAGE, a bug in the provider (host-state-misuse). The host saves the
   * state of a refresh, and that of a login unless resolve() or the API then
   * refuses it: revoke() gets that state. With any status but HEYGEN_OK the patch is
   * dropped (host-drops-failed).
   * [call] */
  heygen_status(HEYGEN_CALL* set_state)(const heygen_call* call, heygen_str json_merge_patch);

  /* What kind of credential this is: "api_key", "oauth" or a word of your own,
   * [a-z][a-z0-9_]{0,31}. Shown by `auth status`.
   * [call] */
  heygen_status(HEYGEN_CALL* set_type)(const heygen_call* call, heygen_str type);

  /* Where it came from: "env", "file" or a word of your own,
   * [a-z][a-z0-9_-]{0,31}. Default "file" (host-defaults).
   * [call] */
  heygen_status(HEYGEN_CALL* set_source)(const heygen_call* call, heygen_str source);

  /* Granted scope, space-separated (RFC 6749 §3.3). At most 8 KiB.
   * [call] */
  heygen_status(HEYGEN_CALL* set_scope)(const heygen_call* call, heygen_str scope);

  /* When the headers stop working. Not called: unknown, a 401 will tell.
   * [call] */
  heygen_status(HEYGEN_CALL* set_expiry)(const heygen_call* call, heygen_time expires_at);

  /* Non-zero: refresh() can refresh this credential without the user.
   * [call] */
  heygen_status(HEYGEN_CALL* set_refreshable)(const heygen_call* call, int32_t refreshable);

  /* For which requests the host may use these headers: a HEYGEN_REACH_* value,
   * by default HEYGEN_REACH_ANY_REQUEST (host-reach).
   * [call] */
  heygen_status(HEYGEN_CALL* set_reach)(const heygen_call* call, heygen_reach reach);

  /* Says more about the error that the function is about to return. `code` is a
   * stable machine code such as an OAuth error code, or empty. `message` is one
   * sentence; `hint` the next step, or empty; at most 4 KiB each.
   * `retry_after` in seconds, 0 for unknown. Without it the host words the status
   * itself. No secrets (host-messages).
   * [call] */
  heygen_status(HEYGEN_CALL* fail)(const heygen_call* call, heygen_str code, heygen_str message, heygen_str hint,
                                   int32_t retry_after);
} heygen_sink;

/* One call into the provider. Filled by the host; valid until the provider
 * function returns (host-one-call). */
struct heygen_call {
  uint32_t struct_size;
  uint32_t host_major; /* the interface version agreed on                     */
  void* host;          /* the host's own                                      */
  const heygen_sink* sink;

  /* A host service (see below), or NULL when this host does not know the ID
   * (host-unknown-service).
   * [call] */
  const void*(HEYGEN_CALL* get_extension)(const heygen_call* call, heygen_str id);

  heygen_reason reason;
  heygen_interaction interaction;
  heygen_time now;         /* the host's clock at the start of the call    */
  heygen_str host_version; /* "1.0.0"                                      */
  heygen_str api_base;     /* "https://api.heygen.com", without final '/'  */
  heygen_str method;       /* of the request, "" when there is none        */
  heygen_str path;         /* of the request with query, "" likewise       */
  /* The account that the user chose by name, "" being the usual one. State,
   * cache, keys and locks are those of the profile (host-profile). */
  heygen_str profile;
  heygen_str www_authenticate; /* of the 401, "" otherwise (RFC 9110 §11.6.1)  */
  heygen_str state;            /* JSON object: what set_state stored, or "{}"  */
};

/* ---- What a provider is -------------------------------------------------- */

/* How a login may involve the user. Unknown bits are ignored. */
enum {
  HEYGEN_INTERACTS_NONE = 0,
  HEYGEN_INTERACTS_TERMINAL = 1, /* asks a question on the terminal or stdin  */
  HEYGEN_INTERACTS_BROWSER = 2   /* opens a browser or shows a URL            */
};

/* Descriptor flags. Unknown bits are ignored. */
enum {
  HEYGEN_PROVIDER_AMBIENT = 1,     /* ask it even when neither a variable nor its slot is set */
  HEYGEN_PROVIDER_READS_STDIN = 2, /* its login may take a line from a pipe on stdin          */
  HEYGEN_PROVIDER_NO_LOGIN = 4,    /* it has no login: the host offers none                   */
  /* Its language brings threads and signal handlers that stay (Go, .NET): the
   * host loads it only with the consent of the user or the policy. */
  HEYGEN_PROVIDER_RUNTIME = 8
};

/* A key of the section `providers.<id>` in config.toml. */
typedef struct heygen_setting {
  uint32_t struct_size;
  int32_t required;    /* non-zero: the provider cannot work without it      */
  heygen_str key;      /* [a-z][a-z0-9_]{0,63}                               */
  heygen_str type;     /* "string", "url", "bool" or "int"; the rest is refused */
  heygen_str fallback; /* used when absent; "" for none                      */
  heygen_str doc;      /* one line                                           */
  heygen_str env;      /* a variable of the descriptor's list that overrides it, or "" */
} heygen_setting;

/* The provider as data. The manifest beside the library says the same; a library
 * that its manifest contradicts is refused (host-manifest). */
typedef struct heygen_descriptor {
  uint32_t struct_size;
  uint32_t flags;
  /* [a-z][a-z0-9-]{1,31}. Its login is `--<id>`, unless the host has an option of
   * that name, and always `--provider <id>`. */
  heygen_str id;
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
  const heygen_setting* const* settings; /* pointers, so that heygen_setting can grow */
  size_t settings_count;
  /* Names of settings (true) or variables (not empty), one of which must be set
   * before the login is offered. Empty: always offered. */
  const heygen_str* enabled_by;
  size_t enabled_by_count;
  /* What it needs of the system beyond the services, one text each, shown to the
   * user before it is installed. "hosts=idp.example", "hosts=setting:token_url":
   * where its HTTP requests may go. "exec=/usr/bin/pass", "files=read:/etc/x",
   * "session-bus", "network", "threads": what an isolated provider may do itself.
   * "plain-http=169.254.169.254" allows plain http to that link-local address. A
   * host grants nothing for a text that it does not know. */
  const heygen_str* needs;
  size_t needs_count;
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
   * (host-verifies-login). With HEYGEN_REASON_EXPLAIN the network is off (host-explain-offline).
   * Never asks the user unless call->interaction allows it. HEYGEN_OK needs at
   * least one header, or set_refreshable(1) without any: then the host
   * refreshes first and resolves again (host-refresh-first). Sets type, source, scope, expiry
   * and reach where known.
   * [call] */
  heygen_status(HEYGEN_CALL* resolve)(const heygen_call* call);

  /* Refreshes what resolve() gives: new state through set_state, which the host
   * saves, or a dropped entry of heygen.cache/1. The host resolves again. Runs
   * alone among all threads and processes that share the credentials file, with
   * the state as it is now in that file (host-refresh-once). HEYGEN_OK without
   * a change is an answer too: a refusal that only asks for a nonce (RFC 9449
   * §9) needs nothing new. Without HEYGEN_OK the file stays as it is.
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
   * (host-revoke-limit).
   * [call] */
  heygen_status(HEYGEN_CALL* revoke)(const heygen_call* call);

  /* May be NULL. Its result is ignored (host-outcome).
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
 * know; none in common is refused with both ranges named (host-versions). */
typedef struct heygen_provider_entry_v {
  uint32_t struct_size;
  uint32_t min_major;
  uint32_t max_major;
  uint32_t reserved;

  /* Before anything else, once per successful load. Anything but HEYGEN_OK
   * refuses the library (host-deinit).
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

#ifdef __cplusplus
} /* extern "C" */
#endif

/* ---- Host services ------------------------------------------------------- *
 *
 * Asked for by id through call->get_extension; frozen once released. They
 * behave as the host itself does, and all of them observe cancellation. What
 * is not promised yet is in heygen/draft/, under ids that say so.
 */
#include <heygen/service/browser.h>
#include <heygen/service/cache.h>
#include <heygen/service/cancel.h>
#include <heygen/service/clock.h>
#include <heygen/service/hash.h>
#include <heygen/service/http.h>
#include <heygen/service/json.h>
#include <heygen/service/key.h>
#include <heygen/service/log.h>
#include <heygen/service/loopback.h>
#include <heygen/service/random.h>
#include <heygen/service/request.h>
#include <heygen/service/settings.h>
#include <heygen/service/terminal.h>

#endif /* HEYGEN_PROVIDER_H */
