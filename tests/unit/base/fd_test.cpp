// SPDX-License-Identifier: Apache-2.0
#include "core/base/fd.hpp"

#include <fcntl.h>

#include <array>
#include <boost/test/unit_test.hpp>

using namespace heygen;

namespace {

int open_null() {
  return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}
bool is_open(int fd) {
  return ::fcntl(fd, F_GETFD) >= 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(base_fd)

BOOST_AUTO_TEST_CASE(descriptor_is_closed_with_its_owner) {
  int fd = -1;
  {
    const UniqueFd owner(open_null());
    fd = owner.get();
    BOOST_TEST(static_cast<bool>(owner));
    BOOST_TEST(is_open(fd));
  }
  BOOST_TEST(!is_open(fd));
}

BOOST_AUTO_TEST_CASE(default_owner_has_no_descriptor) {
  UniqueFd none;
  BOOST_TEST(!none);
  BOOST_TEST(none.get() == -1);
  BOOST_TEST(none.close() == 0);
}

BOOST_AUTO_TEST_CASE(move_transfers_ownership) {
  UniqueFd first(open_null());
  const int fd = first.get();
  UniqueFd second(std::move(first));
  BOOST_TEST(!first);
  BOOST_TEST(second.get() == fd);
  UniqueFd third(open_null());
  const int replaced = third.get();
  third = std::move(second);
  BOOST_TEST(!is_open(replaced));
  BOOST_TEST(third.get() == fd);
  UniqueFd& same = third;
  third = std::move(same);
  BOOST_TEST(is_open(fd));
}

BOOST_AUTO_TEST_CASE(released_descriptor_stays_open) {
  UniqueFd owner(open_null());
  const int fd = owner.release();
  BOOST_TEST(!owner);
  BOOST_TEST(is_open(fd));
  ::close(fd);
}

BOOST_AUTO_TEST_CASE(reset_keeps_errno) {
  UniqueFd owner(open_null());
  errno = ENOENT;
  owner.reset();
  BOOST_TEST(errno == ENOENT);
}

BOOST_AUTO_TEST_CASE(close_reports_its_error_and_happens_once) {
  UniqueFd owner(open_null());
  ::close(owner.get());
  BOOST_TEST(owner.close() == EBADF);
  BOOST_TEST(!owner);
}

BOOST_AUTO_TEST_SUITE_END()
