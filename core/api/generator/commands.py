# SPDX-License-Identifier: Apache-2.0
"""The rules of one command: its words, request, flags, tables and waiting."""
import re

WORD = r"[a-z][a-z0-9-]*"
FIELD = r"[a-z][a-z0-9_]*"
PLACES = {"query", "header", "json", "multipart"}
IN_URL_OR_HEAD = {"query", "header"}
BODIES = {"json", "multipart"}
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
LONGEST_TIMEOUT_S = 3600
# Switches that every command, or some, have from the program itself.
SWITCHES = {"human", "verbose", "help", "version", "all", "force", "wait", "dry-run", "request-schema", "response-schema"}
OPTIONS = {"fields", "jq", "headers", "profile", "provider", "data", "timeout", "idempotency-key"}
HEADER = r"[A-Z][A-Za-z0-9]*(-[A-Z][A-Za-z0-9]*)*"
# What a flag holds, and which types of the request schema that fits.
TYPES = {"text": {"string"}, "integer": {"integer"}, "number": {"number", "integer"}, "boolean": {"boolean"},
         "text_list": {"array"}}

NEEDED = {"words": "a text", "summary": "a text", "example": "a text", "request": "a text", "timeout_s": "a whole number"}
OPTIONAL = {"description": "a text", "body": "a text", "look": "a text", "body_optional": "true or false", "destructive": "true or false",
            "hidden": "true or false", "idempotency": "true or false", "aliases": "a list of texts", "arguments": "a list of objects",
            "flags": "a list of objects", "data_only": "a list of texts", "data_only_required": "a list of texts",
            "columns": "a list of objects", "pagination": "an object", "poll": "an object", "request_schema": "an object",
            "response_schema": "an object"}
FLAG_NEEDED = {"name": "a text", "in": "a text", "type": "a text", "doc": "a text"}
FLAG_OPTIONAL = {"target": "a text", "required": "true or false", "default": "a text", "min": "a number", "max": "a number",
                 "choices": "a list of texts", "deprecated": "a text"}


def target_of(flag):
    return flag.get("target", flag["name"].replace("-", "_"))


def with_article(noun):
    return ("an " if noun[0] in "aeiou" else "a ") + noun


def value_of(kind, text):
    """The text as a number or a truth; None when it is none of this kind."""
    patterns = {"integer": r"-?\d+", "number": r"-?\d+(\.\d+)?", "boolean": "true|false"}
    if not re.fullmatch(patterns[kind], text):
        return None
    return text == "true" if kind == "boolean" else float(text)


class CommandRules:
    def __init__(self, faults, schemas, group, node):
        self.faults, self.schemas, self.group, self.node = faults, schemas, group, node
        self.what = f"command '{node.get('words', '?')}'"

    def fault(self, sentence, member=None, node=None):
        self.faults.add(self.node if node is None else node, sentence, member)

    def check(self):
        """Whether the command is right as far as it goes alone."""
        before = len(self.faults.found)
        if self.faults.members(self.node, self.what, NEEDED, OPTIONAL) and self.parts():
            for rule in (self.head, self.request, self.arguments, self.flags, self.body, self.columns, self.pagination,
                         self.poll):
                rule()
        return len(self.faults.found) == before

    def parts(self):
        """Whether everything within has the members and types that the rules then rely on."""
        checks = [self.faults.members(flag, f"a flag of {self.what}", FLAG_NEEDED, FLAG_OPTIONAL) for flag in self.own_flags]
        checks += [self.faults.members(one, f"an argument of {self.what}", dict.fromkeys(("name", "param", "doc"), "a text"))
                   for one in self.node.get("arguments", [])]
        checks += [self.faults.members(one, f"a column of {self.what}", {"field": "a text"}, {"header": "a text"})
                   for one in self.node.get("columns", [])]
        if "pagination" in self.node:
            texts = dict.fromkeys(("cursor", "limit", "next", "more", "items"), "a text")
            checks.append(self.faults.members(self.node["pagination"], f"the pagination of {self.what}",
                                              {**texts, "limit_max": "a whole number"}))
        if "poll" in self.node:
            texts = dict.fromkeys(("request", "status", "id", "follow_up"), "a text")
            lists = dict.fromkeys(("done", "failed"), "a list of texts")
            only_one = dict.fromkeys(("single", "unless_field", "unless_value"), "a text")
            checks.append(self.faults.members(self.node["poll"], f"the poll of {self.what}", {**texts, **lists}, only_one))
        before = len(self.faults.found)
        for key in ("request_schema", "response_schema"):
            if key in self.node:
                self.schemas.check(self.node[key])
        return all(checks) and len(self.faults.found) == before

    @property
    def own_flags(self):
        return self.node.get("flags", [])

    # ---- words and request

    def head(self):
        words = self.node["words"]
        if not re.fullmatch(rf"{WORD}( {WORD})+", words):
            self.fault(f"the words of {self.what} are not two or more of small letters, digits and hyphens", "words")
        if words.split()[:1] != [self.group]:
            self.fault(f"{self.what} does not begin with the group's word '{self.group}'", "words")
        self.faults.sentence(self.node, "summary", self.node["summary"])
        if "description" in self.node:
            self.faults.description(self.node, "description", self.node["description"])
        if not 1 <= self.node["timeout_s"] <= LONGEST_TIMEOUT_S:
            self.fault(f"timeout_s of {self.what} is not from 1 to {LONGEST_TIMEOUT_S}", "timeout_s")
        for alias in self.node.get("aliases", []):
            if not re.fullmatch(rf"{WORD}( {WORD})+", alias):
                self.fault(f"the alias '{alias}' of {self.what} is not words like a command's", "aliases")

    def request(self):
        method, _, endpoint = self.node["request"].partition(" ")
        if method not in METHODS or not re.fullmatch(r"(/[a-z0-9-]+|/\{[a-z_]+\})+", endpoint):
            self.fault(f"the request of {self.what} is not 'METHOD /path/{{placeholder}}'", "request")
        if "body" in self.node and self.node["body"] not in BODIES:
            self.fault(f"unknown body '{self.node['body']}' of {self.what}", "body")
        if "body" in self.node and method in ("GET", "DELETE"):
            self.fault(f"{self.what} sends a body with {method}", "body")
        if self.node.get("body_optional") and self.node.get("body") != "json":
            self.fault(f"body_optional of {self.what} without a JSON body", "body_optional")
        if method == "DELETE" and not self.node.get("destructive"):
            self.fault(f"{self.what} deletes, and is not marked as destructive", "request")
        if method == "GET" and self.node.get("destructive"):
            self.fault(f"{self.what} is destructive, and only asks (GET)", "destructive")
        if self.node.get("idempotency") and method != "POST":
            self.fault(f"{self.what} takes an idempotency key with {method}", "idempotency")

    def arguments(self):
        arguments = self.node.get("arguments", [])
        for argument in arguments:
            self.faults.sentence(argument, "doc", argument["doc"])
            if not re.fullmatch(WORD, argument["name"]):
                self.fault(f"argument '{argument['name']}' of {self.what}: the name is malformed", "name", argument)
        names = [argument["param"] for argument in arguments]
        placeholders = re.findall(r"\{([a-z_]+)\}", self.node["request"])
        for name in placeholders:
            if names.count(name) != 1:
                self.fault(f"placeholder '{name}' of {self.what} needs exactly one argument", "request")
        for argument in arguments:
            if argument["param"] not in placeholders:
                self.fault(f"the endpoint of {self.what} has no placeholder '{argument['param']}'", "param", argument)
        if sorted(names) == sorted(placeholders) and names != placeholders:
            self.fault(f"the arguments of {self.what} are in another order than the placeholders", "arguments")

    # ---- flags

    def flags(self):
        seen, targets = set(), set()
        for flag in self.own_flags:
            name = f"flag '{flag['name']}' of {self.what}"
            self.faults.sentence(flag, "doc", flag["doc"])
            taken = SWITCHES | OPTIONS | seen | ({"filename"} if self.node.get("body") == "multipart" else set())
            if not re.fullmatch(WORD, flag["name"]) or flag["name"] in taken:
                self.fault(f"{name}: the name is malformed, taken or doubled", "name", flag)
            if not re.fullmatch(HEADER if flag["in"] == "header" else FIELD, target_of(flag)) or target_of(flag) in targets:
                self.fault(f"{name}: the target '{target_of(flag)}' is malformed or doubled", "target", flag)
            seen.add(flag["name"])
            targets.add(target_of(flag))
            self.place(flag, name)
            self.deprecation(flag, name)
            if flag["type"] not in TYPES:
                self.fault(f"{name}: unknown type '{flag['type']}'", "type", flag)
                continue
            self.bounds(flag, name)
            self.choices(flag, name)
            self.default(flag, name)
            self.field(flag, name)

    def place(self, flag, name):
        if flag["in"] not in PLACES:
            self.fault(f"{name}: unknown place '{flag['in']}'", "in", flag)
        elif flag["in"] not in IN_URL_OR_HEAD and flag["in"] != self.node.get("body"):
            self.fault(f"{name}: the command has no {flag['in']} body", "in", flag)
        if flag["type"] == "text_list" and flag["in"] != "json":
            self.fault(f"{name}: a list can only go into a JSON body", "in", flag)
        if flag["in"] == "header" and "target" not in flag:
            self.fault(f"{name}: the header needs a target, its name", "in", flag)

    def deprecation(self, flag, name):
        if "deprecated" not in flag:
            return
        self.faults.sentence(flag, "deprecated", flag["deprecated"])
        if flag.get("required"):
            self.fault(f"{name}: it is deprecated, but required", "deprecated", flag)

    def bounds(self, flag, name):
        given = [key for key in ("min", "max") if key in flag]
        if given and flag["type"] not in ("integer", "number"):
            self.fault(f"{name}: bounds need a number", given[0], flag)
        if flag["type"] == "integer" and any(flag[key] != int(flag[key]) for key in given):
            self.fault(f"{name}: a bound of whole numbers is none", given[0], flag)
        if len(given) == 2 and flag["min"] > flag["max"]:
            self.fault(f"{name}: the bounds are reversed", "min", flag)

    def choices(self, flag, name):
        if "choices" not in flag:
            return
        choices = flag["choices"]
        if flag["type"] not in ("text", "text_list"):
            self.fault(f"{name}: choices need a text", "choices", flag)
        if not choices or "" in choices or len(set(choices)) != len(choices):
            self.fault(f"{name}: the choices must be some, none of them empty or doubled", "choices", flag)
        if any("," in choice or "|" in choice for choice in choices):
            self.fault(f"{name}: a choice holds ',' or '|'", "choices", flag)
        if "default" in flag and flag["default"] not in choices:
            self.fault(f"{name}: the default is none of the choices", "default", flag)

    def default(self, flag, name):
        if "default" in flag and flag.get("required"):
            self.fault(f"{name}: it is required, so that a default means nothing", "default", flag)
        if "default" not in flag or flag["type"] not in ("integer", "number", "boolean"):
            return
        value = value_of(flag["type"], flag["default"])
        if value is None:
            self.fault(f"{name}: the default is not {with_article(flag['type'])}", "default", flag)
        elif not flag.get("min", value) <= value <= flag.get("max", value):
            self.fault(f"{name}: the default is out of bounds", "default", flag)

    def field(self, flag, name):
        """What the request schema says of the field that the flag fills."""
        fields = self.schemas.fields(self.node.get("request_schema", {}))
        if flag["in"] != "json" or not fields:
            return
        target = target_of(flag)
        if target not in fields:
            self.fault(f"{name}: the request schema has no field '{target}'", "target" if "target" in flag else "name", flag)
            return
        types = {shape.get("type") for shape in self.schemas.shapes(fields[target])}
        if not types & TYPES[flag["type"]]:
            self.fault(f"{name}: '{target}' is {', '.join(sorted(map(str, types)))} in the request schema", "type", flag)
        if flag.get("required", False) != (target in self.schemas.required(self.node["request_schema"])):
            self.fault(f"{name}: the request schema says otherwise whether '{target}' is required", "required", flag)
        path = target + ".0" if flag["type"] == "text_list" else target
        enums = [shape["enum"] for shape in self.schemas.find(self.node["request_schema"], path) if "enum" in shape]
        if enums and set(flag.get("choices", [])) != set(enums[0]):
            self.fault(f"{name}: the request schema allows {', '.join(map(str, enums[0]))}", "choices", flag)

    def body(self):
        """Of an object with fields, each is given by a flag or listed as one that --data alone can give."""
        data_only, needed = self.node.get("data_only", []), self.node.get("data_only_required", [])
        if self.node.get("body") == "multipart" and sum(flag["in"] == "multipart" for flag in self.own_flags) != 1:
            self.fault(f"{self.what} needs exactly one flag that names the file", "body")
        if self.node.get("body") != "json" and (data_only or needed):
            self.fault(f"{self.what} has data-only fields but no JSON body", "data_only")
        for field in needed:
            if field not in data_only:
                self.fault(f"'{field}' of {self.what} is required but not among data_only", "data_only_required")
        schema = self.node.get("request_schema", {})
        if self.node.get("body") != "json" or len(list(self.schemas.shapes(schema))) != 1:
            return
        left = set(self.schemas.fields(schema)) - {target_of(flag) for flag in self.own_flags if flag["in"] == "json"}
        if left != set(data_only):
            self.fault(f"data_only of {self.what} must be the fields without a flag: {', '.join(sorted(left)) or 'none'}",
                       "data_only")
        if left & self.schemas.required(schema) != set(needed):
            self.fault(f"data_only_required of {self.what} must be those of data_only that the request schema requires",
                       "data_only_required")

    # ---- tables and waiting

    def columns(self):
        if "columns" not in self.node:
            return
        items = self.node.get("pagination", {}).get("items", "data")
        rows = self.schemas.find(self.node.get("response_schema", {}), items + ".0")
        known = {name for row in rows for name in row.get("properties", {})}
        seen = set()
        for column in self.node["columns"]:
            if column["field"] not in known:
                self.fault(f"column '{column['field']}' of {self.what} is not a field of the items in '{items}'", "field", column)
            if column["field"] in seen:
                self.fault(f"column '{column['field']}' of {self.what} is there twice", "field", column)
            seen.add(column["field"])

    def pagination(self):
        if "pagination" not in self.node:
            return
        facts = self.node["pagination"]
        flags = {flag["name"]: flag for flag in self.own_flags}
        for part, kind in (("cursor", "text"), ("limit", "integer")):
            if facts[part] not in flags:
                self.fault(f"{self.what} has no flag for the pagination's {part}", part, facts)
            elif flags[facts[part]]["type"] != kind or flags[facts[part]]["in"] != "query":
                self.fault(f"the pagination's {part} of {self.what} is not {with_article(kind)} in the query", part, facts)
        limit = flags.get(facts["limit"], {})
        if limit and limit.get("max") != facts["limit_max"]:
            self.fault(f"limit_max of {self.what} is not the max of flag '{facts['limit']}'", "limit_max", facts)
        self.places(facts, {"next": "string", "more": "boolean", "items": "array"}, self.node)

    def places(self, facts, kinds, command):
        """Whether the command's response has these places, and holds this kind of value there."""
        if "response_schema" not in command:
            self.fault(f"{self.what} needs the response schema of '{command['words']}'")
            return
        for part, kind in kinds.items():
            shapes = self.schemas.find(command["response_schema"], facts[part])
            if not any(shape.get("type") == kind for shape in shapes):
                self.fault(f"the response of '{command['words']}' has no {kind} at '{facts[part]}'", part, facts)

    def poll(self):
        if "poll" not in self.node:
            return
        facts = self.node["poll"]
        if not re.fullmatch(r"GET (/[a-z0-9-]+)*/\{[a-z_]+\}", facts["request"]):
            self.fault(f"the poll of {self.what} must GET a path that ends in one placeholder", "request", facts)
        self.places(facts, {"id": "string"}, self.node)
        if not facts["done"] or not facts["failed"] or set(facts["done"]) & set(facts["failed"]):
            self.fault(f"the poll of {self.what} needs states for done and for failed, and none for both", "done", facts)
        self.one_job(facts)

    def one_job(self, facts):
        """Which bodies start another number of jobs than one."""
        find = lambda path: list(self.schemas.find(self.node.get("request_schema", {}), path))
        if "single" in facts and not any(shape.get("type") == "array" for shape in find(facts["single"])):
            self.fault(f"the request of {self.what} has no array at '{facts['single']}'", "single", facts)
        if ("unless_field" in facts) != ("unless_value" in facts):
            self.fault(f"the poll of {self.what} needs both unless_field and unless_value, or none", "request", facts)
        elif "unless_field" in facts and not any(facts["unless_value"] in shape.get("enum", []) for shape in find(facts["unless_field"])):
            self.fault(f"'{facts['unless_value']}' is not a value of '{facts['unless_field']}'", "unless_value", facts)

    def poll_with(self, commands):
        """What the poll says of other commands."""
        facts = self.node["poll"]
        if facts["follow_up"] not in commands:
            self.fault(f"follow_up '{facts['follow_up']}' is not a command", "follow_up", facts)
        shown = [one for one in commands.values() if same(one["request"]) == same(facts["request"])]
        if not shown:
            self.fault(f"no command sends what the poll of {self.what} sends", "request", facts)
            return
        self.places(facts, {"status": "string"}, shown[0])
        for shape in self.schemas.find(shown[0].get("response_schema", {}), facts["status"]):
            for part in ("done", "failed"):
                for state in facts[part]:
                    if state not in shape.get("enum", [state]):
                        self.fault(f"'{state}' is not a state of '{shown[0]['words']}'", part, facts)


def same(request):
    return re.sub(r"\{[^}]*\}", "{}", request)
