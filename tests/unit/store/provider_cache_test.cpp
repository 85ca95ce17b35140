// SPDX-License-Identifier: Apache-2.0
#include "core/store/provider/provider_cache.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/test/unit_test.hpp>

#include "tests/support/clock.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace heygen;
using namespace heygen::store;
namespace fs = std::filesystem;

namespace {

const CacheBinding kBinding{"state", "inputs"};

struct CacheFixture {
  std::string get(const std::string& owner, const std::string& key, const CacheBinding& binding = kBinding) {
    const auto found = cache.get(owner, binding, key);
    return found ? found->value.reveal() : "";
  }
  std::string get(const std::string& key) { return get("acme", key); }
  ProviderCache::Written put(const std::string& key, const std::string& value, std::int64_t life = 60) {
    return cache.put("acme", kBinding, key, {Secret(value), clock.now() + life});
  }
  mode_t mode(const std::string& name) const {
    struct stat about {};
    stat((directory / name).c_str(), &about);
    return about.st_mode & 07777;
  }

  test::TemporaryDirectory directory;
  test::FakeClock clock;
  ProviderCache cache{directory.path(), clock};
  const fs::path file = directory / "cache/acme.json";
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(provider_cache, CacheFixture)

BOOST_AUTO_TEST_CASE(entry_outlives_the_process_and_is_private) {
  const std::string bytes("\0\xFFkey", 5);
  BOOST_TEST(put("token", bytes).problem.empty());
  BOOST_TEST(mode("cache") == 0700U);
  BOOST_TEST(mode("cache/acme.json") == 0600U);
  ProviderCache later(directory.path(), clock);
  const auto found = later.get("acme", kBinding, "token");
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST(found->value.reveal() == bytes);
  BOOST_TEST(found->expires_at == clock.now() + 60);
  BOOST_TEST(get("other").empty());
}

BOOST_AUTO_TEST_CASE(another_binding_or_provider_never_sees_an_entry) {
  put("token", "secret");
  BOOST_TEST(get("acme", "token", {"other", "inputs"}).empty());
  BOOST_TEST(get("acme", "token", {"state", "other"}).empty());
  BOOST_TEST(get("acm", "token").empty());
  BOOST_TEST(get("token") == "secret");
  cache.put("acme", {"state", "other"}, "second", {Secret("b"), clock.now() + 60});
  BOOST_TEST(get("token").empty());
  BOOST_TEST(directory.read("cache/acme.json").find("c2VjcmV0") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(expired_entry_is_gone_from_the_file_too) {
  put("short", "a", 10);
  put("long", "b", 100);
  clock.set_now(clock.now() + 10);
  BOOST_TEST(get("short").empty());
  BOOST_TEST(directory.read("cache/acme.json").find("short") == std::string::npos);
  BOOST_TEST(get("long") == "b");
  clock.set_now(clock.now() + 100);
  BOOST_TEST(get("long").empty());
  BOOST_TEST(!fs::exists(file));
}

BOOST_AUTO_TEST_CASE(dropped_entry_leaves_the_others) {
  put("one", "1");
  put("two", "2");
  BOOST_TEST(cache.drop("acme", kBinding, "one").problem.empty());
  BOOST_TEST(get("one").empty());
  BOOST_TEST(get("two") == "2");
  cache.drop("acme", kBinding, "two");
  BOOST_TEST(!fs::exists(file));
}

BOOST_AUTO_TEST_CASE(number_of_entries_is_limited_but_one_may_be_replaced) {
  for (std::size_t i = 0; i < ProviderCache::kMaxCached; ++i) BOOST_TEST(put("k" + std::to_string(i), "v").fits);
  BOOST_TEST(!put("one-more", "v").fits);
  BOOST_TEST(get("one-more").empty());
  BOOST_TEST(put("k0", "new").fits);
  BOOST_TEST(get("k0") == "new");
  BOOST_TEST(get("k63") == "v");
}

BOOST_AUTO_TEST_CASE(unwritable_directory_keeps_changes_for_this_process) {
  put("token", "old");
  fs::create_directory(directory / "elsewhere");
  fs::rename(directory / "cache", directory / "elsewhere/cache");
  directory.write("cache", "in its place");
  BOOST_TEST(put("token", "new").problem.find("cache") != std::string::npos);
  BOOST_TEST(put("more", "m").problem.empty());
  BOOST_TEST(get("token") == "new");
  cache.drop("acme", kBinding, "token");
  BOOST_TEST(get("token").empty());
  BOOST_TEST(get("more") == "m");
  ProviderCache other(directory.path(), clock);
  BOOST_TEST(!other.get("acme", kBinding, "more").has_value());
}

BOOST_AUTO_TEST_CASE(without_a_directory_everything_is_in_memory) {
  ProviderCache nowhere({}, clock);
  nowhere.put("acme", kBinding, "token", {Secret("v"), clock.now() + 60});
  BOOST_TEST(nowhere.get("acme", kBinding, "token").has_value());
  BOOST_TEST(nowhere.remove_all().empty());
  BOOST_TEST(!nowhere.get("acme", kBinding, "token").has_value());
}

BOOST_AUTO_TEST_CASE(damaged_file_is_an_empty_cache) {
  for (const char* text :
       {"", "{", "[]", "null", R"({"entries":[]})", R"({"state":"state","inputs":"inputs","entries":{"a":1}})",
        R"({"state":"state","inputs":"inputs","entries":{"a":{"value":"*","expires_at":9999999999}}})"}) {
    directory.make("cache");
    directory.write("cache/acme.json", text);
    BOOST_TEST(get("a").empty());
    BOOST_TEST(put("a", "new").problem.empty());
    BOOST_TEST(get("a") == "new");
  }
}

BOOST_AUTO_TEST_CASE(removal_spares_only_what_is_bound_to_the_state) {
  put("token", "v");
  cache.put("other", kBinding, "token", {Secret("v"), clock.now() + 60});
  directory.write("cache/.acme.json.heygen-tmp-99999-AbCd12", "what a killed writer left");
  cache.remove_unless("acme", "state");
  BOOST_TEST(get("token") == "v");
  cache.remove_all_but("acme");
  BOOST_TEST(!cache.has("other"));
  cache.remove_unless("acme", "new state");
  BOOST_TEST(!cache.has("acme"));
  BOOST_TEST(fs::is_empty(directory.path()));
}

BOOST_AUTO_TEST_CASE(two_processes_at_once_lose_no_entry) {
  constexpr int kEach = 20;
  test::FakeDate date;
  ProviderCache shared(directory.path(), date);
  std::array<pid_t, 2> children{};
  for (std::size_t child = 0; child < children.size(); ++child) {
    children.at(child) = fork();
    if (children.at(child) != 0) continue;
    bool good = true;
    for (int i = 0; i < kEach; ++i) {
      const std::string key = std::to_string(child) + "-" + std::to_string(i);
      good = good && shared.put("acme", kBinding, key, {Secret(key), date.time + 60}).problem.empty() &&
             shared.get("acme", kBinding, key).has_value();
    }
    _exit(good ? 0 : 1);
  }
  for (const pid_t child : children) {
    int status = -1;
    BOOST_TEST(waitpid(child, &status, 0) == child);
    BOOST_TEST(status == 0);
  }
  for (int i = 0; i < kEach; ++i) {
    BOOST_TEST(get("0-" + std::to_string(i)) == "0-" + std::to_string(i));
    BOOST_TEST(get("1-" + std::to_string(i)) == "1-" + std::to_string(i));
  }
}

BOOST_AUTO_TEST_SUITE_END()
