// SPDX-License-Identifier: Apache-2.0
#include "core/profile/choice.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "core/base/error.hpp"
#include "tests/support/error.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace heygen;
using namespace heygen::profile;
namespace fs = std::filesystem;

namespace {

/// In a home directory of its own, which ends the search for a file.
struct Fixture {
  Fixture() { fs::current_path(directory.make("project")); }
  ~Fixture() { fs::current_path(before); }
  Choice chosen(std::optional<std::string> option = {}, const std::string& variable = {}) const {
    return choose(option, MapEnvironment({{"HOME", fs::canonical(directory.path())}, {"HEYGEN_PROFILE", variable}}),
                  profiles);
  }
  fs::path before = fs::current_path();
  test::TemporaryDirectory directory;
  Profiles profiles{directory / "config"};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(choice, Fixture)

BOOST_AUTO_TEST_CASE(each_way_precedes_the_next) {
  BOOST_TEST(chosen().name.empty());
  BOOST_TEST((chosen().by == Choice::By::usual));
  profiles.use("d");
  BOOST_TEST(chosen().name == "d");
  directory.write(".heygen-profile", "c\n");
  fs::permissions(directory / ".heygen-profile", fs::perms::owner_read);
  BOOST_TEST(chosen().name == "c");
  BOOST_TEST(chosen().file == fs::canonical(directory.path()) / ".heygen-profile");
  BOOST_TEST(chosen({}, "b").name == "b");
  BOOST_TEST(chosen("a", "b").name == "a");
  BOOST_TEST(chosen("", "b").name.empty());
  BOOST_TEST((chosen("", "b").by == Choice::By::option));
}

BOOST_AUTO_TEST_CASE(what_is_not_looked_at_cannot_be_wrong) {
  directory.write(".heygen-profile", "../x\n");
  BOOST_TEST(test::error_of([&] { chosen(); }).code == "usage_error");
  BOOST_TEST(chosen({}, "b").name == "b");
}

BOOST_AUTO_TEST_SUITE_END()
