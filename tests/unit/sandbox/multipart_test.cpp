// SPDX-License-Identifier: Apache-2.0
#include "sdk/sandbox/http/multipart.hpp"

#include <boost/test/unit_test.hpp>
#include <vector>

#include "sdk/sandbox/http/http.hpp"

namespace heygen::sandbox {
namespace {

std::vector<Part> parts_of(const std::string& body, const std::string& type = "multipart/form-data; boundary=b") {
  Spool spool;
  spool.append(body);
  return read_parts(spool, type);
}

const std::string kHead = "Content-Disposition: form-data; name=\"file\"; filename=\"a \\\"b\\\".png\"\r\n\r\n";

BOOST_AUTO_TEST_SUITE(multipart)

BOOST_AUTO_TEST_CASE(part_has_name_filename_type_and_content) {
  const auto parts = parts_of("preamble\r\n--b\r\n" + kHead + "one\r\n--b\r\ncontent-type: text/plain\r\n" +
                              "content-disposition: form-data; name=plain\r\n\r\n\r\n--b--\r\nepilogue");
  BOOST_REQUIRE(parts.size() == 2);
  BOOST_TEST(parts[0].name == "file");
  BOOST_TEST(parts[0].filename == "a \"b\".png");
  BOOST_TEST(parts[0].size == 3);
  BOOST_TEST(parts[1].name == "plain");
  BOOST_TEST(parts[1].type == "text/plain");
  BOOST_TEST(parts[1].size == 0);
}

BOOST_AUTO_TEST_CASE(filename_keeps_backslashes_and_what_browsers_encode) {
  const std::vector<std::pair<std::string, std::string>> names{{R"(C:\new\a.png)", R"(C:\new\a.png)"},
                                                               {"a%22b%0D%0Ac.png", "a\"b\r\nc.png"},
                                                               {R"(ends with \)", R"(ends with \)"},
                                                               {R"(a \"b\".png)", "a \"b\".png"}};
  for (const auto& [sent, name] : names) {
    const auto parts =
        parts_of("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + sent + "\"\r\n\r\nx\r\n--b--");
    BOOST_REQUIRE(parts.size() == 1);
    BOOST_TEST(parts[0].name == "file");
    BOOST_TEST(parts[0].filename == name);
  }
}

BOOST_AUTO_TEST_CASE(boundary_is_found_across_pieces) {
  for (std::size_t size = 65400; size < 65540; ++size) {
    const auto parts = parts_of("--b\r\n" + kHead + std::string(size, '\r') + "\r\n--b--");
    BOOST_REQUIRE(parts.size() == 1);
    BOOST_REQUIRE(parts[0].size == size);
  }
}

BOOST_AUTO_TEST_CASE(body_without_end_is_rejected) {
  for (const char* body : {"", "--b", "--b\r\n", "--b\r\nname: x\r\n\r\n", "--b\r\n\r\nx\r\n--b", "--c\r\n\r\n--c--"}) {
    BOOST_CHECK_THROW(parts_of(body), Invalid);
  }
  BOOST_CHECK_THROW(parts_of("--b--", "multipart/form-data"), Invalid);
  BOOST_TEST(parts_of("--b--").empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace heygen::sandbox
