// SPDX-License-Identifier: Apache-2.0
#include "host/package/private_directory.hpp"

#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>

#include "tests/support/temporary_directory.hpp"

using heygen::host::package::PrivateDirectory;

namespace fs = std::filesystem;

BOOST_AUTO_TEST_SUITE(private_directory)

BOOST_AUTO_TEST_CASE(it_is_the_users_alone_and_goes_with_its_content) {
  const heygen::test::TemporaryDirectory parent;
  fs::path path;
  {
    const PrivateDirectory directory(parent.path());
    path = directory.path();
    struct stat info {};
    BOOST_TEST_REQUIRE(stat(path.c_str(), &info) == 0);
    BOOST_TEST((info.st_mode & 07777U) == 0700U);
    fs::create_directory(path / "sub");
    std::ofstream(path / "sub/file") << "x";
  }
  BOOST_TEST(!fs::exists(path));
}

BOOST_AUTO_TEST_CASE(what_a_killed_process_left_is_removed_and_what_is_in_use_stays) {
  const heygen::test::TemporaryDirectory parent;
  const fs::path left = parent.path() / ".install-left00";
  fs::create_directory(left);
  std::ofstream(left / "library.so") << "x";
  std::ofstream(parent.path() / "vault.so") << "x";
  fs::create_directory_symlink(parent.path(), parent.path() / ".install-link00");
  const PrivateDirectory first(parent.path());
  BOOST_TEST(!fs::exists(left));
  const PrivateDirectory second(parent.path());
  BOOST_TEST(fs::exists(first.path()));
  BOOST_TEST(fs::exists(second.path()));
  BOOST_TEST(fs::exists(parent.path() / "vault.so"));
}

BOOST_AUTO_TEST_SUITE_END()
