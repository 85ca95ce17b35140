# SPDX-License-Identifier: Apache-2.0
"""The administrator's policy, put in place by a mount namespace: no variable of the product leads to it."""

import hashlib
import json
import os
import pathlib
import re
import shutil
import socket
import struct
import subprocess
import sys
import unittest

from support import PROVIDERS, ROOT, EndToEnd, WithService, certificates, compile_provider, install, may_mount, unsanitized

POLICY = pathlib.Path("/etc/heygen/policy.toml")

# In a mount namespace: /etc is a directory of links to what was there, beside the policy of the test.
IN_EFFECT = """
set -e
mkdir -p "$0/etc"
mount --bind /etc "$0/etc"
mount -t tmpfs -o mode=755 tmpfs /etc
ln -s "$0"/etc/* /etc/
rm -rf /etc/heygen
mkdir /etc/heygen
cp -a "$0/policy.toml" /etc/heygen/
"""

OPEN = 'version = 1\n[providers]\nmode = "open"\nuser_directories = true\n'
KEY_ONLY = 'version = 1\n[providers]\nmode = "allow"\nallow = ["apikey"]\nuser_directories = false\n'

SOURCE = """
#include <heygen/provider.h>
#include <stdio.h>
#define STR(text) ((heygen_str)HEYGEN_LITERAL(text))
#define NAME(id) HEYGEN_LITERAL(id)
__attribute__((constructor)) static void mark(void) {
  FILE *file = fopen(MARK, "a");
  if (file != NULL) fclose(file);
}
static heygen_status HEYGEN_CALL resolve(const heygen_call *call) {
  call->sink->set_type(call, STR(TYPE));
  return call->sink->set_header(call, STR("X-Vault"), STR(TYPE), 0);
}
static heygen_status HEYGEN_CALL other(const heygen_call *call) { (void)call; return HEYGEN_UNSUPPORTED; }
static const heygen_str needs[] = {HEYGEN_LITERAL("files=write:" MARKS)};  // isolated, it leaves its mark, too
static const heygen_descriptor descriptor = {.struct_size = sizeof descriptor, .id = NAME(ID), .needs = needs, .needs_count = 1,
    .version = HEYGEN_LITERAL("1"), .title = HEYGEN_LITERAL("Vault"), .order = 1000};
static const heygen_provider_1 provider = {.struct_size = sizeof provider, .descriptor = &descriptor,
    .resolve = resolve, .refresh = other, .login = other, .revoke = other};
static heygen_status HEYGEN_CALL init(const heygen_host *host) { return host != NULL ? HEYGEN_OK : HEYGEN_INTERNAL; }
static void HEYGEN_CALL deinit(void) {}
static const void *HEYGEN_CALL get_api(uint32_t major) { return major == 1 ? &provider : NULL; }
const heygen_provider_entry_v heygen_provider_entry = {.struct_size = sizeof heygen_provider_entry,
    .min_major = 1, .max_major = 1, .init = init, .deinit = deinit, .get_api = get_api};
"""


def digest(path):
    return "sha256:" + hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


class Policy:
    """What these tests share: a policy in effect, and providers in the user's directory."""

    def setUp(self):
        if not may_mount():
            self.skipTest("needs root and a mount namespace, since a policy must belong to root")
        super().setUp()
        self.space = self.home.path / "namespace"
        self.space.mkdir()
        self.directory = self.home.providers()
        self.marks = self.home.path / "marks"
        self.marks.mkdir()

    def under(self, policy, *arguments, before="", env=None, stdin=None):
        """heygen, with this policy in effect; `before`: what the namespace's shell does first."""
        return self.run_heygen(*arguments, env=env, stdin=stdin, prefix=self.prefix(policy, before))

    def prefix(self, policy, before=""):
        (self.space / "policy.toml").write_text(policy, encoding="utf-8")
        (self.space / "policy.toml").chmod(0o644)
        return ["unshare", "-m", "sh", "-c", IN_EFFECT + before + '\nexec "$@"', str(self.space)]

    def build(self, name, kind="good", *flags, ident=None, source=None):
        """A library that leaves the mark `kind` when it is loaded."""
        (self.home.path / "vault.c").write_text(source or SOURCE, encoding="utf-8")
        library = self.home.path / f"{name}-{kind}.so"
        compile_provider(
            self.home.path / "vault.c",
            library,
            f'-DMARK="{self.marks / (name + "-" + kind)}"',
            f'-DMARKS="{self.marks}"',
            f'-DTYPE="{kind}"',
            f'-DID="{ident or name}"',
            *flags,
        )
        return library

    def put(self, name, library, **manifest):
        """Installs it in the user's directory; returns its pin."""
        shutil.copyfile(library, self.directory / f"{name}.so")
        (self.directory / f"{name}.so").chmod(0o755)
        content = {
            "id": name,
            "version": "1",
            "title": "Vault",
            "library": f"{name}.so",
            "abi": {"min": 1, "max": 1},
            "order": 1000,
            "needs": [f"files=write:{self.marks}"],
            **manifest,
        }
        (self.directory / f"{name}.provider.json").write_text(json.dumps(content), encoding="utf-8")
        return self.pin(name)

    def pin(self, name, directory=None):
        directory = directory or self.directory
        return (
            f'[pins.{name}]\nlibrary = "{digest(directory / (name + ".so"))}"\n'
            f'manifest = "{digest(directory / (name + ".provider.json"))}"\n'
        )

    def fill(self, *names):
        self.home.write({"providers": {name: {"token": "t"} for name in names}})

    def marked(self):
        return sorted(path.name for path in self.marks.iterdir())


class WhatMayLoad(Policy, WithService):
    def test_without_one_everything_is_permitted(self):
        self.put("vault", self.build("vault"))
        self.fill("vault")
        self.service.api_keys.append(None)
        self.assert_succeeds(self.run_heygen("video", "list"))
        shown = self.assert_succeeds(self.run_heygen("policy", "show")).json()
        self.assertEqual(shown, {"in_force": False, "path": str(POLICY)})

    def test_what_the_list_lacks_is_named_and_never_loaded(self):
        self.put("vault", self.build("vault"))
        self.fill("vault")
        policy = 'version = 1\n[providers]\nmode = "allow"\nallow = ["apikey"]\nuser_directories = true\n'
        done = self.assert_fails(self.under(policy, "video", "list"), "auth_error", 3)
        self.assertIn("vault", done.error()["message"])
        self.assertIn(f"{POLICY}, line 4 (providers.allow)", done.error()["message"])
        why = self.assert_succeeds(self.under(policy, "provider", "why", "vault")).json()
        self.assertEqual((why["state"], why["rule"]), ("refused", f"{POLICY}, line 4 (providers.allow)"))
        why = self.assert_succeeds(self.under(policy, "provider", "why", "apikey")).json()
        self.assertEqual((why["state"], why["rule"]), ("available", f"{POLICY}, line 4 (providers.allow)"))
        self.assertIn("providers.allow", self.under(policy, "provider", "why", "vault", "--human").out)
        done = self.assert_succeeds(self.under(policy, "provider", "enable", "vault"))
        self.assertIn("still may not load", done.err)
        self.assertEqual((self.marked(), self.service.requests), ([], []))

    def test_a_user_directory_does_not_count_and_hides_no_provider(self):
        self.put("vault", self.build("vault"))
        shutil.copyfile(PROVIDERS / "apikey.provider.json", self.directory / "apikey.provider.json")
        shutil.copyfile(self.build("apikey"), self.directory / "apikey.so")
        self.fill("vault")
        policy = OPEN.replace("true", "false")
        done = self.assert_fails(self.under(policy, "video", "list"), "auth_error", 3)
        self.assertIn("line 4 (providers.user_directories)", done.error()["message"])
        self.home.write({"api_key": "good-key"})
        self.assert_succeeds(self.under(policy, "video", "list"))
        rows = {row["id"]: row for row in self.under(policy, "provider", "list").json()}
        self.assertEqual(rows["apikey"]["origin"], "system")
        self.assertEqual(rows["vault"]["state"], "refused")
        elsewhere = {"HEYGEN_PROVIDER_PATH": str(self.directory)}
        self.assert_succeeds(self.under(policy, "video", "list", env=elsewhere))
        self.assertEqual(self.marked(), [])

    def test_nothing_is_installed_that_could_not_load(self):
        # Without the checker beside it: what these providers answer is not what is tested.
        self.home.program = install(self.home.path / "program", "apikey")
        work = self.home.path / "work"
        self.put("vault", self.build("vault"))
        self.directory.rename(work)
        pin = self.pin("vault", work)
        for policy, word in (
            (KEY_ONLY, "providers.allow"),
            (OPEN.replace("true", "false"), "providers.user_directories"),
            (OPEN + pin.replace(digest(work / "vault.so"), "sha256:" + "0" * 64), "pins.vault"),
        ):
            with self.subTest(word):
                done = self.under(policy, "provider", "install", str(work / "vault.so"))
                self.assert_fails(done, "usage_error", 2)
                self.assertIn(word, done.error()["message"])
        self.assertEqual((self.directory.exists(), self.marked()), (False, []))
        self.assert_succeeds(self.under(OPEN + pin, "provider", "install", "--yes", str(work / "vault.so")))

    def test_an_ambient_provider_that_may_not_load_is_skipped(self):
        source = SOURCE.replace(".order = 1000", ".order = 1000, .flags = HEYGEN_PROVIDER_AMBIENT")
        self.put("vault", self.build("vault", source=source), ambient=True)
        done = self.assert_fails(self.under(KEY_ONLY, "video", "list"), "auth_error", 3)
        self.assertIn("You are not logged in: no API key", done.error()["message"])
        self.assertEqual(self.marked(), [])

    def test_logins_that_are_not_offered(self):
        for policy in (OPEN + 'logins = ["apikey"]\n', KEY_ONLY):
            with self.subTest(policy):
                done = self.under(policy, "auth", "login", "--help")
                self.assertIn("\n      --api-key", done.out)
                self.assertNotIn("\n      --oauth", done.out)
                for words in (("--oauth",), ("--provider", "oauth")):
                    done = self.assert_fails(self.under(policy, "auth", "login", *words), "usage_error", 2)
                    self.assertIn(str(POLICY), done.error()["message"])
        self.assert_succeeds(self.under(KEY_ONLY, "auth", "login", stdin="good-key\n"))
        done = self.under(OPEN + 'logins = ["oauth"]\n', "auth", "login", stdin="good-key\n")
        self.assert_fails(done, "usage_error", 2)
        self.assertIn("line 5 (providers.logins)", done.error()["message"])

    def test_the_address_of_the_api_is_fixed(self):
        self.home.write({"api_key": "good-key"})
        base = self.home.env["HEYGEN_API_BASE"]
        fixed = OPEN + f'[api]\nbase = "{base}/"\n'
        self.assert_succeeds(self.under(fixed, "video", "list"))
        self.assert_succeeds(self.under(fixed, "video", "list", env={"HEYGEN_API_BASE": ""}))
        count = len(self.service.requests)
        for arguments in (("video", "list"), ("auth", "login", "--api-key"), ("api", "GET", "/v3/videos"), ("auth", "status")):
            done = self.under(fixed, *arguments, env={"HEYGEN_API_BASE": "http://127.0.0.1:9"}, stdin="good-key\n")
            self.assert_fails(done, "usage_error", 2)
            self.assertIn(f"{POLICY}, line 6 (api.base)", done.error()["message"])
        self.assertEqual(len(self.service.requests), count)
        self.assert_succeeds(self.under(fixed, "provider", "list", env={"HEYGEN_API_BASE": "http://127.0.0.1:9"}))


class OverTls(Policy, WithService):
    @property
    def tls(self):
        return (certificates() / "server.pem", certificates() / "server.key")

    def test_the_authorities_are_fixed_and_the_environments_do_not_count(self):
        self.home.write({"api_key": "good-key"})
        own = str(certificates() / "ca.pem")
        self.home.env["SSL_CERT_FILE"] = own
        self.assert_succeeds(self.run_heygen("video", "list"))
        before = f'cp "{own}" /etc/heygen/ca.pem; cp /etc/ssl/certs/ca-certificates.crt /etc/heygen/system.pem'
        good, other = (OPEN + f'[tls]\nca_file = "/etc/heygen/{name}.pem"\n' for name in ("ca", "system"))
        self.assert_succeeds(self.under(good, "video", "list", before=before, env={"SSL_CERT_FILE": "/nowhere"}))
        hashed = self.home.path / "hashed"
        hashed.mkdir()
        shutil.copy(own, hashed)
        subprocess.run(["openssl", "rehash", str(hashed)], check=True)
        done = self.under(other, "video", "list", before=before, env={"SSL_CERT_DIR": str(hashed)})
        self.assert_fails(done, "network_error", 1)
        self.assertIn("fixed by the policy", done.error()["hint"])
        for nothing in (": >", "echo nothing >"):
            done = self.under(good, "video", "list", before=f"{before}; {nothing} /etc/heygen/ca.pem")
            self.assert_fails(done, "network_error", 1)
            self.assertIn("no usable CA certificates", done.error()["message"])
        for spoilt in ("chmod 666 /etc/heygen/ca.pem", "rm /etc/heygen/ca.pem", "rm /etc/heygen/ca.pem; mkdir /etc/heygen/ca.pem"):
            done = self.assert_fails(self.under(good, "video", "list", before=f"{before}; {spoilt}"), "error", 1)
            self.assertIn("tls.ca_file", done.error()["message"])


class Broken(Policy, WithService):
    def test_it_is_an_error_for_all_that_loads_or_sends_and_never_everything(self):
        self.home.write({"api_key": "good-key"})
        for policy, line, word in (
            ("version = 1\n[providers]\nmode = \"allow\"\nallow = []\nuser_directories = true\n", 4, "providers.allow"),
            (KEY_ONLY.replace("allow =", "alow ="), 4, "providers.alow"),
            (KEY_ONLY.replace("version = 1", "version = 2"), 1, "version"),
            ("", 1, "version"),
            ("version = 1\n[providers\n", 2, ""),
            (KEY_ONLY + '[pins.apikey]\nlibrary = "sha256:12"\n', 7, "pins.apikey.library"),
        ):
            with self.subTest(policy):
                for arguments in (("video", "list"), ("auth", "status"), ("auth", "login", "--api-key"), ("provider", "list"),
                                  ("auth", "explain"), ("policy", "show"), ("api", "GET", "/v3/videos")):
                    done = self.assert_fails(self.under(policy, *arguments, stdin="good-key\n"), "error", 1)
                    self.assertIn(f"{POLICY}, line {line}: ", done.error()["message"])
                    self.assertIn(word, done.error()["message"])
                for arguments in (("--version",), ("--help",), ("auth", "login", "--help"), ("video", "list", "--help"),
                                  ("commands", "--json")):
                    self.assert_succeeds(self.under(policy, *arguments))
        self.assertEqual(self.service.requests, [])

    def test_one_that_is_not_roots_alone(self):
        self.home.write({"api_key": "good-key"})
        # User 12345 may write, below a mask that shows as the bits of root's group.
        entries = [(1, 6, -1), (2, 6, 12345), (4, 4, -1), (16, 6, -1), (32, 4, -1)]
        acl = struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *entry) for entry in entries)
        (self.space / "acl.py").write_text(f'import os, sys\nos.setxattr(sys.argv[1], "system.posix_acl_access", {acl!r})\n')
        for before, word in (
            ("chmod 666 /etc/heygen/policy.toml", "anyone can write"),
            ("chmod 777 /etc/heygen", "anyone can write"),
            ("chmod 1777 /etc/heygen", "anyone can write"),
            ("chown 12345 /etc/heygen/policy.toml", "12345"),
            ("chown 12345 /etc/heygen", "12345"),
            ("chgrp 12345 /etc/heygen/policy.toml; chmod 664 /etc/heygen/policy.toml", "12345"),
            (f"'{sys.executable}' '{self.space}/acl.py' /etc/heygen/policy.toml", "access control list"),
            ("ln -sf /nowhere /etc/heygen/policy.toml", "policy.toml"),
            ("rm -r /etc/heygen; ln -s /nowhere /etc/heygen", "leads nowhere"),
            ("rm -r /etc/heygen; touch /etc/heygen", "policy.toml"),
            ("rm /etc/heygen/policy.toml; mkdir /etc/heygen/policy.toml", "policy.toml"),
            ("rm /etc/heygen/policy.toml; mkfifo /etc/heygen/policy.toml", "policy.toml"),
        ):
            with self.subTest(before):
                done = self.assert_fails(self.under(OPEN, "video", "list", before=before), "error", 1)
                self.assertIn(word, done.error()["message"])
        self.assertEqual(self.service.requests, [])
        self.assert_succeeds(self.under(OPEN, "video", "list", before="rm -r /etc/heygen"))

    def test_one_that_this_user_may_not_read(self):
        if not shutil.which("setpriv"):
            self.skipTest("needs setpriv")
        # The home of these tests is root's; another user gets a missing one.
        other = ["setpriv", "--reuid", "12345", "--regid", "12345", "--clear-groups"]
        for before in ("chmod 600 /etc/heygen/policy.toml", "chmod 700 /etc/heygen"):
            for arguments in (("provider", "list"), ("policy", "show"), ("api", "GET", "/v3/videos")):
                with self.subTest(before, arguments=arguments):
                    done = self.run_heygen(*arguments, env={"HEYGEN_CONFIG_DIR": "/nowhere"}, prefix=[*self.prefix(OPEN, before), *other])
                    self.assertIn("permission denied", self.assert_fails(done, "error", 1).error()["message"])

    def test_one_whose_owner_a_user_namespace_does_not_know(self):
        space = ["unshare", "--user"]
        if subprocess.run([*space, "true"], capture_output=True).returncode != 0:
            self.skipTest("no user namespaces here")
        done = self.run_heygen("video", "list", prefix=[*self.prefix(OPEN), *space])
        self.assertIn("user namespace", self.assert_fails(done, "error", 1).error()["message"])

    def test_a_policy_is_checked_before_it_is_in_effect(self):
        draft = self.home.path / "draft.toml"
        draft.write_text(KEY_ONLY, encoding="utf-8")
        done = self.assert_succeeds(self.run_heygen("policy", "check", str(draft)))
        self.assertEqual((done.json()["valid"], done.json()["in_force"]), (True, False))
        self.assertIn("apikey", self.run_heygen("policy", "check", str(draft), "--human").out)
        draft.write_text(KEY_ONLY + "color = 1\n", encoding="utf-8")
        done = self.assert_fails(self.run_heygen("policy", "check", str(draft)), "error", 1)
        self.assertIn(f"{draft}, line 6: `providers.color`", done.error()["message"])
        self.assert_fails(self.run_heygen("policy", "check", str(self.home.path / "none")), "cli_file_io_error", 1)
        self.assert_fails(self.under("broken", "policy", "check", str(draft)), "error", 1)
        draft.write_text(KEY_ONLY + '[tls]\nca_file = "/etc/there-is-none.pem"\n', encoding="utf-8")
        done = self.assert_succeeds(self.run_heygen("policy", "check", str(draft)))
        self.assertIn("line 7, `tls.ca_file`: /etc/there-is-none.pem", done.err)


class Pinned(Policy, EndToEnd):
    def explain(self, policy, ident="vault", before=""):
        self.prints_before_it_fails = True
        done = self.under(policy, "auth", "explain", before=before)
        self.prints_before_it_fails = False
        self.assertEqual(done.code == 0, done.json()["used"] is not None, done)
        return next(row for row in done.json()["providers"] if row["provider"] == ident)

    def refusal(self, policy, before=""):
        row = self.explain(policy, before=before)
        self.assertEqual(row["verdict"], "broken", row)
        self.assertEqual(self.marked(), [])
        return row["why"]

    def test_the_bytes_that_were_pinned_load(self):
        policy = OPEN + self.put("vault", self.build("vault"))
        self.fill("vault")
        row = self.explain(policy)
        self.assertEqual((row["verdict"], row["type"]), ("used", "good"), row)
        why = self.under(policy, "provider", "why", "vault").json()
        self.assertEqual(why["rule"], f"{POLICY}, line 6 (pins.vault)")
        self.assertEqual((why["pin"]["library_matches"], why["pin"]["manifest_matches"]), (True, True))

    def test_other_bytes_do_not(self):
        policy = OPEN + self.put("vault", self.build("vault"))
        self.fill("vault")
        shutil.copyfile(self.build("vault", "evil"), self.directory / "vault.so")
        self.assertIn("is not the pinned one", self.refusal(policy))
        why = self.under(policy, "provider", "why", "vault").json()
        self.assertEqual((why["pin"]["library_matches"], why["pin"]["manifest_matches"]), (False, True))
        self.put("vault", self.build("vault"), note="another")
        row = self.explain(policy)
        self.assertEqual(row["verdict"], "refused", row)
        self.assertIn("manifest is not the pinned one", row["why"])
        self.assertEqual(self.marked(), [])

    def test_one_of_two_digests_is_enough_during_an_upgrade(self):
        old, new = self.build("vault", "old"), self.build("vault", "new")
        self.put("vault", old)
        policy = (
            OPEN + f'[pins.vault]\nlibrary = ["{digest(old)}", "{digest(new)}"]\n'
            f'manifest = ["{digest(self.directory / "vault.provider.json")}"]\n'
        )
        self.fill("vault")
        self.assertEqual(self.explain(policy)["type"], "old")
        shutil.copyfile(new, self.directory / "vault.so")
        self.assertEqual(self.explain(policy)["type"], "new")

    def test_the_ones_that_come_with_heygen_can_be_pinned(self):
        policy = OPEN.replace("true", "false") + self.pin("apikey", PROVIDERS) + self.pin("oauth", PROVIDERS)
        self.home.write({"api_key": "good-key"})
        self.assertEqual(self.explain(policy, "apikey")["verdict"], "used")

    def test_two_at_once_load_the_right_bytes_each(self):
        policy = OPEN + self.put("one", self.build("one")) + self.put("two", self.build("two", "better"))
        self.fill("one", "two")
        self.home.env["HEYGEN_PROVIDER"] = "two"  # explain asks both all the same
        done = self.assert_succeeds(self.under(policy, "auth", "explain")).json()
        rows = {row["provider"]: row["type"] for row in done["providers"]}
        self.assertEqual((rows["one"], rows["two"]), ("good", "better"))

    def test_a_pinned_library_may_need_the_systems_libraries_alone(self):
        self.fill("vault")
        library = self.home.path / "libhelper.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-x", "c", "-", "-o", str(library)], input="int helper(void);"
                       " int helper(void) { return 1; }", text=True, check=True)
        for flags, word in (
            (("-Wl,-rpath,/opt/lib",), "RPATH or RUNPATH"),
            (("-Wl,--disable-new-dtags,-rpath,$ORIGIN",), "RPATH or RUNPATH"),
            (("-Wl,--no-as-needed", f"-L{library.parent}", "-lhelper"), "libhelper.so"),
            (("-Wl,--no-as-needed", str(library)), "libhelper.so"),
        ):
            with self.subTest(flags):
                policy = OPEN + self.put("vault", self.build("vault", "good", *flags))
                self.assertIn(word, self.refusal(policy))

    def test_a_library_that_contradicts_its_manifest_though_both_are_pinned(self):
        policy = OPEN + self.put("vault", self.build("vault", ident="other"))
        self.fill("vault")
        row = self.explain(policy)
        self.assertIn("`id` is \"vault\" in the manifest and \"other\" in the library", row["why"])

    @unsanitized
    def test_without_proc_a_file_that_root_alone_can_swap_still_serves(self):
        self.fill("vault")
        policy = OPEN + self.put("vault", self.build("vault")) + "in_process = true\n"  # a cage needs /proc
        # The home directory of these tests lies below /tmp, which is world-writable.
        before = "umount -l /proc"
        self.assertIn("no sealed memory", self.refusal(policy, before))
        before = f'mount --bind "{self.directory}" /mnt\n' + before
        self.home.env["HEYGEN_PROVIDER_PATH"] = "/mnt"
        row = self.explain(policy, before=before)
        self.assertEqual(row["type"], "good", row)
        self.marks.joinpath("vault-good").unlink()
        shutil.copyfile(self.build("vault", "evil"), self.directory / "vault.so")
        self.assertIn("is not the pinned one", self.refusal(policy, before))

    @unsanitized
    def test_without_proc_the_name_it_is_called_by_leads_to_no_providers(self):
        evil = self.home.path / "evil"
        (evil / "bin").mkdir(parents=True)
        shutil.copytree(self.directory, evil / "lib" / "heygen" / "providers")
        self.directory = evil / "lib" / "heygen" / "providers"
        self.put("vault", self.build("vault", "evil"))
        policy = OPEN.replace("true", "false")
        disguised = ["env", "-C", str(evil / "bin"), sys.executable, "-c", "import os, sys; os.execv(sys.argv[2], [sys.argv[1], *sys.argv[3:]])", str(evil / "bin" / "heygen")]
        done = self.run_heygen("provider", "list", prefix=[*self.prefix(policy, "umount -l /proc"), *disguised])
        self.assertNotIn("vault", [row["id"] for row in self.assert_succeeds(done).json()])

    def test_where_programs_in_memory_are_forbidden_a_library_still_loads_from_there(self):
        space = ["unshare", "--pid", "--fork", "--mount-proc", "sh", "-c", 'echo 2 >/proc/sys/vm/memfd_noexec && exec "$@"', "sh"]
        if subprocess.run([*space, "true"], capture_output=True).returncode != 0:
            self.skipTest("needs Linux 6.3")
        policy = OPEN + self.put("vault", self.build("vault"))  # below /tmp, so not in place
        self.fill("vault")
        done = self.assert_succeeds(self.run_heygen("auth", "explain", prefix=[*space, *self.prefix(policy)]))
        self.assertEqual(done.json()["used"], "vault")

    def test_what_is_loaded_is_reported_when_the_policy_asks(self):
        policy = 'audit = "syslog"\n' + OPEN.replace("[providers]\n", "", 1)
        policy = policy.replace("mode", "providers.mode").replace("user_", "providers.user_")
        pin = self.put("vault", self.build("vault"))
        self.home.write({"providers": {"vault": {"token": "a-secret-token"}}})
        log = self.space / "log"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
            listener.bind(str(log))
            listener.settimeout(10)
            before = f"""
                mkdir -p "$0/dev"; mount --bind /dev "$0/dev"; mount -t tmpfs tmpfs /dev
                ln -s "$0"/dev/* /dev/; rm -f /dev/log; ln -s "{log}" /dev/log"""
            self.explain(policy + pin, before=before)
            line = listener.recv(4096).decode()
            record = json.loads(line.split("]: ", 1)[1])
            self.assertEqual((record["event"], record["outcome"], record["provider"], record["version"]), ("load", "ok", "vault", "1"))
            self.assertEqual(record["path"], str(self.directory / "vault.so"))
            self.assertEqual("sha256:" + record["sha256"], digest(self.directory / "vault.so"))
            self.assertEqual((record["rule"], record["user"]), (f"{POLICY}, line 6 (pins.vault)", 0))
            self.assertNotIn("a-secret-token", line)
            shutil.copyfile(self.build("vault", "evil"), self.directory / "vault.so")
            self.explain(policy + pin, before=before)
            self.assertIn('"event":"load","outcome":"refused"', listener.recv(4096).decode())
            for content, word in ((policy + pin, "manifest is not the pinned one"),
                                  (policy.replace('"open"', '"allow"\nproviders.allow = ["apikey"]'), "does not list it")):
                self.put("vault", self.build("vault"), note="another")
                self.assert_fails(self.under(content, "video", "list", before=before), "auth_error", 3)
                line = listener.recv(4096).decode()
                self.assertIn('"event":"load","outcome":"refused"', line)
                self.assertIn('"provider":"vault"', line)
                self.assertIn(word, line)
            listener.settimeout(0.05)
            self.explain(OPEN + pin, before=before)
            self.assertRaises(TimeoutError, listener.recv, 4096)


PAGE = ROOT / "docs" / "policy.md"
WHOLE = re.findall(r"^```toml policy\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S)


class Page(EndToEnd):
    """docs/policy.md: its whole policies are policies."""

    def test_the_whole_policies_are_valid(self):
        self.assertEqual(len(WHOLE), 3)
        for text in WHOLE:
            draft = self.home.path / "policy.toml"
            draft.write_text(text, encoding="utf-8")
            self.assert_succeeds(self.run_heygen("policy", "check", str(draft)))

    def test_it_names_every_key(self):
        done = self.run_heygen("policy", "check", os.devnull)
        self.assertEqual(done.code, 1, done)
        draft = self.home.path / "policy.toml"
        draft.write_text("version = 1\nnothing.like.it = 1\n", encoding="utf-8")
        hint = self.run_heygen("policy", "check", str(draft)).error()["hint"]
        names = re.findall(r"[a-zA-Z_.]+", hint.split(": ", 1)[1])
        self.assertGreater(len(names), 8)
        for name in names:
            self.assertIn(f"`{name.rstrip('.')}`", PAGE.read_text(encoding="utf-8"))


class NeedsAndIsolation(Policy, EndToEnd):
    def row(self, policy, provider):
        return self.assert_succeeds(self.under(policy, "provider", "why", provider)).json()

    def test_a_forbidden_need_is_named_with_its_line(self):
        self.put("vault", self.build("vault"), needs=["threads", "exec=/usr/bin/pass"])
        self.fill("vault")
        policy = OPEN + 'forbid_needs = ["network", "exec"]\n'
        done = self.assert_fails(self.under(policy, "video", "list"), "auth_error", 3)
        said = f"it needs `exec=/usr/bin/pass`, which the policy {POLICY}, line 5 (providers.forbid_needs) forbids"
        self.assertIn(said, done.error()["message"])
        why = self.row(policy, "vault")
        self.assertEqual((why["state"], why["rule"]), ("refused", f"{POLICY}, line 5 (providers.forbid_needs)"))
        self.assertEqual(self.row(policy, "oauth")["state"], "available")
        done = self.under(policy, "provider", "install", str(self.directory / "vault.so"), "--yes")
        self.assertIn(said, self.assert_fails(done, "usage_error", 2).error()["message"])
        policy = OPEN + 'forbid_needs = ["exec=/usr/bin/gpg"]\n'
        self.assertEqual(self.row(policy, "vault")["state"], "available")
        policy = OPEN + 'forbid_needs = ["hosts"]\n'
        self.assertEqual([self.row(policy, name)["state"] for name in ("oauth", "apikey")], ["refused", "available"])
        self.assertEqual(self.marked(), [])

    def test_isolation_is_demanded_for_all_but_a_pin(self):
        pin = self.put("vault", self.build("vault"))
        demand = OPEN + 'isolation = "process"\n'

        def decided(policy, provider):
            row = self.row(policy, provider)
            return row["isolation"], row["isolation_rule"]

        rule = f"the policy {POLICY}, line 5 (providers.isolation)"
        for provider in ("apikey", "vault"):
            self.assertEqual(decided(demand, provider), ("isolated", rule))
        self.assertEqual(decided(demand + pin, "vault"), ("isolated", rule))
        let_in = pin + "in_process = true\n"
        for policy, line in ((demand, 9), (OPEN, 8)):
            rule = f"the policy {POLICY}, line {line} (pins.vault.in_process)"
            self.assertEqual(decided(policy + let_in, "vault"), ("in process", rule))
        self.home.write_settings("provider.isolated.vault = true\n")
        self.assertEqual(decided(OPEN + let_in, "vault"), ("isolated", "the setting provider.isolated.vault"))

    def test_show_and_check_describe_both(self):
        pin = self.put("vault", self.build("vault")) + "in_process = true\n"
        policy = OPEN + 'isolation = "process"\nforbid_needs = ["exec", "network"]\n' + pin
        for words in (("show",), ("check", str(self.space / "policy.toml"))):
            shown = self.assert_succeeds(self.under(policy, "policy", *words)).json()
            self.assertEqual(shown["providers"]["isolation"], "process")
            self.assertEqual(shown["providers"]["forbid_needs"], ["exec", "network"])
            self.assertIs(shown["pins"]["vault"]["in_process"], True)
            text = self.assert_succeeds(self.under(policy, "policy", *words, "--human")).out
            for line in ("Isolated providers: all", "Forbidden need: exec", "Forbidden need: network", "1 manifest), runs in process"):
                self.assertIn(line, text)
        self.assertEqual(self.under(OPEN, "policy", "show").json()["providers"]["isolation"], "default")


class PageInEffect(Policy, WithService):
    def states(self, policy, before=""):
        rows = self.assert_succeeds(self.under(policy, "provider", "list", before=before)).json()
        return {row["id"]: row["state"] for row in rows}

    def test_the_whole_policies_do_what_they_say(self):
        key, sso, every = WHOLE
        self.put("vault", self.build("vault"))
        self.assertEqual(
            self.states(key), {"apikey": "available", "oauth": "refused", "device-code": "refused", "vault": "refused"}
        )
        before = "touch /etc/heygen/corp-ca.pem"
        self.assertEqual(set(self.states(sso, before).values()), {"refused"})
        self.assertEqual(set(self.states(every).values()), {"available"})
        for policy in WHOLE:
            self.assertTrue(self.under(policy, "policy", "show", before=before).json()["in_force"])
            self.assertIn("in effect", self.under(policy, "policy", "show", "--human", before=before).out)


    def test_the_api_key_alone(self):
        policy = WHOLE[0].replace("https://api.heygen.com", self.service.url)
        self.put("vault", self.build("vault"))
        login = self.assert_succeeds(self.under(policy, "auth", "login", stdin="good-key\n"))
        self.assertIn("Logged in", login.err)
        self.assert_succeeds(self.under(policy, "video", "list"))
        for words in (("--oauth",), ("--provider", "vault")):
            done = self.assert_fails(self.under(policy, "auth", "login", *words), "usage_error", 2)
            self.assertIn("providers.allow", done.error()["message"])
        done = self.under(policy, "video", "list", env={"HEYGEN_API_BASE": "https://elsewhere.example"})
        self.assertIn("api.base", self.assert_fails(done, "usage_error", 2).error()["message"])
        self.home.write({"providers": {"vault": {"token": "t"}}})
        done = self.assert_fails(self.under(policy, "video", "list"), "auth_error", 3)
        self.assertIn("providers.allow", done.error()["message"])
        self.assertEqual(self.marked(), [])

    def test_the_companys_single_sign_on_alone(self):
        self.home.program = install(self.home.path / "program", "apikey", "oauth")
        self.put("sso", self.build("sso"))
        company = self.home.path / "program" / "lib" / "heygen" / "providers"
        for name in ("sso.so", "sso.provider.json"):
            (self.directory / name).rename(company / name)
        pins = [digest(company / "sso.so"), digest(company / "sso.provider.json")]
        policy = re.sub(r"sha256:\w+", lambda _: pins.pop(0), WHOLE[1])
        policy = policy.replace("https://heygen.corp.example", self.service.url)
        before = "touch /etc/heygen/corp-ca.pem"
        self.service.api_keys.append(None)
        self.fill("sso")
        self.assert_succeeds(self.under(policy, "video", "list", before=before))
        self.assertEqual(self.service.requests[-1].headers.get("X-Vault"), "good")
        offered = self.under(policy, "auth", "login", "--help", before=before).out
        self.assertIn("\n      --sso", offered)
        self.assertNotIn("\n      --api-key", offered)
        count = len(self.service.requests)
        done = self.under(policy, "video", "list", before=before, env={"HEYGEN_API_KEY": "good-key"})
        self.assertIn("line 6 (providers.allow)", self.assert_fails(done, "auth_error", 3).error()["message"])
        done = self.under(policy, "auth", "login", "--api-key", before=before, stdin="good-key\n")
        self.assertIn("providers.allow", self.assert_fails(done, "usage_error", 2).error()["message"])
        shutil.copyfile(self.build("sso", "evil"), company / "sso.so")
        done = self.assert_fails(self.under(policy, "video", "list", before=before), "auth_error", 3)
        self.assertIn("is not the pinned one", done.error()["message"])
        self.assertEqual((len(self.service.requests), self.marked()), (count, ["sso-good"]))


LOADS = 200
DRIVER = """
import collections, json, subprocess, sys
seen = collections.Counter()
for _ in range(int(sys.argv[2])):
    done = subprocess.run([sys.argv[1], "auth", "explain"], capture_output=True, text=True)
    rows = json.loads(done.stdout)["providers"] if done.returncode in (0, 3) else []
    row = next((row for row in rows if row["provider"] == "vault"), None)
    seen[row["verdict"] + " " + row["type"] if row else f"exit {done.returncode}"] += 1
print(json.dumps(seen))
"""


class Tampering(Policy, EndToEnd):
    """A second process swaps the files while heygen loads them, again and again. The wrong bytes never run."""

    def run_against(self, attack, policy):
        """What 200 loads ended in, while another process attacks."""
        script = self.home.path / "attack.py"
        script.write_text(attack, encoding="utf-8")
        attacker = subprocess.Popen([sys.executable, str(script)])
        try:
            done = subprocess.run(
                [*self.prefix(policy), sys.executable, "-c", DRIVER, str(self.home.program), str(LOADS)],
                env=self.home.env, capture_output=True, text=True, timeout=300,
            )
            self.assertIsNone(attacker.poll(), "the attacker gave up")
        finally:
            attacker.kill()
            attacker.wait()
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def assert_only_the_right_bytes_ran(self, seen):
        self.assertEqual(sum(seen.values()), LOADS, seen)
        self.assertEqual({mark for mark in self.marked() if "evil" in mark}, set(), seen)
        self.assertLessEqual(set(seen), {"used good", "broken ", "refused "}, seen)
        # Both must have happened, or nothing was tried.
        self.assertGreater(seen.get("used good", 0), 0, seen)
        self.assertLess(seen["used good"], LOADS, seen)

    def files(self):
        good, evil = self.build("vault"), self.build("vault", "evil")
        pin = self.put("vault", good)
        self.fill("vault")
        return good, evil, pin

    def attack(self, target, good, evil):
        return f"""
import os, random, shutil, time
target, good, evil = {str(target)!r}, open({str(good)!r}, "rb").read(), open({str(evil)!r}, "rb").read()
def rename(content):
    with open(target + ".new", "wb") as file:
        file.write(content)
    os.chmod(target + ".new", 0o755)
    os.rename(target + ".new", target)
def in_place(content):
    with open(target, "r+b") as file:
        file.write(content)
        file.truncate()
while True:
    for write in (rename, in_place):
        write(evil)
        time.sleep(random.random() * 0.004)
        write(good)
        time.sleep(random.random() * 0.012)
"""

    def test_without_a_pin_the_wrong_bytes_do_run(self):
        _, evil, _ = self.files()
        shutil.copyfile(evil, self.directory / "vault.so")
        self.under(OPEN, "auth", "explain")
        self.assertEqual(self.marked(), ["vault-evil"])

    def test_the_library_is_swapped_between_check_and_load(self):
        good, evil, pin = self.files()
        self.assert_only_the_right_bytes_ran(
            self.run_against(self.attack(self.directory / "vault.so", good, evil), OPEN + pin))

    def test_the_manifest_is_swapped_to_name_another_library(self):
        _, evil, pin = self.files()
        shutil.copyfile(evil, self.directory / "evil.so")
        (self.directory / "evil.so").chmod(0o755)
        manifest = self.directory / "vault.provider.json"
        good, bad = self.home.path / "good.json", self.home.path / "bad.json"
        good.write_bytes(manifest.read_bytes())
        bad.write_text(manifest.read_text(encoding="utf-8").replace("vault.so", "evil.so"), encoding="utf-8")
        self.assert_only_the_right_bytes_ran(self.run_against(self.attack(manifest, good, bad), OPEN + pin))


if __name__ == "__main__":
    unittest.main()
