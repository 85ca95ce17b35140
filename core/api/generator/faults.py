# SPDX-License-Identifier: Apache-2.0
"""What is wrong, each fault with its file and line, and the checks that every part of the catalog shares."""
from .located_json import line_of

DOC_WIDTH = 110


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


KINDS = {
    "anything": lambda value: True,
    "a text": lambda value: isinstance(value, str),
    "a whole number": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "a number": is_number,
    "true or false": lambda value: isinstance(value, bool),
    "an object": lambda value: isinstance(value, dict),
    "a list of texts": lambda value: isinstance(value, list) and all(isinstance(one, str) for one in value),
    "a list of objects": lambda value: isinstance(value, list) and all(isinstance(one, dict) for one in value),
}


class Faults:
    def __init__(self):
        self.found = []
        self.path = ""

    def at_line(self, line, sentence):
        self.found.append(f"{self.path}:{line}: {sentence}")

    def add(self, node, sentence, member=None):
        """member: the name of the member that is wrong, whose line is told in place of the node's."""
        self.at_line(line_of(node, member), sentence)

    def members(self, node, what, needed, optional=None):
        """Whether the node is an object with these members and no others; both map a name to one of KINDS."""
        if not isinstance(node, dict):
            self.add(node, f"{what} must be an object")
            return False
        before = len(self.found)
        known = {**needed, **(optional or {})}
        for name in node:
            if name not in known:
                self.add(node, f"unknown key '{name}' in {what}", name)
        for name in needed:
            if name not in node:
                self.add(node, f"{what} lacks '{name}'")
        for name, kind in known.items():
            if name in node and not KINDS[kind](node[name]):
                self.add(node, f"'{name}' of {what} has the wrong type: it is {kind}", name)
        return len(self.found) == before

    def sentence(self, node, member, text, full_stop=False):
        if not text.strip():
            self.add(node, "a doc is empty", member)
        elif text != text.strip() or "\n" in text:
            self.add(node, f"a doc must be one line without spaces around it: {text!r}", member)
        elif not text.isprintable():
            self.add(node, f"a doc holds a control character: {text!r}", member)
        elif not full_stop and text.endswith("."):
            self.add(node, f"no full stop at the end of: {text!r}", member)
        elif not full_stop and len(text) > DOC_WIDTH:
            self.add(node, f"longer than {DOC_WIDTH} characters: {text!r}", member)

    def description(self, node, member, text):
        """Paragraphs, one a line; two spaces begin a line that is shown as it is."""
        for line in text.split("\n"):
            self.sentence(node, member, line.removeprefix("  "), full_stop=True)
