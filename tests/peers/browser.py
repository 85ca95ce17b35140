#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A fake of the user's browser: follows redirects with cookies and presses one button of every form it meets.

Usage: browser.py [--ca PEM] [--press approve|deny] [--last FILE] URL
--last: where the last page goes, as JSON {url, status, headers, body}.
"""

import argparse
import html.parser
import http.cookiejar
import json
import os
import ssl
import sys
import urllib.error
import urllib.parse
import urllib.request

REDIRECTS = (301, 302, 303, 307, 308)
MOST_STEPS = 20


class Form(html.parser.HTMLParser):
    """The first form of a page that is sent by POST, with its buttons inside or outside of it."""

    def __init__(self, page):
        super().__init__()
        self.posts, self.action, self.fields, self.buttons = False, "", {}, []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attribute = dict(attributes)
        if tag == "form" and not self.posts:
            self.posts, self.action = attribute.get("method", "").lower() == "post", attribute.get("action") or ""
        elif tag == "input" and attribute.get("name"):
            self.fields[attribute["name"]] = attribute.get("value") or ""
        elif tag == "button":
            self.buttons.append(attribute)

    def press(self, wanted):
        """The fields as they are sent: the button that says so, or a nameless one when none does."""
        button = next(
            (b for b in self.buttons if wanted in (b.get("id"), b.get("value"))),
            self.buttons[0] if self.buttons else {},
        )
        named = {button["name"]: button.get("value") or ""} if button.get("name") else {}
        return urllib.parse.urlencode({**self.fields, **named}).encode()


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Browser:
    def __init__(self, ca=None):
        self.opener = urllib.request.build_opener(
            Stay,
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()),
            urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=ca)),
        )

    def load(self, url, form=None):
        try:
            response = self.opener.open(urllib.request.Request(url, form, {"Accept": "text/html"}), timeout=20)
        except urllib.error.HTTPError as refusal:
            response = refusal
        with response:
            return {
                "url": url,
                "status": response.status,
                "headers": dict(response.headers),
                "body": response.read().decode("utf-8", "replace"),
            }

    def visit(self, url, press="approve"):
        """The page where it ends."""
        form = None
        for _ in range(MOST_STEPS):
            page = self.load(url, form)
            form = None
            if page["status"] in REDIRECTS:
                url = urllib.parse.urljoin(url, page["headers"]["Location"])
                continue
            shown = Form(page["body"])
            if page["status"] >= 400 or not shown.posts:
                return page
            url, form = urllib.parse.urljoin(url, shown.action), shown.press(press)
        raise RuntimeError(f"no end after {MOST_STEPS} pages")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ca")
    parser.add_argument("--press", default="approve")
    parser.add_argument("--last")
    parser.add_argument("url")
    options = parser.parse_args()
    page = Browser(options.ca).visit(options.url, options.press)
    if options.last:
        with open(options.last + ".new", "w", encoding="utf-8") as out:
            json.dump(page, out)
        os.rename(options.last + ".new", options.last)


if __name__ == "__main__":
    sys.exit(main())
