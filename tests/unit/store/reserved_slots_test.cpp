// SPDX-License-Identifier: Apache-2.0
#include "core/store/reserved_slots.hpp"

#include <boost/test/unit_test.hpp>

using namespace heygen::store;

BOOST_AUTO_TEST_SUITE(reserved_slots_table)

BOOST_AUTO_TEST_CASE(two_slots_are_reserved_and_others_lie_under_providers) {
  BOOST_TEST(reserved_slots().size() == 2U);
  BOOST_TEST(slot_of("apikey") == "api_key");
  BOOST_TEST(slot_of("oauth") == "oauth");
  BOOST_TEST(slot_of("device-code") == "oauth");
  BOOST_TEST(slot_of("vault") == "providers.vault");
  BOOST_TEST(reserved_slot_of("apikey")->plain_text);
  BOOST_TEST(reserved_slot_of("apikey")->environment == "HEYGEN_API_KEY");
  BOOST_TEST(reserved_slot_of("vault") == nullptr);
}

BOOST_AUTO_TEST_CASE(login_flag_is_the_id_except_for_the_api_key) {
  BOOST_TEST(login_flag_of("apikey") == "--api-key");
  BOOST_TEST(login_flag_of("device-code") == "--device-code");
  BOOST_TEST(login_flag_of("vault") == "--vault");
}

BOOST_AUTO_TEST_CASE(host_option_wins_over_an_id_of_its_name) {
  for (const std::string_view name : host_options()) {
    BOOST_TEST(!has_login_option(name), name);
    BOOST_TEST(login_flag_of(name) == "--provider " + std::string(name));
    BOOST_TEST(login_command(name) == "`heygen auth login --provider " + std::string(name) + "`");
    BOOST_TEST(!is_reserved_spelling(name), name);
  }
  BOOST_TEST(has_login_option("vault"));
}

BOOST_AUTO_TEST_CASE(only_the_option_of_another_provider_is_a_reserved_spelling) {
  BOOST_TEST(is_reserved_spelling("api-key"));
  BOOST_TEST(!is_reserved_spelling("apikey"));
  BOOST_TEST(!is_reserved_spelling("oauth"));
  BOOST_TEST(!is_reserved_spelling("vault"));
}

BOOST_AUTO_TEST_CASE(device_code_reads_its_own_settings_and_then_those_of_oauth) {
  const std::vector<std::string> both{"device-code", "oauth"};
  BOOST_TEST(settings_sections_of("device-code") == both, boost::test_tools::per_element());
  const std::vector<std::string> own{"oauth"};
  BOOST_TEST(settings_sections_of("oauth") == own, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
