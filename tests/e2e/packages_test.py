# SPDX-License-Identifier: Apache-2.0
"""The Debian packages, installed into and removed from a clean root. Needs root, debootstrap and a Debian mirror, and takes
minutes: it runs with HEYGEN_PACKAGES=1, which `./dev packages` and CI set."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from support import ROOT

RELEASE = ROOT / "build-release"

APT = pathlib.Path("/etc/apt")
EVERY = ("heygen", "heygen-provider-apikey", "heygen-provider-oauth", "heygen-provider-device-code", "heygen-sdk", "heygen-sandbox")


def run(*command, **options):
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, errors="replace", **options)
    return done


def checked(*command, **options):
    done = run(*command, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{command} -> {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def mirror():
    """Where this machine's packages come from."""
    texts = [path.read_text() for path in [APT / "sources.list", *APT.glob("sources.list.d/*")] if path.is_file()]
    found = re.findall(r"^(?:URIs:\s*|deb\s+(?:\[.*?\]\s*)?)(http\S+)", "\n".join(texts), re.M)
    return next((url for url in found if re.search(r"/debian/?$", url)), "http://deb.debian.org/debian")


class CleanRoot:
    """A bare Debian. Its mounts live in a namespace of each command, so nothing is left mounted."""

    def __init__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="heygen-root-", dir="/var/tmp"))
        made = run("debootstrap", "--variant=minbase", "bookworm", self.path, mirror())
        if made.returncode != 0:
            shutil.rmtree(self.path, True)
            raise unittest.SkipTest(f"no clean root from {mirror()}: {made.stdout.splitlines()[-1:]}")
        shutil.copytree(APT / "apt.conf.d", self.path / "etc/apt/apt.conf.d", dirs_exist_ok=True)  # a proxy, say
        for name in ("resolv.conf", "hosts"):
            shutil.copy(f"/etc/{name}", self.path / "etc" / name)
        certificates = self.path / "etc/ssl/certs"
        certificates.mkdir(parents=True, exist_ok=True)
        if pathlib.Path("/etc/ssl/certs/ca-certificates.crt").exists():
            shutil.copy("/etc/ssl/certs/ca-certificates.crt", certificates)
        self.apt("update")

    def run(self, *command, **env):
        inner = 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"'
        variables = {"HOME": "/root", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
        return run("unshare", "--mount", "sh", "-c", inner, self.path, *command, env={**variables, **env}, stdin=subprocess.DEVNULL)

    def apt(self, *arguments):
        done = self.run("apt-get", "-y", "-qq", "--no-install-recommends", *arguments)
        if done.returncode != 0:
            raise RuntimeError(f"apt-get {arguments}\n{done.stdout}{done.stderr}")

    def install(self, *packages):
        self.apt("install", *(f"/packages/{FILES[name].name}" for name in packages))

    def purge(self):
        installed = self.run("dpkg-query", "--show", "--showformat=${Package} ", "heygen*").stdout.split()
        if installed:
            self.apt("purge", *installed)


FILES = {}


def setUpModule():
    if os.environ.get("HEYGEN_PACKAGES") != "1":
        raise unittest.SkipTest("set HEYGEN_PACKAGES=1, or run ./dev packages --test")
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        raise unittest.SkipTest("needs root and debootstrap")
    if run("unshare", "--mount", "true").returncode != 0:
        raise unittest.SkipTest("no mount namespaces here")
    shutil.rmtree(RELEASE / "packages", True)
    checked("cpack", "--config", "CPackConfig.cmake", cwd=RELEASE)
    for file in (RELEASE / "packages").glob("*.deb"):
        FILES[checked("dpkg-deb", "--field", file, "Package").strip()] = file


class Packages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = CleanRoot()
        cls.addClassCleanup(shutil.rmtree, cls.root.path, True)
        (cls.root.path / "packages").mkdir()
        for file in FILES.values():
            shutil.copy(file, cls.root.path / "packages")

    def setUp(self):
        self.addCleanup(self.root.purge)

    def heygen(self, *arguments, **env):
        return self.root.run("heygen", *arguments, **env)

    def test_there_is_one_for_each_part(self):
        self.assertEqual(sorted(FILES), sorted(EVERY))

    def test_lintian_finds_nothing(self):
        done = run("lintian", "--fail-on", "warning", *FILES.values())
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_with_the_api_key_package_alone_everything_of_it_works(self):
        self.root.install("heygen", "heygen-provider-apikey", "heygen-sandbox")
        listed = json.loads(self.heygen("provider", "list").stdout)
        self.assertEqual([row["id"] for row in listed], ["apikey"])
        script = """
            set -e
            echo sandbox-key | heygen auth login --api-key
            heygen auth status
            heygen video list --human
            heygen auth logout
        """
        done = self.root.run("heygen-sandbox", "run", "--", "sh", "-c", script)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("Logged in", done.stderr)

    def test_each_login_that_is_missing_names_its_package(self):
        self.root.install("heygen")
        for flag, package in {
            "--api-key": "heygen-provider-apikey",
            "--oauth": "heygen-provider-oauth",
            "--device-code": "heygen-provider-device-code",
        }.items():
            with self.subTest(flag):
                done = self.heygen("auth", "login", flag)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(package, json.loads(done.stderr.splitlines()[-1])["error"]["hint"])

    def test_a_login_whose_package_is_missing_names_it_however_it_is_asked_for(self):
        self.root.install("heygen", "heygen-provider-apikey")
        for arguments, variables, package in (
            (("auth", "login", "--oauth"), {}, "heygen-provider-oauth"),
            (("auth", "login", "--provider", "device-code"), {}, "heygen-provider-device-code"),
            (("video", "list", "--provider", "oauth"), {}, "heygen-provider-oauth"),
            (("video", "list"), {"HEYGEN_PROVIDER": "oauth"}, "heygen-provider-oauth"),
        ):
            with self.subTest(arguments):
                done = self.heygen(*arguments, **variables)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(package, json.loads(done.stderr.splitlines()[-1])["error"]["hint"])
        self.root.purge()
        self.root.install("heygen", "heygen-provider-oauth")
        done = self.heygen("video", "list", HEYGEN_API_KEY="a-key")
        self.assertEqual(done.returncode, 3, done)
        self.assertIn("heygen-provider-apikey", json.loads(done.stderr.splitlines()[-1])["error"]["hint"])

    def test_an_installation_over_itself_and_a_removal_keep_what_the_administrator_wrote(self):
        policy = self.root.path / "etc/heygen/policy.toml"
        policy.parent.mkdir()
        self.addCleanup(shutil.rmtree, policy.parent)
        policy.write_text('version = 1\nproviders.mode = "allow"\nproviders.allow = ["apikey"]\nproviders.user_directories = false\n')
        self.root.install(*EVERY)
        self.root.apt("install", "--reinstall", *(f"/packages/{FILES[name].name}" for name in EVERY))
        # What documentation a bare system leaves out at unpacking does not count.
        changed = [line for line in self.root.run("dpkg", "--verify", *EVERY).stdout.splitlines() if "/usr/share/" not in line]
        self.assertEqual(changed, [])
        shown = json.loads(self.heygen("policy", "show").stdout)
        self.assertEqual((shown["in_force"], shown["providers"]["allow"]), (True, ["apikey"]))
        states = {row["id"]: row["state"] for row in json.loads(self.heygen("provider", "list").stdout)}
        self.assertEqual(states, {"apikey": "available", "oauth": "refused", "device-code": "refused"})
        self.root.apt("remove", "heygen-provider-apikey")
        done = self.heygen("auth", "login", "--api-key")
        self.assertIn("heygen-provider-apikey", done.stderr)
        self.root.apt("remove", "heygen")
        self.assertFalse((self.root.path / "usr/bin/heygen").exists())
        self.assertFalse((self.root.path / "usr/lib/heygen").exists())
        self.root.purge()
        self.assertTrue(policy.exists())

    def test_it_knows_that_it_came_as_a_package(self):
        self.root.install("heygen")
        self.assertEqual(json.loads(self.heygen("update").stdout)["method"], "apt")

    def test_the_logins_appear_with_their_packages(self):
        self.root.install("heygen", "heygen-provider-oauth", "heygen-provider-device-code")
        listed = json.loads(self.heygen("provider", "list").stdout)
        self.assertEqual(sorted(row["id"] for row in listed), ["device-code", "oauth"])
        self.assertEqual({row["state"] for row in listed}, {"available"})

    def test_man_pages_and_completions_come_with_it(self):
        self.root.install("heygen")
        # minbase leaves documentation out at unpacking, so the package itself is asked.
        held = checked("dpkg-deb", "--contents", FILES["heygen"])
        for path in (
            "usr/share/man/man1/heygen.1.gz",
            "usr/share/man/man1/heygen-video.1.gz",
            "usr/share/bash-completion/completions/heygen",
            "usr/share/zsh/vendor-completions/_heygen",
            "usr/share/fish/vendor_completions.d/heygen.fish",
            "usr/share/doc/heygen/copyright",
        ):
            self.assertIn(path, held)

    def test_a_provider_is_written_with_the_sdk_package_alone(self):
        self.root.install("heygen-sdk", "heygen")
        directory = self.root.path / "root/.heygen/providers"
        directory.mkdir(parents=True, mode=0o700)
        directory.parent.chmod(0o700)
        self.addCleanup(shutil.rmtree, directory.parent, True)
        checked(
            "cc", "-std=c11", "-shared", "-fPIC", "-I", self.root.path / "usr/include",
            ROOT / "sdk/examples/minimal/minimal.c", "-o", directory / "minimal.so",
        )  # fmt: skip
        done = self.root.run("heygen-provider-check", "manifest", "/root/.heygen/providers/minimal.so")
        self.assertEqual(done.returncode, 0, done.stderr)
        listed = json.loads(self.heygen("provider", "list").stdout)
        self.assertEqual([(row["id"], row["state"]) for row in listed], [("minimal", "available")])

    def test_a_new_project_is_built_checked_and_logged_in_with_the_packages_alone(self):
        self.root.install("heygen", "heygen-sdk", "heygen-sandbox")
        self.root.apt("install", "g++", "cmake", "make", "cargo")
        for language in ("c", "cpp", "rust"):
            build = "sh build.sh" if language == "rust" else "cmake -B build && cmake --build build"
            with self.subTest(language):
                script = f"""
                    set -e
                    cd /root && heygen-provider-check new my-{language} --lang {language} && cd my-{language}
                    {build}
                    heygen-provider-check build/my-{language}.so | tail -1
                    export HEYGEN_PROVIDER_PATH=$PWD/build
                    heygen-sandbox run -- sh -c 'echo sandbox-key | heygen auth login --my-{language} && heygen auth status'
                """
                done = self.root.run("sh", "-c", script)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertIn(" 0 failed", done.stdout)
                self.assertIn("Logged in as", done.stderr)

    def test_removal_leaves_nothing(self):
        before = self.files()
        self.root.install(*EVERY)
        self.assertTrue((self.root.path / "usr/bin/heygen").exists())
        self.root.purge()
        self.assertEqual([name for name in self.files() - before if "heygen" in name], [])

    def files(self):
        return {str(path.relative_to(self.root.path)) for top in ("usr", "etc", "var/lib") for path in (self.root.path / top).rglob("*")}


if __name__ == "__main__":
    unittest.main()
