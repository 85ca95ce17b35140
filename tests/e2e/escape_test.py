# SPDX-License-Identifier: Apache-2.0
"""Attacks of a hostile provider: each works without the cage, and in the cage it is denied and named.

Each class is a place to run in. After its attacks it prints what refused each of them.
"""
import collections
import json
import os
import pathlib
import pty
import shutil
import socket
import subprocess
import tempfile
import threading
import unittest

import support

BUILT = support.BUILD / "tests" / "hostile"
UNPRIVILEGED = 65534
SANITIZED = (BUILT / "hostile-harness").exists() and b"__asan_init" in (BUILT / "hostile-harness").read_bytes()
LIMIT = 120  # seconds for one attack on a busy machine

# Attacks that a kernel or container may refuse to every user. All others work without the cage, or the test is wrong.
DEPENDS = {
    "call_as_i386": "IA32_EMULATION", "call_as_x32": "X86_X32_ABI", "call_unknown": "no such call", "catch_faults": "USERFAULTFD",
    "clone3_namespace": "user namespaces", "clone_namespace": "user namespaces", "load_bpf": "kernel.unprivileged_bpf_disabled",
    "make_memory_file": "vm.memfd_noexec", "become_memory": "vm.memfd_noexec", "make_message_queue": "fs.mqueue",
    "make_namespace": "user namespaces", "measure": "kernel.perf_event_paranoid", "open_by_handle": "CAP_DAC_READ_SEARCH",
    "open_parent": "Linux 5.3", "read_by_openat2": "Linux 5.6", "read_keyring": "keys", "read_other_memory": "Yama",
    "read_parent": "Yama", "trace_parent": "Yama", "write_parent": "Yama", "type_into_terminal": "dev.tty.legacy_tiocsti",
    "use_io_uring": "kernel.io_uring_disabled", "use_old_aio": "AIO", "change_personality": "seccomp of a container",
    "kill_all": "no other process", "count_system_v": "System V", "queue_system_v": "System V", "share_system_v": "System V",
    "share_memory": "/dev/shm", "take_memory": "memory", "swap_path": "luck", "watch_home": "fs.inotify",
}
# What refuses where nothing is left to attempt.
SILENT = {"read_inherited": "the descriptor is closed", "find_environment": "the environment is empty",
          "take_memory": "the limit of memory"}


def harness_words(words):
    return [f"{name}={value}" for name, value in words.items()]


class Targets:
    """What the attacks aim at, all of it the test's own: a home, and servers."""

    def __init__(self, user):
        self.user = user
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="escape-"))
        self.root.chmod(0o755)
        for name in ("hostile-harness", "hostile.so"):
            shutil.copy(BUILT / name, self.root / name)
            (self.root / name).chmod(0o755)
            self.own(self.root / name)
        self.home = self.root / "home"
        self.servers = [self.server(socket.AF_UNIX, str(self.root / "stream")), self.server(socket.AF_UNIX, "\0escape-" + self.root.name),
                        self.server(socket.AF_INET, ("127.0.0.1", 0))]
        self.datagrams = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.datagrams.bind(str(self.root / "datagrams"))
        for name in ("stream", "datagrams"):
            (self.root / name).chmod(0o777)
        self.names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.names.bind(("127.0.0.1", 0))
        self.answers = threading.Thread(target=self.answer, daemon=True)
        self.answers.start()
        self.new_home()

    @staticmethod
    def server(family, address):
        server = socket.socket(family)
        server.bind(address)
        server.listen(4096)  # never accepted
        return server

    def answer(self):
        while True:
            try:
                question, sender = self.names.recvfrom(512)
                if not question:
                    return
                self.names.sendto(question, sender)
            except OSError:
                return

    def own(self, path):
        if self.user is not None and os.geteuid() == 0:
            os.chown(path, self.user, self.user)

    def new_home(self):
        shutil.rmtree(self.home, ignore_errors=True)
        (self.home / ".ssh").mkdir(parents=True)
        for name in (".ssh/id_rsa", "credentials.json", ".bashrc", "victim"):
            (self.home / name).write_text("secret")
            (self.home / name).chmod(0o600)
        (self.home / "link").symlink_to("/etc/passwd")
        for path in (self.home, self.home / ".ssh", *self.home.glob("*"), *self.home.glob(".*"), self.home / ".ssh/id_rsa"):
            if not path.is_symlink():
                self.own(path)

    def words(self):
        return {"home": self.home, "socket": self.root / "stream", "datagrams": self.root / "datagrams",
                "abstract": "escape-" + self.root.name, "tcp": self.servers[2].getsockname()[1],
                "udp": self.names.getsockname()[1]}

    def close(self):
        # A datagram without content ends the thread.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", self.names.getsockname())
        self.answers.join(LIMIT)
        for server in (*self.servers, self.datagrams, self.names):
            server.close()
        shutil.rmtree(self.root, ignore_errors=True)


class Place:
    """Where the attacks run: as which user, inside which container."""

    def __init__(self, wrapper=(), user=None):
        self.user = user if os.geteuid() == 0 else None
        self.targets = Targets(self.user)
        self.wrapper = [str(part).replace("ROOT", str(self.targets.root)) for part in wrapper]

    def run(self, attack, **words):
        command = ["setsid", "--ctty", "--wait", *self.wrapper, self.targets.root / "hostile-harness", self.targets.root / "hostile.so", attack,
                   *harness_words({**self.targets.words(), **words})]
        master, terminal = pty.openpty()
        try:
            identity = {"user": self.user, "group": self.user, "extra_groups": []} if self.user is not None else {}
            done = subprocess.run(
                command, stdin=terminal, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=LIMIT, cwd="/", check=False,
                env={"HOSTILE_SECRET": "secret", "PATH": "/usr/bin:/bin"}, **identity)
        finally:
            os.close(terminal)
            os.close(master)
        if done.returncode != 0 or not done.stdout:
            raise AssertionError(f"{attack}: the harness failed: {done.stdout!r} {done.stderr!r}")
        return json.loads(done.stdout)

    def attacks(self):
        listed = subprocess.run([BUILT / "hostile-harness", BUILT / "hostile.so"], capture_output=True, text=True, check=True)
        return listed.stdout.split()

    def close(self):
        self.targets.close()


def mechanism(attack, outcome):
    if outcome["signal"] == 31:
        return "seccomp: killed"
    if attack in SILENT:
        return SILENT[attack]
    if outcome["named"]:
        return "seccomp: the supervisor"
    if not outcome["names"] and outcome["landlock"] and outcome["error"] in ("EACCES", "EXDEV"):
        return "Landlock"
    return "seccomp: the filter"


class Escape:
    """One place. The attacks run in the order of the library, each in a process of its own."""

    wrapper = ()
    user = UNPRIVILEGED
    words = {}
    tries_free = True
    named = True

    @classmethod
    def setUpClass(cls):
        cls.place = Place(cls.wrapper, cls.user)
        cls.addClassCleanup(cls.place.close)
        cls.check_place()

    @classmethod
    def check_place(cls):
        if not cls.wrapper:
            return
        try:
            cls.place.run("load", free=1)
        except (AssertionError, OSError) as error:
            raise unittest.SkipTest(f"{cls.wrapper[0]} does not work here: {error}") from error

    def test_each_attack_is_denied_and_named(self):
        refusals = collections.defaultdict(list)
        for attack in self.place.attacks():
            if attack == "take_memory" and SANITIZED:
                continue
            with self.subTest(attack=attack):
                note = self.check_free(attack) if self.tries_free else ""
                self.place.targets.new_home()
                outcome = self.place.run(attack, **self.words)
                self.assertTrue(outcome["entered"], outcome)
                self.assertTrue(outcome["known"], outcome)
                self.assertFalse(outcome["worked"], outcome)
                self.assertEqual(outcome["names"], self.named, outcome)
                self.check_names(attack, outcome)
                refusals[mechanism(attack, outcome)].append(attack + note)
        print(f"\n{type(self).__name__}:")
        for refused_by, attacks in sorted(refusals.items()):
            print(f"  {refused_by}: {', '.join(attacks)}")

    def check_free(self, attack):
        self.place.targets.new_home()
        free = self.place.run(attack, free=1)
        if not free["worked"]:
            self.assertIn(attack, DEPENDS, f"it does not work without the cage either: {free}")
            return f" (not possible here: {DEPENDS[attack]})"
        return ""

    def check_names(self, attack, outcome):
        names = [name for name in outcome["named"] if name not in self.names_of_start()]
        if attack in SILENT:
            return
        if attack in ("constructor", "thread_of_constructor"):
            names = outcome["named"]
        if self.named or outcome["signal"]:
            self.assertTrue(names or attack in ("read_credentials", "start_thread", "swap_path"), outcome)
        else:
            self.assertEqual(names, [], outcome)

    def names_of_start(self):
        """The library's constructor attacks, too."""
        return (f"open {self.place.targets.home}/credentials.json to read", "start a thread")


class AsUser(Escape, unittest.TestCase):
    pass


@unittest.skipUnless(os.geteuid() == 0, "needs root")
class AsRoot(Escape, unittest.TestCase):
    user = None


class WithoutLandlock(Escape, unittest.TestCase):
    words = {"landlock": 0}
    tries_free = False


@unittest.skipUnless(os.geteuid() == 0, "needs root")
class WithoutLandlockAsRoot(Escape, unittest.TestCase):
    user = None
    words = {"landlock": 0}
    tries_free = False


class Pinned(Escape, unittest.TestCase):
    words = {"pinned": 1}
    tries_free = False


class WithSupervisorAround(Escape, unittest.TestCase):
    """As in a container whose manager answers calls: the kernel has room for one, so that attempts have no names."""

    words = {"supervised": 1}
    tries_free = False
    named = False


class InRootlessContainer(Escape, unittest.TestCase):
    wrapper = ("unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--mount-proc")


class InBubblewrap(Escape, unittest.TestCase):
    wrapper = ("bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/dev/shm", "--bind", "/tmp", "/tmp",
               "--unshare-user", "--unshare-pid", "--unshare-ipc")


class Walls(unittest.TestCase):
    """Each wall by itself, and the needs."""

    @classmethod
    def setUpClass(cls):
        cls.place = Place(user=UNPRIVILEGED)
        cls.addClassCleanup(cls.place.close)

    def setUp(self):
        self.place.targets.new_home()

    def check(self, expected, **words):
        for landlock in (1, 0):
            for attack, works in expected.items():
                with self.subTest(attack=attack, landlock=landlock):
                    self.place.targets.new_home()
                    outcome = self.place.run(attack, landlock=landlock, **words)
                    self.assertTrue(outcome["entered"], outcome)
                    self.assertEqual(outcome["worked"], works, outcome)

    def test_landlock_alone_denies_files_and_signals(self):
        outcome = self.place.run("load", seccomp=0, require=0)
        if outcome["landlock"] == 0:
            self.skipTest("this kernel has no Landlock")
        attacks = ["read_ssh_key", "read_credentials", "read_by_dots", "read_by_number", "list_home", "create_file", "create_in_tmp",
                   "append_to_startup_file", "delete_file", "make_directory", "make_link", "make_pipe", "read_other_environment",
                   "read_other_memory", "read_parent", "trace_parent", "share_memory", "become_descriptor"]
        if outcome["landlock"] >= 3:
            attacks.append("truncate_file")
        if outcome["landlock"] >= 4:
            attacks.append("connect_internet")
        if outcome["landlock"] >= 6:
            attacks += ["kill_parent", "connect_abstract"]
        for attack in attacks:
            with self.subTest(attack=attack):
                outcome = self.place.run(attack, seccomp=0, require=0)
                self.assertFalse(outcome["seccomp"], outcome)
                self.assertFalse(outcome["worked"], outcome)

    def test_cage_is_refused_without_seccomp(self):
        outcome = self.place.run("load", seccomp=0)
        self.assertFalse(outcome["entered"], outcome)
        self.assertIn("seccomp", outcome["fault"])

    def test_cage_is_refused_without_landlock_and_supervisor(self):
        outcome = self.place.run("load", landlock=0, supervised=1)
        self.assertFalse(outcome["entered"], outcome)
        self.assertNotEqual(outcome["fault"], "")

    def test_read_need_opens_one_file(self):
        self.check({"read_ssh_key": True, "read_by_number": True, "look_at_key": True, "read_by_dots": True, "read_credentials": False,
                    "change_mode": False, "list_home": False, "create_file": False},
                   read=self.place.targets.home / ".ssh/id_rsa")

    def test_read_need_opens_a_directory(self):
        self.check({"list_home": True, "read_ssh_key": True, "read_credentials": True, "create_file": False, "truncate_file": False,
                    "watch_home": False, "read_own_descriptors": False}, read=self.place.targets.home)

    def test_read_need_follows_no_link_out_of_it(self):
        (self.place.targets.root / "open").mkdir()
        (self.place.targets.root / "open/id_rsa").symlink_to(self.place.targets.home / ".ssh/id_rsa")
        inside = {"home": self.place.targets.root / "open"}
        for landlock in (1, 0):
            outcome = self.place.run("read_ssh_key", landlock=landlock, read=self.place.targets.root / "open", **inside)
            self.assertFalse(outcome["worked"], outcome)

    def test_write_need_opens_one_directory(self):
        self.check({"create_file": True, "append_to_startup_file": True, "delete_file": True, "rename_file": True,
                    "make_directory": True, "read_ssh_key": True, "make_link": False, "make_hard_link": False, "make_pipe": False,
                    "change_mode": False, "create_in_tmp": False},
                   write=self.place.targets.home)

    def test_write_need_opens_a_file_that_is_not_there_yet(self):
        self.check({"create_file": True, "append_to_startup_file": False, "make_directory": False, "read_ssh_key": False},
                   write=self.place.targets.home / "created")

    def test_exec_need_starts_one_program(self):
        self.check({"spawn_shell": True, "fork_process": True, "become_shell": True, "become_descriptor": False, "become_memory": False,
                    "fork_many": False, "start_thread": False, "clone_namespace": False, "read_ssh_key": False, "kill_parent": False}, exec="/bin/sh")
        self.check({"spawn_shell": False, "become_shell": False, "fork_process": True}, exec="/bin/true")

    def test_network_need_opens_internet_sockets(self):
        self.check({"connect_internet": True, "listen_internet": True, "ask_name_server": True, "open_netlink": True,
                    "connect_unix": False, "connect_abstract": False, "send_datagram": False, "send_from_pair": False,
                    "read_ssh_key": False}, network=1)

    def test_threads_need_starts_threads(self):
        self.check({"start_thread": True, "fork_process": False, "clone_namespace": False, "clone3_namespace": False,
                    "thread_of_constructor": False, "constructor": False, "swap_path": False}, threads=1)

    def test_session_bus_need_reaches_the_bus_alone(self):
        bus = f"unix:path={self.place.targets.root / 'stream'}"
        self.check({"connect_unix": True, "connect_abstract": False, "send_datagram": False, "connect_internet": False,
                    "listen_internet": False}, bus=bus)
        self.check({"connect_unix": True, "connect_abstract": False, "send_datagram": False, "connect_internet": True,
                    "listen_internet": False}, bus=bus, network=1)
        self.check({"connect_abstract": True, "connect_unix": False},
                   bus="unix:abstract=escape-" + self.place.targets.root.name)


class AsProvider(support.EndToEnd):
    """The same attacks by a real provider, of the installation (in process) and of the user (isolated)."""

    # Those that need no secret of the harness, with what the error names.
    ATTACKS = {
        "read_ssh_key": "open {home}/.ssh/id_rsa to read",
        "read_credentials": "open {home}/credentials.json to read",
        "read_by_number": "open {home}/.ssh/id_rsa to read",
        "look_at_key": "look at {home}/.ssh/id_rsa",
        "list_home": "open {home} to read",
        "create_file": "open {home}/created to write",
        "delete_file": "unlink {home}/victim",
        "change_mode": "chmod",
        "share_memory": "open /dev/shm/",
        "kill_parent": "signal process",
        "fork_process": "start a process",
        "become_shell": "execute /bin/sh",
        "start_thread": "start a thread",
        "clone_namespace": "make a namespace",
        "connect_internet": "open an Internet socket",
        "ask_name_server": "open an Internet socket",
        "connect_unix": "open a Unix socket",
        "connect_abstract": "open a Unix socket",
        "open_netlink": "open a netlink socket",
        "use_io_uring": "call io_uring_setup",
        "share_system_v": "call shmget",
        "make_memory_file": "call memfd_create",
    }

    def setUp(self):
        super().setUp()
        self.targets = Targets(None)
        self.addCleanup(self.targets.close)
        self.library = self.home.path / "hostile.so"
        shutil.copy(BUILT / "hostile-provider.so", self.library)
        support.write_manifest(self.library)

    def attack(self, name):
        self.targets.new_home()
        words = {**self.targets.words(), "attack": name, "library": self.library}
        words["stream"] = words.pop("socket")
        settings = "".join(f'{key} = "{value}"\n' for key, value in words.items())
        self.home.write_settings(f"[providers.hostile]\n{settings}")
        return self.start("auth", "explain").finish(LIMIT)

    def test_provider_of_the_user_is_denied_and_named(self):
        self.home.add_provider(self.library)
        for name, words in self.ATTACKS.items():
            with self.subTest(attack=name):
                done = self.attack(name)
                self.assertNotEqual(done.code, 0, done)
                self.assertNotEqual(done.code, 42, done)
                self.assertNotIn("worked", done.out, done)
                self.assertIn(words.format(home=self.targets.home), done.err, done)

    def test_provider_of_the_installation_succeeds(self):
        """In process, to show that the attacks work."""
        self.home.program = support.install(self.home.path / "installed")
        for file in (self.library, self.library.with_suffix(".provider.json")):
            shutil.copy(file, self.home.path / "installed/lib/heygen/providers")
        for name in self.ATTACKS:
            if name in DEPENDS:
                continue
            with self.subTest(attack=name):
                done = self.attack(name)
                if name == "become_shell":
                    self.assertEqual(done.code, 42, done)
                else:
                    self.assertIn('"source":"worked"', done.out, done)

    def test_call_of_another_architecture_ends_the_provider(self):
        if os.uname().machine != "x86_64":
            self.skipTest("x86-64 only")
        self.home.add_provider(self.library)
        for name in ("call_as_x32", "call_as_i386"):
            done = self.attack(name)
            self.assertNotEqual(done.code, 0, done)
            self.assertIn("another architecture", done.err, done)


if __name__ == "__main__":
    unittest.main()
