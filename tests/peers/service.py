# SPDX-License-Identifier: Apache-2.0
"""An OAuth server and API in this process that misbehaves on request. Python standard library only.

    with Service() as service:            # Service(tls=(CERT, KEY)) for https
        service.mint()                    # a token pair, as a finished login would have got
        service.fault("/v1/oauth/token", mode="truncate")
        ...
        service.wait(lambda: service.requests_to("/v1/oauth/token"))

Endpoints: /oauth/authorize, which approves by itself, /v1/oauth/{token,revoke,device_authorization},
/.well-known/oauth-authorization-server, and /v3/*, which takes live Bearer tokens and the x-api-key of `api_keys`.

A fault applies to the next `times` requests (-1: for ever) whose path starts with `on`:
  status, headers, body    replace the response (body: text or bytes, else a JSON value)
  process                  the request takes effect although its response is replaced or lost
  gate                     a threading.Event: the response waits for it, after the request took effect
  params                   of /oauth/authorize: changes to the redirect's query; None removes, a list repeats
  mode   reset      RST instead of a response             reset_mid   RST after half the body
         close      close without a response              truncate    close after half the body
         hang       no response until the client leaves   garbage     bytes that are not HTTP
         drip       a byte each 20 ms                  huge        64 MiB of valid JSON
         chunked    chunked coding                     bad_chunk   chunked coding, its second chunk broken
         hangup     a response that promises to keep the connection, and then closes it
"""

import base64
import contextlib
import hashlib
import http.server
import json
import os
import secrets
import socket
import ssl
import struct
import threading
import time
import urllib.parse

TOKEN, REVOKE, DEVICE = "/v1/oauth/token", "/v1/oauth/revoke", "/v1/oauth/device_authorization"
AUTHORIZE, METADATA = "/oauth/authorize", "/.well-known/oauth-authorization-server"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
TAKES_RESPONSE_AWAY = ("reset", "close", "hang", "garbage", "huge")
HUGE = 64 << 20
GATE_LIMIT_S = 60


class Refusal(Exception):
    def __init__(self, error, description=None):
        super().__init__(error)
        self.response = {"error": error, **({"error_description": description} if description else {})}


class Request:
    def __init__(self, method, target, headers, body):
        self.method, self.headers, self.body = method, headers, body
        self.path, _, query = target.partition("?")
        self.query = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        self.form = dict(urllib.parse.parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        self.at = time.monotonic()

    def bearer(self):
        value = self.headers.get("Authorization") or ""
        return value[7:] if value.startswith("Bearer ") else None


class Response:
    def __init__(self, status=200, value=None, headers=None):
        self.status, self.headers = status, {"Content-Type": "application/json", **(headers or {})}
        self.body = b"" if value is None else json.dumps(value).encode()


class Service:
    def __init__(self, tls=None):
        self.changed = threading.Condition(threading.RLock())
        self.requests, self.faults = [], []
        self.access, self.refresh, self.codes, self.dead = {}, {}, {}, set()
        self.api_keys = ["good-key"]
        self.access_ttl = 3600
        self.token_extra = {}  # changes to a token response; None removes
        self.device = {"interval": 1, "expires_in": 600}
        self.metadata = {}  # changes to the metadata; None removes
        self.canned = {}  # "GET /v3/path": Response
        self.routes = {}  # "POST /path": function of a Request that gives a Response
        self.visited = []  # connections accepted
        self.clock_ahead_s = 0  # of the Date in responses
        service = self

        class Handler(_Handler):
            peer = service

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads, request_queue_size = True, 256

            def handle_error(self, *_):  # a client that gives up is what many tests are about
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.port = self._server.server_port
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """From now on, connections to this port are refused."""
        self._server.shutdown()
        self._server.server_close()

    # What a test asks for and looks at

    def environment(self):
        return {
            "HEYGEN_API_BASE": self.url,
            "HEYGEN_OAUTH_CLIENT_ID": "e2e-client",
            "HEYGEN_OAUTH_AUTHORIZE_URL": self.url + AUTHORIZE,
            "HEYGEN_OAUTH_TOKEN_URL": self.url + TOKEN,
            "HEYGEN_OAUTH_REVOKE_URL": self.url + REVOKE,
            **({"HEYGEN_ALLOW_HTTP": "1"} if self.url.startswith("http:") else {}),
        }

    def fault(self, on, times=1, **fault):
        with self.changed:
            self.faults.append({"on": on, "times": times, **fault})

    def mint(self):
        with self.changed:
            return self._tokens(secrets.token_hex(4))

    def expire(self):
        """Every access token issued so far stops working."""
        with self.changed:
            for entry in self.access.values():
                entry["until"] = 0

    def end_families(self):
        with self.changed:
            self.dead.update(entry["family"] for entry in [*self.access.values(), *self.refresh.values()])

    def state(self, token):
        with self.changed:
            entry = self.access.get(token) or self.refresh.get(token)
            if not entry:
                return "unknown"
            if entry["family"] in self.dead:
                return "revoked"
            return (
                "consumed" if entry.get("used") else "expired" if entry.get("until", 1e99) <= time.time() else "active"
            )

    def secrets(self):
        with self.changed:
            return [*self.access, *self.refresh, *self.codes]

    def requests_to(self, path, **form):
        with self.changed:
            return [r for r in self.requests if r.path == path and all(r.form.get(k) == v for k, v in form.items())]

    def refreshes(self):
        return self.requests_to(TOKEN, grant_type="refresh_token")

    def wait(self, condition, seconds=20):
        with self.changed:
            if not self.changed.wait_for(condition, seconds):
                seen = [f"{r.method} {r.path}" for r in self.requests]
                raise AssertionError(f"the service waited {seconds} s in vain; it saw {seen}")

    # What it answers

    def _tokens(self, family):
        access, refresh = "at-" + secrets.token_urlsafe(24), "rt-" + secrets.token_urlsafe(24)
        self.access[access] = {"family": family, "until": time.time() + self.access_ttl}
        self.refresh[refresh] = {"family": family, "used": False}
        response = {
            "access_token": access,
            "refresh_token": refresh,
            "token_type": "Bearer",
            "expires_in": self.access_ttl,
            "scope": "openid profile email",
            **self.token_extra,
        }
        return {name: value for name, value in response.items() if value is not None}

    def _token(self, form):
        grant = form.get("grant_type")
        if form.get("client_id") != "e2e-client":
            raise Refusal("invalid_client")
        if grant == DEVICE_GRANT:
            return self._tokens(secrets.token_hex(4))
        if grant == "authorization_code":
            code = self.codes.get(form.get("code"))
            digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
            if not code or code["family"] in self.dead or code["used"]:
                raise Refusal("invalid_grant", "unknown or used code")
            if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != code["code_challenge"]:
                raise Refusal("invalid_grant", "PKCE verification failed")
            if form.get("redirect_uri") != code["redirect_uri"]:
                raise Refusal("invalid_grant", "redirect_uri differs")
            code["used"] = True
            return self._tokens(code["family"])
        if grant == "refresh_token":
            entry = self.refresh.get(form.get("refresh_token"))
            if not entry or entry["family"] in self.dead:
                raise Refusal("invalid_grant", "unknown or revoked refresh token")
            if entry["used"]:
                self.dead.add(entry["family"])
                raise Refusal("invalid_grant", "refresh token used twice")
            entry["used"] = True
            return self._tokens(entry["family"])
        raise Refusal("unsupported_grant_type")

    def _authorize(self, query, fault):
        code = "co-" + secrets.token_urlsafe(24)
        self.codes[code] = {
            "used": False,
            "family": secrets.token_hex(4),
            "redirect_uri": query["redirect_uri"],
            "code_challenge": query["code_challenge"],
        }
        back = {"code": code, "state": query["state"], "iss": self.url, **fault.get("params", {})}
        back = urllib.parse.urlencode({k: v for k, v in back.items() if v is not None}, doseq=True)
        return Response(302, None, {"Location": query["redirect_uri"] + "?" + back})

    def _metadata(self):
        document = {
            "issuer": self.url,
            "authorization_endpoint": self.url + AUTHORIZE,
            "token_endpoint": self.url + TOKEN,
            "revocation_endpoint": self.url + REVOKE,
            "device_authorization_endpoint": self.url + DEVICE,
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            **self.metadata,
        }
        return {name: value for name, value in document.items() if value is not None}

    def _device(self):
        page = self.url + "/device"
        code = "dc-" + secrets.token_urlsafe(24)
        self.codes[code] = {"device": True}
        response = {
            "device_code": code,
            "user_code": "WDJB-MJHT",
            "verification_uri": page,
            "verification_uri_complete": page + "?user_code=WDJB-MJHT",
            **self.device,
        }
        return {name: value for name, value in response.items() if value is not None}

    def _api(self, request):
        bearer = request.bearer()
        if not (bearer and self.state(bearer) == "active" or request.headers.get("x-api-key") in self.api_keys):
            return Response(
                401,
                {"error": {"code": "unauthorized", "message": "The credential is not live."}},
                {"WWW-Authenticate": 'Bearer error="invalid_token"'},
            )
        canned = self.canned.get(f"{request.method} {request.path}")
        if canned:
            return canned
        if request.path == "/v3/users/me":
            return Response(200, {"data": {"username": "ada", "email": "ada@example.test"}})
        return Response(
            200,
            {
                "data": {
                    "method": request.method,
                    "path": request.path,
                    "query": request.query,
                    "body": request.body.decode("utf-8", "replace"),
                }
            },
        )

    def answer(self, request, fault):
        route = self.routes.get(f"{request.method} {request.path}")
        if route:
            return route(request)
        try:
            if request.path == AUTHORIZE:
                return self._authorize(request.query, fault)
            if (request.method, request.path) == ("POST", TOKEN):
                return Response(200, self._token(request.form))
            if (request.method, request.path) == ("POST", REVOKE):
                entry = self.refresh.get(request.form.get("token")) or self.access.get(request.form.get("token"))
                self.dead.update([entry["family"]] if entry else [])
                return Response(200)
            if (request.method, request.path) == ("POST", DEVICE):
                return Response(200, self._device())
        except Refusal as refusal:
            return Response(400, refusal.response)
        if request.path == METADATA:
            return Response(200, self._metadata())
        if request.path.startswith("/v3/"):
            return self._api(request)
        return Response(404, {"error": {"code": "not_found", "message": "Nothing is here."}})

    def take_fault(self, path):
        fault = next((one for one in self.faults if path.startswith(one["on"])), None)
        if fault is None:
            return {}
        fault["times"] -= 1
        if fault["times"] == 0:
            self.faults.remove(fault)
        return fault

    def handle(self, request):
        """(response, fault) of a request."""
        with self.changed:
            fault = self.take_fault(request.path)
            replaced = "status" in fault or "body" in fault
            response = Response()
            if fault.get("process") or not (replaced or fault.get("mode") in TAKES_RESPONSE_AWAY):
                response = self.answer(request, fault)
            if replaced:
                response = Response(fault.get("status", 200), {"error": "fault"})
                if "body" in fault:
                    body = fault["body"]
                    response.body = (
                        body
                        if isinstance(body, bytes)
                        else (body if isinstance(body, str) else json.dumps(body)).encode()
                    )
            response.headers.update(fault.get("headers", {}))
            request.status = response.status
            self.requests.append(request)
            self.changed.notify_all()
        if "gate" in fault:
            fault["gate"].wait(GATE_LIMIT_S)
        return response, fault


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 90
    disable_nagle_algorithm = True
    peer = None

    def date_time_string(self, timestamp=None):
        return super().date_time_string((timestamp or time.time()) + self.peer.clock_ahead_s)

    def handle(self):
        with self.peer.changed:
            self.peer.visited.append(self.client_address)
            self.peer.changed.notify_all()
        with contextlib.suppress(OSError, ValueError):  # the client left, or a fault took the socket away
            super().handle()
        self.close_connection = True

    def body(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        data = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            data += self.rfile.read(size + 2)[:size]
        self.rfile.readline()
        return data

    def serve(self):
        response, fault = self.peer.handle(Request(self.command, self.path, self.headers, self.body()))
        mode = fault.get("mode")
        if mode in TAKES_RESPONSE_AWAY and mode != "huge":
            if mode == "hang":
                self.rfile.read(1)
            if mode == "garbage":
                self.wfile.write(b"\x16\x03\x01\x00\xffnot HTTP\r\n\r\n")
            return self.drop(mode == "reset")
        self.head(response, mode)
        getattr(self, "send_" + (mode or "whole"))(response.body)

    def head(self, response, mode):
        self.send_response(response.status)
        size = HUGE if mode == "huge" else len(response.body)
        chunked = mode in ("chunked", "bad_chunk")
        length = {"Transfer-Encoding": "chunked"} if chunked else {"Content-Length": str(size)}
        for name, value in {**response.headers, **length}.items():
            self.send_header(name, value)
        self.end_headers()

    def send_whole(self, body):
        if self.command != "HEAD":
            self.wfile.write(body)

    def send_hangup(self, body):
        self.send_whole(body)
        self.drop(False)

    def send_truncate(self, body):
        self.wfile.write(body[: len(body) // 2])
        self.drop(False)

    def send_reset_mid(self, body):
        self.wfile.write(body[: len(body) // 2])
        self.drop(True)

    def send_drip(self, body):
        for byte in body:
            self.wfile.write(bytes([byte]))
            time.sleep(0.02)

    def send_huge(self, _):
        head, tail, block = b'{"access_token":"', b'"}', b"a" * 65536
        self.wfile.write(head)
        left = HUGE - len(head) - len(tail)
        while left:
            left -= self.wfile.write(block[:left])
        self.wfile.write(tail)

    def send_chunked(self, body, broken=False):
        half = len(body) // 2
        for number, part in enumerate((body[:half], body[half:], b"")):
            size = b"zz" if broken and number == 1 else b"%x" % len(part)
            self.wfile.write(size + b"\r\n" + part + b"\r\n")

    def send_bad_chunk(self, body):
        self.send_chunked(body, broken=True)

    def drop(self, reset):
        self.close_connection = True
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            os.close(self.connection.detach())
        else:
            socket.socket.shutdown(self.connection, socket.SHUT_RDWR)  # under TLS without a close_notify

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = serve

    def log_message(self, *_):
        pass
