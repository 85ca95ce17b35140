// SPDX-License-Identifier: Apache-2.0
#include "core/profile/profile_file.hpp"

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
  Fixture() { chmod(directory.write(".heygen-profile", "work\n").c_str(), 0644); }
  test::TemporaryDirectory directory;
  fs::path path = directory / ".heygen-profile";
  Profiles profiles{directory / "config"};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(profile_file, Fixture)

BOOST_AUTO_TEST_CASE(the_users_own_needs_no_trust) {
  const ProfileFile file = read_profile_file(path);
  BOOST_TEST(file.name == "work");
  BOOST_TEST(file.doubt.empty());
  BOOST_TEST(is_trusted(file, profiles));
}

BOOST_AUTO_TEST_CASE(trust_is_for_one_path_and_one_name) {
  chmod(path.c_str(), 0666);
  const ProfileFile file = read_profile_file(path);
  BOOST_TEST(!is_trusted(file, profiles));
  trust(file, profiles);
  BOOST_TEST(is_trusted(file, profiles));
  ProfileFile changed = file;
  changed.name = "studio";
  BOOST_TEST(!is_trusted(changed, profiles));
  trust(changed, profiles);
  BOOST_TEST(!is_trusted(file, profiles));
  changed.path = directory / "else/.heygen-profile";
  BOOST_TEST(!is_trusted(changed, profiles));
}

BOOST_AUTO_TEST_CASE(file_without_a_name_is_refused) {
  directory.write(".heygen-profile", "../x\n");
  BOOST_TEST(test::error_of([&] { read_profile_file(path); }).code == "usage_error");
  directory.write(".heygen-profile", std::string(300, 'a'));
  BOOST_TEST(test::error_of([&] { read_profile_file(path); }).code == code::kFileIo);
  fs::remove(path);
  BOOST_TEST(test::error_of([&] { read_profile_file(path); }).code == code::kFileIo);
  fs::create_symlink(directory.write("named", "work\n"), path);
  BOOST_TEST(test::error_of([&] { read_profile_file(path); }).message().ends_with("is a link."));
  fs::remove(path);
  BOOST_REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  BOOST_TEST(test::error_of([&] { read_profile_file(path); }).code == code::kFileIo);
}

BOOST_AUTO_TEST_SUITE_END()
