# SPDX-License-Identifier: Apache-2.0
"""A wrong catalog must not build: each fault is named with its file and line."""

import json
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

from support import ROOT

sys.path.insert(0, str(ROOT / "core" / "api"))
from generator.catalog import Catalog

COMMAND = {
    "words": "thing get", "summary": "Show a thing", "example": "heygen thing get thing_1",
    "request": "GET /v3/things/{thing_id}", "timeout_s": 30,
    "arguments": [{"name": "thing-id", "param": "thing_id", "doc": "Id of the thing"}],
    "flags": [{"name": "limit", "in": "query", "type": "integer", "min": 1, "doc": "How many"}],
}


def catalog(**changes):
    return {"group": "thing", "summary": "Things", "commands": [{**COMMAND, **changes}]}


def flag(**changes):
    return catalog(flags=[{**COMMAND["flags"][0], **changes}])


ITEM = {"type": "object", "properties": {"id": {"type": "string"}, "state": {"type": "string", "enum": ["ready", "broken"]}}}
MAKE = {
    "words": "thing make", "summary": "Make a thing", "example": "heygen thing make --name Ada -d '{\"parts\":[]}' --wait",
    "request": "POST /v3/things", "timeout_s": 120, "body": "json",
    "flags": [{"name": "name", "in": "json", "type": "text", "required": True, "doc": "Name of the thing"}],
    "data_only": ["parts"], "data_only_required": ["parts"],
    "request_schema": {"type": "object", "required": ["name", "parts"],
                       "properties": {"name": {"type": "string"}, "parts": {"type": "array", "items": ITEM}}},
    "response_schema": {"type": "object", "properties": {"id": {"type": "string"}}},
    "poll": {"request": "GET /v3/things/{id}", "status": "data.state", "id": "id", "done": ["ready"], "failed": ["broken"],
             "follow_up": "thing get"},
}
LIST = {
    "words": "thing list", "summary": "List things", "example": "heygen thing list --limit 5 --kind a", "request": "GET /v3/things",
    "timeout_s": 30, "columns": [{"field": "id"}],
    "flags": [{"name": "limit", "in": "query", "type": "integer", "max": 9, "doc": "How many"},
              {"name": "token", "in": "query", "type": "text", "doc": "Where to begin"},
              {"name": "kind", "in": "query", "type": "text", "choices": ["a", "b"], "doc": "Kind"}],
    "pagination": {"cursor": "token", "limit": "limit", "limit_max": 9, "next": "next", "more": "more", "items": "data"},
    "response_schema": {"type": "object", "properties": {
        "data": {"type": "array", "items": ITEM}, "next": {"type": "string"}, "more": {"type": "boolean"}}},
}


def several(words="", **changes):
    """A catalog of three commands, one of them changed."""
    get = {**COMMAND, "response_schema": {"type": "object", "properties": {"data": ITEM}}}
    commands = [{**one, **changes} if one["words"] == words else one for one in (get, MAKE, LIST)]
    return {"group": "thing", "summary": "Things", "commands": commands}


def without(node, name):
    return {key: value for key, value in node.items() if key != name}


class Generate(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.file = pathlib.Path(directory.name) / "thing.json"

    def run_on(self, content):
        """What the generator says of it."""
        self.file.write_text(content if isinstance(content, str) else json.dumps(content, indent=1), encoding="utf-8")
        catalog = Catalog()
        self.assertEqual(catalog.read([str(self.file)]), not catalog.faults.found)
        return "\n".join(catalog.faults.found).replace(str(self.file), "thing.json")

    def refuses(self, text, *parts):
        message = self.run_on(text)
        self.assertRegex(message, r"^thing\.json:\d+: ")
        for part in parts:
            self.assertIn(part, message)

    def test_a_right_catalog_is_accepted(self):
        self.assertEqual(self.run_on(catalog()), "")
        self.assertEqual(self.run_on(several()), "")

    def test_the_program_writes_tables_or_says_what_is_wrong(self):
        out = self.file.with_suffix(".cpp")
        for content, status in ((catalog(), 0), (catalog(timeout_s="30"), 1)):
            out.unlink(missing_ok=True)
            self.file.write_text(json.dumps(content, indent=1), encoding="utf-8")
            command = [sys.executable, "-B", ROOT / "core" / "api" / "generate.py", "--output", out, self.file]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, out.exists()), (status, status == 0))
            self.assertRegex(done.stderr, r"^$" if status == 0 else rf"^{self.file}:\d+: 'timeout_s' of command 'thing get'")

    def test_random_damage_is_reported_and_nothing_else_happens(self):
        text, chance = json.dumps(several(), indent=1), random.Random(7)
        for _ in range(400):
            at = chance.randrange(len(text))
            put = chance.choice(["", ",", '"', "{", "}", "[", "]", ":", "\\", "0", "null"])
            for line in self.run_on(text[:at] + put + text[at + chance.randrange(9) :]).splitlines():
                self.assertRegex(line, r"^thing\.json:\d+: .")

    def test_a_catalog_of_the_wrong_shape(self):
        self.refuses("[]", "the group must be an object")
        self.refuses("", "not JSON")
        self.refuses({"group": "thing", "summary": "Things", "commands": []}, "no command")
        self.refuses({"group": "other", "summary": "Things", "commands": [COMMAND]}, "other.json")
        self.refuses(catalog(flags=["limit"]), "'flags'", "a list of objects")
        self.refuses(catalog(aliases=[5]), "'aliases'", "a list of texts")
        self.refuses(catalog(words=""), "the words of")
        self.refuses(catalog(timeout_s=0), "timeout_s")
        self.refuses(several("thing make", poll={**MAKE["poll"], "done": [1]}), "'done'", "a list of texts")

    def test_the_line_is_that_of_the_member(self):
        text = json.dumps(flag(doc="Ends."), indent=1)
        line = 1 + text[:text.index('"doc": "Ends."')].count("\n")
        self.refuses(text, f"thing.json:{line}: no full stop")

    def test_a_doc_with_a_control_character(self):
        self.refuses(flag(doc="How\tmany"), "control character")
        self.refuses(flag(doc="How \x1b[1mmany"), "control character")
        self.refuses(flag(doc="How \ud800many"), "half a surrogate pair")

    def test_an_example_that_would_not_run(self):
        for example, said in {
            "heygen thing list --frobnicate 5": "knows no --frobnicate",
            "heygen thing list --wait": "knows no --wait",
            "heygen thing list -d '{}'": "knows no -d",
            "heygen thing list more": "has 1 arguments, not 0",
            "heygen thing list --limit ten": "gives --limit no integer",
            "heygen thing list --limit 10": "out of its bounds",
            "heygen thing list --limit": "gives --limit no value",
            "heygen thing list --kind c": "none of its choices",
            "heygen thing list --kind 'a": "not a command line",
        }.items():
            self.refuses(several("thing list", example=example), said)
        for example, said in {
            "heygen thing make --name Ada": "lacks --data with parts",
            "heygen thing make -d '{\"name\":\"Ada\"}'": "gives --data without 'parts'",
            "heygen thing make -d '{\"parts\":[],\"other\":1}'": "the field 'other'",
            "heygen thing make -d '{parts}'": "not JSON",
        }.items():
            self.refuses(several("thing make", example=example), said)
        self.refuses(catalog(example="heygen thing get"), "has 0 arguments, not 1")

    def test_texts_that_name_what_does_not_exist(self):
        self.refuses(flag(doc="As `heygen thing see` tells"), "'thing see' is not a command")
        self.refuses(flag(doc="As `heygen thing get --color` tells"), "has no flag --color")
        self.refuses(catalog(description="Give --color."), "--color is not a flag here")

    def test_a_table_of_what_the_response_does_not_hold(self):
        self.refuses(several("thing list", columns=[{"field": "color"}]), "column 'color'", "not a field of the items in 'data'")
        self.refuses(several("thing list", columns=[{"field": "id"}] * 2), "column 'id'", "twice")
        for part, said in {"next": "no string at 'nowhere'", "more": "no boolean", "items": "no array", "cursor": "no flag",
                           "limit": "no flag"}.items():
            self.refuses(several("thing list", pagination={**LIST["pagination"], part: "nowhere"}), said)
        self.refuses(several("thing list", pagination={**LIST["pagination"], "limit_max": 5}), "limit_max")

    def test_waiting_for_what_the_response_does_not_hold(self):
        for part, value, said in (
            ("status", "state", "the response of 'thing get' has no string at 'state'"), ("id", "ids.0", "no string at 'ids.0'"),
            ("done", ["finished"], "'finished' is not a state of 'thing get'"), ("done", [], "needs states"),
            ("failed", ["ready"], "none for both"), ("request", "GET /v3/others/{id}", "no command sends"),
        ):
            self.refuses(several("thing make", poll={**MAKE["poll"], part: value}), said)
        self.refuses(several("thing make", poll=without(MAKE["poll"], "id")), "the poll of command 'thing make' lacks 'id'")

    def test_a_schema_of_the_wrong_shape(self):
        for schema, said in (
            ({"type": "objekt"}, "unknown type 'objekt'"), ({"properties": []}, "'properties'"),
            ({"properties": {"id": "string"}}, "property 'id'"), ({"required": ["id"], "properties": {}}, "requires 'id'"),
            ({"type": "string", "enum": []}, "'enum'"), ({"type": "string", "enum": ["a"], "default": "b"}, "none of its enum"),
            ({"$ref": 5}, "'$ref'"), ({"$ref": "Asset"}, "a reference begins with"), ({"additional": 1}, "unknown key"),
        ):
            self.refuses(catalog(response_schema=schema), said)

    def test_flags_that_contradict_the_request_schema(self):
        name = MAKE["flags"][0]
        self.refuses(several("thing make", flags=[{**name, "type": "integer"}]), "'name' is string in the request schema")
        self.refuses(several("thing make", flags=[without(name, "required")]), "whether 'name' is required")
        self.refuses(several("thing make", flags=[]), "data_only of", "name, parts")
        self.refuses(several("thing make", data_only_required=[]), "data_only_required of")
        self.refuses(flag(required=True, default="3"), "a default means nothing")
        self.refuses(flag(choices=[]), "choices")
        self.refuses(flag(target=""), "the target ''")

    def test_a_request_that_contradicts_its_method(self):
        self.refuses(catalog(body="json"), "sends a body with GET")
        self.refuses(catalog(request="DELETE /v3/things/{thing_id}"), "not marked as destructive")
        self.refuses(catalog(destructive=True), "only asks")
        self.refuses(catalog(request="GET /v3/things/{thing-id}"), "is not 'METHOD /path/{placeholder}'")

    def test_text_that_is_not_json(self):
        self.refuses('{\n"group": nope\n}', "thing.json:2:", "not JSON")
        self.refuses('{"group": "thing",}', "',' before '}'")
        self.refuses('{\n"group": "a",\n"group": "b"\n}', "thing.json:3:", "twice")

    def test_an_unknown_key(self):
        self.refuses(catalog(color="red"), "unknown key 'color'", "'thing get'")
        self.refuses(flag(color="red"), "unknown key 'color'")

    def test_a_missing_key(self):
        wrong = catalog()
        del wrong["commands"][0]["summary"]
        self.refuses(wrong, "lacks 'summary'")

    def test_a_missing_doc(self):
        self.refuses(flag(doc=" "), "doc is empty")
        self.refuses(catalog(summary="Ends with a stop."), "full stop")

    def test_a_description_with_a_crooked_line(self):
        self.refuses(catalog(description="A sentence.\n\nAnother."), "doc is empty")
        self.refuses(catalog(description="A sentence.\n   {}"), "spaces around")
        self.refuses(catalog(summary="Two\nlines"), "one line")

    def test_a_wrong_type(self):
        self.refuses(catalog(timeout_s="30"), "'timeout_s'", "wrong type")
        self.refuses(flag(min="1"), "'min'", "wrong type")
        self.refuses(flag(type="date"), "unknown type 'date'")
        self.refuses(flag(**{"in": "cookie"}), "unknown place 'cookie'")
        self.refuses(flag(**{"in": "json"}), "no json body")

    def test_a_flag_in_a_header(self):
        self.assertEqual(self.run_on(flag(**{"in": "header", "target": "X-Thing-Limit"})), "")
        self.refuses(flag(**{"in": "header"}), "needs a target")
        self.refuses(flag(**{"in": "header", "target": "x_limit"}), "the target 'x_limit' is malformed")
        self.refuses(flag(**{"in": "header", "target": "X-Limit\r\nX-Other"}), "malformed")

    def test_keys_for_repeated_requests(self):
        self.assertEqual(self.run_on(several("thing make", idempotency=True)), "")
        self.assertEqual(self.run_on(several("thing make", idempotency=True, example=MAKE["example"] + " --idempotency-key a")), "")
        self.refuses(several("thing make", example=MAKE["example"] + " --idempotency-key a"), "knows no --idempotency-key")
        self.refuses(catalog(idempotency=True), "takes an idempotency key with GET")
        self.refuses(flag(name="idempotency-key"), "taken")

    def test_deprecated_flags(self):
        old = {**LIST["flags"][2], "deprecated": "use --limit"}
        flags = [*LIST["flags"][:2], old]
        self.assertEqual(self.run_on(several("thing list", flags=flags, example="heygen thing list")), "")
        self.refuses(several("thing list", flags=flags), "uses --kind, which is deprecated")
        self.refuses(several("thing list", flags=[*flags[:2], {**old, "deprecated": "Use it."}], example="heygen thing list"), "full stop")
        self.refuses(several("thing list", flags=[*flags[:2], {**old, "required": True}]), "deprecated, but required")

    def with_schemas(self, schemas, fields=None, response=None):
        """What the generator says of shared schemas, of which Tree is used."""
        self.file.with_name("schemas.json").write_text(json.dumps(schemas, indent=1), encoding="utf-8")
        files = [str(self.file), str(self.file.with_name("schemas.json"))]
        if fields is not None:
            self.file.with_name("fields.json").write_text(json.dumps(fields, indent=1), encoding="utf-8")
            files.append(str(self.file.with_name("fields.json")))
        self.file.write_text(json.dumps(catalog(response_schema=response or {"$ref": "#/$defs/Tree"})), encoding="utf-8")
        made = Catalog()
        made.read(files)
        return made, "\n".join(made.faults.found)

    def test_a_schema_may_hold_itself_in_a_field_but_not_be_itself(self):
        tree = {"type": "object", "properties": {"parts": {"type": "array", "items": {"anyOf": [
            {"type": "string"}, {"$ref": "#/$defs/Tree"}]}}}}
        self.assertEqual(self.with_schemas({"Tree": tree})[1], "")
        for wrong in ({"$ref": "#/$defs/Tree"}, {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/Tree"}]}):
            self.assertIn("'Tree' contains itself", self.with_schemas({"Tree": wrong})[1])

    def test_a_variant_needs_the_value_that_selects_it(self):
        leaf = {"type": "object", "properties": {"kind": {"type": "string", "const": "leaf"}}}
        tree = {"discriminator": {"propertyName": "kind", "mapping": {"leaf": "Leaf"}}, "oneOf": [{"$ref": "#/$defs/Leaf"}]}
        self.assertEqual(self.with_schemas({"Tree": tree, "Leaf": leaf})[1], "")
        leaf["properties"]["kind"]["const"] = "branch"
        self.assertIn("'kind' of 'Leaf' must be the const 'leaf'", self.with_schemas({"Tree": tree, "Leaf": leaf})[1])

    def test_every_field_is_described_and_nothing_else(self):
        tree = {"type": "object", "properties": {"name": {"type": "string"}, "size": {"type": "integer"}}}
        fields = {"name": "Name", "size": "Size"}
        self.assertEqual(self.with_schemas({"Tree": tree}, fields)[1], "")
        self.assertIn("does not describe 'size'", self.with_schemas({"Tree": tree}, {"name": "Name"})[1])
        self.assertIn("no schema has a field 'age'", self.with_schemas({"Tree": tree}, {**fields, "age": "Age"})[1])
        self.assertIn("must be a text", self.with_schemas({"Tree": tree}, {**fields, "size": 5})[1])
        self.assertIn("full stop", self.with_schemas({"Tree": tree}, {**fields, "size": "Size."})[1])

    def test_schemas_are_printed_as_json_schema(self):
        tree = {"type": "object", "properties": {
            "name": {"type": "string", "nullable": True, "enum": ["a", "b"]},
            "top": {"$ref": "#/$defs/Leaf", "nullable": True, "deprecated": True},
            "either": {"nullable": True, "oneOf": [{"$ref": "#/$defs/Leaf"}]},
            "map": {"type": "object", "properties": {}}}}
        leaf = {"type": "object", "properties": {"top": {"type": "integer"}}}
        fields = {"name": "Name", "top": "Top", "top@Leaf": "Top of a leaf", "either": "Either", "map": "Map"}
        made, faults = self.with_schemas({"Tree": tree, "Leaf": leaf}, fields)
        self.assertEqual(faults, "")
        null, reference = {"type": "null"}, {"$ref": "#/$defs/Leaf"}
        self.assertEqual(made.json_schema.response(made.commands[0]), {"type": "object", "properties": {
            "name": {"description": "Name", "type": ["string", "null"], "enum": ["a", "b", None]},
            "top": {"description": "Top", "anyOf": [reference, null], "deprecated": True},
            "either": {"description": "Either", "oneOf": [reference, null]},
            "map": {"description": "Map", "type": "object"}}})
        self.assertEqual(made.json_schema.shared("Leaf")["properties"]["top"]["description"], "Top of a leaf")

    def test_a_placeholder_without_argument(self):
        self.refuses(catalog(arguments=[]), "placeholder 'thing_id'")

    def test_an_argument_without_placeholder(self):
        self.refuses(catalog(request="GET /v3/things"), "no placeholder 'thing_id'")

    def test_a_flag_that_the_program_has_itself(self):
        self.refuses(flag(name="force"), "taken")

    def test_an_example_of_another_command(self):
        self.refuses(catalog(example="heygen thing got"), "example")

    def test_a_reference_to_nowhere(self):
        self.refuses(catalog(response_schema={"$ref": "#/$defs/Nothing"}), "no 'Nothing'")

    def test_a_look_that_does_not_exist(self):
        self.refuses(several("thing make", look="thing see"), "'thing see' is not a command")

    def test_a_body_for_another_number_of_jobs_that_the_request_does_not_have(self):
        poll = MAKE["poll"]
        self.refuses(several("thing make", poll={**poll, "single": "nowhere"}), "no array at 'nowhere'")
        self.refuses(several("thing make", poll={**poll, "unless_field": "mode"}), "both unless_field and unless_value")
        self.refuses(several("thing make", poll={**poll, "unless_field": "mode", "unless_value": "x"}), "'x' is not a value of 'mode'")

    def test_a_follow_up_that_does_not_exist(self):
        self.refuses(several("thing make", poll={**MAKE["poll"], "follow_up": "thing see"}), "'thing see' is not a command")

    def test_bounds_and_defaults_that_contradict_each_other(self):
        self.refuses(flag(min=5, max=1), "bounds are reversed")
        self.refuses(flag(default="0"), "default is out of bounds")
        self.refuses(flag(default="ten"), "default is not an integer")
        self.refuses(flag(type="boolean", default="1"), "default is not a boolean")

    def test_a_choice_that_a_list_could_not_hold(self):
        one = {"name": "kind", "in": "query", "type": "text", "doc": "Kind", "choices": ["a,b"]}
        self.refuses(catalog(flags=[one]), "a choice holds")

    def test_a_flag_that_the_request_has_no_field_for(self):
        one = {"name": "kind", "in": "json", "type": "text", "doc": "Kind"}
        schema = {"type": "object", "properties": {"sort": {"type": "string"}}}
        wrong = catalog(request="POST /v3/things/{thing_id}", body="json", flags=[one], request_schema=schema)
        self.refuses(wrong, "the request schema has no field 'kind'")

    def test_names_that_exist_twice(self):
        two = catalog()
        two["commands"].append(COMMAND)
        self.refuses(two, "'thing get' exists twice")
        self.refuses(catalog(flags=[COMMAND["flags"][0]] * 2), "doubled")
        self.refuses(catalog(aliases=["thing show", "thing show"]), "alias 'thing show' exists twice")

    def test_a_default_outside_the_choices(self):
        one = {"name": "kind", "in": "query", "type": "text", "doc": "Kind", "choices": ["a"], "default": "b"}
        self.refuses(catalog(flags=[one]), "none of the choices")


if __name__ == "__main__":
    unittest.main()
