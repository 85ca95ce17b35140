# SPDX-License-Identifier: Apache-2.0
"""Login, use, refresh and logout against a certified OpenID provider, over http and over TLS with a throw-away CA."""

import contextlib
import json
import time
import unittest

from support import PAST, EndToEnd, IdentityProvider, eventually, install
from browser import Browser

DEVICE_PATH, TOKEN_PATH, REVOKE_PATH = "/v1/oauth/device_authorization", "/v1/oauth/token", "/v1/oauth/revoke"


class WithIdentityProvider(EndToEnd):
    options, tls, issuer_mode = (), False, False

    @classmethod
    def setUpClass(cls):
        cls.idp = IdentityProvider(*cls.options, tls=cls.tls)
        cls.addClassCleanup(cls.idp.stop)

    def setUp(self):
        super().setUp()
        self.home.env.update(self.idp.environment(self.issuer_mode))
        self.known = []

    def secrets(self):
        if self.home.file.exists():
            tokens = json.loads(self.home.file.read_text()).get("oauth", {})
            self.known += [tokens[name] for name in ("access_token", "refresh_token") if name in tokens]
        return self.known

    def log_in(self, *arguments, press="approve"):
        self.last_page = self.home.browser(press, self.idp.ca)
        if "--device-code" not in arguments:
            return self.run_heygen("auth", "login", *(arguments or ("--oauth",)))
        running = self.start("auth", "login", *arguments)  # no terminal: the page is opened on another machine
        try:
            page = running.line(r"^(http\S+[?]user_code=\S+)$").group(1)
        except AssertionError:
            return self.finish(running)
        with contextlib.suppress(RuntimeError):  # after a denial, it shows the form for a code again
            Browser(self.idp.ca).visit(page, press)
        return self.finish(running)

    def logged_in(self):
        self.assert_succeeds(self.log_in())
        return self.tokens()

    def tokens(self):
        return self.home.read()["oauth"]

    def page(self):
        eventually(self.last_page.exists, "the browser's last page")
        return json.loads(self.last_page.read_text())

    def change(self, **members):
        root = self.home.read()
        root["oauth"].update(members)
        self.home.write(root)

    def exchanges(self, mark, grant):
        return [entry for entry in self.idp.since(mark, TOKEN_PATH) if entry["form"].get("grant_type") == grant]


class BrowserLogin:
    """Mixed into the test cases below: over http, over TLS, and with an issuer."""

    def test_a_login_in_the_browser_leaves_a_credential_that_works(self):
        done = self.assert_succeeds(self.log_in())
        self.assertEqual(done.json()["email"], "ada@example.test")
        self.assertEqual(done.json()["scope"], "openid profile email")
        self.assertIn("Logged in as ada@example.test", done.err)
        self.assert_private()
        page = self.page()
        self.assertEqual(page["status"], 200)
        self.assertNotIn(page["url"].split("code=")[1].split("&")[0], page["body"])
        status = self.assert_succeeds(self.run_heygen("auth", "status")).json()
        self.assertEqual((status["credential"]["type"], status["credential"]["source"]), ("oauth", "file"))
        self.assertEqual((status["credential"]["refreshable"], status["credential"]["expired"]), (True, False))

    def test_the_url_asks_for_pkce_and_names_the_loopback_by_its_address(self):
        mark = self.idp.mark()
        self.log_in()
        query = self.idp.since(mark, "/oauth/authorize")[0]["query"]
        self.assertEqual((query["response_type"], query["code_challenge_method"]), ("code", "S256"))
        self.assertRegex(query["redirect_uri"], r"^http://127\.0\.0\.1:\d+/oauth/callback$")
        self.assertRegex(query["state"], r"^[A-Za-z0-9_-]{43}$")
        form = self.exchanges(mark, "authorization_code")[0]["form"]
        self.assertRegex(form["code_verifier"], r"^[A-Za-z0-9_-]{86}$")
        self.assertEqual(form["redirect_uri"], query["redirect_uri"])
        self.assertNotIn("client_secret", form)

    def test_a_refused_token_is_refreshed_once_and_rotates(self):
        before, mark = self.logged_in(), self.idp.mark()
        self.idp.forget(before["access_token"])
        self.assert_succeeds(self.run_heygen("video", "list"))
        after = self.tokens()
        self.assertEqual(len(self.exchanges(mark, "refresh_token")), 1)
        self.assertNotEqual(after["refresh_token"], before["refresh_token"])
        self.assertEqual(self.idp.state(before["refresh_token"]), "consumed")
        self.assertEqual(self.idp.state(after["access_token"]), "active")
        self.assertEqual([entry["status"] for entry in self.idp.since(mark, "/v3/videos")], [401, 200])

    def test_an_expired_token_is_refreshed_before_the_first_request(self):
        before = self.logged_in()
        self.change(expires_at=PAST)
        mark = self.idp.mark()
        self.assert_succeeds(self.run_heygen("video", "list"))
        self.assertEqual([entry["status"] for entry in self.idp.since(mark, "/v3/videos")], [200])
        self.assertNotEqual(self.tokens()["refresh_token"], before["refresh_token"])
        self.assertGreater(self.tokens()["expires_at"], PAST)

    def test_reuse_of_an_old_refresh_token_ends_the_login_and_keeps_the_file(self):
        old = self.logged_in()
        self.change(expires_at=PAST)
        self.assert_succeeds(self.run_heygen("video", "list"))
        new = self.tokens()
        self.change(refresh_token=old["refresh_token"], expires_at=PAST)
        kept = self.home.file.read_bytes()
        done = self.assert_fails(self.run_heygen("video", "list"), "auth_error", 3)
        self.assertIn("heygen auth login", done.error()["hint"])
        self.assertEqual(self.home.file.read_bytes(), kept)
        self.assertEqual(self.idp.state(new["access_token"]), "revoked")

    def test_logout_revokes(self):
        tokens = self.logged_in()
        result = self.assert_succeeds(self.run_heygen("auth", "logout")).json()
        self.assertEqual((result["cleared_oauth"], result["cleared_credential"]), (True, "oauth"))
        self.assertEqual(self.idp.state(tokens["refresh_token"]), "revoked")
        self.assertEqual(self.idp.state(tokens["access_token"]), "revoked")
        self.assertFalse(self.home.file.exists())
        self.assert_fails(self.run_heygen("auth", "status"), "auth_error", 3)

    def test_a_second_login_revokes_the_first_after_it_is_saved(self):
        first, mark = self.logged_in(), self.idp.mark()
        second = self.logged_in()
        self.assertEqual(self.idp.state(first["refresh_token"]), "revoked")
        self.assertEqual(self.idp.state(second["access_token"]), "active")
        paths = [entry["path"] for entry in self.idp.since(mark)]
        self.assertLess(paths.index(TOKEN_PATH), paths.index(REVOKE_PATH))

    def test_a_denied_consent_leaves_the_file_as_it_was(self):
        self.home.write({"api_key": "another", "team": 1})
        before = self.home.file.read_bytes()
        done = self.log_in(press="deny")
        self.assertEqual(done.code, 1, done)
        self.assertIn("denied", done.error()["message"])
        self.assertEqual(self.home.file.read_bytes(), before)
        page = self.page()
        self.assertEqual(page["status"], 400)
        self.assertNotIn("<b>said</b>", page["body"])

    def test_a_login_replaces_an_api_key_and_keeps_what_is_foreign(self):
        self.home.write({"api_key": "another", "team": {"large": 12345678901234567890}})
        done = self.assert_succeeds(self.log_in())
        self.assertTrue(done.json()["cleared_api_key"])
        self.assertIn(b"12345678901234567890", self.home.file.read_bytes())
        self.assertNotIn("api_key", self.home.read())


class OverHttp(BrowserLogin, WithIdentityProvider):
    options = ("--form",)


class OverTls(BrowserLogin, WithIdentityProvider):
    options, tls = ("--form",), True


class WithIssuer(BrowserLogin, WithIdentityProvider):
    options, issuer_mode = ("--form",), True

    def test_the_credential_remembers_where_it_came_from(self):
        tokens = self.logged_in()
        self.assertEqual((tokens["issuer"], tokens["client_id"]), (self.idp.url, "e2e-client"))
        self.assertEqual(tokens["token_endpoint"], self.idp.url + TOKEN_PATH)
        self.change(expires_at=PAST)
        del self.home.env["HEYGEN_OAUTH_ISSUER"]
        self.home.env["HEYGEN_OAUTH_CLIENT_ID"] = "another-client"
        self.assert_succeeds(self.run_heygen("video", "list"))  # refreshed where it was issued
        self.assert_succeeds(self.run_heygen("auth", "logout"))
        self.assertEqual(self.idp.state(tokens["refresh_token"]), "revoked")

    def test_an_issuer_beside_a_single_endpoint_is_a_usage_error(self):
        self.home.env["HEYGEN_OAUTH_TOKEN_URL"] = self.idp.url + TOKEN_PATH
        done = self.assert_fails(self.log_in(), "usage_error", 2)
        self.assertIn("HEYGEN_OAUTH_TOKEN_URL", done.error()["hint"])

    def test_an_issuer_that_names_itself_otherwise_is_refused(self):
        self.home.env["HEYGEN_OAUTH_ISSUER"] = self.idp.url + "/"
        done = self.log_in()
        self.assertEqual(done.code, 1, done)
        self.assertIn("another issuer", done.error()["message"])
        self.assertFalse(self.home.file.exists())


class ShortLivedTokens(WithIdentityProvider):
    options = ("--access-ttl", "20")  # shorter than the skew

    def test_the_last_quarter_refreshes_and_every_rotation_is_kept(self):
        mark = self.idp.mark()
        self.logged_in()
        seen = [self.tokens()["refresh_token"]]
        self.assert_succeeds(self.run_heygen("video", "list"))
        self.assertEqual(self.tokens()["refresh_token"], seen[0])
        for _ in range(3):
            self.change(expires_at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3)))
            self.assert_succeeds(self.run_heygen("video", "list"))
            seen.append(self.tokens()["refresh_token"])
        self.assertEqual(len(set(seen)), 4)
        refreshed = [entry["form"]["refresh_token"] for entry in self.exchanges(mark, "refresh_token")]
        self.assertEqual(len(refreshed), len(set(refreshed)))  # none was ever used twice
        self.assertEqual(self.idp.state(self.tokens()["access_token"]), "active")


class DeviceLogin(WithIdentityProvider):
    def setUp(self):
        super().setUp()
        self.home.env["HEYGEN_OAUTH_DEVICE_URL"] = self.idp.url + DEVICE_PATH

    def test_a_code_approved_on_a_second_screen_logs_in(self):
        mark = self.idp.mark()
        done = self.assert_succeeds(self.log_in("--device-code"))
        self.assertIn(f"{self.idp.url}/oauth/device", done.err)
        self.assertRegex(done.err, r"(?m)^[A-Z]{4}-[A-Z]{4}$")
        polls = self.exchanges(mark, "urn:ietf:params:oauth:grant-type:device_code")
        self.assertNotIn(polls[0]["form"]["device_code"], done.err + done.out)
        self.assert_private()
        self.assertEqual(self.assert_succeeds(self.run_heygen("auth", "status")).json()["credential"]["type"], "oauth")

    def test_it_is_the_same_kind_of_credential_as_a_browser_login(self):
        self.logged_in()
        by_browser = set(self.tokens())
        self.assert_succeeds(self.log_in("--device-code"))
        self.assertEqual(set(self.tokens()), by_browser)
        self.change(expires_at=PAST)
        self.assert_succeeds(self.run_heygen("video", "list"))
        tokens = self.tokens()
        self.assert_succeeds(self.run_heygen("auth", "logout"))
        self.assertEqual(self.idp.state(tokens["refresh_token"]), "revoked")

    def test_a_code_denied_on_the_second_screen_ends_the_login(self):
        done = self.log_in("--device-code", press="deny")
        self.assertEqual(done.code, 1, done)
        self.assertIn("denied", done.error()["message"])
        self.assertFalse(self.home.file.exists())

    def test_the_configuration_can_enable_it(self):
        del self.home.env["HEYGEN_OAUTH_DEVICE_URL"]
        refused = self.assert_fails(self.log_in("--device-code"), "usage_error", 2)
        self.assertIn("not yet supported", refused.error()["message"])
        self.assert_succeeds(self.run_heygen("config", "set", "providers.device-code.enabled", "true"))
        self.assert_succeeds(self.run_heygen("config", "set", "providers.oauth.device_url", self.idp.url + DEVICE_PATH))
        self.assert_succeeds(self.log_in("--device-code"))

    def test_the_issuers_metadata_can_name_its_endpoint(self):
        self.home.env = {name: value for name, value in self.home.env.items() if not name.endswith("_URL")}
        self.home.env["HEYGEN_OAUTH_ISSUER"] = self.idp.url
        self.home.write_settings("[providers.device-code]\nenabled = true\n")
        self.assert_succeeds(self.log_in("--device-code"))
        self.assertEqual(self.tokens()["issuer"], self.idp.url)


class ExpiredDeviceCode(WithIdentityProvider):
    options = ("--device-ttl", "2")

    def test_an_unapproved_code_expires(self):
        self.home.env["HEYGEN_OAUTH_DEVICE_URL"] = self.idp.url + DEVICE_PATH
        done = self.run_heygen("auth", "login", "--device-code")
        self.assertEqual(done.code, 1, done)
        self.assertIn("expired before", done.error()["message"])
        self.assertFalse(self.home.file.exists())


class OneOfTheTwo(WithIdentityProvider):
    """Whichever of oauth and device-code is installed can refresh and revoke what the other one left."""

    def only(self, provider):
        self.home.program = install(self.home.path / f"only-{provider}", "apikey", provider)

    def refresh_and_log_out_with(self, provider):
        self.only(provider)
        before = self.tokens()
        self.change(expires_at=PAST)
        self.assert_succeeds(self.run_heygen("video", "list"))
        after = self.tokens()
        self.assertNotEqual(after["refresh_token"], before["refresh_token"])
        self.idp.forget(after["access_token"])
        self.assert_succeeds(self.run_heygen("video", "list"))
        self.assert_succeeds(self.run_heygen("auth", "logout"))
        self.assertEqual(self.idp.state(after["refresh_token"]), "revoked")

    def test_oauth_takes_over_a_device_login(self):
        self.home.env["HEYGEN_OAUTH_DEVICE_URL"] = self.idp.url + DEVICE_PATH
        self.only("device-code")
        self.assert_succeeds(self.log_in("--device-code"))
        del self.home.env["HEYGEN_OAUTH_DEVICE_URL"]
        self.refresh_and_log_out_with("oauth")

    def test_device_code_takes_over_a_browser_login(self):
        self.only("oauth")
        self.logged_in()
        self.refresh_and_log_out_with("device-code")


if __name__ == "__main__":
    unittest.main()
