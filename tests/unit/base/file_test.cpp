// SPDX-License-Identifier: Apache-2.0
#include "core/base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <set>
#include <string>
#include <thread>

#include "core/base/directory.hpp"
#include "core/base/error.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace heygen;
using heygen::test::TemporaryDirectory;
namespace fs = std::filesystem;

namespace {

int error_of_reading(const fs::path& path, std::size_t limit = 100) {
  try {
    read_regular_file(path, limit);
  } catch (const std::system_error& error) {
    return error.code().value();
  }
  return 0;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(base_file, TemporaryDirectory)

BOOST_AUTO_TEST_CASE(read_regular_file_returns_all_bytes_up_to_its_limit) {
  const std::string bytes("a\0b\n", 4);
  BOOST_TEST(read_regular_file(write("file", bytes), 4).value() == bytes);
  BOOST_TEST(error_of_reading(write("file", bytes), 3) == EFBIG);
  BOOST_TEST(read_regular_file(write("file", ""), 0).value().empty());
}

BOOST_AUTO_TEST_CASE(read_regular_file_returns_files_of_any_size_whole) {
  constexpr std::size_t kPiece = std::size_t{16} * 1024;
  for (const std::size_t size : {kPiece - 1, kPiece, kPiece + 1, 3 * kPiece}) {
    const std::string bytes(size, 'x');
    const fs::path file = write("file", bytes);
    BOOST_TEST((read_regular_file(file, size) == bytes));
    BOOST_TEST(error_of_reading(file, size - 1) == EFBIG);
  }
  BOOST_TEST(!read_regular_file("/proc/self/maps", kPiece * 100).value().empty());  // has no size
}

BOOST_AUTO_TEST_CASE(visit_names_sees_each_entry_until_told_to_stop) {
  write("one", "");
  make_private_directory(path() / ".two");
  std::set<std::string> seen;
  BOOST_TEST(!visit_names(path(), [&](std::string_view name) { return seen.emplace(name).second; }));
  BOOST_TEST((seen == std::set<std::string>{"one", ".two"}));
  int calls = 0;
  BOOST_TEST(!visit_names(path(), [&](std::string_view) { return ++calls > 1; }));
  BOOST_TEST(calls == 1);
  BOOST_TEST(visit_names(path() / "missing", [](std::string_view) { return true; }).value() == ENOENT);
  BOOST_TEST(visit_names(path() / "one", [](std::string_view) { return true; }).value() == ENOTDIR);
}

BOOST_AUTO_TEST_CASE(read_regular_file_tells_missing_from_unreadable) {
  BOOST_TEST(!read_regular_file(path() / "missing", 1).has_value());
  BOOST_TEST(error_of_reading(path()) == EISDIR);
  BOOST_TEST(error_of_reading(fs::path(write("file", "x")) / "below") == ENOTDIR);
}

BOOST_AUTO_TEST_CASE(read_regular_file_does_not_wait_for_a_fifo) {
  const fs::path fifo = path() / "fifo";
  BOOST_REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  BOOST_TEST(error_of_reading(fifo) == EINVAL);
}

BOOST_AUTO_TEST_CASE(write_all_waits_for_a_nonblocking_pipe) {
  std::array<int, 2> ends{};
  BOOST_REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
  const UniqueFd in(ends[0]);
  UniqueFd out(ends[1]);
  BOOST_REQUIRE(fcntl(out.get(), F_SETFL, O_NONBLOCK) == 0);
  const std::string bytes(std::size_t{1} << 20U, 'x');
  std::string got;
  std::thread reader([&] { got = read_to_end(in.get(), bytes.size()); });
  BOOST_TEST(!write_all(out.get(), bytes));
  out.reset();
  reader.join();
  BOOST_TEST((got == bytes));
}

BOOST_AUTO_TEST_CASE(write_all_returns_why_it_failed) {
  const UniqueFd reading = open_file(write("file", "x"), O_RDONLY);
  BOOST_TEST(write_all(reading.get(), "y").value() == EBADF);
}

BOOST_AUTO_TEST_CASE(opened_files_are_closed_on_exec) {
  const UniqueFd file = open_file(write("file", "x"), O_RDONLY);
  BOOST_TEST((fcntl(file.get(), F_GETFD) & FD_CLOEXEC) != 0);
  errno = 0;
  BOOST_TEST(!open_file(path() / "missing", O_RDONLY));
  BOOST_TEST(errno == ENOENT);
}

BOOST_AUTO_TEST_CASE(sync_directory_survives_a_missing_one) {
  sync_directory(path());
  sync_directory(path() / "missing");
}

BOOST_AUTO_TEST_CASE(describe_errno_starts_in_lower_case_without_full_stop) {
  BOOST_TEST(describe_errno(EACCES) == "permission denied");
  BOOST_TEST(describe_errno(ENOENT) == "no such file or directory");
  BOOST_TEST(describe_errno(EIO) == "input/output error");
}

BOOST_AUTO_TEST_CASE(private_directories_are_made_with_mode_0700) {
  make_private_directory(path() / "a" / "b");
  struct stat about {};
  BOOST_REQUIRE(stat((path() / "a").c_str(), &about) == 0);
  BOOST_TEST((about.st_mode & 0777U) == 0700U);
  make_private_directory(path() / "a" / "b");
  BOOST_CHECK_THROW(make_private_directory(fs::path(write("file", "x")) / "below"), Error);
}

BOOST_AUTO_TEST_SUITE_END()
