# SPDX-License-Identifier: Apache-2.0
"""The release: what it needs of a system, how its programs are hardened, and that the same sources give the same bytes."""

import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from support import ROOT

RELEASE = ROOT / "build-release"
PROGRAMS = ("bin/heygen", "bin/heygen-sandbox", "bin/heygen-provider-check")
PROVIDERS = tuple(f"lib/heygen/providers/{name}.so" for name in ("apikey", "oauth", "device-code"))
OLDEST_GLIBC = (2, 35)  # of Ubuntu 22.04


def checked(*command, **options):
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{command} -> {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def readelf(what, file):
    return checked("readelf", "--wide", what, RELEASE / file)


def setUpModule():
    if os.environ.get("HEYGEN_PACKAGES") != "1" or not (RELEASE / "bin/heygen").exists():
        raise unittest.SkipTest("run ./dev packages --test")


class Release(unittest.TestCase):
    def test_it_needs_glibc_2_35_and_nothing_else(self):
        for file in PROGRAMS + PROVIDERS:
            with self.subTest(file):
                needed = re.findall(r"NEEDED.*\[(.*)\]", readelf("--dynamic", file))
                self.assertLessEqual(set(needed), {"libc.so.6", "libm.so.6", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"})
                versions = [tuple(map(int, text.split("."))) for text in re.findall(r"GLIBC_([0-9.]+)", readelf("--dyn-syms", file))]
                self.assertLessEqual(max(versions), OLDEST_GLIBC)

    def test_programs_and_providers_are_hardened(self):
        for file in PROGRAMS + PROVIDERS:
            with self.subTest(file):
                self.assertRegex(readelf("--file-header", file), r"Type:\s+DYN")
                segments, dynamic = readelf("--program-headers", file), readelf("--dynamic", file)
                self.assertIn("GNU_RELRO", segments)
                self.assertRegex(segments, r"GNU_STACK.* RW ")
                self.assertRegex(dynamic, r"BIND_NOW|Flags:.*NOW")
                self.assertNotRegex(dynamic, r"R(UN)?PATH|TEXTREL")
                self.assertIn("__stack_chk_fail", readelf("--dyn-syms", file))
        for file in PROGRAMS:
            self.assertRegex(readelf("--dyn-syms", file), r"__(mem|str|f|v|s|read|poll|recv)\w*_chk@", file)

    @unittest.skipUnless(shutil.which("hardening-check"), "it takes hardening-check (devscripts)")
    def test_hardening_check_agrees(self):
        of_libraries = ("Stack protected", "Read-only relocations", "Immediate binding")  # a small one calls nothing fortified
        wanted = (*of_libraries, "Position Independent Executable", "Fortify Source functions")
        for file in PROGRAMS + PROVIDERS:
            with self.subTest(file):
                report = subprocess.run(["hardening-check", "--nocfprotection", RELEASE / file], capture_output=True, text=True).stdout
                said = dict(re.findall(r"^ (.*?): (.*)$", report, re.M))
                for what in wanted if file in PROGRAMS else of_libraries:
                    self.assertRegex(said[what], "^yes", what)

    def test_the_archive_has_a_bill_of_materials_and_checksums(self):
        archive = pathlib.Path(checked(ROOT / "packaging/archive.sh", RELEASE).splitlines()[-1])
        bill = json.loads(archive.with_name(archive.name.removesuffix(".tar.xz") + ".spdx.json").read_text())
        self.assertEqual(bill["spdxVersion"], "SPDX-2.3")
        self.assertLessEqual({"heygen", "OpenSSL", "Poco"}, {package["name"] for package in bill["packages"]})
        own = next(package for package in bill["packages"] if package["name"] == "heygen")
        self.assertEqual(own["checksums"][0]["checksumValue"], hashlib.sha256(archive.read_bytes()).hexdigest())
        checked("sha256sum", "--check", "SHA256SUMS", cwd=RELEASE)
        with tempfile.TemporaryDirectory() as place:
            checked("tar", "xf", archive, "-C", place)
            (tree,) = pathlib.Path(place).iterdir()
            home = pathlib.Path(place) / "home"
            home.mkdir()
            listed = checked(tree / "bin/heygen", "provider", "list", env={"HOME": str(home)})
            self.assertEqual({row["state"] for row in json.loads(listed)}, {"available"})

    def test_a_build_elsewhere_gives_the_same_bytes(self):
        with tempfile.TemporaryDirectory(prefix="heygen-again-", dir="/var/tmp") as place:
            copy = pathlib.Path(place) / "another directory"
            for name in checked("git", "ls-files", "-z", cwd=ROOT).split("\0"):
                if name and (ROOT / name).exists():
                    (copy / name).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(ROOT / name, copy / name)
            shutil.copytree(RELEASE / "poco", copy / "build-release/poco")
            settings = {**os.environ, "CCACHE_DISABLE": "1", "SOURCE_DATE_EPOCH": "1700000000"}
            checked("cmake", "--preset", "release", cwd=copy, env=settings)
            checked("cmake", "--build", "--preset", "release", cwd=copy, env=settings)
            for file in PROGRAMS + PROVIDERS:
                with self.subTest(file):
                    digests = {hashlib.sha256((tree / file).read_bytes()).hexdigest() for tree in (RELEASE, copy / "build-release")}
                    self.assertEqual(len(digests), 1)
