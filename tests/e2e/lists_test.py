# SPDX-License-Identifier: Apache-2.0
"""Lists: --all over real pages, --jq, --fields."""

import json
import os
import pathlib
import re
import subprocess
import threading
import unittest

import pexpect
from support import HEYGEN, LIMIT_S, ROOT, WithService, eventually, processor_time, unsanitized

from service import Response

PATH = "/v3/videos"


def raw_response(body, status=200, headers=None):
    response = Response(status, None, headers)
    response.body = body.encode()
    return response


class Pages:
    """A list of `total` items behind a cursor. `hook` may answer in its place: called with the number of the request,
    from 0, and the request; None lets the list answer."""

    def __init__(self, total, hook=None, item=None, most=100):
        self.total, self.hook, self.most = total, hook, most
        self.item = item or (lambda i: json.dumps({"id": f"v{i}", "title": f"Video {i}", "status": "completed"}))
        self.asked = []

    def __call__(self, request):
        number = len(self.asked)
        self.asked.append(request.query)
        answer = self.hook(number, request) if self.hook else None
        return answer or self.answer(request)

    def answer(self, request):
        first = int(request.query.get("token", "t0")[1:])
        end = min(first + min(int(request.query.get("limit", 10)), self.most), self.total)
        items = ",".join(self.item(i) for i in range(first, end))
        more, token = ("true", f'"t{end}"') if end < self.total else ("false", "null")
        return raw_response(f'{{"data":[{items}],"has_more":{more},"next_token":{token}}}')


class Lists(WithService):
    def setUp(self):
        super().setUp()
        self.home.env["HEYGEN_API_KEY"] = "good-key"

    def pages(self, total, path=PATH, **options):
        pages = Pages(total, **options)
        self.service.routes[f"GET {path}"] = pages
        return pages

    def canned(self, *bodies, path=PATH):
        """One body a request; the last one for ever."""
        return self.pages(0, path, hook=lambda n, _: raw_response(bodies[min(n, len(bodies) - 1)]))

    def all(self, *options, **more):
        return self.assert_succeeds(self.run_heygen("video", "list", "--all", *options, **more))

    def broken(self, *options, env=None):
        """Fails with something on stdout, which is not a complete document."""
        done = self.start("video", "list", "--all", *options, env=env).finish()
        self.assertEqual(done.code, 1, done)
        self.assertNotEqual(done.out, "", done)
        self.assertFalse(done.out.endswith("\n"), done)
        with self.assertRaises(ValueError):
            json.loads(done.out)
        return done

    def ids(self, document):
        return [one["id"] for one in document["data"]]


class Whole(Lists):
    def test_one_page_is_the_response_itself(self):
        self.canned('{ "has_more" : false, "data" : [ {"n": 1.0} ], "next_token":null, "total" : 18446744073709551616 }')
        self.assertEqual(self.all().out, '{"has_more":false,"data":[{"n":1.0}],"next_token":null,"total":18446744073709551616}\n')

    def test_items_of_three_pages_keep_their_bytes_and_their_order(self):
        items = ['{"n":1.0,"e":1E+2}', '{"big":18446744073709551616,"s":"\\u00e9,]}\\""}', '["é",[],{}]', "null", '-0.50']
        self.canned(
            f'{{"data":[{items[0]},{items[1]}],"has_more":true,"next_token":"a\\"/ü","n":1}}',
            f'{{"data":[{items[2]}, {items[3]}],"has_more":true,"next_token":"b","n":2}}',
            f'{{"data":[{items[4]}],"has_more":false,"next_token":"stale","n":3}}',
        )
        self.assertEqual(self.all().out, f'{{"data":[{",".join(items)}],"has_more":false,"next_token":null,"n":1}}\n')
        self.assertEqual([r.query.get("token") for r in self.service.requests], [None, 'a"/ü', "b"])

    def test_paging_members_that_come_first_wait_for_the_items(self):
        self.canned(
            '{"has_more":true,"next_token":"a","x":{"data":1},"data":[1],"y":2}',
            '{"has_more":false,"next_token":null,"data":[2]}',
        )
        self.assertEqual(self.all().out, '{"x":{"data":1},"data":[1,2],"has_more":false,"next_token":null,"y":2}\n')

    def test_250_pages(self):
        pages = self.pages(24_950)
        self.assertEqual(self.ids(self.all().json()), [f"v{i}" for i in range(24_950)])
        self.assertEqual(len(pages.asked), 250)
        self.assertTrue(all(query["limit"] == "100" for query in pages.asked))

    def test_empty_pages_do_not_end_it(self):
        self.canned(
            '{"data":[],"has_more":true,"next_token":"a"}',
            '{"data":null,"has_more":true,"next_token":2}',
            '{"data":[7],"next_token":"c"}',
            '{"data":[8],"next_token":""}',
        )
        self.assertEqual(self.all().out, '{"data":[7,8],"has_more":false,"next_token":null}\n')
        self.canned('{"data":null,"has_more":false}')
        self.assertEqual(self.all().out, '{"data":[],"has_more":false}\n')

    def test_a_cursor_or_more_of_another_form_is_a_parse_error(self):
        for body in ({"data": ["x"], "has_more": "yes"}, {"data": ["x"], "next_token": {"a": 1}}, {"data": ["x"], "next_token": True}):
            with self.subTest(body):
                self.service.fault("/v3/videos", body=body)
                self.assert_fails(self.run_heygen("video", "list", "--all"), "cli_response_parse_error", 1)

    def test_a_first_page_without_any_list_is_a_parse_error(self):
        for body in ('{"note":"nothing here"}', '{"items":[]}', "[]", "3", '"x"', "null", '{"data":5}'):
            for more in ((), ("--jq", ".")):
                with self.subTest(body, more=more):
                    self.canned(body)
                    done = self.run_heygen("video", "list", "--all", *more)
                    self.assert_fails(done, "cli_response_parse_error", 1)
                    self.assertEqual(done.out, "")

    def test_it_starts_at_a_given_cursor(self):
        pages = self.pages(250)
        self.assertEqual(self.ids(self.all("--token", "t120").json()), [f"v{i}" for i in range(120, 250)])
        self.assertEqual([query["token"] for query in pages.asked], ["t120", "t220"])

    def test_other_flags_go_along_with_every_page(self):
        pages = self.pages(250)
        self.all("--title", "x&y")
        self.assertEqual([query["title"] for query in pages.asked], ["x&y"] * 3)

    def test_without_all_it_is_one_page(self):
        self.pages(250)
        done = self.run_heygen("video", "list", "--all=false")
        self.assertEqual((len(done.json()["data"]), done.json()["has_more"]), (10, True))

    def test_every_list_of_the_catalog(self):
        count = 0
        for file in sorted((ROOT / "core" / "api" / "catalog").glob("*.json")):
            for command in json.loads(file.read_text(encoding="utf-8")).get("commands", []):
                facts = command.get("pagination")
                if not facts:
                    continue
                count += 1
                with self.subTest(command["words"]):
                    self.check_list(command, facts)
        self.assertEqual(count, 25)

    def check_list(self, command, facts):
        path = re.sub(r"\{.*?\}", "id1", command["request"].split(" ")[1])
        required = [part for flag in command["flags"] if flag.get("required")
                    for part in ("--" + flag["name"], flag.get("choices", ["x"])[0])]

        def document(items, more, cursor):
            body = {"keep": 1}
            for name, value in ((facts["more"], more), (facts["items"], items), (facts["next"], cursor)):
                at = body
                *parents, last = name.split(".")
                for parent in parents:
                    at = at.setdefault(parent, {})
                at[last] = value
            return body

        pages = self.canned(json.dumps(document([1, 2], True, "c1")), json.dumps(document([3], False, None)), path=path)
        arguments = ["id1"] * len(command.get("arguments", []))
        done = self.run_heygen(*command["words"].split(), *arguments, *required, "--all")
        self.assertEqual(self.assert_succeeds(done).json(), document([1, 2, 3], False, None))
        self.assertEqual([query[facts["limit"]] for query in pages.asked], [str(facts["limit_max"])] * 2)
        self.assertEqual(pages.asked[1][facts["cursor"]], "c1")

    def test_the_old_words_of_a_command_have_it_too(self):
        self.pages(150, "/v3/brand-kits")
        done = self.assert_succeeds(self.run_heygen("brand-kit", "list", "--all"))
        self.assertEqual(len(done.json()["data"]), 150)


class Capped(Lists):
    def ends(self, document):
        return document["has_more"], document["next_token"]

    def test_no_more_is_asked_for_than_needed(self):
        pages = self.pages(1000)
        document = self.all("--limit", "250").json()
        self.assertEqual(self.ids(document), [f"v{i}" for i in range(250)])
        self.assertEqual([query["limit"] for query in pages.asked], ["100", "100", "50"])
        self.assertEqual(self.ends(document), (True, "t250"))

    def test_a_cap_of_one_page_or_less(self):
        for cap in (1, 99, 100):
            pages = self.pages(1000)
            document = self.all(f"--limit={cap}").json()
            self.assertEqual((len(document["data"]), len(pages.asked)), (cap, 1))
            self.assertEqual(self.ends(document), (True, f"t{cap}"))

    def test_a_cap_that_is_the_whole_or_above(self):
        for cap in ("250", "251", "9223372036854775807"):
            self.pages(250)
            document = self.all("--limit", cap).json()
            self.assertEqual((len(document["data"]), self.ends(document)), (250, (False, None)))

    def test_a_page_that_holds_more_than_asked_for_is_cut_and_says_so(self):
        self.canned('{"data":[1,2,3,4],"has_more":true,"next_token":"a"}')
        self.assertEqual(self.all("--limit", "3").out, '{"data":[1,2,3],"has_more":true,"next_token":null}\n')
        self.canned('{"data":[1,2,3,4],"has_more":false,"next_token":null}')
        self.assertEqual(self.all("--limit", "3").out, '{"data":[1,2,3],"has_more":true,"next_token":null}\n')

    def test_a_cap_below_one_is_refused_before_anything_is_sent(self):
        for cap in ("0", "-1", "x", "1.5"):
            self.assert_fails(self.run_heygen("video", "list", "--all", "--limit", cap), "usage_error", 2)
        self.assertEqual(self.service.requests, [])


class Broken(Lists):
    def test_nothing_is_printed_when_the_first_page_fails(self):
        for body in ("{", '{"data":{},"has_more":true,"next_token":"a"}', '{"has_more":true,"next_token":"a"}',
                     '{"data":[1],"has_more":true,"next_token":null}', '{"data":[1],"has_more":true}'):
            self.canned(body)
            done = self.run_heygen("video", "list", "--all")
            self.assertEqual(done.code, 1, done)
        self.assert_fails(done, "cli_response_parse_error", 1)
        self.service.fault(PATH, status=404, body={"error": {"code": "gone", "message": "No."}})
        self.assert_fails(self.run_heygen("video", "list", "--all"), "gone", 1)

    def test_a_later_page_that_fails_leaves_a_document_that_is_not_whole(self):
        def hook(number, _):
            return raw_response('{"error":{"code":"teapot","message":"No."}}', 418) if number == 2 else None

        self.pages(300, hook=hook)
        done = self.broken()
        self.assertEqual(done.error()["code"], "teapot")
        self.assertIn("200 items were written. Continue with --token t200", done.error()["hint"])
        self.assertEqual(done.out.count('"id"'), 200)

    def test_a_later_page_with_a_credential_error_keeps_its_exit_code(self):
        self.pages(300, hook=lambda n, _: raw_response("{}", 403) if n == 1 else None)
        done = self.start("video", "list", "--all").finish()
        self.assertEqual((done.code, done.error()["code"]), (3, "forbidden"), done)

    def test_a_cut_off_page_is_a_network_error(self):
        self.pages(300, hook=lambda n, _: self.service.fault(PATH, mode="truncate") if n == 0 else None)
        done = self.broken()
        self.assertEqual(done.error()["code"], "network_error")

    def test_cursors_that_repeat_end_it(self):
        for cursors in (["a", "a"], ["a", "b", "a"], ["a", "b", "c", "d", "b"]):
            self.canned(*(f'{{"data":[1],"has_more":true,"next_token":"{one}"}}' for one in cursors))
            done = self.broken()
            self.assertEqual(done.error()["code"], "cli_response_parse_error")
            self.assertIn("same cursor", done.error()["message"])
            self.assertEqual(done.out, '{"data":[' + ",".join("1" * (len(cursors) - 1)))
        self.canned('{"data":[1],"has_more":true,"next_token":"start"}')
        done = self.run_heygen("video", "list", "--all", "--token", "start")
        self.assert_fails(done, "cli_response_parse_error", 1)

    def test_a_later_page_without_list_ends_it(self):
        self.canned('{"data":[1],"has_more":true,"next_token":"a"}', '{"has_more":false}')
        self.assertIn("no list at 'data'", self.broken().error()["message"])

    def test_human_and_jq_output_print_nothing_unless_complete(self):
        self.pages(300, hook=lambda n, _: raw_response("{}", 418) if n % 3 == 2 else None)
        for option in ("--human", "--jq=."):
            done = self.start("video", "list", "--all", option).finish()
            self.assertEqual((done.code, done.out), (1, ""), done)

    def test_ctrl_c_between_two_pages(self):
        gate = threading.Event()
        self.addCleanup(gate.set)
        pages = self.pages(1000, hook=lambda n, _: self.service.fault(PATH, gate=gate) if n == 1 else None)
        running = self.start("video", "list", "--all")
        self.service.wait(lambda: len(pages.asked) == 3)
        running.interrupt()
        done = running.finish(10)
        self.assertEqual((done.code, done.error()["code"]), (1, "canceled"), done)
        self.assertIn("--token t200", done.error()["hint"])
        self.assertEqual(done.out.count('"id"'), 200)

    def test_a_reader_that_leaves_ends_it_quietly(self):
        self.pages(100_000)
        process = subprocess.Popen([str(HEYGEN), "video", "list", "--all"], env=self.home.env, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdout.read(100)
        process.stdout.close()
        error = process.stderr.read()
        process.stderr.close()
        self.assertEqual((process.wait(LIMIT_S), error), (1, b""))


class OnTheWay(Lists):
    def test_a_busy_service_is_asked_again(self):
        self.pages(300, hook=lambda n, _: raw_response("{}", 429, {"Retry-After": "0"}) if n == 1 else None)
        done = self.all(env={"HEYGEN_MAX_RETRIES": "1"})
        self.assertEqual(len(done.json()["data"]), 300)

    def test_a_token_that_expires_half_way_is_refreshed(self):
        del self.home.env["HEYGEN_API_KEY"]
        self.logged_in()

        def hook(number, request):
            if number == 1:
                self.service.expire()
            return None if self.service.state(request.bearer()) == "active" else raw_response("{}", 401)

        self.pages(300, hook=hook)
        self.assertEqual(len(self.all().json()["data"]), 300)
        self.assertEqual(len(self.service.refreshes()), 1)

    def test_items_are_there_before_the_next_page_is(self):
        gate = threading.Event()
        self.addCleanup(gate.set)
        self.pages(200, hook=lambda n, _: gate.wait(LIMIT_S) and None if n == 1 else None)
        process = subprocess.Popen([str(HEYGEN), "video", "list", "--all"], env=self.home.env, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(process.stdout.close)
        early = b""
        while b'"v99"' not in early:
            piece = os.read(process.stdout.fileno(), 65536)
            self.assertTrue(piece)
            early += piece
        gate.set()
        self.assertEqual(len(json.loads(early + process.stdout.read())["data"]), 200)
        self.assertEqual(process.wait(LIMIT_S), 0)

    @unsanitized
    def test_memory_does_not_grow_with_the_number_of_pages(self):
        def peak(count):
            peaks = []

            def hook(number, _):
                if number == count - 1:
                    # The last page is asked for: all others are written.
                    text = pathlib.Path(f"/proc/{running.process.pid}/status").read_text()
                    peaks.append(int(re.search(r"VmHWM:\s+(\d+) kB", text)[1]))

            page = ",".join(json.dumps({"id": f"v{i}", "title": "x" * 100}) for i in range(100))
            self.pages(0, hook=lambda n, r: hook(n, r) or raw_response(
                f'{{"data":[{page}],"has_more":{"false" if n == count - 1 else "true"},"next_token":"t{n}"}}'))
            running = self.start("video", "list", "--all")
            done = self.assert_succeeds(self.finish(running, 300))
            self.assertEqual(done.out.count('"id"'), 100 * count)
            return peaks[0]

        few, many = peak(10), peak(2000)
        print(f"peak memory: 10 pages {few} KiB, 2000 pages {many} KiB")
        self.assertLess(many, few + 1024)


class Shown(Lists):
    def test_all_is_one_table(self):
        self.pages(250)
        lines = self.all("--human").out.splitlines()
        self.assertEqual(lines[0].split(), ["ID", "Title", "Status", "Created", "At", "Duration"])
        self.assertEqual([line.split()[0] for line in lines[1:251]], [f"v{i}" for i in range(250)])

    def terminal(self, *arguments, into=None):
        settings = {**self.home.env, "TERM": "xterm"}
        command = f"'{HEYGEN}' " + " ".join(arguments) + (f" > '{into}'" if into else "")
        child = pexpect.spawn("/bin/sh", ["-c", command], env=settings, encoding="utf-8", timeout=LIMIT_S,
                              dimensions=(24, 80))
        self.addCleanup(child.close)
        return child

    def test_a_long_list_shows_its_progress_on_a_terminal(self):
        slow = threading.Event()
        self.pages(300, hook=lambda n, _: slow.wait(1.1) and None if n == 1 else None)
        child = self.terminal("video", "list", "--all", into=self.home.path / "out")
        child.expect_exact("Page 2, 200 items")
        child.expect_exact("\r\x1b[K")
        child.expect(pexpect.EOF)
        self.assertEqual(child.before.replace("\r", "").replace("\x1b[K", ""), "")
        self.assertEqual(len(json.loads((self.home.path / "out").read_text())["data"]), 300)

    def test_an_expression_at_work_is_told_on_a_terminal(self):
        child = self.terminal("config", "list", "--jq", "'last(range(1e9))'")
        child.expect("Waiting for the --jq expression")
        child.sendintr()
        child.expect("canceled")

    def test_on_a_terminal_nothing_of_an_item_commands_it(self):
        self.pages(2, most=1, item=lambda i: f'{{"id":"\u202e\u009b{i}"}}')
        child = self.terminal("video", "list", "--all")
        child.expect(pexpect.EOF)
        self.assertIn(r'[{"id":"\u202e\u009b0"},{"id":"\u202e\u009b1"}]', child.before)
        child = self.terminal("video", "list", "--all", "--jq", "'.data[].id'")
        child.expect(pexpect.EOF)
        self.assertNotIn("\u202e", child.before)
        self.assertNotIn("\u009b", child.before)

    def test_an_error_on_a_terminal_begins_a_line_of_its_own(self):
        self.pages(300, hook=lambda n, _: raw_response("{}", 418) if n == 1 else None)
        child = self.terminal("video", "list", "--all", "2>&1")
        child.expect(pexpect.EOF)
        self.assertIn('\r\n{"error":', child.before)


class Filtered(Lists):
    def jq(self, expression, *command, **more):
        return self.assert_succeeds(self.run_heygen(*(command or ("video", "list")), "--jq", expression, **more))

    def test_each_result_is_a_line_and_texts_come_without_quotes(self):
        self.pages(3)
        self.assertEqual(self.jq(".data[].id").out, "v0\nv1\nv2\n")
        self.assertEqual(self.jq("{n:.data|length}, null, .has_more, [.data[0].id]").out, '{"n":3}\nnull\nfalse\n["v0"]\n')
        self.assertEqual(self.jq("empty").out, "")
        self.assertEqual(self.jq(".data|length", "video", "list", "--all").out, "3\n")
        self.assertEqual(self.jq(".data[0].id").err, "")

    def test_a_wrong_expression_costs_no_request(self):
        self.pages(3)
        for wrong in (".data[", "nothing", "", "include \"x\"; ."):
            done = self.assert_fails(self.run_heygen("video", "list", "--jq", wrong), "usage_error", 2)
            self.assertIn("--jq", done.error()["message"])
        self.assertEqual(self.service.requests, [])

    def test_an_expression_that_fails_prints_nothing_but_the_error(self):
        self.pages(3)
        done = self.assert_fails(self.run_heygen("video", "list", "--jq", ".has_more, .data.id"), "error", 1)
        self.assertIn('Cannot index array with string "id"', done.error()["message"])
        self.assertEqual(len(done.err.splitlines()), 1)

    def test_one_ctrl_c_ends_a_step_without_end(self):
        self.pages(3)
        for expression in ("def f: f; f", "last(repeat(1))", "repeat(1)"):
            with self.subTest(expression=expression):
                before = len(self.service.requests)
                running = self.start("video", "list", "--jq", expression)
                self.service.wait(lambda: len(self.service.requests) > before)
                eventually(lambda: processor_time(running.process.pid) > 0.3, "an expression at work")
                running.interrupt()
                done = running.finish(10)
                self.assertEqual((done.code, done.out, done.error()["code"]), (1, "", "canceled"), done)

    def test_one_ctrl_c_ends_an_expression_of_any_command(self):
        for command in (("config", "list"), ("commands", "--json"), ("auth", "status"),
                        ("webhook", "endpoints", "create", "-d", '{"url":"https://x.test","events":[]}')):
            with self.subTest(command=command):
                running = self.start(*command, "--jq", "last(range(1e9))")
                eventually(lambda: processor_time(running.process.pid) > 0.3, "an expression at work")
                running.interrupt()
                done = running.finish(10)
                self.assertEqual((done.code, done.out, done.error()["code"]), (1, "", "canceled"))
                self.assertEqual('"method":"POST"' in done.err, "create" in command)
                self.assertEqual(len(done.err.splitlines()), 2 if "create" in command else 1)

    def test_what_a_request_made_is_not_lost_when_the_expression_fails(self):
        done = self.run_heygen("webhook", "endpoints", "create", "-d", '{"url":"https://x.test","events":[]}', "--jq", "error")
        self.assertEqual(done.code, 1)
        self.assertIn('"method":"POST"', done.err)

    def test_numbers_that_change_are_told_once(self):
        for number, after in (("9007199254740993", "9007199254740992"), ("1.0", "1"), ("1e2", "100")):
            self.canned(f'{{"data":[{number},{number}]}}')
            done = self.jq(".data[1]")
            self.assertEqual(done.out, after + "\n")
            self.assertEqual([line for line in done.err.splitlines() if line.startswith("Warning: --jq")],
                             done.err.splitlines())
            self.assertIn(f"{number} was printed as {after}", done.err)
            self.assertEqual(len(done.err.splitlines()), 1)

    def test_it_filters_everything_that_prints_json(self):
        self.assertEqual(self.jq(".data.username", "auth", "status").out, "ada\n")
        self.assertEqual(self.jq('.[]|select(.key=="output").value', "config", "list").out, "json\n")
        self.assertIn("oauth", self.jq(".. | .id? // empty", "provider", "list").out.splitlines())
        self.assertEqual(self.jq('.commands[]|select(.command=="video list").command', "commands").out, "video list\n")
        self.assertEqual(self.jq(".data.query.a", "api", "GET", "/v3/x", "--query", "a=b").out, "b\n")
        no_key = {"HEYGEN_API_KEY": ""}
        self.assertEqual(self.jq(".type", "video", "list", "--response-schema", env=no_key).out, "object\n")

    def test_it_sees_no_secret_of_the_environment(self):
        self.pages(1)
        (self.home.path / ".jq").write_text("def leak: 1;")
        self.assertEqual(self.jq("env.HEYGEN_API_KEY, $ENV.HEYGEN_API_KEY, env.HOME").out, "null\nnull\nnull\n")
        self.assert_fails(self.run_heygen("video", "list", "--jq", "leak"), "usage_error", 2)
        self.assert_fails(self.run_heygen("video", "list", "--jq", "input"), "error", 1)

    def test_it_asks_for_json_wherever_text_is_configured(self):
        self.pages(1)
        self.assertEqual(self.jq(".data[].id", env={"HEYGEN_OUTPUT": "human"}).out, "v0\n")
        self.assertEqual(self.jq(".data[].id", "video", "list", "--human=false").out, "v0\n")
        done = self.run_heygen("video", "list", "--human", "--jq", ".")
        self.assertEqual((done.code, done.out), (2, ""))

    def checked(self, done):
        # With --human errors are text.
        return done if "--human" in done.arguments else super().checked(done)

    def test_where_no_json_comes_by_a_note_says_so(self):
        done = self.assert_succeeds(self.run_heygen("completion", "bash", "--jq", "."))
        self.assertIn("no JSON", done.err)


class Picked(Lists):
    def checked(self, done):
        return done

    def fields(self, names, *command, **more):
        return self.run_heygen(*(command or ("video", "list")), "--human", "--fields", names, **more)

    def setUp(self):
        super().setUp()
        self.pages(2, item=lambda i: json.dumps({"id": f"v{i}", "owner": {"name": "Ada"} if i else {}, "title": "T"}))

    def test_columns_come_in_the_order_that_was_asked_for(self):
        done = self.assert_succeeds(self.fields("owner.name, id"))
        self.assertEqual(done.out, "Owner Name  ID\n-           v0\nAda         v1\n")
        again = self.run_heygen("video", "list", "--fields=owner.name", "--fields", "id", env={"HEYGEN_OUTPUT": "human"})
        self.assertEqual(again.out, done.out)
        self.assertEqual(self.fields("owner.name,id", "video", "list", "--all").out, done.out)

    def test_details_come_in_the_order_that_was_asked_for(self):
        self.service.routes[f"GET {PATH}/v1"] = lambda _: Response(
            200, {"data": {"id": "v1", "title": "T", "owner": {"name": "Ada", "id": 3}}})
        self.assertEqual(self.fields("title,owner,id", "video", "get", "v1").out,
                         "Title:  T\nOwner:\n  ID:    3\n  Name:  Ada\nID:     v1\n")

    def test_a_field_that_no_row_has_is_a_usage_error_that_names_what_there_is(self):
        done = self.fields("id,titel")
        self.assertEqual((done.code, done.out), (2, ""))
        self.assertIn("no field titel", done.err)
        self.assertIn("Did you mean 'title'? Fields: id, owner, title, owner.name", done.err)

    def test_what_a_request_made_is_shown_although_a_field_is_unknown(self):
        done = self.fields("method,nope", "webhook", "endpoints", "create", "-d", '{"url":"https://x.test","events":[]}')
        self.assertEqual(done.code, 0, done)
        self.assertEqual(done.out, "Method:  POST\nNope:    -\n")
        self.assertIn("Warning: There is no field nope", done.err)

    def test_json_has_no_columns(self):
        for options in (["--fields", "id"], ["--fields", "id", "--jq", "."], ["--fields", "id", "--human=false"]):
            done = self.run_heygen("video", "list", *options)
            self.assertEqual((done.code, done.out), (2, ""))
            self.assertIn("--human", done.error()["hint"] + done.error()["message"])
        self.assertEqual(self.fields("id,,title").code, 2)
        self.assertEqual(self.service.requests, [])

    def test_an_empty_list_has_nothing_to_miss(self):
        self.pages(0)
        self.assertEqual(self.fields("id").out, "Nothing found.\n")


if __name__ == "__main__":
    unittest.main()
