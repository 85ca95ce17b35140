// SPDX-License-Identifier: Apache-2.0
#include "core/store/keyring/keyring_slots.hpp"

#include <boost/test/unit_test.hpp>
#include <map>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/random.hpp"
#include "core/json/parse.hpp"
#include "core/json/write.hpp"
#include "core/store/credential_store.hpp"
#include "tests/support/clock.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace heygen;
using namespace heygen::store;

namespace {

/// Other bytes each time.
class Counting : public Random {
 public:
  void fill(std::span<std::byte> out) override {
    const std::lock_guard lock(mutex_);
    ++count_;
    for (std::byte& byte : out) byte = static_cast<std::byte>(count_);
  }

 private:
  std::mutex mutex_;
  int count_ = 0;
};

class FakeKeyring : public Keyring {
 public:
  void check() override { require_open(); }
  std::optional<std::string> get(const KeyringKey& key) override {
    const std::lock_guard lock(mutex_);
    require_open();
    ++gets;
    const auto found = items.find({key.item, key.version});
    return found == items.end() ? std::nullopt : std::optional(found->second);
  }
  void put(const KeyringKey& key, const std::string& secret) override {
    require_open();
    items[{key.item, key.version}] = secret;
  }
  void drop_all_but(const KeyringKey& key) override {
    require_open();
    if (keeps) throw KeyringFault("it is locked");
    std::erase_if(items,
                  [&](const auto& one) { return one.first.first == key.item && one.first.second != key.version; });
  }
  void require_open() const {
    if (locked) throw KeyringFault("it is locked");
  }

  std::map<std::pair<std::string, std::string>, std::string> items;
  bool locked = false, keeps = false;
  int gets = 0;

 private:
  std::mutex mutex_;
};

struct Fixture {
  std::unique_ptr<CredentialStore> open() {
    auto made = std::make_unique<CredentialStore>(directory.path(), clock);
    made->use_keyring(keyring, random, "work");
    return made;
  }
  std::string file() const { return directory.read("credentials"); }
  static std::string key_in(const CredentialStore& store) { return store.read().root().string_at("api_key"); }
  void move(StorePlace place) {
    const auto mover = open();
    mover->place_of_new = place;
    mover->update([](CredentialsDocument&) {});
  }
  static void save(CredentialStore& store, const std::string& key) {
    store.update([&](CredentialsDocument& document) { document.set_state("apikey", json::Object{{"api_key", key}}); });
  }

  test::TemporaryDirectory directory;
  test::FakeClock clock;
  Counting random;
  FakeKeyring keyring;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(keyring_slots, Fixture)

BOOST_AUTO_TEST_CASE(slot_moves_to_the_keyring_and_back) {
  directory.write("credentials", R"({"api_key":"first","other":1.50,"providers":{"acme":{"token":"t"}}})");
  move(StorePlace::keyring);
  BOOST_TEST(file().find("first") == std::string::npos);
  BOOST_TEST(file().find("\"token\"") == std::string::npos);
  BOOST_TEST(json::parse(file()).find("api_key") == nullptr);
  BOOST_TEST(file().find("1.50") != std::string::npos);
  BOOST_TEST(keyring.items.size() == 2U);
  BOOST_TEST(key_in(*open()) == "first");
  BOOST_TEST(open()->read().state("acme").string_at("token") == "t");
  move(StorePlace::file);
  BOOST_TEST(json::parse(file()).string_at("api_key") == "first");
  BOOST_TEST(file().find("keyring") == std::string::npos);
  BOOST_TEST(keyring.items.empty());
}

BOOST_AUTO_TEST_CASE(plain_key_moves_too) {
  directory.write("credentials", "plain-key\n");
  move(StorePlace::keyring);
  BOOST_TEST(file().find("plain-key") == std::string::npos);
  BOOST_TEST(key_in(*open()) == "plain-key");
}

BOOST_AUTO_TEST_CASE(change_of_a_slot_in_the_keyring_stays_there_and_drops_the_old_version) {
  directory.write("credentials", R"({"api_key":"first"})");
  move(StorePlace::keyring);
  const auto store = open();
  save(*store, "second");
  BOOST_TEST(file().find("second") == std::string::npos);
  BOOST_TEST(keyring.items.size() == 1U);
  BOOST_TEST(key_in(*store) == "second");
  BOOST_TEST(key_in(*open()) == "second");
}

BOOST_AUTO_TEST_CASE(another_process_sees_what_was_written_after_it_first_read) {
  directory.write("credentials", R"({"api_key":"first"})");
  move(StorePlace::keyring);
  const auto early = open(), late = open();
  BOOST_TEST(key_in(*early) == "first");
  save(*late, "second");
  BOOST_TEST(key_in(*early) == "second");
}

BOOST_AUTO_TEST_CASE(writer_killed_after_the_keyring_leaves_what_the_file_names) {
  directory.write("credentials", R"({"api_key":"first"})");
  move(StorePlace::keyring);
  const std::string before = file();
  keyring.keeps = true;
  save(*open(), "second");
  directory.write("credentials", before);  // as if the new one had never been written
  keyring.keeps = false;
  BOOST_TEST(key_in(*open()) == "first");
  save(*open(), "third");
  BOOST_TEST(key_in(*open()) == "third");
  BOOST_TEST(keyring.items.size() == 1U);
}

BOOST_AUTO_TEST_CASE(locked_keyring_is_said_and_nothing_changes) {
  directory.write("credentials", R"({"api_key":"first"})");
  move(StorePlace::keyring);
  const std::string before = file();
  keyring.locked = true;
  const auto store = open();
  BOOST_CHECK_EXCEPTION(store->read(), Unreadable, [](const Unreadable& fault) {
    return std::string(fault.what()).find("`api_key`, which is in the keyring: it is locked") != std::string::npos;
  });
  BOOST_CHECK_THROW(save(*store, "second"), Unreadable);
  BOOST_CHECK_THROW(store->reserve(), Error);
  BOOST_TEST(file() == before);
  BOOST_TEST(store->slots_in_keyring() == std::vector<std::string>{"api_key"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(write_that_the_keyring_refuses_leaves_the_file) {
  directory.write("credentials", R"({"api_key":"first"})");
  const std::string before = file();
  keyring.locked = true;
  BOOST_CHECK_THROW(move(StorePlace::keyring), Error);
  BOOST_TEST(file() == before);
}

BOOST_AUTO_TEST_CASE(login_to_the_file_replaces_what_a_locked_keyring_has_and_says_what_is_left) {
  directory.write("credentials", R"({"api_key":"first"})");
  move(StorePlace::keyring);
  keyring.locked = true;
  const auto store = open();
  std::vector<std::string> left;
  store->on_left_in_keyring = [&](const std::vector<std::string>& slots) { left = slots; };
  store->ignores_keyring_faults = true;
  store->place_of_new = StorePlace::file;
  save(*store, "second");
  BOOST_TEST(json::parse(file()).string_at("api_key") == "second");
  BOOST_TEST(left == std::vector<std::string>{"api_key"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(item_that_is_gone_is_an_empty_slot) {
  directory.write("credentials", R"({"api_key":"first"})");
  move(StorePlace::keyring);
  keyring.items.clear();
  BOOST_TEST(!open()->read().is_filled("apikey"));
}

BOOST_AUTO_TEST_CASE(slot_that_another_program_wrote_later_counts) {
  directory.write("credentials", R"({"api_key":"first"})");
  move(StorePlace::keyring);
  json::Value root = json::parse(file());
  root.set("api_key", "theirs");
  directory.write("credentials", json::write(root));
  BOOST_TEST(key_in(*open()) == "theirs");
  save(*open(), "ours");
  BOOST_TEST(json::parse(file()).string_at("api_key") == "ours");
  BOOST_TEST(keyring.items.empty());
}

BOOST_AUTO_TEST_CASE(file_without_markers_asks_no_keyring) {
  directory.write("credentials", R"({"api_key":"first"})");
  keyring.locked = true;
  const auto store = open();
  BOOST_TEST(key_in(*store) == "first");
  save(*store, "second");
  BOOST_TEST(key_in(*store) == "second");
  BOOST_TEST(keyring.gets == 0);
}

BOOST_AUTO_TEST_CASE(removal_empties_the_keyring_and_removes_the_file) {
  directory.write("credentials", R"({"api_key":"first"})");
  move(StorePlace::keyring);
  open()->update([](CredentialsDocument& document) { document.clear_slots(); });
  BOOST_TEST(keyring.items.empty());
  BOOST_TEST(!std::filesystem::exists(directory.path() / "credentials"));
}

BOOST_AUTO_TEST_CASE(threads_that_read_at_once_share_one_answer) {
  directory.write("credentials", R"({"api_key":"first"})");
  move(StorePlace::keyring);
  const auto store = open();
  keyring.gets = 0;
  std::vector<std::thread> threads;
  std::vector<std::string> keys(8);
  for (std::string& key : keys) threads.emplace_back([&key, &store] { key = key_in(*store); });
  for (std::thread& thread : threads) thread.join();
  for (const std::string& key : keys) BOOST_TEST(key == "first");
  BOOST_TEST(keyring.gets == 1);
}

BOOST_AUTO_TEST_SUITE_END()
