#!/usr/bin/env python3
"""Turns the catalogue of API commands (catalogue/*.json) into constant C++ tables.

  generate.py --output TABLES.cpp catalogue/*.json

One file a group; schemas.json holds the schemas that several commands share. What is wrong is reported as
FILE:LINE: sentence, for every fault found, and nothing is written.
"""
import argparse
import json
import re
import sys
from json.decoder import scanstring

TYPES = {"text", "integer", "number", "boolean", "text_list"}
PLACES = {"query", "json", "multipart"}
BODIES = {"json", "multipart"}
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
# Switches that every command, or some, have from the program itself.
RESERVED = {"human", "fields", "jq", "all", "headers", "provider", "verbose", "help", "version", "data", "force",
            "request-schema", "response-schema", "wait", "timeout"}
SCHEMA_KEYS = {"$ref", "type", "nullable", "properties", "required", "items", "enum", "default", "const", "oneOf",
               "discriminator"}
DOC_WIDTH = 110


class Located(dict):
    """An object that knows the line it starts on."""

    line = 0


class Faults:
    def __init__(self):
        self.found = []

    def add(self, path, node, sentence):
        self.found.append(f"{path}:{getattr(node, 'line', 1)}: {sentence}")


def parse(text):
    """json.loads, but objects know their line and a doubled name is an error."""
    starts = [match.start() for match in re.finditer("\n", text)]

    def line_of(at):
        low, high = 0, len(starts)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if starts[middle] < at else (low, middle)
        return low + 1

    space = re.compile(r"[ \t\r\n]*")
    scalar = json.JSONDecoder()

    def fail(at, sentence):
        raise SyntaxError(sentence, ("", line_of(at), 0, ""))

    def skip(at):
        return space.match(text, at).end()

    def value(at):
        if text[at:at + 1] == "{":
            return members(at)
        if text[at:at + 1] == "[":
            return items(at)
        try:
            return scalar.raw_decode(text, at)
        except ValueError as error:
            fail(at, f"not JSON: {error.args[0]}")

    def members(at):
        node = Located()
        node.line = line_of(at)
        at = skip(at + 1)
        while text[at:at + 1] != "}":
            if text[at:at + 1] != '"':
                fail(at, "a member's name was expected")
            name, end = scanstring(text, at + 1, True)
            if name in node:
                fail(at, f"'{name}' stands here twice")
            at = skip(end)
            if text[at:at + 1] != ":":
                fail(at, "':' was expected")
            node[name], at = value(skip(at + 1))
            at = comma(skip(at), "}")
        return node, at + 1

    def items(at):
        node = []
        at = skip(at + 1)
        while text[at:at + 1] != "]":
            item, at = value(at)
            node.append(item)
            at = comma(skip(at), "]")
        return node, at + 1

    def comma(at, closing):
        if text[at:at + 1] == closing:
            return at
        if text[at:at + 1] != ",":
            fail(at, f"',' or '{closing}' was expected")
        at = skip(at + 1)
        if text[at:at + 1] == closing:
            fail(at, f"',' before '{closing}'")
        return at

    node, at = value(skip(0))
    if skip(at) != len(text):
        fail(at, "text after the end of the document")
    return node


class Catalogue:
    """Everything read, checked member by member."""

    def __init__(self):
        self.faults = Faults()
        self.schemas = {}
        self.schemas_path = "schemas.json"
        self.groups = []
        self.commands = []
        self.aliases = []

    def read(self, path):
        try:
            with open(path, encoding="utf-8") as handle:
                node = parse(handle.read())
        except SyntaxError as error:
            self.faults.found.append(f"{path}:{error.lineno}: {error.msg}")
            return
        if path.endswith("schemas.json"):
            self.schemas, self.schemas_path = node, path
            return
        if not self.members(path, node, "the group", {"group": str, "summary": str, "commands": list}, {}):
            return
        self.sentence(path, node, node["summary"])
        self.groups.append((node["group"], node["summary"]))
        for command in node["commands"]:
            self.command(path, node["group"], command)

    # ---- checks

    def members(self, path, node, what, needed, optional):
        if not isinstance(node, dict):
            self.faults.add(path, None, f"{what} must be an object")
            return False
        good = True
        for name in node:
            if name not in needed and name not in optional:
                self.faults.add(path, node, f"unknown key '{name}' in {what}")
                good = False
        for name, kind in needed.items():
            if name not in node:
                self.faults.add(path, node, f"{what} lacks '{name}'")
                good = False
        for name, kind in {**needed, **optional}.items():
            if name in node and (not isinstance(node[name], kind) or (isinstance(node[name], bool) and kind != bool)):
                self.faults.add(path, node, f"'{name}' of {what} has the wrong type")
                good = False
        return good

    def sentence(self, path, node, text, full_stop=False):
        if not text.strip():
            self.faults.add(path, node, "a doc is empty")
        elif text != text.strip() or "\n" in text:
            self.faults.add(path, node, f"a doc must be one line without spaces around it: {text!r}")
        elif not full_stop and text.endswith("."):
            self.faults.add(path, node, f"no full stop at the end of: {text!r}")
        elif not full_stop and len(text) > DOC_WIDTH:
            self.faults.add(path, node, f"longer than {DOC_WIDTH} characters: {text!r}")

    def description(self, path, node, text):
        """Paragraphs, one a line; two spaces begin a line that is shown as it stands."""
        for line in text.split("\n"):
            self.sentence(path, node, line.removeprefix("  "), full_stop=True)

    def command(self, path, group, node):
        what = f"command '{node.get('words', '?')}'" if isinstance(node, dict) else "a command"
        good = self.members(path, node, what, {"words": str, "summary": str, "example": str, "request": str, "timeout_s": int}, {
            "description": str, "body": str, "body_optional": bool, "destructive": bool, "hidden": bool, "aliases": list,
            "arguments": list, "flags": list, "data_only": list, "data_only_required": list, "columns": list,
            "pagination": dict, "poll": dict, "request_schema": dict, "response_schema": dict})
        if not good:
            return
        words = node["words"].split()
        if words[0] != group:
            self.faults.add(path, node, f"{what} does not begin with the group's word '{group}'")
        self.sentence(path, node, node["summary"])
        if "description" in node:
            self.description(path, node, node["description"])
        if not (node["example"] + " ").startswith("heygen " + node["words"] + " "):
            self.faults.add(path, node, f"the example of {what} does not begin with `heygen {node['words']}`")
        self.request(path, node, what)
        self.flags(path, node, what)
        self.tables(path, node, what)
        for key in ("request_schema", "response_schema"):
            if key in node:
                self.schema(path, node, node[key], [])
        for alias in node.get("aliases", []):
            self.aliases.append((alias.split(), words))
        node["path"] = path
        self.commands.append(node)

    def request(self, path, node, what):
        method, _, endpoint = node["request"].partition(" ")
        if method not in METHODS or not re.fullmatch(r"(/[a-z0-9-]+|/\{[a-z_]+\})+", endpoint):
            self.faults.add(path, node, f"the request of {what} is not 'METHOD /path/{{placeholder}}'")
        body = node.get("body", "none")
        if "body" in node and body not in BODIES:
            self.faults.add(path, node, f"unknown body '{body}' of {what}")
        if node.get("body_optional") and body != "json":
            self.faults.add(path, node, f"body_optional of {what} without a JSON body")
        names = []
        for argument in node.get("arguments", []):
            if self.members(path, argument, f"an argument of {what}", {"name": str, "param": str, "doc": str}, {}):
                self.sentence(path, argument, argument["doc"])
                names.append(argument["param"])
        placeholders = re.findall(r"\{([a-z_]+)\}", endpoint)
        for name in placeholders:
            if names.count(name) != 1:
                self.faults.add(path, node, f"placeholder '{name}' of {what} needs exactly one argument")
        for name in names:
            if name not in placeholders:
                self.faults.add(path, node, f"the endpoint of {what} has no placeholder '{name}'")

    def flags(self, path, node, what):
        seen = set()
        for flag in node.get("flags", []):
            if not self.members(path, flag, f"a flag of {what}", {"name": str, "in": str, "type": str, "doc": str}, {
                    "target": str, "required": bool, "default": str, "min": (int, float), "max": (int, float), "choices": list}):
                continue
            name = f"flag '{flag['name']}' of {what}"
            self.sentence(path, flag, flag["doc"])
            if not re.fullmatch(r"[a-z][a-z0-9-]*", flag["name"]) or flag["name"] in RESERVED or flag["name"] in seen:
                self.faults.add(path, flag, f"{name}: the name is malformed, taken or doubled")
            seen.add(flag["name"])
            if flag["type"] not in TYPES:
                self.faults.add(path, flag, f"{name}: unknown type '{flag['type']}'")
            if flag["in"] not in PLACES:
                self.faults.add(path, flag, f"{name}: unknown place '{flag['in']}'")
            elif flag["in"] != "query" and flag["in"] != node.get("body"):
                self.faults.add(path, flag, f"{name}: the command has no {flag['in']} body")
            if flag["type"] == "text_list" and flag["in"] != "json":
                self.faults.add(path, flag, f"{name}: a list can only go into a JSON body")
            if ("min" in flag or "max" in flag) and flag["type"] not in ("integer", "number"):
                self.faults.add(path, flag, f"{name}: bounds need a number")
            if flag.get("min", 0) > flag.get("max", flag.get("min", 0)):
                self.faults.add(path, flag, f"{name}: the bounds are reversed")
            self.default(path, flag, name)
            if flag["in"] == "json" and "request_schema" in node:
                fields = self.fields(node["request_schema"])
                target = flag.get("target", flag["name"].replace("-", "_"))
                if fields and target not in fields:
                    self.faults.add(path, flag, f"{name}: the request schema has no field '{target}'")
            if any("," in str(choice) or "|" in str(choice) for choice in flag.get("choices", [])):
                self.faults.add(path, flag, f"{name}: a choice holds ',' or '|'")
            choices = flag.get("choices", [])
            if choices and flag["type"] not in ("text", "text_list"):
                self.faults.add(path, flag, f"{name}: choices need a text")
            if choices and "default" in flag and flag["default"] not in choices:
                self.faults.add(path, flag, f"{name}: the default is none of the choices")

    def default(self, path, flag, name):
        if "default" not in flag or flag["type"] not in ("integer", "number", "boolean"):
            return
        try:
            value = json.loads(flag["default"])
        except ValueError:
            value = None
        if isinstance(value, bool) != (flag["type"] == "boolean") or not isinstance(value, (bool, int, float)):
            self.faults.add(path, flag, f"{name}: the default is no {flag['type']}")
        elif not flag.get("min", value) <= value <= flag.get("max", value):
            self.faults.add(path, flag, f"{name}: the default is out of bounds")

    def fields(self, node):
        """Names that a schema of an object knows, in any of its shapes."""
        found = set(node.get("properties", {}))
        for part in [self.schemas.get(node.get("$ref", "").removeprefix("#/$defs/"), {}), *node.get("oneOf", [])]:
            found |= self.fields(part) if part else set()
        return found

    def tables(self, path, node, what):
        for column in node.get("columns", []):
            self.members(path, column, f"a column of {what}", {"field": str}, {"header": str})
        if "pagination" in node:
            self.members(path, node["pagination"], f"the pagination of {what}",
                         {"cursor": str, "limit": str, "limit_max": int, "next": str, "more": str, "items": str}, {})
            for part in ("cursor", "limit"):
                if not any(flag["name"] == node["pagination"].get(part) for flag in node.get("flags", [])):
                    self.faults.add(path, node["pagination"], f"{what} has no flag for the pagination's {part}")
        if "poll" in node:
            poll = node["poll"]
            if self.members(path, poll, f"the poll of {what}", {"request": str, "status": str, "id": str, "done": list,
                                                               "failed": list, "follow_up": str}, {}):
                if not re.fullmatch(r"GET (/[a-z0-9-]+)*/\{[a-z_]+\}", poll["request"]):
                    self.faults.add(path, poll, f"the poll of {what} must GET a path that ends in one placeholder")
        if node.get("body", "none") != "json" and ("data_only" in node or "data_only_required" in node):
            self.faults.add(path, node, f"{what} has data-only fields but no JSON body")
        for field in node.get("data_only_required", []):
            if field not in node.get("data_only", []):
                self.faults.add(path, node, f"'{field}' of {what} is required but not among data_only")

    def schema(self, path, owner, node, inside):
        for key in node:
            if key not in SCHEMA_KEYS:
                self.faults.add(path, node, f"unknown key '{key}' in a schema")
        if "$ref" in node:
            name = node["$ref"].removeprefix("#/$defs/")
            if name not in self.schemas:
                self.faults.add(path, node, f"schemas.json has no '{name}'")
            elif name in inside:
                self.faults.add(path, node, f"schema '{name}' contains itself")
            else:
                self.schema(self.schemas_path, owner, self.schemas[name], inside + [name])
        for part in node.get("properties", {}).values():
            self.schema(path, owner, part, inside)
        if "items" in node:
            self.schema(path, owner, node["items"], inside)
        for part in node.get("oneOf", []):
            self.schema(path, owner, part, inside)

    def finish(self):
        self.commands.sort(key=lambda node: node["words"].split())
        self.groups.sort()
        self.aliases.sort()
        taken = [node["words"].split() for node in self.commands] + [alias for alias, _ in self.aliases]
        paths = {" ".join(node["words"].split()): node for node in self.commands}
        for alias, target in self.aliases:
            if taken.count(alias) > 1 and " ".join(target) in paths:
                node = paths[" ".join(target)]
                self.faults.add(node["path"], node, f"alias '{' '.join(alias)}' exists twice")
        for node in self.commands:
            if taken.count(node["words"].split()) > 1:
                self.faults.add(node["path"], node, f"command '{node['words']}' exists twice")
            for other in taken:
                if len(other) < len(node["words"].split()) and node["words"].split()[:len(other)] == other:
                    self.faults.add(node["path"], node, f"'{' '.join(other)}' cannot be a command and a group")
            follow_up = node.get("poll", {}).get("follow_up")
            if follow_up and follow_up.split() not in taken:
                self.faults.add(node["path"], node["poll"], f"follow_up '{follow_up}' is no command")
        requests = [re.sub(r"\{[^}]*\}", "{}", node["request"]) for node in self.commands]
        for node, request in zip(self.commands, requests):
            if requests.count(request) > 1:
                self.faults.add(node["path"], node, f"another command sends '{node['request']}' too")

    def expanded(self, node):
        """The schema with every reference replaced; members beside a reference win over those of its target."""
        if isinstance(node, list):
            return [self.expanded(item) for item in node]
        if not isinstance(node, dict):
            return node
        result = {}
        if "$ref" in node:
            result.update(self.expanded(self.schemas[node["$ref"].removeprefix("#/$defs/")]))
        result.update({key: self.expanded(item) for key, item in node.items() if key != "$ref"})
        return result


# ---- C++

def text(value):
    data = value.encode("utf-8")
    out = []
    for byte in data:
        char = chr(byte)
        out.append("\\" + char if char in '"\\' else char if 0x20 <= byte < 0x7F else f"\\{byte:03o}")
    return '"' + "".join(out).replace("??", '?""?') + '"'


def view(value):
    return f"{text(value)}sv"


class Writer:
    def __init__(self, catalogue):
        self.catalogue = catalogue
        self.lines = []
        self.count = 0

    def array(self, kind, items):
        """A span expression over a constant array of these item expressions."""
        if not items:
            return "{}"
        self.count += 1
        self.lines.append(f"constexpr {kind} k{self.count}[] = {{")
        self.lines += [f"    {item}," for item in items]
        self.lines.append("};")
        return f"k{self.count}"

    def object(self, kind, expression):
        self.count += 1
        self.lines.append(f"constexpr {kind} k{self.count} = {expression};")
        return f"&k{self.count}"

    def views(self, values):
        return self.array("std::string_view", [view(value) for value in values])

    def flag(self, node):
        choices = self.views(node.get("choices", []))
        bounds = [str(float(node[key])) if key in node else "std::nullopt" for key in ("min", "max")]
        return (f".name = {view(node['name'])}, .target = {view(node.get('target', node['name'].replace('-', '_')))}, "
                f".doc = {view(node['doc'])}, .type = FlagType::{node['type']}, .place = Place::{node['in']}, "
                f".required = {str(node.get('required', False)).lower()}, .fallback = {view(node.get('default', ''))}, "
                f".choices = {choices}, .min = {bounds[0]}, .max = {bounds[1]}")

    def schema(self, node):
        if node is None:
            return '""sv'
        return view(json.dumps(self.catalogue.expanded(node), ensure_ascii=False, separators=(",", ":")))

    @staticmethod
    def reference(node):
        return '""sv' if node is None else view(json.dumps(node, ensure_ascii=False, separators=(",", ":")))

    def command(self, node):
        method, endpoint = node["request"].split(" ")
        poll = pages = "nullptr"
        if "poll" in node:
            facts = node["poll"]
            poll = self.object("Poll", "{" + f".endpoint = {view(facts['request'].split(' ')[1])}, "
                               f".status_field = {view(facts['status'])}, .id_field = {view(facts['id'])}, "
                               f".done = {self.views(facts['done'])}, .failed = {self.views(facts['failed'])}, "
                               f".follow_up = {view(facts['follow_up'])}" + "}")
        if "pagination" in node:
            facts = node["pagination"]
            pages = self.object("Pagination", "{" + f".cursor_param = {view(facts['cursor'])}, "
                                f".limit_param = {view(facts['limit'])}, .next_cursor = {view(facts['next'])}, "
                                f".has_more = {view(facts['more'])}, .items = {view(facts['items'])}, "
                                f".limit_max = {facts['limit_max']}" + "}")
        arguments = self.array("Argument", ["{" + f".name = {view(a['name'])}, .param = {view(a['param'])}, "
                                            f".doc = {view(a['doc'])}" + "}" for a in node.get("arguments", [])])
        flags = self.array("Flag", ["{" + self.flag(flag) + "}" for flag in node.get("flags", [])])
        columns = self.array("Column", ["{" + f".field = {view(column['field'])}, .header = {view(column.get('header', ''))}"
                                        + "}" for column in node.get("columns", [])])
        yes = {key: str(node.get(key, False)).lower() for key in ("body_optional", "destructive", "hidden")}
        return ("{" + f".words = {self.views(node['words'].split())}, .summary = {view(node['summary'])}, "
                f".description = {view(node.get('description', ''))}, .example = {view(node['example'])}, "
                f".method = {view(method)}, .endpoint = {view(endpoint)}, .body = BodyKind::{node.get('body', 'none')}, "
                f".body_optional = {yes['body_optional']}, .destructive = {yes['destructive']}, "
                f".hidden = {yes['hidden']}, .timeout_s = {node['timeout_s']}, .arguments = {arguments}, "
                f".flags = {flags}, .columns = {columns}, .poll = {poll}, .pagination = {pages}, "
                f".request_schema = {self.schema(node.get('request_schema'))}, "
                f".response_schema = {self.schema(node.get('response_schema'))}, "
                f".request_reference = {self.reference(node.get('request_schema'))}, "
                f".response_reference = {self.reference(node.get('response_schema'))}, "
                f".data_only = {self.views(node.get('data_only', []))}, "
                f".data_only_required = {self.views(node.get('data_only_required', []))}" + "}")

    def file(self):
        commands = [self.command(node) for node in self.catalogue.commands]
        groups = ["{" + f".word = {view(word)}, .summary = {view(summary)}" + "}" for word, summary in self.catalogue.groups]
        aliases = ["{" + f".words = {self.views(alias)}, .target = {self.views(target)}" + "}"
                   for alias, target in self.catalogue.aliases]
        schemas = ["{" + f".name = {view(name)}, .text = {self.reference(node)}" + "}"
                   for name, node in self.catalogue.schemas.items()]
        tables = (("Command", "Commands", commands), ("Group", "Groups", groups), ("Alias", "Aliases", aliases),
                  ("Schema", "Schemas", schemas))
        for kind, name, items in tables:
            self.lines.append(f"constexpr std::array<{kind}, {len(items)}> k{name} = {{{{")
            self.lines += [f"    {item}," for item in items]
            self.lines.append("}};")
        return "\n".join([
            "// Generated by core/api/generate.py from core/api/catalogue. Do not edit.",
            '#include "core/api/catalogue.hpp"', "", "#include <array>", "", "namespace heygen::api {", "namespace {", "",
            "using namespace std::string_view_literals;", "", *self.lines, "", "}  // namespace", "",
            "std::span<const Command> commands() { return kCommands; }",
            "std::span<const Group> groups() { return kGroups; }",
            "std::span<const Alias> aliases() { return kAliases; }",
            "std::span<const Schema> schemas() { return kSchemas; }", "", "}  // namespace heygen::api", ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", help="C++ file to write; without it the catalogue is only checked")
    parser.add_argument("files", nargs="+")
    options = parser.parse_args()
    catalogue = Catalogue()
    # Shared schemas first: the commands refer to them.
    for path in sorted(options.files, key=lambda path: (not path.endswith("schemas.json"), path)):
        catalogue.read(path)
    if not catalogue.faults.found:
        catalogue.finish()
    if catalogue.faults.found:
        print("\n".join(catalogue.faults.found), file=sys.stderr)
        return 1
    if options.output:
        with open(options.output, "w", encoding="utf-8") as handle:
            handle.write(Writer(catalogue).file())
    return 0


if __name__ == "__main__":
    sys.exit(main())
