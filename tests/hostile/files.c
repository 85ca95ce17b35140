/* SPDX-License-Identifier: Apache-2.0
 * Reading what is the user's, and writing anywhere. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hostile.h"

typedef const struct hostile_target* Target;

static int result_of(int value) {
  return value < 0 ? hostile_failed() : 0;
}

static int read_ssh_key(Target target) {
  return hostile_read(hostile_path(target, ".ssh/id_rsa"));
}

static int read_credentials(Target target) {
  return hostile_read(hostile_path(target, "credentials.json"));
}

/* By a path that begins where reading is granted. */
static int read_by_dots(Target target) {
  char path[4096];
  snprintf(path, sizeof path, "/usr/lib/../..%s", hostile_path(target, ".ssh/id_rsa"));
  return hostile_read(path);
}

/* The number of the system call itself, with no function of the C library. */
static int read_by_number(Target target) {
#ifdef __x86_64__
  long result = 257; /* openat */
  const char* path = hostile_path(target, ".ssh/id_rsa");
  register long flags __asm__("rdx") = O_RDONLY;
  register long mode __asm__("r10") = 0;
  __asm__ volatile("syscall" : "+a"(result) : "D"(-100L), "S"(path), "r"(flags), "r"(mode) : "rcx", "r11", "memory");
  return result < 0 ? (int)-result : 0;
#else
  return result_of((int)syscall(SYS_openat, AT_FDCWD, hostile_path(target, ".ssh/id_rsa"), O_RDONLY));
#endif
}

static int read_by_openat2(Target target) {
  const unsigned long long how[3] = {O_RDONLY, 0, 0};
  return result_of((int)syscall(437, AT_FDCWD, hostile_path(target, ".ssh/id_rsa"), how, sizeof how));
}

/* The path changes during its check. The key begins with another letter than the other file. */
static char swapped[4096];
static volatile int swapping;

static void* swap(void* key) {
  while (swapping) {
    memcpy(swapped, key, strlen(key) + 1);
    memcpy(swapped, "/etc/ld.so.cache", 17);
  }
  return NULL;
}

static int swap_path(Target target) {
  char key[4096];
  pthread_t thread;
  snprintf(key, sizeof key, "%s", hostile_path(target, ".ssh/id_rsa"));
  swapping = 1;
  const int error = pthread_create(&thread, NULL, swap, key);
  if (error != 0) return error;
  int result = EACCES;
  for (int tries = 0; tries < 3000 && result != 0; ++tries) {
    char first = 0;
    const int fd = open(swapped, O_RDONLY | O_CLOEXEC);
    if (fd < 0) continue;
    if (read(fd, &first, 1) == 1 && first == 's') result = 0;
    close(fd);
  }
  swapping = 0;
  pthread_join(thread, NULL);
  return result;
}

static int look_at_key(Target target) {
  struct stat info;
  return result_of(stat(hostile_path(target, ".ssh/id_rsa"), &info));
}

static int list_home(Target target) {
  DIR* directory = opendir(target->home);
  if (directory == NULL) return hostile_failed();
  closedir(directory);
  return 0;
}

static int read_link(Target target) {
  char text[64];
  return result_of((int)readlink(hostile_path(target, "link"), text, sizeof text));
}

static int create_file(Target target) {
  return result_of(open(hostile_path(target, "created"), O_CREAT | O_WRONLY, 0600));
}

static int create_in_tmp(Target target) {
  (void)target;
  char name[] = "/tmp/hostile-XXXXXX";
  const int fd = mkstemp(name);
  if (fd < 0) return hostile_failed();
  unlink(name);
  return 0;
}

static int append_to_startup_file(Target target) {
  return result_of(open(hostile_path(target, ".bashrc"), O_WRONLY | O_APPEND));
}

static int truncate_file(Target target) {
  return result_of(truncate(hostile_path(target, ".bashrc"), 0));
}

static int delete_file(Target target) {
  return result_of(unlink(hostile_path(target, "victim")));
}

static int rename_file(Target target) {
  char from[4096];
  snprintf(from, sizeof from, "%s", hostile_path(target, "victim"));
  return result_of(rename(from, hostile_path(target, "renamed")));
}

static int make_directory(Target target) {
  return result_of(mkdir(hostile_path(target, "made"), 0700));
}

static int make_link(Target target) {
  return result_of(symlink("/etc/passwd", hostile_path(target, "made-link")));
}

static int make_hard_link(Target target) {
  char from[4096];
  snprintf(from, sizeof from, "%s", hostile_path(target, ".ssh/id_rsa"));
  return result_of(link(from, hostile_path(target, "hard-link")));
}

static int make_pipe(Target target) {
  return result_of(mkfifo(hostile_path(target, "pipe"), 0600));
}

static int change_mode(Target target) {
  return result_of(chmod(hostile_path(target, ".ssh/id_rsa"), 0644));
}

static int change_times(Target target) {
  return result_of(utimensat(AT_FDCWD, hostile_path(target, ".bashrc"), NULL, 0));
}

/* It may be read, so there is a descriptor; its owner could change it through that. */
static int change_mode_of_library(Target target) {
  const int fd = open(target->library, O_RDONLY);
  return fd < 0 ? hostile_failed() : result_of(fchmod(fd, 0755));
}

static int watch_home(Target target) {
  const int fd = inotify_init1(IN_CLOEXEC);
  return fd < 0 ? hostile_failed() : result_of(inotify_add_watch(fd, target->home, IN_ALL_EVENTS));
}

static int open_terminal(Target target) {
  (void)target;
  return result_of(open("/dev/tty", O_RDWR));
}

static int type_into_terminal(Target target) {
  (void)target;
  return result_of(ioctl(0, TIOCSTI, "x"));
}

static int read_inherited(Target target) {
  char byte;
  errno = 0;
  return pread(target->inherited, &byte, 1, 0) == 1 ? 0 : hostile_failed();
}

static int share_memory(Target target) {
  (void)target;
  char name[64];
  snprintf(name, sizeof name, "/hostile-%d", getpid());
  const int fd = shm_open(name, O_CREAT | O_RDWR, 0600);
  if (fd < 0) return hostile_failed();
  shm_unlink(name);
  return 0;
}

static int make_message_queue(Target target) {
  (void)target;
  struct mq_attr attributes = {.mq_maxmsg = 1, .mq_msgsize = 8};
  const mqd_t queue = mq_open("/hostile", O_CREAT | O_RDWR, 0600, &attributes);
  if (queue == (mqd_t)-1) return hostile_failed();
  mq_unlink("/hostile");
  return 0;
}

static int read_other_environment(Target target) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/environ", target->parent);
  return hostile_read(path);
}

static int read_other_memory(Target target) {
  char path[64];
  char byte;
  snprintf(path, sizeof path, "/proc/%d/mem", target->parent);
  const int fd = open(path, O_RDONLY);
  if (fd < 0) return hostile_failed();
  errno = 0;
  return pread(fd, &byte, 1, (off_t)target->secret) == 1 ? 0 : hostile_failed();
}

static int read_own_descriptors(Target target) {
  (void)target;
  DIR* directory = opendir("/proc/self/fd");
  if (directory == NULL) return hostile_failed();
  closedir(directory);
  return 0;
}

const struct hostile_attack hostile_files[] = {
    {"read_ssh_key", read_ssh_key},
    {"read_credentials", read_credentials},
    {"read_by_dots", read_by_dots},
    {"read_by_number", read_by_number},
    {"read_by_openat2", read_by_openat2},
    {"swap_path", swap_path},
    {"look_at_key", look_at_key},
    {"list_home", list_home},
    {"read_link", read_link},
    {"create_file", create_file},
    {"create_in_tmp", create_in_tmp},
    {"append_to_startup_file", append_to_startup_file},
    {"truncate_file", truncate_file},
    {"delete_file", delete_file},
    {"rename_file", rename_file},
    {"make_directory", make_directory},
    {"make_link", make_link},
    {"make_hard_link", make_hard_link},
    {"make_pipe", make_pipe},
    {"change_mode", change_mode},
    {"change_times", change_times},
    {"change_mode_of_library", change_mode_of_library},
    {"watch_home", watch_home},
    {"open_terminal", open_terminal},
    {"type_into_terminal", type_into_terminal},
    {"read_inherited", read_inherited},
    {"share_memory", share_memory},
    {"make_message_queue", make_message_queue},
    {"read_other_environment", read_other_environment},
    {"read_other_memory", read_other_memory},
    {"read_own_descriptors", read_own_descriptors},
    {NULL, NULL},
};
