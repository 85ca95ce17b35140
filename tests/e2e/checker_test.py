# SPDX-License-Identifier: Apache-2.0
"""heygen-provider-check: every rule has a provider that breaks it, and is caught by that rule alone."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from support import BUILD, PROVIDERS, ROOT, compile_provider, eventually

CHECK = BUILD / "bin" / "heygen-provider-check"
BROKEN = BUILD / "tests" / "broken"
LIMIT_S = 300  # for a machine that does other things too


def run(*words, **options):
    return subprocess.run(
        [str(CHECK), *map(str, words)], capture_output=True, text=True, timeout=LIMIT_S, check=False, **options
    )


def results(report):
    return {rule["rule"]: rule["result"] for rule in report["rules"]}


# What does not apply: to a login without a redirect; to headers that are the same for each request, without a cache.
NO_REDIRECT = ("login-state", "login-pkce", "login-redirect", "login-issuer")
PLAIN = ("reach-told", "cache-lost")


class Checker(unittest.TestCase):
    def setUp(self):
        self.directory = Path(tempfile.mkdtemp(prefix="heygen-e2e-check-"))
        self.addCleanup(shutil.rmtree, self.directory, True)

    def install(self, library, name="sample", directory=None):
        """A copy of the library with a manifest beside it: its own, or a sound one's where it can have none."""
        directory = directory or self.directory
        directory.mkdir(exist_ok=True)
        copy = directory / f"{name}.so"
        shutil.copy2(library, copy)
        for source in (copy, BROKEN / "none.so")["hangs" in library.stem :]:
            manifest = directory / f"{name}.provider.json"
            if run("manifest", source, "--output", manifest, "--library", copy.name).returncode == 0:
                break
        return copy

    def check(self, path, *words, **options):
        done = run(path, "--json", *words, **options)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.assertEqual(done.stderr, "")
        report = json.loads(done.stdout)
        self.assertEqual(done.returncode == 0, report["summary"]["failed"] == 0)
        return report

    def assert_breaks(self, report, *rules):
        broken = [rule for rule, result in results(report).items() if result == "failed"]
        details = {rule["rule"]: rule["details"] for rule in report["rules"] if rule["result"] == "failed"}
        self.assertEqual(broken, list(rules), details)


class Rules(Checker):
    def rules(self):
        return json.loads(run("rules", "--json").stdout)

    def test_the_document_lists_every_rule_in_the_tools_words(self):
        page = (ROOT / "docs" / "provider-rules.md").read_text(encoding="utf-8")
        written = re.findall(r"^\*\*([a-z-]+)\*\* (.*?)\n\n?(?=\*\*[a-z]|#|\Z)", page, re.M | re.S)
        self.assertEqual([rule for rule, _ in written], [rule["rule"] for rule in self.rules()])
        for (rule, text), told in zip(written, self.rules()):
            expected = f"{told['title']} {told['why']} *{told['fix']}*"
            self.assertEqual(" ".join(text.split()), " ".join(expected.split()), rule)

    def test_every_rule_has_a_provider_that_breaks_it(self):
        built = {path.stem.split("+")[0] for path in BROKEN.glob("*-*.so")}
        self.assertEqual({rule["rule"] for rule in self.rules()}, built | set(Broken.MADE_HERE))
        for test in Broken.MADE_HERE.values():
            self.assertTrue(callable(getattr(Broken, test)))

    def test_the_human_readable_list_is_the_same(self):
        text = run("rules").stdout
        for rule in self.rules():
            self.assertIn(rule["rule"] + "  " + rule["title"], text)


class Broken(Checker):
    # What is wrong beside the library, and so no library of its own.
    MADE_HERE = {
        "manifest-same": "test_a_manifest_that_says_otherwise",
        "file-ownership": "test_a_file_that_others_can_write",
    }

    def test_a_provider_that_keeps_the_rules_passes_them_all(self):
        report = self.check(self.install(BROKEN / "none.so"), "--no-memory")
        self.assert_breaks(report)
        other = {rule: result for rule, result in results(report).items() if result != "passed"}
        self.assertEqual(other, {**dict.fromkeys(NO_REDIRECT + PLAIN, "not_applicable"), "memory-use": "skipped"})

    def test_sound_ones_of_other_kinds_are_exercised_through_and_through(self):
        for kind in ("none+browser", "none+ambient"):
            copy = self.install(BROKEN / f"{kind}.so", directory=self.directory / kind)
            report = self.check(copy, "--no-memory", "--strict")
            self.assert_breaks(report)
            self.assertEqual(report["summary"]["unchecked"], 0, report)

    def test_each_broken_one_is_caught_by_its_rule_and_nothing_else(self):
        libraries = sorted(BROKEN.glob("*-*.so"))
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            reports = dict(zip(libraries, pool.map(self.check_broken, libraries)))
        for library, report in reports.items():
            with self.subTest(library.stem):
                if report is None:
                    self.skipTest("valgrind is not installed")
                self.assert_breaks(report, library.stem.split("+")[0])

    def check_broken(self, library):
        rule = library.stem.split("+")[0]
        env = {**os.environ, "LD_LIBRARY_PATH": str(BROKEN / "further")} if rule == "file-needed" else None
        words = () if rule == "memory-use" else ("--no-memory",)
        if "hangs" in library.stem:
            words += ("--limit", "3")
        if rule == "memory-use" and not shutil.which("valgrind"):
            return None
        return self.check(self.install(library, directory=self.directory / library.stem), *words, env=env)

    def test_a_manifest_that_says_otherwise(self):
        copy = self.install(BROKEN / "none.so")
        manifest = self.directory / "sample.provider.json"
        manifest.write_text(manifest.read_text().replace('"order": 1000', '"order": 7'))
        report = self.check(manifest, "--no-memory")
        self.assert_breaks(report, "manifest-same")
        manifest.unlink()
        self.assert_breaks(self.check(copy, "--no-memory"), "manifest-same")

    def test_a_file_that_others_can_write(self):
        copy = self.install(BROKEN / "none.so")
        copy.chmod(0o666)
        self.assert_breaks(self.check(copy, "--no-memory"), "file-ownership")


class Good(Checker):
    def check(self, path, *words, **options):
        return super().check(path, "--strict", *words, **options)

    def assert_whole(self, report, inapplicable):
        self.assert_breaks(report)
        other = {rule: result for rule, result in results(report).items() if result != "passed"}
        memory = {} if shutil.which("valgrind") else {"memory-use": "skipped"}
        self.assertEqual(other, {**dict.fromkeys(inapplicable, "not_applicable"), **memory})

    def test_the_api_key(self):
        report = self.check(PROVIDERS / "apikey.so")
        none = ("status-rejected", "status-transient", "refresh-works", "refresh-rotates", "expiry-fixed")
        none += ("expiry-invented", "revoke-confirmed", "needs-used")
        self.assert_whole(report, none + NO_REDIRECT + PLAIN)
        self.assertEqual((report["libc"], report["id"]), ("glibc", "apikey"))
        self.assertRegex(report["glibc"], r"^2\.\d+$")
        self.assertIn("libc.so.6", report["needed"])

    def test_oauth(self):
        self.assert_whole(self.check(PROVIDERS / "oauth.so"), ("login-issuer",) + PLAIN)

    def test_oauth_with_the_metadata_of_an_issuer(self):
        world = self.directory / "world.json"
        world.write_text(json.dumps({"env": {"HEYGEN_OAUTH_ISSUER": "https://issuer.heygen-check.invalid"}}))
        self.assert_whole(self.check(PROVIDERS / "oauth.so", "--world", world), PLAIN)

    def test_the_device_code(self):
        self.assert_whole(self.check(PROVIDERS / "device-code.so"), NO_REDIRECT + PLAIN)

    def test_the_minimal_example(self):
        library = self.directory / "minimal.so"
        compile_provider(ROOT / "sdk" / "examples" / "minimal" / "minimal.c", library)
        self.assertEqual(run("manifest", library).returncode, 0)
        none = ("growth-extensions", "expiry-fixed", "expiry-invented", "login-alone", "outcome-any", "refresh-rotates")
        self.assert_whole(self.check(library), none + NO_REDIRECT + PLAIN)


class Words(Checker):
    def test_the_human_readable_report_says_what_failed_why_and_the_fix(self):
        done = run(self.install(BROKEN / "secret-marked.so"), "--no-memory")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"FAILED +secret-marked +A header that carries a secret is marked")
        self.assertRegex(done.stdout, r"Why:  The mark keeps it out of logs")
        self.assertRegex(done.stdout, r"Fix:  Pass HEYGEN_SECRET")
        self.assertRegex(done.stdout, r"\d+ passed, 1 failed, 1 skipped, \d+ not applicable, \d+ unchecked")

    def test_no_secret_of_the_check_shows(self):
        self.assertNotIn("hgc", run(self.install(BROKEN / "secret-output.so"), "--no-memory").stdout)

    def test_wrong_words_are_exit_2(self):
        for words in ((), ("--json",), ("a", "b"), ("a", "--limit", "x"), ("a", "--world"), ("a", "--scenario"), ("pin",), ("rules", "x")):
            done = run(*words)
            self.assertEqual((done.returncode, done.stdout), (2, ""), words)
            self.assertIn("Usage:", done.stderr)

    def test_a_file_that_is_not_a_library_is_named(self):
        text = self.directory / "text.so"
        text.write_text("text")
        for path in (text, self.directory, self.directory / "absent.so"):
            done = run(path)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn(str(path), done.stderr)
            done = run(path, "--json")
            self.assertEqual((done.returncode, done.stderr), (1, ""))
            self.assertIn(str(path), json.loads(done.stdout)["error"])

    def test_a_world_file_reaches_what_the_check_cannot_guess(self):
        world = self.directory / "world.json"
        world.write_text(json.dumps({"state": {"access": "$SECRET", "expiry": "2040-01-01T00:00:00Z"}}))
        report = self.check(self.install(BROKEN / "none.so"), "--no-memory", "--world", world)
        self.assert_breaks(report)
        self.assertEqual(results(report)["refresh-works"], "not_applicable")

    def test_a_refresh_token_of_a_world_file_is_rotated_as_well(self):
        world = self.directory / "world.json"
        body = {"access_token": "$SECRET", "refresh_token": "$SECRET", "expires_in": 60}
        world.write_text(json.dumps({"responses": [{"match": "/redeem", "body": body}, {"match": "/refresh", "body": body}]}))
        copy = self.install(BROKEN / "none.so")
        self.assert_breaks(self.check(copy, "--no-memory", "--strict", "--world", world))
        broken = self.install(BROKEN / "refresh-rotates.so", directory=self.directory / "broken")
        self.assert_breaks(self.check(broken, "--no-memory", "--strict", "--world", world), "refresh-rotates")

    def test_a_member_that_a_world_file_cannot_have_is_named_with_its_place(self):
        copy = self.install(BROKEN / "none.so")
        world = self.directory / "world.json"
        for text, words in (
            ('{"setings": {}}', "the file has the unknown member `setings`; known are settings, env,"),
            ('{"env": {"A": []}}', "`env.A` must be a string"),
            ('{"env": {"A": 1}}', "`env.A` must be a string"),
            ('{"settings": {"url": []}}', "`settings.url` must be a string, a number or a boolean"),
            ('{"settings": {"url": 3}}', "`settings.url` must be a string, as the provider declares"),
            ('{"answers": [1]}', "`answers[0]` must be a string"),
            ('{"answers": ["a", null]}', "`answers[1]` must be a string"),
            ('{"responses": [{"match": "/a", "headers": {"X": 1}}]}', "`responses[0].headers.X` must be a string"),
            ('{"state": {}, "state": {}}', "`state` is there twice"),
            ('{"settings": {"url": "https://a", "url": "https://b"}}', "`settings.url` is there twice"),
            ('{"responses": [{"match": "/a", "body": {"b": [{"c": 1, "c": 2}]}}]}', "`responses.body.b.c` is there twice"),
            ('{"state": 1}', "`state` must be an object"),
            ('{"answers": "robin"}', "`answers` must be a list"),
            ('{"responses": [{"match": "/a"}, {"mach": "/b"}]}', "`responses[1]` has the unknown member `mach`"),
            ('{"responses": [{"status": 200}]}', "`responses[0]` has no `match`"),
            ('{"responses": [{"match": "/a", "status": "200"}]}', "`responses[0].status` must be from 200 to 599"),
            ('{"settings": {"ur": "https://a"}}', "`settings.ur` is not declared by the provider; declared are url"),
            ('{"env": {"SAMPLE": "a"}}', "`env.SAMPLE` is not declared by the provider; declared are SAMPLE_TOKEN"),
            ("[]", "the file must be an object"),
            ("{", "is not valid JSON"),
        ):
            world.write_text(text)
            done = run(copy, "--no-memory", "--world", world)
            self.assertEqual((done.returncode, done.stdout), (1, ""), text)
            self.assertIn(str(world), done.stderr)
            self.assertIn(words, done.stderr)

    def test_a_response_that_no_request_asked_for_is_named(self):
        world = self.directory / "world.json"
        world.write_text(json.dumps({"responses": [{"match": "/redeeem", "body": {"access_token": "$SECRET"}}]}))
        done = run(self.install(BROKEN / "none.so"), "--no-memory", "--world", world)
        self.assertIn("No request matched the world file's response to `/redeeem`.", done.stdout)
        self.assertEqual(done.returncode, 0)

    def test_what_was_not_reached_fails_strictly_and_says_how_far_it_got(self):
        copy = self.install(BROKEN / "none.so")
        world = self.directory / "world.json"
        world.write_text(json.dumps({"responses": [{"match": "/redeem", "body": {"wrapped": "$SECRET"}}]}))
        self.assertEqual(run(copy, "--no-memory", "--world", world).returncode, 0)
        done = run(copy, "--no-memory", "--world", world, "--strict")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"unchecked +\d+ rules \(no login worked\); --all lists them")
        self.assertIn("login ended in HEYGEN_BROKEN", done.stdout)
        self.assertIn("after POST https://heygen-check.invalid/url/redeem, to which the check responded 200", done.stdout)
        start = json.loads(done.stdout[done.stdout.index("\n{") :].rsplit("}", 1)[0] + "}")
        self.assertEqual(start["settings"], {"url": "https://heygen-check.invalid/url"})
        start["responses"] = [{**one, "body": {"access_token": "$SECRET", "expires_in": 60}} for one in start["responses"]]
        world.write_text(json.dumps(start))
        done = run(copy, "--no-memory", "--world", world, "--strict")
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_a_crash_is_said_once(self):
        done = run(self.install(BROKEN / "process-crash+crash.so"), "--no-memory")
        self.assertEqual(done.stdout.count("Segmentation fault"), 1, done.stdout)
        self.assertRegex(done.stdout, r"unchecked +\d+ rules \(resolve\(\) crashes or hangs, see process-crash\)")
        self.assertGreater(int(re.search(r"(\d+) passed", done.stdout)[1]), 50, "the other functions are checked")
        self.assertNotIn("of provider", done.stdout)

    def test_a_crash_is_not_said_of_the_rules_of_other_functions(self):
        done = run(self.install(BROKEN / "process-crash+refresh.so"), "--no-memory", "--all")
        self.assertIn("(refresh() crashes or hangs, see process-crash)", done.stdout)
        self.assertNotIn("of provider", done.stdout)
        self.assertNotRegex(done.stdout, r"unchecked +(login|resolve|revoke)-.*\n +\(refresh\(\) crashes")

    def test_a_trace_has_the_calls_and_no_secret(self):
        done = run(self.install(BROKEN / "none.so"), "--no-memory", "--trace")
        for line in (
            "== a normal run",
            "login(): reason LOGIN, state {}",
            '    settings.get("url", → "https://heygen-check.invalid/url") = HEYGEN_OK',
            '    terminal.secret("Ticket: ", → "<secret typed>") = HEYGEN_OK',
            '    http.send(POST https://heygen-check.invalid/url/redeem, body "<secret typed>", → 200 ',
            '    set_header("Authorization", "Bearer <secret access_token1>", 1) = HEYGEN_OK',
            "  = HEYGEN_OK, ",
        ):
            self.assertIn(line, done.stderr)
        self.assertNotRegex(done.stderr, "hgc[0-9a-f]{16}")

    def test_pin_writes_the_lines_of_a_policy(self):
        copy = self.install(BROKEN / "none.so")
        sums = [
            "sha256:" + subprocess.run(["sha256sum", path], capture_output=True, text=True, check=True).stdout.split()[0]
            for path in (copy, self.directory / "sample.provider.json")
        ]
        wanted = f'[pins.sample]\nlibrary = "{sums[0]}"\nmanifest = "{sums[1]}"\n'
        for path in (copy, self.directory / "sample.provider.json"):
            self.assertEqual(run("pin", path).stdout, wanted)
        self.assertEqual(run("pin", copy, self.directory / "sample.provider.json").stdout, wanted)

    def test_a_policy_takes_the_lines_of_pin_as_they_are(self):
        libraries = [PROVIDERS / f"{name}.so" for name in ("apikey", "oauth", "device-code")]
        policy = self.directory / "policy.toml"
        policy.write_text('version = 1\n\n[providers]\nmode = "open"\nuser_directories = true\n\n' + run("pin", *libraries).stdout)
        done = subprocess.run(
            [BUILD / "bin" / "heygen", "policy", "check", policy], capture_output=True, text=True, check=False
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(set(json.loads(done.stdout)["pins"]), {"apikey", "oauth", "device-code"})

    def test_the_rules_that_are_kept_are_shown_on_demand(self):
        copy = self.install(BROKEN / "none.so")
        self.assertNotIn("entry-exports", run(copy, "--no-memory").stdout)
        self.assertRegex(run(copy, "--no-memory", "--all").stdout, r"ok +entry-exports")

    def test_colors_are_for_terminals(self):
        copy = self.install(BROKEN / "entry-exports.so")
        self.assertNotIn("\x1b", run(copy, "--no-memory").stdout)
        command = f"{CHECK} {copy} --no-memory"
        env = {**os.environ, "TERM": "xterm"}
        env.pop("NO_COLOR", None)
        script = ["script", "-qec", command, "/dev/null"]
        shown = subprocess.run(script, capture_output=True, text=True, env=env, stdin=subprocess.DEVNULL).stdout
        self.assertIn("\x1b[1;31mFAILED", shown)
        self.assertIn("cancellation ...", shown)
        shown = subprocess.run(
            script, capture_output=True, text=True, env={**env, "NO_COLOR": "1"}, stdin=subprocess.DEVNULL
        ).stdout
        self.assertNotIn("\x1b[1;31m", shown)

    def test_an_interrupt_leaves_nothing_behind(self):
        copy = self.install(BROKEN / "load-time+hangs.so")
        for number in (signal.SIGINT, signal.SIGTERM):
            scratch = self.directory / f"scratch{number}"
            scratch.mkdir()
            check = subprocess.Popen([CHECK, copy], env={**os.environ, "TMPDIR": str(scratch)}, stdout=subprocess.PIPE)
            children = Path(f"/proc/{check.pid}/task/{check.pid}/children")
            eventually(lambda: children.read_text().split(), "a case")
            case = int(children.read_text().split()[0])
            check.send_signal(number)
            self.assertEqual(check.communicate(timeout=LIMIT_S)[0], b"")
            self.assertEqual(check.returncode, -number)
            self.assertFalse(Path(f"/proc/{case}").exists())
            self.assertEqual(list(scratch.iterdir()), [])


if __name__ == "__main__":
    unittest.main()
