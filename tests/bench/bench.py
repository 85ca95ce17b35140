#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What heygen costs, beside its peers on this machine: `./dev bench`.

bench.py [--build DIR] [--only REGEX] [--save FILE] [--against FILE] [--peer NAME=PROGRAM]

Instructions (callgrind, of the program's own process) repeat on one machine and compiler; CPU times are medians of alternating
pairs, and only their ratio to the peer counts. With --against, over 5 % more instructions in any row is a failure.
"""

import argparse
import json
import os
import pathlib
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from typing import NamedTuple

import servers

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MORE = 1.05  # what fails
PAIRS = 5
PAGES = 200
TRANSFER = 512 * 1024 * 1024


class Row(NamedTuple):
    name: str
    unit: str
    value: float
    goal: float


class Bench:
    def __init__(self, build, place):
        self.program = build / "bin/heygen"
        self.place = place
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(place),
            "HEYGEN_CONFIG_DIR": str(place / "settings"),
            "HEYGEN_API_KEY": "bench-key",
            "HEYGEN_ALLOW_HTTP": "1",
            "HEYGEN_MAX_RETRIES": "0",
            "SSL_CERT_DIR": str(place / "hashed"),
        }

    def instructions(self, *words, **env):
        """In millions."""
        out = self.place / "callgrind.out"
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", self.program, *words],
            env={**self.env, **env}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        if done.returncode != 0:
            raise RuntimeError(f"{words}: exit code {done.returncode}\n{done.stderr[-1500:]}")
        return int(re.search(r"Collected : (\d+)", done.stderr)[1]) / 1e6

    def syscalls(self, *words, **env):
        log = self.place / "strace.out"
        subprocess.run(
            ["strace", "-f", "-o", log, self.program, *words], env={**self.env, **env}, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True,
        )  # fmt: skip
        return sum(1 for line in log.read_text().splitlines() if "(" in line and "resumed" not in line)

    def memory(self, *words, **env):
        """The peak in MiB, from a launcher that is smaller than any program."""
        done = subprocess.run(["time", "-f", "%M", self.program, *words], env={**self.env, **env}, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True)  # fmt: skip
        return int(done.stderr.split()[-1]) / 1024

    def seconds(self, words, env=None, stdin=None):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        with open(stdin or os.devnull, "rb") as source:
            subprocess.run(words, env={**self.env, **(env or {})}, stdin=source, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def ratio(self, own, peer):
        pairs = [(own(), peer()) for _ in range(PAIRS)]
        return statistics.median(one / max(other, 1e-4) for one, other in pairs)


def small_calls(bench):
    yield Row("--version", "M", bench.instructions("--version"), 1.0)
    yield Row("--version, memory", "MiB", bench.memory("--version"), 4)
    yield Row("--version, system calls", "", bench.syscalls("--version"), 50)
    yield Row("--help", "M", bench.instructions("--help"), 1.6)
    yield Row("completion query", "M", bench.instructions("__complete", "provider", ""), 2)
    yield Row("completion bash", "M", bench.instructions("completion", "bash"), 4)
    yield Row("commands --json", "M", bench.instructions("commands", "--json"), 5)
    with servers.canned({"/v3/videos": servers.rows(100)}) as base:
        at = {"HEYGEN_API_BASE": base}
        yield Row("auth status", "M", bench.instructions("auth", "status", **at), 2.3)
        yield Row("auth status, system calls", "", bench.syscalls("auth", "status", **at), 130)
        yield Row("video list, 100 rows", "M", bench.instructions("video", "list", "--limit", "100", **at), 3.2)
    with servers.canned({}, bench.place) as base:
        at = {"HEYGEN_API_BASE": base}
        yield Row("auth status, TLS, hashed directory", "M", bench.instructions("auth", "status", **at), 20)
        bundle = {**at, "SSL_CERT_FILE": str(bench.place / "bundle.pem")}
        yield Row("auth status, TLS, bundle of all authorities", "M", bench.instructions("auth", "status", **bundle), 26)


def lists(bench):
    many, page = servers.rows(10_000), servers.rows(100, "CURSOR")

    def pages(query):
        """The cursor is the number of the page."""
        number = int(re.search(r"token=(\d+)|$", query)[1] or 0) + 1
        return page.replace(b"CURSOR", b"%d" % number) if number < PAGES else servers.rows(100)

    with servers.canned({"/v3/videos": many}) as base:
        at = {"HEYGEN_API_BASE": base}
        yield Row("video list, 10,000 rows", "M", bench.instructions("video", "list", **at), 100)
        yield Row("--human, 10,000 rows", "M", bench.instructions("video", "list", "--human", **at), 700)
        yield Row("--jq, 10,000 rows", "M", bench.instructions("video", "list", "--jq", ".data[].id", **at), 1200)
    with servers.canned({"/v3/videos": pages}) as base:
        at = {"HEYGEN_API_BASE": base}
        yield Row("--all, 200 pages", "M", bench.instructions("video", "list", "--all", **at), 200)
        yield Row("--all, 200 pages, memory", "MiB", bench.memory("video", "list", "--all", **at), 16)


def peers(bench):
    """CPU against curl and jq."""
    place = bench.place
    (place / "list.json").write_bytes(servers.rows(20_000))
    with open(place / "file.mp4", "wb") as file:
        file.truncate(TRANSFER)
    with servers.nginx(place, {"/v3/videos": place / "list.json", "/v3/file": place / "file.mp4"}) as (plain, tls):
        ca = {"CURL_CA_BUNDLE": str(place / "ca.pem")}
        own = lambda base, *words: lambda: bench.seconds([bench.program, *words], {"HEYGEN_API_BASE": base})
        curl = lambda *words: lambda: bench.seconds(["curl", "-sS", *words], ca)
        yield Row("11 MB list / jq -c", "×", bench.ratio(own(plain, "video", "list"), lambda: bench.seconds(["jq", "-c", ".", place / "list.json"])), 0.07)
        yield Row("11 MB list / curl", "×", bench.ratio(own(plain, "video", "list"), curl(plain + "/v3/videos")), 1.5)
        for name, base, goal in (("HTTP", plain, 0.95), ("TLS", tls, 1.0)):
            upload = own(base, "asset", "create", "--file", place / "file.mp4")
            yield Row(f"upload of 512 MiB over {name} / curl", "×", bench.ratio(upload, curl("-F", f"file=@{place}/file.mp4", base + "/v3/assets")), goal)


def table(rows, before):
    lines = ["| what | measured | goal | before |", "|---|---:|---:|---:|"]
    for row in rows:
        old = before.get(row.name)
        digits = 2 if row.value < 10 else 0
        shown = f"{row.value:.{digits}f} {row.unit}".strip()
        mark = "" if row.value <= row.goal else " (over)"
        lines.append(f"| {row.name} | {shown}{mark} | {row.goal:g} | {'' if old is None else f'{old:.{digits}f}'} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build-release")
    parser.add_argument("--only", default="", help="parts: small_calls, lists, peers")
    parser.add_argument("--save", type=pathlib.Path)
    parser.add_argument("--against", type=pathlib.Path)
    options = parser.parse_args()
    missing = [name for name in ("valgrind", "strace", "curl", "jq", "nginx", "openssl", "time") if not shutil.which(name)]
    if missing:
        sys.exit(f"bench: these programs are needed: {', '.join(missing)}")
    before = json.loads(options.against.read_text()) if options.against and options.against.exists() else {}
    rows = []
    with tempfile.TemporaryDirectory(prefix="heygen-bench-", dir="/var/tmp") as name:
        place = pathlib.Path(name)
        servers.make_certificates(place)
        (place / "settings").mkdir(mode=0o700)
        bench = Bench(options.build.resolve(), place)
        for part in (small_calls, lists, peers):
            if re.search(options.only, part.__name__):
                for row in part(bench):
                    print(f"{row.name}: {row.value:.2f} {row.unit}", file=sys.stderr)
                    rows.append(row)
    print(table(rows, before))
    if options.save:
        options.save.write_text(json.dumps({row.name: round(row.value, 3) for row in rows}, indent=2) + "\n")
    worse = [row.name for row in rows if row.unit == "M" and row.value > before.get(row.name, row.value) * MORE]
    if worse:
        sys.exit(f"bench: over 5 % more instructions: {', '.join(worse)}")


if __name__ == "__main__":
    main()
