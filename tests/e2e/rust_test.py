# SPDX-License-Identifier: Apache-2.0
"""The example provider in Rust keeps every promise of the one in C, whose tests it runs."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import provider_test
from support import ROOT, assert_passes_check, write_manifest

CRATES = ROOT / "sdk" / "examples" / "rust"
TARGET = pathlib.Path(tempfile.mkdtemp(prefix="heygen-rust-"))
unittest.addModuleCleanup(shutil.rmtree, TARGET, True)


def cargo(*arguments):
    """Debian's own, whatever else is on the path: that is the version which must do."""
    env = {**os.environ, "PATH": "/usr/bin:/bin", "CARGO_HOME": str(TARGET / "cargo")}
    return subprocess.run(
        ["cargo", *arguments, "--offline", "--locked", "--target-dir", TARGET],
        cwd=CRATES,
        env=env,
        capture_output=True,
        text=True,
    )


def setUpModule():
    if not pathlib.Path("/usr/bin/cargo").exists():
        raise unittest.SkipTest("Debian's cargo is not installed")
    done = cargo("build", "--release")
    if done.returncode != 0:
        raise RuntimeError(done.stderr)


class Rust(provider_test.DroppedIn):
    id, title = "pasted-token", "Pasted token (Rust)"

    @staticmethod
    def compile(library):
        shutil.copy(TARGET / "release" / "libpasted_token.so", library)


class Crate(unittest.TestCase):
    def test_its_structs_are_those_of_the_header(self):
        done = cargo("test", "--package", "heygen-provider")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("every_struct_has_the_size_that_version_1_0_states ... ok", done.stdout)

    def test_the_checker_finds_nothing_wrong(self):
        library = TARGET / "pasted-token.so"
        shutil.copy(TARGET / "release" / "libpasted_token.so", library)
        write_manifest(library)
        assert_passes_check(self, library)

    def test_nothing_but_the_entry_is_exported(self):
        listed = subprocess.run(
            ["nm", "-D", "--defined-only", TARGET / "release" / "libpasted_token.so"], capture_output=True, text=True
        )
        self.assertEqual([line.split()[-1] for line in listed.stdout.splitlines()], ["heygen_provider_entry"])


if __name__ == "__main__":
    unittest.main()
