// SPDX-License-Identifier: Apache-2.0
#include "core/provider/policy/trust.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "core/provider/policy/policy.hpp"
#include "tests/unit/provider/signature_vectors.hpp"

using namespace heygen::provider;
using heygen::provider::vectors::kKey;
using heygen::provider::vectors::kOtherKey;

namespace {

const std::string kBase = "version = 1\n[providers]\nmode = \"open\"\nuser_directories = true\n";

Policy with(const std::string& table) {
  return parse_policy(kBase + "[trust]\n" + table, "/etc/p.toml");
}

/// "LINE WHAT"
std::string fault(const std::string& table) {
  try {
    with(table);
  } catch (const PolicyError& error) {
    return std::to_string(error.line) + " " + error.what();
  }
  return "none";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(trust)

BOOST_AUTO_TEST_CASE(keys_have_names_or_none) {
  const Policy policy = with("keys = [\"" + kKey + "\", \"" + kOtherKey + " Acme Corp\"]\n");
  BOOST_TEST(policy.trust.keys.size() == 2U);
  BOOST_TEST(policy.trust.keys.at(0).name == "");
  BOOST_TEST(policy.trust.keys.at(1).name == "Acme Corp");
  BOOST_TEST(signature_rule(policy, Origin::user) == "");
}

BOOST_AUTO_TEST_CASE(requirement_spares_the_installation_unless_it_says_all) {
  const std::string keys = "keys = [\"" + kKey + "\"]\n";
  const Policy others = with(keys + "require_signature = true\n"), all = with(keys + "require_signature = \"all\"\n");
  BOOST_TEST(signature_rule(others, Origin::user) == "/etc/p.toml, line 7 (trust.require_signature)");
  BOOST_TEST(signature_rule(others, Origin::environment) != "");
  BOOST_TEST(signature_rule(others, Origin::system) == "");
  BOOST_TEST(signature_rule(all, Origin::system) != "");
  BOOST_TEST(signature_rule(with(keys + "require_signature = false\n"), Origin::user) == "");
  BOOST_TEST(signature_rule(Policy{}, Origin::user) == "");
}

BOOST_AUTO_TEST_CASE(mistake_is_an_error_with_its_line) {
  const std::string good = "\"" + kKey + "\"";
  const auto begins = [](const std::string& table, const std::string& with_what) {
    const std::string said = fault(table);
    BOOST_TEST_CONTEXT(table << "\n--> " << said) {
      BOOST_TEST((said.find(with_what) == 0));
    }
  };
  begins("require_signature = true\n", "6 `trust.require_signature` needs `trust.keys`");
  begins("require_signature = \"some\"\n", "6 `trust.require_signature` must be true, false or \"all\"");
  begins("require_signature = 1\n", "6 `trust.require_signature` must be");
  begins("keys = []\n", "6 `trust.keys` must have 1 to 64 keys");
  begins("keys = " + good + "\n", "6 `trust.keys` must be a list");
  begins("keys = [\"RW\"]\n", "6 `trust.keys` has \"RW\": it is not a valid minisign public key");
  begins("keys = [" + good + ", " + good + "]\n", "6 `trust.keys` has");
  begins("key = [" + good + "]\n", "6 `trust.key` is not a key of a policy");
}

BOOST_AUTO_TEST_SUITE_END()
