# SPDX-License-Identifier: Apache-2.0
"""Improbable command lines: 10,000 of them in CI, else half of that, made from the commands' own tables and a seed.

However wrong a line is, the program ends by itself with an exit code from 0 to 4, a failure is told by exactly one error
with code and message, and stdout contains JSON or nothing (text where text was asked for).

HEYGEN_FUZZ_COUNT and HEYGEN_FUZZ_SEED choose how many and which; a failure prints the line.
"""

import concurrent.futures
import http.server
import json
import os
import pathlib
import random
import shlex
import shutil
import subprocess
import tempfile
import threading
import unittest

from support import HEYGEN, Home

COUNT = int(os.environ.get("HEYGEN_FUZZ_COUNT") or (10_000 if os.environ.get("CI") else 5_000))
SEED = int(os.environ.get("HEYGEN_FUZZ_SEED") or 20261123)
LIMIT_S = 60  # a busy machine; a hang lasts longer

EVIL = [
    "", " ", "-", "--", "---", "=", "-=", "--=", "--=x", "-h", "-v", "--help", "--version", "-hh", "-dh", "@", "@/nowhere",
    "@-", "/nowhere", ".", "..", "../..", "a/b", "{", "}", "{}", "[]", "null", "true", '{"a":1}', '{"a":1e999,"b":-0}',
    '{"a":{"a":' * 400 + "1" + "}}" * 400, "[" * 3000, '"', "'", "\\", "%", "%00", "%s%n", "0", "-1", "1e309", "nan", "inf",
    "99999999999999999999", "1.5", "0x10", "1,2,3", ",", ",,", '"a', '"a"b', "true", "False", "maybe", "NaN", "1h", "0s",
    "1ms", "5m5", "-1s", "*", "~", "$HOME", "a b", "\t", "\n", "\r\n", "\x1b[31m", "\x7f", "\u202e", "é", "日本語", "👩‍👩‍👧",
    "\udcff", "\udcc3(", "x" * 5000, "a=b", "=b", "a=", "a:b", ":", "Host: x", "X-A: b\r\nC: d", "http://", "https://x/",
    "//x", "/v3/videos?a=b#c", "/v3/vid eos", "GET", "gEt", "DELETE", "TRACE", "CONNECT", ".data", ".[", "empty", "error",
    "halt_error", "input", "$__loc__", "limit(1; repeat(1))", "bash", "key", "output", "human", "json", "oauth", "apikey",
]  # fmt: skip


# Lines that went wrong once.
FOUND = [["webhook", "endpoints", "list", "--token", "---", "--all"], ["video", "batches", "get", "v_1", "--all"]]


class Answers(http.server.BaseHTTPRequestHandler):
    """Every path has a response of its own, good or bad; the same each time."""

    protocol_version = "HTTP/1.1"
    good = {"data": {"video_id": "v", "session_id": "s", "lipsync_id": "l", "video_translation_ids": ["t"], "id": "i",
                     "status": "completed", "asset_id": "a", "url": "u"}, "has_more": False, "next_token": None}  # fmt: skip

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        if self.headers.get("Transfer-Encoding"):
            self.close_connection = True
        elif length:
            self.rfile.read(length)
        pick = sum(self.path.encode()) % 12
        status, body = 200, json.dumps(self.good).encode()
        if pick == 0:
            status, body = 404, b'{"error":{"code":"not_found","message":"no such thing"}}'
        elif pick == 1:
            status, body = 500, b"oh no"
        elif pick == 2:
            body = b'{"data": [1, 2'
        elif pick == 3:
            status, body = 204, b""
        elif pick == 4:
            status, body = 401, b"{}"
        elif pick == 5:
            body = b'{"data":[{"id":"\\u001b[2J","n":1.10},{}],"has_more":true,"next_token":"x"}'
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = answer

    def log_message(self, *_):
        pass


class Maker:
    """Lines from the tables of the commands."""

    def __init__(self, surface, seed):
        self.random = random.Random(seed)
        self.commands = surface["commands"]
        self.globals = [option["name"] for option in surface["global_options"]]
        self.words = sorted({word for command in self.commands for word in command["words"]})

    def value(self, option=None):
        if option and option.get("choices") and self.random.random() < 0.5:
            return self.random.choice(option["choices"])
        if self.random.random() < 0.4:
            return self.random.choice(["1", "5", "abc", "v_1", "{}", "true", "10s"])
        return self.random.choice(EVIL)

    def option(self, option):
        name = "--" + option["name"]
        if option["type"] == "switch":
            return [name] if self.random.random() < 0.8 else [name + "=" + self.value()]
        return [name, self.value(option)] if self.random.random() < 0.6 else [name + "=" + self.value(option)]

    def sensible(self):
        command = self.random.choice(self.commands)
        line = list(command["words"])
        line += [self.random.choice(["v_1", "abc", self.value()]) for _ in command["arguments"]]
        options = command["options"]
        for option in options:
            if option.get("required") or self.random.random() < 1.5 / (len(options) + 1):
                line += self.option(option)
        if self.random.random() < 0.15:
            line += ["--" + self.random.choice(self.globals)]
        return line

    def senseless(self):
        pool = [self.words, self.words, EVIL, ["--" + name for name in self.globals]]
        return [self.random.choice(self.random.choice(pool)) for _ in range(self.random.randrange(0, 7))]

    def damage(self, line):
        line = list(line)
        for _ in range(self.random.randrange(1, 4)):
            at = self.random.randrange(len(line) + 1)
            kind = self.random.randrange(6)
            if kind == 0 or at == len(line):
                line.insert(at, self.value())
            elif kind == 1:
                del line[at]
            elif kind == 2:
                line.insert(at, line[at])
            elif kind == 3:
                line[at] = line[at][: self.random.randrange(len(line[at]) + 1)]
            elif kind == 4 and line[at]:
                spot = self.random.randrange(len(line[at]))
                line[at] = line[at][:spot] + self.random.choice("aZ-=_\x01\udcff é0") + line[at][spot + 1 :]
            else:
                line[at] = self.value()
        return line

    def line(self):
        kind = self.random.random()
        if kind < 0.15:
            return self.senseless()
        line = self.sensible()
        return line if kind < 0.5 else self.damage(line)


def asks_for_text(line):
    return any("human" in word or "jq" in word for word in line)


def fault_of(line, code, out, err):
    """What is wrong with this end, or None."""
    if not 0 <= code <= 4:
        return f"exit {code}"
    text = asks_for_text(line)
    if code == 0:
        if out and not text and not any(word in ("completion", "help", "-h", "--help", "-v", "--version", "man", "explain")
                                        or word.startswith(("-h", "-v", "--help=", "--version=")) for word in line):  # fmt: skip
            try:
                json.loads(out)
            except ValueError:
                return None if not line or is_group(line, out) else "stdout is not JSON"
        return None
    envelopes = [one for one in err.splitlines() if one.startswith('{"error":')]
    if len(envelopes) == 1 and err.splitlines()[-1] == envelopes[0]:
        error = json.loads(envelopes[0])["error"]
        return None if error.get("code") and error.get("message") else "an empty error"
    if text and len(err.strip()) > 10 and not envelopes:
        return None
    return f"{len(envelopes)} errors on stderr"


def is_group(line, out):
    return "Usage:\n" in out  # help of a group


class CommandLines(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.remove)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        base = f"http://127.0.0.1:{self.server.server_port}"
        self.home.env.update(
            HEYGEN_API_BASE=base, HEYGEN_ALLOW_HTTP="1", HEYGEN_API_KEY="canary-key", HEYGEN_MAX_RETRIES="0",
            HTTPS_PROXY="http://127.0.0.1:9", NO_PROXY="127.0.0.1",
            **{f"HEYGEN_OAUTH_{name}_URL": f"{base}/{name}" for name in ("AUTHORIZE", "TOKEN", "REVOKE", "DEVICE")},
        )  # fmt: skip

    def run_line(self, number, line):
        """The fault and what the program said. Each line has directories of its own, so that none depends on another."""
        directory = pathlib.Path(tempfile.mkdtemp(dir=self.home.path))
        env = {**self.home.env, "HEYGEN_CONFIG_DIR": str(directory / "cfg"), "HOME": str(directory)}
        directory.joinpath("leaks").write_text("leak:libjq.so\n")
        env["LSAN_OPTIONS"] = f"suppressions={directory}/leaks:print_suppressions=0"
        try:
            done = subprocess.run(
                [str(HEYGEN), *line], env=env, cwd=directory, stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_S,
                check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return number, line, "a hang", ""
        finally:
            shutil.rmtree(directory, ignore_errors=True)
        out, err = (text.decode("utf-8", "replace") for text in (done.stdout, done.stderr))
        fault = fault_of(line, done.returncode, out, err)
        if "canary-key" in out + err:
            fault = "it shows the key"
        return number, line, fault, f"exit {done.returncode}\n{out[:2000]}\n{err[:2000]}"

    def test_every_line_ends_well(self):
        surface = json.loads(subprocess.run([str(HEYGEN), "commands", "--json"], env=self.home.env, capture_output=True,
                                            check=True).stdout)  # fmt: skip
        print(f"\n{COUNT} lines, seed {SEED}", flush=True)
        maker = Maker(surface, SEED)
        lines = FOUND + [maker.line() for _ in range(COUNT - len(FOUND))]
        faults, codes = [], {}
        with concurrent.futures.ThreadPoolExecutor((os.cpu_count() or 2) + 1) as pool:
            for number, line, fault, said in pool.map(self.run_line, range(COUNT), lines):
                codes[said[5:6]] = codes.get(said[5:6], 0) + 1
                if fault:
                    faults.append(f"line {number}: {fault}\nheygen {shlex.join(line)[:3000]!a}\n{said!a}")
        print(f"exit codes: {dict(sorted(codes.items()))}", flush=True)
        self.assertFalse(faults, f"{len(faults)} of {COUNT}, seed {SEED}\n\n" + "\n\n".join(faults[:8]))
        if COUNT >= 1000:
            self.assertGreater(codes.get("0", 0), COUNT // 20, "hardly any line was valid")
            self.assertGreater(codes.get("2", 0), COUNT // 20, "hardly any line was wrong")


if __name__ == "__main__":
    unittest.main()
