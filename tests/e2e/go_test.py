# SPDX-License-Identifier: Apache-2.0
"""The example provider in Go keeps every promise of the one in C, whose tests it runs. Built by Debian's compiler."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import provider_test
from service import Response
from support import ROOT, WithService, assert_passes_check, write_manifest

SOURCES = ROOT / "sdk" / "examples" / "go"
WORK = pathlib.Path(tempfile.mkdtemp(prefix="heygen-go-"))
unittest.addModuleCleanup(shutil.rmtree, WORK, True)


def go(*arguments, directory=SOURCES):
    """Debian's own, whatever else is on the path: that is the version which must do."""
    env = {
        **os.environ,
        "PATH": "/usr/bin:/bin",
        "GOPROXY": "off",
        "GOTOOLCHAIN": "local",
        "GOCACHE": str(WORK / "cache"),
        "C_INCLUDE_PATH": str(ROOT / "sdk" / "include"),
    }
    done = subprocess.run(["go", *arguments], cwd=directory, env=env, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout


def build(library, directory=SOURCES):
    link = '-s -w "-extldflags=-Wl,--version-script=provider.map"'
    go("build", "-buildvcs=false", "-trimpath", "-buildmode=c-shared", "-ldflags", link, "-o", str(library), "./pasted-go", directory=directory)


def setUpModule():
    if not pathlib.Path("/usr/bin/go").exists():
        raise unittest.SkipTest("Debian's Go is not installed")
    build(WORK / "pasted-go.so")


class Go(provider_test.DroppedIn):
    id, title = "pasted-go", "Pasted token (Go)"

    @staticmethod
    def compile(library):
        shutil.copy(WORK / "pasted-go.so", library)

    def setUp(self):
        super().setUp()
        self.assert_succeeds(self.run_heygen("config", "set", f"provider.runtime.{self.id}", "true"))


class Package(unittest.TestCase):
    def test_it_is_sound_to_the_compiler_and_its_friends(self):
        go("vet", "./...")
        listed = subprocess.run(["/usr/lib/go/bin/gofmt", "-l", SOURCES], capture_output=True, text=True)
        self.assertEqual((listed.stdout, listed.stderr), ("", ""))

    def test_the_checker_finds_nothing_wrong_and_says_what_it_costs(self):
        write_manifest(WORK / "pasted-go.so")
        said = assert_passes_check(self, WORK / "pasted-go.so")
        self.assertRegex(said, r"cost of its language runtime: \d+ threads, signal handlers SIG\w+.*, \d+ ms, \d+ MiB\n")

    def test_nothing_but_the_entry_is_exported(self):
        listed = subprocess.run(["nm", "-D", "--defined-only", WORK / "pasted-go.so"], capture_output=True, text=True)
        self.assertEqual([line.split()[-1] for line in listed.stdout.splitlines()], ["heygen_provider_entry"])

    def test_its_version_script_is_that_of_the_sdk(self):
        self.assertEqual((SOURCES / "provider.map").read_text(), (ROOT / "sdk" / "cmake" / "provider.map").read_text())


class Changed(WithService):
    """The example with another login."""

    def install(self, name, old, new):
        shutil.copytree(SOURCES, WORK / name)
        source = WORK / name / "pasted-go" / "main.go"
        text = source.read_text().replace(old, new)
        source.write_text(text)
        library = self.home.providers() / "pasted-go.so"
        build(library, WORK / name)
        write_manifest(library)
        self.assert_succeeds(self.run_heygen("config", "set", "provider.runtime.pasted-go", "true"))
        self.assert_succeeds(self.run_heygen("config", "set", "providers.pasted-go.url", self.service.url))
        return text

    def test_services_get_and_give_what_the_package_says(self):
        self.service.routes["GET /walk"] = lambda _: Response(200, None, {"DPoP-Nonce": "n-1", "X-Two": "2"})
        self.install("serving", "\treturn store(call, token)\n}", """
	url, _ := call.Setting("url")
	response, err := call.Send(provider.Request{URL: url + "/walk", MaxBody: 10,
		Headers: []provider.Header{{Name: "X-One", Value: "1"}, {Name: "X-Key", Value: token, Secret: true}}})
	if err != nil {
		return err
	}
	for _, header := range response.Headers {
		call.Log(provider.Warning, "got "+header.Name+"="+header.Value)
	}
	role, err := call.Menu("Role", []string{"only"}, 0)
	if err != nil || role != 0 || response.Header("dpop-nonce") != "n-1" {
		return &provider.Fail{Status: provider.Broken, Code: "menu", Message: "No role."}
	}
	call.Notice("profile '" + call.Profile() + "', " + call.HostVersion())
	return store(call, token)
}""")
        self.service.routes["GET /v3/users/me"] = lambda _: Response(200, {"data": {}})
        done = self.assert_succeeds(self.run_heygen("auth", "login", "--pasted-go", stdin="a-token\n"))
        self.assertIn("got X-Two=2", done.err)
        self.assertIn("profile '', 1.", done.err)
        (request,) = self.service.requests_to("/walk")
        self.assertEqual((request.headers["X-One"], request.headers["X-Key"]), ("1", "a-token"))

    def test_a_panic_is_a_bug_with_file_and_line(self):
        asked = 'token, err := call.Secret("Token: ")\n'
        text = self.install("panicking", asked, asked + "\tvar none []int\n\t_ = none[len(token)]\n")
        line = text[: text.index("_ = none")].count("\n") + 1
        done = self.assert_fails(self.run_heygen("auth", "login", "--pasted-go", stdin="a-token\n"), "error", 1)
        self.assertTrue(re.search(rf"panicked at main\.go:{line}: .*index out of range", done.error()["message"]), done)


if __name__ == "__main__":
    unittest.main()
