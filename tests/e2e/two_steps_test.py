# SPDX-License-Identifier: Apache-2.0
"""A login in two commands (--start, --finish), and the events of one (--events): how programs log in."""

import calendar
import json
import re
import shutil
import socket
import stat
import time
import unittest
import urllib.parse

from support import EndToEnd, IdentityProvider, Running, WithService, eventually
from browser import Browser
from service import DEVICE, TOKEN
from webdriver import Chromium

RECORD = "started-login.json"


def redirect_of(url):
    """Where the service sends a browser, which does not go there."""
    return Browser().load(url)["headers"]["Location"]


class TwoSteps(WithService):
    @property
    def record(self):
        return self.home.config / RECORD

    def begin(self, *arguments):
        """The first step's result. Nothing is shown: a program reads it."""
        done = self.assert_succeeds(self.run_heygen("auth", "login", *(arguments or ("--oauth",)), "--start"))
        self.assertEqual(done.err, "")
        self.assertEqual(stat.S_IMODE(self.record.stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(self.home.config.stat().st_mode), 0o700)
        return done.json()

    def complete(self, *address, stdin=None):
        return self.run_heygen("auth", "login", "--finish", *address, stdin=stdin)

    def change_record(self, **members):
        self.record.write_text(json.dumps({**json.loads(self.record.read_text()), **members}), encoding="utf-8")

    def assert_refused(self, done, sentence, exit_code=1):
        self.assertEqual(done.code, exit_code, done)
        message = done.error()["message"]
        self.assertRegex(message, sentence)
        self.assertIn("heygen auth", done.error()["hint"])
        self.assertFalse(self.home.file.exists())

    def assert_logged_in(self, done):
        self.assert_succeeds(done)
        self.assertEqual(done.json()["email"], "ada@example.test")
        self.assertIn("access_token", self.home.read()["oauth"])
        self.assert_private()


class Redirect(TwoSteps):
    def test_started_login_is_finished_with_the_address(self):
        started = self.begin()
        self.assertEqual(started["provider"], "oauth")
        self.assertEqual(started["next"], "heygen auth login --finish ADDRESS")
        until = calendar.timegm(time.strptime(started["expires_at"], "%Y-%m-%dT%H:%M:%SZ"))
        self.assertLessEqual(abs(until - time.time() - 600), 60)
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(started["url"]).query))
        self.assertEqual(query["redirect_uri"], started["redirect_uri"])
        self.assertNotIn("code_verifier", query)
        self.assert_logged_in(self.complete(redirect_of(started["url"])))
        exchange = self.service.requests_to(TOKEN)[0]
        self.assertEqual(exchange.form["redirect_uri"], started["redirect_uri"])
        self.assertNotIn(exchange.form["code_verifier"], json.dumps(started))
        self.assertNotIn(exchange.form["code_verifier"], self.record.read_text())

    def test_address_comes_on_stdin_too(self):
        started = self.begin()
        self.assert_logged_in(self.complete("-", stdin=redirect_of(started["url"]) + "\n"))

    def test_port_is_kept_for_the_redirect(self):
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
        self.assertEqual(
            urllib.parse.urlsplit(self.begin("--oauth", "--port", str(port))["redirect_uri"]).port, port
        )

    def test_it_is_used_once(self):
        started = self.begin()
        address = redirect_of(started["url"])
        self.assert_logged_in(self.complete(address))
        before = self.home.file.read_bytes()
        done = self.complete(address)
        self.assertEqual(done.code, 1, done)
        self.assertIn("already finished", done.error()["message"])
        self.assertEqual(self.home.file.read_bytes(), before)
        self.assertEqual(len(self.service.requests_to(TOKEN)), 1)

    def test_code_that_the_server_refuses_uses_it_up(self):
        started = self.begin()
        address = redirect_of(started["url"])
        self.assert_refused(self.complete(re.sub("code=[^&]*", "code=wrong", address)), "invalid_grant")
        self.assert_refused(self.complete(address), "already finished")

    def test_another_state_is_refused_and_the_login_still_waits(self):
        started = self.begin()
        address = redirect_of(started["url"])
        self.assert_refused(self.complete(re.sub("state=[^&]*", "state=other", address)), "belongs to another login")
        self.assert_refused(self.complete("http://127.0.0.1:9/elsewhere?code=1&state=2"), "is not the address")
        self.assertEqual(self.service.requests_to(TOKEN), [])
        self.assert_logged_in(self.complete(address))

    def test_denial_ends_it(self):
        started = self.begin()
        address = re.sub("code=[^&]*", "error=access_denied", redirect_of(started["url"]))
        self.assert_refused(self.complete(address), "Login denied: access_denied")

    def test_expired_login_is_refused(self):
        started = self.begin()
        address = redirect_of(started["url"])
        self.change_record(started_at=int(time.time()) - 601, expires_at=int(time.time()) - 1)
        self.assert_refused(self.complete(address), "has expired")
        self.assertEqual(self.service.requests_to(TOKEN), [])

    def test_nothing_started_and_a_damaged_record_are_refused(self):
        self.assert_refused(self.complete("code=1&state=2"), "No login waits to be finished")
        self.assertFalse(self.home.config.exists())
        self.begin()
        self.record.write_text("{", encoding="utf-8")
        done = self.complete("code=1&state=2")
        self.assertEqual(done.code, 1, done)
        self.assertIn("is damaged", done.error()["message"])

    def test_changed_settings_are_refused(self):
        started = self.begin()
        address = redirect_of(started["url"])
        self.home.env["HEYGEN_OAUTH_TOKEN_URL"] = self.service.url + "/elsewhere"
        self.assert_refused(self.complete(address), "settings of `oauth` have changed")
        self.assertEqual(self.service.requests_to("/elsewhere"), [])

    def test_login_that_takes_another_course_is_refused(self):
        started = self.begin()
        address = redirect_of(started["url"])
        self.change_record(random=[])
        self.assert_refused(self.complete(address), "takes another course")
        self.assertEqual(self.service.requests_to(TOKEN), [])

    def test_later_start_takes_the_place_of_an_earlier_one(self):
        first, second = self.begin(), self.begin()
        self.assert_refused(self.complete(redirect_of(first["url"])), "another login|is not the address")
        self.assert_logged_in(self.complete(redirect_of(second["url"])))

    def test_metadata_is_not_asked_for_again(self):
        for name in [name for name in self.home.env if name.startswith("HEYGEN_OAUTH") and name.endswith("_URL")]:
            del self.home.env[name]
        self.home.env["HEYGEN_OAUTH_ISSUER"] = self.service.url
        started = self.begin()
        asked = len(self.service.requests)
        self.service.metadata = {"token_endpoint": self.service.url + "/another"}
        self.assert_logged_in(self.complete(redirect_of(started["url"])))
        self.assertEqual([r.path for r in self.service.requests[asked:]][:2], ["/oauth/authorize", TOKEN])

    def test_logout_ends_what_was_started(self):
        started = self.begin()
        self.assert_succeeds(self.run_heygen("auth", "logout"))
        self.assert_refused(self.complete(redirect_of(started["url"])), "No login waits")

    def test_usage(self):
        for arguments, word in (
            (("--start",), "needs a login method"),
            (("--api-key", "--start"), "has no URL to open"),
            (("--oauth", "--start", "--finish"), "two steps"),
            (("code=1&state=2",), "only with --finish"),
            (("--finish", "x", "--port", "80"), "belong to the first step"),
        ):
            done = self.assert_fails(self.run_heygen("auth", "login", *arguments), "usage_error", 2)
            self.assertIn(word, done.error()["message"])
        self.begin()
        self.assert_refused(self.complete(), "needs the address", 2)
        done = self.run_heygen("auth", "login", "--api-key", "--finish", "code=1&state=2")
        self.assert_refused(done, "is one with `oauth`, not with `apikey`", 2)


class Device(TwoSteps):
    def setUp(self):
        super().setUp()
        self.home.env["HEYGEN_OAUTH_DEVICE_URL"] = self.service.url + DEVICE

    def test_started_login_is_finished_by_polling(self):
        started = self.begin("--device")
        self.assertEqual(started["user_code"], "WDJB-MJHT")
        self.assertEqual(started["url"], self.service.url + "/device?user_code=WDJB-MJHT")
        self.assertEqual(started["next"], "heygen auth login --finish")
        self.assertEqual(self.service.requests_to(TOKEN), [])
        self.service.fault(TOKEN, times=2, status=400, body={"error": "authorization_pending"})
        self.assert_logged_in(self.complete())
        self.assertEqual(len(self.service.requests_to(DEVICE)), 1)
        self.assertEqual(len(self.service.requests_to(TOKEN)), 3)
        self.assertIn("already finished", self.complete().error()["message"])

    def test_life_of_the_code_limits_the_login(self):
        self.service.device["expires_in"] = 120
        until = calendar.timegm(time.strptime(self.begin("--device-code")["expires_at"], "%Y-%m-%dT%H:%M:%SZ"))
        self.assertLessEqual(abs(until - time.time() - 120), 60)

    def test_denied_code_ends_it(self):
        self.begin("--device-code")
        self.service.fault(TOKEN, status=400, body={"error": "access_denied"})
        self.assert_refused(self.complete(), "denied on the other device")
        self.assert_refused(self.complete(), "already finished")

    def test_interrupted_poll_can_be_resumed(self):
        self.begin("--device-code")
        self.service.fault(TOKEN, times=-1, status=400, body={"error": "authorization_pending"})
        running = self.start("auth", "login", "--finish")
        self.service.wait(lambda: self.service.requests_to(TOKEN))
        other = self.complete()
        self.assertIn("Another heygen is finishing this login", other.error()["message"])
        running.interrupt()
        self.assertEqual(self.finish(running).error()["code"], "canceled")
        self.service.faults.clear()
        self.assert_logged_in(self.complete())

    def test_address_is_refused(self):
        self.begin("--device-code")
        self.assert_refused(self.complete("code=1&state=2"), "takes no address", 2)


class Events(WithService):
    def events(self, done):
        return [json.loads(line) for line in done.err.splitlines()]

    def test_browser_login_tells_its_url_and_waits_for_its_reader(self):
        running = self.start("auth", "login", "--oauth", "--events")
        url = json.loads(running.line('"event":"url"').string)["url"]
        self.assertEqual(Browser().visit(url)["status"], 200)
        done = self.assert_succeeds(self.finish(running))
        self.assertEqual(done.json()["email"], "ada@example.test")
        events = self.events(done)
        names = [event["event"] for event in events]
        self.assertEqual(names.count("url"), 1)
        for name in ("listening", "browser", "redirect", "notice"):
            self.assertIn(name, names)
        self.assertIs(next(e for e in events if e["event"] == "browser")["opened"], False)
        self.assertIn("Logged in as ada@example.test.", [event.get("text") for event in events])

    def test_device_login_tells_its_code(self):
        self.home.env["HEYGEN_OAUTH_DEVICE_URL"] = self.service.url + DEVICE
        done = self.assert_succeeds(self.run_heygen("auth", "login", "--device-code", "--events"))
        code = next(event for event in self.events(done) if event["event"] == "code")
        self.assertEqual((code["user_code"], code["verification_uri"]), ("WDJB-MJHT", self.service.url + "/device"))
        self.assertRegex(code["expires_at"], r"^\d{4}-\d\d-\d\dT.*Z$")

    def test_failure_is_a_line_too(self):
        done = self.assert_fails(
            self.run_heygen("auth", "login", "--oauth", "--events", env={"HEYGEN_OAUTH_AUTHORIZE_URL": "https://"}), "usage_error", 2
        )
        for line in done.err.splitlines():
            json.loads(line)


@unittest.skipUnless(shutil.which("chromedriver"), "chromium-driver is not installed")
class InChromium(EndToEnd):
    """A real browser that ends on a page which does not load, and its address bar."""

    def test_address_bar_finishes_the_login(self):
        idp = IdentityProvider("--form")
        self.addCleanup(idp.stop)
        chromium = Chromium()
        self.addCleanup(chromium.close)
        self.home.env.update(idp.environment())
        started = self.assert_succeeds(self.run_heygen("auth", "login", "--oauth", "--start")).json()
        chromium.open(started["url"])
        chromium.click("#approve")
        eventually(lambda: chromium.url().startswith(started["redirect_uri"] + "?"), "the address of the redirect")
        done = self.assert_succeeds(self.run_heygen("auth", "login", "--finish", chromium.url()))
        self.assertEqual(done.json()["email"], "ada@example.test")
        self.assertIn("access_token", self.home.read()["oauth"])


if __name__ == "__main__":
    unittest.main()
