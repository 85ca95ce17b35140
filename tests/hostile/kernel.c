/* SPDX-License-Identifier: Apache-2.0
 * Parts of the kernel that a provider has no use for. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hostile.h"

typedef const struct hostile_target* Target;

static int result_of(long value) {
  return value < 0 ? hostile_failed() : 0;
}

static int use_io_uring(Target target) {
  (void)target;
  char parameters[120] = {0};
  return result_of(syscall(425, 1, parameters));
}

static int use_old_aio(Target target) {
  (void)target;
  unsigned long context = 0;
  return result_of(syscall(SYS_io_setup, 1, &context));
}

static int share_system_v(Target target) {
  (void)target;
  const int segment = shmget(IPC_PRIVATE, 4096, 0600);
  if (segment < 0) return hostile_failed();
  shmctl(segment, IPC_RMID, NULL);
  return 0;
}

static int queue_system_v(Target target) {
  (void)target;
  const int queue = msgget(IPC_PRIVATE, 0600);
  if (queue < 0) return hostile_failed();
  msgctl(queue, IPC_RMID, NULL);
  return 0;
}

static int count_system_v(Target target) {
  (void)target;
  const int set = semget(IPC_PRIVATE, 1, 0600);
  if (set < 0) return hostile_failed();
  semctl(set, 0, IPC_RMID);
  return 0;
}

static int make_memory_file(Target target) {
  (void)target;
  return result_of(memfd_create("hostile", 0));
}

static int read_keyring(Target target) {
  (void)target;
  return result_of(syscall(SYS_keyctl, 0, -4, 1)); /* KEYCTL_GET_KEYRING_ID of the user, made when there is none */
}

static int load_bpf(Target target) {
  (void)target;
  uint32_t attributes[32] = {1, 4, 4, 1}; /* a hash map */
  return result_of(syscall(SYS_bpf, 0, attributes, sizeof attributes));
}

static int catch_faults(Target target) {
  (void)target;
  return result_of(syscall(SYS_userfaultfd, 1)); /* UFFD_USER_MODE_ONLY */
}

static int measure(Target target) {
  (void)target;
  struct perf_event_attr attributes = {
      .type = PERF_TYPE_SOFTWARE, .size = sizeof attributes, .config = PERF_COUNT_SW_TASK_CLOCK};
  attributes.exclude_kernel = 1;
  attributes.exclude_hv = 1;
  return result_of(syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0));
}

static int change_personality(Target target) {
  (void)target;
  return result_of(personality(ADDR_NO_RANDOMIZE));
}

static int become_traceable(Target target) {
  (void)target;
  return prctl(PR_GET_DUMPABLE) == 1 ? 0 : result_of(prctl(PR_SET_DUMPABLE, 1));
}

static int find_environment(Target target) {
  (void)target;
  return getenv("HOSTILE_SECRET") != NULL ? 0 : ENOENT;
}

static int take_memory(Target target) {
  (void)target;
  return mmap(NULL, (size_t)8 << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) ==
                 MAP_FAILED
             ? hostile_failed()
             : 0;
}

/* The kernel reads a handle where it would check a path. */
static int open_by_handle(Target target) {
  union {
    struct file_handle handle;
    char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
  } named;
  int mount;
  memset(&named, 0, sizeof named);
  named.handle.handle_bytes = MAX_HANDLE_SZ;
  if (name_to_handle_at(AT_FDCWD, hostile_path(target, ".ssh/id_rsa"), &named.handle, &mount, 0) != 0)
    return hostile_failed();
  const int there = open(target->home, O_RDONLY | O_DIRECTORY);
  return result_of(open_by_handle_at(there, &named.handle, O_RDONLY));
}

#ifdef __x86_64__
/* The same call by the numbers of x32, which many filters forget. */
static int call_as_x32(Target target) {
  return result_of(syscall(0x40000000L | SYS_openat, AT_FDCWD, hostile_path(target, ".ssh/id_rsa"), O_RDONLY));
}

/* open(2) by the numbers of i386; the path has to be below 4 GiB. */
static int call_as_i386(Target target) {
  char* low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
  if (low == MAP_FAILED) return hostile_failed();
  strncpy(low, hostile_path(target, ".ssh/id_rsa"), 4095);
  long result = 5;
  __asm__ volatile("int $0x80"
                   : "+a"(result)
                   : "b"((long)low), "c"(O_RDONLY), "d"(0L)
                   : "memory", "r8", "r9", "r10", "r11");
  return (int)result < 0 ? (int)-result : 0;
}
#endif

static int call_unknown(Target target) {
  (void)target;
  return result_of(syscall(1000));
}

const struct hostile_attack hostile_kernel[] = {
    {"use_io_uring", use_io_uring},
    {"use_old_aio", use_old_aio},
    {"share_system_v", share_system_v},
    {"queue_system_v", queue_system_v},
    {"count_system_v", count_system_v},
    {"make_memory_file", make_memory_file},
    {"read_keyring", read_keyring},
    {"load_bpf", load_bpf},
    {"catch_faults", catch_faults},
    {"measure", measure},
    {"change_personality", change_personality},
    {"become_traceable", become_traceable},
    {"find_environment", find_environment},
    {"take_memory", take_memory},
    {"open_by_handle", open_by_handle},
#ifdef __x86_64__
    {"call_as_x32", call_as_x32},
    {"call_as_i386", call_as_i386},
#endif
    {"call_unknown", call_unknown},
    {NULL, NULL},
};
