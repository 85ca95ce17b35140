# SPDX-License-Identifier: Apache-2.0
"""`heygen doctor`: each check passes and fails for its reason, nothing changes, and nothing secret shows."""

import fcntl
import json
import os
import pathlib
import stat
import subprocess
import threading
import time
import unittest

from support import PAST, VAULT, EndToEnd, Home, WithService, certificates, compile_provider, eventually, install
from support import may_mount
from daemons import free_port
from policy_test import IN_EFFECT
from proxy import Proxy
from service import TOKEN, Service

LIMIT_S = 20  # of the whole command; the tests allow for a busy machine
SLACK_S = 20

CRASHES = """
#include <heygen/provider.h>
#include <unistd.h>
__attribute__((constructor)) static void load(void) { BODY }
"""


class WithDoctor(WithService):
    prints_before_it_fails = True

    def setUp(self):
        directory = certificates()
        self.tls = (directory / "server.pem", directory / "server.key")
        super().setUp()
        self.home.env.update(SSL_CERT_FILE=str(directory / "ca.pem"), USER="ada")

    def secrets(self):
        return [*super().secrets(), "ada@example.test", "p@ss word", "p%40ss%20word", "hush-hush"]

    def checked(self, done):
        if "--human" not in done.arguments:
            return super().checked(done)
        for secret in [*self.secrets(), "\x1b"]:
            self.assertNotIn(secret, done.out + done.err)
        return done

    def doctor(self, *options, prefix=(), **env):
        done = self.run_heygen("doctor", *options, env=env, prefix=prefix, seconds=LIMIT_S + SLACK_S)
        self.checks = {check["id"]: check for check in json.loads(done.out)["checks"]} if done.out.startswith("{") else {}
        failed = [name for name, check in self.checks.items() if check["status"] == "fail"]
        if self.checks:
            self.assertEqual(done.code, 1 if failed else 0, done)
        if done.code and self.checks:
            self.assertEqual(done.error()["message"], f"Checks failed: {', '.join(failed)}.")
        return done

    def assert_check(self, name, status, *words):
        self.assertIn(name, self.checks)
        check = self.checks[name]
        self.assertEqual(check["status"], status, check)
        for word in words:
            self.assertIn(word, f"{check['summary']} {check['next']}")
        if status == "fail":
            self.assertTrue(check["next"], check)


class Online(WithDoctor):
    def test_all_is_well(self):
        self.logged_in()
        done = self.assert_succeeds(self.doctor())
        self.assertEqual(
            list(self.checks),
            "program terminal browser config policy credentials locks provider.apikey provider.oauth "
            "provider.device-code proxy dns connection tls api clock credential".split(),
        )
        self.assertEqual({check["status"] for check in self.checks.values()}, {"ok"}, done)
        self.assertEqual({tuple(check) for check in self.checks.values()}, {("id", "status", "summary", "next")})
        self.assert_check("tls", "ok", "TLSv1.3", "Throw-away test CA")
        self.assert_check("api", "ok", "401")
        self.assert_check("credential", "ok", "oauth")
        self.assertEqual([request.path for request in self.service.requests], ["/v3/users/me"] * 2)
        self.assertIsNone(self.service.requests[0].bearer())

    def test_a_wrong_clock_is_compared_with_the_servers(self):
        self.logged_in()
        for ahead, status, words in (
            (7200, "fail", "behind"),
            (-7200, "fail", "ahead of"),
            (150, "warn", "behind"),
            (20, "ok", "agrees"),
        ):
            with self.subTest(ahead):
                self.service.clock_ahead_s = ahead
                self.doctor()
                self.assert_check("clock", status, words)

    def test_a_closed_port_is_named(self):
        port = free_port()
        self.doctor(HEYGEN_API_BASE=f"https://127.0.0.1:{port}")
        self.assert_check("connection", "fail", f"127.0.0.1:{port}", "refused")
        for name in ("tls", "api", "clock"):
            self.assert_check(name, "skipped")
        self.assert_check("dns", "ok", "127.0.0.1 is an address")

    def test_a_name_that_no_one_has_is_named(self):
        self.doctor(HEYGEN_API_BASE="https://nowhere.invalid")
        self.assert_check("dns", "fail", "nowhere.invalid")
        self.assert_check("connection", "skipped")

    def test_certificates_that_are_not_valid_are_named(self):
        directory = certificates()
        for certificate, key, env, words in (
            ("expired.pem", "server.key", {}, ("expired", "clock")),
            ("wrong-host.pem", "server.key", {}, ("another host",)),
            ("stranger.pem", "stranger.key", {}, ("A stranger", "HEYGEN_EXTRA_CA_CERTS")),
            ("server.pem", "server.key", {"SSL_CERT_FILE": ""}, ("Throw-away test CA", "HEYGEN_EXTRA_CA_CERTS")),
            ("server.pem", "server.key", {"HEYGEN_EXTRA_CA_CERTS": "/nowhere.pem"}, ("/nowhere.pem",)),
        ):
            with self.subTest(certificate, **env), Service((directory / certificate, directory / key)) as service:
                self.doctor(HEYGEN_API_BASE=service.url, **env)
                self.assert_check("tls", "fail", *words)
                self.assertEqual(service.requests, [])

    def test_a_proxy_that_is_used_gone_or_locked_is_named_without_its_password(self):
        base = f"https://service.test:{self.service.port}"
        with Proxy("ada", "p@ss word") as proxy:
            self.doctor(HEYGEN_API_BASE=base, HTTPS_PROXY=f"http://ada:p%40ss%20word@{proxy.address}")
            self.assert_check("proxy", "ok", proxy.address, "HTTPS_PROXY")
            self.assert_check("api", "ok")
            self.doctor(HEYGEN_API_BASE=base, HTTPS_PROXY=f"http://ada:hush-hush@{proxy.address}")
            self.assert_check("proxy", "fail", "407")
        port = free_port()
        self.doctor(HEYGEN_API_BASE=base, ALL_PROXY=f"socks5h://ada:hush-hush@127.0.0.1:{port}")
        self.assert_check("proxy", "fail", f"127.0.0.1:{port}", "ALL_PROXY")
        self.assert_check("dns", "ok")
        self.doctor(HEYGEN_API_BASE=base, ALL_PROXY="quic://ada:hush-hush@127.0.0.1")
        self.assert_check("proxy", "fail", "ALL_PROXY", "socks5h")

    def test_an_api_that_fails_or_is_another_server_is_told(self):
        for status in (503, 302, 403):
            with self.subTest(status):
                self.service.fault("/v3/users/me", status=status, body="")
                self.doctor()
                self.assert_check("api", "warn", str(status))

    def test_a_base_that_is_not_valid_is_named(self):
        for base, word in (("ftp://x", "HEYGEN_API_BASE"), ("http://127.0.0.1:1", "HEYGEN_ALLOW_HTTP")):
            with self.subTest(base):
                self.doctor(HEYGEN_API_BASE=base)
                self.assert_check("api", "fail", word)

    def test_a_server_that_never_responds_ends_at_the_limit(self):
        gate = threading.Event()
        self.addCleanup(gate.set)
        self.service.fault("/v3/users/me", times=-1, gate=gate)
        begin = time.monotonic()
        self.doctor()
        self.assertLess(time.monotonic() - begin, LIMIT_S + SLACK_S)
        self.assert_check("api", "fail", "5s")

    def test_offline_sends_nothing(self):
        self.logged_in()
        self.assert_succeeds(self.doctor("--offline"))
        self.assertEqual(self.service.visited, [])
        self.assertNotIn("dns", self.checks)
        self.assert_check("credential", "ok", "oauth")


class Credentials(WithDoctor):
    def test_a_rejected_credential_leads_to_a_login(self):
        self.logged_in()
        self.service.dead.update(token["family"] for token in self.service.access.values())
        self.doctor()
        self.assert_check("credential", "fail", "rejected", "heygen auth login")
        self.assertEqual(self.service.refreshes(), [])

    def test_a_key_is_accepted_or_rejected(self):
        self.doctor(HEYGEN_API_KEY="good-key")
        self.assert_check("credential", "ok", "apikey")
        self.doctor(HEYGEN_API_KEY="hush-hush")
        self.assert_check("credential", "fail", "rejected")

    def test_without_one_it_is_a_warning(self):
        self.assert_succeeds(self.doctor())
        self.assert_check("credential", "warn", "heygen auth login")
        self.assert_check("credentials", "ok", "No credential is stored")

    def test_an_expired_token_is_not_refreshed(self):
        self.logged_in(PAST)
        kept = self.home.file.read_bytes()
        self.assert_succeeds(self.doctor())
        self.assert_check("credential", "skipped", "refreshes")
        self.assertEqual(self.service.requests_to(TOKEN), [])
        self.assertEqual(self.home.file.read_bytes(), kept)

    def test_a_broken_file_is_named(self):
        for content in ("{", "[]", '{"oauth": {}} x'):
            with self.subTest(content):
                self.home.write(content)
                self.doctor()
                self.assert_check("credentials", "fail", "~/.heygen/credentials")
                self.assert_check("credential", "fail")
                self.assert_check("api", "ok")

    def test_loose_modes_come_with_the_command_that_fixes_them(self):
        self.logged_in()
        self.home.file.chmod(0o644)
        self.doctor()
        self.assert_check("credentials", "fail", "0644", "chmod 600 ~/.heygen/credentials")
        self.home.file.chmod(0o600)
        self.home.config.chmod(0o777)
        self.doctor()
        self.assert_check("credentials", "fail", "0777", "chmod go-w ~/.heygen")


class Settings(WithDoctor):
    def test_a_broken_file_is_named_with_its_line(self):
        for text in ("output = 'human'\nnonsense\n", "output = 3\n", "provider.disabled.oauth = 'x'\n"):
            with self.subTest(text):
                self.home.write_settings(text)
                self.doctor("--human=false")
                self.assert_check("config", "fail", "~/.heygen/config.toml")
                self.assert_check("api", "ok")

    def test_a_variable_that_is_not_valid_is_named(self):
        for env in ({"HEYGEN_OUTPUT": "xml"}, {"HEYGEN_ALLOW_HTTP": "maybe"}):
            with self.subTest(**env):
                self.assertEqual(self.doctor("--human=false", **env).code, 1)
                self.assertTrue(any(next(iter(env)) in check["summary"] for check in self.checks.values()), self.checks)

    def test_a_file_that_others_may_change_is_named(self):
        self.home.write_settings("output = 'json'\n")
        (self.home.config / "config.toml").chmod(0o666)
        self.doctor()
        self.assert_check("config", "fail", "0666", "chmod go-w")

    def test_a_directory_that_is_a_file_is_named(self):
        self.home.config.write_text("")
        self.doctor()
        self.assert_check("credentials", "fail", "not a directory")

    @unittest.skipUnless(may_mount(), "it takes root that may mount (unshare -m)")
    def test_a_broken_policy_is_named_and_a_good_one_told(self):
        space = self.home.path / "space"
        (space / "etc").mkdir(parents=True)
        for text, status in (("version = 9\n", "fail"), ('version = 1\n[providers]\nmode = "open"\nuser_directories = true\n', "ok")):
            with self.subTest(text):
                (space / "policy.toml").write_text(text, encoding="utf-8")
                (space / "policy.toml").chmod(0o644)
                self.doctor(prefix=["unshare", "-m", "sh", "-c", IN_EFFECT + '\nexec "$@"', str(space)])
                self.assert_check("policy", status, "/etc/heygen/policy.toml")


class Providers(WithDoctor):
    def build(self, body):
        source = self.home.path / "vault.c"
        source.write_text(CRASHES.replace("BODY", body), encoding="utf-8")
        library = self.home.providers() / "vault.so"
        compile_provider(source, library)
        (self.home.providers() / "vault.provider.json").write_text(json.dumps(VAULT), encoding="utf-8")

    def test_one_that_crashes_or_exports_nothing_fails_alone(self):
        for body in ("__builtin_trap();", "_exit(0);", ""):
            with self.subTest(body):
                self.build(body)
                self.doctor("--offline")
                self.assert_check("provider.vault", "fail")
                self.assert_check("provider.oauth", "ok", "Loads")

    def test_one_that_hangs_is_ended(self):
        self.build("for (;;) pause();")
        begin = time.monotonic()
        self.doctor("--offline")
        self.assertLess(time.monotonic() - begin, LIMIT_S + SLACK_S)
        self.assert_check("provider.vault", "fail", "vault")

    def test_one_that_others_may_change_is_refused(self):
        self.build("")
        (self.home.providers() / "vault.so").chmod(0o777)
        self.doctor("--offline")
        self.assert_check("provider.vault", "fail", "Refused")

    def test_a_disabled_one_is_told(self):
        self.home.write_settings("[provider.disabled]\noauth = true\n")
        self.assert_succeeds(self.doctor("--offline"))
        self.assert_check("provider.oauth", "ok", "Disabled")

    def test_a_missing_one_is_named(self):
        self.doctor("--offline", HEYGEN_PROVIDER="nowhere")
        self.assert_check("credential", "fail", "nowhere")

    def test_none_at_all_is_named(self):
        self.home.program = install(self.home.path / "alone")
        self.doctor("--offline")
        self.assert_check("providers", "fail", "No provider is installed")

    def test_a_directory_that_does_not_exist_is_a_warning(self):
        self.doctor("--offline", HEYGEN_PROVIDER_PATH="/nonexistent/providers")
        self.assert_check("providers", "warn", "/nonexistent/providers")


class Surroundings(WithDoctor):
    @unittest.skipUnless(os.path.exists("/proc/locks"), "this system has no /proc/locks")
    def test_a_held_lock_is_told_with_its_holder_and_not_waited_for(self):
        self.logged_in()
        path = self.home.config / "refresh-oauth.lock"
        holder = subprocess.Popen(["flock", str(path), "sleep", "600"], process_group=0)
        self.addCleanup(holder.wait)
        self.addCleanup(os.killpg, holder.pid, 9)

        def is_held():
            with open(path, "a", encoding="ascii") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return True
            return False

        eventually(is_held, "the lock to be held")
        if f":{os.stat(path).st_ino} " not in pathlib.Path("/proc/locks").read_text(encoding="ascii"):
            self.skipTest("this system does not list the locks of its processes")
        self.assert_succeeds(self.doctor())
        self.assert_check("locks", "warn", "refresh-oauth.lock", f"process {holder.pid} (flock)")

    def test_a_machine_without_a_browser_is_a_warning(self):
        self.home.env.pop("BROWSER")
        self.doctor("--offline", PATH="/nonexistent")
        self.assert_check("browser", "warn", "heygen auth login --oauth")
        self.doctor("--offline", BROWSER="none")
        self.assert_check("browser", "ok", "none")

    def test_nothing_changes(self):
        self.logged_in(PAST)
        self.home.write_settings("output = 'json'\n")
        (self.home.config / "refresh-oauth.lock").write_text("")

        def tree():
            found = {}
            for path in [self.home.path, *self.home.path.rglob("*")]:
                info = path.lstat()
                content = path.read_bytes() if stat.S_ISREG(info.st_mode) else None
                found[path] = (info.st_mode, info.st_mtime_ns, info.st_ino, content)
            return found

        before = tree()
        self.doctor()
        self.assertEqual(tree(), before)

    def test_the_report_names_no_user(self):
        self.home.remove()
        parent = pathlib.Path(Home().path)
        self.addCleanup(lambda: subprocess.run(["rm", "-rf", parent], check=True))
        (parent / "home" / "ada").mkdir(parents=True)
        home = parent / "home" / "ada"
        env = {"HOME": str(home), "USER": "ada", "LOGNAME": "ada", "HEYGEN_CONFIG_DIR": str(home / "settings")}
        (home / "settings").mkdir(mode=0o700)
        (home / "settings" / "credentials").write_text(
            json.dumps({"api_key": "good-key", "user": {"email": "ada@example.test", "username": "ada"}})
        )
        (home / "settings" / "credentials").chmod(0o644)
        for options in (("--human",), ("--human=false",)):
            done = self.doctor(*options, HEYGEN_PROVIDER_PATH=f"{parent}/home/grace/providers", **env)
            self.assertNotRegex(done.out + done.err, r"\bada\b|\bgrace\b|good-key|example\.test")
            self.assertIn("~/settings/credentials", done.out)

    def test_lines_end_with_what_to_do(self):
        done = self.doctor("--human", HEYGEN_API_BASE=f"https://127.0.0.1:{free_port()}")
        self.assertEqual(done.code, 1)
        self.assertIn("\n✗ connection: ", done.out)
        self.assertIn("\n✓ locks: ", done.out)
        self.assertIn("\n! credential: ", done.out)
        self.assertRegex(done.out, r"\n\nWhat to do:\n1\. .*\n2\. Run `heygen auth login`\.\n$")
        self.logged_in()
        done = self.assert_succeeds(self.doctor("--human"))
        self.assertTrue(done.out.endswith("\n\nNothing to do.\n"), done)

    def test_a_terminal_without_utf8_gets_ascii(self):
        port = free_port()
        for env in ({"LANG": "C"}, {"LC_ALL": "POSIX"}, {"LC_CTYPE": "de_DE.ISO-8859-1"}):
            with self.subTest(**env):
                done = self.doctor("--human", HEYGEN_API_BASE=f"https://127.0.0.1:{port}", **env)
                self.assertIn("\nx connection: ", done.out)
                self.assertTrue(done.out.isascii(), done)

    def test_a_terminal_gets_lines(self):
        try:
            import pexpect
        except ImportError:
            self.skipTest("python3-pexpect is not installed")
        env = {**self.home.env, "TERM": "xterm-256color", "NO_COLOR": "1"}
        child = pexpect.spawn(str(self.home.program), ["doctor", "--offline"], env=env, dimensions=(40, 132), timeout=60)
        self.addCleanup(child.close, True)
        child.expect(pexpect.EOF)
        text = child.before.decode()
        self.assertIn("stdout is a terminal, TERM=xterm-256color, size 132x40, no colors, UTF-8.", text)
        self.assertIn("✓ program: heygen", text)


if __name__ == "__main__":
    unittest.main()
