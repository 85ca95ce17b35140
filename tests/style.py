#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks what no compiler checks: retired words, the SPDX line in each source, and the subjects of commits.

Usage: style.py [words|spdx|commits]...   all three by default
Prints one line per finding, `path:line: what is wrong`, and exits with 1 if there is one.
"""
import fnmatch
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORDS = "tests/retired-words.txt"
LICENSE = "SPDX-License-Identifier: Apache-2.0"
SOURCES = (".c", ".cpp", ".h", ".hpp", ".py", ".sh", ".rs", ".mjs", ".cmake")
TEXTS = (*SOURCES, ".md", ".json", ".txt", ".in", ".toml", ".map", ".def")
NAMES = ("dev", "run", "copyright")
DOCUMENTS = ("*.md", "core/api/catalog/*")  # what the section [documents] of the list is about
SKIPPED = {"node_modules", "media", "__pycache__", "corpus", "target", "v1.0"}  # v1.0: a published interface keeps its words
HEAD_LINES = 8  # a script's first line and the comment that it prints as help come before the license
UNLICENSED = ("sdk/tools/templates/*",)  # they become the user's own project
SUBJECT_LIMIT = 72
CITED_TEST = re.compile(r"`[a-z0-9]+(?:_[a-z0-9]+)+`")  # checked where it is defined
FIRST_CHECKED = "f354e9b"  # older subjects are longer; published history stays


def files(endings, names=()):
    for directory, children, found in os.walk(ROOT):
        inside = pathlib.Path(directory).relative_to(ROOT)
        children[:] = sorted(c for c in children if c not in SKIPPED and not re.match(r"build|\.(?!ci)", c))
        for name in sorted(found):
            if name.endswith(endings) or name in names:
                yield inside / name


class Rule:
    """A line of the list: `pattern | say instead | exceptions`, exceptions being paths and "phrases"."""

    def __init__(self, line, scope):
        self.scope = scope
        pattern, self.instead, *rest = (part.strip() for part in re.split(r"\s\|\s", line))
        self.pattern = re.compile(rf"\b(?:{across_lines(pattern)})\b", re.I)
        exceptions = [part.strip() for part in rest[0].split(",")] if rest else []
        self.paths = [part for part in exceptions if not part.startswith('"')]
        phrases = [split_names(part[1:-1]) for part in exceptions if part.startswith('"')]
        self.phrases = [re.compile(across_lines(re.escape(phrase).replace(r"\ ", " ")), re.I) for phrase in phrases]

    def findings(self, path, text):
        if not matches(path, self.scope) or matches(path, self.paths):
            return
        for match in self.pattern.finditer(text):
            if any(found.start() <= match.start() < found.end() for phrase in self.phrases for found in phrase.finditer(text)):
                continue
            line = text.count("\n", 0, match.start()) + 1
            yield line, f"`{' '.join(match[0].split())}` is retired; use: {self.instead}"


def across_lines(pattern):
    """Between two words may be the end of a line, with the marks of a comment."""
    return re.sub(" +", r"[\\s/#*]+", pattern)


def split_names(text):
    """Identifiers as words: way_out and WayOut become `way out`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text).replace("_", " ")


def matches(path, patterns):
    return any(fnmatch.fnmatch(path.as_posix(), pattern) for pattern in patterns)


def rules():
    scopes = {"[everywhere]": ("*",), "[documents]": DOCUMENTS}
    scope = ()
    for line in (ROOT / WORDS).read_text(encoding="utf-8").splitlines():
        if line in scopes:
            scope = scopes[line]
        elif line.strip() and not line.startswith("#"):
            yield Rule(line, scope)


def words():
    retired = list(rules())
    for path in files(TEXTS, NAMES):
        if path.as_posix() in (WORDS, "tests/style.py", "CONTRIBUTING.md"):
            continue
        source = (ROOT / path).read_text(encoding="utf-8", errors="replace")
        text = split_names(CITED_TEST.sub("", source) if path.suffix == ".md" else source)
        for rule in retired:
            for line, finding in rule.findings(path, text):
                yield f"{path}:{line}: {finding}"


def spdx():
    for path in files(SOURCES, ("dev", "run", "CMakeLists.txt")):
        if matches(path, UNLICENSED):
            continue
        with open(ROOT / path, encoding="utf-8", errors="replace") as file:
            head = [file.readline() for _ in range(HEAD_LINES)]
        if not any(LICENSE in line for line in head):
            yield f"{path}:1: the first {HEAD_LINES} lines lack `{LICENSE}`"


def git(*arguments):
    return subprocess.run(["git", *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def commits():
    if not (ROOT / ".git").exists() or git("cat-file", "-e", FIRST_CHECKED).returncode:
        return  # an archive or a shallow clone has no history to check
    for line in git("log", "--no-merges", "--format=%h %s", f"{FIRST_CHECKED}..HEAD").stdout.splitlines():
        commit, subject = line.split(" ", 1)
        if len(subject) > SUBJECT_LIMIT:
            yield f"commit {commit}: the subject has {len(subject)} characters, the limit is {SUBJECT_LIMIT}"
        if re.search(r"\bwip\b|^(fixup|squash)!", subject, re.I):
            yield f"commit {commit}: `{subject}` is not finished work"


CHECKS = {"words": words, "spdx": spdx, "commits": commits}


def main():
    chosen = sys.argv[1:] or list(CHECKS)
    if set(chosen) - set(CHECKS):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    findings = [finding for name in chosen for finding in CHECKS[name]()]
    print("\n".join(findings), end="\n" if findings else "")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
