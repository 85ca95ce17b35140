# SPDX-License-Identifier: Apache-2.0
"""The whole catalog, command by command, against the sandbox: its help, its example, a call with every flag.

tests/facts/commands.json states what each command must put on the wire, and knows nothing of the catalog; so a new
command needs three things: its entry in core/api/catalog, its facts, and an answer of the sandbox. Responses are held
to their schema by python3-jsonschema, an implementation of its own.
"""

import collections
import json
import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import unittest
import unittest.mock
import urllib.parse
import urllib.request

import jsonschema

from support import HEYGEN, ROOT, SANDBOX, Home

COLUMNS = 100
LIMIT_S = 30
FACTS = {one["command"]: one for one in json.loads((ROOT / "tests" / "facts" / "commands.json").read_text())["commands"]}
CATALOG = {
    command["words"]: command
    for path in sorted((ROOT / "core" / "api" / "catalog").glob("*.json"))
    for command in json.loads(path.read_text()).get("commands", [])
}

LINK = {"type": "url", "url": "https://example.com/talk.mp4"}
LIPSYNC = {"video": LINK, "audio": {"type": "asset_id", "asset_id": "asset_2"}}
TRANSLATION = {"video": LINK, "output_languages": ["German", "Polish"]}
VIDEO = {"type": "avatar", "avatar_id": "look_123", "script": "Hello!", "voice_id": "voice_123"}

# The files that examples name.
FILES = {
    "portrait.png": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "videos.json": json.dumps({"videos": [VIDEO, VIDEO]}).encode(),
    "lipsync.json": json.dumps(LIPSYNC).encode(),
    "lipsyncs.json": json.dumps({"lipsyncs": [LIPSYNC]}).encode(),
    "pictures.json": json.dumps({"identity_images": [LINK], "reference_images": [LINK]}).encode(),
    "translations.json": json.dumps({"video_translations": [TRANSLATION, TRANSLATION]}).encode(),
}

# What only --data can give, by field.
DATA = {
    "audio": LINK,
    "identity_images": [LINK],
    "reference_images": [{"type": "asset_id", "asset_id": "asset_123"}],
    "files": [{"filename": "a.mp4", "content_type": "video/mp4", "size_bytes": 1048576}],
    "lipsyncs": [LIPSYNC],
    "srt": {"type": "asset_id", "asset_id": "asset_3"},
    "variables": {"name": {"name": "name", "type": "text", "properties": {"content": "Ada"}}},
    "video": LINK,
    "video_translations": [TRANSLATION],
    "videos": [VIDEO],
}
VARIANTS = {
    "avatar": VIDEO,
    "image": {"type": "image", "image": LINK},
    "cinematic_avatar": {"type": "cinematic_avatar", "prompt": "A beach", "avatar_id": ["look_123", "look_124"]},
    "studio": {"type": "studio", "scenes": [{"type": "image", "source": LINK, "duration": 2}]},
    "prompt": {"type": "prompt", "name": "Ada", "prompt": "A friendly teacher"},
    "digital_twin": {"type": "digital_twin", "name": "Ada", "file": LINK},
    "look_pack": {"type": "look_pack", "reference_look_id": "look_123", "template_id": "look_template_123"},
    "template": {"type": "template", "reference_look_id": "look_124", "template_id": "look_template_124"},
    "professional": {"mode": "professional", "audio": [LINK, LINK], "name": None},
    "instant": {"mode": "instant", "name": "Ada", "audio": [LINK]},
    "text_to_video": {"mode": "text_to_video", "model": "heygen-video-1", "prompt": "A beach", "duration": 5},
    "image_to_video": {"mode": "image_to_video", "model": "heygen-video-1", "prompt": "She waves", "image": LINK},
    "reference_to_video": {"mode": "reference_to_video", "model": "heygen-video-1", "prompt": "As here", "reference_audio": [LINK]},
    "photo": {"type": "photo", "name": "Ada", "file": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}},
}

# Of the sandbox's account at the start.
IDS = {
    name: name.removesuffix("_id") + "_123" for name in {argument for facts in FACTS.values() for argument in facts["args"]}
}
IDS["video_translation_id"] = "translation_123"
IDS["brand_glossary_id"] = "glossary_123"

# Flags whose value cannot be any text or number.
VALUES = {
    "Idempotency-Key": "order:42_a.b-C",
    "avatar_id": "look_123",
    "batch_id": "batch_123",
    "batch_ids": "batch_123",
    "brand_glossary_id": "glossary_123",
    "brand_kit_id": "kit_123",
    "brand_voice_id": "glossary_124",
    "checksum_sha256": "0" * 64,
    "default_voice_id": "voice_124",
    "expected_edit_version": "1",
    "folder_id": "folder_123",
    "fps": 30,
    "gender": "female",
    "input_type": "text",
    "language": "en",
    "layers": ["foreground", "mask"],
    "mode": "identity_remix",
    "model": "",  # by its command: MODELS
    "name": "A name & more",
    "output_languages": ["French", "Spanish"],
    "parent_id": "folder_123",
    "style_id": "style_paper",
    "token": "page-9",
    "video_id": "video_123",
    "voice_id": "voice_123",
}
MODELS = {"model audio tts create": "heygen-voice-1", "model images create": "heygen-image-1"}
REPEATABLE_DELETES = {"model audio voices delete"}  # as the API has it: deleted once more is as deleted as before
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
ODD = "a b&c=d?e/f#g%20+ü\"'\\"


class Sandbox:
    def __init__(self, *options):
        self.process = subprocess.Popen([SANDBOX, "serve", *options], stdout=subprocess.PIPE, text=True)
        self.environment = {}
        for line in self.process.stdout:
            if found := re.match(r"export (\w+)=(.*)", line):
                self.environment[found[1]] = found[2]
            if line == "# ready\n":
                return
        raise RuntimeError("heygen-sandbox ended before it was ready")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(LIMIT_S)
        self.process.stdout.close()

    def hook(self, path, method="GET"):
        request = urllib.request.Request(self.environment["HEYGEN_API_BASE"] + "/_sandbox/" + path, method=method)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=LIMIT_S) as response:
            return json.load(response)

    def calls(self):
        return [entry for entry in self.hook("log") if entry["path"].startswith("/v3/")]


def closed(schema):
    """The same, but without room for members that it does not name."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    out = {name: value if name in ("enum", "required") else closed(value) for name, value in schema.items()}
    return {**out, "additionalProperties": False} if isinstance(schema.get("properties"), dict) and "type" in schema else out


def objects_in(schema):
    """The schema and all within it."""
    if isinstance(schema, list):
        for one in schema:
            yield from objects_in(one)
    elif isinstance(schema, dict):
        yield schema
        for one in schema.values():
            yield from objects_in(one)


def sample(flag):
    """A value that the flag takes."""
    name = flag.get("json_path") or flag["target"]
    if "enum" in flag:
        return flag["enum"][:2] if flag.get("repeatable") else flag["enum"][0]
    if name in VALUES:
        return VALUES[name]
    if flag["type"] == "string":
        return f"https://example.com/{name}?q=1&r=%20" if name.endswith("url") else f"{flag['name']} {ODD}"
    if flag["type"] == "string-slice":
        return ["first one", "second"]
    if flag["type"] == "bool":
        return True
    if flag["type"] == "int":
        return int(flag.get("max", 7))
    return (flag.get("min", 1) + flag.get("max", 2)) / 2


def spelled(flag, value):
    name = "--" + flag["name"]
    if isinstance(value, bool):
        return [name] if value else [f"{name}=false"]
    if isinstance(value, list):
        return [part for one in value for part in (name, one)]
    return [name, str(value)]


class Expected:
    """What a call must put on the wire, worked out from the facts alone."""

    def __init__(self, facts):
        self.facts, self.values, self.query, self.parts = facts, {}, [], []
        self.key = None
        self.body, self.arguments = None, []

    def path(self):
        return re.sub(r"\{(\w+)\}", lambda found: urllib.parse.quote(self.values[found[1]], safe=""), self.facts["endpoint"])

    def give(self, flag, value):
        if flag["in"] == "query":
            self.query.append([flag["target"], str(value)])
        elif flag["in"] == "header":
            self.key = value
        elif flag["in"] == "multipart":
            self.parts.append({"name": flag["target"], "filename": os.path.basename(value), "type": "application/octet-stream"})
        else:
            self.body = {**(self.body or {}), flag["json_path"]: value}

    @classmethod
    def of_everything(cls, facts, variant=None):
        """Every argument and every flag."""
        self = cls(facts)
        self.values = {name: IDS[name] for name in facts["args"]}
        self.arguments = [*facts["command"].split(), *self.values.values()]
        data = {name: DATA[name] for name in facts.get("data_only_required", [])}
        if variant is not None:
            data = VARIANTS[variant]
        if data:
            self.body = dict(data)
            self.arguments += ["-d", json.dumps(data)]
        for flag in facts["flags"]:
            value = "portrait.png" if flag["in"] == "multipart" else sample(flag)
            if flag["name"] == "model":
                value = MODELS[facts["command"]]
            self.arguments += spelled(flag, value)
            self.give(flag, value)
        if facts["body"] == "json" and self.body is None and facts["command"] != "video-agent stop":
            self.body, self.arguments = {}, [*self.arguments, "-d", "{}"]
        return self

    @classmethod
    def of_example(cls, facts, words):
        self = cls(facts)
        self.arguments = words
        flags = {"--" + flag["name"]: flag for flag in facts["flags"]}
        rest, free, given = list(words[len(facts["command"].split()) :]), [], []
        while rest:
            word = rest.pop(0)
            if word in ("-d", "--data"):
                text = rest.pop(0)
                self.body = json.loads(text if text.startswith("{") else FILES[text])
            elif word in flags:
                given.append((flags[word], True if flags[word]["type"] == "bool" else rest.pop(0)))
            elif not word.startswith("-"):
                free.append(word)
            elif word not in ("--wait", "--force"):
                raise AssertionError(f"the facts of {facts['command']} know no {word}")
        self.values = dict(zip(facts["args"], free, strict=True))
        for flag, text in given:
            if flag["type"] == "string-slice":
                text = text.split(",")
            self.give(flag, {"int": int, "float64": float}.get(flag["type"], lambda value: value)(text))
        return self


class Catalog(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.home = Home()
        cls.addClassCleanup(cls.home.remove)
        cls.sandbox = Sandbox("--job-delay", "0")
        cls.addClassCleanup(cls.sandbox.stop)
        cls.work = cls.home.path / "work"
        cls.work.mkdir()
        for name, content in FILES.items():
            (cls.work / name).write_bytes(content)
        cls.home.env.update(cls.sandbox.environment, HEYGEN_API_KEY="sandbox-key", COLUMNS=str(COLUMNS))
        cls.schemas = {}

    def run_it(self, *arguments):
        return subprocess.run(
            [HEYGEN, *arguments], cwd=self.work, env=self.home.env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=LIMIT_S, check=False,
        )

    def succeed(self, *arguments):
        done = self.run_it(*arguments)
        said = f"heygen {shlex.join(arguments)}\n{done.stdout}{done.stderr}"
        if "The sandbox has nothing at" in done.stderr:
            self.fail("sdk/sandbox/resources does not answer this command: " + said)
        self.assertEqual(done.returncode, 0, said)
        return done.stdout

    def facts_of(self, command):
        self.assertIn(command, FACTS, f"tests/facts/commands.json says nothing of `{command}`")
        return FACTS[command]

    def assert_sent(self, expected, call):
        sent = call["sent"]
        self.assertEqual((call["method"], call["path"]), (expected.facts["method"], expected.path()))
        self.assertEqual(collections.Counter(map(tuple, sent["query"])), collections.Counter(map(tuple, expected.query)))
        self.assertEqual(sent.get("body"), expected.body)
        kind = (sent["content_type"] or "none").split(";")[0]
        wanted = "multipart/form-data" if expected.parts else "none" if expected.body is None else "application/json"
        self.assertEqual(kind, wanted)
        if expected.key is not None:
            self.assertEqual(sent.get("key"), expected.key)
        elif expected.facts.get("idempotency"):
            self.assertRegex(sent.get("key", ""), f"^{UUID}$")
        else:
            self.assertNotIn("key", sent)
        if expected.parts:
            self.assertEqual([{**part, "size": len(FILES[part["filename"]])} for part in expected.parts], sent["parts"])
        self.assertEqual(call["credential"]["type"], "api_key")

    def assert_valid(self, command, text):
        """A command without a schema has nothing to hold it to but that it is an object."""
        response = json.loads(text)
        self.assertIsInstance(response, dict)
        self.assert_fits(command, "response", response)

    def assert_fits(self, command, kind, document):
        """As it is against the schema as it is printed; and without members that the schema does not name."""
        schema = self.schema(command, kind)
        if schema is None:
            return
        for rules in (schema, closed(schema)):
            faults = [
                f"{'.'.join(map(str, fault.absolute_path))}: {fault.message}"
                for fault in jsonschema.Draft202012Validator(rules).iter_errors(document)
            ]
            self.assertEqual(faults, [], f"the {kind} of {command} does not fit its schema: {json.dumps(document)}")

    def schema(self, command, kind):
        """None where the command has none."""
        if (command, kind) not in self.schemas:
            has = f"{kind}_schema" in CATALOG[command]
            self.schemas[command, kind] = json.loads(self.succeed(*command.split(), f"--{kind}-schema")) if has else None
        return self.schemas[command, kind]

    def command_of(self, call):
        """Which command a request belongs to: of those that fit, the one with the fewest placeholders."""
        fitting = [
            facts
            for facts in FACTS.values()
            if facts["method"] == call["method"] and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", facts["endpoint"]), call["path"])
        ]
        return min(fitting, key=lambda facts: len(facts["args"]))["command"]

    def check_call(self, expected, *more):
        """Runs it on a fresh account; what was sent, and what came back, are as they should be."""
        self.sandbox.hook("reset", "POST")
        out = self.succeed(*expected.arguments, *more)
        calls = self.sandbox.calls()
        self.assertTrue(calls, "nothing was sent")
        self.assert_sent(expected, calls[0])
        if expected.body is not None:
            self.assert_fits(expected.facts["command"], "request", expected.body)
        self.assert_valid(self.command_of(calls[-1]), out)

    def test_the_catalog_and_the_facts_know_the_same_commands(self):
        self.assertEqual(sorted(CATALOG), sorted(FACTS))
        listed = {one["command"] for one in json.loads(self.succeed("commands", "--json"))["commands"]}
        shown = {command for command, entry in CATALOG.items() if not entry.get("hidden")}
        self.assertEqual(sorted(shown - listed), [])

    def test_the_generator_knows_the_words_of_the_program(self):
        """So that the catalog cannot take them."""
        sys.path.insert(0, str(ROOT / "core" / "api"))
        self.addCleanup(sys.path.remove, str(ROOT / "core" / "api"))
        from generator import catalog, commands  # pylint: disable=import-outside-toplevel

        surface = json.loads(self.succeed("commands", "--json"))
        own = {words[0] for one in surface["commands"] if (words := one["words"])[0] not in {c.split()[0] for c in CATALOG}}
        self.assertEqual(own, catalog.PROGRAM_GROUPS)
        mixed = {one["command"] for one in surface["commands"]} - {*CATALOG}
        self.assertEqual({command for command in mixed if command.split()[0] not in own}, catalog.PROGRAM_COMMANDS)
        for one in surface["commands"]:
            if one["command"] in CATALOG:
                flags = {flag["name"] for flag in CATALOG[one["command"]].get("flags", [])}
                options = {option["name"]: option["type"] for option in [*surface["global_options"], *one["options"]]}
                injected = {name: kind for name, kind in options.items() if name not in flags and name != "filename"}
                known = {**dict.fromkeys(commands.SWITCHES, "switch"), **dict.fromkeys(commands.OPTIONS, "value")}
                self.assertEqual({}, {name: kind for name, kind in injected.items() if known.get(name) != kind}, one["command"])

    def test_help_fits_the_terminal(self):
        directories = {" ".join(command.split()[:depth]) for command in CATALOG for depth in range(1, len(command.split()))}
        for command in sorted({"", *directories, *CATALOG}):
            with self.subTest(command):
                lines = self.succeed(*command.split(), "--help").splitlines()
                self.assertGreater(len(lines), 2)
                self.assertEqual([line for line in lines if len(line) > COLUMNS], [])

    def test_schemas_are_json_schema_2020_12_and_describe_every_field(self):
        for command in CATALOG:
            for kind in ("request", "response"):
                schema = self.schema(command, kind)
                if schema is None:
                    continue
                with self.subTest(command, kind=kind):
                    self.assertEqual(schema["$schema"], "https://json-schema.org/draft/2020-12/schema")
                    jsonschema.Draft202012Validator.check_schema(schema)
                    text = json.dumps(schema)
                    for part in objects_in(schema):
                        self.assertNotIn("nullable", part)
                        if isinstance(part.get("discriminator"), dict):
                            self.assertNotIn("propertyName", part["discriminator"])
                        if isinstance(part.get("$ref"), str):
                            self.assertIn(part["$ref"].removeprefix("#/$defs/"), schema["$defs"])
                        for name, field in part.get("properties", {}).items() if "type" in part else ():
                            self.assertTrue(field["description"].strip(), name)
                    for name in schema.get("$defs", {}):
                        self.assertIn(f'"#/$defs/{name}"', text)

    def test_a_value_of_another_variant_does_not_fit(self):
        """So that the variants are told apart by a const."""
        schema = self.schema("video create", "request")
        self.assert_fits("video create", "request", VARIANTS["image"])
        for wrong in ({**VARIANTS["image"], "type": "avatar"}, {**VARIANTS["image"], "type": "other"}, {"type": None}):
            self.assertFalse(jsonschema.Draft202012Validator(schema).is_valid(wrong), wrong)

    def test_deprecated_flags_are_hidden_sent_and_warned_of(self):
        seen = 0
        for command, facts in FACTS.items():
            for flag in (flag for flag in facts["flags"] if flag.get("deprecated")):
                with self.subTest(command, flag=flag["name"]):
                    seen += 1
                    self.sandbox.hook("reset", "POST")
                    self.assertNotIn("--" + flag["name"], self.succeed(*command.split(), "--help"))
                    data = {name: DATA[name] for name in facts.get("data_only_required", [])}
                    ids = [IDS[name] for name in facts["args"]]
                    required = [part for one in facts["flags"] if one.get("required") for part in spelled(one, sample(one))]
                    value = sample(flag)
                    by_flag = self.run_it(*command.split(), *ids, *required, *spelled(flag, value), "-d", json.dumps(data))
                    data[flag["json_path"]] = value
                    by_data = self.run_it(*command.split(), *ids, *required, "-d", json.dumps(data))
                    for done, said in ((by_flag, f"`--{flag['name']}`"), (by_data, f"`{flag['json_path']}`")):
                        self.assertEqual(done.returncode, 0, done.stderr)
                        self.assertRegex(done.stderr, f"(?m)^Warning: .*{re.escape(said)} is deprecated")
                        self.assertEqual(done.stderr.count("deprecated"), 1, done.stderr)
                    self.assertEqual([call["sent"]["body"][flag["json_path"]] for call in self.sandbox.calls()], [value] * 2)
        self.assertEqual(seen, 6)

    def test_a_deprecated_field_deep_in_data_is_warned_of(self):
        batch = json.dumps({"video_translations": [{**TRANSLATION, "brand_voice_id": "glossary_123"}] * 2})
        done = self.run_it("video-translate", "batches", "create", "-d", batch)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr.count("`video_translations.brand_voice_id` is deprecated"), 1, done.stderr)

    def test_jobs_that_run_or_failed_fit_their_schemas(self):
        """With the name that makes a job fail; and in a sandbox in which no job ends."""
        name, look = "sandbox-fail", {"avatar_id": "look_123", "title": "sandbox-fail"}
        video, track = json.dumps({"video": LINK, "title": name}), json.dumps({**LIPSYNC, "title": name})
        recording, item = json.dumps({"audio": LINK}), {"type": "avatar", **look}
        creates = (
            ("video", "create", "-d", json.dumps(item)), ("video", "batches", "create", "-d", json.dumps({"videos": [item]})),
            ("lipsync", "create", "-d", track), ("lipsync", "batches", "create", "-d", json.dumps({"lipsyncs": [LIPSYNC]})),
            ("video-translate", "create", "-d", json.dumps({**TRANSLATION, "title": name})),
            ("video-translate", "proofreads", "create", "--title", name, "--output-languages", "German", "-d", video),
            ("ai-clipping", "create", "-d", video), ("background-removal", "create", "-d", video),
            ("filler-word-removal", "create", "-d", video), ("voice", "clone", "create", "--voice-name", name, "-d", recording),
            ("avatar", "create", "-d", json.dumps({**VARIANTS["prompt"], "name": name})),
            ("avatar", "create", "-d", json.dumps({**VARIANTS["digital_twin"], "name": name})),
            ("avatar", "looks", "create", "-d", json.dumps(VARIANTS["look_pack"])),
            ("model", "videos", "create", "-d", json.dumps({**VARIANTS["text_to_video"], "prompt": name})),
            ("model", "images", "create", "--model", "heygen-image-1", "-d", "pictures.json"),
            ("model", "audio", "voices", "create", "-d", json.dumps({**VARIANTS["instant"], "name": name})),
            ("video-agent", "create", "--prompt", name),
        )
        seen = {}
        running = Sandbox("--job-delay", "80000")
        self.addCleanup(running.stop)
        for sandbox in (self.sandbox, running):
            sandbox.hook("reset", "POST")
            with unittest.mock.patch.dict(self.home.env, sandbox.environment):
                for words in creates:
                    known = self.ids_in(json.loads(self.succeed(*words)))
                    self.assertTrue(known, words)
                    for command, facts in FACTS.items():
                        if facts["method"] != "GET" or len(facts["args"]) > 1 or command.split()[0] != words[0]:
                            continue
                        for one in known if facts["args"] else [None]:
                            done = self.run_it(*command.split(), *([one] if one else []))
                            if done.returncode == 0:
                                self.assert_valid(command, done.stdout)
                                seen.setdefault(command, set()).update(re.findall('"status":"(\\w+)"', done.stdout))
        for command in ("video get", "lipsync get", "video-translate get", "ai-clipping get", "background-removal get", "voice get",
                        "filler-word-removal get", "avatar looks get", "model videos get", "model audio voices get"):
            words = {word.lower() for word in seen[command]}
            self.assertIn("failed", words, command)
            self.assertTrue(words & {"pending", "processing", "pending_consent"}, (command, words))

    def ids_in(self, document):
        """All texts of members whose name ends in id or ids."""
        if isinstance(document, list):
            return [found for one in document for found in self.ids_in(one)]
        if not isinstance(document, dict):
            return []
        found = []
        for name, value in document.items():
            own = [value] if isinstance(value, str) else value if isinstance(value, list) else []
            found += [one for one in own if isinstance(one, str)] if re.search("(^|_)ids?$", name) else self.ids_in(value)
        return found

    def test_examples_run(self):
        for command, entry in CATALOG.items():
            with self.subTest(command):
                words = shlex.split(entry["example"])
                self.assertEqual(words[: 1 + len(command.split())], ["heygen", *command.split()])
                facts = self.facts_of(command)
                force = ["--force"] if facts.get("destructive") and "--force" not in words else []
                self.check_call(Expected.of_example(facts, words[1:]), *force)

    def test_every_flag_reaches_the_wire(self):
        for command in CATALOG:
            facts = self.facts_of(command)
            for variant in facts.get("variants", [None]):
                with self.subTest(command, variant=variant):
                    force = ["--force"] if facts.get("destructive") else []
                    self.check_call(Expected.of_everything(facts, variant), *force)

    def test_a_switch_that_is_off_reaches_the_wire_as_false(self):
        for command, facts in FACTS.items():
            flags = [flag for flag in facts["flags"] if flag["type"] == "bool"]
            if not flags:
                continue
            with self.subTest(command):
                self.sandbox.hook("reset", "POST")
                values = [IDS[name] for name in facts["args"]]
                off = [part for flag in flags for part in spelled(flag, False)]
                self.run_it(*command.split(), *values, "-d", "{}", *off)  # what is missing, the sandbox refuses
                call = self.sandbox.calls()[0]
                self.assertEqual(call["sent"]["body"], {flag["json_path"]: False for flag in flags})

    def test_ids_are_escaped_and_unknown_ones_refused(self):
        for command, facts in FACTS.items():
            if not facts["args"]:
                continue
            with self.subTest(command):
                self.sandbox.hook("reset", "POST")
                expected = Expected.of_everything(facts)
                expected.values = {name: ODD for name in facts["args"]}
                start = len(command.split())
                odd = [*expected.arguments[:start], *expected.values.values(), *expected.arguments[start + len(facts["args"]) :]]
                done = self.run_it(*odd, *(["--force"] if facts.get("destructive") else []))
                self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
                error = json.loads(done.stderr.splitlines()[-1])["error"]
                self.assertTrue(error["code"].endswith("_not_found"), error)
                self.assertEqual(self.sandbox.calls()[0]["path"], expected.path())

    def test_what_is_deleted_is_gone(self):
        for command, facts in FACTS.items():
            if not facts.get("destructive"):
                continue
            with self.subTest(command):
                self.sandbox.hook("reset", "POST")
                words = [*command.split(), *(IDS[name] for name in facts["args"]), "--force"]
                self.succeed(*words)
                done = self.run_it(*words)
                if command in REPEATABLE_DELETES:
                    self.assertEqual(done.returncode, 0, done.stderr)
                    done = self.run_it(*words[:-3], "get", words[-2])
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertIn("_not_found", done.stderr)


if __name__ == "__main__":
    unittest.main()
