# SPDX-License-Identifier: Apache-2.0
"""The credentials file is shared: hyperframes of today (npm) reads what heygen stores, and heygen what hyperframes stores."""

import fcntl
import functools
import json
import platform
import re
import shutil
import subprocess
import unittest

from support import PAST, PEERS, WithService
from service import TOKEN

PLACE = PEERS / "hyperframes"
LEAST_NODE = 22
KEY = "hg_key-of-the-other-program"
LIMIT_S = 90
CPUS = {"x86_64": "x64", "aarch64": "arm64"}


def is_new_enough(node):
    said = subprocess.run([node, "--version"], capture_output=True, text=True)
    found = re.match(r"v(\d+)\.", said.stdout)
    return bool(found) and int(found[1]) >= LEAST_NODE


@functools.cache
def hyperframes():
    """The command, or why there is none."""
    if not shutil.which("npm"):
        return None, "npm is not installed"
    modules = PLACE / "node_modules"
    with open(PLACE / "package-lock.json", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (modules / "hyperframes" / "package.json").is_file():
            install = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
            try:
                done = subprocess.run(install, cwd=PLACE, capture_output=True, text=True, timeout=600)
            except subprocess.TimeoutExpired:
                return None, "npm did not fetch hyperframes within 10 minutes"
            if done.returncode:
                return None, "npm cannot fetch hyperframes: " + (done.stderr.strip() or "unknown").splitlines()[0]
    node = modules / f"node-linux-{CPUS.get(platform.machine(), 'none')}" / "bin" / "node"
    for candidate in (shutil.which("node"), node if node.is_file() else None):
        if candidate and is_new_enough(candidate):
            return [str(candidate), str(modules / "hyperframes" / "bin" / "hyperframes.mjs")], None
    return None, f"no Node.js {LEAST_NODE} or newer"


class Shared(WithService):
    def setUp(self):
        super().setUp()
        self.command, missing = hyperframes()
        if not self.command:
            self.skipTest(missing)
        self.home.env["HEYGEN_OAUTH_DEVICE_URL"] = self.service.url + "/v1/oauth/device_authorization"
        self.service.api_keys.append(KEY)

    def secrets(self):
        return [*super().secrets(), KEY]

    def environment_of_hyperframes(self):
        service = self.service.url
        return {
            "PATH": self.home.env["PATH"],
            "HOME": str(self.home.path),
            "HEYGEN_CONFIG_DIR": str(self.home.config),
            "HEYGEN_API_URL": service,
            "HYPERFRAMES_OAUTH_CLIENT_ID": "e2e-client",
            "HYPERFRAMES_OAUTH_TOKEN_URL": service + TOKEN,
            "HYPERFRAMES_OAUTH_REVOKE_URL": service + "/v1/oauth/revoke",
            "HYPERFRAMES_OAUTH_DEVICE_URL": service + "/v1/oauth/device_authorization",
            "HYPERFRAMES_NO_TELEMETRY": "1",
            "HYPERFRAMES_NO_UPDATE_CHECK": "1",
            "DO_NOT_TRACK": "1",
            "TERM": "xterm",
        }

    def hyperframes(self, *arguments, stdin=""):
        env = {**self.environment_of_hyperframes(), "CI": "1"}
        command = [*self.command, *arguments]
        return subprocess.run(command, env=env, input=stdin, capture_output=True, text=True, timeout=LIMIT_S)

    def assert_hyperframes_sees(self, *words):
        done = self.hyperframes("auth", "status", "--json")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for word in ("ada", *words):
            self.assertIn(word, done.stdout)

    def assert_hyperframes_sees_nothing(self):
        self.assertIs(json.loads(self.hyperframes("auth", "status", "--json").stdout)["configured"], False)

    def assert_heygen_sees(self, provider):
        self.assertEqual(self.assert_succeeds(self.run_heygen("auth", "status")).json()["credential"]["provider"], provider)

    def keep_others(self):
        """What neither program knows."""
        self.others = {"team": {"name": "x", "list": [1, None]}, "another_tool": "text"}
        self.home.write(self.others)

    def assert_others_kept(self):
        self.assertEqual({name: self.home.read().get(name) for name in self.others}, self.others)


class HeygenStores(Shared):
    def test_a_key_is_read(self):
        self.keep_others()
        self.assert_succeeds(self.run_heygen("auth", "login", "--api-key", stdin=KEY))
        self.assert_hyperframes_sees("api_key")
        self.assert_others_kept()

    def test_tokens_are_read_and_refreshed_by_both(self):
        self.keep_others()
        self.assert_succeeds(self.run_heygen("auth", "login", "--device-code"))
        self.assert_hyperframes_sees("oauth")
        first = self.home.read()["oauth"]
        done = self.hyperframes("auth", "refresh")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        second = self.home.read()["oauth"]
        self.assertNotEqual(second["refresh_token"], first["refresh_token"])
        self.assert_heygen_sees("device-code" if "login" in second else "oauth")
        self.assert_others_kept()
        content = self.home.read()
        content["oauth"]["expires_at"] = PAST
        self.home.write(content)
        self.assert_succeeds(self.run_heygen("auth", "status"))
        self.assertNotEqual(self.home.read()["oauth"]["refresh_token"], second["refresh_token"])
        self.assert_hyperframes_sees("oauth")
        self.assert_others_kept()

    def test_a_logout_is_one_for_both(self):
        self.assert_succeeds(self.run_heygen("auth", "login", "--api-key", stdin=KEY))
        self.assert_succeeds(self.run_heygen("auth", "logout"))
        self.assert_hyperframes_sees_nothing()


class HyperframesStores(Shared):
    def test_a_key_is_read(self):
        self.keep_others()
        done = self.hyperframes("auth", "login", "--api-key", stdin=KEY + "\n")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assert_private()
        self.assert_heygen_sees("apikey")
        self.assert_others_kept()

    def test_tokens_are_read_and_refreshed(self):
        self.keep_others()
        try:
            import pexpect
        except ImportError:
            self.skipTest("python3-pexpect is not installed")
        command = [*self.command[1:], "auth", "login", "--device"]
        child = pexpect.spawn(self.command[0], command, env=self.environment_of_hyperframes(), timeout=LIMIT_S)
        self.addCleanup(child.close, True)
        child.expect(pexpect.EOF)
        child.wait()
        self.assertEqual(child.exitstatus, 0, child.before)
        self.assert_heygen_sees("oauth")
        content = self.home.read()
        content["oauth"]["expires_at"] = PAST
        self.home.write(content)
        self.assert_heygen_sees("oauth")
        self.assertNotEqual(self.home.read()["oauth"]["refresh_token"], content["oauth"]["refresh_token"])
        self.assert_hyperframes_sees("oauth")
        self.assert_others_kept()

    def test_a_logout_is_one_for_both(self):
        self.keep_others()
        self.assertEqual(self.hyperframes("auth", "login", "--api-key", stdin=KEY + "\n").returncode, 0)
        done = self.hyperframes("auth", "logout", "--yes")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assert_fails(self.run_heygen("auth", "status"), "auth_error", 3)

    def test_its_file_passes_the_doctor(self):
        self.assertEqual(self.hyperframes("auth", "login", "--api-key", stdin=KEY + "\n").returncode, 0)
        checks = {check["id"]: check["status"] for check in self.run_heygen("doctor").json()["checks"]}
        self.assertEqual((checks["credentials"], checks["credential"]), ("ok", "ok"))


if __name__ == "__main__":
    unittest.main()
