// SPDX-License-Identifier: Apache-2.0
#include "core/auth/logout.hpp"

#include <algorithm>
#include <thread>

#include "fakes.hpp"

using namespace heygen;
using namespace heygen::auth;
using namespace heygen::auth::test;
using provider::Status;
using Names = std::vector<std::string>;

namespace {

struct Fixture : Scenario {
  Fixture() : key(registry.add("apikey")), oauth(registry.add("oauth")), acme(registry.add("acme")) {
    registry.entry("acme").manifest.credential_env = {"ACME_TOKEN"};
    key.revocation = Status::unsupported;
  }
  LogoutResult run(const std::string& only = {}) { return logout({*store, registry, environment, cancel}, only); }
  static Names providers(const LogoutResult& result) {
    Names ids;
    for (const LogoutResult::Cleared& cleared : result.cleared) ids.push_back(cleared.provider);
    return ids;
  }

  FakeProvider &key, &oauth, &acme;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(logout_transaction, Fixture)

BOOST_AUTO_TEST_CASE(nothing_stored_clears_nothing_and_creates_nothing) {
  const LogoutResult result = run();
  BOOST_TEST(result.cleared.empty());
  BOOST_TEST(result.revoked + result.not_revoked == 0);
  BOOST_TEST(std::filesystem::is_empty(directory.path()));
}

BOOST_AUTO_TEST_CASE(key_and_tokens_are_both_cleared_and_the_tokens_revoked) {
  write(R"({"api_key":"k","oauth":{"token":"t"},"user":{"email":"e","theme":"dark"},"keep":1e400})");
  const LogoutResult result = run();
  BOOST_TEST((providers(result) == Names{"apikey", "oauth"}));
  BOOST_TEST(result.revoked == 1);
  BOOST_TEST(result.not_revoked == 0);
  BOOST_TEST((oauth.revoked.at(0).reason == provider::Reason::logout));
  BOOST_TEST(oauth.revoked.at(0).state.string_at("token") == "t");
  BOOST_TEST(stored() == R"({"keep":1e400})");
}

BOOST_AUTO_TEST_CASE(logout_of_one_provider_leaves_the_others) {
  write(R"({"api_key":"k","oauth":{"token":"t"},"providers":{"acme":{"token":"a"}},"user":{"email":"e"}})");
  for (const char* id : {"oauth", "acme"}) store->cache.put(id, {"s", "i"}, "k", {Secret("v"), kNow + 60});
  for (const char* id : {"oauth", "acme"}) {
    store->keys.create(id, "dpop", Secret("pem"));
    store->keys.save(id);
  }
  BOOST_TEST((providers(run("oauth")) == Names{"oauth"}));
  BOOST_TEST(oauth.revoked.size() == 1U);
  BOOST_TEST(acme.revoked.empty());
  BOOST_TEST(stored() == R"({"api_key":"k","providers":{"acme":{"token":"a"}},"user":{"email":"e"}})");
  BOOST_TEST(!store->cache.has("oauth"));
  BOOST_TEST(store->cache.has("acme"));
  BOOST_TEST(store->keys.stored("oauth").empty());
  BOOST_TEST(!store->keys.stored("acme").empty());
  BOOST_TEST(run("oauth").cleared.empty());
  run("apikey");
  BOOST_TEST((providers(run("acme")) == Names{"acme"}));
  BOOST_TEST(!std::filesystem::exists(store->path()));
}

BOOST_AUTO_TEST_CASE(caches_and_keys_of_all_providers_go_after_the_revocation) {
  write(R"({"providers":{"acme":{"token":"t"}}})");
  store->cache.put("acme", {"s", "i"}, "k", {Secret("v"), kNow + 60});
  store->cache.put("ambient", {"s", "i"}, "k", {Secret("v"), kNow + 60});
  store->keys.create("acme", "dpop", Secret("pem"));
  store->keys.save("acme");
  store->keys.forget("acme");
  acme.on_revoke = [&] { BOOST_TEST(store->keys.find("acme", "dpop").has_value()); };
  run();
  BOOST_TEST(acme.revoked.size() == 1U);
  BOOST_TEST(!std::filesystem::exists(directory.path() / "cache"));
  BOOST_TEST(!std::filesystem::exists(directory.path() / "keys"));
}

BOOST_AUTO_TEST_CASE(cache_goes_although_nothing_is_stored_or_the_file_is_unreadable) {
  store->cache.put("ambient", {"s", "i"}, "k", {Secret("v"), kNow + 60});
  run();
  BOOST_TEST(std::filesystem::is_empty(directory.path()));
  store->cache.put("ambient", {"s", "i"}, "k", {Secret("v"), kNow + 60});
  write("{");
  BOOST_CHECK_THROW(run(), store::Unreadable);
  BOOST_TEST(!store->cache.has("ambient"));
}

BOOST_AUTO_TEST_CASE(interrupted_login_is_revoked_with_its_own_key) {
  store->keys.create("acme", "dpop", Secret("new"));
  {
    store::PendingLogin pending = store->begin_login();
    pending.keep("acme", json::Object{{"token", "new"}}, {}, store->keys.created("acme"));
    pending.leave();
  }
  store->keys.forget("acme");
  acme.on_revoke = [&] { BOOST_TEST(store->keys.find("acme", "dpop")->reveal() == "new"); };
  run();
  BOOST_TEST(acme.revoked.size() == 1U);
  BOOST_TEST(!store->keys.find("acme", "dpop").has_value());
}

BOOST_AUTO_TEST_CASE(credential_of_a_missing_provider_is_cleared_without_revocation) {
  write(R"({"providers":{"gone":{"x":1}}})");
  const LogoutResult result = run();
  BOOST_TEST((providers(result) == Names{"gone"}));
  BOOST_TEST((result.cleared[0].revocation == Revocation::no_provider));
  BOOST_TEST(result.revoked + result.not_revoked == 0);
  BOOST_TEST(!std::filesystem::exists(directory.path() / "credentials"));
}

BOOST_AUTO_TEST_CASE(empty_values_are_removed_but_were_no_credential) {
  write(R"({"providers":{"vault":{"t":""}}})");
  BOOST_TEST(run().cleared.empty());
  BOOST_TEST(!std::filesystem::exists(directory.path() / "credentials"));
}

BOOST_AUTO_TEST_CASE(failed_revocation_deletes_the_credential_all_the_same) {
  write(R"({"oauth":{"token":"t"}})");
  oauth.revocation = Status::transient;
  const LogoutResult result = run();
  BOOST_TEST(result.not_revoked == 1);
  BOOST_TEST((providers(result) == Names{"oauth"}));
  BOOST_TEST(!std::filesystem::exists(directory.path() / "credentials"));
}

BOOST_AUTO_TEST_CASE(credential_that_its_provider_cannot_use_is_not_asked_about) {
  for (const Status status : {Status::broken, Status::usage}) {
    write(R"({"oauth":{"token":"t"}})");
    oauth.revocation = status;
    const LogoutResult result = run();
    BOOST_TEST(result.revoked + result.not_revoked == 0);
    BOOST_REQUIRE(result.cleared.size() == 1U);
    BOOST_TEST((result.cleared[0].revocation == Revocation::not_asked));
    BOOST_TEST(!result.cleared[0].why.empty());
    BOOST_TEST(!std::filesystem::exists(directory.path() / "credentials"));
  }
}

BOOST_AUTO_TEST_CASE(server_is_asked_once_the_request_that_revokes_is_sent) {
  const std::pair<provider::Sent, Revocation> cases[] = {{provider::Sent::nothing, Revocation::failed},
                                                         {provider::Sent::reads, Revocation::not_asked},
                                                         {provider::Sent::changes, Revocation::failed}};
  for (const auto& [sent, revocation] : cases) {
    write(R"({"oauth":{"token":"t"}})");
    oauth.revocation = Status::transient;
    oauth.sent_by_revocation = sent;
    BOOST_TEST((run().cleared.at(0).revocation == revocation));
  }
}

BOOST_AUTO_TEST_CASE(refused_provider_is_not_asked_to_revoke) {
  write(R"({"oauth":{"token":"t"}})");
  registry.entry("oauth").state = provider::ProviderState::refused;
  const LogoutResult result = run();
  BOOST_TEST(oauth.revoked.empty());
  BOOST_TEST(result.revoked + result.not_revoked == 0);
  BOOST_TEST((providers(result) == Names{"oauth"}));
}

BOOST_AUTO_TEST_CASE(file_that_cannot_be_read_is_left_as_it_is) {
  write("{broken");
  BOOST_CHECK_THROW(run(), store::Unreadable);
  BOOST_TEST(std::filesystem::file_size(directory.path() / "credentials") == 7U);
}

BOOST_AUTO_TEST_CASE(file_that_cannot_be_written_is_an_error) {
  write(R"({"api_key":"k"})");
  std::filesystem::create_directory(directory.path() / "credentials.lock");
  BOOST_CHECK_EXCEPTION(run(), Error, [](const Error& error) { return error.code == code::kFileIo; });
  BOOST_TEST(stored() == R"({"api_key":"k"})");
}

BOOST_AUTO_TEST_CASE(error_of_a_file_that_cannot_be_written_says_what_was_revoked) {
  std::filesystem::create_directory(directory.path() / "credentials.lock");
  std::filesystem::create_directory(directory.path() / "refresh-oauth.lock");
  write(R"({"oauth":{"token":"t"}})");
  const auto message = [&] { return error_of([&] { run(); }).message(); };
  BOOST_TEST(message().find("The credential is revoked, but it is still in the file. Could not") == 0U);
  oauth.revocation = Status::transient;
  BOOST_TEST(message().find("The server did not confirm that the credential is revoked, and it is still") == 0U);
  registry.entry("oauth").state = provider::ProviderState::refused;
  BOOST_TEST(message().find("No server was asked to revoke the credential, and it is still in the file.") == 0U);
}

BOOST_AUTO_TEST_CASE(interrupted_login_is_revoked_and_removed) {
  store::PendingLogin pending = store->begin_login();
  pending.keep("acme", json::Object{{"token", "pending"}});
  pending.leave();
  { const store::PendingLogin gone = std::move(pending); }
  const LogoutResult result = run();
  BOOST_TEST(result.revoked == 1);
  BOOST_REQUIRE(acme.revoked.size() == 1U);
  BOOST_TEST(acme.revoked[0].state.string_at("token") == "pending");
  BOOST_TEST(store->take_interrupted_logins().empty());
}

BOOST_AUTO_TEST_CASE(every_interrupted_login_is_told_with_what_became_of_it) {
  for (const char* id : {"acme", "gone"}) {
    store::PendingLogin pending = store->begin_login();
    pending.keep(id, json::Object{{"token", id}});
    pending.leave();
  }
  const LogoutResult result = run();
  BOOST_REQUIRE(result.interrupted.size() == 2U);
  for (const LogoutResult::Interrupted& one : result.interrupted) {
    const bool installed = one.provider == "acme";
    BOOST_TEST((one.revocation == (installed ? Revocation::confirmed : Revocation::no_provider)));
    BOOST_TEST(one.left.empty());
  }
  BOOST_TEST(store->take_interrupted_logins().empty());
}

BOOST_AUTO_TEST_CASE(cancellation_during_revocation_deletes_the_credential_all_the_same) {
  write(R"({"api_key":"k"})");
  cancel.request();
  const LogoutResult result = run();
  BOOST_TEST(result.canceled);
  BOOST_TEST(!std::filesystem::exists(directory.path() / "credentials"));
}

BOOST_AUTO_TEST_CASE(cancellation_while_a_refresh_is_awaited_changes_nothing) {
  write(R"({"oauth":{"token":"t"}})");
  const Cancel never;
  const FileLock refresh = store->lock_refresh("oauth", std::chrono::seconds(1), never);
  cancel.request();
  BOOST_CHECK_EXCEPTION(run(), Error, [](const Error& error) { return error.code == code::kCanceled; });
  BOOST_TEST(stored() == R"({"oauth":{"token":"t"}})");
  BOOST_TEST(oauth.revoked.empty());
}

BOOST_AUTO_TEST_CASE(logout_waits_for_a_refresh_and_revokes_what_it_wrote) {
  write(R"({"oauth":{"token":"old"}})");
  auto refresh = std::make_unique<FileLock>(store->lock_refresh("oauth", std::chrono::seconds(1), cancel));
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    write(R"({"oauth":{"token":"refreshed"}})");
    refresh.reset();
  });
  run();
  other.join();
  BOOST_REQUIRE(oauth.revoked.size() == 1U);
  BOOST_TEST(oauth.revoked[0].state.string_at("token") == "refreshed");
}

BOOST_AUTO_TEST_CASE(credential_of_the_environment_is_still_used) {
  environment = MapEnvironment(std::map<std::string, std::string, std::less<>>{{"ACME_TOKEN", "t"}});
  acme.on_resolve = [](const provider::ProviderRequest&) {
    provider::ProviderResult answer;
    answer.status = Status::ok;
    answer.source = "env";
    answer.headers.push_back({"Authorization", Secret("t")});
    return answer;
  };
  const LogoutResult result = run();
  BOOST_REQUIRE(result.still_used.has_value());
  BOOST_TEST(result.still_used->variable == "ACME_TOKEN");
}

BOOST_AUTO_TEST_SUITE_END()
