# SPDX-License-Identifier: Apache-2.0
"""The example provider `keyring` at a real gnome-keyring on a bus of its own; skipped where the two are not installed."""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import time
import unittest

from support import WithService, assert_passes_check, eventually, example
from service import Response


def pkg_config(*options):
    return subprocess.run(["pkg-config", *options, "libsecret-1"], capture_output=True, text=True, check=True).stdout.split()


def library():
    includes = [flag.replace("-I", "-isystem", 1) for flag in pkg_config("--cflags")]
    return example("keyring", *includes, *pkg_config("--libs"))


def setUpModule():
    for program in ("gnome-keyring-daemon", "dbus-run-session", "pkg-config"):
        if shutil.which(program) is None:
            raise unittest.SkipTest(f"{program} is not installed")
    if subprocess.run(["pkg-config", "--exists", "libsecret-1"]).returncode != 0:
        raise unittest.SkipTest("libsecret's headers are not installed")


class Keyring(WithService):
    def setUp(self):
        super().setUp()
        # In heygen's process: it starts one of its own for the library that it uses, which no cage permits.
        self.home.add_provider(library(), self.home.in_process())
        runtime = self.home.path / "run"
        runtime.mkdir(mode=0o700)
        self.home.env["XDG_RUNTIME_DIR"] = str(runtime)
        self.home.env.pop("DBUS_SESSION_BUS_ADDRESS", None)
        for route in ("GET /v3/users/me", "GET /v3/videos"):
            self.service.routes[route] = self.api

    def secrets(self):
        return [*super().secrets(), "key-in-the-ring", "second-key"]

    def api(self, request):
        self.key = request.headers.get("x-api-key")
        live = self.key in ("key-in-the-ring", "second-key")
        return Response(200, {"data": {"email": "ada@example.test"}}) if live else Response(401, {"error": {}})

    def start_bus(self):
        """A session bus that ends with the test."""
        bus = subprocess.Popen(
            ["dbus-run-session", "--", "sh", "-c", 'echo "$DBUS_SESSION_BUS_ADDRESS"; exec cat'],
            env=self.home.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self.addCleanup(bus.stdout.close)
        self.addCleanup(bus.wait, 20)
        self.addCleanup(bus.stdin.close)
        self.home.env["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().strip()

    def start_daemon(self):
        daemon = subprocess.Popen(
            ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
            env=self.home.env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        daemon.stdin.write(b"password")
        daemon.stdin.close()

        def end():
            with contextlib.suppress(ProcessLookupError):
                daemon.send_signal(signal.SIGCONT)
                daemon.kill()
            daemon.wait(20)

        self.addCleanup(end)
        eventually(lambda: self.ask_bus("NameHasOwner", "string:org.freedesktop.secrets").endswith("true"), "the keyring")
        eventually(lambda: "/collection/login" in self.ask_secrets("Get", "Collections"), "its collection")
        return daemon

    def ask_bus(self, method, *arguments):
        return self.send("org.freedesktop.DBus", "/org/freedesktop/DBus", f"org.freedesktop.DBus.{method}", *arguments)

    def ask_secrets(self, method, name):
        where = "/org/freedesktop/secrets"
        interface = "string:org.freedesktop.Secret.Service"
        return self.send("org.freedesktop.secrets", where, f"org.freedesktop.DBus.Properties.{method}", interface, f"string:{name}")

    def lock(self):
        where, path = "/org/freedesktop/secrets", "array:objpath:/org/freedesktop/secrets/collection/login"
        self.send("org.freedesktop.secrets", where, "org.freedesktop.Secret.Service.Lock", path)

    def send(self, to, path, *rest):
        command = ["dbus-send", "--session", "--print-reply=literal", f"--dest={to}", path, *rest]
        return subprocess.run(command, env=self.home.env, capture_output=True, text=True).stdout.strip()

    def log_in(self, key="key-in-the-ring"):
        return self.assert_succeeds(self.run_heygen("auth", "login", "--keyring", stdin=key + "\n"))

    def test_the_key_lies_in_the_keyring_and_in_no_file(self):
        self.start_bus()
        self.start_daemon()
        self.log_in()
        self.assert_succeeds(self.run_heygen("video", "list"))
        self.assertEqual(self.key, "key-in-the-ring")
        for file in self.home.config.rglob("*"):
            if file.is_file():
                self.assertNotIn(b"key-in-the-ring", file.read_bytes(), file)
        status = self.assert_succeeds(self.run_heygen("auth", "status")).json()["credential"]
        self.assertEqual((status["type"], status["source"], status["provider"]), ("api_key", "keyring", "keyring"))

    def test_a_second_login_replaces_the_first_and_logout_empties_the_keyring(self):
        self.start_bus()
        self.start_daemon()
        self.log_in()
        self.log_in("second-key")
        self.assert_succeeds(self.run_heygen("video", "list"))
        self.assertEqual(self.key, "second-key")
        self.assertEqual(self.items(), 1)
        done = self.assert_succeeds(self.run_heygen("auth", "logout"))
        self.assertEqual(self.items(), 0)
        self.assertNotIn("revoked", done.json(), "the key itself stays valid")

    def items(self):
        where = "/org/freedesktop/secrets/collection/login"
        interface = "string:org.freedesktop.Secret.Collection"
        response = self.send("org.freedesktop.secrets", where, "org.freedesktop.DBus.Properties.Get", interface, "string:Items")
        return response.count("/org/freedesktop/secrets/collection/login/")

    def test_the_checker_finds_nothing_wrong_with_a_keyring_and_without(self):
        assert_passes_check(self, library(), "--no-cage", env=self.home.env, unchecked=18)  # all that follows a login
        self.start_bus()
        self.start_daemon()
        assert_passes_check(self, library(), "--no-cage", env=self.home.env)  # it starts a child of its own

    def test_a_locked_keyring_is_named_without_a_prompt(self):
        self.start_bus()
        self.start_daemon()
        self.log_in()
        self.lock()
        begin = time.monotonic()
        done = self.assert_fails(self.run_heygen("video", "list"), "auth_error", 3)
        self.assertIn("The keyring is locked", done.error()["message"])
        self.assertLess(time.monotonic() - begin, 3)
        done = self.run_heygen("auth", "login", "--keyring", stdin="second-key\n")
        self.assertIn("The keyring is locked", done.error()["message"])

    def test_without_a_bus_or_a_daemon_it_is_absent_and_nothing_is_started(self):
        done = self.run_heygen("auth", "login", "--keyring", stdin="key-in-the-ring\n")
        self.assertEqual(done.code, 1, done)
        self.assertIn("There is no keyring here: this session has no D-Bus", done.error()["message"])
        self.start_bus()
        done = self.run_heygen("auth", "login", "--keyring", stdin="key-in-the-ring\n")
        self.assertIn("no keyring daemon is running", done.error()["message"])
        self.assertEqual(self.ask_bus("NameHasOwner", "string:org.freedesktop.secrets"), "boolean false")
        self.home.env["DBUS_SESSION_BUS_ADDRESS"] = "autolaunch:"
        done = self.run_heygen("auth", "login", "--keyring", stdin="key-in-the-ring\n")
        self.assertIn("would have to be started", done.error()["message"])

    def test_a_daemon_that_hangs_costs_three_seconds(self):
        self.start_bus()
        daemon = self.start_daemon()
        self.log_in()
        os.kill(daemon.pid, signal.SIGSTOP)
        done = self.assert_fails(self.run_heygen("video", "list"), "network_error", 1)
        self.assertIn("did not answer within 3 seconds", done.error()["message"])
        self.assertLess(done.seconds, 4)

    def test_ctrl_c_does_not_wait_for_it(self):
        self.start_bus()
        daemon = self.start_daemon()
        self.log_in()
        os.kill(daemon.pid, signal.SIGSTOP)
        running = self.start("--verbose", "video", "list")
        eventually(lambda: self.connected(running.process.pid), "its connection to the bus")
        begin = time.monotonic()
        running.interrupt()
        self.assert_fails(self.finish(running), "canceled", 1)
        self.assertLess(time.monotonic() - begin, 1)

    @staticmethod
    def connected(pid):
        """GLib's thread for the bus runs in the provider's child once the bus was reached."""
        names = []
        for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            with contextlib.suppress(OSError):
                names += [task.joinpath("comm").read_text().strip() for task in pathlib.Path(f"/proc/{child}/task").iterdir()]
        return "gdbus" in names

    def test_an_environment_key_touches_no_keyring(self):
        self.start_bus()
        daemon = self.start_daemon()
        self.log_in()
        os.kill(daemon.pid, signal.SIGSTOP)
        done = self.assert_succeeds(self.run_heygen("video", "list", env={"HEYGEN_API_KEY": "second-key"}))
        self.assertLess(done.seconds, 2)


if __name__ == "__main__":
    unittest.main()
