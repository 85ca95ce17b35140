/* SPDX-License-Identifier: Apache-2.0
 * Other processes, and new ones. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hostile.h"

typedef const struct hostile_target* Target;

static int result_of(long value) {
  return value < 0 ? hostile_failed() : 0;
}

static int trace_parent(Target target) {
  return result_of(ptrace(PTRACE_SEIZE, target->parent, NULL, NULL));
}

static int read_parent(Target target) {
  char byte;
  const struct iovec here = {&byte, 1};
  const struct iovec there = {(void*)target->secret, 1};
  return result_of(process_vm_readv(target->parent, &here, 1, &there, 1, 0));
}

static int write_parent(Target target) {
  char byte = 'x';
  const struct iovec here = {&byte, 1};
  const struct iovec there = {(void*)target->secret, 1};
  return result_of(process_vm_writev(target->parent, &here, 1, &there, 1, 0));
}

/* SIGURG is ignored by default: the harness continues. */
static int kill_parent(Target target) {
  return result_of(kill(target->parent, SIGURG));
}

static int kill_all(Target target) {
  (void)target;
  return result_of(kill(-1, 0));
}

static int kill_thread_of_parent(Target target) {
  return result_of(syscall(SYS_tgkill, target->parent, target->parent, SIGURG));
}

static int queue_signal(Target target) {
  const union sigval value = {0};
  return result_of(sigqueue(target->parent, SIGURG, value));
}

static int open_parent(Target target) {
  return result_of(syscall(434, target->parent, 0)); /* pidfd_open */
}

static int slow_parent(Target target) {
  return result_of(setpriority(PRIO_PROCESS, (id_t)target->parent, 1));
}

static int limit_parent(Target target) {
  struct rlimit limit;
  if (prlimit(target->parent, RLIMIT_STACK, NULL, &limit) != 0) return hostile_failed();
  return result_of(prlimit(target->parent, RLIMIT_STACK, &limit, NULL));
}

static int own_signals_of_parent(Target target) {
  int ends[2];
  if (pipe(ends) != 0) return hostile_failed();
  return result_of(fcntl(ends[0], F_SETOWN, target->parent));
}

static int fork_process(Target target) {
  (void)target;
  const pid_t child = fork();
  if (child == 0) _exit(0);
  if (child < 0) return hostile_failed();
  waitpid(child, NULL, 0);
  return 0;
}

/* More than a provider has any use for. */
static int fork_many(Target target) {
  int result = 0;
  for (int times = 0; times < 100 && result == 0; ++times) result = fork_process(target);
  return result;
}

static int spawn_shell(Target target) {
  (void)target;
  pid_t child = 0;
  char* arguments[] = {"sh", "-c", "exit 0", NULL};
  char* environment[] = {NULL};
  const int error = posix_spawn(&child, "/bin/sh", NULL, NULL, arguments, environment);
  if (error == 0) waitpid(child, NULL, 0);
  return error;
}

/* The harness takes the status 42 of the process that began as its own for success. */
static int become_shell(Target target) {
  (void)target;
  char* arguments[] = {"sh", "-c", "exit 42", NULL};
  char* environment[] = {NULL};
  execve("/bin/sh", arguments, environment);
  return hostile_failed();
}

static int become_descriptor(Target target) {
  (void)target;
#ifdef __x86_64__
  const int fd = open("/lib64/ld-linux-x86-64.so.2", O_RDONLY);
#else
  const int fd = open("/lib/ld-linux-aarch64.so.1", O_RDONLY);
#endif
  char* arguments[] = {"ld.so", "/bin/sh", "-c", "exit 42", NULL};
  char* environment[] = {NULL};
  if (fd < 0) return hostile_failed();
  syscall(SYS_execveat, fd, "", arguments, environment, AT_EMPTY_PATH);
  return hostile_failed();
}

/* A program that is in no directory. */
static int become_memory(Target target) {
  (void)target;
  const int from = open("/bin/true", O_RDONLY);
  const int fd = memfd_create("hostile", 0);
  if (fd < 0) return hostile_failed();
  char piece[4096];
  ssize_t size;
  while (from >= 0 && (size = read(from, piece, sizeof piece)) > 0) {
    if (write(fd, piece, (size_t)size) != size) return hostile_failed();
  }
  const pid_t child = fork();
  if (child == 0) {
    char* arguments[] = {"true", NULL};
    char* environment[] = {NULL};
    syscall(SYS_execveat, fd, "", arguments, environment, AT_EMPTY_PATH);
    _exit(1);
  }
  if (child < 0) return hostile_failed();
  int status = 0;
  waitpid(child, &status, 0);
  return status == 0 ? 0 : EACCES;
}

static void* nothing(void* argument) {
  return argument;
}

static int start_thread(Target target) {
  (void)target;
  pthread_t thread;
  const int error = pthread_create(&thread, NULL, nothing, NULL);
  if (error == 0) pthread_join(thread, NULL);
  return error;
}

static int make_namespace(Target target) {
  (void)target;
  return result_of(unshare(CLONE_NEWUSER));
}

static int clone_namespace(Target target) {
  (void)target;
  const long child = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
  if (child == 0) _exit(0);
  if (child < 0) return hostile_failed();
  waitpid((pid_t)child, NULL, 0);
  return 0;
}

static int clone3_namespace(Target target) {
  (void)target;
  unsigned long long arguments[8] = {CLONE_NEWUSER, 0, 0, 0, SIGCHLD, 0, 0, 0};
  const long child = syscall(435, arguments, sizeof arguments);
  if (child == 0) _exit(0);
  if (child < 0) return hostile_failed();
  waitpid((pid_t)child, NULL, 0);
  return 0;
}

const struct hostile_attack hostile_processes[] = {
    {"trace_parent", trace_parent},
    {"read_parent", read_parent},
    {"write_parent", write_parent},
    {"kill_parent", kill_parent},
    {"kill_all", kill_all},
    {"kill_thread_of_parent", kill_thread_of_parent},
    {"queue_signal", queue_signal},
    {"open_parent", open_parent},
    {"slow_parent", slow_parent},
    {"limit_parent", limit_parent},
    {"own_signals_of_parent", own_signals_of_parent},
    {"fork_process", fork_process},
    {"fork_many", fork_many},
    {"spawn_shell", spawn_shell},
    {"become_shell", become_shell},
    {"become_descriptor", become_descriptor},
    {"become_memory", become_memory},
    {"start_thread", start_thread},
    {"make_namespace", make_namespace},
    {"clone_namespace", clone_namespace},
    {"clone3_namespace", clone3_namespace},
    {NULL, NULL},
};
