#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What heygen costs, beside its peers on this machine: `./dev bench`.

Instructions (callgrind, of the program's own process) repeat on one machine and compiler; of CPU and wall times only the ratio to
the peer counts, the median of alternating pairs. With --against, over 5 % more instructions in any row is a failure, unless those
of the file were counted with another C library, compiler or valgrind.
"""

import argparse
import contextlib
import functools
import json
import os
import pathlib
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Callable, NamedTuple

import plots
import servers

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MORE = 1.05  # what fails
PAIRS = 5
ISOLATED_PAIRS = 60
PAGES = 200
MANY = 200  # processes at once
MIB = 1024 * 1024
TRANSFER_MIB = 512
UPLOADS_MIB = (1, 4, 16, 64)
LISTS = (10, 100, 1_000, 10_000)
CROWDS = (1, 10, 50, 200)


class Row(NamedTuple):
    name: str
    unit: str
    goal: float
    measure: Callable[[], float]


class Cost(NamedTuple):
    cpu: float
    wall: float


class Bench:
    def __init__(self, build, place, go):
        """The program runs from a directory of its own: each directory above an installation is looked at."""
        self.build, self.place, self.go = build, place, go
        self.program = place / "bin/heygen"
        self.program.parent.mkdir()
        shutil.copy(build / "bin/heygen", self.program)
        shutil.copytree(build / "lib/heygen/providers", place / "lib/heygen/providers")
        shutil.copytree(build / "libexec/heygen", place / "libexec/heygen")
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(place),
            "HEYGEN_CONFIG_DIR": str(place / "settings"),
            "HEYGEN_API_KEY": "bench-key",
            "HEYGEN_ALLOW_HTTP": "1",
            "HEYGEN_MAX_RETRIES": "0",
            "SSL_CERT_DIR": str(place / "hashed"),
            "CURL_CA_BUNDLE": str(place / "ca.pem"),
        }

    def instructions(self, *words, **env):
        """In millions. The C library's functions are those that every x86-64 has, whatever this processor can do."""
        if isinstance(words[0], str):
            words = (self.program, *words)
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *words],
            env={**self.env, "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-AVX,-BMI2,-ERMS,-FSRM", **env}, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        if done.returncode != 0:
            raise RuntimeError(f"{words}: exit code {done.returncode}\n{done.stderr[-1500:]}")
        return int(re.search(r"Collected : (\d+)", done.stderr)[1]) / 1e6

    def syscalls(self, *words, **env):
        """The median of some runs: how often a thread waits depends on what else the machine does."""
        return statistics.median(self.syscalls_once(*words, **env) for _ in range(PAIRS))

    def syscalls_once(self, *words, **env):
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

    def start(self, words, env):
        words = [str(word) for word in words]
        program = shutil.which(words[0]) or words[0]
        nothing = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0), (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                   (os.POSIX_SPAWN_OPEN, 2, str(self.place / "stderr"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)]  # fmt: skip
        return os.posix_spawn(program, words, {**self.env, **env}, file_actions=nothing)

    def crowd(self, count, *words, **env):
        """`count` processes at once."""
        begin, cpu = time.monotonic(), 0.0
        processes = [self.start(words, env) for _ in range(count)]
        for process in processes:
            _, status, used = os.wait4(process, 0)
            if status != 0:
                raise RuntimeError(f"{words}: exit code {os.waitstatus_to_exitcode(status)}\n{(self.place / 'stderr').read_text()[-1500:]}")
            cpu += used.ru_utime + used.ru_stime
        return Cost(cpu, time.monotonic() - begin)

    def cost(self, *words, **env):
        return functools.partial(self.crowd, 1, *words, **env)

    def starts(self, *words, **env):
        """Many short runs, one after the other."""
        return lambda: Cost(sum(self.crowd(1, *words, **env).cpu for _ in range(20)), 0)


def ratio(own, peer, pairs=PAIRS):
    """How many times the peer's cost, for CPU and for wall time; measured when one of them is asked for."""
    costs = functools.cache(lambda: [(own(), peer()) for _ in range(pairs)])
    return tuple(
        lambda of=of: statistics.median(getattr(one, of) / max(getattr(other, of), 1e-4) for one, other in costs())
        for of in Cost._fields
    )


def small_calls(bench):
    count, words = bench.instructions, functools.partial
    yield Row("--version", "M", 1.0, words(count, "--version"))
    yield Row("--version, memory", "MiB", 4, words(bench.memory, "--version"))
    yield Row("--version, system calls", "", 50, words(bench.syscalls, "--version"))
    yield Row("--help", "M", 1.6, words(count, "--help"))
    yield Row("completion query", "M", 2, words(count, "__complete", "provider", ""))
    yield Row("completion bash", "M", 4, words(count, "completion", "bash"))
    yield Row("commands --json", "M", 5, words(count, "commands", "--json"))
    with servers.canned({"/v3/videos": servers.rows(100)}) as base:
        at = {"HEYGEN_API_BASE": base}
        yield Row("auth status", "M", 2.3, words(count, "auth", "status", **at))
        yield Row("auth status, system calls", "", 130, words(bench.syscalls, "auth", "status", **at))
        yield Row("video list, 100 rows", "M", 3.2, words(count, "video", "list", "--limit", "100", **at))
    with servers.canned({}, bench.place) as base:
        at = {"HEYGEN_API_BASE": base}
        yield Row("auth status, TLS, hashed directory", "M", 20, words(count, "auth", "status", **at))
        bundle = {**at, "SSL_CERT_FILE": str(bench.place / "bundle.pem")}
        yield Row("auth status, TLS, bundle of all authorities", "M", 26, words(count, "auth", "status", **bundle))


def isolation(bench):
    """`auth status`, whose provider runs in a process of its own, beside the same provider in this process."""
    peaks = []

    def user(_):
        """While heygen waits for this response, the other process is there, and has done its part."""
        for status in pathlib.Path("/proc").glob("[0-9]*/status"):
            with contextlib.suppress(OSError):
                text = status.read_text()
                if text.startswith("Name:\theygen-provider"):
                    peaks.append(int(re.search(r"VmHWM:\s+(\d+)", text)[1]) / 1024)
        return b'{"data":{"username":"bench"}}'

    with servers.canned({"/v3/users/me": user}) as base:
        at = {"HEYGEN_API_BASE": base}
        apart = {**at, "HEYGEN_CONFIG_DIR": str(bench.place / "apart")}
        (bench.place / "apart").mkdir()
        (bench.place / "apart/config.toml").write_text('[provider]\nisolation = "process"\n')
        pair = [bench.cost(bench.program, "auth", "status", **env) for env in (apart, at)]
        more = lambda: statistics.median(1000 * (own().cpu - peer().cpu) for own, peer in [pair] * ISOLATED_PAIRS)
        yield Row("auth status, isolated provider, CPU beyond in process", "ms", 1.5, more)


        def memory():
            """What heygen itself takes more, and the peak of the other process, with the pages of the C library that both share."""
            more_here = bench.memory("auth", "status", **apart) - bench.memory("auth", "status", **at)
            return more_here + peaks[-1]

        yield Row("auth status, isolated provider, memory beyond in process", "MiB", 3, memory)


def lists(bench):
    many, page = servers.rows(10_000), servers.rows(100, "CURSOR")

    def pages(query):
        """The cursor is the number of the page."""
        number = int(re.search(r"token=(\d+)|$", query)[1] or 0) + 1
        return page.replace(b"CURSOR", b"%d" % number) if number < PAGES else servers.rows(100)

    with servers.canned({"/v3/videos": many}) as base:
        run = functools.partial(bench.instructions, "video", "list", HEYGEN_API_BASE=base)
        yield Row("video list, 10,000 rows", "M", 100, run)
        yield Row("--human, 10,000 rows", "M", 700, functools.partial(run, "--human"))
        yield Row("--jq, 10,000 rows", "M", 1200, functools.partial(run, "--jq", ".data[].id"))
    with servers.canned({"/v3/videos": pages}) as base:
        words = ("video", "list", "--all")
        yield Row("--all, 200 pages", "M", 200, functools.partial(bench.instructions, *words, HEYGEN_API_BASE=base))
        yield Row("--all, 200 pages, memory", "MiB", 16, functools.partial(bench.memory, *words, HEYGEN_API_BASE=base))


def transfers(bench):
    """Files to and from nginx, against curl."""
    place, size = bench.place, f"{TRANSFER_MIB} MiB"
    file, video = place / "file.mp4", place / "video.json"
    with open(file, "wb") as made:
        made.truncate(TRANSFER_MIB * MIB)
    user = place / "user.json"
    user.write_bytes(servers.USER)
    with servers.nginx(place, {"/v3/file.mp4": file, "/v3/videos/video_1": video, "/v3/users/me": user}) as bases:
        for (name, base), up, down in zip(bases.items(), (0.95, 1.0), (0.95, 0.75)):
            video.write_text(json.dumps({"data": {"id": "video_1", "status": "completed", "video_url": base + "/v3/file.mp4"}}))
            upload = bench.cost(bench.program, "asset", "create", "--file", file, HEYGEN_API_BASE=base)
            cpu, wall = ratio(upload, bench.cost("curl", "-sS", "-F", f"file=@{file}", base + "/v3/assets"))
            yield Row(f"upload of {size}, {name} / curl, CPU", "×", up, cpu)
            yield Row(f"upload of {size}, {name} / curl, time", "×", 1.05, wall)
            into = ("video", "download", "video_1", "--force", "--output-path", place / "own.mp4")
            download = bench.cost(bench.program, *into, HEYGEN_API_BASE=base)
            cpu, wall = ratio(download, bench.cost("curl", "-sS", "-o", place / "curl.mp4", base + "/v3/file.mp4"))
            yield Row(f"download of {size}, {name} / curl, CPU", "×", down, cpu)
            yield Row(f"download of {size}, {name} / curl, time", "×", 1.05, wall)
            more = lambda *words, base=base: bench.memory(*words, HEYGEN_API_BASE=base) - bench.memory("auth", "status", HEYGEN_API_BASE=base)
            yield Row(f"upload of {size}, {name}, memory beyond a small call", "MiB", 8, functools.partial(more, "asset", "create", "--file", file))
            yield Row(f"download of {size}, {name}, memory beyond a small call", "MiB", 8, functools.partial(more, *into))
        (place / "own.mp4").unlink(missing_ok=True)
        (place / "curl.mp4").unlink(missing_ok=True)


def processes(bench):
    """Many at once, whose access token has expired."""
    with servers.sandbox(bench.build, bench.place / "sandbox", bench.env) as sandbox:
        crowd = functools.partial(bench.crowd, MANY, bench.program, "video", "list", **sandbox.env)

        def expired():
            refreshes = sandbox.refreshes()
            sandbox.expire()
            cost = crowd()
            if sandbox.refreshes() != refreshes + 1:
                raise RuntimeError(f"{sandbox.refreshes() - refreshes} refreshes of one expired token")
            return cost

        yield Row(f"{MANY} processes, expired token / fresh token, CPU", "×", 1.1, ratio(expired, crowd)[0])
    if bench.go:
        with servers.canned({"/v3/videos": servers.rows(100)}) as base:
            run = functools.partial(bench.crowd, MANY, HEYGEN_API_BASE=base)
            own, go = (functools.partial(run, program, "video", "list") for program in (bench.program, bench.go))
            yield Row(f"{MANY} processes / the Go program, CPU", "×", 0.6, ratio(own, go)[0])


def peers(bench):
    """CPU against programs of the same kind."""
    place, program = bench.place, bench.program
    for name, peer, goal in (("curl", "curl", 1), ("jq", "jq", 1.5), ("gh", "gh", 0.2), ("the Go program", bench.go, 1)):
        if peer and shutil.which(peer):
            yield Row(f"--version / {name}, CPU", "×", goal, ratio(bench.starts(program, "--version"), bench.starts(peer, "--version"))[0])
    (place / "list.json").write_bytes(servers.rows(20_000))
    with servers.nginx(place, {"/v3/videos": place / "list.json"}) as bases:
        base = bases["HTTP"]
        own = bench.cost(program, "video", "list", HEYGEN_API_BASE=base)
        yield Row("11 MB list / jq -c, CPU", "×", 0.07, ratio(own, bench.cost("jq", "-c", ".", place / "list.json"))[0])
        yield Row("11 MB list / curl, CPU", "×", 1.5, ratio(own, bench.cost("curl", "-sS", base + "/v3/videos"))[0])
        filtered = bench.cost(program, "video", "list", "--jq", ".data[].id", HEYGEN_API_BASE=base)
        yield Row("11 MB list, --jq / jq, CPU", "×", 1.15, ratio(filtered, bench.cost("jq", "-r", ".data[].id", place / "list.json"))[0])
        if bench.go:
            yield Row("11 MB list / the Go program, CPU", "×", 1, ratio(own, bench.cost(bench.go, "video", "list", HEYGEN_API_BASE=base))[0])
    with servers.canned({}) as base:
        status = bench.starts(program, "auth", "status", HEYGEN_API_BASE=base)
        yield Row("auth status / curl, CPU", "×", 1, ratio(status, bench.starts("curl", "-sS", base + "/v3/users/me"))[0])
        if bench.go:
            yield Row("auth status / the Go program, CPU", "×", 1, ratio(status, bench.starts(bench.go, "auth", "status", HEYGEN_API_BASE=base))[0])


def sizes(bench):
    """What the plots show: {title: {"x", "y", "lines": {program: [[size, cost]]}}}."""
    place, series = bench.place, {}
    curl, jq = pathlib.Path(shutil.which("curl")), pathlib.Path(shutil.which("jq"))

    def points(title, x, y, values, lines):
        print(f"{title} ...", file=sys.stderr)
        found = {name: [[value, round(measure(value), 3)] for value in values] for name, measure in lines.items()}
        series[title] = {"x": x, "y": y, "lines": found}

    with servers.nginx(place, {}) as bases:
        base = bases["HTTP"]

        def sized(mib):
            with open(place / "file.mp4", "wb") as file:
                file.truncate(mib * MIB)
            return place / "file.mp4"

        points("Upload", "MiB", "million instructions", UPLOADS_MIB, {
            "heygen": lambda mib: bench.instructions("asset", "create", "--file", str(sized(mib)), HEYGEN_API_BASE=base),
            "curl": lambda mib: bench.instructions(curl, "-sS", "-F", f"file=@{sized(mib)}", base + "/v3/assets"),
        })  # fmt: skip
    pages = {}
    with servers.canned(pages) as base:

        def served(count):
            pages["/v3/videos"] = servers.rows(count)
            (place / "list.json").write_bytes(pages["/v3/videos"])

        def listing(count, *words, **env):
            served(count)
            return bench.instructions(*words, **env)

        points("List", "rows", "million instructions", LISTS, {
            "heygen": lambda count: listing(count, "video", "list", HEYGEN_API_BASE=base),
            "curl": lambda count: listing(count, curl, "-sS", base + "/v3/videos"),
            "jq -c": lambda count: listing(count, jq, "-c", ".", str(place / "list.json")),
            "heygen --human": lambda count: listing(count, "video", "list", "--human", HEYGEN_API_BASE=base),
        })  # fmt: skip
        served(100)
        crowd = lambda program, *words, **env: lambda count: bench.crowd(count, program, *words, **env).cpu
        points("Processes at once", "processes", "seconds of CPU", CROWDS, {
            "heygen video list": crowd(bench.program, "video", "list", HEYGEN_API_BASE=base),
            "curl": crowd("curl", "-sS", base + "/v3/videos"),
            **({"the Go program": crowd(bench.go, "video", "list", HEYGEN_API_BASE=base)} if bench.go else {}),
        })  # fmt: skip
    return series


def environment(program):
    """What instructions depend on besides the code."""
    version = lambda pattern, *words: re.search(pattern, subprocess.run(words, capture_output=True, text=True).stdout)[1]
    return {
        "machine": platform.machine(),
        "glibc": platform.libc_ver()[1],
        "compiler": version(r"GCC: \(.*?\) ([0-9.]+)", "readelf", "-p", ".comment", program),
        "openssl": version(r"OpenSSL (\d+\.\d+)", "openssl", "version"),
        "valgrind": version(r"valgrind-(\d+\.\d+)", "valgrind", "--version"),
    }


def shown(value):
    return f"{value:.{2 if value < 10 else 0}f}"


def table(rows, before):
    lines = ["| what | measured | goal | before |", "|---|---:|---:|---:|"]
    for name, row in rows.items():
        old = before.get(name)
        mark = "" if row["value"] <= row["goal"] else " (over)"
        measured = f"{shown(row['value'])} {row['unit']}".strip()
        lines.append(f"| {name} | {measured}{mark} | {row['goal']:g} | {'' if old is None else shown(old['value'])} |")
    return "\n".join(lines)


def measured(bench, only, only_instructions):
    rows = {}
    for part in (small_calls, isolation, lists, transfers, processes, peers):
        if not re.search(only, part.__name__):
            continue
        for row in part(bench):
            if only_instructions and row.unit != "M":
                continue
            value = row.measure()
            print(f"{row.name}: {value:.2f} {row.unit}", file=sys.stderr)
            rows[row.name] = {"value": round(value, 3), "unit": row.unit, "goal": row.goal}
    return rows


def options_of_command_line():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build-release")
    parser.add_argument("--only", default="", metavar="REGEX", help="parts: small_calls, isolation, lists, transfers, processes, peers, sizes")
    parser.add_argument("--instructions", action="store_true", help="only the rows that repeat: no times, no memory")
    parser.add_argument("--go", metavar="PATH", type=os.path.abspath, help="the Go program, as a peer")
    parser.add_argument("--save", type=pathlib.Path, metavar="FILE", help="write what was measured into FILE, and draw the plots beside it")
    parser.add_argument("--against", type=pathlib.Path, metavar="FILE", help="fail for over 5 %% more instructions than in FILE")
    return parser.parse_args()


def require_programs(options):
    wanted = ["valgrind", "openssl", "readelf"]
    if not options.instructions:
        wanted += ["strace", "curl", "jq", "nginx", "time"]
    os.environ["PATH"] += ":/usr/sbin:/sbin"  # nginx, for users
    missing = [name for name in wanted if not shutil.which(name)]
    if missing:
        sys.exit(f"bench: these programs are needed: {', '.join(missing)}")
    if not (options.build / "bin/heygen").exists():
        sys.exit(f"bench: there is no {options.build / 'bin/heygen'}; run `./dev release`, or name a build with --build")


def worse_rows(rows, before, here):
    if not before:
        return []
    differences = [f"{name} {here[name]}, there {old}" for name, old in before["environment"].items() if here[name] != old]
    if differences:
        print(f"Instructions are not compared, because they were counted elsewhere: {'; '.join(differences)}.")
        return []
    old = before["rows"]
    return [name for name, row in rows.items() if row["unit"] == "M" and name in old and row["value"] > old[name]["value"] * MORE]


def main():
    options = options_of_command_line()
    require_programs(options)
    read = lambda path: json.loads(path.read_text()) if path and path.exists() else {}
    before = read(options.against)
    with tempfile.TemporaryDirectory(prefix="heygen-bench-", dir="/var/tmp") as name:
        place = pathlib.Path(name)
        servers.make_certificates(place)
        (place / "settings").mkdir(mode=0o700)
        bench = Bench(options.build.resolve(), place, options.go)
        here = environment(bench.program)
        rows = measured(bench, options.only, options.instructions)
        series = sizes(bench) if re.search(options.only, "sizes") and not options.instructions else {}
    print(table(rows, before.get("rows", {})))
    if options.save:
        kept = read(options.save)  # of the parts that were not measured now
        result = {"environment": here, "rows": {**kept.get("rows", {}), **rows}, "plots": {**kept.get("plots", {}), **series}}
        options.save.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
        plots.draw(result["plots"], options.save.parent)
    worse = worse_rows(rows, before, here)
    if worse:
        sys.exit(f"bench: over 5 % more instructions: {', '.join(worse)}")


if __name__ == "__main__":
    main()
