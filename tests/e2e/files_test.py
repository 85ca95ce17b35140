# SPDX-License-Identifier: Apache-2.0
"""Files that are broken, foreign, unreadable or unwritable: a clear error, and nothing lost."""

import json
import os
import shutil
import socket
import stat
import subprocess
import unittest

from support import PAST, PROVIDERS, ROOT, VAULT, EndToEnd, WithService, compile_provider, install, may_mount

MALFORMED = {
    "cut off": '{"api_key": "k',
    "an array": '["a key"]',
    "a string": '"a-key"',
    "two documents": "{} {}",
    "not UTF-8": b'{"api_key": "\xff\xfe"}',
    "binary": bytes(range(256)),
    "a NUL": b'{"a":1}\x00',
    "two lines": "first line\nsecond line\n",
    "a line of YAML": "api_key: good-key\n",
    "YAML without a space": "api_key:good-key",
    "a variable": "HEYGEN_API_KEY=good-key\n",
    "a sentence": "good key",
    "deep": "[" * 5000,
    "a comment": '{"api_key": "k"} // mine',
}
BLANK = ("", "\n", " \t\r\n")


class CredentialsFile(WithService):
    def test_a_malformed_file_is_refused_and_never_overwritten(self):
        for what, content in MALFORMED.items():
            with self.subTest(what):
                self.home.write(content)
                before = self.home.file.read_bytes()
                use = self.assert_fails(self.run_heygen("video", "list"), "auth_error", 3)
                self.assertIn(str(self.home.file), use.error()["message"])
                self.prints_before_it_fails = True
                done = self.run_heygen("auth", "explain")
                self.prints_before_it_fails = False
                self.assertEqual((done.code, done.error()["code"]), (3, "auth_error"))
                self.assertIn(str(self.home.file), done.error()["message"])
                explained = done.json()
                self.assertEqual((explained["used"], explained["providers"][0]["verdict"]), (None, "broken"))
                for text in (explained["problem"], *(row["why"] for row in explained["providers"])):
                    self.assertIn("Could not read the credentials file " + str(self.home.file), text)
                for arguments in (("auth", "login", "--api-key"), ("auth", "logout")):
                    done = self.run_heygen(*arguments, stdin="good-key\n")
                    self.assertEqual(done.code, 1, done)
                    self.assertIn(str(self.home.file), done.error()["message"])
                self.assertEqual(self.home.file.read_bytes(), before)
        self.assertEqual(self.service.requests, [])

    def test_explain_ends_with_the_exit_code_that_it_tells(self):
        for content in ('{"oauth":[]}', '{"oauth":"tok"}', '{"api_key":123}', '{"api_key":"a b"}', "Bearer:k\n",
                        '{"oauth":{"access_token":"t","expires_at":12345}}',
                        '{"oauth":{"access_token":"t","expires_at":"2020-01-01T00:00:00Z"}}'):
            with self.subTest(content):
                self.home.write(content)
                use = self.run_heygen("video", "list")
                self.prints_before_it_fails = True
                done = self.run_heygen("auth", "explain")
                self.prints_before_it_fails = False
                self.assertEqual((done.code, use.code), (3, 3), done)
                self.assertTrue(done.error()["message"].startswith("Requests will fail: "), done)
                self.assertIsNone(done.json()["used"])
        self.home.write({"api_key": "good-key"})
        for command in ("explain", "logout"):
            done = self.assert_fails(self.run_heygen("auth", command, "--provider", "nosuch"), "usage_error", 2)
            self.assertIn("Installed: apikey", done.error()["hint"])
        self.assert_succeeds(self.run_heygen("auth", "logout", "--provider", "oauth"))
        self.assertEqual(self.home.read(), {"api_key": "good-key"})
        self.assert_succeeds(self.run_heygen("auth", "logout", "--provider", "apikey"))
        self.assertFalse(self.home.file.exists())

    def test_a_blank_file_is_an_error_at_use_and_empty_for_login_and_logout(self):
        for content in BLANK:
            with self.subTest(repr(content)):
                self.home.write(content)
                done = self.assert_fails(self.run_heygen("video", "list"), "auth_error", 3)
                self.assertIn(str(self.home.file), done.error()["message"])
                self.assert_succeeds(self.run_heygen("auth", "logout"))
                self.home.write(content)
                self.assert_succeeds(self.run_heygen("auth", "login", "--api-key", stdin="good-key\n"))
                self.assertEqual(self.home.read()["api_key"], "good-key")

    def test_what_blocks_the_file_is_named(self):
        def directory():
            self.home.file.mkdir()

        def pipe():
            os.mkfifo(self.home.file)

        def listener():
            with socket.socket(socket.AF_UNIX) as one:
                one.bind(str(self.home.file))

        def too_large():
            self.home.file.write_bytes(b'{"a":"' + b"x" * (2 << 20) + b'"}')

        def circle():
            self.home.file.symlink_to(self.home.file)

        def locked():
            self.home.write({"api_key": "good-key"}, 0)

        self.home.config.mkdir(mode=0o700)
        cases = [directory, pipe, listener, too_large, circle] + ([locked] if os.geteuid() else [])
        for make in cases:
            with self.subTest(make.__name__):
                make()
                kind = os.lstat(self.home.file).st_mode
                use = self.assert_fails(self.run_heygen("video", "list", seconds=10), "auth_error", 3)
                self.assertIn(str(self.home.file), use.error()["message"])
                login = self.run_heygen("auth", "login", "--api-key", stdin="good-key\n", seconds=10)
                self.assertEqual(login.code, 1, login)
                self.assertEqual(os.lstat(self.home.file).st_mode, kind)
                if make is directory:
                    self.home.file.rmdir()
                else:
                    self.home.file.unlink()

    def test_a_slot_of_the_wrong_kind_is_broken_and_not_skipped(self):
        for root in (
            {"api_key": 7},
            {"api_key": ["good-key"]},
            {"oauth": "text"},
            {"oauth": []},
            {"oauth": {"access_token": 7}},
            {"oauth": {"access_token": "a\nb"}},
            {"oauth": {"access_token": "a", "token_type": "mac"}},
            {"api_key": "good\nkey"},
            {"api_key": {}, "oauth": {"access_token": "a"}},
        ):
            with self.subTest(json.dumps(root)):
                self.home.write(root)
                done = self.assert_fails(self.run_heygen("video", "list"), "auth_error", 3)
                self.assertIn("heygen auth login", done.error()["message"] + done.error().get("hint", ""))
        self.assertEqual(self.service.requests, [])

    def test_one_line_of_text_is_a_key_and_the_next_write_makes_it_json(self):
        self.home.write("good-key\n")
        self.assert_succeeds(self.run_heygen("video", "list"))
        self.assertEqual(self.service.requests[-1].headers.get("x-api-key"), "good-key")
        self.home.browser()
        self.assertTrue(self.assert_succeeds(self.run_heygen("auth", "login", "--oauth")).json()["cleared_api_key"])
        self.assertEqual(set(self.home.read()), {"oauth", "user"})

    def test_what_another_program_wrote_survives_to_the_last_digit(self):
        tokens = self.service.mint()
        self.home.write(f"""{{ "zulu": [1.0, 1e400, -0, 12345678901234567890],
            "oauth": {{"foreign": 0.10, "access_token": "{tokens["access_token"]}",
            "refresh_token": "{tokens["refresh_token"]}", "expires_at": "{PAST}"}},
            "user": {{"email": "x@y", "theirs": 1e2}}, "alpha": "\\u00e9" }}""")
        self.assert_succeeds(self.run_heygen("video", "list"))
        text = self.home.file.read_text("utf-8").replace(" ", "").replace("\n", "")
        for piece in ('"zulu":[1.0,1e400,-0,12345678901234567890]', '"foreign":0.10', '"theirs":1e2'):
            self.assertIn(piece, text)
        self.assertLess(text.index('"zulu"'), text.index('"oauth"'))
        self.assertLess(text.index('"oauth"'), text.index('"alpha"'))
        self.assert_succeeds(self.run_heygen("auth", "logout"))
        self.assertIn("12345678901234567890", self.home.file.read_text())
        self.assertNotIn("access_token", self.home.file.read_text())

    def test_a_link_stays_a_link(self):
        real = self.home.path / "elsewhere.json"
        self.home.config.mkdir(mode=0o700)
        real.write_text("{}")
        self.home.file.symlink_to(real)
        self.assert_succeeds(self.run_heygen("auth", "login", "--api-key", stdin="good-key\n"))
        self.assertTrue(self.home.file.is_symlink())
        self.assertEqual(json.loads(real.read_text())["api_key"], "good-key")
        self.assertEqual(stat.S_IMODE(real.stat().st_mode), 0o600)

    def test_a_missing_directory_is_made_by_the_first_write_only(self):
        self.assert_fails(self.run_heygen("video", "list"), "auth_error", 3)
        self.assertFalse(self.home.config.exists())
        self.assert_succeeds(self.run_heygen("auth", "login", "--api-key", stdin="good-key\n"))
        self.assert_private()


class Unwritable(WithService):
    def in_shell(self, script):
        """For `prefix`: the program runs where the script says "$@"."""
        return ("sh", "-c", script, "sh")

    def read_only(self):
        directory = self.home.config
        if os.geteuid():
            return self.in_shell(f'chmod 500 "{directory}"; "$@"; code=$?; chmod 700 "{directory}"; exit $code')
        self.need_mounts()  # modes do not bind root
        mounts = f'mount --bind "{directory}" "{directory}" && mount -o remount,bind,ro "{directory}"'
        return ("unshare", "-m", *self.in_shell(f'{mounts} && exec "$@"'))

    def full(self):
        """A file system of a few pages with the configuration directory's files, and no byte more; what is in it
        afterwards is copied out."""
        self.need_mounts()
        directory, before, after = self.home.config, self.home.path / "before", self.home.path / "after"
        shutil.rmtree(before, True)
        shutil.rmtree(after, True)
        shutil.copytree(directory, before)
        script = f"""mount -t tmpfs -o size=64k,mode=700 tmpfs "{directory}" && cp -a "{before}/." "{directory}/" || exit 99
            cat /dev/zero > "{directory}/ballast" 2> /dev/null
            "$@"; code=$?; rm "{directory}/ballast"; cp -a "{directory}" "{after}"; exit $code"""
        return ("unshare", "-m", *self.in_shell(script))

    def need_mounts(self):
        if not may_mount():
            self.skipTest("it takes a file system of its own, and so root that may mount (unshare -m)")

    def after(self):
        return self.home.path / "after"

    def test_a_read_only_directory_is_enough_for_reading(self):
        self.logged_in()
        self.assert_succeeds(self.run_heygen("video", "list", prefix=self.read_only()))
        self.home.write({"api_key": "good-key"})
        self.assert_succeeds(self.run_heygen("auth", "status", prefix=self.read_only()))

    def test_what_has_to_be_written_there_is_an_error_that_names_it(self):
        self.logged_in()
        kept = self.home.file.read_bytes()
        self.home.browser()
        for arguments in (
            ("auth", "logout"),
            ("auth", "login", "--api-key"),
            ("auth", "login", "--oauth"),
            ("config", "set", "output", "human"),
        ):
            with self.subTest(" ".join(arguments)):
                done = self.run_heygen(*arguments, stdin="good-key\n", prefix=self.read_only())
                self.assertEqual(done.code, 1, done)
                self.assertIn(str(self.home.config), done.error()["message"])
        self.assertEqual(self.home.file.read_bytes(), kept)

    def test_no_refresh_without_its_lock(self):
        self.logged_in(PAST)
        done = self.run_heygen("video", "list", prefix=self.read_only())
        self.assertEqual(done.code, 1, done)
        self.assertIn("lock", done.error()["message"])
        self.assertEqual(self.service.requests, [])

    def test_a_full_disk_keeps_the_old_file(self):
        self.home.write({"api_key": "another", "team": 1, "padding": "x" * 5000})
        kept = self.home.file.read_bytes()
        self.home.browser()
        for arguments in (("auth", "login", "--api-key"), ("auth", "login", "--oauth")):
            with self.subTest(" ".join(arguments)):
                done = self.run_heygen(*arguments, stdin="good-key\n", prefix=self.full())
                self.assertEqual(done.code, 1, done)
                self.assertIn("space", done.err)
                self.assertEqual((self.after() / "credentials").read_bytes(), kept)
                self.assertEqual(
                    {path.name for path in self.after().iterdir()} - {"credentials", "credentials.lock"}, set()
                )

    def test_a_refresh_that_could_not_be_saved_is_not_asked_for(self):
        tokens = self.logged_in(PAST)
        kept = self.home.file.read_bytes()
        done = self.assert_fails(self.run_heygen("video", "list", prefix=self.full()), "cli_file_io_error", 1)
        self.assertIn("no space left", done.error()["message"])
        self.assertEqual((self.after() / "credentials").read_bytes(), kept)
        self.assertEqual(self.service.refreshes(), [])
        self.assertEqual(self.service.state(tokens["refresh_token"]), "active")


SOURCE = """
#include <heygen/provider.h>
#include <stdlib.h>
#define STR(text) ((heygen_str)HEYGEN_LITERAL(text))
static heygen_status HEYGEN_CALL resolve(const heygen_call *call) {
  RESOLVE
  return call->sink->set_header(call, STR("X-Vault"), STR("v"), 0);
}
static heygen_status HEYGEN_CALL other(const heygen_call *call) { (void)call; return HEYGEN_UNSUPPORTED; }
static const heygen_descriptor descriptor = {.struct_size = sizeof descriptor, .id = HEYGEN_LITERAL("vault"),
    .version = HEYGEN_LITERAL("1"), .title = HEYGEN_LITERAL("Vault"), .order = 1000};
static const heygen_provider_1 provider = {.struct_size = sizeof provider, .descriptor = &descriptor,
    .resolve = resolve, .refresh = other, .login = other, .revoke = other};
static heygen_status HEYGEN_CALL init(const heygen_host *host) { return host != NULL ? INIT : HEYGEN_INTERNAL; }
static void HEYGEN_CALL deinit(void) {}
static const void *HEYGEN_CALL get_api(uint32_t major) { (void)major; return API; }
EXTRA
const heygen_provider_entry_v heygen_provider_entry = {.struct_size = SIZE, .min_major = MIN, .max_major = MAX,
    .init = init, .deinit = deinit, .get_api = get_api};
"""
SOUND = {
    "RESOLVE": "",
    "INIT": "HEYGEN_OK",
    "API": "&provider",
    "EXTRA": "",
    "SIZE": "sizeof heygen_provider_entry",
    "MIN": "1",
    "MAX": "1",
}


class ProviderFiles(WithService):
    """A provider in the user's directory, with something wrong about it."""

    def setUp(self):
        super().setUp()
        self.directory = self.home.providers()

    def put(self, manifest=None, **source):
        self.write_manifest(VAULT if manifest is None else manifest)
        code = SOURCE
        for name, text in {**SOUND, **source}.items():
            code = code.replace(name, text)
        (self.home.path / "vault.c").write_text(code)
        compile_provider(self.home.path / "vault.c", self.directory / "vault.so")

    def write_manifest(self, content):
        path = self.directory / "vault.provider.json"
        path.unlink(missing_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))

    def listed(self):
        rows = {row["id"]: row for row in self.assert_succeeds(self.run_heygen("provider", "list")).json()}
        self.assertEqual({"apikey", "oauth", "device-code"} - set(rows), set())  # one bad file spoils no other
        return rows

    def use(self):
        self.home.write({"providers": {"vault": {"token": "t"}}})
        return self.run_heygen("video", "list")

    def assert_refused(self, *words, listed=True):
        """It cannot be used, its error names it and says why, and nothing is sent."""
        if listed:
            row = self.listed()["vault"]
            self.assertEqual(row["state"], "refused", row)
            for word in words:
                self.assertIn(word, row["reason"])
            why = self.assert_succeeds(self.run_heygen("provider", "why", "vault")).json()
            self.assertIn(words[0], json.dumps(why))
        done = self.assert_fails(self.use(), "auth_error", 3)
        self.assertIn("vault", done.error()["message"])
        for word in words:
            self.assertIn(word, done.error()["message"])
        self.assertEqual(self.service.requests, [])

    def test_a_user_namespace_that_does_not_know_the_owner(self):
        space = ["unshare", "--user"]
        if not shutil.which("unshare") or subprocess.run([*space, "true"], capture_output=True).returncode != 0:
            self.skipTest("no user namespaces here")
        self.put()
        rows = {row["id"]: row for row in self.assert_succeeds(self.run_heygen("provider", "list", prefix=space)).json()}
        self.assertIn("user namespace", rows.pop("vault")["reason"])
        self.assertEqual({row["state"] for row in rows.values()}, {"available"}, rows)
        done = self.run_heygen("video", "list", "--provider", "vault", prefix=space)
        self.assertIn("user namespace", self.assert_fails(done, "auth_error", 3).error()["message"])

    def test_a_sound_one_works(self):
        self.put()
        self.assertEqual(self.listed()["vault"]["state"], "available")
        self.service.api_keys.append(None)
        self.assert_succeeds(self.use())
        self.assertEqual(self.service.requests[-1].headers.get("X-Vault"), "v")

    def test_a_broken_manifest(self):
        self.put()
        for content, word in (
            ("{", "JSON"),
            ("[]", "object"),
            ("", "JSON"),
            ({**VAULT, "id": "other"}, "other"),
            ({**VAULT, "id": "Vault!"}, "id"),
            ({**VAULT, "title": 7}, "title"),
            ({**VAULT, "title": "x" * 100}, "title"),
            ({"id": "vault"}, "missing"),
            ({**VAULT, "title": "a\u001b[31m"}, "title"),
            ({**VAULT, "abi": 1}, "abi"),
        ):
            with self.subTest(str(content)[:60]):
                self.write_manifest(content)
                self.assert_refused(word)

    def test_a_manifest_that_names_a_file_outside_its_directory(self):
        self.put()
        (self.directory / "vault.so").rename(self.home.config / "vault.so")
        for library in (
            "../vault.so",
            str(self.home.config / "vault.so"),
            "./../vault.so",
            "sub/vault.so",
            "..",
            "",
            "vault.so\n",
        ):
            with self.subTest(library):
                self.write_manifest({**VAULT, "library": library})
                self.assert_refused("library")

    def test_a_manifest_without_its_library(self):
        self.put()
        (self.directory / "vault.so").unlink()
        self.assert_refused("missing")

    def test_a_manifest_that_contradicts_its_library(self):
        self.put({**VAULT, "title": "A nicer title"})
        self.assert_refused("title", listed=False)

    def test_interface_versions_without_a_common_one(self):
        self.put({**VAULT, "abi": {"min": 2, "max": 3}})
        self.assert_refused("versions 2 to 3", "version 1")
        self.put(MIN="2", MAX="3")
        self.assert_refused("versions 2 to 3", "version 1", listed=False)

    def test_a_library_that_is_none(self):
        for content in (
            b"",
            b"no library",
            b"\x7fELF",
            (ROOT / "LICENSE").read_bytes(),
            PROVIDERS.joinpath("apikey.so").read_bytes()[:2000],
        ):
            with self.subTest(content[:10]):
                self.put()
                (self.directory / "vault.so").write_bytes(content)
                self.assert_refused("vault.so", listed=False)
        (self.directory / "vault.so").unlink()
        (self.directory / "vault.so").mkdir()
        self.assert_refused("vault.so", listed=False)

    def test_a_library_that_is_wrong_inside(self):
        for change, word in (
            (dict(EXTRA="int another(void) { return 1; }"), "another"),
            (dict(SIZE="8"), "smaller"),
            (dict(API="NULL"), "get_api"),
            (dict(INIT="HEYGEN_BROKEN"), "init"),
        ):
            with self.subTest(word):
                self.put(**change)
                self.assert_refused(word, listed=False)
        self.put()
        compile_provider(self.home.path / "vault.c", self.directory / "vault.so", "-Dheygen_provider_entry=something_else")
        self.assert_refused("heygen_provider_entry", listed=False)

    def test_one_that_others_can_write(self):
        for path, mode in (("vault.so", 0o777), ("vault.so", 0o666), ("vault.provider.json", 0o666), (".", 0o777)):
            with self.subTest(path=path, mode=oct(mode)):
                self.put()
                usual = stat.S_IMODE((self.directory / path).stat().st_mode)
                (self.directory / path).chmod(mode)
                self.assert_refused("anyone can write to")
                (self.directory / path).chmod(usual)

    def test_one_that_crashes_is_named(self):
        self.put(RESOLVE="(void)call; abort();")
        self.home.write({"providers": {"vault": {"token": "t"}}})
        message = self.assert_fails(self.run_heygen("video", "list"), "error", 1).error()["message"]
        for word in ("vault", "resolve()", "SIGABRT"):
            self.assertIn(word, message)

    def test_one_that_gives_what_it_may_not(self):
        for line in (
            'call->sink->set_header(call, STR("Host"), STR("evil"), 0);',
            'call->sink->set_header(call, STR("X-A"), STR("a\\r\\nb"), 0);',
            'call->sink->set_header(call, STR("X-HeyGen-Source"), STR("b"), 0);',
            'call->sink->set_header(call, STR("Content-Length"), STR("7"), 0);',
            'call->sink->set_state(call, STR("[")); ',
        ):
            with self.subTest(line):
                self.put(RESOLVE=line)
                done = self.assert_fails(self.use(), "error", 1)
                self.assertIn("vault", done.error()["message"])
        self.assertEqual(self.service.requests, [])

    def test_the_first_directory_of_the_search_path_wins_and_a_refused_one_is_not_replaced(self):
        self.put()
        other = self.home.path / "first"
        shutil.copytree(self.directory, other)
        self.home.env["HEYGEN_PROVIDER_PATH"] = str(other)
        self.assertEqual(self.listed()["vault"]["path"], str(other / "vault.so"))
        (other / "vault.so").chmod(0o777)
        self.assert_refused("anyone can write to")


class NotInstalled(WithService):
    def assert_named(self, done, name):
        self.assert_fails(done, "auth_error", 3)
        self.assertIn(name, done.error()["message"])
        self.assertIn("heygen auth login", done.error()["message"] + done.error()["hint"])
        self.assertEqual(self.service.requests, [])

    def test_a_credential_of_an_unknown_provider_is_named_and_the_next_is_not_tried(self):
        self.home.write({"providers": {"elsewhere": {"token": "t"}}})
        self.assert_named(self.run_heygen("video", "list"), "elsewhere")
        self.assert_named(self.run_heygen("auth", "status"), "elsewhere")

    def test_an_oauth_login_without_a_provider_for_it_is_named_and_the_next_is_not_tried(self):
        self.home.program = install(self.home.path / "small", "apikey")
        self.logged_in()
        self.assert_named(self.run_heygen("video", "list"), "oauth")
        self.assert_named(self.run_heygen("video", "list", env={"HEYGEN_PROVIDER": "oauth"}), "oauth")

    def test_a_key_is_still_used_before_it(self):
        self.home.write({"api_key": "good-key", "providers": {"elsewhere": {"token": "t"}}})
        self.assert_succeeds(self.run_heygen("video", "list"))

    def test_logout_clears_it_all_the_same(self):
        self.home.program = install(self.home.path / "small", "apikey")
        self.home.write({"oauth": {"access_token": "a"}, "providers": {"elsewhere": {"token": "t"}}, "team": 1})
        done = self.assert_succeeds(self.run_heygen("auth", "logout"))
        self.assertEqual(sorted(done.json()["cleared"]), ["elsewhere", "oauth"])
        self.assertEqual(self.home.read(), {"team": 1})

    def test_its_login_flag_is_known_and_says_what_to_install(self):
        self.home.program = install(self.home.path / "small", "apikey")
        done = self.assert_fails(self.run_heygen("auth", "login", "--oauth"), "usage_error", 2)
        self.assertIn("heygen-provider-oauth", done.error()["hint"])


class LocalPaths(EndToEnd):
    # Root without the rights that open every file.
    BOUND = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")

    def paths(self):
        directory, closed, fifo = (self.home.path / name for name in ("directory", "closed.json", "fifo"))
        directory.mkdir()
        closed.write_text("{}")
        closed.chmod(0)
        os.mkfifo(fifo)
        return {"missing": self.home.path / "missing.json", "a directory": directory, "unreadable": closed, "below a file": closed / "x",
                "too long": "/" + "x" * 300, "fifo": fifo}

    @unittest.skipUnless(subprocess.run([*BOUND, "true"], capture_output=True).returncode == 0 or os.geteuid() != 0, "it takes setpriv")
    def test_every_command_has_one_code_for_a_file_that_cannot_be_read(self):
        env = {"HEYGEN_API_KEY": "good-key", "HEYGEN_API_BASE": "https://127.0.0.1:9"}
        prefix = self.BOUND if os.geteuid() == 0 else ()
        for kind, path in self.paths().items():
            for words in (("policy", "check", path), ("provider", "install", path), ("asset", "create", "--file", path),
                          ("video", "create", "-d", path), ("api", "POST", "/v3/videos", "-d", f"@{path}"),
                          ("asset", "create", "--file", path, "--dry-run"), ("video", "create", "-d", path, "--dry-run")):
                if kind == "fifo" and words[0] not in ("policy", "provider"):
                    continue  # a pipe is read, as `<(…)` of a shell gives one
                with self.subTest(kind, words=words):
                    error = self.assert_fails(self.run_heygen(*map(str, words), env=env, prefix=prefix), "cli_file_io_error", 1).error()
                    self.assertIn(str(path), error["message"])
                    self.assertTrue(error["hint"])

    def test_every_command_has_one_code_for_a_full_disk(self):
        env = {"HEYGEN_API_KEY": "good-key"}
        full = ("sh", "-c", 'exec "$@" > /dev/full', "sh")
        for words in (("--help",), ("--version",), ("config", "list"), ("provider", "list"), ("auth", "explain"), ("completion", "zsh"),
                      ("commands",), ("video", "list", "--dry-run"), ("video", "create", "--request-schema"), ("policy", "show")):
            with self.subTest(words):
                self.assert_fails(self.run_heygen(*words, env=env, prefix=full), "cli_file_io_error", 1)

    def test_what_a_file_says_is_not_a_fault_of_the_file(self):
        path = self.home.path / "latin1.json"
        path.write_bytes(b'{"a": "\xe4"}')
        for words in (("api", "POST", "/v3/videos", "--dry-run", "-d", f"@{path}"), ("provider", "install", path)):
            self.assert_fails(self.run_heygen(*map(str, words)), "usage_error", 2)
        error = self.assert_fails(self.run_heygen("policy", "check", str(path)), "error", 1).error()
        self.assertIn("line 1", error["message"])


class Settings(EndToEnd):
    def test_a_setting_of_the_wrong_type_is_named_with_its_line(self):
        self.home.browser()
        self.home.write_settings('[providers.oauth]\ntoken_url = "nowhere"\n')
        done = self.assert_fails(self.run_heygen("auth", "login", "--oauth"), "usage_error", 2)
        self.assertIn("providers.oauth.token_url", done.error()["message"])
        self.home.write_settings("garbage")
        done = self.assert_fails(self.run_heygen("auth", "login", "--oauth"), "usage_error", 2)
        self.assertIn("config.toml", done.error()["message"])


if __name__ == "__main__":
    unittest.main()
