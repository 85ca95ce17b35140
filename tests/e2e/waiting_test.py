# SPDX-License-Identifier: Apache-2.0
"""What takes longer than a second says on a terminal what it waits for, and that Ctrl-C stops it; the line goes when the wait
is over, and a pipe gets nothing."""

import fcntl
import json
import os
import subprocess
import threading
import unittest

import pexpect

from provider_faults_test import WithVault
from service import DEVICE, TOKEN
from support import HEYGEN, LIMIT_S, PAST, WithService, eventually, install

ERASE = "\r\x1b[K"
STOPS = r"\(Ctrl-C stops it\)"


class OnATerminal(WithService):
    def gate(self, path, **fault):
        gate = threading.Event()
        self.addCleanup(gate.set)
        self.service.fault(path, gate=gate, **fault)
        return gate

    def screen(self, *arguments, columns=100, program=None, **env):
        screen = pexpect.spawn(
            str(program or self.home.program), list(arguments), env={**self.home.env, **env}, dimensions=(24, columns), timeout=LIMIT_S, encoding="utf-8"
        )
        self.addCleanup(screen.close, True)
        return screen

    def ended(self, screen):
        """What was drawn up to its end."""
        text = screen.read()
        screen.close()
        return screen.exitstatus, text


class Requests(OnATerminal):
    def setUp(self):
        super().setUp()
        self.home.env["HEYGEN_API_KEY"] = "good-key"

    def test_a_request_names_its_server_and_the_line_goes_with_the_answer(self):
        gate = self.gate("/v3/videos")
        screen = self.screen("video", "list")
        screen.expect(r"Waiting for 127\.0\.0\.1, \w+ " + STOPS)
        gate.set()
        code, text = self.ended(screen)
        self.assertEqual(code, 0, text)
        self.assertTrue(text.split(ERASE)[-1].startswith('{"data"'), text)

    def test_a_pipe_gets_nothing_and_a_dumb_terminal_one_plain_line(self):
        gate = self.gate("/v3/videos", times=-1)
        piped = self.start("video", "list")
        dumb = self.screen("video", "list", TERM="dumb")
        shown = self.screen("video", "list")
        self.service.wait(lambda: len(self.service.requests_to("/v3/videos")) == 3)
        shown.expect("Waiting for 127")
        dumb.expect("Waiting for 127[^\r]*\r\n")
        gate.set()
        self.assertEqual(self.assert_succeeds(self.finish(piped)).err, "")
        code, text = self.ended(dumb)
        self.assertEqual(code, 0, text)
        self.assertTrue(text.startswith('{"data"'), text)
        self.assertNotIn("\x1b", text)

    def test_nothing_follows_the_error_of_a_pause_that_is_interrupted(self):
        self.service.fault("/v3/videos", status=429, headers={"Retry-After": "30"})
        screen = self.screen("video", "list", HEYGEN_MAX_RETRIES="1")
        screen.expect(r"Waiting to send the request again, \w+ left " + STOPS)
        screen.sendintr()
        code, text = self.ended(screen)
        self.assertEqual(code, 1, text)
        self.assertTrue(text.rstrip("\r\n").endswith("}}"), text)

    def test_a_pause_before_a_retry_counts_down(self):
        self.service.fault("/v3/videos", status=429, headers={"Retry-After": "8"})
        screen = self.screen("video", "list", HEYGEN_MAX_RETRIES="1")
        screen.expect(r"Waiting to send the request again, \w+ left " + STOPS)
        code, text = self.ended(screen)
        self.assertEqual(code, 0, text)
        self.assertTrue(text.split(ERASE)[-1].startswith('{"data"'), text)

    def test_ctrl_c_erases_the_line_before_the_error(self):
        self.gate("/v3/videos")
        screen = self.screen("video", "create", "-d", "{}")
        screen.expect(STOPS)
        screen.sendintr()
        code, text = self.ended(screen)
        self.assertEqual(code, 1, text)
        error = json.loads(text.replace("^C", "").split(ERASE)[-1])["error"]
        self.assertIn("`heygen video list`", error["hint"])


class Logins(OnATerminal):
    def test_the_check_of_a_key_says_so(self):
        gate = self.gate("/v3/users/me")
        screen = self.screen("auth", "login", "--api-key")
        screen.expect("hidden")
        screen.sendline("good-key")
        screen.expect(r"Waiting for 127\.0\.0\.1, \w+ " + STOPS)
        gate.set()
        code, text = self.ended(screen)
        self.assertEqual(code, 0, text)
        self.assertIn("Logged in as", text.split(ERASE)[-1])

    def test_a_browser_login_shows_the_time_left(self):
        screen = self.screen("auth", "login", "--oauth")
        screen.expect(r"Waiting for the login in the browser, [34]m\d+s left " + STOPS)
        screen.sendintr()
        code, text = self.ended(screen)
        self.assertEqual(code, 1, text)
        self.assertIn("canceled", text.split(ERASE)[-1])

    def test_a_device_login_shows_the_time_left(self):
        self.service.device["interval"] = 4
        screen = self.screen("auth", "login", "--device-code", HEYGEN_OAUTH_DEVICE_URL=self.service.url + DEVICE)
        left = []
        for _ in range(2):  # it counts down between two polls
            screen.expect(r"Waiting until the code is entered, (\w+) left " + STOPS)
            left.append(screen.match[1])
        self.assertRegex(" ".join(left), r"^(10m|[89]m\d+s) [89]m\d+s$")
        self.assertNotEqual(*left)
        code, text = self.ended(screen)
        self.assertEqual(code, 0, text)
        self.assertIn("Logged in", text.split(ERASE)[-1])

    def test_a_device_login_of_short_intervals_shows_the_time_left_too(self):
        self.service.fault(TOKEN, times=-1, status=400, body={"error": "authorization_pending"})
        screen = self.screen("auth", "login", "--device-code", HEYGEN_OAUTH_DEVICE_URL=self.service.url + DEVICE)
        screen.expect(r"Waiting until the code is entered, [89]m\d+s left " + STOPS)
        self.service.faults.clear()
        code, text = self.ended(screen)
        self.assertEqual(code, 0, text)
        self.assertIn("Logged in", text.split(ERASE)[-1])

    def test_a_silent_pipe_is_told_what_it_is_for(self):
        pipe = subprocess.PIPE
        with subprocess.Popen([str(HEYGEN), "auth", "login"], env=self.home.env, stdin=pipe, stdout=pipe, stderr=pipe) as silent:
            self.assertEqual(silent.stderr.readline(), b"Waiting for input on stdin: HeyGen API key (Ctrl-C stops it)\n")
            silent.communicate(b"good-key\n", LIMIT_S)
        self.assertEqual(silent.returncode, 0)

    def test_the_lock_of_a_refresh_says_so(self):
        self.logged_in(PAST)
        lock = open(self.home.config / "refresh-oauth.lock", "w", encoding="utf-8")
        self.addCleanup(lock.close)
        fcntl.flock(lock, fcntl.LOCK_EX)
        screen = self.screen("video", "list")
        screen.expect(r"Waiting for another heygen that changes the credential, \d+s left " + STOPS)
        lock.close()
        code, text = self.ended(screen)
        self.assertEqual(code, 0, text)


class Programs(OnATerminal, WithVault):
    def test_the_check_of_a_provider_says_so(self):
        program, work, go = install(self.home.path / "app", "apikey"), self.home.path / "work", self.home.path / "go"
        self.build(directory=work)
        os.mkfifo(go)
        checker = program.parent / "heygen-provider-check"
        checker.write_text(f"#!/bin/sh\nread line < '{go}'\n", encoding="utf-8")
        checker.chmod(0o755)
        screen = self.screen("provider", "install", str(work / "vault.so"), program=program)
        screen.expect(r"Waiting for the check of `vault`, [\dms]+ left " + STOPS)
        go.write_text("now\n", encoding="utf-8")
        code, text = self.ended(screen)
        self.assertEqual(code, 0, text)
        self.assertTrue(text.split(ERASE)[-1].startswith('{"message"'), text)


    def test_a_change_of_the_settings_says_so(self):
        self.home.config.mkdir(mode=0o700)
        lock = os.open(self.home.config, os.O_RDONLY)
        self.addCleanup(os.close, lock)
        fcntl.flock(lock, fcntl.LOCK_EX)
        screen = self.screen("config", "set", "output", "human")
        screen.expect(r"Waiting for another heygen that changes config\.toml, \d+s left " + STOPS)
        screen.sendintr()
        code, text = self.ended(screen)
        self.assertEqual(code, 1, text)
        self.assertIn("canceled", text.split(ERASE)[-1])

    def test_a_provider_that_takes_long_says_so(self):
        self.build("resolve")
        self.fill()
        screen = self.screen("video", "list")
        screen.expect(r"Waiting for resolve\(\) of provider vault " + STOPS)
        screen.sendintr()
        screen.expect("Press Ctrl-C again")
        screen.sendintr()
        self.assertEqual(self.ended(screen)[0], 1)


class Hung(OnATerminal, WithVault):
    def test_the_first_ctrl_c_says_who_hangs_and_the_second_ends_it(self):
        self.build("resolve")
        self.fill()
        screen = self.screen("video", "list")
        eventually(self.mark.exists, "it was not called")
        screen.sendintr()
        screen.expect(r"resolve\(\) of provider vault has not ended yet\. Press Ctrl-C again to end it at once\.")
        screen.sendintr()
        code, text = self.ended(screen)
        self.assertEqual(code, 1, text)
        self.assertIn("Canceled while waiting for resolve() of provider vault.", text)


if __name__ == "__main__":
    unittest.main()
