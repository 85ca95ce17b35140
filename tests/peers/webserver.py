# SPDX-License-Identifier: Apache-2.0
"""nginx as a service for transfers, and what disturbs a line in front of it. Python standard library only.

    with Nginx(directory, api=Service().port, tls=(CERT, KEY)) as nginx:
        nginx.url                     # /files/* from directory/files, /v3/* from `api`
        nginx.limited                 # the same, but no request body above 1 MiB
        nginx.refusing                # 401 for any upload, without reading it
    with Cutter(nginx.port, seed=1) as line:
        line.cuts.append(70_000)      # the next connection is reset after so many bytes of the responses on it

An upload's body goes to disk whole, and the service is told its name in X-Body-File.
"""

import contextlib
import pathlib
import random
import shutil
import socket
import struct
import subprocess
import threading
import time

CONFIGURATION = """
daemon off; worker_processes 1; pid {directory}/pid; error_log {directory}/errors warn; {user}
events {{ worker_connections 256; }}
http {{
  access_log off; default_type application/octet-stream; sendfile on;
  client_body_temp_path {directory}/bodies; proxy_temp_path {directory}/t1; fastcgi_temp_path {directory}/t2;
  uwsgi_temp_path {directory}/t3; scgi_temp_path {directory}/t4;
  {tls}
  server {{
    listen 127.0.0.1:{port} {ssl};
    client_max_body_size 0;
    location /files/ {{ root {directory}; }}
    location /slow/ {{ alias {directory}/files/; limit_rate 2m; }}
    location / {{ proxy_pass http://127.0.0.1:{api}; }}
    location = /v3/assets {{
      client_body_in_file_only on;
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
      proxy_set_header X-Body-File $request_body_file;
      proxy_pass http://127.0.0.1:{api};
    }}
  }}
  server {{
    listen 127.0.0.1:{small_port} {ssl};
    client_max_body_size 1m;
    location / {{ proxy_pass http://127.0.0.1:{api}; }}
  }}
  server {{
    listen 127.0.0.1:{refusing_port} {ssl};
    client_max_body_size 0;
    location / {{ return 401 '{{"error":{{"code":"unauthorized","message":"Not you."}}}}'; }}
  }}
}}
"""


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Nginx:
    def __init__(self, directory, api, tls=None):
        self.directory = pathlib.Path(directory)
        (self.directory / "files").mkdir(exist_ok=True)
        program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
        for _ in range(5):  # another process may take a port that was free
            self._start(program, api, tls)
            if self._listens():
                return
        raise RuntimeError("nginx did not start: " + (self.directory / "errors").read_text())

    def _start(self, program, api, tls):
        self.port, small, refusing = free_ports(3)
        scheme = "https" if tls else "http"
        self.url, self.limited, self.refusing = (
            f"{scheme}://127.0.0.1:{port}" for port in (self.port, small, refusing)
        )
        configuration = self.directory / "nginx.conf"
        configuration.write_text(
            CONFIGURATION.format(
                directory=self.directory,
                port=self.port,
                small_port=small,
                refusing_port=refusing,
                api=api,
                user="user root;" if self.directory.stat().st_uid == 0 else "",
                ssl="ssl" if tls else "",
                tls=f"ssl_certificate {tls[0]}; ssl_certificate_key {tls[1]};" if tls else "",
            )
        )
        self.process = subprocess.Popen(
            [program, "-p", str(self.directory), "-e", str(self.directory / "errors"), "-c", str(configuration)],
            stdin=subprocess.DEVNULL,
        )

    def _listens(self):
        """It writes its pid once it has bound its ports; it ends when it cannot."""
        while self.process.poll() is None:
            if (self.directory / "pid").exists():
                return True
            time.sleep(0.01)
        return False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)


class Cutter:
    """A line to a port of this machine that breaks."""

    def __init__(self, port, seed):
        self.target, self.random, self.cuts, self.done = port, random.Random(seed), [], 0
        self.changed = threading.Condition()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.close()

    def wait(self, cuts, seconds=40):
        with self.changed:
            assert self.changed.wait_for(lambda: self.done >= cuts, seconds), f"only {self.done} cuts"

    def _accept(self):
        while True:
            try:
                near, _ = self._server.accept()
            except OSError:
                return
            limit = self.cuts.pop(0) if self.cuts else None
            far = socket.create_connection(("127.0.0.1", self.target))
            threading.Thread(target=self._forward, args=(near, far, None), daemon=True).start()
            threading.Thread(target=self._forward, args=(far, near, limit), daemon=True).start()

    def _forward(self, source, target, left):
        try:
            while data := source.recv(65536):
                if left is not None and len(data) >= left:
                    target.sendall(data[:left])
                    return self._cut(source, target)
                left = None if left is None else left - len(data)
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            source.close()
            target.close()

    def _cut(self, source, target):
        """Reset or closed, as the dice say; either way no more comes."""
        reset = self.random.random() < 0.5
        if reset:
            target.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        for one, how in ((target, socket.SHUT_RD if reset else socket.SHUT_RDWR), (source, socket.SHUT_RDWR)):
            with contextlib.suppress(OSError):
                one.shutdown(how)  # wakes the thread that reads from it: until then the system keeps it open
            one.close()
        with self.changed:
            self.done += 1
            self.changed.notify_all()


class FileServer:
    """One file at any path, served as each request's entry of `script` says; the last one repeats.

    status, headers (None removes one), body   replace parts of the response
    cut       bytes of the body after which the connection ends
    drip      seconds between pieces of `piece` bytes
    stall     bytes of the body after which nothing more comes
    """

    def __init__(self, content, script=({},)):
        self.content, self.script, self.asked = content, list(script), []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        self._stop = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._server.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection:
            head = b""
            while b"\r\n\r\n" not in head:
                piece = connection.recv(4096)
                if not piece:
                    return
                head += piece
            lines = head.decode("latin-1").split("\r\n")[1:]
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            self.asked.append(headers)
            step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
            with contextlib.suppress(OSError):
                self._response(connection, headers, step)

    def _response(self, connection, headers, step):
        tag = step.get("headers", {}).get("ETag", '"v1"')
        first, status, fields = 0, 200, {"ETag": tag, "Accept-Ranges": "bytes"}
        if "range" in headers and headers.get("if-range") == tag:
            first, status = int(headers["range"].removeprefix("bytes=").removesuffix("-")), 206
            fields["Content-Range"] = f"bytes {first}-{len(self.content) - 1}/{len(self.content)}"
        body = step.get("body", self.content[first:])
        fields["Content-Length"] = str(len(body))
        fields.update(step.get("headers", {}))
        lines = [f"HTTP/1.1 {step.get('status', status)} Something", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in fields.items() if value is not None]
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        limit = step.get("cut", step.get("stall", len(body)))
        if "drip" in step:
            for at in range(0, limit, step["piece"]):
                connection.sendall(body[at : at + step["piece"]])
                time.sleep(step["drip"])
        else:
            connection.sendall(body[:limit])
        if "stall" in step:
            self._stop.wait(120)
