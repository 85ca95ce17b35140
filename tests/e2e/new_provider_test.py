# SPDX-License-Identifier: Apache-2.0
"""`heygen-provider-check new`: what it writes builds, passes the check and logs in, as its README says. Nothing but an
installed SDK, sandbox and host is there, and all directories have a space in their names."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from support import BUILD, EndToEnd

PREFIX = pathlib.Path(tempfile.mkdtemp(prefix="heygen new "))
unittest.addModuleCleanup(shutil.rmtree, PREFIX, True)
LIMIT_S = 240


def setUpModule():
    for component in ("sdk", "sandbox", "host"):
        subprocess.run(
            ["cmake", "--install", str(BUILD), "--prefix", str(PREFIX), "--component", component],
            check=True,
            capture_output=True,
        )


class New(EndToEnd):
    def setUp(self):
        super().setUp()
        self.work = self.home.path / "my work"
        self.work.mkdir()
        self.env = {
            **self.home.env,
            "PATH": f"{PREFIX / 'bin'}:/usr/bin:/bin",
            "CMAKE_PREFIX_PATH": str(PREFIX),
            "CARGO_HOME": str(self.home.path / "cargo"),
        }

    def run_here(self, *words, directory=None):
        return subprocess.run(
            [*map(str, words)],
            cwd=directory or self.work,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
        )

    def make(self, name, language):
        done = self.run_here("heygen-provider-check", "new", name, "--lang", language)
        self.assertEqual(done.returncode, 0, done.stderr)
        return self.work / name

    def assert_readme_works(self, name, language):
        project = self.make(name, language)
        text = (project / "README.md").read_text(encoding="utf-8")
        self.assertNotRegex(text, r"@[A-Z]+@")
        (block,) = re.findall(r"^```sh\n(.*?)^```$", text, re.M | re.S)
        commands = block.splitlines()
        self.assertEqual(len(commands), 3)
        said = ""
        for command in commands:
            done = self.run_here("sh", "-c", command, directory=project)
            said += done.stdout + done.stderr
            self.assertEqual(done.returncode, 0, said)
        self.assertRegex(said, r"\d+ passed, 0 failed, \d+ not applicable")
        self.assertIn("Logged in as", said)
        self.assertIn(f'"provider":"{name}"', said.replace(" ", ""))
        self.assert_stores_keys_of_any_size(name, project)
        return said

    def assert_stores_keys_of_any_size(self, name, project):
        nowhere = {"HEYGEN_API_BASE": "http://127.0.0.1:9", "HEYGEN_ALLOW_HTTP": "1", "HEYGEN_PROVIDER_PATH": str(project / "build")}
        for size in (5_000, 60_000):
            done = subprocess.run(
                ["heygen", "auth", "login", f"--{name}"],
                env={**self.env, **nowhere},
                input="k" * size + "\n",
                capture_output=True,
                text=True,
                timeout=LIMIT_S,
            )
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(self.home.read()["providers"][name], {"key": "k" * size})

    def test_a_project_in_c(self):
        self.assert_readme_works("my-vault", "c")

    def test_a_project_in_cpp(self):
        self.assert_readme_works("my-vault", "cpp")

    @unittest.skipUnless(os.path.exists("/usr/bin/cargo"), "Debian's cargo is not installed")
    def test_a_project_in_rust_needs_no_network(self):
        for name in ("my-vault", "a1"):  # before and after `heygen-provider` in the lock file
            self.assert_readme_works(name, "rust")

    @unittest.skipUnless(os.path.exists("/usr/bin/go"), "Debian's Go is not installed")
    def test_a_project_in_go_needs_no_network(self):
        self.home.write_settings("provider.runtime.my-vault = true\n")
        self.env |= {"GOPROXY": "off", "GOCACHE": str(self.home.path / "go cache"), "GOTOOLCHAIN": "local"}
        said = self.assert_readme_works("my-vault", "go")
        self.assertRegex(said, r"cost of its language runtime: \d+ threads, signal handlers .*, \d+ ms, \d+ MiB")

    def test_what_is_there_stays(self):
        project = self.make("my-vault", "c")
        (project / "my-vault.c").write_text("mine")
        done = self.run_here("heygen-provider-check", "new", "my-vault", "--lang", "cpp")
        self.assertEqual(done.returncode, 1)
        self.assertIn("my-vault exists; nothing was written", done.stderr)
        self.assertEqual((project / "my-vault.c").read_text(), "mine")

    def test_names_and_languages_that_cannot_be(self):
        for words, said in (
            (("Vault", "--lang", "c"), "`Vault` is not a valid provider id"),
            (("my vault", "--lang", "c"), "`my vault` is not a valid provider id"),
            (("../vault", "--lang", "c"), "`../vault` is not a valid provider id"),
            (("api-key", "--lang", "c"), "`api-key` is not a valid provider id"),
            (("oauth", "--lang", "c"), "`oauth` is a built-in provider of heygen"),
            (("install", "--lang", "c"), "`install` is reserved by CMake or Cargo"),
            (("vault", "--lang", "pl"), "invalid --lang: must be c, cpp, rust or go"),
            (("vault",), "invalid --lang: must be c, cpp, rust or go"),
            ((), "`new` requires the NAME of a provider"),
        ):
            done = self.run_here("heygen-provider-check", "new", *words)
            self.assertEqual((done.returncode, done.stdout), (2, ""), words)
            self.assertIn(said, done.stderr)
        self.assertEqual(list(self.work.iterdir()), [])

    def without(self, program):
        """A PATH that has everything but this program."""
        directory = self.home.path / "few"
        directory.mkdir()
        for path in (*pathlib.Path("/usr/bin").iterdir(), *(PREFIX / "bin").iterdir()):
            if path.name != program:
                (directory / path.name).symlink_to(path)
        self.env["PATH"] = str(directory)

    def test_a_missing_cmake_is_named_at_once(self):
        self.without("cmake")
        done = self.run_here("heygen-provider-check", "new", "my-vault", "--lang", "c")
        self.assertEqual((done.returncode, done.stderr), (0, "Note: `cmake` is not installed; building the project requires CMake and a C compiler.\n"))

    def test_a_missing_cargo_is_named_at_once_and_by_the_build(self):
        self.without("cargo")
        done = self.run_here("heygen-provider-check", "new", "my-vault", "--lang", "rust")
        self.assertIn("Note: `cargo` is not installed; building the project requires Rust 1.63 or newer", done.stderr)
        done = self.run_here("sh", "build.sh", directory=self.work / "my-vault")
        self.assertEqual(done.returncode, 1)
        self.assertIn("build.sh: cargo is not installed; Rust 1.63 or newer has it", done.stderr)

    def test_a_missing_go_is_named_at_once_and_by_the_build(self):
        self.without("go")
        done = self.run_here("heygen-provider-check", "new", "my-vault", "--lang", "go")
        self.assertIn("Note: `go` is not installed; building the project requires Go 1.18 or newer", done.stderr)
        done = self.run_here("sh", "build.sh", directory=self.work / "my-vault")
        self.assertEqual(done.returncode, 1)
        self.assertIn("build.sh: go is not installed; Go 1.18 or newer has it", done.stderr)

    def test_a_missing_sdk_is_named_by_cmake(self):
        project = self.make("my-vault", "c")
        self.env["PATH"] = "/usr/bin:/bin"
        self.env["CMAKE_PREFIX_PATH"] = str(self.home.path)
        done = self.run_here("cmake", "-B", "build", directory=project)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("HeygenProvider", done.stderr)
        self.assertIn("CMAKE_PREFIX_PATH", (project / "README.md").read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
