// SPDX-License-Identifier: Apache-2.0
#include "host/commands/doctor/report.hpp"

#include <boost/test/unit_test.hpp>

#include "core/base/environment.hpp"
#include "core/base/known_secrets.hpp"
#include "host/commands/doctor/look/look.hpp"

using namespace heygen;
using namespace heygen::host::commands::doctor;

namespace {

Anonymizer of_ada() {
  return Anonymizer(MapEnvironment({{"HOME", "/"}, {"USER", "ada"}, {"LOGNAME", "lovelace"}}));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(doctor)

BOOST_AUTO_TEST_CASE(report_has_no_user_name_in_a_path) {
  const Anonymizer anonymizer = of_ada();
  BOOST_TEST(anonymizer.clean("in /home/grace/x.toml") == "in /home/…/x.toml");
  BOOST_TEST(anonymizer.clean("in /Users/grace.hopper/x") == "in /Users/…/x");
  BOOST_TEST(anonymizer.clean("/srv/ada/x and /srv/ada.") == "/srv/…/x and /srv/….");
  BOOST_TEST(anonymizer.clean("/run/lovelace") == "/run/…");
  BOOST_TEST(anonymizer.clean("/srv/adamant/x") == "/srv/adamant/x");
}

BOOST_AUTO_TEST_CASE(report_has_no_mail_address) {
  const Anonymizer anonymizer = of_ada();
  BOOST_TEST(anonymizer.clean("of ada.l+x@example.test, who") == "of (mail address), who");
  BOOST_TEST(anonymizer.clean("a@b.c d@e.f") == "(mail address) (mail address)");
  BOOST_TEST(anonymizer.clean("http://user:password@host:port") == "http://user:password@host:port");
  BOOST_TEST(anonymizer.clean("@ x@ @y.z") == "@ x@ @y.z");
}

BOOST_AUTO_TEST_CASE(report_has_no_known_secret_and_nothing_that_a_terminal_obeys) {
  remember_secret("very-secret-key");
  BOOST_TEST(of_ada().clean("the key very-secret-key") == "the key ***");
  BOOST_TEST(of_ada().clean("a\x1b[2Jb").find('\x1b') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(report_ends_with_each_step_once_failures_first) {
  const Checks checks{{"a", Status::warn, "A.", "Do one."},
                      {"b", Status::fail, "B.", "Do two."},
                      {"c", Status::fail, "C.", "Do two."},
                      {"d", Status::ok, "D.", "Not this."},
                      {"e", Status::skipped, "E…", "Nor this."}};
  BOOST_TEST(text_of(checks, {.utf8 = true, .color = false}) ==
             "! a: A.\n✗ b: B.\n✗ c: C.\n✓ d: D.\n- e: E…\n\nWhat to do:\n1. Do two.\n2. Do one.\n");
  BOOST_TEST(text_of(checks, {.utf8 = false, .color = false}) ==
             "! a: A.\nx b: B.\nx c: C.\n+ d: D.\n- e: E...\n\nWhat to do:\n1. Do two.\n2. Do one.\n");
  BOOST_TEST(text_of({{"d", Status::ok, "D."}}, {.utf8 = true, .color = true}) ==
             "\x1b[32m✓\x1b[0m d: D.\n\nNothing to do.\n");
}

BOOST_AUTO_TEST_CASE(check_survives_its_way_between_processes) {
  const Check check{"provider.x", Status::fail, "Summary \"…\".", "Next."};
  const auto read = parse_check(R"({"id":"provider.x","status":"fail","summary":"Summary \"…\".","next":"Next."})");
  BOOST_TEST(read->id == check.id);
  BOOST_TEST((read->status == check.status));
  BOOST_TEST(read->summary == check.summary);
  BOOST_TEST(read->next == check.next);
  BOOST_TEST(document_of(check).string_at("status") == "fail");
  for (const char* text : {"", "{", "[]", R"({"status":"fine","summary":"x"})", R"({"status":"ok"})"})
    BOOST_TEST(!parse_check(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(holders_of_a_lock_are_told_from_those_that_wait) {
  constexpr std::string_view kLocks =
      "1: FLOCK  ADVISORY  WRITE 7655 fe:00:9988646 0 EOF\n"
      "1: -> FLOCK  ADVISORY  WRITE 7700 fe:00:9988646 0 EOF\n"
      "2: OFDLCK ADVISORY  WRITE -1 fe:00:17 100 100\n"
      "3: POSIX  ADVISORY  READ  12 fe:01:9988646 0 EOF\n"
      "nonsense\n";
  const std::vector<LockHolder> holders = holders_of(kLocks, "fe:00:9988646");
  BOOST_REQUIRE(holders.size() == 2U);
  BOOST_TEST(holders[0].pid == 7655);
  BOOST_TEST(!holders[0].waiting);
  BOOST_TEST(holders[1].pid == 7700);
  BOOST_TEST(holders[1].waiting);
  BOOST_TEST(holders_of(kLocks, "fe:00:17").at(0).pid == -1);
  BOOST_TEST(holders_of(kLocks, "fe:00:998864").empty());
  BOOST_TEST(holders_of("", "fe:00:17").empty());
}

BOOST_AUTO_TEST_CASE(clock_may_differ_by_a_minute) {
  const auto status = [](std::int64_t server, std::int64_t here) { return compare_clock(server, here).status; };
  BOOST_TEST((status(1000, 1060) == Status::ok));
  BOOST_TEST((status(1060, 1000) == Status::ok));
  BOOST_TEST((status(1000, 1061) == Status::warn));
  BOOST_TEST((status(1300, 1000) == Status::warn));
  BOOST_TEST((status(1301, 1000) == Status::fail));
  BOOST_TEST((compare_clock({}, 1000).status == Status::skipped));
  BOOST_TEST(compare_clock(1000, 4600).summary.find("1h ahead of") != std::string::npos);
  BOOST_TEST(compare_clock(4600, 1000).summary.find("1h behind") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
