# SPDX-License-Identifier: Apache-2.0
"""The example provider in Rust keeps every promise of the one in C, whose tests it runs."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import provider_test
from service import Response
from support import ROOT, WithService, assert_passes_check, write_manifest

CRATES = ROOT / "sdk" / "examples" / "rust"
TARGET = pathlib.Path(tempfile.mkdtemp(prefix="heygen-rust-"))
unittest.addModuleCleanup(shutil.rmtree, TARGET, True)


def cargo(*arguments, directory=CRATES, target=TARGET, env=None):
    """Debian's own, whatever else is on the path: that is the version which must do."""
    env = {**os.environ, "PATH": "/usr/bin:/bin", "CARGO_HOME": str(TARGET / "cargo"), **(env or {})}
    return subprocess.run(
        ["cargo", *arguments, "--offline", "--locked", "--target-dir", target],
        cwd=directory,
        env=env,
        capture_output=True,
        text=True,
    )


def setUpModule():
    if not pathlib.Path("/usr/bin/cargo").exists():
        raise unittest.SkipTest("Debian's cargo is not installed")
    done = cargo("build", "--release")
    if done.returncode != 0:
        raise RuntimeError(done.stderr)


class Rust(provider_test.DroppedIn):
    id, title = "pasted-token", "Pasted token (Rust)"

    @staticmethod
    def compile(library):
        shutil.copy(TARGET / "release" / "libpasted_token.so", library)


class Crate(unittest.TestCase):
    def test_its_structs_are_those_of_the_header(self):
        done = cargo("test", "--package", "heygen-provider")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("every_struct_has_the_size_that_version_1_0_states ... ok", done.stdout)

    def test_its_documentation_is_complete(self):
        done = cargo("doc", "--no-deps", env={"RUSTDOCFLAGS": "-D warnings"})
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_checker_finds_nothing_wrong(self):
        library = TARGET / "pasted-token.so"
        shutil.copy(TARGET / "release" / "libpasted_token.so", library)
        write_manifest(library)
        assert_passes_check(self, library)

    def test_nothing_but_the_entry_is_exported(self):
        listed = subprocess.run(
            ["nm", "-D", "--defined-only", TARGET / "release" / "libpasted_token.so"], capture_output=True, text=True
        )
        self.assertEqual([line.split()[-1] for line in listed.stdout.splitlines()], ["heygen_provider_entry"])


class Changed(WithService):
    """The example with another login."""

    def install(self, name, new):
        crates = TARGET / name
        shutil.copytree(CRATES, crates, ignore=shutil.ignore_patterns("target"))
        source = crates / "pasted-token" / "src" / "lib.rs"
        text = source.read_text().replace('store(call, call.secret("Token: ")?)', new)
        source.write_text(text)
        done = cargo("build", directory=crates, target=crates / "target")
        self.assertEqual(done.returncode, 0, done.stderr)
        library = self.home.providers() / "pasted-token.so"
        shutil.copy(crates / "target" / "debug" / "libpasted_token.so", library)
        write_manifest(library)
        self.home.write_settings(f'[providers.pasted-token]\nurl = "{self.service.url}"\n')
        return text

    def test_services_get_and_give_what_the_crate_says(self):
        self.service.routes["GET /walk"] = lambda _: Response(200, None, {"DPoP-Nonce": "n-1", "X-Two": "2"})
        self.install("serving", """let token = call.secret("Token: ")?;
        let url = format!("{}/walk", call.setting("url")?.unwrap_or(""));
        let headers = [("X-One", "1")];
        let response = call.send(&Request { url: &url, headers: &headers, max_body: 10, ..Request::default() })?;
        for (name, value) in response.headers() {
            call.log(2, &format!("got {name}={value}"));
        }
        assert_eq!(response.header("dpop-nonce"), Some("n-1"));
        drop(response);
        assert_eq!(call.menu("Role", &["only"], 0)?, 0);
        assert_eq!(call.base64url_decode(call.base64url(&[0xff, 0])?)?, Some(&[0xff, 0][..]));
        assert_eq!(call.base64url_decode("!")?, None);
        assert_eq!(call.sha512(b"")?[0], 0xcf);
        assert_eq!(call.sha384(b"")?[0], 0x38);
        let mut writer = call.write_json()?;
        writer.begin_array()?.number(-5)?.flag(true)?.null()?.text("x")?.value(call.parse("{\\"n\\":1.50}")?)?.end()?;
        call.notice(writer.finish()?)?;
        store(call, token)""")
        self.service.routes["GET /v3/users/me"] = lambda _: Response(200, {"data": {}})
        done = self.assert_succeeds(self.run_heygen("auth", "login", "--pasted-token", stdin="a-token\n"))
        self.assertIn("got X-Two=2", done.err)
        self.assertIn('[-5,true,null,"x",{"n":1.50}]', done.err)
        (request,) = self.service.requests_to("/walk")
        self.assertEqual(request.headers["X-One"], "1")

    def test_a_panic_is_a_bug_with_file_and_line(self):
        text = self.install("panicking", 'let none: Vec<u8> = vec![];\n        panic!("{}", none[call.secret("Token: ")?.len()])')
        line = text[: text.index('panic!("{}"')].count("\n") + 1
        done = self.assert_fails(self.run_heygen("auth", "login", "--pasted-token", stdin="a-token\n"), "error", 1)
        self.assertRegex(done.error()["message"], rf"panicked at pasted-token/src/lib\.rs:{line}: index out of bounds")


if __name__ == "__main__":
    unittest.main()
