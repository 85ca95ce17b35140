# SPDX-License-Identifier: Apache-2.0
"""In a real terminal, past the picker: the hidden prompt, Ctrl-C at each step of a login, text from the network.
Afterwards the terminal is as it was."""

import re
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
