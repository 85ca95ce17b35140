# SPDX-License-Identifier: Apache-2.0
"""A server that misbehaves: at the token endpoint (refresh, exchange, revocation, device flow) and at the API. Whatever
comes, the program ends in time, says what happened, and keeps what is stored."""

import json
import os
import stat
import unittest

from support import FUTURE, PAST, Home, Running, Service, WithService, eventually
from service import DEVICE, METADATA, REVOKE, TOKEN, Response

# How the response can get lost. All of it is trouble on the way: try later, never "log in again".
LOST = [
    dict(mode="reset"),
    dict(mode="close"),
    dict(mode="garbage"),
    dict(mode="truncate"),
    dict(mode="reset_mid"),
    dict(mode="bad_chunk"),
]
HTML = "<!doctype html><title>Sign in to the Wi-Fi</title>"
PROMPT_S = 15  # how soon a program that waits for nothing has to end


def setUpModule():
    Hanging.hang("refresh", TOKEN, "video", "list")
    Hanging.hang("exchange", TOKEN, "auth", "login", "--oauth", login=False)
    Hanging.hang("device", DEVICE, "auth", "login", "--device-code", login=False)
    Hanging.hang("call", "/v3/", "video", "list")
    Hanging.hang("status", "/v3/", "auth", "status")
    Hanging.hang("dripping refresh", TOKEN, "video", "list", mode="drip", body=" " * 100000)
    Hanging.hang("dripping call", "/v3/", "video", "list", mode="drip", body=" " * 100000)
    Hanging.hang("logout", REVOKE, "auth", "logout")
    Hanging.hang("probe", "/v3/", "auth", "login", "--api-key", login=False, typed="a-key")


def load_tests(loader, tests, _):
    """Those that wait for a timeout come last."""
    return unittest.TestSuite(sorted(tests, key=lambda suite: "Hanging" in str(suite)))


def name(fault):
    return " ".join(f"{key}={str(value)[:40]}" for key, value in fault.items())


class Refresh(WithService):
    def expired_login(self):
        tokens = self.logged_in(PAST)
        return tokens, self.home.file.read_bytes()

    def call(self, **fault):
        tokens, kept = self.expired_login()
        self.service.fault(TOKEN, **fault)
        done = self.run_heygen("video", "list")
        self.assertLess(done.seconds, PROMPT_S)
        self.assertEqual(self.service.requests_to("/v3/videos"), [])
        self.assertEqual(self.home.file.read_bytes(), kept)
        return done

    def test_a_lost_response_is_a_network_error_and_keeps_the_login(self):
        for fault in LOST:
            with self.subTest(name(fault)):
                done = self.assert_fails(self.call(**fault), "network_error", 1)
                self.assertNotIn("log in again", done.err.lower())

    def test_a_refresh_is_never_sent_twice_by_itself(self):
        self.home.env["HEYGEN_MAX_RETRIES"] = "2"
        self.assert_fails(self.call(mode="close", process=True), "network_error", 1)
        self.assertEqual(len(self.service.refreshes()), 1)

    def test_a_server_in_trouble_is_a_network_error_and_keeps_the_login(self):
        for fault in (
            dict(status=500, body=""),
            dict(status=503, headers={"Retry-After": "7"}, body=HTML),
            dict(status=502, body={"error": "bad gateway"}),
            dict(status=429, body={"error": "slow"}),
            dict(status=408, body=HTML),
            dict(status=200, body=HTML),
            dict(status=200, body=""),
            dict(status=400, body={"error": "temporarily_unavailable"}),
            dict(status=204, body=""),
        ):
            with self.subTest(name(fault)):
                self.assert_fails(self.call(**fault), "network_error", 1)

    def test_a_refusal_asks_for_a_login_and_keeps_the_file(self):
        for error in ("invalid_grant", "invalid_client", "unauthorized_client", "made_up"):
            with self.subTest(error):
                done = self.call(status=400, body={"error": error, "error_description": "told \x1b[31m so"})
                self.assert_fails(done, "auth_error", 3)
                self.assertIn("heygen auth login", done.error()["message"] + done.error()["hint"])

    def test_a_redirect_of_the_token_endpoint_is_not_followed(self):
        with Service() as other:
            for status in (301, 302, 303, 307, 308):
                with self.subTest(status):
                    done = self.call(status=status, body="", headers={"Location": other.url + TOKEN})
                    self.assert_fails(done, "network_error", 1)
            self.assertEqual(other.requests, [])

    def test_hostile_responses_are_refused(self):
        good = {"access_token": "new", "token_type": "Bearer", "expires_in": 60}
        huge = "x" * (2 << 20)
        for change in (
            dict(access_token=None),
            dict(access_token=""),
            dict(access_token=7),
            dict(access_token=["new"]),
            dict(access_token={"a": 1}),
            dict(access_token="a\nb"),
            dict(access_token="a\x00b"),
            dict(access_token="a\x7fb"),
            dict(access_token=huge[:70000]),
            dict(refresh_token="a\rb"),
            dict(refresh_token=7),
            dict(refresh_token=huge[:70000]),
            dict(token_type="mac"),
            dict(token_type=1),
            dict(scope="a\x1b[2J"),
        ):
            with self.subTest(name(change)):
                done = self.call(body={**good, **change})
                self.assert_fails(done, "auth_error", 3)
        for body in ("[]", '"text"', "7", '[{"access_token":"a"}]'):
            with self.subTest(body):
                self.assert_fails(self.call(body=body), "auth_error", 3)
        for body in (
            '{"access_token":"a"',
            '{"access_token":"a"}}',
            "[" * 100000,
            b"\xff\xfe{}",
            "NaN",
            json.dumps({**good, "padding": huge}),
        ):
            with self.subTest(str(body[:30])):
                self.assert_fails(self.call(body=body), "network_error", 1)

    def test_64_mib_of_json_are_not_read(self):
        done = self.call(mode="huge")
        self.assertIn(done.error()["code"], ("network_error", "auth_error"))
        self.assertIn(done.code, (1, 3))

    def test_a_response_that_is_held_in_memory_has_a_limit(self):
        self.logged_in()
        for arguments in (("video", "list", "--jq", "."), ("video", "list", "--all"), ("user", "me", "get", "--jq", ".")):
            with self.subTest(arguments):
                self.service.fault("/v3/", mode="huge")
                done = self.run_heygen(*arguments, env={"HEYGEN_RESPONSE_LIMIT": "1"})
                self.assert_fails(done, "cli_response_parse_error", 1)
                self.assertIn("larger than 1 MiB", done.error()["message"])
                self.assertIn("heygen config set response.limit 2", done.error()["hint"])
        self.service.fault("/v3/", mode="huge")
        self.assertIn("larger than 1 MiB", self.run_heygen("auth", "status").error()["message"])

    def test_the_limit_of_a_response_is_a_setting_with_a_range(self):
        self.logged_in()
        for value in ("0", "-1", "many", "65537"):
            with self.subTest(value):
                self.assert_fails(self.run_heygen("video", "list", env={"HEYGEN_RESPONSE_LIMIT": value}), "usage_error", 2)
                self.assert_fails(self.run_heygen("config", "set", "response.limit", value), "usage_error", 2)
        self.assert_succeeds(self.run_heygen("config", "set", "response.limit", "2"))
        self.service.fault("/v3/", mode="huge")
        self.assertIn("larger than 2 MiB", self.run_heygen("video", "list", "--jq", ".").error()["message"])

    def refreshed(self, **change):
        self.logged_in(PAST)
        self.service.token_extra = change
        self.assert_succeeds(self.run_heygen("video", "list"))
        return self.home.read()["oauth"]

    def test_any_expires_in_is_survived(self):
        for value in (0, -1, -(10**30), 10**15, 10**30, 1e300, "3600", "soon", "", True, [], {}, None, 0.5):
            with self.subTest(value):
                after = self.refreshed(expires_in=value)
                self.assertRegex(after.get("expires_at", "2000-01-01T00:00:00Z"), r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")

    def test_a_missing_expires_in_leaves_no_old_expiry_behind(self):
        self.assertNotIn("expires_at", self.refreshed(expires_in=None))
        self.assert_succeeds(self.run_heygen("video", "list"))
        self.assertEqual(len(self.service.refreshes()), 1)

    def test_a_response_without_a_new_refresh_token_keeps_the_old_one(self):
        tokens = self.logged_in(PAST)
        self.service.token_extra = {"refresh_token": None}
        self.assert_succeeds(self.run_heygen("video", "list"))
        self.assertEqual(self.home.read()["oauth"]["refresh_token"], tokens["refresh_token"])

    def test_slow_and_chunked_but_whole_responses_are_fine(self):
        for mode in ("drip", "chunked", "hangup"):
            with self.subTest(mode):
                self.logged_in(PAST)
                self.service.fault(TOKEN, mode=mode)
                self.assert_succeeds(self.run_heygen("video", "list"))

    def test_the_servers_words_do_not_repeat_a_secret(self):
        tokens, _ = self.expired_login()
        self.service.fault(
            TOKEN, status=400, body={"error": "invalid_grant", "error_description": "no " + tokens["refresh_token"]}
        )
        self.assert_fails(self.run_heygen("video", "list"), "auth_error", 3)  # checked() looks for the token

    def test_two_401_in_a_row_ask_for_a_login(self):
        self.logged_in()
        self.service.fault("/v3/videos", times=2, status=401, body={"error": {"code": "unauthorized", "message": "no"}})
        done = self.run_heygen("video", "list")
        self.assertEqual(done.code, 3, done)
        self.assertIn("heygen auth login", done.err)
        self.assertEqual((len(self.service.refreshes()), len(self.service.requests_to("/v3/videos"))), (1, 2))

    def test_a_403_never_refreshes(self):
        self.logged_in()
        self.service.fault("/v3/videos", status=403, body={"error": {"code": "forbidden", "message": "no"}})
        self.assert_fails(self.run_heygen("video", "list"), "forbidden", 3)
        self.assertEqual(self.service.refreshes(), [])

    def test_a_token_is_never_sent_to_another_endpoint_than_its_own(self):
        with Service() as other:
            tokens = self.service.mint()
            self.home.write_oauth(
                tokens,
                PAST,
                token_endpoint=self.service.url + TOKEN,
                client_id="e2e-client",
                revocation_endpoint=self.service.url + REVOKE,
            )
            self.home.env["HEYGEN_OAUTH_TOKEN_URL"] = other.url + TOKEN
            self.home.env["HEYGEN_OAUTH_REVOKE_URL"] = other.url + REVOKE
            self.assert_succeeds(self.run_heygen("video", "list"))
            self.assert_succeeds(self.run_heygen("auth", "logout"))
            self.assertEqual(other.requests, [])


class Exchange(WithService):
    """The code's exchange at the end of a browser login."""

    def log_in(self, **fault):
        self.home.write({"api_key": "another", "team": 1})
        before = self.home.file.read_bytes()
        self.home.browser()
        self.service.fault(TOKEN, **fault)
        done = self.run_heygen("auth", "login", "--oauth")
        self.assertLess(done.seconds, PROMPT_S)
        self.assertEqual(self.home.file.read_bytes(), before)
        return done

    def test_a_lost_response_fails_the_login_once_and_for_all(self):
        for fault in LOST + [dict(mode="close", process=True)]:
            with self.subTest(name(fault)):
                asked = len(self.service.requests_to(TOKEN))
                self.assert_fails(self.log_in(**fault), "network_error", 1)
                self.assertEqual(len(self.service.requests_to(TOKEN)), asked + 1)  # a code is used once

    def test_refusals_and_nonsense_fail_the_login(self):
        for fault in (
            dict(status=400, body={"error": "invalid_grant"}),
            dict(status=401, body={"error": "invalid_client"}),
            dict(body={"access_token": "a\nb"}),
            dict(body={"token_type": "Bearer"}),
            dict(body=HTML),
            dict(status=500, body=HTML),
            dict(body="[]"),
            dict(mode="huge"),
            dict(status=302, body="", headers={"Location": "http://127.0.0.1:1/"}),
        ):
            with self.subTest(name(fault)):
                done = self.log_in(**fault)
                self.assertEqual(done.code, 1, done)
                self.assertIn(done.error()["code"], ("error", "network_error"))

    def test_the_browser_shows_the_failure(self):
        last = self.home.browser()
        self.service.fault(TOKEN, status=400, body={"error": "invalid_grant"})
        running = self.start("auth", "login", "--oauth")
        self.assertEqual(self.finish(running).code, 1)
        eventually(last.exists, "the browser's last page")
        self.assertEqual(json.loads(last.read_text())["status"], 400)

    def test_an_error_of_the_authorization_endpoint_is_told(self):
        for error, code in (("access_denied", "error"), ("server_error", "network_error"), ("invalid_scope", "error")):
            with self.subTest(error):
                self.home.browser()
                self.service.fault(
                    "/oauth/authorize", params={"code": None, "error": error, "error_description": "because \x1b[1m"}
                )
                done = self.assert_fails(self.run_heygen("auth", "login", "--oauth"), code, 1)
                self.assertIn(error, done.error()["message"])
                self.assertEqual(self.service.requests_to(TOKEN), [])

    def test_hostile_expiry_does_not_stop_a_login(self):
        for value in (-5, 10**30, "x"):
            with self.subTest(value):
                self.home.browser()
                self.service.token_extra = {"expires_in": value}
                self.assert_succeeds(self.run_heygen("auth", "login", "--oauth"))
                self.assert_succeeds(self.run_heygen("auth", "status"))


class Discovery(WithService):
    def setUp(self):
        super().setUp()
        self.home.env = {
            k: v for k, v in self.home.env.items() if not (k.startswith("HEYGEN_OAUTH") and k.endswith("_URL"))
        }
        self.home.env["HEYGEN_OAUTH_ISSUER"] = self.service.url
        self.home.browser()

    def log_in(self):
        done = self.run_heygen("auth", "login", "--oauth")
        self.assertLess(done.seconds, PROMPT_S)
        return done

    def assert_refused(self, *codes):
        done = self.log_in()
        self.assertEqual(done.code, 1, done)
        self.assertIn(done.error()["code"], codes)
        self.assertEqual(self.service.requests_to(TOKEN), [])
        self.assertFalse(self.home.file.exists())

    def test_metadata_serves_the_login(self):
        self.assert_succeeds(self.log_in())
        self.assertEqual(len(self.service.requests_to(METADATA)), 1)

    def test_metadata_that_cannot_be_trusted_is_refused(self):
        for change in (
            dict(issuer="https://evil.example"),
            dict(issuer=None),
            dict(token_endpoint=None),
            dict(token_endpoint=7),
            dict(token_endpoint="ftp://x/"),
            dict(authorization_endpoint="javascript:1"),
            dict(code_challenge_methods_supported=["plain"]),
        ):
            with self.subTest(name(change)):
                self.service.metadata = change
                self.assert_refused("error", "usage_error")

    def test_lost_and_broken_metadata_is_refused(self):
        for fault in LOST + [
            dict(status=500, body=HTML),
            dict(mode="huge"),
            dict(body=HTML),
            dict(body="[]"),
            dict(status=404, body=""),
        ]:
            with self.subTest(name(fault)):
                self.service.fault(METADATA, **fault)
                self.assert_refused("network_error", "error")

    def test_an_answer_of_another_issuer_is_refused(self):
        for params in (
            dict(iss="https://evil.example"),
            dict(iss=None),
            dict(iss=["https://evil.example", self.service.url]),
        ):
            with self.subTest(name(params)):
                self.service.fault("/oauth/authorize", params=params)
                self.assert_refused("error")

    def test_without_an_issuer_iss_is_ignored(self):
        del self.home.env["HEYGEN_OAUTH_ISSUER"]
        self.home.env.update(self.service.environment())
        self.service.fault("/oauth/authorize", params=dict(iss="https://elsewhere.example"))
        self.assert_succeeds(self.log_in())


class DeviceFlow(WithService):
    def setUp(self):
        super().setUp()
        self.home.env["HEYGEN_OAUTH_DEVICE_URL"] = self.service.url + DEVICE

    def log_in(self):
        return self.run_heygen("auth", "login", "--device-code")

    def test_slow_down_adds_five_seconds_for_good(self):
        self.service.fault(TOKEN, status=400, body={"error": "slow_down"})
        self.assert_succeeds(self.log_in())
        first, second = (request.at for request in self.service.requests_to(TOKEN))
        self.assertGreaterEqual(second - first, 5.9)
        self.assertLess(second - first, 9)

    def test_pending_is_polled_in_the_servers_interval(self):
        self.service.fault(TOKEN, times=2, status=400, body={"error": "authorization_pending"})
        self.assert_succeeds(self.log_in())
        self.assertEqual(len(self.service.requests_to(TOKEN)), 3)

    def test_a_login_that_ended_names_the_device_code_also_after_a_refresh(self):
        self.assert_succeeds(self.log_in())
        self.service.expire()
        self.assert_succeeds(self.run_heygen("video", "list"))
        self.assertEqual(self.home.read()["oauth"]["provider"], "device-code")
        self.service.expire()
        self.service.end_families()
        error = self.assert_fails(self.run_heygen("video", "list"), "auth_error", 3).error()
        self.assertEqual(error["hint"], "Run `heygen auth login --device-code`.")
        self.assert_succeeds(self.run_heygen("auth", "logout"))
        self.assertNotIn("oauth", self.home.read() if self.home.file.exists() else {})

    def test_trouble_on_the_way_does_not_end_the_waiting(self):
        self.service.fault(TOKEN, mode="reset")
        self.assert_succeeds(self.log_in())

    def test_what_ends_the_waiting(self):
        for error, word in (("access_denied", "denied"), ("expired_token", "expired"), ("invalid_client", "client")):
            with self.subTest(error):
                self.service.fault(TOKEN, status=400, body={"error": error})
                done = self.log_in()
                self.assertEqual(done.code, 1, done)
                self.assertIn(word, done.error()["message"])
                self.assertFalse(self.home.file.exists())

    def test_hostile_device_responses_are_refused(self):
        for change in (
            dict(device_code=None),
            dict(device_code=7),
            dict(user_code=None),
            dict(verification_uri=None),
            dict(verification_uri="javascript:alert(1)"),
            dict(user_code=""),
        ):
            with self.subTest(name(change)):
                self.service.device = {"interval": 1, **change}
                done = self.log_in()
                self.assertEqual(done.code, 1, done)
        self.assertEqual(self.service.requests_to(TOKEN), [])

    def test_a_user_code_cannot_command_the_terminal(self):
        self.service.device = {"interval": 1, "user_code": "AB\u202eCD"}
        done = self.assert_succeeds(self.log_in())
        self.assertNotIn("\u202e", done.err)
        self.service.device = {"interval": 1, "user_code": "AB\x1b[2JCD"}
        self.assertEqual(self.log_in().code, 1)  # checked() looks for ESC


class Api(WithService):
    def setUp(self):
        super().setUp()
        self.home.env["HEYGEN_API_KEY"] = "good-key"

    def secrets(self):
        return [*super().secrets(), "good-key"]

    def call(self, *arguments, **fault):
        self.service.fault("/v3/", **fault)
        done = self.run_heygen(*(arguments or ("video", "list")))
        self.assertLess(done.seconds, PROMPT_S)
        return done

    def test_a_lost_response_is_a_network_error(self):
        for fault in LOST:
            with self.subTest(name(fault)):
                self.assert_fails(self.call(**fault), "network_error", 1)

    def test_slow_and_chunked_but_whole_responses_are_fine(self):
        for mode in ("drip", "chunked", "hangup"):
            with self.subTest(mode):
                done = self.assert_succeeds(self.call(mode=mode))
                self.assertEqual(done.json()["data"]["path"], "/v3/videos")

    def test_each_status_has_its_code_and_exit(self):
        for status, code, exit_code in (
            (400, "validation_error", 1),
            (401, "unauthorized", 3),
            (402, "insufficient_credit", 1),
            (403, "forbidden", 3),
            (404, "not_found", 1),
            (409, "conflict", 1),
            (413, "payload_too_large", 1),
            (429, "rate_limit_exceeded", 1),
            (418, "unclassified_client_error", 1),
            (500, "unclassified_server_error", 1),
            (503, "unclassified_server_error", 1),
        ):
            for body in ("", HTML, "[]", '{"error":7}'):
                with self.subTest(status=status, body=body[:10]):
                    self.assert_fails(self.call(status=status, body=body), code, exit_code)

    def test_a_response_that_is_not_json_is_a_parse_error_that_names_it(self):
        create = ("video", "create", "-d", '{"type":"new"}')
        for body, kind in ((HTML, "HTML"), (b"\x1f\x8b\x08\x00", "gzip"), ("", "empty"), ("oops", "not valid JSON")):
            for words in (("video", "list"), ("video", "list", "--all"), ("video", "get", "v1"), ("auth", "status"),
                          ("video", "download", "v1"), create, ("api", "GET", "/v3/x"),
                          ("api", "POST", "/v3/x", "-d", "{}")):  # fmt: skip
                with self.subTest(" ".join(words), kind=kind):
                    done = self.assert_fails(self.call(*words, status=200, body=body), "cli_response_parse_error", 1)
                    self.assertIn(kind, done.error()["message"])
                    self.assertNotIn("accepted", done.err)

    def test_a_page_of_a_captive_portal_verifies_no_key(self):
        self.home.env["HEYGEN_API_KEY"] = ""
        self.service.fault("/v3/users/me", status=200, body=HTML)
        done = self.assert_succeeds(self.run_heygen("auth", "login", stdin="good-key\n"))
        self.assertIn("could not verify the credential", done.err)
        self.assertNotIn("accepted", done.err)

    def test_an_empty_body_is_wrong_use(self):
        for words in (("video", "create", "-d", ""), ("video", "create", "-d", "@"), ("api", "POST", "/v3/x", "-d", " "),
                      ("video", "create", "-d", "", "--dry-run")):  # fmt: skip
            with self.subTest(" ".join(words)):
                self.assert_fails(self.run_heygen(*words), "usage_error", 2)

    def test_no_exit_code_is_outside_of_the_contract(self):
        for limit in range(4, 12):
            with self.subTest(files=limit):
                done = self.run_heygen("video", "list", prefix=("sh", "-c", f'ulimit -n {limit}; exec "$@"', "sh"))
                self.assertIn(done.code, (0, 1, 2, 3, 4))

    def test_a_lost_response_is_tried_again_only_where_that_is_safe(self):
        self.home.env["HEYGEN_MAX_RETRIES"] = "1"
        self.assert_succeeds(self.call(mode="close"))
        self.assertEqual(len(self.service.requests), 2)
        self.assert_fails(self.call("api", "POST", "/v3/things", "-d", "{}", mode="close"), "network_error", 1)
        self.assertEqual(len(self.service.requests), 3)

    def test_a_429_is_tried_again_after_the_time_that_the_server_names(self):
        self.home.env["HEYGEN_MAX_RETRIES"] = "1"
        done = self.call(
            "api", "POST", "/v3/things", "-d", '{"a":1}', status=429, body="", headers={"Retry-After": "1"}
        )
        self.assert_succeeds(done)
        first, second = self.service.requests
        self.assertGreaterEqual(second.at - first.at, 0.7)
        self.assertEqual(first.body, second.body)

    def test_a_204_is_a_success(self):
        self.service.canned["DELETE /v3/things/1"] = Response(204)
        self.assert_succeeds(self.run_heygen("api", "DELETE", "/v3/things/1", "--force"))

    def test_hostile_text_never_commands_the_terminal(self):
        body = {"error": {"code": "odd\x1b[31m", "message": "red \x1b[31m text\u202e \x07"}}
        done = self.call(status=400, body=body)  # checked() looks for ESC
        self.assertEqual(done.code, 1, done)

    def test_numbers_and_key_order_come_through(self):
        body = '{"z":18446744073709551616,"a":1.0,"m":1e400,"n":-0,"s":"\\u00e9\\ud83d\\ude00"}'
        done = self.assert_succeeds(self.call(body=body))
        self.assertEqual(done.out.strip(), body)

    def test_a_download_never_replaces_a_pipe_or_device(self):
        pipe = self.home.path / "pipe"
        os.mkfifo(pipe)
        done = self.run_heygen("video", "download", "v1", "--output-path", str(pipe), "--force")
        self.assert_fails(done, "cli_file_io_error", 1)
        self.assertTrue(stat.S_ISFIFO(os.stat(pipe).st_mode))

    def test_a_signed_link_is_followed_to_the_letter_and_without_the_credential(self):
        link = "/files/a%2Bb%3Dc%7E.mp4?sig=x%2Fy%3D"
        self.service.canned["GET /v3/videos/v1"] = Response(
            200, {"data": {"status": "completed", "video_url": self.service.url + "/link"}}
        )
        self.service.routes["GET /link"] = lambda _: Response(302, headers={"Location": link})
        self.service.routes["GET /files/a%2Bb%3Dc%7E.mp4"] = lambda _: Response(
            200, "film", {"Content-Type": "video/mp4"}
        )
        file = self.home.path / "v1.mp4"
        self.assert_succeeds(self.run_heygen("video", "download", "v1", "--output-path", str(file)))
        self.assertEqual(file.read_text(), '"film"')
        for request in self.service.requests[1:]:
            self.assertIsNone(request.headers.get("Authorization"))
            self.assertIsNone(request.headers.get("x-api-key"))


class Changes(WithService):
    """A request that changes something, and whose response is lost."""

    MAYBE = "may have taken effect"

    def setUp(self):
        super().setUp()
        self.home.env["HEYGEN_API_KEY"] = "good-key"

    def requests(self):
        file = self.home.path / "a.png"
        file.write_bytes(b"content")
        for method in ("POST", "PUT", "PATCH"):
            yield ("api", method, "/v3/videos", "-d", "{}"), "`heygen "
        yield ("api", "DELETE", "/v3/videos/v1", "--force"), "`heygen video get v1`"
        yield ("api", "POST", "/v3/else", "-d", "{}"), "`heygen api GET /v3/else`"
        yield ("video", "create", "-d", "{}"), "`heygen video list`"
        yield ("video", "delete", "v1", "--force"), "`heygen video get v1`"
        yield ("asset", "create", "--file", str(file)), "before you send it again"

    def test_a_lost_response_says_that_it_may_have_taken_effect_and_how_to_look(self):
        for arguments, look in self.requests():
            for fault in (*LOST, dict(status=500), dict(status=504)):
                with self.subTest(" ".join(arguments), **fault):
                    self.service.fault("/v3/", **fault)
                    done = self.run_heygen(*arguments)
                    self.assertEqual(done.code, 1, done)
                    self.assertIn(self.MAYBE, done.error()["hint"], done)
                    self.assertIn(look, done.error()["hint"], done)
                    self.assertEqual(done.error()["job"]["ids"], [])
                    self.assertIn(done.error()["job"]["show"], done.error()["hint"])

    def test_ctrl_c_says_so_too(self):
        for arguments, look in self.requests():
            with self.subTest(" ".join(arguments)):
                seen = len(self.service.requests)
                self.service.fault("/v3/", mode="hang")
                running = self.start(*arguments)
                self.service.wait(lambda seen=seen: len(self.service.requests) > seen)
                running.interrupt()
                done = self.assert_fails(self.finish(running), "canceled", 1)
                self.assertIn(self.MAYBE, done.error()["hint"], done)
                self.assertIn(look, done.error()["hint"], done)

    def test_what_was_not_done_is_not_said_to_be(self):
        for arguments, _ in self.requests():
            for status in (400, 404, 409, 429):
                with self.subTest(" ".join(arguments), status=status):
                    self.service.fault("/v3/", status=status)
                    self.assertNotIn(self.MAYBE, self.run_heygen(*arguments).err)
        self.service.fault("/v3/", mode="close")
        self.assertNotIn(self.MAYBE, self.run_heygen("api", "GET", "/v3/videos").err)
        self.service.stop()
        for arguments, _ in self.requests():
            with self.subTest(" ".join(arguments)):
                done = self.assert_fails(self.run_heygen(*arguments), "network_error", 1)
                self.assertNotIn(self.MAYBE, done.err)


class Hanging(unittest.TestCase):
    """A server that takes a request and never answers it, or never to the end. Each program waits for its own timeout,
    half a minute for most, so they begin with the module and are looked at when the other tests are through."""

    LIMIT_S = 60
    started = {}

    @classmethod
    def hang(cls, what, path, *arguments, login=True, typed=None, **fault):
        service, home = Service(), Home()
        unittest.addModuleCleanup(home.remove)
        unittest.addModuleCleanup(service.stop)
        home.env.update(service.environment(), HEYGEN_OAUTH_DEVICE_URL=service.url + DEVICE)
        if login:
            home.write_oauth(service.mint(), PAST if path == TOKEN else FUTURE)
        home.browser()
        service.fault(path, times=-1, **(fault or {"mode": "hang"}))
        running = Running(home.program, arguments, home.env, typed)
        unittest.addModuleCleanup(running.close)
        cls.started[what] = home, running, home.file.read_bytes() if login else None

    def ended(self, what):
        home, running, before = self.started[what]
        done = running.finish(self.LIMIT_S)
        if what != "logout":
            self.assertEqual(home.file.read_bytes() if home.file.exists() else None, before)
        return done

    def assert_gives_up(self, what, code, exit_code):
        done = self.ended(what)
        self.assertGreater(done.seconds, 20)
        self.assertEqual((done.code, done.error()["code"]), (exit_code, code), done)

    def test_a_refresh_gives_up(self):
        self.assert_gives_up("refresh", "network_error", 1)

    def test_an_exchange_gives_up(self):
        self.assert_gives_up("exchange", "network_error", 1)

    def test_a_device_authorization_gives_up(self):
        self.assert_gives_up("device", "network_error", 1)

    def test_a_call_gives_up(self):
        self.assert_gives_up("call", "timeout", 4)

    def test_a_status_gives_up(self):
        self.assert_gives_up("status", "timeout", 4)

    def test_an_endlessly_dripping_response_is_not_accepted(self):
        self.assert_gives_up("dripping refresh", "network_error", 1)
        self.assert_gives_up("dripping call", "timeout", 4)

    def test_a_logout_waits_five_seconds_and_clears_the_file(self):
        done = self.ended("logout")
        self.assertEqual((done.code, done.json()["revoked"]["status"]), (0, "failed"), done)
        self.assertLess(done.seconds, 15)
        self.assertEqual(self.started["logout"][0].read(), {"team": {"keep": 12345678901234567890}})

    def test_a_login_whose_key_cannot_be_tried_gives_up_after_ten_seconds(self):
        home, running, _ = self.started["probe"]
        done = running.finish(self.LIMIT_S)
        self.assertEqual(done.code, 0, done)
        self.assertLess(done.seconds, 20)
        self.assertIn("Warning", done.err)
        self.assertEqual(home.read()["api_key"], "a-key")


class Revocation(WithService):
    def test_whatever_the_server_says_the_tokens_leave_the_file(self):
        for fault in (
            dict(mode="reset"),
            dict(mode="close"),
            dict(mode="garbage"),
            dict(status=500, body=HTML),
            dict(status=503, body=""),
            dict(status=400, body={"error": "invalid_request"}),
        ):
            with self.subTest(name(fault)):
                self.logged_in()
                self.service.fault(REVOKE, **fault)
                done = self.assert_succeeds(self.run_heygen("auth", "logout"))
                self.assertEqual(self.home.read(), {"team": {"keep": 12345678901234567890}})
                self.assertEqual(done.json()["revoked"]["status"], "failed")

    def test_the_refresh_token_is_what_is_revoked(self):
        tokens = self.logged_in()
        self.assert_succeeds(self.run_heygen("auth", "logout"))
        form = self.service.requests_to(REVOKE)[0].form
        self.assertEqual((form["token"], form["token_type_hint"]), (tokens["refresh_token"], "refresh_token"))

    def test_a_refresh_token_that_a_new_login_gets_again_stays(self):
        old, new = self.logged_in(), self.service.mint()
        self.home.env["HEYGEN_OAUTH_DEVICE_URL"] = self.service.url + DEVICE
        self.service.device = {"interval": 1}
        again = {"access_token": new["access_token"], "refresh_token": old["refresh_token"], "token_type": "Bearer"}
        for tokens, revoked in ((again, []), (new, [old["refresh_token"]])):
            self.service.fault(TOKEN, status=200, body={"token_type": "Bearer", **tokens})
            self.assert_succeeds(self.run_heygen("auth", "login", "--device-code"))
            self.assertEqual(self.home.read()["oauth"]["refresh_token"], tokens["refresh_token"])
            self.assertEqual([request.form["token"] for request in self.service.requests_to(REVOKE)], revoked)


if __name__ == "__main__":
    unittest.main()
