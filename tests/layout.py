#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks how the directories of the program depend on each other, and that each test has the name of what it tests.

Usage: layout.py [--verbose]

Prints the directory graph as #include lines draw it, one line per directory. It is wrong when:
  - a directory includes a header of a library that its own does not link (target_link_libraries in the CMakeLists.txt);
  - directories include each other in a circle;
  - a source is in no CMakeLists.txt;
  - a unit test NAME_test.cpp names no NAME.cpp or NAME.hpp of the library that it tests.
With --verbose it also lists the sources that have no test of their name.
"""
import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PARTS = ("core", "host", "keyring", "plugins", "runner", "sdk/include", "sdk/json", "sdk/sandbox", "sdk/tools")
INCLUDE = re.compile(r'^#include "([^"]+)"', re.M)
COMMAND = re.compile(r"^ *(\w+)\(([^()]*(?:\([^()]*\)[^()]*)*)\)", re.M)
# What makes a target, and how the target's name begins.
PREFIXES = {
    "heygen_library": "heygen_",
    "heygen_room": "heygen_",
    "heygen_provider": "provider_",
    "add_executable": "",
    "add_library": "",
    "target_sources": "",
}
# What the tests of a directory may name, where that is not core/<directory>.
TESTED = {"cage": ("runner/cage/",), "host": ("host/",), "plugins": ("plugins/", "sdk/include/heygen/"),
          "provider_denials": ("core/provider/isolated/",), "sandbox": ("sdk/sandbox/", "sdk/json/")}


def text(path):
    return path.read_text(encoding="utf-8")


def directory_of(file):
    return file.rpartition("/")[0]


def name(path):
    return path.relative_to(ROOT).as_posix()


class Libraries:
    """The libraries and programs that the CMakeLists.txt make, and what each links."""

    def __init__(self):
        self.owner = {}                           # source -> target
        self.links = collections.defaultdict(set)  # target -> targets
        for listing in sorted(path for part in PARTS for path in (ROOT / part).rglob("CMakeLists.txt")):
            for command, body in COMMAND.findall(re.sub(r"#.*", "", text(listing))):
                self.read(listing.parent, command, body.split())

    def read(self, directory, command, words):
        if command in PREFIXES and "ALIAS" not in words:
            self.add(directory, PREFIXES[command] + words[0], words[1:])
        if command == "heygen_provider":
            self.link("provider_" + words[0], words[1:])
        elif command == "target_link_libraries":
            self.link(words[0], words[1:])

    def add(self, directory, target, words):
        for word in words:
            word = word.replace("${CMAKE_SOURCE_DIR}", str(ROOT))
            if word.endswith((".cpp", ".c")) and not word.startswith("$"):
                self.owner[name(directory / word)] = target

    def link(self, target, words):
        self.links[target] |= {word.replace("heygen::", "heygen_") for word in words if word.startswith("heygen")}

    def reach(self, target):
        seen, ahead = set(), [target]
        while ahead:
            one = ahead.pop()
            if one not in seen:
                seen.add(one)
                ahead += self.links[one]
        return seen


class Tree:
    """The sources and headers, the libraries that they are part of, and what they include."""

    def __init__(self):
        self.libraries = Libraries()
        self.files = sorted(name(path) for part in PARTS for kind in ("*.cpp", "*.hpp") for path in (ROOT / part).rglob(kind)
                            if "/templates/" not in name(path))
        self.home = {}  # directory -> the target that its headers belong to
        for source, target in self.libraries.owner.items():
            if "$" not in target:  # a target of a function
                self.home.setdefault(directory_of(source), target)
        known = set(self.files)
        self.includes = [(file, there) for file in self.files for there in INCLUDE.findall(text(ROOT / file)) if there in known]

    def owner(self, file):
        directory = directory_of(file)
        while directory and directory not in self.home:
            directory = directory_of(directory)
        return self.libraries.owner.get(file) or self.home.get(directory)

    def graph(self):
        arrows = collections.defaultdict(dict)
        for file, there in self.includes:
            here, other = directory_of(file), directory_of(there)
            arrows[here]
            if here != other:
                arrows[here].setdefault(other, f"{file} includes {there}")
        return arrows

    def wrong_arrows(self):
        for file, there in self.includes:
            here, other = self.owner(file), self.owner(there)
            if other not in self.libraries.reach(here):
                yield f"{file} includes {there}, but {here} does not link {other}"

    def unlisted(self):
        for file in self.files:
            if file.endswith(".cpp") and file not in self.libraries.owner:
                yield f"{file} is in no CMakeLists.txt"


def circles(arrows):
    """The sets of directories that reach each other."""
    def reach(start):
        seen, ahead = set(), list(arrows[start])
        while ahead:
            one = ahead.pop()
            if one not in seen:
                seen.add(one)
                ahead += arrows.get(one, {})
        return seen

    reached = {directory: reach(directory) for directory in list(arrows)}
    found = []
    for directory in sorted(arrows):
        circle = {other for other in reached[directory] if directory in reached.get(other, ())}
        if circle and circle not in found:
            found.append(circle)
    return found


def tests(files):
    """The tests that name no source, and the sources that a test names."""
    astray, named = [], set()
    unit = ROOT / "tests" / "unit"
    for test in sorted(unit.rglob("*_test.cpp")):
        library, _, rest = test.relative_to(unit).as_posix().partition("/")
        wanted = "/" + rest.removesuffix("_test.cpp") + "."
        found = {file for file in files if wanted in file and file.startswith(TESTED.get(library, (f"core/{library}/",)))}
        named |= found
        if not found:
            astray.append(f"{name(test)} names no source")
    return astray, named


def main():
    tree = Tree()
    arrows = tree.graph()
    for directory in sorted(arrows):
        print(directory, "->", ", ".join(sorted(arrows[directory])) or "nothing")
    faults = [*tree.wrong_arrows(), *tree.unlisted()]
    astray, named = tests(tree.files)
    notes = list(astray)
    for circle in circles(arrows):
        faults.append("a circle: " + ", ".join(sorted(circle)))
        faults += [f"    {why}" for here in sorted(circle) for other, why in sorted(arrows[here].items()) if other in circle]
    if sys.argv[1:] == ["--verbose"]:
        named |= {file.replace(".hpp", ".cpp") for file in named}
        notes += [f"{file} has no test of its name" for file in tree.files if file.endswith(".cpp") and file not in named]
    for note in notes:
        print("note:", note)
    for fault in faults:
        print("FAIL", fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
