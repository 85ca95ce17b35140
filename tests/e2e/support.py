# SPDX-License-Identifier: Apache-2.0
"""What the end-to-end suites share: the programs under test, a user's home directory, running programs, the peers.

HEYGEN_BUILD is the build directory (default: build/ of the project). Imported before the peers: it puts them on the path.
"""

import atexit
import contextlib
import fcntl
import functools
import json
import os
import pathlib
import queue
import re
import shutil
import signal
import ssl
import stat
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PEERS = ROOT / "tests" / "peers"
BUILD = pathlib.Path(os.environ.get("HEYGEN_BUILD") or ROOT / "build").resolve()
HEYGEN, SANDBOX = BUILD / "bin" / "heygen", BUILD / "bin" / "heygen-sandbox"
PROVIDERS = BUILD / "lib" / "heygen" / "providers"
BROWSER = PEERS / "browser.py"

sys.path.insert(0, str(PEERS))
from service import Service  # noqa: E402  (the peers' directory is not a package)

LIMIT_S = 40  # for what takes a moment when all is well
# AddressSanitizer has memory of its own and needs /proc; it also sees libjq leak over an expression that is not valid.
SANITIZED = HEYGEN.exists() and b"__asan_init" in HEYGEN.read_bytes()
unsanitized = unittest.skipIf(SANITIZED, "not under AddressSanitizer")

# As e2e.isolated has it: every provider in a process of its own, the shipped ones too.
ISOLATED = 'provider.isolation = "process"\n' if os.environ.get("HEYGEN_TEST_ISOLATION") else ""

# The manifest of the providers that the suites write in C.
VAULT = {
    "id": "vault",
    "version": "1",
    "title": "Vault",
    "library": "vault.so",
    "abi": {"min": 1, "max": 1},
    "order": 1000,
}

PAST = "2020-01-01T00:00:00Z"
FUTURE = "2090-01-01T00:00:00Z"


class Done:
    """A program that ended."""

    def __init__(self, arguments, code, out, err, seconds):
        self.arguments, self.code, self.out, self.err, self.seconds = arguments, code, out, err, seconds

    def __str__(self):
        return f"heygen {' '.join(self.arguments)} -> {self.code} in {self.seconds:.1f} s\n{self.out}{self.err}"

    def json(self):
        return json.loads(self.out)

    def error(self):
        """The envelope: one JSON line, the last of stderr."""
        return json.loads(self.err.splitlines()[-1])["error"]


class Running:
    """A program that runs: its output by lines, as they come."""

    def __init__(self, program, arguments, env, typed=None, prefix=()):
        """`typed`: what its stdin, a pipe, holds; None: /dev/null."""
        self.arguments, self.begin = arguments, time.monotonic()
        self.process = subprocess.Popen(
            [*prefix, str(program), *arguments],
            env=env,
            stdin=subprocess.DEVNULL if typed is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            process_group=0,
        )
        self.err_lines, self.arrived = [], queue.Queue()
        self.out, self.end, self.ended = "", None, False
        self.readers = [threading.Thread(target=read, daemon=True) for read in (self._read_err, self._read_out)]
        for reader in self.readers:
            reader.start()
        if typed is not None:
            with contextlib.suppress(BrokenPipeError):  # it may end without reading
                self.process.stdin.write(typed)
                self.process.stdin.flush()
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.close()

    def _read_err(self):
        with self.process.stderr as stream:
            for line in stream:
                self.arrived.put(line)
        self.arrived.put(None)

    def _read_out(self):
        with self.process.stdout as stream:
            self.out = stream.read()
        self.end = time.monotonic()

    def line(self, pattern, seconds=LIMIT_S):
        """The match of `pattern` in the first line of stderr, from here on, that has it."""
        until = time.monotonic() + seconds
        while True:
            try:
                line = self.arrived.get(timeout=max(until - time.monotonic(), 0.001))
            except queue.Empty:
                raise AssertionError(f"no {pattern!r} on stderr within {seconds} s, only: {self.err_lines}") from None
            if line is None:
                self.arrived.put(None)
                raise AssertionError(f"it ended without {pattern!r} on stderr, only: {self.err_lines}")
            self.err_lines.append(line)
            found = re.search(pattern, line)
            if found:
                return found

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)

    def finish(self, seconds=LIMIT_S):
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.close()
            said = "".join(self._rest())
            raise AssertionError(f"heygen {' '.join(self.arguments)} still runs after {seconds} s\n{said}") from None
        err = "".join(self._rest())
        self.readers[1].join(10)
        self.ended = self.end is not None
        return Done(self.arguments, code, self.out, err, self.end - self.begin)

    def _rest(self):
        """All of stderr, once the program has ended."""
        while (line := self.arrived.get(timeout=10)) is not None:
            self.err_lines.append(line)
        return self.err_lines

    def close(self):
        """Ends it and what it started, so that its pipes are closed."""
        if self.ended:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Home:
    """A user's account: home directory, configuration directory, environment. Nothing of the tester's own shows through."""

    def __init__(self, parent=None):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="heygen-e2e-", dir=parent))
        self.config = self.path / ".heygen"
        self.file = self.config / "credentials"
        keep = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
        self.env = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.path),
            "LANG": "C.UTF-8",
            "TERM": "xterm",
            "HEYGEN_CONFIG_DIR": str(self.config),
            "BROWSER": "none",
            **keep,
        }
        self.program = HEYGEN
        if ISOLATED:
            self.write_settings("")

    def remove(self):
        shutil.rmtree(self.path, ignore_errors=True)

    def write(self, content, mode=0o600):
        """The credentials file: bytes, text, or a JSON value."""
        self.config.mkdir(mode=0o700, exist_ok=True)
        if not isinstance(content, (bytes, str)):
            content = json.dumps(content)
        self.file.write_bytes(content if isinstance(content, bytes) else content.encode())
        self.file.chmod(mode)

    def write_oauth(self, tokens, expires_at=FUTURE, **others):
        self.write(
            {
                "oauth": {
                    "access_token": tokens["access_token"],
                    "refresh_token": tokens["refresh_token"],
                    "expires_at": expires_at,
                    "scope": "openid",
                    "token_type": "Bearer",
                    **others,
                },
                "team": {"keep": 12345678901234567890},
            }
        )

    def read(self):
        return json.loads(self.file.read_bytes())

    def write_settings(self, text):
        self.config.mkdir(mode=0o700, exist_ok=True)
        (self.config / "config.toml").write_text(ISOLATED + text, encoding="utf-8")

    def providers(self):
        """The user's own directory of providers, created."""
        self.config.mkdir(mode=0o700, exist_ok=True)
        (self.config / "providers").mkdir(mode=0o700, exist_ok=True)
        return self.config / "providers"

    def add_provider(self, library, directory=None):
        """Copies a library and its manifest there, or elsewhere."""
        for file in (library, library.with_suffix(".provider.json")):
            shutil.copy(file, directory or self.providers())

    def in_process(self):
        """The directory of providers of a program of this user's own: they run in its process."""
        if self.program == HEYGEN:
            self.program = install(self.path / "program", "apikey", "oauth", "device-code")
        return self.program.parent.parent / "lib" / "heygen" / "providers"

    def script(self, name, text):
        path = self.path / name
        path.write_text("#!/bin/sh\n" + text, encoding="utf-8")
        path.chmod(0o755)
        return str(path)

    def browser(self, press="approve", ca=None):
        """Sets BROWSER to the fake browser; returns where its last page is written."""
        last = self.path / "last-page.json"
        last.unlink(missing_ok=True)
        ca = f"--ca '{ca}' " if ca else ""
        self.env["BROWSER"] = self.script(
            "browser.sh", f"exec '{sys.executable}' '{BROWSER}' {ca}--press {press} --last '{last}' \"$1\"\n"
        )
        return last


def install(prefix, *providers):
    """A copy of the program with these providers alone, as a package would install it. Returns the program."""
    (prefix / "bin").mkdir(parents=True)
    directory = prefix / "lib" / "heygen" / "providers"
    directory.mkdir(parents=True)
    shutil.copy2(HEYGEN, prefix / "bin" / "heygen")
    shutil.copytree(BUILD / "libexec", prefix / "libexec")
    for one in providers:
        for path in (
            PROVIDERS / f"{one}.provider.json",
            PROVIDERS / json.loads((PROVIDERS / f"{one}.provider.json").read_text())["library"],
        ):
            shutil.copy2(path, directory / path.name)
    return prefix / "bin" / "heygen"


def compile_provider(source, library, *flags):
    """A provider in C, from only the public header."""
    command = ["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-I", ROOT / "sdk" / "include"]
    subprocess.run([*command, *flags, source, "-o", library], check=True)


def write_manifest(library):
    """Beside the library, from what the library says."""
    subprocess.run([BUILD / "bin" / "heygen-provider-check", "manifest", library], check=True, stdout=subprocess.DEVNULL)


@functools.cache
def example(name, *flags):
    """The library of the SDK's C or C++ example of that name, compiled once, with its manifest beside it."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix=f"heygen-{name}-"))
    atexit.register(shutil.rmtree, directory, True)
    library = directory / f"{name}.so"
    sources = list((ROOT / "sdk" / "examples" / name).glob("*.c*"))
    command = ["cc", "-std=c11"] if sources[0].suffix == ".c" else ["c++", "-std=c++17"]
    command += ["-O1", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-shared", "-fPIC", "-fvisibility=hidden"]
    command += [f"-Wl,--version-script={ROOT}/sdk/cmake/provider.map", "-I", ROOT / "sdk" / "include"]
    subprocess.run([*command, *sources, "-o", library, *flags], check=True)
    write_manifest(library)
    return library


def assert_passes_check(test, library, *options, env=None, unchecked=0):
    """Every rule is exercised, but for `unchecked` ones; valgrind is for the checker's own suite."""
    strict = [] if unchecked else ["--strict"]
    done = subprocess.run(
        [BUILD / "bin" / "heygen-provider-check", *strict, "--no-memory", *options, library],
        env=env,
        capture_output=True,
        text=True,
    )
    test.assertEqual(done.returncode, 0, done.stdout + done.stderr)
    test.assertRegex(done.stdout, f" 0 failed, .* {unchecked} unchecked")
    return done.stdout


@functools.cache
def may_mount():
    """In a mount namespace of its own, as root: in a user namespace the owners of files would not be what they are."""
    mount = ["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return os.geteuid() == 0 and subprocess.run(mount, capture_output=True).returncode == 0


def processor_time(pid):
    """Seconds."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def eventually(condition, what, seconds=LIMIT_S):
    """For what no pipe or log announces."""
    until = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > until:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.005)
    return found


def get(url, opener=None):
    with (opener or urllib.request.build_opener(urllib.request.ProxyHandler({}))).open(url, timeout=20) as response:
        return json.load(response)


class EndToEnd(unittest.TestCase):
    """A test with a home. Whatever it runs is checked for what holds always: stdout carries a result or nothing, an
    error is one envelope, and no secret shows."""

    prints_before_it_fails = False  # of a job that was started, say

    def setUp(self):
        self.assertTrue(HEYGEN.exists(), f"{HEYGEN} is not built")
        self.home = Home()
        self.addCleanup(self.home.remove)

    def secrets(self):
        return []

    def start(self, *arguments, env=None, typed=None, prefix=()):
        running = Running(self.home.program, arguments, {**self.home.env, **(env or {})}, typed, prefix)
        self.addCleanup(running.close)
        return running

    def run_heygen(self, *arguments, env=None, stdin=None, seconds=LIMIT_S, prefix=()):
        return self.finish(self.start(*arguments, env=env, typed=stdin, prefix=prefix), seconds)

    def finish(self, running, seconds=LIMIT_S):
        return self.checked(running.finish(seconds))

    def checked(self, done):
        for secret in self.secrets():
            self.assertNotIn(secret, done.out + done.err)
        self.assertNotIn("\x1b", done.out + done.err)
        self.assertGreaterEqual(done.code, 0, done)
        if done.code != 0:
            if not self.prints_before_it_fails:
                self.assertEqual(done.out, "", done)
            self.assertIn("message", done.error(), done)
        return done

    def assert_succeeds(self, done):
        self.assertEqual(done.code, 0, done)
        return done

    def assert_fails(self, done, code, exit_code):
        self.assertEqual(done.code, exit_code, done)
        self.assertEqual(done.error()["code"], code, done)
        return done

    def assert_private(self):
        self.assertEqual(stat.S_IMODE(self.home.file.stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(self.home.config.stat().st_mode), 0o700)


class WithService(EndToEnd):
    """With the misbehaving service, and an account that is set up for it and logged in."""

    tls = None

    def setUp(self):
        super().setUp()
        self.service = self.enterContext(Service(self.tls))
        self.home.env.update(self.service.environment(), HEYGEN_MAX_RETRIES="0")

    def secrets(self):
        return self.service.secrets()

    def logged_in(self, expires_at=FUTURE):
        tokens = self.service.mint()
        self.home.write_oauth(tokens, expires_at)
        return tokens


@functools.cache
def certificates():
    """Directory of the throw-away authority (see peers/certificates.sh)."""
    directory = tempfile.mkdtemp(prefix="heygen-e2e-certificates-")
    atexit.register(shutil.rmtree, directory, True)
    subprocess.run([str(PEERS / "certificates.sh"), directory], check=True, capture_output=True)
    return pathlib.Path(directory)


@functools.cache
def node_modules():
    """Installed once, also by suites that run side by side."""
    with open(PEERS / "package-lock.json", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (PEERS / "node_modules" / "oidc-provider").is_dir():
            return
        subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
            cwd=PEERS,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=300,
        )


class IdentityProvider:
    """oidc-provider as peers/idp.mjs sets it up."""

    def __init__(self, *options, tls=False):
        node_modules()
        if tls:
            options += ("--tls", str(certificates() / "server.pem"), str(certificates() / "server.key"))
        self.ca = str(certificates() / "ca.pem") if tls else None
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=self.ca)),
        )
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            ["node", str(PEERS / "idp.mjs"), *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
        )
        first = self.process.stdout.readline()
        if not first:
            self.errors.seek(0)
            raise RuntimeError("the identity provider did not start: " + self.errors.read().decode())
        self.url = json.loads(first)["issuer"]
        self.changed, self.requests = threading.Condition(), []
        self.asked = self.said = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        for line in self.process.stdout:
            entry = json.loads(line)
            with self.changed:
                if entry["path"] == "/_test/said":
                    self.said = max(self.said, int(entry["query"]["number"]))
                else:
                    self.requests.append(entry)
                self.changed.notify_all()

    def stop(self):
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()
        self.errors.close()

    def environment(self, issuer=False):
        env = {"HEYGEN_API_BASE": self.url, "HEYGEN_OAUTH_CLIENT_ID": "e2e-client"}
        if self.ca:
            env["SSL_CERT_FILE"] = self.ca
        else:
            env["HEYGEN_ALLOW_HTTP"] = "1"
        if issuer:
            return {**env, "HEYGEN_OAUTH_ISSUER": self.url}
        return {
            **env,
            "HEYGEN_OAUTH_AUTHORIZE_URL": self.url + "/oauth/authorize",
            "HEYGEN_OAUTH_TOKEN_URL": self.url + "/v1/oauth/token",
            "HEYGEN_OAUTH_REVOKE_URL": self.url + "/v1/oauth/revoke",
        }

    def state(self, token):
        return get(f"{self.url}/_test/state?" + urllib.parse.urlencode({"token": token}), self.opener)["state"]

    def forget(self, access_token):
        get(f"{self.url}/_test/forget?" + urllib.parse.urlencode({"token": access_token}), self.opener)

    def change_nonce(self):
        get(f"{self.url}/_test/nonce", self.opener)

    def fail_next_exchange(self, status):
        get(f"{self.url}/_test/exchange?status={status}", self.opener)

    def catch_up(self):
        """Its log comes through a pipe: waits until all lines of the requests so far are here."""
        with self.changed:
            self.asked += 1
            number = self.asked
        get(f"{self.url}/_test/said?number={number}", self.opener)
        with self.changed:
            if not self.changed.wait_for(lambda: self.said >= number, LIMIT_S):
                raise AssertionError(f"no line of the log within {LIMIT_S} s")

    def mark(self):
        """A place in the log, for `since`."""
        self.catch_up()
        with self.changed:
            return len(self.requests)

    def since(self, mark, path=None):
        self.catch_up()
        with self.changed:
            return [entry for entry in self.requests[mark:] if path in (None, entry["path"])]

    def wait(self, mark, path, seconds=LIMIT_S):
        with self.changed:
            if not self.changed.wait_for(lambda: any(e["path"] == path for e in self.requests[mark:]), seconds):
                raise AssertionError(f"no request for {path} within {seconds} s")
