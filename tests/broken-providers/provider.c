// SPDX-License-Identifier: Apache-2.0
/* A provider that follows every rule, and can be built to break one: each FAULT_... is a mistake that an author could
 * make. It logs in with a pasted ticket that a server turns into tokens, and takes SAMPLE_TOKEN. */
#include <heygen/provider.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define STR(text) ((heygen_str)HEYGEN_LITERAL(text))
#define SERVICE(type, id) ((const type*)call->get_extension(call, STR(id)))
#define JSON SERVICE(heygen_json_1_v, HEYGEN_JSON_1)
#define HTTP SERVICE(heygen_http_1_v, HEYGEN_HTTP_1)
#define CLOCK SERVICE(heygen_clock_1_v, HEYGEN_CLOCK_1)
#define SETTINGS SERVICE(heygen_settings_1_v, HEYGEN_SETTINGS_1)
#define TERMINAL SERVICE(heygen_terminal_1_v, HEYGEN_TERMINAL_1)

#ifdef FAULT_GROWTH_LARGER
#define BAD_SIZE(record) ((record)->struct_size != sizeof *(record))
#elif defined FAULT_GROWTH_SMALLER
#define BAD_SIZE(record) ((record) == NULL)
#else
#define BAD_SIZE(record) ((record)->struct_size < sizeof *(record))
#endif

static int fits(const heygen_call* call) {
  if (BAD_SIZE(call) || BAD_SIZE(call->sink)) return 0;
#ifndef FAULT_GROWTH_SERVICES
  if (CLOCK == NULL) return 0;
#endif
  return JSON != NULL && HTTP != NULL && SETTINGS != NULL && TERMINAL != NULL;
}

/* ---- the state ---- */

static heygen_status member(const heygen_call* call, const char* name, heygen_str* text) {
#ifdef FAULT_STATE_ROUND_TRIP
  const heygen_json* value = JSON->at(JSON->parse(call, call->state), strcmp(name, "access") == 0 ? 0 : 1);
#else
  const heygen_json* value = JSON->member(JSON->parse(call, call->state), (heygen_str){name, strlen(name)});
#endif
  *text = (heygen_str){NULL, 0};
  if (value == NULL) return HEYGEN_NOT_CONFIGURED;
#ifdef FAULT_STATUS_BROKEN
  if (JSON->type(value) != HEYGEN_JSON_STRING) return HEYGEN_NOT_CONFIGURED;
#else
  if (JSON->type(value) != HEYGEN_JSON_STRING) return HEYGEN_BROKEN;
#endif
  *text = JSON->text(value);
  for (size_t i = 0; i < text->size; ++i) {
    if ((unsigned char)text->data[i] < 0x20) return HEYGEN_BROKEN;
  }
  return HEYGEN_OK;
}

static int put(char* patch, size_t room, const heygen_call* call, const char* name, heygen_str text) {
  heygen_str value = text.data != NULL ? JSON->quote(call, text) : STR("null");
  size_t used = strlen(patch);
  int size =
      snprintf(patch + used, room - used, "%s\"%s\":%.*s", used > 1 ? "," : "", name, (int)value.size, value.data);
  return size > 0 && (size_t)size < room - used;
}

static heygen_status store(const heygen_call* call, heygen_str body, int login) {
  static char patch[262144];
  const heygen_json* document = JSON->parse(call, body);
  heygen_str access = JSON->text(JSON->member(document, STR("access_token")));
  heygen_str refresh_token = JSON->text(JSON->member(document, STR("refresh_token")));
  int64_t lifetime = 0;
  heygen_str expiry = {NULL, 0};
  if (access.size == 0) return HEYGEN_BROKEN;
  if (JSON->int64(JSON->member(document, STR("expires_in")), &lifetime) == HEYGEN_OK) {
    expiry = CLOCK->format(call, call->now + lifetime);
  }
#ifdef FAULT_EXPIRY_INVENTED
  if (expiry.data == NULL) expiry = CLOCK->format(call, call->now + 3600);
#endif
  strcpy(patch, "{");
  int fine = put(patch, sizeof patch, call, "access", access);
#ifdef FAULT_LOGIN_REPLACES
  login = 0;
#endif
#ifdef FAULT_REFRESH_ROTATES
  if (login)
#elif defined FAULT_REFRESH_LOSES
  if (1)
#else
  if (login || refresh_token.data != NULL)
#endif
    fine = fine && put(patch, sizeof patch, call, "refresh_token", refresh_token);
  if (login || expiry.data != NULL) fine = fine && put(patch, sizeof patch, call, "expiry", expiry);
#ifdef FAULT_STATE_FOREIGN
  const heygen_json* state = JSON->parse(call, call->state);
  for (size_t i = 0; i < JSON->size(state); ++i) {
    heygen_str name = JSON->name_at(state, i);
    if (strncmp(name.data, "heygen_", 7) == 0) strcat(patch, ",\"heygen_check\":null");
  }
#endif
  strcat(patch, "}");
#ifdef FAULT_ANSWER_STATE
  if (!login) return call->sink->set_state(call, STR("[1]")), HEYGEN_OK;
#endif
#ifdef FAULT_REFRESH_WORKS
  if (!login) return HEYGEN_OK;
#endif
#ifdef FAULT_SECRET_OUTPUT
  fprintf(stderr, "got %.*s\n", (int)access.size, access.data);
#endif
#ifdef FAULT_SECRET_LOG
  const heygen_log_1_v* log = SERVICE(heygen_log_1_v, HEYGEN_LOG_1);
  if (log != NULL) log->write(call, HEYGEN_LOG_DEBUG, access);
#endif
#ifdef FAULT_SECRET_SHOWN
  TERMINAL->notice(call, access);
#endif
#ifdef FAULT_SECRET_CHILD
  if (system("true") != 0) return HEYGEN_BROKEN;
#endif
#ifdef FAULT_SECRET_FILE
  FILE* file = fopen("token.txt", "w");
  if (file == NULL || fwrite(access.data, 1, access.size, file) == 0 || fclose(file) != 0) return HEYGEN_BROKEN;
#endif
#ifdef FAULT_FILE_DELETED
  char name[] = "/var/tmp/sample.XXXXXX";
  int hidden = mkstemp(name);
  if (hidden < 0 || write(hidden, access.data, access.size) < 0 || close(hidden) != 0) return HEYGEN_BROKEN;
  unlink(name);
#endif
#ifdef FAULT_MEMORY_USE
  char* volatile copy = malloc(16);
  memset(copy, 1, 16);
  free(copy);
  if (copy[3] == 77) fine = 0;
#endif
  return fine ? call->sink->set_state(call, (heygen_str){patch, strlen(patch)}) : HEYGEN_BROKEN;
}

/* ---- the server ---- */

static heygen_status post(const heygen_call* call, const char* action, heygen_str token, heygen_str* body) {
  const heygen_http_response* response = NULL;
  static char url[65536];
  heygen_str base;
  heygen_status status = SETTINGS->get(call, STR("url"), &base);
  if (status != HEYGEN_OK) return status;
  snprintf(url, sizeof url, "%.*s/%s", (int)base.size, base.data, action);
#ifdef FAULT_SECRET_URL
  snprintf(url + strlen(url), sizeof url - strlen(url), "?token=%.*s", (int)token.size, token.data);
#endif
  heygen_http_request request = {
      .struct_size = sizeof request, .method = STR("POST"), .url = {url, strlen(url)}, .body = token};
#ifdef FAULT_SERVICE_REQUESTS
  heygen_field header = {STR("Connection"), STR("close"), 0, 0};
  if (strcmp(action, "revoke") == 0) {
    request.headers = &header;
    request.header_count = 1;
  }
#endif
  status = HTTP->send(call, &request, &response);
#ifdef FAULT_CANCEL_STATUS
  if (status == HEYGEN_CANCELED) return HEYGEN_TRANSIENT;
#endif
#ifdef FAULT_CANCEL_SLOW
  if (status == HEYGEN_CANCELED) usleep(400000);
#endif
  if (status != HEYGEN_OK) return status;
  *body = HTTP->body(response);
  int code = HTTP->status(response);
  if (code == 200) return HEYGEN_OK;
#ifdef FAULT_STATUS_REJECTED
  return HEYGEN_TRANSIENT;
#elif defined FAULT_STATUS_TRANSIENT
  return HEYGEN_REJECTED;
#endif
#ifdef FAULT_SECRET_ERROR
  call->sink->fail(call, STR(""), token, STR(""), 0);
#endif
  return code >= 500 ? HEYGEN_TRANSIENT : HEYGEN_REJECTED;
}

/* ---- what can go wrong anywhere ---- */

#ifdef FAULT_SIGNALS
static void on_interrupt(int number) {
  (void)number;
}
#endif
#if defined FAULT_THREAD_CALL || defined FAULT_THREAD_LEFT || defined FAULT_LEFT_INIT
static void* elsewhere(void* given) {
#if defined FAULT_THREAD_LEFT || defined FAULT_LEFT_INIT
  (void)given;
  sleep(30);
#else
  const heygen_call* call = given;
  call->sink->set_refreshable(call, 1);
#endif
  return NULL;
}
#endif

static void misbehave(const heygen_call* call) {
  (void)call;
#ifdef FAULT_SIGNALS
  signal(SIGINT, on_interrupt);
#endif
#ifdef FAULT_LOCALE
  setlocale(LC_ALL, "C.UTF-8");
#endif
#ifdef FAULT_DIRECTORY
  if (chdir("/") != 0) abort();
#endif
#ifdef FAULT_LIMITS
  setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
  setrlimit(RLIMIT_NOFILE, &(struct rlimit){99, 99});
#endif
#ifdef FAULT_STREAMS
  close(0);
#endif
#ifdef FAULT_CLOSES
  for (int file = 3; file < 1000; ++file) close(file);
#endif
#ifdef FAULT_ENDLESS
  for (;;) puts("sample: hello, hello, hello, hello, hello, hello, hello, hello, hello, hello, hello");
#endif
#ifdef FAULT_BYTES
  puts("sample: \xff\xfe \x1b[31m and half of \xc3");
#endif
#ifdef FAULT_LEFT_PROCESS
  static int forked;
  if (!forked++ && fork() == 0) {
    sleep(60);
    _exit(0);
  }
#endif
#ifdef FAULT_SOCKET
  static int opened;
  if (!opened++ && socket(AF_UNIX, SOCK_STREAM, 0) < 0) abort();
#endif
#ifdef FAULT_VARIABLE
  setenv("SAMPLE_SEEN", "1", 1);
#endif
#ifdef FAULT_PROCESS_QUIET
  puts("sample: hello");
#endif
#ifdef FAULT_PROCESS_STDIN
  char byte;
  if (read(0, &byte, 1) < 0) abort();
#endif
#ifdef FAULT_THREAD_CALL
  pthread_t thread;
  if (pthread_create(&thread, NULL, elsewhere, (void*)(uintptr_t)call) == 0) pthread_join(thread, NULL);
#endif
#ifdef FAULT_THREAD_LEFT
  pthread_t thread;
  if (pthread_create(&thread, NULL, elsewhere, NULL) == 0) pthread_detach(thread);
#endif
#ifdef FAULT_MEMORY_AFTER
  static const heygen_call* kept;
  if (kept != NULL && kept->now == 1) abort();
  kept = call;
#endif
#ifdef FAULT_MEMORY_VIEWS
  static heygen_str kept;
  if (kept.data != NULL && kept.data[0] == 1) abort();
  kept = call->state;
#endif
#ifdef FAULT_SERVICE_DECLARED
  heygen_str value;
  SETTINGS->env(call, STR("HOME"), &value);
#endif
#ifdef FAULT_LOAD_ATEXIT
  static int registered;
  if (!registered++) atexit((void (*)(void))(uintptr_t)misbehave);
#endif
#ifdef FAULT_THROW
  extern void throw_something(void);
  throw_something();
#endif
#ifdef FAULT_HANGS
  for (;;) usleep(1000);
#endif
#ifdef FAULT_CRASH
  *(volatile int*)(uintptr_t)call->reason = 1;
#endif
#ifdef FAULT_EXIT
  _exit(0);
#endif
}

/* ---- the functions ---- */

static heygen_status give(const heygen_call* call, heygen_str token, heygen_str source) {
#ifdef FAULT_ANSWER_LONG
  static char value[4096];
#else
  static char value[65536];
#endif
  heygen_status status = HEYGEN_OK;
  int size = snprintf(value, sizeof value, "Bearer %.*s", (int)token.size, token.data);
  if (size < 0 || (size_t)size >= sizeof value) return HEYGEN_BROKEN;
#ifdef FAULT_ANSWER_HEADERS
  call->sink->set_header(call, STR("Host"), STR("elsewhere"), 0);
#endif
#ifdef FAULT_SECRET_MARKED
  status = call->sink->set_header(call, STR("Authorization"), (heygen_str){value, (size_t)size}, 0);
#elif !defined FAULT_STATUS_OK
  status = call->sink->set_header(call, STR("Authorization"), (heygen_str){value, (size_t)size}, HEYGEN_SECRET);
#endif
  if (status != HEYGEN_OK) return HEYGEN_BROKEN;
#ifdef FAULT_ANSWER_TEXTS
  call->sink->set_type(call, STR("A Token"));
#else
  call->sink->set_type(call, STR("token"));
#endif
  return call->sink->set_source(call, source);
}

static heygen_status HEYGEN_CALL resolve(const heygen_call* call) {
#ifdef FAULT_NEEDS_DECLARED
  FILE* users = fopen("/etc/passwd", "r");
  if (users != NULL) fclose(users);
#endif
  heygen_str access, refresh_token, expiry;
  heygen_time at;
  if (!fits(call)) return HEYGEN_UNSUPPORTED;
  misbehave(call);
#ifdef FAULT_RESOLVE_EXPLAIN
  if (call->reason == HEYGEN_REASON_EXPLAIN) post(call, "check", STR(""), &access);
#endif
#ifdef FAULT_LOGIN_ALONE
  if (call->reason == HEYGEN_REASON_LOGIN && getenv("SAMPLE_TOKEN") != NULL) {
    return give(call, (heygen_str){getenv("SAMPLE_TOKEN"), strlen(getenv("SAMPLE_TOKEN"))}, STR("env"));
  }
#endif
#ifdef FAULT_STATE_LOGIN
  call->sink->set_state(call, STR("{\"asked\":\"yes\"}"));
#endif
  if (SETTINGS->env(call, STR("SAMPLE_TOKEN"), &access) == HEYGEN_OK) return give(call, access, STR("env"));
  heygen_status status = member(call, "access", &access);
#ifdef FAULT_STATUS_ABSENT
  if (status == HEYGEN_NOT_CONFIGURED) return HEYGEN_BROKEN;
#endif
  if (status != HEYGEN_OK) return status;
#ifdef FAULT_EXPIRY_CLOCK
  if (call->now < 1000000000) return HEYGEN_BROKEN;
#endif
  if (member(call, "refresh_token", &refresh_token) == HEYGEN_BROKEN) return HEYGEN_BROKEN;
#ifndef FAULT_STATUS_OK
  if (refresh_token.data != NULL) call->sink->set_refreshable(call, 1);
#endif
#ifdef FAULT_EXPIRY_FIXED
  (void)at;
  if (member(call, "expiry", &expiry) == HEYGEN_OK) call->sink->set_expiry(call, call->now + 3600);
#elif !defined FAULT_STATE_ROUND_TRIP
  if (member(call, "expiry", &expiry) == HEYGEN_BROKEN) return HEYGEN_BROKEN;
  if (CLOCK->parse(call, expiry, &at) == HEYGEN_OK) call->sink->set_expiry(call, at);
#else
  (void)expiry;
  (void)at;
#endif
  return give(call, access, STR("file"));
}

static heygen_status HEYGEN_CALL refresh(const heygen_call* call) {
#ifdef FAULT_CRASH_REFRESH
  *(volatile int*)(uintptr_t)call->reason = 1;
#endif
  heygen_str refresh_token, body;
  if (!fits(call)) return HEYGEN_UNSUPPORTED;
  heygen_status status = member(call, "refresh_token", &refresh_token);
  if (status == HEYGEN_NOT_CONFIGURED) return HEYGEN_REJECTED;
  if (status == HEYGEN_OK) status = post(call, "refresh", refresh_token, &body);
  return status == HEYGEN_OK ? store(call, body, 0) : status;
}

static heygen_status HEYGEN_CALL login(const heygen_call* call) {
  heygen_str ticket, body;
  if (!fits(call)) return HEYGEN_UNSUPPORTED;
#ifdef FAULT_LOGIN_FLAG
  return HEYGEN_UNSUPPORTED;
#endif
  heygen_status status = TERMINAL->secret(call, STR("Ticket: "), &ticket);
#ifdef FAULT_USER_NEVER_ASKED
  if (status == HEYGEN_NEEDS_USER) return HEYGEN_BROKEN;
#endif
  if (status == HEYGEN_OK) status = post(call, "redeem", ticket, &body);
  return status == HEYGEN_OK ? store(call, body, 1) : status;
}

static heygen_status HEYGEN_CALL take_back(const heygen_call* call) {
  heygen_str access, body;
  if (!fits(call)) return HEYGEN_UNSUPPORTED;
  heygen_status status = member(call, "access", &access);
  if (status == HEYGEN_OK) status = post(call, "revoke", access, &body);
#ifdef FAULT_REVOKE_CONFIRMED
  if (status == HEYGEN_TRANSIENT) return HEYGEN_OK;
#endif
#ifdef FAULT_STATUS_INTERNAL
  if (status == HEYGEN_OK) return HEYGEN_INTERNAL;
#endif
#ifdef FAULT_STATUS_KNOWN
  if (status == HEYGEN_OK) return 42;
#endif
  return status;
}

static heygen_status HEYGEN_CALL report(const heygen_call* call, const heygen_outcome* outcome) {
  if (!fits(call)) return HEYGEN_UNSUPPORTED;
#ifdef FAULT_SMALLER_OUTCOME
  (void)outcome;
#else
  if (BAD_SIZE(outcome)) return HEYGEN_UNSUPPORTED;
#endif
#ifdef FAULT_OUTCOME_ANY
  if (outcome->http_status != 401) return HEYGEN_INTERNAL;
#endif
  return HEYGEN_OK;
}

static const void* HEYGEN_CALL extension(heygen_str id) {
#ifdef FAULT_GROWTH_EXTENSIONS
  return id.data;
#else
  (void)id;
  return NULL;
#endif
}

/* ---- what it is ---- */

static const heygen_str kEnv[] = {HEYGEN_LITERAL("SAMPLE_TOKEN")};
static const heygen_setting kUrl = {sizeof(heygen_setting), 1,
                                    HEYGEN_LITERAL("url"),  HEYGEN_LITERAL("url"),
                                    HEYGEN_LITERAL(""),     HEYGEN_LITERAL("The server"),
                                    HEYGEN_LITERAL("")};
static const heygen_setting* const kSettings[] = {&kUrl};
#ifdef FAULT_MANIFEST_NEEDS
static const heygen_str kNeeds[] = {HEYGEN_LITERAL("hosts=setting:url"), HEYGEN_LITERAL("thread")};
#elif defined(FAULT_NEEDS_USED)
static const heygen_str kNeeds[] = {HEYGEN_LITERAL("hosts=setting:url"), HEYGEN_LITERAL("files=read:/etc/passwd")};
#elif defined(FAULT_SERVICE_HOSTS)
static const heygen_str kNeeds[] = {HEYGEN_LITERAL("threads")};
#else
static const heygen_str kNeeds[] = {HEYGEN_LITERAL("hosts=setting:url")};
#endif
static const heygen_descriptor kDescriptor = {
    .struct_size = sizeof kDescriptor,
    .flags = HEYGEN_PROVIDER_READS_STDIN,
    .id = HEYGEN_LITERAL("sample"),
    .version = HEYGEN_LITERAL("1.0.0"),
#ifdef FAULT_MANIFEST_DESCRIPTOR
    .title = HEYGEN_LITERAL("A title that is a good deal longer than forty characters"),
#else
    .title = HEYGEN_LITERAL("Sample"),
#endif
    .order = 1000,
#ifndef FAULT_MANIFEST_INTERACTIONS
    .interactions = HEYGEN_INTERACTS_TERMINAL,
#endif
    .env = kEnv,
    .env_count = 1,
    .credential_env = kEnv,
    .credential_env_count = 1,
    .settings = kSettings,
    .settings_count = 1,
    .needs = kNeeds,
    .needs_count = sizeof kNeeds / sizeof *kNeeds,
};
static const heygen_provider_1 kProvider = {
#ifdef FAULT_GROWTH_SIZES
    .struct_size = 24,
#else
    .struct_size = sizeof kProvider,
#endif
    .descriptor = &kDescriptor,
    .resolve = resolve,
#ifndef FAULT_ENTRY_FUNCTIONS
    .refresh = refresh,
#endif
    .login = login,
    .revoke = take_back,
    .report_outcome = report,
    .get_extension = extension,
};

static heygen_status HEYGEN_CALL init(const heygen_host* host) {
#ifdef FAULT_ENTRY_INIT
  static int started;
  if (started++) return HEYGEN_INTERNAL;
#endif
#ifdef FAULT_LOAD_TIME
  if (getenv("SAMPLE_TOKEN") == NULL) usleep(1200000); /* in the first case alone, or the test would take all day */
#endif
#ifdef FAULT_LEFT_INIT
  pthread_t thread;
  if (pthread_create(&thread, NULL, elsewhere, NULL) == 0) pthread_detach(thread);
#endif
#ifdef FAULT_INIT_HANGS
  pause();
#endif
  return BAD_SIZE(host) ? HEYGEN_INTERNAL : HEYGEN_OK;
}
#ifndef FAULT_ENTRY_CONSTANT
static void HEYGEN_CALL deinit(void) {}
#endif
static const void* HEYGEN_CALL get_api(uint32_t major) {
#ifdef FAULT_ENTRY_API
  return major > 0 ? &kProvider : NULL;
#else
  return major == 1 ? &kProvider : NULL;
#endif
}

#ifdef FAULT_ENTRY_EXPORTS
extern HEYGEN_EXPORT int sample_counter;
int sample_counter = 1;
#endif
#ifdef FAULT_LOAD_NOW
extern int missing_symbol(void);
__attribute__((used)) static int (*const kMissing)(void) = missing_symbol;
#endif
#ifdef FAULT_FILE_NEEDED
extern int further(void);
__attribute__((used)) static int (*const kFurther)(void) = further;
#endif

const heygen_provider_entry_v heygen_provider_entry = {
    .struct_size = sizeof heygen_provider_entry,
#ifdef FAULT_ENTRY_VERSIONS
    .min_major = 2,
    .max_major = 3,
#else
    .min_major = 1,
    .max_major = 1,
#endif
    .init = init,
#ifndef FAULT_ENTRY_CONSTANT
    .deinit = deinit,
#endif
    .get_api = get_api,
};
