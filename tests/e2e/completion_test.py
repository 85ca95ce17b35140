# SPDX-License-Identifier: Apache-2.0
"""Completion in real shells on a real screen: bash with and without bash-completion, zsh, fish. They read the script that the
program prints; install_test.py has them find it where an installation puts it."""

import shlex
import shutil
import unittest

from support import EndToEnd, eventually
from terminal_test import Screen

PROMPT = "=>"
BASH_COMPLETION = "/usr/share/bash-completion/bash_completion"

# What is typed (a tab completes), and what the line holds then. The same for every shell.
COMPLETED = [
    ("heygen webh\t", "heygen webhook"),
    ("heygen --human webh\t", "heygen --human webhook"),
    ("heygen --provider oauth webh\t", "heygen --provider oauth webhook"),
    ("heygen video sta\tli\t", "heygen video statuses list"),
    ("heygen video list --fol\t", "heygen video list --folder-id"),
    ("heygen video list --title 'two words' --fol\t", "heygen video list --title 'two words' --folder-id"),
    ("heygen avatar list --ownership pri\t", "heygen avatar list --ownership private"),
    ("heygen avatar list --ownership=pri\t", "heygen avatar list --ownership=private"),
    ("heygen --human=fa\t", "heygen --human=false"),
    ("heygen --provider api\t", "heygen --provider apikey"),
    ("heygen --provider=api\t", "heygen --provider=apikey"),
    ("heygen provider why api\t", "heygen provider why apikey"),
    ("heygen config set ana\t", "heygen config set analytics"),
    ("heygen auth login --dev\t", "heygen auth login --device-code"),
    ("heygen api PAT\t", "heygen api PATCH"),
    ("heygen completion po\t", "heygen completion powershell"),
    ("heygen help video dow\t", "heygen help video download"),
    ("heygen asset create --file por\t", "heygen asset create --file portrait.png"),
    ("heygen asset create --file=por\t", "heygen asset create --file=portrait.png"),
    ("heygen asset create --file two\t", "heygen asset create --file two\\ words.png"),
    ("heygen video download x --output-path cl\t", "heygen video download x --output-path clips/"),
    ("heygen video create -d notes\t", "heygen video create -d notes.json"),
    ("heygen video create -d @notes\t", "heygen video create -d @notes.json"),
    ("heygen video create --data=@notes\t", "heygen video create --data=@notes.json"),
    ("heygen webhook endpoints create --events video_agent.s\t", "create --events video_agent.success"),
    ("heygen webhook endpoints create --events batch.finished,video_agent.s\t", "batch.finished,video_agent.success"),
]

# What is typed, what is offered then, and what is not.
OFFERED = [
    ("heygen ", ["video", "auth", "completion"], ["brand-kit", "__complete"]),
    ("heygen voice list --", ["--engine", "--limit", "--human"], ["--headers", "--seed"]),
    ("heygen voice list --engine x --", ["--limit"], ["--engine "]),
    ("heygen background-removal create --layers mask --", ["--layers", "--title"], []),
    ("heygen avatar looks list --avatar-type ", ["studio_avatar", "digital_twin", "photo_avatar"], ["--limit", "notes"]),
    ("heygen video get ", ["--response-schema"], ["notes"]),
    ("heygen video list -- --", [], ["--limit", "notes"]),
    ("heygen nonsense ", [], ["notes", "webhook"]),
    ("heygen video list --title ", [], ["notes", "--limit"]),
]


class Shell(Screen):
    START = {
        "bash": ["bash", "--norc", "--noprofile"],
        "zsh": ["zsh", "-f"],
        "fish": ["fish", "--no-config"],
    }
    PLAIN = {
        "bash": "bind 'set completion-query-items 0'; bind 'set page-completions off'",
        "zsh": "LISTMAX=1000; unsetopt prompt_sp beep list_ambiguous",
        "fish": "set -g fish_autosuggestion_enabled 0; set -g fish_greeting",
    }

    def __init__(self, name, home, setup, directory, env=None):
        self.name = name
        settings = {**home.env, "PATH": f"{home.program.parent}:{home.env['PATH']}", "LC_ALL": "C.UTF-8", **(env or {})}
        words = ["env", "-i", *(f"{key}={value}" for key, value in settings.items()), "TERM=screen", *self.START[name]]
        super().__init__(home, f"cd {shlex.quote(str(directory))} && exec {shlex.join(words)}", 200, 60)
        prompt = "function fish_prompt; echo '=''> '; end" if name == "fish" else "PS1='=''> '"
        for line in [self.PLAIN[name], prompt, *setup]:
            self.type(line + "\n")
        self.type("echo rea''dy\n")
        self.wait("\nready")  # Ctrl-C would throw away what is not read yet
        self.empty()

    def clear(self):
        """An empty line on an empty screen."""
        self.press("C-c")
        eventually(lambda: self.text().rstrip().endswith(f"\n{PROMPT}"), f"a new prompt in {self.name}:\n{self.text()}")
        self.empty()

    def empty(self):
        self.type("clear\n")
        eventually(lambda: self.text().strip() == PROMPT, f"an empty screen in {self.name}")

    def shows(self, typed, *expected):
        self.type(typed)
        for text in expected:
            eventually(lambda: text in self.text(), f"{self.name}: {text!r} after {typed!r}:\n{self.text().strip()}")
        return self.text()


class Completion(EndToEnd):
    def setUp(self):
        super().setUp()
        self.directory = self.home.path / "here"
        (self.directory / "clips").mkdir(parents=True)
        for name in ("notes.json", "portrait.png", "two words.png"):
            (self.directory / name).write_text("{}", encoding="utf-8")

    def shell(self, name, *setup, env=None):
        if shutil.which(name) is None:
            self.skipTest(f"{name} is not installed")
        shell = Shell(name, self.home, setup, self.directory, env)
        self.addCleanup(shell.close)
        return shell

    def check(self, shell):
        for typed, expected in COMPLETED:
            with self.subTest(shell=shell.name, typed=typed):
                if "\\ " in expected and shell.name == "fish":
                    expected = expected.replace("two\\ words.png", "'two words.png'")
                    self.assertIn("two", shell.shows(typed, "words.png"))
                else:
                    shell.shows(typed, f"{PROMPT} {expected}" if expected.startswith("heygen") else expected)
            shell.clear()
        for typed, offered, withheld in OFFERED:
            with self.subTest(shell=shell.name, typed=typed):
                shell.shows(typed + ("\t\t\t" if shell.name == "bash" else "\t"), *offered)
                shown = shell.shows("qz", "qz").replace(typed, "")
                for text in withheld:
                    self.assertNotIn(text, shown)
            shell.clear()


class Scripts(Completion):
    """The script that the program prints, read as `heygen completion SHELL --help` says."""

    def test_bash_alone(self):
        self.check(self.shell("bash", "source <(heygen completion bash)"))

    def test_bash_with_bash_completion(self):
        self.check(self.shell("bash", f"source {BASH_COMPLETION}", "source <(heygen completion bash)"))

    def test_bash_that_splits_words_elsewhere(self):
        shell = self.shell("bash", "source <(heygen completion bash)", "COMP_WORDBREAKS=' '")
        shell.shows("heygen avatar list --ownership=pri\t", "--ownership=private")
        shell.clear()
        shell.shows("heygen video create --data=@notes\t", "--data=@notes.json")

    def test_zsh(self):
        self.check(self.shell("zsh", "autoload -U compinit; compinit -D -u", "source <(heygen completion zsh)"))

    def test_fish(self):
        self.check(self.shell("fish", "heygen completion fish | source"))


if __name__ == "__main__":
    unittest.main()
