// SPDX-License-Identifier: Apache-2.0
// heygen.key/1, called through the C interface.
#include <boost/test/unit_test.hpp>

#include "core/json/parse.hpp"
#include "tests/unit/provider/kit.hpp"

using namespace heygen;
using namespace heygen::provider;
using namespace heygen::provider::kit;
using Lines = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(provider_key_service)

BOOST_AUTO_TEST_CASE(login_creates_a_key_that_it_can_use_at_once) {
  Probe probe;
  probe.login("key-create dpop ES256\nkey-jwk dpop\nkey-thumbprint dpop\nkey-sign dpop data");
  const Lines said = probe.said();
  BOOST_TEST(said.at(0) == "0");
  BOOST_TEST(said.at(1).starts_with(R"(0 {"crv":"P-256","kty":"EC","x":")"));
  BOOST_TEST(said.at(2).size() == 2U + 43U);
  BOOST_TEST(said.at(3).size() == 2U + 128U);
}

BOOST_AUTO_TEST_CASE(created_key_waits_for_the_login_to_be_saved) {
  Probe probe;
  probe.login("key-create dpop Ed25519");
  BOOST_TEST(fs::is_empty(probe.kept.path()));
  probe.keys.save("probe");
  probe.keys.forget("probe");
  probe.resolve("key-thumbprint dpop");
  BOOST_TEST(probe.said().back().starts_with("0 "));
  BOOST_TEST(read_file(probe.kept / "keys/probe.json").find("BEGIN PRIVATE KEY") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(key_is_created_in_no_other_function) {
  for (auto function : {&Probe::resolve, &Probe::refresh, &Probe::revoke}) {
    Probe probe;
    const ProviderResult answer = (probe.*function)("key-create dpop ES256\nheader X-A b", {});
    BOOST_TEST((answer.status == Status::internal));
    BOOST_TEST(probe.said().front() == "6");
  }
}

BOOST_AUTO_TEST_CASE(other_algorithms_are_unsupported) {
  Probe probe;
  probe.login("key-create a RS256\nkey-create a EdDSA\nkey-create a es256\nkey-jwk a");
  BOOST_TEST(probe.said() == (Lines{"7", "7", "7", "1 NULL"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(unknown_key_is_not_configured) {
  Probe probe;
  probe.resolve("key-jwk dpop\nkey-thumbprint dpop\nkey-sign dpop data");
  BOOST_TEST(probe.said() == (Lines{"1 NULL", "1 NULL", "1 "}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(ninth_key_and_name_out_of_form_are_bugs_in_the_provider) {
  std::string script;
  for (int i = 0; i < 9; ++i) script += "key-create k" + std::to_string(i) + " Ed25519\n";
  Probe probe;
  BOOST_TEST((probe.login(script).status == Status::internal));
  BOOST_TEST(probe.said().at(7) == "0");
  BOOST_TEST(probe.said().at(8) == "6");
  BOOST_TEST((Probe().login("key-create ../k Ed25519").status == Status::internal));
  BOOST_TEST((Probe().login("key-sign K x").status == Status::internal));
}

BOOST_AUTO_TEST_CASE(damaged_key_is_broken_and_names_the_next_step) {
  Probe probe;
  probe.kept.make("keys");
  probe.kept.write("keys/probe.json", R"({"dpop":"-----BEGIN PRIVATE KEY-----"})");
  const ProviderResult answer = probe.resolve("key-jwk dpop\nreturn 2");
  BOOST_TEST(probe.said().front() == "2 NULL");
  BOOST_TEST(answer.hint == "Log in again.");
}

BOOST_AUTO_TEST_CASE(damaged_keys_file_is_broken_and_named_until_the_next_login) {
  for (const char* text : {"", "nonsense", "[]", R"({"dpop":5})", R"({"dpop":"-----BEGIN PRIVATE KEY-----"})"}) {
    Probe probe;
    probe.kept.make("keys");
    probe.kept.write("keys/probe.json", text);
    const ProviderResult answer = probe.refresh("key-thumbprint dpop\nreturn 2");
    BOOST_TEST(probe.said().front().starts_with("2 "));
    BOOST_TEST(answer.message.find("keys/probe.json") != std::string::npos, answer.message);
    BOOST_TEST((probe.login("key-thumbprint dpop\nkey-create dpop ES256\nkey-thumbprint dpop").status == Status::ok));
    const Lines said = probe.said();
    BOOST_TEST(said.at(1).starts_with("1 "));
    BOOST_TEST(said.at(3).starts_with("0 "));
  }
}

BOOST_AUTO_TEST_SUITE_END()
