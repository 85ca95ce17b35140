"""The SDK as an author gets it: installed to a prefix of its own, used by a project that knows nothing of this one."""

import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from support import BUILD, ROOT, EndToEnd

PREFIX = pathlib.Path(tempfile.mkdtemp(prefix="heygen-sdk-"))
unittest.addModuleCleanup(shutil.rmtree, PREFIX, True)

PROJECT = """
cmake_minimum_required(VERSION 3.20)
project(outside LANGUAGES {language})
find_package(HeygenProvider 1.0 REQUIRED)
heygen_add_provider({id} SOURCES {sources})
"""


def run(*command, **options):
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{command} -> {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def setUpModule():
    for component in ("sdk", "sandbox"):
        run("cmake", "--install", BUILD, "--prefix", PREFIX, "--component", component)


class Outside(EndToEnd):
    def build(self, id, language, *sources):
        project = self.home.path / "project"
        project.mkdir()
        for source in sources:
            shutil.copy(source, project)
        names = " ".join(source.name for source in sources if source.suffix != ".hpp")
        (project / "CMakeLists.txt").write_text(PROJECT.format(language=language, id=id, sources=names))
        run("cmake", "-S", project, "-B", project / "build", f"-DCMAKE_PREFIX_PATH={PREFIX}")
        run("cmake", "--build", project / "build")
        return project / "build"

    def test_find_package_builds_a_module_with_its_manifest(self):
        built = self.build("minimal", "C", ROOT / "sdk/examples/minimal/minimal.c")
        self.assertEqual(json.loads((built / "minimal.provider.json").read_text())["id"], "minimal")
        exported = run("nm", "-D", "--defined-only", built / "minimal.so").split()
        self.assertEqual(exported[2::3], ["heygen_provider_entry"])
        done = self.run_heygen("provider", "list", env={"HEYGEN_PROVIDER_PATH": str(built)})
        self.assertIn("minimal", [row["id"] for row in self.assert_succeeds(done).json()])

    def test_it_does_so_for_cplusplus(self):
        folder = ROOT / "sdk/examples/exec"
        built = self.build("exec", "CXX", *folder.glob("*.cpp"), *folder.glob("*.hpp"))
        self.assertTrue((built / "exec.provider.json").exists())

    def test_pkg_config_gives_the_same(self):
        env = {"PATH": "/usr/bin:/bin", "PKG_CONFIG_PATH": str(PREFIX / "share/pkgconfig")}
        flags = run("pkg-config", "--cflags", "heygen-provider", env=env).split()
        script = run("pkg-config", "--variable=version_script", "heygen-provider", env=env).strip()
        library = self.home.path / "minimal.so"
        run("cc", "-std=c11", "-shared", "-fPIC", *flags, f"-Wl,--version-script={script}",
            ROOT / "sdk/examples/minimal/minimal.c", "-o", library)  # fmt: skip
        run(PREFIX / "bin/heygen-provider-check", "manifest", library)
        self.assertTrue((self.home.path / "minimal.provider.json").exists())

    def test_the_sandbox_runs_from_there(self):
        self.assertIn("heygen-sandbox", run(PREFIX / "bin/heygen-sandbox", "--help"))

    def test_nothing_of_the_source_tree_is_named_in_it(self):
        for path in PREFIX.rglob("*"):
            if path.is_file() and path.suffix in (".cmake", ".pc", ".hpp", ".h"):
                self.assertNotIn(str(ROOT), path.read_text(), path)

    def test_a_wrong_id_stops_the_configuration(self):
        with self.assertRaises(RuntimeError) as caught:
            self.build("Bad_Id", "C", ROOT / "sdk/examples/minimal/minimal.c")
        self.assertIn('the id "Bad_Id" is not of the form', str(caught.exception))


if __name__ == "__main__":
    unittest.main()
