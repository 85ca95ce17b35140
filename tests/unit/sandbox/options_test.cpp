// SPDX-License-Identifier: Apache-2.0
#include "sdk/sandbox/options.hpp"

#include <boost/test/unit_test.hpp>

#include "sdk/sandbox/base/failure.hpp"

namespace heygen::sandbox {
namespace {

BOOST_AUTO_TEST_SUITE(options)

BOOST_AUTO_TEST_CASE(all_options_are_read_in_both_spellings) {
  const Options options =
      parse_options({"serve", "--port=81", "--host", "127.8.0.1", "--auto-approve", "--log", "f", "--access-ttl=1",
                     "--refresh-ttl", "2", "--device-ttl", "3", "--interval", "4", "--job-delay", "0.25", "--empty"});
  BOOST_TEST((options.command == Options::Command::serve));
  BOOST_TEST(options.port == 81);
  BOOST_TEST(options.host == "127.8.0.1");
  BOOST_TEST(options.log_file == "f");
  BOOST_TEST(options.settings.auto_approve);
  BOOST_TEST(options.settings.access_ttl == 1);
  BOOST_TEST(options.settings.refresh_ttl == 2);
  BOOST_TEST(options.settings.device_ttl == 3);
  BOOST_TEST(options.settings.interval == 4);
  BOOST_TEST(options.settings.empty);
  BOOST_TEST(options.settings.job_delay.count() == 250);
}

BOOST_AUTO_TEST_CASE(a_near_miss_gets_a_suggestion) {
  BOOST_CHECK_EXCEPTION(parse_options({"serve", "--auto-aprove"}), Failure, [](const Failure& error) {
    return error.exit == 2 && error.hint.find("--auto-approve") != std::string::npos;
  });
  BOOST_CHECK_EXCEPTION(parse_options({"serv"}), Failure,
                        [](const Failure& error) { return error.hint.find("serve") != std::string::npos; });
}

BOOST_AUTO_TEST_CASE(only_loopback_addresses_are_accepted) {
  BOOST_TEST(parse_options({"serve", "--host", "::1"}).host == "::1");
  for (const char* host : {"0.0.0.0", "::", "10.0.0.1", "128.0.0.1", "::ffff:127.0.0.1", "127.0.0.1.example"}) {
    BOOST_CHECK_THROW(parse_options({"serve", "--host", host}), Failure);
  }
}

BOOST_AUTO_TEST_CASE(everything_after_the_first_word_belongs_to_the_command) {
  const std::vector<std::string> wanted{"heygen", "--port", "--", "-h"};
  BOOST_TEST(parse_options({"run", "--port", "1", "--", "heygen", "--port", "--", "-h"}).program == wanted);
  BOOST_TEST(parse_options({"run", "heygen", "--port", "--", "-h"}).program == wanted);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace heygen::sandbox
