// SPDX-License-Identifier: Apache-2.0
#include "host/provider_settings.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/support/temporary_directory.hpp"

using heygen::MapEnvironment;
using heygen::config::Config;
using heygen::host::provider_settings;

namespace {

struct Settings {
  heygen::host::ProviderSettings of(const std::string& text) const {
    directory.write("config.toml", text);
    return provider_settings(Config(directory.path(), environment));
  }
  heygen::test::TemporaryDirectory directory;
  MapEnvironment environment{{}};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(provider_settings_of_the_user, Settings)

BOOST_AUTO_TEST_CASE(deadline_and_disabled_providers_are_read) {
  const auto settings = of("[provider]\ndeadline = 5\ndisabled = { vault = true, sso = false }\n");
  BOOST_TEST(!settings.problem);
  BOOST_TEST(settings.disabled == std::vector<std::string>{"vault"}, boost::test_tools::per_element());
  BOOST_TEST((settings.hang_timeout == std::chrono::seconds{5}));
}

BOOST_AUTO_TEST_CASE(runtimes_that_may_load_are_read) {
  const auto settings = of("[provider]\nruntime = { vault = true, sso = false }\n");
  BOOST_TEST(!settings.problem);
  BOOST_TEST(settings.runtimes == std::vector<std::string>{"vault"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(isolation_is_read) {
  auto settings = of("[provider]\nisolation = \"process\"\nisolated = { vault = true, sso = false }\n");
  BOOST_TEST(!settings.problem);
  BOOST_TEST(settings.isolation.all);
  BOOST_TEST(settings.isolation.ids == std::vector<std::string>{"vault"}, boost::test_tools::per_element());
  settings = of("provider.isolation = 'default'\n");
  BOOST_TEST(!settings.problem);
  BOOST_TEST(!settings.isolation.all);
  for (const char* fault : {"provider.isolation = 'none'", "provider.isolation = true", "provider.isolated.a = 'yes'"})
    BOOST_TEST(of(std::string(fault) + "\n").problem.has_value(), fault);
}

BOOST_AUTO_TEST_CASE(fault_anywhere_in_the_file_is_a_problem) {
  for (const char* fault :
       {"provider.deadline = 0", "provider.deadline = 86401", "provider.disabled = ['vault']",
        "provider.disabled.vault = 1", "provider.runtime.vault = 'yes'", "x = openid", "[", "output = 'xml'"}) {
    const auto settings = of(std::string("provider.disabled.sso = true\n") + fault + "\n");
    BOOST_TEST(settings.problem.has_value(), fault);
  }
}

BOOST_AUTO_TEST_SUITE_END()
