#include "host/commands/auth/support.hpp"

#include <boost/test/unit_test.hpp>

#include "core/provider/discovery/registry.hpp"

namespace {

using heygen::host::FilledSlot;
namespace json = heygen::json;

std::vector<std::string> slots_of(const char* text) {
  std::vector<std::string> names;
  for (const FilledSlot& slot : heygen::host::filled_slots(json::parse(text))) names.push_back(slot.slot);
  return names;
}

std::string after_clearing(const char* text, const std::string& except = {}) {
  json::Value root = json::parse(text);
  heygen::host::clear_slots(root, except);
  return json::write(root);
}

std::string after_user(const char* root_text, const char* user) {
  json::Value root = json::parse(root_text);
  heygen::host::replace_user(root, json::parse(user));
  return json::write(root);
}

class Installed : public heygen::provider::ProviderRegistry {
 public:
  explicit Installed(const std::vector<std::string>& ids) {
    for (const std::string& id : ids) {
      heygen::provider::DiscoveredProvider found;
      found.id = found.manifest.id = id;
      found_.push_back(std::move(found));
    }
  }
  const std::vector<heygen::provider::DiscoveredProvider>& found() override { return found_; }
  heygen::provider::Provider& load(const std::string& id) override {
    throw heygen::Error(heygen::code::kError, "not in this test: " + id);
  }

 private:
  std::vector<heygen::provider::DiscoveredProvider> found_;
};

using Names = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(auth_support)

BOOST_AUTO_TEST_CASE(historic_slots_come_first_and_others_in_the_order_of_the_file) {
  BOOST_TEST(slots_of(R"({"providers":{"vault":{"t":1},"sso":{"t":1}},"oauth":{"access_token":"a"},"api_key":"k"})") ==
                 (Names{"api_key", "oauth", "providers.vault", "providers.sso"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(null_and_empty_values_fill_no_slot) {
  BOOST_TEST(
      slots_of(R"({"api_key":"","oauth":{"access_token":"","scope":null},"providers":{"a":{},"b":null}})").empty());
  BOOST_TEST(slots_of(R"({"api_key":null,"oauth":null,"providers":[]})").empty());
  BOOST_TEST(slots_of("{}").empty());
}

BOOST_AUTO_TEST_CASE(a_slot_of_the_wrong_kind_is_filled_all_the_same) {
  BOOST_TEST(slots_of(R"({"api_key":5,"oauth":"text"})") == (Names{"api_key", "oauth"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(clearing_keeps_foreign_keys_to_the_last_digit) {
  BOOST_TEST(
      after_clearing(R"({"n":18446744073709551616,"api_key":"k","oauth":{},"providers":{"x":{"t":1}},"z":[1.0]})") ==
      R"({"n":18446744073709551616,"z":[1.0]})");
}

BOOST_AUTO_TEST_CASE(clearing_spares_the_slot_it_is_told_to) {
  BOOST_TEST(after_clearing(R"({"api_key":"k","oauth":{"a":1}})", "oauth") == R"({"oauth":{"a":1}})");
  BOOST_TEST(after_clearing(R"({"api_key":"k","providers":{"x":{"t":1},"y":{"t":2}}})", "providers.y") ==
             R"({"providers":{"y":{"t":2}}})");
}

BOOST_AUTO_TEST_CASE(clearing_leaves_a_foreign_providers_value_alone) {
  BOOST_TEST(after_clearing(R"({"providers":[1]})") == R"({"providers":[1]})");
}

BOOST_AUTO_TEST_CASE(the_user_of_a_reply_holds_its_non_empty_texts_only) {
  const auto user = [](const char* text) { return json::write(heygen::host::user_of_reply(json::parse(text))); };
  BOOST_TEST(user(R"({"data":{"username":"ada","email":"a@b.c","first_name":"","last_name":null,"plan":"pro"}})") ==
             R"({"email":"a@b.c","username":"ada"})");
  for (const char* other : {"null", "[1]", "{}", R"({"data":null})", R"({"data":[1]})", R"({"data":{"email":7}})"}) {
    BOOST_TEST(user(other) == "{}");
  }
}

BOOST_AUTO_TEST_CASE(a_new_user_replaces_the_old_one_and_keeps_what_others_wrote_beside_it) {
  BOOST_TEST(after_user(R"({"user":{"email":"old","theme":"dark"},"x":1})", R"({"username":"new"})") ==
             R"({"user":{"theme":"dark","username":"new"},"x":1})");
}

BOOST_AUTO_TEST_CASE(an_unknown_user_removes_the_old_one) {
  BOOST_TEST(after_user(R"({"user":{"email":"old"},"x":1})", "{}") == R"({"x":1})");
  BOOST_TEST(after_user(R"({"user":"text"})", "{}") == "{}");
}

BOOST_AUTO_TEST_CASE(the_display_name_is_the_email_then_the_user_name_then_the_full_name) {
  const auto name = [](const char* text) { return heygen::host::display_name(json::parse(text)); };
  BOOST_TEST(name(R"({"email":"e","username":"u","first_name":"f"})") == "e");
  BOOST_TEST(name(R"({"username":"u","first_name":"f"})") == "u");
  BOOST_TEST(name(R"({"first_name":"Ada","last_name":"Lovelace"})") == "Ada Lovelace");
  BOOST_TEST(name(R"({"last_name":"Lovelace"})") == "Lovelace");
  BOOST_TEST(name("{}").empty());
}

BOOST_AUTO_TEST_CASE(what_was_cleared_is_told_for_every_historic_slot_but_the_own) {
  const std::vector<FilledSlot> cleared{{"oauth", {"oauth", "device-code"}}, {"providers.x", {"x"}}};
  const auto told = [&](const std::string& own) { return json::write(heygen::host::cleared_flags(cleared, own)); };
  BOOST_TEST(told("api_key") == R"({"cleared_oauth":true})");
  BOOST_TEST(told("oauth") == R"({"cleared_api_key":false})");
  BOOST_TEST(told("providers.sso") == R"({"cleared_api_key":false,"cleared_oauth":true})");
}

BOOST_AUTO_TEST_CASE(one_word_says_which_historic_credential_a_logout_cleared) {
  const FilledSlot key{"api_key", {"apikey"}}, tokens{"oauth", {"oauth", "device-code"}}, other{"providers.x", {"x"}};
  BOOST_TEST(heygen::host::cleared_word({}).empty());
  BOOST_TEST(heygen::host::cleared_word({other}).empty());
  BOOST_TEST(heygen::host::cleared_word({key, other}) == "api_key");
  BOOST_TEST(heygen::host::cleared_word({tokens}) == "oauth");
  BOOST_TEST(heygen::host::cleared_word({key, tokens}) == "both");
}

BOOST_AUTO_TEST_CASE(a_shared_slot_counts_for_its_first_installed_reader) {
  const std::vector<FilledSlot> cleared{{"oauth", {"oauth", "device-code"}}, {"providers.gone", {"gone"}}};
  Installed both({"oauth", "device-code"}), second({"device-code"}), none({});
  BOOST_TEST(json::write(heygen::host::cleared_ids(cleared, both)) == R"(["oauth","gone"])");
  BOOST_TEST(json::write(heygen::host::cleared_ids(cleared, second)) == R"(["device-code","gone"])");
  BOOST_TEST(json::write(heygen::host::cleared_ids(cleared, none)) == R"(["oauth","gone"])");
}

BOOST_AUTO_TEST_CASE(words_are_enumerated_as_people_do) {
  BOOST_TEST(heygen::host::enumerate({}).empty());
  BOOST_TEST(heygen::host::enumerate({"a"}) == "a");
  BOOST_TEST(heygen::host::enumerate({"a", "b"}) == "a and b");
  BOOST_TEST(heygen::host::enumerate({"a", "b", "c"}) == "a, b and c");
}

BOOST_AUTO_TEST_SUITE_END()
