# SPDX-License-Identifier: Apache-2.0
"""The SDK as an author gets it: installed to a prefix of its own, used by a project that knows nothing of this one."""

import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import tempfile
import unittest

from support import BUILD, ROOT, EndToEnd

PREFIX = pathlib.Path(tempfile.mkdtemp(prefix="heygen sdk "))
unittest.addModuleCleanup(shutil.rmtree, PREFIX, True)

PROJECT = """
cmake_minimum_required(VERSION 3.20)
project(outside LANGUAGES {language})
find_package(HeygenProvider 1.0 REQUIRED)
heygen_add_provider({id} SOURCES {sources})
"""


def run(*command, **options):
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{command} -> {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def setUpModule():
    for component in ("sdk", "sandbox"):
        run("cmake", "--install", BUILD, "--prefix", PREFIX, "--component", component)


class Outside(EndToEnd):
    def build(self, id, language, *sources):
        project = self.home.path / "project"
        project.mkdir(exist_ok=True)
        for source in sources:
            shutil.copy(source, project)
        names = " ".join(source.name for source in sources if source.suffix != ".hpp")
        (project / "CMakeLists.txt").write_text(PROJECT.format(language=language, id=id, sources=names))
        run("cmake", "-S", project, "-B", project / "build", f"-DCMAKE_PREFIX_PATH={PREFIX}")
        run("cmake", "--build", project / "build")
        return project / "build"

    def test_find_package_builds_a_module_with_its_manifest(self):
        built = self.build("minimal", "C", ROOT / "sdk/examples/minimal/minimal.c")
        self.assertEqual(json.loads((built / "minimal.provider.json").read_text())["id"], "minimal")
        exported = run("nm", "-D", "--defined-only", built / "minimal.so").split()
        self.assertEqual(exported[2::3], ["heygen_provider_entry"])
        done = self.run_heygen("provider", "list", env={"HEYGEN_PROVIDER_PATH": str(built)})
        self.assertIn("minimal", [row["id"] for row in self.assert_succeeds(done).json()])

    def test_it_does_so_for_cplusplus(self):
        directory = ROOT / "sdk/examples/exec"
        built = self.build("exec", "CXX", *directory.glob("*.cpp"), *directory.glob("*.hpp"))
        self.assertTrue((built / "exec.provider.json").exists())

    def test_the_examples_build_where_they_were_installed(self):
        built = self.home.path / "examples"
        where = f"-DCMAKE_PREFIX_PATH={PREFIX}"
        run("cmake", "-S", PREFIX / "share/doc/heygen-sdk/examples", "-B", built, where)
        run("cmake", "--build", built)
        made = {path.name.removesuffix(".provider.json") for path in built.glob("*.provider.json")}
        self.assertLessEqual({"minimal", "exec", "sso", "vault", "metadata", "dpop"}, made)
        world = PREFIX / "share/doc/heygen-sdk/examples/exec/world.json"
        checked = run(PREFIX / "bin/heygen-provider-check", "--no-memory", built / "exec.so", "--world", world)
        self.assertRegex(checked, r"0 failed, 3 skipped, \d+ not applicable, 0 unchecked")  # valgrind, and the cage without its runner

    def test_pkg_config_gives_the_same(self):
        env = {"PATH": "/usr/bin:/bin", "PKG_CONFIG_PATH": str(PREFIX / "share/pkgconfig")}

        def told(*words):
            return shlex.split(run("pkg-config", *words, "heygen-provider", env=env))

        (script,), (check,) = told("--variable=version_script"), told("--variable=check")
        library = self.home.path / "minimal.so"
        run("cc", "-std=c11", "-shared", "-fPIC", *told("--cflags"), f"-Wl,--version-script={script}",
            PREFIX / "share/doc/heygen-sdk/examples/minimal/minimal.c", "-o", library)  # fmt: skip
        run(check, "manifest", library)
        self.assertTrue((self.home.path / "minimal.provider.json").exists())
        self.assertRegex(run(check, "--no-memory", library), r"\d+ passed, 0 failed")

    def test_the_guides_come_with_all_that_they_link_to(self):
        directory = PREFIX / "share/doc/heygen-sdk"
        pages = list(directory.glob("*.md"))
        self.assertIn("providers.md", [page.name for page in pages])
        for page in pages:
            for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
                self.assertTrue((directory / target).exists(), f"{page.name}: {target}")

    def test_the_sandbox_runs_from_there(self):
        self.assertIn("heygen-sandbox", run(PREFIX / "bin/heygen-sandbox", "--help"))

    def test_nothing_of_the_source_tree_is_named_in_it(self):
        for path in PREFIX.rglob("*"):
            if path.is_file() and path.suffix in (".cmake", ".pc", ".hpp", ".h"):
                self.assertNotIn(str(ROOT), path.read_text(), path)

    def test_a_wrong_id_stops_the_configuration(self):
        for id in ("Bad_Id", "a" * 33):
            with self.assertRaises(RuntimeError) as caught:
                self.build(id, "C", ROOT / "sdk/examples/minimal/minimal.c")
            self.assertIn(f'the id "{id}" is not of the form', " ".join(str(caught.exception).split()))

    def test_an_id_that_is_not_the_librarys_stops_the_build(self):
        with self.assertRaises(RuntimeError) as caught:
            self.build("another", "C", ROOT / "sdk/examples/minimal/minimal.c")
        self.assertIn("its id is `minimal`, so its manifest is minimal.provider.json", str(caught.exception))

    def test_the_package_has_the_version_of_the_interface(self):
        env = {"PATH": "/usr/bin:/bin", "PKG_CONFIG_PATH": str(PREFIX / "share/pkgconfig")}
        self.assertEqual(run("pkg-config", "--modversion", "heygen-provider", env=env), "1.0\n")
        text = (PREFIX / "share/cmake/HeygenProvider/HeygenProviderConfigVersion.cmake").read_text()
        self.assertIn('set(PACKAGE_VERSION "1.0")', text)


class Headers(unittest.TestCase):
    """Each header alone, with more warnings than most projects have."""

    FLAGS = "-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Werror -fsyntax-only -x".split()

    def compile(self, compiler, header, language, standard):
        if shutil.which(compiler) is None:
            self.skipTest(f"{compiler} is not installed")
        with self.subTest(compiler=compiler, header=header, standard=standard):
            run(compiler, *self.FLAGS, language, f"-std={standard}", f"-I{PREFIX / 'include'}", "-",
                input=f"#include <heygen/{header}>\n")  # fmt: skip

    def test_gcc_has_no_warning(self):
        self.compile_all("gcc")

    def test_clang_has_no_warning(self):
        self.compile_all(shutil.which("clang-14") or "clang")

    def compile_all(self, compiler):
        for standard in ("c11", "c17"):
            self.compile(compiler, "provider.h", "c", standard)
        for standard in ("c++11", "c++14", "c++17", "c++20"):
            self.compile(compiler, "provider.h", "c++", standard)
        for standard in ("c++17", "c++20"):
            self.compile(compiler, "provider.hpp", "c++", standard)


class Manual(unittest.TestCase):
    PAGES = {"heygen-provider-check": ("--help",), "heygen-sandbox": ("help",)}

    def page(self, program):
        return PREFIX / "share" / "man" / "man1" / f"{program}.1"

    @unittest.skipIf(shutil.which("man") is None, "man is not installed")
    def test_man_reads_each_page_without_a_warning(self):
        for program in self.PAGES:
            done = subprocess.run(
                ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", self.page(program)],
                capture_output=True,
                text=True,
                env={**os.environ, "MAN_KEEP_STDERR": "1", "MANROFFSEQ": ""},
            )
            self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_page_and_help_have_the_same_options(self):
        for program, words in self.PAGES.items():
            helped = set(re.findall(r"(?<![\w-])--[a-z-]+", run(PREFIX / "bin" / program, *words)))
            text = re.sub(r"\\f.", "", self.page(program).read_text()).replace("\\-", "-")
            self.assertEqual(helped, set(re.findall(r"(?<![\w-])--[a-z-]+", text)), program)


if __name__ == "__main__":
    unittest.main()
