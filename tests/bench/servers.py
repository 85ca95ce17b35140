# SPDX-License-Identifier: Apache-2.0
"""Servers for measurements: a small one with canned answers, over HTTP or TLS, and nginx for data."""

import contextlib
import http.server
import pathlib
import shutil
import socket
import ssl
import subprocess
import threading
import time

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


class Canned(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

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
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Canned)
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
    """Serves the files `pages` (path of the API: file), and takes any POST, over HTTP and TLS. Gives both bases."""
    plain, tls = free_port(), free_port()
    locations = "".join(f"location = {path} {{ default_type application/json; alias {file}; }}\n" for path, file in pages.items())
    common = f"client_max_body_size 0; client_body_in_single_buffer off; {locations} location / {{ default_type application/json; alias {place}/ok.json; error_page 405 =200 /ok.json; }} location = /ok.json {{ root {place}; }}"
    (place / "ok.json").write_bytes(b'{"data":{"id":"asset_1"}}')
    (place / "nginx.conf").write_text(f"""
        daemon off; pid {place}/nginx.pid; error_log {place}/nginx.log; worker_processes 1;
        events {{ }}
        http {{
          access_log off; sendfile on; client_body_temp_path {place}/body; proxy_temp_path {place}/p; fastcgi_temp_path {place}/f;
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
        yield f"http://127.0.0.1:{plain}", f"https://localhost:{tls}"
    finally:
        process.terminate()
        process.wait()
