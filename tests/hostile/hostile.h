/* SPDX-License-Identifier: Apache-2.0
 * Attacks on the user and on heygen, as a provider could make them. harness.cpp runs each in a process, with and
 * without the cage. */
#ifndef HOSTILE_H
#define HOSTILE_H

#include <stddef.h>

/* What an attack is aimed at. All of it exists and is the test's own. */
struct hostile_target {
  const char* home;      /* a directory with .ssh/id_rsa, credentials.json and .bashrc */
  const char* library;   /* the hostile library's own file */
  const char* datagrams; /* a Unix socket that receives datagrams */
  const char* socket;    /* a Unix socket that listens */
  const char* abstract;  /* the name of an abstract one */
  int tcp;               /* ports on 127.0.0.1 */
  int udp;
  int parent;         /* the process that holds `secret` */
  const void* secret; /* in the parent's memory */
  int inherited;      /* a descriptor of the credentials */
};

/* 0: it worked. Otherwise the errno that stopped it. */
typedef int (*hostile_function)(const struct hostile_target*);

struct hostile_attack {
  const char* name;
  hostile_function run;
};

/* The harness has this; as a real provider there is none. The constructors use it. */
extern const struct hostile_target* hostile_now __attribute__((weak));

/* What a constructor did, before anything else of the library ran: -1 is nothing yet. */
extern volatile int hostile_constructor_result;
extern volatile int hostile_thread_result;

/* Each ends with a null name. */
extern const struct hostile_attack hostile_files[];
extern const struct hostile_attack hostile_processes[];
extern const struct hostile_attack hostile_sockets[];
extern const struct hostile_attack hostile_kernel[];
extern const struct hostile_attack hostile_start[];

/* The exported function: runs the attack of that name, or returns -1. */
__attribute__((visibility("default"))) int hostile_run(const char* name, const struct hostile_target* target);
/* The name of an attack by its place, or null. */
__attribute__((visibility("default"))) const char* hostile_name(size_t place);

/* Shared by the files. */
int hostile_failed(void);           /* errno, never 0 */
int hostile_read(const char* path); /* opens and reads it */
const char* hostile_path(const struct hostile_target* target,
                         const char* name); /* in the home; one at a time per thread */

#endif
