// SPDX-License-Identifier: Apache-2.0
#include "core/store/provider/provider_keys.hpp"

#include <sys/stat.h>

#include <boost/test/unit_test.hpp>

#include "core/base/error.hpp"
#include "tests/support/clock.hpp"
#include "tests/support/error.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace heygen;
using namespace heygen::store;
namespace fs = std::filesystem;

namespace {

struct KeysFixture {
  std::string find(const std::string& name) const {
    const auto key = keys.find(owner, name);
    return key ? key->reveal() : "";
  }
  std::string stored(const std::string& name) {
    const auto key = ProviderKeys(directory.path(), clock).find(owner, name);
    return key ? key->reveal() : "";
  }

  test::TemporaryDirectory directory;
  test::FakeClock clock;
  ProviderKeys keys{directory.path(), clock};
  const std::string owner = "acme";
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(provider_keys, KeysFixture)

BOOST_AUTO_TEST_CASE(created_key_is_seen_at_once_and_stored_when_it_is_saved) {
  BOOST_TEST(keys.create(owner, "dpop", Secret("pem")));
  BOOST_TEST(find("dpop") == "pem");
  BOOST_TEST(stored("dpop").empty());
  BOOST_TEST(fs::is_empty(directory.path()));
  BOOST_TEST(keys.save(owner).empty());
  BOOST_TEST(stored("dpop") == "pem");
  struct stat about {};
  stat((directory / "keys/acme.json").c_str(), &about);
  BOOST_TEST((about.st_mode & 07777) == 0600U);
}

BOOST_AUTO_TEST_CASE(forgotten_key_leaves_the_stored_one) {
  keys.create(owner, "dpop", Secret("old"));
  keys.save(owner);
  keys.forget(owner);
  keys.create(owner, "dpop", Secret("new"));
  BOOST_TEST(find("dpop") == "new");
  keys.forget(owner);
  BOOST_TEST(find("dpop") == "old");
}

BOOST_AUTO_TEST_CASE(saved_login_leaves_its_own_keys_and_can_be_undone) {
  keys.create(owner, "dpop", Secret("old"));
  keys.create(owner, "other", Secret("of the old login"));
  keys.save(owner);
  keys.forget(owner);
  keys.create(owner, "dpop", Secret("new"));
  const KeySet before = keys.save(owner);
  BOOST_TEST(stored("dpop") == "new");
  BOOST_TEST(stored("other").empty());
  {
    const ProviderKeys::Shown shown(keys, owner, before);
    BOOST_TEST(find("dpop") == "old");
  }
  BOOST_TEST(find("dpop") == "new");
  keys.restore(owner, before);
  BOOST_TEST(stored("dpop") == "old");
  BOOST_TEST(stored("other") == "of the old login");
}

BOOST_AUTO_TEST_CASE(keys_of_replaced_logins_do_not_pile_up) {
  for (std::size_t i = 0; i <= ProviderKeys::kMaxKeys; ++i) {
    BOOST_TEST(keys.create(owner, "k" + std::to_string(i), Secret("pem")));
    keys.save(owner);
    keys.forget(owner);
  }
  BOOST_TEST(find("k0").empty());
  BOOST_TEST(stored("k8") == "pem");
  BOOST_TEST(!keys.save(owner).empty());  // a login without keys
  BOOST_TEST(!fs::exists(directory / "keys/acme.json"));
}

BOOST_AUTO_TEST_CASE(complete_login_sees_none_of_the_keys_that_it_replaces) {
  keys.create(owner, "old", Secret("pem"));
  keys.save(owner);
  keys.forget(owner);
  keys.create(owner, "new", Secret("pem"));
  BOOST_TEST(find("old") == "pem");
  keys.seal(owner);
  BOOST_TEST(find("old").empty());
  BOOST_TEST(find("new") == "pem");
  keys.forget(owner);
  BOOST_TEST(find("old") == "pem");
}

BOOST_AUTO_TEST_CASE(number_of_keys_of_a_login_is_limited) {
  for (std::size_t i = 0; i < ProviderKeys::kMaxKeys; ++i)
    BOOST_TEST(keys.create(owner, "k" + std::to_string(i), Secret("pem")));
  BOOST_TEST(!keys.create(owner, "one-more", Secret("pem")));
  BOOST_TEST(find("one-more").empty());
  BOOST_TEST(keys.create(owner, "k0", Secret("new")));
}

BOOST_AUTO_TEST_CASE(keys_that_cannot_be_written_are_an_error) {
  directory.write("keys", "in its place");
  keys.create(owner, "dpop", Secret("pem"));
  test::error_of([&] { keys.save(owner); });
  ProviderKeys nowhere({}, clock);
  nowhere.create(owner, "dpop", Secret("pem"));
  test::error_of([&] { nowhere.save(owner); });
}

BOOST_AUTO_TEST_CASE(provider_sees_its_own_keys_alone) {
  keys.create(owner, "dpop", Secret("pem"));
  keys.save(owner);
  BOOST_TEST(!keys.find("other", "dpop").has_value());
  BOOST_TEST(keys.remove_all_but("acme").empty());
  BOOST_TEST(stored("dpop") == "pem");
  BOOST_TEST(keys.remove_all().empty());
  BOOST_TEST(find("dpop").empty());
  BOOST_TEST(fs::is_empty(directory.path()));
}

BOOST_AUTO_TEST_SUITE_END()
