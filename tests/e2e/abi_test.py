# SPDX-License-Identifier: Apache-2.0
"""The provider interface of version 1.0 stays as it was released: layout, surface, and libraries of either age."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from support import BUILD, ROOT

ABI = ROOT / "tests" / "abi"
TODAY = ROOT / "sdk" / "include"
FROZEN = ABI / "v1.0"


def compile_surface(include, library):
    subprocess.run(
        ["cc", "-std=c11", "-g", "-shared", "-fPIC", "-I", include, ABI / "surface.c", "-o", library], check=True
    )


def text_of(include):
    """All headers of an interface as one text, without comments."""
    text = "".join(path.read_text() for path in sorted(include.rglob("*.h")))
    return re.sub(r"/\*.*?\*/", "", text, flags=re.S)


def compare(before, after):
    """libabigail's verdict: (changed, report)."""
    done = subprocess.run(
        ["abidiff", "--leaf-changes-only", "--harmless", before, after], capture_output=True, text=True
    )
    if done.returncode & 3:
        raise RuntimeError(done.stdout + done.stderr)
    return done.returncode != 0, done.stdout


class Surface(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="heygen-abi-")
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)
        self.frozen = self.directory / "frozen.so"
        compile_surface(FROZEN, self.frozen)

    def change(self, include, pattern, replacement):
        """Applies it to the one header of a copy that it matches, whose comments go."""
        count = 0
        for path in include.rglob("*.h"):
            text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
            broken, found = re.subn(pattern, replacement, text, count=1)
            path.write_text(broken)
            count += found
        self.assertEqual(count, 1, f"not one header matches {pattern}")

    def changed(self, pattern, replacement):
        include = self.directory / "changed"
        shutil.rmtree(include, ignore_errors=True)
        shutil.copytree(FROZEN, include)
        self.change(include, pattern, replacement)
        library = self.directory / "changed.so"
        compile_surface(include, library)
        return compare(self.frozen, library)

    def test_todays_header_describes_the_structs_of_1_0(self):
        library = self.directory / "today.so"
        compile_surface(TODAY, library)
        changed, report = compare(self.frozen, library)
        self.assertFalse(changed, report)

    def test_a_break_is_found_and_its_struct_is_named(self):
        breaks = {
            "heygen_descriptor": (r"  int32_t order;.*\n", ""),
            "heygen_outcome": (r"(  int32_t http_status;.*\n)(  int32_t accepted;.*\n)", r"\2\1"),
            "heygen_http_request": (r"uint32_t timeout_ms;", "uint64_t timeout_ms;"),
            "heygen_host": (r"(  void\* context;\n)", r"\1  void* more;\n"),
            "heygen_clock_1_v": (r"uint32_t milliseconds\)", "uint64_t milliseconds)"),
            "heygen_setting": (r"int32_t required;", "uint32_t required;"),
        }
        for struct, (pattern, replacement) in breaks.items():
            with self.subTest(struct):
                changed, report = self.changed(pattern, replacement)
                self.assertTrue(changed, "libabigail saw no change")
                self.assertIn(struct, report)

    def test_every_struct_is_named_when_a_member_of_it_goes_moves_or_changes(self):
        for struct, body in re.findall(r"struct (\w+) \{(.*?)\n\}", text_of(FROZEN), re.S):
            first, second = [member.strip() for member in re.findall(r"[^;]+;", body)][-2:]
            changed = re.sub(r"^(?:const )?\w+ ?\*?", "struct other* ", second)
            for broken in (first, f"{second}\n{first}", f"{first}\n{changed}"):
                with self.subTest(struct, broken=broken):
                    pattern = rf"(struct {struct} \{{){re.escape(body)}"
                    kept = body[: body.rindex(first)]
                    found, report = self.changed(pattern, lambda match: match[1] + kept + broken)
                    self.assertTrue(found, "libabigail saw no change")
                    self.assertIn(struct, report)

    def test_every_struct_of_the_header_is_watched(self):
        structs = set(re.findall(r"struct (\w+) \{", text_of(TODAY)))
        self.assertEqual(structs, set(re.findall(r"^USE\((\w+)\)", (ABI / "surface.c").read_text(), re.M)))
        self.assertLessEqual(structs, set(re.findall(r"^SIZE\((\w+),", (ABI / "layout_1_0.def").read_text(), re.M)))

    def test_a_moved_member_stops_the_build_with_its_name(self):
        include = self.directory / "moved"
        shutil.copytree(TODAY, include)
        self.change(include, "  uint32_t timeout_ms;", "  uint64_t timeout_ms;")
        done = subprocess.run(
            ["cc", "-std=c11", "-fsyntax-only", "-I", include, ABI / "layout_1_0.c"],
            capture_output=True,
            text=True,
        )
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("heygen_http_request::timeout_ms moved since version 1.0", done.stderr)


class BothAges(unittest.TestCase):
    def run_suite(self, program, fixtures):
        done = subprocess.run(
            [program, "--color_output=no", "--report_level=short"],
            env={**os.environ, "HEYGEN_TEST_FIXTURES": str(fixtures)},
            capture_output=True,
            text=True,
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_todays_host_keeps_every_promise_to_libraries_of_1_0(self):
        self.run_suite(BUILD / "tests" / "test_provider", BUILD / "tests" / "abi" / "v1.0")

    def test_a_host_of_1_0_keeps_every_promise_to_todays_libraries(self):
        program = BUILD / "tests" / "test_provider_1_0"
        if (FROZEN / "heygen" / "provider.h").read_bytes() == (TODAY / "heygen" / "provider.h").read_bytes():
            program = BUILD / "tests" / "test_provider"  # the same header byte for byte: this is that host
        self.run_suite(program, BUILD / "tests" / "abi")

    def test_a_library_of_another_time_is_refused_with_both_ranges(self):
        directory = tempfile.TemporaryDirectory(prefix="heygen-abi-")
        self.addCleanup(directory.cleanup)
        shutil.copy(BUILD / "tests" / "abi" / "future.so", directory.name)
        done = subprocess.run(
            [BUILD / "bin" / "heygen-provider-check", "manifest", pathlib.Path(directory.name) / "future.so"],
            capture_output=True,
            text=True,
        )
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("speaks versions 2 to 3 of the provider interface and this heygen version 1", done.stderr)


if __name__ == "__main__":
    unittest.main()
