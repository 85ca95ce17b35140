# SPDX-License-Identifier: Apache-2.0
"""Proxies that companies use, each started on a free port of the loopback: microsocks, dante, tinyproxy and squid.

`missing(NAME)` says why one cannot be started, for a skip. Each is a context manager with `port`.
"""

import contextlib
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import tempfile
import time

USER, PASSWORD = "ada", "p@ss word"
LOGIN = "ada:p%40ss%20word@"
START_S = 30
PROGRAMS = {"microsocks": "microsocks", "dante": "danted", "tinyproxy": "tinyproxy", "squid": "squid"}
PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def missing(name):
    return None if shutil.which(PROGRAMS[name], path=PATH) else f"{PROGRAMS[name]} is not installed"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Daemon:
    """Another program may take the port before it: then it ends, and another port is tried."""

    account = None  # for a program that refuses to be root

    def __enter__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="heygen-proxy-"))
        if self.account:
            shutil.chown(self.directory, self.account.pw_uid, self.account.pw_gid)
        for _ in range(3):
            self.port, self.second_port = free_port(), free_port()
            self.process = self.start()
            if self.listens():
                return self
            self.stop()
        log = (self.directory / "log").read_text(errors="replace")
        shutil.rmtree(self.directory, ignore_errors=True)
        raise AssertionError(f"{type(self).__name__} does not start: {log}")

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def run(self, *command):
        with open(self.directory / "log", "ab") as log:
            account = self.account
            return subprocess.Popen(
                command,
                cwd=self.directory,
                env={"PATH": PATH},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                user=account and account.pw_uid,
                group=account and account.pw_gid,
                extra_groups=[] if account else None,
            )

    def write(self, name, text):
        path = self.directory / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        if self.account:
            shutil.chown(path, self.account.pw_uid, self.account.pw_gid)
        return path

    def listens(self):
        until = time.monotonic() + START_S
        while self.process.poll() is None and time.monotonic() < until:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 5):
                return True
            time.sleep(0.02)
        return False

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Microsocks(Daemon):
    """SOCKS5, with a user name and a password if wanted."""

    def __init__(self, login=False):
        self.login = ["-u", USER, "-P", PASSWORD] if login else []

    def start(self):
        return self.run("microsocks", "-i", "127.0.0.1", "-p", str(self.port), *self.login)


class Dante(Daemon):
    """SOCKS5 whose rules allow nothing."""

    def start(self):
        rules = f"""logoutput: stderr
            internal: 127.0.0.1 port = {self.port}
            external: 127.0.0.1
            clientmethod: none
            socksmethod: none
            client pass {{ from: 0.0.0.0/0 to: 0.0.0.0/0 }}
            socks block {{ from: 0.0.0.0/0 to: 0.0.0.0/0 }}
            """
        return self.run("danted", "-N", "1", "-f", str(self.write("danted.conf", rules)), "-p", str(self.directory / "pid"))


class Tinyproxy(Daemon):
    """HTTP with Basic."""

    def start(self):
        settings = f"""Port {self.port}
Listen 127.0.0.1
Timeout 60
LogLevel Connect
MaxClients 20
BasicAuth {USER} "{PASSWORD}"
"""
        settings = settings.replace(f'"{PASSWORD}"', "password")  # its file takes no blanks
        return self.run("tinyproxy", "-d", "-c", str(self.write("tinyproxy.conf", settings)))


class Squid(Daemon):
    """HTTP on `port`, and within TLS on `second_port`; both with Basic."""

    def __init__(self, certificate, key):
        self.certificate, self.key = certificate, key
        if os.geteuid() == 0:
            self.account = pwd.getpwnam("proxy")

    def start(self):
        hashed = subprocess.run(["openssl", "passwd", "-apr1", PASSWORD], capture_output=True, text=True, check=True)
        certificate = self.write("server.pem", self.certificate.read_bytes())
        key = self.write("server.key", self.key.read_bytes())
        settings = f"""http_port 127.0.0.1:{self.port}
https_port 127.0.0.1:{self.second_port} tls-cert={certificate} tls-key={key}
pid_filename none
cache_log stdio:{self.directory}/log
access_log none
pinger_enable off
cache deny all
coredump_dir {self.directory}
visible_hostname proxy.test
shutdown_lifetime 0 seconds
memory_cache_shared off
auth_param basic program /usr/lib/squid/basic_ncsa_auth {self.write("passwords", f"{USER}:{hashed.stdout}")}
auth_param basic children 1
acl known proxy_auth REQUIRED
http_access allow known
http_access deny all
"""
        # Its shared memory has the name of the service.
        self.name = f"heygen{os.getpid()}x{self.port}"
        return self.run("squid", "-N", "-n", self.name, "-f", str(self.write("squid.conf", settings)))

    def stop(self):
        super().stop()
        for segment in pathlib.Path("/dev/shm").glob(f"{self.name}-*"):
            segment.unlink(missing_ok=True)
