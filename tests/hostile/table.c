/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hostile.h"

static const struct hostile_attack* const kGroups[] = {hostile_files, hostile_processes, hostile_sockets,
                                                       hostile_kernel, hostile_start};

static const struct hostile_attack* at(size_t place) {
  for (size_t group = 0; group < sizeof kGroups / sizeof *kGroups; ++group) {
    for (const struct hostile_attack* one = kGroups[group]; one->name != NULL; ++one) {
      if (place-- == 0) return one;
    }
  }
  return NULL;
}

const char* hostile_name(size_t place) {
  const struct hostile_attack* one = at(place);
  return one == NULL ? NULL : one->name;
}

int hostile_run(const char* name, const struct hostile_target* target) {
  const struct hostile_attack* one;
  for (size_t place = 0; (one = at(place)) != NULL; ++place) {
    if (strcmp(one->name, name) == 0) return one->run(target);
  }
  return -1;
}

int hostile_failed(void) {
  return errno == 0 ? ENODATA : errno;
}

int hostile_read(const char* path) {
  char byte;
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return hostile_failed();
  errno = 0;
  const int result = read(fd, &byte, 1) == 1 ? 0 : hostile_failed();
  close(fd);
  return result;
}

const char* hostile_path(const struct hostile_target* target, const char* name) {
  static _Thread_local char path[4096];
  snprintf(path, sizeof path, "%s/%s", target->home, name);
  return path;
}
