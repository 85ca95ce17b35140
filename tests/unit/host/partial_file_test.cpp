// SPDX-License-Identifier: Apache-2.0
#include "host/transfer/partial_file.hpp"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/json/parse.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace heygen;
using namespace heygen::host::transfer;

namespace {

const Version kVersion{{"ETag", "\"v1\""}, 1'000'000};

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Scenario {
  test::TemporaryDirectory directory;
  const std::string target = (directory.path() / "film").string(),
                    part = (directory.path() / ".film.heygen-part").string();

  std::string metadata() const { return content_of(part + ".json"); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(partial_file)

BOOST_FIXTURE_TEST_CASE(what_was_made_sure_of_is_told_during_the_transfer, Scenario) {
  constexpr std::uint64_t kEvery = 1000;
  PartialFile file(target, "asset", kEvery);
  file.restart(kVersion);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (metadata().empty() && file.size() < kVersion.length && std::chrono::steady_clock::now() < end)
    file.write(std::string(10, 'x'));
  const std::string text = metadata();
  BOOST_TEST_REQUIRE(!text.empty());
  const auto told = static_cast<std::uint64_t>(json::parse(text).find("size")->to_int64().value());
  BOOST_TEST(told >= kEvery);
  BOOST_TEST(told <= file.size());
}

BOOST_FIXTURE_TEST_CASE(kept_part_is_whole_whatever_is_under_way, Scenario) {
  {
    PartialFile file(target, "asset", 10);
    file.restart(kVersion);
    for (int i = 0; i < 100; ++i) file.write("0123456789");
    BOOST_TEST(file.keep());
  }
  PartialFile next(target, "asset");
  BOOST_TEST((next.version() == kVersion));
  BOOST_TEST(next.size() == 1000U);
}

BOOST_FIXTURE_TEST_CASE(other_version_tells_nothing_of_the_one_before, Scenario) {
  {
    PartialFile file(target, "asset", 10);
    file.restart(kVersion);
    file.write("0123456789");
    file.restart(Version{{"ETag", "\"v2\""}, 500});
    BOOST_TEST(!std::filesystem::exists(part + ".json"));
    file.write("abc");
    BOOST_TEST(file.keep());
  }
  PartialFile next(target, "asset");
  BOOST_TEST(next.version()->validator.value == "\"v2\"");
  BOOST_TEST(next.size() == 3U);
}

BOOST_FIXTURE_TEST_CASE(finished_file_has_all_bytes_and_no_metadata, Scenario) {
  {
    PartialFile file(target, "asset", 10);
    file.restart(kVersion);
    for (int i = 0; i < 100; ++i) file.write("0123456789");
    file.finish(false);
  }
  BOOST_TEST(content_of(target).size() == 1000U);
  BOOST_TEST(!std::filesystem::exists(part));
  BOOST_TEST(!std::filesystem::exists(part + ".json"));
}

BOOST_AUTO_TEST_SUITE_END()
