#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what two builds of heygen take and say: commands, arguments, options, choices, codes, environment variables.

Usage: surface.py OLD NEW [--changelog CHANGELOG.md]
       surface.py --save NEW

OLD and NEW are programs, or files with what `heygen commands --json` or --save printed. One line for each thing that was added,
changed or removed. With --changelog it exits with 1 for a removal that no entry under "Unreleased" names; a removed option, choice
or argument is named by an entry that has both it and its command. --save prints the part of NEW that is compared.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys

PARTS = {"commands": "command", "global_options": "global option", "exit_codes": "exit code", "error_codes": "error code",
         "environment": "environment variable"}


def reduced(document):
    """What is compared of `heygen commands --json`; --save's own output stays as it is."""
    if isinstance(document["commands"], dict):
        return document
    return {
        "version": document["version"],
        "commands": {
            one["command"]: {
                "arguments": {argument["name"]: {"required": argument["required"]} for argument in one["arguments"]},
                "options": options(one["options"]),
                **({"request": f"{one['request']['method']} {one['request']['path']}"} if "request" in one else {}),
            }
            for one in document["commands"]
        },
        "global_options": options(document["global_options"]),
        "exit_codes": {str(one["exit"]): {"name": one["name"]} for one in document["exit_codes"]},
        "error_codes": {one["code"]: {"exit": one["exit"]} for one in document["error_codes"]},
        "environment": {one["name"]: {} for one in document["environment"]},
    }


def options(rows):
    kept = ("value_type", "choices", "required", "default", "minimum", "maximum", "shorthand", "field", "deprecated")
    return {row["name"]: {name: row[name] for name in kept if name in row} for row in rows}


def read(source):
    path = pathlib.Path(source)
    if path.suffix == ".json":
        return reduced(json.loads(path.read_text(encoding="utf-8")))
    done = subprocess.run([path.resolve(), "commands", "--json"], stdout=subprocess.PIPE, check=True)
    return reduced(json.loads(done.stdout))


class Comparison:
    def __init__(self, old, new):
        self.lines = []
        self.removed = []  # what an entry must name: lists of words
        for part, noun in PARTS.items():
            self.things(noun, old[part], new[part], [])

    def add(self, how, what, detail=""):
        self.lines.append(f"{how:8} {what}{detail}")

    def things(self, noun, old, new, within):
        of = f" of `{within[0]}`" if within else ""
        shown = (lambda name: f"{noun} `--{name}`{of}") if noun.endswith("option") else (lambda name: f"{noun} `{name}`{of}")
        for name in sorted(set(old) | set(new)):
            if name not in old:
                self.add("added", shown(name))
            elif name not in new:
                self.add("removed", shown(name))
                self.removed.append([*within, ("--" if noun.endswith("option") else "") + name])
            else:
                self.same(shown(name), name if noun == "command" else "", old[name], new[name], within)

    def same(self, shown, command, old, new, within):
        for part, noun in (("arguments", "argument"), ("options", "option")):
            if part in old or part in new:
                self.things(noun, old.get(part, {}), new.get(part, {}), [command])
        for fact in sorted((set(old) | set(new)) - {"arguments", "options"}):
            before, after = old.get(fact), new.get(fact)
            if fact == "choices" and isinstance(before, list) and isinstance(after, list):
                self.choices(shown, before, after, within)
            elif before != after:
                self.add("changed", shown, f": {fact} {text(before)}, now {text(after)}")

    def choices(self, shown, before, after, within):
        for choice in before:
            if choice not in after:
                self.add("removed", f"choice `{choice}` of {shown}")
                self.removed.append([*within, choice])
        for choice in after:
            if choice not in before:
                self.add("added", f"choice `{choice}` of {shown}")

    def unnamed(self, changelog):
        """Removals that no entry of the changelog names."""
        entries = entries_of(changelog)
        return [words for words in self.removed
                if not any(all(re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", entry) for word in words) for entry in entries)]


def saved(surface):
    """One thing a line, so that a later version differs in few of them."""
    parts = []
    for part, things in surface.items():
        if isinstance(things, dict):
            rows = ",\n".join(f"  {text(name)}: {text(facts)}" for name, facts in things.items())
            parts.append(f" {text(part)}: {{\n{rows}\n }}")
        else:
            parts.append(f" {text(part)}: {text(things)}")
    return "{\n" + ",\n".join(parts) + "\n}"


def text(value):
    return "not there" if value is None else json.dumps(value, ensure_ascii=False)


def entries_of(changelog):
    """Of what is not released yet."""
    section = re.search(r"^## \[Unreleased\]\n(.*?)(?=^## |\Z)", changelog, re.M | re.S)
    body = re.sub(r"\n +", " ", section[1] if section else "")
    return [line for line in body.splitlines() if line.startswith("- ")]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--changelog", type=pathlib.Path)
    parser.add_argument("--save", action="store_true")
    parser.add_argument("builds", nargs="+", metavar="OLD NEW")
    given = parser.parse_args()
    if len(given.builds) != (1 if given.save else 2):
        parser.error("--save takes one build, a comparison two")
    if given.save:
        print(saved(read(given.builds[0])))
        return 0
    comparison = Comparison(*map(read, given.builds))
    for line in comparison.lines:
        print(line)
    unnamed = comparison.unnamed(given.changelog.read_text(encoding="utf-8")) if given.changelog else []
    for words in unnamed:
        print(f"{given.changelog.name} does not say under \"Unreleased\" that this was removed: {', '.join(words)}", file=sys.stderr)
    return 1 if unnamed else 0


if __name__ == "__main__":
    sys.exit(main())
