#!/usr/bin/env python3
"""Records the pictures of docs/media: runs real commands in a terminal against the sandbox and draws what they printed.

Usage: docs/media/record.py [--bin build/bin] [--output docs/media] [PICTURE...]     PICTURE: session, table, progress

Each command runs in a pseudo-terminal of its own; the configuration directory is empty at first. What was on screen for a
while only (the login picker, some moments of a progress bar) is drawn with a line at its left. Two directories are written
shorter than they are: this checkout as ~/heygen, and the configuration directory as ~/.heygen. An upload goes through a
relay that holds it back, for over loopback it ends before a bar is drawn.
"""
import argparse
import fcntl
import html
import os
import pathlib
import pty
import re
import select
import shlex
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import unicodedata
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
COLUMNS, ROWS = 108, 40
LIMIT_S = 60
DOWN, ENTER = "\x1b[B", "\r"

VIDEO = '{"type":"avatar","avatar_id":"look_123","voice_id":"voice_123","script":"Hello","title":"Hello"}'
# (what it shows, arguments, [(text to wait for, keys to press)])
SESSION = [
    ("Credentials come from providers, libraries that are found and loaded at run time",
     ["provider", "list", "--human"], []),
    ("Log in: choose a way, agree in the browser", ["auth", "login"], [("Esc to cancel", DOWN), ("> 2", ENTER)]),
    ("Which credential is used, and why", ["auth", "explain", "--human"], []),
    ("Create a video and wait until it is there", ["video", "create", "--wait", "-d", VIDEO], []),
    ("The same for people", ["video", "list", "--human"], []),
    ("Log out: the server revokes the tokens, the file forgets them", ["auth", "logout"], []),
]
LOG_IN = ["auth", "login", "--oauth"]
TABLE = [
    ("As wide as the terminal: ids stay whole, times and durations are readable", ["video", "list", "--limit", "6", "--human"], []),
    ("Other fields, in the order asked for",
     ["video", "list", "--limit", "3", "--human", "--fields", "title,duration,completed_at"], []),
]
CLIP, CLIP_SIZE, UPLOAD_RATE, MOMENTS = "interview.mp4", 30 << 20, 7 << 20, 4
PROGRESS = [("A bar while it takes long, on a terminal only; the result is JSON as ever", ["asset", "create", "--file", CLIP], [])]
# name: (title, commands that are not drawn, commands)
PICTURES = {
    "session": ("A terminal session: list providers, log in, create a video, log out", [], SESSION),
    "table": ("Videos as a table on a terminal", [LOG_IN], TABLE),
    "progress": ("The progress bar of an upload", [LOG_IN], PROGRESS),
}
BROWSER = f"#!{sys.executable}\nimport sys, urllib.request\nurllib.request.urlopen(sys.argv[1]).read()\n"


class Sandbox:
    """heygen-sandbox for the time of a `with`; the environment that leads there."""

    def __init__(self, program, base):
        self.process = subprocess.Popen([program, "serve", "--auto-approve"], stdout=subprocess.PIPE, text=True)
        self.environment = dict(base)
        for line in self.process.stdout:
            if line.startswith("# ready"):
                return
            if found := re.match(r"export (\w+)=(.*)", line):
                self.environment[found[1]] = shlex.split(found[2])[0]
        raise SystemExit("record.py: heygen-sandbox did not start")

    def __enter__(self):
        return self.environment

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(LIMIT_S)
        self.process.stdout.close()


class Relay:
    """Passes connections on to the sandbox, what goes there no faster than UPLOAD_RATE."""

    def __init__(self, base):
        self.target = urllib.parse.urlsplit(base)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.base = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:  # closed
                return
            server = socket.create_connection((self.target.hostname, self.target.port))
            threading.Thread(target=self.copy, args=(client, server, UPLOAD_RATE), daemon=True).start()
            threading.Thread(target=self.copy, args=(server, client, None), daemon=True).start()

    @staticmethod
    def copy(source, sink, rate):
        try:
            while piece := source.recv(1 << 16):
                sink.sendall(piece)
                if rate:
                    time.sleep(len(piece) / rate)
            sink.shutdown(socket.SHUT_WR)
        except OSError:  # the other side has gone
            pass


def run(program, arguments, presses, environment):
    """What one command wrote to its terminal."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(environment["HOME"])
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        os.execve(program, ["heygen", *arguments], environment)
    output, waiting = b"", list(presses)
    while True:
        if not select.select([terminal], [], [], LIMIT_S)[0]:
            raise SystemExit(f"record.py: heygen {' '.join(arguments)} stands still after {output!r}")
        try:
            output += os.read(terminal, 4096)
        except OSError:  # the program has ended
            break
        if waiting and waiting[0][0].encode() in output:
            os.write(terminal, waiting.pop(0)[1].encode())
    os.close(terminal)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code != 0:
        raise SystemExit(f"record.py: heygen {' '.join(arguments)} ended with {code}: {output.decode()}")
    return output.decode()


class Screen:
    """As much of a terminal as heygen uses. A line is a list of (letter, style); style is a class name or ""."""

    def __init__(self):
        self.lines, self.row, self.column, self.style = [[]], 0, 0, ""
        self.before, self.shown = [], []
        self.result = []

    def feed(self, text):
        for token in re.findall(r"\x1b\[[?0-9;]*[A-Za-z]|.|\n", text):
            if token.startswith("\x1b["):
                self.control(token[2:-1], token[-1])
            elif token == "\n":
                self.row, self.column = self.row + 1, 0
                while len(self.lines) <= self.row:
                    self.lines.append([])
            elif token == "\r":
                self.column = 0
            else:
                self.put(token)
        self.result += [(line, False) for line in self.trimmed(self.lines)]

    def put(self, letter):
        line = self.lines[self.row]
        line.extend([(" ", "")] * (self.column - len(line)))
        cells = [(letter, self.style)]
        if unicodedata.east_asian_width(letter) in "WF":
            cells.append(("", self.style))  # the second half of a wide one
        line[self.column:self.column + len(cells)] = cells
        self.column += len(cells)

    def control(self, parameters, final):
        if final == "m":
            self.style = {"1": "bold", "2": "dim", "31": "red", "32": "green", "33": "yellow"}.get(parameters, "")
        elif final == "A":
            self.row = max(self.row - int(parameters or 1), 0)
        elif final in "JK":
            self.shown = self.trimmed(self.lines) or self.shown
            del self.lines[self.row][self.column:]
            if final == "J":
                del self.lines[self.row + 1:]
        elif parameters == "?1049" and final == "h":
            self.before, self.lines, self.row, self.column = self.lines, [[]], 0, 0
        elif parameters == "?1049" and final == "l":
            self.result += [(line, False) for line in self.trimmed(self.before)] + [(line, True) for line in self.shown]
            self.lines, self.row, self.column = [[]], 0, 0

    @staticmethod
    def trimmed(lines):
        kept = [list(line) for line in lines]
        while kept and not kept[-1]:
            kept.pop()
        return kept


def wrapped(line):
    return [line[at:at + COLUMNS] for at in range(0, max(len(line), 1), COLUMNS)]


def styled(text, style):
    return [(letter, style) for letter in text]


def command_line(arguments):
    words = " ".join(word if re.fullmatch(r"[\w.,/=:-]+", word) else f"'{word}'" for word in ["heygen", *arguments])
    return styled("$ " + words, "typed")


def moments(text):
    """Some of the states of a progress bar, first to last; each is drawn over the one before."""
    bars = [bar for bar in re.findall(r"\r\x1b\[K([^\r\n\x1b]*%[^\r\n\x1b]*)", text) if bar.strip()]
    picked = [bars[at * (len(bars) - 1) // (MOMENTS - 1)] for at in range(MOMENTS)] if bars else []
    return [(styled(bar.rstrip(), ""), True) for bar in dict.fromkeys(picked)]


def record(directory, before, session):
    """[(line, passing)] of a whole session."""
    program = str(directory / "heygen")
    lines = []
    with tempfile.TemporaryDirectory(prefix="heygen-record-") as home:
        browser = pathlib.Path(home, "browser")
        browser.write_text(BROWSER)
        browser.chmod(0o700)
        with pathlib.Path(home, CLIP).open("wb") as clip:
            clip.truncate(CLIP_SIZE)
        config = os.path.join(home, ".heygen")
        base = {"PATH": os.defpath, "HOME": home, "TERM": "xterm-256color", "LANG": "C.UTF-8", "BROWSER": str(browser),
                "HEYGEN_CONFIG_DIR": config}
        with Sandbox(str(directory / "heygen-sandbox"), base) as environment:
            del environment["HEYGEN_OAUTH_DEVICE_URL"]  # device codes are reserved until they are switched on
            for arguments in before:
                run(program, arguments, [], environment)
            for title, arguments, presses in session:
                slow = {"HEYGEN_API_BASE": Relay(environment["HEYGEN_API_BASE"]).base} if CLIP in arguments else {}
                text = run(program, arguments, presses, {**environment, **slow})
                text = text.replace(config, "~/.heygen").replace(str(directory.parent), "~/heygen/build")
                screen = Screen()
                screen.feed(text)
                lines += [([], False)] if lines else []
                lines += [(styled("# " + title, "dim"), False)]
                for line, passing in [(command_line(arguments), False)] + moments(text) + screen.result:
                    lines += [(part, passing) for part in wrapped(line)]
    return lines


CELL, LINE, MARGIN, SIZE = 8.4, 19, 22, 14
STYLE = """
  .paper { fill: #fbfaf7; stroke: #c9c6bd; }
  .bar { fill: #b9c4d6; }
  text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
         fill: #24292f; white-space: pre; }
  .typed { font-weight: 600; fill: #0a3069; } .bold { font-weight: 600; } .dim { fill: #656d76; }
  .green { fill: #116329; } .red { fill: #a40e26; } .yellow { fill: #7d4e00; }
"""


def runs(line):
    """(first column, text, columns, style) of neighbours in one style."""
    at = 0
    while at < len(line):
        end = at
        while end < len(line) and line[end][1] == line[at][1]:
            end += 1
        yield at, "".join(letter for letter, _ in line[at:end]), end - at, line[at][1]
        at = end


def drawn(line, y, left):
    out = []
    for column, text, columns, style in runs(line):
        columns -= len(text) - len(text.strip(" "))
        column += len(text) - len(text.lstrip(" "))
        text = text.strip(" ")
        if not text:
            continue
        kind = f' class="{style}"' if style else ""
        # textLength keeps the columns whatever font the reader has
        out.append(f'<text x="{left + column * CELL:.1f}" y="{y}" textLength="{columns * CELL:.1f}" '
                   f'lengthAdjust="spacingAndGlyphs"{kind}>{html.escape(text, quote=False)}</text>')
    return out


def svg(title, lines):
    width, height = round(2 * MARGIN + COLUMNS * CELL), 2 * MARGIN + len(lines) * LINE
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
           f"<title>{html.escape(title)}</title>",
           f"<style>{STYLE}</style>",
           f'<rect class="paper" x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="8"/>']
    for number, (line, passing) in enumerate(lines):
        y = MARGIN + number * LINE + SIZE
        if passing:
            out.append(f'<rect class="bar" x="{MARGIN - 10}" y="{y - SIZE}" width="3" height="{LINE}"/>')
        out += drawn(line, y, MARGIN)
    return "\n".join(out) + "\n</svg>\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build" / "bin",
                        help="directory of heygen and heygen-sandbox")
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "docs" / "media", help="directory of the pictures")
    parser.add_argument("pictures", nargs="*", choices=[[], *PICTURES], metavar="PICTURE", help="default: all")
    options = parser.parse_args()
    for name in options.pictures or PICTURES:
        title, before, session = PICTURES[name]
        lines = record(options.bin.resolve(), before, session)
        (options.output / f"{name}.svg").write_text(svg(title, lines), encoding="utf-8")


if __name__ == "__main__":
    main()
