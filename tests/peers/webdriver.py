# SPDX-License-Identifier: Apache-2.0
"""Headless Chromium through chromedriver, by the WebDriver protocol and urllib. Python standard library only."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the key that the W3C recommendation fixes
LIMIT_S = 180  # for what takes a moment on a machine that does nothing else
STARTS = 3
SWITCHES = [
    "--headless=new",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--no-default-browser-check",
    "--no-proxy-server",
    "--window-size=900,700",
]


class Chromium:
    def __init__(self, *switches):
        self.profile = tempfile.mkdtemp(prefix="heygen-chromium-")
        env = {**os.environ, "HOME": self.profile}
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0"], env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        for line in self.driver.stdout:
            if "started successfully on port" in line:
                self.base = f"http://127.0.0.1:{int(line.split()[-1].rstrip('.'))}"
                break
        else:
            raise RuntimeError("chromedriver did not start")
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        root = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium's own sandbox refuses root
        options = {"args": [*SWITCHES, *root, f"--user-data-dir={self.profile}/profile", *switches]}
        try:
            session = self._begin(options)
        except BaseException:
            self._end()
            raise
        self.base += "/session/" + session["sessionId"]
        self.open("about:blank")  # away from the new tab's page, which loads things of its own

    def _begin(self, options):
        """On a busy machine Chromium may not be up before chromedriver gives up."""
        wanted = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"performance": "ALL"}}
        for attempt in range(STARTS):
            try:
                return self._send("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
            except RuntimeError as error:
                if attempt == STARTS - 1 or "session not created" not in str(error):
                    raise
                shutil.rmtree(f"{self.profile}/profile", ignore_errors=True)
        raise AssertionError

    def _send(self, method, path, value=None):
        data = None if method == "GET" else json.dumps(value or {}).encode()
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with self.opener.open(request, timeout=LIMIT_S) as response:
                return json.load(response)["value"]
        except urllib.error.HTTPError as error:
            with error:
                raise RuntimeError(f"{method} {path}: {error.read().decode()[:400]}") from None

    def close(self):
        try:
            self._send("DELETE", "")
        finally:
            self._end()

    def _end(self):
        self.driver.terminate()
        try:
            self.driver.wait(LIMIT_S)
        except subprocess.TimeoutExpired:
            self.driver.kill()
            self.driver.wait()
        self.driver.stdout.close()
        shutil.rmtree(self.profile, ignore_errors=True)

    def open(self, url):
        self._send("POST", "/url", {"url": url})

    def url(self):
        return self._send("GET", "/url")

    def click(self, selector):
        found = self._send("POST", "/element", {"using": "css selector", "value": selector})
        self._send("POST", f"/element/{found[ELEMENT]}/click")

    def type(self, selector, text):
        found = self._send("POST", "/element", {"using": "css selector", "value": selector})
        self._send("POST", f"/element/{found[ELEMENT]}/value", {"text": text})

    def script(self, text):
        return self._send("POST", "/execute/sync", {"script": text, "args": []})

    def devtools(self, command, **parameters):
        return self._send("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def scheme(self, name):
        """light or dark, as the user's system would ask for."""
        self.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": name}])

    def history(self):
        return [entry["url"] for entry in self.devtools("Page.getNavigationHistory")["entries"]]

    def screenshot(self, path):
        path.write_bytes(base64.b64decode(self._send("GET", "/screenshot")))

    def requested(self):
        """URLs that pages asked for since the last call."""
        entries = [
            json.loads(entry["message"])["message"] for entry in self._send("POST", "/se/log", {"type": "performance"})
        ]
        return [
            entry["params"]["request"]["url"] for entry in entries if entry["method"] == "Network.requestWillBeSent"
        ]
