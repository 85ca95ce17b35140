// SPDX-License-Identifier: Apache-2.0
// What the tests of core/provider share: fakes for every service, directories that go away, an installed probe.
#pragma once

#include <sys/stat.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/cancel.hpp"
#include "core/base/environment.hpp"
#include "core/base/text.hpp"
#include "core/json/write.hpp"
#include "core/provider/discovery/registry.hpp"
#include "core/provider/library/loader.hpp"
#include "core/store/provider/provider_cache.hpp"
#include "core/store/provider/provider_keys.hpp"
#include "tests/support/clock.hpp"
#include "tests/support/http.hpp"
#include "tests/support/random.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/terminal.hpp"

namespace heygen::provider::kit {

namespace fs = std::filesystem;
using test::FakeClock;
using test::FakeHttp;
using test::FakeRandom;
using test::FakeTerminal;
using test::read_file;
using test::ScriptedResponse;
using test::TemporaryDirectory;
using test::write_file;

/// HEYGEN_TEST_FIXTURES names the same libraries built from another version of the header.
inline fs::path fixture(const std::string& name) {
  const char* directory = std::getenv("HEYGEN_TEST_FIXTURES");
  return fs::path(directory != nullptr ? directory : HEYGEN_FIXTURES) / (name + ".so");
}

/// The manifest that fits the fixtures made of variant.c.
inline Manifest sample_manifest() {
  Manifest manifest;
  manifest.id = "sample";
  manifest.library = "sample.so";
  manifest.version = "1.2.3";
  manifest.title = "Sample";
  manifest.note = "For tests";
  manifest.settings = {{"url", SettingType::url, "", "Where", "", false}};
  return manifest;
}

inline void write_manifest(const fs::path& directory, const Manifest& manifest) {
  write_file(directory / (manifest.id + ".provider.json"), json::write_pretty(to_json(manifest)));
}

/// Puts a fixture and the manifest beside each other.
inline void install(const fs::path& directory, const std::string& name, const Manifest& manifest) {
  write_manifest(directory, manifest);
  fs::copy_file(fixture(name), directory / manifest.library, fs::copy_options::overwrite_existing);
}

/// HEYGEN_TEST_ISOLATION: providers run in processes of their own in the tests that do not care.
inline Origin usual_origin() {
  return std::getenv("HEYGEN_TEST_ISOLATION") != nullptr ? Origin::user : Origin::system;
}

/// Everything a registry needs, all of it under the test's control.
struct Scenario {
  Scenario() { http.rest = ScriptedResponse{.body = ""}; }

  FakeHttp http;
  FakeClock clock;
  FakeRandom random{std::byte{0x2A}};
  std::map<std::string, std::string, std::less<>> variables{{"PATH", "/usr/bin:/bin"}};
  std::unique_ptr<MapEnvironment> environment;
  FakeTerminal terminal;
  Cancel cancel;
  std::map<std::string, std::string> settings;  ///< "section.key"
  std::vector<std::string> log;
  decltype(Services::waiting) waiting;
  decltype(Services::menu) menu;
  std::string profile;
  TemporaryDirectory directory;
  TemporaryDirectory kept;
  store::ProviderCache cache{kept.path(), clock};
  store::ProviderKeys keys{kept.path(), clock};
  store::ProviderCache* cache_in_use = &cache;

  Services services() {
    environment = std::make_unique<MapEnvironment>(variables);
    Services made{http,
                  clock,
                  random,
                  *environment,
                  terminal,
                  cancel,
                  "1.0.0",
                  "https://api.example",
                  [this](const std::string& section, const std::string& key) -> std::optional<std::string> {
                    const auto found = settings.find(section + "." + key);
                    return found == settings.end() ? std::nullopt : std::optional(found->second);
                  },
                  [this](int, const std::string& line) { log.push_back(line); }};
    made.waiting = waiting;
    made.menu = menu;
    made.profile = profile;
    made.cache = cache_in_use;
    made.keys = &keys;
    return made;
  }

  std::unique_ptr<ProviderRegistry> registry(std::vector<SearchDirectory> directories, Rules rules = {}) {
    rules.runner = HEYGEN_RUNNER;
    return make_registry(std::move(directories), services(), std::move(rules));
  }
  std::unique_ptr<ProviderRegistry> registry() { return registry({{directory.path(), usual_origin()}}); }
};

/// The scripted provider of tests/abi/probe.cpp, loaded as the program loads any.
struct Probe : Scenario {
  /// One call; `script` has one verb a line.
  ProviderResult resolve(const std::string& script, ProviderRequest ask = {}) {
    return load().resolve(with(script, ask));
  }
  ProviderResult refresh(const std::string& script, ProviderRequest ask = {}) {
    return load().refresh(with(script, ask));
  }
  ProviderResult revoke(const std::string& script, ProviderRequest ask = {}) {
    return load().revoke(with(script, ask));
  }
  ProviderResult login(const std::string& script) {
    ProviderRequest ask;
    ask.reason = Reason::login;
    ask.interaction = Interaction::always;
    return load().login(with(script, ask));
  }
  /// What the host answered, in order, without the provider's name in front.
  std::vector<std::string> said() const {
    std::vector<std::string> out;
    for (const std::string& line : log) out.push_back(line.substr(std::strlen("probe: ")));
    return out;
  }

  Provider& load() {
    if (!loaded_from) {
      Manifest manifest = Library(fixture("probe"), "1.0.0").described();
      install(directory.path(), "probe", manifest);
      loaded_from = registry();
    }
    return loaded_from->load("probe");
  }

  std::unique_ptr<ProviderRegistry> loaded_from;

 private:
  static ProviderRequest with(const std::string& script, ProviderRequest ask) {
    ask.path = script;
    return ask;
  }
};

}  // namespace heygen::provider::kit
