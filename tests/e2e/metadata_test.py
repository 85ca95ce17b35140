# SPDX-License-Identifier: Apache-2.0
"""The example provider `metadata`: a machine's own credential, over plain http to a link-local address."""

import json
import time
import unittest

from support import Service, WithService, certificates, example

from service import Response

TOKEN, CREDENTIAL = "/latest/api/token", "/latest/meta-data/heygen/credential"


class MetadataService(Service):
    """A token by PUT, then the credential with it. The tokens that it gives are live at `api`."""

    def __init__(self, api):
        super().__init__()
        self.api, self.has_role = api, True
        self.routes = {f"PUT {TOKEN}": lambda _: self._text("metadata-session"), f"GET {CREDENTIAL}": self._credential}

    def _text(self, text):
        response = Response(200)
        response.body = text.encode()
        return response

    def _credential(self, request):
        if request.headers.get("X-Metadata-Token") != "metadata-session":
            return Response(401)
        if not self.has_role:
            return Response(404)
        until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
        return Response(200, {"token": self.api.mint()["access_token"], "expiration": until})


class CloudMachine(WithService):
    """The API has TLS; no HEYGEN_ALLOW_HTTP is set."""

    def setUp(self):
        self.tls = (certificates() / "server.pem", certificates() / "server.key")
        super().setUp()
        self.metadata = self.enterContext(MetadataService(self.service))
        self.home.add_provider(example("metadata"))
        self.home.env.update(SSL_CERT_FILE=str(certificates() / "ca.pem"), HEYGEN_METADATA_URL=self.metadata.url)
        self.home.write_settings("[providers.metadata]\nenabled = true\n")
        self.cache = self.home.config / "cache" / "metadata.json"

    def fetches(self):
        return len(self.metadata.requests_to(CREDENTIAL))

    def test_commands_share_one_credential_and_store_nothing(self):
        for _ in range(3):
            self.assert_succeeds(self.run_heygen("video", "list"))
        self.assertEqual((self.fetches(), len(self.metadata.requests_to(TOKEN))), (1, 1))
        self.assertFalse(self.home.file.exists())
        status = self.assert_succeeds(self.run_heygen("auth", "status")).json()["credential"]
        self.assertEqual((status["type"], status["source"], status["provider"]), ("machine", "metadata", "metadata"))

    def test_an_expired_or_refused_credential_is_fetched_again(self):
        self.assert_succeeds(self.run_heygen("video", "list"))
        content = json.loads(self.cache.read_text())
        content["entries"]["credential"]["expires_at"] = 1_600_000_000
        self.cache.write_text(json.dumps(content))
        self.assert_succeeds(self.run_heygen("video", "list"))
        self.assertEqual(self.fetches(), 2)
        self.service.expire()
        self.assert_succeeds(self.run_heygen("video", "list"))
        self.assertEqual(self.fetches(), 3)

    def test_elsewhere_it_has_nothing_to_offer(self):
        self.metadata.has_role = False
        self.assert_fails(self.run_heygen("video", "list"), "auth_error", 3)
        self.metadata.stop()
        self.assert_fails(self.run_heygen("video", "list"), "network_error", 1)
        self.home.write_settings("")
        self.assert_fails(self.run_heygen("video", "list"), "auth_error", 3)
        self.assertFalse(self.cache.exists())

    def test_logout_clears_the_cache(self):
        self.assert_succeeds(self.run_heygen("video", "list"))
        self.assertTrue(self.cache.exists())
        self.assert_succeeds(self.run_heygen("auth", "logout"))
        self.assertFalse(self.cache.parent.exists())

    def test_plain_http_elsewhere_is_refused(self):
        for url in ("http://192.0.2.1", "http://169.254.169.253"):
            done = self.assert_fails(self.run_heygen("video", "list", env={"HEYGEN_METADATA_URL": url}), "usage_error", 2)
            self.assertIn("is not https", done.error()["message"])

    def test_it_has_no_login(self):
        self.assertNotIn("--metadata", self.assert_succeeds(self.run_heygen("auth", "login", "--help")).out)


if __name__ == "__main__":
    unittest.main()
