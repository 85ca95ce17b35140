# SPDX-License-Identifier: Apache-2.0
"""SOCKS5, http and https proxies, each a program that companies use."""

import unittest

from support import WithService, certificates
from daemons import LOGIN, Dante, Microsocks, Squid, Tinyproxy, free_port, missing
from service import Service


def needs(name):
    return unittest.skipIf(missing(name), missing(name))


class Through(WithService):
    """The service by an address and by a name that lead to this machine, but through a proxy."""

    ADDRESS, NAME = "0.0.0.0", "127.1"

    def setUp(self):
        directory = certificates()
        self.tls = (directory / "server.pem", directory / "server.key")
        super().setUp()
        self.home.env.update(SSL_CERT_FILE=str(directory / "ca.pem"), HEYGEN_API_KEY="good-key")

    def secrets(self):
        return [*super().secrets(), "good-key", "p@ss word", "p%40ss%20word", "YWRhOnBAc3Mgd29yZA==", "hush-hush"]

    def call(self, host=ADDRESS, **env):
        return self.run_heygen("video", "list", env={"HEYGEN_API_BASE": f"https://{host}:{self.service.port}", **env})

    def assert_through(self, done):
        self.assert_succeeds(done)
        self.assertGreater(len(self.service.requests), 0)
        self.assertIsNone(self.service.requests[-1].headers.get("Proxy-Authorization"))
        self.service.requests.clear()

    def assert_proxy_fails(self, done, *words):
        self.assert_fails(done, "network_error", 1)
        for word in words:
            self.assertIn(word, done.error()["message"] + " " + done.error()["hint"])
        self.assertEqual(self.service.requests, [])


@needs("microsocks")
class Socks(Through):
    def test_names_and_addresses_go_through_it(self):
        with Microsocks() as proxy:
            for scheme in ("socks5", "socks5h"):
                for host in (self.ADDRESS, self.NAME):
                    with self.subTest(scheme, host=host):
                        self.assert_through(self.call(host, HTTPS_PROXY=f"{scheme}://127.0.0.1:{proxy.port}"))

    def test_every_variable_of_curl_counts_the_lower_case_first(self):
        with Microsocks() as proxy:
            good, bad = f"socks5h://127.0.0.1:{proxy.port}", f"socks5h://127.0.0.1:{free_port()}"
            for env in (
                {"https_proxy": good, "HTTPS_PROXY": bad},
                {"HTTPS_PROXY": good, "all_proxy": bad},
                {"all_proxy": good, "ALL_PROXY": bad},
                {"ALL_PROXY": good, "http_proxy": bad},
            ):
                with self.subTest(**env):
                    self.assert_through(self.call(**env))

    def test_plain_http_goes_through_it_too(self):
        with Microsocks() as proxy, Service() as plain:
            env = {"HEYGEN_API_BASE": f"http://{self.ADDRESS}:{plain.port}", "HEYGEN_ALLOW_HTTP": "1"}
            self.assert_succeeds(self.call(**env, http_proxy=f"socks5h://127.0.0.1:{proxy.port}"))
            self.assertEqual(plain.requests[-1].path, "/v3/videos")

    def test_user_and_password_are_asked_for_and_never_shown(self):
        with Microsocks(login=True) as proxy:
            at = f"127.0.0.1:{proxy.port}"
            self.assert_through(self.call(HTTPS_PROXY=f"socks5h://{LOGIN}{at}"))
            self.assert_proxy_fails(self.call(HTTPS_PROXY=f"socks5h://ada:hush-hush@{at}"), "user name or password", at)
            self.assert_proxy_fails(self.call(HTTPS_PROXY=f"socks5h://{at}"), "requires a user name and password")

    def test_a_closed_port_behind_it_is_named(self):
        with Microsocks() as proxy:
            port = free_port()
            base = {"HEYGEN_API_BASE": f"https://{self.NAME}:{port}"}
            done = self.call(HTTPS_PROXY=f"socks5h://127.0.0.1:{proxy.port}", **base)
            self.assert_proxy_fails(done, f"{self.NAME}:{port}: connection refused")

    def test_no_proxy_leads_past_it(self):
        closed = f"socks5h://127.0.0.1:{free_port()}"
        for host, value in (
            (self.ADDRESS, "0.0.0.0/8"),
            (self.ADDRESS, "0.0.0.0"),
            (self.ADDRESS, f"0.0.0.0:{self.service.port}"),
            (self.NAME, "127.1"),
            (self.ADDRESS, "*"),
        ):
            with self.subTest(value):
                self.assert_through(self.call(host, ALL_PROXY=closed, NO_PROXY=value))
        for value in ("1.0.0.0/8", "::/0", "0.0.0.0:1", "0.0"):
            with self.subTest(value):
                self.assert_proxy_fails(self.call(ALL_PROXY=closed, NO_PROXY=value), "ALL_PROXY")


@needs("dante")
class Rules(Through):
    def test_a_proxy_whose_rules_forbid_it_is_named(self):
        with Dante() as proxy:
            done = self.call(self.NAME, all_proxy=f"socks5h://127.0.0.1:{proxy.port}")
            self.assert_proxy_fails(done, f"127.0.0.1:{proxy.port}", "rules do not allow", "NO_PROXY")


@needs("tinyproxy")
class Http(Through):
    def test_a_tunnel_with_basic(self):
        with Tinyproxy() as proxy:
            at = f"127.0.0.1:{proxy.port}"
            self.assert_through(self.call(HTTPS_PROXY=f"http://ada:password@{at}"))
            self.assert_proxy_fails(self.call(HTTPS_PROXY=f"http://ada:hush-hush@{at}"), at)


@needs("squid")
class Https(Through):
    def setUp(self):
        super().setUp()
        self.proxy = self.enterContext(Squid(*self.tls))
        self.at = f"127.0.0.1:{self.proxy.second_port}"

    def test_tls_within_tls_with_basic(self):
        self.assert_through(self.call(HTTPS_PROXY=f"https://{LOGIN}{self.at}"))
        self.assert_through(self.call(HTTPS_PROXY=f"http://{LOGIN}127.0.0.1:{self.proxy.port}"))

    def test_plain_http_within_tls(self):
        with Service() as plain:
            env = {"HEYGEN_API_BASE": f"http://{self.ADDRESS}:{plain.port}", "HEYGEN_ALLOW_HTTP": "1"}
            self.assert_succeeds(self.call(**env, http_proxy=f"https://{LOGIN}{self.at}"))
            self.assertIsNone(plain.requests[-1].headers.get("Proxy-Authorization"))

    def test_a_wrong_password_is_named_but_not_shown(self):
        done = self.call(HTTPS_PROXY=f"https://ada:hush-hush@{self.at}")
        self.assert_proxy_fails(done, "407", "https://user:password@host:port")

    def test_an_unknown_authority_of_the_proxy_is_named(self):
        done = self.call(HTTPS_PROXY=f"https://{LOGIN}{self.at}", SSL_CERT_FILE="")
        self.assert_proxy_fails(done, self.at, "Throw-away test CA", "HEYGEN_EXTRA_CA_CERTS")

    def test_http_at_its_tls_port_and_tls_at_its_http_port(self):
        self.assert_proxy_fails(self.call(HTTPS_PROXY=f"http://{LOGIN}{self.at}"), self.at)
        plain = f"127.0.0.1:{self.proxy.port}"
        self.assert_proxy_fails(self.call(HTTPS_PROXY=f"https://{LOGIN}{plain}"), plain)


class ExtraAuthorities(Through):
    def test_they_are_trusted_beside_the_others(self):
        ca = self.home.env.pop("SSL_CERT_FILE")
        self.assert_through(self.call("127.0.0.1", HEYGEN_EXTRA_CA_CERTS=ca))
        stranger = str(certificates() / "stranger.pem")
        self.assert_through(self.call("127.0.0.1", HEYGEN_EXTRA_CA_CERTS=ca, SSL_CERT_FILE=stranger))
        self.assert_through(self.call("127.0.0.1", HEYGEN_EXTRA_CA_CERTS=stranger, SSL_CERT_FILE=ca))

    def test_a_file_that_is_none_is_named(self):
        for path in ("missing.pem", "server.key"):
            with self.subTest(path):
                done = self.call("127.0.0.1", HEYGEN_EXTRA_CA_CERTS=str(certificates() / path))
                self.assert_proxy_fails(done, path, "HEYGEN_EXTRA_CA_CERTS")


if __name__ == "__main__":
    unittest.main()
