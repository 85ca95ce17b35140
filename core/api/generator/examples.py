# SPDX-License-Identifier: Apache-2.0
"""Examples are command lines that the program takes, and texts name only commands and flags that exist."""
import json
import re
import shlex

from .commands import OPTIONS, SWITCHES, value_of


class Words:
    """The arguments and flags of a command line."""

    def __init__(self, command, words):
        self.command = command
        self.flags = {flag["name"]: flag for flag in command.get("flags", [])}
        self.given, self.free, self.wrong = {}, [], []
        rest = list(words)
        while rest:
            word = rest.pop(0)
            if not word.startswith("-") or word == "-":
                self.free.append(word)
            else:
                self.option(word, rest)

    def option(self, word, rest):
        name, equals, value = word.removeprefix("--").partition("=")
        name = "data" if word == "-d" else name
        if name not in known_to(self.command):
            self.wrong.append(f"knows no {word}")
            return
        switch = name in SWITCHES or self.flags.get(name, {}).get("type") == "boolean"
        if not equals and not switch:
            if not rest:
                self.wrong.append(f"gives {word} no value")
                return
            value = rest.pop(0)
        self.given[name] = value if equals or not switch else "true"


def known_to(command):
    """Names of the options that the command has."""
    names = {flag["name"] for flag in command.get("flags", [])} | SWITCHES | OPTIONS
    lacking = {"data": command.get("body") != "json", "force": not command.get("destructive"), "wait": "poll" not in command,
               "timeout": "poll" not in command, "all": "pagination" not in command, "version": True,
               "idempotency-key": not command.get("idempotency"),
               "request-schema": "request_schema" not in command, "response-schema": "response_schema" not in command}
    return names - {name for name, lacks in lacking.items() if lacks}


class ExampleRules:
    def __init__(self, faults, schemas, command):
        self.faults, self.schemas, self.command = faults, schemas, command

    def fault(self, sentence):
        self.faults.add(self.command, f"the example of command '{self.command['words']}' {sentence}", "example")

    def check(self):
        begin = ["heygen", *self.command["words"].split()]
        try:
            words = shlex.split(self.command["example"])
        except ValueError as error:
            self.fault(f"is not a command line: {error}")
            return
        if words[:len(begin)] != begin:
            self.fault(f"does not begin with `{' '.join(begin)}`")
            return
        line = Words(self.command, words[len(begin):])
        for wrong in line.wrong:
            self.fault(wrong)
        wanted = len(self.command.get("arguments", []))
        if len(line.free) != wanted:
            self.fault(f"has {len(line.free)} arguments, not {wanted}")
        for name, flag in line.flags.items():
            if name in line.given:
                self.value(flag, line.given[name])
                if "deprecated" in flag:
                    self.fault(f"uses --{name}, which is deprecated")
            elif flag.get("required") and not (flag["in"] == "json" and "data" in line.given):
                self.fault(f"lacks --{name}")
        self.body(line)

    def value(self, flag, text):
        parts = text.split(",") if flag["type"] == "text_list" else [text]
        if any(part not in flag.get("choices", [part]) for part in parts):
            self.fault(f"gives --{flag['name']} what is none of its choices")
        if flag["type"] not in ("integer", "number", "boolean"):
            return
        value = value_of(flag["type"], text)
        if value is None:
            self.fault(f"gives --{flag['name']} no {flag['type']}")
        elif not flag.get("min", value) <= value <= flag.get("max", value):
            self.fault(f"gives --{flag['name']} a value out of its bounds")

    def body(self, line):
        text = line.given.get("data", "")
        needed = self.command.get("data_only_required", [])
        if not text and needed:
            self.fault(f"lacks --data with {', '.join(needed)}")
        if not text.startswith("{"):
            return
        try:
            body = json.loads(text)
        except ValueError as error:
            self.fault(f"gives --data text that is not JSON: {error}")
            return
        fields = self.schemas.fields(self.command.get("request_schema", {}))
        for name in body:
            if fields and name not in fields:
                self.fault(f"gives --data the field '{name}', which the request schema has not")
        for name in needed:
            if name not in body:
                self.fault(f"gives --data without '{name}'")


class MentionRules:
    """`heygen ...` and --flags in what users read."""

    def __init__(self, faults, commands, command):
        self.faults, self.commands, self.command = faults, commands, command

    def check(self):
        self.text(self.command, "summary", self.command["summary"])
        self.text(self.command, "description", self.command.get("description", ""))
        for part in (*self.command.get("arguments", []), *self.command.get("flags", [])):
            self.text(part, "doc", part["doc"])

    def text(self, node, member, text):
        known = known_to(self.command)
        for quoted in re.findall(r"`heygen ([^`]*)`", text):
            words, _, options = quoted.partition(" -")
            named = self.commands.get(words)
            if named is None:
                self.faults.add(node, f"'{words}' is not a command: {text!r}", member)
                continue
            known |= known_to(named)
            for option in re.findall(r"--([a-z][a-z0-9-]*)", "-" + options):
                if option not in known_to(named):
                    self.faults.add(node, f"'{words}' has no flag --{option}: {text!r}", member)
        for option in re.findall(r"--([a-z][a-z0-9-]*)", re.sub(r"`[^`]*`", "", text)):
            if option not in known:
                self.faults.add(node, f"--{option} is not a flag here: {text!r}", member)
