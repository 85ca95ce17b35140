// SPDX-License-Identifier: Apache-2.0
// Every host service, called through the C interface by tests/abi/probe.cpp.
#include <boost/test/unit_test.hpp>

#include "core/json/parse.hpp"
#include "tests/unit/provider/kit.hpp"

using namespace heygen;
using namespace heygen::provider;
using namespace heygen::provider::kit;

namespace {

using Lines = std::vector<std::string>;

void says(const Probe& probe, const Lines& wanted) {
  BOOST_TEST(probe.said() == wanted, boost::test_tools::per_element());
}

bool has(const std::string& text, const std::string& part) {
  BOOST_TEST_CONTEXT("text: " << text << "; part: " << part) {
    BOOST_TEST((text.find(part) != std::string::npos));
  }
  return text.find(part) != std::string::npos;
}

net::Failure failure(net::Failure::Kind kind) {
  return {kind, "No connection to token.example.", "Check the proxy."};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(provider_http_service)

BOOST_AUTO_TEST_CASE(complete_response_is_returned_with_any_status) {
  Probe probe;
  probe.http.rest = ScriptedResponse{418, "short and stout", {{"X-Many", "one"}, {"x-many", "two"}}};
  probe.refresh("http POST https://token.example/t?x=1 Accept:text/plain a=b&c=d");
  says(probe, {"0", "418 short and stout", "0 one, two", "0 NULL"});
  const auto& sent = probe.http.sent.at(0);
  BOOST_TEST(sent.method == "POST");
  BOOST_TEST(sent.url == "https://token.example/t?x=1");
  BOOST_TEST(sent.body == "a=b&c=d");
  BOOST_TEST(sent.header("accept") == "text/plain");
  BOOST_TEST(sent.header("user-agent") == "heygen-cli/1.0.0");
  BOOST_TEST(sent.timeouts.total.count() == 30'000);
}

BOOST_AUTO_TEST_CASE(retry_after_of_any_form_is_handed_on_in_seconds) {
  for (const auto& [sent, given] : {std::pair("17", "0 17"),
                                    {"Tue, 14 Nov 2023 22:13:27 GMT", "0 7"},
                                    {"Tuesday, 14-Nov-23 22:13:27 GMT", "0 7"},
                                    {"Tue Nov 14 22:13:27 2023", "0 7"},
                                    {"Tue, 14 Nov 2023 22:13:01 GMT", "0 0"},
                                    {"1, 90", "0 90"},
                                    {"soon", "0 soon"},
                                    {"99999999999999999999", "0 86400"}}) {
    Probe probe;
    probe.http.rest = ScriptedResponse{503, "", {{"retry-after", sent}}};
    probe.refresh("http POST https://token.example/t - a=b");
    says(probe, {"0", "503 ", "0 NULL", "0 NULL", given});
  }
}

BOOST_AUTO_TEST_CASE(only_a_refresh_gets_grace_after_cancellation) {
  Probe probe;
  probe.refresh("http POST https://token.example/ -");
  probe.resolve("http GET https://token.example/ -\nreturn 1");
  BOOST_TEST(probe.http.sent.at(0).grace.count() == 5'000);
  BOOST_TEST(probe.http.sent.at(1).grace.count() == 0);
}

BOOST_AUTO_TEST_CASE(revocation_gets_five_seconds_in_total) {
  Probe probe;
  probe.clock.step = 0;
  probe.revoke(
      "http POST https://token.example/ -\nwait 4000\nhttp POST https://token.example/ -\nwait 4000\nhttp POST "
      "https://token.example/ -");
  BOOST_TEST(probe.http.sent.size() == 2U);
  BOOST_TEST(probe.http.sent.at(0).timeouts.total.count() == 5'000);
  BOOST_TEST(probe.http.sent.at(1).timeouts.total.count() == 1'000);
  BOOST_TEST(probe.said().back() == "5");
}

BOOST_AUTO_TEST_CASE(user_agent_of_the_provider_is_kept) {
  Probe probe;
  probe.refresh("http GET https://token.example/ User-Agent:mine");
  BOOST_TEST(probe.http.sent.at(0).header("user-agent") == "mine");
}

BOOST_AUTO_TEST_CASE(plain_http_needs_permission) {
  Probe probe;
  const ProviderResult answer = probe.refresh("http GET http://token.example/ -");
  says(probe, {"6"});
  BOOST_TEST(probe.http.sent.empty());
  has(answer.message, "HEYGEN_ALLOW_HTTP");
  Probe allowed;
  allowed.variables["HEYGEN_ALLOW_HTTP"] = "1";
  BOOST_TEST((allowed.refresh("http GET http://token.example/ -").status == Status::ok));
}

BOOST_AUTO_TEST_CASE(plain_http_to_this_machine_needs_no_permission_and_no_proxy) {
  for (const char* url : {"http://127.0.0.1:8200/", "http://[::1]:8200/", "http://localhost:8200/"}) {
    Probe probe;
    BOOST_TEST((probe.refresh("http GET " + std::string(url) + " -").status == Status::ok), url);
    BOOST_TEST(probe.http.sent.at(0).route.direct);
  }
}

BOOST_AUTO_TEST_CASE(plain_http_to_the_link_needs_the_manifest) {
  Probe probe;  // its manifest lists 169.254.169.254
  BOOST_TEST((probe.refresh("http PUT http://169.254.169.254/latest/api/token -").status == Status::ok));
  BOOST_TEST(probe.http.sent.at(0).route.direct);
  for (const char* url : {"http://169.254.170.2/", "http://[fe80::1]/", "http://169.254.169.254.evil.example/"}) {
    Probe other;
    BOOST_TEST((other.refresh("http GET " + std::string(url) + " -").status == Status::usage), url);
    BOOST_TEST(other.http.sent.empty());
  }
}

BOOST_AUTO_TEST_CASE(unix_socket_carries_plain_http) {
  Probe probe;
  BOOST_TEST((probe.refresh("http-with unix_socket /run/vault.sock GET http://vault.internal/").status == Status::ok));
  BOOST_TEST(probe.http.sent.at(0).route.unix_socket == "/run/vault.sock");
}

BOOST_AUTO_TEST_CASE(socket_path_that_no_system_takes_is_usage_and_not_sent) {
  Probe fits;
  const std::string longest(107, 'x');
  BOOST_TEST((fits.refresh("http-with unix_socket " + longest + " GET http://x.example/").status == Status::ok));
  Probe probe;
  BOOST_TEST((probe.refresh("http-with unix_socket " + longest + "x GET http://x.example/").status == Status::usage));
  BOOST_TEST(probe.http.sent.empty());
}

BOOST_AUTO_TEST_CASE(retry_after_keeps_its_place) {
  Probe probe;
  probe.http.rest =
      ScriptedResponse{.headers = {{"A", "1"}, {"retry-after", "5"}, {"B", "2"}, {"Retry-After", "9"}, {"C", "3"}}};
  probe.refresh("http-with max_body 10 GET https://x.example/");
  says(probe, {"0", "A=1", "retry-after=9", "B=2", "C=3", "6"});
}

BOOST_AUTO_TEST_CASE(certificates_that_cannot_be_used_are_usage_and_not_sent) {
  for (const char* member : {"extra_ca", "client_certificate"}) {
    Probe probe;
    const auto answer = probe.refresh("http-with " + std::string(member) + " nonsense GET https://x.example/");
    BOOST_TEST((answer.status == Status::usage));
    BOOST_TEST(probe.http.sent.empty());
    has(answer.message, "certificate");
  }
}

BOOST_AUTO_TEST_CASE(response_headers_can_be_walked_and_a_longer_body_asked_for) {
  Probe probe;
  probe.http.rest =
      ScriptedResponse{.body = std::string(3 << 20, 'x'), .headers = {{"Set-Cookie", "a=1, b"}, {"Set-Cookie", "c=2"}}};
  const auto answer = probe.refresh("http-with max_body 4194304 GET https://x.example/");
  BOOST_TEST((answer.status == Status::ok));
  says(probe, {"0", "Set-Cookie=a=1, b", "Set-Cookie=c=2", "6"});
  Probe limited;
  limited.http.rest = ScriptedResponse{.body = std::string(3 << 20, 'x')};
  has(limited.refresh("http-with max_body 2097152 GET https://x.example/").message, "larger than 2 MiB");
}

BOOST_AUTO_TEST_CASE(unsendable_request_is_usage_and_not_sent) {
  for (const char* line :
       {"http GET ftp://x/ -", "http GET nonsense -", "http G\xC3\x84T https://x.example/ -",
        "http GET https://x.example/ Host:evil", "http GET https://x.example/ Content-Length:5",
        "http GET https://x.example/ Connection:close", "http GET https://x.example/ Transfer-Encoding:x",
        "http GET https://x.example/ X\\nY:1", "http GET https://x.example/ X:a\\rb"}) {
    BOOST_TEST_CONTEXT(line) {
      Probe probe;
      BOOST_TEST((probe.refresh(line).status == Status::usage));
      BOOST_TEST(probe.http.sent.empty());
    }
  }
}

BOOST_AUTO_TEST_CASE(failed_exchange_is_transient_in_the_words_of_the_network) {
  for (const auto kind : {net::Failure::Kind::resolve, net::Failure::Kind::connect, net::Failure::Kind::tls,
                          net::Failure::Kind::timeout, net::Failure::Kind::truncated}) {
    Probe probe;
    probe.http.rest = failure(kind);
    const ProviderResult answer = probe.refresh("http GET https://token.example/ -");
    BOOST_TEST((answer.status == Status::transient));
    BOOST_TEST(answer.message == "No connection to token.example.");
    BOOST_TEST(answer.hint == "Check the proxy.");
  }
  Probe stopped;
  stopped.http.rest = failure(net::Failure::Kind::canceled);
  BOOST_TEST((stopped.refresh("http GET https://token.example/ -").status == Status::canceled));
}

BOOST_AUTO_TEST_CASE(response_body_over_1_mib_is_broken) {
  Probe fits;
  fits.http.rest = ScriptedResponse{.body = std::string(std::size_t{1} << 20U, 'x')};
  BOOST_TEST((fits.refresh("http GET https://token.example/ -").status == Status::ok));
  Probe over;
  over.http.rest = ScriptedResponse{.body = std::string((std::size_t{1} << 20U) + 1, 'x')};
  const ProviderResult answer = over.refresh("http GET https://token.example/ -");
  BOOST_TEST((answer.status == Status::broken));
  has(answer.message, "1 MiB");
}

BOOST_AUTO_TEST_CASE(explain_uses_no_network) {
  Probe probe;
  ProviderRequest ask;
  ask.reason = Reason::explain;
  const ProviderResult answer = probe.resolve("http GET https://token.example/ -", ask);
  BOOST_TEST((answer.status == Status::transient));
  BOOST_TEST(!answer.message.empty());
  BOOST_TEST(probe.http.sent.empty());
}

BOOST_AUTO_TEST_CASE(words_of_the_provider_override_those_of_the_network) {
  Probe probe;
  probe.http.rest = failure(net::Failure::Kind::connect);
  BOOST_TEST(probe.refresh("http GET https://token.example/ -\nfail |Mine.||").message == "Mine.");
}

BOOST_AUTO_TEST_CASE(form_encode_turns_spaces_into_plus) {
  Probe probe;
  probe.resolve("form a b+c&d=\xC3\xA9~\nreturn 1");
  says(probe, {"0 a+b%2Bc%26d%3D%C3%A9~"});
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(provider_small_services)

BOOST_AUTO_TEST_CASE(json_numbers_keep_every_digit) {
  Probe probe;
  probe.resolve("json {\"a\":[1.50,true,null,\"x\\u00e9\"],\"b\":{}}\njson nonsense\njson \nreturn 1");
  says(probe, {"5:[a=4:[=2:1.50][=1:true][=0:][=3:x\xC3\xA9]][b=5:]", "NULL", "NULL"});
}

BOOST_AUTO_TEST_CASE(json_deeper_than_128_is_refused) {
  Probe probe;
  probe.resolve("deep-json 128\ndeep-json 129\njson {\"[[[\":\"\\\\\\\"[[\"}\nreturn 1");
  BOOST_TEST(probe.said().at(0) == "parsed");
  BOOST_TEST(probe.said().at(1) == "NULL");
  BOOST_TEST(probe.said().at(2) != "NULL");
}

BOOST_AUTO_TEST_CASE(int64_reads_numbers_and_numeric_strings) {
  Probe probe;
  probe.resolve("int64 3600\nint64 \"3600\"\nint64 12.9\nint64 1e400\nint64 true\nint64 \"x\"\nreturn 1");
  says(probe, {"0 3600", "0 3600", "0 12", "6 -1", "6 -1", "6 -1"});
}

BOOST_AUTO_TEST_CASE(quote_writes_a_json_string) {
  Probe probe;
  probe.resolve("quote a\"b\\\\c\\n\nreturn 1");
  says(probe, {R"(0 "a\"b\\c\n")"});
}

BOOST_AUTO_TEST_CASE(digests_match_the_standards) {
  Probe probe;
  probe.resolve("hash The quick brown fox jumps over the lazy dog\nreturn 1");
  says(probe, {"16j7swfXgJRpypq8sAguT41WUeRtPNt2LQLQvzfJ5ZI", "97yD9DBThCSxMpjmqm-xQ-9NWaFJRhdZl0edvC0aPNg", "10"});
}

BOOST_AUTO_TEST_CASE(random_fill_is_limited_to_4096_bytes) {
  Probe probe;
  probe.resolve("random 4096\nrandom 4097\nreturn 1");
  says(probe, {"0 42", "6 0"});
}

BOOST_AUTO_TEST_CASE(clock_service_uses_the_host_clock) {
  Probe probe;
  probe.resolve("clock 2030-01-02T05:04:05.999+02:00\nclock tuesday\nreturn 1");
  says(probe, {"0 2030-01-02T03:04:05Z", "1700000000", "6 1970-01-01T00:00:00Z", "1700000000"});
}

BOOST_AUTO_TEST_CASE(wait_ms_ends_with_the_time_or_cancellation) {
  Probe probe;
  BOOST_TEST((probe.login("wait 5000").status == Status::ok));
  BOOST_TEST(probe.clock.waits.at(0) == 5'000);
  probe.cancel.request();
  BOOST_TEST((probe.login("wait 5000").status == Status::canceled));
}

BOOST_AUTO_TEST_CASE(wait_of_a_login_is_shown_each_second_and_its_end) {
  Probe probe;
  std::vector<std::string> shown;
  probe.waiting = [&](const std::string& what, auto) { shown.push_back(what); };
  BOOST_TEST((probe.login("wait 2500").status == Status::ok));
  BOOST_TEST((probe.clock.waits == std::vector<std::int64_t>{1'000, 1'000, 500}));
  BOOST_REQUIRE(shown.size() == 4U);
  BOOST_TEST(!shown.front().empty());
  BOOST_TEST(shown.back().empty());
}

BOOST_AUTO_TEST_CASE(time_left_that_a_login_logs_is_counted_down) {
  Probe probe;
  std::vector<std::string> shown;
  probe.waiting = [&](const std::string& what, auto left) {
    shown.push_back(what + "|" + (left ? std::to_string(left->count() / 1'000) : ""));
  };
  probe.login("log Waiting for approval: 1h 4m 10s left\nwait 3000\nlog No end, 5 apples left\nwait 1000");
  BOOST_TEST((shown == std::vector<std::string>{"Waiting for approval|3850", "Waiting for approval|3849",
                                                "Waiting for approval|3848", "No end, 5 apples left|", "|"}));
}

BOOST_AUTO_TEST_CASE(cancellation_can_be_queried_and_polled) {
  Probe probe;
  probe.resolve("canceled\nreturn 1");
  probe.cancel.request();
  probe.resolve("canceled\nreturn 1");
  says(probe, {"0 pollable", "1 pollable"});
}

BOOST_AUTO_TEST_CASE(log_lines_have_secrets_redacted) {
  Probe probe;
  probe.variables["PROBE_TOKEN"] = "variable-secret-1";
  ProviderRequest ask;
  ask.state = json::parse(R"({"a":{"token":"stored-secret-12"},"scope":"openid profile email"})");
  probe.resolve("quote stored-secret-12 openid profile email\nenv PROBE_TOKEN\nreturn 1", ask);
  says(probe, {R"(0 "*** openid profile email")", "0 ***"});
}

BOOST_AUTO_TEST_CASE(request_tells_method_url_body_and_refusal) {
  Probe probe;
  ProviderRequest ask;
  ask.method = "POST";
  ask.url = "https://api.example/v3/x?a=b";
  ask.body = "hello\n";
  ask.refusal = {{"DPoP-Nonce", "n1"}, {"X-Many", "1"}, {"x-many", "2"}};
  probe.resolve("request dpop-nonce\nrequest X-Many\nrequest x-absent\nreturn 1", ask);
  const std::string url = "POST https://api.example/v3/x?a=b", digest = "0 WJG1tSLV3whtD_CxEPvZ0hu0_HFjrzTQgoai6Eb2vgM";
  says(probe, {url, digest, "0 n1", url, digest, "0 1, 2", url, digest, "0 NULL"});
}

BOOST_AUTO_TEST_CASE(request_without_a_body_or_with_one_that_is_not_known_says_so) {
  Probe probe;
  ProviderRequest ask;
  ask.method = "GET";
  probe.resolve("request X\nreturn 1", ask);
  BOOST_TEST(probe.said().at(0) == "GET https://api.examplerequest X return 1");  // the probe's path is its script
  BOOST_TEST(probe.said().at(1) == "0 47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
  ask.body.reset();
  probe.resolve("request X\nreturn 1", ask);
  BOOST_TEST(probe.said().at(4).substr(0, 2) == "1 ");
}

BOOST_AUTO_TEST_CASE(report_is_for_no_request) {
  Probe probe;
  ProviderRequest ask;
  ask.reason = Reason::explain;
  probe.resolve("request X\nreturn 1", ask);
  BOOST_TEST(probe.said().at(0) == " ");
  BOOST_TEST(probe.said().at(1).substr(0, 2) == "1 ");
  BOOST_TEST(probe.said().at(2) == "0 NULL");
}

BOOST_AUTO_TEST_CASE(unknown_service_is_null) {
  Probe probe;
  probe.resolve("extension heygen.http/1\nextension heygen.http/2\nextension heygen.dpop/1\nextension \nreturn 1");
  says(probe, {"known", "NULL", "NULL", "NULL"});
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(provider_settings_service)

BOOST_AUTO_TEST_CASE(setting_comes_from_variable_then_file_then_default) {
  Probe probe;
  probe.variables["PROBE_URL"] = "https://env.example";
  probe.settings["probe.url"] = "https://file.example";
  probe.settings["probe.count"] = "12";
  probe.resolve("setting url\nsetting count\nsetting enabled\nsetting name\nreturn 1");
  says(probe, {"0 https://env.example", "0 12", "0 false", "1 NULL"});
}

BOOST_AUTO_TEST_CASE(empty_variable_counts_as_unset) {
  Probe probe;
  probe.variables["PROBE_URL"] = "";
  probe.settings["probe.url"] = "https://file.example";
  probe.resolve("setting url\nreturn 1");
  says(probe, {"0 https://file.example"});
}

BOOST_AUTO_TEST_CASE(undeclared_setting_or_variable_is_refused) {
  Probe probe;
  probe.variables["HOME"] = "/home/me";
  const ProviderResult answer = probe.resolve("header X-Key v\nsetting secret\nenv HOME\nreturn 0");
  says(probe, {"0", "6 NULL", "6 NULL"});
  BOOST_TEST((answer.status == Status::internal));
  has(answer.message, "declare");
  // Handing on the refusal explains nothing.
  const ProviderResult handed_on = probe.resolve("env HOME\nreturn 6");
  BOOST_TEST((handed_on.status == Status::internal));
  has(handed_on.message, "declare");
}

BOOST_AUTO_TEST_CASE(declared_variable_can_be_read) {
  Probe probe;
  probe.variables["PROBE_TOKEN"] = "t";
  probe.resolve("env PROBE_TOKEN\nenv PROBE_URL\nreturn 1");
  says(probe, {"0 t", "1 NULL"});
}

BOOST_AUTO_TEST_CASE(credential_variables_are_hidden_while_a_login_is_verified) {
  Probe probe;
  probe.variables["PROBE_TOKEN"] = "t";
  probe.variables["PROBE_URL"] = "https://env.example";
  ProviderRequest ask;
  ask.reason = Reason::login;
  probe.resolve("env PROBE_TOKEN\nsetting url\nreturn 1", ask);
  says(probe, {"1 NULL", "0 https://env.example"});
}

BOOST_AUTO_TEST_CASE(setting_value_must_have_the_declared_type) {
  Probe probe;
  probe.settings = {{"probe.enabled", "TRUE"}, {"probe.count", "seven"}, {"probe.url", "not a url"}};
  probe.resolve("setting enabled\nreturn 1");
  BOOST_TEST(probe.said().back() == "0 true");
  for (const char* key : {"count", "url"}) {
    const ProviderResult answer = probe.resolve(std::string("setting ") + key);
    BOOST_TEST((answer.status == Status::usage));
    has(answer.message, std::string("providers.probe.") + key);
    BOOST_TEST((answer.message.find("seven") == std::string::npos));
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(provider_terminal_service)

BOOST_AUTO_TEST_CASE(notice_has_control_characters_escaped) {
  Probe probe;
  probe.resolve("notice go \x1b[2J\\nhere\nreturn 1");
  BOOST_TEST(probe.terminal.notices.size() == 1U);
  BOOST_TEST(!has_control(probe.terminal.notices.at(0)));
}

BOOST_AUTO_TEST_CASE(prompt_without_permission_needs_user) {
  Probe probe;
  probe.terminal.set_terminal(true);
  ProviderRequest never;
  BOOST_TEST((probe.resolve("ask prompt Name?", never).status == Status::needs_user));
  BOOST_TEST((probe.resolve("ask secret Key?", never).status == Status::needs_user));
  probe.terminal.set_terminal(false);
  ProviderRequest if_terminal;
  if_terminal.interaction = Interaction::if_terminal;
  BOOST_TEST((probe.resolve("ask prompt Name?", if_terminal).status == Status::needs_user));
  BOOST_TEST(probe.terminal.prompts.empty());
}

BOOST_AUTO_TEST_CASE(prompt_is_allowed_on_a_terminal) {
  Probe probe;
  probe.terminal.set_terminal(true);
  probe.terminal.input = "me";
  ProviderRequest ask;
  ask.interaction = Interaction::if_terminal;
  probe.resolve("ask prompt Name?\nreturn 1", ask);
  says(probe, {"0 me"});
  BOOST_TEST(probe.terminal.prompts.at(0) == "Name?");
}

BOOST_AUTO_TEST_CASE(secret_from_a_pipe_has_no_line_end) {
  for (const char* typed : {"key", "key\n", "key\r\n"}) {
    Probe probe;
    probe.terminal.input = typed;
    probe.login("ask secret Key?");
    says(probe, {"0 key"});
  }
}

BOOST_AUTO_TEST_CASE(secret_over_64_kib_is_usage) {
  Probe probe;
  probe.terminal.input = std::string(64 * 1024 + 1, 'x');
  BOOST_TEST((probe.login("ask secret Key?").status == Status::usage));
}

BOOST_AUTO_TEST_CASE(canceled_prompt_ends_the_call) {
  Probe probe;
  probe.load();
  probe.cancel.request();
  BOOST_TEST((probe.login("ask prompt Name?").status == Status::canceled));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(provider_minimal_example)

namespace {

struct Minimal : Scenario {
  Minimal() {
    Manifest manifest = Library(fixture("minimal"), "1.0.0").described();
    install(directory.path(), "minimal", manifest);
    settings["minimal.url"] = "https://token.example";
    loaded_from = registry();
  }
  Provider& provider() { return loaded_from->load("minimal"); }
  static ProviderRequest with_token(const char* token) {
    ProviderRequest ask;
    ask.state = json::Object{{"token", token}};
    return ask;
  }
  std::unique_ptr<ProviderRegistry> loaded_from;
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(example_logs_in_resolves_refreshes_and_revokes, Minimal) {
  terminal.input = "to\"ken\n";
  ProviderRequest login;
  login.interaction = Interaction::always;
  const ProviderResult stored = provider().login(login);
  BOOST_TEST((stored.status == Status::ok));
  BOOST_TEST(stored.patch->string_at("token") == "to\"ken");
  BOOST_TEST((provider().resolve({}).status == Status::not_configured));
  const ProviderResult resolved = provider().resolve(with_token("abc"));
  BOOST_TEST(resolved.headers.at(0).value.reveal() == "Bearer abc");
  BOOST_TEST(resolved.type == "token");
  BOOST_TEST(resolved.refreshable);
  http.rest = ScriptedResponse{.body = R"({"token":"def"})"};
  BOOST_TEST(provider().refresh(with_token("abc")).patch->string_at("token") == "def");
  BOOST_TEST(http.sent.back().url == "https://token.example/refresh");
  BOOST_TEST(http.sent.back().body == "abc");
  BOOST_TEST((provider().revoke(with_token("abc")).status == Status::ok));
  BOOST_TEST(http.sent.back().url == "https://token.example/revoke");
}

BOOST_FIXTURE_TEST_CASE(example_distinguishes_transient_errors_from_rejection, Minimal) {
  http.rest = ScriptedResponse{503};
  BOOST_TEST((provider().refresh(with_token("abc")).status == Status::transient));
  http.rest = ScriptedResponse{401};
  BOOST_TEST((provider().refresh(with_token("abc")).status == Status::rejected));
  http.rest = ScriptedResponse{.body = "<html>"};
  BOOST_TEST((provider().refresh(with_token("abc")).status == Status::broken));
}

BOOST_AUTO_TEST_CASE(json_is_written_step_by_step) {
  Probe probe;
  probe.resolve(
      "write-json { name:a text:x\\ny name:n int:-5 name:l [ true false null copy:{\"k\":1.50} } name:o { } }\n"
      "write-json text:alone\nreturn 1");
  says(probe,
       {"0000000000000000 {\"a\":\"x\\ny\",\"n\":-5,\"l\":[true,false,null,{\"k\":1.50}],\"o\":{}}", "0 \"alone\""});
}

BOOST_AUTO_TEST_CASE(document_out_of_order_is_lost) {
  for (const char* steps :
       {"{ text:x", "[ name:a", "}", "{ name:a }", "{ name:a name:b", "text:a text:b", "text:\xFF"}) {
    Probe probe;
    probe.resolve("write-json " + std::string(steps) + " null\nreturn 1");
    const std::string said = probe.said().at(0);
    BOOST_TEST(said.find('6') != std::string::npos, steps);
    BOOST_TEST(said.ends_with(" none"), steps);
  }
  Probe open;
  open.resolve("write-json [ int:1\nreturn 1");
  says(open, {"00 none"});
}

BOOST_AUTO_TEST_CASE(long_digests_match_the_standard) {
  Probe probe;  // FIPS 180-4, of "abc"
  probe.resolve("long-digests\nreturn 1");
  says(probe, {"203 167 221 159"});
}

BOOST_AUTO_TEST_CASE(base64url_is_decoded_strictly) {
  Probe probe;
  probe.resolve(
      "decode fn5-\ndecode Pz8_\ndecode YWJj\ndecode YWI=\ndecode YWI\ndecode fn5+\ndecode YW\ndecode Y\ndecode "
      "YWJ\nreturn 1");
  says(probe, {"0 ~~~", "0 ???", "0 abc", "0 ab", "0 ab", "6 NULL", "6 NULL", "6 NULL", "6 NULL"});
}

BOOST_AUTO_TEST_CASE(menu_asks_only_where_there_is_a_choice_and_a_user) {
  Probe probe;
  probe.terminal.set_terminal(true);
  std::vector<std::string> shown;
  probe.menu = [&](const std::string& title, const std::vector<std::string>& items, std::size_t suggested) {
    shown.push_back(title);
    shown.insert(shown.end(), items.begin(), items.end());
    BOOST_TEST(suggested == 1U);
    return std::size_t{0};
  };
  probe.login("menu only\nmenu one two");
  says(probe, {"0 0", "0 0"});
  BOOST_TEST(shown == (std::vector<std::string>{"Which?", "one", "two"}), boost::test_tools::per_element());
  Probe alone;
  BOOST_TEST((alone.login("menu one two").status == Status::needs_user));
  Probe script;
  script.terminal.set_terminal(true);
  script.menu = probe.menu;
  BOOST_TEST((script.resolve("menu one two").status == Status::needs_user));
}

BOOST_AUTO_TEST_SUITE_END()
