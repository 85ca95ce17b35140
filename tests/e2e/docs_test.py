# SPDX-License-Identifier: Apache-2.0
"""What the documents say: their examples run as printed, and what they point to is there."""

import json
import pathlib
import re
import shlex
import shutil
import socket
import subprocess
import sys
import unittest

from support import BUILD, ROOT, EndToEnd

sys.path.insert(0, str(ROOT / "tests"))
import style  # noqa: E402 (beside the suites, not among them)

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs" / "internals").glob("*.md"))]
LIMIT_S = 300


def blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(encoding="utf-8"), re.M | re.S)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Providers(EndToEnd):
    """docs/providers.md, with every command typed as printed."""

    page = ROOT / "docs" / "providers.md"

    def script(self):
        text = "".join(blocks(self.page, "sh")).replace("~/heygen/build", str(BUILD))
        if not pathlib.Path("/usr/bin/cargo").exists():
            text = "".join(line for line in text.splitlines(True) if "my-rust" not in line)
        if not pathlib.Path("/usr/bin/go").exists():
            text = "".join(line for line in text.splitlines(True) if "my-go" not in line)
        connect = "import socket; socket.create_connection((\"127.0.0.1\", {}))"
        ready = f"until python3 -c '{connect}' 2> /dev/null; do :; done"
        for number in ("8099", "8098"):
            port = str(free_port())
            self.server = self.server.replace(number, port)
            text = text.replace(number, port)
            begin, end = text.split(" &\n", 1) if number == "8099" else text.rsplit(" &\n", 1)
            text = f"{begin} 2> /dev/null > /dev/null &\n{ready.format(port)}\n{end}"
        return "set -e\ntrap 'kill $(jobs -p)' EXIT\n" + text

    def test_every_step_works_as_it_is_printed(self):
        directory = self.home.path / "work"
        directory.mkdir(mode=0o700)
        (self.server,) = blocks(self.page, "python")
        (wrapper,) = blocks(self.page, "cpp")
        script = self.script()
        (directory / "server.py").write_text(self.server, encoding="utf-8")
        (directory / "vault.cpp").write_text(wrapper, encoding="utf-8")
        env = {**self.home.env, "PATH": "/usr/bin:/bin"}
        done = subprocess.run(
            ["bash", "-c", script], cwd=directory, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=LIMIT_S
        )
        said = done.stdout
        self.assertEqual(done.returncode, 0, said)
        self.assert_shows(said, blocks(self.page, "text"))
        self.assertIn("minimal: available, Pasted token 1.0.0, isolated, log in with --minimal", said)
        self.assertEqual(said.count("Logged in as you@example.test."), 2, said)
        self.assertIn("exit 3", said)
        self.assertIn("The server confirmed that the credential is revoked.", said)
        self.assertIn("Requests use vault.", said)
        self.assertIn("robin@sandbox.example", said)
        self.assertFalse(self.home.file.exists())

    def assert_shows(self, said, printed):
        """The page's lines are in the output, in their order; … is whatever."""
        at = 0
        for line in "".join(printed).splitlines():
            pattern = ".*".join(re.escape(part) for part in line.split("…"))
            found = re.compile(f"^{pattern}", re.M).search(said, at)
            self.assertTrue(found, f"{line}\nis not in the rest of\n{said[at:]}")
            at = at if line.strip() == "…" else found.end()

    def test_quoted_code_is_in_the_examples(self):
        for language, name in (("c", "minimal/minimal.c"), ("rust", "rust/pasted-token/src/lib.rs"), ("go", "go/pasted-go/main.go")):
            example = (ROOT / "sdk" / "examples" / name).read_text(encoding="utf-8")
            for block in blocks(self.page, language):
                self.assertIn(block, example)

    def test_its_cmake_project_builds(self):
        (text,) = blocks(self.page, "cmake")
        directory = self.home.path / "by hand"
        directory.mkdir()
        (directory / "CMakeLists.txt").write_text(text, encoding="utf-8")
        shutil.copy(ROOT / "sdk" / "examples" / "minimal" / "minimal.c", directory)
        prefix = self.home.path / "prefix"
        for command in (
            ["cmake", "--install", BUILD, "--prefix", prefix, "--component", "sdk"],
            ["cmake", "-S", directory, "-B", directory, f"-DCMAKE_PREFIX_PATH={prefix}"],
            ["cmake", "--build", directory],
        ):
            subprocess.run(command, check=True, capture_output=True)
        self.assertTrue((directory / "minimal.provider.json").exists())

    def test_it_names_every_status_and_service(self):
        include = ROOT / "sdk" / "include" / "heygen"
        headers = [include / "value.h", *sorted((include / "service").glob("*.h"))]
        header = "".join(path.read_text(encoding="utf-8") for path in headers)
        statuses = re.search(r"typedef int32_t heygen_status;\nenum \{(.*?)\}", header, re.S)[1]
        for name in re.findall(r"HEYGEN_\w+", statuses) + re.findall(r'^#define HEYGEN_\w+_1 "(.*)"', header, re.M):
            self.assertIn(f"| `{name}` |", self.page.read_text(encoding="utf-8"))


class Pages(EndToEnd):
    def test_links_and_files_lead_somewhere(self):
        for page in PAGES:
            text = page.read_text(encoding="utf-8")
            for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
                self.assertTrue((page.parent / target).exists(), f"{page.name}: {target}")
            for name in re.findall(r"`((?:core|docs|host|plugins|sdk|tests)/[\w./-]+)`", text):
                self.assertTrue((ROOT / name).exists(), f"{page.name}: {name}")

    def test_the_commands_of_the_readme_exist(self):
        lines = [line for block in blocks(ROOT / "README.md", "sh") for line in block.splitlines()]
        text = (ROOT / "README.md").read_text(encoding="utf-8")
        lines += re.findall(r"`(heygen [a-z][^`]*)`", text)
        surface = json.loads(self.assert_succeeds(self.run_heygen("commands", "--json")).out)
        known = {" ".join(command["words"]) for command in surface["commands"]}
        seen = set()
        for line in lines:
            words = shlex.split(line, comments=True)
            if words[:1] != ["heygen"] or words[1:2] == ["--help"]:
                continue
            seen.add(max((name for name in known if " ".join(words[1:]).startswith(name)), key=len, default=line))
        self.assertLessEqual(seen, known)
        self.assertGreater(len(seen), 12)

    def test_the_readmes_variables_are_those_of_the_program(self):
        table = (ROOT / "README.md").read_text(encoding="utf-8").split("## Environment")[1].split("\n## ")[0]
        sources = "".join(
            path.read_text(encoding="utf-8", errors="replace")
            for directory in ("core", "host", "plugins")
            for path in (ROOT / directory).rglob("*.[ch]pp")
        )
        for name in re.findall(r"`([A-Z][A-Z_]+)`", table):
            self.assertIn(f'"{name}"', sources)
        told = set(re.findall(r"HEYGEN_\w+", table))
        told |= {"HEYGEN_OAUTH" + name for name in re.findall(r"`(_\w+)`", table)}
        # The first is kept for compatibility (nothing is sent anywhere); the other, of another program, is only hidden.
        internal = {"HEYGEN_NO_ANALYTICS", "HEYGEN_ACCESS_TOKEN"}
        self.assertEqual(set(re.findall(r'"(HEYGEN_[A-Z_]+)"', sources)) - internal - told, set())

    def test_promises_name_tests_that_exist(self):
        files = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*_test.*")}
        for page, least in (("security.md", 30), ("host-duties.md", 20)):
            text = (ROOT / "docs" / page).read_text(encoding="utf-8")
            named = re.findall(r"`(\w+_test\.(?:cpp|py))`: ((?:`\w+`[,\s]*)+)", text)
            self.assertGreater(len(named), least)
            for file, cases in named:
                for case in re.findall(r"`(\w+)`", cases):
                    there = re.search(rf"CASE\({case}\b|def {case}\(", files[file])
                    self.assertTrue(there, f"{page}: {file} has no {case}")

    def test_the_header_cites_host_duties_that_exist(self):
        duties = re.findall(r"^\| (host-[a-z0-9-]+) \|", (ROOT / "docs" / "host-duties.md").read_text(encoding="utf-8"), re.M)
        self.assertEqual(len(duties), len(set(duties)))
        headers = (ROOT / "sdk" / "include" / "heygen").rglob("*.h")
        text = "".join(path.read_text(encoding="utf-8") for path in headers)
        cited = set(re.findall(r"\((host-[a-z0-9-]+)\)", text))
        self.assertGreater(len(cited), 30)
        self.assertLessEqual(cited, set(duties))

    def test_steps_of_walks_name_functions_that_exist(self):
        """A step is `file: function`, and the function is defined or declared in that file."""
        steps = 0
        for page in PAGES:
            for name, function in re.findall(r"`((?:core|host|plugins|sdk)/[\w./-]+): ([\w:~]+)`", page.read_text(encoding="utf-8")):
                steps += 1
                path = ROOT / name
                self.assertTrue(path.is_file(), f"{page.name}: {name}")
                self.assertRegex(path.read_text(encoding="utf-8"), rf"\b{re.escape(function)}\(", f"{page.name}: {name}")
        self.assertGreater(steps, 0)


class Style(unittest.TestCase):
    def test_a_retired_word_is_found_across_lines_and_in_identifiers(self):
        rule = style.Rule('take(s)? apart | split | allowed/*, "takes apart a clock"', ("*",))
        text = "void take_apart();\n// It takes\n// apart a file, as TakeApart does. It takes apart a clock."
        path = pathlib.Path("core/x.cpp")
        self.assertEqual([line for line, _ in rule.findings(path, style.split_names(text))], [1, 2, 3])
        self.assertEqual(list(rule.findings(pathlib.Path("allowed/x.cpp"), text)), [])


if __name__ == "__main__":
    unittest.main()
