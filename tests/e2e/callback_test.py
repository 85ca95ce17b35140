# SPDX-License-Identifier: Apache-2.0
"""The redirect listener of a browser login, spoken to directly: other clients that connect while it waits."""

import socket
import threading
import unittest
import urllib.parse

from support import WithService, eventually
from browser import Browser

WAIT_S = 20


class Listening(WithService):
    """A login that waits for its browser, which never comes; the test plays it."""

    issuer_mode = False

    def setUp(self):
        super().setUp()
        if self.issuer_mode:
            self.home.env = {
                k: v for k, v in self.home.env.items() if not (k.startswith("HEYGEN_OAUTH") and k.endswith("_URL"))
            }
            self.home.env["HEYGEN_OAUTH_ISSUER"] = self.service.url
        self.home.env["BROWSER"] = self.home.script("browser.sh", "exit 0\n")
        self.running = self.start("auth", "login", "--oauth")
        self.authorize = self.running.line(r"^(http\S+)$").group(1)
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.authorize).query))
        self.redirect, self.state = query["redirect_uri"], query["state"]
        self.port = urllib.parse.urlsplit(self.redirect).port

    def connect(self):
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=WAIT_S)
        self.addCleanup(connection.close)
        return connection

    def send(self, target, method="GET", host=None, extra=""):
        """(status, headers, body) of a request."""
        host = f"Host: {host or f'127.0.0.1:{self.port}'}\r\n" if host != "" else ""
        return self.send_raw(f"{method} {target} HTTP/1.1\r\n{host}{extra}\r\n".encode())

    def send_raw(self, data):
        connection = self.connect()
        connection.sendall(data)
        return self.read(connection)

    def read(self, connection):
        data = b""
        while part := connection.recv(65536):
            data += part
        connection.close()
        head, _, body = data.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        return int(lines[0].split()[1]), headers, body.decode()

    def code(self):
        """What the service's redirect would carry: {code, state, iss}."""
        response = Browser().load(self.authorize)
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(response["headers"]["Location"]).query))

    def target(self, **params):
        return "/oauth/callback?" + urllib.parse.urlencode(params)

    def arrive(self):
        return self.send(self.target(**self.code()))

    def assert_login_succeeds(self):
        """After whatever came before, the real browser still gets through."""
        status, _, body = self.arrive()
        self.assertEqual(status, 200, body)
        self.assert_succeeds(self.finish(self.running))
        self.assertIn("access_token", self.home.read()["oauth"])

    def assert_login_fails(self, word):
        done = self.finish(self.running)
        self.assertEqual(done.code, 1, done)
        self.assertIn(word, done.error()["message"])
        self.assertFalse(self.home.file.exists())
        self.assertEqual(self.service.requests_to("/v1/oauth/token"), [])


class Callback(Listening):
    # What is not the answer is turned away, and the wait continues

    def test_other_paths_are_not_found(self):
        for target in (
            "/",
            "/favicon.ico",
            "/oauth/callback/",
            "/oauth/callbackx",
            "/oauth/../oauth/callback",
            "//oauth/callback",
            "/oauth/callback%3Fcode=1",
            "/OAUTH/CALLBACK",
        ):
            with self.subTest(target):
                self.assertEqual(self.send(target)[0], 404)
        self.assert_login_succeeds()

    def test_other_methods_are_not_allowed(self):
        answer = self.target(**self.code())
        for method in ("POST", "HEAD", "PUT", "OPTIONS", "DELETE", "get"):
            with self.subTest(method):
                status, headers, body = self.send(answer, method, extra="Content-Length: 0\r\n")
                self.assertEqual((status, headers["allow"]), (405, "GET"))
                self.assertNotIn("access-control-allow-origin", headers)
                if method == "HEAD":
                    self.assertEqual(body, "")
        self.assertEqual(self.service.requests_to("/v1/oauth/token"), [])
        self.assert_login_succeeds()

    def test_other_hosts_are_refused(self):
        answer = self.target(**self.code())
        for host in (
            "evil.example",
            f"evil.example:{self.port}",
            f"localhost:{self.port}",
            "127.0.0.1",
            f"127.0.0.1:{self.port + 1}",
            f"127.0.0.1:{self.port}@evil.example",
            f"[::1]:{self.port}",
            "",
        ):
            with self.subTest(host):
                self.assertEqual(self.send(answer, host=host)[0], 400)
        twice = f"GET {answer} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nHost: 127.0.0.1:{self.port}\r\n\r\n"
        self.assertEqual(self.send_raw(twice.encode())[0], 400)
        self.assert_login_succeeds()

    def test_what_is_not_http_is_refused(self):
        for data in (
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
            b"GET\r\n\r\n",
            b"GET / HTTP/9.9\r\n\r\n",
            b"GET /oauth/callback?code=%zz HTTP/1.1\r\n\r\n",
            b"\r\n\r\n",
        ):
            with self.subTest(data):
                self.assertEqual(self.send_raw(data)[0], 400)
        self.assert_login_succeeds()

    def test_endless_headers_are_cut_off(self):
        connection = self.connect()
        connection.sendall(b"GET /oauth/callback HTTP/1.1\r\nX: " + b"a" * 40000)
        self.assertEqual(self.read(connection)[0], 431)
        self.assert_login_succeeds()

    def test_idle_and_slow_connections_do_not_block_the_login(self):
        idle = [self.connect() for _ in range(10)]
        slow = self.connect()
        slow.sendall(b"GET /oauth/callback?co")
        self.assert_login_succeeds()
        for connection in [*idle, slow]:  # closed with the listener
            self.assertEqual(connection.recv(1), b"")

    def test_more_connections_than_it_keeps_do_not_shut_it(self):
        for _ in range(40):
            self.connect()
        self.assert_login_succeeds()

    def test_a_connection_that_drips_is_served_when_it_is_whole(self):
        data = f"GET {self.target(**self.code())} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n\r\n".encode()
        connection = self.connect()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for i in range(0, len(data), 7):
            connection.sendall(data[i : i + 7])
        self.assertEqual(self.read(connection)[0], 200)
        self.assert_succeeds(self.finish(self.running))

    # The answer

    def test_the_page_keeps_the_code_to_itself(self):
        answer = self.code()
        status, headers, body = self.send(self.target(**answer))
        self.assertEqual(status, 200)
        self.assertEqual(headers["cache-control"], "no-store")
        self.assertEqual(headers["referrer-policy"], "no-referrer")
        self.assertEqual(headers["x-content-type-options"], "nosniff")
        self.assertTrue(headers["content-type"].startswith("text/html"))
        self.assertTrue(headers["content-security-policy"].startswith("default-src 'none'"))
        self.assertNotIn("unsafe", headers["content-security-policy"])
        for name in ("access-control-allow-origin", "set-cookie", "server"):
            self.assertNotIn(name, headers)
        for value in answer.values():
            self.assertNotIn(value, body)
        self.assertNotIn("http", body.replace("http-equiv", ""))
        self.assert_succeeds(self.finish(self.running))

    def test_it_stops_listening_once_answered(self):
        self.assert_login_succeeds()
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", self.port), timeout=5)

    def test_it_listens_on_the_loopback_alone(self):
        # /proc/net/tcp: local address as hexadecimal, 0A is LISTEN
        with open("/proc/net/tcp", encoding="ascii") as table:
            rows = [line.split() for line in table]
        here = [row[1] for row in rows if row[1].endswith(f":{self.port:04X}") and row[3] == "0A"]
        self.assertEqual(here, [f"0100007F:{self.port:04X}"])
        self.assert_login_succeeds()

    def test_a_wrong_state_ends_the_login(self):
        status, _, body = self.send(self.target(**{**self.code(), "state": "x" * len(self.state)}))
        self.assertEqual(status, 400)
        self.assertNotIn("xxxx", body)
        self.assert_login_fails("state")

    def test_a_missing_state_ends_the_login(self):
        self.assertEqual(self.send("/oauth/callback?code=abc")[0], 400)
        self.assert_login_fails("state")

    def test_a_doubled_parameter_ends_the_login(self):
        answer = self.target(**self.code())
        self.assertEqual(self.send(answer + "&code=another")[0], 400)
        self.assert_login_fails("twice")

    def test_a_parameter_doubled_in_another_spelling_ends_the_login_too(self):
        answer = self.target(**self.code())
        self.assertEqual(self.send(answer + "&%73tate=" + self.state)[0], 400)
        self.assert_login_fails("twice")

    def test_an_answer_without_code_ends_the_login(self):
        self.assertEqual(self.send(self.target(state=self.state))[0], 400)
        self.assert_login_fails("code")

    def test_a_code_with_control_characters_ends_the_login(self):
        self.assertEqual(self.send(self.target(state=self.state, code="a\r\nX: b"))[0], 400)
        self.assert_login_fails("code")

    def test_what_the_server_says_is_shown_as_text(self):
        words = "<script>alert(1)</script>\x1b[31m & \"'"
        status, headers, body = self.send(self.target(state=self.state, error="access_denied", error_description=words))
        self.assertEqual(status, 400)
        self.assertNotIn("<script>alert", body)
        self.assertNotIn("\x1b", body)
        done = self.finish(self.running)  # checked() looks for ESC
        self.assertEqual(done.code, 1, done)
        self.assertIn("access_denied", done.error()["message"])

    def test_an_error_from_another_client_is_ignored(self):
        self.assertEqual(self.send(self.target(error="access_denied"))[0], 400)
        self.assert_login_fails("state")

    def test_the_browser_waits_for_the_end_of_the_exchange(self):
        gate = threading.Event()
        self.service.fault("/v1/oauth/token", gate=gate)
        connection = self.connect()
        connection.sendall(f"GET {self.target(**self.code())} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n\r\n".encode())
        self.service.wait(lambda: self.service.requests_to("/v1/oauth/token"))
        connection.setblocking(False)
        with self.assertRaises(BlockingIOError):
            connection.recv(1)
        gate.set()
        connection.settimeout(WAIT_S)
        self.assertEqual(self.read(connection)[0], 200)
        self.assert_succeeds(self.finish(self.running))

    def test_ctrl_c_tells_a_browser_that_still_waits(self):
        gate = threading.Event()
        self.addCleanup(gate.set)
        self.service.fault("/v1/oauth/token", gate=gate)
        connection = self.connect()
        connection.sendall(f"GET {self.target(**self.code())} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n\r\n".encode())
        self.service.wait(lambda: self.service.requests_to("/v1/oauth/token"))
        self.running.interrupt()
        self.assert_fails(self.finish(self.running), "canceled", 1)
        self.assertEqual(self.read(connection)[0], 400)
        self.assertFalse(self.home.file.exists())


class CallbackWithIssuer(Listening):
    """An issuer is configured, and its metadata promises that every answer names it (RFC 9207)."""

    issuer_mode = True

    def test_the_issuers_own_answer_is_taken(self):
        self.assert_login_succeeds()

    def test_another_issuers_answer_ends_the_login(self):
        self.assertEqual(self.send(self.target(**{**self.code(), "iss": self.service.url + "/"}))[0], 400)
        self.assert_login_fails("another issuer")

    def test_an_answer_that_names_no_issuer_ends_the_login(self):
        answer = self.code()
        del answer["iss"]
        self.assertEqual(self.send(self.target(**answer))[0], 400)
        self.assert_login_fails("issuer")

    def test_an_error_of_another_issuer_is_not_believed(self):
        self.assertEqual(
            self.send(self.target(state=self.state, error="access_denied", iss="https://evil.example"))[0], 400
        )
        self.assert_login_fails("another issuer")


class Waiting(WithService):
    def test_ctrl_c_ends_the_waiting_at_once(self):
        self.home.env["BROWSER"] = self.home.script("browser.sh", "exit 0\n")
        running = self.start("auth", "login", "--oauth")
        running.line(r"^http\S+$")
        running.interrupt()
        done = self.assert_fails(self.finish(running), "canceled", 1)
        self.assertLess(done.seconds, 5)

    def test_a_browser_that_fails_is_noticed_and_the_url_is_there(self):
        self.home.env["BROWSER"] = self.home.script("browser.sh", "exit 3\n")
        running = self.start("auth", "login", "--oauth")
        running.line(r"^http\S+$")
        running.line(r"browser\.sh ended with exit code 3")
        running.interrupt()
        self.finish(running)

    def test_without_browser_and_terminal_it_fails_at_once(self):
        for env in ({"BROWSER": "none"}, {"BROWSER": "", "HEYGEN_NO_BROWSER": "1"}):
            with self.subTest(env):
                self.assert_fails(self.run_heygen("auth", "login", "--oauth", env=env), "usage_error", 2)

    def test_the_browser_inherits_no_credential(self):
        seen = self.home.path / "seen"
        self.home.env.update(
            BROWSER=self.home.script(
                "browser.sh", f"env > {seen}.new; ls -l /proc/$$/fd > {seen}.fds; mv {seen}.new {seen}\n"
            ),
            HEYGEN_API_KEY="secret-of-the-environment",
        )
        running = self.start("auth", "login", "--oauth")
        running.line(r"^http\S+$")
        eventually(seen.exists, "what the browser saw")
        running.interrupt()
        self.finish(running)
        self.assertNotIn("secret-of-the-environment", seen.read_text())
        self.assertNotIn("socket:", (self.home.path / "seen.fds").read_text())


if __name__ == "__main__":
    unittest.main()
