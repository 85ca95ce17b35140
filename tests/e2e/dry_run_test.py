# SPDX-License-Identifier: Apache-2.0
"""--dry-run: the request as it would be sent, and nothing sent."""

import json
import shlex
import shutil
import subprocess
import unittest

from support import FUTURE, HEYGEN, PAST, EndToEnd, WithService, install

from service import Response

STRACE = shutil.which("strace")


class Requests(WithService):
    """No user is logged in; whatever reaches the service fails the test."""

    def dry(self, *arguments, **options):
        done = self.assert_succeeds(self.run_heygen(*arguments, "--dry-run", **options))
        self.assertEqual(self.service.visited, [], done)
        self.assertEqual(done.out.count("\n"), 1, done)
        return done

    def document(self, *arguments, **options):
        return self.dry(*arguments, **options).json()

    def test_every_command_of_the_api_prints_its_request(self):
        commands = self.run_heygen("commands", "--json").json()["commands"]
        able = [one for one in commands if any(option["name"] == "dry-run" for option in one["options"])]
        self.assertGreaterEqual(len(able), 86)
        (self.home.path / "file").write_bytes(b"12345")
        for one in able:
            for example in one["examples"]:
                typed = [part for part in example.split(" | ") if part.startswith("heygen ")][-1]
                words = shlex.split(typed.split(" > ")[0])
                for at, word in enumerate(words):
                    if words[at - 1] in ("--file", "-d", "--data") and not word.startswith(("{", "-")):
                        words[at] = str(self.home.path / "file")
                        if words[at - 1] != "--file":
                            words[at] = "{}"
                with self.subTest(example):
                    document = self.document(*words[1:], stdin="{}")
                    self.assertIn(document["method"], ("GET", "POST", "PUT", "PATCH", "DELETE"))
                    self.assertTrue(document["url"].startswith(self.service.url + "/v3/"), document)
                    self.assertIn("User-Agent", document["headers"])

    def test_numbers_of_a_body_are_untouched_and_flags_lie_over_it(self):
        done = self.dry("voice", "speech", "create", "-d", '{"text":"a","speed":1.10,"n":9007199254740993}', "--text", "b")
        self.assertIn('"body":{"text":"b","speed":1.10,"n":9007199254740993}', done.out)

    def test_the_query_is_shown_encoded_and_plain(self):
        document = self.document("video", "list", "--token", "a b&c", "--limit", "5")
        self.assertEqual(document["url"], self.service.url + "/v3/videos?limit=5&token=a%20b%26c")
        self.assertEqual(document["query"], {"limit": "5", "token": "a b&c"})

    def test_an_upload_is_told_by_its_facts(self):
        path = self.home.path / "clip.mp4"
        path.write_bytes(b"secret bytes")
        document = self.document("asset", "create", "--file", str(path))
        self.assertEqual(document["upload"]["filename"], "clip.mp4")
        self.assertEqual(document["upload"]["size"], 12)
        self.assertEqual(document["upload"]["field"], "file")
        self.assertNotIn("secret bytes", json.dumps(document))

    def test_what_follows_is_told(self):
        document = self.document("video", "create", "-d", '{"type":"new"}', "--wait", "--timeout", "90s")
        self.assertEqual(document["then"]["url"], self.service.url + "/v3/videos/{video_id}")
        self.assertEqual(document["then"]["timeout"], "90s")
        document = self.document("video", "download", "v1", "--asset", "captioned")
        self.assertEqual(document["then"]["output_path"], "v1.mp4")
        self.assertIn("captioned_video_url", document["then"]["url"])

    def test_deletions_need_no_force(self):
        self.assertEqual(self.document("video", "delete", "v1")["method"], "DELETE")
        self.assertEqual(self.document("api", "delete", "/v3/videos/v1")["method"], "DELETE")

    def test_fields_that_the_service_will_miss_are_warned_of(self):
        self.assertIn("missing: video, audio", self.dry("lipsync", "create", "--title", "x").err)
        self.assertIn("missing: scenes", self.dry("video", "create", "-d", '{"type":"studio"}').err)
        self.assertEqual(self.dry("lipsync", "create", "-d", '{"video":{},"audio":{}}').err, "")

    def test_mistakes_are_those_of_a_real_run(self):
        for arguments in (
            ("video", "list", "--limit", "0"),
            ("video", "delete", ".."),
            ("video", "delete"),
            ("video", "create"),
            ("video", "create", "-d", "[]"),
            ("voice", "speech", "create", "--text", "x"),
            ("avatar", "list", "--ownership", "publc"),
            ("video", "list", "--headers", "Authorization: x"),
            ("api", "GTE", "/v3/videos"),
            ("api", "GET", "/v3/videos", "--header", "Host: x"),
            ("video", "list", "--dry-run=maybe"),
        ):
            with self.subTest(arguments):
                self.assert_fails(self.run_heygen(*arguments, "--dry-run"), "usage_error", 2)
        plain = self.run_heygen("video", "list", "--dry-run", env={"HEYGEN_ALLOW_HTTP": ""})
        self.assert_fails(plain, "usage_error", 2)
        self.assert_fails(self.run_heygen("asset", "create", "--file", "/nowhere", "--dry-run"), "cli_file_io_error", 1)

    def test_a_credential_is_named_but_neither_shown_nor_refreshed(self):
        tokens = self.service.mint()
        for expires in (PAST, FUTURE):
            self.home.write_oauth(tokens, expires)
            before = self.home.file.read_bytes()
            document = self.document("video", "list")
            self.assertEqual(document["credential"]["provider"], "oauth")
            self.assertEqual(self.home.file.read_bytes(), before)
        document = self.document("video", "list", env={"HEYGEN_API_KEY": "good-key"})
        self.assertEqual(document["credential"], {"provider": "apikey", "title": "API key", "headers": "***"})
        self.home.write("[]")
        self.assertIn("problem", self.document("video", "list")["credential"])

    def test_no_provider_is_loaded(self):
        self.home.program = install(self.home.path / "prefix", "oauth")
        directory = self.home.path / "prefix" / "lib" / "heygen" / "providers"
        library = directory / json.loads((directory / "oauth.provider.json").read_text())["library"]
        library.write_bytes(b"no library")
        self.logged_in()
        self.assertEqual(self.run_heygen("video", "list").code, 3)
        self.assertEqual(self.document("video", "list")["credential"]["provider"], "oauth")

    def test_secrets_that_were_typed_are_redacted(self):
        document = self.document(
            "api", "POST", "/v3/x?signature=canary-1", "--query", "api_key=canary-2", "--query", "a=1", "--query", "a=2",
            "--header", "X-Auth-Token: canary-3", "--header", "X-Other: shown",
            "-d", '{"secret":"canary-4","file":{"url":"https://h/p?X-Amz-Signature=canary-5&x=1"},"big":1e400}',
        )  # fmt: skip
        self.assertNotIn("canary", json.dumps(document))
        self.assertEqual(document["headers"]["X-Other"], "shown")
        self.assertEqual(document["query"]["a"], ["1", "2"])
        self.assertEqual(document["body"]["file"]["url"], "https://h/p?X-Amz-Signature=***&x=1")

    def test_a_key_of_unknown_shape_is_cut_where_it_was_typed(self):
        key = "k3y-0f9e8d7c6b5a4938"
        arguments = ("api", "GET", f"/v3/x?a={key}", "--query", f"b={key}", "--query", f"{key}==", "--header", f"X-Mine: {key}",
                     "--header", f"{key}: 1", "--query", "limit=50", "--header", "X-Other: shown")  # fmt: skip
        document = self.document(*arguments)
        self.assertNotIn(key, json.dumps(document))
        self.assertEqual(document["query"], {"a": "k3y…", "b": "k3y…", "k3y-0f9…": "=", "limit": "50"})
        self.assertEqual(document["headers"]["X-Mine"], "k3y…")
        self.assertEqual(document["headers"]["X-Other"], "shown")
        done = self.assert_succeeds(self.run_heygen(*arguments, "--verbose", env={"HEYGEN_API_KEY": "good-key"}))
        self.assertNotIn(key, done.err)
        self.assertIn("> X-Mine: k3y…\n", done.err)
        self.assertIn("limit=50", done.err)

    def test_a_non_json_body_is_shown_as_text_or_counted(self):
        typed = self.document("api", "POST", "/v3/x", "--header", "Content-Type: text/plain", "-d", "-", stdin="a\nb")
        self.assertEqual(typed["body"], "a\nb")
        path = self.home.path / "bytes"
        path.write_bytes(b"\xff\x00\x01")
        counted = self.document("api", "POST", "/v3/x", "--header", "Content-Type: image/png", "-d", str(path))
        self.assertEqual(counted["body"], {"bytes": 3})

    def test_human_output_shows_the_request_as_http(self):
        done = self.assert_succeeds(self.run_heygen("video", "list", "--limit", "2", "--dry-run", "--human"))
        self.assertEqual(done.out.splitlines()[0], f"GET {self.service.url}/v3/videos?limit=2")


class Verbose(WithService):
    def test_a_download_is_traced_without_the_signature_of_its_link(self):
        self.home.env["HEYGEN_API_KEY"] = "good-key"
        link = self.service.url + "/file?X-Amz-Signature=canary&Policy=p"
        self.service.routes["GET /v3/videos/v1"] = lambda _: Response(200, {"data": {"status": "completed", "video_url": link}})
        self.service.routes["GET /file"] = lambda _: Response(200, "film", {"Content-Type": "video/mp4"})
        target = self.home.path / "v1.mp4"
        done = self.assert_succeeds(self.run_heygen("video", "download", "v1", "--output-path", str(target), "--verbose"))
        self.assertIn("> GET " + self.service.url + "/file?X-Amz-Signature=***", done.err)
        self.assertNotIn("canary", done.err)
        self.assertNotIn("good-key", done.err)
        self.assertEqual(done.err.count("> GET " + self.service.url + "/v3/videos/v1\n"), 1)


@unittest.skipUnless(STRACE, "needs strace")
class SystemCalls(EndToEnd):
    def test_no_socket_is_opened(self):
        trace = self.home.path / "trace"
        self.home.write({"oauth": {"access_token": "a", "refresh_token": "r", "expires_at": PAST}})
        for arguments in (("video", "list"), ("video", "create", "-d", "{}", "--wait"), ("api", "GET", "/v3/x")):
            done = subprocess.run(
                [STRACE, "-f", "-e", "trace=network,openat", "-o", str(trace), str(HEYGEN), *arguments, "--dry-run"],
                env=self.home.env, capture_output=True, text=True, check=False,
            )  # fmt: skip
            if done.returncode != 0 and "ptrace" in done.stderr:
                self.skipTest("tracing is not allowed here")
            self.assertEqual(done.returncode, 0, done.stderr)
            seen = trace.read_text()
            self.assertNotIn("socket(", seen)
            self.assertNotIn("connect(", seen)
            self.assertNotIn("/heygen/providers/oauth.so", seen)


if __name__ == "__main__":
    unittest.main()
