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
import unittest

from support import HEYGEN, LIMIT_S, WithService

from service import Response

CREATE = ("video", "create", "-d", '{"type":"new"}', "--wait")
JOB = "/v3/videos/v1"


class Stage(WithService):
    def setUp(self):
        super().setUp()
        self.home.env["HEYGEN_API_KEY"] = "good-key"
        self.states = ["completed"]
        self.service.routes["POST /v3/videos"] = lambda _: Response(200, {"data": {"video_id": "v1"}})
        self.service.routes["GET " + JOB] = self.job

    def secrets(self):
        return [*super().secrets(), "good-key"]

    def job(self, _):
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        return Response(200, {"data": {"id": "v1", "status": state}})

    def polls(self):
        return self.service.requests_to(JOB)

    def assert_names_job(self, done):
        self.assertIn("`heygen video get v1`", done.error()["hint"], done)

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
        self.assertEqual(json.loads(done.out)["data"]["status"], "pending")
        self.assert_names_job(done)

    def test_a_first_poll_that_fails_ends_it_with_the_id(self):
        for fault, code in (({"mode": "reset", "times": 2}, "network_error"), ({"status": 500}, "unclassified_server_error"),
                            ({"status": 404}, "not_found"), ({"body": "no json"}, "error")):  # fmt: skip
            with self.subTest(fault):
                self.service.fault(JOB, **fault)
                done = self.run_heygen(*CREATE)
                self.assert_fails(done, code, 1)
                self.assert_names_job(done)

    def test_time_up_within_a_poll(self):
        self.gate(JOB)
        done = self.run_heygen(*CREATE, "--timeout", "1s")
        self.assert_fails(done, "timeout", 4)
        self.assert_names_job(done)

    def test_signals_at_every_stage_name_the_job(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest("between polls", number=number):
                self.states = ["pending"]
                seen = len(self.polls())
                running = self.start(*CREATE)
                self.service.wait(lambda seen=seen: len(self.polls()) == seen + 1)
                running.process.send_signal(number)
                done = self.finish(running)
                self.assert_fails(done, "canceled", 1)
                self.assert_names_job(done)
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
        self.assertIn("may have started", done.error()["hint"])
        self.assertLess(done.seconds, 20)

    def test_of_a_batch_all_ids_are_told(self):
        ids = ["t1", "t2", "t3"]
        self.service.routes["POST /v3/video-translations"] = lambda _: Response(200, {"data": {"video_translation_ids": ids}})
        done = self.run_heygen("video-translate", "create", "-d", '{"video":{}}', "--output-languages", "es,fr,de", "--wait")
        self.assert_fails(done, "batch_not_supported", 1)
        self.assertIn("t1, t2, t3", done.error()["hint"])

    def test_an_id_in_the_wrong_place_is_still_told(self):
        self.service.routes["POST /v3/videos"] = lambda _: Response(200, {"video": {"key": "v1"}})
        done = self.assert_fails(self.run_heygen(*CREATE), "cli_response_parse_error", 1)
        self.assertIn('"v1"', done.error()["hint"])

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
        times = [re.search(r"(\w[\w ]*), (\d+)s$", line) for line in lines]
        seconds = {int(found[2]) for found in times if found}
        self.assertLessEqual({1, 2, 3}, seconds, lines)
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
        self.assertEqual((code, out), (1, ""), drawn)
        last = drawn.replace("^C", "").split("\r\x1b[K")[-1]
        self.assertEqual(json.loads(last)["error"]["code"], "canceled")
        self.assertIn("heygen video get v1", last)


if __name__ == "__main__":
    unittest.main()
