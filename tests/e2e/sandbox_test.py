#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""heygen-sandbox from end to end: the program, its sockets, its pages. Python standard library only.

The program is bin/heygen-sandbox of HEYGEN_BUILD, or of build/.
"""
import base64
import hashlib
import html.parser
import http.client
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import unittest
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

SANDBOX = os.path.abspath(os.path.join(os.environ.get("HEYGEN_BUILD") or "build", "bin", "heygen-sandbox"))
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
REDIRECT = "http://127.0.0.1:45678/oauth/callback"


class Response:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)

    def location(self):
        url = urllib.parse.urlsplit(self.headers["Location"])
        return url._replace(query="").geturl(), dict(urllib.parse.parse_qsl(url.query))


class FormReader(html.parser.HTMLParser):
    """The first form of a page: its action and its hidden fields."""

    def __init__(self, page):
        super().__init__()
        self.action, self.fields, self.outside = None, {}, []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.action = attrs["action"]
        if tag == "input" and attrs.get("type") == "hidden":
            self.fields[attrs["name"]] = attrs["value"]
        if tag in ("script", "img", "iframe", "object") or (tag == "link" and not attrs["href"].startswith("data:")):
            self.outside.append(tag)


class Sandbox:
    def __init__(self, *options):
        self.process = subprocess.Popen([SANDBOX, "serve", *options], stdout=subprocess.PIPE, text=True)
        self.environment, self.comments = {}, []
        for line in self.process.stdout:
            if line.startswith("export "):
                name, value = line[len("export "):].rstrip("\n").split("=", 1)
                self.environment[name] = value.strip("'")
            else:
                self.comments.append(line.strip())
            if line == "# ready\n":
                break
        else:
            raise RuntimeError("the sandbox ended before it was ready")
        self.base = self.environment["HEYGEN_API_BASE"]
        self.host, self.port = urllib.parse.urlsplit(self.base).hostname, urllib.parse.urlsplit(self.base).port

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        status = self.process.wait(timeout=20)
        self.process.stdout.close()
        return status

    def request(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=20)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return Response(response.status, response.headers, response.read())
        finally:
            connection.close()

    def form(self, path, fields, headers=None):
        return self.request("POST", path, urllib.parse.urlencode(fields),
                            {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})})

    def token(self, **fields):
        return self.form("/v1/oauth/token", {"client_id": "cli", **fields})

    def api(self, method, path, value=None, **headers):
        headers = headers or {"x-api-key": "sandbox-key"}
        body = None
        if value is not None:
            body, headers = json.dumps(value), {**headers, "Content-Type": "application/json"}
        return self.request(method, path, body, headers)

    def authorize_path(self, verifier, **changes):
        digest = hashlib.sha256(verifier.encode()).digest()
        query = {"response_type": "code", "client_id": "cli", "redirect_uri": REDIRECT, "state": "a b&c", "scope": "openid email",
                 "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(), "code_challenge_method": "S256"}
        query = {name: value for name, value in {**query, **changes}.items() if value is not None}
        return "/oauth/authorize?" + urllib.parse.urlencode(query)

    def login(self, **changes):
        """Through --auto-approve: (the verifier, the code, the token response)."""
        verifier = secrets.token_urlsafe(48)
        _, params = self.request("GET", self.authorize_path(verifier, **changes)).location()
        return verifier, params["code"], self.token(grant_type="authorization_code", code=params["code"],
                                                    redirect_uri=REDIRECT, code_verifier=verifier)

    def state(self, token):
        return self.request("GET", "/_sandbox/state?" + urllib.parse.urlencode({"token": token})).json()["state"]


class WithSandbox(unittest.TestCase):
    options = ()

    @classmethod
    def setUpClass(cls):
        cls.sandbox = Sandbox(*cls.options)

    @classmethod
    def tearDownClass(cls):
        cls.sandbox.stop()

    def assert_refused(self, response, error, status=400):
        self.assertEqual((response.status, response.json()["error"]), (status, error))


class CommandLine(unittest.TestCase):
    def run_it(self, *args, **options):
        return subprocess.run([SANDBOX, *args], capture_output=True, text=True, timeout=30, **options)

    def test_help_goes_to_stdout(self):
        for args in (["--help"], ["help"], ["help", "serve"], ["serve", "--help"], ["run", "-h"]):
            result = self.run_it(*args)
            self.assertEqual((result.returncode, result.stderr), (0, ""), args)
            self.assertIn("--auto-approve", result.stdout)

    def test_wrong_use_exits_2_with_a_sentence(self):
        for args in ([], ["fly"], ["serve", "--prot", "1"], ["serve", "extra"], ["serve", "--port"], ["serve", "--port", "70000"],
                     ["serve", "--auto-approve=yes"], ["serve", "--access-ttl", "0"], ["serve", "--job-delay", "soon"],
                     ["run"], ["run", "--"], ["serve", "-x"]):
            result = self.run_it(*args)
            self.assertEqual((result.returncode, result.stdout), (2, ""), args)
            self.assertTrue(result.stderr.startswith("heygen-sandbox: "), result.stderr)

    def test_it_listens_on_loopback_alone(self):
        for host in ("0.0.0.0", "192.168.1.1", "::", "example.com", "localhost", ""):
            result = self.run_it("serve", "--host", host)
            self.assertEqual(result.returncode, 2, host)
            self.assertIn("only on loopback addresses", result.stderr)

    def test_a_taken_port_is_an_error(self):
        first = Sandbox()
        try:
            result = self.run_it("serve", "--port", str(first.port))
            self.assertEqual(result.returncode, 1)
            self.assertIn(str(first.port), result.stderr)
        finally:
            first.stop()

    def test_serve_ends_well_on_each_signal(self):
        for how in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self.assertEqual(Sandbox().stop(how), 0)

    def test_serve_ends_although_a_connection_is_open(self):
        sandbox = Sandbox()
        with socket.create_connection((sandbox.host, sandbox.port)) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\n")
            self.assertEqual(sandbox.stop(), 0)

    def test_serve_leaves_the_real_login_alone(self):
        sandbox = Sandbox()
        directory = sandbox.environment["HEYGEN_CONFIG_DIR"]
        self.assertEqual(os.stat(directory).st_mode & 0o777, 0o700)
        self.assertEqual(os.listdir(directory), [])
        unset = next(line for line in sandbox.comments if line.startswith("unset ")).split()
        self.assertIn("HEYGEN_API_KEY", unset)
        self.assertIn("HEYGEN_ACCESS_TOKEN", unset)
        sandbox.stop()
        self.assertFalse(os.path.exists(directory))

    def test_serve_keeps_a_configuration_directory_that_is_named(self):
        with tempfile.TemporaryDirectory(prefix="it's a ") as directory:
            sandbox = Sandbox("--config-dir", directory)
            sandbox.stop()
            self.assertEqual(sandbox.environment["HEYGEN_CONFIG_DIR"].replace("'\\''", "'"), directory)
            self.assertTrue(os.path.isdir(directory))

    def test_ipv6_loopback(self):
        try:
            sandbox = Sandbox("--host", "::1")
        except RuntimeError:
            self.skipTest("no IPv6 here")
        try:
            self.assertEqual(sandbox.base, f"http://[::1]:{sandbox.port}")
            self.assertEqual(sandbox.request("GET", "/oauth/device").status, 200)
        finally:
            sandbox.stop()

    def test_run_gives_the_environment_and_the_exit_status(self):
        script = ("import os, sys, urllib.request\n"
                  "directory = os.environ['HEYGEN_CONFIG_DIR']\n"
                  "assert os.stat(directory).st_mode & 0o777 == 0o700 and not os.listdir(directory)\n"
                  "open(os.path.join(directory, 'credentials'), 'w').close()\n"
                  "assert 'HEYGEN_API_KEY' not in os.environ and 'HEYGEN_ACCESS_TOKEN' not in os.environ\n"
                  "assert 'HEYGEN_OAUTH_ISSUER' not in os.environ\n"
                  "assert os.environ['HEYGEN_ALLOW_HTTP'] == '1'\n"
                  "urllib.request.urlopen(os.environ['HEYGEN_API_BASE'] + '/.well-known/openid-configuration')\n"
                  "print(directory)\nsys.exit(7)\n")
        result = self.run_it("run", "--", sys.executable, "-c", script, env={
            **os.environ, "HEYGEN_API_KEY": "real", "HEYGEN_ACCESS_TOKEN": "real", "HEYGEN_OAUTH_ISSUER": "https://x", "HEYGEN_CONFIG_DIR": "/real",
            "no_proxy": "127.0.0.1"})
        self.assertEqual((result.returncode, result.stderr), (7, ""))
        self.assertFalse(os.path.exists(result.stdout.strip()))

    def test_run_says_why_a_command_does_not_start(self):
        self.assertEqual(self.run_it("run", "--", "no-such-program-anywhere").returncode, 127)
        self.assertEqual(self.run_it("run", "--", "/").returncode, 126)
        self.assertEqual(self.run_it("run", "--", "sh", "-c", "kill -9 $$").returncode, 128 + 9)

    def test_run_passes_signals_on(self):
        script = "trap 'exit 9' TERM; echo up; while :; do sleep 0.05; done"
        process = subprocess.Popen([SANDBOX, "run", "--", "sh", "-c", script], stdout=subprocess.PIPE, text=True)
        with process:
            self.assertEqual(process.stdout.readline(), "up\n")
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(timeout=20), 9)

    def test_run_takes_what_follows_the_first_word_as_it_is(self):
        result = self.run_it("run", "--interval", "1", "echo", "--port", "--", "x")
        self.assertEqual((result.returncode, result.stdout), (0, "--port -- x\n"))


class Login(WithSandbox):
    options = ("--auto-approve", "--interval", "0")

    def test_the_whole_code_flow(self):
        verifier, code, response = self.sandbox.login()
        self.assertEqual((response.status, response.headers["Cache-Control"]), (200, "no-store"))
        tokens = response.json()
        self.assertEqual((tokens["token_type"], tokens["expires_in"], tokens["scope"]), ("Bearer", 3600, "openid email"))
        me = self.sandbox.api("GET", "/v3/users/me", Authorization="Bearer " + tokens["access_token"])
        self.assertEqual(me.json()["data"]["billing_type"], "subscription")

    def test_the_redirect_carries_state_and_issuer(self):
        where, params = self.sandbox.request("GET", self.sandbox.authorize_path("v" * 43)).location()
        self.assertEqual((where, params["state"], params["iss"]), (REDIRECT, "a b&c", self.sandbox.base))

    def test_both_loopback_literals_and_any_port_are_fine(self):
        for host in ("127.0.0.1:1", "127.0.0.1:65000", "[::1]:5000", "127.0.0.1"):
            redirect = f"http://{host}/oauth/callback"
            response = self.sandbox.request("GET", self.sandbox.authorize_path("v" * 43, redirect_uri=redirect))
            self.assertEqual(response.location()[0], redirect)

    def test_an_unregistered_redirect_url_is_refused(self):
        for redirect in ("http://localhost:1/oauth/callback", "http://127.0.0.1:1/other", "https://127.0.0.1:1/oauth/callback",
                         "http://127.0.0.1:1/oauth/callback?x=1", "http://127.0.0.1:1/oauth/callback#f", "http://evil.example/oauth/callback",
                         "http://127.0.0.1:1@evil.example/oauth/callback", "http://127.0.0.1.evil.example/oauth/callback", None):
            response = self.sandbox.request("GET", self.sandbox.authorize_path("v" * 43, redirect_uri=redirect))
            self.assertEqual((response.status, response.headers["Location"]), (400, None), redirect)
        self.assertEqual(self.sandbox.request("GET", self.sandbox.authorize_path("v" * 43, client_id=None)).status, 400)

    def test_other_faults_go_back_to_the_client(self):
        for changes, error in (({"response_type": "token"}, "unsupported_response_type"), ({"response_type": None}, "invalid_request"),
                               ({"code_challenge": None}, "invalid_request"), ({"code_challenge_method": "plain"}, "invalid_request"),
                               ({"code_challenge_method": None}, "invalid_request"), ({"code_challenge": "short"}, "invalid_request"),
                               ({"scope": 'a"b'}, "invalid_scope")):
            _, params = self.sandbox.request("GET", self.sandbox.authorize_path("v" * 43, **changes)).location()
            self.assertEqual((params["error"], params["state"], params["iss"]), (error, "a b&c", self.sandbox.base))
            self.assertNotIn("code", params)
        _, params = self.sandbox.request("GET", self.sandbox.authorize_path("v" * 43) + "&state=other").location()
        self.assertEqual(params["error"], "invalid_request")

    def test_a_code_that_comes_twice_ends_all_its_tokens(self):
        verifier, code, response = self.sandbox.login()
        tokens = response.json()
        again = self.sandbox.token(grant_type="authorization_code", code=code, redirect_uri=REDIRECT, code_verifier=verifier)
        self.assert_refused(again, "invalid_grant")
        self.assertEqual(self.sandbox.state(tokens["access_token"]), "revoked")
        self.assertEqual(self.sandbox.state(tokens["refresh_token"]), "revoked")

    def test_a_code_needs_its_verifier_its_redirect_and_its_client(self):
        for changes in ({"code_verifier": "w" * 43}, {"redirect_uri": REDIRECT + "x"}, {"client_id": "another"}):
            verifier = secrets.token_urlsafe(48)
            _, params = self.sandbox.request("GET", self.sandbox.authorize_path(verifier)).location()
            form = {"grant_type": "authorization_code", "code": params["code"], "redirect_uri": REDIRECT, "code_verifier": verifier}
            self.assert_refused(self.sandbox.token(**{**form, **changes}), "invalid_grant")

    def test_the_token_endpoint_reads_forms_only(self):
        self.assertEqual(self.sandbox.request("GET", "/v1/oauth/token").status, 405)
        self.assert_refused(self.sandbox.request("POST", "/v1/oauth/token", "{}", {"Content-Type": "application/json"}), "invalid_request")
        self.assert_refused(self.sandbox.token(), "invalid_request")
        self.assert_refused(self.sandbox.token(grant_type="password"), "unsupported_grant_type")
        self.assert_refused(self.sandbox.form("/v1/oauth/token", {"grant_type": "refresh_token"}), "invalid_client", 401)
        self.assert_refused(self.sandbox.form("/v1/oauth/token", [("client_id", "a"), ("client_id", "b")]), "invalid_request")

    def test_refresh_tokens_rotate(self):
        first = self.sandbox.login()[2].json()
        second = self.sandbox.token(grant_type="refresh_token", refresh_token=first["refresh_token"]).json()
        self.assertEqual(self.sandbox.state(first["refresh_token"]), "consumed")
        self.assertEqual(self.sandbox.state(second["refresh_token"]), "active")
        self.assertEqual(second["scope"], first["scope"])

    def test_a_consumed_refresh_token_ends_the_family(self):
        first = self.sandbox.login()[2].json()
        second = self.sandbox.token(grant_type="refresh_token", refresh_token=first["refresh_token"]).json()
        self.assert_refused(self.sandbox.token(grant_type="refresh_token", refresh_token=first["refresh_token"]), "invalid_grant")
        for name in ("access_token", "refresh_token"):
            self.assertEqual(self.sandbox.state(second[name]), "revoked")
        self.assert_refused(self.sandbox.token(grant_type="refresh_token", refresh_token=second["refresh_token"]), "invalid_grant")

    def test_many_at_once_consume_a_refresh_token_once(self):
        token = self.sandbox.login()[2].json()["refresh_token"]
        with ThreadPoolExecutor(16) as pool:
            responses = list(pool.map(lambda _: self.sandbox.token(grant_type="refresh_token", refresh_token=token), range(32)))
        self.assertEqual(sorted(response.status for response in responses), [200] + [400] * 31)

    def test_a_refresh_may_narrow_the_scope_but_not_widen_it(self):
        tokens = self.sandbox.login()[2].json()
        wider = self.sandbox.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"], scope="openid profile")
        self.assert_refused(wider, "invalid_scope")
        narrower = self.sandbox.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"], scope="email").json()
        self.assertEqual(narrower["scope"], "email")

    def test_revoking(self):
        tokens = self.sandbox.login()[2].json()
        self.assertEqual(self.sandbox.form("/v1/oauth/revoke", {"client_id": "cli", "token": "unheard-of"}).status, 200)
        self.assert_refused(self.sandbox.form("/v1/oauth/revoke", {"client_id": "cli"}), "invalid_request")
        self.assert_refused(self.sandbox.form("/v1/oauth/revoke", {"client_id": "x", "token": tokens["access_token"]}), "invalid_grant")
        self.sandbox.form("/v1/oauth/revoke", {"client_id": "cli", "token": tokens["access_token"]})
        self.assertEqual([self.sandbox.state(tokens[n]) for n in ("access_token", "refresh_token")], ["revoked", "active"])
        tokens = self.sandbox.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"]).json()
        self.sandbox.form("/v1/oauth/revoke", {"client_id": "cli", "token": tokens["refresh_token"], "token_type_hint": "refresh_token"})
        self.assertEqual([self.sandbox.state(tokens[n]) for n in ("access_token", "refresh_token")], ["revoked", "revoked"])

    def test_expire_ends_the_access_tokens_and_keeps_the_refresh_tokens(self):
        tokens = self.sandbox.login()[2].json()
        self.assertEqual(self.sandbox.request("POST", "/_sandbox/expire").status, 200)
        self.assertEqual([self.sandbox.state(tokens[n]) for n in ("access_token", "refresh_token")], ["expired", "active"])
        response = self.sandbox.api("GET", "/v3/users/me", Authorization="Bearer " + tokens["access_token"])
        self.assertEqual(response.status, 401)
        self.assertIn('error="invalid_token"', response.headers["WWW-Authenticate"])

    def test_a_device_code_is_approved_by_itself(self):
        device = self.sandbox.form("/v1/oauth/device_authorization", {"client_id": "cli"}).json()
        response = self.sandbox.token(grant_type=DEVICE_GRANT, device_code=device["device_code"])
        self.assertEqual((response.status, response.json()["scope"]), (200, "openid profile email"))
        self.assert_refused(self.sandbox.token(grant_type=DEVICE_GRANT, device_code=device["device_code"]), "invalid_grant")

    def test_metadata(self):
        for name in ("oauth-authorization-server", "openid-configuration"):
            found = self.sandbox.request("GET", "/.well-known/" + name).json()
            self.assertEqual(found["issuer"], self.sandbox.base)
            self.assertTrue(found["authorization_response_iss_parameter_supported"])
            for endpoint, variable in (("authorization", "AUTHORIZE"), ("token", "TOKEN"), ("revocation", "REVOKE"),
                                       ("device_authorization", "DEVICE")):
                self.assertEqual(found[endpoint + "_endpoint"], self.sandbox.environment[f"HEYGEN_OAUTH_{variable}_URL"])


class Pages(WithSandbox):
    options = ("--interval", "0")

    def open(self, path, **headers):
        response = self.sandbox.request("GET", path, None, headers)
        cookie = (response.headers["Set-Cookie"] or "").split(";")[0]
        return response, FormReader(response.body.decode()), cookie

    def press(self, button, form, cookie, **headers):
        return self.sandbox.form(form.action, {**form.fields, "decision": button}, {"Cookie": cookie, **headers})

    def test_approve_leads_back_with_a_code(self):
        verifier = secrets.token_urlsafe(48)
        _, form, cookie = self.open(self.sandbox.authorize_path(verifier))
        where, params = self.press("approve", form, cookie, Origin=self.sandbox.base).location()
        self.assertEqual((where, params["state"], params["iss"]), (REDIRECT, "a b&c", self.sandbox.base))
        response = self.sandbox.token(grant_type="authorization_code", code=params["code"], redirect_uri=REDIRECT, code_verifier=verifier)
        self.assertEqual(response.status, 200)

    def test_deny_leads_back_with_an_error(self):
        _, form, cookie = self.open(self.sandbox.authorize_path("v" * 43))
        _, params = self.press("deny", form, cookie).location()
        self.assertEqual((params["error"], params["state"], params["iss"]), ("access_denied", "a b&c", self.sandbox.base))

    def test_only_the_page_itself_can_answer_and_only_once(self):
        _, form, cookie = self.open(self.sandbox.authorize_path("v" * 43))
        self.assertEqual(self.press("approve", form, "").status, 403)
        self.assertEqual(self.press("approve", form, "heygen-sandbox=other").status, 403)
        self.assertEqual(self.press("approve", form, cookie, Origin="http://evil.example").status, 403)
        self.assertEqual(self.press("approve", form, cookie, Origin="null").status, 403)
        self.assertEqual(self.press("maybe", form, cookie).status, 403)
        self.assertEqual(self.press("approve", form, cookie).status, 303)
        self.assertEqual(self.press("approve", form, cookie).status, 403)

    def test_pages_say_what_asks_and_load_nothing(self):
        response, form, _ = self.open(self.sandbox.authorize_path("v" * 43, client_id="<b>&'\"", scope="openid <i>"))
        text = response.body.decode()
        self.assertIn("Sandbox", text)
        self.assertIn("&lt;b&gt;&amp;'&quot;", text)
        self.assertIn("&lt;i&gt;", text)
        self.assertNotIn("<b>", text)
        self.assertEqual(form.outside, [])
        policy = response.headers["Content-Security-Policy"]
        self.assertTrue(policy.startswith("default-src 'none'"), policy)
        self.assertIn("form-action 'self' http://127.0.0.1:45678", policy)
        self.assertIn("frame-ancestors 'none'", policy)
        style = re.search("<style>(.*?)</style>", text, re.S)[1]
        self.assertIn(base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(), policy)
        for name, value in (("Cache-Control", "no-store"), ("X-Frame-Options", "DENY"), ("X-Content-Type-Options", "nosniff")):
            self.assertEqual(response.headers[name], value)
        self.assertIn("HttpOnly; SameSite=Strict", response.headers["Set-Cookie"])

    def test_another_host_name_gets_no_page_and_no_hook(self):
        for host in ("evil.example", f"evil.example:{self.sandbox.port}", f"localhost:{self.sandbox.port}", "127.0.0.1"):
            for path in ("/", "/oauth/device", self.sandbox.authorize_path("v" * 43), "/_sandbox/log"):
                self.assertEqual(self.sandbox.request("GET", path, None, {"Host": host}).status, 421)

    def test_the_user_types_the_device_code_and_approves(self):
        device = self.sandbox.form("/v1/oauth/device_authorization", {"client_id": "tv", "scope": "openid"}).json()
        self.assertRegex(device["user_code"], "^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$")
        poll = {"client_id": "tv", "grant_type": DEVICE_GRANT, "device_code": device["device_code"]}
        self.assert_refused(self.sandbox.form("/v1/oauth/token", poll), "authorization_pending")
        self.assertIn(b'name="user_code"', self.open("/oauth/device")[0].body)
        typed = device["user_code"].lower().replace("-", " ")
        response, form, cookie = self.open("/oauth/device?" + urllib.parse.urlencode({"user_code": typed}))
        self.assertIn(device["user_code"], response.body.decode())
        self.assertEqual(self.press("approve", form, cookie).status, 200)
        self.assertEqual(self.sandbox.form("/v1/oauth/token", poll).json()["scope"], "openid")

    def test_the_user_denies_the_device_code(self):
        device = self.sandbox.form("/v1/oauth/device_authorization", {"client_id": "cli"}).json()
        _, form, cookie = self.open(urllib.parse.urlsplit(device["verification_uri_complete"])._replace(scheme="", netloc="").geturl())
        self.press("deny", form, cookie)
        self.assert_refused(self.sandbox.token(grant_type=DEVICE_GRANT, device_code=device["device_code"]), "access_denied")

    def test_a_wrong_device_code_is_told(self):
        response, _, _ = self.open("/oauth/device?user_code=%3Cb%3EAAAA")
        self.assertEqual(response.status, 404)
        self.assertNotIn(b"<b>AAAA", response.body)


class Polling(WithSandbox):
    options = ("--interval", "3600")

    def test_a_client_that_hurries_is_slowed_down(self):
        device = self.sandbox.form("/v1/oauth/device_authorization", {"client_id": "cli"}).json()
        self.assertEqual(device["interval"], 3600)
        poll = {"grant_type": DEVICE_GRANT, "device_code": device["device_code"]}
        self.assert_refused(self.sandbox.token(**poll), "authorization_pending")
        response = self.sandbox.token(**poll)
        self.assert_refused(response, "slow_down")
        self.assertIn("3605", response.json()["error_description"])


class Credentials(WithSandbox):
    def test_any_sandbox_key_works_and_no_other(self):
        for key, status in (("sandbox-key", 200), ("sandbox-", 200), ("sandbox", 401), ("real", 401)):
            self.assertEqual(self.sandbox.api("GET", "/v3/users/me", **{"x-api-key": key}).status, status)

    def test_without_a_credential_there_is_a_challenge_without_an_error(self):
        response = self.sandbox.request("GET", "/v3/videos")
        self.assertEqual((response.status, response.headers["WWW-Authenticate"]), (401, "Bearer"))
        self.assertEqual(response.json()["error"]["code"], "unauthorized")

    def test_two_credentials_are_one_too_many(self):
        response = self.sandbox.api("GET", "/v3/videos", **{"x-api-key": "sandbox-key", "Authorization": "Bearer x"})
        self.assertEqual((response.status, response.json()["error"]["code"]), (400, "ambiguous_credential"))


class Videos(WithSandbox):
    options = ("--job-delay", "0", "--empty")

    def create(self, **changes):
        order = {"type": "avatar", "avatar_id": "look_public_1_office", "script": "Good morning to you", **changes}
        response = self.sandbox.api("POST", "/v3/videos", order)
        self.assertEqual(response.status, 200, response.body)
        return response.json()["data"]["video_id"]

    def get(self, video):
        return self.sandbox.api("GET", "/v3/videos/" + video)

    def test_a_video_is_made_found_and_deleted(self):
        video = self.create(title="Hello \u00e4")
        found = self.get(video).json()["data"]
        self.assertEqual((found["id"], found["title"], found["status"], found["duration"]), (video, "Hello \u00e4", "completed", 1.6))
        response = self.sandbox.api("DELETE", "/v3/videos/" + video)
        self.assertEqual(response.json(), {"data": {"id": video, "deleted": True}})
        gone = self.get(video)
        self.assertEqual((gone.status, gone.json()["error"]["code"]), (404, "video_not_found"))
        self.assertEqual(self.sandbox.api("DELETE", "/v3/videos/" + video).status, 404)
        self.assertEqual(self.sandbox.request("GET", urllib.parse.urlsplit(found["video_url"]).path).status, 404)

    def test_every_kind_of_video_is_checked(self):
        image = {"type": "url", "url": "https://example.test/a.png"}
        for order in ({"type": "image", "image": image}, {"type": "cinematic_avatar", "prompt": "p", "avatar_id": ["look_public_1_office"]},
                      {"type": "studio", "scenes": [{"type": "image", "source": image, "duration": 2}]}):
            self.assertEqual(self.sandbox.api("POST", "/v3/videos", order).status, 200, order)
        for order, param in (({}, "type"), ({"type": "film"}, "type"), ({"type": 1}, "type"), ({"type": "avatar"}, "avatar_id"),
                             ({"type": "image"}, "image"), ({"type": "image", "image": {"type": "url"}}, "image.url"),
                             ({"type": "cinematic_avatar", "prompt": "p", "avatar_id": "look_public_1_office"}, "avatar_id"),
                             ({"type": "studio", "scenes": []}, "scenes"), ({"type": "studio", "scenes": [{}]}, "scenes.0.type"),
                             ({"type": "avatar", "avatar_id": "look_public_1_office", "script": "x", "audio_url": "y"}, "script")):
            response = self.sandbox.api("POST", "/v3/videos", order)
            self.assertEqual((response.status, response.json()["error"]["param"]), (400, param), order)

    def test_bodies_that_are_not_json_objects(self):
        for body, kind in ((b"{", "application/json"), (b"[]", "application/json"), (b"", "application/json"), (b"{}", "text/plain")):
            response = self.sandbox.request("POST", "/v3/videos", body, {"x-api-key": "sandbox-key", "Content-Type": kind})
            self.assertEqual(response.status, 400)
            self.assertEqual(set(response.json()["error"]), {"code", "message"})

    def test_a_video_can_be_asked_to_fail(self):
        found = self.get(self.create(title="sandbox-fail, please")).json()["data"]
        self.assertEqual((found["status"], found["failure_code"], found["video_url"]), ("failed", "sandbox_failure", None))

    def test_pages_of_videos_are_whole_and_without_doubles(self):
        made = [self.create(title=f"paged {i}") for i in range(7)]
        found, token = [], ""
        for _ in range(4):
            query = urllib.parse.urlencode({"limit": 3, "title": "PAGED", **({"token": token} if token else {})})
            page = self.sandbox.api("GET", "/v3/videos?" + query).json()
            found += [video["id"] for video in page["data"]]
            token = page["next_token"]
            self.assertEqual(page["has_more"], token is not None)
            if not token:
                break
        self.assertEqual(found, made[::-1])

    def test_wrong_pages_are_refused(self):
        for query, param in (("limit=0", "limit"), ("limit=101", "limit"), ("limit=x", "limit"), ("token=x", "token")):
            response = self.sandbox.api("GET", "/v3/videos?" + query)
            self.assertEqual((response.status, response.json()["error"]["param"]), (400, param))

    def test_the_file_of_a_video(self):
        video = self.get(self.create(caption={"file_format": "srt"})).json()["data"]
        path = urllib.parse.urlsplit(video["video_url"]).path
        whole = self.sandbox.request("GET", path)
        self.assertEqual((whole.status, whole.headers["Content-Type"], whole.body[4:8]), (200, "video/mp4", b"ftyp"))
        head = self.sandbox.request("HEAD", path)
        self.assertEqual((head.status, int(head.headers["Content-Length"]), head.body), (200, len(whole.body), b""))
        size, tag = len(whole.body), whole.headers["ETag"]
        for wanted, first, last in (("bytes=0-9", 0, 9), ("bytes=100-", 100, size - 1), ("bytes=-5", size - 5, size - 1),
                                    (f"bytes=10-{size * 2}", 10, size - 1)):
            part = self.sandbox.request("GET", path, None, {"Range": wanted, "If-Range": tag})
            self.assertEqual((part.status, part.headers["Content-Range"]), (206, f"bytes {first}-{last}/{size}"))
            self.assertEqual(part.body, whole.body[first:last + 1])
        self.assertEqual(self.sandbox.request("GET", path, None, {"Range": "bytes=0-1", "If-Range": '"old"'}).status, 200)
        self.assertEqual(self.sandbox.request("GET", path, None, {"Range": "bytes=5-1"}).status, 200)
        beyond = self.sandbox.request("GET", path, None, {"Range": f"bytes={size}-"})
        self.assertEqual((beyond.status, beyond.headers["Content-Range"]), (416, f"bytes */{size}"))
        same = self.sandbox.request("GET", path, None, {"If-None-Match": f'"x", W/{tag}'})
        self.assertEqual((same.status, same.body), (304, b""))
        captioned = self.sandbox.request("GET", urllib.parse.urlsplit(video["captioned_video_url"]).path)
        self.assertNotEqual(captioned.body, whole.body)
        self.assertIn(b"-->", self.sandbox.request("GET", urllib.parse.urlsplit(video["subtitle_url"]).path).body)

    def test_voices(self):
        ids, token = [], ""
        while token is not None:
            page = self.sandbox.api("GET", "/v3/voices?limit=100" + (token and "&token=" + token)).json()
            ids += [voice["voice_id"] for voice in page["data"]]
            token = page["next_token"]
        self.assertEqual((len(ids), len(set(ids))), (230, 230))
        self.assertEqual(len(self.sandbox.api("GET", "/v3/voices").json()["data"]), 20)
        french = self.sandbox.api("GET", "/v3/voices?language=french&gender=female").json()["data"]
        self.assertEqual({(voice["language"], voice["gender"]) for voice in french}, {("French", "female")})
        self.assertEqual(self.sandbox.api("GET", "/v3/voices?type=private").json()["data"], [])

    def test_speech(self):
        voice = self.sandbox.api("GET", "/v3/voices?limit=1").json()["data"][0]["voice_id"]
        speech = self.sandbox.api("POST", "/v3/voices/speech", {"text": "one two three", "voice_id": voice, "speed": 2}).json()["data"]
        self.assertEqual((speech["duration"], [w["word"] for w in speech["word_timestamps"]]), (0.6, ["one", "two", "three"]))
        sound = self.sandbox.request("GET", urllib.parse.urlsplit(speech["audio_url"]).path)
        self.assertEqual((sound.headers["Content-Type"], sound.body[:4], len(sound.body)), ("audio/wav", b"RIFF", 44 + 4800))
        for order, status in (({"text": "x"}, 400), ({"voice_id": voice}, 400), ({"text": "x", "voice_id": "none"}, 404),
                              ({"text": "x", "voice_id": voice, "speed": 3}, 400)):
            self.assertEqual(self.sandbox.api("POST", "/v3/voices/speech", order).status, status)

    def test_what_is_not_there(self):
        response = self.sandbox.api("GET", "/v3/nothing")
        self.assertEqual((response.status, response.json()["error"]["code"]), (404, "not_found"))
        response = self.sandbox.api("PUT", "/v3/videos", {})
        self.assertEqual((response.status, response.headers["Allow"]), (405, "GET, POST"))
        self.assertRegex(response.headers["X-Request-Id"], "^req-[0-9a-f]{32}$")
        self.assertEqual(self.sandbox.request("GET", "/elsewhere").status, 404)


class Slow(WithSandbox):
    options = ("--job-delay", "3600", "--empty")

    def test_a_new_video_is_pending_without_a_file(self):
        video = self.sandbox.api("POST", "/v3/videos", {"type": "avatar", "avatar_id": "look_public_1_office"}).json()["data"]["video_id"]
        found = self.sandbox.api("GET", "/v3/videos/" + video).json()["data"]
        self.assertEqual((found["status"], found["video_url"], found["completed_at"]), ("pending", None, None))
        self.assertEqual(self.sandbox.request("GET", f"/files/{video}.mp4").status, 404)


class Uploads(WithSandbox):
    options = ("--empty",)

    def form(self, content, name="talk.mp4", field="file", boundary="frontier"):
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n' \
               "Content-Type: application/octet-stream\r\n\r\n"
        body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
        return self.sandbox.request("POST", "/v3/assets", body, {
            "x-api-key": "sandbox-key", "Content-Type": f'multipart/form-data; boundary="{boundary}"'})

    def put(self, slot, content, **headers):
        url = urllib.parse.urlsplit(slot["upload_url"])
        return self.sandbox.request("PUT", f"{url.path}?{url.query}", content, {**slot["upload_headers"], **headers})

    def slot(self, content, **changes):
        order = {"filename": "talk.mp4", "content_type": "video/mp4", "size_bytes": len(content), **changes}
        return self.sandbox.api("POST", "/v3/assets/direct-uploads", order).json()["data"]

    def complete(self, slot, **body):
        return self.sandbox.api("POST", f"/v3/assets/{slot['asset_id']}/complete", body)

    def fetch(self, url, **headers):
        return self.sandbox.request("GET", urllib.parse.urlsplit(url).path, None, headers)

    def test_an_upload_comes_back_whole_and_in_parts(self):
        content = b"--frontie\r\n--\r\n" + secrets.token_bytes(200_000) + b"\r\n--frontie"
        asset = self.form(content).json()["data"]
        self.assertEqual((asset["mime_type"], asset["size_bytes"]), ("video/mp4", len(content)))
        whole = self.fetch(asset["url"])
        self.assertEqual((whole.status, whole.headers["Content-Type"], whole.body), (200, "video/mp4", content))
        self.assertEqual(whole.headers["ETag"], f'"{hashlib.sha256(content).hexdigest()}"')
        part = self.fetch(asset["url"], **{"Range": "bytes=70000-150000", "If-Range": whole.headers["ETag"]})
        self.assertEqual((part.status, part.body), (206, content[70000:150001]))
        head = self.sandbox.request("HEAD", urllib.parse.urlsplit(asset["url"]).path)
        self.assertEqual((int(head.headers["Content-Length"]), head.body), (len(content), b""))
        listed = self.sandbox.api("GET", "/v3/assets?username=sandbox-user").json()["data"]
        self.assertIn((asset["asset_id"], "talk.mp4", "video"), [(one["id"], one["name"], one["type"]) for one in listed])
        self.assertEqual(self.sandbox.api("DELETE", "/v3/assets/" + asset["asset_id"]).status, 200)
        self.assertEqual(self.fetch(asset["url"]).status, 404)

    def test_empty_files_and_odd_names(self):
        for name, end in (("none.srt", ".srt"), ("x.p\u00fc/../..", ".bin"), ("noend", ".bin")):
            asset = self.form(b"", name).json()["data"]
            self.assertTrue(asset["url"].endswith(asset["asset_id"] + end), asset)
            self.assertEqual((self.fetch(asset["url"]).status, self.fetch(asset["url"]).body), (200, b""))

    def test_forms_that_are_none(self):
        self.assertEqual(self.form(b"x", field="other").json()["error"]["param"], "file")
        for body, kind in ((b"", "multipart/form-data; boundary=b"), (b"--b\r\n\r\nx", "multipart/form-data; boundary=b"),
                           (b"--b\r\nno end of head", "multipart/form-data; boundary=b"), (b"x", "multipart/form-data"),
                           (b"{}", "application/json"), (b"--c\r\n\r\nx\r\n--c--", "multipart/form-data; boundary=b")):
            response = self.sandbox.request("POST", "/v3/assets", body, {"x-api-key": "sandbox-key", "Content-Type": kind})
            self.assertEqual(response.status, 400, (body, kind, response.body))

    def test_a_direct_upload_needs_its_bytes(self):
        content = secrets.token_bytes(5000)
        slot = self.slot(content, checksum_sha256=hashlib.sha256(content).hexdigest())
        self.assertEqual((self.complete(slot).status, self.complete(slot).json()["error"]["code"]), (409, "upload_missing"))
        self.assertEqual(self.put(slot, content[1:]).status, 400)
        self.assertEqual(self.put(slot, content, **{"Content-Type": "text/plain"}).status, 400)
        self.assertEqual(self.put({**slot, "upload_url": slot["upload_url"][:-1]}, content).status, 403)
        self.assertEqual(self.put(slot, content).status, 200)
        self.assertEqual(self.complete(slot, checksum_sha256="0" * 64).status, 409)
        done = self.complete(slot).json()["data"]
        self.assertEqual(self.complete(slot).json()["data"], done)
        self.assertEqual(self.fetch(done["url"]).body, content)
        self.assertEqual(self.put(slot, content).status, 409)

    def test_a_batch_of_direct_uploads(self):
        files = [{"filename": f"{i}.png", "content_type": "image/png", "size_bytes": 4} for i in range(3)]
        batch = self.sandbox.api("POST", "/v3/assets/direct-uploads/batches", {"files": files}).json()["data"]
        for slot in batch["items"][:2]:
            self.put(slot, b"\x89PNG")
        response = self.sandbox.api("POST", "/v3/assets/complete/batches", {"batch_id": batch["batch_id"]})
        self.assertEqual(response.status, 202)
        found = self.sandbox.api("GET", "/v3/assets/batches/" + batch["batch_id"]).json()["data"]
        self.assertEqual((found["status"], found["counts_by_status"]), ("processing", {"completed": 2, "queued": 1}))

    def test_uploads_leave_nothing_in_the_temporary_directory(self):
        with tempfile.TemporaryDirectory() as directory:
            process = subprocess.Popen([SANDBOX, "serve"], stdout=subprocess.PIPE, env={**os.environ, "TMPDIR": directory}, text=True)
            base = process.stdout.readline().split("=", 1)[1].strip()
            connection = http.client.HTTPConnection(urllib.parse.urlsplit(base).netloc, timeout=20)
            connection.request("POST", "/v3/assets", b"x" * 100000, {"x-api-key": "sandbox-key"})
            self.assertEqual(connection.getresponse().status, 400)
            self.assertEqual([name for name in os.listdir(directory) if not name.startswith("heygen-sandbox-")], [])
            connection.close()
            process.terminate()
            process.wait(20)
            process.stdout.close()


class Jobs(WithSandbox):
    options = ("--job-delay", "0", "--empty")

    def setUp(self):
        self.sandbox.request("POST", "/_sandbox/reset")

    def data(self, method, path, value=None):
        response = self.sandbox.api(method, path, value)
        self.assertLess(response.status, 300, response.body)
        return response.json()["data"]

    def test_a_batch_counts_its_jobs_by_state_and_goes_by_pages(self):
        videos = [{"type": "avatar", "avatar_id": "look_public_1_office", "title": "sandbox-fail" if i == 1 else "fine"} for i in range(5)]
        batch = self.data("POST", "/v3/videos/batches", {"videos": videos, "title": "Five"})["batch_id"]
        found, path, token = [], f"/v3/videos/batches/{batch}?limit=2", ""
        while token is not None:
            page = self.data("GET", path + (token and "&token=" + token))
            self.assertEqual((page["status"], page["total_items"], page["counts_by_status"]),
                             ("completed", 5, {"completed": 4, "failed": 1}))
            found += page["items"]
            token = page["next_token"]
            self.assertEqual(page["has_more"], token is not None)
        self.assertEqual([item["item_index"] for item in found], [0, 1, 2, 3, 4])
        ids = [item["video_id"] for item in found]
        query = urllib.parse.urlencode({"video_ids": f"{ids[0]},none", "batch_ids": batch})
        states = self.data("GET", "/v3/videos/statuses?" + query)
        self.assertEqual([one["status"] for one in states], ["completed", "not_found", "completed", "failed"] + ["completed"] * 3)

    def test_one_wrong_order_refuses_the_whole_batch(self):
        orders = [{"type": "avatar", "avatar_id": "look_public_1_office"}, {"type": "avatar"}]
        response = self.sandbox.api("POST", "/v3/videos/batches", {"videos": orders})
        self.assertEqual((response.status, response.json()["error"]["param"]), (400, "videos.1.avatar_id"))
        self.assertEqual(self.data("GET", "/v3/videos"), [])

    def test_the_end_of_a_job_is_an_event(self):
        video = self.data("POST", "/v3/videos", {"type": "avatar", "avatar_id": "look_public_1_office", "title": "sandbox-fail"})["video_id"]
        events = self.data("GET", "/v3/webhooks/events?entity_id=" + video)
        self.assertEqual([(one["event_type"], one["event_data"]["id"]) for one in events], [("avatar_video.fail", video)])
        self.assertEqual(self.data("GET", "/v3/webhooks/events?event_type=avatar_video.success&entity_id=" + video), [])

    def test_a_translation_for_each_language(self):
        link = {"type": "url", "url": "https://example.com/a.mp4"}
        ids = self.data("POST", "/v3/video-translations", {"video": link, "output_languages": ["French", "Thai"], "title": "T"})
        found = [self.data("GET", "/v3/video-translations/" + one) for one in ids["video_translation_ids"]]
        self.assertEqual([(one["output_language"], one["status"]) for one in found], [("French", "completed"), ("Thai", "completed")])
        renamed = self.data("PATCH", "/v3/video-translations/" + found[0]["id"], {"title": "New"})
        self.assertEqual(renamed["title"], "New")
        response = self.sandbox.api("POST", "/v3/video-translations", {"video": link, "output_languages": ["Klingon"]})
        self.assertEqual((response.status, response.json()["error"]["param"]), (400, "output_languages"))

    def test_a_digital_twin_waits_for_consent(self):
        link = {"type": "url", "url": "https://example.com/a.mp4"}
        made = self.data("POST", "/v3/avatars", {"type": "digital_twin", "name": "Ada", "file": link})
        group, look = made["avatar_group"]["id"], made["avatar_item"]["id"]
        self.assertEqual(self.data("GET", "/v3/avatars/looks/" + look)["status"], "pending_consent")
        self.data("POST", f"/v3/avatars/{group}/consent", {})
        self.assertEqual(self.data("GET", "/v3/avatars/looks/" + look)["status"], "completed")
        self.data("DELETE", "/v3/avatars/looks/" + look)
        self.assertEqual(self.sandbox.api("GET", "/v3/avatars/" + group).status, 404)
        self.assertEqual(self.sandbox.api("DELETE", "/v3/avatars/group_public_1").status, 403)

    def test_a_cloned_voice_is_ones_own(self):
        link = {"type": "url", "url": "https://example.com/a.mp3"}
        voice = self.data("POST", "/v3/voices/clone", {"voice_name": "Ada", "audio": link})["voice_clone_id"]
        self.assertEqual(self.data("GET", "/v3/voices/" + voice)["status"], "complete")
        self.assertIn(voice, [one["voice_id"] for one in self.data("GET", "/v3/voices?type=private")])
        self.assertEqual(self.sandbox.api("DELETE", "/v3/voices/" + self.data("GET", "/v3/voices")[0]["voice_id"]).status, 403)

    def test_an_endpoint_tells_its_secret_when_it_is_new(self):
        made = self.data("POST", "/v3/webhooks/endpoints", {"url": "https://example.com/h", "events": ["batch.finished"]})
        path = "/v3/webhooks/endpoints/" + made["endpoint_id"]
        self.assertTrue(made["secret"])
        self.assertIsNone(self.data("GET", "/v3/webhooks/endpoints")[0]["secret"])
        self.assertNotEqual(self.data("POST", path + "/rotate-secret")["secret"], made["secret"])
        changed = self.data("PATCH", path, {"url": "https://example.com/i"})
        self.assertEqual((changed["url"], changed["events"]), ("https://example.com/i", ["batch.finished"]))
        self.data("DELETE", path)
        self.assertEqual(self.sandbox.api("DELETE", path).status, 404)
        for wrong, param in (({"url": "http://example.com"}, "url"), ({}, "url"), ({"url": "https://x", "events": ["no"]}, "events.0")):
            response = self.sandbox.api("POST", "/v3/webhooks/endpoints", wrong)
            self.assertEqual((response.status, response.json()["error"]["param"]), (400, param))

    def test_every_link_of_a_video_leads_somewhere(self):
        order = {"type": "avatar", "avatar_id": "look_public_1_office", "caption": {"file_format": "srt"}}
        found = self.data("GET", "/v3/videos/" + self.data("POST", "/v3/videos", order)["video_id"])
        starts = {"video_url": b"\0\0\0", "captioned_video_url": b"\0\0\0", "subtitle_url": b"1\n00:", "thumbnail_url": b"\x89PNG",
                  "gif_url": b"GIF89a"}
        for name, start in starts.items():
            response = self.sandbox.request("GET", urllib.parse.urlsplit(found[name]).path)
            self.assertEqual((response.status, response.body[:len(start)]), (200, start), name)

    def test_a_reset_forgets_what_was_made_and_keeps_credentials(self):
        self.data("POST", "/v3/videos", {"type": "avatar", "avatar_id": "look_public_1_office"})
        self.assertEqual(self.sandbox.request("POST", "/_sandbox/reset").status, 200)
        self.assertEqual(self.sandbox.request("GET", "/_sandbox/log").json(), [])
        self.assertEqual(self.data("GET", "/v3/videos"), [])


class Limits(WithSandbox):
    options = ("--empty",)

    def memory(self):
        with open(f"/proc/{self.sandbox.process.pid}/status") as status:
            return int(re.search(r"VmHWM:\s+(\d+)", status.read())[1])

    def test_a_large_upload_is_read_to_its_end_in_little_memory(self):
        piece, count = b"x" * (1 << 20), 200
        before = self.memory()
        connection = http.client.HTTPConnection(self.sandbox.host, self.sandbox.port, timeout=60)
        connection.request("POST", "/v3/assets", (piece for _ in range(count)),
                           {"x-api-key": "sandbox-key", "Content-Length": str(count << 20)})
        response = connection.getresponse()
        self.assertEqual((response.status, json.loads(response.read())["error"]["code"]), (413, "payload_too_large"))
        connection.request("GET", "/v3/users/me", headers={"x-api-key": "sandbox-key"})
        self.assertEqual(connection.getresponse().status, 200)
        connection.close()
        self.assertLess(self.memory() - before, 64 * 1024)

    def test_a_direct_upload_goes_to_disk_and_comes_back_in_little_memory(self):
        piece, count = secrets.token_bytes(1 << 20), 100
        order = {"filename": "long.mp4", "content_type": "video/mp4", "size_bytes": count << 20}
        slot = self.sandbox.api("POST", "/v3/assets/direct-uploads", order).json()["data"]
        before = self.memory()
        url = urllib.parse.urlsplit(slot["upload_url"])
        connection = http.client.HTTPConnection(self.sandbox.host, self.sandbox.port, timeout=60)
        connection.request("PUT", f"{url.path}?{url.query}", (piece for _ in range(count)),
                           {**slot["upload_headers"], "Content-Length": str(count << 20)})
        self.assertEqual(connection.getresponse().status, 200)
        done = self.sandbox.api("POST", f"/v3/assets/{slot['asset_id']}/complete", {}).json()["data"]
        connection.close()
        connection.request("GET", urllib.parse.urlsplit(done["url"]).path)
        response, total = connection.getresponse(), 0
        while got := response.read(1 << 20):
            self.assertEqual(got, piece)
            total += len(got)
        connection.close()
        self.assertEqual(total, count << 20)
        self.assertLess(self.memory() - before, 16 * 1024)

    def test_a_chunked_form_is_read_too(self):
        connection = http.client.HTTPConnection(self.sandbox.host, self.sandbox.port, timeout=20)
        connection.request("POST", "/v1/oauth/revoke", iter([b"client_id=c", b"&token=t"]), {"Content-Type": "application/x-www-form-urlencoded"},
                           encode_chunked=True)
        self.assertEqual(connection.getresponse().status, 200)
        connection.close()

    def test_forms_are_small(self):
        response = self.sandbox.token(grant_type="refresh_token", refresh_token="x" * 70000)
        self.assertEqual(response.status, 413)

    def test_a_body_cut_short_changes_nothing(self):
        with socket.create_connection((self.sandbox.host, self.sandbox.port), timeout=20) as connection:
            body = b'{"type":"avatar","avatar_id":"cut"}'
            connection.sendall(b"POST /v3/videos HTTP/1.1\r\nHost: x\r\nx-api-key: sandbox-key\r\nContent-Type: application/json\r\n"
                               b"Content-Length: %d\r\n\r\n" % (len(body) + 9) + body)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(4096):
                pass
        self.assertEqual(self.sandbox.api("GET", "/v3/videos").json()["data"], [])


class Log(unittest.TestCase):
    def test_the_log_names_fields_and_hides_secrets(self):
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, "log")
            sandbox = Sandbox("--auto-approve", "--log", path)
            try:
                verifier, code, response = sandbox.login()
                tokens = response.json()
                sandbox.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
                sandbox.api("GET", "/v3/users/me", Authorization="Bearer " + tokens["access_token"])
                sandbox.api("GET", "/v3/users/me", **{"x-api-key": "sandbox-secret"})
                entries = sandbox.request("GET", "/_sandbox/log").json()
            finally:
                sandbox.stop()
            with open(path) as file:
                text = file.read()
        self.assertEqual([json.loads(line) for line in text.splitlines()], entries)
        self.assertEqual([(e["method"], e["path"], e["status"]) for e in entries],
                         [("GET", "/oauth/authorize", 303), ("POST", "/v1/oauth/token", 200), ("POST", "/v1/oauth/token", 200),
                          ("GET", "/v3/users/me", 200), ("GET", "/v3/users/me", 200)])
        self.assertEqual(sorted(entries[1]["form"]), ["client_id", "code", "code_verifier", "grant_type", "redirect_uri"])
        tag = hashlib.sha256(tokens["refresh_token"].encode()).hexdigest()[:8]
        self.assertEqual((entries[1]["issued"]["refresh_token"], entries[2]["received"]["refresh_token"]), (tag, tag))
        self.assertEqual(entries[4]["credential"]["type"], "api_key")
        for secret in (verifier, code, tokens["access_token"], tokens["refresh_token"], "sandbox-secret"):
            self.assertNotIn(secret, text)

    def test_a_log_that_cannot_be_written_is_an_error(self):
        result = subprocess.run([SANDBOX, "serve", "--log", "/no/such/directory/log"], capture_output=True, text=True, timeout=20)
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertIn("/no/such/directory/log", result.stderr)


if __name__ == "__main__":
    unittest.main()
