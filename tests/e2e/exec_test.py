# SPDX-License-Identifier: Apache-2.0
"""The example provider `exec`: headers from a credential helper, a real one (uv's) included."""

import json
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import pexpect

from support import ROOT, WithService, assert_passes_check, eventually, example
from service import Response


class WithHelper(WithService):
    def setUp(self):
        super().setUp()
        # In heygen's process: what its helpers do is theirs to decide, and a cage would hold them, too.
        self.home.add_provider(example("exec"), self.home.in_process())
        self.accepted = "Bearer secret-one"
        for route in ("GET /v3/users/me", "GET /v3/videos"):
            self.service.routes[route] = self.api
        self.runs = self.home.path / "runs"

    def secrets(self):
        return [*super().secrets(), "secret-one", "secret-two"]

    def api(self, request):
        live = request.headers.get("Authorization") == self.accepted
        return Response(200, {"data": {"email": "ada@example.test"}}) if live else Response(401, {"error": {}})

    def helper(self, then, name="helper.sh"):
        """A helper that keeps what it was given, then does `then`."""
        return self.home.script(name, f'echo "$* $(cat)" >> "{self.runs}"\n{then}\n')

    def set_helper(self, command, **others):
        lines = "".join(f"{key} = {value!r}\n" for key, value in others.items())
        self.home.write_settings(f"[providers.exec]\ncommand = '''{command}'''\n{lines}")

    def gives(self, value="Bearer secret-one", expires=', "expires":"2090-01-01T00:00:00Z"'):
        return f"""echo '{{"headers":{{"Authorization":["{value}"]}}{expires}}}'"""

    def log_in(self, **options):
        return self.assert_succeeds(self.run_heygen("auth", "login", "--exec", **options))

    def asked(self):
        return self.runs.read_text().splitlines() if self.runs.exists() else []


def ended(pid):
    """Gone, or dead and not yet reaped by the process that inherited it."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


class Helpers(WithHelper):
    def test_a_login_shows_the_command_runs_it_and_stores_what_it_gave(self):
        helper = self.helper(self.gives())
        self.set_helper(helper + " --realm 'a b'")
        done = self.log_in()
        self.assertIn(f"this program is run for credentials: {helper} --realm 'a b' get", done.err)
        self.assertEqual(self.asked(), [f'--realm a b get {{"uri":"{self.service.url}/"}}'])
        self.assert_succeeds(self.run_heygen("video", "list"))
        self.assertEqual(len(self.asked()), 1, "the answer is kept until it expires")
        self.assert_private()

    def test_a_line_in_the_settings_alone_runs_nothing(self):
        self.set_helper(self.helper(self.gives()))
        self.assert_fails(self.run_heygen("video", "list"), "auth_error", 3)
        done = self.assert_fails(self.run_heygen("--provider", "exec", "video", "list"), "auth_error", 3)
        self.assertIn("but not approved", done.error()["message"])
        self.assertIn("heygen auth login --exec", done.error()["hint"])
        self.assertEqual(self.asked(), [])

    def test_another_command_than_the_approved_one_is_not_run(self):
        self.set_helper(self.helper(self.gives()))
        self.log_in()
        self.set_helper(self.helper("touch ran-it", "other.sh"))
        done = self.assert_fails(self.run_heygen("video", "list"), "auth_error", 3)
        self.assertIn("not the one that was approved", done.error()["message"])
        self.assertEqual(len(self.asked()), 1)

    def test_it_is_asked_again_once_its_answer_has_expired(self):
        self.set_helper(self.helper(self.gives()))
        self.log_in()
        stored = self.home.read()
        stored["providers"]["exec"]["expires_at"] = 1_600_000_000
        self.home.write(stored)
        self.assert_succeeds(self.run_heygen("video", "list"))
        self.assertEqual(len(self.asked()), 2)

    def test_it_is_asked_again_after_a_401(self):
        self.set_helper(self.helper(self.gives()))
        self.log_in()
        self.set_helper(self.helper(self.gives("Bearer secret-two")))
        self.accepted = "Bearer secret-two"
        self.assert_succeeds(self.run_heygen("video", "list"))
        self.assertEqual(len(self.asked()), 2)

    def test_many_processes_at_once_ask_it_once(self):
        self.set_helper(self.helper(self.gives()))
        self.log_in()
        stored = self.home.read()
        stored["providers"]["exec"]["expires_at"] = 1_600_000_000
        self.home.write(stored)
        for one in [self.start("video", "list") for _ in range(8)]:
            self.assert_succeeds(self.finish(one))
        self.assertEqual(len(self.asked()), 2)

    def test_without_expires_the_answer_is_kept_for_a_while(self):
        self.set_helper(self.helper(self.gives(expires="")))
        begin = int(time.time())
        self.log_in()
        self.assertLessEqual(abs(self.home.read()["providers"]["exec"]["expires_at"] - begin - 300), 30)

    def test_its_stderr_passes_through_and_no_variable_of_ours_reaches_it(self):
        self.set_helper(self.helper("echo see this >&2; env >> " + str(self.home.path / "env") + "; " + self.gives()))
        done = self.log_in(env={"HEYGEN_TEST_SECRET": "none-of-its-business"})
        self.assertIn("see this", done.err)
        self.assertNotIn("HEYGEN_", (self.home.path / "env").read_text())

    def test_it_can_be_waited_for_where_children_were_ignored(self):
        self.set_helper(self.helper(self.gives()))
        done = subprocess.run(
            [self.home.program, "auth", "login", "--exec"],
            env=self.home.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN),
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Logged in as ada@example.test", done.stderr)

    def test_bad_answers_are_named_and_store_nothing(self):
        for answer, words in {
            "exit 7": "exit status 7",
            "kill -9 $$": "signal 9",
            "echo nonsense": "is not of the protocol",
            "echo '{\"headers\":{}}'": "has no credential for",
            "echo '{\"headers\":{\"Host\":[\"evil\"]}}'": "sets the header Host",
            "echo '{\"headers\":{\"A\":\"text\"}}'": "without a list of values",
            "head -c 2000000 /dev/zero": "more than 1 MiB",
            self.gives(expires=', "expires":"soon"'): "not an RFC 3339 time",
        }.items():
            with self.subTest(words):
                self.set_helper(self.helper(answer))
                done = self.run_heygen("auth", "login", "--exec")
                self.assertEqual(done.code, 1, done)
                self.assertIn(words, done.error()["message"])
        self.set_helper("/nowhere/helper")
        done = self.run_heygen("auth", "login", "--exec")
        self.assertIn("/nowhere/helper did not start: No such file or directory", done.error()["message"])

    def test_a_helper_that_hangs_is_ended_and_so_is_what_it_started(self):
        mark = self.home.path / "pid"
        self.set_helper(self.helper(f"sleep 600 & echo $! > '{mark}'; wait"), timeout=1)
        done = self.assert_fails(self.run_heygen("auth", "login", "--exec"), "network_error", 1)
        self.assertIn("did not answer within 1 s", done.error()["message"])
        eventually(lambda: ended(int(mark.read_text())), "the end of the helper's child")

    def test_the_checker_finds_nothing_wrong(self):
        # Its helper needs no program but the shell: what a helper starts is in the cage as well.
        assert_passes_check(self, example("exec"), "--world", ROOT / "sdk/examples/exec/world.json")

    def test_ctrl_c_ends_the_helper_at_once(self):
        started = self.home.path / "started"
        self.set_helper(self.helper(f"mkfifo '{started}'; echo up > '{started}'; sleep 600"))
        running = self.start("auth", "login", "--exec")
        running.line("this program is run")
        while not started.exists():
            time.sleep(0.005)
        started.read_text()
        begin = time.monotonic()
        running.interrupt()
        self.assert_fails(self.finish(running), "canceled", 1)
        self.assertLess(time.monotonic() - begin, 1)

    def test_one_that_never_asks_has_no_terminal_and_one_that_may_ask_keeps_it(self):
        asks = "(exec < /dev/tty) 2>/dev/null || exit 9; printf 'Code: ' > /dev/tty; read code < /dev/tty; " + self.gives()
        self.set_helper(self.helper(asks))
        done = self.run_heygen("auth", "login", "--exec")
        self.assertIn("exit status 9", done.error()["message"])
        self.set_helper(self.helper(asks), interactive="if-available")
        program = pexpect.spawn(
            str(self.home.program), ["auth", "login", "--exec"], env=self.home.env, encoding="utf-8", timeout=20
        )
        self.addCleanup(program.close)
        program.expect("Code: ")
        program.send("42\r")
        program.expect("Logged in as ada@example.test")
        program.expect(pexpect.EOF)

    def test_a_helper_that_must_ask_is_not_run_without_a_terminal(self):
        self.set_helper(self.helper(self.gives()), interactive="always")
        self.log_in()
        stored = self.home.read()
        stored["providers"]["exec"]["expires_at"] = 1_600_000_000
        self.home.write(stored)
        done = self.assert_fails(self.run_heygen("video", "list"), "auth_error", 3)
        self.assertIn("must ask the user", done.error()["message"])
        self.assertEqual(len(self.asked()), 1)


def find_uv():
    """uv of this system, or from PyPI; None without a network."""
    if found := shutil.which("uv"):
        return found
    target = pathlib.Path(tempfile.mkdtemp(prefix="heygen-uv-"))
    unittest.addModuleCleanup(shutil.rmtree, target, True)
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", target, "uv"]
    try:
        subprocess.run(install, check=True, capture_output=True, timeout=120)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return None
    return str(target / "bin" / "uv")


class RealHelper(WithHelper):
    def test_uv_gives_the_credential_that_was_stored_with_uv(self):
        uv = find_uv()
        if uv is None:
            self.skipTest("uv is not here and PyPI does not answer")
        subprocess.run(
            [uv, "auth", "login", self.service.url, "--username", "ada", "--password", "lovelace"],
            env=self.home.env,
            check=True,
            capture_output=True,
        )
        self.accepted = "Basic YWRhOmxvdmVsYWNl"  # RFC 7617: ada:lovelace
        self.set_helper(f"{uv} auth helper --protocol=bazel")
        self.log_in()
        self.assert_succeeds(self.run_heygen("video", "list"))


if __name__ == "__main__":
    unittest.main()
