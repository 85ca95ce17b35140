# SPDX-License-Identifier: Apache-2.0
"""Many processes meet one expired token, and some of them are killed: one refresh, and never half of a file."""

import concurrent.futures
import random
import signal
import stat
import subprocess
import threading
import unittest

from support import HEYGEN, PAST, WithService
from service import TOKEN

MANY, KILLED_OF, ROUNDS, SAVES, SEED = 32, 16, 8, 40, 20240607


class Storm(WithService):
    def launch(self):
        return subprocess.Popen(
            [str(HEYGEN), "video", "list"],
            env=self.home.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def assert_file_is_whole(self):
        root = self.home.read()
        self.assertEqual(root["team"], {"keep": 12345678901234567890})
        self.assertEqual(stat.S_IMODE(self.home.file.stat().st_mode), 0o600)
        return root["oauth"]

    def test_32_processes_refresh_once(self):
        self.logged_in(PAST)
        gate = threading.Event()
        self.service.fault(TOKEN, gate=gate)  # the one refresh takes as long as it takes all of them to come
        processes = [self.launch() for _ in range(MANY)]
        self.service.wait(self.service.refreshes)
        gate.set()
        with concurrent.futures.ThreadPoolExecutor(MANY) as pool:
            ends = list(pool.map(lambda process: (process.communicate(timeout=60), process.returncode), processes))
        for (_, err), code in ends:
            self.assertEqual((code, err), (0, b""))
        self.assertEqual(len(self.service.refreshes()), 1)
        self.assertEqual(len(self.service.requests_to("/v3/videos")), MANY)
        self.assertEqual(self.service.state(self.assert_file_is_whole()["access_token"]), "active")

    def test_32_processes_that_are_refused_refresh_once(self):
        self.logged_in()
        self.service.expire()
        gate = threading.Event()
        self.service.fault(TOKEN, gate=gate)
        processes = [self.launch() for _ in range(MANY)]
        self.service.wait(self.service.refreshes)
        gate.set()
        for process in processes:
            _, err = process.communicate(timeout=60)
            self.assertEqual((process.returncode, err), (0, b""))
        self.assertEqual(len(self.service.refreshes()), 1)

    def test_processes_killed_at_random_leave_a_whole_file(self):
        chance, killed = random.Random(SEED), 0
        for number in range(ROUNDS):
            with self.subTest(round=number):
                self.logged_in(PAST)
                gate = threading.Event()
                self.service.fault(TOKEN, gate=gate)
                processes = [self.launch() for _ in range(KILLED_OF)]
                timers = [threading.Timer(0.05, gate.set)]  # the refresh happens amid the killing
                timers += [
                    threading.Timer(chance.random() * 0.1, process.kill)
                    for process in processes
                    if chance.random() < 0.5
                ]
                for timer in timers:
                    timer.start()
                for process in processes:
                    process.communicate(timeout=60)
                for timer in timers:
                    timer.join()
                self.assert_file_is_whole()
                # A rotation may be lost to a kill between the server's answer and the save: then 3, "log in again".
                codes = [process.returncode for process in processes]
                self.assertLessEqual(set(codes), {0, 3, -signal.SIGKILL})
                killed += codes.count(-signal.SIGKILL)
                after = self.run_heygen("video", "list")
                lost = self.service.state(self.home.read()["oauth"]["refresh_token"]) != "active"
                self.assertEqual(after.code, 3 if lost else 0, after)
        self.assertGreater(killed, 0)

    def test_one_killed_around_its_save_leaves_the_old_file_or_the_new_one(self):
        chance = random.Random(SEED)
        for number in range(SAVES):
            with self.subTest(number=number):
                self.logged_in(PAST)
                before = self.home.file.read_bytes()
                gate = threading.Event()
                self.service.fault(TOKEN, gate=gate)
                asked = len(self.service.refreshes())
                process = self.launch()
                self.service.wait(lambda: len(self.service.refreshes()) > asked)
                threading.Timer(chance.random() * 0.008, process.kill).start()
                gate.set()
                process.communicate(timeout=60)
                if self.home.file.read_bytes() != before:
                    self.assertEqual(self.service.state(self.assert_file_is_whole()["refresh_token"]), "active")
        self.logged_in(PAST)
        self.assert_succeeds(self.run_heygen("video", "list"))
        self.assert_no_litter()  # the next writer removes what killed ones left

    def assert_no_litter(self):
        self.assertEqual(
            {path.name for path in self.home.config.iterdir()},
            {"credentials", "credentials.lock", "refresh-oauth.lock"},
        )

    def test_nothing_is_left_beside_the_file_but_locks(self):
        self.logged_in(PAST)
        self.assert_succeeds(self.run_heygen("video", "list"))
        self.assert_no_litter()

    def test_logins_and_refreshes_at_once_leave_one_of_their_results(self):
        self.logged_in(PAST)
        logins = []
        for number in range(8):
            process = subprocess.Popen(
                [str(HEYGEN), "auth", "login", "--api-key"],
                env=self.home.env,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            process.stdin.write(b"good-key")
            process.stdin.close()
            process.stdin = None
            logins.append(process)
            logins.append(self.launch())
        for process in logins:
            _, err = process.communicate(timeout=60)
            self.assertIn(process.returncode, (0, 3), err)
        root = self.home.read()
        self.assertEqual(
            (root["api_key"], "oauth" in root, root["team"]), ("good-key", False, {"keep": 12345678901234567890})
        )


if __name__ == "__main__":
    unittest.main()
