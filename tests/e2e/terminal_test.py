# SPDX-License-Identifier: Apache-2.0
"""The login picker on a real screen: tmux draws it, resizes it, and says what a user sees."""
import itertools
import pathlib
import shlex
import signal
import subprocess
import unittest

from support import HEYGEN, WithService, eventually, install

QUESTION = "How do you want to log in?"
KEY = "good-key"
ENDED = "the login ended"


class Screen:
    """A terminal with a shell script in it."""

    count = itertools.count()

    def __init__(self, home, script, columns=80, lines=24):
        self.socket = home.path / f"tmux-{next(Screen.count)}"
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(lines), script)

    def tmux(self, *arguments):
        return subprocess.run(["tmux", "-S", str(self.socket), *arguments], check=True, capture_output=True, text=True).stdout

    def text(self, history=False):
        """What is visible, lines that wrap joined again."""
        return self.tmux("capture-pane", "-p", "-J", *(["-S", "-"] if history else []))

    def wait(self, text):
        eventually(lambda: text in self.text(), f"{text!r} on the screen:\n{self.text()}")

    def wait_without(self, text):
        eventually(lambda: text not in self.text(), f"no {text!r} on the screen")

    def press(self, *keys):
        self.tmux("send-keys", *keys)

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def resize(self, columns, lines=24):
        self.tmux("resize-window", "-x", str(columns), "-y", str(lines))

    def show(self, variable):
        return self.tmux("display-message", "-p", "#{" + variable + "}").strip()

    def close(self):
        subprocess.run(["tmux", "-S", str(self.socket), "kill-server"], capture_output=True)


class OnScreen(WithService):
    """Runs `heygen auth login` in a shell that says afterwards how it ended and whether the terminal is as it was."""

    def setUp(self):
        super().setUp()
        self.program = HEYGEN

    def log_in(self, *arguments, columns=80, lines=24, env=None, then=""):
        settings = " ".join(f"{name}={shlex.quote(value)}" for name, value in {**self.home.env, **(env or {})}.items())
        command = shlex.join([str(self.program), "auth", "login", *arguments])
        script = self.home.script("session.sh", f"""
            trap : INT    # Ctrl-C reaches the shell too
            echo 'written before'
            before=$(stty -g)
            env -i {settings} {command} {then}
            code=$?
            [ "$(stty -g)" = "$before" ] && mode=kept || mode=changed
            echo "{ENDED}: code $code, mode $mode"
            exec cat
        """)
        screen = Screen(self.home, script, columns, lines)
        self.addCleanup(screen.close)
        return screen

    def picker(self, **options):
        screen = self.log_in(**options)
        screen.wait("Esc to cancel")
        return screen

    def process(self, screen):
        shell = screen.show("pane_pid")
        children = pathlib.Path(f"/proc/{shell}/task/{shell}/children")
        return int(eventually(lambda: children.read_text().split(), "the program's process")[0])

    def selected(self, screen):
        return [line for line in screen.text().splitlines() if line.startswith("> ")]

    def assert_ended(self, screen, code):
        screen.wait(ENDED)
        self.assertIn(f"{ENDED}: code {code}, mode kept", screen.text())
        self.assertNotIn(QUESTION, screen.text(history=True))
        self.assertNotIn("Esc to cancel", screen.text(history=True))
        self.assertIn("written before", screen.text(history=True))
        self.assertEqual(screen.show("cursor_flag"), "1")

    def assert_canceled(self, screen):
        self.assert_ended(screen, 1)
        self.assertIn('"code":"canceled"', screen.text().replace("\n", ""))
        self.assertFalse(self.home.file.exists())


class Picking(OnScreen):
    def test_the_api_key_is_first_and_selected_and_nothing_is_recommended(self):
        screen = self.picker()
        rows = [line[2:] for line in screen.text().splitlines() if line[2:4] in ("1 ", "2 ", "3 ")]
        self.assertEqual(len(rows), 2, rows)
        self.assertTrue(rows[0].startswith("1  API key") and "API credits" in rows[0], rows)
        self.assertTrue(rows[1].startswith("2  OAuth") and "subscription credits" in rows[1], rows)
        self.assertEqual([line[2:] for line in self.selected(screen)], rows[:1])
        self.assertNotIn("recommended", screen.text().lower())
        screen.press("q")
        self.assert_canceled(screen)

    def test_enter_takes_the_selected_row_and_the_key_stays_unseen(self):
        screen = self.picker()
        screen.press("Enter")
        screen.wait("hidden")
        self.assertNotIn(QUESTION, screen.text(history=True))
        screen.type(KEY)
        screen.press("Enter")
        self.assert_ended(screen, 0)
        self.assertNotIn(KEY, screen.text(history=True))
        self.assertEqual(self.home.read()["api_key"], KEY)
        self.assert_private()

    def test_arrows_and_letters_move_and_wrap_around(self):
        screen = self.picker()
        for key, row in (("Down", "2"), ("Down", "1"), ("Up", "2"), ("Up", "1"), ("j", "2"), ("j", "1"), ("k", "2"), ("k", "1")):
            screen.press(key)
            eventually(lambda: [line[2] for line in self.selected(screen)] == [row], f"row {row} after {key}")
        screen.press("Escape")
        self.assert_canceled(screen)

    def test_a_number_chooses_at_once(self):
        screen = self.picker()
        screen.press("2")
        screen.wait("/oauth/authorize?")
        self.assertNotIn(QUESTION, screen.text(history=True))
        screen.press("C-c")
        self.assert_canceled(screen)

    def test_escape_q_and_ctrl_c_leave_everything_as_it_was(self):
        for key in ("Escape", "q", "C-c", "C-d"):
            with self.subTest(key=key):
                screen = self.picker()
                screen.press(key)
                self.assert_canceled(screen)
                screen.close()

    def test_a_reserved_method_has_a_row_only_once_it_is_enabled(self):
        screen = self.picker(env={"HEYGEN_OAUTH_DEVICE_URL": self.service.url + "/v1/oauth/device_authorization"})
        self.assertIn("  3  Device code", screen.text())
        screen.press("Escape")
        self.assert_canceled(screen)

    def test_automation_gets_no_picker(self):
        for name in ("CI", "HEYGEN_NONINTERACTIVE"):
            with self.subTest(variable=name):
                screen = self.log_in(env={name: "true"})
                screen.wait("hidden")
                self.assertNotIn(QUESTION, screen.text())
                screen.press("C-c")
                self.assert_canceled(screen)
                screen.close()

    def test_a_single_method_needs_no_question(self):
        self.program = install(self.home.path / "alone", "apikey")
        screen = self.log_in()
        screen.wait("hidden")
        self.assertNotIn(QUESTION, screen.text())
        screen.press("C-c")
        self.assert_canceled(screen)

    def test_the_picker_reaches_the_terminal_when_stderr_goes_to_a_file(self):
        log = self.home.path / "stderr.log"
        screen = self.picker(then=f"2>{shlex.quote(str(log))}")
        screen.press("Escape")
        self.assert_ended(screen, 1)
        self.assertNotIn("\x1b", log.read_text())
        self.assertIn('"canceled"', log.read_text())


class Resizing(OnScreen):
    def test_resizing_leaves_one_picker_and_no_rest_of_it(self):
        screen = self.picker(columns=100)
        for columns in (34, 20, 57, 12, 120):
            screen.resize(columns)
            eventually(lambda: screen.show("pane_width") == str(columns), "the new width")
            eventually(lambda: self.is_drawn_for(screen, columns), f"one picker of {columns} columns")
        screen.press("Escape")
        self.assert_canceled(screen)

    def is_drawn_for(self, screen, columns):
        lines = screen.text().splitlines()
        rows = [line for line in lines if line.startswith("> 1")]
        # Cut, not wrapped: what does not fit ends in a mark in the last column but one.
        return len(rows) == 1 and (len(rows[0]) == columns - 1 or (len(rows[0]) < columns and rows[0].endswith("credits")))

    def test_a_narrow_terminal_cuts_lines_and_a_low_one_keeps_the_selected_row(self):
        screen = self.log_in(columns=24, lines=2)
        eventually(lambda: self.selected(screen), "the selected row")
        screen.press("Down")
        eventually(lambda: [line[2] for line in self.selected(screen)] == ["2"], "the second row")
        screen.press("Escape")
        screen.wait("mode kept")
        self.assertFalse(self.home.file.exists())


class Signals(OnScreen):
    def test_a_signal_that_ends_it_leaves_the_terminal_as_it_was(self):
        for number, code in ((signal.SIGTERM, 1), (signal.SIGINT, 1), (signal.SIGHUP, 1),
                             (signal.SIGQUIT, 128 + signal.SIGQUIT)):
            with self.subTest(signal=number.name):
                screen = self.picker()
                subprocess.run(["kill", f"-{number.value}", str(self.process(screen))], check=True)
                self.assert_ended(screen, code)
                screen.close()

    def test_a_stop_and_continue_brings_the_picker_back(self):
        screen = self.picker()
        process, tty = self.process(screen), screen.show("pane_tty")
        subprocess.run(["kill", "-STOP", str(process)], check=True)
        with open(tty, "rb") as terminal:   # as a shell does when a job stops
            subprocess.run(["stty", "sane"], stdin=terminal, check=True)
        subprocess.run(["kill", "-CONT", str(process)], check=True)
        eventually(lambda: self.is_raw(tty), "the picker's own mode")
        screen.press("j")
        eventually(lambda: [line[2] for line in self.selected(screen)] == ["2"], "the second row")
        screen.press("Escape")
        screen.wait(ENDED)
        self.assertEqual(screen.show("cursor_flag"), "1")

    def is_raw(self, tty):
        with open(tty, "rb") as terminal:
            return "-icanon" in subprocess.run(["stty", "-a"], stdin=terminal, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    unittest.main()
