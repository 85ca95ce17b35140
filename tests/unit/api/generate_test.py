#!/usr/bin/env python3
"""A wrong catalogue must not build: each fault is named with its file and line."""
import json
import os
import subprocess
import sys
import tempfile
import unittest

GENERATE = sys.argv.pop(1)

COMMAND = {
    "words": "thing get", "summary": "Show a thing", "example": "heygen thing get thing_1",
    "request": "GET /v3/things/{thing_id}", "timeout_s": 30,
    "arguments": [{"name": "thing-id", "param": "thing_id", "doc": "Id of the thing"}],
    "flags": [{"name": "limit", "in": "query", "type": "integer", "min": 1, "doc": "How many"}],
}


def catalogue(**changes):
    return {"group": "thing", "summary": "Things", "commands": [{**COMMAND, **changes}]}


def flag(**changes):
    return catalogue(flags=[{**COMMAND["flags"][0], **changes}])


class Generate(unittest.TestCase):
    def run_on(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "thing.json")
            with open(path, "w", encoding="utf-8") as handle:
                handle.write(text if isinstance(text, str) else json.dumps(text, indent=1))
            out = os.path.join(folder, "tables.cpp")
            done = subprocess.run([sys.executable, GENERATE, "--output", out, path], capture_output=True, text=True)
            written = os.path.exists(out)
            self.assertEqual(written, done.returncode == 0)
            return done.returncode, done.stderr.replace(path, "thing.json")

    def refuses(self, text, *parts):
        status, message = self.run_on(text)
        self.assertEqual(status, 1)
        self.assertRegex(message, r"^thing\.json:\d+: ")
        for part in parts:
            self.assertIn(part, message)

    def test_a_right_catalogue_is_accepted(self):
        self.assertEqual(self.run_on(catalogue()), (0, ""))

    def test_text_that_is_no_json(self):
        self.refuses('{\n"group": nope\n}', "thing.json:2:", "not JSON")
        self.refuses('{"group": "thing",}', "',' before '}'")
        self.refuses('{\n"group": "a",\n"group": "b"\n}', "thing.json:3:", "twice")

    def test_an_unknown_key(self):
        self.refuses(catalogue(colour="red"), "unknown key 'colour'", "'thing get'")
        self.refuses(flag(colour="red"), "unknown key 'colour'")

    def test_a_missing_key(self):
        wrong = catalogue()
        del wrong["commands"][0]["summary"]
        self.refuses(wrong, "lacks 'summary'")

    def test_a_missing_doc(self):
        self.refuses(flag(doc=" "), "doc is empty")
        self.refuses(catalogue(summary="Ends with a stop."), "full stop")

    def test_a_description_with_a_crooked_line(self):
        self.refuses(catalogue(description="A sentence.\n\nAnother."), "doc is empty")
        self.refuses(catalogue(description="A sentence.\n   {}"), "spaces around")
        self.refuses(catalogue(summary="Two\nlines"), "one line")

    def test_a_wrong_type(self):
        self.refuses(catalogue(timeout_s="30"), "'timeout_s'", "wrong type")
        self.refuses(flag(min="1"), "'min'", "wrong type")
        self.refuses(flag(type="date"), "unknown type 'date'")
        self.refuses(flag(**{"in": "header"}), "unknown place 'header'")
        self.refuses(flag(**{"in": "json"}), "no json body")

    def test_a_placeholder_without_argument(self):
        self.refuses(catalogue(arguments=[]), "placeholder 'thing_id'")

    def test_an_argument_without_placeholder(self):
        self.refuses(catalogue(request="GET /v3/things"), "no placeholder 'thing_id'")

    def test_a_flag_that_the_program_has_itself(self):
        self.refuses(flag(name="force"), "taken")

    def test_an_example_of_another_command(self):
        self.refuses(catalogue(example="heygen thing got"), "example")

    def test_a_reference_to_nowhere(self):
        self.refuses(catalogue(response_schema={"$ref": "#/$defs/Nothing"}), "no 'Nothing'")

    def test_a_follow_up_that_does_not_exist(self):
        poll = {"request": "GET /v3/things/{id}", "status": "data.status", "id": "data.id", "done": [], "failed": [],
                "follow_up": "thing see"}
        self.refuses(catalogue(poll=poll), "'thing see' is no command")

    def test_bounds_and_defaults_that_contradict_each_other(self):
        self.refuses(flag(min=5, max=1), "bounds are reversed")
        self.refuses(flag(default="0"), "default is out of bounds")
        self.refuses(flag(default="ten"), "default is no integer")
        self.refuses(flag(type="boolean", default="1"), "default is no boolean")

    def test_a_choice_that_a_list_could_not_hold(self):
        one = {"name": "kind", "in": "query", "type": "text", "doc": "Kind", "choices": ["a,b"]}
        self.refuses(catalogue(flags=[one]), "a choice holds")

    def test_a_flag_that_the_request_has_no_field_for(self):
        one = {"name": "kind", "in": "json", "type": "text", "doc": "Kind"}
        schema = {"type": "object", "properties": {"sort": {"type": "string"}}}
        wrong = catalogue(request="POST /v3/things/{thing_id}", body="json", flags=[one], request_schema=schema)
        self.refuses(wrong, "the request schema has no field 'kind'")

    def test_names_that_exist_twice(self):
        two = catalogue()
        two["commands"].append(COMMAND)
        self.refuses(two, "'thing get' exists twice")
        self.refuses(catalogue(flags=[COMMAND["flags"][0]] * 2), "doubled")
        self.refuses(catalogue(aliases=["thing show", "thing show"]), "alias 'thing show' exists twice")

    def test_a_default_outside_the_choices(self):
        one = {"name": "kind", "in": "query", "type": "text", "doc": "Kind", "choices": ["a"], "default": "b"}
        self.refuses(catalogue(flags=[one]), "none of the choices")


if __name__ == "__main__":
    unittest.main()
