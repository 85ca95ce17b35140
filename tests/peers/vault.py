# SPDX-License-Identifier: Apache-2.0
"""A vault in this process: an AppRole login, tokens that live for a while, and API keys that it makes for a service.

    with Service() as api, Vault(api) as vault:
        vault.url, vault.secret_id
        vault.key_ttl = 60            # of keys made from now on
        vault.end_keys()              # the API refuses those made so far

A vault is a Service whose routes are its own: `requests_to`, `fault` and `wait` are those of service.py.
"""

import json
import secrets
import time

from service import Response, Service

LOGIN, REVOKE, KEY = "/v1/auth/approle/login", "/v1/auth/token/revoke-self", "/v1/heygen/creds/cli"
ROLE_ID = "heygen-role"


class Vault(Service):
    def __init__(self, api):
        super().__init__()
        self.api = api
        self.secret_id = "secret-id-" + secrets.token_urlsafe(16)
        self.tokens, self.keys = {}, []
        self.token_ttl, self.key_ttl = 3600, 3600
        self.routes = {f"POST {LOGIN}": self._log_in, f"POST {REVOKE}": self._revoke, f"GET {KEY}": self._make_key}

    def end_keys(self):
        with self.api.changed:
            self.api.api_keys = [key for key in self.api.api_keys if key not in self.keys]

    def end_tokens(self):
        with self.changed:
            self.tokens.clear()

    def known_secrets(self):
        with self.changed:
            return [self.secret_id, *self.tokens, *self.keys]

    def _refuse(self):
        return Response(403, {"errors": ["permission denied"]})

    def _token_of(self, request):
        token = request.headers.get("X-Vault-Token")
        return token if self.tokens.get(token, 0) > time.time() else None

    def _log_in(self, request):
        if json.loads(request.body) != {"role_id": ROLE_ID, "secret_id": self.secret_id}:
            return Response(400, {"errors": ["invalid role or secret ID"]})
        token = "hvs." + secrets.token_urlsafe(4000)  # a batch token has no fixed length
        self.tokens[token] = time.time() + self.token_ttl
        return Response(200, {"auth": {"client_token": token, "lease_duration": self.token_ttl}})

    def _revoke(self, request):
        if not self._token_of(request):
            return self._refuse()
        del self.tokens[request.headers["X-Vault-Token"]]
        return Response(204)

    def _make_key(self, request):
        if not self._token_of(request):
            return self._refuse()
        key = "short-lived-" + secrets.token_urlsafe(24)
        self.keys.append(key)
        with self.api.changed:
            self.api.api_keys = [*self.api.api_keys, key]
        return Response(200, {"data": {"api_key": key}, "lease_duration": self.key_ttl})
