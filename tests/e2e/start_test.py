# SPDX-License-Identifier: Apache-2.0
"""Where users and agents run it: without HOME, in user namespaces and sandboxes, with files from other systems, with
mistakes in the settings. What needs none of it works, and what is wrong is named."""

import json
import os
import re
import shlex
import shutil
import stat
import struct
import subprocess
import unittest

from support import BUILD, PAST, WithService, install, may_mount

USE = ("video", "list")
BOM = "\ufeff"
# Another user than the tester, unknown to every name service.
STRANGER = ["setpriv", "--reuid", "54321", "--regid", "54321", "--clear-groups"]


def works(*prefix):
    return shutil.which(prefix[0]) and subprocess.run([*prefix, "true"], capture_output=True).returncode == 0


class WithoutHome(WithService):
    def setUp(self):
        super().setUp()
        if not may_mount():
            self.skipTest("it takes root that may mount (unshare -m)")
        for name in ("HOME", "HEYGEN_CONFIG_DIR"):
            del self.home.env[name]
        self.account = self.home.path / "account"
        self.account.mkdir(mode=0o700)

    def prefix(self, home):
        """With the account of the tester at `home`; None: without an account."""
        accounts, services = self.home.path / "passwd", self.home.path / "nsswitch.conf"
        services.write_text("passwd: files\ngroup: files\n", encoding="utf-8")
        line = "" if home is None else f"me:x:{os.geteuid()}:0::{home}:/bin/sh\n"
        accounts.write_text("other:x:4242:4242::/other:/bin/sh\n" + line, encoding="utf-8")
        mounts = f"mount --bind {accounts} /etc/passwd && mount --bind {services} /etc/nsswitch.conf"
        return ("unshare", "-m", "sh", "-c", f'{mounts} && cd {self.account} && exec "$@"', "sh")

    def test_the_home_of_the_account_serves(self):
        for env in ({}, {"HOME": ""}, {"HOME": "account"}, {"HOME": "/dev/null"}, {"HOME": str(self.home.path / "none")}):
            with self.subTest(env):
                shutil.rmtree(self.account / ".heygen", ignore_errors=True)
                prefix = self.prefix(self.account)
                self.assert_succeeds(self.run_heygen("auth", "login", "--api-key", stdin="good-key\n", env=env, prefix=prefix))
                stored = json.loads((self.account / ".heygen" / "credentials").read_text())
                self.assertEqual(stored["api_key"], "good-key")
                self.assert_succeeds(self.run_heygen(*USE, env=env, prefix=prefix))

    def test_without_any_only_what_must_store_fails(self):
        for home in (None, "/nonexistent", "relative"):
            prefix = self.prefix(home)
            with self.subTest(home):
                self.assert_succeeds(self.run_heygen(*USE, env={"HEYGEN_API_KEY": "good-key"}, prefix=prefix))
                for words in (["--help"], ["completion", "bash"], ["commands", "--json"], ["provider", "list"], ["config", "list"],
                              ["auth", "explain"], ["auth", "login", "--help"], ["config", "get", "output"]):
                    self.assert_succeeds(self.run_heygen(*words, prefix=prefix))
                for words in (["auth", "login", "--api-key"], ["config", "set", "output", "json"], ["provider", "disable", "apikey"]):
                    done = self.assert_fails(self.run_heygen(*words, stdin="good-key\n", prefix=prefix), "cli_file_io_error", 1)
                    self.assertIn("HEYGEN_CONFIG_DIR", done.error()["hint"])
                self.assertIn("not logged in", self.run_heygen(*USE, prefix=prefix).error()["message"])
                self.assertEqual(list(self.account.iterdir()), [])


@unittest.skipUnless(works("strace", "-o", "/dev/null"), "it takes strace")
class OneLook(WithService):
    """Which files a command looks at, as the system sees it."""

    def calls(self, *words, env):
        trace = self.home.path / "trace"
        self.assert_succeeds(self.run_heygen(*words, env=env, prefix=("strace", "-f", "-qq", "-e", "trace=file", "-o", str(trace))))
        return trace.read_text(encoding="utf-8", errors="replace").splitlines()

    def test_a_key_from_the_environment_needs_no_credentials_and_one_provider(self):
        self.logged_in()
        calls = self.calls(*USE, env={"HEYGEN_API_KEY": "good-key"})
        opened = [line for line in calls if "open" in line.split("(")[0]]
        for name in ("credentials", "oauth.provider.json", "device-code.provider.json", "oauth.so"):
            self.assertFalse([line for line in opened if f'/{name}"' in line], name)
        self.assertTrue([line for line in opened if '/apikey.provider.json"' in line])
        self.assertEqual(len([line for line in opened if '/config.toml"' in line]), 1)

    def test_each_directory_above_a_provider_is_checked_once(self):
        for env in ({"HEYGEN_API_KEY": "good-key"}, {}):
            with self.subTest(env):
                self.logged_in()
                calls = self.calls(*USE, env=env)
                looks = [line.split('"')[1] for line in calls if "AT_SYMLINK_NOFOLLOW" in line and "S_IFDIR" in line]
                above = [path for path in looks if (BUILD / "lib/heygen/providers").is_relative_to(path)]
                self.assertGreater(len(above), 2)
                self.assertEqual(sorted(set(above)), sorted(above))


class Directories(WithService):
    def login(self, env):
        work = self.home.path / "work"
        work.mkdir(exist_ok=True)
        prefix = ("env", "-C", str(work))
        done = self.run_heygen("auth", "login", "--api-key", stdin="good-key\n", env=env, prefix=prefix)
        found = [path.relative_to(self.home.path) for path in self.home.path.rglob("credentials")]
        for path in found:
            (self.home.path / path).unlink()
        return done, [str(path) for path in found]

    def test_a_literal_tilde_is_the_home_directory_or_refused(self):
        for value, where in (("~/x", "x"), ("~//x/y", "x/y"), ("~", "."), ("rel/x", "work/rel/x"), ("./~", "work/~")):
            with self.subTest(value):
                done, found = self.login({"HEYGEN_CONFIG_DIR": value})
                self.assert_succeeds(done)
                self.assertEqual(found, [os.path.normpath(f"{where}/credentials")])
        shutil.rmtree(self.home.path / "work")
        for value in ("~bob", "~bob/x", "~~"):
            with self.subTest(value):
                done, found = self.login({"HEYGEN_CONFIG_DIR": value})
                self.assert_fails(done, "usage_error", 2)
                self.assertEqual((found, list((self.home.path / "work").iterdir())), ([], []))
                self.assert_succeeds(self.run_heygen("auth", "login", "--help", env={"HEYGEN_CONFIG_DIR": value}))

    def test_xdg_counts_when_it_exists_and_the_usual_one_does_not(self):
        env = {"HEYGEN_CONFIG_DIR": "", "XDG_CONFIG_HOME": str(self.home.path / "xdg")}
        self.assertEqual(self.login(env)[1], [".heygen/credentials"])
        (self.home.path / "xdg" / "heygen").mkdir(parents=True)
        self.assertEqual(self.login(env)[1], [".heygen/credentials"])
        shutil.rmtree(self.home.config)
        self.assertEqual(self.login(env)[1], ["xdg/heygen/credentials"])

    def test_other_paths_begin_at_home_too(self):
        (self.home.path / "body.json").write_text('{"title":"x"}', encoding="utf-8")
        env = {"HEYGEN_API_KEY": "good-key"}
        for data in ("@~/body.json", "~/body.json"):
            done = self.assert_succeeds(self.run_heygen("api", "POST", "/v3/videos", f"--data={data}", "--dry-run", env=env))
            self.assertEqual(done.json()["body"], {"title": "x"})
        providers = self.home.path / "more"
        providers.mkdir()
        (providers / "x.provider.json").write_text("{", encoding="utf-8")
        rows = self.run_heygen("provider", "list", env={"HEYGEN_PROVIDER_PATH": "~/more"}).json()
        self.assertIn(str(providers), next(row for row in rows if row["id"] == "x")["reason"])
        done = self.run_heygen(*USE, env={**env, "HEYGEN_API_BASE": "https://127.0.0.1:1", "SSL_CERT_FILE": "~/none.pem"})
        self.assertNotEqual(done.code, 0)

    def test_a_directory_that_cannot_be_read_is_named(self):
        wrong = self.home.path / "wrong"
        wrong.write_text("", encoding="utf-8")
        for path, reason in ((wrong, "not a directory"), (self.home.path / "none", "no such file")):
            env = {"HEYGEN_PROVIDER_PATH": str(path)}
            text = f"The provider directory {path} could not be read: {reason}"
            self.assertIn(text, self.assert_succeeds(self.run_heygen("provider", "list", env=env)).err)
            rows = self.run_heygen("provider", "why", "apikey", env=env).json()["searched"]
            self.assertIn(f"cannot be read: {reason}", rows[0]["result"])
            for words in (["provider", "why", "vault"], [*USE, "--provider", "vault"], ["auth", "login", "--provider", "vault"], USE):
                self.assertIn(text, self.run_heygen(*words, env=env).error()["message"], words)
            self.assertIn(text, self.run_heygen(*USE, env={**env, "HEYGEN_PROVIDER": "vault"}).error()["message"])

    @unittest.skipUnless(os.geteuid() == 0 and works(*STRANGER), "it takes root, and setpriv")
    def test_a_directory_that_another_user_may_not_read_is_named(self):
        self.home.program = install(self.home.path / "program", "apikey")
        self.home.path.chmod(0o755)
        providers = self.home.providers()
        self.home.config.chmod(0o755)
        done = self.run_heygen("provider", "list", prefix=STRANGER)
        self.assertIn(f"The provider directory {providers} could not be read: permission denied", done.err)


class Namespaces(WithService):
    """The owner of the installation is a user that the namespace does not know."""

    def setUp(self):
        super().setUp()
        self.home.program = install(self.home.path / "program", "apikey", "oauth", "device-code")
        self.home.path.chmod(0o755)
        self.env = {"HEYGEN_API_KEY": "good-key"}

    def as_other(self):
        """Root maps itself; another user does not know root."""
        if os.geteuid() != 0:
            return []
        self.home.config.mkdir(mode=0o700, exist_ok=True)
        os.chown(self.home.config, 54321, 54321)
        return STRANGER

    def assert_works(self, prefix):
        rows = self.assert_succeeds(self.run_heygen("provider", "list", prefix=prefix)).json()
        self.assertEqual({row["state"] for row in rows}, {"available"}, rows)
        self.assert_succeeds(self.run_heygen(*USE, env=self.env, prefix=prefix))
        self.assert_succeeds(self.run_heygen("auth", "login", "--api-key", stdin="good-key\n", prefix=prefix))
        self.assert_succeeds(self.run_heygen(*USE, prefix=prefix))

    def test_bubblewrap(self):
        prefix = [*self.as_other(), "bwrap", "--unshare-user", "--bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--"]
        if not shutil.which("bwrap") or not works(*prefix):
            self.skipTest("bubblewrap is not installed, or this kernel forbids user namespaces")
        self.assert_works(prefix)

    def test_unshare(self):
        prefix = [*self.as_other(), "unshare", "--user", "--map-user=54321", "--map-group=54321"]
        if not works(*prefix):
            self.skipTest("this kernel forbids user namespaces")
        self.assert_works(prefix)

    @unittest.skipUnless(os.geteuid() == 0 and works(*STRANGER), "it takes root, and setpriv")
    def test_only_the_owner_of_the_program_counts_and_only_for_the_installation(self):
        prefix = self.as_other()
        directory = self.home.path / "program" / "lib" / "heygen" / "providers"
        library = directory / json.loads((directory / "oauth.provider.json").read_text())["library"]
        os.chown(library, 4242, 4242)
        rows = {row["id"]: row for row in self.run_heygen("provider", "list", prefix=prefix).json()}
        self.assertEqual((rows["apikey"]["state"], rows["oauth"]["state"]), ("available", "refused"))
        for path in (self.home.path / "program").rglob("*"):
            os.chown(path, 4242, 4242)
        rows = {row["id"]: row for row in self.run_heygen("provider", "list", prefix=prefix).json()}
        self.assertEqual((rows["apikey"]["state"], rows["oauth"]["state"]), ("available", "available"))
        env = {"HEYGEN_PROVIDER_PATH": str(directory)}
        rows = {row["id"]: row for row in self.run_heygen("provider", "list", env=env, prefix=prefix).json()}
        self.assertIn("another user", rows["apikey"]["reason"])
        library.chmod(0o775)
        rows = {row["id"]: row for row in self.run_heygen("provider", "list", prefix=prefix).json()}
        self.assertEqual(rows["oauth"]["state"], "refused")

    @unittest.skipUnless(os.geteuid() == 0 and works(*STRANGER), "it takes root, and setpriv")
    def test_a_set_user_id_copy_does_nothing_but_tell_its_version(self):
        for mode in (0o4755, 0o2755):
            self.home.program.chmod(mode)
            for words in (USE, ["--help"], ["config", "list"], ["--version", "--help"]):
                done = self.assert_fails(self.run_heygen(*words, env=self.env, prefix=STRANGER), "error", 1)
                self.assertIn("chmod", done.error()["hint"])
            self.assertIn("heygen version", self.assert_succeeds(self.run_heygen("--version", prefix=STRANGER)).out)

    @unittest.skipUnless(os.geteuid() == 0 and works(*STRANGER), "it takes root, and setpriv")
    def test_a_set_user_id_checker_loads_nothing(self):
        check = self.home.path / "heygen-provider-check"
        shutil.copy2(BUILD / "bin" / "heygen-provider-check", check)
        for mode in (0o4755, 0o2755, 0o6755):
            check.chmod(mode)
            for words in (["rules"], ["--help"], [str(check)], ["pin", str(check)], ["--version", "--help"]):
                done = subprocess.run([*STRANGER, check, *words], capture_output=True, text=True)
                self.assertEqual((done.returncode, done.stdout), (1, ""), done)
                self.assertIn("chmod ug-s", done.stderr)
            done = subprocess.run([*STRANGER, check, "--version"], capture_output=True, text=True)
            self.assertIn("version", done.stdout)

    @unittest.skipUnless(os.geteuid() == 0 and works(*STRANGER), "it takes root, and setpriv")
    def test_a_copy_with_capabilities_does_nothing_but_tell_its_version(self):
        # VFS_CAP_REVISION_2 with the effective flag, and CAP_NET_BIND_SERVICE as the only permitted one.
        os.setxattr(self.home.program, "security.capability", struct.pack("<5I", 0x02000001, 1 << 10, 0, 0, 0))
        for words in (USE, ["--help"], ["config", "list"]):
            done = self.assert_fails(self.run_heygen(*words, env=self.env, prefix=STRANGER), "error", 1)
            self.assertIn("setcap -r", done.error()["hint"])
        self.assertIn("heygen version", self.assert_succeeds(self.run_heygen("--version", prefix=STRANGER)).out)


@unittest.skipUnless(may_mount() and shutil.which("setpriv"), "it takes root that may mount (unshare -m), and setpriv")
class Groups(WithService):
    def test_a_group_that_is_primary_for_another_account_counts_as_its(self):
        self.home.program = install(self.home.path / "program", "apikey")
        self.home.path.chmod(0o755)
        providers = self.home.path / "mine"
        shutil.copytree(self.home.path / "program" / "lib" / "heygen" / "providers", providers)
        for path in (providers, *providers.iterdir()):
            os.chown(path, 4242, 4242)
            path.chmod(0o775)
        names = {name: self.home.path / name for name in ("passwd", "group")}
        names["nsswitch.conf"] = self.home.path / "nsswitch.conf"
        names["nsswitch.conf"].write_text("passwd: files\ngroup: files\n", encoding="utf-8")
        script = " && ".join(f"mount --bind {path} /etc/{name}" for name, path in names.items()) + ' && exec "$@"'
        prefix = ("unshare", "-m", "sh", "-c", script, "sh", "setpriv", "--reuid", "4242", "--regid", "4242", "--clear-groups")
        me = "root:x:0:0::/root:/bin/sh\nme:x:4242:4242::/:/bin/sh\n"
        for accounts, group, state in (
            (me, "me:x:4242:", "available"),
            (me, "me:x:4242:me", "available"),
            (me + "you:x:4243:4243::/:/bin/sh\n", "me:x:4242:", "available"),
            (me, "me:x:4242:you", "refused"),
            (me, "staff:x:4242:", "refused"),
            (me + "you:x:4243:4242::/:/bin/sh\n", "me:x:4242:", "refused"),
            ("you:x:4243:4242::/:/bin/sh\n" + me, "me:x:4242:me", "refused"),
        ):
            with self.subTest(accounts=accounts, group=group):
                names["passwd"].write_text(accounts, encoding="utf-8")
                names["group"].write_text(f"root:x:0:\n{group}\n", encoding="utf-8")
                env = {"HEYGEN_PROVIDER_PATH": str(providers), "HEYGEN_CONFIG_DIR": "/nowhere"}
                rows = self.run_heygen("provider", "list", env=env, prefix=prefix).json()
                self.assertEqual([row["state"] for row in rows], [state], rows)


class Texts(WithService):
    """Byte order marks, line ends of other systems and blank lines do not count."""

    @staticmethod
    def dressed(text):
        return (text, BOM + text, f"\r\n\n{text}\r\n\r\n", f"{BOM}{text}\r\n", BOM + text.replace("\n", "\r\n") + "\n\n")

    def test_credentials(self):
        self.logged_in()
        whole = json.dumps(self.home.read())
        for text in self.dressed(whole):
            self.home.write(text)
            self.assertEqual(self.run_heygen("auth", "explain").json()["providers"][1]["provider"], "oauth")
            self.assert_succeeds(self.run_heygen(*USE))
        for text in self.dressed("good-key"):
            self.home.write(text)
            self.assert_succeeds(self.run_heygen(*USE))
            self.assert_succeeds(self.run_heygen(*USE, env={"HEYGEN_API_KEY": text}))
            self.home.write({"api_key": text})
            self.assert_succeeds(self.run_heygen(*USE))
            self.assert_succeeds(self.run_heygen("auth", "login", "--api-key", stdin=text))
            self.assertEqual(self.home.read()["api_key"], "good-key")

    def test_utf16_of_other_shells(self):
        for encoding in ("utf-16-le", "utf-16-be"):
            wide = lambda text: (BOM + text + "\r\n").encode(encoding)  # noqa: B023, E731
            for credentials in ('{"api_key": "good-key"}', "good-key"):
                self.home.write(wide(credentials))
                self.assert_succeeds(self.run_heygen(*USE))
            self.home.config.joinpath("config.toml").write_bytes(wide('output = "human"'))
            self.assertEqual(self.run_heygen("config", "get", "output", "--human=false").json()["value"], "human")
            self.assert_succeeds(self.run_heygen("config", "unset", "output"))
            file = self.home.path / "body.json"
            file.write_bytes(wide('{"title":"é"}'))
            done = self.run_heygen("api", "POST", "/v3/videos", "--data", f"@{file}", "--dry-run")
            self.assertEqual(self.assert_succeeds(done).json()["body"], {"title": "é"})

    def test_what_begins_like_json_is_never_a_key(self):
        for text in ('{"api_key": "good-key"', '"good-key', "[", "\u200b{}", "\u00a0{", BOM + '{"oauth": {', "null", BOM + BOM + "{"):
            with self.subTest(text):
                self.home.write(text)
                before = len(self.service.requests)
                self.assert_fails(self.run_heygen(*USE), "auth_error", 3)
                self.assertEqual(self.run_heygen("auth", "logout").code, 1)
                self.assertEqual(self.home.file.read_text(encoding="utf-8"), text)
                self.assertEqual(len(self.service.requests), before)
                self.home.file.unlink()
                done = self.run_heygen("auth", "login", "--api-key", stdin=text)
                if text != "null":
                    self.assert_fails(done, "usage_error", 2)
                    self.assertFalse(self.home.file.exists())

    def test_settings(self):
        for text in self.dressed('output = "human"\n[provider]\ndeadline = 9\n'):
            self.home.write_settings(text)
            self.assertEqual(self.run_heygen("config", "get", "output", "--human=false").json()["value"], "human")
            self.assertEqual(self.run_heygen("config", "get", "provider.deadline", "--human=false").json()["value"], "9")

    def test_data(self):
        for text in self.dressed('{"title":\n"x"}'):
            file = self.home.path / "body.json"
            file.write_bytes(text.encode())
            for data in ("-", str(file), f"@{file}", text):
                done = self.run_heygen("api", "POST", "/v3/videos", "--data", data, "--dry-run", stdin=text)
                self.assertEqual(self.assert_succeeds(done).json()["body"], {"title": "x"})

    def test_a_blank_variable_counts_as_unset(self):
        self.home.write({"api_key": "good-key"})
        names = [row["name"] for row in self.run_heygen("commands", "--json").json()["environment"]]
        keep = {"HEYGEN_CONFIG_DIR", "HEYGEN_API_BASE", "HEYGEN_ALLOW_HTTP"}
        for blank in ("", " ", "\t", "\r\n"):
            self.assert_succeeds(self.run_heygen(*USE, env={name: blank for name in names if name not in keep}))


class Settings(WithService):
    def test_a_fault_ends_every_command_but_those_that_fix_it(self):
        self.home.write({"api_key": "good-key"})
        for line, key in (("x = openid", "x"), ('output = "xml"', "output"), ("provider.deadline = 0", "provider.deadline"),
                          ("provider.disabled = ['oauth']", "provider.disabled"), ("output = human", "output"),
                          ("providers.oauth.token_url = 'ftp://x'", "providers.oauth.token_url"),
                          ("provider.disabled.oath = true", "provider.disabled.oath"),
                          ("providers.oauth.enabled = false", "providers.oauth.enabled")):
            with self.subTest(line):
                self.home.write_settings(f"# mine\n{line}\n")
                for words in (USE, ["auth", "status"], ["auth", "login", "--api-key"], ["auth", "logout"], ["auth", "explain"],
                              [*USE, "--human"], ["api", "GET", "/v3/videos"], ["provider", "list"]):
                    done = self.start(*words, typed="good-key\n").finish()
                    self.assertEqual(done.code, 2, done)
                    self.assertIn("config.toml, line 2: ", done.err)
                    self.assertIn(f"`{key}`", done.err)
                for words in (["--help"], ["help", "video"], ["auth", "login", "--help"], ["completion", "zsh"], ["config", "list"],
                              ["config", "get", "output"], ["config", "set", "analytics", "true"], ["config", "unset", "analytics"],
                              ["config", "unset", key]):
                    self.assert_succeeds(self.run_heygen(*words))
                self.assert_succeeds(self.run_heygen(*USE))
                self.assertEqual((self.home.config / "config.toml").read_text(), "# mine\n")

    def test_a_disabled_provider_stays_off_with_a_fault_elsewhere(self):
        self.home.write({"api_key": "good-key"})
        for fault in ("x = openid", "output = 'xml'", "[", "provider.deadline = 0", "provider.disabled.oauth = 'yes'"):
            self.home.write_settings(f"{fault}\nprovider.disabled.apikey = true\n")
            before = len(self.service.requests)
            self.assert_fails(self.run_heygen(*USE), "usage_error", 2)
            self.assertEqual(len(self.service.requests), before)

    def test_variables_have_their_values(self):
        env = {"HEYGEN_API_KEY": "good-key"}
        for name, value in (("HEYGEN_OUTPUT", "yaml"), ("HEYGEN_OUTPUT", "1"), ("HEYGEN_MAX_RETRIES", "x"), ("HEYGEN_MAX_RETRIES", "-1"),
                            ("HEYGEN_MAX_RETRIES", "1000")):
            done = self.run_heygen(*USE, env={**env, name: value})
            self.assertIn(name, self.assert_fails(done, "usage_error", 2).error()["message"])
            self.assert_succeeds(self.run_heygen("config", "list", env={name: value}))
        for name in ("HEYGEN_ALLOW_HTTP", "HEYGEN_NONINTERACTIVE", "HEYGEN_NO_BROWSER", "HEYGEN_NO_ANALYTICS"):
            for words in (USE, ["auth", "status"], ["auth", "explain"], ["video", "list", "--dry-run"], ["provider", "list"]):
                error = self.assert_fails(self.run_heygen(*words, env={**env, name: "maybe"}), "usage_error", 2).error()
                self.assertEqual(error["message"], f"{name} is 'maybe', but must be 1, true, yes, on, 0, false, no, or off.")
            self.assertIn(f"Warning: {name} is 'maybe'", self.assert_succeeds(self.run_heygen("config", "list", env={name: "maybe"})).err)
            self.assert_succeeds(self.run_heygen("--help", env={name: "maybe"}))
        self.assert_succeeds(self.run_heygen(*USE, env={**env, "CI": "maybe", "NO_COLOR": "maybe", "HEYGEN_NO_BROWSER": " Yes\r"}))
        base = self.home.env["HEYGEN_API_BASE"]
        for name, value in (("HEYGEN_API_BASE", f" {base}/\r"), ("HEYGEN_PROVIDER", "apikey\r"), ("HEYGEN_MAX_RETRIES", "0\r"),
                            ("HEYGEN_OUTPUT", "JSON\r"), ("HEYGEN_OAUTH_TOKEN_URL", f"{base}/token\r")):
            self.assert_succeeds(self.run_heygen(*USE, env={**env, name: value}))
        self.logged_in(PAST)
        for name, value in (("HEYGEN_RESPONSE_LIMIT", "0"), ("HEYGEN_OAUTH_TOKEN_URL", "nowhere")):
            done = self.run_heygen(*USE, env={name: value})
            self.assertIn(name, self.assert_fails(done, "usage_error", 2).error()["message"])
        for value in ("Human", "HUMAN", "human "):
            self.assertNotIn("{", self.assert_succeeds(self.run_heygen("config", "get", "output", env={"HEYGEN_OUTPUT": value})).out)
        self.home.env["HEYGEN_ALLOW_HTTP"] = "no"
        self.assert_fails(self.run_heygen(*USE, env=env), "usage_error", 2)

    def fixed_by(self, hint):
        """The commands of a hint, each tried on the file as it is: the names of those that fix it."""
        broken = (self.home.config / "config.toml").read_bytes()
        commands = re.findall("`heygen (config [^`]*)`", hint)
        for command in commands:
            (self.home.config / "config.toml").write_bytes(broken)
            for copy in self.home.config.glob("*.broken-*"):
                copy.unlink()
            yield command, self.run_heygen(*shlex.split(command))
            self.assert_succeeds(self.run_heygen(*USE))

    def test_any_file_can_be_shown_and_fixed_by_the_command_of_the_hint(self):
        self.home.write({"api_key": "good-key"})
        for text in (b"[section\n", b"[1\n", b"=", b"\x00", b"[output", b"output: human\n", b'{"output": "human"}\n', b"garbage",
                     b'{\n  "output": "human"\n}\n', bytes(range(256)) * 8, b"\x89PNG\r\n\x1a\n\x00\x00", b"[output]\n", b"[output]\nx = 1\n",
                     b"output.x = 1\n", b"[[output]]\nx = 1\n", b"output = ['json']\n", b"x = \"\"\"\nnever closed\n", b"x = [1,\n2\n",
                     b"analytics = 1\n", b"provider = 1\n", b"provider.deadline.x = 1\n", b"[provider.deadline]\n", b"provider.deadline = 0\n",
                     b"[provider]\n\"dead.line\" = 1\n", b"[provider]\ndeadlin = 1\n", b"provider.disabled = true\n",
                     b"provider.disabled.gone = 'yes'\n", b"providers.oauth = 1\n", b"providers.oauth.token_url = 'x'\n",
                     b"response.limit = 'x'\n", b"output = \"json\n", b"a = 1\na = 2\n", b"[a]\n[a]\n", b"\n" * 3 + b"<html>\n" * 300):
            with self.subTest(text[:40]):
                self.home.write_settings("")
                (self.home.config / "config.toml").write_bytes(text)
                error = self.assert_fails(self.run_heygen(*USE), "usage_error", 2).error()
                self.assertRegex(error["message"], r"config.toml, line \d+: ")
                shown = self.assert_succeeds(self.run_heygen("config", "list"))
                self.assertIn({"key": "output", "value": "json", "source": "default"}, shown.json()) if b"'json'" not in text else None
                self.assertIn("Warning: " + error["message"], shown.err)
                self.assert_succeeds(self.run_heygen("config", "get", "output"))
                tried = 0
                for command, done in self.fixed_by(error["hint"]):
                    self.assert_succeeds(done)
                    tried += 1
                    copies = list(self.home.config.glob("*.broken-*"))
                    if "broken-1" in done.err:
                        self.assertEqual([copy.read_bytes() for copy in copies], [text], command)
                    else:
                        self.assertEqual(copies, [], command)
                self.assertGreater(tried, 0, error)
                (self.home.config / "config.toml").write_bytes(text)
                self.assert_succeeds(self.run_heygen("config", "set", "output", "json"))
                self.assertEqual(self.run_heygen("config", "get", "output").json()["source"], "file")
                self.assert_succeeds(self.run_heygen("config", "unset", "output"))

    def test_what_is_readable_of_a_broken_file_is_shown_and_kept(self):
        text = 'output = "human" # mine\n[section\nx = 1\n[provider]\ndeadline = 9\n'
        self.home.write_settings(text)
        done = self.assert_succeeds(self.run_heygen("config", "list", "--human=false"))
        self.assertEqual({row["key"]: row["value"] for row in done.json() if row["source"] == "file"},
                         {"output": "human", "provider.deadline": "9"})
        self.assert_succeeds(self.run_heygen("config", "set", "output", "json"))
        self.assertEqual((self.home.config / "config.toml").read_text(),
                         'output = "json" # mine\n# [section\n# x = 1\n[provider]\ndeadline = 9\n')
        self.assertEqual((self.home.config / "config.toml.broken-1").read_text(), text)
        self.assertEqual(stat.S_IMODE((self.home.config / "config.toml.broken-1").stat().st_mode), 0o600)

    @unittest.skipUnless(os.geteuid() == 0, "it takes root")
    def test_the_copy_of_a_broken_file_belongs_to_the_owner_of_its_directory(self):
        self.home.write_settings("[section\n")
        os.chown(self.home.config, 54321, 54321)
        self.assert_succeeds(self.run_heygen("config", "set", "output", "json"))
        for name in ("config.toml", "config.toml.broken-1"):
            self.assertEqual((self.home.config / name).stat().st_uid, 54321, name)

    def test_a_file_that_cannot_be_read_is_named_and_the_rest_shown(self):
        self.home.config.mkdir(mode=0o700)
        for make in (lambda path: path.mkdir(), os.mkfifo, lambda path: path.write_bytes(b"#" * 1048577)):
            path = self.home.config / "config.toml"
            make(path)
            self.assert_fails(self.run_heygen(*USE), "cli_file_io_error", 1)
            done = self.assert_succeeds(self.run_heygen("config", "list"))
            self.assertIn(f"Warning: Could not read {path}", done.err)
            self.assert_fails(self.run_heygen("config", "set", "output", "json"), "cli_file_io_error", 1)
            path.rmdir() if path.is_dir() else path.unlink()

    def test_a_dangling_link_is_written_through(self):
        self.home.config.mkdir(mode=0o700)
        (self.home.config / "config.toml").symlink_to("../dots.toml")
        self.assert_succeeds(self.run_heygen("config", "set", "output", "HUMAN", "--human=false"))
        self.assertTrue((self.home.config / "config.toml").is_symlink())
        self.assertEqual((self.home.path / "dots.toml").read_text(), 'output = "human"\n')
        self.assert_succeeds(self.run_heygen("config", "unset", "output"))
        self.assertEqual((self.home.path / "dots.toml").read_text(), "")


    def test_a_link_into_a_missing_directory_is_written_through(self):
        self.home.config.mkdir(mode=0o700)
        (self.home.config / "config.toml").symlink_to("../dots/heygen/config.toml")
        self.assert_succeeds(self.run_heygen("config", "set", "output", "human", "--human=false"))
        self.assertEqual((self.home.path / "dots/heygen/config.toml").read_text(), 'output = "human"\n')
        self.assertEqual((self.home.path / "dots/heygen").stat().st_mode & 0o777, 0o700)

    def test_the_command_of_the_hint_fixes_a_key_of_too_many_parts(self):
        self.home.write_settings(".".join(["a"] * 5000) + " = 1\n")
        hint = self.assert_fails(self.run_heygen(*USE), "usage_error", 2).error()["hint"]
        command = re.search("`heygen (config set [^`]*)`", hint)[1]
        self.assert_succeeds(self.run_heygen(*command.split()))
        self.assert_succeeds(self.run_heygen(*USE, env={"HEYGEN_API_KEY": "good-key"}))


class Modes(WithService):
    def test_settings_that_others_may_write_are_warned_of_with_the_fix(self):
        self.home.write({"api_key": "good-key"})
        self.home.write_settings("analytics = true\n")
        settings = self.home.config / "config.toml"
        for mode, loose in ((0o600, False), (0o644, False), (0o666, True)):
            settings.chmod(mode)
            err = self.assert_succeeds(self.run_heygen(*USE)).err
            self.assertEqual(f"`chmod go-w {settings}`" in err, loose, err)
        self.assert_succeeds(self.run_heygen("config", "set", "output", "json"))
        self.assertEqual(settings.stat().st_mode & 0o777, 0o600)

    def test_looser_modes_are_warned_of_once_with_the_fix(self):
        for mode in (0o600, 0o644, 0o640, 0o660, 0o602):
            self.home.write({"api_key": "good-key"}, mode)
            err = self.assert_succeeds(self.run_heygen(*USE)).err
            self.assertEqual(err.count("Warning: "), int(mode != 0o600), err)
            self.assertEqual(f"`chmod 600 {self.home.file}`" in err, mode != 0o600, err)
        self.home.write({"api_key": "good-key"})
        for mode, loose in ((0o700, False), (0o755, False), (0o777, True), (0o1777, False)):
            self.home.config.chmod(mode)
            err = self.assert_succeeds(self.run_heygen(*USE)).err
            self.assertEqual(f"`chmod go-w {self.home.config}`" in err, loose, err)


class Words(WithService):
    """What other programs search stderr for."""

    def everywhere(self, *words, env=None, in_message=True):
        file = self.home.path / "file.bin"
        file.write_bytes(b"x")
        commands = (USE, ("auth", "status"), ("asset", "create", "--file", str(file)), ("video", "download", "v1"),
                    ("video", "get", "v1"), ("api", "GET", "/v3/videos"), ("user", "me", "get"), ("video", "list", "--all"),
                    ("video", "create", "-d", '{"title":"x"}', "--wait"))
        for command in commands:
            for human in ((), ("--human",)):
                done = self.start(*command, *human, env=env).finish()
                if done.code == 2 or (done.code == 0 and not words):
                    continue
                self.assertEqual(done.code, 3, done)
                for word in words:
                    self.assertIn(word, done.err)
                if not human and in_message:
                    for word in words:
                        self.assertIn(word, done.error()["message"])

    def test_without_a_credential(self):
        self.everywhere("not logged in", "no API key")
        for provider in ("apikey", "oauth"):
            self.everywhere("not logged in", "no API key", env={"HEYGEN_PROVIDER": provider})

    def test_with_an_expired_login(self):
        tokens = self.service.mint()
        self.home.write_oauth({**tokens, "refresh_token": "rt-unknown"}, PAST)
        self.everywhere("login required")
        self.home.write({"oauth": {"access_token": tokens["access_token"], "expires_at": PAST}})
        self.everywhere("login required")

    def test_with_a_login_that_the_service_no_longer_knows(self):
        self.home.write({"oauth": {"access_token": "at-unknown"}})
        self.everywhere("login required", in_message=False)  # the message is the server's


if __name__ == "__main__":
    unittest.main()
