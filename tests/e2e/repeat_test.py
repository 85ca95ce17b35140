# SPDX-License-Identifier: Apache-2.0
"""Requests that act once, whatever becomes of their responses: idempotency keys, against the sandbox."""

import json
import re
import subprocess
import unittest

from catalog_test import LIMIT_S, UUID, Sandbox
from support import HEYGEN, Home

VIDEO = {"type": "avatar", "avatar_id": "look_public_1_office", "script": "Hello!"}
CREATE = ("video", "create", "-d", json.dumps(VIDEO))


class Repeat(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = Home()
        cls.addClassCleanup(cls.home.remove)
        cls.sandbox = Sandbox("--job-delay", "0", "--empty")
        cls.addClassCleanup(cls.sandbox.stop)
        cls.home.env.update(cls.sandbox.environment, HEYGEN_API_KEY="sandbox-key")

    def setUp(self):
        self.sandbox.hook("reset", "POST")

    def run_it(self, *arguments, code=0, **env):
        done = subprocess.run(
            [HEYGEN, *arguments], env={**self.home.env, **env}, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=LIMIT_S, check=False,
        )
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def create(self, *arguments, **more):
        return self.run_it(*CREATE, "--verbose", *arguments, **more)

    def keys(self):
        return [call["sent"].get("key") for call in self.sandbox.calls() if call["method"] == "POST"]

    def videos(self):
        return [video["id"] for video in json.loads(self.run_it("video", "list", "--all").stdout)["data"]]

    def test_a_response_that_is_lost_leads_to_one_video(self):
        for how, times in (("lost", 2), ("error", 2), ("pending", 4)):
            with self.subTest(how):
                self.sandbox.hook("reset", "POST")
                self.sandbox.hook(f"interrupt?response={how}", "POST")
                done = self.create()
                keys = self.keys()
                self.assertEqual((len(keys), len(set(keys))), (times, 1))
                self.assertRegex(keys[0], f"^{UUID}$")
                self.assertEqual(set(re.findall(r"(?i)Idempotency-Key: (\S+)", done.stderr)), set(keys))
                self.assertEqual(self.videos(), [json.loads(done.stdout)["data"]["video_id"]])
                if how == "pending":
                    self.assertIn("still in progress", done.stderr)

    def test_each_run_has_a_key_of_its_own(self):
        first, second = self.create(), self.create()
        self.assertNotEqual(first.stdout, second.stdout)
        self.assertEqual(len(set(self.keys())), 2)
        self.assertEqual(len(self.videos()), 2)

    def test_the_same_key_gives_the_same_video_even_for_another_body(self):
        first = self.create("--idempotency-key", "order-42")
        again = self.run_it("video", "create", "--idempotency-key=order-42", "-d", json.dumps({**VIDEO, "script": "Other"}))
        self.assertEqual(first.stdout, again.stdout)
        self.assertEqual(self.keys(), ["order-42"] * 2)
        self.assertEqual(len(self.videos()), 1)
        # One key for each endpoint.
        self.run_it("folder", "create", "--name", "Here", "--idempotency-key", "order-42")
        self.assertEqual(len(self.videos()), 1)

    def test_a_request_that_fails_leaves_its_key_free(self):
        self.run_it("video", "create", "--idempotency-key", "k", "-d", '{"type":"avatar"}', code=1)
        self.create("--idempotency-key", "k")
        self.assertEqual(len(self.videos()), 1)

    def test_without_retries_the_error_says_how_to_repeat_it(self):
        self.sandbox.hook("interrupt?response=lost", "POST")
        done = self.run_it(*CREATE, code=1, HEYGEN_MAX_RETRIES="0")
        hint = json.loads(done.stderr.splitlines()[-1])["error"]["hint"]
        key = re.search(f"--idempotency-key ({UUID}) ", hint)
        self.assertTrue(key, hint)
        again = self.create("--idempotency-key", key[1])
        self.assertEqual(self.videos(), [json.loads(again.stdout)["data"]["video_id"]])

    def test_a_key_that_is_none(self):
        done = self.run_it("video", "create", "-d", "{}", "--idempotency-key", "a\nX-Other: b", code=2)
        self.assertIn("control character", done.stderr)
        self.assertEqual(self.sandbox.calls(), [])
        for wrong in ("", "a b", "x" * 256):
            done = self.run_it(*CREATE, "--idempotency-key", wrong, code=1)
            self.assertIn("Idempotency-Key", done.stderr)
        self.assertEqual(self.videos(), [])

    def test_commands_without_keys_send_none(self):
        self.run_it("video", "list")
        self.run_it("voice", "create", "--prompt", "calm")
        self.assertEqual([call["sent"].get("key") for call in self.sandbox.calls()], [None] * 2)
        self.assertIn("no option", self.run_it("voice", "create", "--idempotency-key", "k", code=2).stderr)

    def test_a_dry_run_shows_that_there_is_a_key(self):
        shown = json.loads(self.run_it(*CREATE, "--dry-run").stdout)["headers"]["Idempotency-Key"]
        self.assertEqual(shown, "(a new one for each run)")
        shown = json.loads(self.run_it(*CREATE, "--dry-run", "--idempotency-key", "k").stdout)["headers"]["Idempotency-Key"]
        self.assertEqual(shown, "k")
        self.assertEqual(self.sandbox.calls(), [])


if __name__ == "__main__":
    unittest.main()
