# SPDX-License-Identifier: Apache-2.0
"""The example provider in plain C, compiled from the public header alone and dropped into the user's directory."""

import json
import re
import unittest

import pexpect

from support import ROOT, WithService, compile_provider, write_manifest
from service import Response

MINIMAL = ROOT / "sdk" / "examples" / "minimal" / "minimal.c"


class DroppedIn(WithService):
    id, title = "minimal", "Pasted token"

    @staticmethod
    def compile(library):
        compile_provider(MINIMAL, library, "-pedantic")

    def setUp(self):
        super().setUp()
        self.directory = self.home.providers()
        self.compile(self.directory / f"{self.id}.so")
        write_manifest(self.directory / f"{self.id}.so")
        self.home.write_settings(f'[providers.{self.id}]\nurl = "{self.service.url}/vault"\n')
        self.live = {"first-token"}
        self.service.routes["POST /vault/refresh"] = self.refresh
        self.service.routes["POST /vault/revoke"] = self.revoke
        self.service.routes["GET /v3/users/me"] = self.service.routes["GET /v3/videos"] = self.api

    def secrets(self):
        return [*super().secrets(), "first-token", "second-token"]

    def refresh(self, request):
        if request.body.decode() not in self.live:
            return Response(403)
        self.live = {"second-token"}
        return Response(200, {"token": "second-token"})

    def revoke(self, request):
        self.live.discard(request.body.decode())
        return Response(200)

    def api(self, request):
        live = request.bearer() in self.live or request.headers.get("x-api-key") == "good-key"
        return Response(200, {"data": {"email": "ada@example.test"}}) if live else Response(401, {"error": {}})

    def log_in(self):
        return self.assert_succeeds(self.run_heygen("auth", "login", f"--{self.id}", stdin="first-token\n"))

    def stored(self):
        return self.home.read()["providers"][self.id]

    def test_its_manifest_is_written_from_its_library(self):
        manifest = json.loads((self.directory / f"{self.id}.provider.json").read_text())
        self.assertEqual(
            (manifest["id"], manifest["library"], manifest["title"]), (self.id, f"{self.id}.so", self.title)
        )

    def test_it_is_listed_with_its_place(self):
        row = {row["id"]: row for row in self.assert_succeeds(self.run_heygen("provider", "list")).json()}[self.id]
        self.assertEqual(
            (row["state"], row["path"], row["login_flag"]), ("available", str(self.directory / f"{self.id}.so"), f"--{self.id}")
        )
        why = self.assert_succeeds(self.run_heygen("provider", "why", self.id)).json()
        self.assertEqual(why["slot"], f"providers.{self.id}")

    def test_help_shows_its_login(self):
        done = self.assert_succeeds(self.run_heygen("auth", "login", "--help"))
        self.assertIn(f"--{self.id}", done.out + done.err)
        self.assertIn(self.title, done.out + done.err)

    def test_the_picker_offers_it_and_logs_in_with_it(self):
        program = pexpect.spawn(
            str(self.home.program), ["auth", "login"], env=self.home.env, encoding="utf-8", timeout=20
        )
        self.addCleanup(program.close)
        program.expect(f"API key.*OAuth.*{re.escape(self.title)}")
        program.expect("Up/Down")
        program.send("3")
        program.expect("Token: ")
        program.send("first-token\r")
        program.expect("Logged in as ada@example.test")
        program.expect(pexpect.EOF)
        program.close()
        self.assertEqual(program.exitstatus, 0)
        self.assertEqual(self.stored(), {"token": "first-token"})

    def test_a_credential_is_refreshed_after_a_401_and_revoked_at_logout(self):
        self.log_in()
        self.assertEqual(self.stored(), {"token": "first-token"})
        self.assert_private()
        status = self.assert_succeeds(self.run_heygen("auth", "status")).json()["credential"]
        self.assertEqual((status["type"], status["provider"]), ("token", self.id))

        self.live = {"first-token", "server-side"}
        self.service.fault("/v3/videos", status=401, body={"error": {}})
        self.assert_succeeds(self.run_heygen("video", "list"))
        self.assertEqual(self.stored(), {"token": "second-token"})
        self.assertEqual(
            [request.bearer() for request in self.service.requests_to("/v3/videos")], ["first-token", "second-token"]
        )

        done = self.assert_succeeds(self.run_heygen("auth", "logout"))
        self.assertEqual(done.json()["cleared"], [self.id])
        self.assertEqual(self.live, set())
        self.assertFalse(self.home.file.exists())

    def test_a_token_of_any_size_is_stored_sent_refreshed_and_revoked(self):
        for size in (5_000, 60_000):
            token = "t" * size
            self.live = {token}
            self.assert_succeeds(self.run_heygen("auth", "login", f"--{self.id}", stdin=token + "\n"))
            self.assertEqual(self.stored(), {"token": token})
            self.service.routes["POST /vault/refresh"] = lambda _, new=token[:-1] + "u": Response(200, {"token": new})
            self.live = {token[:-1] + "u"}
            self.assert_succeeds(self.run_heygen("video", "list"))
            self.assertEqual(self.service.requests[-1].bearer(), token[:-1] + "u")
            self.assert_succeeds(self.run_heygen("auth", "logout"))
            self.assertEqual(self.live, set())

    def test_a_rejected_refresh_asks_for_its_own_login(self):
        self.log_in()
        self.live = set()
        kept = self.home.file.read_bytes()
        done = self.assert_fails(self.run_heygen("video", "list"), "auth_error", 3)
        self.assertIn(f"heygen auth login --{self.id}", done.error()["message"] + done.error()["hint"])
        self.assertEqual(self.home.file.read_bytes(), kept)

    def test_a_setting_that_is_required_is_missed_by_name(self):
        self.log_in()
        (self.home.config / "config.toml").unlink()
        self.live = set()
        done = self.run_heygen("video", "list")
        self.assertNotEqual(done.code, 0)
        self.assertIn(self.id, done.err)

    def test_its_settings_are_the_commands_too(self):
        self.assert_succeeds(self.run_heygen("config", "set", f"providers.{self.id}.url", "https://vault.example"))
        done = self.assert_succeeds(self.run_heygen("config", "get", f"providers.{self.id}.url"))
        self.assertIn("https://vault.example", done.out)

    def test_it_takes_the_place_of_another_login_and_gives_it_back(self):
        self.logged_in()
        done = self.log_in()
        self.assertEqual(done.json()["cleared"], ["oauth"])
        self.assertEqual(len(self.service.requests_to("/v1/oauth/revoke")), 1)
        self.assertNotIn("oauth", self.home.read())
        self.assertEqual(
            self.assert_succeeds(self.run_heygen("auth", "login", "--api-key", stdin="good-key")).json()["cleared"],
            [self.id],
        )
        self.assertEqual(self.live, set())

    def test_one_command_can_choose_it(self):
        self.log_in()
        env = {"HEYGEN_API_KEY": "another"}
        self.assert_succeeds(self.run_heygen("--provider", self.id, "video", "list", env=env))
        self.assertIsNone(self.service.requests[-1].headers.get("x-api-key"))

    def test_explain_says_what_is_used(self):
        self.log_in()
        done = self.assert_succeeds(self.run_heygen("auth", "explain"))
        asked = len(self.service.requests)
        self.assertIn(f'"{self.id}"', done.out)
        self.assertEqual(len(self.service.requests), asked)


class NamedAsAHostOption(WithService):
    """A provider whose ID is an option of heygen: the option wins, and --provider reaches the provider."""

    def add(self, name):
        source = self.home.path / f"{name}.c"
        source.write_text(MINIMAL.read_text().replace('LITERAL("minimal")', f'LITERAL("{name}")'))
        library = self.home.providers() / f"{name}.so"
        compile_provider(source, library)
        write_manifest(library)

    def test_login_by_provider_works_for_every_option_of_a_login(self):
        surface = self.assert_succeeds(self.run_heygen("commands")).json()
        names = [option["name"] for option in surface["global_options"]] + ["headers", "version", "set", "quiet"]
        self.service.routes["GET /v3/users/me"] = lambda _: Response(200, {"data": {"email": "ada@example.test"}})
        for name in names:
            self.add(name)
            done = self.assert_succeeds(self.run_heygen("auth", "login", "--provider", name, stdin="a-token\n"))
            self.assertIn(name, self.home.read()["providers"], done)
        self.assert_succeeds(self.run_heygen("auth", "login", "--quiet", stdin="a-token\n"))

    def test_help_completion_and_hints_name_the_way_that_works(self):
        self.add("human")
        shown = self.assert_succeeds(self.run_heygen("auth", "login", "--help")).out
        self.assertRegex(shown, r"--provider human +Pasted token")
        self.assertEqual(len(re.findall(r"^ +--human\b", shown, re.M)), 1)
        rows = self.assert_succeeds(self.run_heygen("__complete", "options", "auth", "login")).out.splitlines()
        self.assertEqual([row.split("|")[3] for row in rows if row.startswith("provider|")], ["provider"])
        self.assertEqual(len([row for row in rows if row.startswith("human|")]), 1)
        listed = {row["id"]: row for row in self.assert_succeeds(self.run_heygen("provider", "list")).json()}
        self.assertEqual(listed["human"]["login_flag"], "--provider human")
        done = self.assert_fails(self.run_heygen("video", "list", "--provider", "human"), "auth_error", 3)
        self.assertIn("`heygen auth login --provider human`", done.error()["hint"])


class BringsALanguageRuntime(WithService):
    """Threads and signal handlers that stay: it loads only when the user says so."""

    def setUp(self):
        super().setUp()
        source = self.home.path / "minimal.c"
        source.write_text(
            MINIMAL.read_text().replace("HEYGEN_PROVIDER_READS_STDIN,", "HEYGEN_PROVIDER_READS_STDIN | HEYGEN_PROVIDER_RUNTIME,")
        )
        self.library = self.home.path / "minimal.so"
        compile_provider(source, self.library)
        write_manifest(self.library)
        self.service.routes["GET /v3/users/me"] = lambda _: Response(200, {"data": {"email": "ada@example.test"}})

    def test_it_loads_after_the_one_command_that_every_message_names(self):
        command = "heygen config set provider.runtime.minimal true"
        self.home.add_provider(self.library)
        login = ("auth", "login", "--minimal")
        done = self.assert_fails(self.run_heygen(*login, stdin="a-token\n"), "auth_error", 3)
        self.assertIn("brings a language runtime", done.error()["message"])
        self.assertIn(f"Run `{command}`", done.error()["hint"])
        for words in (("provider", "why", "minimal"), ("provider", "list")):
            said = self.assert_succeeds(self.run_heygen(*words)).json()
            row = said if isinstance(said, dict) else said[-1]
            self.assertEqual((row["state"], row["runtime"], row["fix"]), ("refused", True, command))
            self.assertIn(command, self.assert_succeeds(self.run_heygen(*words, "--human")).out)

        self.assertIn("provider.runtime.minimal\t", self.assert_succeeds(self.run_heygen("__complete", "setting")).out)
        self.assert_succeeds(self.run_heygen(*command.split()[1:]))
        self.assert_succeeds(self.run_heygen(*login, stdin="a-token\n"))
        why = self.assert_succeeds(self.run_heygen("provider", "why", "minimal")).json()
        self.assertIn("may load by provider.runtime.minimal", why["why"])

    def test_an_installation_says_what_is_left_to_do(self):
        done = self.assert_succeeds(self.run_heygen("provider", "install", "--yes", str(self.library))).json()
        self.assertTrue(done["runtime"])
        self.assertIn("To let it load, run `heygen config set provider.runtime.minimal true`.", done["message"])
        self.assert_succeeds(self.run_heygen("config", "set", "provider.runtime.minimal", "true"))
        done = self.assert_succeeds(self.run_heygen("provider", "install", "--yes", "--force", str(self.library))).json()
        self.assertTrue(done["message"].endswith("stay in heygen."), done["message"])

    def test_other_providers_have_no_such_setting(self):
        self.assert_fails(self.run_heygen("config", "set", "provider.runtime.oauth", "true"), "usage_error", 2)


if __name__ == "__main__":
    unittest.main()
