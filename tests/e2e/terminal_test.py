"""In a real terminal: the picker, the hidden prompt, Ctrl-C at each step. Afterwards the terminal is as it was."""
import os
import re
import shutil
import subprocess
import termios
import threading
import unittest
import uuid

import pexpect

from service import DEVICE, Reply
from support import HEYGEN, WithService, eventually

UP, DOWN, ESCAPE, ENTER, CTRL_C, CTRL_D = "\x1b[A", "\x1b[B", "\x1b", "\r", "\x03", "\x04"
WAIT_S = 20


class InTerminal(WithService):
    def setUp(self):
        super().setUp()
        self.home.env["TERM"] = "xterm-256color"

    def spawn(self, *arguments, size=(24, 80), **env):
        # under a shell, which stays: the terminal can be looked at after the program has ended
        script = 'trap : INT QUIT; "$@"; echo "<ended $?>"; read -r _'
        self.screen = pexpect.spawn("/bin/sh", ["-c", script, "sh", str(self.home.program), *arguments], env={**self.home.env, **env},
                                    encoding="utf-8", timeout=WAIT_S, dimensions=size)
        self.addCleanup(self.screen.close, True)
        self.before = termios.tcgetattr(self.screen.child_fd)
        return self.screen

    def ended(self):
        """The exit code. Checks that the terminal is as it was and that the cursor is there."""
        self.screen.expect(r"<ended (\d+)>")
        code = int(self.screen.match.group(1))
        self.shown = self.screen.before
        self.assertEqual(termios.tcgetattr(self.screen.child_fd), self.before)
        self.assertTrue(termios.tcgetattr(self.screen.child_fd)[3] & termios.ECHO)
        if "\x1b[?25l" in self.shown:
            self.assertGreater(self.shown.rindex("\x1b[?25h"), self.shown.rindex("\x1b[?25l"))
        return code

    def picker(self, **env):
        screen = self.spawn("auth", "login", **env)
        screen.expect("Up/Down or a number")
        return screen

    def selected(self):
        """The row that the last drawing marked."""
        self.screen.expect(r"> (\d)  ")
        return int(self.screen.match.group(1))

    def until(self, settled):
        """Waits for this shape of the terminal's flags; pexpect may write before the program reads."""
        eventually(lambda: settled(termios.tcgetattr(self.screen.child_fd)[3]), "the terminal's mode")


class Picker(InTerminal):
    def test_rows_have_notes_and_none_is_recommended(self):
        screen = self.spawn("auth", "login")
        screen.expect("Up/Down or a number")
        rows = [line for line in screen.before.splitlines() if re.match(r"^[> ] \d  ", line)]
        self.assertEqual(len(rows), 2, rows)   # device code is reserved and has none
        self.assertRegex(rows[0], r"^> 1  API key .*API credits")
        self.assertRegex(rows[1], r"^  2  OAuth.*subscription credits")
        self.assertNotIn("recommend", screen.before.lower())
        screen.send(ESCAPE)
        self.assertEqual(self.ended(), 1)

    def test_a_login_that_is_enabled_gets_its_row(self):
        screen = self.spawn("auth", "login", HEYGEN_OAUTH_DEVICE_URL=self.service.url + DEVICE)
        screen.expect("3  Device code")
        screen.expect("Up/Down")
        screen.send("q")
        self.assertEqual(self.ended(), 1)

    def test_arrows_and_letters_move_and_wrap(self):
        self.spawn("auth", "login")
        self.assertEqual(self.selected(), 1)
        for key, row in ((DOWN, 2), (DOWN, 1), (UP, 2), (UP, 1), ("j", 2), ("k", 1), ("k", 2), ("\x1bOA", 1)):
            self.screen.send(key)
            self.assertEqual(self.selected(), row, key)
        self.screen.send("q")
        self.assertEqual(self.ended(), 1)

    def test_each_way_out_cancels_and_leaves_no_trace(self):
        for key in (ESCAPE, CTRL_C, "q", CTRL_D):
            with self.subTest(repr(key)):
                self.picker().send(key)
                self.assertEqual(self.ended(), 1)
                self.assertIn('"canceled"', self.shown)
                self.assertIn("\x1b[J", self.shown)   # erased
                self.assertFalse(self.home.file.exists())

    def test_enter_takes_the_api_key(self):
        self.picker().send(ENTER)
        self.screen.expect("hidden")
        self.until(lambda flags: not flags & termios.ECHO)
        self.screen.send("good-key\r")
        self.screen.expect("Logged in as ada@example.test")
        self.assertEqual(self.ended(), 0)
        self.assertEqual(self.home.read()["api_key"], "good-key")

    def test_a_digit_takes_its_row_at_once(self):
        self.home.browser()
        self.picker().send("2")
        self.screen.expect("Logged in as ada@example.test")
        self.assertEqual(self.ended(), 0)
        self.assertIn("oauth", self.home.read())

    def test_resizing_draws_it_anew(self):
        self.picker()
        for size in ((10, 20), (3, 40), (50, 200), (1, 5), (24, 80)):
            self.screen.setwinsize(*size)
            self.screen.expect(r"\x1b\[J")
        self.screen.send(DOWN)
        self.screen.expect("> 2  OAuth")
        self.screen.send("q")
        self.assertEqual(self.ended(), 1)

    def test_no_picker_without_a_person(self):
        for env in ({"CI": "true"}, {"HEYGEN_NONINTERACTIVE": "1"}):
            with self.subTest(env):
                self.spawn("auth", "login", **env)
                self.screen.expect("hidden")   # the API key
                self.screen.send(CTRL_C)
                self.assertEqual(self.ended(), 1)
                self.assertNotIn("Up/Down", self.shown)

    def test_a_picker_that_is_killed_leaves_a_usable_terminal(self):
        for number, name in ((15, "TERM"), (1, "HUP"), (3, "QUIT")):
            with self.subTest(name):
                self.picker()
                pids = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.screen.pid)], capture_output=True, text=True, check=True).stdout
                os.kill(int(pids.split()[0]), number)
                self.assertNotEqual(self.ended(), 0)


class Prompt(InTerminal):
    def prompt(self):
        screen = self.spawn("auth", "login", "--api-key")
        screen.expect("hidden")
        self.until(lambda flags: not flags & termios.ECHO)
        return screen

    def test_the_key_is_not_shown(self):
        self.prompt().send("good-key\r")
        self.assertEqual(self.ended(), 0)
        self.assertNotIn("good-key", self.shown)

    def test_the_key_is_not_shown_when_it_is_refused_either(self):
        self.prompt().send("bad-key-1234\r")
        self.assertEqual(self.ended(), 3)
        self.assertNotIn("bad-key-1234", self.shown)
        self.assertFalse(self.home.file.exists())

    def test_ctrl_c_and_the_end_of_input_cancel(self):
        for key in (CTRL_C, CTRL_D):
            with self.subTest(repr(key)):
                self.prompt().send(key)
                self.assertEqual(self.ended(), 1)
                self.assertIn('"canceled"', self.shown)

    def test_editing_works_as_in_any_line(self):
        self.prompt().send("bad\x7f\x7f\x7fgood-kex\x7fy\r")
        self.assertEqual(self.ended(), 0)

    def test_nothing_but_enter_is_no_key(self):
        self.prompt().send("\r")
        self.assertEqual(self.ended(), 2)
        self.assertFalse(self.home.file.exists())


class Waiting(InTerminal):
    def test_ctrl_c_while_waiting_for_the_browser(self):
        for env in ({"BROWSER": "none"}, {"BROWSER": self.home.script("browser.sh", "exit 0\n")}):
            with self.subTest(env):
                self.spawn("auth", "login", "--oauth", **env)
                self.screen.expect(re.escape(self.service.url) + r"/oauth/authorize\S+")
                self.screen.send(CTRL_C)
                self.assertEqual(self.ended(), 1)
                self.assertIn('"canceled"', self.shown)

    def test_ctrl_c_while_polling_for_a_device_code(self):
        self.service.device = {"interval": 60, "expires_in": 600}
        self.spawn("auth", "login", "--device-code", HEYGEN_OAUTH_DEVICE_URL=self.service.url + DEVICE)
        self.screen.expect("WDJB-MJHT")
        self.screen.expect("user_code=")
        self.screen.send(CTRL_C)
        self.assertEqual(self.ended(), 1)
        self.assertIn('"canceled"', self.shown)

    def test_ctrl_c_while_the_new_key_is_tried(self):
        gate = threading.Event()
        self.addCleanup(gate.set)
        self.service.fault("/v3/users/me", gate=gate)
        self.spawn("auth", "login", "--api-key")
        self.screen.expect("hidden")
        self.until(lambda flags: not flags & termios.ECHO)
        self.screen.send("good-key\r")
        self.service.wait(lambda: self.service.requests_to("/v3/users/me"))
        self.screen.send(CTRL_C)
        self.assertEqual(self.ended(), 1)
        self.assertIn('"canceled"', self.shown)

    def test_what_the_server_says_cannot_command_the_terminal(self):
        self.service.canned["GET /v3/videos"] = Reply(200, {"data": [{"id": "a\x1b[2Jb\x9b31m\u202ec", "title": "\x07\x1b]0;owned\x07"}]})
        self.logged_in()
        self.spawn("video", "list", "--human")
        self.assertEqual(self.ended(), 0)
        self.assertNotRegex(self.shown, "[\x07\x9b\u202e]|\x1b\\]|\x1b\\[2J")


@unittest.skipUnless(shutil.which("tmux"), "tmux is not installed")
class Screen(InTerminal):
    """What a person sees, from a terminal emulator's own screen."""

    def tmux(self, *arguments):
        return subprocess.run(["tmux", "-L", self.socket, "-f", "/dev/null", *arguments], env=self.home.env, capture_output=True,
                              text=True, check=True).stdout

    def text(self):
        return "\n".join(line.rstrip() for line in self.tmux("capture-pane", "-p", "-t", "main").splitlines()).rstrip()

    def until_shown(self, text):
        eventually(lambda: text in self.text(), f"{text!r} on the screen")
        return self.text()

    def test_the_picker_erases_itself(self):
        self.socket = "heygen-" + uuid.uuid4().hex[:8]
        self.tmux("new-session", "-d", "-s", "main", "-x", "90", "-y", "20", "/bin/sh")
        self.addCleanup(self.tmux, "kill-server")
        self.tmux("send-keys", "-t", "main", f"PS1='% '; clear; echo above; '{HEYGEN}' auth login", "Enter")
        shown = self.until_shown("Up/Down or a number")
        self.assertRegex(shown, r"(?m)^> 1  API key +\S.*API credits")
        self.assertRegex(shown, r"(?m)^  2  OAuth")
        self.tmux("resize-window", "-t", "main", "-x", "50", "-y", "12")
        self.tmux("resize-window", "-t", "main", "-x", "90", "-y", "20")
        self.tmux("send-keys", "-t", "main", "Down")
        self.until_shown("> 2  OAuth")
        self.tmux("send-keys", "-t", "main", "C-c")
        shown = self.until_shown('"canceled"')
        self.assertRegex(shown, r'(?s)^above\n\{"error":.*\}\n*%?$')
        self.tmux("send-keys", "-t", "main", "stty -a", "Enter")
        self.assertRegex(self.until_shown("echoe"), r"(?<!-)\becho\b")


if __name__ == "__main__":
    unittest.main()
