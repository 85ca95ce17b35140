// SPDX-License-Identifier: Apache-2.0
#include "core/provider/policy/isolation.hpp"

#include <boost/test/unit_test.hpp>

using namespace heygen::provider;

namespace {

const std::string kHex(64, 'a');

Policy policy_with(const std::string& providers, const std::string& pin = "") {
  std::string text = "version = 1\n[providers]\nmode = \"open\"\nuser_directories = true\n" + providers + "\n";
  if (!pin.empty()) {
    text += "[pins.vault]\nlibrary = \"sha256:" + kHex + "\"\nmanifest = \"sha256:" + kHex + "\"\n" + pin + "\n";
  }
  return parse_policy(text, "/etc/heygen/policy.toml");
}

void decides(const IsolationRuling& ruling, Isolation isolation, const std::string& rule) {
  BOOST_TEST((ruling.isolation == isolation), rule);
  BOOST_TEST(ruling.rule == rule);
}

const std::string kElsewhere = "a directory other than the installation's";
const IsolationSettings kNone;

}  // namespace

BOOST_AUTO_TEST_SUITE(isolation_of_providers)

BOOST_AUTO_TEST_CASE(providers_of_the_installation_alone_run_in_process) {
  decides(isolation_of({}, kNone, "vault", Origin::system), Isolation::in_process, "the installation's directory");
  for (const Origin origin : {Origin::user, Origin::environment})
    decides(isolation_of({}, kNone, "vault", origin), Isolation::process, kElsewhere);
}

BOOST_AUTO_TEST_CASE(user_isolates_all_or_one) {
  const IsolationSettings all{.all = true, .ids = {}}, one{.all = false, .ids = {"vault"}};
  decides(isolation_of({}, all, "vault", Origin::system), Isolation::process, "the setting provider.isolation");
  decides(isolation_of({}, one, "vault", Origin::system), Isolation::process, "the setting provider.isolated.vault");
  decides(isolation_of({}, one, "other", Origin::system), Isolation::in_process, "the installation's directory");
}

BOOST_AUTO_TEST_CASE(policy_isolates_the_installation_too) {
  Policy policy = parse_policy(
      "version = 1\n[providers]\nmode = \"open\"\nuser_directories = true\nisolation = \"process\"\n", "/p.toml");
  decides(isolation_of(policy, kNone, "apikey", Origin::system), Isolation::process,
          "the policy /p.toml, line 5 (providers.isolation)");
  policy = policy_with("isolation = \"default\"");
  decides(isolation_of(policy, kNone, "apikey", Origin::system), Isolation::in_process, "the installation's directory");
}

BOOST_AUTO_TEST_CASE(pinned_provider_runs_in_process_where_the_policy_says_so) {
  for (const char* demand : {"", "isolation = \"process\""}) {
    const Policy policy = policy_with(demand, "in_process = true");
    decides(isolation_of(policy, kNone, "vault", Origin::user), Isolation::in_process,
            "the policy /etc/heygen/policy.toml, line 9 (pins.vault.in_process)");
    BOOST_TEST((isolation_of(policy, kNone, "other", Origin::user).isolation == Isolation::process));
  }
  decides(isolation_of(policy_with("", "in_process = false"), kNone, "vault", Origin::user), Isolation::process,
          kElsewhere);
  BOOST_TEST((isolation_of(policy_with("", "#"), kNone, "vault", Origin::user).isolation == Isolation::process));
}

BOOST_AUTO_TEST_CASE(user_isolates_what_the_policy_lets_in) {
  const Policy policy = policy_with("", "in_process = true");
  decides(isolation_of(policy, {.all = true, .ids = {}}, "vault", Origin::user), Isolation::process,
          "the setting provider.isolation");
  decides(isolation_of(policy, {.all = false, .ids = {"vault"}}, "vault", Origin::system), Isolation::process,
          "the setting provider.isolated.vault");
}

BOOST_AUTO_TEST_SUITE_END()
