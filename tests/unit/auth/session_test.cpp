// SPDX-License-Identifier: Apache-2.0
#include "core/auth/session.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <mutex>
#include <optional>
#include <thread>

#include "core/auth/login.hpp"
#include "fakes.hpp"

using namespace heygen;
using namespace heygen::auth;
using namespace heygen::auth::test;
using provider::ProviderRequest;
using provider::Reason;
using provider::Status;

namespace {

struct Fixture : Scenario {
  Fixture() : acme(registry.add("acme")) {}

  static std::string file(const std::string& state) {
    return R"({"keep":18446744073709551616,"providers":{"acme":)" + state + "}}";
  }
  static std::string state(const std::string& token, std::int64_t until) {
    return R"({"token":")" + token + R"(","refresh":"r","until":)" + std::to_string(until) + "}";
  }

  FakeProvider& acme;
  Resolver chain = resolver();
  Session session{chain, clock, terminal, cancel};
  /// As of the next command.
  CredentialLease obtain_anew() { return Session(chain, clock, terminal, cancel).obtain(request); }
  RequestInfo refused_with(provider::HeaderFields headers) const {
    RequestInfo refused = request;
    refused.refusal = std::move(headers);
    return refused;
  }
  /// Gives a signature of its own to each request, made with the stored token.
  void sign() {
    acme.on_resolve = [this](const ProviderRequest& ask) {
      provider::ProviderResult answer;
      answer.status = Status::ok;
      answer.refreshable = answer.this_request_only = true;
      answer.headers.push_back(
          {"Authorization", Secret(std::to_string(++signatures) + " of " + ask.state.string_at("token") + " for " +
                                   ask.method + " " + (ask.url.empty() ? ask.path : ask.url))});
      return answer;
    };
  }

  /// A credential of a variable, which nothing here can refresh.
  void come_from_elsewhere(std::int64_t until) {
    registry.entry("acme").manifest.ambient = true;
    acme.on_resolve = [until](const ProviderRequest&) {
      provider::ProviderResult answer;
      answer.status = Status::ok;
      answer.headers.push_back({"Authorization", Secret("Bearer t")});
      answer.expires_at = until;
      return answer;
    };
  }

  RequestInfo request{"GET", "/v3/videos"};
  int signatures = 0;
};

/// Tells when a wait begins.
class SignalingDate : public FakeDate {
 public:
  explicit SignalingDate(std::promise<void>& waits) : waits_(waits) {}
  bool wait(std::chrono::milliseconds pause, const Cancel& cancel) override {
    if (!std::exchange(signaled_, true)) waits_.set_value();
    return FakeDate::wait(pause, cancel);
  }

 private:
  std::promise<void>& waits_;
  bool signaled_ = false;
};

/// Ends the process, as SIGKILL does, where it waits.
class DeadlyDate : public FakeDate {
 public:
  bool wait(std::chrono::milliseconds, const Cancel&) override { _exit(0); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(session, Fixture)

BOOST_AUTO_TEST_CASE(a_credential_is_used_up_to_the_skew_and_not_beyond) {
  write(file(state("old", kNow + kSkewSeconds + 1)));
  BOOST_TEST(bearer(session.obtain(request).credential) == "Bearer old");

  write(file(state("old", kNow + kSkewSeconds)));
  acme.on_refresh = [](const ProviderRequest& ask) {
    BOOST_TEST((ask.reason == Reason::near_expiry));
    return refreshed("new");
  };
  const CredentialLease grant = obtain_anew();
  BOOST_TEST(bearer(grant.credential) == "Bearer new");
  BOOST_TEST(grant.refreshed);
}

BOOST_AUTO_TEST_CASE(an_unknown_expiry_counts_as_fresh) {
  write(file(R"({"token":"t"})"));
  BOOST_TEST(bearer(session.obtain(request).credential) == "Bearer t");
}

BOOST_AUTO_TEST_CASE(a_refresh_token_alone_is_refreshed_first) {
  write(file(R"({"refresh":"r"})"));
  acme.on_refresh = [](const ProviderRequest& ask) {
    BOOST_TEST((ask.reason == Reason::first_use));
    return refreshed("first");
  };
  BOOST_TEST(bearer(session.obtain(request).credential) == "Bearer first");
}

BOOST_AUTO_TEST_CASE(an_expired_credential_that_cannot_be_refreshed_asks_for_a_login) {
  write(file(R"({"token":"t","until":)" + std::to_string(kNow) + "}"));
  const Error error = error_of([&] { session.obtain(request); });
  BOOST_TEST((error.exit == Exit::auth));
  BOOST_TEST(error.hint.find("heygen auth login") != std::string::npos);
  BOOST_TEST(error.message() == "The stored Title of acme credential expired on 2023-11-14 22:13 UTC: login required.");
}

BOOST_AUTO_TEST_CASE(stored_credential_that_cannot_be_refreshed_asks_for_a_login_within_the_skew) {
  write(file(R"({"token":"t","until":)" + std::to_string(kNow + 50) + "}"));
  const Error error = error_of([&] { session.obtain(request); });
  BOOST_TEST(error.message().find("login required") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_comes_from_elsewhere_is_used_until_its_own_expiry) {
  come_from_elsewhere(kNow + 50);
  session.check(request);
  BOOST_TEST(bearer(session.obtain(request).credential) == "Bearer t");
  clock.time += 49;
  BOOST_TEST(session.obtain(request).kept);
  BOOST_TEST(acme.asked.size() == 1U);
  clock.time += 1;
  const Error error = error_of([&] { session.obtain(request); });
  BOOST_TEST(error.message().find("expired on") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(expired_credential_without_a_login_is_not_called_stored) {
  registry.entry("acme").manifest.ambient = true;
  acme.on_resolve = [](const ProviderRequest&) {
    provider::ProviderResult answer;
    answer.status = Status::ok;
    answer.headers.push_back({"Authorization", Secret("from a variable")});
    answer.expires_at = kNow;
    return answer;
  };
  const Error error = error_of([&] { session.obtain(request); });
  BOOST_TEST(error.message().starts_with("The Title of acme credential expired on"), error.message());
}

BOOST_AUTO_TEST_CASE(a_refresh_saves_what_changed_and_keeps_the_rest_to_the_digit) {
  write(file(R"({"token":"old","refresh":"r","until":5,"foreign":{"n":1.10}})"));
  acme.on_refresh = [](const ProviderRequest&) { return refreshed("new", kNow + 9); };
  session.obtain(request);
  BOOST_TEST(stored() == R"({"keep":18446744073709551616,"providers":{"acme":{"token":"new","refresh":"r","until":)" +
                             std::to_string(kNow + 9) + R"(,"foreign":{"n":1.10}}}})");
}

BOOST_AUTO_TEST_CASE(a_token_that_lives_shorter_than_the_skew_is_still_used_once) {
  write(file(state("old", 5)));
  acme.on_refresh = [](const ProviderRequest&) { return refreshed("brief", kNow + 10); };
  BOOST_TEST(bearer(session.obtain(request).credential) == "Bearer brief");
}

BOOST_AUTO_TEST_CASE(before_the_first_request_another_process_may_have_refreshed_already) {
  write(file(state("old", 5)));
  // The file changes between the first look and the look under the lock, as when another process held it.
  int looks = 0;
  acme.on_resolve = [&](const ProviderRequest& ask) {
    if (++looks == 1) write(file(state("theirs", kNow + 3600)));
    acme.on_resolve = nullptr;
    return acme.resolve(ask);
  };
  const CredentialLease grant = session.obtain(request);
  BOOST_TEST(bearer(grant.credential) == "Bearer theirs");
  BOOST_TEST(!grant.refreshed);
  BOOST_TEST(acme.refreshes == 0);
}

BOOST_AUTO_TEST_CASE(after_a_401_a_token_that_changed_in_the_file_is_used_and_no_provider_called) {
  write(file(state("sent", kNow + 3600)));
  const CredentialLease first = session.obtain(request);
  write(file(state("theirs", kNow + 3600)));
  const CredentialLease second = session.refresh(first.credential, request);
  BOOST_TEST(bearer(second.credential) == "Bearer theirs");
  BOOST_TEST(!second.refreshed);
}

BOOST_AUTO_TEST_CASE(after_a_401_the_same_token_is_refreshed_and_the_challenge_passed_on) {
  write(file(state("sent", kNow + 3600)));
  const CredentialLease first = session.obtain(request);
  acme.on_refresh = [](const ProviderRequest& ask) {
    BOOST_TEST((ask.reason == Reason::refused));
    BOOST_TEST(ask.www_authenticate == "Bearer error=\"invalid_token\"");
    return refreshed("new");
  };
  const CredentialLease second =
      session.refresh(first.credential, refused_with({{"www-authenticate", "Bearer error=\"invalid_token\""}}));
  BOOST_TEST(second.refreshed);
  BOOST_TEST(bearer(second.credential) == "Bearer new");
}

BOOST_AUTO_TEST_CASE(a_rejected_refresh_keeps_the_file_and_asks_for_a_login) {
  write(file(state("old", 5)));
  const std::string before = stored();
  acme.on_refresh = [](const ProviderRequest&) { return ended(Status::rejected, "invalid_grant"); };
  const Error error = error_of([&] { session.obtain(request); });
  BOOST_TEST((error.exit == Exit::auth));
  BOOST_TEST(error.hint.find("heygen auth login") != std::string::npos);
  BOOST_TEST(stored() == before);
}

BOOST_AUTO_TEST_CASE(a_rejected_refresh_is_not_believed_when_the_file_has_changed_meanwhile) {
  write(file(state("old", 5)));
  acme.on_refresh = [&](const ProviderRequest&) {
    write(file(state("theirs", kNow + 3600)));
    return ended(Status::rejected);
  };
  const CredentialLease grant = session.obtain(request);
  BOOST_TEST(bearer(grant.credential) == "Bearer theirs");
}

BOOST_AUTO_TEST_CASE(trouble_on_the_way_is_never_log_in_again) {
  write(file(state("old", 5)));
  const std::string before = stored();
  acme.on_refresh = [](const ProviderRequest&) { return ended(Status::transient, "The token endpoint answered 503."); };
  const Error error = error_of([&] { session.obtain(request); });
  BOOST_TEST(error.code == code::kNetwork);
  BOOST_TEST((error.exit == Exit::failure));
  BOOST_TEST(error.hint.find("auth login") == std::string::npos);
  BOOST_TEST(stored() == before);
}

BOOST_AUTO_TEST_CASE(when_saving_fails_the_call_continues_and_the_refreshed_credential_is_kept_in_a_copy) {
  write(file(state("old", 5)));
  acme.on_refresh = [&](const ProviderRequest&) {
    write("{ broken");
    return refreshed("s3cr3t");
  };
  BOOST_TEST(bearer(session.obtain(request).credential) == "Bearer s3cr3t");
  BOOST_REQUIRE(terminal.notices.size() == 1);
  BOOST_TEST(terminal.notices[0].find("kept in " + (directory / ".credentials.heygen-login-").string()) !=
             std::string::npos);
  const std::vector<store::PendingLogin> copies = store->take_interrupted_logins();
  BOOST_REQUIRE(copies.size() == 1U);
  BOOST_TEST(copies[0].patch().string_at("token") == "s3cr3t");
  BOOST_TEST(copies[0].refreshed()->string_at("token") == "old");
  BOOST_TEST(terminal.notices[0].find("s3cr3t") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(nothing_is_sent_while_the_lock_of_the_file_cannot_be_opened) {
  acme.on_refresh = [](const ProviderRequest&) { return refreshed("new"); };
  const std::filesystem::path lock = directory / "credentials.lock";
  const auto try_it = [&] {
    write(file(state("old", 5)));
    BOOST_TEST(error_of([&] { session.obtain(request); }).code == code::kFileIo);
    write(file(state("old", kNow + 40)));
    terminal.notices.clear();
    BOOST_TEST(bearer(session.obtain(request).credential) == "Bearer old");
    BOOST_TEST(terminal.notices.size() == 1U);
  };
  std::filesystem::create_directory(lock);
  try_it();
  std::filesystem::remove(lock);
  std::filesystem::create_symlink("nowhere", lock);
  try_it();
  BOOST_TEST(acme.refreshes == 0);
}

BOOST_AUTO_TEST_CASE(refreshed_credential_outlives_a_process_that_is_killed_before_it_is_stored) {
  write(file(state("old", 5)));
  const pid_t child = fork();
  if (child == 0) {
    DeadlyDate date;
    store::CredentialStore own(directory.path(), date);
    Resolver resolver(registry, own, environment, {});
    std::optional<FileLock> held;
    acme.on_refresh = [&](const ProviderRequest&) {
      held.emplace(lock_file(directory / "credentials.lock", std::chrono::seconds(1), clock, cancel));
      return refreshed("new");
    };
    Session(resolver, date, terminal, cancel).obtain(request);
    _exit(1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  BOOST_REQUIRE((WIFEXITED(status) && WEXITSTATUS(status) == 0));
  BOOST_TEST(stored().find(R"("token":"old")") != std::string::npos);

  const std::vector<ResumedLogin> resumed = resume_logins({*store, registry, environment, clock, cancel, {}});
  BOOST_REQUIRE(resumed.size() == 1U);
  BOOST_TEST((resumed[0].outcome == ResumedLogin::Outcome::stored));
  BOOST_TEST(stored().find(R"("token":"new")") != std::string::npos);
  BOOST_TEST(store->take_interrupted_logins().empty());
}

BOOST_AUTO_TEST_CASE(refresh_ahead_without_a_response_yet_delays_no_request_and_is_stored_at_the_end) {
  write(file(state("old", kNow + 30)));
  std::vector<std::optional<std::chrono::milliseconds>> wait_limit;
  acme.on_refresh = [&](const ProviderRequest& ask) {
    wait_limit.push_back(ask.wait_limit);
    provider::ProviderResult answer = ask.wait_limit ? ended(Status::transient, "No response yet.") : refreshed("new");
    answer.unfinished = ask.wait_limit.has_value();
    return answer;
  };
  for (int requests = 0; requests < 2; ++requests) {
    const CredentialLease lease = session.obtain(request);
    BOOST_TEST(bearer(lease.credential) == "Bearer old");
    BOOST_TEST(!lease.refreshed);
  }
  BOOST_TEST(acme.refreshes == 2);
  BOOST_TEST((wait_limit[1] == std::chrono::milliseconds::zero()));
  BOOST_REQUIRE(terminal.notices.size() == 1U);
  BOOST_TEST(terminal.notices[0].find("No response yet.") != std::string::npos);
  const auto lock = [&] { store->lock_refresh("providers.acme", std::chrono::milliseconds(0), cancel); };
  BOOST_TEST(error_of(lock).code == code::kTimeout);

  session.finish();
  BOOST_TEST(acme.refreshes == 3);
  BOOST_TEST(stored().find(R"("token":"new")") != std::string::npos);
  BOOST_TEST((wait_limit[0] == Session::kLongestDelay));
  BOOST_TEST(!wait_limit[2].has_value());
  lock();
  session.finish();
  BOOST_TEST(acme.refreshes == 3);
}

BOOST_AUTO_TEST_CASE(response_that_came_late_is_stored_before_the_next_request) {
  write(file(state("old", kNow + 30)));
  acme.on_refresh = [&](const ProviderRequest&) {
    provider::ProviderResult answer = acme.refreshes == 1 ? ended(Status::transient) : refreshed("new");
    answer.unfinished = acme.refreshes == 1;
    return answer;
  };
  BOOST_TEST(bearer(session.obtain(request).credential) == "Bearer old");
  BOOST_TEST(bearer(session.obtain(request).credential) == "Bearer new");
  BOOST_TEST(stored().find(R"("token":"new")") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(refresh_ahead_waits_half_of_the_life_that_is_left_at_most) {
  write(file(state("old", kNow + 4)));
  acme.on_refresh = [](const ProviderRequest& ask) {
    BOOST_TEST((ask.wait_limit == std::chrono::seconds(2)));
    return refreshed("new");
  };
  BOOST_TEST(bearer(session.obtain(request).credential) == "Bearer new");
  write(file(state("old", kNow)));
  acme.on_refresh = [](const ProviderRequest& ask) {
    BOOST_TEST(!ask.wait_limit.has_value());
    return refreshed("new");
  };
  BOOST_TEST(bearer(session.obtain(request).credential) == "Bearer new");
}

BOOST_AUTO_TEST_CASE(refresh_under_way_is_waited_for_once_its_token_is_refused_or_expires) {
  acme.on_refresh = [](const ProviderRequest& ask) {
    provider::ProviderResult answer = ask.wait_limit ? ended(Status::transient) : refreshed("new");
    answer.unfinished = ask.wait_limit.has_value();
    return answer;
  };
  write(file(state("old", kNow + 30)));
  const CredentialLease first = session.obtain(request);
  BOOST_TEST(bearer(session.refresh(first.credential, request).credential) == "Bearer new");
  BOOST_TEST(acme.refreshes == 2);

  write(file(state("old", kNow + 30)));
  Session next(chain, clock, terminal, cancel);
  next.obtain(request);
  clock.time += 30;
  BOOST_TEST(bearer(next.obtain(request).credential) == "Bearer new");
  BOOST_TEST(acme.refreshes == 4);
}

BOOST_AUTO_TEST_CASE(refresh_result_that_a_login_overtakes_is_revoked_and_the_login_used) {
  write(file(state("old", 5)));
  acme.on_refresh = [&](const ProviderRequest&) {
    write(file(state("other account", kNow + 3600)));
    return refreshed("late");
  };
  BOOST_TEST(bearer(session.obtain(request).credential) == "Bearer other account");
  BOOST_TEST(stored().find("late") == std::string::npos);
  BOOST_REQUIRE(acme.revoked.size() == 1U);
  BOOST_TEST((acme.revoked[0].reason == Reason::replaced));
  BOOST_TEST(acme.revoked[0].state.string_at("token") == "late");
}

BOOST_AUTO_TEST_CASE(refresh_result_that_a_logout_overtakes_is_revoked_and_not_used) {
  write(file(state("old", 5)));
  acme.on_refresh = [&](const ProviderRequest&) {
    write(R"({"keep":1})");
    return refreshed("late");
  };
  BOOST_TEST((error_of([&] { session.obtain(request); }).exit == Exit::auth));
  BOOST_TEST(stored() == R"({"keep":1})");
  BOOST_REQUIRE(acme.revoked.size() == 1U);
  BOOST_TEST(acme.revoked[0].state.string_at("token") == "late");
}

BOOST_AUTO_TEST_CASE(token_that_works_is_used_whatever_ends_its_refresh_ahead_of_time) {
  const auto try_it = [&] {
    terminal.notices.clear();
    const CredentialLease lease = session.obtain(request);
    BOOST_TEST(bearer(lease.credential) == "Bearer old");
    BOOST_TEST(!lease.refreshed);
    BOOST_REQUIRE(terminal.notices.size() == 1U);
    BOOST_TEST(terminal.notices[0].find("Warning: could not refresh") == 0U);
  };
  write(file(state("old", kNow + 40)));
  const std::string before = stored();
  for (const Status status : {Status::transient, Status::rejected, Status::broken, Status::usage, Status::internal}) {
    acme.on_refresh = [&](const ProviderRequest&) { return ended(status); };
    try_it();
  }
  BOOST_TEST(stored() == before);
  acme.on_refresh = nullptr;
  std::filesystem::remove(directory / "refresh-providers.acme.lock");
  std::filesystem::create_directory(directory / "refresh-providers.acme.lock");  // as where nothing may be written
  try_it();
}

BOOST_AUTO_TEST_CASE(token_past_its_expiry_is_not_used_when_its_refresh_fails) {
  write(file(state("old", kNow)));
  acme.on_refresh = [](const ProviderRequest&) { return ended(Status::transient); };
  BOOST_TEST(error_of([&] { session.obtain(request); }).code == code::kNetwork);
}

BOOST_AUTO_TEST_CASE(short_lived_token_is_refreshed_at_a_quarter_of_its_life_before_its_end) {
  constexpr std::int64_t kLife = 40;
  write(file(state("old", 5)));
  acme.on_refresh = [&](const ProviderRequest&) {
    return refreshed("brief " + std::to_string(clock.time), clock.time + kLife);
  };
  session.obtain(request);
  for (const std::int64_t age : {std::int64_t{0}, kLife / 2, kLife - kLife / 4 - 1}) {
    clock.time = kNow + age;
    Session next(chain, clock, terminal, cancel);
    BOOST_TEST(!next.obtain(request).refreshed, age);
  }
  BOOST_TEST(acme.refreshes == 1);
  clock.time = kNow + kLife - kLife / 4;
  BOOST_TEST(session.obtain(request).refreshed);
  BOOST_TEST(acme.refreshes == 2);
}

BOOST_AUTO_TEST_CASE(process_that_waited_for_a_failed_refresh_learns_why_and_sends_nothing) {
  write(file(state("old", 5)));
  std::promise<void> waits;
  SignalingDate waiting_clock(waits);
  std::thread waiter;
  std::optional<Error> learned;
  acme.on_refresh = [&](const ProviderRequest&) {
    // While this process has the lock, another one waits for it.
    waiter = std::thread([&] {
      FakeTerminal other_terminal;
      store::CredentialStore its_store(directory.path(), waiting_clock);
      Resolver its_chain(registry, its_store, environment, {});
      learned = error_of([&] { Session(its_chain, waiting_clock, other_terminal, cancel).obtain(request); });
    });
    waits.get_future().wait();
    provider::ProviderResult answer = ended(Status::transient, "The token endpoint answered 503.");
    answer.retry_after = 90;
    return answer;
  };
  BOOST_TEST(error_of([&] { session.obtain(request); }).code == code::kNetwork);
  waiter.join();
  BOOST_TEST(acme.refreshes == 1);
  BOOST_REQUIRE(learned.has_value());
  BOOST_TEST(learned->code == code::kNetwork);
  BOOST_TEST(learned->message().find("answered 503") != std::string::npos);
  BOOST_TEST(learned->retry_after.value_or(0) == 90);
}

BOOST_AUTO_TEST_CASE(failed_refresh_is_tried_again_by_a_later_command) {
  write(file(state("old", 5)));
  acme.on_refresh = [](const ProviderRequest&) { return ended(Status::transient); };
  error_of([&] { session.obtain(request); });
  acme.on_refresh = [](const ProviderRequest&) { return refreshed("new"); };
  BOOST_TEST(bearer(session.obtain(request).credential) == "Bearer new");
}

BOOST_AUTO_TEST_CASE(without_a_lock_nothing_is_refreshed) {
  write(file(state("old", 5)));
  std::filesystem::create_directory(directory / "refresh-providers.acme.lock");
  const Error error = error_of([&] { session.obtain(request); });
  BOOST_TEST(error.message().find("lock") != std::string::npos);
  BOOST_TEST(acme.refreshes == 0);
}

BOOST_AUTO_TEST_CASE(a_canceled_wait_for_the_lock_is_canceled) {
  write(file(state("old", 5)));
  Cancel other;
  const auto held = store->lock_refresh("providers.acme", std::chrono::seconds(1), other);
  cancel.request();
  BOOST_TEST(error_of([&] { session.obtain(request); }).code == code::kCanceled);
}

BOOST_AUTO_TEST_CASE(sixteen_threads_meet_one_expired_token_and_refresh_it_once) {
  write(file(state("old", 5)));
  std::mutex guard;
  acme.on_resolve = [&](const ProviderRequest& ask) {
    const std::lock_guard held(guard);
    provider::ProviderResult answer;
    answer.status = Status::ok;
    answer.refreshable = true;
    answer.headers.push_back({"Authorization", Secret("Bearer " + ask.state.string_at("token"))});
    answer.expires_at = ask.state.find("until")->to_int64();
    return answer;
  };
  acme.on_refresh = [](const ProviderRequest&) { return refreshed("once"); };
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      Resolver mine = resolver();
      Session one(mine, clock, terminal, cancel);
      if (one.obtain(request).credential.headers(kNow).front().value.reveal() == "Bearer once") ++good;
    });
  }
  for (std::thread& thread : threads) thread.join();
  BOOST_TEST(good == 16);
  BOOST_TEST(acme.refreshes == 1);
}

BOOST_AUTO_TEST_CASE(a_credential_is_asked_for_once_a_command_until_it_is_stale_or_refused) {
  write(file(R"({"token":"t","until":)" + std::to_string(kNow + 3600) + "}"));
  session.check({"GET", "/v3/videos?page=2"});
  for (const char* path : {"/v3/videos", "/v3/voices"}) {
    BOOST_TEST(bearer(session.obtain({"GET", path}).credential) == "Bearer t");
  }
  BOOST_TEST(acme.asked.size() == 1U);
  clock.time += 3600 - kSkewSeconds;
  write(file(state("next", kNow + 7200)));
  BOOST_TEST(session.obtain(request).credential.headers(clock.time).front().value.reveal() == "Bearer next");
  BOOST_TEST(acme.asked.size() == 2U);
  session.report(session.obtain(request).credential, request, 401);
  session.obtain(request);
  BOOST_TEST(acme.asked.size() == 3U);
}

BOOST_AUTO_TEST_CASE(refused_credential_that_cannot_be_refreshed_is_asked_for_again) {
  write(file(R"({"token":"old"})"));
  const CredentialLease first = session.obtain(request);
  BOOST_TEST(!first.kept);
  BOOST_TEST(session.obtain(request).kept);
  write(file(R"({"token":"new"})"));
  BOOST_TEST(bearer(session.refresh(first.credential, request).credential) == "Bearer new");
  BOOST_TEST(bearer(session.obtain(request).credential) == "Bearer new");
}

BOOST_AUTO_TEST_CASE(refreshed_credential_is_kept_until_it_is_stale_by_its_own_life) {
  constexpr std::int64_t kLife = 40;
  write(file(state("old", 5)));
  acme.on_refresh = [&](const ProviderRequest&) { return refreshed("brief", clock.time + kLife); };
  session.obtain(request);
  const std::size_t asked = acme.asked.size();
  clock.time += kLife - kLife / 4 - 1;
  BOOST_TEST(!session.obtain(request).refreshed);
  BOOST_TEST(acme.asked.size() == asked);
  clock.time += 1;
  BOOST_TEST(session.obtain(request).refreshed);
}

BOOST_AUTO_TEST_CASE(a_credential_for_one_request_is_asked_for_at_every_attempt) {
  write(file(R"({"token":"t"})"));
  sign();
  session.check(request);
  RequestInfo attempt{"GET", "/v3/videos", "https://api.test/v3/videos"};
  BOOST_TEST(bearer(session.obtain(attempt).credential) == "1 of t for GET /v3/videos");
  BOOST_TEST(bearer(session.obtain(attempt).credential) == "2 of t for GET https://api.test/v3/videos");
  session.check(request);
  attempt.body = "{}";
  BOOST_TEST(bearer(session.obtain(attempt).credential) == "4 of t for GET https://api.test/v3/videos");
  BOOST_TEST((acme.asked.back().body == "{}"));
}

BOOST_AUTO_TEST_CASE(refresh_by_another_is_judged_by_state_and_not_by_headers) {
  write(file(state("t", kNow + 3600)));
  sign();
  const CredentialLease first = session.obtain(request);
  acme.on_refresh = [](const ProviderRequest&) { return refreshed("new"); };
  const CredentialLease second = session.refresh(first.credential, request);
  BOOST_TEST(second.refreshed);
  BOOST_TEST(acme.refreshes == 1);

  write(file(state("theirs", kNow + 3600)));
  const CredentialLease third = session.refresh(second.credential, request);
  BOOST_TEST(!third.refreshed);
  BOOST_TEST(bearer(third.credential).find("of theirs") != std::string::npos);
  BOOST_TEST(acme.refreshes == 1);
}

BOOST_AUTO_TEST_CASE(state_that_changed_around_the_refused_token_does_not_prevent_its_refresh) {
  write(file(state("t", kNow + 3600)));
  const CredentialLease first = session.obtain(request);
  write(file(R"({"token":"t","refresh":"r","note":1})"));
  acme.on_refresh = [](const ProviderRequest&) { return refreshed("new"); };
  BOOST_TEST(session.refresh(first.credential, request).refreshed);
}

BOOST_AUTO_TEST_CASE(provider_without_a_header_after_its_refresh_is_named) {
  write(file(R"({"refresh":"r"})"));
  acme.on_refresh = [](const ProviderRequest&) { return ended(Status::ok); };
  const Error error = error_of([&] { session.obtain(request); });
  BOOST_TEST(error.code == code::kError);
  BOOST_TEST(error.message().find("Bug in provider `acme`") == 0U);
}

BOOST_AUTO_TEST_CASE(refresh_without_a_change_writes_nothing_and_resolves_again_with_the_refusal) {
  for (const std::string& content : {file(R"({"token":"t"})"), std::string()}) {
    if (content.empty()) std::filesystem::remove(directory / "credentials");
    registry.entry("acme").manifest.ambient = true;
    sign();
    if (!content.empty()) write(content);
    Session own(chain, clock, terminal, cancel);
    const CredentialLease first = own.obtain(request);
    acme.on_refresh = [&](const ProviderRequest& ask) {
      BOOST_TEST(ask.www_authenticate == "DPoP error=\"use_dpop_nonce\"");
      provider::ProviderResult answer;
      answer.status = Status::ok;
      return answer;
    };
    const RequestInfo refused =
        refused_with({{"WWW-Authenticate", "DPoP error=\"use_dpop_nonce\""}, {"DPoP-Nonce", "n"}});
    const CredentialLease second = own.refresh(first.credential, refused);
    BOOST_TEST(second.refreshed);
    BOOST_TEST(bearer(second.credential) != bearer(first.credential));
    BOOST_TEST((acme.asked.back().refusal == refused.refusal));
    BOOST_TEST(std::filesystem::exists(directory / "credentials") == !content.empty());
    if (!content.empty()) BOOST_TEST(directory.read("credentials") == content);
    BOOST_TEST(store->take_interrupted_logins().empty());
  }
}

BOOST_AUTO_TEST_CASE(a_credential_made_for_one_request_serves_no_other) {
  acme.on_resolve = [](const ProviderRequest& ask) {
    provider::ProviderResult answer;
    answer.status = Status::ok;
    answer.this_request_only = true;
    answer.headers.push_back({"Authorization", Secret("for " + ask.path)});
    return answer;
  };
  write(file(R"({"token":"t"})"));
  session.check({"GET", "/v3/voices"});
  BOOST_TEST(bearer(session.obtain(request).credential) == "for /v3/videos");
}

BOOST_AUTO_TEST_CASE(a_checked_credential_that_expires_before_its_use_is_refreshed) {
  write(file(state("old", kNow + kSkewSeconds + 1)));
  session.check(request);
  clock.time += 1;
  acme.on_refresh = [](const ProviderRequest&) { return refreshed("new"); };
  BOOST_TEST(bearer(session.obtain(request).credential) == "Bearer new");
}

BOOST_AUTO_TEST_CASE(the_provider_hears_what_the_server_made_of_its_credential) {
  write(file(state("t", kNow + 3600)));
  const CredentialLease grant = session.obtain(request);
  session.report(grant.credential, request, 200);
  session.report(grant.credential, request, 401);
  BOOST_TEST(acme.outcomes.at(200));
  BOOST_TEST(!acme.outcomes.at(401));
}

BOOST_AUTO_TEST_CASE(uses_and_refreshes_are_told_once_each) {
  std::vector<std::string> told;
  const auto tell = [&](const AuditEvent& event) {
    told.push_back(event.event + " " + event.outcome + " " + event.provider);
  };
  session.on_use = session.on_refresh = tell;
  write(file(state("old", kNow + kSkewSeconds + 1)));
  session.obtain(request);
  session.obtain({"GET", "/v3/voices"});
  BOOST_TEST(told == std::vector<std::string>{"use ok acme"});
  clock.time += 1;
  acme.on_refresh = [](const ProviderRequest&) { return refreshed("new"); };
  session.obtain(request);
  BOOST_TEST((told == std::vector<std::string>{"use ok acme", "refresh ok acme", "use ok acme"}));
  told.clear();
  write(file(state("spent", 5)));
  acme.on_refresh = [](const ProviderRequest&) { return ended(Status::rejected); };
  Session other(chain, clock, terminal, cancel);
  other.on_use = other.on_refresh = tell;
  error_of([&] { other.obtain(request); });
  BOOST_TEST(told == std::vector<std::string>{"refresh failed acme"});
}

BOOST_AUTO_TEST_CASE(a_signature_per_request_is_one_use) {
  int told = 0;
  session.on_use = [&](const AuditEvent&) { ++told; };
  sign();
  write(file(R"({"token":"t"})"));
  session.obtain(request);
  session.obtain(request);
  BOOST_TEST(told == 1);
}

BOOST_AUTO_TEST_CASE(a_use_that_cannot_be_recorded_does_not_happen) {
  session.on_use = [](const AuditEvent&) { throw Error(code::kError, "no log"); };
  write(file(R"({"token":"t"})"));
  BOOST_TEST(error_of([&] { session.obtain(request); }).message() == "no log");
  BOOST_TEST(error_of([&] { session.obtain(request); }).message() == "no log");
  BOOST_TEST((session.last() == nullptr));
}

BOOST_AUTO_TEST_SUITE_END()
