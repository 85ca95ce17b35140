# SPDX-License-Identifier: Apache-2.0
"""Proxies, certificates, redirects, a server that is gone, and Ctrl-C while something is under way."""

import os
import shutil
import signal
import socket
import subprocess
import threading
import unittest

from support import PAST, EndToEnd, IdentityProvider, Service, WithService, certificates, eventually, may_mount
from proxy import Proxy
from service import TOKEN, Response

SOON_S = 5


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Proxies(WithService):
    """The service by a name that the proxy alone can resolve, and a proxy that wants a user name and a password."""

    def setUp(self):
        directory = certificates()
        self.tls = (directory / "server.pem", directory / "server.key")
        super().setUp()
        self.base = self.named(self.service)
        for name, value in self.home.env.items():
            self.home.env[name] = value.replace(self.service.url, self.base)
        self.home.env.update(SSL_CERT_FILE=str(directory / "ca.pem"), HEYGEN_API_KEY="good-key")
        self.proxy = self.enterContext(Proxy("ada", "p@ss word"))
        self.url = f"http://ada:p%40ss%20word@{self.proxy.address}"

    def named(self, service):
        return service.url.replace("127.0.0.1", "service.test")

    def secrets(self):
        return [*super().secrets(), "good-key", "p@ss word", "p%40ss%20word", "YWRhOnBAc3Mgd29yZA=="]

    def call(self, **env):
        return self.run_heygen("video", "list", env=env)

    def test_https_goes_through_a_tunnel(self):
        for variable in ("HTTPS_PROXY", "https_proxy"):
            with self.subTest(variable):
                self.proxy.seen.clear()
                self.assert_succeeds(self.call(**{variable: self.url}))
                self.assertEqual(set(self.proxy.seen), {("CONNECT", f"service.test:{self.service.port}")})

    def test_a_login_goes_through_it_as_well(self):
        self.home.env.update(HTTPS_PROXY=self.url, HEYGEN_OAUTH_DEVICE_URL=self.base + "/v1/oauth/device_authorization")
        del self.home.env["HEYGEN_API_KEY"]
        self.assert_succeeds(self.run_heygen("auth", "login", "--device-code"))
        self.assert_succeeds(self.run_heygen("auth", "logout"))
        self.assertEqual({method for method, _ in self.proxy.seen}, {"CONNECT"})
        self.assertEqual(
            {request.path for request in self.service.requests},
            {"/v1/oauth/device_authorization", "/v1/oauth/token", "/v1/oauth/revoke", "/v3/users/me"},
        )

    def test_http_goes_through_it_whole(self):
        with Service() as plain:
            env = {"HEYGEN_API_BASE": self.named(plain), "HEYGEN_ALLOW_HTTP": "1"}
            self.assert_succeeds(self.call(HTTP_PROXY=self.url, http_proxy=self.url, **env))
            self.assertIn(
                ("GET", self.named(plain) + "/v3/videos"),
                [(method, target.split("?")[0]) for method, target in self.proxy.seen],
            )
            self.assertIsNone(plain.requests[0].headers.get("Proxy-Authorization"))

    def test_no_proxy_names_who_is_reached_directly(self):
        for value in ("service.test", "*", "example.com, service.test", ".test", "test"):
            with self.subTest(value):
                done = self.assert_fails(self.call(HTTPS_PROXY=self.url, NO_PROXY=value), "network_error", 1)
                self.assertIn("service.test", done.error()["message"])
        self.assertEqual(self.proxy.seen, [])
        self.assert_succeeds(self.call(HTTPS_PROXY=self.url, NO_PROXY="example.com"))

    def test_loopback_needs_no_proxy(self):
        for host in ("127.0.0.1", "localhost"):
            with self.subTest(host):
                self.assert_succeeds(
                    self.call(HTTPS_PROXY=self.url, HEYGEN_API_BASE=f"https://{host}:{self.service.port}")
                )
        self.assertEqual(self.proxy.seen, [])

    def test_a_wrong_password_is_named_but_not_shown(self):
        done = self.assert_fails(
            self.call(HTTPS_PROXY=f"http://ada:hush-hush@{self.proxy.address}"), "network_error", 1
        )
        self.assertIn("407", done.error()["message"])
        self.assertNotIn("hush-hush", done.err)

    def test_a_proxy_that_is_gone_is_named(self):
        port = free_port()
        done = self.assert_fails(self.call(HTTPS_PROXY=f"http://127.0.0.1:{port}"), "network_error", 1)
        self.assertIn(str(port), done.error()["message"])
        self.assertEqual(self.service.requests, [])

    def test_a_proxy_sees_nothing_of_a_tls_connection_that_fails(self):
        del self.home.env["SSL_CERT_FILE"]
        done = self.assert_fails(self.call(HTTPS_PROXY=self.url), "network_error", 1)
        self.assertIn("Throw-away test CA", done.error()["message"] + done.error()["hint"])
        self.assertEqual(self.service.requests, [])


class Certificates(EndToEnd):
    def setUp(self):
        super().setUp()
        self.directory = certificates()
        self.home.env.update(HEYGEN_API_KEY="good-key", HEYGEN_MAX_RETRIES="0")

    def secrets(self):
        return ["good-key"]

    def call(self, certificate="server.pem", host="127.0.0.1", key="server.key", prefix=(), **env):
        with Service((self.directory / certificate, self.directory / key)) as service:
            env["HEYGEN_API_BASE"] = f"https://{host}:{service.port}"
            done = self.run_heygen("video", "list", env=env, prefix=prefix)
            self.seen = service.requests
            return done

    def assert_untrusted(self, done, *words):
        self.assert_fails(done, "network_error", 1)
        said = done.error()["message"] + " " + done.error().get("hint", "")
        for word in words:
            self.assertIn(word, said)
        self.assertEqual(self.seen, [])

    def test_a_private_authority_by_file(self):
        self.assert_succeeds(self.call(SSL_CERT_FILE=str(self.directory / "ca.pem")))
        self.assert_succeeds(self.call(host="localhost", SSL_CERT_FILE=str(self.directory / "ca.pem")))

    def test_a_private_authority_by_hashed_directory(self):
        self.assert_succeeds(self.call(SSL_CERT_DIR=str(self.directory / "hashed")))

    @unittest.skipUnless(may_mount(), "it takes root that may mount (unshare -m)")
    def test_the_authorities_of_other_distributions_are_found(self):
        """Each place alone, on a copy of /etc and an empty /var/lib."""
        for place in (
            "/etc/ssl/certs/ca-certificates.crt",  # Debian, Alpine
            "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora
            "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
            "/etc/ssl/ca-bundle.pem",  # openSUSE
            "/var/lib/ca-certificates/ca-bundle.pem",
            "/etc/ssl/cert.pem",  # Alpine
        ):
            with self.subTest(place):
                script = f"""set -e
                    cp -a /etc "{self.home.path}/etc"; rm -rf "{self.home.path}/etc/ssl" "{self.home.path}/etc/pki"
                    mount --bind "{self.home.path}/etc" /etc; mount -t tmpfs tmpfs /var/lib
                    mkdir -p "$(dirname {place})"; cp "{self.directory}/ca.pem" {place}; exec "$@" """
                self.assert_succeeds(self.call(prefix=("unshare", "-m", "sh", "-c", script, "sh")))
                shutil.rmtree(self.home.path / "etc")

    def test_an_unknown_authority_is_named_with_a_hint(self):
        self.assert_untrusted(self.call(), "Throw-away test CA", "HEYGEN_EXTRA_CA_CERTS")

    def test_a_certificate_signed_by_itself_is_refused(self):
        done = self.call("stranger.pem", key="stranger.key", SSL_CERT_FILE=str(self.directory / "ca.pem"))
        self.assert_untrusted(done, "A stranger", "HEYGEN_EXTRA_CA_CERTS")

    def test_an_expired_certificate_is_refused(self):
        self.assert_untrusted(
            self.call("expired.pem", SSL_CERT_FILE=str(self.directory / "ca.pem")), "expired", "Throw-away test CA"
        )

    def test_a_certificate_for_another_host_is_refused_on_loopback_too(self):
        for host in ("127.0.0.1", "localhost"):
            with self.subTest(host):
                done = self.call("wrong-host.pem", host, SSL_CERT_FILE=str(self.directory / "ca.pem"))
                self.assert_untrusted(done, host)

    def test_a_ca_file_that_is_none_is_named(self):
        for path in (self.directory / "missing.pem", self.directory / "server.key"):
            with self.subTest(path.name):
                done = self.call(SSL_CERT_FILE=str(path))
                self.assertEqual(done.code, 1, done)
                self.assertIn(path.name, done.err)

    def test_plain_http_at_a_tls_port_and_tls_at_a_plain_port(self):
        with Service() as plain:
            done = self.run_heygen("video", "list", env={"HEYGEN_API_BASE": f"https://127.0.0.1:{plain.port}"})
            self.assert_fails(done, "network_error", 1)
            self.assertEqual(plain.requests, [])
        with Service((self.directory / "server.pem", self.directory / "server.key")) as tls:
            done = self.run_heygen(
                "video", "list", env={"HEYGEN_API_BASE": f"http://127.0.0.1:{tls.port}", "HEYGEN_ALLOW_HTTP": "1"}
            )
            self.assert_fails(done, "network_error", 1)

    def test_one_hello_is_enough_and_offers_nothing_weak(self):
        port = free_port()
        server = ["openssl", "s_server", "-accept", str(port), "-www", "-tls1_3", "-groups", "X25519:P-256", "-trace"]
        server += ["-cert", str(self.directory / "server.pem"), "-key", str(self.directory / "server.key")]
        trace = self.home.path / "trace"
        with trace.open("wb") as out, subprocess.Popen(server, stdout=out, stdin=subprocess.DEVNULL) as process:
            self.addCleanup(process.kill)
            eventually(lambda: "ACCEPT" in trace.read_text(errors="replace"), "a listening s_server")
            base = {"HEYGEN_API_BASE": f"https://127.0.0.1:{port}", "SSL_CERT_FILE": str(self.directory / "ca.pem")}
            self.run_heygen("video", "list", env=base)
            process.kill()
        said = trace.read_text(errors="replace")
        self.assertEqual(said.count("ClientHello, Length="), 1, said)
        hello = said[said.index("ClientHello, Length=") : said.index("ServerHello, Length=")]
        self.assertRegex(hello, r"NamedGroup: \S*(ecdh_x25519|MLKEM)")
        for weak in ("_CBC_", "TLS_RSA_", "sha1", "SHA1", "ecdh_x448"):  # no word that hexadecimal digits can form
            self.assertNotIn(weak, hello)

    def test_the_token_endpoint_is_held_to_the_same(self):
        idp = IdentityProvider(tls=True)
        self.addCleanup(idp.stop)
        env = idp.environment()
        del env["SSL_CERT_FILE"], self.home.env["HEYGEN_API_KEY"]
        self.home.env.update(env)
        self.home.write_oauth({"access_token": "a", "refresh_token": "never-to-be-seen"}, PAST)
        kept = self.home.file.read_bytes()
        done = self.assert_fails(self.run_heygen("video", "list"), "network_error", 1)
        self.assertIn("Throw-away test CA", done.error()["message"] + done.error()["hint"])
        self.assertEqual(self.home.file.read_bytes(), kept)
        self.assertEqual(idp.since(0), [])


class Redirects(WithService):
    def setUp(self):
        super().setUp()
        self.other = self.enterContext(Service())
        self.tokens = self.logged_in()

    def credentials_in(self, request):
        return {name for name in ("Authorization", "x-api-key", "Cookie") if request.headers.get(name)}

    def redirect(self, location, status=302):
        self.service.fault("/v3/videos", status=status, body="", headers={"Location": location})

    def test_another_origin_gets_no_credential(self):
        self.other.api_keys.append(None)  # lets in who brings nothing
        for env in ({}, {"HEYGEN_API_KEY": "good-key"}):
            for status in (301, 302, 303, 307, 308):
                with self.subTest(status=status, **env):
                    self.redirect(self.other.url + "/v3/elsewhere", status)
                    self.assert_succeeds(self.run_heygen("video", "list", env=env))
                    self.assertEqual(self.credentials_in(self.other.requests[-1]), set())
        self.assertEqual(len(self.other.requests), 10)

    def test_a_401_over_there_refreshes_nothing(self):
        self.redirect(self.other.url + "/v3/elsewhere")
        done = self.run_heygen("video", "list")
        self.assertNotEqual(done.code, 0)
        self.assertEqual(self.service.refreshes(), [])

    def test_the_same_origin_gets_it_again(self):
        self.redirect("/v3/elsewhere")
        self.assert_succeeds(self.run_heygen("video", "list"))
        self.assertEqual(self.service.requests[-1].bearer(), self.tokens["access_token"])

    def test_a_body_goes_to_no_other_origin_along_with_a_credential(self):
        self.other.api_keys.append(None)
        self.service.fault("/v3/things", status=307, body="", headers={"Location": self.other.url + "/v3/things"})
        self.run_heygen("api", "POST", "/v3/things", "-d", '{"a":1}')
        for request in self.other.requests:
            self.assertEqual(self.credentials_in(request), set())

    def test_a_circle_ends(self):
        self.service.fault("/v3/videos", times=-1, status=302, body="", headers={"Location": "/v3/videos"})
        self.assertEqual(self.run_heygen("video", "list").code, 1)
        self.assertLess(len(self.service.requests), 25)

    def test_places_that_no_request_may_go_to(self):
        for location in ("file:///etc/passwd", "ftp://127.0.0.1/", "", "http://", "//", "http://[::1"):
            with self.subTest(location):
                self.redirect(location)
                done = self.run_heygen("video", "list")
                self.assertEqual(done.code, 1, done)


class Gone(EndToEnd):
    def test_a_refused_connection_is_named(self):
        port = free_port()
        env = {
            "HEYGEN_API_BASE": f"http://127.0.0.1:{port}",
            "HEYGEN_ALLOW_HTTP": "1",
            "HEYGEN_API_KEY": "k-1234567",
            "HEYGEN_MAX_RETRIES": "0",
        }
        done = self.assert_fails(self.run_heygen("video", "list", env=env), "network_error", 1)
        self.assertIn(f"127.0.0.1:{port}", done.error()["message"])

    def test_a_name_that_no_one_has(self):
        env = {"HEYGEN_API_BASE": "https://nowhere.invalid", "HEYGEN_API_KEY": "k-1234567", "HEYGEN_MAX_RETRIES": "0"}
        done = self.assert_fails(self.run_heygen("video", "list", env=env), "network_error", 1)
        self.assertIn("nowhere.invalid", done.error()["message"])

    def test_http_needs_a_word_of_permission(self):
        with Service() as service:
            env = {"HEYGEN_API_BASE": service.url, "HEYGEN_API_KEY": "good-key"}
            done = self.assert_fails(self.run_heygen("video", "list", env=env), "usage_error", 2)
            self.assertIn("HEYGEN_ALLOW_HTTP", done.error()["message"] + done.error().get("hint", ""))
            self.assertEqual((service.requests, service.visited), ([], []))


class CtrlC(WithService):
    def held(self, path, **fault):
        gate = threading.Event()
        self.addCleanup(gate.set)
        self.service.fault(path, gate=gate, **fault)
        return gate

    def test_a_slow_request_ends_at_once(self):
        self.logged_in()
        self.held("/v3/videos")
        running = self.start("video", "list")
        self.service.wait(lambda: self.service.requests_to("/v3/videos"))
        running.interrupt()
        done = self.assert_fails(running.finish(SOON_S), "canceled", 1)
        self.assertEqual(done.out, "")

    def test_a_slow_refresh_is_awaited_and_saved(self):
        tokens = self.logged_in(PAST)
        gate = self.held(TOKEN)
        running = self.start("video", "list")
        self.service.wait(self.service.refreshes)
        running.interrupt()
        threading.Timer(1, gate.set).start()  # the response comes a second after Ctrl-C
        self.assert_fails(self.finish(running), "canceled", 1)
        saved = self.home.read()["oauth"]
        self.assertNotEqual(saved["refresh_token"], tokens["refresh_token"])
        self.assertEqual(self.service.state(saved["refresh_token"]), "active")
        self.assertEqual(self.service.requests_to("/v3/videos"), [])
        self.assert_succeeds(self.run_heygen("video", "list"))

    def test_a_refresh_that_never_answers_is_awaited_for_five_seconds(self):
        self.logged_in(PAST)
        kept = self.home.file.read_bytes()
        self.held(TOKEN)
        running = self.start("video", "list")
        self.service.wait(self.service.refreshes)
        running.interrupt()
        self.assert_fails(running.finish(12), "canceled", 1)
        self.assertEqual(self.home.file.read_bytes(), kept)

    def test_a_second_ctrl_c_leaves(self):
        self.logged_in(PAST)
        self.held(TOKEN)
        running = self.start("video", "list")
        self.service.wait(self.service.refreshes)
        running.interrupt()
        eventually(lambda: not self.interrupt_pending(running), "the first Ctrl-C to be seen")
        running.interrupt()
        done = running.finish(SOON_S)
        self.assertNotEqual(done.code, 0)

    def test_waiting_for_another_process_ends_at_once(self):
        self.logged_in(PAST)
        gate = self.held(TOKEN)
        first = self.start("video", "list")
        self.service.wait(self.service.refreshes)
        second = self.start("video", "list")
        self.wait_for_lock(second)
        second.interrupt()
        self.assert_fails(second.finish(SOON_S), "canceled", 1)
        gate.set()
        self.assert_succeeds(self.finish(first))

    def interrupt_pending(self, running):
        """Two signals of a kind become one as long as the first was not delivered."""
        with open(f"/proc/{running.process.pid}/status", encoding="ascii") as status:
            masks = [int(line.split()[1], 16) for line in status if line.startswith(("SigPnd", "ShdPnd"))]
        return any(mask >> (signal.SIGINT - 1) & 1 for mask in masks)

    def wait_for_lock(self, running):
        """Until it has the refresh lock's file open: what it does from then on is wait."""
        directory = f"/proc/{running.process.pid}/fd"

        def waits():
            names = []
            try:
                descriptors = os.listdir(directory)
            except PermissionError:
                self.skipTest("only root may look into a program that forbids core dumps")
            for descriptor in descriptors:
                try:
                    names.append(os.readlink(f"{directory}/{descriptor}"))
                except OSError:
                    pass
            return any(name.endswith("refresh-oauth.lock") for name in names)

        eventually(waits, "the second process at the lock")

    def test_polling_for_a_device_code_ends_at_once(self):
        self.home.env["HEYGEN_OAUTH_DEVICE_URL"] = self.service.url + "/v1/oauth/device_authorization"
        self.service.device = {"interval": 60, "expires_in": 600}
        running = self.start("auth", "login", "--device-code")
        running.line("WDJB-MJHT$")
        running.interrupt()
        self.assert_fails(running.finish(SOON_S), "canceled", 1)
        self.assertFalse(self.home.file.exists())

    def test_sigterm_ends_it_as_well(self):
        self.logged_in()
        self.held("/v3/videos")
        running = self.start("video", "list")
        self.service.wait(lambda: self.service.requests_to("/v3/videos"))
        running.process.terminate()
        self.assertNotEqual(running.finish(SOON_S).code, 0)


class Output(WithService):
    def test_a_reader_that_leaves_ends_it_quietly(self):
        self.logged_in()
        self.service.canned["GET /v3/videos"] = Response(
            200, {"data": {"videos": [{"id": "x" * 100} for _ in range(20000)]}}
        )
        gate = threading.Event()
        self.addCleanup(gate.set)
        self.service.fault("/v3/videos", gate=gate)
        reader, writer = os.pipe()
        command = [self.home.program, "video", "list"]
        process = subprocess.Popen(
            command, env=self.home.env, stdin=subprocess.DEVNULL, stdout=writer, stderr=subprocess.PIPE
        )
        self.addCleanup(process.kill)
        os.close(writer)
        self.service.wait(lambda: self.service.requests_to("/v3/videos"))
        os.close(reader)
        gate.set()
        _, err = process.communicate(timeout=20)
        self.assertEqual(err, b"")
        self.assertEqual(process.returncode, 1)


if __name__ == "__main__":
    unittest.main()
