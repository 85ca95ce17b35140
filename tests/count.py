#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Closes a run of ctest with one line that counts the cases of all its suites: `N passed, N failed` (and `, N skipped`).

Usage: count.py RESULTS.xml

RESULTS.xml is what `ctest --output-junit` wrote, with the whole output of each suite. A Boost.Test program and a unittest module
report their cases in it; any other test is one case. It exits with 1 when a case failed, a suite ended in another way, or
nothing ran.
"""
import re
import sys
import xml.etree.ElementTree


def total(pattern, text):
    return sum(map(int, re.findall(pattern, text, re.M)))


def boost_cases(output):
    return [total(rf"^ *(\d+) test cases? out of \d+ {end}$", output) for end in ("passed", "failed", "skipped")]


def unittest_cases(output):
    """Skipped tests are among those that ran, except when the whole module is skipped."""
    closing = re.search(r"^Ran (\d+) tests?.*?^(?:OK|FAILED)(?: \((.*)\))?$", output, re.M | re.S)
    if not closing:
        return [0, 0, 0]
    ended = {what: int(count) for what, count in re.findall(r"(\w[\w ]*)=(\d+)", closing[2] or "")}
    failed = sum(ended.get(what, 0) for what in ("failures", "errors", "unexpected successes"))
    skipped = ended.get("skipped", 0)
    return [max(int(closing[1]) - failed - skipped, 0), failed, skipped]


def cases(suite):
    """[passed, failed, skipped] of one <testcase>."""
    succeeded = suite.get("status") == "run"
    output = suite.findtext("system-out") or ""
    kind = re.search(r"(?:^|\.)(unit|e2e)\.", suite.get("name"))
    if not kind:
        return [int(succeeded), int(not succeeded), 0]
    found = boost_cases(output) if kind[1] == "unit" else unittest_cases(output)
    if not succeeded and not found[1]:
        found[1] = 1  # it crashed, leaked, was ended or was not there
    if succeeded and not any(found):
        print(f"FAIL {suite.get('name')}: no test ran")
        found[1] = 1
    return found


def main():
    suites = xml.etree.ElementTree.parse(sys.argv[1]).iter("testcase")
    passed, failed, skipped = map(sum, zip([0, 0, 0], *map(cases, suites)))
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
