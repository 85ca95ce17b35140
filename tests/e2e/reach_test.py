# SPDX-License-Identifier: Apache-2.0
"""How often a provider is asked for a credential, and for what: a provider in C that counts its calls, and one that
signs each request and needs a nonce for that."""

import hashlib
import json
import unittest

from support import VAULT, WithService, compile_provider

from service import Response

SOURCE = """
#include <heygen/provider.h>
#include <stdio.h>
#define STR(text) ((heygen_str)HEYGEN_LITERAL(text))
static const heygen_request_1_v *of(const heygen_call *call) {
  return (const heygen_request_1_v *)call->get_extension(call, STR(HEYGEN_REQUEST_1));
}
/* A line of the log: the function, what it is for, and the first bytes of the body's digest. */
static int count(const heygen_call *call, const char *function) {
  static int calls;
  const heygen_str method = of(call)->method(call), url = of(call)->url(call);
  const heygen_str nonce = of(call)->refusal_header(call, STR("dpop-nonce"));
  uint8_t digest[32] = {0};
  const heygen_status known = of(call)->body_sha256(call, digest);
  FILE *log = fopen(MARK, "a");
  fprintf(log, "%s %.*s %.*s nonce=%.*s body=%d:%02x%02x\\n", function, (int)method.size, method.data, (int)url.size,
          url.data, (int)nonce.size, nonce.size ? nonce.data : "", known, digest[0], digest[1]);
  fclose(log);
  return ++calls;
}
static heygen_status HEYGEN_CALL resolve(const heygen_call *call) {
  char proof[4096];
  const int number = count(call, "resolve");
  const heygen_str url = of(call)->url(call), nonce = of(call)->refusal_header(call, STR("DPoP-Nonce"));
  const int size = snprintf(proof, sizeof proof, "%d %.*s %.*s", number, (int)url.size, url.data, (int)nonce.size,
                            nonce.size ? nonce.data : "");
  call->sink->set_reach(call, REACH);
  call->sink->set_refreshable(call, 1);
  if (SETS_STATE) call->sink->set_state(call, STR("{}"));
  return call->sink->set_header(call, STR("X-Proof"), (heygen_str){proof, (size_t)size}, HEYGEN_SECRET);
}
static heygen_status HEYGEN_CALL refresh(const heygen_call *call) { count(call, "refresh"); return HEYGEN_OK; }
static heygen_status HEYGEN_CALL login(const heygen_call *call) {
  return call->sink->set_state(call, STR("{\\"token\\":\\"t\\"}"));
}
static heygen_status HEYGEN_CALL forget(const heygen_call *call) { (void)call; return HEYGEN_UNSUPPORTED; }
static const heygen_descriptor descriptor = {.struct_size = sizeof descriptor, .flags = FLAGS,
    .id = HEYGEN_LITERAL("vault"), .version = HEYGEN_LITERAL("1"), .title = HEYGEN_LITERAL("Vault"), .order = 1000};
static const heygen_provider_1 provider = {.struct_size = sizeof provider, .descriptor = &descriptor,
    .resolve = resolve, .refresh = refresh, .login = login, .revoke = forget};
static heygen_status HEYGEN_CALL init(const heygen_host *host) { (void)host; return HEYGEN_OK; }
static void HEYGEN_CALL deinit(void) {}
static const void *HEYGEN_CALL get_api(uint32_t major) { (void)major; return &provider; }
const heygen_provider_entry_v heygen_provider_entry = {.struct_size = sizeof heygen_provider_entry,
    .min_major = 1, .max_major = 1, .init = init, .deinit = deinit, .get_api = get_api};
"""
ANY_REQUEST, THIS_REQUEST = range(2)
PAGES = 50
VIDEOS = "/v3/videos"
CREATE = ("video", "create", "--wait", "-d", '{"type":"new"}')


class Asked(WithService):
    prints_before_it_fails = True

    def setUp(self):
        super().setUp()
        self.service.api_keys.append(None)  # the routes look at the proof

    def build(self, reach, ambient=False, sets_state=False):
        self.log = self.home.path / "calls"
        source, directory = self.home.path / "vault.c", self.home.in_process()  # it writes a file
        source.write_text(SOURCE, encoding="utf-8")
        compile_provider(source, directory / "vault.so", "-O0", f'-DMARK="{self.log}"', f"-DREACH={reach}",
                         f"-DFLAGS={5 if ambient else 0}", f"-DSETS_STATE={int(sets_state)}")
        more = {"ambient": True, "login": False} if ambient else {}
        (directory / "vault.provider.json").write_text(json.dumps({**VAULT, **more}), encoding="utf-8")
        self.log.unlink(missing_ok=True)
        if not ambient:
            self.home.write({"providers": {"vault": {"token": "t"}}})

    def calls(self, function="resolve"):
        lines = self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []
        return [line.partition(" ")[2] for line in lines if line.startswith(function)]

    def proofs(self):
        return [request.headers.get("X-Proof") for request in self.service.requests]

    def list_of(self, pages, **options):
        def page(request):
            at = int(request.query.get("token", "0"))
            rest = {"has_more": at + 1 < pages, "next_token": str(at + 1) if at + 1 < pages else None}
            return options.get("hook", lambda _: None)(request) or Response(200, {"data": [{"id": f"v{at}"}], **rest})

        self.service.routes[f"GET {VIDEOS}"] = page

    def job(self, polls):
        states = ["pending"] * (polls - 1) + ["completed"]
        self.service.routes[f"POST {VIDEOS}"] = lambda _: Response(200, {"data": {"video_id": "v1"}})
        self.service.routes[f"GET {VIDEOS}/v1"] = lambda _: Response(200, {"data": {"id": "v1", "status": states.pop(0)}})


class Counted(Asked):
    def test_all_pages_ask_once_or_at_each_page(self):
        self.list_of(PAGES)
        for reach, asked in ((ANY_REQUEST, 1), (THIS_REQUEST, PAGES)):
            with self.subTest(reach=reach):
                self.build(reach)
                self.service.requests.clear()
                done = self.assert_succeeds(self.run_heygen("video", "list", "--all"))
                self.assertEqual(len(done.json()["data"]), PAGES)
                self.assertEqual(len(self.proofs()), PAGES)
                self.assertEqual(len(self.calls()), asked, self.calls())
                self.assertEqual(len(set(self.proofs())), asked)
                self.assertEqual(self.calls("refresh"), [])

    def test_a_wait_asks_once_or_at_each_poll(self):
        for reach in (ANY_REQUEST, THIS_REQUEST):
            with self.subTest(reach=reach):
                self.build(reach)
                self.job(polls=3)
                self.service.requests.clear()
                self.assert_succeeds(self.run_heygen(*CREATE))
                sent = len(self.proofs())
                self.assertEqual(sent, 4)
                # Once more before --data is read: what that answer signs is not known yet.
                self.assertEqual(len(self.calls()), 1 if reach == ANY_REQUEST else sent + 1, self.calls())
                self.assertEqual(len(set(self.proofs())), 1 if reach == ANY_REQUEST else sent)

    def test_a_key_that_is_replaced_during_a_wait_is_used(self):
        self.home.write({"api_key": "good-key"})
        valid = ["good-key"]
        self.job(polls=3)
        answer = self.service.routes[f"GET {VIDEOS}/v1"]

        def poll(request):
            if request.headers.get("x-api-key") not in valid:
                return Response(401, {})
            valid[:] = ["other-key"]
            self.home.write({"api_key": "other-key"})
            return answer(request)

        self.service.routes[f"GET {VIDEOS}/v1"] = poll
        self.assert_succeeds(self.run_heygen(*CREATE))
        keys = [request.headers.get("x-api-key") for request in self.service.requests]
        self.assertEqual(keys, ["good-key"] * 3 + ["other-key"] * 2)

    def test_status_and_a_request_with_a_body_of_options_ask_once(self):
        self.service.routes["GET /v3/users/me"] = lambda _: Response(200, {"data": {"username": "ada"}})
        self.service.routes["POST /v3/video-agents"] = lambda _: Response(200, {"data": {"session_id": "s"}})
        for reach in (ANY_REQUEST, THIS_REQUEST):
            with self.subTest(reach=reach):
                self.build(reach)
                self.assert_succeeds(self.run_heygen("auth", "status"))
                self.assertEqual(len(self.calls()), 1, self.calls())
                self.assert_succeeds(self.run_heygen("video-agent", "create", "--prompt", "x"))
                self.assertEqual(len(self.calls()), 2, self.calls())

    def test_retries_and_redirects_ask_once_or_at_each_attempt(self):
        self.home.env["HEYGEN_MAX_RETRIES"] = "1"
        url = self.service.url + VIDEOS
        for reach, asked in ((ANY_REQUEST, 1), (THIS_REQUEST, 3)):
            with self.subTest(reach=reach):
                self.build(reach)
                answers = [Response(302, None, {"Location": VIDEOS + "?moved=1"}), Response(503, {})]
                self.list_of(1, hook=lambda _, left=answers: left.pop(0) if left else None)
                self.assert_succeeds(self.run_heygen("video", "list"))
                self.assertEqual(len(self.calls()), asked, self.calls())
                if reach == THIS_REQUEST:
                    self.assertEqual([one.split()[1] for one in self.calls()], [url, url + "?moved=1", url + "?moved=1"])


class Signed(Asked):
    """The API asks for a nonce with a 401 (RFC 9449, 9)."""

    def refuse_without_nonce(self, request):
        number, url, *nonce = (request.headers.get("X-Proof") or "0 none").split(" ")
        query = "&".join(f"{name}={value}" for name, value in request.query.items())
        self.assertEqual(url, self.service.url + request.path + ("?" + query if query else ""), number)
        if nonce == ["n1"]:
            return None
        return Response(401, {}, {"WWW-Authenticate": 'DPoP error="use_dpop_nonce"', "DPoP-Nonce": "n1"})

    def test_the_nonce_of_a_refusal_is_in_the_next_proof(self):
        self.list_of(2, hook=self.refuse_without_nonce)
        for ambient in (False, True):
            with self.subTest(ambient=ambient):
                if ambient:
                    self.home.file.unlink()
                self.build(THIS_REQUEST, ambient)
                self.service.requests.clear()
                before = None if ambient else self.home.file.stat()
                self.assert_succeeds(self.run_heygen("video", "list", "--all"))
                # Per page: refused, refreshed, sent again.
                self.assertEqual(len(self.proofs()), 4)
                self.assertEqual(len(set(self.proofs())), 4)
                self.assertEqual([len(self.calls("resolve")), len(self.calls("refresh"))], [4, 2])
                if ambient:
                    self.assertFalse(self.home.file.exists())
                else:
                    after = self.home.file.stat()
                    self.assertEqual((after.st_mtime_ns, after.st_ino), (before.st_mtime_ns, before.st_ino))

    def test_a_login_is_checked_with_the_nonce(self):
        def user(request):
            return self.refuse_without_nonce(request) or Response(200, {"data": {"username": "ada"}})

        self.service.routes["GET /v3/users/me"] = user
        self.build(THIS_REQUEST)
        self.home.file.unlink()
        self.assert_succeeds(self.run_heygen("auth", "login", "--vault"))
        self.assertEqual(self.home.read()["providers"], {"vault": {"token": "t"}})
        asked = [line for line in self.calls() if line.startswith("GET ")]  # the others are reports
        self.assertEqual([len(asked), len(self.calls("refresh"))], [2, 1])

    def test_a_proof_that_is_refused_for_good_ends_after_two_refreshes(self):
        self.list_of(1, hook=lambda _: Response(401, {}, {"DPoP-Nonce": "n1"}))
        self.build(THIS_REQUEST)
        self.assert_fails(self.run_heygen("video", "list"), "auth_error", 3)
        self.assertEqual(len(self.proofs()), 3)

    def test_the_digest_of_the_body_is_known(self):
        self.build(THIS_REQUEST)
        self.job(polls=1)
        self.assert_succeeds(self.run_heygen("video", "create", "-d", '{"type":"new"}'))
        digest = hashlib.sha256(self.service.requests[-1].body).hexdigest()[:4]
        self.assertTrue(self.calls()[-1].endswith(f"body=0:{digest}"), self.calls())
        self.assertTrue(self.calls()[0].endswith("body=1:0000"), self.calls())

    def test_state_from_resolve_is_a_bug_in_the_provider(self):
        self.build(ANY_REQUEST, sets_state=True)
        error = self.assert_fails(self.run_heygen("video", "list"), "error", 1).error()
        self.assertIn("Bug in provider `vault`", error["message"])
        self.assertIn("set_state was called in resolve()", error["message"])
        self.assertEqual(self.home.read(), {"providers": {"vault": {"token": "t"}}})


if __name__ == "__main__":
    unittest.main()
