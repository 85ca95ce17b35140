# SPDX-License-Identifier: Apache-2.0
"""Providers in processes of their own: whatever one of them does, heygen ends with an error that names it, and nothing lingers."""

import json
import os
import pathlib
import random
import signal
import socket
import struct
import subprocess

from provider_faults_test import (
    ABORT,
    DIVISION,
    EXIT,
    EXIT_AT_ONCE,
    HANG,
    NULL_POINTER,
    QUICK_EXIT,
    RECURSION,
    USE,
    WithVault,
)
from support import BUILD, VAULT, compile_provider, eventually, install, unsanitized

RUNNER = BUILD / "libexec" / "heygen" / "heygen-provider-runner"

# What the runner itself must bear: hostile code has its descriptors and its memory.
HOSTILE = """
#define _GNU_SOURCE
#include <heygen/provider.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#define STR(text) ((heygen_str)HEYGEN_LITERAL(text))
enum { SOCKET = 3 };
static void say(const void *bytes, size_t size) { if (write(SOCKET, bytes, size) < 0) _exit(1); }
static void frame(uint32_t size, uint32_t kind) { uint32_t header[2] = {size, kind}; say(header, sizeof header); }
static void act(const heygen_call *call) {
  const heygen_log_1_v *log = call->get_extension(call, STR(HEYGEN_LOG_1));
  const heygen_json_1_v *json = call->get_extension(call, STR(HEYGEN_JSON_1));
  (void)log; (void)json;
  ACT;
}
static heygen_status HEYGEN_CALL resolve(const heygen_call *call) {
  act(call);
  call->sink->set_refreshable(call, 1);
  return call->sink->set_header(call, STR("X-Vault"), STR("v"), 0);
}
static heygen_status HEYGEN_CALL nothing(const heygen_call *call) { (void)call; return HEYGEN_OK; }
static const heygen_descriptor descriptor = {.struct_size = sizeof descriptor, .id = HEYGEN_LITERAL("vault"),
    .version = HEYGEN_LITERAL("1"), .title = HEYGEN_LITERAL("Vault"), .order = 1000};
static const heygen_provider_1 provider = {.struct_size = sizeof provider, .descriptor = &descriptor,
    .resolve = resolve, .refresh = nothing, .login = nothing, .revoke = nothing};
static heygen_status HEYGEN_CALL init(const heygen_host *host) { (void)host; return HEYGEN_OK; }
static void HEYGEN_CALL deinit(void) {}
static const void *HEYGEN_CALL get_api(uint32_t major) { (void)major; return &provider; }
const heygen_provider_entry_v heygen_provider_entry = {.struct_size = sizeof heygen_provider_entry,
    .min_major = 1, .max_major = 1, .init = init, .deinit = deinit, .get_api = get_api};
"""
MALFORMED = "malformed message"
REQUEST, RESPONSE, LOG, RESULT, CAGED = 7, 8, 9, 11, 2
# What the provider does, and what the error says of it.
ACTS = {
    "garbage": ('for (int i = 0; i < 100; ++i) say("GET / HTTP/1.1\\r\\n", 16)', MALFORMED),
    "an unknown function": (f"frame(4, {REQUEST}); uint32_t code = 4000; say(&code, sizeof code)", MALFORMED),
    "a request without its arguments": (f"frame(4, {REQUEST}); uint32_t code = 0; say(&code, sizeof code)", MALFORMED),
    "a frame for the other side": (f"frame(0, {RESPONSE})", MALFORMED),
    "a second cage": (f"frame(6, {CAGED}); say(\"123456\", 6)", MALFORMED),
    "a frame without end": (f"frame(0xFFFFFFF0u, {REQUEST})", MALFORMED),
    "half a frame": (f"frame(100, {REQUEST}); for (;;) pause()", "did not respond: it ran for 1s"),
    "a half result and the end": (f"frame(9, {RESULT}); say(\"1\", 1); close(SOCKET); for (;;) pause()", "closed its connection"),
    "a closed connection": ("close(SOCKET); for (;;) pause()", "closed its connection"),
    "a flood of log lines": ('for (;;) log->write(call, HEYGEN_LOG_DEBUG, STR("again and again"))', "more log lines than a call may"),
    "long log lines": (
        "static char line[1 << 20]; memset(line, 'a', sizeof line);"
        " for (;;) log->write(call, HEYGEN_LOG_DEBUG, (heygen_str){line, sizeof line})",
        "more log lines than a call may",
    ),
    "a flood of sink calls": ("for (;;) call->sink->set_expiry(call, 2000000000)", "for more than a call may"),
    "documents without end": (
        "static char text[1 << 20]; memset(text, '0', sizeof text);"
        " for (size_t i = 0; i < sizeof text; i += 2) text[i] = ','; text[0] = '['; text[sizeof text - 1] = ']';"
        " text[sizeof text - 2] = ' '; for (;;) json->parse(call, (heygen_str){text, sizeof text})",
        "more than a call may",
    ),
    "requests without a reader": (
        f"for (int i = 0; i < 100000; ++i) {{ frame(4, {REQUEST}); uint32_t code = 26; say(&code, sizeof code); }}",
        "vault",
    ),
    "memory without end": (
        "for (;;) { volatile char *more = malloc(1 << 24); if (more == NULL) abort(); *more = 1; }",
        "SIGABRT",
    ),
    "a fork bomb": ("for (;;) fork()", "did not respond: it ran for 1s"),
}


def children():
    """The processes of isolated providers on this machine, by what runs in them."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and os.readlink(entry / "exe") in PROGRAMS:
                found.append(int(entry.name))
        except OSError:
            continue
    return found


PROGRAMS = set()


class Isolated(WithVault):
    """A provider in the user's directory, which is isolated: with a runner of its own, so that its process can be told from others."""

    def setUp(self):
        super().setUp()
        self.home.program = install(self.home.path / "program", "apikey", "oauth", "device-code")
        self.runner = self.home.path / "program" / "libexec" / "heygen" / "heygen-provider-runner"
        PROGRAMS.add(str(self.runner))
        self.addCleanup(PROGRAMS.discard, str(self.runner))
        self.home.write_settings("provider.deadline = 1\n")
        self.service.api_keys.append(None)

    def tearDown(self):
        eventually(lambda: not children(), "a process of a provider lingers")
        super().tearDown()

    def act(self, code):
        directory = self.home.providers()
        source = self.home.path / "vault.c"
        source.write_text(HOSTILE.replace("ACT;", code + ";"), encoding="utf-8")
        compile_provider(source, directory / "vault.so", "-O1", "-Wno-infinite-recursion", "-Wno-unused-result", "-Wno-unused-function")
        (directory / "vault.provider.json").write_text(json.dumps(VAULT), encoding="utf-8")
        self.fill()

    def put(self, where, kind):
        self.build(where, kind, self.home.providers())
        self.fill()

    def assert_bug(self, done, function, words):
        error = self.assert_fails(done, "error", 1).error()
        for word in ("provider `vault`", f"{function}()", words):
            self.assertIn(word, error["message"])


ENDS = {
    NULL_POINTER: "SIGSEGV",
    ABORT: "SIGABRT",
    EXIT: "ended its process",
    RECURSION: "SIGSEGV",
    EXIT_AT_ONCE: "ended its process",
    QUICK_EXIT: "ended its process",
    DIVISION: "SIGFPE",
}


@unsanitized
class Faults(Isolated):
    def test_every_end_of_its_process_is_named(self):
        for kind, words in ENDS.items():
            with self.subTest(words, kind=kind):
                self.put("resolve", kind)
                self.assert_bug(self.run_heygen(*USE), "resolve", words)

    def test_every_function_is_named(self):
        commands = {"refresh": USE, "login": ("auth", "login", "--vault")}
        for function, arguments in commands.items():
            with self.subTest(function):
                self.put(function, NULL_POINTER)
                self.assert_bug(self.run_heygen(*arguments), function, "SIGSEGV")

    def test_a_crash_while_it_is_loaded_refuses_it(self):
        for function in ("load", "init", "get_api"):
            for kind, words in ((NULL_POINTER, "SIGSEGV"), (EXIT, "ended its process"), (HANG, "did not respond: it ran for 1s")):
                with self.subTest(function, kind=kind):
                    self.put(function, kind)
                    message = self.assert_fails(self.run_heygen(*USE), "auth_error", 3).error()["message"]
                    self.assertIn(words, message)
                    self.assertIn(f"in {function}()", message)
                    self.assertIn("vault.so", message)

    def test_what_is_not_waited_for_ends_no_command(self):
        for function, arguments in (("report_outcome", USE), ("deinit", USE), ("revoke", ("auth", "logout"))):
            for kind in (NULL_POINTER, EXIT, HANG):
                with self.subTest(function, kind=kind):
                    self.put(function, kind)
                    done = self.run_heygen(*arguments)
                    self.assertEqual(done.code, 0, done)

    def test_a_hang_ends(self):
        self.put("resolve", HANG)
        self.assert_bug(self.run_heygen(*USE), "resolve", "did not respond: it ran for 1s")

    def test_hostile_code_ends_in_an_error(self):
        for name, (code, words) in ACTS.items():
            with self.subTest(name):
                self.act(code)
                self.assert_bug(self.run_heygen(*USE), "resolve", words)
                eventually(lambda: not children(), "a process lingers")

    def test_a_report_shows_the_others(self):
        self.act("abort()")
        self.home.env["HEYGEN_API_KEY"] = "good-key"
        rows = {row["provider"]: row for row in self.run_heygen("auth", "explain").json()["providers"]}
        self.assertEqual(rows["apikey"]["verdict"], "used")
        self.assertIn("oauth", rows)
        del self.home.env["HEYGEN_API_KEY"]
        done = self.start("auth", "explain").finish()  # a report and an error
        self.assertEqual(done.code, 1, done)
        rows = {row["provider"]: row for row in json.loads(done.out)["providers"]}
        self.assertIn("SIGABRT", rows["vault"]["why"])
        self.assertEqual(rows["device-code"]["verdict"], "absent")

    def test_it_is_canceled_at_once(self):
        self.home.write_settings("provider.deadline = 60\n")
        self.act("for (;;) pause()")
        running = self.start(*USE)
        eventually(children, "it was not started")
        running.interrupt()
        self.assert_fails(self.finish(running), "canceled", 1)

    def test_it_ends_with_heygen(self):
        self.home.write_settings("provider.deadline = 60\n")
        self.act("for (;;) pause()")
        running = self.start(*USE)
        eventually(children, "it was not started")
        running.process.send_signal(signal.SIGKILL)
        eventually(lambda: not children(), "it outlives heygen")
        running.process.wait()

    def test_it_may_see_the_cancellation_itself(self):
        self.home.write_settings("provider.deadline = 60\n")
        self.act(
            "const heygen_cancel_1_v *cancel = call->get_extension(call, STR(HEYGEN_CANCEL_1));"
            "call->sink->set_expiry(call, 2000000000);"
            "while (!cancel->canceled(call)) usleep(1000);"
        )
        running = self.start(*USE)
        eventually(children, "it was not started")
        running.interrupt()
        self.finish(running)

    def test_what_the_cage_denied_is_said_with_the_line_that_permits_it(self):
        secret = self.home.path / "id_rsa"
        secret.write_text("secret-key", encoding="utf-8")
        self.act(
            f'#include <fcntl.h>\nif (open("{secret}", O_RDONLY) < 0)'
            ' { call->sink->fail(call, STR(""), STR("No key."), STR(""), 0); abort(); }'
        )
        error = self.assert_fails(self.run_heygen(*USE), "error", 1).error()
        self.assertIn(f"it tried to open {secret} to read, which it does not declare", error["hint"])
        self.assertIn(f"files=read:{secret}", error["hint"])

    def test_without_the_runner_it_is_refused(self):
        self.act("")
        self.runner.unlink()
        message = self.assert_fails(self.run_heygen(*USE), "auth_error", 3).error()["message"]
        self.assertIn("heygen-provider-runner", message)


@unsanitized
class Runner(Isolated):
    """The child's end, with bytes that heygen never sends: it ends by itself, without a crash."""

    def feed(self, data):
        ours, theirs = socket.socketpair()
        with ours:
            child = subprocess.Popen(
                ["sh", "-c", f'exec 3<&{theirs.fileno()}; exec "$0"', self.runner], pass_fds=[theirs.fileno()], env={}, stdin=subprocess.DEVNULL
            )
            theirs.close()
            try:
                ours.sendall(data)
                ours.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # it has ended
            try:
                return child.wait(timeout=30)
            finally:
                child.kill()
                child.wait()

    def test_random_bytes(self):
        dice = random.Random(14)
        for round_number in range(150):
            kind = dice.choice((1, 6, 8, 12, dice.randrange(20)))
            body = bytes(dice.randrange(256) for _ in range(dice.randrange(60)))
            size = dice.choice((len(body), dice.randrange(200), 0xFFFFFFFF))
            with self.subTest(round=round_number):
                self.assertEqual(self.feed(struct.pack("<II", size, kind) + body), 1)


if __name__ == "__main__":
    import unittest

    unittest.main()
