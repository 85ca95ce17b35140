# SPDX-License-Identifier: Apache-2.0
"""The example provider `sso` at a certified OpenID provider: discovery, PKCE, token exchange, rotation."""

import unittest

from support import EndToEnd, IdentityProvider, assert_passes_check, example

TOKEN_PATH, REVOKE_PATH = "/v1/oauth/token", "/v1/oauth/revoke"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"


class CompanyLogin(EndToEnd):
    tls = False

    @classmethod
    def setUpClass(cls):
        cls.idp = IdentityProvider(tls=cls.tls)
        cls.addClassCleanup(cls.idp.stop)

    def setUp(self):
        super().setUp()
        self.home.add_provider(example("sso"))
        trust = {"SSL_CERT_FILE": self.idp.ca} if self.idp.ca else {"HEYGEN_ALLOW_HTTP": "1"}
        self.home.env.update(trust, HEYGEN_API_BASE=self.idp.url, HEYGEN_MAX_RETRIES="0")
        self.home.write_settings(f'[providers.sso]\nissuer = "{self.idp.url}"\nclient_id = "e2e-client"\n')
        self.seen = []

    def secrets(self):
        if self.home.file.exists():
            state = self.home.read().get("providers", {}).get("sso", {})
            self.seen += [state[name] for name in ("access_token", "refresh_token") if state.get(name)]
        return self.seen

    def stored(self):
        return self.home.read()["providers"]["sso"]

    def expire(self):
        root = self.home.read()
        root["providers"]["sso"]["expires_at"] = 1_600_000_000
        self.home.write(root)

    def log_in(self):
        self.home.browser(ca=self.idp.ca)
        return self.assert_succeeds(self.run_heygen("auth", "login", "--sso"))

    def grants(self, mark):
        return [entry["form"].get("grant_type") for entry in self.idp.since(mark, TOKEN_PATH)]

    def test_a_login_exchanges_the_companys_token_for_one_of_the_api(self):
        mark = self.idp.mark()
        self.log_in()
        self.assertEqual(self.grants(mark), ["authorization_code", EXCHANGE])
        form = self.idp.since(mark, TOKEN_PATH)[1]["form"]
        self.assertEqual(form["audience"], self.idp.url)
        self.assertNotEqual(form["subject_token"], self.stored()["access_token"])
        self.assert_succeeds(self.run_heygen("video", "list"))
        status = self.assert_succeeds(self.run_heygen("auth", "status")).json()["credential"]
        self.assertEqual((status["type"], status["provider"], status["refreshable"]), ("sso", "sso", True))
        self.assert_private()

    def test_many_processes_refresh_and_exchange_an_expired_token_once(self):
        self.log_in()
        before = self.stored()
        self.expire()
        mark = self.idp.mark()
        for one in [self.start("video", "list") for _ in range(8)]:
            self.assert_succeeds(self.finish(one))
        self.assertEqual(self.grants(mark), ["refresh_token", EXCHANGE])
        self.assertEqual(self.idp.state(before["refresh_token"]), "consumed")
        self.assertEqual(self.idp.state(self.stored()["refresh_token"]), "active")

    def test_a_failed_exchange_keeps_the_refreshed_credential(self):
        self.log_in()
        self.expire()
        self.idp.fail_next_exchange(503)
        done = self.assert_fails(self.run_heygen("video", "list"), "network_error", 1)
        self.assertIn("Your login was refreshed", done.error()["message"])
        self.assertEqual(self.idp.state(self.stored()["refresh_token"]), "active")
        root = self.home.read()
        root["providers"]["sso"]["exchange_failed_at"] -= 60  # a minute later
        self.home.write(root)
        self.assert_succeeds(self.run_heygen("video", "list"))

    def test_a_rejected_refresh_asks_for_its_own_login_and_keeps_the_file(self):
        self.log_in()
        root = self.home.read()
        root["providers"]["sso"]["refresh_token"] = "unknown-token"
        self.home.write(root)
        self.expire()
        kept = self.home.file.read_bytes()
        done = self.assert_fails(self.run_heygen("video", "list"), "auth_error", 3)
        self.assertIn("heygen auth login --sso", done.error()["message"] + done.error()["hint"])
        self.assertEqual(self.home.file.read_bytes(), kept)

    def test_the_checker_finds_nothing_wrong(self):
        assert_passes_check(self, example("sso"))

    def test_logout_revokes_at_the_company(self):
        self.log_in()
        token = self.stored()["refresh_token"]
        done = self.assert_succeeds(self.run_heygen("auth", "logout"))
        self.assertEqual(done.json()["cleared"], ["sso"])
        self.assertIn(self.idp.state(token), ("revoked", "unknown"))

    def test_a_setting_that_is_missing_is_named(self):
        self.home.write_settings("[providers.sso]\n")
        done = self.run_heygen("auth", "login", "--sso")
        self.assertEqual(done.code, 2, done)
        self.assertIn("issuer", done.error()["message"] + done.error()["hint"])

    def test_a_stored_token_goes_to_the_endpoint_that_it_came_from(self):
        self.log_in()
        self.expire()
        self.home.write_settings('[providers.sso]\nissuer = "http://127.0.0.1:9"\nclient_id = "other"\n')
        self.assert_succeeds(self.run_heygen("video", "list"))


class OverTls(CompanyLogin):
    tls = True


if __name__ == "__main__":
    unittest.main()
