// SPDX-License-Identifier: Apache-2.0
#include "host/audit.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <cstring>

#include "core/base/clock.hpp"
#include "core/json/parse.hpp"
#include "core/json/value.hpp"
#include "tests/support/clock.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace heygen;
using namespace heygen::host;

namespace {

/// What listens in place of syslog.
class Listener {
 public:
  Listener(const std::filesystem::path& path, int type) : socket_(socket(AF_UNIX, type, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    BOOST_REQUIRE(bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    if (type == SOCK_STREAM) BOOST_REQUIRE(listen(socket_.get(), 1) == 0);
  }
  std::string receive() const { return receive_from(socket_.get()); }
  std::string accept_and_receive() const {
    return receive_from(UniqueFd(accept(socket_.get(), nullptr, nullptr)).get());
  }

 private:
  static std::string receive_from(int fd) {
    std::array<char, 8192> text{};
    const ssize_t size = recv(fd, text.data(), text.size(), 0);
    return {text.data(), static_cast<std::size_t>(size)};
  }
  UniqueFd socket_;
};

const AuditEvent kUse{"use", "ok", "oauth", {{"type", "oauth"}}};
const AuditSubject kSubject{1000, "video list", ""};

}  // namespace

BOOST_AUTO_TEST_SUITE(host_audit)

BOOST_AUTO_TEST_CASE(record_is_one_object_in_a_fixed_order) {
  BOOST_TEST(audit_record(kUse, kSubject, 0) ==
             R"({"time":"1970-01-01T00:00:00Z","event":"use","outcome":"ok","user":1000,"command":"video list",)"
             R"("provider":"oauth","profile":"","type":"oauth"})");
}

BOOST_AUTO_TEST_CASE(long_or_odd_text_leaves_an_object_below_the_limit) {
  for (const std::string& part : {std::string("a"), std::string("\x1b[31m\n"), std::string("\xFF"), std::string("\""),
                                  std::string("é"), std::string("\\")}) {
    std::string text;
    while (text.size() < 20'000) text += part;
    const AuditEvent event{"load", "refused", "vault", {{"path", text}, {"rule", text}, {"reason", text}}};
    const std::string record = audit_record(event, {1, text, text}, 0);
    BOOST_TEST(record.size() <= kLongestAuditRecord);
    BOOST_TEST((record.find('\n') == std::string::npos));
    const json::Value read = json::parse(record);
    BOOST_TEST(read.string_at("provider") == "vault");
    BOOST_TEST(read.string_at("reason").ends_with("…"));
  }
}

BOOST_AUTO_TEST_CASE(record_reaches_syslog_in_its_own_format) {
  test::TemporaryDirectory directory;
  test::FakeClock clock;
  const Listener datagrams(directory.path() / "log", SOCK_DGRAM);
  AuditLog log(clock, directory.path() / "log");
  log.subject.command = "video list";
  BOOST_TEST(log.write(kUse) == "");
  const std::string line = datagrams.receive();
  BOOST_TEST((line.starts_with("<85>")));  // authpriv.notice
  BOOST_TEST((line.find("heygen[" + std::to_string(getpid()) + "]: {\"time\":") != std::string::npos));
  BOOST_TEST((line.ends_with('}')));
  const Listener stream(directory.path() / "stream", SOCK_STREAM);
  AuditLog other(clock, directory.path() / "stream");
  BOOST_TEST(other.write(kUse) == "");
  const std::string ended = stream.accept_and_receive();
  BOOST_TEST((ended.ends_with(std::string("}\0", 2))));
}

BOOST_AUTO_TEST_CASE(log_that_is_gone_is_named_and_one_that_comes_back_is_used) {
  test::TemporaryDirectory directory;
  test::FakeClock clock;
  const std::filesystem::path path = directory.path() / "log";
  AuditLog log(clock, path);
  BOOST_TEST(log.open() == path.string() + ": no such file or directory");
  BOOST_TEST(log.write(kUse) == path.string() + ": no such file or directory");
  {
    const Listener first(path, SOCK_DGRAM);
    BOOST_TEST(log.write(kUse) == "");
  }
  BOOST_TEST(log.write(kUse) == path.string() + ": connection refused");
  std::filesystem::remove(path);
  const Listener second(path, SOCK_DGRAM);
  BOOST_TEST(log.write(kUse) == "");
  BOOST_TEST((second.receive().find("\"event\":\"use\"") != std::string::npos));
}

BOOST_AUTO_TEST_SUITE_END()
