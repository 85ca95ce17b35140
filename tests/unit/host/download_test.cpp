// SPDX-License-Identifier: Apache-2.0
#include "host/transfer/download.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <iterator>

#include "core/base/cancel.hpp"
#include "core/base/error.hpp"
#include "core/net/http.hpp"
#include "host/io.hpp"
#include "tests/support/clock.hpp"
#include "tests/support/error.hpp"
#include "tests/support/http.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/terminal.hpp"

using namespace heygen;
using namespace heygen::host;
using namespace heygen::host::transfer;
namespace fs = std::filesystem;

namespace {

using Kind = net::Failure::Kind;

const net::Headers kRanges{{"ETag", "\"v1\""}, {"Accept-Ranges", "bytes"}};

/// `body` comes, and then `end` if there is one. `length` is what the header says, 0 for what the body has.
struct Scripted {
  int status = 200;
  net::Headers headers = kRanges;
  std::string body{};
  std::optional<Kind> end{};
  std::uint64_t length = 0;
  bool announced = true;

  test::FakeHttp::Answer answer() const {
    if (status == 0) return net::Failure(*end, "No response.");
    test::ScriptedResponse response{
        .status = status, .body = body, .headers = headers, .announced = announced, .most = 3};
    if (end) response.then = net::Failure(*end, "It broke.");
    if (length > 0) response.length = length;
    return response;
  }
};

class Server : public net::Http {
 public:
  Server() = default;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() override { BOOST_TEST(script.empty(), "responses are left that no request asked for"); }
  std::unique_ptr<net::Response> send(const net::Request& request, const Cancel& cancel) override {
    const std::string* range = net::find_header(request.headers, "Range");
    const std::string* condition = net::find_header(request.headers, "If-Range");
    BOOST_TEST((range == nullptr) == (condition == nullptr));
    BOOST_TEST(*net::find_header(request.headers, "Accept-Encoding") == "identity");
    asked.push_back(request.url.text() + (range == nullptr ? "" : " " + *range + " " + *condition));
    BOOST_REQUIRE(!script.empty());
    http_.script.push_back(script.front().answer());
    script.pop_front();
    return http_.send(request, cancel);
  }
  std::deque<Scripted> script;
  std::vector<std::string> asked;

 private:
  test::FakeHttp http_;
};

struct Scenario {
  void run(const std::string& asset = "v1/video", bool replace = false) {
    download(needs, {"https://files.example/f?sig=SECRET", asset, "film.mp4"}, target, replace);
  }
  Error failure(const std::string& asset = "v1/video", bool replace = false) {
    return test::error_of([&] { run(asset, replace); });
  }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
  }

  MapEnvironment environment{{}};
  test::FakeTerminal terminal;
  test::FakeClock clock;
  Cancel cancel;
  Server server;
  DownloadDependencies needs{server, {terminal, environment, clock}, system_random(), cancel};
  test::TemporaryDirectory temporary;
  fs::path directory = temporary.path(), target = directory / "film.mp4", part = directory / ".film.mp4.heygen-part",
           facts = directory / ".film.mp4.heygen-part.json";
  std::string out;
  std::function<void(std::string_view)> write = [this](std::string_view text) { out += text; };
};

constexpr const char* kUrl = "https://files.example/f?sig=SECRET";

std::string asked_from(std::uint64_t first, const std::string& validator = "\"v1\"") {
  return std::string(kUrl) + " bytes=" + std::to_string(first) + "- " + validator;
}

Scripted broken(const std::string& body, Kind kind = Kind::reset) {
  return {.body = body, .end = kind, .length = 10};
}

Scripted rest(std::uint64_t first, const std::string& body, std::optional<Kind> end = {}) {
  return {.status = 206,
          .headers = {{"Content-Range", "bytes " + std::to_string(first) + "-9/10"}, {"ETag", "\"v1\""}},
          .body = body,
          .end = end,
          .length = 10 - first};
}

/// Four exchanges that break, so that the part is left to the next run.
void leave_a_part(Scenario& scenario) {
  scenario.server.script = {broken("01234"), rest(5, "", Kind::reset), rest(5, "5", Kind::truncated),
                            rest(6, "", Kind::timeout)};
  BOOST_TEST(scenario.failure().code == code::kTimeout);
  BOOST_TEST(scenario.server.script.empty());
  scenario.server.asked.clear();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(downloading)

BOOST_FIXTURE_TEST_CASE(a_file_that_comes_whole_is_all_there_is, Scenario) {
  const mode_t mask = umask(027);
  server.script = {{.body = "0123456789"}};
  run();
  umask(mask);
  BOOST_TEST(test::read_file(target) == "0123456789");
  BOOST_TEST(files() == 1U);
  struct stat mode {};
  BOOST_REQUIRE(stat(target.c_str(), &mode) == 0);
  BOOST_TEST((mode.st_mode & 0777U) == 0640U);
  BOOST_TEST(server.asked == std::vector<std::string>{kUrl}, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(interrupted_transfer_resumes_where_it_stopped, Scenario) {
  server.script = {broken("01234"), rest(5, "56", Kind::truncated), rest(7, "789")};
  run();
  BOOST_TEST(test::read_file(target) == "0123456789");
  BOOST_TEST(files() == 1U);
  BOOST_TEST(server.asked == (std::vector<std::string>{kUrl, asked_from(5), asked_from(7)}),
             boost::test_tools::per_element());
  BOOST_TEST(clock.waits.size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(three_tries_and_the_part_is_kept_for_the_next_run, Scenario) {
  leave_a_part(*this);
  BOOST_TEST(test::read_file(part) == "012345");
  BOOST_TEST(test::read_file(facts).find("SECRET") == std::string::npos);
  struct stat mode {};
  BOOST_REQUIRE(stat(part.c_str(), &mode) == 0);
  BOOST_TEST((mode.st_mode & 0777U) == 0600U);
  server.script = {rest(6, "6789")};
  run();
  BOOST_TEST(test::read_file(target) == "0123456789");
  BOOST_TEST(files() == 1U);
  BOOST_TEST(server.asked == std::vector<std::string>{asked_from(6)}, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_part_outlives_a_run_that_gets_no_connection, Scenario) {
  leave_a_part(*this);
  server.script = {{.status = 0, .end = Kind::connect}, {.status = 403}};
  BOOST_TEST(failure().code == code::kNetwork);
  const Error expired = failure();
  BOOST_TEST(expired.code == code::kDownloadUrlExpired);
  BOOST_TEST(expired.hint.find("resumes") != std::string::npos);
  server.script = {rest(6, "6789")};
  run();
  BOOST_TEST(test::read_file(target) == "0123456789");
}

BOOST_FIXTURE_TEST_CASE(a_part_of_another_asset_is_dropped, Scenario) {
  leave_a_part(*this);
  server.script = {{.body = "captions"}};
  run("v1/captioned");
  BOOST_TEST(test::read_file(target) == "captions");
  BOOST_TEST(files() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_part_whose_facts_do_not_fit_is_dropped, Scenario) {
  for (const char* text :
       {"", "no JSON", "[]", R"({"asset":"v1/video","validator":"ETag","value":"W/\"v1\"","length":10,"size":6})",
        R"({"asset":"v1/video","validator":"ETag","value":"\"v1\"","length":10,"size":7})",
        R"({"asset":"v1/video","validator":"ETag","value":"\"v1\"","length":5,"size":6})",
        R"({"asset":"v1/video","validator":"ETag","value":"\"v1\"","length":-1,"size":6})",
        R"({"asset":"v1/video","validator":"Range","value":"\"v1\"","length":10,"size":6})"}) {
    test::write_file(part, "XXXXXX");
    test::write_file(facts, text);
    server.script = {{.body = "0123456789"}};
    run("v1/video", true);
    BOOST_TEST(test::read_file(target) == "0123456789", text);
    BOOST_TEST(files() == 1U);
    BOOST_TEST(server.asked.back() == kUrl);
  }
}

BOOST_FIXTURE_TEST_CASE(bytes_past_what_was_made_safe_are_fetched_again, Scenario) {
  test::write_file(part, "012XXX");
  test::write_file(facts, R"({"asset":"v1/video","validator":"ETag","value":"\"v1\"","length":10,"size":3})");
  server.script = {rest(3, "3456789")};
  run();
  BOOST_TEST(test::read_file(target) == "0123456789");
}

BOOST_FIXTURE_TEST_CASE(a_part_that_is_complete_is_still_compared_with_the_server, Scenario) {
  test::write_file(part, "012345678X");
  test::write_file(facts, R"({"asset":"v1/video","validator":"ETag","value":"\"v1\"","length":10,"size":10})");
  server.script = {{.status = 0, .end = Kind::connect}, rest(9, "9")};
  failure();
  run();
  BOOST_TEST(test::read_file(target) == "0123456789");
  BOOST_TEST(server.asked.back() == asked_from(9));
}

BOOST_FIXTURE_TEST_CASE(a_changed_file_is_fetched_from_the_start, Scenario) {
  server.script = {broken("01234"), {.headers = {{"ETag", "\"v2\""}, {"Accept-Ranges", "bytes"}}, .body = "new"}};
  run();
  BOOST_TEST(test::read_file(target) == "new");
  BOOST_TEST(files() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_piece_that_does_not_fit_is_not_used, Scenario) {
  const auto piece = [](const std::string& range, const std::string& tag, std::uint64_t length = 5) {
    return Scripted{.status = 206,
                    .headers = {{"Content-Range", range}, {"ETag", tag}},
                    .body = "XXXXX",
                    .end = {},
                    .length = length};
  };
  Scripted encoded = piece("bytes 5-9/10", "\"v1\"");
  encoded.headers.push_back({"Content-Encoding", "gzip"});
  Scripted bare = piece("bytes 5-9/10", "\"v1\"");
  bare.headers.clear();
  Scripted untagged = piece("bytes 5-9/10", "");
  untagged.headers.pop_back();
  Scripted several = piece("bytes 5-9/10", "\"v1\"");
  several.headers.push_back({"Content-Type", "multipart/byteranges; boundary=x"});
  Scripted all = piece("bytes 5-9/10", "\"v1\"");
  all.status = 200;
  Scripted all_several = several;
  all_several.status = 200;
  all_several.headers.erase(all_several.headers.begin());
  Scripted shorter = all;  // "complete", of the same version, and yet of another length
  shorter.headers.erase(shorter.headers.begin());
  for (const Scripted& wrong :
       {shorter, piece("bytes 4-9/10", "\"v1\""), piece("bytes 5-8/10", "\"v1\""), piece("bytes 5-9/11", "\"v1\""),
        piece("bytes 5-9/*", "\"v1\""), piece("bytes 5-9/10", "\"v2\""), piece("bytes 5-9/10", "\"v1\"", 4), encoded,
        bare, untagged, several, all, all_several, Scripted{.status = 416}}) {
    server.script = {broken("01234"), wrong, {.body = "0123456789"}};
    run("v1/video", true);
    BOOST_TEST(test::read_file(target) == "0123456789");
    BOOST_TEST(files() == 1U);
    BOOST_TEST(server.asked.back() == kUrl);
  }
}

BOOST_FIXTURE_TEST_CASE(short_piece_is_resumed_and_long_piece_is_dropped, Scenario) {
  Scripted early = rest(5, "56");
  Scripted on = rest(5, "56789XX");
  early.announced = on.announced = false;
  early.length = on.length = 0;
  server.script = {broken("01234"), early, rest(7, "789")};
  run();
  BOOST_TEST(test::read_file(target) == "0123456789");
  fs::remove(target);
  server.script = {broken("01234"), on};
  BOOST_TEST(failure().code == code::kDownloadFailed);
  BOOST_TEST(files() == 0U);
}

BOOST_FIXTURE_TEST_CASE(response_that_says_it_is_a_piece_is_not_the_file, Scenario) {
  for (const char* range : {"bytes 0-4/10", "bytes 5-9/10", "bytes 0-9/11", "bytes 0-9/*", "nonsense"}) {
    server.script = {{.headers = {{"Content-Range", range}}, .body = "0123456789"}};
    BOOST_TEST(failure().code == code::kDownloadFailed);
    BOOST_TEST(files() == 0U);
  }
  server.script = {{.headers = {{"Content-Range", "bytes 0-9/10"}}, .body = "0123456789"}};
  run();
  BOOST_TEST(test::read_file(target) == "0123456789");
}

BOOST_FIXTURE_TEST_CASE(response_that_contradicts_itself_is_never_a_file, Scenario) {
  const std::vector<std::pair<net::Header, net::Header>> contradictions{
      {{"Content-Range", "bytes 5-9/10"}, {"content-range", "bytes 0-4/10"}},
      {{"Content-Range", "bytes 5-9/10"}, {"Content-Range", "bytes 5-9/11"}},
      {{"ETag", "\"v1\""}, {"ETag", "\"v2\""}},
      {{"Last-Modified", "Tue, 14 Nov 2023 22:13:00 GMT"}, {"Last-Modified", "Tue, 14 Nov 2023 22:13:20 GMT"}},
      {{"Content-Length", "5"}, {"Content-Length", "10"}},
      {{"Retry-After", "1"}, {"Retry-After", "2"}},
      {{"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}}};
  for (const auto& [one, other] : contradictions) {
    for (const int status : {200, 206, 503}) {
      Scripted whole{.status = status, .headers = {one, other, {"Accept-Ranges", "bytes"}}, .body = "0123456789"};
      server.script = {whole};
      BOOST_TEST(failure().code == code::kDownloadFailed);
      BOOST_TEST(files() == 0U);
    }
    server.script = {broken("01234"), rest(5, "56789")};
    std::erase_if(server.script[1].headers, [&](const net::Header& header) { return header.name == one.name; });
    server.script[1].headers.insert(server.script[1].headers.end(), {one, other});
    BOOST_TEST(failure().code == code::kDownloadFailed);
    BOOST_TEST(!fs::exists(target));
    fs::remove(part);
    fs::remove(facts);
  }
}

BOOST_FIXTURE_TEST_CASE(page_in_place_of_the_file_is_not_the_file, Scenario) {
  for (const char* type : {"text/html; charset=utf-8", "Text/HTML"}) {
    server.script = {{.headers = {{"Content-Type", type}}, .body = "<html>"}};
    BOOST_TEST(failure().code == code::kDownloadFailed);
    BOOST_TEST(files() == 0U);
  }
  leave_a_part(*this);
  server.script = {{.headers = {{"Content-Type", "text/html"}}, .body = "<html>"}};
  BOOST_TEST(failure().code == code::kDownloadFailed);
  BOOST_TEST(fs::exists(part));
}

BOOST_FIXTURE_TEST_CASE(last_modified_need_not_be_repeated_but_must_not_differ, Scenario) {
  const std::string before = "Tue, 14 Nov 2023 22:00:00 GMT", later = "Tue, 14 Nov 2023 22:13:20 GMT";
  Scripted dated = broken("01234");
  dated.headers = {{"Last-Modified", before}, {"Date", later}, {"Accept-Ranges", "bytes"}};
  Scripted silent = rest(5, "56789");
  silent.headers.pop_back();
  server.script = {dated, silent};
  run();
  BOOST_TEST(test::read_file(target) == "0123456789");
  Scripted changed = silent;
  changed.headers.push_back({"Last-Modified", later});
  Scripted entire{.headers = dated.headers, .body = "the new file"};
  entire.headers[0].value = "Tue, 14 Nov 2023 22:10:00 GMT";
  server.script = {dated, changed, entire};
  run("v1/video", true);
  BOOST_TEST(test::read_file(target) == "the new file");
}

BOOST_FIXTURE_TEST_CASE(retry_after_is_obeyed_or_ends_the_download_with_the_time, Scenario) {
  Scripted busy{.status = 503, .headers = {{"Retry-After", "20"}}};
  server.script = {broken("01234"), busy, rest(5, "56789")};
  run();
  BOOST_TEST(clock.waits.back() == 20'000);
  busy.headers = {{"Retry-After", "600"}};
  server.script = {broken("01234"), busy};
  const Error late = failure("v1/video", true);
  BOOST_TEST(late.retry_after.value() == 600);
  BOOST_TEST(late.hint.find("600 seconds") != std::string::npos);
  BOOST_TEST(test::read_file(part) == "01234");
  fs::remove(part);
  server.script = {busy};
  BOOST_TEST(failure("v1/video", true).retry_after.value() == 600);
}

BOOST_FIXTURE_TEST_CASE(without_ranges_length_or_a_strong_validator_nothing_is_left, Scenario) {
  const std::vector<Scripted> responses{
      {.headers = {{"ETag", "\"v1\""}}, .body = "01", .end = Kind::reset, .length = 10},
      {.headers = {{"Accept-Ranges", "bytes"}}, .body = "01", .end = Kind::reset, .length = 10},
      {.headers = {{"ETag", "W/\"v1\""}, {"Accept-Ranges", "bytes"}}, .body = "01", .end = Kind::reset, .length = 10},
      {.body = "01", .end = Kind::truncated, .announced = false},
  };
  for (const Scripted& response : responses) {
    server.script = {response};
    const Error error = failure();
    BOOST_TEST(error.code == code::kDownloadInterrupted);
    BOOST_TEST(error.hint.find("nothing was left behind") != std::string::npos);
    BOOST_TEST(files() == 0U);
  }
}

BOOST_FIXTURE_TEST_CASE(what_is_wrong_with_the_response_is_not_tried_again, Scenario) {
  server.script = {broken("01234", Kind::protocol)};
  BOOST_TEST(failure().code == code::kDownloadInterrupted);
  fs::remove(part);
  fs::remove(facts);
  for (const auto& [status, expected] : std::vector<std::pair<int, std::string_view>>{{403, code::kDownloadUrlExpired},
                                                                                      {404, code::kDownloadUrlExpired},
                                                                                      {410, code::kDownloadFailed},
                                                                                      {500, code::kDownloadFailed},
                                                                                      {206, code::kDownloadFailed},
                                                                                      {416, code::kDownloadFailed}}) {
    server.script = {{.status = status, .headers = {}}};
    BOOST_TEST(failure().code == expected);
    BOOST_TEST(files() == 0U);
  }
}

BOOST_FIXTURE_TEST_CASE(a_server_that_stumbles_on_the_way_is_asked_again_and_a_refusal_is_not, Scenario) {
  server.script = {broken("01234"), {.status = 503}, {.status = 0, .end = Kind::connect}, rest(5, "56789")};
  run();
  BOOST_TEST(test::read_file(target) == "0123456789");
  server.script = {broken("01234"), {.status = 403}};
  BOOST_TEST(failure("v1/video", true).code == code::kDownloadUrlExpired);
  BOOST_TEST(test::read_file(part) == "01234");
  BOOST_TEST(test::read_file(target) == "0123456789");
}

BOOST_FIXTURE_TEST_CASE(a_cancellation_keeps_the_part_and_says_so, Scenario) {
  server.script = {broken("01234", Kind::canceled)};
  const Error stopped = failure();
  BOOST_TEST(stopped.code == code::kCanceled);
  BOOST_TEST(stopped.hint.find("resume") != std::string::npos);
  BOOST_TEST(test::read_file(part) == "01234");
  server.script = {rest(5, "", Kind::reset)};
  cancel.request();
  BOOST_TEST(failure().code == code::kCanceled);
  BOOST_TEST(test::read_file(part) == "01234");
}

BOOST_FIXTURE_TEST_CASE(a_stall_is_a_time_out, Scenario) {
  server.script = {{.headers = {}, .body = "01", .end = Kind::timeout, .length = 10}};
  const Error error = failure();
  BOOST_TEST(error.code == code::kTimeout);
  BOOST_TEST((error.exit == Exit::timeout));
  BOOST_TEST(files() == 0U);
}

BOOST_FIXTURE_TEST_CASE(two_runs_do_not_write_into_one_part, Scenario) {
  test::write_file(part, "0");
  const int other = open(part.c_str(), O_RDWR | O_CLOEXEC);
  BOOST_REQUIRE(other >= 0);
  BOOST_REQUIRE(flock(other, LOCK_EX | LOCK_NB) == 0);
  BOOST_TEST(failure().code == code::kFileIo);
  BOOST_TEST(test::read_file(part) == "0");
  close(other);
}

BOOST_FIXTURE_TEST_CASE(a_part_that_another_prepared_is_refused, Scenario) {
  const fs::path victim = directory / "victim";
  test::write_file(victim, "precious");
  fs::create_symlink(victim, part);
  BOOST_TEST(failure().code == code::kFileIo);
  fs::remove(part);
  fs::create_hard_link(victim, part);
  BOOST_TEST(failure().code == code::kFileIo);
  fs::remove(part);
  BOOST_REQUIRE(mkfifo(part.c_str(), 0600) == 0);
  BOOST_TEST(failure().code == code::kFileIo);
  fs::remove(part);
  fs::create_symlink(victim, facts);
  leave_a_part(*this);
  BOOST_TEST(test::read_file(victim) == "precious");
}

BOOST_FIXTURE_TEST_CASE(a_target_that_appears_meanwhile_is_not_overwritten, Scenario) {
  test::write_file(target, "precious");
  server.script = {{.body = "0123456789"}};
  BOOST_TEST(failure().code == code::kFileExists);
  BOOST_TEST(test::read_file(target) == "precious");
  BOOST_TEST(files() == 1U);
}

BOOST_FIXTURE_TEST_CASE(the_longest_name_has_room_for_a_part, Scenario) {
  target = directory / std::string(255, 'x');
  server.script = {broken("01234"), rest(5, "56789")};
  run();
  BOOST_TEST(test::read_file(target) == "0123456789");
}

BOOST_FIXTURE_TEST_CASE(empty_file_is_one_only_where_text_is_expected, Scenario) {
  for (const bool announced : {true, false}) {
    server.script = {{.body = "", .announced = announced}};
    BOOST_TEST(failure().code == code::kDownloadFailed);
    BOOST_TEST(files() == 0U);
  }
  server.script = {{.body = ""}};
  download(needs, {kUrl, "v1/subtitle", "film.srt", true}, target, false);
  BOOST_TEST(fs::exists(target));
  BOOST_TEST(files() == 1U);
}

BOOST_FIXTURE_TEST_CASE(document_in_place_of_the_file_is_not_the_file, Scenario) {
  for (const char* type : {"application/json", "application/problem+json; charset=utf-8", "Application/XML", "text/xml",
                           "application/xhtml+xml"}) {
    server.script = {{.headers = {{"Content-Type", type}}, .body = "0123456789"}};
    BOOST_TEST(failure().code == code::kDownloadFailed, type);
    BOOST_TEST(files() == 0U);
  }
  for (const char* body :
       {R"({"error":1})", "\n [1]", "      {}", "<?xml version=\"1.0\"?><Error/>", "<html>", "\xEF\xBB\xBF{}"}) {
    for (const net::Headers& headers :
         {net::Headers{}, net::Headers{{"Content-Type", "application/octet-stream"}}, kRanges}) {
      server.script = {{.headers = headers, .body = body}};
      BOOST_TEST(failure().code == code::kDownloadFailed, body);
      BOOST_TEST(files() == 0U);
    }
  }
  leave_a_part(*this);
  server.script = {rest(6, "{<[9")};
  run();
  BOOST_TEST(test::read_file(target) == "012345{<[9");
  server.script = {{.headers = {}, .body = "{}"}};
  BOOST_CHECK_THROW(download_to_stdout(needs, {kUrl, "v1/video", "v1"}, write), Error);
  BOOST_TEST(out.empty());
  server.script = {{.headers = {{"Content-Type", "text/plain"}}, .body = "{}"}};
  BOOST_TEST(failure("v1/video", true).code == code::kDownloadFailed);
  server.script = {{.headers = {{"Content-Type", "text/plain"}}, .body = "0123456789"}};  // storage that knows no types
  run("v1/video", true);
  BOOST_TEST(test::read_file(target) == "0123456789");
  server.script = {{.headers = {{"Content-Type", "text/plain"}}, .body = "[Script Info]"}};
  download(needs, {kUrl, "v1/subtitle", "film.ass", true}, target, true);
  BOOST_TEST(test::read_file(target) == "[Script Info]");
}

BOOST_FIXTURE_TEST_CASE(other_length_without_another_version_is_never_the_file, Scenario) {
  const Scripted bare{.headers = {}, .body = "shorter"};
  const Scripted weak{.headers = {{"ETag", "W/\"v2\""}}, .body = "longer than it was"};
  const Scripted silent{.headers = {}, .body = "shorter", .announced = false};
  const Scripted same{.body = "shorter", .announced = false};
  const Scripted dated{
      .headers = {{"Last-Modified", "Tue, 14 Nov 2023 22:00:00 GMT"}, {"Date", "Tue, 14 Nov 2023 22:13:20 GMT"}},
      .body = "shorter"};
  for (const Scripted& other : {bare, weak, silent, same, dated}) {
    for (const bool after_a_wrong_piece : {false, true}) {
      server.script = {broken("01234")};
      if (after_a_wrong_piece) server.script.push_back({.status = 416});
      server.script.push_back(other);
      const Error error = failure();
      BOOST_TEST(error.code == code::kDownloadInterrupted);
      BOOST_TEST(error.message().find("changed on the server") != std::string::npos);
      BOOST_TEST(files() == 0U);
    }
  }
  leave_a_part(*this);
  server.script = {bare};
  BOOST_TEST(failure().code == code::kDownloadInterrupted);
  BOOST_TEST(files() == 0U);
  server.script = {broken("01234"), {.headers = {}, .body = "9876543210"}};
  run();
  BOOST_TEST(test::read_file(target) == "9876543210");
}

BOOST_FIXTURE_TEST_CASE(stdout_transfer_resumes_within_a_run, Scenario) {
  server.script = {broken("01234"), rest(5, "56789")};
  download_to_stdout(needs, {kUrl, "v1/video", "v1"}, write);
  BOOST_TEST(out == "0123456789");
  BOOST_TEST(files() == 0U);
}

BOOST_FIXTURE_TEST_CASE(what_went_to_stdout_cannot_be_taken_back, Scenario) {
  server.script = {broken("01234"), {.headers = {{"ETag", "\"v2\""}}, .body = "new"}};
  BOOST_CHECK_EXCEPTION(download_to_stdout(needs, {kUrl, "v1/video", "v1"}, write), Error,
                        [](const Error& error) { return error.code == code::kDownloadInterrupted; });
  BOOST_TEST(out == "01234");
}

BOOST_FIXTURE_TEST_CASE(a_reader_that_leaves_ends_it, Scenario) {
  server.script = {{.body = "0123456789"}};
  const auto closed = [](std::string_view) { throw OutputClosed{}; };
  BOOST_CHECK_THROW(download_to_stdout(needs, {kUrl, "v1/video", "v1"}, closed), OutputClosed);
}

BOOST_AUTO_TEST_SUITE_END()
