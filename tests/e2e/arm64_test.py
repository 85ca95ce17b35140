# SPDX-License-Identifier: Apache-2.0
"""The release for arm64 under qemu-user: the tour, the check of its providers, other suites, and what the archive says.

qemu-user has neither ptrace nor seccomp, and valgrind does not run it: heygen-provider-check skips the rules secret-child and
memory-use. Suites are left out that compile providers for this machine, limit what qemu itself needs (files, memory) or count
processor time.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from support import ROOT

RELEASE = ROOT / "build-release-arm64"
QEMU = shutil.which("qemu-aarch64-static")
PROGRAMS = ("heygen", "heygen-sandbox", "heygen-provider-check")
PROVIDERS = ("apikey", "oauth", "device-code")
SUITES = ("callback", "completion", "human", "oidc", "prompt", "wait")  # of this directory, unchanged
LIMIT_S = 600


def setUpModule():
    if not QEMU or not shutil.which("aarch64-linux-gnu-g++"):
        raise unittest.SkipTest("it takes qemu-user-static and g++-aarch64-linux-gnu")
    if not (RELEASE / "bin/heygen").exists():
        raise unittest.SkipTest("run ./dev release --arch arm64")


def run(*command, **options):
    return subprocess.run([*map(str, command)], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=LIMIT_S, **options)


class Arm64(unittest.TestCase):
    def setUp(self):
        """A build directory whose programs are scripts that run those of the release: the kernel need not know qemu."""
        self.place = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="heygen-arm64-")))
        (self.place / "bin").mkdir()
        for name in PROGRAMS:
            script = self.place / "bin" / name
            script.write_text(f'#!/bin/sh\nexec {QEMU} {RELEASE / "bin" / name} "$@"\n')
            script.chmod(0o755)
        (self.place / "lib").symlink_to(RELEASE / "lib")
        self.env = {"PATH": os.environ["PATH"], "HOME": str(self.place), "LANG": "C.UTF-8", "HEYGEN_BUILD": str(self.place)}

    def test_programs_and_providers_are_for_arm64(self):
        for file in [RELEASE / "bin" / name for name in PROGRAMS] + [RELEASE / "lib/heygen/providers" / f"{name}.so" for name in PROVIDERS]:
            with self.subTest(file.name):
                self.assertRegex(run("readelf", "--file-header", file).stdout, r"Machine:\s+AArch64")

    def test_texts_made_by_the_build_are_those_of_the_program(self):
        shown = run(self.place / "bin/heygen", "commands", "--json", env=self.env)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertTrue(json.loads(shown.stdout)["commands"])
        self.assertTrue((RELEASE / "share/man/man1/heygen.1").exists())

    def test_the_tour_runs(self):
        """OAuth login, status, a video that is waited for, lists, an upload, a download, logout."""
        done = run(ROOT / "sdk/sandbox/tour.sh", self.place / "bin", env=self.env)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for shown in ("auth login", "auth status", "video create", "video list", "asset create", "video download", "auth logout"):
            self.assertIn(f"$ heygen {shown}", done.stdout)

    def test_the_check_passes_each_provider_but_for_what_qemu_cannot_show(self):
        for name in PROVIDERS:
            with self.subTest(name):
                library = RELEASE / "lib/heygen/providers" / f"{name}.so"
                done = run(self.place / "bin/heygen-provider-check", "--no-memory", library, env=self.env)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertRegex(done.stdout, " 0 failed, 2 skipped, .* 0 unchecked")

    def test_other_suites_pass(self):
        for suite in SUITES:
            with self.subTest(suite):
                done = run(sys.executable, "-m", "unittest", f"{suite}_test", cwd=ROOT / "tests/e2e", env=self.env)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertRegex(done.stderr, r"Ran [1-9]")

    def test_the_archive_is_named_by_the_architecture(self):
        done = run(ROOT / "packaging/archive.sh", RELEASE)
        self.assertEqual(done.returncode, 0, done.stderr)
        archive = pathlib.Path(done.stdout.splitlines()[-1])
        self.assertRegex(archive.name, r"^heygen-[0-9.]+-aarch64\.tar\.xz$")
        bill = json.loads(archive.with_name(archive.name.removesuffix(".tar.xz") + ".spdx.json").read_text())
        self.assertLessEqual({"heygen", "OpenSSL", "Poco"}, {package["name"] for package in bill["packages"]})


if __name__ == "__main__":
    unittest.main()
