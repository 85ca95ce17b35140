# SPDX-License-Identifier: Apache-2.0
"""A forward proxy in this process: CONNECT tunnels and plain http, with Basic credentials. Standard library only.

Every host name leads to 127.0.0.1: clients do not use a proxy for loopback addresses, so tests ask for service.test.
"""

import base64
import http.client
import http.server
import select
import socket
import threading
import urllib.parse


class Proxy:
    def __init__(self, user="", password=""):
        self.seen = []  # (method, target) of each request, refused ones included
        self.refused = 0
        wanted = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode() if user else None
        proxy = self

        class Handler(_Handler):
            owner, authorization = proxy, wanted

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner = authorization = None

    def admitted(self):
        self.owner.seen.append((self.command, self.path))
        if self.authorization in (None, self.headers.get("Proxy-Authorization")):
            return True
        self.owner.refused += 1
        self.send_response(407)
        self.send_header("Proxy-Authenticate", 'Basic realm="test"')
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.close_connection = True
        return False

    def do_CONNECT(self):
        if not self.admitted():
            return
        with socket.create_connection(("127.0.0.1", int(self.path.rsplit(":", 1)[1])), timeout=10) as far:
            self.send_response(200, "Connection established")
            self.end_headers()
            self.relay(far)
        self.close_connection = True

    def relay(self, far):
        ways = {self.connection: far, far: self.connection}
        while True:
            for ready in select.select(list(ways), [], [], 60)[0]:
                data = ready.recv(65536)
                if not data:
                    return
                ways[ready].sendall(data)

    def forward(self):
        if not self.admitted():
            return
        url = urllib.parse.urlsplit(self.path)
        far = http.client.HTTPConnection("127.0.0.1", url.port or 80, timeout=10)
        headers = {
            k: v for k, v in self.headers.items() if not k.lower().startswith("proxy-") and k.lower() != "connection"
        }
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        far.request(self.command, url._replace(scheme="", netloc="").geturl(), body, headers)
        response = far.getresponse()
        content = response.read()
        far.close()
        self.send_response(response.status)
        for name, value in response.getheaders():
            if name.lower() not in ("connection", "transfer-encoding", "content-length", "date", "server"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = forward

    def log_message(self, *_):
        pass
