# SPDX-License-Identifier: Apache-2.0
"""What the program takes may grow, but not shrink behind its users' backs: tests/facts/surface.json is what the last release took,
and CHANGELOG.md names each removal since."""

import copy
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

from support import HEYGEN, ROOT, Home

PROGRAM = ROOT / "tests" / "surface.py"
BASELINE = ROOT / "tests" / "facts" / "surface.json"

THING = {
    "version": "1.0.0",
    "commands": {
        "thing list": {
            "arguments": {"thing-id": {"required": True}},
            "options": {"kind": {"value_type": "text", "choices": ["a", "b"]}, "limit": {"value_type": "integer", "maximum": 9}},
            "request": "GET /v3/things",
        },
        "thing get": {"arguments": {}, "options": {}},
    },
    "global_options": {"human": {"value_type": "boolean"}},
    "exit_codes": {"1": {"name": "error"}},
    "error_codes": {"thing_failed": {"exit": 1}},
    "environment": {"THING_DEBUG": {}},
}


class Surface(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.place = pathlib.Path(directory.name)
        self.new = copy.deepcopy(THING)

    def compare(self, *more):
        files = []
        for name, document in (("old.json", THING), ("new.json", self.new)):
            files.append(self.place / name)
            files[-1].write_text(json.dumps(document), encoding="utf-8")
        done = subprocess.run([sys.executable, "-B", PROGRAM, *files, *more], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout.splitlines(), done.stderr

    def compare_with_changelog(self, entry):
        changelog = self.place / "CHANGELOG.md"
        changelog.write_text(f"# Changelog\n\n## [Unreleased]\n\n### Removed\n{entry}\n\n## [0.9.0]\n- `thing get` is gone.\n", encoding="utf-8")
        code, _, said = self.compare("--changelog", changelog)
        return code, said

    def test_nothing_is_removed_that_the_changelog_does_not_name(self):
        home = Home()
        self.addCleanup(home.remove)
        done = subprocess.run(
            [sys.executable, "-B", PROGRAM, BASELINE, HEYGEN, "--changelog", ROOT / "CHANGELOG.md"],
            env=home.env, capture_output=True, text=True, check=False,
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)

    def test_the_same_differs_in_nothing(self):
        self.assertEqual(self.compare(), (0, [], ""))

    def test_each_difference_is_a_line(self):
        commands = self.new["commands"]
        del commands["thing get"]
        commands["thing make"] = {"arguments": {}, "options": {}}
        options = commands["thing list"]["options"]
        options["kind"]["choices"] = ["b", "c"]
        options["limit"]["maximum"] = 5
        options["all"] = {"value_type": "boolean"}
        commands["thing list"]["arguments"] = {}
        self.new["error_codes"] = {"thing_lost": {"exit": 1}}
        self.new["environment"] = {}
        self.assertEqual(self.compare()[1], [
            "removed  command `thing get`",
            "removed  argument `thing-id` of `thing list`",
            "added    option `--all` of `thing list`",
            "removed  choice `a` of option `--kind` of `thing list`",
            "added    choice `c` of option `--kind` of `thing list`",
            "changed  option `--limit` of `thing list`: maximum 9, now 5",
            "added    command `thing make`",
            "removed  error code `thing_failed`",
            "added    error code `thing_lost`",
            "removed  environment variable `THING_DEBUG`",
        ])

    def test_a_removal_needs_an_entry_that_names_it(self):
        del self.new["commands"]["thing list"]["options"]["kind"]
        for entry, code in (
            ("", 1),
            ("- `thing list` has changed.", 1),
            ("- `--kind` is gone.", 1),
            ("- `thing list --kinds` is gone.", 1),
            ("- `thing list`: the option\n  `--kind` is gone.", 0),
        ):
            with self.subTest(entry):
                self.assertEqual(self.compare_with_changelog(entry)[0], code)
        self.assertIn("thing list, --kind", self.compare_with_changelog("")[1])

    def test_an_entry_of_an_older_release_does_not_count(self):
        del self.new["commands"]["thing get"]
        self.assertEqual(self.compare_with_changelog("- Nothing.")[0], 1)
        self.assertEqual(self.compare_with_changelog("- `heygen thing get` is gone.")[0], 0)

    def test_what_is_saved_compares_like_its_program(self):
        saved = subprocess.run([sys.executable, "-B", PROGRAM, "--save", BASELINE], capture_output=True, text=True, check=True)
        self.assertEqual(saved.stdout, BASELINE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
