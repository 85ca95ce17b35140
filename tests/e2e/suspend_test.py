# SPDX-License-Identifier: Apache-2.0
"""Ctrl-Z and `fg` under a real shell with job control: what is typed after a stop is as hidden as before it, the prompt is
there again, and the shell has its echo while heygen is stopped."""

import os
import signal
import termios

import pexpect

from support import WithService, eventually

CTRL_Z = "\x1a"
PROMPT = "READY> "


class Suspended(WithService):
    def setUp(self):
        super().setUp()
        self.begin_shell("--noediting")

    def begin_shell(self, *more):
        self.shell = pexpect.spawn(
            "/bin/bash",
            ["--norc", "--noprofile", *more, "-i"],
            env={**self.home.env, "PS1": PROMPT, "TERM": "dumb"},
            encoding="utf-8",
            timeout=20,
            dimensions=(24, 200),
        )
        self.addCleanup(self.shell.close, True)
        self.shell.expect(PROMPT)

    def echo(self):
        return bool(termios.tcgetattr(self.shell.child_fd)[3] & termios.ECHO)

    def begin(self, *arguments, prompt="hidden"):
        self.shell.sendline(" ".join([str(self.home.program), *arguments]))
        self.shell.expect(prompt)
        eventually(lambda: not self.echo(), "a hidden prompt")

    def assert_shell_echoes(self):
        self.shell.expect(PROMPT)
        eventually(self.echo, "the shell's echo")
        self.shell.sendline("echo $((40 + 2))")
        self.shell.expect("echo .*42\r\n")
        self.shell.expect(PROMPT)

    def assert_hidden(self, key):
        """The prompt came again, and the key that is typed now is nowhere on the screen."""
        self.shell.expect("hidden")
        eventually(lambda: not self.echo(), "echo off after fg")
        self.shell.sendline(key)
        self.shell.expect(PROMPT)
        self.assertNotIn(key, self.shell.before)
        self.assertEqual(self.home.read()["api_key"], key)
        eventually(self.echo, "the shell's echo after the login")

    def test_ctrl_z_and_fg_keep_the_key_hidden(self):
        self.begin("auth", "login", "--api-key")
        self.shell.send("half")
        self.shell.send(CTRL_Z)
        self.shell.expect("Stopped")
        self.assert_shell_echoes()
        self.shell.sendline("fg")
        self.assert_hidden("good-key")

    def test_a_second_stop_is_like_the_first(self):
        self.begin("auth", "login", "--api-key")
        for _ in range(2):
            self.shell.send(CTRL_Z)
            self.shell.expect("Stopped")
            self.assert_shell_echoes()
            self.shell.sendline("fg")
            self.shell.expect("hidden")
            eventually(lambda: not self.echo(), "echo off after fg")
        self.shell.sendline("good-key")
        self.shell.expect(PROMPT)
        self.assertNotIn("good-key", self.shell.before)

    def test_a_stop_that_cannot_be_caught_is_recovered_from(self):
        self.begin("auth", "login", "--api-key")
        child = self.child()
        os.kill(child, signal.SIGSTOP)
        self.shell.expect("Stopped")
        self.shell.expect(PROMPT)
        self.shell.sendline("fg")
        self.assert_hidden("good-key")

    def test_a_login_begun_in_the_background_asks_when_it_comes_to_the_front(self):
        self.shell.sendline(f"{self.home.program} auth login --api-key &")
        self.shell.expect(r"\[1\]")
        self.shell.expect(PROMPT)
        self.shell.sendline("fg")
        self.assert_hidden("good-key")

    def test_a_login_begun_behind_a_shell_that_edits_its_line_ends_with_enter(self):
        """Such a shell's own mode has neither lines nor Enter: the prompt must not take it for the terminal's."""
        self.begin_shell()
        self.shell.sendline(f"{self.home.program} auth login --api-key &")
        self.shell.expect(r"\[1\]")
        self.shell.expect(PROMPT)
        self.shell.sendline("fg")
        self.shell.expect("hidden")
        self.shell.send("good-key\r")
        self.shell.expect(PROMPT)
        self.assertNotIn("good-key", self.shell.before)
        self.assertEqual(self.home.read()["api_key"], "good-key")

    def test_a_script_that_is_stopped_keeps_the_key_hidden(self):
        script = self.home.path / "wrapper.sh"
        script.write_text(f"#!/bin/sh\n{self.home.program} auth login --api-key\n:\n")
        script.chmod(0o755)
        for turn in range(5):
            with self.subTest(turn=turn):
                self.shell.sendline(str(script))
                self.shell.expect("hidden")
                eventually(lambda: not self.echo(), "a hidden prompt")
                self.shell.send(CTRL_Z)
                self.shell.expect("Stopped")
                self.assert_shell_echoes()
                self.shell.sendline("fg")
                self.assert_hidden("good-key")

    def child(self):
        """The shell's one child."""
        with open(f"/proc/{self.shell.pid}/task/{self.shell.pid}/children", encoding="ascii") as children:
            return int(children.read().split()[0])
