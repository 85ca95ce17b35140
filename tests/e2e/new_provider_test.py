"""`heygen-provider-check new`: what it writes builds, passes the check and logs in, as its README says."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from support import BUILD, EndToEnd

PREFIX = pathlib.Path(tempfile.mkdtemp(prefix="heygen-new-"))
unittest.addModuleCleanup(shutil.rmtree, PREFIX, True)
LIMIT_S = 240


def setUpModule():
    for component in ("sdk", "sandbox"):
        subprocess.run(
            ["cmake", "--install", str(BUILD), "--prefix", str(PREFIX), "--component", component],
            check=True,
            capture_output=True,
        )


class New(EndToEnd):
    def setUp(self):
        super().setUp()
        self.env = {
            **self.home.env,
            "PATH": f"{PREFIX / 'bin'}:{BUILD / 'bin'}:/usr/bin:/bin",
            "CMAKE_PREFIX_PATH": str(PREFIX),
            "CARGO_HOME": str(self.home.path / "cargo"),
        }

    def run_here(self, *words, folder=None):
        return subprocess.run(
            [*map(str, words)],
            cwd=folder or self.home.path,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
        )

    def make(self, name, language):
        done = self.run_here("heygen-provider-check", "new", name, "--lang", language)
        self.assertEqual(done.returncode, 0, done.stderr)
        return self.home.path / name

    def assert_readme_works(self, name, language):
        project = self.make(name, language)
        text = (project / "README.md").read_text(encoding="utf-8")
        self.assertNotRegex(text, r"@[A-Z]+@")
        (block,) = re.findall(r"^```sh\n(.*?)^```$", text, re.M | re.S)
        commands = block.splitlines()
        self.assertEqual(len(commands), 3)
        said = ""
        for command in commands:
            done = self.run_here("sh", "-c", command, folder=project)
            said += done.stdout + done.stderr
            self.assertEqual(done.returncode, 0, said)
        self.assertRegex(said, r"\d+ passed, 0 failed, \d+ not applicable")
        self.assertIn("Logged in as", said)
        self.assertIn(f'"provider":"{name}"', said.replace(" ", ""))

    def test_a_project_in_c(self):
        self.assert_readme_works("my-vault", "c")

    def test_a_project_in_cpp(self):
        self.assert_readme_works("my-vault", "cpp")

    @unittest.skipUnless(os.path.exists("/usr/bin/cargo"), "Debian's cargo is not installed")
    def test_a_project_in_rust_needs_no_network(self):
        for name in ("my-vault", "a1"):  # before and after `heygen-provider` in the lock file
            self.assert_readme_works(name, "rust")

    def test_what_is_there_stays(self):
        project = self.make("my-vault", "c")
        (project / "my-vault.c").write_text("mine")
        done = self.run_here("heygen-provider-check", "new", "my-vault", "--lang", "cpp")
        self.assertEqual(done.returncode, 1)
        self.assertIn("my-vault is there already", done.stderr)
        self.assertEqual((project / "my-vault.c").read_text(), "mine")

    def test_names_and_languages_that_cannot_be(self):
        for words in (("Vault", "--lang", "c"), ("help", "--lang", "c"), ("vault", "--lang", "go"), ("vault",), ()):
            done = self.run_here("heygen-provider-check", "new", *words)
            self.assertEqual((done.returncode, done.stdout), (2, ""), words)
        self.assertEqual([path.name for path in self.home.path.iterdir()], [])


if __name__ == "__main__":
    unittest.main()
