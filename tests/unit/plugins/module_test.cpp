// SPDX-License-Identifier: Apache-2.0
// The finished libraries, seen from outside.
#include <dlfcn.h>
#include <heygen/provider.h>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "core/json/parse.hpp"
#include "core/json/value.hpp"

namespace {

std::string output_of(const std::string& command) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  BOOST_REQUIRE(pipe != nullptr);
  std::string out;
  char buffer[4096];
  while (const std::size_t size = std::fread(buffer, 1, sizeof buffer, pipe.get())) out.append(buffer, size);
  return out;
}

std::string library(const std::string& id) {
  return HEYGEN_TEST_PROVIDERS "/" + id + ".so";
}
const char* const kIds[] = {"apikey", "oauth", "device-code"};

}  // namespace

BOOST_AUTO_TEST_SUITE(provider_modules)

BOOST_DATA_TEST_CASE(exactly_one_symbol_is_exported, boost::unit_test::data::make(kIds), id) {
  const std::string symbols = output_of("nm -D --defined-only --format=just-symbols '" + library(id) + "'");
  BOOST_TEST(symbols == "heygen_provider_entry\n");
}

BOOST_DATA_TEST_CASE(only_the_c_library_is_needed, boost::unit_test::data::make(kIds), id) {
  const std::string dynamic = output_of("readelf -dW '" + library(id) + "'");
  BOOST_TEST(dynamic.find("[libc.so.6]") != std::string::npos);
  for (const char* stranger : {"Poco", "heygen", "ssl", "crypto", "boost", "stdc++", "RPATH", "RUNPATH"}) {
    BOOST_TEST(dynamic.find(stranger) == std::string::npos, stranger << " in\n" << dynamic);
  }
}

BOOST_DATA_TEST_CASE(it_loads_and_its_manifest_says_the_same, boost::unit_test::data::make(kIds), id) {
  void* handle = dlopen(library(id).c_str(), RTLD_NOW | RTLD_LOCAL);
  BOOST_REQUIRE_MESSAGE(handle != nullptr, dlerror());
  const auto* entry = static_cast<const heygen_provider_entry_v*>(dlsym(handle, "heygen_provider_entry"));
  BOOST_REQUIRE(entry != nullptr);
  BOOST_TEST(entry->struct_size == sizeof *entry);
  BOOST_TEST(entry->min_major == 1U);
  const auto* api = static_cast<const heygen_provider_1*>(entry->get_api(1));
  BOOST_REQUIRE(api != nullptr);
  BOOST_TEST(std::string(api->descriptor->id.data, api->descriptor->id.size) == id);

  std::ifstream file(HEYGEN_TEST_PROVIDERS "/" + std::string(id) + ".provider.json");
  const heygen::json::Value manifest = heygen::json::parse(std::string(std::istreambuf_iterator<char>(file), {}));
  BOOST_TEST(manifest.string_at("id") == id);
  BOOST_TEST(manifest.string_at("title") == std::string(api->descriptor->title.data, api->descriptor->title.size));
}

BOOST_AUTO_TEST_SUITE_END()
