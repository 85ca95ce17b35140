# SPDX-License-Identifier: Apache-2.0
"""The whole catalog, read and checked."""
import os
import re

from .commands import WORD, CommandRules, same
from .examples import ExampleRules, MentionRules
from .faults import Faults
from .json_schema import JsonSchema
from .located_json import parse
from .schemas import Schemas

# Words that the program has without the catalog.
PROGRAM_GROUPS = {"api", "auth", "commands", "completion", "config", "doctor", "help", "policy", "profile", "provider", "update"}
PROGRAM_COMMANDS = {"video download"}


class Catalog:
    def __init__(self):
        self.faults = Faults()
        self.schemas = Schemas(self.faults)
        self.json_schema = JsonSchema(self.faults, self.schemas)
        self.groups = []
        self.rules = []  # of each command: the file, and its rules
        self.commands = []
        self.aliases = []

    def read(self, paths):
        """False when something is wrong; faults.found then says what and where."""
        # Shared schemas first: the commands refer to them.
        for path in sorted(paths, key=lambda path: (os.path.basename(path) != "schemas.json", path)):
            self.file(path)
            if self.faults.found and os.path.basename(path) == "schemas.json":
                return False  # what refers to them could not be judged
        if not self.faults.found:
            self.finish()
        return not self.faults.found

    def file(self, path):
        self.faults.path = path
        try:
            with open(path, encoding="utf-8") as handle:
                node = parse(handle.read())
        except SyntaxError as error:
            self.faults.at_line(error.lineno, error.msg)
        except (OSError, UnicodeError, RecursionError) as error:
            self.faults.at_line(1, f"cannot be read: {error}")
        else:
            if os.path.basename(path) == "schemas.json":
                self.schemas.read(path, node)
            elif os.path.basename(path) == "fields.json":
                self.json_schema.read(path, node)
            else:
                self.group(path, node)

    def group(self, path, node):
        if not self.faults.members(node, "the group", {"group": "a text", "summary": "a text", "commands": "a list of objects"}):
            return
        self.faults.sentence(node, "summary", node["summary"])
        word = node["group"]
        if not re.fullmatch(WORD, word) or word in PROGRAM_GROUPS:
            self.faults.add(node, f"group '{word}': the word is malformed, or the program's own", "group")
        if word != os.path.basename(path).removesuffix(".json"):
            self.faults.add(node, f"group '{word}' belongs into a file of its own, {word}.json", "group")
        if not node["commands"]:
            self.faults.add(node, f"group '{word}' has no command", "commands")
        self.groups.append((word, node["summary"]))
        for command in node["commands"]:
            rules = CommandRules(self.faults, self.schemas, word, command)
            if rules.check():
                ExampleRules(self.faults, self.schemas, command).check()
                self.rules.append((path, rules))
                self.commands.append(command)
                self.aliases += [(alias.split(), command["words"].split()) for alias in command.get("aliases", [])]

    # ---- what concerns several commands

    def finish(self):
        known = {node["words"]: node for node in self.commands}
        for self.faults.path, rules in self.rules:
            self.words(rules.node)
            if "poll" in rules.node:
                rules.poll_with(known)
            if rules.node.get("look", rules.node["words"]) not in known:
                self.faults.add(rules.node, f"look '{rules.node['look']}' is not a command", "look")
            MentionRules(self.faults, known, rules.node).check()
        self.requests()
        self.schemas.unused()
        for self.faults.path, rules in self.rules:
            self.json_schema.request(rules.node)
            self.json_schema.response(rules.node)
        self.json_schema.finish()
        self.commands.sort(key=lambda node: node["words"].split())
        self.groups.sort()
        self.aliases.sort()

    def words(self, node):
        words = node["words"].split()
        taken = [one["words"].split() for one in self.commands] + [alias for alias, _ in self.aliases]
        for alias in node.get("aliases", []):
            if taken.count(alias.split()) > 1:
                self.faults.add(node, f"alias '{alias}' exists twice", "aliases")
        if taken.count(words) > 1 or node["words"] in PROGRAM_COMMANDS:
            self.faults.add(node, f"command '{node['words']}' exists twice", "words")
        for other in taken:
            if len(other) < len(words) and words[:len(other)] == other:
                self.faults.add(node, f"'{' '.join(other)}' cannot be a command and a group", "words")

    def requests(self):
        seen = set()
        for self.faults.path, rules in self.rules:
            request = same(rules.node["request"])
            if request in seen:
                self.faults.add(rules.node, f"another command sends '{rules.node['request']}' too", "request")
            seen.add(request)
