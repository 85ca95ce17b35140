# SPDX-License-Identifier: Apache-2.0
"""Signatures of providers: made and verified by Debian's minisign and by ours, required by a policy, and by an installation
from a file, an archive and a web server."""

import base64
import gzip
import hashlib
import io
import json
import os
import pathlib
import pty
import shutil
import signal
import subprocess
import tarfile
import unittest

from policy_test import OPEN, POLICY, Policy
from support import BUILD, PROVIDERS, EndToEnd, WithService, certificates, install

CHECKER = BUILD / "bin" / "heygen-provider-check"
MINISIGN = shutil.which("minisign")


def minisign(*arguments, **options):
    return subprocess.run([MINISIGN, *map(str, arguments)], check=True, capture_output=True, text=True, **options)


def encrypted(key, password):
    """A key file with a password, from one without: scrypt at a cost that a test can pay."""
    raw = base64.b64decode(key.read_text().splitlines()[1])
    body = raw[54:126]
    body += hashlib.blake2b(b"Ed" + body, digest_size=32).digest()
    salt, operations, memory = bytes(range(32)), 1 << 19, 1 << 24  # of libsodium: N = 2^14, r = 8, p = 1
    stream = hashlib.scrypt(password.encode(), salt=salt, n=1 << 14, r=8, p=1, dklen=104, maxmem=1 << 26)
    sealed = bytes(one ^ other for one, other in zip(body, stream))
    text = b"EdScB2" + salt + operations.to_bytes(8, "little") + memory.to_bytes(8, "little") + sealed
    file = key.with_suffix(".encrypted")
    file.write_text("untrusted comment: minisign encrypted secret key\n" + base64.b64encode(text).decode() + "\n")
    return file


@unittest.skipUnless(MINISIGN, "needs minisign")
class Signed:
    """A provider with its two files in a directory of their own, and two keys."""

    def setUp(self):
        super().setUp()
        self.source = self.home.path / "vendor"
        self.source.mkdir()
        manifest = json.loads((PROVIDERS / "oauth.provider.json").read_text())
        for name in ("oauth.provider.json", manifest["library"]):
            shutil.copy(PROVIDERS / name, self.source)
        self.library, self.manifest = self.source / manifest["library"], self.source / "oauth.provider.json"
        self.secret, self.key = self.new_key("acme")
        self.other_secret, self.other_key = self.new_key("other")
        # Without the shipped provider of the same ID, and without a checker beside it: this is not its test.
        self.home.program = install(self.home.path / "installed")

    def new_key(self, name):
        public, secret = self.home.path / f"{name}.pub", self.home.path / f"{name}.key"
        minisign("-G", "-W", "-p", public, "-s", secret)
        return secret, public.read_text().splitlines()[1]

    def sign(self, *files, key=None, comment=None):
        more = [] if comment is None else ["-t", comment]
        for file in files or (self.library, self.manifest):
            minisign("-S", "-s", key or self.secret, *more, "-m", file)

    def install(self, source, *options, **more):
        return self.run_heygen("provider", "install", str(source), "--force", "--yes", *options, **more)

    def refused(self, done, *parts):
        self.assert_fails(done, "usage_error", 2)
        for part in parts:
            self.assertIn(part, done.error()["message"])
        installed = self.home.config / "providers"
        self.assertEqual(sorted(path.name for path in installed.iterdir()) if installed.exists() else [], [])
        return done.error()

    def listed(self):
        rows = self.assert_succeeds(self.run_heygen("provider", "list")).json()
        return next(row["signature"] for row in rows if row["id"] == "oauth")

    def archive(self, name="oauth.tar.gz", add=None, mode="w:gz"):
        path = self.home.path / name
        with tarfile.open(path, mode, format=tarfile.GNU_FORMAT) as tar:
            for file in sorted(self.source.iterdir()):
                tar.add(file, f"oauth-1.0/{file.name}")
            if add:
                add(tar)
        return path


class BothWays(Signed, EndToEnd):
    def check_sign(self, *arguments, stdin=None):
        return subprocess.run(
            [CHECKER, "sign", *map(str, arguments)], input=stdin, stdin=None if stdin else subprocess.DEVNULL,
            capture_output=True, text=True,
        )

    def test_minisign_verifies_what_the_tool_signs(self):
        done = self.check_sign(self.library, "--key", self.secret)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn(f"public key: {self.key}\n", done.stdout)
        for file in (self.library, self.manifest):
            said = minisign("-V", "-H", "-P", self.key, "-m", file).stdout
            self.assertIn(f"file:{file.name}\thashed", said)
        digest = hashlib.sha256(self.library.read_bytes()).hexdigest()
        self.assertIn(f"library:{digest}", said)
        self.assert_succeeds(self.install(self.library, "--key", self.key))

    def test_the_tool_verifies_what_minisign_signs(self):
        for flags in ([], ["-l"]):
            for file in (self.library, self.manifest):
                minisign("-S", *flags, "-s", self.secret, "-m", file)
            done = self.assert_succeeds(self.install(self.library, "--key", str(self.home.path / "acme.pub"))).json()
            self.assertEqual(done["signed_by"], {"key": self.key_id()})

    def key_id(self):
        return base64.b64decode(self.key)[2:10][::-1].hex().upper()

    def test_a_key_with_a_password(self):
        key = encrypted(self.secret, "correct horse")
        minisign("-S", "-s", key, "-m", self.library, input="correct horse\n")  # it is a key of minisign
        for words in ("correct horse\n", "correct horse"):
            done = self.check_sign(self.manifest, "--key", key, stdin=words)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            minisign("-V", "-P", self.key, "-m", self.manifest)
            minisign("-V", "-P", self.key, "-m", self.library)
        for words in ("correct hors\n", "\n"):
            done = self.check_sign(self.library, "--key", key, stdin=words)
            self.assertEqual(done.returncode, 1)
            self.assertIn("the password is wrong", done.stderr)
            self.assertNotIn("correct", done.stderr + done.stdout)

    def test_the_password_is_not_shown_on_a_terminal(self):
        key = encrypted(self.secret, "correct horse")
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [CHECKER, "sign", self.library, "--key", key], stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True,
            start_new_session=True,
        )
        os.close(theirs)
        self.addCleanup(os.close, ours)
        seen = b""
        while b"Password of the key: " not in seen:
            seen += os.read(ours, 1024)
        os.write(ours, b"correct horse\n")
        while True:
            try:
                piece = os.read(ours, 1024)
            except OSError:  # the other side is closed
                break
            if not piece:
                break
            seen += piece
        self.assertEqual(process.wait(40), 0, seen)
        self.assertNotIn(b"horse", seen)
        minisign("-V", "-P", self.key, "-m", self.library)

    def test_a_file_that_is_not_a_key_is_refused(self):
        lines = self.secret.read_text().splitlines()
        raw = bytearray(base64.b64decode(lines[1]))
        raw[70] ^= 1
        for text, why in (
            ("", "not a minisign secret key"),
            (self.home.path.joinpath("acme.pub").read_text(), "not a minisign secret key"),
            (lines[0] + "\n" + lines[1][:-8] + "\n", "not a minisign secret key"),
            (lines[0] + "\n" + base64.b64encode(raw).decode() + "\n", "the key is damaged"),
        ):
            self.home.path.joinpath("bad.key").write_text(text)
            done = self.check_sign(self.library, "--key", self.home.path / "bad.key")
            self.assertEqual(done.returncode, 1, done)
            self.assertIn(why, done.stderr)
            self.assertFalse(self.source.joinpath(self.library.name + ".minisig").exists())


class Installed(Signed, EndToEnd):
    def test_a_signature_goes_along_and_lists_name_who_made_it(self):
        self.assert_succeeds(self.install(self.library))
        self.assertEqual(self.listed(), {"state": "unsigned"})
        self.sign()
        done = self.assert_succeeds(self.install(self.library))
        self.assertNotIn("signed_by", done.json())
        self.assertEqual(self.listed()["state"], "untrusted")
        self.assert_succeeds(self.run_heygen("provider", "trust", self.key, "--name", "acme"))
        self.assertEqual((self.listed()["state"], self.listed()["name"]), ("valid", "acme"))
        self.assertEqual(self.assert_succeeds(self.install(self.manifest)).json()["signed_by"]["name"], "acme")
        human = self.assert_succeeds(self.run_heygen("provider", "list", "--human")).out
        self.assertIn("  signed by acme (key ", human)
        self.assertIn("Signature: signed by acme (key ", self.run_heygen("provider", "why", "oauth", "--human").out)
        self.assertEqual(self.run_heygen("provider", "why", "oauth").json()["signature"]["name"], "acme")
        directory = self.home.config / "providers"
        with open(directory / self.library.name, "ab") as library:
            library.write(b"\0")
        self.assertEqual(self.listed()["state"], "invalid")
        self.assertIn("is not a signature of this " + self.library.name, self.listed()["reason"])
        removed = self.assert_succeeds(self.run_heygen("provider", "remove", "oauth", "--force")).json()["removed"]
        self.assertEqual(len(removed), 4)
        self.assertEqual(list(directory.iterdir()), [])

    def test_the_signature_of_a_replaced_provider_does_not_stay(self):
        self.sign()
        self.assert_succeeds(self.install(self.library))
        for file in self.source.glob("*.minisig"):
            file.unlink()
        self.assert_succeeds(self.install(self.library))
        self.assertEqual(self.listed(), {"state": "unsigned"})

    def test_what_is_not_signed_so_is_refused(self):
        key = ("--key", self.key)
        self.refused(self.install(self.library, *key), "it is not signed", "--key")
        self.sign(key=self.other_secret)
        self.refused(self.install(self.library, *key), "which is not trusted")
        self.sign()
        self.sign(self.library, key=self.other_secret)
        self.refused(self.install(self.library, *key), self.library.name + ".minisig is by the key")
        self.sign()
        pathlib.Path(f"{self.library}.minisig").unlink()
        self.refused(self.install(self.library, *key), self.library.name + ".minisig is missing")
        self.sign(self.library, comment="file:another.so")
        self.refused(self.install(self.library, *key), "is the signature of another file, another.so")
        self.sign(self.library, comment="nothing")
        self.refused(self.install(self.library, *key), "does not say which file it signs")
        self.sign()
        signature = pathlib.Path(f"{self.manifest}.minisig")
        signature.write_text(signature.read_text()[:-20])
        self.refused(self.install(self.library, *key), "is not a valid signature")
        self.sign()
        shutil.copy(f"{self.library}.minisig", signature)
        self.refused(self.install(self.library, *key), "is not a signature of this")
        self.sign()
        self.manifest.write_text(self.manifest.read_text() + "\n")
        self.refused(self.install(self.library, *key), "is not a signature of this")
        self.sign(self.manifest, comment="file:oauth.provider.json\tlibrary:" + "0" * 64)
        self.refused(self.install(self.library, *key), "the manifest is signed for another")
        self.sign()
        self.assert_succeeds(self.install(self.library, *key))

    def test_a_signature_of_a_trusted_key_that_is_not_valid_is_refused_though_none_is_required(self):
        self.assert_succeeds(self.run_heygen("provider", "trust", str(self.home.path / "acme.pub")))
        self.sign()
        with open(self.library, "ab") as library:
            library.write(b"\0")
        self.refused(self.install(self.library), "is not a signature of this")

    def test_keys_are_checked(self):
        for word in ("RW", "/nowhere", str(self.secret), self.key[:-1]):
            error = self.assert_fails(self.run_heygen("provider", "trust", word), "usage_error", 2).error()
            self.assertIn("public key", error["message"] + error["hint"])
        self.assert_fails(self.run_heygen("provider", "trust", self.key, "--name", "A B"), "usage_error", 2)
        self.assert_succeeds(self.run_heygen("provider", "trust", self.key, "--name", "acme"))
        self.assert_succeeds(self.run_heygen("config", "unset", "provider.trust.acme"))
        self.sign()
        self.assert_succeeds(self.install(self.library))
        self.assertEqual(self.listed()["state"], "untrusted")


class Archived(Signed, EndToEnd):
    def test_an_archive_is_unpacked_verified_and_installed(self):
        self.sign()
        for mode, name in (("w:gz", "one.tar.gz"), ("w:gz", "two.tgz")):
            done = self.assert_succeeds(self.install(self.archive(name, mode=mode), "--key", self.key))
            self.assertIn("is signed by the key ", done.err)
        names = sorted(path.name for path in (self.home.config / "providers").iterdir())
        files = [self.library.name, self.manifest.name]
        self.assertEqual(names, sorted(files + [f"{name}.minisig" for name in files]))
        self.assertIn("not signed by a key that you trust", self.assert_succeeds(self.install(self.archive_unsigned())).err)

    def archive_unsigned(self):
        for file in self.source.glob("*.minisig"):
            file.unlink()
        return self.archive("unsigned.tar.gz")

    def test_archives_of_common_tools(self):
        self.sign()
        plain = self.home.path / "plain.tar.gz"
        subprocess.run(["tar", "czf", plain, "-C", self.source, "."], check=True)
        self.assert_succeeds(self.install(plain, "--key", self.key))
        pax = self.home.path / "pax.tar.gz"
        subprocess.run(["tar", "--format=pax", "-czf", pax, "-C", self.home.path, "vendor"], check=True)
        self.assert_succeeds(self.install(pax, "--key", self.key))

    def hostile(self, name, **fields):
        def add(tar):
            member = tarfile.TarInfo(name)
            for field, value in fields.items():
                setattr(member, field, value)
            tar.addfile(member, io.BytesIO(b"x" * member.size))

        return self.archive("hostile.tar.gz", add)

    def test_attacks_are_refused_and_leave_nothing(self):
        self.sign()
        target = self.home.path / "target"
        target.write_text("untouched")
        for archive, why in (
            (lambda: self.hostile("oauth-1.0/link", type=tarfile.SYMTYPE, linkname=str(target)), "is a symbolic link"),
            (lambda: self.hostile("oauth-1.0/link", type=tarfile.LNKTYPE, linkname=str(target)), "is a hard link"),
            (lambda: self.hostile(str(target), size=1), "has an absolute path"),
            (lambda: self.hostile("../../../target", size=1), "leads out of the archive"),
            (lambda: self.hostile("oauth-1.0/null", type=tarfile.CHRTYPE, devmajor=1, devminor=3), "is a device"),
            (lambda: self.hostile("oauth-1.0/pipe", type=tarfile.FIFOTYPE), "is a pipe"),
            (lambda: self.hostile(f"oauth-1.0/{self.library.name}", size=1), "is in it twice"),
            (lambda: self.hostile("other/second.provider.json", size=1), "more than one manifest"),
            (lambda: self.hostile("n" * 300, size=1), "has a name that is too long"),
        ):
            done = self.assert_fails(self.install(archive()), "error", 1)
            self.assertIn(why, done.error()["message"])
            self.assertEqual(list((self.home.config / "providers").iterdir()), [])
            self.assertEqual(target.read_text(), "untouched")
        many = self.archive("many.tar.gz", lambda tar: [tar.addfile(tarfile.TarInfo(f"d/{i}")) for i in range(300)])
        self.assertIn("more than 256 entries", self.assert_fails(self.install(many), "error", 1).error()["message"])
        bomb = self.home.path / "bomb.tar.gz"
        member = tarfile.TarInfo("bomb.so")
        member.size = 400 << 20
        with gzip.open(bomb, "wb", compresslevel=1) as stream:
            stream.write(member.tobuf())
        self.assertIn("is larger than 256 MiB", self.assert_fails(self.install(bomb), "error", 1).error()["message"])
        whole = self.archive().read_bytes()
        cut = self.home.path / "cut.tar.gz"
        cut.write_bytes(whole[: len(whole) // 2])
        self.assertIn("cut off", self.assert_fails(self.install(cut), "error", 1).error()["message"])
        self.assertEqual(list((self.home.config / "providers").iterdir()), [])

    def test_what_a_killed_installation_left_is_removed_by_the_next(self):
        self.sign()
        left = self.home.providers() / ".install-abcdef"
        (left / "content").mkdir(parents=True)
        (left / "archive").write_text("x")
        self.assert_succeeds(self.install(self.archive(), "--key", self.key))
        self.assertFalse(left.exists())


class FromServer(Signed, WithService):
    @property
    def tls(self):
        return (certificates() / "server.pem", certificates() / "server.key")

    def setUp(self):
        super().setUp()
        self.home.env["SSL_CERT_FILE"] = str(certificates() / "ca.pem")
        self.url = self.service.url + "/oauth.tar.gz"

    def serve(self, archive=None, path="/oauth.tar.gz", **fault):
        body = (archive or self.archive()).read_bytes()
        headers = {"Content-Type": "application/gzip"}
        self.service.fault(path, **{"status": 200, "body": body, "headers": headers, **fault})

    def test_a_signed_archive_is_installed_over_tls(self):
        self.home.write({"api_key": "good-key"})
        self.sign()
        self.serve()
        done = self.assert_succeeds(self.install(self.url, "--key", self.key))
        self.assertIn("signed_by", done.json())
        asked = self.service.requests_to("/oauth.tar.gz")
        self.assertEqual(len(asked), 1)
        self.assertIsNone(asked[0].headers.get("x-api-key"))
        self.assertIsNone(asked[0].headers.get("Authorization"))
        self.assert_succeeds(self.run_heygen("provider", "trust", self.key, "--name", "acme"))
        self.serve()
        self.assertIn("signed by acme", self.assert_succeeds(self.install(self.url)).err)
        self.assertEqual(self.listed()["state"], "valid")

    def test_without_a_trusted_signature_it_is_refused(self):
        self.serve()
        hint = self.refused(self.install(self.url), "it is not signed")["hint"]
        self.assertIn("--allow-unsigned", hint)
        self.sign()
        self.serve()
        hint = self.refused(self.install(self.url), "which you do not trust")["hint"]
        self.assertIn("--key", hint)
        self.serve()
        self.refused(self.install(self.url, "--key", self.other_key), "which is not trusted")
        self.serve()
        self.refused(self.install(self.url, "--key", self.other_key, "--allow-unsigned"), "which is not trusted")
        self.serve()
        self.assert_succeeds(self.install(self.url, "--allow-unsigned"))

    def test_redirects_are_followed_and_never_to_http(self):
        self.sign()
        self.service.fault("/latest", status=302, headers={"Location": "/oauth.tar.gz"}, body="")
        self.serve()
        self.assert_succeeds(self.install(self.service.url + "/latest", "--key", self.key))
        self.service.fault("/latest", status=302, headers={"Location": "http://127.0.0.1:9/x.tar.gz"}, body="")
        done = self.assert_fails(self.install(self.service.url + "/latest"), "cli_download_failed", 1)
        self.assertIn("unencrypted http", done.error()["message"])

    def test_http_and_other_authorities_are_refused(self):
        for url in ("http://127.0.0.1:9/oauth.tar.gz", "HTTP://127.0.0.1:9/oauth.tar.gz"):
            self.refused(self.install(url, env={"HEYGEN_ALLOW_HTTP": "1"}), "only from an https URL")
        self.serve()
        done = self.install(self.url, env={"SSL_CERT_FILE": str(certificates() / "stranger.pem")})
        self.assert_fails(done, "network_error", 1)
        self.assertEqual(self.service.requests_to("/oauth.tar.gz"), [])

    def test_what_is_not_the_archive_is_an_error_and_leaves_nothing(self):
        self.sign()
        for fault, code in (
            ({"status": 404}, "cli_download_failed"),
            ({"status": 503, "times": 1}, "cli_download_failed"),
            ({"mode": "truncate"}, None),
            ({"mode": "reset_mid"}, None),
            ({"body": b"<html>"}, "error"),
            ({"headers": {"Content-Encoding": "br"}}, "cli_download_failed"),
        ):
            self.serve(**fault)
            done = self.install(self.url, "--key", self.key)
            self.assertEqual(done.code, 1, done)
            if code:
                self.assert_fails(done, code, 1)
            self.assertEqual(list((self.home.config / "providers").iterdir()), [])

    def test_an_interrupt_and_a_kill_half_way(self):
        self.sign()
        directory = self.home.config / "providers"
        for stop, left in ((signal.SIGINT, 0), (signal.SIGKILL, 1)):
            self.service.fault("/oauth.tar.gz", mode="hang")
            running = self.start("provider", "install", self.url, "--key", self.key)
            self.service.wait(lambda: len(self.service.requests_to("/oauth.tar.gz")) > left)
            running.process.send_signal(stop)
            running.process.wait(40)
            self.assertEqual(len(list(directory.iterdir())), left)
        self.serve()
        self.assert_succeeds(self.install(self.url, "--key", self.key))
        self.assertEqual([path.name for path in directory.iterdir() if path.name.startswith(".")], [])


class Required(Signed, Policy, EndToEnd):
    """By a policy in effect."""

    def trust(self, required="true", keys=None):
        listed = ", ".join(f'"{key}"' for key in keys or [self.key + " Acme Corp"])
        return OPEN + f"[trust]\nkeys = [{listed}]\nrequire_signature = {required}\n"

    def setUp(self):
        super().setUp()
        self.rule = f"{POLICY}, line 7 (trust.require_signature)"
        self.put("vault", self.build("vault"))
        self.vault, self.vault_manifest = self.directory / "vault.so", self.directory / "vault.provider.json"
        self.fill("vault")

    def explain(self, policy):
        self.prints_before_it_fails = True
        done = self.under(policy, "auth", "explain")
        self.prints_before_it_fails = False
        return next(row for row in done.json()["providers"] if row["provider"] == "vault")

    def assert_refused(self, policy, *parts):
        done = self.assert_fails(self.under(policy, "auth", "status"), "auth_error", 3)
        for part in (*parts, self.rule):
            self.assertIn(part, done.error()["message"])
        self.assertEqual(self.marked(), [])
        why = self.under(policy, "provider", "why", "vault").json()
        return why

    def test_what_is_not_signed_does_not_load_and_the_rule_is_named(self):
        why = self.assert_refused(self.trust(), "it is not signed", "vault.provider.json")
        self.assertEqual((why["state"], why["rule"]), ("refused", self.rule))
        row = self.explain(self.trust())
        self.assertEqual(row["verdict"], "refused", row)
        self.sign(self.vault_manifest)
        self.assert_refused(self.trust(), "vault.so.minisig is missing")
        self.sign(self.vault, self.vault_manifest, key=self.other_secret)
        self.assert_refused(self.trust(), "which is not trusted")
        # The user's own trust does not count.
        self.assert_succeeds(self.under(self.trust(), "provider", "trust", self.other_key))
        self.assert_refused(self.trust(), "which is not trusted")

    def test_what_a_trusted_key_signed_loads(self):
        self.sign(self.vault, self.vault_manifest)
        row = self.explain(self.trust(keys=[self.other_key, self.key + " Acme Corp"]))
        self.assertEqual((row["verdict"], row["type"]), ("used", "good"), row)
        listed = self.under(self.trust(), "provider", "list").json()
        row = next(row for row in listed if row["id"] == "vault")
        self.assertEqual((row["signature"]["state"], row["signature"]["name"]), ("valid", "Acme Corp"))

    def test_other_bytes_under_a_good_signature_do_not_run(self):
        self.sign(self.vault, self.vault_manifest)
        good = self.vault.read_bytes()
        shutil.copyfile(self.build("vault", "evil"), self.vault)
        self.assert_refused(self.trust(), "vault.so.minisig is not a signature of this vault.so")
        self.vault.write_bytes(good)
        content = json.loads(self.vault_manifest.read_text())
        self.vault_manifest.write_text(json.dumps({**content, "title": "Another"}))
        self.assert_refused(self.trust(), "is not a signature of this vault.provider.json")

    def test_the_installation_is_spared_unless_it_says_all(self):
        program = install(self.home.path / "system", "apikey")
        shutil.rmtree(self.home.config)
        self.home.write({"api_key": "key"})
        for required, verdict in (("true", "used"), ('"all"', "refused")):
            self.home.program = program
            self.prints_before_it_fails = True
            done = self.under(self.trust(required), "auth", "explain")
            self.prints_before_it_fails = False
            row = next(row for row in done.json()["providers"] if row["provider"] == "apikey")
            self.assertEqual(row["verdict"], verdict, row)
        self.assertIn(self.rule, row["why"])
        directory = self.home.path / "system" / "lib" / "heygen" / "providers"
        library = json.loads((directory / "apikey.provider.json").read_text())["library"]
        self.sign(directory / library, directory / "apikey.provider.json")
        done = self.under(self.trust('"all"'), "auth", "explain")
        self.assertEqual(done.json()["used"], "apikey", done)

    def test_a_pinned_provider_must_be_signed_too_and_fit_both(self):
        pinned = self.trust() + self.pin("vault")
        self.assert_refused(pinned, "it is not signed")
        self.sign(self.vault, self.vault_manifest)
        row = self.explain(pinned)
        self.assertEqual((row["verdict"], row["type"]), ("used", "good"), row)
        (self.marks / "vault-good").unlink()
        shutil.copyfile(self.build("vault", "evil"), self.vault)
        self.sign(self.vault)
        row = self.explain(pinned)
        self.assertIn("is not the pinned one", row["why"])
        self.assertEqual(self.marked(), [])

    def test_nothing_is_installed_that_could_not_load(self):
        shutil.rmtree(self.home.config)
        done = self.under(self.trust(), "provider", "install", "--yes", str(self.library))
        self.refused(done, "it is not signed", self.rule)
        self.sign(key=self.other_secret)
        done = self.under(self.trust(), "provider", "install", "--yes", str(self.library), "--key", self.other_key)
        self.refused(done, "which is not trusted", self.rule)
        self.sign()
        done = self.assert_succeeds(self.under(self.trust(), "provider", "install", "--yes", str(self.library)))
        self.assertEqual(done.json()["signed_by"]["name"], "Acme Corp")

    def test_the_policy_is_described(self):
        shown = self.assert_succeeds(self.under(self.trust('"all"'), "policy", "show")).json()
        self.assertEqual(shown["trust"]["require_signature"], "all")
        self.assertEqual(shown["trust"]["keys"][0]["key"], self.key)
        self.assertEqual(shown["trust"]["keys"][0]["name"], "Acme Corp")
        text = self.assert_succeeds(self.under(self.trust(), "policy", "show", "--human")).out
        self.assertIn("Trusted signatures: Acme Corp (key ", text)
        self.assertIn("Signature required: of each provider outside the installation's own directory", text)
        (self.home.path / "p.toml").write_text(OPEN + "[trust]\nrequire_signature = true\n")
        done = self.assert_fails(self.run_heygen("policy", "check", str(self.home.path / "p.toml")), "error", 1)
        self.assertIn("line 6: `trust.require_signature` needs `trust.keys`", done.error()["message"])


if __name__ == "__main__":
    unittest.main()
