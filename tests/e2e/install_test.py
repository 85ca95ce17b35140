# SPDX-License-Identifier: Apache-2.0
"""An installation: `cmake --install` into an empty prefix. The program runs from there, the shells find its completion by
their own ways, its manual reads without a warning, and docs/commands says what the program says."""

import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import jsonschema

from completion_test import BASH_COMPLETION, Completion
from support import BUILD, HEYGEN, ROOT, EndToEnd

PAGES = BUILD / "bin" / "heygen-pages"


class Installed(Completion):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory(prefix="heygen-install-")
        cls.addClassCleanup(directory.cleanup)
        cls.prefix = pathlib.Path(directory.name) / "usr"
        for component in ("host", "provider-apikey", "provider-oauth", "provider-device-code"):
            subprocess.run(
                ["cmake", "--install", str(BUILD), "--prefix", str(cls.prefix), "--component", component],
                check=True,
                capture_output=True,
            )

    def setUp(self):
        super().setUp()
        self.home.program = self.prefix / "bin" / "heygen"
        self.share = self.prefix / "share"

    def completes(self, shell):
        shell.shows("heygen avatar list --ownership pri\t", "=> heygen avatar list --ownership private")
        shell.clear()
        shell.shows("heygen --provider api\t", "=> heygen --provider apikey")

    def test_it_runs_with_its_providers(self):
        done = self.assert_succeeds(self.run_heygen("provider", "list"))
        self.assertEqual([one["id"] for one in done.json()], ["apikey", "oauth", "device-code"])
        self.assertEqual({one["state"] for one in done.json()}, {"available"})

    def test_bash_completion_finds_it(self):
        env = {"XDG_DATA_DIRS": str(self.share)}
        self.completes(self.shell("bash", f"source {BASH_COMPLETION}", env=env))

    def test_zsh_finds_it(self):
        directory = self.share / "zsh" / "vendor-completions"
        self.completes(self.shell("zsh", f"fpath=({directory} $fpath); autoload -U compinit; compinit -D -u"))

    def test_fish_finds_it(self):
        self.completes(self.shell("fish", f"set -p fish_complete_path {self.share}/fish/vendor_completions.d"))

    @unittest.skipIf(shutil.which("man") is None, "man is not installed")
    def test_every_group_has_a_page_that_man_reads_without_a_warning(self):
        pages = {path.stem for path in (self.share / "man" / "man1").iterdir()}
        words = {row["words"][0] for row in self.run_heygen("commands", "--json").json()["commands"]}
        self.assertEqual(pages, {"heygen"} | {"heygen-" + word for word in words})
        for page in sorted((self.share / "man" / "man1").iterdir()):
            with self.subTest(page=page.name):
                done = subprocess.run(
                    ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", str(page)],
                    capture_output=True,
                    text=True,
                    env={**self.home.env, "MAN_KEEP_STDERR": "1", "MANROFFSEQ": ""},
                )
                self.assertEqual((done.returncode, done.stderr), (0, ""))


class Described(EndToEnd):
    def test_the_document_of_all_commands_is_valid_by_its_published_schema(self):
        schema = json.loads((ROOT / "docs" / "schema" / "commands.schema.json").read_text(encoding="utf-8"))
        self.assertEqual(self.run_heygen("commands", "--schema").json(), schema)
        jsonschema.Draft202012Validator.check_schema(schema)
        document = self.run_heygen("commands", "--json").json()
        jsonschema.Draft202012Validator(schema).validate(document)
        self.assertGreaterEqual(sum("request" in row for row in document["commands"]), 108)

    def test_its_references_lead_to_schemas_it_holds(self):
        document = self.run_heygen("commands", "--json").json()
        text = json.dumps(document)
        for part in text.split('"$ref": "')[1:]:
            self.assertIn(part.split('"')[0].removeprefix("#/$defs/"), document["$defs"])

    def test_it_names_every_error_code_of_the_program(self):
        source = (ROOT / "core" / "base" / "error.hpp").read_text(encoding="utf-8")
        codes = {row["code"] for row in self.run_heygen("commands", "--json").json()["error_codes"]}
        for line in source.splitlines():
            if line.startswith("inline constexpr std::string_view k"):
                self.assertIn(line.split('"')[1], codes)

    def test_docs_commands_is_what_the_program_says(self):
        with tempfile.TemporaryDirectory() as directory:
            subprocess.run([str(PAGES), "markdown", directory, str(HEYGEN)], check=True)
            made = {path.name: path.read_text(encoding="utf-8") for path in pathlib.Path(directory).iterdir()}
        kept = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "commands").iterdir()}
        self.assertEqual(sorted(made), sorted(kept))
        for name in made:
            self.assertTrue(made[name] == kept[name], f"{name} is old: cmake --build build --target commands-pages")


if __name__ == "__main__":
    unittest.main()
