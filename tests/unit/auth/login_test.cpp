// SPDX-License-Identifier: Apache-2.0
#include "core/auth/login.hpp"
#include "core/auth/logout.hpp"
#include "core/json/write.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <future>
#include <thread>

#include "fakes.hpp"

using namespace heygen;
using namespace heygen::auth;
using namespace heygen::auth::test;
using provider::ProviderRequest;
using provider::ProviderResult;
using provider::Status;
using Outcome = LoginResult::Outcome;
using Check = LoginResult::Check;
using Resumed = ResumedLogin::Outcome;

namespace {

struct Fixture : Scenario {
  Fixture()
      : key(registry.add("apikey")),
        oauth(registry.add("oauth")),
        device(registry.add("device-code")),
        acme(registry.add("acme")) {
    registry.entry("apikey").manifest.credential_env = {"HEYGEN_API_KEY"};
    key.on_resolve = [this](const ProviderRequest& ask) {
      ProviderResult answer;
      const std::string variable = environment.value("HEYGEN_API_KEY");
      const std::string value = variable.empty() ? ask.state.string_at("api_key") : variable;
      answer.status = value.empty() ? Status::not_configured : Status::ok;
      answer.source = variable.empty() ? "file" : "env";
      answer.headers.push_back({"x-api-key", Secret(value)});
      return answer;
    };
    key.on_login = [](const ProviderRequest&) { return patch({{"api_key", "new-key"}}); };
    acme.on_login = [](const ProviderRequest&) {
      return patch({{"token", "new"}, {"refresh", "r"}, {"until", kNow + 3600}});
    };
    oauth.on_login = device.on_login = acme.on_login;
    accepted.user = json::Object{{"email", "ada@example.test"}};
    accepted.verdict = ProbeResult::Verdict::accepted;
    probe = [this](const Credential&) { return accepted; };
  }

  static ProviderResult patch(json::Object members) {
    ProviderResult answer;
    answer.status = Status::ok;
    answer.patch = std::move(members);
    return answer;
  }
  LoginResult run(const std::string& id) {
    return login({*store, registry, environment, clock, cancel,
                  [this](CredentialSource& source) {
                    const Credential credential = source.obtain(who_am_i()).credential;
                    ++probes;
                    stored_at_probe = stored();
                    copies_at_probe = copies();
                    return probe(credential);
                  }},
                 id);
  }
  /// Of one copy at most.
  std::optional<ResumedLogin> resume() {
    const std::vector<ResumedLogin> all = resume_all();
    BOOST_TEST(all.size() <= 1U);
    return all.empty() ? std::nullopt : std::optional(all.front());
  }
  std::vector<ResumedLogin> resume_all(bool has_later_login = false) {
    return resume_logins({*store, registry, environment, clock, cancel,
                          [this](CredentialSource& source) { return probe(source.obtain(who_am_i()).credential); }},
                         has_later_login);
  }
  /// The file counts as written after all copies.
  void write_later(const std::string& text) const {
    write(text);
    std::filesystem::last_write_time(store->path(),
                                     std::filesystem::file_time_type::clock::now() + std::chrono::hours(1));
  }
  /// As a process leaves it that is killed during the check.
  void interrupt(const std::string& id) { interrupt(id, *acme.on_login({}).patch); }
  void interrupt(const std::string& id, const json::Value& patch_of_login,
                 std::optional<json::Value> refreshed_state = {}, const store::CredentialsDocument& replaced = {}) {
    store::PendingLogin pending = store->begin_login();
    std::vector<store::ReplacedLogin> old;
    for (const store::FilledSlot& slot : replaced.filled_slots()) old.push_back({slot, replaced.state(slot)});
    pending.keep_replaced(std::move(old));
    pending.keep(id, patch_of_login, std::move(refreshed_state));
    pending.leave();
  }
  /// acme is logged in with a key, and has another one for its next login.
  void prepare_another_key() {
    write(R"({"providers":{"acme":{"token":"old"}}})");
    directory.make("keys");
    directory.write("keys/acme.json", R"({"dpop":"old"})");
    acme.on_login = [this](const ProviderRequest&) {
      store->keys.create("acme", "dpop", Secret("new"));
      return patch({{"token", "new"}, {"refresh", "r"}});
    };
  }
  /// A process that logs in is killed once it has written the keys, when the state is next.
  void kill_before_the_state() {
    prepare_another_key();
    const FileLock held = lock_file(directory.path() / "credentials.lock", std::chrono::seconds(1), clock, cancel);
    const pid_t child = fork();
    if (child == 0) {
      store->on_write_wait = [](std::chrono::milliseconds) { kill(getpid(), SIGKILL); };
      try {
        run("acme");
      } catch (...) {  // it is not killed then
      }
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    BOOST_REQUIRE((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
    BOOST_TEST(directory.read("keys/acme.json") == R"({"dpop":"new"})");
    BOOST_TEST(stored().find(R"("token":"old")") != std::string::npos);
    BOOST_TEST(copies() == 1U);
    acme.on_revoke = [this] { keys_at_revocation.push_back(store->keys.find("acme", "dpop")->reveal()); };
  }
  std::size_t copies() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
      if (entry.path().filename().string().starts_with(".credentials.heygen-login-")) ++count;
    }
    return count;
  }
  static ProbeResult verdict(ProbeResult::Verdict verdict, const std::string& problem = {}) {
    return {verdict, json::Object{}, problem};
  }

  FakeProvider &key, &oauth, &device, &acme;
  ProbeResult accepted;
  std::function<ProbeResult(const Credential&)> probe;
  int probes = 0;
  std::string stored_at_probe;
  std::size_t copies_at_probe = 0;
  std::vector<std::string> keys_at_revocation;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(login_transaction, Fixture)

BOOST_AUTO_TEST_CASE(accepted_key_is_checked_before_it_is_stored) {
  const LoginResult result = run("apikey");
  BOOST_TEST((result.outcome == Outcome::stored));
  BOOST_TEST((result.check == Check::accepted));
  BOOST_TEST(stored_at_probe == "{}");
  BOOST_TEST(stored() == R"({"api_key":"new-key","user":{"email":"ada@example.test"}})");
  BOOST_TEST(result.replaced.empty());
  BOOST_TEST(result.shadowing.empty());
}

BOOST_AUTO_TEST_CASE(refreshable_credential_is_kept_in_a_pending_copy_while_it_is_checked) {
  write(R"({"api_key":"old"})");
  const LoginResult result = run("acme");
  BOOST_TEST((result.outcome == Outcome::stored));
  BOOST_TEST(stored_at_probe == R"({"api_key":"old"})");
  BOOST_TEST(copies_at_probe == 1U);
  BOOST_TEST(stored().find(R"("token":"new")") != std::string::npos);
  BOOST_TEST(stored().find("ada@example.test") != std::string::npos);
  BOOST_TEST(copies() == 0U);
}

BOOST_AUTO_TEST_CASE(signed_check_of_a_login_gets_the_nonce_that_the_api_asks_for) {
  acme.on_resolve = [](const ProviderRequest& ask) {
    ProviderResult answer;
    answer.status = Status::ok;
    answer.refreshable = answer.this_request_only = true;
    const std::string nonce = ask.refusal.empty() ? "none" : ask.refusal.front().second;
    answer.headers.push_back(
        {"Authorization", Secret(ask.state.string_at("token") + " for " + ask.url + ", " + nonce)});
    return answer;
  };
  acme.on_refresh = [](const ProviderRequest& ask) {
    BOOST_TEST((ask.reason == provider::Reason::refused));
    BOOST_TEST(ask.state.string_at("token") == "new");
    ProviderResult answer;
    answer.status = Status::ok;
    return answer;
  };
  RequestInfo request{"GET", "/v3/users/me", "https://api.test/v3/users/me"};
  const auto ask_api = [&](CredentialSource& source) {
    const Credential first = source.obtain(request).credential;
    BOOST_TEST(bearer(first) == "new for , none");  // resolved ahead of the request
    request.refusal = {{"DPoP-Nonce", "n"}};
    const CredentialLease second = source.refresh(first, request);
    BOOST_TEST(second.refreshed);
    BOOST_TEST(bearer(second.credential) == "new for https://api.test/v3/users/me, n");
    return accepted;
  };
  const LoginResult result = login({*store, registry, environment, clock, cancel, ask_api}, "acme");
  BOOST_TEST((result.outcome == Outcome::stored));
  BOOST_TEST(stored().find(R"("token":"new")") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(way_to_log_in_again_is_that_of_the_login) {
  Resolver resolver(registry, *store, environment, {});
  run("device-code");
  BOOST_TEST(stored().find(R"("provider":"device-code")") != std::string::npos);
  for (const char* reader : {"oauth", "device-code"})
    BOOST_TEST(resolver.login_hint(reader) == "Run `heygen auth login --device-code`.");
  registry.entry("device-code").state = provider::ProviderState::disabled;
  BOOST_TEST(resolver.login_hint("oauth") == "Run `heygen auth login --oauth`.");
  registry.entry("device-code").state = provider::ProviderState::available;
  run("oauth");
  BOOST_TEST(stored().find("device-code") == std::string::npos);
  BOOST_TEST(resolver.login_hint("oauth") == "Run `heygen auth login --oauth`.");
}

BOOST_AUTO_TEST_CASE(expired_login_of_a_shared_slot_names_the_way_of_its_login) {
  device.on_login = [](const ProviderRequest&) { return patch({{"token", "new"}, {"until", kNow + 60}}); };
  run("device-code");
  clock.time = kNow + 61;
  Resolver resolver(registry, *store, environment, {});
  Session session(resolver, clock, terminal, cancel);
  BOOST_TEST(error_of([&] { session.obtain({"GET", "/v3/videos"}); }).hint == "Run `heygen auth login --device-code`.");
}

BOOST_AUTO_TEST_CASE(key_that_the_api_rejects_changes_nothing) {
  write(R"({"api_key":"old","user":{"email":"old"},"x":1.10})");
  probe = [](const Credential&) { return verdict(ProbeResult::Verdict::rejected); };
  const LoginResult result = run("apikey");
  BOOST_TEST((result.outcome == Outcome::rejected));
  BOOST_TEST(stored() == R"({"api_key":"old","user":{"email":"old"},"x":1.10})");
  BOOST_REQUIRE(key.revoked.size() == 1U);
  BOOST_TEST(key.revoked[0].state.string_at("api_key") == "new-key");
}

BOOST_AUTO_TEST_CASE(login_that_is_checked_by_something_else_than_the_api_changes_nothing_and_is_revoked) {
  write(R"({ "api_key":"old" })");
  probe = [](const Credential&) -> ProbeResult { throw Error(code::kResponseParse, "The response is empty."); };
  const Error error = error_of([&] { run("acme"); });
  BOOST_TEST(error.code == code::kResponseParse);
  BOOST_TEST(error.message().find("nothing was stored") != std::string::npos);
  BOOST_TEST(directory.read("credentials") == R"({ "api_key":"old" })");
  BOOST_REQUIRE(acme.revoked.size() == 1U);
  BOOST_TEST(acme.revoked[0].state.string_at("token") == "new");
  BOOST_TEST(copies() == 0U);
}

BOOST_AUTO_TEST_CASE(refreshable_credential_that_the_api_rejects_changes_nothing_and_is_revoked) {
  const std::string before = R"({ "api_key":"old","user":{"email":"old"},"providers":{"acme":{"token":"t"}},"x":1.10})";
  write(before);
  probe = [](const Credential&) { return verdict(ProbeResult::Verdict::rejected); };
  const LoginResult result = run("acme");
  BOOST_TEST((result.outcome == Outcome::rejected));
  BOOST_TEST((result.revocation == Revocation::confirmed));
  BOOST_TEST(directory.read("credentials") == before);
  BOOST_TEST(key.revoked.empty());
  BOOST_REQUIRE(acme.revoked.size() == 1U);
  BOOST_TEST(acme.revoked[0].state.string_at("token") == "new");
  BOOST_TEST(copies() == 0U);
}

BOOST_AUTO_TEST_CASE(rejected_login_that_brought_the_stored_credential_again_revokes_nothing) {
  write(R"({"providers":{"acme":{"token":"new","refresh":"r","until":)" + std::to_string(kNow + 3600) + "}}}");
  probe = [](const Credential&) { return verdict(ProbeResult::Verdict::rejected); };
  BOOST_TEST((run("acme").outcome == Outcome::rejected));
  BOOST_TEST(acme.revoked.empty());
}

BOOST_AUTO_TEST_CASE(interrupted_login_is_finished_by_the_next_command) {
  write(R"({"api_key":"old"})");
  interrupt("acme", *acme.on_login({}).patch, {}, store->read());
  BOOST_TEST(stored() == R"({"api_key":"old"})");
  const std::optional<ResumedLogin> resumed = resume();
  BOOST_REQUIRE(resumed.has_value());
  BOOST_TEST(resumed->provider == "acme");
  BOOST_TEST((resumed->outcome == Resumed::stored));
  BOOST_TEST(stored().find(R"("token":"new")") != std::string::npos);
  BOOST_TEST(stored().find("api_key") == std::string::npos);
  BOOST_TEST(copies() == 0U);
  BOOST_TEST(!resume().has_value());
}

BOOST_AUTO_TEST_CASE(interrupted_login_that_the_api_rejects_is_revoked_and_changes_nothing) {
  write(R"({"api_key":"old"})");
  interrupt("acme", *acme.on_login({}).patch, {}, store->read());
  probe = [](const Credential&) { return verdict(ProbeResult::Verdict::rejected); };
  BOOST_TEST((resume()->outcome == Resumed::rejected));
  BOOST_TEST(stored() == R"({"api_key":"old"})");
  BOOST_TEST(acme.revoked.size() == 1U);
  BOOST_TEST(copies() == 0U);
}

BOOST_AUTO_TEST_CASE(interrupted_login_that_a_later_one_overtook_is_revoked) {
  const std::string newer = R"({"api_key":"newer"})", same = R"({"providers":{"acme":{"token":"t","refresh":"r2"}}})";
  for (const std::string& later : {newer, same}) {
    acme.revoked.clear();
    interrupt("acme");
    write_later(later);
    const std::optional<ResumedLogin> resumed = resume();
    BOOST_REQUIRE(resumed.has_value());
    BOOST_TEST((resumed->outcome == Resumed::overtaken));
    BOOST_TEST((resumed->revocation == Revocation::confirmed));
    BOOST_TEST(directory.read("credentials") == later);
    BOOST_REQUIRE(acme.revoked.size() == 1U);
    BOOST_TEST(acme.revoked[0].state.string_at("refresh") == "r");
    BOOST_TEST(copies() == 0U);
  }
}

BOOST_AUTO_TEST_CASE(interrupted_login_is_not_overtaken_by_a_file_that_is_touched_or_refreshed) {
  const std::string old = R"({"providers":{"acme":{"token":"old","refresh":"r0"}}})";
  const std::string refreshed = R"({"providers":{"acme":{"token":"old2","refresh":"r1"}},"x":1})";
  for (const std::string& later : {old, refreshed}) {
    write(old);
    interrupt("acme", *acme.on_login({}).patch, {}, store->read());
    write_later(later);
    acme.revoked.clear();
    const std::optional<ResumedLogin> resumed = resume();
    BOOST_REQUIRE(resumed.has_value());
    BOOST_TEST((resumed->outcome == Resumed::stored));
    BOOST_TEST(stored().find(R"("token":"new")") != std::string::npos);
    BOOST_REQUIRE(acme.revoked.size() == 1U);
    BOOST_TEST(acme.revoked[0].state.string_at("refresh") == (later == old ? "r0" : "r1"));
    BOOST_TEST(copies() == 0U);
  }
}

BOOST_AUTO_TEST_CASE(interrupted_login_is_overtaken_by_another_key_and_by_a_login_that_has_ended) {
  write(R"({"api_key":"old"})");
  interrupt("acme", *acme.on_login({}).patch, {}, store->read());
  write(R"({"api_key":"newer"})");
  BOOST_TEST((resume()->outcome == Resumed::overtaken));
  write(R"({"providers":{"acme":{"token":"old"}}})");
  interrupt("acme", *acme.on_login({}).patch, {}, store->read());
  BOOST_TEST((resume_all(true).front().outcome == Resumed::overtaken));
}

BOOST_AUTO_TEST_CASE(interrupted_login_is_stored_when_what_was_kept_of_a_torn_file_is_back) {
  const std::string old = R"({"providers":{"acme":{"token":"old","refresh":"r0"}}})";
  for (const std::string& torn : {std::string(), old.substr(0, 20), old + old}) {
    write(old);
    interrupt("acme", *acme.on_login({}).patch, {}, store->read());
    directory.write(".credentials.heygen-old-12-AbC123", old);
    write_later(torn);
    acme.revoked.clear();
    BOOST_TEST((resume()->outcome == Resumed::stored));
    BOOST_TEST(stored().find(R"("token":"new")") != std::string::npos);
    BOOST_TEST(acme.revoked.size() == 1U);
    BOOST_TEST(!std::filesystem::exists(directory.path() / ".credentials.heygen-old-12-AbC123"));
  }
}

BOOST_AUTO_TEST_CASE(overtaken_login_with_the_token_of_the_stored_one_is_not_revoked) {
  interrupt("acme", json::Object{{"token", "new"}, {"refresh_token", "again"}});
  write_later(R"({"providers":{"acme":{"token":"t","refresh_token":"again"}}})");
  BOOST_TEST((resume()->outcome == Resumed::overtaken));
  BOOST_TEST(acme.revoked.empty());
  BOOST_TEST(copies() == 0U);
}

BOOST_AUTO_TEST_CASE(newest_of_several_interrupted_logins_is_stored_and_the_others_are_revoked) {
  for (const char* token : {"first", "second", "third"}) {
    interrupt("acme", json::Object{{"token", token}, {"until", kNow + 3600}});
    const auto age = std::chrono::minutes(std::string(token) == "second" ? 1 : 5);
    for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with(".credentials.heygen-login-") && directory.read(name).find(token) != std::string::npos)
        std::filesystem::last_write_time(entry.path(), std::filesystem::file_time_type::clock::now() - age);
    }
  }
  const std::vector<ResumedLogin> all = resume_all();
  BOOST_REQUIRE(all.size() == 3U);
  BOOST_TEST((all[0].outcome == Resumed::stored));
  BOOST_TEST((all[1].outcome == Resumed::overtaken));
  BOOST_TEST((all[2].outcome == Resumed::overtaken));
  BOOST_TEST(stored().find(R"("token":"second")") != std::string::npos);
  BOOST_TEST(acme.revoked.size() == 2U);
  BOOST_TEST(copies() == 0U);
}

BOOST_AUTO_TEST_CASE(stored_login_whose_copy_is_left_is_not_revoked_when_it_is_refreshed) {
  interrupt("acme");
  write_later(R"({"providers":{"acme":{"token":"new","refresh":"r","until":)" + std::to_string(kNow + 3600) + "}}}");
  store->update([](store::CredentialsDocument& document) {
    document.set_state("acme", json::Object{{"token", "refreshed"}, {"refresh", "r2"}});
  });
  BOOST_TEST(copies() == 0U);
  BOOST_TEST(!resume().has_value());
  BOOST_TEST(acme.revoked.empty());
}

BOOST_AUTO_TEST_CASE(login_that_was_cut_off_once_it_was_stored_has_what_it_replaced_revoked) {
  const json::Value old_state = json::Object{{"token", "old"}, {"refresh", "r-old"}};
  const std::string now_stored =
      R"({"providers":{"acme":{"token":"new","refresh":"r","until":)" + std::to_string(kNow + 3600) + "}}}";
  const auto cut_off = [&] {
    acme.revoked.clear();
    store::PendingLogin pending = store->begin_login();
    pending.keep("acme", *acme.on_login({}).patch);
    pending.keep_replaced({{{"providers.acme", {"acme"}}, old_state}, {{"api_key", {"apikey"}}, json::Object{}}});
    pending.leave();
    write_later(now_stored);
  };
  cut_off();
  const std::optional<ResumedLogin> resumed = resume();
  BOOST_REQUIRE(resumed.has_value());
  BOOST_TEST((resumed->outcome == Resumed::stored_before));
  BOOST_TEST((resumed->revocation == Revocation::confirmed));
  BOOST_REQUIRE(acme.revoked.size() == 1U);
  BOOST_TEST((acme.revoked[0].state == old_state));
  BOOST_TEST((acme.revoked[0].reason == provider::Reason::replaced));
  BOOST_TEST(copies() == 0U);

  cut_off();
  store->update([](store::CredentialsDocument& document) {  // as a refresh does
    document.set_state("acme", json::Object{{"token", "refreshed"}, {"refresh", "r2"}});
  });
  BOOST_TEST(copies() == 1U);
  BOOST_TEST((resume()->outcome == Resumed::stored_before));
  BOOST_REQUIRE(acme.revoked.size() == 1U);
  BOOST_TEST((acme.revoked[0].state == old_state));
  BOOST_TEST(copies() == 0U);

  cut_off();
  logout({*store, registry, environment, cancel});
  BOOST_TEST(acme.revoked.size() == 2U);
  BOOST_TEST(copies() == 0U);
}

BOOST_AUTO_TEST_CASE(copy_of_a_login_names_what_it_replaces_before_the_file_changes) {
  write(R"({"providers":{"acme":{"token":"old","refresh":"r-old"}}})");
  probe = [&](const Credential&) {
    const std::vector<store::PendingLogin> none = store->take_interrupted_logins();  // its process lives
    BOOST_TEST(none.empty());
    for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with(".credentials.heygen-login-"))
        BOOST_TEST(directory.read(name).find("r-old") != std::string::npos);
    }
    return accepted;
  };
  run("acme");
  BOOST_TEST(copies_at_probe == 1U);
  BOOST_TEST(acme.revoked.size() == 1U);
}

BOOST_AUTO_TEST_CASE(canceled_check_leaves_what_it_replaced_to_the_next_command) {
  write(R"({"providers":{"acme":{"token":"old","refresh":"r-old"}}})");
  probe = [](const Credential&) -> ProbeResult { throw canceled_error(); };
  BOOST_TEST((run("acme").outcome == Outcome::canceled_after_saving));
  BOOST_TEST(acme.revoked.empty());
  BOOST_TEST((resume()->outcome == Resumed::stored_before));
  BOOST_REQUIRE(acme.revoked.size() == 1U);
  BOOST_TEST(acme.revoked[0].state.string_at("refresh") == "r-old");
  BOOST_TEST(copies() == 0U);
}

BOOST_AUTO_TEST_CASE(login_that_cannot_be_stored_stays_in_its_copy_and_is_finished_later) {
  write(R"({"api_key":"old"})");
  probe = [&](const Credential&) {
    std::filesystem::create_directory(directory.path() / "credentials.lock");
    return accepted;
  };
  Error error = error_of([&] { run("acme"); });
  BOOST_TEST(error.message().find("kept in " + (directory.path() / ".credentials.heygen-login-").string()) !=
             std::string::npos);
  BOOST_TEST(error.hint.find("heygen auth status") != std::string::npos);
  BOOST_TEST(directory.read("credentials") == R"({"api_key":"old"})");
  BOOST_TEST(acme.revoked.empty());
  BOOST_TEST(copies() == 1U);

  probe = [&](const Credential&) { return accepted; };
  BOOST_TEST((resume()->outcome == Resumed::failed));
  BOOST_TEST(acme.revoked.empty());
  BOOST_TEST(copies() == 1U);

  std::filesystem::remove(directory.path() / "credentials.lock");
  BOOST_TEST((resume()->outcome == Resumed::stored));
  BOOST_TEST(stored().find(R"("token":"new")") != std::string::npos);
  BOOST_TEST(copies() == 0U);
}

BOOST_AUTO_TEST_CASE(login_whose_file_breaks_meanwhile_stays_in_its_copy) {
  probe = [this](const Credential&) {
    write("{broken");
    return accepted;
  };
  BOOST_TEST(error_of([&] { run("acme"); }).message().find("kept in") != std::string::npos);
  BOOST_TEST(copies() == 1U);
  BOOST_CHECK_THROW(resume_all(), store::Unreadable);
  BOOST_TEST(copies() == 1U);
  BOOST_TEST(acme.revoked.empty());
}

BOOST_AUTO_TEST_CASE(canceled_or_unanswered_check_leaves_the_interrupted_login) {
  interrupt("apikey", json::Object{{"api_key", "new-key"}});
  probe = [](const Credential&) -> ProbeResult { throw canceled_error(); };
  BOOST_CHECK_THROW(resume_all(), Error);
  BOOST_TEST(copies() == 1U);
  probe = [](const Credential&) -> ProbeResult { throw Error(code::kResponseParse, "The response is empty."); };
  BOOST_TEST((resume()->outcome == Resumed::failed));
  BOOST_TEST(copies() == 1U);
}

BOOST_AUTO_TEST_CASE(kept_refresh_is_stored_where_its_login_still_is_and_revoked_elsewhere) {
  const json::Value before = json::Object{{"token", "old"}, {"refresh", "r"}, {"until", 5}};
  const json::Value patch_of_refresh = json::Object{{"token", "new"}, {"refresh", "r2"}, {"until", kNow + 3600}};
  interrupt("acme", patch_of_refresh, before);
  write_later(R"({"providers":{"acme":{"token":"old","refresh":"r","until":5,"x":1}},"user":{"email":"a"}})");
  BOOST_TEST((resume()->outcome == Resumed::stored));
  BOOST_TEST(stored().find(R"("token":"new","refresh":"r2")") != std::string::npos);
  BOOST_TEST(acme.revoked.empty());
  BOOST_TEST(copies() == 0U);

  interrupt("acme", patch_of_refresh, before);
  write(R"({"providers":{"acme":{"token":"of another login","refresh":"x"}}})");
  BOOST_TEST((resume()->outcome == Resumed::overtaken));
  BOOST_REQUIRE(acme.revoked.size() == 1U);
  BOOST_TEST(acme.revoked[0].state.string_at("refresh") == "r2");
  BOOST_TEST(copies() == 0U);
}

BOOST_AUTO_TEST_CASE(interrupted_login_of_a_missing_provider_waits_for_it) {
  interrupt("acme");
  registry.entry("acme").state = provider::ProviderState::refused;
  BOOST_TEST(!resume().has_value());
  BOOST_TEST(copies() == 1U);
}

BOOST_AUTO_TEST_CASE(login_that_waits_too_long_for_its_place_ends_as_a_timeout) {
  heygen::test::FakeClock hurried;
  store = std::make_unique<store::CredentialStore>(directory.path(), hurried);
  const FileLock held = lock_file(directory / "credentials.lock", std::chrono::seconds(1), hurried, cancel);
  const Error error = error_of([&] { run("acme"); });
  BOOST_TEST(error.code == code::kTimeout);
  BOOST_TEST((error.exit == Exit::timeout));
  BOOST_TEST(copies() == 1U);
}

BOOST_AUTO_TEST_CASE(copy_that_is_not_complete_is_removed) {
  directory.write(".credentials.heygen-login-4711-AbC123", R"({"provider":"acme","pat)");
  BOOST_TEST(!resume().has_value());
  BOOST_TEST(copies() == 0U);
}

BOOST_AUTO_TEST_CASE(login_of_a_living_process_is_not_taken) {
  store::PendingLogin living = store->begin_login();
  living.keep("acme", json::Object{{"token", "t"}});
  BOOST_TEST(!resume().has_value());
  BOOST_TEST(copies() == 1U);
}

BOOST_AUTO_TEST_CASE(short_lived_credential_is_checked_and_not_postponed) {
  acme.on_login = [](const ProviderRequest&) {
    return patch({{"token", "brief"}, {"refresh", "r"}, {"until", kNow + kSkewSeconds / 2}});
  };
  BOOST_TEST((run("acme").check == Check::accepted));
  const auto record = store->last_refresh("providers.acme");
  BOOST_REQUIRE(record.has_value());
  BOOST_TEST(record->obtained_at == kNow);
}

BOOST_AUTO_TEST_CASE(unreachable_api_leaves_the_credential_stored_without_a_user) {
  write(R"({"user":{"email":"old","theme":"dark"}})");
  probe = [](const Credential&) { return verdict(ProbeResult::Verdict::unknown, "The connection failed."); };
  const LoginResult result = run("apikey");
  BOOST_TEST((result.outcome == Outcome::stored));
  BOOST_TEST((result.check == Check::failed));
  BOOST_TEST(result.problem == "The connection failed.");
  BOOST_TEST(stored() == R"({"user":{"theme":"dark"},"api_key":"new-key"})");
}

BOOST_AUTO_TEST_CASE(expired_credential_is_not_sent) {
  acme.on_login = [](const ProviderRequest&) { return patch({{"token", "old"}, {"until", kNow}}); };
  const LoginResult result = run("acme");
  BOOST_TEST((result.check == Check::expired));
  BOOST_TEST((result.outcome == Outcome::stored));
  BOOST_TEST(probes == 0);
}

BOOST_AUTO_TEST_CASE(credential_that_needs_a_refresh_first_is_checked_by_the_next_request) {
  acme.on_login = [](const ProviderRequest&) { return patch({{"refresh", "r"}}); };
  const LoginResult result = run("acme");
  BOOST_TEST((result.check == Check::postponed));
  BOOST_TEST(probes == 0);
}

BOOST_AUTO_TEST_CASE(canceled_check_leaves_the_refreshable_credential_stored) {
  write(R"({"api_key":"old"})");
  probe = [](const Credential&) -> ProbeResult { throw canceled_error(); };
  const LoginResult result = run("acme");
  BOOST_TEST((result.outcome == Outcome::canceled_after_saving));
  BOOST_TEST(stored().find(R"("token":"new")") != std::string::npos);
  BOOST_TEST(key.revoked.empty());
}

BOOST_AUTO_TEST_CASE(canceled_check_of_a_key_changes_nothing) {
  write(R"({"api_key":"old"})");
  probe = [](const Credential&) -> ProbeResult { throw canceled_error(); };
  BOOST_CHECK_EXCEPTION(run("apikey"), Error, [](const Error& error) { return error.code == code::kCanceled; });
  BOOST_TEST(stored() == R"({"api_key":"old"})");
}

BOOST_AUTO_TEST_CASE(provider_failure_is_handed_on_and_changes_nothing) {
  write(R"({"api_key":"old"})");
  acme.on_login = [](const ProviderRequest&) { return ended(Status::canceled, "Never mind."); };
  const LoginResult result = run("acme");
  BOOST_TEST((result.outcome == Outcome::provider_failed));
  BOOST_TEST((result.answer.status == Status::canceled));
  BOOST_TEST(result.answer.message == "Never mind.");
  BOOST_TEST(stored() == R"({"api_key":"old"})");
}

BOOST_AUTO_TEST_CASE(failed_login_leaves_no_directory_that_it_made) {
  const std::filesystem::path above = directory.path() / "home";
  store = std::make_unique<store::CredentialStore>(above / "config", clock);
  acme.on_login = [](const ProviderRequest&) { return ended(Status::canceled); };
  run("acme");
  BOOST_TEST(!std::filesystem::exists(above));
  probe = [](const Credential&) { return verdict(ProbeResult::Verdict::rejected); };
  run("apikey");
  BOOST_TEST(!std::filesystem::exists(above));
  probe = [this](const Credential&) { return accepted; };
  run("apikey");
  BOOST_TEST(std::filesystem::exists(above / "config" / "credentials"));
}

BOOST_AUTO_TEST_CASE(unusable_new_credential_is_an_error_but_not_of_the_stored_one) {
  acme.on_resolve = [](const ProviderRequest&) { return ended(Status::broken, "It has a tab."); };
  BOOST_CHECK_EXCEPTION(run("acme"), Error,
                        [](const Error& error) { return error.code == code::kError && error.exit == Exit::failure; });
  BOOST_TEST(stored() == "{}");
}

BOOST_AUTO_TEST_CASE(credential_that_cannot_be_resolved_offline_is_stored_with_the_reason) {
  acme.on_resolve = [](const ProviderRequest&) { return ended(Status::transient, "The vault is sealed."); };
  const LoginResult result = run("acme");
  BOOST_TEST((result.outcome == Outcome::stored));
  BOOST_TEST((result.check == Check::failed));
  BOOST_TEST(result.problem.find("The vault is sealed.") != std::string::npos);
  BOOST_TEST(!result.credential.has_value());
}

BOOST_AUTO_TEST_CASE(file_that_cannot_be_read_stops_the_login_before_the_provider_is_asked) {
  write("{broken");
  bool asked = false;
  key.on_login = [&](const ProviderRequest&) {
    asked = true;
    return patch({});
  };
  BOOST_CHECK_THROW(run("apikey"), store::Unreadable);
  BOOST_TEST(!asked);
}

BOOST_AUTO_TEST_CASE(file_that_cannot_be_written_is_an_error) {
  std::filesystem::create_directory(directory.path() / "credentials.lock");
  BOOST_CHECK_EXCEPTION(run("apikey"), Error, [](const Error& error) { return error.code == code::kFileIo; });
  BOOST_TEST(stored() == "{}");
}

BOOST_AUTO_TEST_CASE(other_credentials_are_cleared_and_revoked) {
  write(R"({"api_key":"old","providers":{"acme":{"token":"t"},"gone":{"x":1}},"keep":[1.0]})");
  acme.revocation = Status::transient;
  const LoginResult result = run("oauth");
  BOOST_REQUIRE(result.replaced.size() == 3U);
  BOOST_TEST(result.replaced[0].provider == "apikey");
  BOOST_TEST((result.replaced[0].revocation == Revocation::confirmed));
  BOOST_TEST(result.replaced[1].slot == "providers.acme");
  BOOST_TEST((result.replaced[1].revocation == Revocation::failed));
  BOOST_TEST(result.replaced[2].provider == "gone");
  BOOST_TEST((result.replaced[2].revocation == Revocation::no_provider));
  BOOST_TEST(std::ranges::none_of(result.replaced, &LoginResult::Replaced::own_slot));
  BOOST_TEST((acme.revoked.front().reason == provider::Reason::replaced));
  const json::Value root = store->read().root();
  BOOST_TEST(root.as_object().size() == 3U);  // keep, oauth, user
  BOOST_TEST(json::write(*root.find("keep")) == "[1.0]");
}

BOOST_AUTO_TEST_CASE(providers_that_share_a_slot_revoke_what_the_other_one_stored) {
  write(R"({"oauth":{"token":"old","refresh":"r0"}})");
  const LoginResult result = run("device-code");
  BOOST_REQUIRE(result.replaced.size() == 1U);
  BOOST_TEST(result.replaced[0].own_slot);
  BOOST_TEST(oauth.revoked.empty());
  BOOST_REQUIRE(device.revoked.size() == 1U);  // it logged in, so it knows which tokens are in use
  BOOST_TEST(device.revoked[0].state.string_at("token") == "old");
}

BOOST_AUTO_TEST_CASE(login_that_changes_nothing_revokes_nothing) {
  write(R"({"api_key":"new-key"})");
  BOOST_TEST(run("apikey").replaced.empty());
  BOOST_TEST(key.revoked.empty());
}

BOOST_AUTO_TEST_CASE(key_of_a_login_is_stored_with_it_and_seen_before) {
  std::string seen;
  acme.on_login = [&](const ProviderRequest&) {
    store->keys.create("acme", "dpop", Secret("pem"));
    return patch({{"token", "new"}, {"refresh", "r"}});
  };
  probe = [&](const Credential&) {
    seen = store->keys.find("acme", "dpop")->reveal();
    BOOST_TEST(!std::filesystem::exists(directory.path() / "keys"));
    return accepted;
  };
  run("acme");
  BOOST_TEST(seen == "pem");
  BOOST_TEST(directory.read("keys/acme.json") == R"({"dpop":"pem"})");
}

BOOST_AUTO_TEST_CASE(failed_or_rejected_login_leaves_the_earlier_key) {
  write(R"({"providers":{"acme":{"token":"old"}}})");
  directory.make("keys");
  directory.write("keys/acme.json", R"({"dpop":"old"})");
  Status status = Status::rejected;
  acme.on_login = [&](const ProviderRequest&) {
    store->keys.create("acme", "dpop", Secret("new"));
    ProviderResult answer = patch({{"token", "new"}, {"refresh", "r"}});
    answer.status = status;
    return answer;
  };
  run("acme");
  BOOST_TEST(store->keys.find("acme", "dpop")->reveal() == "old");
  status = Status::ok;
  probe = [](const Credential&) { return verdict(ProbeResult::Verdict::rejected); };
  run("acme");
  BOOST_TEST(store->keys.find("acme", "dpop")->reveal() == "old");
  BOOST_TEST(directory.read("keys/acme.json") == R"({"dpop":"old"})");
}

BOOST_AUTO_TEST_CASE(key_of_an_interrupted_login_is_stored_when_it_is_finished) {
  store->keys.create("acme", "dpop", Secret("pem"));
  {
    store::PendingLogin pending = store->begin_login();
    pending.keep("acme", *acme.on_login({}).patch, {}, store->keys.created("acme"));
    pending.leave();
  }
  store->keys.forget("acme");
  probe = [&](const Credential&) {
    BOOST_TEST(store->keys.find("acme", "dpop")->reveal() == "pem");
    return accepted;
  };
  BOOST_TEST((resume()->outcome == Resumed::stored));
  BOOST_TEST(directory.read("keys/acme.json") == R"({"dpop":"pem"})");
}

BOOST_AUTO_TEST_CASE(state_that_cannot_be_stored_leaves_the_earlier_key_in_its_place) {
  prepare_another_key();
  probe = [&](const Credential&) {
    std::filesystem::create_directory(directory.path() / "credentials.lock");
    return accepted;
  };
  error_of([&] { run("acme"); });
  BOOST_TEST(directory.read("keys/acme.json") == R"({"dpop":"old"})");
  std::filesystem::remove(directory.path() / "credentials.lock");
  probe = [&](const Credential&) { return accepted; };
  BOOST_TEST((resume()->outcome == Resumed::stored));
  BOOST_TEST(directory.read("keys/acme.json") == R"({"dpop":"new"})");
}

BOOST_AUTO_TEST_CASE(replaced_login_is_revoked_with_its_own_key) {
  prepare_another_key();
  directory.write("keys/other.json", R"({"dpop":"of another login"})");
  acme.on_revoke = [&] { BOOST_TEST(store->keys.find("acme", "dpop")->reveal() == "old"); };
  run("acme");
  BOOST_TEST(acme.revoked.size() == 1U);
  BOOST_TEST(directory.read("keys/acme.json") == R"({"dpop":"new"})");
  BOOST_TEST(!std::filesystem::exists(directory.path() / "keys/other.json"));
}

BOOST_AUTO_TEST_CASE(login_killed_between_its_key_and_its_state_is_finished_and_the_old_key_revokes_the_old_one) {
  kill_before_the_state();
  probe = [&](const Credential&) {
    BOOST_TEST(store->keys.find("acme", "dpop")->reveal() == "new");
    return accepted;
  };
  BOOST_TEST((resume()->outcome == Resumed::stored));
  BOOST_TEST(stored().find(R"("token":"new")") != std::string::npos);
  BOOST_TEST(directory.read("keys/acme.json") == R"({"dpop":"new"})");
  BOOST_TEST((keys_at_revocation == std::vector<std::string>{"old"}));
  BOOST_TEST(copies() == 0U);
}

BOOST_AUTO_TEST_CASE(login_killed_between_its_key_and_its_state_that_is_not_stored_leaves_the_earlier_key) {
  kill_before_the_state();
  probe = [](const Credential&) -> ProbeResult { throw Error(code::kResponseParse, "The response is empty."); };
  BOOST_TEST((resume()->outcome == Resumed::failed));
  BOOST_TEST(copies() == 1U);
  BOOST_TEST(directory.read("keys/acme.json") == R"({"dpop":"old"})");
  probe = [](const Credential&) { return verdict(ProbeResult::Verdict::rejected); };
  BOOST_TEST((resume()->outcome == Resumed::rejected));
  BOOST_TEST(directory.read("keys/acme.json") == R"({"dpop":"old"})");
  BOOST_TEST((keys_at_revocation == std::vector<std::string>{"new"}));
  BOOST_TEST(copies() == 0U);
}

BOOST_AUTO_TEST_CASE(logout_after_a_login_was_killed_between_its_key_and_its_state_revokes_each_with_its_own_key) {
  kill_before_the_state();
  logout({*store, registry, environment, cancel});
  BOOST_TEST((keys_at_revocation == std::vector<std::string>{"old", "new"}));
  BOOST_TEST(!std::filesystem::exists(directory.path() / "keys"));
}

BOOST_AUTO_TEST_CASE(login_cut_off_once_it_was_stored_revokes_with_the_old_key_and_drops_what_it_replaced) {
  store::KeySet old_keys, new_keys;
  old_keys.set("dpop", Secret("old"));
  new_keys.set("dpop", Secret("new"));
  {
    store::PendingLogin pending = store->begin_login();
    pending.keep("acme", json::Object{{"token", "new"}}, {}, new_keys);
    pending.keep_replaced({{{"providers.acme", {"acme"}}, json::Object{{"token", "old"}}, old_keys}});
    pending.leave();
  }
  write_later(R"({"providers":{"acme":{"token":"new"}}})");
  directory.make("keys");
  directory.write("keys/acme.json", R"({"dpop":"new"})");
  directory.write("keys/other.json", R"({"dpop":"of another login"})");
  acme.on_revoke = [this] { keys_at_revocation.push_back(store->keys.find("acme", "dpop")->reveal()); };
  BOOST_TEST((resume()->outcome == Resumed::stored_before));
  BOOST_TEST((keys_at_revocation == std::vector<std::string>{"old"}));
  BOOST_TEST(directory.read("keys/acme.json") == R"({"dpop":"new"})");
  BOOST_TEST(!std::filesystem::exists(directory.path() / "keys/other.json"));
}

BOOST_AUTO_TEST_CASE(canceled_login_leaves_the_keys_of_what_the_next_command_revokes) {
  write(R"({"oauth":{"token":"old"}})");
  directory.make("keys");
  directory.write("keys/oauth.json", R"({"dpop":"old"})");
  acme.on_resolve = [](const ProviderRequest& ask) {
    ProviderResult answer;
    answer.status = Status::ok;
    answer.source = "file";
    answer.headers.push_back({"authorization", Secret(ask.state.string_at("token"))});
    answer.refreshable = true;
    return answer;
  };
  probe = [](const Credential&) -> ProbeResult { throw canceled_error(); };
  BOOST_TEST((run("acme").outcome == Outcome::canceled_after_saving));
  BOOST_TEST(directory.read("keys/oauth.json") == R"({"dpop":"old"})");
  oauth.on_revoke = [this] { keys_at_revocation.push_back(store->keys.find("oauth", "dpop")->reveal()); };
  BOOST_TEST((resume()->outcome == Resumed::stored_before));
  BOOST_TEST((keys_at_revocation == std::vector<std::string>{"old"}));
  BOOST_TEST(!std::filesystem::exists(directory.path() / "keys"));
}

BOOST_AUTO_TEST_CASE(login_drops_all_caches_but_that_of_its_own_state) {
  const json::Value state = json::Object{{"token", "new"}, {"refresh", "r"}, {"until", kNow + 3600}};
  const store::CacheEntry entry{Secret("v"), kNow + 60};
  store->cache.put("oauth", {"any", "any"}, "k", entry);
  store->cache.put("acme", {provider::state_digest(state), "any"}, "k", entry);
  run("acme");
  BOOST_TEST(store->cache.has("acme"));
  BOOST_TEST(!store->cache.has("oauth"));
  acme.on_login = [](const ProviderRequest&) { return patch({{"token", "newer"}}); };
  run("acme");
  BOOST_TEST(!store->cache.has("acme"));
}

BOOST_AUTO_TEST_CASE(rejected_login_leaves_the_cache_of_the_stored_one_alone) {
  write(R"({"providers":{"acme":{"token":"old"}}})");
  const store::CacheEntry entry{Secret("v"), kNow + 60};
  const json::Value old = json::Object{{"token", "old"}};
  store->cache.put("acme", {provider::state_digest(old), "any"}, "k", entry);
  probe = [](const Credential&) { return verdict(ProbeResult::Verdict::rejected); };
  run("acme");
  BOOST_TEST(store->cache.has("acme"));
  probe = [&](const Credential&) {
    store->cache.put("acme", {"of the new state", "any"}, "k", entry);
    return verdict(ProbeResult::Verdict::rejected);
  };
  run("acme");
  BOOST_TEST(!store->cache.has("acme"));
}

BOOST_AUTO_TEST_CASE(variable_that_precedes_the_stored_credential_is_reported) {
  environment = MapEnvironment(std::map<std::string, std::string, std::less<>>{{"HEYGEN_API_KEY", "env-key"}});
  const LoginResult result = run("acme");
  BOOST_REQUIRE(result.shadowing.size() == 1U);
  BOOST_TEST(result.shadowing[0].variable == "HEYGEN_API_KEY");
  BOOST_TEST((result.shadowing[0].verdict == Verdict::used));
}

BOOST_AUTO_TEST_CASE(login_waits_for_a_refresh_and_clears_what_it_wrote) {
  write(R"({"providers":{"acme":{"token":"t","refresh":"r"}}})");
  std::future<void> refresh;
  probe = [&](const Credential&) {
    auto lock = std::make_shared<FileLock>(store->lock_refresh("providers.acme", std::chrono::seconds(1), cancel));
    refresh = std::async(std::launch::async, [this, lock]() mutable {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      store::CredentialStore other(directory.path(), clock);
      other.update([](store::CredentialsDocument& document) {
        document.set_state("acme", json::Object{{"token", "refreshed"}});
      });
      lock.reset();
    });
    return accepted;
  };
  run("apikey");
  refresh.get();
  BOOST_TEST(stored().find("refreshed") == std::string::npos);
  BOOST_REQUIRE(acme.revoked.size() == 1U);
  BOOST_TEST(acme.revoked[0].state.string_at("token") == "refreshed");
}

BOOST_AUTO_TEST_CASE(refresh_lock_that_cannot_be_had_does_not_cost_the_new_credential) {
  write(R"({"providers":{"acme":{"token":"t"}}})");
  std::filesystem::create_directory(directory.path() / "refresh-providers.acme.lock");
  BOOST_TEST((run("acme").outcome == Outcome::stored));
  BOOST_TEST(stored().find(R"("token":"new")") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
