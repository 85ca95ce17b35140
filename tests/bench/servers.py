# SPDX-License-Identifier: Apache-2.0
"""Servers for measurements: a small one with canned answers, over HTTP or TLS, nginx for data, and the sandbox."""

import contextlib
import http.server
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.request

USER = b'{"data":{"username":"bench","email":"bench@example.com","first_name":"B","last_name":"Ench"}}'


def rows(count, cursor=""):
    """A page of videos as the API gives them, about 560 bytes each."""
    video = (
        '{"id":"video_%06d","title":"Onboarding, part %d","status":"completed","created_at":1768208400,"completed_at":1768208460,'
        '"duration":42.5,"is_favorite":false,"output_language":"English","failure_code":null,"failure_message":null,'
        '"video_url":"https://files.example.com/videos/%06d.mp4?Expires=1768294800&Signature=abcdefghijklmnop",'
        '"thumbnail_url":"https://files.example.com/videos/%06d.png","gif_url":null,"subtitle_url":null,'
        '"captioned_video_url":null,"video_page_url":"https://app.example.com/videos/%06d"}'
    )
    data = ",".join(video % ((n,) * 5) for n in range(count))
    return ('{"data":[%s],"has_more":%s,"next_token":"%s"}' % (data, "true" if cursor else "false", cursor)).encode()


class Listener(http.server.ThreadingHTTPServer):
    request_queue_size = 1024  # hundreds of processes connect at once
    daemon_threads = True


class Canned(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one piece, as a server sends a short response

    def do_GET(self):
        path, _, query = self.path.partition("?")
        body = self.server.pages.get(path, USER)
        if callable(body):
            body = body(query)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def canned(pages, certificate=None):
    server = Listener(("127.0.0.1", 0), Canned)
    server.pages = pages
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate / "server.pem", certificate / "server.key")
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"{'https' if certificate else 'http'}://{'localhost' if certificate else '127.0.0.1'}:{server.server_port}"
    finally:
        server.shutdown()


def make_certificates(place: pathlib.Path):
    """An authority and a certificate for localhost; the authority alone in a hashed directory, and among many in a bundle."""
    run = lambda *words: subprocess.run(words, check=True, capture_output=True, cwd=place)
    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    run("openssl", "req", "-x509", *new_key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Bench CA", "-days", "2")
    run("openssl", "req", *new_key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost")
    (place / "names").write_text("subjectAltName=DNS:localhost")
    run("openssl", "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
        "-extfile", "names", "-out", "server.pem")  # fmt: skip
    (place / "hashed").mkdir()
    shutil.copy(place / "ca.pem", place / "hashed/ca.pem")
    run("openssl", "rehash", "hashed")
    system = pathlib.Path("/etc/ssl/certs/ca-certificates.crt").read_text()
    (place / "bundle.pem").write_text(system + (place / "ca.pem").read_text())


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def nginx(place: pathlib.Path, pages):
    """Serves the files `pages` (path of the API: file), and takes uploads. Gives the bases for "HTTP" and "TLS"."""
    plain, tls = free_port(), free_port()
    kind = lambda path: "video/mp4" if path.endswith(".mp4") else "application/json"
    locations = "".join(f"location = {path} {{ default_type {kind(path)}; alias {file}; }}\n" for path, file in pages.items())
    # What is sent is read to its end, and answered then.
    common = f"""
        client_max_body_size 0;
        {locations}
        location = /v3/assets {{ client_body_in_file_only clean; proxy_pass http://127.0.0.1:{plain}/done;
                                 proxy_pass_request_body off; proxy_set_header Content-Length ""; }}
        location = /done {{ default_type application/json; return 200 '{{"data":{{"id":"asset_1"}}}}'; }}"""
    memory = pathlib.Path("/dev/shm")
    received = tempfile.mkdtemp(prefix="heygen-bench-", dir=memory if os.access(memory, os.W_OK) else place)
    user = "user root;" if os.geteuid() == 0 else ""  # or a worker without rights could not read the files
    (place / "nginx.conf").write_text(f"""
        daemon off; pid {place}/nginx.pid; error_log {place}/nginx.log; worker_processes 1; {user}
        events {{ }}
        http {{
          access_log off; sendfile on; client_body_temp_path {received}; proxy_temp_path {place}/p; fastcgi_temp_path {place}/f;
          uwsgi_temp_path {place}/u; scgi_temp_path {place}/s;
          server {{ listen 127.0.0.1:{plain}; {common} }}
          server {{ listen 127.0.0.1:{tls} ssl; ssl_certificate {place}/server.pem; ssl_certificate_key {place}/server.key; {common} }}
        }}""")
    process = subprocess.Popen(["nginx", "-p", str(place), "-c", str(place / "nginx.conf")], stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", tls), timeout=1):
                break
            time.sleep(0.02)
        yield {"HTTP": f"http://127.0.0.1:{plain}", "TLS": f"https://localhost:{tls}"}
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(received)


class Sandbox:
    """The sandbox, with a login by OAuth in a configuration directory of its own."""

    def __init__(self, base, env):
        self.base, self.env = base, env

    def call(self, method, path):
        with urllib.request.urlopen(urllib.request.Request(self.base + path, method=method)) as response:
            return response.read()

    def expire(self):
        self.call("POST", "/_sandbox/expire")

    def refreshes(self):
        return self.call("GET", "/_sandbox/log").count(b"/v1/oauth/token")


@contextlib.contextmanager
def sandbox(build: pathlib.Path, config_dir: pathlib.Path, env):
    command = [build / "bin/heygen-sandbox", "serve", "--auto-approve", "--config-dir", config_dir]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        said = {"HEYGEN_API_KEY": ""}
        for line in process.stdout:
            if line.startswith("export "):
                name, _, value = line.removeprefix("export ").rstrip("\n").partition("=")
                said[name] = value
            if line.startswith("# ready"):
                break
        browser = "curl --silent --location --output /dev/null"
        subprocess.run([build / "bin/heygen", "auth", "login", "--oauth"], env={**env, **said, "BROWSER": browser}, check=True,
                       stdin=subprocess.DEVNULL, capture_output=True)  # fmt: skip
        yield Sandbox(said["HEYGEN_API_BASE"], said)
    finally:
        process.terminate()
        process.wait()
