# SPDX-License-Identifier: Apache-2.0
"""json.loads, but every object and list knows its lines, and a name that occurs twice is an error."""
import bisect
import json
import re
from json.decoder import scanstring

SPACE = re.compile(r"[ \t\r\n]*")


class Located(dict):
    line = 1
    lines = {}  # of the members, by name


class LocatedList(list):
    line = 1


def line_of(node, name=None):
    return getattr(node, "lines", {}).get(name) or getattr(node, "line", 1)


class Reader:
    def __init__(self, text):
        self.text = text
        self.starts = [match.start() for match in re.finditer("\n", text)]
        self.scalar = json.JSONDecoder(parse_constant=lambda word: self.fail(self.at, f"not JSON: {word}"))
        self.at = 0

    def fail(self, at, sentence):
        raise SyntaxError(sentence, ("", self.line(at), 0, ""))

    def line(self, at):
        return bisect.bisect_left(self.starts, at) + 1

    def skip(self):
        self.at = SPACE.match(self.text, self.at).end()
        return self.text[self.at:self.at + 1]

    def document(self):
        node = self.value()
        if self.skip():
            self.fail(self.at, "text after the end of the document")
        return node

    def value(self):
        opening = self.skip()
        if opening == "{":
            return self.members()
        if opening == "[":
            return self.items()
        try:
            node, self.at = self.scalar.raw_decode(self.text, self.at)
        except ValueError as error:
            self.refuse(error)
        return self.encodable(node)

    def refuse(self, error):
        self.fail(getattr(error, "pos", self.at), f"not JSON: {getattr(error, 'msg', error)}")

    def encodable(self, node):
        if isinstance(node, str) and any("\ud800" <= char <= "\udfff" for char in node):
            self.fail(self.at, "half a surrogate pair")
        return node

    def members(self):
        node = Located()
        node.line, node.lines = self.line(self.at), {}
        self.at += 1
        while self.skip() != "}":
            if self.skip() != '"':
                self.fail(self.at, "a member's name was expected")
            start = self.at
            try:
                name, self.at = scanstring(self.text, self.at + 1, True)
            except ValueError as error:
                self.refuse(error)
            if self.encodable(name) in node:
                self.fail(start, f"'{name}' occurs here twice")
            if self.skip() != ":":
                self.fail(self.at, "':' was expected")
            self.at += 1
            node.lines[name] = self.line(start)
            node[name] = self.value()
            self.comma("}")
        self.at += 1
        return node

    def items(self):
        node = LocatedList()
        node.line = self.line(self.at)
        self.at += 1
        while self.skip() != "]":
            node.append(self.value())
            self.comma("]")
        self.at += 1
        return node

    def comma(self, closing):
        following = self.skip()
        if following == closing:
            return
        if following != ",":
            self.fail(self.at, f"',' or '{closing}' was expected")
        comma = self.at
        self.at += 1
        if self.skip() == closing:
            self.fail(comma, f"',' before '{closing}'")


def parse(text):
    return Reader(text).document()
