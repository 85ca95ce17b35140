#!/usr/bin/env python3
"""Runs every suite and closes with one line that counts them all: `N passed, N failed`.

Usage: run.py --build DIR [--only unit|e2e|NAME] [--ci]
  unit    the Boost.Test programs in DIR/tests
  e2e     tests/e2e/*_test.py, against the programs in DIR/bin
--ci adds the sanitizer builds: address and undefined behavior for all unit tests, thread for the session's.
"""
import argparse
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SUITE_LIMIT_S = 900


class Count:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def add(self, name, passed, failed, skipped, seconds, output):
        self.passed += passed
        self.failed += failed
        self.skipped += skipped
        print(f"{'FAIL' if failed else 'ok  '} {name}: {passed} passed, {failed} failed"
              f"{f', {skipped} skipped' if skipped else ''} ({seconds:.1f} s)", flush=True)
        if failed:
            print("\n".join("    " + line for line in output.splitlines()[-120:]), flush=True)


def heed_signals():
    """A background job starts with SIGINT ignored, and so would every program under test."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def run(command, env=None):
    begin = time.monotonic()
    try:
        done = subprocess.run(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, preexec_fn=heed_signals, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", timeout=SUITE_LIMIT_S)
        code, output = done.returncode, done.stdout
    except subprocess.TimeoutExpired as late:
        code, output = "timeout", (late.stdout or b"").decode("utf-8", "replace") + "\nended: time limit"
    return code, output, time.monotonic() - begin


def unit(build, count, only=None, env=None, label=""):
    for program in sorted((build / "tests").glob("test_*")):
        if not os.access(program, os.X_OK) or (only and program.name not in only):
            continue
        code, output, seconds = run([str(program), "--report_level=short", "--color_output=no"], env)
        passed, failed = (sum(map(int, re.findall(rf"^ *(\d+) test cases? out of \d+ {end}$", output, re.M)))
                          for end in ("passed", "failed"))
        if code != 0 and not failed:   # it crashed, leaked or was ended
            failed = 1
            output += f"\nexit {code}"
        if code == 0 and not passed:
            failed, output = 1, output + "\nno test ran"
        count.add(f"{label}unit.{program.name.removeprefix('test_')}", passed, failed, 0, seconds, output)


def e2e(build, count, only=None):
    env = {**os.environ, "HEYGEN_BUILD": str(build), "PYTHONPATH": str(ROOT / "tests" / "e2e"),
           "PYTHONDONTWRITEBYTECODE": "1"}
    for suite in sorted((ROOT / "tests" / "e2e").glob("*_test.py")):
        name = "e2e." + suite.stem.removesuffix("_test")
        if only and only != name:
            continue
        code, output, seconds = run([sys.executable, "-m", "unittest", "-v", suite.stem], env)
        ran = int((re.findall(r"^Ran (\d+) test", output, re.M) or [0])[-1])
        last = (re.findall(r"^(?:OK|FAILED)(?: \((.*)\))?$", output, re.M) or [""])[-1]
        bad = {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", last)}
        failed = bad.get("failures", 0) + bad.get("errors", 0)
        skipped = bad.get("skipped", 0)
        if (code != 0 or ran + skipped == 0) and not failed:
            failed, output = 1, output + f"\nexit {code}"
        count.add(name, max(ran - failed - skipped, 0), failed, skipped, seconds, output)


def sanitized(preset, targets):
    subprocess.run(["cmake", "--preset", preset], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return subprocess.run(["cmake", "--build", "--preset", preset, "--target", *targets], cwd=ROOT,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def sanitizers(count):
    names = sorted(path.name for path in (ROOT / "build" / "tests").glob("test_*") if os.access(path, os.X_OK))
    for preset, programs, env in (
            ("asan", names, {"ASAN_OPTIONS": "detect_leaks=1:strict_string_checks=1", "UBSAN_OPTIONS": "print_stacktrace=1"}),
            ("tsan", ["test_auth", "test_store", "test_base"], {"TSAN_OPTIONS": "halt_on_error=1"})):
        built = sanitized(preset, programs + ["all"] if preset == "asan" else programs)
        if built.returncode:
            count.add(f"{preset}.build", 0, 1, 0, 0, built.stdout)
            continue
        unit(ROOT / f"build-{preset}", count, programs, {**os.environ, **env}, f"{preset}.")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--ci", action="store_true")
    options = parser.parse_args()
    build, only, count = options.build.resolve(), options.only, Count()
    if only in ("", "unit") or only.startswith("unit."):
        unit(build, count, ["test_" + only[5:]] if only.startswith("unit.") else None)
    if only in ("", "e2e") or only.startswith("e2e."):
        e2e(build, count, only if only.startswith("e2e.") else None)
    if options.ci:
        sanitizers(count)
    print(f"{count.passed} passed, {count.failed} failed" + (f", {count.skipped} skipped" if count.skipped else ""))
    return 1 if count.failed or not count.passed else 0


if __name__ == "__main__":
    sys.exit(main())
