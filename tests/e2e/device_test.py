# SPDX-License-Identifier: Apache-2.0
"""Device login: how it is enabled, what it shows, when it opens a browser, and what it does with servers that differ."""

import unittest
import urllib.parse

import pexpect

from support import HEYGEN, LIMIT_S, WithService, eventually
from service import DEVICE, REVOKE, TOKEN

ME = "/v3/users/me"
FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}


class DeviceLogin(WithService):
    def setUp(self):
        super().setUp()
        self.home.env["HEYGEN_OAUTH_DEVICE_URL"] = self.service.url + DEVICE

    def log_in(self, option="--device-code"):
        return self.run_heygen("auth", "login", option)

    def revoked(self):
        return {request.form["token_type_hint"] for request in self.service.requests_to(REVOKE)}


class Enabling(DeviceLogin):
    def test_refusal_names_the_one_command_that_enables_it(self):
        del self.home.env["HEYGEN_OAUTH_DEVICE_URL"]
        done = self.assert_fails(self.log_in(), "usage_error", 2)
        self.assertIn("not yet supported", done.error()["message"])
        command = done.error()["hint"].split("`")[1]
        self.assertEqual(command, "heygen config set providers.device-code.enabled true")
        self.assert_succeeds(self.run_heygen(*command.split()[1:]))
        self.home.write_settings(
            (self.home.config / "config.toml").read_text() + f'device_url = "{self.service.url + DEVICE}"\n'
        )
        self.assert_succeeds(self.log_in())

    def test_device_is_another_spelling(self):
        self.assert_succeeds(self.log_in("--device"))
        self.assert_succeeds(self.run_heygen("auth", "login", "--device", "--device-code"))
        done = self.assert_fails(self.run_heygen("auth", "login", "--device", "--oauth"), "usage_error", 2)
        self.assertIn("one method", done.error()["message"])


class Shown(DeviceLogin):
    def test_life_of_the_code_is_shown(self):
        self.service.device["expires_in"] = 899
        self.assertIn("The code expires in 14m 59s.", self.assert_succeeds(self.log_in()).err)

    def test_page_is_not_opened_without_a_terminal(self):
        opened = self.home.path / "opened"
        self.home.env["BROWSER"] = self.home.script("browser.sh", f"echo > '{opened}'\n")
        self.assert_succeeds(self.log_in())
        self.assertFalse(opened.exists())

    def test_page_opens_on_enter_only(self):
        opened = self.home.path / "opened"
        env = {**self.home.env, "BROWSER": self.home.script("browser.sh", f"echo \"$1\" > '{opened}'\n")}
        self.service.fault(TOKEN, times=-1, status=400, body={"error": "authorization_pending"})
        screen = pexpect.spawn(
            str(HEYGEN), ["auth", "login", "--device-code"], env=env, dimensions=(40, 200), timeout=LIMIT_S, encoding="utf-8"
        )
        self.addCleanup(screen.close, True)
        screen.expect("Press Enter to open that page")
        self.service.wait(lambda: len(self.service.requests_to(TOKEN)) >= 2)  # it polls meanwhile
        self.assertFalse(opened.exists())
        screen.expect(r"Waiting until the code is entered, \d+m\d*s? left|Waiting until the code is entered, \S+ left")
        screen.send("\n")
        eventually(lambda: opened.exists() and opened.read_text().strip(), "the page in the browser")
        self.assertEqual(opened.read_text().strip(), self.service.url + "/device?user_code=WDJB-MJHT")
        self.service.faults.clear()
        text = screen.read()
        screen.close()
        self.assertEqual(screen.exitstatus, 0, text)


class Acceptance(DeviceLogin):
    """Only the API's consent makes it a credential; both tokens are revoked otherwise."""

    def assert_nothing_is_left(self, done):
        self.assertFalse(self.home.file.exists(), done)
        self.assertEqual(self.revoked(), {"refresh_token", "access_token"})
        self.assertIn("the new credential was revoked", done.error()["message"])

    def test_token_that_the_api_rejects_is_not_stored(self):
        self.service.fault(ME, times=-1, status=401)
        done = self.assert_fails(self.log_in(), "auth_error", 3)
        self.assertIn("The API rejected the new credential", done.error()["message"])
        self.assert_nothing_is_left(done)

    def test_token_of_which_the_api_says_nothing_is_not_stored(self):
        self.service.fault(ME, times=-1, status=503)
        done = self.log_in()
        self.assertEqual(done.code, 1, done)
        self.assertIn("Could not verify the new credential", done.error()["message"])
        self.assert_nothing_is_left(done)

    def test_what_was_stored_before_stays(self):
        self.home.write({"api_key": "good-key"})
        before = self.home.file.read_bytes()
        self.service.fault(ME, times=-1, status=503)
        self.assertEqual(self.log_in().code, 1)
        self.assertEqual(self.home.file.read_bytes(), before)


class OtherServers(DeviceLogin):
    def form(self, **members):
        return {"status": 200, "headers": FORM, "body": urllib.parse.urlencode(members)}

    def test_github_like_forms_are_understood(self):
        page = self.service.url + "/login/device"
        tokens = self.service.mint()
        self.service.fault(
            DEVICE, **self.form(device_code="dc-form", user_code="AAAA-BBBB", verification_uri=page, expires_in=899, interval=1)
        )
        self.service.fault(TOKEN, **self.form(error="authorization_pending", error_description="waits"))
        self.service.fault(TOKEN, **self.form(error="slow_down", error_description="slower", interval=1))
        self.service.fault(TOKEN, **self.form(access_token=tokens["access_token"], scope="user", token_type="bearer"))
        done = self.assert_succeeds(self.log_in())
        self.assertIn("AAAA-BBBB", done.err)
        self.assertEqual(self.home.read()["oauth"]["access_token"], tokens["access_token"])
        self.assertEqual(self.service.requests_to(TOKEN)[0].form["device_code"], "dc-form")

    def test_errors_in_a_200_are_errors(self):
        for fault in (self.form(error="access_denied"), {"status": 200, "body": {"error": "access_denied"}}):
            self.service.fault(TOKEN, **fault)
            done = self.log_in()
            self.assertEqual(done.code, 1, done)
            self.assertIn("denied on the other device", done.error()["message"])
        self.service.fault(DEVICE, status=200, body={"error": "device_flow_disabled"})
        done = self.log_in()
        self.assertEqual(done.code, 1, done)
        self.assertIn("device_flow_disabled", done.error()["message"])


if __name__ == "__main__":
    unittest.main()
