// SPDX-License-Identifier: Apache-2.0
#include "core/profile/profile_lock.hpp"

#include <boost/test/unit_test.hpp>

#include "core/base/error.hpp"
#include "tests/support/clock.hpp"
#include "tests/support/error.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace heygen;
using namespace heygen::profile;

namespace {

struct Fixture {
  test::TemporaryDirectory directory;
  test::FakeClock clock;
  Profiles profiles{directory.path()};
  Share share{profiles, "work", clock};
  Share other{profiles, "work", clock};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(profile_lock, Fixture)

BOOST_AUTO_TEST_CASE(writers_share_it_and_exclude_a_rename) {
  directory.make("profiles/work");
  std::shared_ptr<const void> first = share.hold(false), again = share.hold(false), second = other.hold(false);
  BOOST_TEST(first == again);
  BOOST_TEST(!take_alone(profiles, "work").has_value());
  BOOST_TEST(take_alone(profiles, "else").has_value());
  first.reset();
  second.reset();
  BOOST_TEST(!take_alone(profiles, "work").has_value());
  again.reset();
  BOOST_TEST(take_alone(profiles, "work").has_value());
}

BOOST_AUTO_TEST_CASE(a_writer_waits_for_a_rename_and_then_finds_no_profile) {
  directory.make("profiles/work");
  std::optional<FileLock> alone = take_alone(profiles, "work");
  BOOST_REQUIRE(alone.has_value());
  clock.on_wait = [&] {
    if (alone) profiles.rename("work", "studio");
    alone.reset();
  };
  BOOST_TEST(test::error_of([&] { share.hold(false); }).message().find("renamed or removed") != std::string::npos);
  BOOST_TEST(!clock.waits.empty());
}

BOOST_AUTO_TEST_CASE(only_a_login_makes_a_profile) {
  BOOST_TEST(test::error_of([&] { share.hold(false); }).code == "error");
  BOOST_TEST(!std::filesystem::exists(directory / "profiles"));
  BOOST_TEST(share.hold(true) != nullptr);
}

BOOST_AUTO_TEST_CASE(a_login_waits_for_a_removal_no_longer_than_the_deadline) {
  const std::optional<FileLock> alone = take_alone(profiles, "work");
  BOOST_TEST(test::error_of([&] { share.hold(true); }).code == "timeout");
}

BOOST_AUTO_TEST_SUITE_END()
