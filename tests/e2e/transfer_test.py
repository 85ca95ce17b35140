# SPDX-License-Identifier: Apache-2.0
"""Uploads and downloads through nginx, over lines that break, and from servers that misbehave.

HEYGEN_TRANSFER_MIB is the size of the large file (default 128): 2048 is what the constant memory is promised for.
"""

import hashlib
import json
import os
import pathlib
import random
import subprocess
import tempfile
import time
import unittest

import pexpect
from support import FUTURE, Done, EndToEnd, Home, Running, certificates, eventually, may_mount
from service import Response, Service
from webserver import Cutter, FileServer, Nginx

MIB = 1 << 20
LARGE = int(os.environ.get("HEYGEN_TRANSFER_MIB", "128")) * MIB
SMALL = 2 * MIB
ALLOWED_GROWTH_KIB = 2048
KEY = "good-key"


def sparse(path, size):
    """A file that takes little room on disk and is yet nowhere like itself shifted."""
    dice = random.Random(size)
    with open(path, "wb") as file:
        file.truncate(size)
        for at in range(0, size, max(size // 64, 1)):
            file.seek(at + dice.randrange(min(size // 64, 4096)))
            file.write(dice.randbytes(max(min(4096, size - file.tell()), 0)))


def digest(path, start=0, end=None):
    left = (path.stat().st_size if end is None else end) - start
    total = hashlib.sha256()
    with open(path, "rb") as file:
        file.seek(start)
        while left > 0 and (piece := file.read(min(MIB, left))):
            total.update(piece)
            left -= len(piece)
    return total.hexdigest()


def body_of(path):
    """Where the one part of a multipart body begins and ends in the file that holds it."""
    with open(path, "rb") as file:
        head = file.read(4096)
        start = head.index(b"\r\n\r\n") + 4
        boundary = head[: head.index(b"\r\n")]
        end = path.stat().st_size - len(b"\r\n" + boundary + b"--\r\n")
        file.seek(end)
        assert file.read() == b"\r\n" + boundary + b"--\r\n"
    return head[:start], start, end


class Transfers(EndToEnd):
    """With a service behind nginx, and a video whose link leads to `link`."""

    def setUp(self):
        super().setUp()
        self.service = self.enterContext(Service())
        self.home.env.update(HEYGEN_API_KEY=KEY, HEYGEN_MAX_RETRIES="0", HEYGEN_ALLOW_HTTP="1")
        self.home.env["HEYGEN_API_BASE"] = self.service.url
        self.work = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="heygen-transfer-")))
        self.target = self.work / "film.mp4"
        self.part = self.work / ".film.mp4.heygen-part"

    def secrets(self):
        return [KEY, "SIGNATURE"]

    def nginx(self, tls=False):
        server = tempfile.TemporaryDirectory(prefix="heygen-nginx-")
        self.addCleanup(server.cleanup)
        pair = (certificates() / "server.pem", certificates() / "server.key") if tls else None
        nginx = self.enterContext(Nginx(server.name, self.service.port, pair))
        self.home.env.update(HEYGEN_API_BASE=nginx.url, SSL_CERT_FILE=str(certificates() / "ca.pem"))
        return nginx

    def link(self, url, **others):
        video = {"id": "v1", "status": "completed", "video_url": url + "?sig=SIGNATURE", **others}
        self.service.canned["GET /v3/videos/v1"] = Response(200, {"data": video})

    def command(self, *more):
        return ("video", "download", "v1", "--output-path", str(self.target), *more)

    def left(self):
        return sorted(path.name for path in self.work.iterdir())

    def measured(self, *arguments, seconds=300):
        """The highest memory in KiB of a run that succeeds. `time` is small when it forks: what the child had before
        it became heygen does not count."""
        peak = self.work / "peak"
        done = self.run_heygen(
            *arguments, prefix=("/usr/bin/time", "-q", "-f", "%M", "-o", str(peak)), seconds=seconds
        )
        self.assert_succeeds(done)
        kib = int(peak.read_text().split()[-1])
        peak.unlink()
        return kib


class Large(Transfers):
    def receive(self, request):
        path = pathlib.Path(request.headers["X-Body-File"])
        head, start, end = body_of(path)
        self.received = head, end - start, digest(path, start, end)
        path.unlink()
        return Response(200, {"data": {"asset_id": "as1"}})

    def check(self, tls):
        nginx = self.nginx(tls)
        self.service.routes["POST /v3/assets"] = self.receive
        peaks, took = {}, {}
        for size in (SMALL, LARGE):
            file = nginx.directory / "files" / f"{size}.mp4"
            sparse(file, size)
            expected = digest(file)
            began = time.monotonic()
            peaks["up", size] = self.measured("asset", "create", "--file", str(file))
            took["up", size] = time.monotonic() - began
            self.assertEqual(self.received[1:], (size, expected))
            self.link(f"{nginx.url}/files/{file.name}")
            began = time.monotonic()
            peaks["down", size] = self.measured(*self.command("--force"))
            took["down", size] = time.monotonic() - began
            self.assertEqual(digest(self.target), expected)
            file.unlink()
        for way in ("up", "down"):
            small, large = peaks[way, SMALL], peaks[way, LARGE]
            report = f"{way} {LARGE // MIB} MiB, tls={tls}: {large} KiB ({small} KiB for 2 MiB), {took[way, LARGE]:.1f} s"
            print(report)
            self.assertLessEqual(large - small, ALLOWED_GROWTH_KIB, report)
        self.assertEqual(self.left(), ["film.mp4"])

    def test_memory_does_not_grow_with_the_file_over_http(self):
        self.check(tls=False)

    def test_memory_does_not_grow_with_the_file_over_tls(self):
        self.check(tls=True)


class Uploads(Transfers):
    def setUp(self):
        super().setUp()
        self.server = self.nginx()
        self.bodies = []
        self.service.routes["POST /v3/assets"] = self.receive
        self.file = self.work / "a.mp4"
        sparse(self.file, 8 * MIB)

    def receive(self, request):
        path = pathlib.Path(request.headers["X-Body-File"])
        head, start, end = body_of(path)
        self.bodies.append((head.decode(), path.read_bytes()[start:end]))
        path.unlink()
        return Response(200, {"data": {"asset_id": "as1"}})

    def test_stdin_is_a_file_without_a_name(self):
        text = "from a pipe\r\n--" * 100_000
        self.assert_succeeds(self.run_heygen("asset", "create", "--file", "-", stdin=text))
        for more in ((), ("--dry-run",), ("--filename", "n.txt")):
            done = self.assert_fails(self.run_heygen("asset", "create", "--file", "", *more), "usage_error", 2)
            self.assertIn("--file is empty", done.error()["message"])
        self.assert_succeeds(self.run_heygen("asset", "create", "--file", "-", "--filename", "n.txt", stdin=text))
        (first, body), (second, again) = self.bodies
        self.assertEqual((body, again), (text.encode(), text.encode()))
        self.assertIn('filename="stdin"', first)
        self.assertIn('filename="n.txt"', second)

    def test_a_redirected_file_is_sent_from_its_offset(self):
        with open(self.file, "rb") as file:
            file.seek(1000)
            done = subprocess.run(
                [self.home.program, "asset", "create", "--file", "-"], stdin=file, env=self.home.env, capture_output=True
            )
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual(self.bodies[0][1], self.file.read_bytes()[1000:])

    def test_a_file_that_hides_its_size_is_sent_whole(self):
        self.assert_succeeds(self.run_heygen("asset", "create", "--file", "/proc/version"))
        self.assertEqual(self.bodies[0][1], pathlib.Path("/proc/version").read_bytes())

    def test_a_named_pipe_is_read_to_its_end(self):
        pipe = self.work / "pipe"
        os.mkfifo(pipe)
        running = self.start("asset", "create", "--file", str(pipe))
        with open(self.file, "rb") as source, open(pipe, "wb") as sink:
            sink.write(source.read())
        self.assert_succeeds(self.finish(running))
        self.assertEqual(self.bodies[0][1], self.file.read_bytes())

    def test_a_refusal_on_the_way_is_what_is_reported(self):
        large = self.work / "large"
        sparse(large, 64 * MIB)
        for tls in (False, True):
            server = self.nginx(tls)
            for base, code, exit_code in ((server.limited, "payload_too_large", 1), (server.refusing, "unauthorized", 3)):
                with self.subTest(base=base):
                    done = self.run_heygen("asset", "create", "--file", str(large), env={"HEYGEN_API_BASE": base})
                    self.assert_fails(done, code, exit_code)
                    self.assert_fails(self.upload_through_pipe(large, base), code, exit_code)

    def upload_through_pipe(self, file, base):
        with subprocess.Popen(["cat", str(file)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as cat:
            done = subprocess.run(
                [self.home.program, "asset", "create", "--file", "-"],
                stdin=cat.stdout,
                env={**self.home.env, "HEYGEN_API_BASE": base},
                capture_output=True,
                text=True,
                timeout=60,
            )
            cat.stdout.close()
        return self.checked(Done(["asset", "create"], done.returncode, done.stdout, done.stderr, 0))

    def test_a_body_from_a_pipe_is_not_sent_twice(self):
        tokens = self.service.mint()
        self.home.write_oauth(tokens, FUTURE)
        del self.home.env["HEYGEN_API_KEY"]
        self.home.env.update(self.service.environment(), HEYGEN_API_BASE=self.server.refusing, HEYGEN_MAX_RETRIES="2")
        done = self.run_heygen("asset", "create", "--file", "-", stdin="x" * 100_000)
        self.assert_fails(done, "unauthorized", 3)
        self.assertIn("was not resent", done.error()["hint"])
        self.assertEqual(self.service.refreshes(), [])

    def test_the_bar_is_for_terminals_and_leaves_nothing(self):
        self.assertEqual(self.run_heygen("asset", "create", "--file", str(self.file)).err, "")
        film = self.server.directory / "files" / "slow.mp4"
        sparse(film, 8 * MIB)
        self.link(f"{self.server.url}/slow/slow.mp4")
        for columns in (100, 40):
            screen = pexpect.spawn(
                str(self.home.program),
                list(self.command("--force")),
                env=self.home.env,
                dimensions=(10, columns),
                timeout=40,
                encoding="utf-8",
            )
            text = screen.read()
            screen.close()
            self.assertEqual(screen.exitstatus, 0, text)
            lines = text.split("\r\x1b[K")
            self.assertEqual(lines[0], "")
            self.assertTrue(lines[-1].startswith('{"'), lines[-1])
            self.assertRegex(text, r"\d+ %.* MB/s  0:0\d left")
            self.assertLess(max(map(len, lines[1:-1])), columns, lines)


class Broken(Transfers):
    def setUp(self):
        super().setUp()
        self.server = self.nginx()
        self.home.env["HEYGEN_API_BASE"] = self.service.url  # the API's own line holds
        self.film = self.server.directory / "files" / "film.mp4"
        sparse(self.film, 24 * MIB)
        self.line = self.enterContext(Cutter(self.server.port, seed=20))
        self.link(f"http://127.0.0.1:{self.line.port}/files/film.mp4")

    def cut(self, times):
        self.line.cuts += [self.line.random.randrange(1000, MIB // 2) for _ in range(times)]

    def interrupt(self):
        """A run that the user stops as soon as the connection drops."""
        before = self.line.done
        self.cut(4)  # on a busy machine the run may try again before it is stopped
        running = self.start(*self.command())
        self.line.wait(before + 1)
        running.interrupt()
        self.assertEqual(self.finish(running).code, 1)
        self.line.cuts.clear()
        self.assertEqual(self.left(), [".film.mp4.heygen-part", ".film.mp4.heygen-part.json"])

    def test_twenty_breaks_later_it_is_the_same_file(self):
        self.cut(4)
        done = self.assert_fails(self.run_heygen(*self.command()), "cli_download_interrupted", 1)
        self.assertIn("kept", done.error()["hint"])
        for _ in range(15):
            size = self.part.stat().st_size
            self.interrupt()
            self.assertGreaterEqual(self.part.stat().st_size, size)
        self.assertFalse(self.target.exists())
        self.cut(1)
        self.assert_succeeds(self.run_heygen(*self.command()))
        self.assertGreaterEqual(self.line.done, 20)
        self.assertEqual(digest(self.target), digest(self.film))
        self.assertEqual(self.left(), ["film.mp4"])

    def test_stdout_gets_it_complete(self):
        self.cut(2)
        with open(self.work / "out", "wb") as out:
            done = subprocess.run(
                [self.home.program, "video", "download", "v1", "--output-path", "-"],
                env=self.home.env,
                stdout=out,
                stderr=subprocess.PIPE,
                timeout=60,
            )
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual(digest(self.work / "out"), digest(self.film))
        self.assertEqual(self.left(), ["out"])

    def test_a_reader_that_leaves_ends_it_quietly(self):
        with subprocess.Popen(
            [self.home.program, "video", "download", "v1", "--output-path", "-"],
            env=self.home.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as running:
            running.stdout.read(10)
            running.stdout.close()
            self.assertEqual(running.stderr.read(), b"")

    def slow_run(self):
        """One that has begun to write and does not end soon."""
        self.link(f"{self.server.url}/slow/film.mp4")
        running = self.start(*self.command())
        eventually(lambda: self.part.exists() and self.part.stat().st_size > 0, "bytes in the part")
        return running

    def stop(self, running):
        running.interrupt()
        done = self.assert_fails(self.finish(running), "canceled", 1)
        self.assertIn("resume", done.error()["hint"])
        self.link(f"{self.server.url}/files/film.mp4")

    def test_a_file_that_changed_between_runs_is_fetched_anew(self):
        self.stop(self.slow_run())
        sparse(self.film, 24 * MIB + 1)
        self.assert_succeeds(self.run_heygen(*self.command()))
        self.assertEqual(digest(self.target), digest(self.film))
        self.assertEqual(self.left(), ["film.mp4"])

    def test_two_at_once_do_not_share_a_part(self):
        first = self.slow_run()
        self.assert_fails(self.run_heygen(*self.command()), "cli_file_io_error", 1)
        self.stop(first)
        self.assert_succeeds(self.run_heygen(*self.command()))
        self.assertEqual(digest(self.target), digest(self.film))


class Misbehaving(Transfers):
    CONTENT = random.Random(7).randbytes(300_000)

    @classmethod
    def setUpClass(cls):
        """A server that stalls is given half a minute, during which the other tests run."""
        super().setUpClass()
        cls.stalling, cls.stalled_home, service = FileServer(cls.CONTENT), Home(), Service()
        cls.stalling.script = [{"stall": 1000, "headers": {"Accept-Ranges": None}}]
        service.canned["GET /v3/videos/v1"] = Response(
            200, {"data": {"status": "completed", "video_url": cls.stalling.url + "/f"}}
        )
        cls.stalled_home.env.update(HEYGEN_API_KEY=KEY, HEYGEN_ALLOW_HTTP="1", HEYGEN_API_BASE=service.url)
        cls.stalled = Running(
            cls.stalled_home.program,
            ("video", "download", "v1", "--output-path", str(cls.stalled_home.path / "f.mp4")),
            cls.stalled_home.env,
        )
        for cleanup in (cls.stalled_home.remove, cls.stalled.close, service.stop):
            cls.addClassCleanup(cleanup)

    def fetch(self, *script, arguments=()):
        files = self.enterContext(FileServer(self.CONTENT, script))
        self.link(files.url + "/film")
        return files, self.run_heygen(*self.command(*arguments))

    def test_a_stall_is_a_time_out(self):
        done = self.checked(self.stalled.finish(60))
        self.assert_fails(done, "timeout", 4)
        self.assertFalse(any("f.mp4" in path.name for path in self.stalled_home.path.iterdir()))

    def test_a_slow_line_is_not_cut_off(self):
        _, done = self.fetch({"drip": 0.02, "piece": 3000})
        self.assert_succeeds(done)
        self.assertEqual(self.target.read_bytes(), self.CONTENT)

    def test_a_truncated_file_is_none(self):
        for headers in ({"Accept-Ranges": None}, {"ETag": None}, {"ETag": 'W/"v1"'}):
            with self.subTest(headers=headers):
                files, done = self.fetch({"cut": 1000, "headers": headers})
                self.assert_fails(done, "cli_download_interrupted", 1)
                self.assertEqual((len(files.asked), self.left()), (1, []))

    def test_a_length_that_is_not_kept_is_an_error(self):
        _, done = self.fetch({"headers": {"Content-Length": str(len(self.CONTENT) + 1), "Accept-Ranges": None}})
        self.assert_fails(done, "cli_download_interrupted", 1)
        self.assertEqual(self.left(), [])

    def test_an_unrequested_content_encoding_is_refused(self):
        _, done = self.fetch({"headers": {"Content-Encoding": "gzip"}})
        self.assert_fails(done, "cli_download_failed", 1)
        self.assertEqual(self.left(), [])

    def test_a_stalled_line_says_so_on_a_terminal(self):
        files = self.enterContext(FileServer(self.CONTENT, [{"stall": 1000}]))
        self.link(files.url + "/film")
        screen = pexpect.spawn(str(self.home.program), list(self.command()), env=self.home.env, timeout=40)
        screen.expect(rb"of 0\.3 MB  stalled for \ds")
        screen.sendintr()
        self.assertIn(b"canceled", screen.read())
        screen.close()
        self.assertEqual(screen.exitstatus, 1)

    def test_no_file_is_fetched_for_a_name_that_none_can_have(self):
        for name, why in ((str(self.work), "is a directory"), (str(self.work / ("n" * 256)), "is too long")):
            for force in ((), ("--force",)):
                done = self.run_heygen("video", "download", "v1", "--output-path", name, *force)
                self.assert_fails(done, "cli_file_io_error", 1)
                self.assertIn(why, done.error()["message"])
        self.assertEqual(self.service.requests, [])

    def test_a_full_stdout_is_named(self):
        files = self.enterContext(FileServer(self.CONTENT))
        self.link(files.url + "/film")
        with open("/dev/full", "wb") as full:
            done = subprocess.run(
                [self.home.program, "video", "download", "v1", "--output-path", "-"],
                env=self.home.env,
                stdout=full,
                stderr=subprocess.PIPE,
            )
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"cli_file_io_error", done.stderr)

    def test_a_saved_file_is_told_when_stdout_cannot_take_it(self):
        files = self.enterContext(FileServer(self.CONTENT))
        self.link(files.url + "/film")
        with open("/dev/full", "w") as full:
            done = subprocess.run([self.home.program, *self.command()], env=self.home.env, stdout=full, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 1)
        error = json.loads(done.stderr)["error"]
        self.assertIn(str(self.target), error["hint"])
        self.assertEqual(error["job"], {"ids": ["v1"], "show": "heygen video get v1"})
        self.assertEqual(self.target.read_bytes(), self.CONTENT)

    def test_a_response_of_another_shape_is_a_parse_error(self):
        for body in ([], "[]", "null", '"x"', {"data": []}, {"data": {}}, {"data": {"video_url": 7, "status": "completed"}},
                     {"data": {"status": 3}}, {"data": {"video_url": {"a": "b"}}}):  # fmt: skip
            with self.subTest(body):
                self.service.fault("/v3/videos/v1", body=body)
                self.assert_fails(self.run_heygen(*self.command()), "cli_response_parse_error", 1)
                self.assertEqual(self.left(), [])

    def test_a_changed_tag_means_another_file(self):
        files, done = self.fetch({"cut": 1000}, {"headers": {"ETag": '"v2"'}, "body": b"new"})
        self.assert_succeeds(done)
        self.assertEqual(self.target.read_bytes(), b"new")
        self.assertEqual(files.asked[1]["range"], "bytes=1000-")
        self.assertEqual(files.asked[1]["if-range"], '"v1"')

    def test_pieces_that_do_not_fit_are_not_used(self):
        size = len(self.CONTENT)
        wrong = [
            {"headers": {"Content-Range": f"bytes 999-{size - 1}/{size}"}},
            {"headers": {"Content-Range": f"bytes 1000-{size - 1}/{size + 1}"}},
            {"headers": {"Content-Range": None}},
            {"headers": {"Content-Range": f"bytes */{size}"}, "status": 416, "body": b""},
            {"headers": {"Content-Length": str(size - 1001)}},
            {"headers": {"ETag": '"v2"', "Content-Range": f"bytes 1000-{size - 1}/{size}"}, "status": 206},
            {"headers": {"Content-Range": f"bytes 1000-{size - 1}/{size}"}, "status": 200},
            {"headers": {"Content-Range": f"bytes 1000-1099/{size}"}, "status": 200, "body": b"x" * 100},
            {"headers": {"Content-Type": "multipart/byteranges; boundary=x"}, "status": 200, "body": b"--x\r\n"},
        ]
        for step in wrong:
            with self.subTest(step=step):
                files, done = self.fetch({"cut": 1000}, step, {}, arguments=("--force",))
                self.assert_succeeds(done)
                self.assertEqual(self.target.read_bytes(), self.CONTENT)
                self.assertNotIn("range", files.asked[2])
                self.assertEqual(self.left(), ["film.mp4"])

    def test_a_piece_that_was_not_asked_for_is_not_the_file(self):
        size = len(self.CONTENT)
        for first, last in ((0, 99), (1000, size - 1), (0, size)):
            with self.subTest(first=first, last=last):
                piece = self.CONTENT[first : last + 1]
                _, done = self.fetch({"headers": {"Content-Range": f"bytes {first}-{last}/{size}"}, "body": piece})
                self.assert_fails(done, "cli_download_failed", 1)
                self.assertEqual(self.left(), [])

    def test_a_refusal_after_a_break_keeps_the_part(self):
        files, done = self.fetch({"cut": 1000}, {"status": 403, "body": b"<Error/>"})
        self.assert_fails(done, "cli_download_url_expired", 1)
        self.assertEqual(self.part.stat().st_size, 1000)
        facts = (self.work / ".film.mp4.heygen-part.json").read_text()
        self.assertNotIn("SIGNATURE", facts)
        files.script = [{}]
        self.assert_succeeds(self.run_heygen(*self.command()))
        self.assertEqual(self.target.read_bytes(), self.CONTENT)
        self.assertEqual(files.asked[-1]["range"], "bytes=1000-")

    def test_each_asset_has_its_ending(self):
        files = self.enterContext(FileServer(self.CONTENT))
        self.link(
            files.url + "/f.mp4",
            captioned_video_url=files.url + "/c.mp4",
            subtitle_url=files.url + "/s.VTT?x=.srt",
            thumbnail_url=files.url + "/t",
            gif_url=files.url + "/p.gif",
        )
        for asset, name in (
            ("captioned", "v1.mp4"),
            ("subtitle", "v1.vtt"),
            ("thumbnail", "v1.jpg"),
            ("preview", "v1.gif"),
        ):
            done = subprocess.run(
                [self.home.program, "video", "download", "v1", "--asset", asset],
                cwd=self.work,
                env=self.home.env,
                capture_output=True,
            )
            self.assertEqual(done.returncode, 0, done)
            self.assertEqual((self.work / name).read_bytes(), self.CONTENT)
        again = subprocess.run(
            [self.home.program, "video", "download", "v1", "--asset", "subtitle"],
            cwd=self.work,
            env=self.home.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
        )
        self.assertIn(b"file_exists", again.stderr)

    def test_a_disk_that_is_full_is_named_and_holds_nothing_of_it(self):
        if not may_mount():
            self.skipTest("needs to mount a small file system")
        files = self.enterContext(FileServer(self.CONTENT))
        self.link(files.url + "/film")
        script = 'mount -t tmpfs -o size=128k tmpfs "$0" && "$@"; code=$?; ls -A "$0" >&2; exit $code'
        done = subprocess.run(
            ["unshare", "-m", "sh", "-c", script, str(self.work), str(self.home.program), *self.command()],
            env=self.home.env,
            capture_output=True,
            text=True,
        )
        self.assertEqual(done.returncode, 1, done)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn("cli_file_io_error", done.stderr)

    def test_a_terminal_is_not_filled_with_bytes(self):
        screen = pexpect.spawn(
            str(self.home.program), ["video", "download", "v1", "--output-path", "-"], env=self.home.env, timeout=40
        )
        self.assertIn(b"usage_error", screen.read())
        screen.close()
        self.assertEqual(screen.exitstatus, 2)


if __name__ == "__main__":
    unittest.main()
