# SPDX-License-Identifier: Apache-2.0
"""In a real terminal, past the picker: the hidden prompt, Ctrl-C at each step of a login, text from the network.
Afterwards the terminal is as it was."""

import os
import re
import signal
import subprocess
import termios
import threading
import unittest

import pexpect

from support import WithService, eventually
from service import DEVICE, Response

CTRL_C, CTRL_D, DELETE = "\x03", "\x04", "\x7f"


class InTerminal(WithService):
    def spawn(self, *arguments, **env):
        # under a shell, which waits before and after: the terminal can be looked at while no program changes it
        script = 'trap : INT; read -r _; "$@"; echo "<ended $?>"; read -r _'
        self.screen = pexpect.spawn(
            "/bin/sh",
            ["-c", script, "sh", str(self.home.program), *arguments],
            env={**self.home.env, **env},
            encoding="utf-8",
            timeout=20,
            dimensions=(24, 200),
        )
        self.addCleanup(self.screen.close, True)
        self.before = termios.tcgetattr(self.screen.child_fd)
        self.screen.send("\r")
        return self.screen

    def prompt(self):
        screen = self.spawn("auth", "login", "--api-key")
        screen.expect("hidden")
        eventually(lambda: not termios.tcgetattr(screen.child_fd)[3] & termios.ECHO, "a hidden prompt")
        return screen

    def assert_ended(self, code):
        self.screen.expect(r"<ended (\d+)>")
        self.shown = self.screen.before
        self.assertEqual(int(self.screen.match.group(1)), code, self.shown)
        self.assertEqual(termios.tcgetattr(self.screen.child_fd), self.before)

    def assert_canceled(self):
        self.assert_ended(1)
        self.assertIn('"canceled"', self.shown)
        self.assertFalse(self.home.file.exists())


class Prompt(InTerminal):
    def test_the_key_is_not_shown(self):
        self.prompt().send("good-key\r")
        self.assert_ended(0)
        self.assertNotIn("good-key", self.shown)

    def test_a_key_that_is_refused_is_neither_shown_nor_saved(self):
        self.prompt().send("bad-key-1234\r")
        self.assert_ended(3)
        self.assertNotIn("bad-key-1234", self.shown)
        self.assertFalse(self.home.file.exists())

    def test_ctrl_c_and_the_end_of_input_cancel(self):
        for key in (CTRL_C, CTRL_D):
            with self.subTest(repr(key)):
                self.prompt().send(key)
                self.assert_canceled()

    def test_editing_works_as_in_any_line(self):
        self.prompt().send("x" + DELETE + "good-kex" + DELETE + "y\r")
        self.assert_ended(0)
        self.assertEqual(self.home.read()["api_key"], "good-key")

    def test_only_enter_is_not_a_key(self):
        self.prompt().send("\r")
        self.assert_ended(2)
        self.assertFalse(self.home.file.exists())


class Envelope(InTerminal):
    def assert_on_a_line_of_its_own(self):
        last = self.shown.strip().splitlines()[-1]
        self.assertTrue(last.startswith('{"error":'), self.shown)

    def test_an_error_begins_a_line_after_an_open_prompt(self):
        self.prompt().send(CTRL_C)
        self.assert_canceled()
        self.assert_on_a_line_of_its_own()

    def test_a_crash_ends_with_the_error(self):
        screen = self.prompt()
        process = int(subprocess.run(["pgrep", "-P", str(screen.pid)], check=True, capture_output=True, text=True).stdout)
        os.kill(process, signal.SIGSEGV)
        screen.expect("<ended 139>")
        self.assertRegex(screen.before, r'\r\n{"error":{"code":"error","message":"heygen crashed in login\(\)')


class Picker(InTerminal):
    def test_space_chooses(self):
        screen = self.spawn("auth", "login")
        screen.expect("Enter or Space to choose")
        screen.send(" ")
        screen.expect("hidden")
        screen.send("good-key\r")
        self.assert_ended(0)

    def test_a_dumb_terminal_gets_no_escapes(self):
        screen = self.spawn("auth", "login", TERM="dumb")
        screen.expect(r"Number from 1 to \d \[1\]: ")
        shown = screen.before
        screen.send("1\r")
        screen.expect("hidden")
        shown += screen.before
        screen.send("good-key\r")
        self.assert_ended(0)
        self.assertIn("1  API key", shown)
        self.assertNotIn("\x1b", shown + self.shown)
        self.spawn("video", "list", "--human", TERM="dumb")
        self.assert_ended(0)
        self.assertNotIn("\x1b", self.shown)


class SilentPipe(WithService):
    def test_what_is_waited_for_is_said(self):
        data = '{"a":1}'
        cases = (
            (("auth", "login"), "good-key\n", "on stdin: HeyGen API key .Ctrl-C"),
            (("auth", "login", "--api-key"), "good-key\n", "on stdin: HeyGen API key .Ctrl-C"),
            (("video", "create", "-d", "-"), data, "on stdin: --data"),
            (("video", "create", "-d", "/dev/stdin"), data, "from '/dev/stdin': --data"),
            (("api", "POST", "/v3/things", "-d", "-"), data, "on stdin: --data"),
            (("asset", "create", "--file", "-"), "x", "on stdin: --file"),
        )
        for words, text, said in cases:
            with self.subTest(" ".join(words)):
                env = {**self.home.env, "HEYGEN_API_KEY": "" if words[0] == "auth" else "good-key"}
                process = subprocess.Popen(
                    [self.home.program, *words], env=env, text=True,
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                )  # fmt: skip
                self.assertRegex(process.stderr.readline(), "Waiting for input " + said)
                err = process.communicate(text, timeout=20)[1]
                self.assertEqual(process.returncode, 0, err)
                self.assertNotIn("Waiting", err)


class CtrlC(InTerminal):
    def test_while_waiting_for_the_browser(self):
        for browser in ("none", self.home.script("browser.sh", "exit 0\n")):
            with self.subTest(browser):
                self.spawn("auth", "login", "--oauth", BROWSER=browser)
                self.screen.expect(re.escape(self.service.url) + r"/oauth/authorize\S+")
                self.screen.send(CTRL_C)
                self.assert_canceled()

    def test_while_polling_for_a_device_code(self):
        self.service.device = {"interval": 60, "expires_in": 600}
        self.spawn("auth", "login", "--device-code", HEYGEN_OAUTH_DEVICE_URL=self.service.url + DEVICE)
        self.screen.expect("user_code=WDJB-MJHT")
        self.screen.send(CTRL_C)
        self.assert_canceled()

    def test_while_the_new_key_is_tried(self):
        gate = threading.Event()
        self.addCleanup(gate.set)
        self.service.fault("/v3/users/me", gate=gate)
        self.prompt().send("good-key\r")
        self.service.wait(lambda: self.service.requests_to("/v3/users/me"))
        self.screen.send(CTRL_C)
        self.assert_canceled()


class Output(InTerminal):
    def test_what_the_server_says_cannot_command_the_terminal(self):
        self.service.canned["GET /v3/videos"] = Response(
            200, {"data": [{"id": "a\x1b[2Jb\x9b31m\u202ec", "title": "\x07\x1b]0;owned\x07"}]}
        )
        self.logged_in()
        for mode in ((), ("--human",)):
            with self.subTest(mode):
                self.spawn("video", "list", *mode)
                self.assert_ended(0)
                self.assertNotRegex(self.shown, "[\x07\x9b\u202e]|\x1b\\]|\x1b\\[2J")

    def test_not_even_with_the_controls_that_json_lets_through(self):
        response = Response(200)
        response.body = '{"data":{"title":"a\x7f\x9b31m\u202ec \u00e9"}}'.encode()
        self.service.canned["GET /v3/videos/v1"] = response
        self.logged_in()
        self.spawn("video", "get", "v1")
        self.assert_ended(0)
        self.assertIn('"a\\u007f\\u009b31m\\u202ec \u00e9"', self.shown)
        done = self.assert_succeeds(self.run_heygen("video", "get", "v1"))
        self.assertEqual(done.out.strip().encode(), response.body)  # a pipe gets it unchanged


if __name__ == "__main__":
    unittest.main()
