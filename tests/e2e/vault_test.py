# SPDX-License-Identifier: Apache-2.0
"""The example provider `vault`: a login that buys short-lived API keys, which the host caches."""

import base64
import json
import os
import stat
import unittest

from support import WithService, certificates, example

from vault import KEY, LOGIN, REVOKE, ROLE_ID, Vault


class ShortLivedKey(WithService):
    """The API has TLS; the vault is plain http on the loopback, which needs no permission."""

    def setUp(self):
        self.tls = (certificates() / "server.pem", certificates() / "server.key")
        super().setUp()
        self.vault = self.enterContext(Vault(self.service))
        self.home.add_provider(example("vault"))
        self.home.env.update(SSL_CERT_FILE=str(certificates() / "ca.pem"))
        self.home.write_settings(f'[providers.vault]\nurl = "{self.vault.url}"\nrole_id = "{ROLE_ID}"\n')
        self.cache = self.home.config / "cache" / "vault.json"

    def secrets(self):
        return [*super().secrets(), *self.vault.known_secrets()]

    def log_in(self):
        return self.assert_succeeds(self.run_heygen("auth", "login", "--vault", stdin=self.vault.secret_id))

    def keys_made(self):
        return len(self.vault.requests_to(KEY))

    def cached(self):
        entries = json.loads(self.cache.read_text())["entries"].values()
        return [base64.urlsafe_b64decode(entry["value"] + "==").decode() for entry in entries]

    def test_a_login_makes_one_key_that_later_commands_use(self):
        self.log_in()
        for _ in range(3):
            self.assert_succeeds(self.run_heygen("video", "list"))
        self.assertEqual(self.keys_made(), 1)
        self.assertEqual(self.cached(), self.vault.keys)
        state = self.home.read()["providers"]["vault"]
        self.assertEqual(set(state), {"token", "url"})  # the key does not belong there
        self.assertEqual(stat.S_IMODE(self.cache.stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(self.cache.parent.stat().st_mode), 0o700)

    def test_a_refused_key_is_dropped_and_another_one_made(self):
        self.log_in()
        self.vault.end_keys()
        self.assert_succeeds(self.run_heygen("video", "list"))
        self.assertEqual(self.keys_made(), 2)
        self.assertEqual(self.cached(), self.vault.keys[1:])
        self.assertEqual([r.status for r in self.service.requests_to("/v3/videos")], [401, 200])

    def test_an_expired_key_is_gone(self):
        self.log_in()
        content = json.loads(self.cache.read_text())
        content["entries"]["api-key"]["expires_at"] = 1_600_000_000
        self.cache.write_text(json.dumps(content))
        self.assert_succeeds(self.run_heygen("video", "list"))
        self.assertEqual(self.keys_made(), 2)
        self.assertEqual(self.cached(), self.vault.keys[1:])

    def test_another_value_of_a_variable_never_sees_the_key(self):
        self.log_in()
        self.assert_succeeds(self.run_heygen("video", "list", env={"VAULT_ADDR": self.vault.url + "/"}))
        self.assertEqual(self.keys_made(), 2)
        self.assert_succeeds(self.run_heygen("config", "set", "providers.vault.role_id", "another-role"))
        self.assert_succeeds(self.run_heygen("video", "list"))
        self.assertEqual(self.keys_made(), 3)

    def test_processes_at_once_make_one_key(self):
        self.log_in()
        self.cache.unlink()
        for one in [self.start("video", "list") for _ in range(4)]:
            self.assert_succeeds(self.finish(one))
        self.assertEqual(self.keys_made(), 2)

    def test_logout_revokes_and_clears_the_cache(self):
        self.log_in()
        self.assert_succeeds(self.run_heygen("auth", "logout"))
        self.assertEqual([r.status for r in self.vault.requests_to(REVOKE)], [204])
        self.assertFalse(self.cache.parent.exists())
        self.assertFalse(self.home.file.exists())

    def test_another_login_clears_the_cache(self):
        self.log_in()
        self.log_in()
        self.assertEqual(self.cached(), self.vault.keys[1:])
        self.assert_succeeds(self.run_heygen("auth", "login", "--api-key", stdin="good-key"))
        self.assertFalse(self.cache.parent.exists())

    def test_a_refused_login_keeps_the_earlier_one(self):
        self.log_in()
        done = self.run_heygen("auth", "login", "--vault", stdin="wrong")
        self.assertEqual(done.code, 1, done)
        self.assertIn("refused", done.error()["message"])
        self.assert_succeeds(self.run_heygen("video", "list"))
        self.assertEqual(self.keys_made(), 1)

    def test_removing_the_provider_clears_its_cache(self):
        self.log_in()
        self.assertTrue(self.assert_succeeds(self.run_heygen("provider", "why", "vault")).json()["cached"])
        self.assertIn("Cached:", self.assert_succeeds(self.run_heygen("provider", "why", "vault", "--human")).out)
        self.assert_succeeds(self.run_heygen("provider", "remove", "vault", "--force"))
        self.assertFalse(self.cache.parent.exists())

    def test_an_ended_vault_token_needs_a_login(self):
        self.log_in()
        self.vault.end_tokens()
        self.vault.end_keys()
        done = self.assert_fails(self.run_heygen("video", "list"), "auth_error", 3)
        self.assertIn("auth login", done.error()["hint"])
        self.assertEqual(len(self.vault.requests_to(LOGIN)), 1)

    @unittest.skipIf(os.geteuid() == 0, "root may write anywhere")
    def test_a_read_only_directory_is_said_with_verbose_alone(self):
        self.log_in()
        self.cache.unlink()
        self.cache.parent.chmod(0o500)
        self.addCleanup(self.cache.parent.chmod, 0o700)
        done = self.assert_succeeds(self.run_heygen("video", "list"))
        self.assertNotIn("cached", done.err)
        done = self.assert_succeeds(self.run_heygen("video", "list", "--verbose"))
        self.assertIn("nothing is cached beyond this command", done.err)

    def test_a_cache_that_cannot_be_written_fails_nothing(self):
        self.log_in()
        self.cache.unlink()
        self.cache.parent.rmdir()
        self.cache.parent.write_text("in its place")
        done = self.assert_succeeds(self.run_heygen("video", "list"))
        self.assertNotIn("cached", done.err)
        done = self.assert_succeeds(self.run_heygen("video", "list", "--verbose"))
        self.assertIn("nothing is cached beyond this command", done.err)


if __name__ == "__main__":
    unittest.main()
