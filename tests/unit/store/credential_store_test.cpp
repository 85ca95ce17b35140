// SPDX-License-Identifier: Apache-2.0
#include "core/store/credential_store.hpp"
#include "core/json/write.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "core/base/atomic_file.hpp"
#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/error.hpp"
#include "tests/support/clock.hpp"
#include "tests/support/error.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace heygen;
using namespace heygen::store;
namespace fs = std::filesystem;

namespace {

using Shape = CredentialsDocument::Shape;

/// update() of members that no rule of the document concerns.
void update(CredentialStore& store, const std::function<void(json::Value& root)>& change) {
  store.update([&](CredentialsDocument& document) {
    json::Value root = document.root();
    change(root);
    document = CredentialsDocument(root);
  });
}

struct Fixture {
  void write(const std::string& text) const { directory.write("credentials", text); }
  std::string read() const { return directory.read("credentials"); }
  mode_t mode(const std::string& name) const {
    struct stat about {};
    stat((path / name).c_str(), &about);
    return about.st_mode & 07777;
  }

  test::TemporaryDirectory directory;
  fs::path path = directory.path();
  test::FakeClock clock;
  CredentialStore store{path, clock};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(credential_store, Fixture)

BOOST_AUTO_TEST_CASE(no_file_is_an_empty_document_and_creates_nothing) {
  CredentialStore elsewhere(path / "not-there", clock);
  BOOST_TEST((elsewhere.read().shape() == Shape::absent));
  update(elsewhere, [](json::Value&) {});
  BOOST_TEST(!fs::exists(path / "not-there"));
}

BOOST_AUTO_TEST_CASE(a_blank_file_is_empty_and_a_plain_line_is_a_key) {
  write(" \n");
  BOOST_TEST((store.read().shape() == Shape::blank));
  write("  hg_legacy \n");
  BOOST_TEST((store.read().shape() == Shape::plain_key));
  BOOST_TEST(store.read().root().string_at("api_key") == "hg_legacy");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_understood_is_refused_and_stays_as_it_is) {
  for (const std::string text : {"{not json", "[\"hg_arr\"]", "\"hg_str\"", "two\nlines", "{\"a\":1} x", "k\x01y"}) {
    write(text);
    BOOST_CHECK_THROW(store.read(), Unreadable);
    BOOST_CHECK_THROW(update(store, [](json::Value& root) { root.set("api_key", "new"); }), Unreadable);
    BOOST_TEST(read() == text);
  }
}

BOOST_AUTO_TEST_CASE(a_directory_a_pipe_or_a_huge_file_in_its_place_is_refused_at_once) {
  fs::create_directory(path / "credentials");
  BOOST_CHECK_THROW(store.read(), Unreadable);
  fs::remove(path / "credentials");
  BOOST_REQUIRE(mkfifo((path / "credentials").c_str(), 0600) == 0);
  BOOST_CHECK_THROW(store.read(), Unreadable);
  fs::remove(path / "credentials");
  write(std::string((1U << 20U) + 1, 'x'));
  BOOST_CHECK_THROW(store.read(), Unreadable);
}

BOOST_AUTO_TEST_CASE(a_refusal_never_quotes_the_content) {
  write("{\"api_key\": \"hg_secret\", ");
  try {
    store.read();
    BOOST_FAIL("read a malformed file");
  } catch (const Unreadable& error) {
    BOOST_TEST(std::string(error.what()).find("hg_secret") == std::string::npos);
    BOOST_TEST(std::string(error.what()).find((path / "credentials").string()) != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(unknown_keys_survive_at_every_level_to_the_last_digit) {
  write(R"({"schema":18446744073709551616,"oauth":{"access_token":"a","x":{"n":1.10,"e":1e400}},"z":[-0,null,"é"]})");
  update(store, [](json::Value& root) { root.find("oauth")->set("access_token", "b"); });
  const json::Value root = store.read().root();
  BOOST_TEST(
      json::write(root) ==
      R"({"schema":18446744073709551616,"oauth":{"access_token":"b","x":{"n":1.10,"e":1e400}},"z":[-0,null,"é"]})");
}

BOOST_AUTO_TEST_CASE(a_write_is_private_and_leaves_no_other_file_than_the_lock) {
  const fs::path fresh = path / "new" / "cfg";
  CredentialStore store_there(fresh, clock);
  update(store_there, [](json::Value& root) { root.set("api_key", "k"); });
  struct stat about {};
  BOOST_REQUIRE(stat(fresh.c_str(), &about) == 0);
  BOOST_TEST((about.st_mode & 07777) == 0700U);
  BOOST_REQUIRE(stat((fresh / "credentials").c_str(), &about) == 0);
  BOOST_TEST((about.st_mode & 07777) == 0600U);
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(fresh)) names.insert(entry.path().filename().string());
  BOOST_TEST((names == std::set<std::string>{"credentials", "credentials.lock"}));
}

BOOST_AUTO_TEST_CASE(a_loose_mode_is_tightened_and_a_plain_key_becomes_json_by_the_next_write) {
  write("hg_old\n");
  chmod((path / "credentials").c_str(), 0644);
  update(store, [](json::Value& root) { root.set("team", 1); });
  BOOST_TEST(mode("credentials") == 0600U);
  BOOST_TEST(json::write(store.read().root()) == R"({"api_key":"hg_old","team":1})");
}

BOOST_AUTO_TEST_CASE(a_file_left_empty_is_removed) {
  write(R"({"api_key":"k"})");
  update(store, [](json::Value& root) { root.erase("api_key"); });
  BOOST_TEST(!fs::exists(path / "credentials"));
}

BOOST_AUTO_TEST_CASE(a_symbolic_link_stays_one) {
  fs::create_directory(path / "real");
  std::ofstream(path / "real" / "creds") << R"({"a":1})";
  fs::create_symlink(path / "real" / "creds", path / "credentials");
  update(store, [](json::Value& root) { root.set("b", 2); });
  BOOST_TEST(fs::is_symlink(path / "credentials"));
  BOOST_TEST(json::write(store.read().root()) == R"({"a":1,"b":2})");
}

BOOST_AUTO_TEST_CASE(what_a_symbolic_link_points_at_is_emptied_and_filled_again) {
  fs::create_directory(path / "real");
  std::ofstream(path / "real" / "creds") << R"({"api_key":"secret"})";
  fs::create_symlink("real/creds", path / "credentials");
  update(store, [](json::Value& root) { root.erase("api_key"); });
  BOOST_TEST(!fs::exists(path / "real" / "creds"));
  BOOST_TEST((store.read().shape() == Shape::absent));
  update(store, [](json::Value& root) { root.set("api_key", "next"); });
  BOOST_TEST(fs::is_symlink(path / "credentials"));
  BOOST_TEST(fs::exists(path / "real" / "creds"));
}

BOOST_AUTO_TEST_CASE(what_a_killed_writer_left_goes_with_the_next_write) {
  std::ofstream(path / ".credentials.heygen-tmp-12-AbC123") << "{\"api_";
  std::ofstream(path / ".credentials.heygen-old-12-AbC123") << "{}";
  std::ofstream(path / ".credentials.backup") << "not ours";
  update(store, [](json::Value& root) { root.set("api_key", "k"); });
  BOOST_TEST(!fs::exists(path / ".credentials.heygen-tmp-12-AbC123"));
  BOOST_TEST(!fs::exists(path / ".credentials.heygen-old-12-AbC123"));
  BOOST_TEST(fs::exists(path / ".credentials.backup"));
}

BOOST_AUTO_TEST_CASE(leftovers_go_also_when_nothing_is_written_and_no_other_file_does) {
  for (const std::string name :
       {"old", "AbC123", "old-AbC123", "old-backup", "backup", "BACKUP", "Backup", "202611", "Copy01", "mine.1",
        "tmp-AbC12", "tmp-x-AbC123", "login-backup", "login-12-backups", "tmp-backup", "tmp--AbC123"})
    std::ofstream(path / (".credentials.heygen-" + name)) << "not ours";
  BOOST_REQUIRE(mkfifo((path / ".credentials.heygen-tmp-12-AbC123").c_str(), 0600) == 0);
  const auto files = [&] { return std::distance(fs::directory_iterator(path), fs::directory_iterator{}); };
  const auto foreign = files();
  update(store, [](json::Value&) {});
  BOOST_TEST(files() == foreign);
  std::ofstream(path / ".credentials.heygen-tmp-4711-abcdef") << "{\"api_";
  update(store, [](json::Value&) {});
  BOOST_TEST(!fs::exists(path / ".credentials.heygen-tmp-4711-abcdef"));
  BOOST_TEST(store.take_interrupted_logins().empty());
  fs::remove(path / "credentials.lock");
  BOOST_TEST(files() == foreign);
}

/// Whether `attempt`, made by a user other than root, throws an error of a file; empty when only root can arrange that.
std::optional<bool> fails_for_another_user(const std::function<void()>& attempt) {
  constexpr uid_t kOtherUser = 65534;
  constexpr int kOther = 2;
  if (geteuid() != 0) return {};
  const pid_t child = fork();
  if (child == 0) {
    int result = setresuid(kOtherUser, kOtherUser, kOtherUser) == 0 ? 0 : kOther;
    try {
      attempt();
    } catch (const Error& error) {
      result = error.code == code::kFileIo ? 1 : kOther;
    }
    _exit(result);
  }
  int status = 0;
  waitpid(child, &status, 0);
  BOOST_REQUIRE((WIFEXITED(status) && WEXITSTATUS(status) != kOther));
  return WEXITSTATUS(status) == 1;
}

BOOST_AUTO_TEST_CASE(another_users_file_in_a_sticky_directory_is_written_in_place_or_refused_beforehand) {
  write("before");
  BOOST_REQUIRE(chmod(path.c_str(), 01777) == 0);
  BOOST_REQUIRE(chmod((path / "credentials").c_str(), 0666) == 0);
  const auto replaced = fails_for_another_user([&] { FileReplacement(path / "credentials").commit("after"); });
  if (!replaced) return;
  BOOST_TEST(!*replaced);
  BOOST_TEST(read() == "after");
  BOOST_REQUIRE(chmod((path / "credentials").c_str(), 0644) == 0);
  BOOST_TEST(*fails_for_another_user([&] { const FileReplacement room(path / "credentials"); }));
  BOOST_TEST(std::distance(fs::directory_iterator(path), fs::directory_iterator{}) == 1);
}

BOOST_AUTO_TEST_CASE(hard_linked_file_keeps_its_links_and_is_emptied_rather_than_removed) {
  write(R"({"api_key":"k"})");
  fs::create_directory(path / "other");
  fs::create_hard_link(path / "credentials", path / "other" / "credentials");
  CredentialStore other(path / "other", clock);
  update(store, [](json::Value& root) { root.set("api_key", "next"); });
  BOOST_TEST(other.read().root().string_at("api_key") == "next");
  BOOST_TEST(fs::hard_link_count(path / "credentials") == 2U);
  std::unique_ptr<FileReplacement> room = other.reserve();
  other.update(
      [](CredentialsDocument& document) {
        document.set_state("apikey", json::Object{{"api_key", "third"}});
      },
      std::move(room));
  BOOST_TEST(store.read().root().string_at("api_key") == "third");
  update(other, [](json::Value& root) { root.erase("api_key"); });
  BOOST_TEST((store.read().shape() == Shape::blank));
  for (const fs::path& directory_of_it : {path, path / "other"})
    for (const auto& entry : fs::directory_iterator(directory_of_it))
      BOOST_TEST(!entry.path().filename().string().starts_with("."));
}

BOOST_AUTO_TEST_CASE(directories_with_one_hard_linked_file_exclude_each_other) {
  write(R"({"oauth":{"t":"x"}})");
  fs::create_directory(path / "other");
  fs::create_hard_link(path / "credentials", path / "other" / "credentials");
  CredentialStore other(path / "other", clock);
  Cancel cancel;
  {
    const RefreshLock held = store.lock_refresh("oauth", std::chrono::seconds(1), cancel);
    BOOST_TEST(test::error_of([&] { other.lock_refresh("oauth", std::chrono::seconds(1), cancel); }).code ==
               code::kTimeout);
  }
  BOOST_CHECK_NO_THROW(other.lock_refresh("oauth", std::chrono::seconds(1), cancel));
}

BOOST_AUTO_TEST_CASE(writable_file_in_a_directory_that_is_not_is_written_with_its_locks_elsewhere) {
  write(R"({"api_key":"k"})");
  const fs::path state = path / "state";
  fs::create_directory(state);
  BOOST_REQUIRE(chmod((path / "credentials").c_str(), 0666) == 0);
  BOOST_REQUIRE(chmod(state.c_str(), 0777) == 0);
  BOOST_REQUIRE(chmod(path.c_str(), 0755) == 0);
  const auto change = [&](std::vector<fs::path> fallbacks) {
    return fails_for_another_user([&] {
      CredentialStore there(path, clock, std::move(fallbacks));
      Cancel cancel;
      const RefreshLock lock = there.lock_refresh("oauth", std::chrono::seconds(1), cancel);
      const PendingLogin pending = there.begin_login();
      update(there, [](json::Value& root) { root.set("api_key", "next"); });
    });
  };
  const auto refused = change({});
  if (!refused) return;
  BOOST_TEST(*refused);
  BOOST_TEST(read() == R"({"api_key":"k"})");
  BOOST_TEST(!*change({path / "missing", state}));
  BOOST_TEST(store.read().root().string_at("api_key") == "next");
  for (const auto& entry : fs::recursive_directory_iterator(state))
    BOOST_TEST(!entry.path().filename().string().starts_with("."));
}

BOOST_AUTO_TEST_CASE(keys_and_caches_of_a_directory_that_cannot_be_written_are_where_its_locks_are) {
  const fs::path state = path / "state";
  const auto as_another_user = [&](const std::function<void(CredentialStore&)>& attempt) {
    return fails_for_another_user([&] {
      CredentialStore there(path, clock, {state});
      attempt(there);
    });
  };
  const auto require = [](bool holds) {  // in a process of its own
    if (!holds) throw Error(code::kError, "not as expected");
  };
  const auto save_key = [](CredentialStore& there, const std::string& key) {
    there.keys.create("acme", "dpop", Secret(key));
    there.keys.save("acme");
    there.keys.forget("acme");
  };
  const auto key_here = [&] {
    const auto key = CredentialStore(path, clock, {state}).keys.find("acme", "dpop");
    return key ? key->reveal() : "";
  };
  write(R"({"api_key":"k"})");
  save_key(store, "old");
  fs::create_directory(state);
  for (const auto& [file, mode] : {std::pair<fs::path, mode_t>{path / "credentials", 0666},
                                   {state, 0777},
                                   {path, 0755},
                                   {path / "keys", 0755},
                                   {path / "keys/acme.json", 0644}})
    BOOST_REQUIRE(chmod(file.c_str(), mode) == 0);

  const auto refused = as_another_user([&](CredentialStore& there) {
    require(there.keys.find("acme", "dpop")->reveal() == "old");
    require(there.cache.put("acme", {"s", "i"}, "k", {Secret("v"), clock.now() + 60}).problem.empty());
    save_key(there, "new");
    require(there.keys.find("acme", "dpop")->reveal() == "new");
  });
  if (!refused) return;
  BOOST_TEST(!*refused);
  BOOST_TEST(test::read_file(path / "keys/acme.json") == R"({"dpop":"old"})");
  BOOST_TEST(key_here() == "new");
  BOOST_TEST(!*as_another_user([&](CredentialStore& there) {
    there.keys.restore("acme", {});
    require(!there.keys.find("acme", "dpop").has_value());
  }));
  BOOST_TEST(key_here().empty());

  CredentialStore writable(path, clock, {state});
  save_key(writable, "last");
  BOOST_TEST(test::read_file(path / "keys/acme.json") == R"({"dpop":"last"})");
  BOOST_TEST(writable.cache.has("acme"));
  BOOST_TEST(writable.cache.remove_all().empty());
  BOOST_TEST(writable.keys.remove_all().empty());
  for (const auto& entry : fs::recursive_directory_iterator(path)) BOOST_TEST(entry.path().extension() != ".json");
}

BOOST_AUTO_TEST_CASE(nothing_is_reserved_where_the_lock_for_writers_cannot_be_opened) {
  const fs::path lock = path / "credentials.lock";
  fs::create_directory(lock);
  const Error error = test::error_of([&] { store.reserve(); });
  BOOST_TEST(error.code == code::kFileIo);
  BOOST_TEST(error.hint.find("move it away") != std::string::npos);
  fs::remove(lock);
  fs::create_symlink("nowhere", lock);
  BOOST_TEST(test::error_of([&] { store.reserve(); }).code == code::kFileIo);
  fs::remove(lock);
  Cancel cancel;
  const FileLock held = lock_file(lock, std::chrono::seconds(1), clock, cancel);
  BOOST_TEST((store.reserve() != nullptr));  // it waits for no lock
}

BOOST_AUTO_TEST_CASE(a_full_disk_leaves_the_old_file_and_no_other) {
  write(R"({"api_key":"old"})");
  const pid_t child = fork();
  if (child == 0) {  // a file size limit imitates a full disk; it must not limit the test runner itself
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{4, 4};
    setrlimit(RLIMIT_FSIZE, &limit);
    int result = 1;
    try {
      update(store, [](json::Value& root) { root.set("api_key", "new and longer"); });
    } catch (const Error& error) {
      result = error.code == code::kFileIo && !error.hint.empty() ? 0 : 2;
    }
    _exit(result);
  }
  int status = 0;
  waitpid(child, &status, 0);
  BOOST_TEST((WIFEXITED(status) && WEXITSTATUS(status) == 0));
  BOOST_TEST(read() == R"({"api_key":"old"})");
  for (const auto& entry : fs::directory_iterator(path)) {
    BOOST_TEST(!entry.path().filename().string().starts_with(".credentials."));
  }
}

BOOST_AUTO_TEST_CASE(a_second_lock_waits_until_its_deadline_and_says_so) {
  Cancel cancel;
  const auto held = store.lock_refresh("oauth", std::chrono::seconds(1), cancel);
  const Error error = test::error_of([&] { store.lock_refresh("oauth", std::chrono::seconds(45), cancel); });
  BOOST_TEST(error.code == code::kTimeout);
  BOOST_TEST((error.exit == Exit::timeout));
  BOOST_TEST(clock.monotonic().count() >= 45'000);
  BOOST_CHECK_NO_THROW(store.lock_refresh("other", std::chrono::seconds(1), cancel));
}

BOOST_AUTO_TEST_CASE(a_waiting_lock_tells_the_time_left_at_once_each_second_and_its_end) {
  Cancel cancel;
  const auto held = store.lock_refresh("oauth", std::chrono::seconds(1), cancel);
  std::vector<std::int64_t> left;
  store.on_lock_wait = [&](std::chrono::milliseconds time) { left.push_back(time.count()); };
  test::error_of([&] { store.lock_refresh("oauth", std::chrono::seconds(3), cancel); });
  BOOST_REQUIRE(left.size() == 4U);
  BOOST_TEST(left[0] == 3'000);
  BOOST_TEST((left[1] <= 2'000 && left[1] > 1'900));
  BOOST_TEST(left[2] <= 1'000);
  BOOST_TEST(left[3] == 0);
  left.clear();
  BOOST_CHECK_NO_THROW(store.lock_refresh("other", std::chrono::seconds(1), cancel));
  BOOST_TEST(left.empty());
}

BOOST_AUTO_TEST_CASE(a_waiting_lock_ends_with_cancellation) {
  Cancel cancel;
  const auto held = store.lock_refresh("oauth", std::chrono::seconds(1), cancel);
  cancel.request();
  const Error error = test::error_of([&] { store.lock_refresh("oauth", std::chrono::seconds(45), cancel); });
  BOOST_TEST(error.code == code::kCanceled);
}

BOOST_AUTO_TEST_CASE(many_writers_lose_no_update) {
  constexpr int kThreads = 8, kRounds = 20;
  std::vector<std::thread> writers;
  for (int t = 0; t < kThreads; ++t) {
    writers.emplace_back([this, t] {
      CredentialStore mine(path, system_clock());
      for (int i = 0; i < kRounds; ++i) {
        update(mine, [&](json::Value& root) { root.set("t" + std::to_string(t) + "." + std::to_string(i), i); });
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  BOOST_TEST(store.read().root().as_object().size() == static_cast<std::size_t>(kThreads * kRounds));
}

BOOST_AUTO_TEST_SUITE_END()
