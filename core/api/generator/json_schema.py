# SPDX-License-Identifier: Apache-2.0
"""The catalog's schemas as users see them: JSON Schema 2020-12, with a description of every field.

The catalog writes `nullable` and `discriminator`, as the API's own description does. A printed schema says the same with
`type: [T, "null"]` and with a `const` in each variant, which any validator understands.
"""
NULL = {"type": "null"}


class JsonSchema:
    def __init__(self, faults, schemas):
        self.faults, self.schemas = faults, schemas
        self.path = "fields.json"
        self.fields = None  # descriptions, by "FIELD" or "FIELD@OWNER"; None: none are asked for
        self.used = set()

    def read(self, path, node):
        self.path = path
        if not isinstance(node, dict):
            self.faults.add(node, "the descriptions of fields must be an object")
            return
        self.fields = node
        for name, text in node.items():
            if isinstance(text, str):
                self.faults.sentence(node, name, text)
            else:
                self.faults.add(node, f"the description of '{name}' must be a text", name)

    def finish(self):
        """After the commands: every field has a description, and every description a field."""
        self.faults.path = self.schemas.path
        for name in self.schemas.shared:
            self.shared(name)
        self.faults.path = self.path
        for name in self.fields or {}:
            if name not in self.used:
                self.faults.add(self.fields, f"no schema has a field '{name}' to describe", name)

    # ---- what is printed

    def request(self, command):
        """The body of a request; a flag explains its field."""
        docs = {flag.get("target", flag["name"].replace("-", "_")): flag["doc"] for flag in command.get("flags", [])
                if flag["in"] == "json"}
        return self.document(command.get("request_schema"), docs)

    def response(self, command):
        return self.document(command.get("response_schema"), {})

    def shared(self, name):
        return self.converted(self.schemas.shared[name], name, {})

    def document(self, node, docs):
        if node is None:
            return None
        owner = ""
        if "$ref" in node:  # the fields of the document are seen without following a reference
            owner = self.schemas.name_of(node)
            node = {**self.schemas.shared[owner], **{key: value for key, value in node.items() if key != "$ref"}}
        return self.converted(node, owner, docs)

    def converted(self, node, owner, docs):
        out = {}
        nullable = node.get("nullable", False)
        for key, value in node.items():
            if key == "type":
                out[key] = [value, "null"] if nullable else value
            elif key == "enum":
                out[key] = [*value, None] if nullable and None not in value else list(value)
            elif key in ("oneOf", "anyOf"):
                out[key] = [self.converted(part, owner, {}) for part in value] + ([NULL] if nullable else [])
            elif key == "items":
                out[key] = self.converted(value, owner, {})
            elif key == "properties":
                fields = {name: self.field(name, part, owner, docs) for name, part in value.items()}
                if fields:
                    out[key] = fields
            elif key not in ("nullable", "discriminator"):
                out[key] = value
        if nullable and "$ref" in out:
            out = {"anyOf": [{"$ref": out.pop("$ref")}, NULL], **out}
        return out

    def field(self, name, node, owner, docs):
        return {"description": self.description(name, node, owner, docs), **self.converted(node, name, {})}

    def description(self, name, node, owner, docs):
        fields = self.fields or {}
        exact = f"{name}@{owner}"
        if exact in fields:
            self.used.add(exact)
            return fields[exact]
        if "description" in node:
            return node["description"]
        if name in docs:
            return docs[name]
        if name in fields:
            self.used.add(name)
        elif self.fields is not None:
            self.faults.add(node, f"fields.json does not describe '{name}'")
        return fields.get(name, "")
