# SPDX-License-Identifier: Apache-2.0
"""--human on real screens: tmux draws it at several widths, and says what a user sees and can copy."""
import itertools
import shlex
import subprocess
import unicodedata
import unittest

from support import HEYGEN, WithService, eventually

ENDED = "the command ended"
IDS = [f"{number:032x}" for number in (1, 2**100 + 7, 2**127 + 5)]
TITLES = ["Quarterly results for the whole of the company, narrated", "日本語の動画タイトル、とても長いので切られる",
          "\x1b]0;pwn\x07\x1b[31mred \u202eevil\u200b e\u0301"]
ROWS = {"data": [{"id": one, "title": title, "status": "completed", "created_at": 1700000000, "x": 1}
                 for one, title in zip(IDS, TITLES)]}


def nested(levels):
    value = {"leaf": "the innermost value"}
    for level in range(levels, 0, -1):
        value = {f"level_{level}": value}
    return {"id": IDS[1], "script": "Hello and welcome. " * 20, "scenes": [{"id": "s1", "text": "one two " * 30}], **value}


class HumanTest(WithService):
    count = itertools.count()

    def setUp(self):
        super().setUp()
        self.home.env["HEYGEN_API_KEY"] = "good-key"

    def screen(self, columns, *arguments, env=None, flags="-p", then=""):
        """The lines of a pane in which the command ran, as they are: a line that wraps is two."""
        socket = str(self.home.path / f"tmux-{next(self.count)}")
        environment = " ".join(f"{name}={shlex.quote(value)}" for name, value in {**self.home.env, **(env or {})}.items())
        script = f"env -i {environment} {shlex.join([str(HEYGEN), *arguments])} {then}; echo '{ENDED}'; exec cat"

        def tmux(*words):
            return subprocess.run(["tmux", "-S", socket, *words], check=True, capture_output=True, text=True).stdout

        self.addCleanup(subprocess.run, ["tmux", "-S", socket, "kill-server"], capture_output=True)
        tmux("-f", "/dev/null", "set-option", "-g", "history-limit", "10000", ";", "new-session", "-d", "-x", str(columns), "-y", "150", script)
        eventually(lambda: ENDED in tmux("capture-pane", "-p"), "the end of the command")
        return tmux("capture-pane", *flags.split()).split(ENDED)[0].splitlines()

    def give(self, value):
        self.service.fault("/v3/", status=200, body=value, times=-1)

    def test_a_table_fits_with_ids_whole_and_without_lines_that_wrap(self):
        self.give(ROWS)
        for columns, headings in ((60, ["ID", "Title", "Status"]), (80, ["ID", "Title", "Status", "Created At"]),
                                  (200, ["ID", "Title", "Status", "Created At", "Duration"])):
            lines = self.screen(columns, "video", "list", "--human")
            text = "\n".join(lines)
            self.assertEqual(lines[0].replace("Created At", "Created_At").split(),
                             [one.replace(" ", "_") for one in headings], text)
            for one, line in zip(IDS, lines[1:4]):
                self.assertTrue(line.startswith(one + "  "), text)
                self.assertIn("completed", line, text)
            self.assertEqual(lines[4], "", text)  # a row that wrapped would be here
            starts = {self.cells(line[: line.index("completed")]) for line in lines[1:4]}
            self.assertEqual(len(starts), 1, text)
            self.assertNotIn("\u202e", text)

    @staticmethod
    def cells(text):
        return sum(0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF") for c in text)

    def test_where_no_table_fits_rows_are_blocks_with_whole_ids(self):
        self.give(ROWS)
        lines = self.screen(40, "video", "list", "--human")
        for one in IDS:
            self.assertIn("    " + one, lines)
        self.assertIn("Created At:  2023-11-14 22:13 UTC", lines)

    def test_twenty_levels_lose_nothing_and_fit(self):
        self.give({"data": nested(20)})
        for columns in (40, 80, 200):
            lines = self.screen(columns, "video", "get", "x", "--human")
            text = "".join("".join(lines).split())
            for level in range(1, 6):
                self.assertIn(f"Level{level}:", text)
            self.assertIn('"level_20":{"leaf":"theinnermostvalue"}', text)
            self.assertTrue(any(line.rstrip().endswith(IDS[1]) for line in lines), lines)
            for line in lines:
                self.assertFalse(line and not line.startswith(" ") and ":" not in line, f"wrapped at {columns}: {line!r}")

    def test_the_end_of_a_list_says_how_to_get_the_rest(self):
        pages = {"data": [{"id": "v", "secret": 1}], "has_more": True, "next_token": "to ken"}
        self.give(pages)
        out = self.assert_succeeds(self.run_heygen("video", "list", "--human")).out
        self.assertTrue(out.endswith("\n\n(1 more field: secret; choose with --fields)\n\n"
                                     "More: add --all, or --token 'to ken'\n"), out)
        self.assertNotIn("Has More", out)
        shown = self.assert_succeeds(self.run_heygen("video", "list", "--human", "--fields", "id,secret")).out
        self.assertEqual(shown, "ID  Secret\nv        1\n\nMore: add --all, or --token 'to ken'\n")
        capped = self.assert_succeeds(self.run_heygen("video", "list", "--human", "--all", "--limit", "1")).out
        self.assertIn("More: raise --limit", capped)
        raw = self.assert_succeeds(self.run_heygen("api", "GET", "/v3/videos", "--human")).out
        self.assertIn("Next Token:", raw)

    def test_the_end_of_a_batch_says_how_to_get_the_rest(self):
        self.give({"data": {"batch_id": "b", "has_more": True, "next_token": "to ken"}})
        for fields in ((), ("--fields", "batch_id")):
            out = self.assert_succeeds(self.run_heygen("video", "batches", "get", "b", "--human", *fields)).out
            self.assertEqual(out, "Batch ID:  b\n\nMore: add --all, or --token 'to ken'\n")

    def test_a_pipe_gets_complete_values_without_color(self):
        self.give(ROWS)
        out = self.assert_succeeds(self.run_heygen("video", "list", "--human")).out
        self.assertIn(TITLES[0], out)
        self.assertIn(TITLES[1], out)
        narrow = self.assert_succeeds(self.run_heygen("video", "list", "--human", env={"COLUMNS": "60"})).out
        self.assertNotIn(TITLES[0], narrow)

    def test_five_thousand_rows_all_arrive(self):
        rows = [{**ROWS["data"][0], "id": f"{number:032x}", "duration": number} for number in range(5000)]
        self.give({"data": rows})
        out = self.assert_succeeds(self.run_heygen("video", "list", "--human")).out
        self.assertEqual([line[:32] for line in out.splitlines()[1:5001]], [row["id"] for row in rows])

    def test_a_terminal_scrolls_through_five_thousand_rows(self):
        rows = [{**ROWS["data"][0], "id": f"{number:032x}"} for number in range(5000)]
        self.give({"data": rows})
        lines = self.screen(80, "video", "list", "--human", flags="-p -S -")
        self.assertEqual([line[:32] for line in lines[1:5001]], [row["id"] for row in rows])
        self.assertEqual(lines[5001], "")

    def test_forty_columns_hold_every_line_of_a_narrow_table(self):
        self.give({"data": [{"id": f"v{n}", "title": title, "status": "completed", "duration": n}
                            for n, title in enumerate(TITLES)], "has_more": True, "next_token": "page-2"})
        lines = self.screen(40, "video", "list", "--human")
        self.assertEqual(lines[0].split(), ["ID", "Title", "Status", "Created", "At"])
        self.assertEqual([line.split()[0] for line in lines[1:4]], ["v0", "v1", "v2"])
        self.assertEqual(lines[4:], ["", "(too narrow to show: Duration)", "",
                                     "More: add --all, or --token page-2"])

    STATES = {"completed": 32, "processing": 33, "failed": 31}

    def give_states(self):
        self.give({"data": [{"id": state[0], "title": state, "status": state} for state in self.STATES]})

    def test_a_terminal_shows_states_in_color(self):
        self.give_states()
        text = "\n".join(self.screen(80, "video", "list", "--human", flags="-p -e", env={"TERM": "xterm-256color"}))
        for state, color in self.STATES.items():
            self.assertIn(f"\x1b[{color}m{state}\x1b[", text)
        self.assertRegex(text, r"\x1b\[1mID\b")

    def test_no_color_with_no_color_or_on_a_dumb_terminal_or_to_a_file(self):
        self.give_states()
        for environment in ({"TERM": "xterm-256color", "NO_COLOR": "1"}, {"TERM": "dumb"}):
            text = "\n".join(self.screen(80, "video", "list", "--human", flags="-p -e", env=environment))
            self.assertIn("completed", text)
            self.assertNotIn("\x1b", text, environment)
        file = self.home.path / "list.txt"
        self.screen(80, "video", "list", "--human", env={"TERM": "xterm-256color"}, then=f"> {shlex.quote(str(file))}")
        self.assertIn("completed", file.read_text())
        self.assertNotIn("\x1b", file.read_text())


if __name__ == "__main__":
    unittest.main()
