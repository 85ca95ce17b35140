# SPDX-License-Identifier: Apache-2.0
"""A browser login whose browser is elsewhere: pasted on the terminal, over SSH with a forward, without a user."""

import contextlib
import os
import pathlib
import pwd
import re
import shutil
import socket
import subprocess
import unittest
import urllib.parse

import pexpect

from support import HEYGEN, LIMIT_S, WithService, eventually
from browser import Browser
from service import TOKEN

PASTE = "paste its address here and press Enter"


def redirect_of(url):
    """Where the service sends a browser, which does not go there."""
    return Browser().load(url)["headers"]["Location"]


class Elsewhere(WithService):
    def screen(self, *arguments, unset=(), **env):
        """A login on a terminal; env: beside the home's."""
        env = {name: value for name, value in {**self.home.env, **env}.items() if name not in unset}
        screen = pexpect.spawn(
            str(HEYGEN), ["auth", "login", *arguments], env=env, dimensions=(40, 200), timeout=LIMIT_S, encoding="utf-8"
        )
        self.addCleanup(screen.close, True)
        return screen

    def url_on(self, screen):
        screen.expect(r"(?m)^(http\S+client_id\S+)\r$")
        return screen.match.group(1)

    def waiting(self, *arguments, **env):
        screen = self.screen(*(arguments or ("--oauth",)), **env)
        url = self.url_on(screen)
        screen.expect(PASTE)
        return screen, url

    def ended(self, screen):
        text = screen.read()
        screen.close()
        return screen.exitstatus, text

    def assert_logged_in(self, screen):
        code, text = self.ended(screen)
        self.assertEqual(code, 0, text)
        self.assertIn("Logged in as ada@example.test", text)
        self.assertIn("access_token", self.home.read()["oauth"])
        for secret in self.secrets():
            self.assertNotIn(secret, text)
        self.assert_private()


class Pasted(Elsewhere):
    def test_whole_address_completes_the_login_and_is_not_echoed(self):
        screen, url = self.waiting()
        screen.sendline(redirect_of(url))
        self.assert_logged_in(screen)

    def test_query_and_code_with_state_do_too(self):
        for form in ("{query}", "?{query}", "{code}#{state}", "  {code} {state} ", "<{whole}>", "{shown}"):
            with self.subTest(form):
                screen, url = self.waiting()
                whole = redirect_of(url)
                query = urllib.parse.urlsplit(whole).query
                params = dict(urllib.parse.parse_qsl(query))
                screen.sendline(
                    form.format(
                        query=query, code=params["code"], state=params["state"], whole=whole, shown=whole[len("http://") :]
                    )
                )
                self.assert_logged_in(screen)

    def test_wrong_addresses_are_explained_and_the_login_still_waits(self):
        screen, url = self.waiting()
        whole = redirect_of(url)
        other = re.sub("state=[^&]*", "state=another", whole)
        for typed, said in (
            (other, "belongs to another login: its state differs"),
            (url, "is not the address on which the browser ends"),
            ("hello", "is not the address on which the browser ends"),
            (whole.partition("?")[0], "has no code"),
            (re.sub("state=[^&]*&?", "", whole), "has no state"),
            (whole + "&code=2", "has a parameter twice"),
            (re.sub("code=[^&]*", "error=access_denied&error_description=no", whole), "error access_denied .no."),
        ):
            screen.sendline(typed)
            screen.expect(said)
            screen.expect("still waits")
        self.assertEqual(self.service.requests_to(TOKEN), [])
        screen.sendline(whole)
        self.assert_logged_in(screen)

    def test_address_longer_than_a_line_of_the_terminal_is_read_whole(self):
        screen, url = self.waiting()
        screen.send(redirect_of(url) + "&more=" + "x" * 9000 + "\n")
        self.assert_logged_in(screen)

    def test_browser_that_reaches_the_listener_is_served_beside_the_terminal(self):
        screen, url = self.waiting()
        screen.send("half of an addr")
        self.assertEqual(Browser().visit(url)["status"], 200)
        self.assert_logged_in(screen)

    def test_interrupt_ends_the_wait_and_restores_the_terminal(self):
        screen, _ = self.waiting()
        eventually(lambda: not screen.getecho(), "no echo")
        screen.sendintr()
        screen.expect("canceled")
        eventually(screen.getecho, "the echo")


class Advice(Elsewhere):
    def test_ssh_session_is_told_the_forward_for_its_port_first(self):
        user = pwd.getpwuid(os.geteuid()).pw_name
        screen = self.screen("--oauth", unset=("BROWSER",), SSH_CONNECTION="192.0.2.7 50000 192.0.2.9 2222", SSH_TTY="/dev/pts/9")
        screen.expect("This is an SSH session")
        screen.expect(r"ssh -N -L (\d+):127\.0\.0\.1:(\d+) -p 2222 (\S+)\r")
        port, same, target = screen.match.groups()
        self.assertEqual((port, target), (same, f"{user}@192.0.2.9"))
        screen.expect(f"--port {port} keeps the port")
        url = self.url_on(screen)
        self.assertIn(f"127.0.0.1%3A{port}%2F", url)
        screen.expect(PASTE)
        screen.sendline(redirect_of(url))
        self.assert_logged_in(screen)

    def test_container_is_told_to_paste(self):
        screen = self.screen("--oauth", unset=("BROWSER",), container="docker")
        screen.expect("This is a container")
        self.url_on(screen)

    def test_machine_without_display_runs_no_xdg_open(self):
        opened = self.home.path / "opened"
        self.home.script("xdg-open", f"echo opened > '{opened}'\n")
        path = f"{self.home.path}:{self.home.env['PATH']}"
        screen = self.screen("--oauth", unset=("BROWSER",), PATH=path)
        screen.expect("(No browser can be opened here: neither DISPLAY nor WAYLAND_DISPLAY is set|This is a container)")
        url = self.url_on(screen)
        screen.expect(PASTE)
        screen.sendline(redirect_of(url))
        self.assert_logged_in(screen)
        self.assertFalse(opened.exists())

    def test_own_browser_needs_no_advice(self):
        opened = self.home.path / "opened"
        browser = self.home.script("browser.sh", f"echo \"$1\" > '{opened}'\n")
        screen, url = self.waiting(BROWSER=browser)
        self.assertNotIn("SSH", screen.before)
        eventually(lambda: opened.exists() and opened.read_text().strip() == url, "the browser")

    def test_port_in_use_and_port_that_is_none_are_usage_errors(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            self.home.env["BROWSER"] = self.home.script("browser.sh", "exit 0\n")
            done = self.assert_fails(self.run_heygen("auth", "login", "--oauth", "--port", str(port)), "usage_error", 2)
            self.assertIn(f"127.0.0.1:{port}", done.error()["message"])
        for port in ("0", "65536", "x", "-1"):
            done = self.assert_fails(self.run_heygen("auth", "login", "--oauth", f"--port={port}"), "usage_error", 2)
            self.assertIn("must be from 1 to 65535", done.error()["message"])


class Opener(Elsewhere):
    """BROWSER and what takes its place. No terminal: a login that waits would wait without end."""

    def setUp(self):
        super().setUp()
        self.opened = self.home.path / "opened.txt"
        del self.home.env["BROWSER"]

    def opener(self, name, code=0):
        """A fake browser of that name, which writes its arguments."""
        return self.home.script(name, f"printf '%s\\n' \"$@\" >> '{self.opened}'\nexit {code}\n")

    def assert_ends_at_once(self, why, **env):
        done = self.assert_fails(self.run_heygen("auth", "login", "--oauth", env=env), "usage_error", 2)
        error = done.error()
        self.assertRegex(error["message"] + done.err, why)
        for way in ("--oauth", "--start", "BROWSER", "--api-key"):
            self.assertIn(way, error["hint"])
        self.assertLess(done.seconds, LIMIT_S)
        self.assertFalse(self.home.file.exists())

    def opens(self, *expected, **env):
        running = self.start("auth", "login", "--oauth", env=env)
        url = running.line(r"^(http\S+)$").group(1)
        wanted = [word.replace("URL", url) for word in expected]
        eventually(
            lambda: self.opened.exists() and self.opened.read_text().splitlines() == wanted,
            f"{wanted} in the browser's arguments",
        )
        self.assertEqual(Browser().visit(url)["status"], 200)
        self.assert_succeeds(self.finish(running))
        self.opened.unlink()

    def test_no_user_and_no_browser_ends_at_once_and_names_the_ways(self):
        self.assert_ends_at_once("neither DISPLAY nor WAYLAND_DISPLAY is set")
        self.assert_ends_at_once("neither", BROWSER="none")
        self.assert_ends_at_once("BROWSER names no-such-browser, which cannot be run", BROWSER="no-such-browser")
        failing = self.opener("failing", 3)
        self.assert_ends_at_once("failing ended with exit code 3", BROWSER=failing)
        self.assert_ends_at_once("failing ended with exit code 3; .*two ended with exit code 4", BROWSER=f"{failing}:{self.opener('two', 4)}")

    def test_program_that_reads_the_url_may_send_the_redirect_without_a_browser(self):
        running = self.start("auth", "login", "--oauth")
        url = running.line(r"^(http\S+)$").group(1)
        self.assertEqual(Browser().visit(url)["status"], 200)
        self.assert_succeeds(self.finish(running))

    def test_words_quotes_lists_and_placeholders(self):
        good = self.opener("good")
        spaced = self.opener("with space")
        failing = self.home.script("failing", "exit 1\n")
        self.opens("--new", "a b", "URL", BROWSER=f"{good} --new 'a b'")
        self.opens("--url=URL", "last", BROWSER=f"{good} --url=%s last")
        self.opens("URL", BROWSER=spaced)
        self.opens("URL", BROWSER=f"'{spaced}' %s")
        self.opens("URL", BROWSER=f"no-such-browser:{failing}:{good} %s")

    def test_wsl_opens_the_browser_of_windows(self):
        path = f"{self.home.path}:{self.home.env['PATH']}"
        self.opener("powershell.exe")
        self.opens(
            "-NoProfile", "-NonInteractive", "-Command", "Start-Process 'URL'", PATH=path, WSL_DISTRO_NAME="Debian"
        )
        self.opener("wslview")
        self.opens("URL", PATH=path, WSL_DISTRO_NAME="Debian")

    def test_xdg_open_serves_a_display(self):
        self.opener("xdg-open")
        path = f"{self.home.path}:{self.home.env['PATH']}"
        self.opens("URL", PATH=path, DISPLAY=":9")
        self.opens("URL", PATH=path, WAYLAND_DISPLAY="wayland-9")


SSHD = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/sbin:" + os.environ.get("PATH", ""))


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@unittest.skipUnless(SSHD and shutil.which("ssh"), "openssh-server is not installed")
class OverSsh(Elsewhere):
    """A real session to a real sshd of the test's own, as the user that runs the test."""

    def setUp(self):
        super().setUp()
        self.directory = self.home.path / "ssh"
        self.directory.mkdir(mode=0o700)
        for key in ("host", "user"):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.directory / key], check=True, stdin=subprocess.DEVNULL
            )
        shutil.copy(self.directory / "user.pub", self.directory / "authorized")
        self.user = pwd.getpwuid(os.geteuid()).pw_name
        self.port = free_port()
        (self.directory / "sshd_config").write_text(
            f"""Port {self.port}
ListenAddress 127.0.0.1
HostKey {self.directory}/host
AuthorizedKeysFile {self.directory}/authorized
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin yes
AllowTcpForwarding yes
PrintMotd no
PrintLastLog no
""",
            encoding="utf-8",
        )
        if os.geteuid() == 0:
            pathlib.Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        self.log = (self.directory / "log").open("w+b")
        self.addCleanup(self.log.close)
        self.sshd = subprocess.Popen(
            [SSHD, "-D", "-e", "-f", self.directory / "sshd_config"], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log
        )
        self.addCleanup(self.stop)
        eventually(self.answers, "sshd")
        self.options = [
            "-F", "none", "-i", str(self.directory / "user"), "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no",
            "-o", f"UserKnownHostsFile={self.directory}/known", "-o", "LogLevel=ERROR",
        ]  # fmt: skip
        if subprocess.run(self.ssh("true"), capture_output=True, stdin=subprocess.DEVNULL, timeout=LIMIT_S).returncode != 0:
            self.skipTest("this account cannot log in to an sshd of its own")

    def stop(self):
        self.sshd.terminate()
        self.sshd.wait(20)

    def answers(self):
        if self.sshd.poll() is not None:
            self.log.seek(0)
            self.skipTest("sshd does not run here: " + self.log.read().decode()[-200:])
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False

    def ssh(self, *words):
        return ["ssh", *self.options, "-p", str(self.port), f"{self.user}@127.0.0.1", *words]

    def login_over_ssh(self, *arguments):
        """The login's terminal, which sshd made."""
        env = {name: value for name, value in self.home.env.items() if name != "BROWSER"}
        assignments = " ".join(f"{name}='{value}'" for name, value in env.items() if "'" not in value)
        words = " ".join([f"env -u DISPLAY -u WAYLAND_DISPLAY -u BROWSER {assignments} '{HEYGEN}' auth login", *arguments])
        command = self.ssh(words)
        command.insert(1, "-tt")
        screen = pexpect.spawn(command[0], command[1:], dimensions=(40, 250), timeout=LIMIT_S, encoding="utf-8")
        self.addCleanup(screen.close, True)
        return screen

    def forward(self, line):
        """Runs the line that heygen printed, with this test's key in addition."""
        words = line.split()
        self.assertEqual(words[0], "ssh")
        process = subprocess.Popen(
            ["ssh", *self.options, "-o", "ExitOnForwardFailure=yes", *words[1:]], stdin=subprocess.DEVNULL
        )
        self.addCleanup(process.wait, 20)
        self.addCleanup(process.terminate)
        return process

    def test_printed_forward_brings_the_redirect(self):
        """Here both machines are one, so the forward listens on another address of the loopback, as the browser's machine."""
        screen = self.login_over_ssh("--oauth")
        screen.expect("This is an SSH session")
        screen.expect(r"(ssh -N -L (\d+):127\.0\.0\.1:\d+ -p \d+ \S+)\r")
        line, port = screen.match.groups()
        self.assertIn(f"-p {self.port} {self.user}@127.0.0.1", line)
        url = self.url_on(screen)
        forward = self.forward(line.replace("-L ", "-L 127.0.0.2:"))

        def is_forwarded():
            self.assertIsNone(forward.poll(), "ssh ended")
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.2", int(port)), 1):
                return True
            return False

        eventually(is_forwarded, "the forward")
        target = urllib.parse.urlsplit(redirect_of(url))
        with socket.create_connection(("127.0.0.2", int(port)), LIMIT_S) as browser:
            browser.sendall(f"GET {target.path}?{target.query} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
            answer = b"".join(iter(lambda: browser.recv(65536), b""))
        self.assertTrue(answer.startswith(b"HTTP/1.1 200 "), answer[:200])
        self.assert_logged_in(screen)

    def test_pasted_address_completes_it_without_a_forward(self):
        port = free_port()
        screen = self.login_over_ssh("--oauth", "--port", str(port))
        screen.expect(f"ssh -N -L {port}:127.0.0.1:{port} ")
        url = self.url_on(screen)
        screen.expect(PASTE)
        screen.sendline(redirect_of(url))
        self.assert_logged_in(screen)


if __name__ == "__main__":
    unittest.main()
