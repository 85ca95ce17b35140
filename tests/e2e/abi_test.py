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

    def changed(self, pattern, replacement, text=None):
        include = self.directory / "changed"
        (include / "heygen").mkdir(parents=True, exist_ok=True)
        text = text or (FROZEN / "heygen" / "provider.h").read_text()
        broken, count = re.subn(pattern, replacement, text, count=1)
        self.assertEqual(count, 1, f"nothing matches {pattern}")
        (include / "heygen" / "provider.h").write_text(broken)
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
            "heygen_descriptor": (r"  int32_t order; .*\n", ""),
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
        text = re.sub(r"/\*.*?\*/", "", (FROZEN / "heygen" / "provider.h").read_text(), flags=re.S)
        for struct, body in re.findall(r"struct (\w+) \{(.*?)\n\}", text, re.S):
            first, second = [member.strip() for member in re.findall(r"[^;]+;", body)][-2:]
            changed = re.sub(r"^(?:const )?\w+ ?\*?", "struct other* ", second)
            for broken in (first, f"{second}\n{first}", f"{first}\n{changed}"):
                with self.subTest(struct, broken=broken):
                    pattern = rf"(struct {struct} \{{){re.escape(body)}"
                    kept = body[: body.rindex(first)]
                    found, report = self.changed(pattern, lambda match: match[1] + kept + broken, text)
                    self.assertTrue(found, "libabigail saw no change")
                    self.assertIn(struct, report)

    def test_every_struct_of_the_header_is_watched(self):
        text = re.sub(r"/\*.*?\*/", "", (TODAY / "heygen" / "provider.h").read_text(), flags=re.S)
        structs = set(re.findall(r"struct (\w+) \{", text))
        self.assertEqual(structs, set(re.findall(r"^USE\((\w+)\)", (ABI / "surface.c").read_text(), re.M)))
        self.assertLessEqual(structs, set(re.findall(r"^SIZE\((\w+),", (ABI / "layout_1_0.def").read_text(), re.M)))

    def test_a_moved_member_stops_the_build_with_its_name(self):
        include = self.directory / "moved" / "heygen"
        include.mkdir(parents=True)
        text = (TODAY / "heygen" / "provider.h").read_text()
        moved = text.replace("  uint32_t timeout_ms;", "  uint64_t timeout_ms;")
        self.assertNotEqual(moved, text)
        (include / "provider.h").write_text(moved)
        done = subprocess.run(
            ["cc", "-std=c11", "-fsyntax-only", "-I", include.parent, ABI / "layout_1_0.c"],
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
