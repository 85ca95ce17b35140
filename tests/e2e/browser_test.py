# SPDX-License-Identifier: Apache-2.0
"""The pages of a login in Debian's Chromium: consent clicked for real, and what the user sees at the end of it. The
screenshots stay in HEYGEN_BUILD/artifacts."""

import re
import shutil
import subprocess
import unittest
import urllib.parse

from support import BUILD, SANDBOX, EndToEnd, IdentityProvider, eventually
from webdriver import Chromium

ARTIFACTS = BUILD / "artifacts"
LEAST_CONTRAST = 4.5  # WCAG 2 AA
COLORS = """
  const of = (element, what) => getComputedStyle(document.querySelector(element))[what];
  return [of('p', 'color'), of('h1', 'color'), of('main', 'backgroundColor'), of('body', 'backgroundColor')];
"""


def luminance(color):
    parts = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@unittest.skipUnless(shutil.which("chromedriver"), "chromium-driver is not installed")
class InChromium(EndToEnd):
    @classmethod
    def setUpClass(cls):
        ARTIFACTS.mkdir(exist_ok=True)
        cls.chromium = Chromium()
        cls.addClassCleanup(cls.chromium.close)

    def begin(self, *arguments):
        """A login whose URL the test opens in Chromium itself."""
        self.home.env["BROWSER"] = self.home.script("browser.sh", "exit 0\n")
        self.chromium.requested()
        self.running = self.start("auth", "login", *(arguments or ("--oauth",)))
        self.address = self.running.line(r"^(http\S+)$").group(1)

    def arrive(self):
        eventually(lambda: "/oauth/callback" in self.chromium.url(), "the callback page")

    def assert_page_keeps_quiet(self):
        """Neither the address bar nor the history holds the code, and nobody else was asked for anything."""
        redirect = urllib.parse.parse_qs(urllib.parse.urlsplit(self.address).query)["redirect_uri"][0]
        self.assertEqual(self.chromium.script("return location.href"), redirect)
        self.assertEqual(self.chromium.history()[-1], redirect)
        for url in self.chromium.history():
            self.assertNotRegex(url, r"[?&](code|error)=")
        asked = self.chromium.requested()
        self.assertTrue(any("code=" in url or "error=" in url for url in asked), asked)
        for url in asked:
            self.assertIn(urllib.parse.urlsplit(url).hostname, ("127.0.0.1", None), url)
        origin = redirect.removesuffix("/oauth/callback")
        self.assertEqual([url.partition("?")[0] for url in asked if url.startswith(origin)], [redirect])

    def assert_readable(self, name):
        for scheme in ("light", "dark"):
            with self.subTest(scheme):
                self.chromium.scheme(scheme)
                *inks, card, ground = self.chromium.script(COLORS)
                self.assertGreater(luminance(card), 0.7) if scheme == "light" else self.assertLess(luminance(card), 0.1)
                for ink in inks:
                    self.assertGreater(contrast(ink, card), LEAST_CONTRAST)
                self.chromium.screenshot(ARTIFACTS / f"{name}-{scheme}.png")
        self.chromium.scheme("light")

    def text(self):
        return self.chromium.script("return document.body.innerText")

    def assert_succeeds_in_the_browser(self, name):
        self.arrive()
        self.assertIn("logged in", self.text())
        self.assert_page_keeps_quiet()
        self.assert_readable(name)
        self.assert_succeeds(self.finish(self.running))
        self.assertIn("access_token", self.home.read()["oauth"])

    def assert_is_denied_in_the_browser(self, name):
        self.arrive()
        self.assertIn("did not work", self.text())
        self.assert_page_keeps_quiet()
        self.assert_readable(name)
        done = self.finish(self.running)
        self.assertEqual(done.code, 1, done)
        self.assertFalse(self.home.file.exists())


class IdentityProviderPages(InChromium):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.idp = IdentityProvider("--form")
        cls.addClassCleanup(cls.idp.stop)

    def setUp(self):
        super().setUp()
        self.home.env.update(self.idp.environment())
        self.begin()
        self.chromium.devtools("Network.clearBrowserCookies")
        self.chromium.open(self.address)

    def test_approving_logs_in(self):
        self.chromium.click("#approve")
        self.assert_succeeds_in_the_browser("callback-success")

    def test_denying_does_not(self):
        self.chromium.click("#deny")
        self.assert_is_denied_in_the_browser("callback-failure")
        self.assertEqual(
            self.chromium.script("return document.querySelectorAll('b').length"), 0
        )  # of the server's words


@unittest.skipUnless(SANDBOX.exists(), "heygen-sandbox is not built")
class SandboxPages(InChromium):
    """The sandbox's own pages, which users see when they try heygen without an account."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sandbox = subprocess.Popen(
            [str(SANDBOX), "serve"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        )
        cls.addClassCleanup(cls.stop)
        cls.variables = {}
        for line in cls.sandbox.stdout:
            if line == "# ready\n":
                break
            if line.startswith("export "):
                name, value = line[len("export ") :].rstrip("\n").split("=", 1)
                cls.variables[name] = value.strip("'")

    @classmethod
    def stop(cls):
        cls.sandbox.terminate()
        cls.sandbox.wait(20)
        cls.sandbox.stdout.close()

    def setUp(self):
        super().setUp()
        mine = {name: value for name, value in self.variables.items() if name not in ("HEYGEN_CONFIG_DIR", "BROWSER")}
        self.home.env.update(mine)

    def consent(self):
        self.begin()
        self.chromium.open(self.address)
        eventually(lambda: "in?" in self.text(), "the consent page")

    def test_consent_approved(self):
        self.consent()
        self.assert_readable("sandbox-consent")
        self.chromium.click("button[value=approve]")
        self.assert_succeeds_in_the_browser("sandbox-callback")

    def test_consent_denied(self):
        self.consent()
        self.chromium.click("button[value=deny]")
        self.assert_is_denied_in_the_browser("sandbox-denied")

    def test_device_code_typed_by_hand(self):
        self.home.env["BROWSER"] = self.home.script("browser.sh", "exit 0\n")
        running = self.start("auth", "login", "--device-code")
        page = running.line(r"^(http\S+)$").group(1)
        code = running.line(r"^([A-Z0-9]{4}-[A-Z0-9]{4})$").group(1)
        self.chromium.open(page)
        self.chromium.type("#user_code", code.lower().replace("-", " "))
        self.chromium.click("button.yes")
        eventually(lambda: code in self.text(), "the page that shows the code")
        self.assert_readable("sandbox-device")
        self.chromium.click("button[value=approve]")
        eventually(lambda: "connected" in self.text(), "the end of it")
        self.assert_succeeds(self.finish(running))


if __name__ == "__main__":
    unittest.main()
