# SPDX-License-Identifier: Apache-2.0
"""A policy of several files, what it fixes and forbids, and the record of what credentials are used for."""

import json
import shutil
import socket
import unittest

from policy_test import OPEN, POLICY, Policy
from proxy import Proxy
from support import PAST, EndToEnd, WithService, certificates

ENABLED = "[providers.device-code]\nenabled = true\n"
DROP_INS = POLICY.parent / "policy.d"
ALLOW = 'version = 1\n[providers]\nmode = "allow"\nallow = ["apikey", "oauth"]\nuser_directories = false\n'


class Fleet(Policy):
    def prefix_of(self, policy, drop_ins, before=""):
        """`policy`: None for no policy.toml. `drop_ins`: texts by file name."""
        directory = self.space / "policy.d"
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir()
        directory.chmod(0o755)
        for name, text in drop_ins.items():
            (directory / name).write_text(text, encoding="utf-8")
            (directory / name).chmod(0o644)
        install = 'cp -a "$0/policy.d" /etc/heygen/\n'
        if policy is None:
            install += "rm /etc/heygen/policy.toml\n"
        return self.prefix(policy or OPEN, install + before)

    def stacked(self, policy, drop_ins, *arguments, before="", env=None, stdin=None):
        return self.run_heygen(*arguments, env=env, stdin=stdin, prefix=self.prefix_of(policy, drop_ins, before))


class Files(Fleet, WithService):
    def setUp(self):
        super().setUp()
        self.home.write({"api_key": "good-key"})

    def test_later_files_narrow_in_the_order_of_their_names(self):
        files = {
            "20-last.toml": "version = 1\nproviders.logins = []\n",
            "10-first.toml": 'version = 1\n\nproviders.allow = ["apikey"]\n',
            "README": "not read",
            "30.toml.dpkg-new": "not read",
            ".40-hidden.toml": "not read",
        }
        self.assert_succeeds(self.stacked(ALLOW, files, "video", "list"))
        shown = self.assert_succeeds(self.stacked(ALLOW, files, "policy", "show")).json()
        self.assertEqual((shown["in_force"], shown["providers"]["allow"]), (True, ["apikey"]))
        self.assertEqual(shown["files"], [str(POLICY), str(DROP_INS / "10-first.toml"), str(DROP_INS / "20-last.toml")])
        self.assertEqual(shown["decided_by"]["providers.allow"], f"{DROP_INS}/10-first.toml, line 3")
        self.assertEqual(shown["decided_by"]["providers.mode"], f"{POLICY}, line 3")
        text = self.stacked(ALLOW, files, "policy", "show", "--human").out
        self.assertIn(f"Providers that may load: apikey ({DROP_INS}/10-first.toml, line 3)\n", text)
        why = self.stacked(ALLOW, files, "provider", "why", "oauth").json()
        self.assertEqual((why["state"], why["rule"]), ("refused", f"{DROP_INS}/10-first.toml, line 3 (providers.allow)"))
        done = self.stacked(ALLOW, files, "auth", "login", stdin="good-key\n")
        self.assertIn("20-last.toml, line 2 (providers.logins)", self.assert_fails(done, "usage_error", 2).error()["message"])

    def test_a_file_that_would_permit_more_ends_everything_and_names_both(self):
        for policy, files, parts in (
            (ALLOW, {"10.toml": 'version = 1\nproviders.allow = ["apikey", "vault"]\n'},
             ("10.toml, line 2: `providers.allow`", f"{POLICY}, line 4", '"vault"')),
            (ALLOW, {"10.toml": "version = 1\nproviders.user_directories = true\n"}, ("10.toml, line 2", f"{POLICY}, line 5")),
            (OPEN, {"10.toml": 'version = 1\n[network]\nproxy = "none"\n', "20.toml": 'version = 1\nnetwork.proxy = "http://p:1"\n'},
             ("20.toml, line 2", "10.toml, line 3")),
        ):
            for arguments in (("video", "list"), ("provider", "list"), ("policy", "show"), ("api", "GET", "/v3/videos")):
                with self.subTest(files, arguments=arguments):
                    done = self.assert_fails(self.stacked(policy, files, *arguments), "error", 1)
                    for part in parts:
                        self.assertIn(part, done.error()["message"])
        self.assertEqual(self.service.requests, [])

    def test_what_is_not_roots_or_cannot_be_read_ends_everything(self):
        files = {"10.toml": "version = 1\n"}
        self.assert_succeeds(self.stacked(OPEN, files, "video", "list"))
        count = len(self.service.requests)
        drop_in = f"{DROP_INS}/10.toml"
        for before, word in (
            (f"chmod 777 {DROP_INS}", "anyone can write"),
            (f"chown 12345 {DROP_INS}", "12345"),
            (f"chmod 666 {drop_in}", "anyone can write"),
            (f"chown 12345 {drop_in}", "12345"),
            (f"ln -sf /nowhere {drop_in}", "nowhere"),
            (f"rm {drop_in}; mkdir {drop_in}", "10.toml"),
            (f"rm {drop_in}; mkfifo {drop_in}", "10.toml"),
            (f"rm -r {DROP_INS}; ln -s /nowhere {DROP_INS}", "nowhere"),
            (f"rm -r {DROP_INS}; touch {DROP_INS}", "not a directory"),
            (f"echo broken > {drop_in}", "line 1"),
            (f": > {drop_in}", "`version` is missing"),
        ):
            with self.subTest(before):
                done = self.assert_fails(self.stacked(OPEN, files, "video", "list", before=before), "error", 1)
                self.assertIn(word, done.error()["message"])
        self.assertEqual(len(self.service.requests), count)

    def test_one_that_this_user_may_not_read_ends_everything(self):
        if not shutil.which("setpriv"):
            self.skipTest("needs setpriv")
        other = ["setpriv", "--reuid", "12345", "--regid", "12345", "--clear-groups"]
        for before in (f"chmod 600 {DROP_INS}/10.toml", f"chmod 700 {DROP_INS}", f"chmod 711 {DROP_INS}"):
            with self.subTest(before):
                prefix = [*self.prefix_of(OPEN, {"10.toml": "version = 1\n"}, before), *other]
                done = self.run_heygen("provider", "list", env={"HEYGEN_CONFIG_DIR": "/nowhere"}, prefix=prefix)
                self.assertIn("permission denied", self.assert_fails(done, "error", 1).error()["message"])

    def test_files_of_the_directory_count_without_a_policy_beside_it(self):
        files = {"10.toml": "version = 1\nproviders.user_directories = false\n"}
        self.put("vault", self.build("vault"))
        rows = {row["id"]: row["state"] for row in self.stacked(None, files, "provider", "list").json()}
        self.assertEqual((rows["vault"], rows["apikey"]), ("refused", "available"))
        self.assertTrue(self.stacked(None, files, "policy", "show").json()["in_force"])
        self.assertFalse(self.stacked(None, {}, "policy", "show").json()["in_force"])
        self.assertEqual(self.marked(), [])


class Check(EndToEnd):
    """`policy check`, which needs no policy in effect."""

    def write(self, name, text):
        path = self.home.path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return str(path)

    def test_files_are_read_in_the_order_given(self):
        first = self.write("a.toml", ALLOW)
        second = self.write("b.toml", 'version = 1\nproviders.allow = ["apikey"]\n')
        done = self.assert_succeeds(self.run_heygen("policy", "check", first, second))
        self.assertEqual((done.json()["valid"], done.json()["providers"]["allow"]), (True, ["apikey"]))
        self.assertIn(f"apikey ({second}, line 2)", self.run_heygen("policy", "check", first, second, "--human").out)
        self.assert_fails(self.run_heygen("policy", "check", second, first), "error", 1)  # the first must be complete

    def test_a_directory_stands_for_its_files(self):
        self.write("policy.toml", ALLOW)
        part = self.write("policy.d/10.toml", 'version = 1\nproviders.allow = ["apikey"]\n')
        for path in (self.home.path, self.home.path / "policy.d", part):
            with self.subTest(path):
                done = self.run_heygen("policy", "check", str(path))
                if path == self.home.path:
                    self.assertEqual(self.assert_succeeds(done).json()["decided_by"]["providers.allow"], f"{part}, line 2")
                else:  # a list without a mode is part of a policy
                    self.assertIn("providers.mode", self.assert_fails(done, "error", 1).error()["message"])
        self.write("policy.d/10.toml", "version = 1\nproviders.logins = []\n")
        for path in (self.home.path, self.home.path / "policy.d", part):
            self.assert_succeeds(self.run_heygen("policy", "check", str(path)))
        (self.home.path / "empty").mkdir()
        self.assert_fails(self.run_heygen("policy", "check", str(self.home.path / "empty")), "cli_file_io_error", 1)

    def test_what_this_machine_does_not_know_is_a_warning(self):
        path = self.write("a.toml", OPEN + '[providers.settings.oauth]\nisuer = "x"\n[commands]\nforbid = ["apii", "auth"]\n')
        done = self.assert_succeeds(self.run_heygen("policy", "check", path))
        self.assertIn("no command `apii`", done.err)
        self.assertNotIn("`auth`", done.err)
        self.assertIn("fixes `isuer`, which provider `oauth` does not declare", done.err)


class Forbidden(Fleet, WithService):
    def setUp(self):
        super().setUp()
        self.home.write({"api_key": "good-key"})

    def test_commands_by_their_words(self):
        policy = OPEN + '[commands]\nforbid = ["api", "auth logout"]\n'
        files = {"10.toml": 'version = 1\ncommands.forbid = ["video delete", "api"]\n'}
        for arguments, rule in (
            (("api", "GET", "/v3/videos"), f"{POLICY}, line 6 (commands.forbid)"),
            (("api", "GET", "/v3/videos", "--dry-run"), f"{POLICY}, line 6 (commands.forbid)"),
            (("auth", "logout"), f"{POLICY}, line 6 (commands.forbid)"),
            (("video", "delete", "v1", "--force"), f"{DROP_INS}/10.toml, line 2 (commands.forbid)"),
        ):
            with self.subTest(arguments):
                done = self.assert_fails(self.stacked(policy, files, *arguments), "usage_error", 2)
                self.assertIn(rule, done.error()["message"])
                self.assertIn("heygen policy show", done.error()["hint"])
        self.assertEqual(self.service.requests, [])
        self.assertEqual(self.home.read(), {"api_key": "good-key"})
        for arguments in (("video", "list"), ("api", "--help"), ("auth", "status"), ("help", "api"), ("commands",)):
            self.assert_succeeds(self.stacked(policy, files, *arguments))

    def test_http_whatever_the_variable_says(self):
        policy = OPEN + "[network]\nallow_http = false\n"
        rule = f"{POLICY}, line 6 (network.allow_http)"
        for arguments in (("video", "list"), ("api", "GET", "/v3/videos"), ("auth", "login", "--api-key"), ("auth", "status"),
                          ("video", "list", "--dry-run")):
            with self.subTest(arguments):
                done = self.stacked(policy, {}, *arguments, stdin="good-key\n")
                self.assertIn(rule, self.assert_fails(done, "usage_error", 2).error()["message"])
        self.assertEqual(self.service.requests, [])

    def test_http_of_a_provider(self):
        # The API is never asked: the device endpoint is refused first.
        policy = OPEN + "[network]\nallow_http = false\n"
        env = {"HEYGEN_API_BASE": "https://api.invalid", "HEYGEN_OAUTH_DEVICE_URL": "http://auth.invalid/device"}
        done = self.stacked(policy, {}, "auth", "login", "--device-code", env=env)
        self.assertIn("http", self.assert_fails(done, "usage_error", 2).error()["message"])
        self.assertEqual(self.service.requests, [])


class Proxies(Fleet, WithService):
    @property
    def tls(self):
        return (certificates() / "server.pem", certificates() / "server.key")

    def setUp(self):
        super().setUp()
        self.proxy = self.enterContext(Proxy())
        self.home.env.update(
            SSL_CERT_FILE=str(certificates() / "ca.pem"),
            HEYGEN_API_BASE=self.service.url.replace("127.0.0.1", "service.test"),
            HEYGEN_API_KEY="good-key",
        )
        self.named = f"http://{self.proxy.address}"

    def test_forbidden_ones_are_refused_before_anything_is_sent(self):
        policy = OPEN + '[network]\nproxy = "none"\n'
        for variable in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
            for arguments in (("video", "list"), ("auth", "status"), ("api", "GET", "/v3/videos")):
                done = self.stacked(policy, {}, *arguments, env={variable: self.named})
                message = self.assert_fails(done, "usage_error", 2).error()["message"]
                self.assertIn(variable, message)
                self.assertIn(f"{POLICY}, line 6 (network.proxy)", message)
        self.assertEqual((self.proxy.seen, self.service.requests), ([], []))
        self.assert_succeeds(self.stacked(policy, {}, "provider", "list", env={"HTTPS_PROXY": self.named}))

    def test_a_fixed_one_is_used_whatever_the_variables_say(self):
        policy = OPEN + f'[network]\nproxy = "{self.named}"\n'
        for env in ({}, {"HTTPS_PROXY": self.named}, {"NO_PROXY": "*"}):
            with self.subTest(env):
                self.proxy.seen.clear()
                self.assert_succeeds(self.stacked(policy, {}, "video", "list", env=env))
                self.assertEqual({method for method, _ in self.proxy.seen}, {"CONNECT"})
        count = len(self.service.requests)
        done = self.stacked(policy, {}, "video", "list", env={"HTTPS_PROXY": "http://127.0.0.1:9"})
        self.assertIn("fixes the proxy", self.assert_fails(done, "usage_error", 2).error()["message"])
        self.assertEqual(len(self.service.requests), count)


class Settings(Fleet, WithService):
    def setUp(self):
        super().setUp()
        for name in list(self.home.env):
            if name.startswith("HEYGEN_OAUTH_"):
                del self.home.env[name]
        self.policy = OPEN + (
            f'[providers.settings.oauth]\nissuer = "{self.service.url}"\nclient_id = "e2e-client"\n'
        )
        self.rule = f"{POLICY}, line 6 (providers.settings.oauth.issuer)"
        self.home.write_settings(ENABLED)

    def login(self, *arguments, env=None):
        return self.stacked(self.policy, {}, "auth", "login", "--device-code", *arguments, env=env)

    def test_the_authorization_server_and_the_client_are_fixed(self):
        self.assert_succeeds(self.login())
        self.assertEqual(len(self.service.requests_to("/.well-known/oauth-authorization-server")), 1)
        clients = {request.form["client_id"] for request in self.service.requests if "client_id" in request.form}
        self.assertEqual(clients, {"e2e-client"})
        self.assertEqual(self.home.read()["oauth"]["issuer"], self.service.url)

    def test_what_contradicts_it_is_refused_with_the_rule_before_anything_is_sent(self):
        for arguments, env, settings, word in (
            ((), {"HEYGEN_OAUTH_ISSUER": "https://evil.example"}, "", "HEYGEN_OAUTH_ISSUER"),
            (("--set", "issuer=https://evil.example"), {}, "", "--set issuer"),
            ((), {}, '[providers.oauth]\nissuer = "https://evil.example"\n', "providers.oauth.issuer"),
            ((), {}, 'issuer = "https://evil.example"\n', "providers.device-code.issuer"),
        ):
            with self.subTest(word):
                self.home.write_settings(ENABLED + settings)
                done = self.assert_fails(self.login(*arguments, env=env), "usage_error", 2)
                self.assertIn(word, done.error()["message"])
                self.assertIn(self.rule, done.error()["message"])
        self.home.write_settings('[providers.oauth]\nissuer = "https://evil.example"\n')
        self.logged_in()
        done = self.stacked(self.policy, {}, "video", "list")
        self.assertIn(self.rule, self.assert_fails(done, "usage_error", 2).error()["message"])
        self.assertEqual(self.service.requests, [])
        self.home.write_settings(f'[providers.oauth]\nissuer = "{self.service.url}"\n')
        self.assert_succeeds(self.stacked(self.policy, {}, "video", "list"))

    def test_a_stored_login_goes_to_no_other_host_than_those_listed(self):
        tokens = self.service.mint()
        self.home.write_oauth(tokens, PAST, token_endpoint=self.service.url + "/v1/oauth/token", client_id="e2e-client")
        listed = OPEN + 'hosts.oauth = ["id.corp.example"]\n'
        done = self.assert_fails(self.stacked(listed, {}, "video", "list"), "usage_error", 2)
        self.assertIn(f"{POLICY}, line 5 (providers.hosts.oauth)", done.error()["message"])
        self.assertEqual(self.service.requests, [])
        self.assert_succeeds(self.stacked(listed.replace("id.corp.example", "127.0.0.1"), {}, "video", "list"))
        self.assertEqual(len(self.service.refreshes()), 1)

    def test_a_mistake_in_it_ends_everything(self):
        for line, word in (('isuer = "https://id.example"', "does not declare"), ('token_url = "id.example"', "must be an http or https URL")):
            done = self.stacked(OPEN + f"[providers.settings.oauth]\n{line}\n", {}, "auth", "login", "--device-code")
            self.assertIn(word, self.assert_fails(done, "error", 1).error()["message"])
        self.assertEqual(self.service.requests, [])

    def test_settings_show_what_is_fixed_and_by_which_rule(self):
        shown = self.assert_succeeds(self.stacked(self.policy, {}, "config", "get", "providers.oauth.issuer")).json()
        self.assertEqual(shown, {"key": "providers.oauth.issuer", "value": self.service.url, "source": "policy", "rule": self.rule})
        self.home.write_settings('[providers.oauth]\nissuer = "https://evil.example"\nscope = "openid"\n')
        rows = {row["key"]: row for row in self.assert_succeeds(self.stacked(self.policy, {}, "config", "list")).json()}
        self.assertEqual(rows["providers.oauth.issuer"]["rule"], self.rule)
        self.assertEqual(rows["providers.device-code.client_id"]["value"], "e2e-client")
        self.assertEqual(rows["providers.oauth.scope"]["source"], "file")
        self.assertIn(self.rule, self.stacked(self.policy, {}, "config", "list", "--human").out)
        before = (self.home.config / "config.toml").read_text()
        done = self.stacked(self.policy, {}, "config", "set", "providers.oauth.issuer", "https://evil.example")
        self.assertIn(self.rule, self.assert_fails(done, "usage_error", 2).error()["message"])
        self.assertEqual((self.home.config / "config.toml").read_text(), before)
        self.assert_succeeds(self.stacked(self.policy, {}, "config", "unset", "providers.oauth.issuer"))
        why = self.assert_succeeds(self.stacked(self.policy, {}, "provider", "why", "oauth")).json()
        issuer = next(row for row in why["settings"] if row["key"] == "providers.oauth.issuer")
        self.assertEqual((issuer["value"], issuer["source"]), (self.service.url, f"the policy {self.rule}"))


class Audit(Fleet, WithService):
    def setUp(self):
        super().setUp()
        log = self.space / "log"
        self.listener = self.enterContext(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        self.listener.bind(str(log))
        self.device = 'mkdir -p "$0/dev"; mount --bind /dev "$0/dev"; mount -t tmpfs tmpfs /dev\nln -s "$0"/dev/* /dev/; rm -f /dev/log\n'
        self.connected = self.device + f'ln -s "{log}" /dev/log\n'
        self.policy = 'audit = "syslog"\n' + OPEN.replace("[providers]\n", "").replace("mode", "providers.mode").replace(
            "user_", "providers.user_"
        )
        self.home.env["HEYGEN_OAUTH_DEVICE_URL"] = self.service.url + "/v1/oauth/device_authorization"

    def act(self, *arguments, policy=None, before=None, **options):
        return self.stacked(policy or self.policy, {}, *arguments, before=before or self.connected, **options)

    def records(self):
        """All that came, without loads. Each is one object, and holds no secret. heygen has ended: nothing is under way."""
        self.listener.setblocking(False)
        out = []
        while True:
            try:
                line = self.listener.recv(65536).decode()
            except BlockingIOError:
                return [record for record in out if record["event"] != "load"]
            self.assertRegex(line, r"^<85>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d heygen\[\d+\]: \{.*\}$")
            self.assertLessEqual(len(line), 2048)
            for secret in [*self.secrets(), "good-key"]:
                self.assertNotIn(secret, line)
            record = json.loads(line.split("]: ", 1)[1])
            self.assertRegex(record["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
            self.assertEqual(record["user"], 0)
            out.append(record)

    def told(self):
        return [(one["event"], one["outcome"], one.get("provider", ""), one["command"]) for one in self.records()]

    def test_login_use_refresh_and_logout(self):
        self.assert_succeeds(self.act("auth", "login", "--device-code"))
        self.assertEqual(self.told(), [("login", "ok", "device-code", "auth login")])
        self.assert_succeeds(self.act("video", "list"))
        records = self.records()
        self.assertEqual([one["event"] for one in records], ["use"])
        self.assertEqual((records[0]["command"], records[0]["profile"], records[0]["type"]), ("video list", "", "oauth"))
        self.service.expire()
        self.assert_succeeds(self.act("video", "list"))
        self.assertEqual([one[:2] for one in self.told()], [("use", "ok"), ("refresh", "ok"), ("use", "ok")])
        self.service.expire()
        self.service.end_families()
        self.assert_fails(self.act("video", "list"), "auth_error", 3)
        self.assertEqual([one[:2] for one in self.told()], [("use", "ok"), ("refresh", "failed")])
        self.assert_succeeds(self.act("auth", "logout"))
        self.assertEqual([one[:2] for one in self.told()], [("logout", "ok")])

    def test_one_use_per_command_and_provider(self):
        self.home.write({"api_key": "good-key"})
        for arguments in (("api", "GET", "/v3/videos"), ("auth", "status"), ("user", "me", "get")):
            self.act(*arguments)
            told = self.told()
            self.assertLessEqual(len(told), 1, arguments)
            self.assertTrue(all(one[:3] == ("use", "ok", "apikey") for one in told), told)
        self.assert_succeeds(self.act("auth", "explain"))
        self.assertEqual(self.told(), [])

    def test_failed_logins_and_replaced_ones(self):
        self.assert_fails(self.act("auth", "login", "--api-key", stdin="wrong-key-of-someone\n"), "auth_error", 3)
        records = self.records()
        self.assertEqual([(one["event"], one["outcome"], one["provider"]) for one in records], [("login", "failed", "apikey")])
        self.assertNotIn("wrong-key-of-someone", json.dumps(records))
        self.assert_succeeds(self.act("auth", "login", "--device-code"))
        self.assert_succeeds(self.act("auth", "login", "--api-key", stdin="good-key\n"))
        self.assertEqual([one[:2] for one in self.told()], [("login", "ok"), ("login", "ok"), ("logout", "ok")])

    def test_refusals_with_their_rule(self):
        self.home.write({"api_key": "good-key"})
        policy = self.policy + 'providers.logins = []\ncommands.forbid = ["api"]\n'
        policy += 'api.base = "https://api.heygen.com"\n'
        real = {"HEYGEN_API_BASE": ""}
        for command, arguments, env, rule in (
            ("api", ("GET", "/v3/videos"), real, f"{POLICY}, line 6 (commands.forbid)"),
            ("auth login", ("--api-key",), real, f"{POLICY}, line 5 (providers.logins)"),
            ("video list", (), {}, f"{POLICY}, line 7 (api.base)"),
        ):
            with self.subTest(command):
                self.assert_fails(self.act(*command.split(), *arguments, policy=policy, env=env, stdin="good-key\n"), "usage_error", 2)
                records = self.records()
                self.assertEqual([(one["event"], one["outcome"]) for one in records], [("refusal", "refused")])
                self.assertEqual((records[0]["rule"], records[0]["command"]), (rule, command))
        self.assertEqual(self.service.requests, [])

    def test_without_a_log_nothing_happens_where_the_record_is_required(self):
        self.home.write({"api_key": "good-key"})
        self.assert_succeeds(self.act("video", "list", before=self.device))  # not required: the record is lost
        count = len(self.service.requests)
        required = self.policy + "audit_required = true\n"
        for arguments in (("video", "list"), ("auth", "login", "--api-key"), ("auth", "logout"), ("api", "GET", "/v3/videos")):
            with self.subTest(arguments):
                done = self.act(*arguments, policy=required, before=self.device, stdin="good-key\n")
                message = self.assert_fails(done, "error", 1).error()["message"]
                self.assertIn("(audit_required)", message)
                self.assertIn("/dev/log", message)
        self.assertEqual(len(self.service.requests), count)
        self.assertEqual(self.home.read(), {"api_key": "good-key"})
        self.assert_succeeds(self.act("policy", "show", policy=required, before=self.device))
        self.assert_succeeds(self.act("video", "list", policy=required))
        self.assertEqual([one[0] for one in self.told()], ["use"])


if __name__ == "__main__":
    unittest.main()
