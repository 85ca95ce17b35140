# SPDX-License-Identifier: Apache-2.0
"""Providers that crash, hang or end the program in any of their functions: named with the function, and the hint works.
And the commands that put a provider in place and take it away."""

import json
import os
import shutil
import stat
import unittest

from support import PROVIDERS, VAULT, WithService, compile_provider, eventually, install

SOURCE = """
#include <heygen/provider.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <unwind.h>
#define STR(text) ((heygen_str)HEYGEN_LITERAL(text))
enum { NOWHERE, LOAD, INIT, GET_API, RESOLVE, REFRESH, LOGIN, REVOKE, REPORT_OUTCOME, DEINIT };
static int deeper(volatile int *from) { volatile int here[512]; here[0] = *from + 1; return deeper(here) + here[0]; }
static void fault(int where) {
  if (where != WHERE) return;
  volatile int zero = 0;
  switch (KIND) {
    case 0: close(creat(MARK, 0600)); for (;;) pause();
    case 1: *(volatile int *)(long)zero = 1; break;
    case 2: abort();
    case 3: exit(0);
    case 4: deeper(&zero); break;
    case 5: _exit(0);
    case 6: quick_exit(0);
    case 7: zero = 7 / zero; break;
    case 8: {
      static struct _Unwind_Exception thrown;
      _Unwind_RaiseException(&thrown);
      break;
    }
  }
}
__attribute__((constructor)) static void load(void) { fault(LOAD); }
static heygen_status HEYGEN_CALL resolve(const heygen_call *call) {
  fault(RESOLVE);
  call->sink->set_refreshable(call, 1);
  if (WHERE == REFRESH) call->sink->set_expiry(call, 1000000000);
  return call->sink->set_header(call, STR("X-Vault"), STR("v"), 0);
}
static heygen_status HEYGEN_CALL refresh(const heygen_call *call) { (void)call; fault(REFRESH); return HEYGEN_OK; }
static heygen_status HEYGEN_CALL login(const heygen_call *call) {
  fault(LOGIN);
  return call->sink->set_state(call, STR("{\\"token\\":\\"t\\"}"));
}
static heygen_status HEYGEN_CALL forget(const heygen_call *call) { (void)call; fault(REVOKE); return HEYGEN_OK; }
static heygen_status HEYGEN_CALL report(const heygen_call *call, const heygen_outcome *outcome) {
  (void)call; (void)outcome; fault(REPORT_OUTCOME); return HEYGEN_OK;
}
static const heygen_descriptor descriptor = {.struct_size = sizeof descriptor, .id = HEYGEN_LITERAL("vault"),
    .version = HEYGEN_LITERAL("1"), .title = HEYGEN_LITERAL("Vault"), .order = 1000};
static const heygen_provider_1 provider = {.struct_size = sizeof provider, .descriptor = &descriptor,
    .resolve = resolve, .refresh = refresh, .login = login, .revoke = forget, .report_outcome = report};
static heygen_status HEYGEN_CALL init(const heygen_host *host) { (void)host; fault(INIT); return HEYGEN_OK; }
static void HEYGEN_CALL deinit(void) { fault(DEINIT); }
static const void *HEYGEN_CALL get_api(uint32_t major) { (void)major; fault(GET_API); return &provider; }
const heygen_provider_entry_v heygen_provider_entry = {.struct_size = sizeof heygen_provider_entry,
    .min_major = 1, .max_major = 1, .init = init, .deinit = deinit, .get_api = get_api};
"""
HANG, NULL_POINTER, ABORT, EXIT, RECURSION, EXIT_AT_ONCE, QUICK_EXIT, DIVISION, THROW = range(9)
USE = ("video", "list")
# What is typed so that this function runs.
FUNCTIONS = {
    "load": USE,
    "init": USE,
    "get_api": USE,
    "resolve": USE,
    "refresh": USE,
    "login": ("auth", "login", "--vault"),
    "revoke": ("auth", "logout"),
    "report_outcome": USE,
    "deinit": USE,
}


class WithVault(WithService):
    def build(self, where="nowhere", kind=HANG, directory=None):
        """The two files, in a directory of their own or where they run in heygen's process."""
        self.mark = self.home.path / "hangs"
        directory = directory or self.home.in_process()
        directory.mkdir(exist_ok=True)
        source = self.home.path / "vault.c"
        source.write_text(SOURCE, encoding="utf-8")
        flags = ("-O0", "-fexceptions", "-Wno-infinite-recursion", "-Wno-implicit-fallthrough", "-Wno-stringop-overflow")
        compile_provider(source, directory / "vault.so", *flags, f"-DWHERE={where.upper()}", f"-DKIND={kind}", f'-DMARK="{self.mark}"')
        (directory / "vault.provider.json").write_text(json.dumps(VAULT), encoding="utf-8")
        return directory

    def fill(self):
        self.home.write({"providers": {"vault": {"token": "t"}}})

    def assert_names(self, text, function):
        self.assertIn("vault", text)
        self.assertIn(f"{function}()", text)
        self.assertIn("heygen provider disable vault", text)


class Faults(WithVault):
    def test_a_hang_in_any_function_is_named_and_ends(self):
        self.service.api_keys.append(None)
        self.home.write_settings("provider.deadline = 1\n")
        for function, arguments in FUNCTIONS.items():
            if function == "login":
                continue  # ten times as long: below
            with self.subTest(function):
                self.build(function)
                self.fill()
                done = self.start(*arguments).finish()
                self.assertEqual(done.code, 1, done)
                error = done.error()
                self.assertEqual(error["code"], "error")
                self.assert_names(error["message"] + error["hint"], function)
                self.assertIn("1s", error["message"])

    def test_a_login_that_hangs_has_more_time(self):
        self.home.write_settings("provider.deadline = 1\n")
        self.build("login")
        done = self.assert_fails(self.run_heygen("auth", "login", "--vault"), "error", 1)
        self.assert_names(done.error()["message"] + done.error()["hint"], "login")
        self.assertIn("10s", done.error()["message"])

    def test_the_second_interrupt_names_who_does_not_answer(self):
        self.build("resolve")
        self.fill()
        running = self.start(*USE)
        eventually(self.mark.exists, "it was not called")
        running.interrupt()
        eventually(lambda: not self.pending(running), "the first one did not arrive")
        running.interrupt()
        done = self.finish(running)
        self.assert_fails(done, "canceled", 1)
        self.assertEqual(done.error()["message"], "Canceled while waiting for resolve() of provider vault.")

    def test_an_end_at_once_names_the_job_of_a_change(self):
        for kind, code in ((HANG, "canceled"), (ABORT, "error")):
            self.build("report_outcome", kind)
            self.fill()
            for arguments in (("video", "create", "-d", "{}", "--wait"), ("video", "create", "-d", "{}"),
                              ("api", "POST", "/v3/videos", "-d", "{}"), USE):
                with self.subTest(code, arguments=arguments):
                    self.mark.unlink(missing_ok=True)
                    running = self.start(*arguments)
                    if kind == HANG:
                        eventually(self.mark.exists, "it was not called")
                        running.interrupt()
                        eventually(lambda: not self.pending(running), "the first one did not arrive")
                        running.interrupt()
                    error = running.finish().error()
                    self.assertEqual(error["code"], code)
                    job = None if arguments == USE else {"ids": [], "show": "heygen video list"}
                    self.assertEqual(error.get("job"), job)

    def test_a_hang_names_the_job_of_a_change(self):
        self.home.write_settings("provider.deadline = 1\n")
        self.build("report_outcome")
        self.fill()
        error = self.start("video", "create", "-d", "{}", "--wait").finish().error()
        self.assertEqual(error["job"], {"ids": [], "show": "heygen video list"})
        self.assertIn("`heygen video list`", error["hint"])

    def pending(self, running):
        with open(f"/proc/{running.process.pid}/status", encoding="utf-8") as file:
            return any(line.startswith("ShdPnd") and int(line.split()[1], 16) & 2 for line in file)

    def test_a_crash_in_any_function_is_named(self):
        self.service.api_keys.append(None)
        for function, arguments in FUNCTIONS.items():
            for kind in (NULL_POINTER, ABORT, DIVISION) if function == "resolve" else (ABORT, THROW):
                with self.subTest(function, kind=kind):
                    self.build(function, kind)
                    self.fill()
                    before = self.home.file.read_bytes()
                    done = self.start(*arguments).finish()
                    self.assertLess(done.code, 0, done)
                    self.assert_names(done.error()["message"] + done.error()["hint"], function)
                    self.assertEqual(self.home.file.read_bytes(), before)

    def test_an_endless_recursion_is_named(self):
        for function in ("resolve", "init", "refresh"):
            with self.subTest(function):
                self.build(function, RECURSION)
                self.fill()
                done = self.start(*USE).finish()
                self.assertLess(done.code, 0, done)
                self.assert_names(done.err, function)

    def test_one_that_ends_the_program_does_not_pass_for_a_success(self):
        for function, arguments in FUNCTIONS.items():
            if function in ("report_outcome", "deinit"):
                continue  # the result is on stdout already
            for kind in (EXIT, QUICK_EXIT, EXIT_AT_ONCE):
                with self.subTest(function, kind=kind):
                    self.build(function, kind)
                    self.fill()
                    before = self.home.file.read_bytes()
                    done = self.assert_fails(self.run_heygen(*arguments), "error", 1)
                    self.assert_names(done.error()["message"] + done.error()["hint"], function)
                    self.assertEqual(self.home.file.read_bytes(), before)

    def test_a_lock_is_free_after_a_hang(self):
        self.service.api_keys.append(None)
        self.home.write_settings("provider.deadline = 1\n")
        self.build("refresh")
        self.fill()
        self.assertEqual(self.start(*USE).finish().code, 1)
        self.assertEqual(self.start(*USE).finish().code, 1)  # and not a timeout of the lock

    def test_the_deadline_is_a_setting_that_is_checked(self):
        self.build()
        self.fill()
        self.service.api_keys.append(None)
        self.assert_succeeds(self.run_heygen("config", "set", "provider.deadline", "90"))
        self.assert_succeeds(self.run_heygen(*USE))
        for text in ("0", '"soon"', "100000000000"):
            self.home.write_settings(f"provider.deadline = {text}\n")
            done = self.assert_fails(self.run_heygen(*USE), "usage_error", 2)
            self.assertIn("config.toml, line 1: `provider.deadline` ", done.error()["message"])
            self.assert_succeeds(self.run_heygen("config", "get", "provider.deadline"))
            self.assert_succeeds(self.run_heygen("auth", "login", "--help"))
            self.assert_succeeds(self.run_heygen("config", "set", "provider.deadline", "60"))

    def test_a_deadline_that_would_lock_the_user_out_is_not_written(self):
        self.build()
        done = self.assert_fails(self.run_heygen("config", "set", "provider.deadline", "0"), "usage_error", 2)
        self.assertIn("from 1 to 86400", done.error()["hint"])
        self.assertEqual(self.run_heygen("config", "get", "provider.deadline").json()["source"], "default")


class Switched(WithVault):
    def test_off_gets_the_user_going_again(self):
        self.build("resolve", ABORT)
        self.home.write({"providers": {"vault": {"token": "t"}}})
        self.assertLess(self.start(*USE).finish().code, 0)
        self.assert_succeeds(self.run_heygen("provider", "disable", "vault"))
        rows = {row["id"]: row for row in self.run_heygen("provider", "list").json()}
        self.assertEqual(rows["vault"]["state"], "disabled")
        self.assertIn("heygen provider enable vault", self.run_heygen("provider", "why", "vault").json()["why"])
        done = self.assert_fails(self.run_heygen(*USE), "auth_error", 3)
        self.assertIn("because provider `vault` is disabled", done.error()["message"])
        self.assertIn("heygen provider enable vault", done.error()["hint"])
        self.assert_succeeds(self.run_heygen("auth", "login", "--api-key", stdin="good-key\n"))
        self.assert_succeeds(self.run_heygen(*USE))
        done = self.assert_fails(self.run_heygen(*USE, "--provider", "vault"), "auth_error", 3)
        self.assertIn("heygen provider enable vault", done.error()["message"])
        self.assertNotIn("\n      --vault", self.run_heygen("auth", "login", "--help").out)

    def test_on_again(self):
        self.build()
        self.fill()
        self.service.api_keys.append(None)
        self.home.write_settings('# mine\noutput = "json"\n')
        self.assert_succeeds(self.run_heygen("provider", "disable", "vault"))
        self.assert_succeeds(self.run_heygen("provider", "enable", "vault"))
        self.assert_succeeds(self.run_heygen(*USE))
        self.assertTrue((self.home.config / "config.toml").read_text().startswith("# mine\n"))

    def test_an_unknown_one_is_named(self):
        for word in ("disable", "enable"):
            done = self.assert_fails(self.run_heygen("provider", word, "apikei"), "usage_error", 2)
            self.assertIn("apikey", done.error()["hint"])

    def test_another_one_by_name(self):
        self.build("resolve", ABORT)
        self.home.write({"api_key": "good-key", "providers": {"vault": {"token": "t"}}})
        self.assertLess(self.start(*USE, env={"HEYGEN_PROVIDER": "vault"}).finish().code, 0)
        self.assert_succeeds(self.run_heygen(*USE, "--provider", "apikey", env={"HEYGEN_PROVIDER": "vault"}))


class Installed(WithVault):
    def setUp(self):
        super().setUp()
        # Without the checker beside it, so that what is tested is this program.
        self.home.program = install(self.home.path / "program", "apikey", "oauth", "device-code")
        self.directory = self.home.config / "providers"
        self.work = self.home.path / "work"

    def modes(self, *names):
        return [oct(stat.S_IMODE((self.directory / name).stat().st_mode)) for name in names]

    def test_it_loads_afterwards_whatever_the_umask(self):
        self.build(directory=self.work)
        shutil.rmtree(self.home.config, ignore_errors=True)
        for mask in (0o000, 0o077):
            before = os.umask(mask)
            self.addCleanup(os.umask, before)
            done = self.assert_succeeds(self.run_heygen("provider", "install", str(self.work / "vault.so"), "--force"))
            os.umask(before)
            self.assertEqual(self.modes(".", "vault.so", "vault.provider.json"), ["0o700", "0o755", "0o644"])
            self.assertEqual(stat.S_IMODE(self.home.config.stat().st_mode), 0o700)
        self.assertEqual((done.json()["id"], done.json()["checked_by"]), ("vault", "loading it"))
        self.assertEqual(sorted(path.name for path in self.directory.iterdir()), ["vault.provider.json", "vault.so"])
        self.service.api_keys.append(None)
        self.assert_succeeds(self.run_heygen("auth", "login", "--vault"))
        self.assert_succeeds(self.run_heygen(*USE))

    def test_nothing_is_replaced_unasked(self):
        self.build(directory=self.work)
        self.assert_succeeds(self.run_heygen("provider", "install", str(self.work / "vault.provider.json")))
        done = self.run_heygen("provider", "install", str(self.work / "vault.so"))
        self.assert_fails(done, "file_exists", 1)
        self.assertIn("--force", done.error()["hint"])
        other = {**VAULT, "id": "other"}
        (self.work / "vault.provider.json").write_text(json.dumps(other), encoding="utf-8")
        done = self.assert_fails(self.run_heygen("provider", "install", str(self.work / "vault.so"), "--force"), "file_exists", 1)
        self.assertIn("vault.provider.json", done.error()["message"])

    def test_what_does_not_pass_changes_nothing(self):
        for where, kind in (("load", ABORT), ("init", ABORT), ("init", EXIT), ("init", EXIT_AT_ONCE), ("get_api", QUICK_EXIT)):
            with self.subTest(where, kind=kind):
                self.build(where, kind, directory=self.work)
                done = self.assert_fails(self.run_heygen("provider", "install", str(self.work / "vault.so")), "error", 1)
                self.assertIn("vault", done.error()["message"])
        self.build(directory=self.work)
        wrong = {**VAULT, "title": "Another"}
        (self.work / "vault.provider.json").write_text(json.dumps(wrong), encoding="utf-8")
        done = self.assert_fails(self.run_heygen("provider", "install", str(self.work / "vault.so")), "error", 1)
        self.assertIn("`title`", done.err)
        self.assertEqual(list(self.directory.iterdir()), [])

    def test_a_file_that_is_not_a_provider_is_named(self):
        self.work.mkdir()
        (self.work / "alone.so").write_bytes(b"\x7fELF")
        (self.work / "notes.sh").write_bytes(b"x")
        (self.work / "x.provider.json").write_text("{", encoding="utf-8")
        (self.work / "y.provider.json").write_text(json.dumps({**VAULT, "library": "none.so"}), encoding="utf-8")
        no_file, no_provider = ("cli_file_io_error", 1), ("usage_error", 2)
        for name, word, (code, status) in (
            ("none", "no such file", no_file),
            ("alone.so", "no manifest", no_provider),
            ("notes.sh", "neither a library nor a manifest", no_provider),
            ("x.provider.json", "not a valid manifest", no_provider),
            ("y.provider.json", "none.so", no_file),
            (".", "is a directory", no_file),
        ):
            with self.subTest(name):
                done = self.run_heygen("provider", "install", str(self.work / name))
                self.assert_fails(done, code, status)
                self.assertIn(word, done.error()["message"])

    def test_a_checker_beside_the_program_is_asked(self):
        self.build(directory=self.work)
        checker = self.home.program.parent / "heygen-provider-check"
        for code, text in ((0, ""), (1, "rule 12 is broken")):
            checker.write_text(f"#!/bin/sh\nenv > '{self.home.path}/seen'\necho '{text}'\nexit {code}\n", encoding="utf-8")
            checker.chmod(0o755)
            done = self.run_heygen("provider", "install", str(self.work / "vault.so"), "--force",
                                   env={"HEYGEN_API_KEY": "a-secret-key"})
            self.assertEqual(done.code, code, done)
            self.assertIn(text, done.err)
            self.assertNotIn("a-secret-key", (self.home.path / "seen").read_text())

    def test_the_checker_is_strict_and_is_given_the_world_file(self):
        self.build(directory=self.work)
        checker = self.home.program.parent / "heygen-provider-check"
        checker.write_text(f"#!/bin/sh\nshift\necho \"$@\" > '{self.home.path}/words'\n", encoding="utf-8")
        checker.chmod(0o755)
        elsewhere = ("env", "-C", str(self.home.path))
        for words, given in (((), ""), (("--world", "world.json"), f" --world {self.home.path / 'world.json'}")):
            done = self.run_heygen("provider", "install", str(self.work / "vault.so"), "--force", *words, prefix=elsewhere)
            self.assert_succeeds(done)
            self.assertEqual((self.home.path / "words").read_text(), f"--strict{given}\n")

    def test_the_load_gets_nothing_of_this_process(self):
        self.work.mkdir()
        seen = self.home.path / "seen"
        body = f"""
#include <dirent.h>
#include <stdio.h>
extern char **environ;
__attribute__((constructor)) static void look(void) {{
  FILE *out = fopen("{seen}", "we");
  for (char **one = environ; *one; ++one) fprintf(out, "env %s\\n", *one);
  fclose(out);
  DIR *files = opendir("/proc/self/fd");
  out = fopen("{seen}", "ae");
  for (struct dirent *one; (one = readdir(files));)
    if (one->d_name[0] != '.' && atoi(one->d_name) > 2 && atoi(one->d_name) != dirfd(files) && atoi(one->d_name) != fileno(out))
      fprintf(out, "fd %s\\n", one->d_name);
  int terminal = open("/dev/tty", O_RDWR);
  fprintf(out, "tty %d\\n", terminal);
  fclose(out);
}}
"""
        source = self.home.path / "vault.c"
        source.write_text("#define _GNU_SOURCE\n" + SOURCE + body, encoding="utf-8")
        flags = ("-Wno-implicit-fallthrough", "-Wno-infinite-recursion", "-std=gnu11")
        compile_provider(source, self.work / "vault.so", *flags, "-DWHERE=NOWHERE", "-DKIND=0", '-DMARK=""')
        (self.work / "vault.provider.json").write_text(json.dumps(VAULT), encoding="utf-8")
        self.home.write({"api_key": "stored-key"})
        inherited = ("bash", "-c", f'exec 27<"{self.home.file}" && exec "$@"', "sh")
        env = {"HEYGEN_API_KEY": "a-secret-key", "OTHER": "x"}
        done = self.run_heygen("provider", "install", str(self.work / "vault.so"), env=env, prefix=inherited)
        self.assertEqual(self.assert_succeeds(done).json()["checked_by"], "loading it")
        lines = seen.read_text().splitlines()
        self.assertEqual([line for line in lines if line.startswith("env ")], ["env PATH=/usr/local/bin:/usr/bin:/bin"])
        self.assertIn("tty -1", lines)
        self.assertNotIn("fd 27", lines)  # what the program opens itself has small numbers

    def test_it_is_removed_and_its_login_stays(self):
        self.build(directory=self.home.providers())
        self.fill()
        done = self.assert_fails(self.run_heygen("provider", "remove", "vault"), "confirmation_required", 1)
        self.assertTrue((self.directory / "vault.so").exists(), done)
        done = self.assert_succeeds(self.run_heygen("provider", "remove", "vault", "--force"))
        self.assertEqual((len(done.json()["removed"]), done.json()["login_kept"]), (2, True))
        self.assertIn("heygen auth logout", done.err)
        self.assertEqual(list(self.directory.iterdir()), [])
        self.assertEqual(self.home.read(), {"providers": {"vault": {"token": "t"}}})

    def test_only_what_is_the_users_is_removed(self):
        before = sorted(path.name for path in PROVIDERS.iterdir())
        done = self.assert_fails(self.run_heygen("provider", "remove", "apikey", "--force"), "usage_error", 2)
        self.assertIn("heygen provider disable apikey", done.error()["hint"])
        self.assert_fails(self.run_heygen("provider", "remove", "../credentials", "--force"), "usage_error", 2)
        self.assert_fails(self.run_heygen("provider", "remove", "missing", "--force"), "usage_error", 2)
        self.assertEqual(sorted(path.name for path in PROVIDERS.iterdir()), before)


if __name__ == "__main__":
    unittest.main()
