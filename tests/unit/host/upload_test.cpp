// SPDX-License-Identifier: Apache-2.0
#include "host/transfer/upload.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "core/base/cancel.hpp"
#include "core/base/error.hpp"
#include "core/base/random.hpp"
#include "host/io.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace heygen;
using namespace heygen::host;
using namespace heygen::host::transfer;

namespace {

const Cancel kNever;

/// In small pieces, so that every boundary between head, file and tail is crossed.
std::string all_of(net::Body& body) {
  std::string text;
  char piece[7];
  while (const std::size_t count = body.read(piece)) text.append(piece, count);
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(upload)

BOOST_AUTO_TEST_CASE(the_file_is_one_part_of_announced_size) {
  const test::TemporaryDirectory directory;
  UploadBody body("file", directory.write("a.txt", "hello\r\n--world"), "", system_random(), kNever);
  const std::string boundary = body.content_type().substr(body.content_type().find('=') + 1);
  const std::string text = all_of(body);
  BOOST_TEST(text == "--" + boundary +
                         "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n"
                         "Content-Type: application/octet-stream\r\n\r\nhello\r\n--world\r\n--" +
                         boundary + "--\r\n");
  BOOST_TEST(body.size().value() == text.size());
}

BOOST_AUTO_TEST_CASE(replayed_body_is_the_same) {
  const test::TemporaryDirectory directory;
  UploadBody body("file", directory.write("a", std::string(100, 'x')), "", system_random(), kNever);
  const std::string first = all_of(body);
  BOOST_TEST(body.rewind());
  BOOST_TEST(all_of(body) == first);
  char piece[3];
  BOOST_TEST(body.rewind());
  body.read(piece);
  BOOST_TEST(body.rewind());
  BOOST_TEST(all_of(body) == first);
}

BOOST_AUTO_TEST_CASE(empty_file_makes_an_empty_part) {
  const test::TemporaryDirectory directory;
  UploadBody body("file", directory.write("e", ""), "", system_random(), kNever);
  BOOST_TEST(all_of(body).size() == body.size().value());
}

BOOST_AUTO_TEST_CASE(names_cannot_break_out_of_their_quotes) {
  const test::TemporaryDirectory directory;
  UploadBody body("file", directory.write("a\"b\nc", "x"), "", system_random(), kNever);
  BOOST_TEST(all_of(body).find("filename=\"a%22b%0Ac\"\r\n") != std::string::npos);
  UploadBody windows("file", directory.write("plain", "x"), "C:\\new\\a\"b\r.txt", system_random(), kNever);
  BOOST_TEST(all_of(windows).find("filename=\"C:\\new\\a%22b%0D.txt\"\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_file_that_shrinks_is_an_error_and_one_that_grows_is_cut) {
  const test::TemporaryDirectory directory;
  const std::string path = directory.write("a", std::string(50, 'x'));
  UploadBody shrunk("file", path, "", system_random(), kNever);
  std::filesystem::resize_file(path, 10);
  BOOST_CHECK_THROW(all_of(shrunk), Error);
  UploadBody grown("file", path, "", system_random(), kNever);
  std::filesystem::resize_file(path, 90);
  BOOST_TEST(all_of(grown).size() == grown.size().value());
}

BOOST_AUTO_TEST_CASE(unreadable_file_is_named) {
  const test::TemporaryDirectory directory;
  for (const std::string& path : {(directory.path() / "nope").string(), directory.path().string()}) {
    try {
      UploadBody body("file", path, "", system_random(), kNever);
      BOOST_FAIL("accepted");
    } catch (const Error& error) {
      BOOST_TEST(error.code == code::kFileIo);
      BOOST_TEST(error.message().find(path) != std::string::npos);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_pipe_without_a_writer_waits_until_the_user_has_enough) {
  const test::TemporaryDirectory directory;
  const std::string pipe = (directory.path() / "pipe").string();
  BOOST_REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  Cancel cancel;
  UploadBody body("file", pipe, "", system_random(), cancel);
  cancel.request();
  BOOST_CHECK_EXCEPTION(all_of(body), Error, [](const Error& error) { return error.code == code::kCanceled; });
  BOOST_CHECK_EXCEPTION(read_data(pipe, cancel), Error,
                        [](const Error& error) { return error.code == code::kCanceled; });
}

BOOST_AUTO_TEST_CASE(a_pipe_is_read_to_its_end) {
  const test::TemporaryDirectory directory;
  const std::string pipe = (directory.path() / "pipe").string();
  BOOST_REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  UploadBody body("file", pipe, "", system_random(), kNever);
  BOOST_TEST(!body.size().has_value());
  std::thread writer([&] { std::ofstream(pipe) << "from a pipe"; });
  const std::string text = all_of(body);
  writer.join();
  BOOST_TEST(text.find("from a pipe") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
