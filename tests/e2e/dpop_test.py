# SPDX-License-Identifier: Apache-2.0
"""The example provider `dpop` at a certified OpenID provider: tokens that are bound to a key of the host (RFC 9449)."""

import json
import stat
import threading
import unittest

from support import EndToEnd, IdentityProvider, Service, example
from browser import Browser

TOKEN_PATH, API_PATH = "/v1/oauth/token", "/v3/videos"


def address_of(started):
    """Where a browser ends that cannot reach the redirect."""
    ended = []

    class Elsewhere(Browser):
        def load(self, url, form=None):
            if url.startswith(started["redirect_uri"]):
                ended.append(url)
                return {"url": url, "status": 404, "headers": {}, "body": ""}
            return super().load(url, form)

    Elsewhere().visit(started["url"])
    return ended[0]


class BoundLogin(EndToEnd):
    @classmethod
    def setUpClass(cls):
        cls.idp = IdentityProvider("--dpop", "--form")
        cls.addClassCleanup(cls.idp.stop)

    def setUp(self):
        super().setUp()
        self.home.add_provider(example("dpop"))
        self.home.env.update(HEYGEN_ALLOW_HTTP="1", HEYGEN_API_BASE=self.idp.url, HEYGEN_MAX_RETRIES="0")
        self.home.write_settings(
            f'[providers.dpop]\nauthorize_url = "{self.idp.url}/oauth/authorize"\n'
            f'token_url = "{self.idp.url}{TOKEN_PATH}"\nclient_id = "e2e-client"\n'
        )
        self.keys = self.home.config / "keys" / "dpop.json"
        self.seen = []

    def secrets(self):
        if self.home.file.exists():
            state = self.home.read().get("providers", {}).get("dpop", {})
            self.seen += [state[name] for name in ("access_token", "refresh_token") if state.get(name)]
        return self.seen

    def log_in(self):
        self.home.browser()
        return self.assert_succeeds(self.run_heygen("auth", "login", "--dpop"))

    def state(self):
        return self.home.read()["providers"]["dpop"]

    def expire(self):
        root = self.home.read()
        root["providers"]["dpop"]["expires_at"] = 1_600_000_000
        self.home.write(root)

    def answers(self, mark, path):
        return [(entry["status"], entry.get("fault") or entry.get("error")) for entry in self.idp.since(mark, path)]

    def test_a_login_and_requests_prove_their_key(self):
        mark = self.idp.mark()
        self.log_in()
        self.assertEqual(self.answers(mark, TOKEN_PATH), [(400, "use_dpop_nonce"), (200, None)])
        self.assertEqual(self.answers(mark, "/v3/users/me")[-1], (200, None))
        key = json.loads(self.keys.read_text())["dpop"]
        self.assertIn("BEGIN PRIVATE KEY", key)
        self.assertNotIn("PRIVATE KEY", self.home.file.read_text())
        self.assertEqual(stat.S_IMODE(self.keys.stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(self.keys.parent.stat().st_mode), 0o700)

    def test_login_in_two_steps_keeps_its_key(self):
        started = self.assert_succeeds(self.run_heygen("auth", "login", "--dpop", "--start")).json()
        self.assertFalse(self.keys.exists())
        address = address_of(started)
        done = self.assert_succeeds(self.run_heygen("auth", "login", "--finish", address))
        self.assertIn("Logged in", done.err)
        self.assertIn("BEGIN PRIVATE KEY", json.loads(self.keys.read_text())["dpop"])
        self.assert_succeeds(self.run_heygen("video", "list"))

    def test_a_nonce_of_the_api_costs_one_attempt_and_no_refresh(self):
        self.log_in()
        self.assert_succeeds(self.run_heygen("video", "list"))
        mark = self.idp.mark()
        self.idp.change_nonce()
        self.assert_succeeds(self.run_heygen("video", "list"))
        self.assert_succeeds(self.run_heygen("video", "list"))
        self.assertEqual(self.answers(mark, API_PATH), [(401, "use_dpop_nonce"), (200, None), (200, None)])
        self.assertEqual(self.answers(mark, TOKEN_PATH), [])
        proofs = [entry["proof"] for entry in self.idp.since(mark, API_PATH)]
        self.assertEqual(len(set(proofs)), 3)

    def test_an_expired_token_is_refreshed_with_the_same_key(self):
        self.log_in()
        before, key = self.state(), self.keys.read_bytes()
        self.expire()
        mark = self.idp.mark()
        self.assert_succeeds(self.run_heygen("video", "list"))
        self.assertEqual(self.answers(mark, TOKEN_PATH)[-1], (200, None))
        self.assertNotEqual(self.state()["refresh_token"], before["refresh_token"])
        self.assertEqual(self.idp.state(before["refresh_token"]), "consumed")
        self.assertEqual(self.keys.read_bytes(), key)

    def test_a_second_login_has_another_key(self):
        self.log_in()
        before = self.keys.read_bytes()
        self.log_in()
        self.assertNotEqual(self.keys.read_bytes(), before)
        self.assert_succeeds(self.run_heygen("video", "list"))

    def test_a_denied_login_keeps_the_key(self):
        self.log_in()
        before = self.keys.read_bytes()
        self.home.browser("deny")
        self.assertNotEqual(self.run_heygen("auth", "login", "--dpop").code, 0)
        self.assertEqual(self.keys.read_bytes(), before)

    def test_a_login_that_is_killed_during_its_check_is_finished_with_its_key(self):
        with Service() as stalled:
            gate = threading.Event()
            stalled.fault("/v3/users/me", gate=gate)
            self.home.browser()
            running = self.start("auth", "login", "--dpop", env={"HEYGEN_API_BASE": stalled.url})
            stalled.wait(lambda: stalled.requests_to("/v3/users/me"))
            running.process.kill()
            running.process.wait()
            gate.set()
        self.assertFalse(self.keys.exists())
        done = self.assert_succeeds(self.run_heygen("video", "list"))
        self.assertIn("that was interrupted is now stored", done.err)
        self.assertIn("dpop", json.loads(self.keys.read_text()))
        self.assert_succeeds(self.run_heygen("video", "list"))

    def test_the_token_is_worth_nothing_without_the_key(self):
        self.log_in()
        self.keys.unlink()
        done = self.assert_fails(self.run_heygen("video", "list"), "auth_error", 3)
        self.assertIn("The key of this login is not on this machine", done.error()["message"])
        self.assertIn("auth login", done.error()["hint"])

    def test_logout_removes_the_key(self):
        self.log_in()
        self.assert_succeeds(self.run_heygen("auth", "logout"))
        self.assertFalse(self.keys.parent.exists())
        self.assertFalse((self.home.config / "cache").exists())

    def test_removing_the_provider_removes_its_key(self):
        self.log_in()
        self.assert_succeeds(self.run_heygen("provider", "remove", "dpop", "--force"))
        self.assertFalse(self.keys.exists())


if __name__ == "__main__":
    unittest.main()
