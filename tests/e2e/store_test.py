# SPDX-License-Identifier: Apache-2.0
"""Credentials in the keyring (--store, `auth store`) at a real gnome-keyring on a bus of its own; skipped where it is not
installed."""

import ctypes
import json
import shutil
import signal
import unittest

import keyring_test
from service import Response
from support import BUILD, PAST, WithService, install


def setUpModule():
    for program in ("gnome-keyring-daemon", "dbus-run-session", "dbus-send"):
        if shutil.which(program) is None:
            raise unittest.SkipTest(f"{program} is not installed")
    try:
        ctypes.CDLL("libsecret-1.so.0")
    except OSError:
        raise unittest.SkipTest("libsecret is not installed")


class Store(WithService):
    start_bus = keyring_test.Keyring.start_bus
    start_daemon = keyring_test.Keyring.start_daemon
    ask_bus = keyring_test.Keyring.ask_bus
    ask_secrets = keyring_test.Keyring.ask_secrets
    lock = keyring_test.Keyring.lock
    send = keyring_test.Keyring.send

    def setUp(self):
        super().setUp()
        runtime = self.home.path / "run"
        runtime.mkdir(mode=0o700)
        self.home.env["XDG_RUNTIME_DIR"] = str(runtime)
        self.home.env.pop("DBUS_SESSION_BUS_ADDRESS", None)
        self.service.routes["GET /v3/users/me"] = self.api

    def secrets(self):
        return [*super().secrets(), "key-in-the-ring", "second-key", "third-key"]

    def api(self, request):
        self.key = request.headers.get("x-api-key") or request.headers.get("authorization")
        return Response(200, {"data": {"email": "ada@example.test"}})

    def keyring(self):
        self.start_bus()
        return self.start_daemon()

    def log_in(self, *options, key="key-in-the-ring"):
        return self.assert_succeeds(self.run_heygen("auth", "login", "--api-key", *options, stdin=key + "\n"))

    def status(self, *options):
        return self.assert_succeeds(self.run_heygen("auth", "status", *options)).json()["credential"]

    def content(self):
        return (self.home.config / "credentials").read_text()

    def items(self):
        where = "/org/freedesktop/secrets/collection/login"
        interface = "string:org.freedesktop.Secret.Collection"
        response = self.send("org.freedesktop.secrets", where, "org.freedesktop.DBus.Properties.Get", interface, "string:Items")
        return response.count("/collection/login/")

    def test_a_login_goes_to_the_keyring_and_no_file_has_it(self):
        self.keyring()
        self.log_in("--store", "keyring")
        for file in self.home.config.rglob("*"):
            if file.is_file():
                self.assertNotIn(b"key-in-the-ring", file.read_bytes(), file)
        self.assertNotIn("api_key", [name for name in json.loads(self.content())])
        self.assertEqual(self.status()["source"], "keyring")
        self.assertEqual(self.key, "key-in-the-ring")
        explained = self.run_heygen("auth", "explain").json()
        self.assertIn("in the keyring", json.dumps(explained))
        self.log_in(key="second-key")  # auto: where the one before is
        self.assertNotIn("second-key", self.content())
        self.status()
        self.assertEqual(self.key, "second-key")
        self.assertEqual(self.items(), 1)

    def test_without_being_asked_for_a_login_goes_to_the_file(self):
        self.keyring()
        self.log_in()
        self.assertEqual(json.loads(self.content())["api_key"], "key-in-the-ring")
        self.assertEqual(self.status()["source"], "file")
        self.assertEqual(self.items(), 0)

    def test_the_setting_chooses_the_keyring(self):
        self.keyring()
        self.assert_succeeds(self.run_heygen("config", "set", "auth.store", "keyring"))
        self.log_in()
        self.assertNotIn("key-in-the-ring", self.content())
        self.log_in("--store", "file")
        self.assertIn("key-in-the-ring", self.content())
        self.assertEqual(self.items(), 0)

    def test_what_is_stored_moves_both_ways(self):
        self.keyring()
        self.log_in()
        self.assert_succeeds(self.run_heygen("auth", "store", "keyring"))
        self.assertNotIn("key-in-the-ring", self.content())
        self.assertEqual(self.status()["source"], "keyring")
        self.assert_succeeds(self.run_heygen("auth", "store", "file"))
        self.assertEqual(json.loads(self.content())["api_key"], "key-in-the-ring")
        self.assertEqual(self.items(), 0)

    def test_a_logout_empties_the_keyring(self):
        self.keyring()
        self.log_in("--store", "keyring")
        self.assertEqual(self.items(), 1)
        self.assert_succeeds(self.run_heygen("auth", "logout"))
        self.assertEqual(self.items(), 0)
        self.assertFalse((self.home.config / "credentials").exists())

    def test_a_locked_keyring_is_named_and_nothing_is_lost(self):
        self.keyring()
        self.log_in("--store", "keyring")
        before = self.content()
        self.lock()
        for command in (["status"], ["logout"], ["store", "file"]):
            done = self.run_heygen("auth", *command)
            self.assertNotEqual(done.code, 0)
            self.assertIn("`api_key`, which is in the keyring: it is locked", done.error()["message"])
        self.assertEqual(self.content(), before)

    def test_a_login_with_a_locked_keyring_goes_to_the_file_and_says_so_once(self):
        self.keyring()
        self.log_in("--store", "keyring")
        self.lock()
        done = self.log_in(key="second-key")
        self.assertEqual(done.err.count("the keyring cannot be used (it is locked)"), 1, done.err)
        self.assertIn("could not be deleted from the keyring", done.err)
        self.status()
        self.assertEqual(self.key, "second-key")

    def test_without_a_bus_or_a_daemon_it_is_the_file(self):
        done = self.log_in("--store", "keyring")
        self.assertIn("the keyring cannot be used (this session has no D-Bus)", done.err)
        self.assertEqual(json.loads(self.content())["api_key"], "key-in-the-ring")
        self.start_bus()
        done = self.run_heygen("auth", "store", "keyring")
        self.assertIn("no keyring daemon is running", done.error()["message"])
        self.assertIn("key-in-the-ring", self.content())

    def test_a_keyring_that_hangs_is_given_up(self):
        daemon = self.keyring()
        self.log_in("--store", "keyring")
        daemon.send_signal(signal.SIGSTOP)
        done = self.run_heygen("auth", "status")
        daemon.send_signal(signal.SIGCONT)
        self.assertIn("it did not respond within 3 seconds", done.error()["message"])

    def test_each_profile_has_its_own(self):
        self.keyring()
        self.log_in("--store", "keyring")
        self.log_in("--store", "keyring", "--profile", "work", key="second-key")
        self.assertEqual(self.items(), 2)
        self.status()
        self.assertEqual(self.key, "key-in-the-ring")
        self.status("--profile", "work")
        self.assertEqual(self.key, "second-key")
        self.assert_succeeds(self.run_heygen("auth", "logout", "--profile", "work"))
        self.assertEqual(self.items(), 1)
        self.status()

    def test_a_login_that_is_killed_after_the_keyring_has_it_loses_nothing(self):
        self.keyring()
        self.log_in("--store", "keyring")
        prefix = self.home.path / "program"
        install(prefix, "apikey")
        killer = prefix / "libexec" / "heygen" / "heygen-keyring"
        killer.parent.mkdir(parents=True, exist_ok=True)
        killer.unlink(missing_ok=True)
        killer.write_text(
            "#!/bin/sh\n"
            "request=$(cat; echo .)\n"
            f"printf %s \"${{request%.}}\" | {BUILD}/libexec/heygen/heygen-keyring\n"
            'case "$request" in put*) kill -9 $PPID ;; esac\n'
        )
        killer.chmod(0o755)
        usual, self.home.program = self.home.program, prefix / "bin" / "heygen"
        done = self.start("auth", "login", "--api-key", typed="second-key\n").finish()
        self.home.program = usual
        self.assertEqual(done.code, -signal.SIGKILL)
        self.assertEqual(self.items(), 2)
        self.status()
        self.assertIn(self.key, ("key-in-the-ring", "second-key"))
        self.assertNotIn(self.key, self.content())
        self.log_in(key="third-key")
        self.assertEqual(self.items(), 1)
        self.status()
        self.assertEqual(self.key, "third-key")

    def expired(self):
        """Tokens in the keyring that have expired; each refresh token is good for one use."""
        self.keyring()
        tokens = self.logged_in(PAST)
        self.assert_succeeds(self.run_heygen("auth", "store", "keyring"))
        self.assertNotIn(tokens["refresh_token"], self.content())

    def test_processes_refresh_once_and_write_it_back_to_the_keyring(self):
        self.expired()
        for running in [self.start("auth", "status") for _ in range(3)]:
            self.assert_succeeds(self.finish(running))
        self.assertEqual(len(self.service.refreshes()), 1)
        for secret in self.service.secrets():
            self.assertNotIn(secret, self.content())
        self.assertEqual(self.items(), 1)
        self.assertEqual(self.status()["source"], "keyring")
        self.assertEqual(len(self.service.refreshes()), 1)

    def test_nothing_is_refreshed_while_the_keyring_is_locked(self):
        self.expired()
        self.lock()
        self.assertNotEqual(self.run_heygen("auth", "status").code, 0)
        self.assertEqual(self.service.refreshes(), [])


if __name__ == "__main__":
    unittest.main()
