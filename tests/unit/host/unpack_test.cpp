// SPDX-License-Identifier: Apache-2.0
#include "host/package/unpack.hpp"

#include <Poco/DeflatingStream.h>

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <sstream>
#include <string>

#include "core/base/error.hpp"
#include "tests/support/temporary_directory.hpp"

using heygen::Error;
using namespace heygen::host::package;

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlock = 512;

void put(std::string& header, std::size_t at, const std::string& text) {
  header.replace(at, text.size(), text);
}

std::string octal(std::size_t number, int digits) {
  std::string text(32, '\0');
  text.resize(static_cast<std::size_t>(
      std::snprintf(text.data(), text.size(), "%0*lo", digits, static_cast<unsigned long>(number))));
  return text;
}

/// One entry: its header, and its content in whole blocks. `change` comes before the checksum.
std::string entry(const std::string& name, const std::string& content = {}, char kind = '0',
                  const std::function<void(std::string&)>& change = {}) {
  std::string header(kBlock, '\0');
  put(header, 0, name);
  put(header, 100, "0000777");
  put(header, 124, octal(content.size(), 11));
  header[156] = kind;
  put(header, 257,
      std::string("ustar\0"
                  "00",
                  8));
  if (change) change(header);
  put(header, 148, std::string(8, ' '));
  std::size_t sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  put(header, 148, octal(sum, 6) + std::string("\0 ", 2));
  return header + content + std::string((kBlock - content.size() % kBlock) % kBlock, '\0');
}

const std::string kEnd(2 * kBlock, '\0');

std::string gzip(const std::string& text) {
  std::ostringstream out;
  Poco::DeflatingOutputStream stream(out, Poco::DeflatingStreamBuf::STREAM_GZIP);
  stream << text;
  stream.close();
  return out.str();
}

struct Scenario {
  heygen::test::TemporaryDirectory directory;
  ArchiveLimits limits{};

  void take(const std::string& compressed) {
    std::istringstream stream(compressed);
    unpack(stream, directory.path(), limits);
  }

  /// The archive is refused for that reason, and nothing is outside of the directory.
  void refuses(const std::string& tar, const std::string& why) { refuses_bytes(gzip(tar), why); }
  void refuses_bytes(const std::string& compressed, const std::string& why) {
    try {
      take(compressed);
      BOOST_ERROR("not refused: " << why);
    } catch (const Error& error) {
      BOOST_TEST_CONTEXT(error.what()) {
        BOOST_TEST((std::string(error.what()).find(why) != std::string::npos));
      }
    }
    fs::remove_all(directory.path());
    fs::create_directory(directory.path());
  }

  std::string content(const std::string& name) const {
    std::ifstream file(directory.path() / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(unpack_archive)

BOOST_FIXTURE_TEST_CASE(files_and_directories_are_created_with_modes_of_their_own, Scenario) {
  const std::string large(1'500'000, 'x');
  take(gzip(entry("./", {}, '5') + entry("./vault-1/", {}, '5') + entry("./vault-1/vault.so", large) +
            entry("vault-1/a/b", "deep") + entry("empty") + kEnd));
  BOOST_TEST((content("vault-1/vault.so") == large));
  BOOST_TEST(content("vault-1/a/b") == "deep");
  BOOST_TEST(fs::exists(directory.path() / "empty"));
  const auto mode = fs::status(directory.path() / "vault-1/a/b").permissions();
  BOOST_TEST((mode == (fs::perms::owner_read | fs::perms::owner_write)));
}

BOOST_FIXTURE_TEST_CASE(prefix_of_ustar_and_extended_times_are_understood, Scenario) {
  const auto prefix = [](std::string& header) { put(header, 345, "dir"); };
  take(gzip(entry("pax", "20 mtime=1234.56789\n", 'x') + entry("file", "text", '0', prefix) + kEnd));
  BOOST_TEST(content("dir/file") == "text");
}

BOOST_FIXTURE_TEST_CASE(links_devices_and_pipes_are_refused, Scenario) {
  const auto to = [](std::string& header) { put(header, 157, "/etc/passwd"); };
  refuses(entry("one", {}, '1', to) + kEnd, "'one' is a hard link");
  refuses(entry("two", {}, '2', to) + kEnd, "'two' is a symbolic link");
  refuses(entry("three", {}, '3') + kEnd, "'three' is a device");
  refuses(entry("four", {}, '4') + kEnd, "is a device");
  refuses(entry("six", {}, '6') + kEnd, "is a pipe");
  for (const char kind : {'7', 'S', 'D', 'V', '9', 'A'})
    refuses(entry("odd", {}, kind) + kEnd, "is neither a file nor a directory");
  refuses(entry("long", "name", 'L') + kEnd, "has a name that is too long");
}

BOOST_FIXTURE_TEST_CASE(path_that_leads_out_is_refused, Scenario) {
  refuses(entry("/tmp/evil", "x") + kEnd, "has an absolute path");
  refuses(entry("../evil", "x") + kEnd, "leads out of the archive");
  refuses(entry("a/../../evil", "x") + kEnd, "leads out of the archive");
  refuses(entry("a/..", {}, '5') + kEnd, "leads out of the archive");
  refuses(entry("evil", "x", '0', [](std::string& header) { put(header, 345, "/tmp"); }) + kEnd, "absolute path");
  refuses(entry("evil", "x", '0', [](std::string& header) { put(header, 345, "a/.."); }) + kEnd, "leads out");
  refuses(entry("a\x1b[2J", "x") + kEnd, "has control characters in its name");
  refuses(entry("./", "x") + kEnd, "has no file name");
  refuses(entry("pax", "17 path=../evil1\n", 'x') + entry("good", "x") + kEnd, "an extended header with 'path'");
  refuses(entry("pax", "9 size=1\n", 'g') + entry("good", "x") + kEnd, "an extended header with 'size'");
  refuses(entry("pax", "99 mtime=1\n", 'x') + entry("good", "x") + kEnd, "an extended header that is not valid");
}

BOOST_FIXTURE_TEST_CASE(name_that_comes_twice_is_refused, Scenario) {
  refuses(entry("same", "1") + entry("same", "2") + kEnd, "'same' is in it twice");
  refuses(entry("same", "1") + entry("./same", "2") + kEnd, "is in it twice");
  refuses(entry("same", "1") + entry("same/below", "2") + kEnd, "is below a file");
  refuses(entry("same/", {}, '5') + entry("same", "2") + kEnd, "is in it twice");
}

BOOST_FIXTURE_TEST_CASE(limits_are_kept, Scenario) {
  limits = {.file = 1000, .total = 4 * kBlock + kEnd.size(), .entries = 3, .depth = 2};
  refuses(entry("large", std::string(1001, 'x')) + kEnd, "is larger than");
  refuses(entry("1") + entry("2") + entry("3") + entry("4") + kEnd, "more than 3 entries");
  refuses(entry("a/b/c") + kEnd, "is too deep");
  refuses(entry("1", std::string(900, 'x')) + entry("2", std::string(900, 'x')) + kEnd, "MiB without compression");
  refuses(entry("1") + kEnd + std::string(100 * kBlock, '\0'), "MiB without compression");
  // What its header promises counts before it is there.
  refuses(entry("huge", {}, '0', [](std::string& header) { put(header, 124, "77777777777"); }) + kEnd,
          "is larger than");
}

BOOST_FIXTURE_TEST_CASE(archive_that_is_cut_off_or_damaged_is_refused, Scenario) {
  const std::string good = gzip(entry("file", std::string(5000, 'x')) + entry("other", "text") + kEnd);
  for (std::size_t size = 0; size < good.size(); ++size) refuses_bytes(good.substr(0, size), "The archive is refused");
  std::string flipped = good;
  flipped[good.size() - 6] = static_cast<char>(flipped[good.size() - 6] ^ 1);  // in its checksum
  refuses_bytes(flipped, "not a valid .tar.gz");
  refuses(entry("file", "text"), "is cut off");
  refuses(entry("file", "text").substr(0, 700), "is cut off");
  refuses(entry("file", "text") + kEnd + "behind", "data behind its end");
  std::string damaged = entry("file", "text");
  damaged[3] = 'x';
  refuses(damaged + kEnd, "the checksum of an entry is wrong");
  refuses(std::string(kBlock, 'x') + kEnd, "not a tar archive");
  refuses(entry("old", "x", '0', [](std::string& header) { put(header, 257, std::string(8, '\0')); }) + kEnd,
          "not a tar archive");
  refuses(entry("file", "x", '0', [](std::string& header) { put(header, 124, "0000000000x"); }) + kEnd,
          "has a size that is not valid");
  refuses_bytes("PK\x03\x04 not gzip at all", "not a valid .tar.gz");
}

BOOST_FIXTURE_TEST_CASE(any_damage_ends_in_an_error_or_below_the_directory, Scenario) {
  const std::string tar = entry("dir/", {}, '5') + entry("dir/one", std::string(700, 'x')) +
                          entry("pax", "20 mtime=1234.56789\n", 'x') + entry("two", "text") + kEnd;
  const fs::path below = directory.path() / "below";
  std::uint32_t seed = 20261201;
  const auto next = [&seed] { return (seed = seed * 1664525U + 1013904223U) >> 8U; };
  for (int round = 0; round < 2000; ++round) {
    std::string damaged = tar;
    const std::size_t at = next() % tar.size() / kBlock * kBlock;
    for (unsigned i = 0; i < 1 + round % 3U; ++i) damaged.at(at + next() % kBlock) = "/.0127xgL\0\xff"[next() % 11];
    // A right checksum, so that more than the checksum is looked at.
    std::string header = damaged.substr(at, kBlock);
    put(header, 148, std::string(8, ' '));
    std::size_t sum = 0;
    for (const char c : header) sum += static_cast<unsigned char>(c);
    if (round % 2 == 0) put(damaged, at + 148, octal(sum, 6) + std::string("\0 ", 2));
    fs::create_directory(below);
    std::istringstream stream(gzip(damaged));
    try {
      unpack(stream, below, limits);
    } catch (const Error&) {  // in words; anything else fails the test
    }
    fs::remove_all(below);
    BOOST_TEST_REQUIRE((fs::directory_iterator(directory.path()) == fs::directory_iterator()));
  }
}

BOOST_AUTO_TEST_SUITE_END()
