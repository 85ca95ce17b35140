// SPDX-License-Identifier: Apache-2.0
#include "core/auth/resolver.hpp"
#include "core/json/parse.hpp"
#include "core/json/write.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "fakes.hpp"

using namespace heygen;
using namespace heygen::auth;
using namespace heygen::auth::test;
using provider::ProviderRequest;
using provider::Status;

namespace {

struct Fixture : Scenario {
  Fixture() {
    FakeProvider& key = registry.add("apikey");
    key.on_resolve = [this](const ProviderRequest& ask) {
      provider::ProviderResult answer;
      const std::string variable = environment.value("HEYGEN_API_KEY");
      const std::string value = variable.empty() ? ask.state.string_at("api_key") : variable;
      answer.status = value.empty() ? Status::not_configured : Status::ok;
      answer.source = variable.empty() ? "file" : "env";
      answer.headers.push_back({"x-api-key", Secret(value)});
      return answer;
    };
    registry.entry("apikey").manifest.credential_env = {"HEYGEN_API_KEY"};
    oauth = &registry.add("oauth");
    oauth->on_resolve = token_from("access_token");
    device = &registry.add("device-code");
    device->on_resolve = token_from("access_token");
    registry.add("acme");
    registry.entry("acme").manifest.credential_env = {"ACME_TOKEN"};
  }
  static std::function<provider::ProviderResult(const ProviderRequest&)> token_from(const std::string& member) {
    return [member](const ProviderRequest& ask) {
      provider::ProviderResult answer;
      const std::string token = ask.state.string_at(member);
      answer.status = token.empty() ? Status::not_configured : Status::ok;
      answer.headers.push_back({"Authorization", Secret(token)});
      return answer;
    };
  }
  std::string used(const std::string& chosen = {}) {
    const Credential credential = resolver(chosen).resolve({});
    return credential.provider() + ":" + bearer(credential);
  }
  Error failure(const std::string& chosen = {}) {
    return error_of([&] { used(chosen); });
  }
  void set(std::map<std::string, std::string, std::less<>> values) { environment = MapEnvironment(std::move(values)); }

  FakeProvider* oauth = nullptr;
  FakeProvider* device = nullptr;
  static constexpr const char* kAll =
      R"({"api_key":"file-key","oauth":{"access_token":"at"},"providers":{"acme":{"token":"acme"}}})";
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(resolver_chain, Fixture)

BOOST_AUTO_TEST_CASE(the_variable_overrides_the_file_and_the_key_overrides_the_login) {
  write(kAll);
  BOOST_TEST(used() == "apikey:file-key");
  set({{"HEYGEN_API_KEY", "env-key"}});
  BOOST_TEST(used() == "apikey:env-key");
  set({});
  write(R"({"api_key":"","oauth":{"access_token":"at"},"providers":{"acme":{"token":"acme"}}})");
  BOOST_TEST(used() == "oauth:at");
  write(R"({"oauth":{},"providers":{"acme":{"token":"acme"}}})");
  BOOST_TEST(used() == "acme:Bearer acme");
}

BOOST_AUTO_TEST_CASE(a_provider_asked_for_by_name_beats_everything) {
  write(kAll);
  set({{"HEYGEN_API_KEY", "env-key"}, {"HEYGEN_PROVIDER", "acme"}});
  BOOST_TEST(used("oauth") == "oauth:at");
}

BOOST_AUTO_TEST_CASE(the_provider_variable_counts_unless_a_key_is_in_the_environment) {
  write(kAll);
  set({{"HEYGEN_PROVIDER", "acme"}});
  BOOST_TEST(used() == "acme:Bearer acme");
  set({{"HEYGEN_PROVIDER", "acme"}, {"HEYGEN_API_KEY", "env-key"}});
  BOOST_TEST(used() == "apikey:env-key");
}

BOOST_AUTO_TEST_CASE(only_providers_with_a_reason_are_loaded) {
  write(R"({"oauth":{"access_token":"at"}})");
  used();
  BOOST_TEST((registry.loaded == std::vector<std::string>{"oauth"}));
}

BOOST_AUTO_TEST_CASE(an_ambient_provider_is_asked_without_variable_or_slot) {
  registry.entry("acme").manifest.ambient = true;
  BOOST_TEST((failure().exit == Exit::auth));
  BOOST_TEST((registry.loaded == std::vector<std::string>{"acme"}));
}

BOOST_AUTO_TEST_CASE(nothing_anywhere_says_how_to_log_in) {
  const Error error = failure();
  BOOST_TEST(error.code == code::kAuth);
  BOOST_TEST(error.hint.find("heygen auth login") != std::string::npos);
  BOOST_TEST(error.hint.find("HEYGEN_API_KEY") != std::string::npos);
  // Other programs search for these words.
  BOOST_TEST(error.message().find("not logged in") != std::string::npos);
  BOOST_TEST(error.message().find("no API key") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(credential_of_a_disabled_provider_names_the_provider) {
  for (const char* id : {"apikey", "acme"}) registry.entry(id).state = provider::ProviderState::disabled;
  write(R"({"api_key":"k"})");
  Error error = failure();
  BOOST_TEST(error.message() ==
             "You are not logged in: no API key can be used, because provider `apikey` is disabled.");
  BOOST_TEST(error.hint.find("heygen provider enable apikey") != std::string::npos);
  BOOST_TEST(error.hint.find("heygen auth login") != std::string::npos);
  write(R"({"providers":{"acme":{"token":"t"}}})");
  error = failure();
  BOOST_TEST(error.message().find("no API key") != std::string::npos);
  BOOST_TEST(error.message().find("provider `acme` is disabled") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(missing_provider_of_the_variable_names_the_variable) {
  set({{"HEYGEN_PROVIDER", "nope"}});
  const Error error = failure();
  BOOST_TEST((error.exit == Exit::auth));
  BOOST_TEST(error.message().find("HEYGEN_PROVIDER names provider `nope`") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_broken_file_matters_only_when_the_environment_does_not_supply) {
  write("{broken");
  set({{"HEYGEN_API_KEY", "env-key"}});
  BOOST_TEST(used() == "apikey:env-key");
  set({});
  const Error error = failure();
  BOOST_TEST((error.exit == Exit::auth));
  BOOST_TEST(error.message().find((directory / "credentials").string()) != std::string::npos);
  BOOST_TEST(registry.loaded.size() == 1U);
}

BOOST_AUTO_TEST_CASE(blank_file_is_an_error_that_a_login_fixes) {
  write("\n");
  const Error error = failure();
  BOOST_TEST((error.exit == Exit::auth));
  BOOST_TEST(error.message().find("is empty") != std::string::npos);
  BOOST_TEST(error.message().find("not logged in") != std::string::npos);
  BOOST_TEST(error.message().find("no API key") != std::string::npos);
  BOOST_TEST(error.hint == "Run `heygen auth login` to create it.");
}

BOOST_AUTO_TEST_CASE(a_slot_of_the_wrong_type_is_broken_and_not_skipped) {
  for (const char* text :
       {R"({"oauth":"at","providers":{"acme":{"token":"t"}}})", R"({"oauth":[1]})", R"({"providers":{"acme":7}})"}) {
    write(text);
    BOOST_TEST((failure().exit == Exit::auth), text);
  }
}

BOOST_AUTO_TEST_CASE(a_login_of_a_provider_that_is_not_installed_is_named_and_not_skipped) {
  write(R"({"providers":{"gone":{"x":1},"acme":{"token":"t"}}})");
  const Error error = failure();
  BOOST_TEST((error.exit == Exit::auth));
  BOOST_TEST(error.message().find("gone") != std::string::npos);
  BOOST_TEST(error.hint.find("heygen-provider-") == std::string::npos);  // packages of other projects are unknown
  BOOST_TEST(registry.loaded.empty());
}

BOOST_AUTO_TEST_CASE(what_no_installed_provider_can_read_is_named_even_when_it_is_broken_too) {
  registry.forget("oauth");
  registry.forget("device-code");
  for (const char* text : {R"({"oauth":{"access_token":"at"},"providers":{"acme":{"token":"t"}}})",
                           R"({"oauth":"at","providers":{"acme":{"token":"t"}}})"}) {
    write(text);
    const Error error = failure();
    BOOST_TEST((error.exit == Exit::auth), text);
    BOOST_TEST(error.message().find("oauth") != std::string::npos, text);
  }
}

BOOST_AUTO_TEST_CASE(present_but_broken_surfaces_and_the_next_is_not_tried) {
  write(kAll);
  registry.entry("apikey").state = provider::ProviderState::refused;
  BOOST_TEST((failure().exit == Exit::auth));
  BOOST_TEST(registry.loaded.empty());
}

BOOST_AUTO_TEST_CASE(a_key_in_the_environment_is_not_skipped_when_its_provider_is_refused_or_missing) {
  write(R"({"oauth":{"access_token":"at"}})");
  set({{"HEYGEN_API_KEY", "env-key"}});
  registry.entry("apikey").manifest = {};  // what a manifest that cannot be read leaves
  registry.entry("apikey").state = provider::ProviderState::refused;
  BOOST_TEST(failure().message().find("apikey") != std::string::npos);
  registry.forget("apikey");
  const Error error = failure();
  BOOST_TEST((error.exit == Exit::auth));
  BOOST_TEST(error.message().find("HEYGEN_API_KEY is set") != std::string::npos);
  BOOST_TEST(error.hint.find("heygen-provider-apikey") != std::string::npos);
  BOOST_TEST(registry.loaded.empty());
}

BOOST_AUTO_TEST_CASE(whichever_of_two_that_share_a_slot_may_load_serves_it) {
  write(R"({"oauth":{"access_token":"at"}})");
  registry.entry("oauth").state = provider::ProviderState::refused;
  BOOST_TEST(used() == "device-code:at");
  registry.entry("device-code").state = provider::ProviderState::refused;
  BOOST_TEST((failure().exit == Exit::auth));
}

BOOST_AUTO_TEST_CASE(explain_calls_only_the_first_used_and_shows_no_secret) {
  write(kAll);
  set({{"ACME_TOKEN", "acme-secret"}});
  registry.entry("acme").manifest.credential_env = {"ACME_TOKEN"};
  Resolver chain = resolver();
  const std::vector<ExplainRow> rows = chain.explain().rows;
  std::vector<std::string> ids;
  std::vector<Verdict> verdicts;
  std::string everything;
  for (const ExplainRow& row : rows) {
    ids.push_back(row.provider);
    verdicts.push_back(row.verdict);
    everything += row.variable + row.detail + row.source + row.type;
  }
  BOOST_TEST((ids == std::vector<std::string>{"apikey", "oauth", "device-code", "acme"}));
  BOOST_TEST(
      (verdicts == std::vector<Verdict>{Verdict::used, Verdict::shadowed, Verdict::shadowed, Verdict::shadowed}));
  for (const char* secret : {"file-key", "acme-secret", "at\""})
    BOOST_TEST(everything.find(secret) == std::string::npos);
  for (const ProviderRequest& ask : oauth->asked) BOOST_TEST((ask.reason == provider::Reason::explain));
}

BOOST_AUTO_TEST_CASE(explain_takes_a_provider_that_needs_the_network_for_the_one_in_use) {
  write(kAll);
  const auto offline = [](const ProviderRequest&) { return ended(Status::transient); };
  dynamic_cast<FakeProvider&>(registry.load("apikey")).on_resolve = offline;
  oauth->on_resolve = offline;
  Resolver chain = resolver();
  const std::vector<ExplainRow> rows = chain.explain().rows;
  BOOST_TEST((rows[0].verdict == Verdict::used));
  BOOST_TEST((rows[0].why == Why::needs_network));
  BOOST_TEST((rows[1].verdict == Verdict::shadowed));
}

BOOST_AUTO_TEST_CASE(explain_under_a_chosen_provider_says_that_it_was_chosen) {
  write(kAll);
  Resolver chain = resolver("acme");
  const Explanation explanation = chain.explain();
  BOOST_TEST((explanation.choice.by == Choice::By::option));
  for (const ExplainRow& row : explanation.rows) {
    BOOST_TEST((row.verdict == (row.provider == "acme" ? Verdict::used : Verdict::shadowed)));
    BOOST_TEST((row.why == (row.provider == "acme" ? Why::first : Why::not_chosen)));
  }
}

BOOST_AUTO_TEST_CASE(explain_reports_a_file_that_cannot_be_used) {
  write("\n");
  Resolver chain = resolver();
  BOOST_TEST(chain.explain().file_problem.find("is empty") != std::string::npos);
  write("{}");
  BOOST_TEST(chain.explain().file_problem.empty());
}

BOOST_AUTO_TEST_CASE(explain_names_the_fault_of_a_broken_file_wherever_the_file_would_count) {
  write("{ \"api_key\":");
  Resolver chain = resolver();
  Explanation explanation = chain.explain();
  BOOST_TEST((explanation.rows.front().verdict == Verdict::broken));
  for (const ExplainRow& row : explanation.rows) {
    BOOST_TEST((row.why == Why::unreadable));
    BOOST_TEST(row.detail.find("not valid JSON") != std::string::npos);
  }
  set({{"HEYGEN_API_KEY", "k"}});
  explanation = chain.explain();
  BOOST_TEST((explanation.rows.front().verdict == Verdict::used));
  BOOST_TEST((explanation.rows.back().verdict == Verdict::absent));
  BOOST_TEST((explanation.rows.back().why == Why::unreadable));
}

BOOST_AUTO_TEST_CASE(resolve_and_explain_agree_that_empty_values_fill_no_slot) {
  write(R"({"oauth":{"access_token":""},"providers":{"gone":{"t":""},"acme":{"token":"t"}}})");
  BOOST_TEST(used() == "acme:Bearer t");
  Resolver chain = resolver();
  for (const ExplainRow& row : chain.explain().rows) {
    BOOST_TEST(row.provider != "gone");
    BOOST_TEST(row.stored == (row.provider == "acme"));
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(writing_headers_of_a_stale_credential_ends_the_process) {
  provider::ProviderResult answer;
  answer.headers.push_back({"Authorization", Secret("Bearer t")});
  answer.expires_at = kNow + kSkewSeconds;
  const Credential credential("acme", "Acme", answer);
  BOOST_TEST(credential.stale(kNow));
  BOOST_TEST(!credential.stale(kNow - 1));
  const pid_t child = fork();
  if (child == 0) {
    fclose(stderr);
    signal(SIGABRT, SIG_DFL);
    credential.headers(kNow);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  BOOST_TEST((WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT));
}
