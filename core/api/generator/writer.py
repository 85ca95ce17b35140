# SPDX-License-Identifier: Apache-2.0
"""Constant C++ tables of a catalog that was found right."""
import json

def text(value):
    data = value.encode("utf-8")
    out = []
    for byte in data:
        char = chr(byte)
        out.append("\\" + char if char in '"\\' else char if 0x20 <= byte < 0x7F else f"\\{byte:03o}")
    return '"' + "".join(out).replace("??", '?""?') + '"'


KEY_FLAG = {
    "name": "idempotency-key", "in": "header", "type": "text", "target": "Idempotency-Key",
    "doc": "Key that makes a repeated request act only once, such as order-42 (default: a new one for each run)",
}


def compact(node):
    return view(json.dumps(node, ensure_ascii=False, separators=(",", ":")))


def view(value):
    """An empty text has no address: each address costs a relocation at every start of the program."""
    return f"{text(value)}sv" if value else "{}"


class Writer:
    def __init__(self, catalog):
        self.catalog = catalog
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

    def option(self, node):
        choices = self.views(node.get("choices", []))
        bounds = [str(float(node[key])) if key in node else "std::nullopt" for key in ("min", "max")]
        return (f".name = {view(node['name'])}, .target = {view(node.get('target', node['name'].replace('-', '_')))}, "
                f".doc = {view(node['doc'])}, .type = OptionType::{node['type']}, .place = Place::{node['in']}, "
                f".required = {str(node.get('required', False)).lower()}, .fallback = {view(node.get('default', ''))}, "
                f".choices = {choices}, .min = {bounds[0]}, .max = {bounds[1]}, "
                f".deprecated = {view(node.get('deprecated', ''))}")

    @staticmethod
    def schema(node):
        return view("") if node is None else compact(node)

    def command(self, node):
        method, endpoint = node["request"].split(" ")
        poll = pages = "nullptr"
        if "poll" in node:
            facts = node["poll"]
            poll = self.object("Poll", "{" + f".endpoint = {view(facts['request'].split(' ')[1])}, "
                               f".status_field = {view(facts['status'])}, .id_field = {view(facts['id'])}, "
                               f".done = {self.views(facts['done'])}, .failed = {self.views(facts['failed'])}, "
                               f".follow_up = {view(facts['follow_up'])}, .single = {view(facts.get('single', ''))}, "
                               f".unless_field = {view(facts.get('unless_field', ''))}, "
                               f".unless_value = {view(facts.get('unless_value', ''))}" + "}")
        if "pagination" in node:
            facts = node["pagination"]
            pages = self.object("Pagination", "{" + f".cursor_param = {view(facts['cursor'])}, "
                                f".limit_param = {view(facts['limit'])}, .next_cursor = {view(facts['next'])}, "
                                f".has_more = {view(facts['more'])}, .items = {view(facts['items'])}, "
                                f".limit_max = {facts['limit_max']}" + "}")
        arguments = self.array("Argument", ["{" + f".name = {view(a['name'])}, .param = {view(a['param'])}, "
                                            f".doc = {view(a['doc'])}" + "}" for a in node.get("arguments", [])])
        flags = [*node.get("flags", []), *([KEY_FLAG] if node.get("idempotency") else [])]
        options = self.array("Option", ["{" + self.option(flag) + "}" for flag in flags])
        columns = self.array("Column", ["{" + f".field = {view(column['field'])}, .header = {view(column.get('header', ''))}"
                                        + "}" for column in node.get("columns", [])])
        yes = {key: str(node.get(key, False)).lower() for key in ("body_optional", "destructive", "hidden", "idempotency")}
        ages = self.catalog.schemas.has_deprecated(node.get("request_schema"))
        return ("{" + f".words = {self.views(node['words'].split())}, .summary = {view(node['summary'])}, "
                f".description = {view(node.get('description', ''))}, .example = {view(node['example'])}, "
                f".method = {view(method)}, .endpoint = {view(endpoint)}, .body = BodyKind::{node.get('body', 'none')}, "
                f".body_optional = {yes['body_optional']}, .destructive = {yes['destructive']}, "
                f".hidden = {yes['hidden']}, .timeout_s = {node['timeout_s']}, .arguments = {arguments}, "
                f".options = {options}, .columns = {columns}, .poll = {poll}, .pagination = {pages}, "
                f".request_schema = {self.schema(self.catalog.json_schema.request(node))}, "
                f".response_schema = {self.schema(self.catalog.json_schema.response(node))}, "
                f".has_deprecated_fields = {str(ages).lower()}, .takes_key = {yes['idempotency']}, "
                f".data_only = {self.views(node.get('data_only', []))}, "
                f".data_only_required = {self.views(node.get('data_only_required', []))}, "
                f".look = {view(node.get('look', ''))}" + "}")

    def file(self):
        commands = [self.command(node) for node in self.catalog.commands]
        groups = ["{" + f".word = {view(word)}, .summary = {view(summary)}" + "}" for word, summary in self.catalog.groups]
        aliases = ["{" + f".words = {self.views(alias)}, .target = {self.views(target)}" + "}"
                   for alias, target in self.catalog.aliases]
        schemas = ["{" + f".name = {view(name)}, .text = {compact(self.catalog.json_schema.shared(name))}" + "}"
                   for name in self.catalog.schemas.shared]
        tables = (("Command", "Commands", commands), ("Group", "Groups", groups), ("Alias", "Aliases", aliases),
                  ("Schema", "Schemas", schemas))
        for kind, name, items in tables:
            self.lines.append(f"constexpr std::array<{kind}, {len(items)}> k{name} = {{{{")
            self.lines += [f"    {item}," for item in items]
            self.lines.append("}};")
        return "\n".join([
            "// Generated by core/api/generate.py from core/api/catalog. Do not edit.",
            '#include "core/api/catalog.hpp"', "", "#include <array>", "", "namespace heygen::api {", "namespace {", "",
            "using namespace std::string_view_literals;", "", *self.lines, "", "}  // namespace", "",
            "std::span<const Command> commands() { return kCommands; }",
            "std::span<const Group> groups() { return kGroups; }",
            "std::span<const Alias> aliases() { return kAliases; }",
            "std::span<const Schema> schemas() { return kSchemas; }", "", "}  // namespace heygen::api", ""])
