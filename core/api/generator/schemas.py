# SPDX-License-Identifier: Apache-2.0
"""The schemas of requests and responses, and those in schemas.json that they refer to."""
PREFIX = "#/$defs/"
TYPES = {"object", "array", "string", "integer", "number", "boolean"}
MEMBERS = {"$ref": "a text", "description": "a text", "deprecated": "true or false", "type": "a text", "nullable": "true or false", "properties": "an object",
           "required": "a list of texts", "items": "an object", "discriminator": "an object",
           "oneOf": "a list of objects", "anyOf": "a list of objects", "enum": "anything", "default": "anything", "const": "anything"}


def is_scalar(value):
    return isinstance(value, (str, int, float))


def alternatives(node):
    return [*node.get("oneOf", []), *node.get("anyOf", [])]


class Schemas:
    def __init__(self, faults):
        self.faults = faults
        self.shared = {}
        self.path = "schemas.json"
        self.used = set()

    def read(self, path, node):
        self.path = path
        if not isinstance(node, dict):
            self.faults.add(node, "the shared schemas must be an object")
            return
        self.shared = node
        for name, schema in node.items():
            if not isinstance(schema, dict):
                self.faults.add(node, f"schema '{name}' must be an object", name)
        for schema in node.values():
            if isinstance(schema, dict):
                self.check(schema)
        for name in node:
            self.check_circle(name, [])

    def unused(self):
        self.faults.path = self.path
        for name in self.shared:
            if name not in self.used:
                self.faults.add(self.shared, f"no command uses schema '{name}'", name)

    # ---- shape

    def check(self, node):
        if not self.faults.members(node, "a schema", {}, MEMBERS):
            return
        if "type" in node and node["type"] not in TYPES:
            self.faults.add(node, f"unknown type '{node['type']}' in a schema", "type")
        if "enum" in node and (not isinstance(node["enum"], list) or not node["enum"] or not all(map(is_scalar, node["enum"]))):
            self.faults.add(node, "'enum' of a schema must list the texts or numbers that are allowed", "enum")
        elif "enum" in node and "default" in node and node["default"] not in node["enum"]:
            self.faults.add(node, "the default of a schema is none of its enum", "default")
        for name in node.get("required", []):
            if name not in node.get("properties", {}):
                self.faults.add(node, f"a schema requires '{name}', which it has no property for", "required")
        self.check_reference(node)
        self.check_discriminator(node)
        self.check_parts(node)

    def check_parts(self, node):
        for name, part in node.get("properties", {}).items():
            if isinstance(part, dict):
                self.check(part)
            else:
                self.faults.add(node["properties"], f"property '{name}' of a schema must be an object", name)
        for part in [*([node["items"]] if "items" in node else []), *alternatives(node)]:
            self.check(part)

    def check_reference(self, node):
        if "$ref" not in node:
            return
        name = node["$ref"].removeprefix(PREFIX)
        if not node["$ref"].startswith(PREFIX):
            self.faults.add(node, f"a reference begins with {PREFIX}, not '{node['$ref']}'", "$ref")
        elif name not in self.shared:
            self.faults.add(node, f"schemas.json has no '{name}'", "$ref")
        self.used.add(name)

    def check_discriminator(self, node):
        if "discriminator" not in node:
            return
        facts = node["discriminator"]
        if not self.faults.members(facts, "a discriminator", {"propertyName": "a text"}, {"mapping": "an object"}):
            return
        field = facts["propertyName"]
        for value, name in facts.get("mapping", {}).items():
            if name not in self.shared:
                self.faults.add(facts["mapping"], f"schemas.json has no '{name}'", value)
            elif self.shared[name].get("properties", {}).get(field, {}).get("const") != value:
                self.faults.add(facts["mapping"], f"'{field}' of '{name}' must be the const '{value}'", value)

    def check_circle(self, name, inside):
        if name in inside:
            if name == inside[0]:
                self.faults.add(self.shared, f"schema '{name}' contains itself", name)
            return
        for other in self.substitutes(self.shared.get(name, {})):
            self.check_circle(other, [*inside, name])

    def substitutes(self, node):
        """Names of the schemas that the node itself is, not a part of it: a field may hold its owner again."""
        if not isinstance(node, dict):
            return set()
        found = {node["$ref"].removeprefix(PREFIX)} if isinstance(node.get("$ref"), str) else set()
        parts = [part for key in ("oneOf", "anyOf") for part in node.get(key, []) if isinstance(node.get(key), list)]
        return found.union(*(self.substitutes(part) for part in parts))

    @staticmethod
    def name_of(node):
        return node["$ref"].removeprefix(PREFIX)

    # ---- what is in them

    def shapes(self, node):
        """The object without references and alternatives, in all its forms."""
        if "$ref" in node:
            yield from self.shapes(self.shared.get(node["$ref"].removeprefix(PREFIX), {}))
        for part in alternatives(node):
            yield from self.shapes(part)
        if "type" in node or "properties" in node:
            yield node

    def fields(self, node):
        """Schemas of the fields, by name; of alternatives, the last one's."""
        return {name: part for shape in self.shapes(node) for name, part in shape.get("properties", {}).items()}

    def required(self, node):
        """What every form of the object requires."""
        lists = [set(shape.get("required", [])) for shape in self.shapes(node)]
        return set.intersection(*lists) if lists else set()

    def find(self, node, dotted):
        """What may be at this place: a number is a place in a list."""
        found = [node]
        for step in dotted.split("."):
            shapes = [shape for part in found for shape in self.shapes(part)]
            found = [shape["items"] for shape in shapes if step.isdigit() and "items" in shape]
            found += [shape["properties"][step] for shape in shapes if step in shape.get("properties", {})]
        return [shape for part in found for shape in self.shapes(part)]

    def has_deprecated(self, node, seen=()):
        """Whether a field in the object, or in one within it, is deprecated."""
        if isinstance(node, list):
            return any(self.has_deprecated(part, seen) for part in node)
        if not isinstance(node, dict):
            return False
        if isinstance(node.get("$ref"), str) and node["$ref"] not in seen:
            if self.has_deprecated(self.shared[self.name_of(node)], (*seen, node["$ref"])):
                return True
        return node.get("deprecated") is True or any(self.has_deprecated(part, seen) for part in node.values())
