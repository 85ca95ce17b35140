# SPDX-License-Identifier: Apache-2.0
"""Where no secret may show: output, errors, argument vectors, environments of children, core files, open files."""

import base64
import json
import os
import pathlib
import signal
import stat
import threading
import unittest
import urllib.parse

from support import PAST, WithService, install
from service import REVOKE, TOKEN, Response

KEY = "canary-key-of-the-login"
ENVIRONMENT_KEY = "canary-key-of-the-environment"
NOBODY = 65534


class Canaries(WithService):
    """Every command that runs here is searched for all secrets that the service or the test has seen."""

    def setUp(self):
        super().setUp()
        self.service.api_keys += [KEY, ENVIRONMENT_KEY]

    def secrets(self):
        exchanges = self.service.requests_to(TOKEN, grant_type="authorization_code")
        verifiers = [request.form["code_verifier"] for request in exchanges]
        return [*super().secrets(), *verifiers, KEY, KEY.replace("-", "_"), ENVIRONMENT_KEY]

    def assert_clean(self, text):
        for secret in self.secrets():
            self.assertNotIn(secret, text)


class Output(Canaries):
    def test_a_life_with_a_key(self):
        login = self.run_heygen("auth", "login", "--api-key", "--verbose", stdin=KEY + "\n")
        self.assert_succeeds(login)
        self.assertEqual(self.home.read()["api_key"], KEY)
        for command in (
            ("auth", "status"),
            ("auth", "status", "--human"),
            ("auth", "explain"),
            ("auth", "explain", "--human"),
            ("config", "list"),
            ("provider", "list"),
            ("provider", "why", "apikey"),
            ("video", "list"),
            ("auth", "logout"),
        ):
            with self.subTest(" ".join(command)):
                self.assert_succeeds(self.run_heygen(*command, "--verbose", env={"HEYGEN_API_KEY": ""}))

    def test_a_key_that_is_set_as_another_setting_is_cut(self):
        strange = "myprivatekey0123456789abcdef"
        self.home.write_settings(f'output = "{strange}"\n')
        for words in (("config", "list"), ("config", "get", "output")):
            done = self.assert_succeeds(self.run_heygen(*words, "--human=false"))
            self.assertNotIn(strange, done.out + done.err)
        done = self.assert_succeeds(self.run_heygen("config", "list", "--human=false", env={"HEYGEN_OUTPUT": strange}))
        self.assertNotIn(strange, done.out + done.err)

    def test_verbose_shows_requests_with_the_credential_hidden(self):
        done = self.run_heygen("video", "list", "--verbose", env={"HEYGEN_API_KEY": ENVIRONMENT_KEY})
        self.assert_succeeds(done)
        self.assertEqual(self.service.requests_to("/v3/videos")[0].headers["x-api-key"], ENVIRONMENT_KEY)
        self.assertIn("x-api-key: ***", done.err)

    def test_a_life_with_tokens(self):
        self.home.browser()
        self.assert_succeeds(self.run_heygen("auth", "login", "--oauth", "--verbose"))
        self.service.expire()
        self.assert_succeeds(self.run_heygen("video", "list", "--verbose"))
        self.assertEqual(len(self.service.refreshes()), 1)
        for command in (("auth", "status"), ("auth", "explain"), ("auth", "explain", "--human"), ("auth", "logout")):
            with self.subTest(" ".join(command)):
                self.assert_succeeds(self.run_heygen(*command, "--verbose"))
        self.assertEqual(len(self.service.requests_to(REVOKE)), 1)

    def test_a_server_that_repeats_what_it_was_sent(self):
        tokens = self.logged_in(PAST)
        echo = f"{tokens['refresh_token']} and {tokens['access_token']}"
        for status in (400, 401, 500):
            with self.subTest(status):
                self.service.fault(TOKEN, status=status, body={"error": "invalid_grant", "error_description": echo})
                self.assertNotEqual(self.run_heygen("video", "list", "--verbose").code, 0)
        self.service.fault(REVOKE, status=400, body={"error": echo, "error_description": echo})
        self.assert_succeeds(self.run_heygen("auth", "logout", "--verbose"))

    def test_a_refused_credential_is_named_and_not_shown(self):
        self.home.write({"api_key": "canary-stale"})
        done = self.assert_fails(self.run_heygen("video", "list", "--verbose"), "unauthorized", 3)
        self.assertNotIn("canary-stale", done.err)

    def assert_refused_unseen(self, *arguments):
        with self.subTest(" ".join(arguments).replace(KEY, "KEY")):
            done = self.run_heygen(*arguments, env={"HEYGEN_API_KEY": ENVIRONMENT_KEY})
            self.assert_fails(done, "usage_error", 2)
            self.assertEqual(self.service.requests, [])

    def test_a_credential_among_the_headers_is_refused_and_not_repeated(self):
        self.assert_refused_unseen("api", "GET", "/v3/videos", "--header", "Authorization: Bearer " + KEY)
        self.assert_refused_unseen("api", "GET", "/v3/videos", "--header", "x-api-key: " + KEY)
        self.assert_refused_unseen("video", "list", "--headers", "x-api-key: " + KEY)

    def test_a_key_among_the_arguments_of_a_login_is_refused_and_not_repeated(self):
        self.assert_refused_unseen("auth", "login", "--api-key", KEY)
        self.assert_refused_unseen("auth", "login", "--api-key=" + KEY)
        self.assert_refused_unseen("auth", "login", KEY)

    def test_a_key_in_any_wrong_place_is_not_repeated(self):
        """`checked` searches all output for it."""
        for words in (
            (KEY,),
            ("video", KEY),
            ("video", "batches", KEY),
            ("help", KEY),
            ("help", "video", "list", KEY),
            ("--api-key", KEY, "video", "list"),
            ("video", "--api-key", KEY, "list"),
            ("video", "list", "--api-key", KEY),
            ("--api-key=" + KEY, "video", "list"),
            ("--" + KEY, "video", "list"),
            ("-" + KEY, "video", "list"),
            ("video", "list", "-x" + KEY),
            ("video", "list", KEY),
            ("video", "get", "video_123", KEY),
            ("video", "list", "--limit", KEY),
            ("video", "list", "--human=" + KEY),
            ("avatar", "list", "--ownership", KEY),
            ("video", "create", "--wait", "--timeout", KEY),
            ("video", "list", "--fields", '"' + KEY),
            ("video", "list", "--headers", KEY),
            ("video", "create", "-d", KEY),
            ("video", "create", "-d", '{"a":' + KEY),
            ("api", KEY, "/v3/videos"),
            ("api", "GET", KEY),
            ("api", "GET", "https://other.example/?token=" + KEY),
            ("api", "GET", "https://other.example/?x=" + KEY),
            ("api", "GET", f"https://{KEY}/v3/videos"),
            ("api", "GET", f"https://user:{KEY}/v3/videos"),
            ("api", "GET", f"{KEY}://other.example"),
            ("api", "GET", "/v3/../" + KEY),
            ("api", "GET", "/v3/videos#" + KEY),
            ("video", "get", f"../{KEY}/.."),
            ("api", "GET", "/v3/videos", "--query", KEY),
            ("api", "GET", "/v3/videos", "--header", KEY),
            ("api", "POST", "/v3/videos", "-d", KEY),
            ("config", "get", KEY),
            ("config", "set", KEY, "json"),
            ("config", "set", "output", KEY),
            ("config", "set", "providers.oauth." + KEY, "x"),
            ("config", "set", "provider.deadline", KEY),
            ("provider", "why", KEY),
            ("provider", "enable", KEY),
            ("provider", "remove", KEY),
            ("provider", "install", KEY),
            ("video", "list", "--provider", KEY),
            ("auth", "login", "--provider", KEY),
            ("auth", "logout", "--provider", KEY),
            ("auth", "explain", "--provider", KEY),
            ("auth", "login", "--oauth", "--provider", KEY),
            ("completion", KEY),
            ("commands", KEY),
            ("policy", "check", KEY),
            ("video", "list", "--jq", KEY + "("),
            ("video", "list", "--jq", KEY.replace("-", "_")),
        ):
            with self.subTest(" ".join(words).replace(KEY, "KEY")):
                done = self.run_heygen(*words, "--verbose", env={"HEYGEN_API_KEY": ENVIRONMENT_KEY})
                self.assertNotEqual(done.code, 0)
        for name in ("HEYGEN_PROVIDER", "HEYGEN_OUTPUT", "HEYGEN_MAX_RETRIES", "HEYGEN_API_BASE", "HTTPS_PROXY", "HEYGEN_ALLOW_HTTP",
                     "HEYGEN_NO_BROWSER", "HEYGEN_RESPONSE_LIMIT", "HEYGEN_OAUTH_TOKEN_URL", "SSL_CERT_FILE", "SSL_CERT_DIR"):
            with self.subTest(name):
                self.run_heygen("auth", "status", "--verbose", env={name: KEY})

    def test_a_key_in_place_of_a_proxy_or_with_dots_is_cut(self):
        for proxy in (KEY, f"http://{KEY}:80", f"{KEY}.{KEY}"):
            with self.subTest(proxy.replace(KEY, "KEY")):
                env = {"HTTPS_PROXY": proxy, "HEYGEN_API_BASE": "https://api.invalid", "HEYGEN_MAX_RETRIES": "0"}
                done = self.run_heygen("video", "list", "--verbose", env={"HEYGEN_API_KEY": ENVIRONMENT_KEY, **env})
                self.assertEqual(done.error()["code"], "network_error", done)
        for words in (("config", "get"), ("config", "unset")):
            done = self.assert_fails(self.run_heygen(*words, "AbCdEfGh.IjKlMnOp.QrStUvWx"), "usage_error", 2)
            self.assertNotIn("IjKlMnOp", done.err)

    def test_a_key_as_a_word_or_value_of_any_command_is_not_repeated(self):
        env = {"HEYGEN_API_KEY": ENVIRONMENT_KEY, "HEYGEN_API_BASE": "https://127.0.0.1:9"}
        seen = set()
        for command in self.run_heygen("commands").json()["commands"]:
            base = [*command["words"], *("x1" for argument in command["arguments"] if argument.get("required"))]
            tries = [[*base, KEY]]
            for option in command["options"]:
                if (option["name"], str(option)) not in seen:
                    tries.append([*base, f"--{option['name']}={KEY}"])
                seen.add((option["name"], str(option)))
            for words in tries:
                self.run_heygen(*words, env=env)  # `checked` searches all output for it

    def test_a_typo_is_repeated(self):
        done = self.run_heygen("vidoe", "list")
        self.assertIn("'vidoe'", done.error()["message"])

    def test_an_api_error_that_repeats_the_key_does_not_show_it(self):
        self.service.fault("/v3/videos", status=400, body={"error": {"code": "bad", "message": "No: " + ENVIRONMENT_KEY}})
        done = self.run_heygen("video", "list", env={"HEYGEN_API_KEY": ENVIRONMENT_KEY})
        self.assertEqual(self.assert_fails(done, "bad", 1).error()["message"], "No: ***")

    def test_a_key_typed_as_an_id_is_not_traced(self):
        self.service.fault("/v3/videos/" + ENVIRONMENT_KEY, status=404, body={})
        done = self.run_heygen("video", "get", ENVIRONMENT_KEY, "--verbose", env={"HEYGEN_API_KEY": ENVIRONMENT_KEY})
        self.assertIn("/v3/videos/***", done.err)

    def test_the_credential_in_any_part_of_a_request_is_shown_nowhere(self):
        """From the environment and from the file; as it is, percent-encoded, and in base64."""
        key = "canary/key+of=the-request"
        quoted = urllib.parse.quote(key, safe="")
        basic = base64.b64encode(f"user:{key}".encode()).decode()
        hidden = [key, quoted, quoted.lower(), basic, base64.b64encode(key.encode()).decode()[:24], basic[8:32]]
        requests = (
            ("GET", "/v3/videos", "--header", "X-Foo: " + key),
            ("GET", "/v3/videos", "--header", "X-Foo: Basic " + basic),
            ("GET", "/v3/videos", "--query", "x=" + key),
            ("GET", "/v3/videos", "--query", key + "=x"),
            ("GET", "/v3/videos?x=" + quoted),
            ("GET", "/v3/videos/" + quoted),
            ("POST", "/v3/videos", "-d", json.dumps({"title": key, "list": [{key: "x"}]})),
            ("POST", "/v3/videos", "-d", json.dumps({"title": "see https://" + quoted + "@other.example/"})),
        )
        for name in ("environment", "file"):
            env = {"HEYGEN_API_KEY": key if name == "environment" else ""}
            self.home.write({"api_key": key} if name == "file" else {})
            self.service.api_keys = [key]
            for words in requests:
                for more in (("--dry-run",), ("--dry-run", "--human"), ("--verbose",)):
                    with self.subTest(name, words=words, more=more):
                        done = self.run_heygen("api", *words, *more, env=env)
                        shown = done.err if more == ("--verbose",) else done.out + done.err
                        self.assertTrue(shown)
                        for form in hidden:
                            self.assertNotIn(form, shown)
            for url in (f"https://{quoted}@api.heygen.com/v3/videos", f"https://{quoted}.example/v3", "/v3/" + key + "/../x"):
                done = self.run_heygen("api", "GET", url, env=env)
                self.assertEqual(done.code, 2, done)
                self.assertNotIn(key, done.err)
                self.assertNotIn(quoted.lower(), done.err.lower())

    def test_what_looks_like_a_key_is_not_shown_though_it_is_not_known(self):
        key, jwt = "sk_V2_hgu_k0123456789abcdef", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"
        for word in (key, jwt):
            for words in (("--header", "X-Foo: " + word), ("--query", "x=" + word), ("-d", json.dumps({"a": word}))):
                done = self.run_heygen("api", "POST", "/v3/videos", *words, "--dry-run")
                self.assertNotIn(word, self.assert_succeeds(done).out)
                self.assertRegex(done.out, r"\*\*\*|" + word[:3] + "…")

    def test_settings_in_effect_are_shown_without_what_could_be_a_secret(self):
        env = {"HEYGEN_OAUTH_TOKEN_URL": "https://bob:hunter2secret@id.example/t", "HEYGEN_OAUTH_CLIENT_ID": "sk_V2_hgu_k0123456789abcdef"}
        for more in ((), ("--human",)):
            done = self.assert_succeeds(self.run_heygen("provider", "why", "oauth", *more, env=env))
            self.assertIn("id.example", done.out)
            for secret in ("hunter2secret", "sk_V2_hgu_k0123456789abcdef"):
                self.assertNotIn(secret, done.out)


class Processes(Canaries):
    def test_the_browser_sees_no_secret_in_any_place_it_may_look(self):
        """Its arguments, its environment, and the arguments of heygen itself, which every user can read."""
        seen = self.home.path / "seen"
        self.home.browser()
        look = "".join(f"tr '\\0' '\\n' < /proc/{what}; " for what in ("$$/cmdline", "$$/environ", "$PPID/cmdline"))
        resume = f"exec '{self.home.env['BROWSER']}' \"$1\"\n"
        self.home.env["BROWSER"] = self.home.script("looking.sh", f"{{ {look}}} > '{seen}'\n{resume}")
        self.assert_succeeds(self.run_heygen("auth", "login", "--oauth", env={"HEYGEN_API_KEY": ENVIRONMENT_KEY}))
        text = seen.read_text()
        self.assertIn("code_challenge=", text)
        self.assertIn("HOME=", text)
        self.assertIn("--oauth", text)
        self.assertEqual(len([s for s in self.secrets() if s.startswith(("at-", "rt-", "co-"))]), 3)
        self.assert_clean(text)

    def waiting(self, prefix=()):
        """A heygen that holds a credential and waits for the server."""
        gate = threading.Event()
        self.addCleanup(gate.set)
        self.service.fault("/v3/videos", gate=gate)
        running = self.start("video", "list", env={"HEYGEN_API_KEY": ENVIRONMENT_KEY}, prefix=prefix)
        self.service.wait(lambda: self.service.requests_to("/v3/videos"))
        return running, gate

    def test_a_crash_writes_no_core_file(self):
        running, _ = self.waiting(("sh", "-c", 'ulimit -c unlimited; exec "$@"', "sh"))
        process = running.process.pid
        self.assertRegex(pathlib.Path(f"/proc/{process}/limits").read_text(), r"Max core file size +0 +0 ")
        os.kill(process, signal.SIGSEGV)
        status = os.waitpid(process, 0)[1]
        self.assertEqual(os.WTERMSIG(status), signal.SIGSEGV)
        self.assertFalse(os.WCOREDUMP(status))

    def test_the_limit_of_cpu_time_is_an_error_that_says_so(self):
        running, _ = self.waiting()
        os.kill(running.process.pid, signal.SIGXCPU)
        self.assertIn("ulimit -t", self.assert_fails(self.finish(running), "error", 1).error()["message"])

    def test_its_memory_cannot_be_read_by_other_programs_of_the_user(self):
        """Linux hands /proc/PID of a process that may not be dumped to root, and forbids tracing it."""
        prefix = ()
        if os.geteuid() == 0:
            self.home.program = install(self.home.path / "prefix", "apikey")
            self.home.config.mkdir(mode=0o700)
            for path in (self.home.path, *self.home.path.rglob("*")):
                os.chown(path, NOBODY, NOBODY)
            prefix = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
        running, gate = self.waiting(prefix)
        process = pathlib.Path(f"/proc/{running.process.pid}")
        user = int((process / "status").read_text().split("Uid:")[1].split()[0])
        self.assertNotEqual(user, 0)
        self.assertEqual((process / "environ").stat().st_uid, 0)
        gate.set()
        self.assert_succeeds(self.finish(running))


class Files(Canaries):
    def test_all_that_is_written_is_private_whatever_the_umask(self):
        self.home.browser()
        open_to_all = ("sh", "-c", 'umask 0; exec "$@"', "sh")
        self.assert_succeeds(self.run_heygen("auth", "login", "--oauth", prefix=open_to_all))
        self.service.expire()
        self.assert_succeeds(self.run_heygen("video", "list", prefix=open_to_all))
        self.assert_succeeds(self.run_heygen("config", "set", "output", "json", prefix=open_to_all))
        names = {path.name: stat.S_IMODE(path.stat().st_mode) for path in self.home.config.iterdir()}
        self.assertEqual(set(names), {"credentials", "credentials.lock", "refresh-oauth.lock", "config.toml"})
        self.assertEqual(set(names.values()), {0o600}, names)
        self.assertEqual(stat.S_IMODE(self.home.config.stat().st_mode), 0o700)
        for name, arguments in (("a", ("config", "set", "output", "json")), ("b", ("auth", "login", "--api-key"))):
            deep = self.home.path / name / "deep" / "er"
            env = {"HEYGEN_CONFIG_DIR": str(deep)}
            self.assert_succeeds(self.run_heygen(*arguments, env=env, stdin="good-key\n", prefix=open_to_all))
            for directory in (deep, deep.parent, deep.parent.parent):
                self.assertEqual(stat.S_IMODE(directory.stat().st_mode), 0o700, directory)


if __name__ == "__main__":
    unittest.main()
