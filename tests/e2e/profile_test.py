# SPDX-License-Identifier: Apache-2.0
"""Profiles: several accounts with a login each, how one is chosen, and that none is lost when it is renamed or removed; and
tokens that are given rather than obtained."""

import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import threading
import unittest
import urllib.parse
import urllib.request

from support import FUTURE, PAST, EndToEnd, WithService, eventually, unsanitized
from service import REVOKE, TOKEN

STRACE = shutil.which("strace")


def has_strace():
    return STRACE and subprocess.run([STRACE, "-o", "/dev/null", "true"], capture_output=True).returncode == 0


class Profiled(WithService):
    def setUp(self):
        super().setUp()
        self.work = self.home.path / "work"
        self.work.mkdir()

    def directory(self, name):
        return self.home.config / "profiles" / name

    def put(self, name, expires_at=FUTURE):
        """A profile with tokens of its own."""
        tokens = self.service.mint()
        self.home.config.mkdir(mode=0o700, exist_ok=True)
        directory = self.directory(name)
        directory.mkdir(mode=0o700, parents=True)
        self.home.config.joinpath("profiles").chmod(0o700)
        file = directory / "credentials"
        file.write_text(json.dumps({"oauth": {**tokens, "expires_at": expires_at, "token_type": "Bearer"}}))
        file.chmod(0o600)
        return tokens

    def stored(self, name):
        return json.loads((self.directory(name) / "credentials").read_text())

    def bearers(self):
        return [request.bearer() for request in self.service.requests_to("/v3/users/me")]

    def names(self, *arguments, **others):
        rows = self.assert_succeeds(self.run_heygen(*arguments, "profile", "list", **others)).json()
        return [row["name"] for row in rows]

    def here(self, *arguments, below=".", env=None):
        """A run in the directory `work`, or below it."""
        directory = self.work / below
        directory.mkdir(parents=True, exist_ok=True)
        return self.run_heygen(*arguments, env=env, prefix=("env", "-C", str(directory)))

    def begin_login(self, *arguments):
        """A browser login that waits for its redirect; (running, URL)."""
        self.home.env["BROWSER"] = self.home.script("browser.sh", "exit 0\n")
        running = self.start(*arguments, "auth", "login", "--oauth")
        return running, running.line(r"^(http\S+)$").group(1)


class Choosing(Profiled):
    def used(self, *arguments, **others):
        return self.assert_succeeds(self.here(*arguments, "auth", "status", **others)).json()["credential"].get("profile", "")

    def test_option_variable_file_and_use_count_in_this_order(self):
        self.logged_in()
        for name in ("a", "b", "c", "d"):
            self.put(name)
        self.assertEqual(self.used(), "")
        self.assert_succeeds(self.run_heygen("profile", "use", "d"))
        self.assertEqual(self.used(), "d")
        (self.work / ".heygen-profile").write_text("c\n")
        self.assertEqual(self.used(), "c")
        self.assertEqual(self.used(below="deep/er"), "c")
        self.assertEqual(self.used(env={"HEYGEN_PROFILE": "b"}), "b")
        self.assertEqual(self.used("--profile", "a", env={"HEYGEN_PROFILE": "b"}), "a")
        self.assertEqual(self.used("--profile", "default", env={"HEYGEN_PROFILE": "b"}), "")
        self.assertEqual(self.used("--profile="), "")
        rows = {row["name"]: row for row in self.here("profile", "list").json()}
        self.assertEqual([name for name, row in rows.items() if row["chosen"]], ["c"])
        self.assertEqual(rows["c"]["chosen_by"], ".heygen-profile")
        self.assertEqual(rows["c"]["file"], str(self.work / ".heygen-profile"))
        self.assertEqual((rows["a"]["provider"], rows["a"]["type"]), ("oauth", "oauth"))

    def test_a_file_above_the_home_directory_does_not_count(self):
        home = self.work / "home"
        home.mkdir()
        (self.work / ".heygen-profile").write_text("c\n")
        done = self.here("profile", "list", below="home/project", env={"HOME": str(home)})
        self.assertEqual([row["chosen_by"] for row in done.json() if row["chosen"]], ["default"])

    def test_an_invalid_name_and_a_link_are_refused(self):
        self.logged_in()
        for name in ("../x", ".hidden", "a/b", "UPPER", "-x", "x" * 65, "a b"):
            done = self.assert_fails(self.run_heygen("auth", "status", f"--profile={name}"), "usage_error", 2)
            self.assertIn("--profile", done.error()["message"])
        self.put("real")
        self.directory("link").symlink_to(self.directory("real"))
        for arguments in (["auth", "status"], ["auth", "login", "--api-key"]):
            done = self.run_heygen("--profile", "link", *arguments, stdin="good-key\n")
            self.assertEqual(done.code, 1, done)
            self.assertIn("is a link", done.error()["message"])
        self.assertNotIn("link", self.names())

    def test_a_misspelled_profile_is_an_error_that_says_so(self):
        done = self.assert_fails(
            self.run_heygen("--profile", "wrok", "auth", "status", env={"HEYGEN_API_KEY": "good-key"}), "auth_error", 3
        )
        self.assertIn("`wrok`", done.error()["message"])
        self.assertIn("`heygen --profile wrok auth login`", done.error()["hint"])
        self.assert_fails(self.run_heygen("--profile", "wrok", "auth", "logout"), "auth_error", 3)
        self.assert_fails(self.run_heygen("--profile", "wrok", "config", "set", "output", "human"), "auth_error", 3)
        self.assertEqual(self.names(), [""])
        self.put("work")
        done = self.assert_fails(self.run_heygen("profile", "use", "wrok"), "usage_error", 2)
        self.assertIn("work", done.error()["hint"])

    def test_a_file_that_others_may_write_counts_once_it_is_trusted_and_only_for_what_it_says(self):
        self.put("a")
        self.put("b")
        file = self.work / ".heygen-profile"
        file.write_text("a\n")
        file.chmod(0o666)
        done = self.assert_fails(self.here("auth", "status"), "usage_error", 2)
        command = re.search("`heygen (profile trust .*?)`", done.error()["hint"]).group(1).split()
        self.assert_succeeds(self.run_heygen(*command))
        self.assertEqual(self.used(), "a")
        file.write_text("b\n")
        self.assert_fails(self.here("auth", "status"), "usage_error", 2)
        file.chmod(0o644)
        self.assertEqual(self.used(), "b")
        self.assertEqual(self.bearers(), [self.stored(name)["oauth"]["access_token"] for name in "ab"])

    @unittest.skipUnless(os.geteuid() == 0, "it takes root to give a file to another user")
    def test_a_file_of_another_user_needs_trust(self):
        self.put("a")
        file = self.work / ".heygen-profile"
        file.write_text("a\n")
        os.chown(file, 12345, 12345)
        done = self.assert_fails(self.here("auth", "status"), "usage_error", 2)
        self.assertIn("another user", done.error()["message"])
        self.assert_succeeds(self.here("profile", "trust"))
        self.assertEqual(self.used(), "a")

    def test_a_link_as_profile_file_is_refused(self):
        self.put("a")
        (self.home.path / "elsewhere").write_text("a\n")
        (self.work / ".heygen-profile").symlink_to(self.home.path / "elsewhere")
        self.assertEqual(self.here("auth", "status").code, 1)

    def test_settings_of_a_profile_are_on_top_of_the_common_ones(self):
        self.put("a")
        self.home.write_settings('output = "human"\nanalytics = false\n')
        self.assert_succeeds(self.run_heygen("--profile", "a", "config", "set", "output", "json"))
        self.assertEqual((self.directory("a") / "config.toml").read_text(), 'output = "json"\n')
        rows = self.assert_succeeds(self.run_heygen("--profile", "a", "config", "list")).json()
        sources = {row["key"]: (row["value"], row["source"]) for row in rows}
        self.assertEqual(sources["output"], ("json", "profile"))
        self.assertEqual(sources["analytics"], ("false", "file"))
        self.assertIn("human", self.run_heygen("config", "get", "output").out)

    def test_the_list_fits_into_60_columns_and_completion_knows_the_names(self):
        self.put("work")
        self.put("a-long-name-of-a-studio")
        done = self.assert_succeeds(self.run_heygen("profile", "list", "--human", env={"COLUMNS": "60"}))
        self.assertLessEqual(max(map(len, done.out.splitlines())), 60, done.out)
        self.assertIn("work", done.out)
        offered = self.run_heygen("__complete", "profile").out
        self.assertEqual([line.split("\t")[0] for line in offered.splitlines()], ["default", "a-long-name-of-a-studio", "work"])


class Accounts(Profiled):
    def test_a_login_makes_a_private_profile_and_leaves_the_usual_one_alone(self):
        self.logged_in()
        before = self.home.file.read_bytes()
        done = self.assert_succeeds(self.run_heygen("--profile", "work", "auth", "login", "--api-key", stdin="good-key\n"))
        self.assertEqual(done.json()["profile"], "work")
        self.assertIn("(profile `work`)", done.err)
        self.assertEqual(self.stored("work")["api_key"], "good-key")
        self.assertEqual(stat.S_IMODE(self.directory("work").stat().st_mode), 0o700)
        self.assertEqual(stat.S_IMODE((self.directory("work") / "credentials").stat().st_mode), 0o600)
        self.assertEqual(self.home.file.read_bytes(), before)
        done = self.assert_succeeds(self.run_heygen("--profile", "work", "auth", "logout"))
        self.assertIn("(profile `work`)", done.json()["message"])
        self.assertEqual(self.home.file.read_bytes(), before)

    def test_a_login_that_fails_leaves_no_profile(self):
        self.run_heygen("--profile", "work", "auth", "login", "--api-key", stdin="a bad key\n")
        self.assertEqual(self.names(), [""])

    def test_two_accounts_of_one_provider_refresh_at_once(self):
        old = {name: self.put(name, PAST) for name in ("a", "b")}
        gate = threading.Event()
        self.addCleanup(gate.set)
        self.service.fault(TOKEN, times=2, gate=gate)
        runs = [self.start("--profile", name, "auth", "status") for name in old]
        self.service.wait(lambda: len(self.service.refreshes()) == 2)  # neither waits for the other
        gate.set()
        for name, running in zip(old, runs):
            self.assertEqual(self.assert_succeeds(self.finish(running)).json()["credential"]["profile"], name)
        for name, tokens in old.items():
            stored = self.stored(name)["oauth"]
            self.assertNotEqual(stored["refresh_token"], tokens["refresh_token"])
            self.assertEqual(self.service.state(stored["refresh_token"]), "active")
        self.assertEqual(
            sorted(self.bearers()), sorted(self.stored(name)["oauth"]["access_token"] for name in old)
        )

    def test_messages_about_a_credential_name_its_profile(self):
        self.put("a", PAST)
        self.service.end_families()
        done = self.assert_fails(self.run_heygen("--profile", "a", "auth", "status"), "auth_error", 3)
        self.assertIn("`heygen --profile a auth login", done.error()["hint"])
        self.directory("a").joinpath("credentials").write_text("{}")
        done = self.assert_fails(self.run_heygen("video", "list", env={"HEYGEN_PROFILE": "a"}), "auth_error", 3)
        self.assertIn("(profile `a`)", done.error()["message"])
        self.assertIn("`heygen auth login`", done.error()["hint"])


class Renaming(Profiled):
    def test_a_profile_keeps_all_it_has_under_its_new_name(self):
        tokens = self.put("old")
        self.assert_succeeds(self.run_heygen("profile", "use", "old"))
        self.assert_succeeds(self.run_heygen("profile", "rename", "old", "new"))
        self.assertEqual(self.names(), ["", "new"])
        self.assertEqual(self.stored("new")["oauth"]["refresh_token"], tokens["refresh_token"])
        self.assertEqual(self.assert_succeeds(self.run_heygen("auth", "status")).json()["credential"]["profile"], "new")

    def test_another_profile_is_not_replaced(self):
        self.put("a")
        self.put("b")
        self.assert_fails(self.run_heygen("profile", "rename", "a", "b"), "file_exists", 1)
        self.assert_fails(self.run_heygen("profile", "rename", "a", "default"), "usage_error", 2)
        self.assertEqual(self.names(), ["", "a", "b"])

    def test_nothing_changes_while_a_login_waits_and_its_token_arrives(self):
        running, url = self.begin_login("--profile", "work")
        for arguments in (("rename", "work", "studio"), ("remove", "work"), ("remove", "work", "--force")):
            done = self.assert_fails(self.run_heygen("profile", *arguments), "error", 1)
            self.assertIn("in progress", done.error()["message"])
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        opener.open(url, timeout=30).read()
        self.assert_succeeds(self.finish(running))
        self.assertEqual(self.service.state(self.stored("work")["oauth"]["refresh_token"]), "active")
        self.assert_succeeds(self.run_heygen("profile", "rename", "work", "studio"))

    def test_nothing_changes_while_a_refresh_is_under_way_and_its_token_arrives(self):
        self.put("a", PAST)
        gate = threading.Event()
        self.addCleanup(gate.set)
        self.service.fault(TOKEN, gate=gate)
        running = self.start("--profile", "a", "auth", "status")
        self.service.wait(lambda: self.service.refreshes())
        for arguments in (("rename", "a", "b"), ("remove", "a")):
            done = self.assert_fails(self.run_heygen("profile", *arguments), "error", 1)
            self.assertIn("in progress", done.error()["message"])
        gate.set()
        self.assert_succeeds(self.finish(running))
        self.assertEqual(self.service.state(self.stored("a")["oauth"]["refresh_token"]), "active")

    @unittest.skipUnless(has_strace(), "it takes strace")
    @unsanitized
    def test_a_kill_leaves_one_whole_profile(self):
        for call in ("renameat2", "rename", "fsync", "flock"):
            with self.subTest(call=call):
                shutil.rmtree(self.home.config, ignore_errors=True)
                tokens = self.put("old")
                self.home.config.joinpath("profiles", ".use").write_text("old\n")
                inject = ("strace", "-f", "-qq", "-o", "/dev/null", "-e", f"inject={call}:signal=KILL:when=1")
                self.start("profile", "rename", "old", "new", prefix=inject).process.wait(60)
                names = [name for name in self.names() if name]
                self.assertEqual(len(names), 1)
                self.assertEqual(self.stored(names[0])["oauth"]["refresh_token"], tokens["refresh_token"])
                self.assert_succeeds(self.run_heygen("--profile", names[0], "auth", "status"))


class Removing(Profiled):
    def test_its_credential_is_revoked_and_the_others_stay(self):
        self.logged_in()
        tokens, others = self.put("a"), self.put("b")
        self.assert_succeeds(self.run_heygen("profile", "use", "a"))
        done = self.assert_succeeds(self.run_heygen("profile", "remove", "a"))
        self.assertEqual((done.json()["cleared"], done.json()["revoked"]), (["oauth"], 1))
        self.assertEqual(self.service.state(tokens["refresh_token"]), "revoked")
        self.assertEqual(self.service.state(others["refresh_token"]), "active")
        self.assertEqual(self.names(), ["", "b"])
        self.assertNotIn("profile", self.assert_succeeds(self.run_heygen("auth", "status")).json()["credential"])
        self.assertEqual([path.name for path in self.home.config.joinpath("profiles").glob(".removed*")], [])

    def test_an_empty_one_says_that_nothing_was_stored(self):
        self.directory("empty").mkdir(parents=True, mode=0o700)
        done = self.assert_succeeds(self.run_heygen("profile", "remove", "empty"))
        self.assertIn("Nothing was stored", done.json()["message"])
        self.assertEqual(self.names(), [""])
        self.assert_fails(self.run_heygen("profile", "remove", "empty"), "usage_error", 2)
        self.assert_fails(self.run_heygen("profile", "remove", "default"), "usage_error", 2)

    def test_a_credential_that_no_server_revokes_stays_but_for_force(self):
        tokens = self.put("a")
        self.service.fault(REVOKE, times=-1, mode="close")
        done = self.assert_fails(self.run_heygen("profile", "remove", "a"), "error", 1)
        self.assertIn("--force", done.error()["hint"])
        self.assertEqual(self.stored("a")["oauth"]["refresh_token"], tokens["refresh_token"])
        done = self.assert_succeeds(self.run_heygen("profile", "remove", "a", "--force"))
        self.assertIn("the credential of provider `oauth`", done.err)
        self.assertEqual(self.names(), [""])

    def test_a_kill_while_the_server_is_asked_leaves_the_whole_profile(self):
        tokens = self.put("a")
        gate = threading.Event()
        self.addCleanup(gate.set)
        self.service.fault(REVOKE, gate=gate)
        running = self.start("profile", "remove", "a")
        self.service.wait(lambda: self.service.requests_to(REVOKE))
        running.close()
        self.assertEqual(self.stored("a")["oauth"]["refresh_token"], tokens["refresh_token"])
        gate.set()
        self.assert_succeeds(self.run_heygen("profile", "remove", "a"))
        self.assertEqual(self.names(), [""])

    @unittest.skipUnless(has_strace(), "it takes strace")
    @unsanitized
    def test_a_kill_at_any_step_leaves_no_valid_token_without_a_profile(self):
        for call in ("rename", "unlink", "unlinkat", "rmdir", "fsync"):
            with self.subTest(call=call):
                shutil.rmtree(self.home.config, ignore_errors=True)
                tokens = self.put("a")
                inject = ("strace", "-f", "-qq", "-o", "/dev/null", "-e", f"inject={call}:signal=KILL:when=1")
                self.start("profile", "remove", "a", prefix=inject).process.wait(60)
                if "a" in self.names():
                    self.assert_succeeds(self.run_heygen("profile", "remove", "a"))
                self.assertEqual(self.service.state(tokens["refresh_token"]), "revoked")
                self.assertEqual(self.names(), [""])


class GivenTokens(Profiled):
    def explained(self, env=None):
        return self.run_heygen("auth", "explain", env=env).json()

    def test_a_token_of_the_environment_is_used_before_what_is_stored_and_never_stored(self):
        self.home.write({"api_key": "good-key"})
        before = self.home.file.read_bytes()
        token = self.service.mint()["access_token"]
        env = {"HEYGEN_ACCESS_TOKEN": token}
        block = self.assert_succeeds(self.run_heygen("auth", "status", env=env)).json()["credential"]
        self.assertEqual((block["type"], block["source"], block["refreshable"]), ("oauth", "env", False))
        self.assertEqual(self.bearers(), [token])
        rows = {row["provider"]: row for row in self.explained(env)["providers"]}
        self.assertEqual(rows["oauth"]["found"], "variable HEYGEN_ACCESS_TOKEN")
        self.assertEqual((rows["oauth"]["verdict"], rows["apikey"]["verdict"]), ("used", "shadowed"))
        self.assertEqual(self.home.file.read_bytes(), before)

    def test_an_expired_one_is_neither_refreshed_nor_replaced_by_the_stored_one(self):
        self.logged_in()
        token = self.service.mint()["access_token"]
        self.service.end_families()
        done = self.assert_fails(self.run_heygen("auth", "status", env={"HEYGEN_ACCESS_TOKEN": token}), "unauthorized", 3)
        self.assertIn("unset it", done.error()["hint"])
        self.assertEqual(self.service.refreshes(), [])

    def test_the_key_of_the_environment_precedes_it_and_has_a_lower_name(self):
        token = self.service.mint()["access_token"]
        for env, found in (
            ({"HEYGEN_API_KEY": "good-key", "HYPERFRAMES_API_KEY": "other"}, "HEYGEN_API_KEY"),
            ({"HYPERFRAMES_API_KEY": "good-key"}, "HYPERFRAMES_API_KEY"),
        ):
            env = {**env, "HEYGEN_ACCESS_TOKEN": token}
            block = self.assert_succeeds(self.run_heygen("auth", "status", env=env)).json()["credential"]
            self.assertEqual((block["provider"], block["source"]), ("apikey", "env"))
            rows = {row["provider"]: row for row in self.explained(env)["providers"]}
            self.assertEqual(rows["apikey"]["found"], f"variable {found}")
        self.assertEqual(self.bearers(), [None, None])

    def test_an_invalid_token_is_refused(self):
        for text in ("Bearer abc", "a b", "a\tb"):
            done = self.run_heygen("auth", "status", env={"HEYGEN_ACCESS_TOKEN": text})
            self.assertEqual(done.code, 3, done)
            self.assertIn("HEYGEN_ACCESS_TOKEN is not a valid access token", done.error()["message"])

    def test_a_token_from_stdin_is_stored_like_one_that_is_not_refreshed(self):
        token = self.service.mint()["access_token"]
        done = self.assert_succeeds(self.run_heygen("auth", "login", "--with-access-token", stdin=token + "\n"))
        self.assertEqual(self.home.read()["oauth"], {"access_token": token, "token_type": "Bearer", "provider": "oauth"})
        block = self.assert_succeeds(self.run_heygen("auth", "status")).json()["credential"]
        self.assertEqual((block["type"], block["source"], block["refreshable"]), ("oauth", "file", False))
        self.assert_succeeds(self.run_heygen("auth", "logout"))
        self.assertEqual(self.service.state(token), "revoked")
        self.assertNotIn(token, done.out + done.err)

    def test_a_token_that_the_api_rejects_is_not_stored(self):
        self.home.write({"api_key": "good-key"})
        self.assert_fails(self.run_heygen("auth", "login", "--with-access-token", stdin="nonsense\n"), "auth_error", 3)
        self.assertEqual(self.home.read(), {"api_key": "good-key"})
        self.assert_fails(self.run_heygen("auth", "login", "--with-access-token", stdin="a b\n"), "usage_error", 2)
        self.assert_fails(self.run_heygen("auth", "login", "--with-access-token", "--api-key"), "usage_error", 2)


if __name__ == "__main__":
    unittest.main()
