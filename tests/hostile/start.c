/* SPDX-License-Identifier: Apache-2.0
 * Time bombs: what runs while the library is mapped, before anything of it is called. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include "hostile.h"

volatile int hostile_constructor_result = -1;
volatile int hostile_thread_result = -1;
static pthread_t waiting;

static void* read_later(void* argument) {
  (void)argument;
  hostile_thread_result = hostile_read(hostile_path(hostile_now, ".ssh/id_rsa"));
  return NULL;
}

__attribute__((constructor)) static void begin(void) {
  if (&hostile_now == NULL || hostile_now == NULL) return;
  hostile_constructor_result = hostile_read(hostile_path(hostile_now, "credentials.json"));
  const int error = pthread_create(&waiting, NULL, read_later, NULL);
  if (error != 0) hostile_thread_result = error;
}

static int constructor(const struct hostile_target* target) {
  (void)target;
  return hostile_constructor_result;
}

static int thread_of_constructor(const struct hostile_target* target) {
  (void)target;
  if (hostile_thread_result < 0) pthread_join(waiting, NULL);
  return hostile_thread_result;
}

const struct hostile_attack hostile_start[] = {
    {"constructor", constructor},
    {"thread_of_constructor", thread_of_constructor},
    {NULL, NULL},
};
