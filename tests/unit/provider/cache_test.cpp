// SPDX-License-Identifier: Apache-2.0
// heygen.cache/1, called through the C interface.
#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "core/base/known_secrets.hpp"
#include "core/provider/call/declared_values.hpp"
#include "tests/unit/provider/kit.hpp"

using namespace heygen;
using namespace heygen::provider;
using namespace heygen::provider::kit;

namespace {

const std::string kLater = std::to_string(test::kNow + 60);
const std::string kPut = "cache-put token " + kLater + " value\n";
const std::string kHeader = "header X-A b\n";
const std::string kHit = "0 76616c7565 " + kLater;
const std::string kMiss = "1  0";

/// What a get says after everything else.
std::string last(const Probe& probe) {
  return probe.said().back();
}

ProviderRequest asked_with(json::Object state, Reason reason = Reason::first_use) {
  ProviderRequest ask;
  ask.reason = reason;
  ask.state = std::move(state);
  return ask;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(provider_cache_service)

BOOST_AUTO_TEST_CASE(entry_is_found_by_later_calls_until_it_expires) {
  Probe probe;
  probe.resolve("cache-get token\n" + kPut + kHeader + "cache-get token");
  BOOST_TEST(probe.said() == (std::vector<std::string>{kMiss, "0", "0", kHit}), boost::test_tools::per_element());
  probe.refresh("cache-get token");
  BOOST_TEST(last(probe) == kHit);
  probe.clock.set_now(test::kNow + 60);
  probe.resolve("cache-get token");
  BOOST_TEST(last(probe) == kMiss);
}

BOOST_AUTO_TEST_CASE(another_value_of_a_variable_or_setting_never_sees_an_entry) {
  Probe probe;
  probe.settings["probe.name"] = "ada";
  probe.resolve(kPut);
  const auto seen = [&](const std::string& url, const std::string& name) {
    Probe other;
    other.cache_in_use = &probe.cache;
    if (!url.empty()) other.variables["PROBE_URL"] = url;
    other.settings["probe.name"] = name;
    other.resolve("cache-get token");
    return last(other);
  };
  BOOST_TEST(seen("https://elsewhere.example", "ada") == kMiss);
  BOOST_TEST(seen("", "eve") == kMiss);
  BOOST_TEST(seen("", "ada") == kHit);
}

BOOST_AUTO_TEST_CASE(another_state_never_sees_an_entry) {
  Probe probe;
  probe.resolve(kPut, asked_with({{"token", "one"}}));
  probe.resolve("cache-get token", asked_with({{"token", "two"}}));
  BOOST_TEST(last(probe) == kMiss);
  probe.resolve("cache-get token", asked_with({{"token", "one"}}));
  BOOST_TEST(last(probe) == kHit);
  probe.resolve(kPut, asked_with({{"a", 1}, {"b", json::Object{{"c", 1}, {"d", 2}}}}));
  probe.resolve("cache-get token", asked_with({{"b", json::Object{{"d", 2}, {"c", 1}}}, {"a", 1}}));
  BOOST_TEST(last(probe) == kHit);
}

BOOST_AUTO_TEST_CASE(entry_of_a_call_that_changes_the_state_belongs_to_the_new_state) {
  Probe probe;
  probe.refresh("state {\"token\":\"new\"}\n" + kPut, asked_with({{"token", "old"}}));
  probe.resolve("cache-get token", asked_with({{"token", "old"}}));
  BOOST_TEST(last(probe) == kMiss);
  probe.resolve("cache-get token", asked_with({{"token", "new"}}));
  BOOST_TEST(last(probe) == kHit);
}

BOOST_AUTO_TEST_CASE(order_of_put_and_set_state_does_not_matter) {
  const std::string set = "state {\"token\":\"new\"}\n", other = "cache-put other " + kLater + " value\n";
  for (const std::string& script : {kPut + set + other, other + set + kPut, set + kPut + other, kPut + other + set}) {
    Probe probe;
    probe.resolve("cache-put old " + kLater + " value\n" + kHeader, asked_with({{"token", "old"}}));
    BOOST_TEST((probe.refresh(script + "cache-get token\n", asked_with({{"token", "old"}})).status == Status::ok));
    BOOST_TEST(last(probe) == kHit);
    probe.resolve(kHeader + "cache-get old", asked_with({{"token", "new"}}));
    BOOST_TEST(last(probe) == kMiss);
    for (const char* get : {"cache-get token", "cache-get other"}) {
      probe.resolve(get, asked_with({{"token", "new"}}));
      BOOST_TEST(last(probe) == kHit);
    }
  }
  Probe probe;
  BOOST_TEST((probe.login(kPut + set).status == Status::ok));
  probe.resolve("cache-get token", asked_with({{"token", "new"}}));
  BOOST_TEST(last(probe) == kHit);
}

BOOST_AUTO_TEST_CASE(entry_of_a_failed_call_goes_with_the_state_that_it_would_have_left) {
  Probe probe;
  probe.refresh(kPut + "state {\"token\":\"new\"}\nreturn 5", asked_with({{"token", "old"}}));
  for (const char* token : {"old", "new"}) {
    probe.resolve("cache-get token", asked_with({{"token", token}}));
    BOOST_TEST(last(probe) == kMiss);
  }
  probe.refresh(kPut + "return 5", asked_with({{"token", "old"}}));
  probe.resolve("cache-get token", asked_with({{"token", "old"}}));
  BOOST_TEST(last(probe) == kHit);
}

BOOST_AUTO_TEST_CASE(entry_that_the_same_call_drops_is_gone) {
  Probe probe;
  probe.refresh(kPut + "cache-drop token\nstate {\"token\":\"new\"}", asked_with({{"token", "old"}}));
  probe.resolve("cache-get token", asked_with({{"token", "new"}}));
  BOOST_TEST(last(probe) == kMiss);
}

BOOST_AUTO_TEST_CASE(limit_of_entries_holds_over_calls) {
  Probe probe;
  std::string script;
  for (int i = 0; i < 63; ++i) script += "cache-put k" + std::to_string(i) + " " + kLater + " v\n";
  probe.refresh(script);
  probe.refresh("cache-put k0 " + kLater + " v\ncache-put a " + kLater + " v\ncache-put b " + kLater + " v");
  const std::vector<std::string> said = probe.said();
  BOOST_TEST(std::vector<std::string>(said.end() - 3, said.end()) == (std::vector<std::string>{"0", "0", "6"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(dropped_entry_is_gone) {
  Probe probe;
  probe.refresh(kPut + "cache-drop token\ncache-get token\ncache-drop token");
  BOOST_TEST(probe.said() == (std::vector<std::string>{"0", "0", kMiss, "0"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(key_out_of_form_is_a_bug_in_the_provider) {
  for (const char* key : {"", "-a", ".a", "A", "a/b", "a b"}) {
    Probe probe;
    const ProviderResult answer = probe.refresh("cache-get " + std::string(key));
    BOOST_TEST((answer.status == Status::internal));
  }
  Probe probe;
  BOOST_TEST((probe.refresh("cache-get " + std::string(64, 'a')).status == Status::ok));
  BOOST_TEST((probe.refresh("cache-get " + std::string(65, 'a')).status == Status::internal));
}

BOOST_AUTO_TEST_CASE(entry_past_the_limits_or_already_expired_is_usage) {
  Probe probe;
  probe.refresh("cache-put-long a " + kLater + " 65536\ncache-put-long b " + kLater + " 65537\ncache-put c " +
                std::to_string(test::kNow) + " v\ncache-get b\ncache-get c");
  BOOST_TEST(probe.said() == (std::vector<std::string>{"0", "6", "6", kMiss, kMiss}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(cache_that_cannot_be_written_is_said_once_and_fails_nothing) {
  Probe probe;
  probe.kept.write("cache", "in its place");
  const ProviderResult answer = probe.resolve(kHeader + kPut + kPut + "cache-get token");
  BOOST_TEST((answer.status == Status::ok));
  BOOST_TEST(probe.log.size() == 5U);
  const auto problems = [&] {
    return std::ranges::count_if(probe.log, [](const std::string& line) {
      return line.find("nothing is cached beyond this command") != std::string::npos;
    });
  };
  BOOST_TEST(problems() == 1);
  BOOST_TEST(last(probe) == kHit);
  probe.refresh(kPut);
  BOOST_TEST(problems() == 1);
}

BOOST_AUTO_TEST_CASE(cached_values_are_kept_out_of_what_is_shown) {
  Probe probe;
  probe.refresh("cache-put token " + kLater + " a-cached-secret-value");
  BOOST_TEST(hide_secrets("with a-cached-secret-value in it").find("a-cached") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
