# SPDX-License-Identifier: Apache-2.0
"""--wait against a real server: whatever ends it, the id of the job that was started is not lost."""

import contextlib
import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import threading
import time
import unittest

from support import HEYGEN, LIMIT_S, WithService, eventually, processor_time

from service import Response

CREATE = ("video", "create", "-d", '{"type":"new"}', "--wait")
JOB = "/v3/videos/v1"


CREATED = {"data": {"video_id": "v1"}}
TRANSLATE = ("video-translate", "create", "-d", '{"video":{}}', "--wait", "--output-languages")


class Stage(WithService):
    prints_before_it_fails = True

    def setUp(self):
        super().setUp()
        self.home.env["HEYGEN_API_KEY"] = "good-key"
        self.states = ["completed"]
        self.service.routes["POST /v3/videos"] = lambda _: Response(200, CREATED)
        self.service.routes["GET " + JOB] = self.job

    def secrets(self):
        return [*super().secrets(), "good-key"]

    def job(self, _):
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        return Response(200, {"data": {"id": "v1", "status": state}})

    def polls(self):
        return self.service.requests_to(JOB)

    def assert_names_job(self, done, printed=CREATED):
        """stdout holds the job, and the error says how to find it: in words, and as fields."""
        self.assertIn("`heygen video get v1`", done.error()["hint"], done)
        self.assertEqual(done.error()["job"], {"ids": ["v1"], "show": "heygen video get v1"}, done)
        self.assertEqual(done.json(), printed, done)

    def pending(self):
        return {"data": {"id": "v1", "status": "pending"}}

    def gate(self, path, **fault):
        gate = threading.Event()
        self.addCleanup(gate.set)
        self.service.fault(path, gate=gate, **fault)
        return gate


class Waiting(Stage):
    def test_the_last_response_is_the_result(self):
        self.states = ["pending", "completed"]
        done = self.assert_succeeds(self.run_heygen(*CREATE))
        self.assertEqual(done.json(), {"data": {"id": "v1", "status": "completed"}})
        self.assertEqual(done.err, "")
        self.assertEqual(len(self.polls()), 2)

    def test_a_poll_that_fails_in_passing_does_not_end_it(self):
        self.states = ["pending", "completed"]
        running = self.start(*CREATE)
        self.service.wait(lambda: len(self.polls()) == 1)
        self.service.fault(JOB, mode="reset")
        self.assertEqual(self.assert_succeeds(self.finish(running)).json()["data"]["status"], "completed")

    def test_when_the_service_is_gone_the_time_out_keeps_the_state(self):
        self.states = ["pending"]
        running = self.start(*CREATE, "--timeout", "5s")
        self.service.wait(lambda: len(self.polls()) == 1)
        self.service.fault(JOB, times=-1, mode="close")
        done = running.finish()
        self.assert_fails(done, "timeout", 4)
        self.assert_names_job(done, self.pending())

    def test_a_first_poll_that_fails_in_passing_does_not_end_it(self):
        for fault in ({"mode": "reset", "times": 2}, {"status": 502}, {"status": 404}, {"mode": "close"}, {"mode": "truncate"}):
            with self.subTest(fault):
                self.service.fault(JOB, **fault)
                done = self.assert_succeeds(self.run_heygen(*CREATE))
                self.assertEqual(done.json()["data"]["status"], "completed")

    def test_a_poll_that_fails_for_good_ends_it_with_the_job(self):
        for fault in ({"status": 401}, {"status": 400}, {"body": "no json"}, {"body": "<!doctype html>"}):
            with self.subTest(fault):
                self.service.fault(JOB, **fault)
                done = self.run_heygen(*CREATE)
                self.assertIn(done.code, (1, 3), done)
                self.assert_names_job(done)

    def test_a_status_that_is_not_text_ends_it_with_that_response(self):
        for body in ({"data": {}}, {"data": {"status": 3}}, {"data": {"status": None}}, {"data": {"status": {"a": "completed"}}}):
            with self.subTest(body):
                self.service.fault(JOB, body=body)
                done = self.assert_fails(self.run_heygen(*CREATE), "cli_response_parse_error", 1)
                self.assert_names_job(done, body)

    def test_an_unknown_final_status_ends_it(self):
        for state in ("canceled", "Expired", "rejected"):
            with self.subTest(state):
                self.states = [state]
                done = self.run_heygen(*CREATE)
                self.assertEqual(done.code, 1, done)
                self.assertIn(state, done.error()["message"])
                self.assert_names_job(done, {"data": {"id": "v1", "status": state}})

    def test_a_retry_after_of_a_poll_is_waited_for(self):
        self.service.fault(JOB, status=503, headers={"Retry-After": "3"})
        self.assert_succeeds(self.run_heygen(*CREATE))
        first, second = self.polls()
        self.assertGreaterEqual(second.at - first.at, 2.9)

    def test_a_retry_after_beyond_the_timeout_ends_it_with_the_time(self):
        self.service.fault(JOB, status=429, headers={"Retry-After": "3600"})
        done = self.run_heygen(*CREATE)
        self.assertEqual(done.code, 1, done)
        self.assertEqual(done.error()["retry_after"], 3600)
        self.assertIn("3600 seconds", done.error()["hint"])
        self.assert_names_job(done)

    def test_time_up_within_a_poll(self):
        self.gate(JOB)
        done = self.run_heygen(*CREATE, "--timeout", "1s")
        self.assert_fails(done, "timeout", 4)
        self.assert_names_job(done)

    def test_signals_at_every_stage_name_the_job(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            with self.subTest("between polls", number=number):
                self.states = ["pending"]
                seen = len(self.polls())
                running = self.start(*CREATE)
                self.service.wait(lambda seen=seen: len(self.polls()) == seen + 1)
                running.process.send_signal(number)
                done = self.finish(running)
                self.assert_fails(done, "canceled", 1)
                self.assert_names_job(done, CREATED if done.json() == CREATED else self.pending())
            with self.subTest("in a poll", number=number):
                gate, seen = self.gate(JOB), len(self.polls())
                running = self.start(*CREATE)
                self.service.wait(lambda seen=seen: len(self.polls()) == seen + 1)
                running.process.send_signal(number)
                done = self.finish(running)
                gate.set()
                self.assert_fails(done, "canceled", 1)
                self.assert_names_job(done)
            with self.subTest("while creating", number=number):
                gate, seen = self.gate("/v3/videos"), len(self.service.requests_to("/v3/videos"))
                running, polls = self.start(*CREATE), len(self.polls())
                self.service.wait(lambda seen=seen: len(self.service.requests_to("/v3/videos")) == seen + 1)
                running.process.send_signal(number)
                gate.set()
                done = self.finish(running)
                self.assert_fails(done, "canceled", 1)
                self.assert_names_job(done)
                self.assertEqual(len(self.polls()), polls)

    def test_a_service_that_does_not_answer_after_ctrl_c_is_left_with_advice(self):
        self.gate("/v3/videos")
        running = self.start(*CREATE)
        self.service.wait(lambda: self.service.requests_to("/v3/videos"))
        running.interrupt()
        done = self.assert_fails(self.finish(running), "canceled", 1)
        self.assertIn("may have taken effect", done.error()["hint"])
        self.assertIn("`heygen video list`", done.error()["hint"])
        self.assertEqual(done.error()["job"], {"ids": [], "show": "heygen video list"})
        self.assertLess(done.seconds, 20)

    def test_a_signal_that_comes_twice_at_once_is_one(self):
        """timeout(1) sends its signal to the process and to its group."""
        self.gate("/v3/videos")
        running = self.start(*CREATE)
        self.service.wait(lambda: self.service.requests_to("/v3/videos"))
        running.interrupt()
        running.interrupt()
        done = self.assert_fails(self.finish(running), "canceled", 1)
        self.assertEqual(len(done.err.splitlines()), 1)
        self.assertIn("may have taken effect", done.error()["hint"])

    def test_what_cannot_be_waited_for_is_not_sent(self):
        chat = ("video-agent", "create", "--prompt", "x", "--wait")
        for arguments in (
            (*TRANSLATE, "es,fr"),
            ("video-translate", "create", "--wait", "-d", '{"video":{},"output_languages":["es","fr"]}'),
            (*TRANSLATE, "es,fr", "--dry-run"),
            (*chat, "--mode", "chat"),
            (*chat, "-d", '{"mode":"chat"}'),
        ):
            with self.subTest(arguments):
                done = self.assert_fails(self.run_heygen(*arguments), "usage_error", 2)
                self.assertIn("--wait", done.error()["message"])
        self.assertEqual(self.service.requests, [])

    def test_several_jobs_are_printed_and_all_their_ids_told(self):
        created = {"data": {"video_translation_ids": ["t1", "t2"]}}
        self.service.routes["POST /v3/video-translations"] = lambda _: Response(200, created)
        done = self.assert_fails(self.run_heygen(*TRANSLATE, "es"), "batch_not_supported", 1)
        self.assertEqual(done.error()["job"]["ids"], ["t1", "t2"])
        self.assertIn("heygen video-translate get t2", done.error()["job"]["show"])
        self.assertEqual(done.json(), created)

    def test_a_session_without_a_video_is_printed_and_told(self):
        created = {"data": {"session_id": "s1", "video_id": None, "status": "thinking"}}
        self.service.routes["POST /v3/video-agents"] = lambda _: Response(200, created)
        done = self.run_heygen("video-agent", "create", "--prompt", "x", "--wait")
        self.assert_fails(done, "cli_response_parse_error", 1)
        self.assertEqual(done.error()["job"], {"ids": ["s1"], "show": "heygen video-agent get s1"})
        self.assertEqual(done.json(), created)

    def test_a_response_without_an_id_is_printed(self):
        created = {"video": {"key": "v1"}}
        self.service.routes["POST /v3/videos"] = lambda _: Response(200, created)
        done = self.assert_fails(self.run_heygen(*CREATE), "cli_response_parse_error", 1)
        self.assertEqual(done.json(), created)

    def run_into(self, where, *arguments):
        """Without a stdout that takes anything: a full disk, a reader that left, a closed descriptor."""
        redirect = {"full": ">/dev/full", "closed": ">&-", "left": ""}[where]
        reader, writer = os.pipe()
        os.close(reader)
        command = ["sh", "-c", f'exec "$@" {redirect}', "sh", str(HEYGEN), *arguments]
        done = subprocess.run(command, env=self.home.env, stdout=writer, stderr=subprocess.PIPE, text=True)
        os.close(writer)
        self.assertEqual(done.returncode, 1, done)
        return done

    def test_a_job_that_stdout_cannot_take_is_told_on_stderr(self):
        once = CREATE[:-1]
        raw = ("api", "POST", "/v3/videos", "-d", "{}")
        for arguments in (CREATE, once, (*CREATE, "--jq", ".data"), (*once, "--jq", ".data"), raw):
            for where in ("full", "closed", "left"):
                with self.subTest(arguments, where=where):
                    error = json.loads(self.run_into(where, *arguments).stderr)["error"]
                    self.assertEqual(error["code"], "cli_file_io_error")
                    self.assertEqual(error["job"], {"ids": ["v1"], "show": "heygen video get v1"})
                    self.assertIn("`heygen video get v1`", error["hint"])
        for arguments in ((*CREATE, "--human"), (*once, "--human")):
            self.assertIn("`heygen video get v1`", self.run_into("left", *arguments).stderr)

    def test_a_filter_that_fails_leaves_the_job_on_stdout(self):
        done = self.assert_fails(self.run_heygen(*CREATE, "--jq", ".data.status.x"), "error", 1)
        self.assertEqual(done.json()["data"]["status"], "completed")
        self.assertEqual(done.error()["job"]["ids"], ["v1"])

    def test_a_filter_without_end_leaves_the_job_on_stdout(self):
        running = self.start(*CREATE, "--jq", "last(range(1e9))")
        eventually(lambda: processor_time(running.process.pid) > 0.4, "an expression at work")
        running.interrupt()
        done = running.finish(10)
        self.assertEqual((done.code, done.error()["code"]), (1, "canceled"), done)
        self.assertEqual(done.json()["data"]["status"], "completed")

    def test_several_jobs_that_stdout_cannot_take_are_told_on_stderr(self):
        created = {"data": {"video_translation_ids": ["t1", "t2"]}}
        self.service.routes["POST /v3/video-translations"] = lambda _: Response(200, created)
        arguments = ("video-translate", "create", "-d", '{"video":{},"output_languages":["es","fr"]}')
        self.assertEqual(json.loads(self.run_into("left", *arguments).stderr)["error"]["job"]["ids"], ["t1", "t2"])

    def test_an_error_that_stdout_cannot_take_the_job_of_keeps_its_code(self):
        self.service.fault(JOB, status=400)
        error = json.loads(self.run_into("left", *CREATE).stderr)["error"]
        self.assertEqual(error["code"], "validation_error")
        self.assertEqual(error["job"]["ids"], ["v1"])

    def test_a_reader_that_left_a_reading_command_is_left_quietly(self):
        """As after `| head`, with the exit code of SIGPIPE."""
        for arguments in (("video", "list"), ("video", "list", "--human"), ("commands", "--json"), ("--help",)):
            with self.subTest(arguments):
                self.assertEqual(self.run_into("left", *arguments).stderr, "")

    def test_a_response_to_the_creation_that_cannot_be_read_is_printed_as_it_came(self):
        for body in ("<!doctype html>", '{"data":{"video_id":"v1"},}', '{"data":{"video_id":"v1"}} x', b"\x1f\x8b\x08"):
            for options in ((), ("--jq", ".")):
                with self.subTest(body=body, options=options):
                    self.service.fault("/v3/videos", body=body)
                    done = self.run_heygen(*CREATE, *options)
                    self.assert_fails(done, "cli_response_parse_error", 1)
                    expected = body if isinstance(body, str) else body.decode(errors="replace")
                    self.assertEqual(done.out, expected + "\n")

    def test_a_response_to_the_creation_that_is_cut_short_is_printed_as_far_as_it_came(self):
        self.service.fault("/v3/videos", mode="truncate", body=CREATED)
        done = self.assert_fails(self.run_heygen(*CREATE), "network_error", 1)
        self.assertTrue(json.dumps(CREATED).startswith(done.out.rstrip("\n")) and done.out.strip(), done)
        self.assertIn("may have taken effect", done.error()["hint"])

    def test_a_response_to_the_creation_that_is_too_large_is_printed_whole(self):
        large = {"data": {"video_id": "v1", "pad": "x" * (5 << 20)}}
        self.service.fault("/v3/videos", body=large)
        done = self.run_heygen(*CREATE, env={"HEYGEN_RESPONSE_LIMIT": "1"})
        self.assert_fails(done, "cli_response_parse_error", 1)
        self.assertEqual(done.json(), large)
        self.assertEqual(done.error()["job"]["ids"], ["v1"])

    def test_the_id_in_a_response_that_is_cut_short_is_in_the_error(self):
        for arguments in (CREATE, CREATE[:-1], (*CREATE[:-1], "--jq", ".")):
            self.service.fault("/v3/videos", body='{"data":{"video_id":"v1","status":"pen')
            done = self.run_heygen(*arguments)
            self.assert_fails(done, "cli_response_parse_error", 1)
            self.assertEqual(done.error()["job"], {"ids": ["v1"], "show": "heygen video get v1"})

    def test_a_stopped_process_asks_once_more_before_its_timeout_counts(self):
        self.states = ["pending"]
        running = self.start(*CREATE, "--timeout", "2s")
        self.service.wait(lambda: len(self.polls()) == 1)
        running.process.send_signal(signal.SIGSTOP)
        until = time.monotonic() + 2.5
        eventually(lambda: time.monotonic() > until, "the end of --timeout")
        self.states = ["completed"]
        running.process.send_signal(signal.SIGCONT)
        self.assertEqual(self.assert_succeeds(self.finish(running)).json()["data"]["status"], "completed")

    def test_a_token_that_ends_meanwhile_is_refreshed(self):
        del self.home.env["HEYGEN_API_KEY"], self.service.routes["GET " + JOB]
        self.logged_in()
        self.service.canned["GET " + JOB] = Response(200, {"data": {"id": "v1", "status": "pending"}})
        running = self.start(*CREATE, "--verbose")
        self.service.wait(lambda: len(self.polls()) == 1)
        self.service.expire()
        self.service.canned["GET " + JOB] = Response(200, {"data": {"id": "v1", "status": "completed"}})
        done = self.assert_succeeds(self.finish(running))
        self.assertEqual(done.json()["data"]["status"], "completed")
        self.assertEqual(len(self.service.refreshes()), 1)
        self.assertIn("refreshing", done.err)
        self.assertIn("> POST " + self.service.url + "/v1/oauth/token", done.err)


class OnATerminal(Stage):
    def screen(self, columns, *arguments, interrupt=None):
        """Exit code, stdout, and what stderr drew on a terminal of that width."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        process = subprocess.Popen(
            [str(HEYGEN), *CREATE, *arguments],
            env=self.home.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=slave, process_group=0,
        )  # fmt: skip
        os.close(slave)
        drawn = b""
        with contextlib.suppress(OSError):  # EIO: the other end is closed
            while piece := os.read(master, 4096):
                drawn += piece
                if interrupt and re.search(interrupt, drawn):
                    process.send_signal(signal.SIGINT)
                    interrupt = None
        os.close(master)
        out = process.stdout.read().decode()
        process.stdout.close()
        return process.wait(LIMIT_S), out, drawn.decode()

    def test_one_line_tells_state_and_time_each_second_and_goes(self):
        self.states = ["pending", "in the queue", "completed"]
        code, out, drawn = self.screen(60)
        self.assertEqual(code, 0, drawn)
        self.assertEqual(json.loads(out)["data"]["status"], "completed")
        lines = drawn.split("\r\x1b[K")
        self.assertNotIn("\n", drawn)
        self.assertEqual(lines[0], "")
        self.assertEqual(lines[-1], "", "the line was left")
        times = [re.search(r"(\w[\w ]*), (\d+)s \(Ctrl-C stops it\)$", line) for line in lines]
        seconds = {int(found[2]) for found in times if found}
        self.assertGreaterEqual(len(seconds), 3, lines)  # a busy machine may skip one
        self.assertTrue(any("v1: pending, " in line for line in lines), lines)
        self.assertTrue(any("v1: in the queue, " in line for line in lines), lines)

    def test_the_line_is_never_wider_than_the_terminal_and_foreign_text_is_harmless(self):
        self.states = ["wartend 等待中 \x1b[2J\u202e" * 8, "completed"]
        code, _, drawn = self.screen(40)
        self.assertEqual(code, 0, drawn)
        for line in drawn.split("\r\x1b[K"):
            self.assertNotIn("\x1b", line)
            self.assertNotIn("\u202e", line)
            self.assertLess(sum(2 if ord(char) > 0x2E80 else 1 for char in line), 40, line)

    def test_ctrl_c_takes_the_line_away_first(self):
        self.states = ["pending"]
        code, out, drawn = self.screen(80, interrupt=rb"pending, \d")
        self.assertEqual((code, json.loads(out)), (1, self.pending()), drawn)
        last = drawn.replace("^C", "").split("\r\x1b[K")[-1]
        self.assertEqual(json.loads(last)["error"]["code"], "canceled")
        self.assertIn("heygen video get v1", last)


if __name__ == "__main__":
    unittest.main()
