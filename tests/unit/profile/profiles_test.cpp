// SPDX-License-Identifier: Apache-2.0
#include "core/profile/profiles.hpp"

#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "core/base/error.hpp"
#include "tests/support/error.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace heygen;
using namespace heygen::profile;
namespace fs = std::filesystem;

namespace {

struct Fixture {
  test::TemporaryDirectory directory;
  Profiles profiles{directory.path()};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(profiles, Fixture)

BOOST_AUTO_TEST_CASE(a_name_is_short_plain_and_begins_with_a_letter_or_digit) {
  for (const char* name : {"a", "0", "work", "a.b_c-d", "9.lives"}) BOOST_TEST(checked_name(name, "it") == name);
  BOOST_TEST(checked_name(std::string(64, 'a'), "it") == std::string(64, 'a'));
  BOOST_TEST(checked_name(" work\n", "it") == "work");
  for (const std::string& name : {std::string(65, 'a'), std::string("."), std::string(".."), std::string(".a"),
                                  std::string("-a"), std::string("_a"), std::string("a/b"), std::string("A"),
                                  std::string("\xC3\xA4"), std::string("a b"), std::string("a\0b", 3)}) {
    const Error error = test::error_of([&] { checked_name(name, "--profile"); });
    BOOST_TEST(error.code == "usage_error", name);
    BOOST_TEST(error.message().starts_with("--profile is "), name);
  }
}

BOOST_AUTO_TEST_CASE(the_usual_profile_is_typed_as_default_or_nothing) {
  BOOST_TEST(checked_name("default", "it").empty());
  BOOST_TEST(checked_name("", "it").empty());
  BOOST_TEST(profiles.directory("") == directory.path());
  BOOST_TEST(profiles.exists(""));
  BOOST_TEST(suffix("").empty());
  BOOST_TEST(suffix("work") == " (profile `work`)");
}

BOOST_AUTO_TEST_CASE(profiles_are_the_directories_with_a_name) {
  BOOST_TEST(profiles.names().empty());
  for (const char* name : {"b", "a", ".hidden", "UPPER"}) directory.make(std::string("profiles/") + name);
  directory.write("profiles/file", "");
  fs::create_directory_symlink(directory / "profiles/a", directory / "profiles/link");
  BOOST_TEST(profiles.names() == (std::vector<std::string>{"a", "b"}), boost::test_tools::per_element());
  BOOST_TEST(profiles.exists("a"));
  BOOST_TEST(!profiles.exists("c"));
  BOOST_TEST(test::error_of([&] { profiles.exists("link"); }).message().ends_with("is a link."));
  BOOST_TEST(test::error_of([&] { profiles.exists("file"); }).message().ends_with("is not a directory."));
}

BOOST_AUTO_TEST_CASE(the_chosen_one_is_kept_until_another_is) {
  BOOST_TEST(profiles.in_use().empty());
  profiles.use("");
  BOOST_TEST(!fs::exists(directory / "profiles"));
  profiles.use("work");
  BOOST_TEST(profiles.in_use() == "work");
  profiles.use("");
  BOOST_TEST(profiles.in_use().empty());
  directory.write("profiles/.use", "../x\n");
  BOOST_TEST(test::error_of([&] { profiles.in_use(); }).code == "usage_error");
}

BOOST_AUTO_TEST_CASE(a_rename_moves_all_and_replaces_nothing) {
  directory.make("profiles/a");
  directory.make("profiles/b");
  directory.write("profiles/a/credentials", "{}");
  BOOST_TEST(test::error_of([&] { profiles.rename("a", "b"); }).code == code::kFileIo);
  profiles.rename("a", "c");
  BOOST_TEST(profiles.names() == (std::vector<std::string>{"b", "c"}), boost::test_tools::per_element());
  BOOST_TEST(directory.read("profiles/c/credentials") == "{}");
}

BOOST_AUTO_TEST_CASE(a_removal_takes_what_an_earlier_one_left) {
  directory.make("profiles/a/keys");
  directory.make("profiles/.removed-1-b/keys");
  profiles.remove("a");
  BOOST_TEST(fs::is_empty(directory / "profiles"));
}

BOOST_AUTO_TEST_CASE(without_a_configuration_directory_there_is_only_the_usual_one) {
  const Profiles none({});
  BOOST_TEST(none.directory("work").empty());
  BOOST_TEST(!none.exists("work"));
  BOOST_TEST(none.in_use().empty());
  BOOST_TEST(test::error_of([&] { none.use("work"); }).code == code::kFileIo);
}

BOOST_AUTO_TEST_SUITE_END()
