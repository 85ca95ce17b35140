// SPDX-License-Identifier: Apache-2.0
#include "core/provider/stage/login_record.hpp"

#include <boost/test/unit_test.hpp>

#include "core/base/environment.hpp"
#include "core/json/parse.hpp"
#include "core/json/write.hpp"

using namespace heygen;
using namespace heygen::provider;

BOOST_AUTO_TEST_SUITE(provider_login_record)

BOOST_AUTO_TEST_CASE(record_comes_back_as_it_was_written) {
  LoginRecord record;
  record.provider = "oauth";
  record.settings = "digest";
  record.given = {{"role", "admin"}};
  record.started_at = 5;
  record.expires_at = 605;
  record.url = "https://x.example/?state=s";
  record.redirect_uri = "http://127.0.0.1:1/cb";
  record.random = {std::string("\0\xff\x10", 3), ""};
  record.exchanges.push_back({"POST", "https://x.example/t", 200, {{"A", "b"}}, std::string("\0x", 2), -1, {}});
  record.exchanges.push_back({"GET", "https://x.example/m", 0, {}, {}, 4, "It was reset."});
  record.keys.set("proof", Secret("pem"));
  const json::Value document = json::parse(json::write(record.document()));
  const auto read = LoginRecord::read(document);
  BOOST_REQUIRE(read);
  BOOST_TEST((read->document() == document));
  BOOST_TEST((read->random == record.random));
  BOOST_TEST((read->keys == record.keys));
  BOOST_TEST(read->exchanges.back().failure_kind == 4);
}

BOOST_AUTO_TEST_CASE(document_of_another_form_is_none) {
  for (const char* text : {"{}", "[]", R"({"version":2})", R"({"version":1,"random":[1]})",
                           R"({"version":1,"random":["?"]})", R"({"version":1,"exchanges":[{"headers":[["a"]]}]})"}) {
    BOOST_TEST(!LoginRecord::read(json::parse(text)), text);
  }
}

BOOST_AUTO_TEST_CASE(digest_follows_every_value_that_the_provider_may_read) {
  Manifest manifest;
  manifest.id = "x";
  manifest.settings.push_back({.key = "url", .type = SettingType::string, .fallback = "a", .doc = {}, .env = "X_URL"});
  manifest.env = {"X_FLAG"};
  const auto none = [](const std::string&, const std::string&) { return std::optional<std::string>{}; };
  const auto digest = [&](std::map<std::string, std::string, std::less<>> variables, GivenSettings given = {},
                          const std::string& base = "https://api.example") {
    return settings_digest(manifest, MapEnvironment(std::move(variables)), none, given, base);
  };
  const std::string usual = digest({});
  BOOST_TEST(digest({{"OTHER", "1"}}) == usual);
  BOOST_TEST(digest({{"X_URL", "b"}}) != usual);
  BOOST_TEST(digest({{"X_FLAG", "1"}}) != usual);
  BOOST_TEST(digest({}, {{"url", "c"}}) != usual);
  BOOST_TEST(digest({}, {}, "https://other.example") != usual);
  manifest.version = "2";
  BOOST_TEST(digest({}) != usual);
}

BOOST_AUTO_TEST_SUITE_END()
