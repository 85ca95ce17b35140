# SPDX-License-Identifier: Apache-2.0
"""What a provider declares to need: shown and granted at its installation, listed, and enforced where it sends requests."""

import json
import unittest

import pexpect

from support import LIMIT_S, EndToEnd, WithService, compile_provider, install, write_manifest
from service import DEVICE, REVOKE, TOKEN, Response, Service

# Its login sends a request to the URL that it reads.
SOURCE = """
#include <heygen/provider.h>
#define STR(text) ((heygen_str)HEYGEN_LITERAL(text))
#define SERVICE(type, id) ((const type *)call->get_extension(call, STR(id)))
static heygen_status HEYGEN_CALL resolve(const heygen_call *call) {
  const heygen_json_1_v *json = SERVICE(heygen_json_1_v, HEYGEN_JSON_1);
  const heygen_json *token = json->member(json->parse(call, call->state), STR("token"));
  if (token == NULL) return HEYGEN_NOT_CONFIGURED;
  call->sink->set_type(call, STR("api_key"));
  return call->sink->set_header(call, STR("x-api-key"), json->text(token), HEYGEN_SECRET);
}
static heygen_status HEYGEN_CALL login(const heygen_call *call) {
  heygen_str url;
  heygen_status status = SERVICE(heygen_terminal_1_v, HEYGEN_TERMINAL_1)->secret(call, STR("URL: "), &url);
  if (status != HEYGEN_OK) return status;
  heygen_http_request request = {.struct_size = sizeof request, .method = STR("GET"), .url = url};
  const heygen_http_response *response = NULL;
  status = SERVICE(heygen_http_1_v, HEYGEN_HTTP_1)->send(call, &request, &response);
  return status == HEYGEN_OK ? call->sink->set_state(call, STR("{\\"token\\":\\"good-key\\"}")) : status;
}
static heygen_status HEYGEN_CALL other(const heygen_call *call) { (void)call; return HEYGEN_UNSUPPORTED; }
static const heygen_setting url = {.struct_size = sizeof url, .key = HEYGEN_LITERAL("url"), .type = HEYGEN_LITERAL("url")};
static const heygen_setting *const settings[] = {&url};
static const heygen_str needs[] = {NEEDS};
static const heygen_descriptor descriptor = {.struct_size = sizeof descriptor, .id = HEYGEN_LITERAL("vault"),
    .version = HEYGEN_LITERAL("1.0"), .title = HEYGEN_LITERAL("Vault"), .order = 1000,
    .flags = HEYGEN_PROVIDER_READS_STDIN, .interactions = HEYGEN_INTERACTS_TERMINAL, .settings = settings,
    .settings_count = 1, .needs = needs, .needs_count = sizeof needs / sizeof *needs};
static const heygen_provider_1 provider = {.struct_size = sizeof provider, .descriptor = &descriptor,
    .resolve = resolve, .refresh = other, .login = login, .revoke = other};
static heygen_status HEYGEN_CALL init(const heygen_host *host) { return host != NULL ? HEYGEN_OK : HEYGEN_INTERNAL; }
static void HEYGEN_CALL deinit(void) {}
static const void *HEYGEN_CALL get_api(uint32_t major) { return major == 1 ? &provider : NULL; }
const heygen_provider_entry_v heygen_provider_entry = {.struct_size = sizeof heygen_provider_entry,
    .min_major = 1, .max_major = 1, .init = init, .deinit = deinit, .get_api = get_api};
"""

NEEDS = ("hosts=setting:url", "hosts=*.corp.example", "threads")
WORDS = (
    "send requests to the host of its setting `url`",
    "send requests to every host below corp.example",
    "start threads",
)


class WithNeeds(EndToEnd):
    def build(self, *needs):
        work = self.home.path / "work"
        work.mkdir(exist_ok=True)
        (work / "vault.c").write_text(SOURCE, encoding="utf-8")
        given = ", ".join(f'HEYGEN_LITERAL("{need}")' for need in needs)
        compile_provider(work / "vault.c", work / "vault.so", f"-DNEEDS={given}")
        write_manifest(work / "vault.so")
        return work / "vault.so"


class Installed(WithNeeds):
    def setUp(self):
        super().setUp()
        # Without the checker beside it: what these providers answer is not what is tested.
        self.home.program = install(self.home.path / "program", "apikey")
        self.library = self.build(*NEEDS)
        self.installed = self.home.config / "providers" / "vault.so"

    def ask(self, answer):
        """What the terminal shows, and the exit code."""
        program = pexpect.spawn(
            str(self.home.program),
            ["provider", "install", str(self.library)],
            env=self.home.env,
            encoding="utf-8",
            timeout=LIMIT_S,
            dimensions=(40, 200),
        )
        self.addCleanup(program.close)
        program.expect_exact("Install it? [y/N] ")
        shown = program.before
        self.assertFalse(self.installed.exists())
        program.send(answer + "\r")
        program.expect(pexpect.EOF)
        program.close()
        return shown, program.exitstatus

    def test_the_needs_are_shown_and_asked_for_on_a_terminal(self):
        shown, status = self.ask("y")
        for words in ("The provider `vault` 1.0 needs to:", *WORDS, "It runs isolated, by a directory other than"):
            self.assertIn(words, shown)
        self.assertEqual((status, self.installed.exists()), (0, True))

    def test_an_answer_other_than_yes_installs_nothing(self):
        for answer in ("n", "", "yess"):
            with self.subTest(answer):
                self.assertEqual(self.ask(answer)[1], 1)
                self.assertFalse(self.installed.exists())

    def test_without_a_terminal_it_refuses_with_the_command_to_run(self):
        library = self.library.with_name("a library.so")
        self.library.rename(library)
        write_manifest(library)
        words = ("provider", "install", str(library), "--force")
        done = self.assert_fails(self.run_heygen(*words), "confirmation_required", 1)
        for part in WORDS:
            self.assertIn(part, done.error()["message"])
        self.assertIn(f"Run `heygen provider install '{library}' --yes --force`", done.error()["hint"])
        self.assertFalse(self.installed.exists())
        done = self.assert_succeeds(self.run_heygen(*words, "--yes"))
        self.assertEqual(done.json()["needs"], list(NEEDS))
        self.assertIn(WORDS[0], done.err)

    def test_one_without_needs_is_not_asked_about(self):
        self.library = self.build()
        done = self.assert_succeeds(self.run_heygen("provider", "install", str(self.library)))
        self.assertEqual(done.json()["needs"], [])

    def test_a_need_that_is_not_valid_is_refused_and_an_unknown_one_shown(self):
        manifest = self.library.with_name("vault.provider.json")
        content = json.loads(manifest.read_text())
        for need in ("hosts=https://a.example", "exec=pass", "files=/etc", "network=yes", "hosts=setting:other"):
            manifest.write_text(json.dumps({**content, "needs": [need]}))
            done = self.assert_fails(self.run_heygen("provider", "install", str(manifest), "--yes"), "usage_error", 2)
            self.assertIn("`other`" if need.endswith("other") else f"`{need}`", done.error()["message"])
        manifest.write_text(json.dumps({**content, "needs": ["camera"]}))
        done = self.assert_fails(self.run_heygen("provider", "install", str(manifest)), "confirmation_required", 1)
        self.assertIn("`camera`, which this heygen does not know and does not grant", done.error()["message"])


class Listed(WithNeeds):
    def setUp(self):
        super().setUp()
        self.home.add_provider(self.build(*NEEDS))

    def why(self, provider, *words):
        return self.assert_succeeds(self.run_heygen("provider", "why", provider, *words))

    def isolation(self, provider):
        why = self.why(provider).json()
        # What holds the cage on this kernel is shown for those that have one.
        self.assertEqual("cage" in why, why["isolation"] == "isolated")
        self.assertIn("seccomp", why.get("cage", "seccomp"))
        return why["isolation"], why["isolation_rule"]

    def test_needs_and_isolation_are_listed(self):
        elsewhere = ("isolated", "a directory other than the installation's")
        self.assertEqual(self.isolation("vault"), elsewhere)
        self.assertEqual(self.isolation("apikey"), ("in process", "the installation's directory"))
        self.assertEqual(self.why("vault").json()["needs"], list(NEEDS))
        text = self.why("vault", "--human").out
        self.assertIn(f"Runs isolated, by {elsewhere[1]}.", text)
        for need, words in zip(NEEDS, WORDS):
            self.assertIn(f"{need}: {words}", text)
        listed = self.assert_succeeds(self.run_heygen("provider", "list", "--human")).out
        self.assertIn("vault: available, Vault 1.0, isolated, log in with --vault", listed)
        self.assertIn("apikey: available, API key 1.0.0, in process", listed)
        document = self.assert_succeeds(self.run_heygen("commands", "--json")).json()
        rows = {row["id"]: row for row in document["providers"]}
        self.assertEqual((rows["vault"]["isolation"], rows["vault"]["isolation_rule"]), elsewhere)
        self.assertEqual((rows["vault"]["needs"], rows["vault"]["origin"]), (list(NEEDS), "user"))
        self.assertEqual((rows["apikey"]["isolation"], rows["apikey"]["needs"]), ("in process", []))
        self.assertIn("hosts=metadata:setting:issuer", rows["oauth"]["needs"])

    def test_settings_isolate_more_and_never_less(self):
        self.assert_succeeds(self.run_heygen("config", "set", "provider.isolated.apikey", "true"))
        self.assertEqual(self.isolation("apikey"), ("isolated", "the setting provider.isolated.apikey"))
        self.assertEqual(self.isolation("oauth")[0], "in process")
        for value in ("false", "true"):
            self.assert_succeeds(self.run_heygen("config", "set", "provider.isolated.vault", value))
            self.assertEqual(self.isolation("vault")[0], "isolated")
        self.assert_succeeds(self.run_heygen("config", "set", "provider.isolation", "process"))
        self.assertEqual(self.isolation("oauth"), ("isolated", "the setting provider.isolation"))
        self.assert_succeeds(self.run_heygen("config", "set", "provider.isolation", "default"))
        self.assertEqual(self.isolation("oauth")[0], "in process")
        self.assertEqual(self.isolation("vault")[0], "isolated")
        for value in ("in process", "none", "true"):
            done = self.run_heygen("config", "set", "provider.isolation", value)
            self.assertIn("It takes default or process.", self.assert_fails(done, "usage_error", 2).error()["hint"])


class Enforced(WithNeeds, WithService):
    def setUp(self):
        super().setUp()
        self.other = self.enterContext(Service())
        for service in (self.service, self.other):
            service.routes["GET /there"] = lambda _: Response(200, {})
        self.service.routes["GET /v3/users/me"] = lambda _: Response(200, {"data": {"email": "ada@example.test"}})

    def log_in(self, url):
        return self.run_heygen("auth", "login", "--vault", stdin=url + "\n")

    def test_another_host_is_refused_and_named_with_the_line_to_add(self):
        self.home.add_provider(self.build("hosts=vault.example"))
        done = self.assert_fails(self.log_in(f"{self.other.url}/there"), "usage_error", 2)
        host = self.other.url.removeprefix("http://")
        self.assertIn(f"The provider `vault` may not send requests to {host}", done.error()["message"])
        self.assertIn(f'"hosts={host}"', done.error()["hint"])
        self.assertEqual((self.other.requests, self.home.file.exists()), ([], False))

    def test_a_host_that_is_declared_and_the_api_are_reached(self):
        self.home.add_provider(self.build("hosts=setting:url"))
        self.assert_fails(self.log_in(f"{self.other.url}/there"), "usage_error", 2)
        self.home.write_settings(f'[providers.vault]\nurl = "{self.other.url}/any"\n')
        for service in (self.other, self.service):
            self.assert_succeeds(self.log_in(f"{service.url}/there"))
            self.assertEqual(len(service.requests_to("/there")), 1)

    def test_endpoints_of_an_issuer_on_another_server_stay_those_of_the_login(self):
        """The issuer's metadata names the other server; what is stored leads there when no setting does any more."""
        endpoints = {
            "token_endpoint": self.other.url + TOKEN,
            "revocation_endpoint": self.other.url + REVOKE,
            "device_authorization_endpoint": self.other.url + DEVICE,
        }
        self.service.metadata = endpoints
        self.service.routes["GET /v3/videos"] = lambda _: Response(200, {"data": []})
        for name in ("AUTHORIZE", "TOKEN", "REVOKE"):
            del self.home.env[f"HEYGEN_OAUTH_{name}_URL"]
        self.home.write_settings("[providers.device-code]\nenabled = true\n")
        issuer = {"HEYGEN_OAUTH_ISSUER": self.service.url}
        self.assert_succeeds(self.run_heygen("auth", "login", "--device-code", env=issuer))
        self.assertEqual(self.home.read()["oauth"]["token_endpoint"], endpoints["token_endpoint"])
        self.service.fault("/v3/videos", status=401, body={"error": {}})
        self.assert_succeeds(self.run_heygen("video", "list"))
        self.assertEqual(len(self.other.refreshes()), 1)
        self.assert_succeeds(self.run_heygen("auth", "logout"))
        self.assertEqual([self.other.state(token) for token in list(self.other.refresh)[-1:]], ["revoked"])


if __name__ == "__main__":
    unittest.main()
